//! Two towns that share a file server, and a third that shares nothing.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use beffroi_crisis::Deed;
use beffroi_store::{Location, Store, TenantScope, assets, facts, guards, journal, services};
use beffroi_town::{
    Actor, AssetId, CutMeans, Instant, Tenant, TenantId, TownFacts, catalogue,
    edge::Entropy,
    watch::{EnrolRequest, HostFacts, Letter, Level},
};
use tempfile::TempDir;

/// Eleven o'clock in Gravelines, Thursday 25 April 2024.
pub(crate) const ELEVEN: Instant = Instant::from_ms(1_714_035_600_000);

/// Chance that is the same in every run.
#[derive(Default)]
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let next = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            *byte = u8::try_from(next >> 56).unwrap();
        }
    }
}

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) town: TenantScope,
    pub(crate) neighbour: TenantScope,
    pub(crate) stranger: TenantScope,
    pub(crate) actor: Actor,
    _folder: TempDir,
}

pub(crate) fn id(code: &str) -> TenantId {
    TenantId::parse(code).unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Folder(folder.path().to_owned());
        let store = Store::open(&location, Arc::new(Counted::default())).await.unwrap();
        for (code, name) in
            [("59273", "Gravelines"), ("59183", "Dunkerque"), ("62473", "Isbergues")]
        {
            add(&store, code, name).await;
        }
        let world = Self {
            town: TenantScope::for_tenant(&id("59273")),
            neighbour: TenantScope::for_tenant(&id("59183")),
            stranger: TenantScope::for_tenant(&id("62473")),
            actor: Actor::CommandLine,
            store,
            _folder: folder,
        };
        let both = [id("59273"), id("59183")];
        let mut tx = world.store.begin(&both, &world.actor, ELEVEN).await.unwrap();
        for code in ["file_server", "hypervisor", "network", "directory"] {
            assets::share_with(&mut tx, &asset(code), &id("59183")).await.unwrap();
        }
        tx.commit().await.unwrap();
        world
    }

    pub(crate) fn deed<'a>(&'a self, scope: &'a TenantScope, minutes: i64) -> Deed<'a> {
        Deed { store: &self.store, actor: &self.actor, at: after(minutes), scope }
    }

    pub(crate) async fn facts(&self, scope: &TenantScope) -> TownFacts {
        let mut conn = self.store.read().await.unwrap();
        facts::load(&mut conn, scope, after(60)).await.unwrap().unwrap()
    }

    /// How often something of this kind is in the journal.
    pub(crate) async fn written(&self, scope: &TenantScope, kind: &str) -> usize {
        let mut conn = self.store.read().await.unwrap();
        let all = journal::newest(&mut conn, scope, None, 500).await.unwrap();
        all.iter().filter(|entry| entry.kind == kind).count()
    }

    pub(crate) async fn means(&self, code: &str, means: CutMeans) {
        let mut tx = assets::begin(&self.store, &self.town, &[asset(code)], &self.actor, ELEVEN)
            .await
            .unwrap();
        assets::set_cut_means(&mut tx, &asset(code), Some(&means)).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A guard on the file server.
    pub(crate) async fn guard(&self) -> guards::Guard {
        self.guard_of("file_server").await
    }

    pub(crate) async fn guard_of(&self, code: &str) -> guards::Guard {
        let tenants = [id("59273")];
        let mut tx = self.store.begin(&tenants, &self.actor, ELEVEN).await.unwrap();
        let token = guards::offer(&mut tx, &tenants[0], &asset(code), after(15)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = self.store.begin(&tenants, &Actor::Outside, ELEVEN).await.unwrap();
        let request = EnrolRequest {
            token,
            asset: asset(code),
            public_key: "key".to_owned(),
            host: HostFacts {
                hostname: "fichiers".to_owned(),
                system: "Debian 12".to_owned(),
                kernel: "6.1".to_owned(),
                guard_version: "0.1.0".to_owned(),
            },
            level: Level { letter: Letter::B, holes: vec![] },
        };
        let guard = guards::enrol(&mut tx, &request).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        guard
    }
}

async fn add(store: &Store, code: &str, name: &str) {
    let tenant = Tenant {
        id: id(code),
        name: name.to_owned(),
        department: Some("59".to_owned()),
        region: Some("32".to_owned()),
        population: None,
        siren: None,
        postcodes: vec![],
        epci: None,
        opened_at: ELEVEN,
        closed_at: None,
    };
    let (its_services, its_assets) = catalogue::start(&tenant.id, ELEVEN).unwrap();
    let ids = [tenant.id.clone()];
    let mut tx = store.begin_founding(&ids, &Actor::CommandLine, ELEVEN).await.unwrap();
    beffroi_store::tenants::add(&mut tx, &tenant).await.unwrap();
    assets::add(&mut tx, &its_assets).await.unwrap();
    services::add(&mut tx, &tenant.id, &its_services).await.unwrap();
    tx.commit().await.unwrap();
}

/// An asset of Gravelines.
pub(crate) fn asset(code: &str) -> AssetId {
    catalogue::asset_id(&id("59273"), code).unwrap()
}

pub(crate) fn after(minutes: i64) -> Instant {
    ELEVEN.plus_ms(minutes * 60_000)
}

pub(crate) fn hand() -> CutMeans {
    CutMeans::Hand { room: "local".to_owned(), rack: "A".to_owned(), label: "1".to_owned() }
}
