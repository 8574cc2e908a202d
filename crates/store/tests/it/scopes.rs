//! Another tenant's scope sees nothing, whatever noun it asks for.

mod packs_printed;
mod printer;

use beffroi_store::{
    Store, TenantScope, Tx, accounts, agendas, alarms, appointments, assets, calls, cut_rules,
    cuts, desk, emergency, facts, folders, guards, incidents, journal, kits, notices, oncall,
    own_keys, packs, phones, roster, services, tenants, texts, vault,
};
use beffroi_store::{agendas::sources, appointments::Asked};
use beffroi_town::{
    AccountId, Alarm, AlarmId, AlarmState, AppointmentId, AssetId, AssetState, CallId, ContactId,
    CutMeans, GuardId, Incident, IncidentId, Instant, LineId, NoticeId, PackKind, Phase,
    PrintPostId, RepositoryId, RequestId, Role, RosterId, ServiceId, ServiceStatus, TenantId,
    incident::Nature,
    phone::LineState,
    procedure::KeyGroup,
    vault::{ObjectKind, verdict::Verdict},
};
use serde_json::json;

use crate::{
    nouns::{
        absent,
        agenda::{self as points, agenda, day, seat},
        alarm,
        bell::{a_call, contact},
        desk::{a_request, group_key, new_desk, new_request},
        enrol_request,
        envelope::{about, emergency_facts, forward, somebody},
        thinning::{new as new_thinning, thinnable},
        vault::{judgement, new_repository, proof, receipt},
        words,
    },
    world::{ACTOR, Place, asset_id, code, codes, found, on_both, scope},
};

on_both!(another_tenant_sees_and_moves_nothing);

async fn another_tenant_sees_and_moves_nothing(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let names = populate(&place, &store).await;
    // The owner sees each of them, so that what follows is not empty for another reason.
    for (town, seen) in [("59273", true), ("62473", false), ("75056", false)] {
        assert_eq!(look(&store, &scope(town), &names).await, [seen; 48], "{town}");
        assert_eq!(look_at_the_counter(&store, &scope(town), &names).await, [seen; 15], "{town}");
        assert_eq!(look_at_appointments(&store, &scope(town), &names).await, [seen; 8], "{town}");
        assert_eq!(printer::look(&store, &scope(town), &names).await, [seen; 5], "{town}");
        assert_eq!(packs_printed::look(&store, &scope(town)).await, [seen; 3], "{town}");
    }

    // What belongs to the other tenant says nothing of this one.
    let mut conn = store.read().await.unwrap();
    let other = facts::load(&mut conn, &scope("62473"), place.now()).await.unwrap().unwrap();
    let told = serde_json::to_string(&other).unwrap();
    assert!(!told.contains("59273"), "{told}");
    let entries = journal::newest(&mut conn, &scope("62473"), None, 100).await.unwrap();
    assert!(entries.iter().all(|entry| entry.tenant == code("62473")));
    assert_eq!(tenants::get(&mut conn, &scope("75056")).await.unwrap(), None);
    drop(conn);

    // And a write of the other tenant does not reach it, by whatever name it knows.
    let before = place.dump().await;
    let mut tx = store.begin(&codes(["62473"]), &ACTOR, place.now()).await.unwrap();
    try_each_write(&mut tx, &names).await;
    tx.record(&code("62473"), "login", json!({})).await.unwrap();
    drop(tx);
    assert_eq!(place.dump().await, before);
}

fn an_incident(town: &TenantId, at: Instant) -> Incident {
    Incident {
        id: IncidentId::parse("i1").unwrap(),
        owner: town.clone(),
        tenants: vec![town.clone()],
        nature: Nature::Unknown,
        phase: Phase::Declared,
        noticed_at: at,
        declared_at: at,
        declared_by: ACTOR,
        phase_at: at,
    }
}

/// Gives one tenant one of everything.
async fn populate(place: &Place, store: &Store) -> Names {
    let (town, mail) = (code("59273"), asset_id("59273", "mail"));
    let server = asset_id("59273", "file_server");
    let notice = NoticeId::parse("n1").unwrap();
    let service = ServiceId::parse("only_here").unwrap();
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    let at = tx.at();
    let incident = an_incident(&town, at);
    incidents::declare(&mut tx, &incident).await.unwrap();
    let raised = alarm("a1", "59273", at);
    alarms::raise(&mut tx, &raised, 1).await.unwrap();
    let cut = cuts::order(&mut tx, &mail, &CutMeans::Hook { hook: "fw".into() }).await.unwrap();
    notices::put_draft(&mut tx, &town, &notice, Some(&incident.id), &words("un")).await.unwrap();
    let new = accounts::NewAccount {
        tenant: &town,
        name: "Direction",
        role: Role::Director,
        incident: None,
    };
    let account = accounts::create(&mut tx, &new).await.unwrap();
    let token = guards::offer(&mut tx, &town, &server, at.plus_ms(9_000)).await.unwrap();
    let guard = guards::enrol(&mut tx, &enrol_request(&token, &server)).await.unwrap().unwrap();
    let text = tx.seal_text(&town, "secret").await.unwrap();
    let (mut extra, _) = beffroi_town::catalogue::start(&town, at).unwrap();
    extra.truncate(1);
    extra[0].id = service.clone();
    services::add(&mut tx, &town, &extra).await.unwrap();
    let line =
        phones::add(&mut tx, &town, &about("03 28 00 00 10"), LineState::Works).await.unwrap();
    phones::set_forward(&mut tx, &town, &line, Some(&forward())).await.unwrap();
    folders::set(&mut tx, &town, (&server, "/srv/share"), Some(&mail)).await.unwrap();
    emergency::set(&mut tx, &town, &emergency_facts()).await.unwrap();
    cut_rules::sign(&mut tx, &town, std::slice::from_ref(&mail), 5).await.unwrap();
    let person = somebody("r1", None);
    roster::save(&mut tx, &town, std::slice::from_ref(&person)).await.unwrap();
    let holder = kits::Holder { account: account.clone(), role: Role::Director };
    let kit = kits::record(&mut tx, &town, "hash", &[(holder, vec!["x".into()])]).await.unwrap();
    let (contact, call) = rung(&mut tx, &raised).await;
    let repository = vault::add(&mut tx, &town, &new_repository("srv")).await.unwrap();
    vault::issue(&mut tx, &town, "srv").await.unwrap();
    tx.commit().await.unwrap();
    took_in(place, store, &repository).await;
    let request = counter(place, store, &account).await;
    Names {
        received: received(place, store).await,
        printer: printer::populate(place, store).await,
        request,
        thinning: proposed(place, store).await,
        repository,
        line,
        person: person.id,
        kit: kit.id,
        contact,
        call,
        mail,
        cut,
        notice,
        service,
        text,
        account,
        guard: guard.id,
        incident: incident.id,
        alarm: raised.id,
    }
}

/// Gives the tenant a service point with an appointment, and a source that was pulled.
async fn received(place: &Place, store: &Store) -> (AppointmentId, String) {
    let (town, one) = (code("59273"), agenda("cartes"));
    let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, place.now()).await.unwrap();
    agendas::save(&mut tx, &town, &one).await.unwrap();
    let new = points::new(seat(&one, 540, 1), "token");
    let Asked::Taken(taken) = appointments::take(&mut tx, &town, &new).await.unwrap() else {
        panic!("no seat")
    };
    let source = sources::add(&mut tx, &town, &one.id, "https://agenda.example").await.unwrap();
    let kept = sources::KeptDay { day: new.seat.slot.day, events: 1, sealed: "s".into() };
    sources::pulled(&mut tx, &town, &source, &[kept]).await.unwrap();
    tx.commit().await.unwrap();
    (taken.id, source)
}

/// Opens a counter, gives its one key to somebody, takes a request and a list in.
async fn counter(place: &Place, store: &Store, account: &AccountId) -> RequestId {
    let (town, keys) = (code("59273"), [group_key()]);
    let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, place.now()).await.unwrap();
    own_keys::make(&mut tx, &town, account, ("age1own", "wrapped")).await.unwrap();
    desk::make(&mut tx, &town, &new_desk(&keys)).await.unwrap();
    desk::prove(&mut tx, &town, "CODE").await.unwrap();
    desk::give(&mut tx, &town, account, &[(KeyGroup::School, "sealed".into())]).await.unwrap();
    let one = a_request("q1", "59273", tx.at());
    let files = [(1, "sealed".to_owned())];
    desk::requests::add(&mut tx, &new_request(&one, "sent", &files)).await.unwrap();
    packs::import(&mut tx, &town, PackKind::Children, (1, "sealed")).await.unwrap();
    packs::save_mapping(&mut tx, &town, PackKind::Children, "{}").await.unwrap();
    tx.commit().await.unwrap();
    one.id
}

/// Gives a repository an object that turned out to be damaged, and a snapshot that is judged.
async fn took_in(place: &Place, store: &Store, repository: &RepositoryId) {
    let (mut book, at) = (store.bookkeeping().await.unwrap(), place.now());
    let pack = receipt(ObjectKind::Data, 'a', at);
    vault::objects::received(&mut book, repository, &pack).await.unwrap();
    let snapshot = receipt(ObjectKind::Snapshots, 'a', at);
    vault::objects::received(&mut book, repository, &snapshot).await.unwrap();
    let damaged = (ObjectKind::Data, pack.name.as_str());
    vault::objects::damaged(&mut book, repository, damaged, at).await.unwrap();
    book.commit().await.unwrap();
    judged(place, store).await;
}

/// Proposes a thinning, and tells of a check; its identifier, and of which repository.
async fn proposed(place: &Place, store: &Store) -> (String, vault::Repository) {
    let (thin, keeper) = thinnable(place, store, "59273").await;
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    let id = vault::thinnings::propose(&mut tx, &thin, &new_thinning(&keeper)).await.unwrap();
    let found = beffroi_town::vault::thinning::Checked::default();
    vault::thinnings::checked(&mut tx, &thin, &keeper, &found).await.unwrap();
    tx.commit().await.unwrap();
    (id, thin)
}

/// Says of its snapshot that it is clean and that it came back.
async fn judged(place: &Place, store: &Store) {
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    let srv = vault::get(tx.conn(), &scope("59273"), "srv").await.unwrap().unwrap();
    let clean = judgement('a', Verdict::Clean);
    vault::verdicts::say(&mut tx, &srv, &clean, None).await.unwrap();
    let credentials = vault::credentials(tx.conn(), &scope("59273"), &srv.id).await.unwrap();
    vault::verdicts::prove(&mut tx, &srv, &proof('a'), &credentials[0].id).await.unwrap();
    tx.commit().await.unwrap();
}

/// Gives the tenant of an alarm somebody on call, who is rung for it.
async fn rung(tx: &mut Tx, raised: &Alarm) -> (ContactId, CallId) {
    let (town, at) = (code("59273"), tx.at());
    let somebody = contact("k1", "59273");
    oncall::add(tx, &somebody).await.unwrap();
    let off = beffroi_town::oncall::Weekly { off: true, ..Default::default() };
    oncall::set_weekly_test(tx, &town, off, Some("secret")).await.unwrap();
    let call = a_call("c1", "59273", at);
    calls::open(tx, &call).await.unwrap();
    calls::join(tx, &call, raised).await.unwrap();
    let new = calls::tries::NewTry { contact: &somebody.id, way: 0, channel: "sms" };
    calls::tries::ring(tx, &call, &new).await.unwrap();
    (somebody.id, call.id)
}

/// Every write that names something of another tenant finds nothing.
async fn try_each_write(tx: &mut Tx, names: &Names) {
    let (them, at) = (code("62473"), tx.at());
    absent(assets::set_state(tx, &names.mail, AssetState::Down, None).await);
    absent(assets::set_name(tx, &names.mail, "x").await);
    absent(assets::share_with(tx, &names.mail, &them).await);
    absent(cuts::order(tx, &names.mail, &CutMeans::Hook { hook: "fw".into() }).await);
    absent(cuts::confirm(tx, &names.cut).await);
    absent(cut_rules::sign(tx, &them, std::slice::from_ref(&names.mail), 5).await);
    absent(cut_rules::withdraw(tx, &them).await);
    absent(cuts::lift(tx, &names.cut, AssetState::Up).await);
    absent(alarms::decide(tx, &them, &names.alarm, &AlarmState::Dismissed).await);
    absent(incidents::set_phase(tx, &names.incident, Phase::Contained).await);
    absent(incidents::add_tenant(tx, &names.incident, &them).await);
    absent(notices::publish(tx, &them, &names.notice).await);
    absent(accounts::set_password(tx, &them, &names.account, Some("x")).await);
    absent(accounts::set_codes(tx, &them, &names.account, &["x".into()]).await);
    absent(accounts::use_code(tx, &them, &names.account, "x").await);
    absent(guards::revoke(tx, &them, &names.guard).await);
    absent(guards::order(tx, &them, &names.guard, &beffroi_town::watch::Order::CutSelf, at).await);
    absent(services::override_status(tx, &them, &names.service, ServiceStatus::Closed, "x").await);
    absent(texts::erase(tx, &them, &names.text).await);
    absent(phones::set_about(tx, &them, &names.line, &about("03 28 00 00 11")).await);
    absent(phones::set_state(tx, &them, &names.line, LineState::Down).await);
    absent(phones::set_forward(tx, &them, &names.line, None).await);
    absent(phones::remove(tx, &them, &names.line).await);
    let server = asset_id("59273", "file_server");
    absent(folders::set(tx, &them, (&server, "/srv/share"), None).await);
    absent(roster::remove(tx, &them, std::slice::from_ref(&names.person)).await);
    absent(roster::save(tx, &them, &[somebody("r2", Some("r1"))]).await);
    absent(kits::drop_codes(tx, &them, &names.account).await);
    let holder = kits::Holder { account: names.account.clone(), role: Role::Director };
    absent(kits::record(tx, &them, "hash", &[(holder, vec!["y".into()])]).await);
    absent(oncall::set(tx, &contact("k1", "62473")).await);
    absent(oncall::move_to(tx, &them, &names.contact, 1).await);
    absent(oncall::pause(tx, &them, &names.contact, true).await);
    absent(oncall::remove(tx, &them, &names.contact).await);
    assert!(!calls::acknowledge(tx, &them, &names.call).await.unwrap());
    try_appointments(tx, names).await;
    packs_printed::try_each(tx).await;
    absent(vault::issue(tx, &them, "srv").await);
    absent(vault::revoke(tx, &them, "srv", None).await);
    absent(vault::prove_sheet(tx, &them, "srv", "code").await);
    absent(own_keys::make(tx, &them, &names.account, ("age1", "x")).await);
    absent(own_keys::set_codes(tx, &them, &names.account, &[]).await);
    absent(own_keys::forget(tx, &them, &names.account).await);
    absent(desk::give(tx, &them, &names.account, &[]).await);
    absent(desk::take(tx, &them, &names.account, KeyGroup::School).await);
    assert!(!desk::prove(tx, &them, "CODE").await.unwrap());
    let end = desk::requests::Decision {
        state: beffroi_town::request::RequestState::Closed,
        answer: None,
        answer_for: None,
        erase_at: at,
    };
    absent(desk::requests::take(tx, &them, &names.request, &names.account).await);
    absent(desk::requests::decide(tx, &them, &names.request, &end).await);
    let to = (&names.request, KeyGroup::Social);
    absent(desk::requests::transfer(tx, &them, to, ("x", &[])).await);
    absent(desk::requests::grant_visa(tx, &them, &names.request).await);
    absent(desk::requests::erase(tx, &them, &names.request).await);
    // Whoever takes another's repository for its own writes nothing for it.
    let (id, thin) = &names.thinning;
    let foreign = vault::Repository { tenant: them.clone(), ..thin.clone() };
    absent(vault::thinnings::cancel(tx, &foreign, id).await);
    absent(vault::thinnings::undo(tx, &foreign, id).await);
    absent(vault::thinnings::empty(tx, &foreign, id).await);
    let who = (&them, &names.account);
    absent(vault::thinnings::agree(tx, &foreign, (id.as_str(), "hash"), who, 0).await);
}

async fn try_appointments(tx: &mut Tx, names: &Names) {
    let them = code("62473");
    printer::try_each(tx, names).await;
    let point = agenda("cartes");
    absent(agendas::close(tx, &them, &point.id).await);
    absent(appointments::cancel(tx, &them, &names.received.0).await);
    absent(appointments::move_to(tx, &them, &names.received.0, &seat(&point, 560, 1)).await);
    absent(sources::add(tx, &them, &point.id, "https://agenda.example").await);
    absent(sources::pulled(tx, &them, &names.received.1, &[]).await);
    absent(sources::remove(tx, &them, &names.received.1).await);
}

/// The names of what one tenant has.
struct Names {
    mail: AssetId,
    cut: String,
    notice: NoticeId,
    service: ServiceId,
    text: String,
    account: AccountId,
    guard: GuardId,
    incident: IncidentId,
    alarm: AlarmId,
    line: LineId,
    person: RosterId,
    kit: String,
    contact: ContactId,
    call: CallId,
    repository: RepositoryId,
    request: RequestId,
    thinning: (String, vault::Repository),
    received: (AppointmentId, String),
    printer: PrintPostId,
}

/// Whether a scope sees each of them, by name and in its lists.
async fn look(store: &Store, scope: &TenantScope, names: &Names) -> [bool; 48] {
    let conn = &mut store.read().await.unwrap();
    let name = "a".repeat(64);
    let pack = (ObjectKind::Data, name.as_str());
    let ever = (ObjectKind::Data, beffroi_town::Instant::default());
    [
        assets::get(conn, scope, &names.mail).await.unwrap().is_some(),
        assets::list(conn, scope).await.unwrap().iter().any(|one| one.id == names.mail),
        cuts::get(conn, scope, &names.cut).await.unwrap().is_some(),
        !cuts::list(conn, scope).await.unwrap().is_empty(),
        notices::get(conn, scope, &names.notice).await.unwrap().is_some(),
        services::get(conn, scope, &names.service).await.unwrap().is_some(),
        texts::open(conn, scope, &names.text).await.unwrap().is_some(),
        accounts::get(conn, scope, &names.account).await.unwrap().is_some(),
        guards::get(conn, scope, &names.guard).await.unwrap().is_some(),
        incidents::get(conn, scope, &names.incident).await.unwrap().is_some(),
        !alarms::open(conn, scope).await.unwrap().is_empty(),
        !incidents::list(conn, scope).await.unwrap().is_empty(),
        !accounts::list(conn, scope).await.unwrap().is_empty(),
        !guards::list(conn, scope).await.unwrap().is_empty(),
        !notices::list(conn, scope).await.unwrap().is_empty(),
        phones::get(conn, scope, &names.line).await.unwrap().is_some(),
        !phones::list(conn, scope).await.unwrap().is_empty(),
        !phones::forwards(conn, scope).await.unwrap().is_empty(),
        emergency::get(conn, scope).await.unwrap().changed_at.is_some(),
        !folders::list(conn, scope).await.unwrap().is_empty(),
        roster::get(conn, scope, &names.person).await.unwrap().is_some(),
        roster::changed_at(conn, scope).await.unwrap().is_some(),
        kits::newest(conn, scope).await.unwrap().is_some(),
        !kits::codes(conn, scope, &names.kit).await.unwrap().is_empty(),
        oncall::get(conn, scope, &names.contact).await.unwrap().is_some(),
        !oncall::list(conn, scope).await.unwrap().is_empty(),
        oncall::weekly_test(conn, scope).await.unwrap().off_reason.is_some(),
        calls::get(conn, scope, &names.call).await.unwrap().is_some(),
        !calls::list(conn, scope, 9).await.unwrap().is_empty(),
        !calls::of_alarm(conn, scope, &names.alarm).await.unwrap().is_empty(),
        !calls::tries::list(conn, scope, &names.call).await.unwrap().is_empty(),
        cut_rules::get(conn, scope).await.unwrap().is_some(),
        vault::get(conn, scope, "srv").await.unwrap().is_some(),
        !vault::list(conn, scope).await.unwrap().is_empty(),
        !vault::credentials(conn, scope, &names.repository).await.unwrap().is_empty(),
        vault::objects::get(conn, scope, &names.repository, pack).await.unwrap().is_some(),
        vault::objects::since(conn, scope, &names.repository, ever).await.unwrap() > 0,
        vault::objects::used(conn, scope, &names.repository).await.unwrap().bytes > 0,
        vault::objects::damages(conn, scope, &names.repository).await.unwrap() > 0,
        !vault::objects::days(conn, scope, &names.repository, ever.1).await.unwrap().is_empty(),
        !vault::verdicts::of(conn, scope, &names.repository).await.unwrap().is_empty(),
        !vault::verdicts::standing(conn, scope, &names.repository, 9).await.unwrap().is_empty(),
        !vault::verdicts::proofs(conn, scope, &names.repository, 9).await.unwrap().is_empty(),
        vault::thinnings::get(conn, scope, &names.thinning.0).await.unwrap().is_some(),
        !vault::thinnings::list(conn, scope, 9).await.unwrap().is_empty(),
        !vault::thinnings::standing(conn, scope, &names.thinning.1.id).await.unwrap().is_empty(),
        !vault::thinnings::checks(conn, scope, &names.thinning.1.id, 9).await.unwrap().is_empty(),
        !vault::objects::young(conn, scope, &names.thinning.1.id, ever).await.unwrap().is_empty(),
    ]
}

/// The same of what belongs to the counter.
async fn look_at_the_counter(store: &Store, scope: &TenantScope, names: &Names) -> [bool; 15] {
    let conn = &mut store.read().await.unwrap();
    [
        own_keys::get(conn, scope, &names.account).await.unwrap().is_some(),
        own_keys::wrapped(conn, scope, &names.account, own_keys::Way::Phrase)
            .await
            .unwrap()
            .is_some(),
        desk::get(conn, scope).await.unwrap().is_some(),
        !desk::keys(conn, scope).await.unwrap().is_empty(),
        desk::recipient(conn, scope, KeyGroup::School).await.unwrap().is_some(),
        !desk::grants(conn, scope).await.unwrap().is_empty(),
        !desk::grants_of(conn, scope, &names.account).await.unwrap().is_empty(),
        !desk::requests::open(conn, scope, 9).await.unwrap().is_empty(),
        desk::requests::get(conn, scope, &names.request).await.unwrap().is_some(),
        desk::requests::body(conn, scope, &names.request).await.unwrap().is_some(),
        desk::requests::file(conn, scope, (&names.request, 1)).await.unwrap().is_some(),
        desk::requests::by_reference(conn, scope, "CA-q1").await.unwrap().is_some(),
        desk::requests::by_sent(conn, scope, "sent").await.unwrap().is_some(),
        !desk::requests::by_copy(conn, scope, "CA1-000").await.unwrap().is_empty(),
        desk::requests::tracked(conn, scope, ("CA-q1", "track")).await.unwrap().is_some(),
    ]
}

/// The same of what belongs to appointments.
async fn look_at_appointments(store: &Store, scope: &TenantScope, names: &Names) -> [bool; 8] {
    let conn = &mut store.read().await.unwrap();
    [
        agendas::get(conn, scope, &agenda("cartes").id).await.unwrap().is_some(),
        !agendas::known(conn, scope).await.unwrap().is_empty(),
        appointments::get(conn, scope, &names.received.0).await.unwrap().is_some(),
        !appointments::of_day(conn, scope, day("2024-05-02")).await.unwrap().is_empty(),
        !sources::list(conn, scope).await.unwrap().is_empty(),
        !sources::of_day(conn, scope, day("2024-05-02")).await.unwrap().is_empty(),
        !sources::from_day(conn, scope, day("2024-05-02")).await.unwrap().is_empty(),
        !appointments::upcoming(conn, scope, day("2024-05-02"), ("", 9)).await.unwrap().is_empty(),
    ]
}
