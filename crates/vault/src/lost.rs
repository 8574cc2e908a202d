//! What lies in a trash and no thinning of the database put there: after the database was put back from
//! a copy that is older than the thinning.
//!
//! Rules:
//! - It is found on the disk, and put back from there. Nothing of it is ever emptied: nobody can say who
//!   agreed to that.
//! - People are told first: cut off in the middle it is still lost, and goes on when it is run again.
//! - It is newer than every thinning that the database knows of, and goes back before them.

use std::path::Path;

use beffroi_store::{
    Error, OperatorScope, Store, TenantScope,
    vault::{self, Repository, thinnings},
};
use beffroi_town::TenantId;

use crate::{VaultError, alarms, consent::By, shelf::Shelf, thinning::told, trash::Trash};

/// What one thinning left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Where.
    pub repository: Repository,
    /// The thinning, as it was named.
    pub id: String,
    /// How many objects can be put back.
    pub objects: u64,
}

/// All of it, the newest of each repository first.
///
/// # Errors
/// [`VaultError`] when a trash cannot be read, or the store refuses.
pub async fn all(store: &Store, folder: &Path) -> Result<Vec<Lost>, VaultError> {
    let repositories = vault::all(&mut store.read().await?, &OperatorScope::for_operator()).await?;
    let mut found = Vec::new();
    for one in &repositories {
        found.extend(of(store, folder, one).await?);
    }
    Ok(found)
}

/// That of one repository, the newest first.
///
/// # Errors
/// [`VaultError`] when its trash cannot be read, or the store refuses.
pub async fn of(
    store: &Store,
    folder: &Path,
    repository: &Repository,
) -> Result<Vec<Lost>, VaultError> {
    let shelf = Shelf::of(folder, &repository.tenant, &repository.server);
    let look = || {
        let trash = Trash::of(&shelf);
        shelf.on_disk(move || trash.held())
    };
    let before = look().await?;
    if before.is_empty() {
        return Ok(Vec::new());
    }
    let scope = TenantScope::for_tenant(&repository.tenant);
    let known = thinnings::standing(&mut store.read().await?, &scope, &repository.id).await?;
    // What was moved or emptied while this looked is not there at both times.
    let mut lost = look().await?;
    lost.retain(|(id, _)| {
        let is_known = known.iter().any(|one| one.id == *id && !one.step.may_cancel());
        !is_known && before.iter().any(|(earlier, _)| earlier == id)
    });
    // Their names tell when they were made.
    lost.sort_by(|one, other| other.0.cmp(&one.0));
    let repository = || repository.clone();
    Ok(lost
        .into_iter()
        .map(|(id, objects)| Lost { repository: repository(), id, objects })
        .collect())
}

/// Puts one back; none, where nothing is lost under that name.
///
/// # Errors
/// [`Error::Refused`] when a newer one must come first; the disk's and the store's. Run again it goes
/// on.
pub async fn put_back(
    store: &Store,
    folder: &Path,
    (actor, at): By<'_>,
    (tenant, id): (&TenantId, &str),
) -> Result<Option<Lost>, VaultError> {
    let found = all(store, folder).await?;
    let of_tenant = |one: &&Lost| one.repository.tenant == *tenant;
    let Some(lost) = found.iter().filter(of_tenant).find(|one| one.id == id) else {
        return Ok(None);
    };
    let mut same = found.iter().filter(|one| one.repository.id == lost.repository.id);
    if same.next().is_some_and(|newest| newest.id != id) {
        let why = "is not the newest in the trash: undo that one first";
        return Err(Error::Refused { noun: "thinning", id: id.to_owned(), why }.into());
    }
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    alarms::raise_in(&mut tx, &told(&lost.repository, id, "undone", at)).await?;
    tx.commit().await?;
    let shelf = Shelf::of(folder, tenant, &lost.repository.server);
    let trash = Trash::of(&shelf);
    let name = id.to_owned();
    shelf
        .on_disk(move || {
            let _lock = trash.lock()?;
            trash.put_back(&name, Box::new(|_| Ok(())))
        })
        .await?;
    Ok(Some(lost.clone()))
}
