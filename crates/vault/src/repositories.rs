//! What people do with repositories: make one, hand out a credential, revoke it.

use std::path::Path;

use beffroi_store::{
    Store, TenantScope,
    vault::{
        self, Issued, NewRepository,
        verdicts::{self, Said},
    },
};
use beffroi_town::{
    Actor, Instant, TenantId,
    vault::{
        sheet,
        verdict::{CredentialKind, Judgement, Verdict},
    },
};

use crate::{VaultError, access, shelf, shelf::Shelf};

/// What a person is handed, once.
#[derive(Debug)]
pub struct Handed {
    /// The credential.
    pub issued: Issued,
    /// Whether the repository was made as well; else it was there, with other credentials.
    pub is_new: bool,
}

/// Makes the repository of a server, or only one more credential when it is there.
///
/// # Errors
/// [`VaultError`] when the folder cannot be used, or the store refuses.
pub async fn add(
    store: &Store,
    (actor, at): (&Actor, Instant),
    folder: &Path,
    tenant: &TenantId,
    new: &NewRepository<'_>,
) -> Result<Handed, VaultError> {
    shelf::prepare(folder)?;
    let scope = TenantScope::for_tenant(tenant);
    let found = vault::get(&mut store.read().await?, &scope, new.server).await?;
    let is_new = found.is_none();
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    if is_new {
        vault::add(&mut tx, tenant, new).await?;
    }
    let issued = vault::issue(&mut tx, tenant, new.server).await?;
    // The folders first, the row that names them second. They are made again each time: a disk may
    // have been exchanged.
    let shelf = Shelf::of(folder, tenant, new.server);
    let failed = |source| shelf::ShelfError::Folder { folder: shelf.folder().to_owned(), source };
    shelf.make().map_err(failed)?;
    tx.commit().await?;
    Ok(Handed { issued, is_new })
}

/// Makes a credential for whoever holds the key on another host: an inspector, or a keeper.
///
/// # Errors
/// The store's: [`beffroi_store::Error::Absent`] when that server has no repository.
pub async fn add_holder(
    store: &Store,
    (actor, at): (&Actor, Instant),
    tenant: &TenantId,
    whose: (&str, CredentialKind),
) -> Result<Issued, VaultError> {
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    let issued = vault::issue_for(&mut tx, tenant, whose).await?;
    tx.commit().await?;
    Ok(issued)
}

/// Settles how much all servers of a tenant may have together; none: as the configuration says.
///
/// # Errors
/// The store's.
pub async fn set_quota(
    store: &Store,
    (actor, at): (&Actor, Instant),
    tenant: &TenantId,
    bytes: Option<u64>,
) -> Result<(), VaultError> {
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    vault::quotas::set(&mut tx, tenant, bytes).await?;
    tx.commit().await?;
    Ok(())
}

/// A person says of a backup what is to be thought of it, whatever was said before.
///
/// # Errors
/// The store's: [`beffroi_store::Error::Absent`] when there is no such server, or it never sent
/// that backup.
pub async fn judge(
    store: &Store,
    (actor, at): (&Actor, Instant),
    (tenant, server): (&TenantId, &str),
    snapshot: &str,
    verdict: Verdict,
) -> Result<Said, VaultError> {
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    let scope = TenantScope::for_tenant(tenant);
    let found = vault::get(tx.conn(), &scope, server).await?;
    let found = found.ok_or_else(|| beffroi_store::Error::Absent {
        noun: "repository",
        id: server.to_owned(),
    })?;
    let judgement = Judgement { snapshot: snapshot.to_owned(), verdict, reasons: Vec::new() };
    let said = verdicts::say(&mut tx, &found, &judgement, None).await?;
    if said == Said::Counts {
        tx.commit().await?;
    }
    Ok(said)
}

/// Revokes one credential of a server, or all; how many. What they sent stays.
///
/// # Errors
/// The store's.
pub async fn revoke(
    store: &Store,
    (actor, at): (&Actor, Instant),
    tenant: &TenantId,
    server: &str,
    credential: Option<&str>,
) -> Result<usize, VaultError> {
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    let many = vault::revoke(&mut tx, tenant, server, credential).await?;
    tx.commit().await?;
    Ok(many)
}

/// Somebody typed the check code of a server's recovery sheet back: it was printed, and is kept.
///
/// # Errors
/// [`VaultError::Code`] for a slip of the pen; the store's when it is another's code.
pub async fn prove(
    store: &Store,
    (actor, at): (&Actor, Instant),
    tenant: &TenantId,
    server: &str,
    typed: &str,
) -> Result<(), VaultError> {
    let code = sheet::read_code(typed).ok_or(VaultError::Code)?;
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    vault::prove_sheet(&mut tx, tenant, server, &code).await?;
    tx.commit().await?;
    Ok(())
}

/// The address of a repository as restic is given it, with the credential in it: `base` is where
/// the platform is reached, without a final slash.
pub fn address(base: &str, tenant: &TenantId, server: &str, token: &str) -> String {
    let user = access::user(tenant, server);
    let (scheme, host) = base.split_once("://").unwrap_or(("https", base));
    format!("rest:{scheme}://{user}:{token}@{host}/vault/{}/{server}/", tenant.dashed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_what_restic_understands() {
        let town = TenantId::parse("epci:242900660").unwrap();
        assert_eq!(
            address("https://vault.example:8443", &town, "srv", "T0k_-"),
            "rest:https://epci-242900660.srv:T0k_-@vault.example:8443/vault/epci-242900660/srv/"
        );
    }
}
