//! Measures the cyber envelope and the sheets of the first hour; started by
//! `cargo xtask bench envelope`.
//!
//! Prints one JSON array of rows, as `BENCHMARKS.md` explains them. A town of forty people, each
//! with an account, on SQLite that flushes each commit.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::Instant as Watch,
};

use beffroi_pages::sheets::{SheetKind, sheet};
use beffroi_registry::{
    accounts::{self, NewPerson},
    kits,
    roster::{self, Others},
    sheets, tenants,
};
use beffroi_store::{Location, Store, TenantScope, facts};
use beffroi_town::{Actor, Instant, Lang, Role, TenantId, edge::Entropy};
use ring::rand::{SecureRandom as _, SystemRandom};

/// Rounds, of which the median counts.
const ROUNDS: usize = 21;
const PEOPLE: usize = 40;
const URL: &str = "https://etat.exemple.fr";

type Done<T> = Result<T, Box<dyn Error>>;

struct Chance(Mutex<SystemRandom>);

impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        let source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if source.fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Done<()> {
    let folder = tempfile::tempdir()?;
    let location = Location::Folder(folder.path().to_owned());
    let entropy = Arc::new(Chance(Mutex::new(SystemRandom::new())));
    let store = Store::open(&location, entropy).await?;
    let scope = town(&store).await?;
    let mut printed = Vec::new();
    let mut looked = Vec::new();
    let mut written = Vec::new();
    for round in 0..ROUNDS {
        let at = Instant::from_ms(1_714_035_840_000 + i64::try_from(round)?);
        let by = (&Actor::CommandLine, at);
        let watch = Watch::now();
        let draft = kits::draft(&store, by, &scope, URL, Lang::Fr).await?;
        let envelope = draft.keep().await?;
        printed.push(ms(watch));
        if envelope.holders.len() != PEOPLE {
            return Err("the envelope is not for forty people".into());
        }
        let watch = Watch::now();
        let standing = kits::standing(&store, at, &scope, URL).await?;
        looked.push(ms(watch));
        if standing.is_none_or(|known| !known.stale.is_empty()) {
            return Err("a new envelope is stale".into());
        }
        let watch = Watch::now();
        all_sheets(&store, &scope, at).await?;
        written.push(ms(watch));
    }
    let rows = serde_json::json!([
        row("envelope for 40 people: codes made, kept and put on paper", median(printed), 1_000.0),
        row("is that envelope stale?", median(looked), 100.0),
        row("the five sheets of the first hour, in both languages", median(written), 200.0),
    ]);
    println!("{rows}");
    Ok(())
}

/// A town with forty people who may log in and stand on the roster.
async fn town(store: &Store) -> Done<TenantScope> {
    let (by, at) = (Actor::CommandLine, Instant::from_ms(1_714_000_000_000));
    let id = TenantId::parse("59273")?;
    tenants::add(store, &by, at, vec![tenants::resolve("59273")?]).await?;
    let scope = TenantScope::for_tenant(&id);
    let mut table = "nom;fonction;service;telephone;appele par\n".to_owned();
    for number in 0..PEOPLE {
        let name = format!("Agent {number}");
        let role = if number == 0 { Role::Director } else { Role::Clerk };
        accounts::add(store, &by, at, &scope, &NewPerson { name: &name, role }).await?;
        let caller = number.checked_sub(1).map(|below| format!("Agent {}", below / 7));
        let caller = caller.unwrap_or_default();
        table =
            format!("{table}{name};Agent;Service {};06000000{number:02};{caller}\n", number % 6);
    }
    roster::import(store, (&by, at), &scope, table.as_bytes(), Others::Stay).await?;
    Ok(scope)
}

async fn all_sheets(store: &Store, scope: &TenantScope, at: Instant) -> Done<()> {
    let mut conn = store.read().await?;
    let facts = facts::load(&mut conn, scope, at).await?.ok_or("the town is gone")?;
    let staff = sheets::staff(&mut conn, scope).await?;
    let place = sheets::place(URL, scope.tenant());
    for kind in SheetKind::ALL {
        for lang in Lang::ALL {
            std::hint::black_box(sheet(kind, &facts, &staff, &place, lang)?);
        }
    }
    Ok(())
}

/// A row without a peer: `goal` is in the unit, and less is better.
fn row(what: &str, ours: f64, goal: f64) -> serde_json::Value {
    let ours = (ours * 100.0).round() / 100.0;
    serde_json::json!({
        "what": what, "unit": "ms", "ours": ours, "peer": null, "peer_name": null,
        "ratio": null, "goal": goal, "met": ours <= goal,
    })
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

fn ms(watch: Watch) -> f64 {
    watch.elapsed().as_secs_f64() * 1_000.0
}
