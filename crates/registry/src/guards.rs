//! Guards: how one is invited onto a file server.

use beffroi_store::{Store, TenantScope, guards};
use beffroi_town::{
    Actor, AssetId, Instant,
    watch::{Enrolment, PlatformAddress},
};

use crate::RegistryError;

/// How long an invitation is good for.
pub const INVITATION_MS: i64 = 15 * 60 * 1_000;

/// What a guard is invited with.
#[derive(Clone, Debug)]
pub struct Invitation<'a> {
    /// The file server it will stand on.
    pub asset: &'a AssetId,
    /// Where it will find the platform, best first.
    pub platforms: Vec<PlatformAddress>,
    /// The only certificate it shall believe, if there is one (SHA-256, base64url).
    pub certificate_sha256: Option<String>,
    /// What tells a printed code that lifts the host's cut, if one was made.
    pub lift: Option<String>,
}

/// Invites a guard: the enrolment that a person carries to the file server. Its token is good for
/// one use within [`INVITATION_MS`] and cannot be shown again.
///
/// # Errors
/// The store's, also for an asset that the tenant does not see.
pub async fn invite(
    store: &Store,
    actor: &Actor,
    at: Instant,
    scope: &TenantScope,
    invitation: Invitation<'_>,
) -> Result<Enrolment, RegistryError> {
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    let until = at.plus_ms(INVITATION_MS);
    let token = guards::offer(&mut tx, tenant, invitation.asset, until).await?;
    tx.commit().await?;
    Ok(Enrolment {
        platforms: invitation.platforms,
        token,
        tenant: tenant.clone(),
        asset: invitation.asset.clone(),
        certificate_sha256: invitation.certificate_sha256,
        lift: invitation.lift,
    })
}
