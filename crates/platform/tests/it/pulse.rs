//! The bell and the clock: an hour off, a platform that was silent, the beat outward.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use beffroi_crisis::{Deed, calls};
use beffroi_platform::{
    Platform,
    config::RawConfig,
    edge::{SystemClock, SystemEntropy},
};
use beffroi_store::{OperatorScope, rounds};
use beffroi_town::{Actor, Instant, edge::Clock};
use serde_json::json;

use crate::{
    LISTEN,
    bell::{Town, next, silent, until, webhook},
    receiver::{Receiver, ok},
    start,
};

struct Movable(AtomicI64);

impl Clock for Movable {
    fn now(&self) -> Instant {
        SystemClock.now().plus_ms(self.0.load(Ordering::SeqCst))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_an_hour_off_either_way_stops_nothing() {
    const HOUR_MS: i64 = 3_600_000;
    let town = Town::new().await;
    let good = Arc::new(Receiver::new(ok()));
    let settings = [LISTEN.to_owned(), webhook("good", &good, "")].concat();
    let alix = town.person("Alix", &[("good", "alix")]).await;
    let clock = Arc::new(Movable(AtomicI64::new(0)));
    let begin = async |clock: &Arc<Movable>| {
        let data = town.path().join("data");
        let text = format!("[data]\nfolder = \"{}\"\n{settings}", data.display());
        let config = toml::from_str::<RawConfig>(&text).unwrap().check().unwrap();
        let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
        Platform::start(config, clock, Arc::new(SystemEntropy::new())).await.unwrap()
    };
    let platform = begin(&clock).await;
    let test = async || {
        let (actor, at) = (Actor::CommandLine, clock.now());
        let deed = Deed { store: &town.store, actor: &actor, at, scope: &town.scope };
        let call = calls::test(&deed, Some(&alix)).await.unwrap();
        next(&good).await;
        // Stopped before that is written down, it would be sent once more.
        town.outcomes(&call).await;
    };
    test().await;
    for off in [-HOUR_MS, HOUR_MS, 0, -HOUR_MS] {
        clock.0.store(off, Ordering::SeqCst);
        test().await;
    }
    // The clock is put right while nobody runs: what was asked for before is not forgotten.
    platform.stop().await;
    let (actor, at) = (Actor::CommandLine, SystemClock.now().plus_ms(HOUR_MS));
    let deed = Deed { store: &town.store, actor: &actor, at, scope: &town.scope };
    calls::test(&deed, Some(&alix)).await.unwrap();
    clock.0.store(0, Ordering::SeqCst);
    let platform = begin(&clock).await;
    next(&good).await;
    silent(&good).await;
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_people_hear_that_the_platform_was_silent() {
    let town = Town::new().await;
    let good = Arc::new(Receiver::new(ok()));
    let settings = [LISTEN.to_owned(), webhook("good", &good, "")].concat();
    town.person("Alix", &[("good", "alix")]).await;
    town.person("Opérateur", &[("good", "operateur")]).await;
    let platform = start(town.path(), &settings).await.unwrap();
    silent(&good).await;
    platform.stop().await;
    let platform = start(town.path(), &settings).await.unwrap();
    silent(&good).await;
    platform.stop().await;
    let mut book = town.store.bookkeeping().await.unwrap();
    let before = SystemClock.now().plus_ms(-20 * 60_000);
    rounds::done(&mut book, "alive", before, &json!({})).await.unwrap();
    book.commit().await.unwrap();
    let platform = start(town.path(), &settings).await.unwrap();
    let sent = next(&good).await.json();
    assert_eq!(sent["to"], "operateur");
    assert!(sent["text"].as_str().unwrap().contains("plateforme muette"), "{sent}");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_beats_outward_and_says_what_fails() {
    let town = Town::new().await;
    let (well, ill) = (Arc::new(Receiver::new(ok())), Arc::new(Receiver::new(ok())));
    let beat = format!(
        "{LISTEN}[beat]\nurl = {:?}\nfailing_url = {:?}\nevery_seconds = 5\n",
        well.url("/ping"),
        ill.url("/ping/fail"),
    );
    let platform = start(town.path(), &beat).await.unwrap();
    assert_eq!(next(&well).await.json(), json!({ "state": "ok", "failing": [] }));
    let mut book = town.store.bookkeeping().await.unwrap();
    rounds::failed(&mut book, "mirror", SystemClock.now(), "no route").await.unwrap();
    book.commit().await.unwrap();
    let asked = next(&ill).await;
    assert!(asked.line.contains("/ping/fail"));
    assert_eq!(asked.json(), json!({ "state": "failing", "failing": ["mirror"] }));
    platform.stop().await;

    let dead = "[beat]\nurl = \"http://127.0.0.1:1/\"\nmethod = \"GET\"\n";
    let platform = start(town.path(), &format!("{LISTEN}{dead}")).await.unwrap();
    let row = until(async || {
        let mut conn = town.store.read().await.unwrap();
        let row = rounds::get(&mut conn, &OperatorScope::for_operator(), "beat").await.unwrap();
        row.filter(|row| row.failing_since.is_some())
    })
    .await;
    assert_eq!(row.failure.as_deref(), Some("unreachable"));
    platform.stop().await;
}
