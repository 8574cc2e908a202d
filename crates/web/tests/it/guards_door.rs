//! The door of the guards: only what a guard signed, in time, within its bounds, counts.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use beffroi_store::{guards, journal};
use beffroi_town::{
    Actor, AlarmId, GuardId, Instant, Role, TenantId,
    watch::{
        ALARM_PATH, AT_HEADER, ActorSeen, AlarmOutcome, AlarmReport, BEAT_PATH, BODY_BYTES_MAX,
        Beat, BeatAnswer, CutAlone, ENROL_PATH, EnrolAnswer, EnrolRequest, GUARD_HEADER, HostFacts,
        Letter, Level, LiftedByCode, Mode, NO_GUARD_YET, Order, Reason, ReserveUse,
        SIGNATURE_HEADER, Signal, Suspicion, Touch, TouchCounts, Touched, Vitals, order_text,
        request_text,
    },
};
use data_encoding::BASE64URL_NOPAD;
use http_body_util::BodyExt as _;
use ring::{
    digest::{SHA256, digest},
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use serde::Serialize;
use tower::ServiceExt as _;

use crate::{
    browser::Browser,
    sample::{OTHER, Sample, TOWN},
};

/// A played guard: its key, and the name the platform gave it.
pub(crate) struct Guard {
    key: Ed25519KeyPair,
    name: String,
}

/// One request as it will be sent.
pub(crate) struct Sent {
    path: &'static str,
    at: Instant,
    body: Vec<u8>,
}

impl Guard {
    fn new(seed: u8) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        Self { key, name: NO_GUARD_YET.to_owned() }
    }

    fn public_key(&self) -> String {
        BASE64URL_NOPAD.encode(self.key.public_key().as_ref())
    }

    fn signature(&self, sent: &Sent) -> String {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &sent.body).as_ref());
        let text = request_text(&self.name, "POST", sent.path, sent.at, &hash);
        BASE64URL_NOPAD.encode(self.key.sign(&text).as_ref())
    }

    pub(crate) fn request(&self, sent: &Sent) -> Request<Body> {
        Request::post(sent.path)
            .header("content-type", "application/json")
            .header(GUARD_HEADER, &self.name)
            .header(AT_HEADER, sent.at.ms().to_string())
            .header(SIGNATURE_HEADER, self.signature(sent))
            .body(Body::from(sent.body.clone()))
            .unwrap()
    }
}

pub(crate) fn sent(path: &'static str, at: Instant, said: &impl Serialize) -> Sent {
    Sent { path, at, body: serde_json::to_vec(said).unwrap() }
}

pub(crate) async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, Vec<u8>) {
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    (status, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
}

async fn token(sample: &Sample, town: &str) -> String {
    let tenant = TenantId::parse(town).unwrap();
    let asset = beffroi_town::catalogue::asset_id(&tenant, "file_server").unwrap();
    let by = Actor::CommandLine;
    let store = &sample.doors.store;
    let mut tx = store.begin(std::slice::from_ref(&tenant), &by, Sample::START).await.unwrap();
    let until = Sample::START.plus_ms(15 * 60_000);
    let token = guards::offer(&mut tx, &tenant, &asset, until).await.unwrap();
    tx.commit().await.unwrap();
    token
}

fn enrolment(guard: &Guard, token: String, town: &str) -> EnrolRequest {
    let tenant = TenantId::parse(town).unwrap();
    EnrolRequest {
        token,
        asset: beffroi_town::catalogue::asset_id(&tenant, "file_server").unwrap(),
        public_key: guard.public_key(),
        host: HostFacts {
            hostname: "fichiers".to_owned(),
            system: "Debian 12".to_owned(),
            kernel: "6.1".to_owned(),
            guard_version: "0.1.0".to_owned(),
        },
        level: Level { letter: Letter::B, holes: vec![] },
    }
}

pub(crate) async fn enrolled(
    sample: &Sample,
    router: &Router,
    seed: u8,
    town: &str,
) -> (Guard, EnrolAnswer) {
    let mut guard = Guard::new(seed);
    let said = enrolment(&guard, token(sample, town).await, town);
    let (status, body) = ask(router, guard.request(&sent(ENROL_PATH, Sample::START, &said))).await;
    assert_eq!(status, StatusCode::OK);
    let answer: EnrolAnswer = serde_json::from_slice(&body).unwrap();
    guard.name = answer.guard.to_string();
    (guard, answer)
}

fn beat(at: Instant, sequence: u64) -> Beat {
    Beat {
        at,
        sequence,
        started_at: Sample::START,
        mode: Mode::Observe,
        level: Level { letter: Letter::B, holes: vec![] },
        vitals: Vitals::default(),
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

#[tokio::test]
async fn a_token_enrols_one_guard_once_for_its_own_server_and_in_time() {
    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let guard = Guard::new(1);
    let try_with = async |said: &EnrolRequest| {
        let at = sample.doors.clock.now();
        ask(&router, guard.request(&sent(ENROL_PATH, at, said))).await.0
    };
    let spent = token(&sample, TOWN).await;
    let other_server = enrolment(&guard, spent.clone(), OTHER);
    assert_eq!(try_with(&other_server).await, StatusCode::FORBIDDEN);
    let stolen_key = EnrolRequest {
        public_key: Guard::new(2).public_key(),
        ..enrolment(&guard, spent.clone(), TOWN)
    };
    assert_eq!(try_with(&stolen_key).await, StatusCode::UNAUTHORIZED, "the key is not its own");
    let right = enrolment(&guard, spent, TOWN);
    assert_eq!(try_with(&right).await, StatusCode::OK);
    assert_eq!(try_with(&right).await, StatusCode::FORBIDDEN, "spent");
    let guessed = enrolment(&guard, "A".repeat(43), TOWN);
    assert_eq!(try_with(&guessed).await, StatusCode::FORBIDDEN);
    let late = enrolment(&guard, token(&sample, TOWN).await, TOWN);
    sample.clock.forward_ms(15 * 60_000 + 1);
    assert_eq!(try_with(&late).await, StatusCode::FORBIDDEN, "too late");
}

#[tokio::test]
async fn what_is_not_signed_by_this_guard_now_is_refused() {
    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let (guard, _) = enrolled(&sample, &router, 1, TOWN).await;
    let (foreign, _) = enrolled(&sample, &router, 2, OTHER).await;
    let at = Sample::START;
    let good = sent(BEAT_PATH, at, &beat(at, 1));
    assert_eq!(ask(&router, guard.request(&good)).await.0, StatusCode::OK);

    let impostor = Guard { key: Guard::new(9).key, name: guard.name.clone() };
    let another = Guard { key: Guard::new(2).key, name: guard.name.clone() };
    let nobody = Guard { key: Guard::new(1).key, name: "nobody".to_owned() };
    for liar in [&impostor, &another, &nobody] {
        assert_eq!(ask(&router, liar.request(&good)).await.0, StatusCode::UNAUTHORIZED);
    }
    for stamp in [at.plus_ms(-301_000), at.plus_ms(301_000)] {
        let stale = sent(BEAT_PATH, stamp, &beat(stamp, 2));
        assert_eq!(ask(&router, guard.request(&stale)).await.0, StatusCode::UNAUTHORIZED);
    }
    // The same signature over another body, or for another door.
    let mut altered = guard.request(&good);
    *altered.body_mut() = Body::from(serde_json::to_vec(&beat(at, 3)).unwrap());
    assert_eq!(ask(&router, altered).await.0, StatusCode::UNAUTHORIZED);
    let mut moved = guard.request(&good);
    *moved.uri_mut() = ALARM_PATH.parse().unwrap();
    assert_eq!(ask(&router, moved).await.0, StatusCode::UNAUTHORIZED);
    let bare = Request::post(BEAT_PATH).body(Body::from(good.body.clone())).unwrap();
    assert_eq!(ask(&router, bare).await.0, StatusCode::UNAUTHORIZED);

    let nonsense = Sent { path: BEAT_PATH, at, body: b"{\"at\":".to_vec() };
    assert_eq!(ask(&router, guard.request(&nonsense)).await.0, StatusCode::BAD_REQUEST);
    let huge = Sent { path: BEAT_PATH, at, body: vec![b' '; BODY_BYTES_MAX + 1] };
    assert_eq!(ask(&router, guard.request(&huge)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let unbounded = Beat { heads: vec![], watched: watched(65), ..beat(at, 4) };
    let unbounded = sent(BEAT_PATH, at, &unbounded);
    assert_eq!(ask(&router, guard.request(&unbounded)).await.0, StatusCode::BAD_REQUEST);

    revoke(&sample, &foreign).await;
    assert_eq!(ask(&router, foreign.request(&good)).await.0, StatusCode::UNAUTHORIZED);
}

fn watched(folders: usize) -> Vec<beffroi_town::watch::WatchedFolder> {
    let one = beffroi_town::watch::WatchedFolder {
        path: "/srv".to_owned(),
        files_protected: 0,
        files_unprotected: 0,
        scanned: true,
    };
    vec![one; folders]
}

async fn revoke(sample: &Sample, guard: &Guard) {
    let tenant = TenantId::parse(OTHER).unwrap();
    let store = &sample.doors.store;
    let by = Actor::CommandLine;
    let mut tx = store.begin(std::slice::from_ref(&tenant), &by, Sample::START).await.unwrap();
    guards::revoke(&mut tx, &tenant, &GuardId::parse(&guard.name).unwrap()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_report_is_an_alarm_of_the_guards_own_town() {
    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let (guard, _) = enrolled(&sample, &router, 2, OTHER).await;
    let report = AlarmReport {
        id: AlarmId::parse("elsewhere").unwrap(),
        revision: 1,
        kind: Suspicion::MassDisappearance,
        first_touch_at: Sample::START,
        raised_at: Sample::START,
        stopped_at: None,
        outcome: AlarmOutcome::Observed,
        actor: None,
        counts: TouchCounts::default(),
        reasons: vec![],
        touched: vec![],
        touched_total: 7,
        vitals: Vitals::default(),
        simulated: false,
    };
    let report = sent(ALARM_PATH, Sample::START, &report);
    assert_eq!(ask(&router, guard.request(&report)).await.0, StatusCode::OK);
    let mut conn = sample.doors.store.read().await.unwrap();
    let id = AlarmId::parse("elsewhere").unwrap();
    let seen = async |town: &str, conn: &mut beffroi_store::Conn| {
        beffroi_store::alarms::get(conn, &Sample::scope(town), &id).await.unwrap().is_some()
    };
    assert!(seen(OTHER, &mut conn).await && !seen(TOWN, &mut conn).await);
}

#[tokio::test]
async fn an_order_reaches_its_guard_alone_and_is_signed() {
    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let (guard, answer) = enrolled(&sample, &router, 1, TOWN).await;
    let (other, _) = enrolled(&sample, &router, 3, TOWN).await;
    let tenant = TenantId::parse(TOWN).unwrap();
    let (store, at) = (&sample.doors.store, Sample::START);
    let by = Actor::CommandLine;
    let mut tx = store.begin(std::slice::from_ref(&tenant), &by, at).await.unwrap();
    let until = at.plus_ms(60_000);
    guards::order(&mut tx, &tenant, &answer.guard, &Order::CutSelf, until).await.unwrap();
    tx.commit().await.unwrap();
    let orders = async |guard: &Guard, sequence: u64| {
        let (status, body) =
            ask(&router, guard.request(&sent(BEAT_PATH, at, &beat(at, sequence)))).await;
        assert_eq!(status, StatusCode::OK);
        let answer: BeatAnswer = serde_json::from_slice(&body).unwrap();
        assert!(answer.check().is_ok() && answer.heads.len() == 1, "it is shown the newest head");
        answer.orders
    };
    assert!(orders(&other, 1).await.is_empty());
    let got = orders(&guard, 1).await;
    assert_eq!((got.len(), &got[0].order), (1, &Order::CutSelf));
    let text = order_text(&got[0].guard, got[0].sequence, got[0].expires_at, &got[0].order);
    let key = BASE64URL_NOPAD.decode(answer.orders_key.as_bytes()).unwrap();
    let signature = BASE64URL_NOPAD.decode(got[0].signature.as_bytes()).unwrap();
    assert!(UnparsedPublicKey::new(&ED25519, key).verify(&text, &signature).is_ok());
}

#[tokio::test]
async fn what_a_host_did_alone_is_written_down_once_and_in_its_order() {
    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let (guard, _) = enrolled(&sample, &router, 1, TOWN).await;
    let at = Sample::START;
    // How often it cut its host by itself, how often a code lifted that, and what came last.
    let said = async |sequence: u64, cuts: u32, lifts: u32| {
        let cut_alone = (cuts > 0).then_some(CutAlone { at, times: cuts });
        let lifted = (lifts > 0).then_some(LiftedByCode { at: at.plus_ms(1), times: lifts });
        let beat = sent(BEAT_PATH, at, &Beat { lifted, cut_alone, ..beat(at, sequence) });
        assert_eq!(ask(&router, guard.request(&beat)).await.0, StatusCode::OK);
        let mut conn = sample.doors.store.read().await.unwrap();
        let all = journal::newest(&mut conn, &Sample::scope(TOWN), None, 500).await.unwrap();
        let of = |kind: &str| all.iter().filter(|entry| entry.kind == kind).count();
        (of("cut_by_guard_alone"), of("cut_lifted_by_code"), of("cut_lifted"))
    };
    assert_eq!(said(1, 0, 0).await, (0, 0, 0));
    assert_eq!((said(2, 0, 1).await, said(3, 0, 1).await), ((0, 1, 0), (0, 1, 0)), "said again");
    assert_eq!((said(4, 0, 2).await, said(3, 0, 1).await), ((0, 2, 0), (0, 2, 0)), "an old beat");
    assert_eq!((said(5, 1, 2).await, said(6, 1, 2).await), ((1, 2, 0), (1, 2, 0)), "said again");
    assert_eq!(said(7, 1, 3).await, (1, 3, 1), "the cut is lifted");
    assert_eq!(said(8, 2, 4).await, (2, 4, 2), "cut and lifted while nobody was heard");
}

#[tokio::test]
async fn the_computer_that_touched_a_decoy_is_named_in_the_console() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let (guard, _) = enrolled(&sample, &router, 1, TOWN).await;
    let touched = |path: &str, how| Touched {
        path: path.to_owned(),
        how,
        at: Sample::START,
        recoverable: true,
    };
    let actor = ActorSeen {
        pid: 7,
        exe: String::new(),
        uid: 65_534,
        user: Some("nobody".to_owned()),
        session: None,
        client: Some("192.0.2.44".to_owned()),
    };
    let report = AlarmReport {
        id: AlarmId::parse("decoy-1").unwrap(),
        revision: 1,
        kind: Suspicion::DecoyTouched,
        first_touch_at: Sample::START,
        raised_at: Sample::START,
        stopped_at: None,
        outcome: AlarmOutcome::Observed,
        actor: Some(actor),
        counts: TouchCounts { vanished: 1, ..TouchCounts::default() },
        reasons: vec![Reason { signal: Signal::BaitTouched, times: 1, points: 100 }],
        touched: vec![
            touched("/b/budget.xlsx", Touch::Deleted),
            touched("/b/LISEZ", Touch::Dropped),
        ],
        touched_total: 1,
        vitals: Vitals::default(),
        simulated: false,
    };
    let report = sent(ALARM_PATH, Sample::START, &report);
    assert_eq!(ask(&router, guard.request(&report)).await.0, StatusCode::OK);
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Technician)).await;
    let list = browser.open("/console/alarms").await.body;
    assert!(list.contains("– poste 192.0.2.44"), "{list}");
    let page = browser.open("/console/alarms/decoy-1").await.body;
    for word in ["touché au leurre", "Poste d’où cela vient", "192.0.2.44", "+ /b/LISEZ", "terminé"]
    {
        assert!(page.contains(word), "{word}");
    }
}
