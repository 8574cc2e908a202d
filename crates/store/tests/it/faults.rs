//! Fail each call to the database in turn, reopen, and look: all or nothing, and the journal holds.

mod agenda;
mod desk;
mod keeping;
mod packs;
mod thinning;

use std::{future::Future, pin::Pin};

use agenda::{a_print_post_and_its_sheets, a_service_point_and_its_appointments};
use beffroi_store::{
    Error, Result, Store, accounts, alarms, assets, calls, cut_rules, cuts, emergency, folders,
    guards, incidents, kits, notices, oncall, outbox, phones, roster, services, sessions,
};
use beffroi_town::{
    AlarmId, AlarmState, AssetState, CutMeans, DataExposure, Incident, IncidentId, Instant,
    NoticeId, Phase, Role, ServiceId, ServiceStatus, Whose, incident::Nature, phone::LineState,
    watch::Order,
};
use packs::lists_that_follow_one_another;
use serde_json::json;

use crate::{
    nouns::{
        alarm,
        bell::{a_call, contact},
        enrol_request,
        envelope::{about, emergency_facts, forward, somebody},
        words,
    },
    world::{
        ACTOR, Place, asset_id, code, codes, found, found_one, on_both, scope, shared_asset,
        verified,
    },
};

on_both!(
    founding_a_tenant,
    a_shared_state,
    a_declaration,
    an_alarm_and_its_decision,
    a_notice,
    an_account,
    a_guard_and_its_order,
    a_cut_and_a_rule,
    a_service,
    a_telephone_line,
    a_folder_of_a_server,
    what_an_envelope_is_made_of,
    an_envelope,
    a_session,
    an_outbox,
    a_service_point_and_its_appointments,
    a_print_post_and_its_sheets,
    lists_that_follow_one_another,
    a_list_and_a_call,
);

type Step<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Runs `scenario` with the first call failing, then with the second, until none is left to fail.
pub(super) async fn fail_each_call(
    place: Place,
    scenario: impl Fn(Store, Instant) -> Step<'static>,
) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    prepare(&place, &store).await;
    let at = place.now();
    let mut failed = 0;
    for nth in 1..1_000 {
        let before = place.dump().await;
        let store = place.open().await;
        store.fail_nth_call(nth);
        let done = scenario(store.clone(), at).await;
        store.fail_nth_call(0);
        store.close().await;
        match done {
            Err(Error::Injected) => failed += 1,
            Err(error) => panic!("call {nth}: {error}"),
            Ok(()) => {
                assert_ne!(place.dump().await, before, "the scenario writes nothing");
                let again = place.open().await;
                verified(&again, "59273").await;
                verified(&again, "62473").await;
                assert!(failed >= 3, "only {failed} calls could fail");
                return;
            }
        }
        assert_eq!(place.dump().await, before, "half a write shows after call {nth} failed");
        let again = place.open().await;
        verified(&again, "59273").await;
        verified(&again, "62473").await;
        again.close().await;
    }
    panic!("the scenario never ended");
}

/// What the scenarios start from.
async fn prepare(place: &Place, store: &Store) {
    let both = codes(["59273", "62473"]);
    let mut tx = store.begin(&both, &ACTOR, place.now()).await.unwrap();
    let shared = shared_asset("shared", "59273", &["62473"]);
    assets::add(&mut tx, &[shared]).await.unwrap();
    let clerk = accounts::NewAccount {
        tenant: &both[0],
        name: "Accueil",
        role: Role::Clerk,
        incident: None,
    };
    accounts::create(&mut tx, &clerk).await.unwrap();
    tx.commit().await.unwrap();
}

fn shared() -> beffroi_town::AssetId {
    beffroi_town::AssetId::parse("shared").unwrap()
}

async fn founding_a_tenant(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let mut tx = store.begin_founding(&codes(["44184"]), &ACTOR, at).await?;
            // The whole catalogue is long: see below.
            let added =
                beffroi_store::tenants::add(&mut tx, &crate::world::tenant("44184")).await?;
            assert!(added);
            tx.post(&code("44184"), "welcome", json!({}), at).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_shared_state(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let both = codes(["59273", "62473"]);
            let mut tx = store.begin(&both, &ACTOR, at).await?;
            assets::set_state(&mut tx, &shared(), AssetState::Down, Some("panne")).await?;
            let level = DataExposure::AtRisk;
            assets::set_exposure(&mut tx, &shared(), level, Whose::Both, Some("peut-être")).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

fn declaration(at: Instant) -> Incident {
    Incident {
        id: IncidentId::parse("incident").unwrap(),
        owner: code("59273"),
        tenants: codes(["59273", "62473"]),
        nature: Nature::Unknown,
        phase: Phase::Declared,
        noticed_at: at,
        declared_at: at,
        declared_by: ACTOR,
        phase_at: at,
    }
}

async fn a_declaration(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let mut tx = store.begin(&codes(["59273", "62473"]), &ACTOR, at).await?;
            incidents::declare(&mut tx, &declaration(at)).await?;
            assets::set_state(&mut tx, &shared(), AssetState::Unknown, None).await?;
            incidents::set_phase(&mut tx, &declaration(at).id, Phase::Contained).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn an_alarm_and_its_decision(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let mut tx = store.begin(&codes(["59273", "62473"]), &ACTOR, at).await?;
            alarms::raise(&mut tx, &alarm("a1", "59273", at), 1).await?;
            alarms::raise(&mut tx, &alarm("a2", "59273", at), 1).await?;
            incidents::declare(&mut tx, &declaration(at)).await?;
            let decision = beffroi_town::AlarmState::Declared { incident: declaration(at).id };
            let id = AlarmId::parse("a1").unwrap();
            alarms::decide(&mut tx, &code("59273"), &id, &decision).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_notice(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let (town, id) = (code("59273"), NoticeId::parse("n1").unwrap());
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            notices::put_draft(&mut tx, &town, &id, None, &words("un")).await?;
            notices::publish(&mut tx, &town, &id).await?;
            notices::correct(&mut tx, &town, &id, &words("deux")).await?;
            notices::end(&mut tx, &town, &id).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn an_account(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let town = code("59273");
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            let new = accounts::NewAccount {
                tenant: &town,
                name: "Direction",
                role: Role::Director,
                incident: None,
            };
            let id = accounts::create(&mut tx, &new).await?;
            accounts::set_password(&mut tx, &town, &id, Some("verifier")).await?;
            accounts::set_totp(&mut tx, &town, &id, Some(b"secret")).await?;
            accounts::set_codes(&mut tx, &town, &id, &["one".into(), "two".into()]).await?;
            assert!(accounts::use_code(&mut tx, &town, &id, "one").await?);
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_guard_and_its_order(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let (town, server) = (code("59273"), asset_id("59273", "file_server"));
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            let token = guards::offer(&mut tx, &town, &server, at.plus_ms(60_000)).await?;
            let guard = guards::enrol(&mut tx, &enrol_request(&token, &server)).await?.unwrap();
            guards::order(&mut tx, &town, &guard.id, &Order::CutSelf, at.plus_ms(1)).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_cut_and_a_rule(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let mut tx = store.begin(&codes(["59273", "62473"]), &ACTOR, at).await?;
            let means = CutMeans::Hook { hook: "firewall".into() };
            let cut = cuts::order(&mut tx, &shared(), &means).await?;
            cuts::confirm(&mut tx, &cut).await?;
            cuts::lift(&mut tx, &cut, AssetState::Unknown).await?;
            let (town, mail) = (code("59273"), asset_id("59273", "mail"));
            cut_rules::sign(&mut tx, &town, std::slice::from_ref(&mail), 5).await?;
            let read = cut_rules::get(tx.conn(), &scope("59273")).await?.unwrap();
            cut_rules::used(&mut tx, &town, &read, (&mail, &[])).await?;
            cut_rules::withdraw(&mut tx, &town).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_service(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let (town, id) = (code("59273"), ServiceId::parse("births").unwrap());
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            let status = ServiceStatus::PaperOnly;
            services::override_status(&mut tx, &town, &id, status, "registres papier").await?;
            services::set_needs(&mut tx, &town, &id, &[]).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_folder_of_a_server(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let (town, server) = (code("59273"), asset_id("59273", "file_server"));
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            folders::set(&mut tx, &town, (&server, "/srv/a"), Some(&server)).await?;
            folders::set(&mut tx, &town, (&server, "/srv/a"), None).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_telephone_line(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let town = code("59273");
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            let id = phones::add(&mut tx, &town, &about("0328000010"), LineState::Works).await?;
            phones::set_about(&mut tx, &town, &id, &about("0328000011")).await?;
            phones::set_state(&mut tx, &town, &id, LineState::Down).await?;
            phones::set_forward(&mut tx, &town, &id, Some(&forward())).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn what_an_envelope_is_made_of(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let town = code("59273");
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            emergency::set(&mut tx, &town, &emergency_facts()).await?;
            let both = [somebody("r1", None), somebody("r2", Some("r1"))];
            roster::save(&mut tx, &town, &both).await?;
            roster::remove(&mut tx, &town, std::slice::from_ref(&both[0].id)).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn an_envelope(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let town = code("59273");
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            let all = accounts::list(tx.conn(), &scope("59273")).await?;
            let holder = kits::Holder { account: all[0].id.clone(), role: all[0].role };
            let codes = vec!["one".into(), "two".into()];
            kits::record(&mut tx, &town, "hash", &[(holder, codes)]).await?;
            kits::drop_codes(&mut tx, &town, &all[0].id).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_list_and_a_call(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let (town, somebody) = (code("59273"), contact("k1", "59273"));
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            oncall::add(&mut tx, &somebody).await?;
            oncall::pause(&mut tx, &town, &somebody.id, true).await?;
            let raised = alarm("a1", "59273", at);
            alarms::raise(&mut tx, &raised, 1).await?;
            let call = a_call("c1", "59273", at);
            calls::open(&mut tx, &call).await?;
            calls::join(&mut tx, &call, &raised).await?;
            let new = calls::tries::NewTry { contact: &somebody.id, way: 0, channel: "sms" };
            let id = calls::tries::ring(&mut tx, &call, &new).await?;
            calls::tries::answered(&mut tx, &call, &id, ("http", Ok(()))).await?;
            calls::nobody_reached(&mut tx, &call).await?;
            alarms::decide(&mut tx, &town, &raised.id, &AlarmState::Dismissed).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_session(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let mut book = store.bookkeeping().await?;
            let all = accounts::list(book.conn(), &scope("59273")).await?;
            let new = sessions::NewSession {
                token: "a token",
                account: &all[0].id,
                at,
                expires_at: at.plus_ms(60_000),
                second_factor_at: None,
                device: Some("a device"),
            };
            sessions::create(&mut book, &new).await?;
            sessions::elevate(&mut book, "a token", at).await?;
            sessions::note_device(&mut book, &all[0].id, "a device", at).await?;
            beffroi_store::throttle::fail(&mut book, "key", at, 1_000).await?;
            book.commit().await
        })
    })
    .await;
}

async fn an_outbox(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["44184"]).await;
    let mut tx = store.begin(&codes(["44184"]), &ACTOR, place.now()).await.unwrap();
    let at = tx.at();
    tx.post(&code("44184"), "wake", json!({}), at).await.unwrap();
    tx.record(&code("44184"), "login", json!({})).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let mut book = store.bookkeeping().await?;
            let work = outbox::claim(&mut book, "wake", at, 10, 1_000).await?;
            for one in &work {
                assert!(outbox::failed(&mut book, one, "nobody answered", at).await?);
            }
            assert_eq!(work.len(), 1);
            book.commit().await
        })
    })
    .await;
}

/// The whole of a founding is long: a call out of its middle is enough, on both databases.
mod whole_founding {
    use super::*;

    on_both!(a_whole_founding_is_all_or_nothing);

    async fn a_whole_founding_is_all_or_nothing(place: Place) {
        for nth in [1, 2, 3, 5, 8, 13, 21, 34, 55] {
            let before = place_dump(&place).await;
            let store = place.open().await;
            store.fail_nth_call(nth);
            let at = place.now();
            let done: Result<()> = async {
                let mut tx = store.begin_founding(&codes(["44184"]), &ACTOR, at).await?;
                found_one(&mut tx, "44184").await?;
                tx.commit().await.map(drop)
            }
            .await;
            assert!(matches!(done, Err(Error::Injected)), "call {nth}: {done:?}");
            assert_eq!(place_dump(&place).await, before, "call {nth}");
        }
        let store = place.open().await;
        found(&place, &store, &["44184"]).await;
        verified(&store, "44184").await;
    }

    async fn place_dump(place: &Place) -> std::collections::BTreeMap<String, Vec<String>> {
        place.open().await.close().await;
        place.dump().await
    }
}
