//! What a person says is true of an asset or a service.

use beffroi_store::{assets, services};
use beffroi_town::{AssetId, AssetState, DataExposure, ServiceId, ServiceStatus, Whose};

use crate::{Deed, Error};

/// Says whether an asset works.
///
/// # Errors
/// The store's, also for an asset that the tenant does not see.
pub async fn set_state(
    deed: &Deed<'_>,
    asset: &AssetId,
    state: AssetState,
    reason: Option<&str>,
) -> Result<(), Error> {
    let ids = std::slice::from_ref(asset);
    let mut tx = assets::begin(deed.store, deed.scope, ids, deed.actor, deed.at).await?;
    assets::set_state(&mut tx, asset, state, reason).await?;
    tx.commit().await?;
    Ok(())
}

/// Says what is known of the data an asset holds.
///
/// # Errors
/// The store's, also for an asset that the tenant does not see.
pub async fn set_exposure(
    deed: &Deed<'_>,
    asset: &AssetId,
    (level, whose): (DataExposure, Whose),
    reason: Option<&str>,
) -> Result<(), Error> {
    let ids = std::slice::from_ref(asset);
    let mut tx = assets::begin(deed.store, deed.scope, ids, deed.actor, deed.at).await?;
    assets::set_exposure(&mut tx, asset, level, whose, reason).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts a person's word over the computed status of a service.
///
/// # Errors
/// The store's, also without a reason.
pub async fn override_service(
    deed: &Deed<'_>,
    service: &ServiceId,
    status: ServiceStatus,
    reason: &str,
) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    services::override_status(&mut tx, tenant, service, status, reason).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes that word back.
///
/// # Errors
/// The store's, also when there is none.
pub async fn clear_override(deed: &Deed<'_>, service: &ServiceId) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    services::clear_override(&mut tx, tenant, service).await?;
    tx.commit().await?;
    Ok(())
}
