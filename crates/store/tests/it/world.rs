//! A store of its own for each test, on either database, and the tenants that tests play with.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use beffroi_store::{
    Location, Store, TenantScope, TestOptions, Tx, assets, journal, services, tenants,
};
use beffroi_town::{Actor, Asset, AssetId, Instant, Tenant, TenantId, catalogue, edge::Entropy};
use ring::rand::{SecureRandom as _, SystemRandom};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};

/// Runs an async contract on both databases.
macro_rules! on_both {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        mod lite {
            $(#[test] fn $name() { $crate::world::run(super::$name($crate::world::Place::lite())); })+
        }
        mod postgres {
            $(#[test] fn $name() { $crate::world::run(super::$name($crate::world::Place::postgres())); })+
        }
    };
}
pub(crate) use on_both;

/// Runs a test with several threads, so that what can race does.
pub(crate) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

pub(crate) struct Chance(SystemRandom);

impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).unwrap();
    }
}

pub(crate) fn chance() -> Arc<dyn Entropy> {
    Arc::new(Chance(SystemRandom::new()))
}

pub(crate) fn random_name() -> String {
    let mut bytes = [0; 8];
    chance().fill(&mut bytes);
    data_encoding::HEXLOWER.encode(&bytes)
}

/// Where a test keeps its data; gone when it ends.
pub(crate) struct Place {
    pub(crate) location: Location,
    folder: tempfile::TempDir,
    /// Address of the server and name of the database made there.
    server: Option<(String, String)>,
    clock_ms: AtomicI64,
}

impl Place {
    fn at(location: Location, folder: tempfile::TempDir, server: Option<(String, String)>) -> Self {
        Self { location, folder, server, clock_ms: AtomicI64::new(1_714_000_000_000) }
    }

    pub(crate) fn lite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::at(Location::Folder(folder.path().join("data")), folder, None)
    }

    pub(crate) fn postgres() -> Self {
        let Ok(server) = std::env::var("BEFFROI_TEST_PG") else {
            panic!("BEFFROI_TEST_PG is not set: run them with make test");
        };
        let folder = tempfile::tempdir().unwrap();
        let name = format!("beffroi_test_{}", random_name());
        on_server(&server, format!("CREATE DATABASE {name}"));
        let location = Location::Postgres {
            url: with_database(&server, &name),
            folder: folder.path().join("data"),
        };
        Self::at(location, folder, Some((server, name)))
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The address of this test's own database.
    pub(crate) fn url(&self) -> Option<String> {
        self.server.as_ref().map(|(server, name)| with_database(server, name))
    }

    pub(crate) async fn open(&self) -> Store {
        self.try_open().await.unwrap()
    }

    pub(crate) async fn try_open(&self) -> beffroi_store::Result<Store> {
        let options = TestOptions { pg_without_sync: true, ..TestOptions::default() };
        Store::open_for_test(&self.location, chance(), options).await
    }

    /// A clock that never stands still.
    pub(crate) fn now(&self) -> Instant {
        Instant::from_ms(self.clock_ms.fetch_add(1_000, Ordering::SeqCst))
    }

    /// Every row of every table, as text.
    pub(crate) async fn dump(&self) -> BTreeMap<String, Vec<String>> {
        match self.url() {
            Some(url) => dump_pg(&url).await,
            None => dump_lite(self).await,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            on_server(server, format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn with_database(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').unwrap_or((server, ""));
    let authority = base.find("://").unwrap() + 3;
    let end = base[authority..].find('/').map_or(base.len(), |at| authority + at);
    format!("{}/{name}?{query}", &base[..end])
}

/// Runs one statement on the server, from outside any runtime.
fn on_server(server: &str, statement: String) {
    let server = server.to_owned();
    let done = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut conn = PgConnection::connect(&server).await.expect(
                "BEFFROI_TEST_PG must name a PostgreSQL server that accepts this user: run with make test",
            );
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut conn)
                .await
                .unwrap();
        });
    });
    done.join().unwrap();
}

pub(crate) async fn raw_lite(place: &Place) -> SqliteConnection {
    let file = place.folder().join("beffroi.db");
    SqliteConnection::connect_with(&sqlx::sqlite::SqliteConnectOptions::new().filename(file))
        .await
        .unwrap()
}

async fn dump_lite(place: &Place) -> BTreeMap<String, Vec<String>> {
    let mut conn = raw_lite(place).await;
    let tables: Vec<String> =
        sqlx::query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .fetch_all(&mut conn)
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect();
    let mut dump = BTreeMap::new();
    for table in tables {
        let columns: Vec<String> = sqlx::query("SELECT name FROM pragma_table_info($1)")
            .bind(&table)
            .fetch_all(&mut conn)
            .await
            .unwrap()
            .iter()
            .map(|row| row.get::<String, _>(0))
            .collect();
        let select = format!("SELECT json_array({}) FROM {table}", columns.join(", "));
        let mut rows: Vec<String> = sqlx::query(AssertSqlSafe(select))
            .fetch_all(&mut conn)
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect();
        rows.sort();
        dump.insert(table, rows);
    }
    dump
}

async fn dump_pg(url: &str) -> BTreeMap<String, Vec<String>> {
    let mut conn = PgConnection::connect(url).await.unwrap();
    let tables: Vec<String> = sqlx::query(
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap()
    .iter()
    .map(|row| row.get(0))
    .collect();
    let mut dump = BTreeMap::new();
    for table in tables {
        let select = format!("SELECT row_to_json({table})::text FROM {table}");
        let mut rows: Vec<String> = sqlx::query(AssertSqlSafe(select))
            .fetch_all(&mut conn)
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect();
        rows.sort();
        dump.insert(table, rows);
    }
    dump
}

pub(crate) const ACTOR: Actor = Actor::CommandLine;

pub(crate) fn code(text: &str) -> TenantId {
    TenantId::parse(text).unwrap()
}

pub(crate) fn codes<const N: usize>(texts: [&str; N]) -> Vec<TenantId> {
    texts.map(code).to_vec()
}

pub(crate) fn scope(text: &str) -> TenantScope {
    TenantScope::for_tenant(&code(text))
}

/// The five towns of one shared computer room.
pub(crate) const FIVE: [&str; 5] = ["44030", "44052", "44103", "44132", "44184"];

pub(crate) fn tenant(text: &str) -> Tenant {
    let id = code(text);
    Tenant {
        name: format!("Ville {id}"),
        department: Some(text[..2].to_owned()),
        region: None,
        population: Some(11_000),
        siren: None,
        postcodes: vec![format!("{}000", &text[..2])],
        epci: None,
        opened_at: Instant::default(),
        closed_at: None,
        id,
    }
}

/// Adds towns with everything that the catalogue gives them.
pub(crate) async fn found(place: &Place, store: &Store, towns: &[&str]) {
    let ids: Vec<TenantId> = towns.iter().map(|town| code(town)).collect();
    let mut tx = store.begin_founding(&ids, &ACTOR, place.now()).await.unwrap();
    for town in towns {
        assert!(found_one(&mut tx, town).await.unwrap());
    }
    tx.commit().await.unwrap();
}

pub(crate) async fn found_one(tx: &mut Tx, town: &str) -> beffroi_store::Result<bool> {
    let tenant = tenant(town);
    let at = tx.at();
    let added = tenants::add(tx, &tenant).await?;
    let (its_services, its_assets) = catalogue::start(&tenant.id, at).unwrap();
    assets::add(tx, &its_assets).await?;
    services::add(tx, &tenant.id, &its_services).await?;
    Ok(added)
}

pub(crate) fn asset_id(town: &str, what: &str) -> AssetId {
    catalogue::asset_id(&code(town), what).unwrap()
}

/// An asset of one town, shared with others.
pub(crate) fn shared_asset(id: &str, owner: &str, with: &[&str]) -> Asset {
    let (_, mut all) = catalogue::start(&code(owner), Instant::default()).unwrap();
    let mut asset = all.remove(0);
    asset.id = AssetId::parse(id).unwrap();
    asset.needs = Vec::new();
    asset.shared_with = with.iter().map(|town| code(town)).collect();
    asset
}

pub(crate) async fn exported(store: &Store, town: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut conn = store.read().await.unwrap();
    journal::export(&mut conn, &scope(town), &mut bytes)
        .await
        .unwrap()
        .expect("the tenant is here");
    bytes
}

/// Exports a journal and checks it against its own fingerprint; how many entries it has.
pub(crate) async fn verified(store: &Store, town: &str) -> u64 {
    let bytes = exported(store, town).await;
    let mut conn = store.read().await.unwrap();
    let fingerprint = journal::fingerprint(&mut conn, &scope(town)).await.unwrap();
    let head = journal::head(&mut conn, &scope(town)).await.unwrap();
    let report = journal::verify(&*bytes, fingerprint.as_ref(), head.as_ref()).unwrap();
    assert!(report.author_proven);
    assert_eq!(report.tenant, code(town));
    assert_eq!(report.entries, journal::count(&mut conn, &scope(town)).await.unwrap());
    report.entries
}
