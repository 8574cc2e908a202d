//! What each noun promises, on both databases.

use beffroi_store::{
    Error, Store, accounts, alarms, assets, cuts, facts, guards, incidents, journal, notices,
    outbox, services, sessions, tenants, throttle,
};
use beffroi_town::{
    Actor, Alarm, AlarmId, AlarmKind, AlarmState, AssetId, AssetKind, AssetState, CutMeans,
    DataExposure, Incident, IncidentId, Instant, Need, NoticeId, Phase, Role, ServiceId,
    ServiceStatus, Strength, Whose,
    asset::Fleet,
    facts::Mood,
    incident::Nature,
    notice::NoticeText,
    watch::{
        Beat, EnrolRequest, HostFacts, Letter, Level, Mode, Order, OrderAck, OrderOutcome,
        ReserveUse, Vitals, order_text,
    },
};
use data_encoding::BASE64URL_NOPAD;
use ring::signature::{ED25519, KeyPair as _, UnparsedPublicKey};
use serde_json::json;

use crate::world::{
    ACTOR, Place, asset_id, code, codes, found, on_both, scope, shared_asset, tenant, verified,
};

on_both!(
    a_town_is_read_back_as_it_was_written,
    a_shared_asset_is_one_fact_for_all,
    circles_and_foreign_needs_are_refused,
    services_carry_a_persons_word,
    alarms_are_grouped_and_decided_once,
    incidents_move_step_by_step,
    a_cut_counts_once_confirmed,
    notices_are_corrected_in_the_open,
    accounts_and_their_codes,
    a_code_is_used_once_even_by_ten_at_a_time,
    sessions_and_throttles,
    guards_enrol_once_and_obey_in_order,
    beats_count_by_their_sequence,
    the_outbox_forgets_nothing,
    closing_hides_and_deletes_nothing,
    sharing_meanwhile_is_noticed,
);

pub(crate) fn alarm(id: &str, town: &str, at: Instant) -> Alarm {
    Alarm {
        id: AlarmId::parse(id).unwrap(),
        tenant: code(town),
        kind: AlarmKind::FilesVanishing,
        guard: None,
        asset: Some(asset_id(town, "file_server")),
        first_at: at.plus_ms(-5_000),
        raised_at: at.plus_ms(-1_000),
        received_at: at,
        repeats: 0,
        touched: 40,
        stopped_at: None,
        simulated: false,
        detail: json!({ "vanished": 40 }),
        state: AlarmState::Open,
    }
}

pub(crate) fn words(text: &str) -> notices::Words {
    let one = |lang: &str| NoticeText {
        title: format!("{lang} {text}"),
        body: format!("Mairie « {text} »\n\n{lang}"),
    };
    notices::Words { fr: one("fr"), en: one("en") }
}

pub(crate) fn enrol_request(token: &str, asset: &AssetId) -> EnrolRequest {
    EnrolRequest {
        token: token.to_owned(),
        asset: asset.clone(),
        public_key: "key".into(),
        host: HostFacts {
            hostname: "srv-fichiers".into(),
            system: "Debian 12".into(),
            kernel: "6.1".into(),
            guard_version: "0.1.0".into(),
        },
        level: Level { letter: Letter::C, holes: vec![] },
    }
}

fn an_incident(id: &str, towns: &[&str], at: Instant) -> Incident {
    Incident {
        id: IncidentId::parse(id).unwrap(),
        owner: code(towns[0]),
        tenants: towns.iter().map(|town| code(town)).collect(),
        nature: Nature::Unknown,
        phase: Phase::Declared,
        noticed_at: at.plus_ms(-60_000),
        declared_at: at,
        declared_by: ACTOR,
        phase_at: at,
    }
}

async fn begin(place: &Place, store: &Store, towns: &[&str]) -> beffroi_store::Tx {
    let ids: Vec<_> = towns.iter().map(|town| code(town)).collect();
    store.begin(&ids, &ACTOR, place.now()).await.unwrap()
}

async fn newest_entry(store: &Store, town: &str) -> journal::Entry {
    let mut conn = store.read().await.unwrap();
    let mut newest = journal::newest(&mut conn, &scope(town), None, 1).await.unwrap();
    newest.remove(0)
}

fn refused<T: std::fmt::Debug>(result: beffroi_store::Result<T>) {
    assert!(matches!(result, Err(Error::Refused { .. })), "{result:?}");
}

fn absent<T: std::fmt::Debug>(result: beffroi_store::Result<T>) {
    assert!(matches!(result, Err(Error::Absent { .. })), "{result:?}");
}

async fn a_town_is_read_back_as_it_was_written(place: Place) {
    let store = place.open().await;
    let ids = codes(["59273"]);
    let mut town = tenant("59273");
    town.epci = Some(code("epci:200040947"));
    town.siren = Some("215902735".into());
    let at = place.now();
    town.opened_at = at;
    let (mut its_services, mut its_assets) = beffroi_town::catalogue::start(&ids[0], at).unwrap();
    its_services[0].place = Some("Hôtel de ville\nRez-de-chaussée".into());
    its_assets[0].state_reason = Some("vérifié ce matin".into());
    its_assets[0].contact = Some("astreinte 06".into());
    its_assets[0].cut_means =
        Some(CutMeans::Hand { room: "local".into(), rack: "A".into(), label: "WAN".into() });
    let mut tx = store.begin_founding(&ids, &ACTOR, at).await.unwrap();
    assert!(tenants::add(&mut tx, &town).await.unwrap());
    assert_eq!(assets::add(&mut tx, &its_assets).await.unwrap() as usize, its_assets.len());
    assert_eq!(assets::add(&mut tx, &its_assets).await.unwrap(), 0);
    assert_eq!(
        services::add(&mut tx, &ids[0], &its_services).await.unwrap() as usize,
        its_services.len()
    );
    let done = tx.commit().await.unwrap();
    assert_eq!((done.heads.len(), done.heads[0].seq, done.change), (1, 3, 3));
    let mut conn = store.read().await.unwrap();
    let facts = facts::load(&mut conn, &scope("59273"), at).await.unwrap().unwrap();
    its_assets.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(facts.tenant, town);
    assert_eq!(facts.assets, its_assets);
    assert_eq!(facts.services, its_services);
    assert_eq!(facts.mood(), Mood::Calm);
    assert_eq!(facts::load(&mut conn, &scope("62473"), at).await.unwrap(), None);
    let operator = beffroi_store::OperatorScope::for_operator();
    let epci = code("epci:200040947");
    assert_eq!(tenants::members(&mut conn, &operator, &epci).await.unwrap(), [town]);
}

async fn a_shared_asset_is_one_fact_for_all(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473", "44184"]).await;
    let id = AssetId::parse("shared").unwrap();
    let mut tx = begin(&place, &store, &["59273", "62473"]).await;
    assets::add(&mut tx, &[shared_asset("shared", "59273", &["62473"])]).await.unwrap();
    tx.commit().await.unwrap();
    // One of the two alone is not enough.
    let mut tx = begin(&place, &store, &["62473"]).await;
    let state = assets::set_state(&mut tx, &id, AssetState::Down, None).await;
    assert!(matches!(state, Err(Error::OutOfScope { .. })), "{state:?}");
    drop(tx);
    let mut tx =
        assets::begin(&store, &scope("62473"), std::slice::from_ref(&id), &ACTOR, place.now())
            .await
            .unwrap();
    let before =
        assets::set_state(&mut tx, &id, AssetState::Down, Some("coupure EDF")).await.unwrap();
    assert_eq!(before, AssetState::Up);
    let whose = Whose::Residents;
    assets::set_exposure(&mut tx, &id, DataExposure::AtRisk, whose, Some("copie possible"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = assets::get(&mut conn, &scope("62473"), &id).await.unwrap().unwrap();
    assert_eq!(seen, assets::get(&mut conn, &scope("59273"), &id).await.unwrap().unwrap());
    assert_eq!(seen.state_reason.as_deref(), Some("coupure EDF"));
    assert_eq!(seen.exposure.reason.as_deref(), Some("copie possible"));
    assert_eq!((seen.exposure.level, seen.exposure.whose), (DataExposure::AtRisk, whose));
    assert!(assets::list(&mut conn, &scope("62473")).await.unwrap().contains(&seen));
    assert_eq!(assets::get(&mut conn, &scope("44184"), &id).await.unwrap(), None);
    drop(conn);
    for town in ["59273", "62473"] {
        let entry = newest_entry(&store, town).await;
        assert_eq!(entry.kind, "asset_exposure");
        assert!(!entry.body.to_string().contains("copie"));
    }
    absent(assets::begin(&store, &scope("44184"), &[id.clone()], &ACTOR, place.now()).await);
    // Shared with a third, then with one less.
    let mut tx = begin(&place, &store, &["59273", "62473", "44184"]).await;
    assets::share_with(&mut tx, &id, &code("44184")).await.unwrap();
    refused(assets::share_with(&mut tx, &id, &code("44184")).await);
    assets::unshare(&mut tx, &id, &code("62473")).await.unwrap();
    refused(assets::unshare(&mut tx, &id, &code("62473")).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert!(assets::get(&mut conn, &scope("44184"), &id).await.unwrap().is_some());
    assert_eq!(assets::get(&mut conn, &scope("62473"), &id).await.unwrap(), None);
}

async fn circles_and_foreign_needs_are_refused(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let need = |id: AssetId| Need { asset: id, strength: Strength::Essential, via: None };
    let mut tx = begin(&place, &store, &["59273"]).await;
    let circle = assets::set_needs(
        &mut tx,
        &asset_id("59273", "network"),
        &[need(asset_id("59273", "file_server"))],
    )
    .await;
    let Err(Error::Cycle(cycle)) = circle else {
        panic!("{circle:?}");
    };
    assert!(cycle.to_string().contains("Serveur de fichiers"), "{cycle}");
    let foreign = need(asset_id("62473", "network"));
    let mail = asset_id("59273", "mail");
    absent(assets::set_needs(&mut tx, &mail, std::slice::from_ref(&foreign)).await);
    let births = ServiceId::parse("births").unwrap();
    let town = code("59273");
    absent(services::set_needs(&mut tx, &town, &births, &[foreign]).await);
    let own = [need(asset_id("59273", "telephony"))];
    assets::set_needs(&mut tx, &mail, &own).await.unwrap();
    services::set_needs(&mut tx, &town, &births, &own).await.unwrap();
    absent(services::set_needs(&mut tx, &town, &ServiceId::parse("none").unwrap(), &own).await);
    // Two new assets that need each other, in one batch.
    let mut pair = [shared_asset("one", "59273", &[]), shared_asset("two", "59273", &[])];
    pair[0].needs = vec![need(pair[1].id.clone())];
    pair[1].needs = vec![need(pair[0].id.clone())];
    assert!(matches!(assets::add(&mut tx, &pair).await, Err(Error::Cycle(_))));
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = assets::get(&mut conn, &scope("59273"), &mail).await.unwrap().unwrap();
    assert_eq!(seen.needs, own);
    let fleet = asset_id("59273", "workstations");
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    let counts = Fleet { total: 80, checked: 12, reinstalled: 3 };
    assets::set_fleet(&mut tx, &fleet, counts).await.unwrap();
    refused(assets::set_fleet(&mut tx, &fleet, Fleet { checked: 81, ..counts }).await);
    refused(assets::set_fleet(&mut tx, &mail, counts).await);
    assets::set_contact(&mut tx, &mail, Some("0 800")).await.unwrap();
    assets::set_cut_means(&mut tx, &mail, Some(&CutMeans::Hook { hook: "fw".into() }))
        .await
        .unwrap();
    refused(assets::set_name(&mut tx, &mail, "  ").await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = assets::get(&mut conn, &scope("59273"), &fleet).await.unwrap().unwrap();
    assert_eq!((seen.fleet, seen.kind), (Some(counts), AssetKind::WorkstationFleet));
}

async fn services_carry_a_persons_word(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (town, births) = (code("59273"), ServiceId::parse("births").unwrap());
    let mut tx = begin(&place, &store, &["59273"]).await;
    refused(services::override_status(&mut tx, &town, &births, ServiceStatus::Closed, " ").await);
    services::override_status(&mut tx, &town, &births, ServiceStatus::PaperOnly, "registres")
        .await
        .unwrap();
    let details = services::Details {
        place: Some("Annexe".into()),
        hours: Some("8 h 30 – 12 h".into()),
        ..services::Details::default()
    };
    services::set_details(&mut tx, &town, &births, &details).await.unwrap();
    let at = tx.at();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = services::get(&mut conn, &scope("59273"), &births).await.unwrap().unwrap();
    let word = seen.overridden.clone().unwrap();
    assert_eq!((word.status, word.reason.as_str()), (ServiceStatus::PaperOnly, "registres"));
    assert_eq!((word.author, word.at), (ACTOR, at));
    assert_eq!(services::Details::of(&seen), details);
    drop(conn);
    // Adding the catalogue again leaves what the town wrote.
    let mut tx = begin(&place, &store, &["59273"]).await;
    let (catalogue, _) = beffroi_town::catalogue::start(&town, at).unwrap();
    assert_eq!(services::add(&mut tx, &town, &catalogue).await.unwrap(), 0);
    services::clear_override(&mut tx, &town, &births).await.unwrap();
    absent(services::clear_override(&mut tx, &town, &births).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = services::get(&mut conn, &scope("59273"), &births).await.unwrap().unwrap();
    assert_eq!((seen.overridden, seen.place.as_deref()), (None, Some("Annexe")));
}

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
    let expires_at = tx.at().plus_ms(60_000);
    let cut = guards::order(&mut tx, &town, &guard.id, &Order::CutSelf, expires_at).await.unwrap();
    let lift =
        guards::order(&mut tx, &town, &guard.id, &Order::LiftSelf, expires_at).await.unwrap();
    assert!(cut.sequence < lift.sequence);
    tx.commit().await.unwrap();
    let key = store.platform_key().unwrap();
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
    tx.record(&town, "test", json!({})).await.unwrap();
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

async fn closing_hides_and_deletes_nothing(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let (town, operator) = (code("59273"), beffroi_store::OperatorScope::for_operator());
    let before = place.dump().await;
    let mut tx = begin(&place, &store, &["59273"]).await;
    tenants::close(&mut tx, &town).await.unwrap();
    refused(tenants::close(&mut tx, &town).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let count = tenants::count(&mut conn, &operator).await.unwrap();
    assert_eq!(count, tenants::Count { open: 1, closed: 1 });
    assert!(tenants::get(&mut conn, &scope("59273")).await.unwrap().unwrap().closed_at.is_some());
    let listed = tenants::list(&mut conn, &operator, None, 10).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["59273", "62473"]);
    let rest = tenants::list(&mut conn, &operator, Some(&town), 10).await.unwrap();
    assert_eq!(rest.len(), 1);
    drop(conn);
    let after = place.dump().await;
    assert!(before.iter().all(|(table, rows)| after[table].len() >= rows.len()));
    let mut tx = begin(&place, &store, &["59273"]).await;
    tenants::reopen(&mut tx, &town).await.unwrap();
    refused(tenants::reopen(&mut tx, &town).await);
    tx.commit().await.unwrap();
    verified(&store, "59273").await;
}

/// Between reading whom an asset concerns and locking them, somebody shares it with one more.
async fn sharing_meanwhile_is_noticed(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473", "44184"]).await;
    let id = AssetId::parse("shared").unwrap();
    let mut tx = begin(&place, &store, &["59273", "62473"]).await;
    assets::add(&mut tx, &[shared_asset("shared", "59273", &["62473"])]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(&place, &store, &["59273", "62473", "44184"]).await;
    assets::share_with(&mut tx, &id, &code("44184")).await.unwrap();
    let (other, at, asset) = (store.clone(), place.now(), id.clone());
    let waiting = tokio::spawn(async move {
        let mut tx = assets::begin(&other, &scope("62473"), &[asset.clone()], &ACTOR, at).await?;
        assets::set_state(&mut tx, &asset, AssetState::Down, None).await?;
        tx.commit().await
    });
    // Lets the other read and wait for the lock; whichever order they come in, it must succeed.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    tx.commit().await.unwrap();
    let done = waiting.await.unwrap().unwrap();
    assert_eq!(done.heads.len(), 3);
    for town in ["59273", "62473", "44184"] {
        verified(&store, town).await;
    }
}
