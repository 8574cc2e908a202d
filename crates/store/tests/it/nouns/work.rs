//! Guards, their orders and beats; the outbox.

use beffroi_store::{assets, guards, outbox, rounds};
use beffroi_town::{
    CutMeans, Instant,
    watch::{
        Beat, Letter, Level, Mode, Order, OrderAck, OrderOutcome, ReserveUse, Vitals, order_text,
    },
};
use data_encoding::BASE64URL_NOPAD;
use ring::signature::{ED25519, KeyPair as _, UnparsedPublicKey};
use serde_json::json;

use crate::world::{Place, asset_id, code, found, on_both, scope};

use super::{absent, begin, enrol_request};

on_both!(
    guards_enrol_once_and_obey_in_order,
    beats_count_by_their_sequence,
    the_outbox_forgets_nothing,
    a_round_says_since_when_it_fails,
);

async fn guards_enrol_once_and_obey_in_order(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let (town, server) = (code("59273"), asset_id("59273", "file_server"));
    let mut tx = begin(&place, &store, &["59273"]).await;
    let until = tx.at().plus_ms(3_600_000);
    absent(guards::offer(&mut tx, &town, &asset_id("62473", "file_server"), until).await);
    let token = guards::offer(&mut tx, &town, &server, until).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!format!("{:?}", place.dump().await).contains(&token));
    let mut conn = store.read().await.unwrap();
    let offer = guards::offered(&mut conn, &token, until.plus_ms(-1)).await.unwrap().unwrap();
    assert_eq!((&offer.tenant, &offer.asset), (&town, &server));
    assert_eq!(guards::offered(&mut conn, &token, until).await.unwrap(), None);
    assert_eq!(guards::offered(&mut conn, "guess", place.now()).await.unwrap(), None);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    let elsewhere = enrol_request(&token, &asset_id("59273", "nas"));
    assert_eq!(guards::enrol(&mut tx, &elsewhere).await.unwrap(), None);
    let guard = guards::enrol(&mut tx, &enrol_request(&token, &server)).await.unwrap().unwrap();
    assert_eq!(guards::enrol(&mut tx, &enrol_request(&token, &server)).await.unwrap(), None);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(guards::for_request(&mut conn, &guard.id).await.unwrap().as_ref(), Some(&guard));
    assert_eq!(guards::get(&mut conn, &scope("62473"), &guard.id).await.unwrap(), None);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    let means = CutMeans::Guard { guard: guard.id.clone() };
    assets::set_cut_means(&mut tx, &server, Some(&means)).await.unwrap();
    absent(assets::set_cut_means(&mut tx, &asset_id("59273", "nas"), Some(&means)).await);
    let expires_at = tx.at().plus_ms(60_000);
    let cut = guards::order(&mut tx, &town, &guard.id, &Order::CutSelf, expires_at).await.unwrap();
    let lift =
        guards::order(&mut tx, &town, &guard.id, &Order::LiftSelf, expires_at).await.unwrap();
    assert!(cut.sequence < lift.sequence);
    tx.commit().await.unwrap();
    let key = store.platform_key().unwrap();
    let public = BASE64URL_NOPAD.encode(key.public_key().as_ref());
    assert_eq!(store.platform_public_key().unwrap(), public);
    let signature = BASE64URL_NOPAD.decode(cut.signature.as_bytes()).unwrap();
    let signed = order_text(&guard.id, cut.sequence, expires_at, &Order::CutSelf);
    UnparsedPublicKey::new(&ED25519, key.public_key().as_ref())
        .verify(&signed, &signature)
        .expect("the guard could not check the order");
    let mut conn = store.read().await.unwrap();
    let at = place.now();
    let waiting = guards::waiting_orders(&mut conn, &scope("59273"), &guard.id, at).await.unwrap();
    assert_eq!(waiting, [cut.clone(), lift.clone()]);
    let none = guards::waiting_orders(&mut conn, &scope("62473"), &guard.id, at).await.unwrap();
    assert_eq!(none, []);
    let late =
        guards::waiting_orders(&mut conn, &scope("59273"), &guard.id, expires_at).await.unwrap();
    assert_eq!(late, []);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    let ack = OrderAck { sequence: cut.sequence, at, outcome: OrderOutcome::Done };
    let done = guards::acknowledge(&mut tx, &town, &guard.id, &ack).await.unwrap();
    assert_eq!(done, Some(Order::CutSelf));
    assert_eq!(guards::acknowledge(&mut tx, &town, &guard.id, &ack).await.unwrap(), None);
    guards::revoke(&mut tx, &town, &guard.id).await.unwrap();
    absent(guards::revoke(&mut tx, &town, &guard.id).await);
    absent(guards::order(&mut tx, &town, &guard.id, &Order::CutSelf, expires_at).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(guards::for_request(&mut conn, &guard.id).await.unwrap(), None);
    assert!(guards::list(&mut conn, &scope("59273")).await.unwrap()[0].revoked_at.is_some());
}

fn a_beat(started_at: i64, sequence: u64) -> Beat {
    Beat {
        at: Instant::from_ms(started_at),
        sequence,
        started_at: Instant::from_ms(started_at),
        mode: Mode::Protect,
        level: Level { letter: Letter::C, holes: vec![] },
        vitals: Vitals {
            simulated: true,
            temperature_millicelsius: Some(91_000),
            ..Vitals::default()
        },
        watched: vec![],
        reserve: ReserveUse::default(),
        cut: false,
        waiting_reports: 0,
        lets_go: true,
        maintenance: Some(Vec::new()),
        lifted: None,
        cut_alone: None,
        acknowledgements: vec![],
        heads: vec![],
    }
}

async fn beats_count_by_their_sequence(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let (town, server) = (code("59273"), asset_id("59273", "file_server"));
    let mut tx = begin(&place, &store, &["59273"]).await;
    let until = tx.at().plus_ms(3_600_000);
    let token = guards::offer(&mut tx, &town, &server, until).await.unwrap();
    let guard = guards::enrol(&mut tx, &enrol_request(&token, &server)).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let operator = beffroi_store::OperatorScope::for_operator();
    let soon = guard.enrolled_at.plus_ms(60_000);
    let mut conn = store.read().await.unwrap();
    assert_eq!(
        guards::silent(&mut conn, &operator, soon).await.unwrap(),
        std::slice::from_ref(&guard)
    );
    assert_eq!(guards::silent(&mut conn, &operator, guard.enrolled_at).await.unwrap(), []);
    drop(conn);
    let mut book = store.bookkeeping().await.unwrap();
    for (beat, fresh) in [
        (a_beat(100, 1), true),
        (a_beat(100, 2), true),
        (a_beat(100, 2), false),
        (a_beat(100, 1), false),
        (a_beat(200, 1), true),
        (a_beat(100, 9), false),
    ] {
        assert_eq!(guards::beat(&mut book, &guard.id, &beat, soon).await.unwrap(), fresh);
    }
    book.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let last = guards::last_beat(&mut conn, &scope("59273"), &guard.id).await.unwrap().unwrap();
    assert_eq!((last.beat, last.received_at), (a_beat(200, 1), soon));
    assert_eq!(guards::last_beat(&mut conn, &scope("62473"), &guard.id).await.unwrap(), None);
    assert_eq!(guards::silent(&mut conn, &operator, soon).await.unwrap(), []);
    assert_eq!(guards::silent(&mut conn, &operator, soon.plus_ms(1)).await.unwrap().len(), 1);
}

async fn the_outbox_forgets_nothing(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    let at = tx.at();
    let mut ids = Vec::new();
    for due in [0, 1, 2] {
        ids.push(tx.post(&town, "wake", json!({ "n": due }), at.plus_ms(due)).await.unwrap());
    }
    tx.post(&town, "mail", json!({}), at).await.unwrap();
    tx.post(&town, "wake", json!({}), at.plus_ms(10_000)).await.unwrap();
    tx.record(&town, "login", json!({})).await.unwrap();
    tx.commit().await.unwrap();
    // Two who claim at once never get the same.
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let store = store.clone();
        tasks.spawn(async move {
            let mut book = store.bookkeeping().await.unwrap();
            let work = outbox::claim(&mut book, "wake", at.plus_ms(5), 1, 1_000).await.unwrap();
            book.commit().await.unwrap();
            work
        });
    }
    let claimed: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let mut numbers: Vec<_> = claimed.iter().map(|work| work.body["n"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    // Whoever claimed dies: the process that comes next claims anew once the lease lapsed.
    store.close().await;
    let store = place.open().await;
    let mut book = store.bookkeeping().await.unwrap();
    let rest = outbox::claim(&mut book, "wake", at.plus_ms(5), 10, 1_000).await.unwrap();
    assert_eq!(rest.len() + numbers.len(), 3);
    let lapsed = at.plus_ms(1_005);
    let again = outbox::claim(&mut book, "wake", lapsed, 10, 1_000).await.unwrap();
    assert_eq!(again.len(), 3);
    assert_eq!(again.iter().map(|work| work.id.clone()).collect::<Vec<_>>(), ids);
    outbox::done(&mut book, &again[0].id, lapsed).await.unwrap();
    assert!(outbox::failed(&mut book, &again[1], "no answer", lapsed).await.unwrap());
    let spent = outbox::Posted { tries: outbox::TRIES_MAX, ..again[2].clone() };
    assert!(!outbox::failed(&mut book, &spent, "no answer", lapsed).await.unwrap());
    book.commit().await.unwrap();
    let operator = beffroi_store::OperatorScope::for_operator();
    let mut conn = store.read().await.unwrap();
    let later = lapsed.plus_ms(60_000);
    let waiting = outbox::waiting(&mut conn, &operator, later).await.unwrap();
    assert_eq!(waiting, 3, "one tried again, one not yet due before, one for another job");
    let given_up = outbox::given_up(&mut conn, &operator, 10).await.unwrap();
    assert_eq!(given_up[0].id, again[2].id);
    drop(conn);
    let mut book = store.bookkeeping().await.unwrap();
    assert_eq!(outbox::sweep(&mut book, later).await.unwrap(), 1);
    book.commit().await.unwrap();
}

async fn a_round_says_since_when_it_fails(place: Place) {
    let store = place.open().await;
    let operator = beffroi_store::OperatorScope::for_operator();
    let at = Instant::from_ms;
    let mut book = store.bookkeeping().await.unwrap();
    assert_eq!(rounds::get(book.conn(), &operator, "mirror").await.unwrap(), None);
    rounds::failed(&mut book, "mirror", at(10), &"no route ".repeat(1_000)).await.unwrap();
    rounds::failed(&mut book, "mirror", at(20), "no route").await.unwrap();
    let row = rounds::get(book.conn(), &operator, "mirror").await.unwrap().unwrap();
    assert_eq!((row.failing_since, row.tried_at, row.done_at), (Some(at(10)), at(20), None));
    rounds::done(&mut book, "mirror", at(30), &json!({ "files": 7 })).await.unwrap();
    let row = rounds::get(book.conn(), &operator, "mirror").await.unwrap().unwrap();
    assert_eq!((row.failing_since, &row.failure, row.done_at), (None, &None, Some(at(30))));
    rounds::failed(&mut book, "mirror", at(40), "no route").await.unwrap();
    rounds::done(&mut book, "backup", at(41), &json!({})).await.unwrap();
    book.commit().await.unwrap();
    let all = rounds::all(&mut store.read().await.unwrap(), &operator).await.unwrap();
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["backup", "mirror"]);
    assert_eq!((all[1].failing_since, all[1].done_at), (Some(at(40)), Some(at(30))));
    assert_eq!(all[1].detail, json!({ "files": 7 }));
}
