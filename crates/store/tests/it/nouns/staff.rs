//! Accounts, codes, sessions, throttles, rehearsals.

use beffroi_store::{Store, accounts, incidents, rehearsals, sessions, throttle};
use beffroi_town::{Actor, Role, rehearsal::Rehearsed};

use crate::world::{Place, code, found, on_both, scope};

use super::{absent, an_incident, begin, refused};

on_both!(
    accounts_and_their_codes,
    a_code_is_used_once_even_by_ten_at_a_time,
    sessions_and_throttles,
    rehearsals_are_kept_newest_first,
);

async fn account(
    place: &Place,
    store: &Store,
    town: &str,
    name: &str,
    role: Role,
) -> beffroi_town::AccountId {
    let tenant = code(town);
    let mut tx = begin(place, store, &[town]).await;
    let new = accounts::NewAccount { tenant: &tenant, name, role, incident: None };
    let id = accounts::create(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn accounts_and_their_codes(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let town = code("59273");
    let id = account(&place, &store, "59273", "Élodie  Martin", Role::Director).await;
    account(&place, &store, "62473", "Élodie Martin", Role::Clerk).await;
    let mut tx = begin(&place, &store, &["59273"]).await;
    let new = |name, role| accounts::NewAccount { tenant: &town, name, role, incident: None };
    refused(accounts::create(&mut tx, &new(" élodie MARTIN", Role::Clerk)).await);
    refused(accounts::create(&mut tx, &new("  ", Role::Clerk)).await);
    refused(accounts::create(&mut tx, &new("CSIRT", Role::Responder)).await);
    let incident = an_incident("i1", &["59273"], tx.at());
    incidents::declare(&mut tx, &incident).await.unwrap();
    let responder =
        accounts::NewAccount { incident: Some(&incident.id), ..new("CSIRT", Role::Responder) };
    accounts::create(&mut tx, &responder).await.unwrap();
    let clerk =
        accounts::NewAccount { incident: Some(&incident.id), ..new("Accueil", Role::Clerk) };
    refused(accounts::create(&mut tx, &clerk).await);
    accounts::set_password(&mut tx, &town, &id, Some("$argon2id$verifier")).await.unwrap();
    accounts::set_totp(&mut tx, &town, &id, Some(b"0123456789")).await.unwrap();
    accounts::set_codes(&mut tx, &town, &id, &["AAAA".into(), "BBBB".into()]).await.unwrap();
    assert!(accounts::use_code(&mut tx, &town, &id, "AAAA").await.unwrap());
    assert!(!accounts::use_code(&mut tx, &town, &id, "AAAA").await.unwrap());
    assert!(!accounts::use_code(&mut tx, &town, &id, "CCCC").await.unwrap());
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let login = accounts::login_by_name(&mut conn, &scope("59273"), "ÉLODIE martin ")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(login.password_verifier.as_deref(), Some("$argon2id$verifier"));
    assert_eq!(login.totp.as_deref(), Some(b"0123456789".as_slice()));
    assert!(!format!("{login:?}").contains("argon2id"));
    assert_eq!((login.account.codes_left, login.account.role), (1, Role::Director));
    assert_eq!(accounts::login_by_id(&mut conn, &scope("62473"), &id).await.unwrap(), None);
    drop(conn);
    let everything = format!("{:?}", place.dump().await);
    for secret in ["AAAA", "BBBB", "argon2id", "0123456789"] {
        assert!(!everything.contains(secret), "{secret} is in the database");
    }
    let bytes = crate::world::exported(&store, "59273").await;
    assert!(!String::from_utf8(bytes).unwrap().contains("Martin"));
    let mut tx = begin(&place, &store, &["59273"]).await;
    accounts::set_codes(&mut tx, &town, &id, &["DDDD".into()]).await.unwrap();
    assert!(!accounts::use_code(&mut tx, &town, &id, "BBBB").await.unwrap());
    accounts::set_role(&mut tx, &town, &id, Role::Reader, None).await.unwrap();
    accounts::disable(&mut tx, &town, &id).await.unwrap();
    absent(accounts::disable(&mut tx, &town, &id).await);
    accounts::enable(&mut tx, &town, &id).await.unwrap();
    accounts::disable(&mut tx, &town, &id).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let all = accounts::list(&mut conn, &scope("59273")).await.unwrap();
    assert_eq!(
        all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
        ["CSIRT", "Élodie  Martin"]
    );
    assert!(all[1].disabled_at.is_some() && all[1].role == Role::Reader);
}

async fn a_code_is_used_once_even_by_ten_at_a_time(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let id = account(&place, &store, "59273", "Direction", Role::Director).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    accounts::set_codes(&mut tx, &town, &id, &["AAAA".into()]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (store, town, id, at) = (store.clone(), town.clone(), id.clone(), place.now());
        tasks.spawn(async move {
            let mut tx =
                store.begin(std::slice::from_ref(&town), &Actor::Outside, at).await.unwrap();
            let used = accounts::use_code(&mut tx, &town, &id, "AAAA").await.unwrap();
            if used {
                tx.commit().await.unwrap();
            }
            used
        });
    }
    let used = tasks.join_all().await;
    assert_eq!(used.into_iter().filter(|one| *one).count(), 1);
}

async fn sessions_and_throttles(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let id = account(&place, &store, "59273", "Direction", Role::Director).await;
    let at = place.now();
    let mut book = store.bookkeeping().await.unwrap();
    let new = sessions::NewSession {
        token: "cookie",
        account: &id,
        at,
        expires_at: at.plus_ms(1_000),
        second_factor_at: None,
        device: Some("device"),
    };
    sessions::create(&mut book, &new).await.unwrap();
    assert!(sessions::note_device(&mut book, &id, "device", at).await.unwrap());
    assert!(!sessions::note_device(&mut book, &id, "device", at.plus_ms(1)).await.unwrap());
    assert!(sessions::take_totp_step(&mut book, &id, 7).await.unwrap());
    assert!(!sessions::take_totp_step(&mut book, &id, 7).await.unwrap());
    assert!(!sessions::take_totp_step(&mut book, &id, 6).await.unwrap());
    assert!(sessions::take_totp_step(&mut book, &id, 8).await.unwrap());
    book.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = sessions::find(&mut conn, "cookie", at).await.unwrap().unwrap();
    assert_eq!((&seen.account, &seen.tenant, seen.role), (&id, &code("59273"), Role::Director));
    assert_eq!(seen.second_factor_at, None);
    assert_eq!(sessions::find(&mut conn, "other", at).await.unwrap(), None);
    assert_eq!(sessions::find(&mut conn, "cookie", at.plus_ms(1_000)).await.unwrap(), None);
    drop(conn);
    let mut book = store.bookkeeping().await.unwrap();
    sessions::elevate(&mut book, "cookie", at.plus_ms(5)).await.unwrap();
    sessions::touch(&mut book, "cookie", at.plus_ms(6), at.plus_ms(5_000)).await.unwrap();
    let (key, window) = ("192.0.2.1", 10_000);
    for expected in 1..=3 {
        assert_eq!(throttle::fail(&mut book, key, at, window).await.unwrap(), expected);
    }
    book.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = sessions::find(&mut conn, "cookie", at.plus_ms(2_000)).await.unwrap().unwrap();
    assert_eq!((seen.second_factor_at, seen.seen_at), (Some(at.plus_ms(5)), at.plus_ms(6)));
    assert_eq!(throttle::count(&mut conn, key, at, window).await.unwrap(), 3);
    assert_eq!(throttle::count(&mut conn, key, at.plus_ms(window), window).await.unwrap(), 0);
    drop(conn);
    let mut book = store.bookkeeping().await.unwrap();
    assert_eq!(throttle::fail(&mut book, key, at.plus_ms(window), window).await.unwrap(), 1);
    throttle::clear(&mut book, key).await.unwrap();
    assert_eq!(throttle::count(book.conn(), key, at, window).await.unwrap(), 0);
    book.commit().await.unwrap();
    // A disabled account has no session, though its row is still there.
    let mut tx = begin(&place, &store, &["59273"]).await;
    accounts::disable(&mut tx, &code("59273"), &id).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(sessions::find(&mut conn, "cookie", at).await.unwrap(), None);
    drop(conn);
    let mut book = store.bookkeeping().await.unwrap();
    assert_eq!(sessions::end_all(&mut book, &id).await.unwrap(), 1);
    book.commit().await.unwrap();
}

async fn rehearsals_are_kept_newest_first(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let at = place.now();
    let done = |ms: i64, in_time: u32| Rehearsed {
        ended_at: at.plus_ms(ms),
        role: Role::Clerk,
        in_time,
        steps: 5,
        minutes: 19,
    };
    for one in [done(1, 3), done(3, 5), done(2, 4)] {
        let mut tx = begin(&place, &store, &["59273"]).await;
        rehearsals::record(&mut tx, &code("59273"), &one).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut conn = store.read().await.unwrap();
    let newest = rehearsals::newest(&mut conn, &scope("59273"), 2).await.unwrap();
    assert_eq!(newest, [done(3, 5), done(2, 4)]);
    assert_eq!(rehearsals::newest(&mut conn, &scope("62473"), 9).await.unwrap(), []);
}
