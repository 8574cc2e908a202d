//! What people do with a thinning: agree, call it off, have it undone; and what the vault then does
//! by itself.
//!
//! Rule: each step is told to people, in the same commit.

use std::{io, path::Path};

use beffroi_store::{
    Conn, Error, OperatorScope, Store, TenantScope,
    vault::{
        self, Repository,
        thinnings::{self, Agreement, Thinning},
    },
};
use beffroi_town::{
    AccountId, Actor, Instant, TenantId,
    vault::thinning::{Kept, Look, Step, may_empty},
};

use crate::{
    Vault, VaultError, alarms,
    shelf::{Shelf, ShelfError},
    thinning::told,
    trash::Trash,
};

/// How many thinnings of a tenant are looked through for those that were called off.
const THINNINGS: u32 = 1_000;
/// How many checks are looked at.
const CHECKS: u32 = 200;

/// Who does something, and when.
pub type By<'a> = (&'a Actor, Instant);

/// Asked before each rename or removal; what it returns as an error stops everything there, as a
/// kill would.
pub type Before = Box<dyn FnMut(&Path) -> io::Result<()> + Send>;

/// A thinning of the tenant, and its repository.
///
/// # Errors
/// [`Error::Absent`].
pub async fn find(
    conn: &mut Conn,
    tenant: &TenantId,
    id: &str,
) -> Result<(Repository, Thinning), Error> {
    let scope = TenantScope::for_tenant(tenant);
    let absent = || Error::Absent { noun: "thinning", id: id.to_owned() };
    let found = thinnings::get(conn, &scope, id).await?.ok_or_else(absent)?;
    let all = vault::list(conn, &scope).await?;
    let repository = all.into_iter().find(|one| one.id == found.repository);
    Ok((repository.ok_or_else(absent)?, found))
}

/// Somebody agrees to a plan, named by its hash. `home` is the tenant that the account belongs to.
///
/// # Errors
/// The store's.
pub async fn agree(
    store: &Store,
    (actor, at): By<'_>,
    tenant: &TenantId,
    (id, plan_hash): (&str, &str),
    ((home, account), wait_ms): ((&TenantId, &AccountId), i64),
) -> Result<Agreement, VaultError> {
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    let (repository, _) = find(tx.conn(), tenant, id).await?;
    let plan = (id, plan_hash);
    let agreement = thinnings::agree(&mut tx, &repository, plan, (home, account), wait_ms).await?;
    if let Agreement::Counts(step) = agreement {
        let word = if step == Step::Agreed { "agreed" } else { "half" };
        alarms::raise_in(&mut tx, &told(&repository, id, word, at)).await?;
        tx.commit().await?;
    }
    Ok(agreement)
}

/// Calls a thinning off before anything was moved.
///
/// # Errors
/// The store's.
pub async fn cancel(
    store: &Store,
    (actor, at): By<'_>,
    tenant: &TenantId,
    id: &str,
) -> Result<(), VaultError> {
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    let (repository, _) = find(tx.conn(), tenant, id).await?;
    thinnings::cancel(&mut tx, &repository, id).await?;
    alarms::raise_in(&mut tx, &told(&repository, id, "cancelled", at)).await?;
    tx.commit().await?;
    Ok(())
}

/// Has everything put back that went to the trash: whoever keeps the vault does it within a minute.
///
/// # Errors
/// The store's.
pub async fn undo(
    store: &Store,
    (actor, at): By<'_>,
    tenant: &TenantId,
    id: &str,
) -> Result<Repository, VaultError> {
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    let (repository, _) = find(tx.conn(), tenant, id).await?;
    thinnings::undo(&mut tx, &repository, id).await?;
    alarms::raise_in(&mut tx, &told(&repository, id, "undone", at)).await?;
    tx.commit().await?;
    Ok(repository)
}

/// Why the trash of a thinning is not emptied yet; none: it may be.
///
/// # Errors
/// The store's.
pub async fn kept(
    conn: &mut Conn,
    tenant: &TenantId,
    found: &Thinning,
    (now, grace_ms): (Instant, i64),
) -> Result<Option<Kept>, Error> {
    let scope = TenantScope::for_tenant(tenant);
    let all = thinnings::checks(conn, &scope, &found.repository, CHECKS).await?;
    let looks: Vec<Look> = all
        .iter()
        .map(|one| Look {
            at: one.checked_at,
            passed: one.faults == 0,
            by_proposer: one.credential == found.credential,
        })
        .collect();
    let moved_at = found.moved_at.unwrap_or(now);
    Ok(may_empty(moved_at, now, grace_ms, &looks).err())
}

/// Has the trash of a thinning emptied for good, if it may be.
///
/// # Errors
/// The store's; [`Error::Refused`] when it may not be yet.
pub async fn empty(
    store: &Store,
    (actor, at): By<'_>,
    tenant: &TenantId,
    (id, grace_ms): (&str, i64),
) -> Result<(), VaultError> {
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    let (repository, found) = find(tx.conn(), tenant, id).await?;
    let refused = |why| Error::Refused { noun: "thinning", id: id.to_owned(), why };
    if found.step != Step::Trashed {
        return Err(refused("has nothing in the trash").into());
    }
    match kept(tx.conn(), tenant, &found, (at, grace_ms)).await? {
        None => {}
        Some(Kept::Grace { .. }) => return Err(refused("is kept until its grace ends").into()),
        Some(Kept::Unchecked) => {
            let why = "is kept until another keeper or an inspector has checked the repository, a \
                       day after the thinning or later: 'beffroi vault check --tell'";
            return Err(refused(why).into());
        }
        Some(Kept::Failed) => {
            let why = "is kept: the last check found something missing or damaged";
            return Err(refused(why).into());
        }
    }
    thinnings::empty(&mut tx, &repository, id).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends what was begun with a thinning's files: whoever finds it so does it. How much the quota gets
/// back, once the trash is empty.
///
/// # Errors
/// The disk's and the store's; run again it goes on.
pub async fn settle(
    store: &Store,
    folder: &Path,
    by: By<'_>,
    (repository, id): (&Repository, &str),
) -> Result<u64, VaultError> {
    settle_with(store, folder, by, (repository, id), Box::new(|_| Ok(()))).await
}

/// The same, asking before each file: a test stops it there as a kill would.
#[doc(hidden)]
pub async fn settle_with(
    store: &Store,
    folder: &Path,
    (actor, at): By<'_>,
    (repository, id): (&Repository, &str),
    before: Before,
) -> Result<u64, VaultError> {
    let shelf = Shelf::of(folder, &repository.tenant, &repository.server);
    let trash = Trash::of(&shelf);
    let waiting = trash.clone();
    let _lock = shelf.on_disk(move || waiting.lock()).await?;
    let tenants = std::slice::from_ref(&repository.tenant);
    let found = find(&mut store.read().await?, &repository.tenant, id).await?.1;
    let (moving, of, hash, step) =
        (trash.clone(), id.to_owned(), found.plan_hash.clone(), found.step);
    shelf
        .on_disk(move || match step {
            Step::Moving => moving.fill(&of, &moving.plan(&hash)?, before),
            Step::Undoing => moving.put_back(&of, before),
            Step::Emptying => moving.empty(&of, before),
            _ => Ok(()),
        })
        .await?;
    if !found.step.is_moving() {
        return Ok(0);
    }
    let mut tx = store.begin(tenants, actor, at).await?;
    let mut freed = 0;
    match found.step {
        Step::Moving => thinnings::trashed(&mut tx, repository, id).await?,
        Step::Undoing => thinnings::restored(&mut tx, repository, id).await?,
        _ => {
            freed = thinnings::emptied(&mut tx, repository, id).await?;
            alarms::raise_in(&mut tx, &told(repository, id, "emptied", at)).await?;
        }
    }
    tx.commit().await?;
    if found.step != Step::Moving {
        shelf.on_disk(move || trash.drop_plan(&found.plan_hash)).await?;
    }
    Ok(freed)
}

/// Forgets the plans of thinnings that were called off.
///
/// # Errors
/// [`VaultError`] when the trash cannot be used, or the store refuses.
pub async fn forget_cancelled(store: &Store, folder: &Path) -> Result<(), VaultError> {
    let operator = OperatorScope::for_operator();
    let mut conn = store.read().await?;
    let repositories = vault::all(&mut conn, &operator).await?;
    drop(conn);
    for one in repositories {
        let shelf = Shelf::of(folder, &one.tenant, &one.server);
        let failed = |source| ShelfError::Folder { folder: shelf.folder().to_owned(), source };
        let trash = Trash::of(&shelf);
        if trash.plans().map_err(failed)?.is_empty() {
            continue;
        }
        // Nobody proposes meanwhile: the same plan may be proposed again.
        let waiting = trash.clone();
        let _lock = shelf.on_disk(move || waiting.lock()).await?;
        let scope = TenantScope::for_tenant(&one.tenant);
        let mut conn = store.read().await?;
        let all = thinnings::list(&mut conn, &scope, THINNINGS).await?;
        drop(conn);
        // What no thinning names is left alone: the database may be older than the trash.
        let of = |hash: &str, is: fn(Step) -> bool| {
            all.iter().any(|found| {
                found.repository == one.id && found.plan_hash == hash && is(found.step)
            })
        };
        for hash in trash.plans().map_err(failed)? {
            let is_off = of(&hash, |step| step == Step::Cancelled);
            if is_off && !of(&hash, |step| step != Step::Cancelled) {
                trash.drop_plan(&hash).map_err(failed)?;
            }
        }
    }
    Ok(())
}

impl Vault {
    /// Goes on with every thinning: what is to be moved is moved, and a trash that may be emptied is.
    ///
    /// # Errors
    /// The last failure, once every other was tried.
    pub async fn carry_on(&self) -> Result<(), VaultError> {
        let store = &self.inner.store;
        let operator = OperatorScope::for_operator();
        let mut conn = store.read().await?;
        let open = thinnings::open(&mut conn, &operator).await?;
        let all =
            if open.is_empty() { Vec::new() } else { vault::all(&mut conn, &operator).await? };
        drop(conn);
        let mut failed = forget_cancelled(store, &self.inner.settings.folder).await.err();
        for one in open {
            let Some(repository) = all.iter().find(|all| all.id == one.repository) else {
                continue;
            };
            if let Err(error) = self.carry_on_with(repository, &one).await {
                failed = Some(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn carry_on_with(
        &self,
        repository: &Repository,
        one: &Thinning,
    ) -> Result<(), VaultError> {
        let (store, at) = (&self.inner.store, self.inner.clock.now());
        let grace_ms = self.inner.settings.rules.grace_ms;
        if one.step == Step::Trashed {
            let conn = &mut store.read().await?;
            if kept(conn, &repository.tenant, one, (at, grace_ms)).await?.is_some() {
                return Ok(());
            }
            let by = (&Actor::Platform, at);
            empty(store, by, &repository.tenant, (&one.id, grace_ms)).await?;
        } else if !one.step.is_moving() {
            return Ok(());
        }
        self.settle(repository, &one.id).await.map(drop)
    }

    /// Ends what was begun with one thinning's files.
    pub(crate) async fn settle(
        &self,
        repository: &Repository,
        id: &str,
    ) -> Result<u64, VaultError> {
        let by = (&Actor::Platform, self.inner.clock.now());
        let folder = &self.inner.settings.folder;
        let freed = settle(&self.inner.store, folder, by, (repository, id)).await?;
        self.inner.ledger.take_off(repository, freed);
        Ok(freed)
    }
}
