//! How much of each quota is used, what is being sent included: counted while it comes in, so that
//! many uploads at once cannot pass together what each alone could not.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use beffroi_store::vault::{Repository, objects::Use};
use beffroi_town::{
    RepositoryId, TenantId,
    vault::{ObjectKind, counted, reserved},
};

#[derive(Debug, Default)]
struct Counts {
    repositories: HashMap<RepositoryId, u64>,
    tenants: HashMap<TenantId, u64>,
}

/// The counts of this process, which alone takes objects in.
#[derive(Debug)]
pub(crate) struct Ledger(Mutex<Counts>);

/// Which quota is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Server,
    Tenant,
}

/// What an upload may use up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) server: u64,
    pub(crate) tenant: u64,
}

impl Limits {
    /// For packs, a part is reserved: what ends a backup still fits when packs no longer do.
    pub(crate) const fn of(self, kind: ObjectKind) -> Self {
        match kind {
            ObjectKind::Data => Self {
                server: self.server - reserved(self.server),
                tenant: self.tenant - reserved(self.tenant),
            },
            _ => self,
        }
    }
}

impl Ledger {
    pub(crate) fn new(all: &[Repository], uses: Vec<(RepositoryId, Use)>) -> Self {
        let mut counts = Counts::default();
        let tenants: HashMap<&RepositoryId, &TenantId> =
            all.iter().map(|one| (&one.id, &one.tenant)).collect();
        for (id, used) in uses {
            if let Some(tenant) = tenants.get(&id) {
                *counts.tenants.entry((*tenant).clone()).or_default() += used.bytes;
            }
            counts.repositories.insert(id, used.bytes);
        }
        Self(Mutex::new(counts))
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what is stored already, or no longer.
    pub(crate) fn add(&self, repository: &Repository, bytes: u64) {
        let mut counts = self.counts();
        *counts.repositories.entry(repository.id.clone()).or_default() += bytes;
        *counts.tenants.entry(repository.tenant.clone()).or_default() += bytes;
    }

    pub(crate) fn take_off(&self, repository: &Repository, bytes: u64) {
        let mut counts = self.counts();
        let Counts { repositories, tenants } = &mut *counts;
        let both = [repositories.get_mut(&repository.id), tenants.get_mut(&repository.tenant)];
        for count in both.into_iter().flatten() {
            *count = count.saturating_sub(bytes);
        }
    }

    /// Begins to count an upload.
    pub(crate) fn hold(self: &Arc<Self>, repository: Arc<Repository>, limits: Limits) -> Hold {
        Hold { ledger: Arc::clone(self), repository, limits, held: 0 }
    }
}

/// What one upload takes so far; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Hold {
    ledger: Arc<Ledger>,
    repository: Arc<Repository>,
    limits: Limits,
    held: u64,
}

impl Hold {
    /// Counts that the upload has come to this length.
    pub(crate) fn grow_to(&mut self, bytes: u64) -> Result<(), Over> {
        let more = counted(bytes).saturating_sub(self.held);
        let mut counts = self.ledger.counts();
        let Counts { repositories, tenants } = &mut *counts;
        let server = repositories.entry(self.repository.id.clone()).or_default();
        let tenant = tenants.entry(self.repository.tenant.clone()).or_default();
        if server.saturating_add(more) > self.limits.server {
            return Err(Over::Server);
        }
        if tenant.saturating_add(more) > self.limits.tenant {
            return Err(Over::Tenant);
        }
        *server += more;
        *tenant += more;
        self.held += more;
        Ok(())
    }

    /// What was counted is stored from now on.
    pub(crate) fn keep(mut self) {
        self.held = 0;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if self.held > 0 {
            self.ledger.take_off(&self.repository, self.held);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_town::Instant;

    fn repository(id: &str) -> Arc<Repository> {
        Arc::new(Repository {
            id: RepositoryId::parse(id).unwrap(),
            tenant: TenantId::parse("59273").unwrap(),
            server: id.to_owned(),
            asset: None,
            made_at: Instant::default(),
            quota_bytes: None,
            tenant_quota_bytes: None,
            silent_after_hours: None,
            told_until: Instant::default(),
            sheet: None,
            sealed_for: None,
        })
    }

    const KIB: u64 = 1_024;

    #[test]
    fn what_is_under_way_counts_and_is_given_back() {
        let (one, other) = (repository("a"), repository("b"));
        let used = Use { objects: 1, bytes: 8 * KIB, received_at: None };
        let both = [(*one).clone(), (*other).clone()];
        let ledger = Arc::new(Ledger::new(&both, vec![(one.id.clone(), used)]));
        let limits = Limits { server: 40 * KIB, tenant: 60 * KIB };
        let mut first = ledger.hold(Arc::clone(&one), limits);
        first.grow_to(1).unwrap();
        first.grow_to(20 * KIB).unwrap();
        let mut second = ledger.hold(Arc::clone(&one), limits);
        assert_eq!(second.grow_to(13 * KIB), Err(Over::Server));
        second.grow_to(12 * KIB).unwrap();
        let mut third = ledger.hold(Arc::clone(&other), limits);
        assert_eq!(third.grow_to(21 * KIB), Err(Over::Tenant));
        drop(second);
        third.grow_to(21 * KIB).unwrap();
        first.keep();
        let mut fourth = ledger.hold(Arc::clone(&one), limits);
        assert_eq!(fourth.grow_to(13 * KIB), Err(Over::Server));
        ledger.take_off(&one, 20 * KIB);
        fourth.grow_to(13 * KIB).unwrap();
    }

    #[test]
    fn packs_leave_room_for_what_ends_a_backup() {
        let limits = Limits { server: 1_000, tenant: 100 };
        let packs = limits.of(ObjectKind::Data);
        assert_eq!((packs.server, packs.tenant), (950, 95));
        let others = limits.of(ObjectKind::Snapshots);
        assert_eq!((others.server, others.tenant), (1_000, 100));
    }
}
