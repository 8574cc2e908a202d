//! A store with one town in it, played time and chance: what tests of this room stand on.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use beffroi_store::{Location, Store, TenantScope};
use beffroi_town::{Actor, Instant, Role, TenantId, edge::Entropy};

use crate::{
    accounts::{self, Account, NewPerson},
    france, tenants,
};

/// Repeatable, and different at each call (splitmix64).
struct Played(AtomicU64);

impl Entropy for Played {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            for (to, from) in chunk.iter_mut().zip((z ^ (z >> 31)).to_le_bytes()) {
                *to = from;
            }
        }
    }
}

pub(crate) const BY: Actor = Actor::CommandLine;
pub(crate) const AT: Instant = Instant::from_ms(1_714_035_840_000);

pub(crate) struct Town {
    pub(crate) store: Store,
    pub(crate) scope: TenantScope,
    _folder: tempfile::TempDir,
}

impl Town {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Folder(folder.path().to_owned());
        let store = Store::open(&location, Arc::new(Played(AtomicU64::new(7)))).await.unwrap();
        let id = TenantId::parse("59273").unwrap();
        let entry = france::by_id(&id).unwrap();
        tenants::add(&store, &BY, AT, vec![entry]).await.unwrap();
        Self { store, scope: TenantScope::for_tenant(&id), _folder: folder }
    }

    /// Somebody with an account that is set up, as far as codes go.
    pub(crate) async fn person(&self, name: &str, role: Role) -> Account {
        let new = NewPerson { name, role };
        let first = accounts::add(&self.store, &BY, AT, &self.scope, &new).await.unwrap();
        self.account(&first.account).await
    }

    pub(crate) async fn account(&self, id: &beffroi_town::AccountId) -> Account {
        let all = accounts::list(&self.store, &self.scope).await.unwrap();
        all.into_iter().find(|one| one.id == *id).unwrap()
    }

    /// A write that says what it is.
    pub(crate) async fn begin(&self) -> beffroi_store::Tx {
        self.store.begin(std::slice::from_ref(self.scope.tenant()), &BY, AT).await.unwrap()
    }
}
