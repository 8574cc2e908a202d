//! Measures the journal and the commits; started by `cargo xtask bench journal`.
//!
//! Prints one JSON array of rows, as `BENCHMARKS.md` explains them.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

use std::{error::Error, sync::Arc, time::Instant as Moment};

use beffroi_store::{Location, Store, TenantScope, journal, tenants};
use beffroi_town::{Actor, Instant, Tenant, TenantId, edge::Entropy};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

const COMMITS: usize = 100;
const ENTRIES: usize = 1_000;
const SMALL_COMMITS: u32 = 500;
const RUNS: usize = 5;

type Done<T> = Result<T, Box<dyn Error>>;

struct Chance(SystemRandom);

impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        let filled = self.0.fill(bytes);
        assert!(filled.is_ok(), "the operating system gives no random bytes");
    }
}

fn at_most(what: &str, unit: &str, ours: f64, goal: f64) -> Value {
    row(what, unit, ours, goal, ours <= goal)
}

fn row(what: &str, unit: &str, ours: f64, goal: f64, met: bool) -> Value {
    let ours = (ours * 100.0).round() / 100.0;
    json!({ "what": what, "unit": unit, "ours": ours, "peer": null, "peer_name": null,
        "ratio": null, "goal": goal, "met": met })
}

fn main() -> Done<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let rows = runtime.block_on(measure())?;
    println!("{}", Value::Array(rows));
    Ok(())
}

async fn measure() -> Done<Vec<Value>> {
    let folder = tempfile::tempdir()?;
    let location = Location::Folder(folder.path().to_owned());
    let store = Store::open(&location, Arc::new(Chance(SystemRandom::new()))).await?;
    let town = found(&store).await?;
    let scope = TenantScope::for_tenant(&town);
    let tenants = std::slice::from_ref(&town);

    let started = Moment::now();
    for number in 0..SMALL_COMMITS {
        let mut tx = store.begin(tenants, &Actor::Platform, Instant::default()).await?;
        tx.record(&town, "login", json!({ "number": number })).await?;
        tx.commit().await?;
    }
    let commits_per_s = f64::from(SMALL_COMMITS) / started.elapsed().as_secs_f64();

    for _ in 0..COMMITS {
        let mut tx = store.begin(tenants, &Actor::Platform, Instant::default()).await?;
        for number in 0..ENTRIES {
            let body = json!({ "asset": "59273-file_server", "from": "up", "number": number });
            tx.record(&town, "asset_state", body).await?;
        }
        tx.commit().await?;
    }
    let mut conn = store.read().await?;
    let fingerprint = journal::fingerprint(&mut conn, &scope).await?;
    let (mut exports, mut verifies, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        bytes.clear();
        let started = Moment::now();
        journal::export(&mut conn, &scope, &mut bytes).await?;
        exports.push(started.elapsed().as_secs_f64());
        let started = Moment::now();
        journal::verify(&*bytes, fingerprint.as_ref(), None)?;
        verifies.push(started.elapsed().as_secs_f64());
    }
    Ok(vec![
        at_most("journal of 100,000 entries verified", "s", median(verifies), 2.0),
        at_most("journal of 100,000 entries exported", "s", median(exports), 5.0),
        row(
            "commits, each signed and on the disk",
            "1/s",
            commits_per_s,
            100.0,
            commits_per_s >= 100.0,
        ),
    ])
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

async fn found(store: &Store) -> Done<TenantId> {
    let id = TenantId::parse("59273")?;
    let tenant = Tenant {
        id: id.clone(),
        name: "Gravelines".to_owned(),
        department: None,
        region: None,
        population: None,
        siren: None,
        postcodes: Vec::new(),
        epci: None,
        opened_at: Instant::default(),
        closed_at: None,
    };
    let ids = std::slice::from_ref(&id);
    let mut tx = store.begin_founding(ids, &Actor::Platform, Instant::default()).await?;
    tenants::add(&mut tx, &tenant).await?;
    tx.commit().await?;
    Ok(id)
}
