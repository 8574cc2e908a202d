//! Every change is handed over once, in order, whoever wrote it.

use std::{collections::BTreeMap, time::Duration};

use beffroi_store::{Store, changes};
use serde_json::json;
use tokio::time::{Instant as Moment, timeout};

use crate::world::{ACTOR, FIVE, Place, code, codes, found, on_both};

on_both!(
    each_change_once_while_many_write,
    another_process_is_heard_within_a_second,
    a_follower_that_fell_behind_is_told,
    a_follower_outlives_its_connections,
);

async fn write(store: &Store, place: &Place, town: &str, nouns: &[&'static str]) -> u64 {
    let mut tx = store.begin(&codes([town]), &ACTOR, place.now()).await.unwrap();
    tx.record(&code(town), "login", json!({})).await.unwrap();
    for noun in nouns {
        tx.changed(&code(town), noun).unwrap();
    }
    tx.commit().await.unwrap().change
}

async fn each_change_once_while_many_write(place: Place) {
    let store = place.open().await;
    found(&place, &store, &FIVE).await;
    let from = changes::newest(&mut store.read().await.unwrap()).await.unwrap();
    let mut followers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let mut follower = store.follow(from);
        followers.spawn(async move {
            let mut all = Vec::new();
            while all.len() < 60 {
                let news = follower.next().await;
                assert!(!news.missed);
                all.extend(news.rows);
            }
            (follower.number(), all)
        });
    }
    // Writers come from two stores, as from two processes.
    let other = place.open().await;
    let place = std::sync::Arc::new(place);
    let mut writers = tokio::task::JoinSet::new();
    for turn in 0..30_usize {
        let (store, place) = (if turn % 2 == 0 { &store } else { &other }.clone(), place.clone());
        writers.spawn(async move { write(&store, &place, FIVE[turn % 5], &["one", "two"]).await });
    }
    writers.join_all().await;
    let seen = timeout(Duration::from_secs(30), followers.join_all()).await.unwrap();
    for (number, all) in seen {
        let numbers: Vec<u64> = all.iter().map(|change| change.number).collect();
        assert_eq!(numbers, (from + 1..=from + 60).collect::<Vec<_>>());
        assert_eq!(number, from + 60);
        let mut towns: BTreeMap<&str, usize> = BTreeMap::new();
        for change in &all {
            *towns.entry(change.tenant.as_str()).or_default() += 1;
        }
        assert_eq!(towns, FIVE.map(|town| (town, 12)).into());
    }
}

async fn another_process_is_heard_within_a_second(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let from = changes::newest(&mut store.read().await.unwrap()).await.unwrap();
    let mut follower = store.follow(from);
    // The second store shares nothing with the first but the data, as another process would.
    let other = place.open().await;
    for round in 0..3 {
        let waiting = tokio::spawn(async move {
            let news = timeout(Duration::from_secs(5), follower.next()).await.unwrap();
            (follower, news, Moment::now())
        });
        let number = write(&other, &place, "59273", &["asset"]).await;
        let written = Moment::now();
        let (back, news, heard) = waiting.await.unwrap();
        follower = back;
        let late = heard.saturating_duration_since(written);
        assert_eq!(news.rows.len(), 1);
        assert_eq!((news.rows[0].number, news.rows[0].noun.as_str()), (number, "asset"));
        println!("round {round}: heard after {late:?}");
        assert!(late < Duration::from_secs(1), "heard after {late:?}");
    }
}

async fn a_follower_that_fell_behind_is_told(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let mut late = store.follow(0);
    let nouns: Vec<&'static str> =
        (0..changes::KEPT).map(|number| &*format!("noun-{number}").leak()).collect();
    let newest = write(&store, &place, "59273", &nouns).await;
    let mut rows = 0;
    let first = late.next().await;
    assert!(first.missed, "three changes are gone, and nobody was told");
    rows += first.rows.len();
    while late.number() < newest {
        let news = late.next().await;
        assert!(!news.missed);
        rows += news.rows.len();
    }
    assert_eq!(rows, usize::try_from(changes::KEPT).unwrap());
    // A number from the future: the database was put back from a backup.
    let mut ahead = store.follow(newest + 5);
    let news = ahead.next().await;
    assert!(news.missed);
    assert_eq!(ahead.number(), newest);
}

async fn a_follower_outlives_its_connections(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let from = changes::newest(&mut store.read().await.unwrap()).await.unwrap();
    let mut follower = store.follow(from);
    write(&store, &place, "59273", &["before"]).await;
    assert_eq!(follower.next().await.rows[0].noun, "before");
    let waiting =
        tokio::spawn(async move { timeout(Duration::from_secs(20), follower.next()).await });
    if let Some(url) = place.url() {
        use sqlx::Connection as _;
        let mut admin = sqlx::PgConnection::connect(&url).await.unwrap();
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .execute(&mut admin)
        .await
        .unwrap();
    } else {
        // SQLite has no server to lose; the other process goes on without this one's connections.
        let other = place.open().await;
        write(&other, &place, "59273", &["between"]).await;
        other.close().await;
    }
    let writer = place.open().await;
    write(&writer, &place, "59273", &["after"]).await;
    let news = waiting.await.unwrap().expect("the follower did not come back");
    assert!(!news.missed);
    assert!(["between", "after"].contains(&news.rows[0].noun.as_str()), "{news:?}");
}
