//! Writers at the same time, locks, and what a transaction refuses.

use std::time::Duration;

use beffroi_store::{
    Error, Location, OperatorScope, Store, assets, bookkeeping::Bookkeeping, changes, incidents,
    journal, sessions, tenants, texts, throttle,
};
use beffroi_town::{
    Actor, AssetState, Incident, IncidentId, Instant, Phase, TenantId, incident::Nature,
};
use serde_json::json;

use crate::world::{
    ACTOR, FIVE, Place, asset_id, chance, code, codes, exported, found, on_both, scope, tenant,
    verified,
};

on_both!(
    fifty_writers_on_one_tenant,
    fifty_writers_on_several_tenants,
    opposite_orders_do_not_wait_for_each_other_forever,
    a_transaction_refuses_what_it_did_not_lock,
    nothing_journalled_is_nothing_kept,
    a_dropped_transaction_leaves_nothing,
    a_failed_step_spoils_the_whole_write,
    founding_twice_changes_nothing,
    only_the_right_master_key_opens,
    a_newer_schema_is_refused,
    a_view_stands_still,
    the_journal_body_is_bounded,
    hostile_texts_fare_alike,
    texts_are_erased_for_good,
    bookkeeping_is_not_for_facts,
);

async fn fifty_writers_on_one_tenant(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let before = verified(&store, "59273").await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (store, at) = (store.clone(), place.now());
        tasks.spawn(async move {
            let mut tx = store.begin(&codes(["59273"]), &ACTOR, at).await.unwrap();
            let state = AssetState::Degraded;
            assets::set_state(&mut tx, &asset_id("59273", "mail"), state, Some("lent"))
                .await
                .unwrap();
            tx.commit().await.unwrap()
        });
    }
    let mut numbers: Vec<u64> = tasks.join_all().await.iter().map(|done| done.change).collect();
    numbers.sort_unstable();
    assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{numbers:?}");
    assert_eq!(verified(&store, "59273").await, before + 50);
}

async fn fifty_writers_on_several_tenants(place: Place) {
    let store = place.open().await;
    found(&place, &store, &FIVE).await;
    let before = verified(&store, FIVE[0]).await;
    let mut tasks = tokio::task::JoinSet::new();
    for turn in 0..50_usize {
        let (store, at) = (store.clone(), place.now());
        tasks.spawn(async move {
            // Three of the five, named in another order each time.
            let mut towns = FIVE.map(code);
            towns.rotate_left(turn % 5);
            let mut tx = store.begin(&towns[..3], &ACTOR, at).await.unwrap();
            for town in &towns[..3] {
                tx.record(town, "login", json!({ "turn": turn })).await.unwrap();
                tx.changed(town, "test").unwrap();
            }
            tx.commit().await.unwrap();
        });
    }
    tasks.join_all().await;
    for town in FIVE {
        assert_eq!(verified(&store, town).await, before + 30, "{town}");
    }
    let mut conn = store.read().await.unwrap();
    let newest = changes::newest(&mut conn).await.unwrap();
    let heads = journal::heads(&mut conn, &OperatorScope::for_operator()).await.unwrap();
    assert_eq!(heads.len(), 5);
    assert_eq!(newest, 5 * 3 + 150);
}

fn incident(number: usize, towns: &[TenantId], at: Instant) -> Incident {
    Incident {
        id: IncidentId::parse(&format!("incident-{number}")).unwrap(),
        owner: towns[0].clone(),
        tenants: towns.to_vec(),
        nature: Nature::Cyberattack,
        phase: Phase::Declared,
        noticed_at: at,
        declared_at: at,
        declared_by: ACTOR,
        phase_at: at,
    }
}

async fn opposite_orders_do_not_wait_for_each_other_forever(place: Place) {
    let store = place.open().await;
    found(&place, &store, &FIVE).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let (store, at) = (store.clone(), place.now());
        tasks.spawn(async move {
            let mut towns = FIVE.map(code).to_vec();
            if number % 2 == 1 {
                towns.reverse();
            }
            let mut tx = store.begin(&towns, &ACTOR, at).await.unwrap();
            incidents::declare(&mut tx, &incident(number, &towns, at)).await.unwrap();
            tx.commit().await.unwrap();
        });
    }
    tokio::time::timeout(Duration::from_mins(1), tasks.join_all())
        .await
        .expect("declarations wait for each other");
    let mut conn = store.read().await.unwrap();
    for town in FIVE {
        let seen = incidents::open(&mut conn, &scope(town)).await.unwrap();
        assert_eq!(seen.len(), 20);
        assert!(seen.iter().all(|one| one.tenants == FIVE.map(code)));
    }
    drop(conn);
    for town in FIVE {
        verified(&store, town).await;
    }
}

async fn a_transaction_refuses_what_it_did_not_lock(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let lille = codes(["59273"]);
    let at = place.now();
    let mut tx = store.begin(&lille, &ACTOR, at).await.unwrap();
    let refused = tx.record(&code("62473"), "login", json!({})).await;
    assert!(matches!(refused, Err(Error::OutOfScope { .. })), "{refused:?}");
    assert!(matches!(tx.changed(&code("62473"), "test"), Err(Error::OutOfScope { .. })));
    let refused = tx.post(&code("62473"), "mail", json!({}), at).await;
    assert!(matches!(refused, Err(Error::OutOfScope { .. })), "{refused:?}");
    // What belongs to others only is as absent as what nobody has.
    let id = asset_id("62473", "mail");
    let refused = assets::set_state(&mut tx, &id, AssetState::Down, None).await;
    assert!(matches!(refused, Err(Error::Absent { .. })), "{refused:?}");
    drop(tx);
    let refused = store.begin(&codes(["75056"]), &ACTOR, at).await;
    assert!(matches!(refused, Err(Error::NoSuchTenant(_))), "{refused:?}");
    let refused = store.begin(&[], &ACTOR, at).await;
    assert!(matches!(refused, Err(Error::NoTenant)), "{refused:?}");
    assert_eq!(verified(&store, "62473").await, 3);
}

async fn nothing_journalled_is_nothing_kept(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let before = place.dump().await;
    let both = codes(["59273", "62473"]);
    let tx = store.begin(&both, &ACTOR, place.now()).await.unwrap();
    assert!(matches!(tx.commit().await, Err(Error::NothingJournalled)));
    // A change for one tenant with an entry for another is no better.
    let mut tx = store.begin(&both, &ACTOR, place.now()).await.unwrap();
    tx.record(&both[0], "login", json!({})).await.unwrap();
    tx.changed(&both[1], "test").unwrap();
    assert!(matches!(tx.commit().await, Err(Error::NothingJournalled)));
    assert_eq!(place.dump().await, before);
}

async fn a_dropped_transaction_leaves_nothing(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let before = place.dump().await;
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    assets::set_state(&mut tx, &asset_id("59273", "mail"), AssetState::Down, Some("panne"))
        .await
        .unwrap();
    drop(tx);
    // The next writer is not held up by the one that was dropped.
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    let found = assets::get(tx.conn(), &scope("59273"), &asset_id("59273", "mail")).await.unwrap();
    assert_eq!(found.unwrap().state, AssetState::Up);
    drop(tx);
    let mut conn = store.read().await.unwrap();
    assert_eq!(journal::count(&mut conn, &scope("59273")).await.unwrap(), 3);
    drop(conn);
    assert_eq!(place.dump().await, before);
}

/// Whoever goes on after an error and commits is not told that it was kept.
async fn a_failed_step_spoils_the_whole_write(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let before = place.dump().await;
    let both = codes(["59273", "62473"]);
    // The second has a journal in this transaction, but was not added as a tenant.
    let mut tx = store.begin_founding(&both, &ACTOR, place.now()).await.unwrap();
    let mail = asset_id("59273", "mail");
    assets::set_state(&mut tx, &mail, AssetState::Down, None).await.unwrap();
    let failed = assets::share_with(&mut tx, &mail, &both[1]).await;
    assert!(matches!(failed, Err(Error::Database { .. })), "{failed:?}");
    let kept = tx.commit().await;
    assert!(kept.is_err(), "{kept:?}");
    assert_eq!(place.dump().await, before);
}

async fn founding_twice_changes_nothing(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let before = place.dump().await;
    let mut tx = store.begin_founding(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    assert!(!crate::world::found_one(&mut tx, "59273").await.unwrap());
    assert!(matches!(tx.commit().await, Err(Error::NothingJournalled)));
    assert_eq!(place.dump().await, before);
    // Two at once: one founds, the other finds it there.
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (store, at) = (store.clone(), place.now());
        tasks.spawn(async move {
            let ids = codes(["62473"]);
            let mut tx = store.begin_founding(&ids, &ACTOR, at).await.unwrap();
            let added = tenants::add(&mut tx, &tenant("62473")).await.unwrap();
            if added {
                tx.commit().await.unwrap();
            }
            added
        });
    }
    let added = tasks.join_all().await;
    assert_eq!(added.iter().filter(|one| **one).count(), 1);
    assert_eq!(verified(&store, "62473").await, 1);
}

async fn only_the_right_master_key_opens(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    store.close().await;
    let key = place.folder().join("master.key");
    let right = std::fs::read(&key).unwrap();
    std::fs::write(&key, [7; 32]).unwrap();
    assert!(matches!(place.try_open().await, Err(Error::MasterKey { .. })));
    std::fs::remove_file(&key).unwrap();
    assert!(matches!(place.try_open().await, Err(Error::MasterKey { .. })));
    std::fs::write(&key, right).unwrap();
    let store = place.open().await;
    verified(&store, "59273").await;
}

async fn a_newer_schema_is_refused(place: Place) {
    let store = place.open().await;
    store.close().await;
    let newer = "INSERT INTO schema_migration (number) VALUES (9999)";
    if let Some(url) = place.url() {
        use sqlx::Connection as _;
        let mut conn = sqlx::PgConnection::connect(&url).await.unwrap();
        sqlx::query(newer).execute(&mut conn).await.unwrap();
    } else {
        let mut conn = crate::world::raw_lite(&place).await;
        sqlx::query(newer).execute(&mut conn).await.unwrap();
    }
    let refused = place.try_open().await;
    assert!(matches!(refused, Err(Error::TooNew { found: 9999, .. })), "{refused:?}");
}

async fn a_view_stands_still(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let mut view = store.read().await.unwrap();
    assert_eq!(journal::count(&mut view, &scope("59273")).await.unwrap(), 3);
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    tx.record(&code("59273"), "login", json!({})).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(journal::count(&mut view, &scope("59273")).await.unwrap(), 3);
    let mut fresh = store.read().await.unwrap();
    assert_eq!(journal::count(&mut fresh, &scope("59273")).await.unwrap(), 4);
}

async fn the_journal_body_is_bounded(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    for body in [json!({ "half": 0.5 }), json!({ "long": "x".repeat(70_000) })] {
        let refused = tx.record(&code("59273"), "login", body).await;
        assert!(matches!(refused, Err(Error::BadBody { .. })), "{refused:?}");
    }
    let hostile = json!({ "é\"\\\n": "\u{7f}\u{2028}}\",\"hash\":\"", "a": [i64::MIN, u64::MAX] });
    tx.record(&code("59273"), "login", hostile.clone()).await.unwrap();
    tx.commit().await.unwrap();
    verified(&store, "59273").await;
    let mut conn = store.read().await.unwrap();
    let newest = journal::newest(&mut conn, &scope("59273"), None, 2).await.unwrap();
    assert_eq!(newest[0].body, hostile);
    assert_eq!((newest[0].seq, newest[1].seq), (4, 3));
    assert_eq!(newest[0].actor, Actor::CommandLine);
    let older = journal::newest(&mut conn, &scope("59273"), Some(3), 10).await.unwrap();
    assert_eq!(older.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2, 1]);
}

async fn hostile_texts_fare_alike(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    let refused = assets::set_name(&mut tx, &asset_id("59273", "mail"), "a\0b").await;
    assert!(matches!(refused, Err(Error::NullCharacter { .. })), "{refused:?}");
    let long = "x".repeat(3 << 20);
    let refused = assets::set_name(&mut tx, &asset_id("59273", "mail"), &long).await;
    assert!(matches!(refused, Err(Error::TooLong { .. })), "{refused:?}");
    let quoted = "'; DROP TABLE asset; -- \u{1F514} \\ \" $1 ?1";
    assets::set_name(&mut tx, &asset_id("59273", "mail"), quoted).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let mail = assets::get(&mut conn, &scope("59273"), &asset_id("59273", "mail")).await.unwrap();
    assert_eq!(mail.unwrap().name, quoted);
}

async fn texts_are_erased_for_good(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let words = "Madame Untel a signalé l'incident";
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    let id = tx.seal_text(&code("59273"), words).await.unwrap();
    tx.record(&code("59273"), "login", json!({ "text": id })).await.unwrap();
    assert!(tx.seal_text(&code("62473"), words).await.is_err());
    let long = "x".repeat(texts::TEXT_BYTES_MAX + 1);
    assert!(tx.seal_text(&code("59273"), &long).await.is_err());
    tx.commit().await.unwrap();
    // Neither the database nor the journal holds the words.
    let everything = format!("{:?}", place.dump().await);
    assert!(!everything.contains("Untel"));
    assert!(!String::from_utf8(exported(&store, "59273").await).unwrap().contains("Untel"));
    let mut conn = store.read().await.unwrap();
    let text = texts::open(&mut conn, &scope("59273"), &id).await.unwrap().unwrap();
    assert_eq!(text.words.as_deref(), Some(words));
    assert_eq!(texts::open(&mut conn, &scope("62473"), &id).await.unwrap(), None);
    drop(conn);
    let mut tx = store.begin(&codes(["62473"]), &ACTOR, place.now()).await.unwrap();
    assert!(matches!(texts::erase(&mut tx, &code("62473"), &id).await, Err(Error::Absent { .. })));
    drop(tx);
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    texts::erase(&mut tx, &code("59273"), &id).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let text = texts::open(&mut conn, &scope("59273"), &id).await.unwrap().unwrap();
    assert_eq!((text.words, text.erased_at.is_some()), (None, true));
    drop(conn);
    verified(&store, "59273").await;
}

async fn bookkeeping_is_not_for_facts(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let before = place.dump().await;
    // What bookkeeping may do, it does; nothing of it is a fact, and none of it is journalled.
    let mut book: Bookkeeping = store.bookkeeping().await.unwrap();
    let at = place.now();
    assert_eq!(throttle::fail(&mut book, "192.0.2.1", at, 60_000).await.unwrap(), 1);
    assert_eq!(sessions::sweep(&mut book, at).await.unwrap(), 0);
    book.commit().await.unwrap();
    let after = place.dump().await;
    let changed: Vec<&String> = after
        .iter()
        .filter(|(table, rows)| before[*table] != **rows)
        .map(|(table, _)| table)
        .collect();
    assert_eq!(changed, ["throttle"]);
    assert!(!format!("{after:?}").contains("192.0.2.1"));
    // And every statement of the crate that writes elsewhere would be refused.
    let facts = beffroi_store::sql_texts();
    let facts = facts.iter().filter_map(|sql| sql.writes_to());
    assert!(facts.filter(|table| !beffroi_store::bookkeeping::TABLES.contains(table)).count() > 40);
}

#[test]
fn a_folder_without_its_key_is_refused() {
    crate::world::run(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("beffroi.db"), b"").unwrap();
        let location = Location::Folder(folder.path().to_owned());
        let refused = Store::open(&location, chance()).await;
        assert!(matches!(refused, Err(Error::MasterKey { .. })), "{refused:?}");
        assert!(!folder.path().join("master.key").exists());
    });
}
