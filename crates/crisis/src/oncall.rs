//! On-call lists, kept by persons: one deed, one commit.

use beffroi_store::oncall;
use beffroi_town::{
    ContactId,
    oncall::{Contact, Weekly},
};

use crate::{Deed, Error};

/// Puts a person at the end of the tenant's list; identifier, tenant and place of `one` are not
/// read.
///
/// # Errors
/// The store's, also for a bad contact or a full list.
pub async fn add(deed: &Deed<'_>, one: &Contact) -> Result<ContactId, Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    let id = ContactId::new(deed.at, deed.store.entropy());
    let one = Contact { id: id.clone(), tenant: tenant.clone(), ..one.clone() };
    oncall::add(&mut tx, &one).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a person of the tenant's list; its place and whether it is paused are not read.
///
/// # Errors
/// The store's, also for a bad contact or one of another tenant.
pub async fn change(deed: &Deed<'_>, one: &Contact) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    oncall::set(&mut tx, &Contact { tenant: tenant.clone(), ..one.clone() }).await?;
    tx.commit().await?;
    Ok(())
}

/// Moves a person to a place of the list, from 1.
///
/// # Errors
/// The store's.
pub async fn move_to(deed: &Deed<'_>, id: &ContactId, place: u32) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    oncall::move_to(&mut tx, tenant, id, place).await?;
    tx.commit().await?;
    Ok(())
}

/// Rings a person no more, or again.
///
/// # Errors
/// The store's.
pub async fn pause(deed: &Deed<'_>, id: &ContactId, paused: bool) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    oncall::pause(&mut tx, tenant, id, paused).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a person off the list and erases name and addresses.
///
/// # Errors
/// The store's.
pub async fn remove(deed: &Deed<'_>, id: &ContactId) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    oncall::remove(&mut tx, tenant, id).await?;
    tx.commit().await?;
    Ok(())
}

/// Says when the list is tested, or with a reason that it is not.
///
/// # Errors
/// The store's, also for off without a reason.
pub async fn set_weekly_test(
    deed: &Deed<'_>,
    weekly: Weekly,
    reason: Option<&str>,
) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    oncall::set_weekly_test(&mut tx, tenant, weekly, reason).await?;
    tx.commit().await?;
    Ok(())
}
