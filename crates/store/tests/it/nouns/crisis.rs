//! Alarms, incidents, cuts, notices.

use beffroi_store::{Error, alarms, assets, cut_rules, cuts, incidents, journal, notices};
use beffroi_town::{
    Alarm, AlarmId, AlarmKind, AlarmState, AssetState, CutMeans, IncidentId, NoticeId, Phase,
    incident::Nature, notice::NoticeText,
};
use serde_json::json;

use crate::world::{ACTOR, Place, asset_id, code, codes, found, on_both, scope, verified};

use super::{absent, alarm, an_incident, begin, newest_entry, refused, words};

on_both!(
    alarms_are_grouped_and_decided_once,
    incidents_move_step_by_step,
    a_cut_counts_once_confirmed,
    notices_are_corrected_in_the_open,
    a_rule_of_cutting_is_used_once_at_a_time,
);

async fn alarms_are_grouped_and_decided_once(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let at = place.now();
    let first = alarm("a1", "59273", at);
    let mut tx = begin(&place, &store, &["59273"]).await;
    assert_eq!(alarms::raise(&mut tx, &first, 1).await.unwrap(), alarms::Raised::New);
    tx.commit().await.unwrap();
    let mut tx = begin(&place, &store, &["59273"]).await;
    let known = alarms::Raised::Known { alarm: first.id.clone() };
    assert_eq!(alarms::raise(&mut tx, &first, 1).await.unwrap(), known);
    assert!(matches!(tx.commit().await, Err(Error::NothingJournalled)));
    let mut tx = begin(&place, &store, &["59273"]).await;
    let later = Alarm { touched: 60, stopped_at: Some(at), ..first.clone() };
    let revised = alarms::Raised::Revised { alarm: first.id.clone() };
    assert_eq!(alarms::raise(&mut tx, &later, 2).await.unwrap(), revised);
    let again = Alarm { id: AlarmId::parse("a2").unwrap(), simulated: true, ..later.clone() };
    let repeated = alarms::Raised::Repeated { alarm: first.id.clone() };
    assert_eq!(alarms::raise(&mut tx, &again, 1).await.unwrap(), repeated);
    let other =
        Alarm { id: AlarmId::parse("a3").unwrap(), kind: AlarmKind::VitalSigns, ..first.clone() };
    assert_eq!(alarms::raise(&mut tx, &other, 1).await.unwrap(), alarms::Raised::New);
    let bad = Alarm { id: AlarmId::parse("a4").unwrap(), detail: json!(0.5), ..first.clone() };
    assert!(alarms::raise(&mut tx, &bad, 1).await.is_err());
    let foreign = Some(asset_id("62473", "file_server"));
    let bad = Alarm { id: AlarmId::parse("a4").unwrap(), asset: foreign, ..first.clone() };
    absent(alarms::raise(&mut tx, &bad, 1).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let open = alarms::open(&mut conn, &scope("59273")).await.unwrap();
    assert_eq!(open.len(), 2);
    assert_eq!((open[0].repeats, open[0].touched, open[0].stopped_at), (1, 120, Some(at)));
    assert!(open[0].simulated);
    let reports = alarms::reports(&mut conn, &scope("59273"), &first.id).await.unwrap();
    assert_eq!(reports.iter().map(AlarmId::as_str).collect::<Vec<_>>(), ["a1", "a2"]);
    drop(conn);
    let decision = AlarmState::Declared { incident: IncidentId::parse("i1").unwrap() };
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    absent(alarms::decide(&mut tx, &town, &first.id, &decision).await);
    incidents::declare(&mut tx, &an_incident("i1", &["59273"], at)).await.unwrap();
    alarms::decide(&mut tx, &town, &first.id, &decision).await.unwrap();
    refused(alarms::decide(&mut tx, &town, &first.id, &AlarmState::Dismissed).await);
    refused(alarms::decide(&mut tx, &town, &other.id, &AlarmState::Open).await);
    alarms::decide(&mut tx, &town, &other.id, &AlarmState::Dismissed).await.unwrap();
    // Decided: what comes now is a new alarm.
    let new = Alarm { id: AlarmId::parse("a5").unwrap(), ..first.clone() };
    assert_eq!(alarms::raise(&mut tx, &new, 1).await.unwrap(), alarms::Raised::New);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = alarms::get(&mut conn, &scope("59273"), &first.id).await.unwrap().unwrap();
    assert_eq!(seen.state, decision);
    assert_eq!(alarms::list(&mut conn, &scope("59273"), 10).await.unwrap().len(), 3);
    drop(conn);
    verified(&store, "59273").await;
}

async fn incidents_move_step_by_step(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473", "44184"]).await;
    let at = place.now();
    let new = an_incident("i1", &["59273", "62473"], at);
    let mut tx = store.begin(&new.tenants, &ACTOR, at).await.unwrap();
    incidents::declare(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(
        incidents::get(&mut conn, &scope("62473"), &new.id).await.unwrap(),
        Some(new.clone())
    );
    assert_eq!(incidents::get(&mut conn, &scope("44184"), &new.id).await.unwrap(), None);
    drop(conn);
    let more = codes(["44184"]);
    let what = (&new.id, more.as_slice());
    absent(incidents::begin(&store, &scope("44184"), what, &ACTOR, at).await);
    let mut tx =
        incidents::begin(&store, &scope("62473"), what, &ACTOR, place.now()).await.unwrap();
    refused(incidents::set_phase(&mut tx, &new.id, Phase::Restored).await);
    incidents::set_phase(&mut tx, &new.id, Phase::Contained).await.unwrap();
    incidents::add_tenant(&mut tx, &new.id, &more[0]).await.unwrap();
    refused(incidents::add_tenant(&mut tx, &new.id, &more[0]).await);
    incidents::set_nature(&mut tx, &new.id, Nature::Cyberattack).await.unwrap();
    for phase in [Phase::Diagnosed, Phase::Eradicated, Phase::Restored] {
        incidents::set_phase(&mut tx, &new.id, phase).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = incidents::open(&mut conn, &scope("44184")).await.unwrap();
    assert_eq!((seen[0].phase, seen[0].nature), (Phase::Restored, Nature::Cyberattack));
    assert_eq!(seen[0].tenants, codes(["44184", "59273", "62473"]));
    drop(conn);
    let mut tx = incidents::begin(&store, &scope("44184"), (&new.id, &[]), &ACTOR, place.now())
        .await
        .unwrap();
    incidents::set_phase(&mut tx, &new.id, Phase::Closed).await.unwrap();
    refused(incidents::add_tenant(&mut tx, &new.id, &code("44184")).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(incidents::open(&mut conn, &scope("59273")).await.unwrap(), []);
    assert_eq!(incidents::list(&mut conn, &scope("59273")).await.unwrap().len(), 1);
    drop(conn);
    for town in ["59273", "62473", "44184"] {
        assert_eq!(newest_entry(&store, town).await.body["to"], "closed");
        verified(&store, town).await;
    }
}

async fn a_cut_counts_once_confirmed(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let id = asset_id("59273", "network");
    let state = async || {
        let mut conn = store.read().await.unwrap();
        assets::get(&mut conn, &scope("59273"), &id).await.unwrap().unwrap().state
    };
    let hand = CutMeans::Hand { room: "local".into(), rack: "A".into(), label: "WAN".into() };
    let mut tx = begin(&place, &store, &["59273"]).await;
    let cut = cuts::order(&mut tx, &id, &hand).await.unwrap();
    refused(cuts::order(&mut tx, &id, &hand).await);
    tx.commit().await.unwrap();
    assert_eq!(state().await, AssetState::Up);
    let mut tx = begin(&place, &store, &["59273"]).await;
    cuts::confirm(&mut tx, &cut).await.unwrap();
    refused(cuts::confirm(&mut tx, &cut).await);
    refused(cuts::fail(&mut tx, &cut, "no_means").await);
    tx.commit().await.unwrap();
    assert_eq!(state().await, AssetState::Cut);
    let mut conn = store.read().await.unwrap();
    let seen = cuts::open_on(&mut conn, &scope("59273"), &id).await.unwrap().unwrap();
    assert_eq!((&seen.means, seen.confirmed_at.is_some()), (&hand, true));
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    refused(cuts::lift(&mut tx, &cut, AssetState::Cut).await);
    cuts::lift(&mut tx, &cut, AssetState::Unknown).await.unwrap();
    refused(cuts::lift(&mut tx, &cut, AssetState::Unknown).await);
    absent(cuts::confirm(&mut tx, "nothing").await);
    let hook = CutMeans::Hook { hook: "firewall".into() };
    let second = cuts::order(&mut tx, &id, &hook).await.unwrap();
    refused(cuts::fail(&mut tx, &second, "Une phrase").await);
    cuts::fail(&mut tx, &second, "hook_timeout").await.unwrap();
    refused(cuts::lift(&mut tx, &second, AssetState::Up).await);
    tx.commit().await.unwrap();
    assert_eq!(state().await, AssetState::Unknown);
    let mut conn = store.read().await.unwrap();
    let all = cuts::list(&mut conn, &scope("59273")).await.unwrap();
    let failed: Vec<_> = all.iter().map(|cut| cut.failed.as_deref()).collect();
    assert_eq!(failed, [Some("hook_timeout"), None]);
    assert_eq!(cuts::open_on(&mut conn, &scope("59273"), &id).await.unwrap(), None);
}

async fn notices_are_corrected_in_the_open(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let (town, id) = (code("59273"), NoticeId::parse("n1").unwrap());
    let mut tx = begin(&place, &store, &["59273"]).await;
    notices::put_draft(&mut tx, &town, &id, None, &words("un")).await.unwrap();
    refused(notices::correct(&mut tx, &town, &id, &words("deux")).await);
    notices::put_draft(&mut tx, &town, &id, None, &words("un bis")).await.unwrap();
    notices::publish(&mut tx, &town, &id).await.unwrap();
    refused(notices::publish(&mut tx, &town, &id).await);
    let first_at = tx.at();
    tx.commit().await.unwrap();
    let mut tx = begin(&place, &store, &["59273"]).await;
    notices::correct(&mut tx, &town, &id, &words("deux")).await.unwrap();
    notices::put_draft(&mut tx, &town, &id, None, &words("trois")).await.unwrap();
    let empty =
        notices::Words { en: NoticeText { title: " ".into(), body: String::new() }, ..words("x") };
    refused(notices::put_draft(&mut tx, &town, &id, None, &empty).await);
    let corrected_at = tx.at();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = notices::get(&mut conn, &scope("59273"), &id).await.unwrap().unwrap();
    assert_eq!(seen.versions.len(), 3);
    assert_eq!(seen.versions[0].fr, words("un bis").fr);
    assert_eq!(seen.current().unwrap().en, words("deux").en);
    assert_eq!(seen.newest().unwrap().published_at, None);
    assert_eq!(seen.first_published_at(), Some(first_at));
    assert_eq!(seen.corrected_at(), Some(corrected_at));
    assert_eq!(notices::list(&mut conn, &scope("59273")).await.unwrap(), [seen]);
    drop(conn);
    // Another tenant cannot take the identifier over.
    let mut tx = begin(&place, &store, &["62473"]).await;
    absent(notices::put_draft(&mut tx, &code("62473"), &id, None, &words("x")).await);
    absent(notices::publish(&mut tx, &code("62473"), &id).await);
    absent(notices::end(&mut tx, &code("62473"), &id).await);
    drop(tx);
    let mut tx = begin(&place, &store, &["59273"]).await;
    notices::end(&mut tx, &town, &id).await.unwrap();
    refused(notices::end(&mut tx, &town, &id).await);
    refused(notices::put_draft(&mut tx, &town, &id, None, &words("x")).await);
    refused(notices::publish(&mut tx, &town, &id).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let entries = journal::newest(&mut conn, &scope("59273"), None, 20).await.unwrap();
    let kinds: Vec<&str> = entries.iter().rev().skip(3).map(|entry| entry.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "notice_drafted",
            "notice_drafted",
            "notice_published",
            "notice_drafted",
            "notice_corrected",
            "notice_drafted",
            "notice_ended",
        ]
    );
}

async fn a_rule_of_cutting_is_used_once_at_a_time(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let (town, mail) = (code("59273"), asset_id("59273", "mail"));
    let network = asset_id("59273", "network");
    let mut tx = begin(&place, &store, &["59273"]).await;
    absent(cut_rules::withdraw(&mut tx, &town).await);
    refused(cut_rules::sign(&mut tx, &town, &[], 5).await);
    refused(cut_rules::sign(&mut tx, &town, &vec![mail.clone(); 41], 5).await);
    refused(cut_rules::sign(&mut tx, &town, std::slice::from_ref(&mail), 7).await);
    absent(cut_rules::sign(&mut tx, &town, &[asset_id("62473", "mail")], 5).await);
    cut_rules::sign(&mut tx, &town, &[network.clone(), mail.clone()], 5).await.unwrap();
    tx.commit().await.unwrap();
    let operator = beffroi_store::OperatorScope::for_operator();
    let mut conn = store.read().await.unwrap();
    let towns = cut_rules::tenants(&mut conn, &operator).await.unwrap();
    assert_eq!(towns, std::slice::from_ref(&town));
    let read = cut_rules::get(&mut conn, &scope("59273")).await.unwrap().unwrap();
    assert_eq!((read.assets.as_slice(), read.cut_at), (&[network.clone(), mail][..], None));
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    let alarms = [AlarmId::parse("a1").unwrap(), AlarmId::parse("a2").unwrap()];
    cut_rules::used(&mut tx, &town, &read, (&network, &alarms)).await.unwrap();
    refused(cut_rules::used(&mut tx, &town, &read, (&network, &alarms)).await);
    tx.commit().await.unwrap();
    let entry = newest_entry(&store, "59273").await;
    assert_eq!(entry.kind, "cut_by_rule");
    // Another's asset, shared with this town, is not this town's to cut.
    let theirs = asset_id("62473", "mail");
    let mut tx = begin(&place, &store, &["59273", "62473"]).await;
    assets::share_with(&mut tx, &theirs, &town).await.unwrap();
    refused(cut_rules::sign(&mut tx, &town, &[theirs], 5).await);
    cut_rules::withdraw(&mut tx, &town).await.unwrap();
    refused(cut_rules::used(&mut tx, &town, &read, (&network, &alarms)).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(cut_rules::get(&mut conn, &scope("59273")).await.unwrap(), None);
}
