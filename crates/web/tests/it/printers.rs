//! A print post: made, enrolled, confirmed by its mark, handed what is due and sealed to it, asked,
//! revoked; and what it is not handed.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use beffroi_desk::{
    appointments::sheet::{self, Opened},
    print_posts::own::{OwnKeys, Written},
};
use beffroi_store::{Store, journal, print_posts as kept};
use beffroi_town::{
    AgendaId, Instant, Lang, PrintPostId, Role,
    agenda::Day,
    edge::Entropy,
    printer::{
        ASK_PATH, AT_HEADER, Ask, AskAnswer, DAY_PATH, DayAnswer, DayRequest, ENROL_PATH,
        EnrolRequest, Invitation, POST_HEADER, PRINTED_PATH, Printed, SIGNATURE_HEADER, SheetDue,
    },
};
use beffroi_words::Words;
use http_body_util::BodyExt as _;
use serde::{Serialize, de::DeserializeOwned};
use tower::ServiceExt as _;

use crate::{
    appointments::take,
    browser::Browser,
    sample::{OTHER, Sample, TOWN},
};

const DAY_MS: i64 = 24 * 3_600_000;
const HOUR_MS: i64 = 3_600_000;
/// The day of the appointment that is taken in these tests, five days after they begin.
const THAT_DAY: &str = "2024-04-30";

struct Seed(u8);
impl Entropy for Seed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

/// A played post: its keys, and what it is called.
struct Post<'a> {
    router: &'a Router,
    id: PrintPostId,
    keys: OwnKeys,
}

impl Post<'_> {
    fn request(&self, door: &str, at: Instant, body: &[u8]) -> Request<Body> {
        Request::post(door)
            .header("content-type", "application/json")
            .header(POST_HEADER, self.id.as_str())
            .header(AT_HEADER, at.ms().to_string())
            .header(SIGNATURE_HEADER, self.keys.sign(&self.id, (door, at), body))
            .body(Body::from(body.to_vec()))
            .unwrap()
    }

    async fn say(&self, door: &str, at: Instant, said: &impl Serialize) -> (StatusCode, Vec<u8>) {
        let body = serde_json::to_vec(said).unwrap();
        answered(self.router, self.request(door, at, &body)).await
    }

    async fn well<A: DeserializeOwned>(&self, door: &str, at: Instant, said: &impl Serialize) -> A {
        let (status, body) = self.say(door, at, said).await;
        assert_eq!(status, StatusCode::OK, "{door}");
        serde_json::from_slice(&body).unwrap()
    }

    async fn due(&self, at: Instant) -> Vec<SheetDue> {
        self.well::<AskAnswer>(ASK_PATH, at, &Ask::default()).await.due
    }

    async fn day(&self, at: Instant, day: &str) -> Opened {
        let answer: DayAnswer = self.well(DAY_PATH, at, &wanted(day)).await;
        assert_eq!(answer.tenant.id.as_str(), TOWN);
        sheet::open(Words::of(answer.lang), &answer.sealed, Some(self.keys.identity()))
    }
}

async fn answered(router: &Router, request: Request<Body>) -> (StatusCode, Vec<u8>) {
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    (status, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
}

fn wanted(day: &str) -> DayRequest {
    let agenda = AgendaId::parse(Sample::AGENDA).unwrap();
    DayRequest { agenda, day: Day::parse(day).unwrap() }
}

fn enrolment(invitation: &Invitation, keys: &OwnKeys) -> EnrolRequest {
    EnrolRequest {
        token: invitation.token.clone(),
        post: invitation.post.clone(),
        public_key: keys.public_key(),
        recipient: keys.recipient(),
        hostname: "accueil-1".to_owned(),
        version: "0.1.0".to_owned(),
    }
}

async fn director(sample: &mut Sample, router: &Router, town: &str) -> Browser {
    let mut browser = Browser::new(router);
    browser.enter(&sample.code(town, Role::Director)).await;
    browser
}

/// A director makes a post in the console; its enrolment file.
async fn invited(sample: &mut Sample, browser: &mut Browser, town: &str) -> Invitation {
    let page = browser.open("/console/printers").await;
    let code = sample.code(town, Role::Director);
    let filled = [
        ("name", "Imprimante de la mairie"),
        ("groups", "civil_status"),
        ("groups", "general"),
        ("evening", "1080"),
        ("second_factor", code.as_str()),
    ];
    let file = browser.send(&page, "/console/printers", &filled).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    serde_json::from_str(&file.body).unwrap()
}

/// The same, and the computer enrols.
async fn enrolled<'a>(
    sample: &mut Sample,
    router: &'a Router,
    browser: &mut Browser,
    (town, seed): (&str, u8),
) -> Post<'a> {
    let invitation = invited(sample, browser, town).await;
    let keys = Written::new(&Seed(seed)).read().unwrap();
    let said = enrolment(&invitation, &keys);
    let post = Post { router, id: invitation.post, keys };
    let (status, _) = post.say(ENROL_PATH, sample.doors.clock.now(), &said).await;
    assert_eq!(status, StatusCode::OK);
    post
}

async fn kinds(store: &Store) -> Vec<String> {
    let mut conn = store.read().await.unwrap();
    let all = journal::newest(&mut conn, &Sample::scope(TOWN), None, 20).await.unwrap();
    all.into_iter().map(|entry| entry.kind).collect()
}

#[tokio::test]
async fn a_post_prints_what_was_taken_before_and_after_it_was_confirmed() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let before = take(&mut Browser::new(&router)).await;
    assert_eq!(before.status, StatusCode::OK);
    let mut browser = director(&mut sample, &router, TOWN).await;
    let post = enrolled(&mut sample, &router, &mut browser, (TOWN, 7)).await;
    let evening = Sample::START.plus_ms(4 * DAY_MS + 7 * HOUR_MS);
    let at = format!("/console/printers/{}", post.id);

    // Nobody has confirmed it: nothing is due, and the day is not there.
    assert_eq!(post.due(Sample::START).await, []);
    let (status, _) = post.say(DAY_PATH, Sample::START, &wanted(THAT_DAY)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let page = browser.open(&at).await;
    let mark = post.keys.mark();
    assert!(!page.body.contains(&mark), "it must be read on the computer itself");
    let other = Written::new(&Seed(8)).read().unwrap().mark();
    for wrong in ["", "ABC", other.as_str()] {
        let page = browser.send(&page, &format!("{at}/confirm"), &[("mark", wrong)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let typed = mark.to_lowercase().replace('-', " ");
    let page = browser.send(&page, &format!("{at}/confirm"), &[("mark", &typed)]).await;
    assert!(page.body.contains("est confirmé"), "{}", page.body);
    assert!(!page.has_form(&format!("{at}/confirm")), "nothing waits any more");

    // The sheet of tomorrow is due from the evening on, and no other day is handed out.
    sample.clock.forward_ms(4 * DAY_MS);
    assert_eq!(post.due(evening.plus_ms(-7 * HOUR_MS)).await, []);
    let (status, _) = post.say(DAY_PATH, evening.plus_ms(-7 * HOUR_MS), &wanted(THAT_DAY)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    sample.clock.forward_ms(7 * HOUR_MS);
    let due = post.due(evening).await;
    assert_eq!((due.len(), due[0].day.to_string().as_str()), (1, THAT_DAY));
    let opened = post.day(evening, THAT_DAY).await;
    assert_eq!((opened.visitors.len(), opened.locked), (1, 0));
    assert_eq!(opened.visitors[0].who, "Camille QZ-Martin");

    let printed = Printed {
        agenda: due[0].agenda.clone(),
        day: due[0].day,
        printed_at: evening,
        lines: 1,
        locked: 0,
        replaces: false,
        wish: None,
    };
    for _ in 0..2 {
        post.well::<serde_json::Value>(PRINTED_PATH, evening, &printed).await;
    }
    let told = kinds(&sample.doors.store).await;
    assert_eq!(told.iter().filter(|kind| *kind == "print_sheet_printed").count(), 1, "{told:?}");

    // Asked for from the console, by who holds the key; then revoked.
    let mut browser = director(&mut sample, &router, TOWN).await;
    let page = browser.open(&at).await;
    assert!(page.body.contains("Feuilles imprimées"), "{}", page.body);
    let ask = format!("{at}/ask");
    let bad = browser.send(&page, &ask, &[("agenda", "cartes"), ("day", "2024-04-01")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.send(&page, &ask, &[("agenda", "cartes"), ("day", "2024-05-02")]).await;
    let due = post.due(evening).await;
    assert_eq!(due.iter().filter(|one| one.wish.is_some()).count(), 1, "{due:?}");
    assert_eq!(post.day(evening, "2024-05-02").await, Opened::default());
    let code = sample.code(TOWN, Role::Director);
    let revoke = format!("{at}/revoke");
    let asked = browser.send(&page, &revoke, &[]).await;
    browser.send(&asked, &revoke, &[("second_factor", &code)]).await;
    for (door, body) in [
        (ASK_PATH, serde_json::to_value(Ask::default()).unwrap()),
        (DAY_PATH, serde_json::to_value(wanted(THAT_DAY)).unwrap()),
    ] {
        let (status, body) = post.say(door, evening, &body).await;
        assert_eq!((status, body.len()), (StatusCode::FORBIDDEN, 0), "{door}");
    }
}

#[tokio::test]
async fn what_is_taken_after_it_was_confirmed_is_sealed_for_it_and_not_once_it_is_revoked() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = director(&mut sample, &router, TOWN).await;
    let post = enrolled(&mut sample, &router, &mut browser, (TOWN, 7)).await;
    let at = format!("/console/printers/{}", post.id);
    let page = browser.open(&at).await;
    let mark = post.keys.mark();
    browser.send(&page, &format!("{at}/confirm"), &[("mark", &mark)]).await;
    take(&mut Browser::new(&router)).await;
    let opens = async || {
        let mut conn = sample.doors.store.read().await.unwrap();
        let agenda = AgendaId::parse(Sample::AGENDA).unwrap();
        let day = Day::parse(THAT_DAY).unwrap();
        let sealed = sheet::sealed(&mut conn, &Sample::scope(TOWN), (&agenda, day)).await.unwrap();
        let opened = sheet::open(Words::of(Lang::Fr), &sealed, Some(post.keys.identity()));
        (opened.visitors.len(), opened.locked)
    };
    assert_eq!(opens().await, (1, 0));
    let page = browser.open(&at).await;
    // By who holds the keys: what was taken before is sealed without it, too.
    browser.send(&page, &format!("{at}/revoke"), &[]).await;
    assert_eq!(opens().await, (1, 1));
}

#[tokio::test]
async fn another_towns_post_sees_nothing_of_this_one() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    take(&mut Browser::new(&router)).await;
    let mut browser = director(&mut sample, &router, OTHER).await;
    let post = enrolled(&mut sample, &router, &mut browser, (OTHER, 9)).await;
    // Confirmed as far as that can be: its own town has a key of its own.
    let scope = Sample::scope(OTHER);
    let (store, by) = (&sample.doors.store, beffroi_town::Actor::CommandLine);
    let groups = beffroi_town::procedure::KeyGroup::ALL;
    let tenants = std::slice::from_ref(scope.tenant());
    let mut tx = store.begin(tenants, &by, Sample::START).await.unwrap();
    kept::confirm(&mut tx, scope.tenant(), &post.id, groups).await.unwrap();
    tx.commit().await.unwrap();
    let evening = Sample::START.plus_ms(4 * DAY_MS + 7 * HOUR_MS);
    sample.clock.forward_ms(4 * DAY_MS + 7 * HOUR_MS);
    assert_eq!(post.due(evening).await, []);
    let (status, body) = post.say(DAY_PATH, evening, &wanted(THAT_DAY)).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_FOUND, 0));
    let printed = Printed {
        agenda: AgendaId::parse(Sample::AGENDA).unwrap(),
        day: Day::parse(THAT_DAY).unwrap(),
        printed_at: evening,
        lines: 1,
        locked: 0,
        replaces: false,
        wish: None,
    };
    let (status, _) = post.say(PRINTED_PATH, evening, &printed).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(!kinds(store).await.contains(&"print_sheet_printed".to_owned()));
    let mut stranger = director(&mut sample, &router, OTHER).await;
    let page = stranger.open(&format!("/console/printers/{}", sample.printer)).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_forged_late_or_replayed_elsewhere_is_refused() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = director(&mut sample, &router, TOWN).await;
    let post = enrolled(&mut sample, &router, &mut browser, (TOWN, 7)).await;
    let (at, body) = (Sample::START, serde_json::to_vec(&Ask::default()).unwrap());
    let status = async |request: Request<Body>| answered(&router, request).await.0;
    assert_eq!(status(post.request(ASK_PATH, at, &body)).await, StatusCode::OK);
    // Another door, another body, another time than what was signed.
    let mut moved = post.request(ASK_PATH, at, &body);
    *moved.uri_mut() = DAY_PATH.parse().unwrap();
    assert_eq!(status(moved).await, StatusCode::UNAUTHORIZED);
    let mut changed = post.request(ASK_PATH, at, &body);
    *changed.body_mut() = Body::from("{\"fails\":true}");
    assert_eq!(status(changed).await, StatusCode::UNAUTHORIZED);
    let mut later = post.request(ASK_PATH, at, &body);
    later.headers_mut().insert(AT_HEADER, (at.ms() + 1).into());
    assert_eq!(status(later).await, StatusCode::UNAUTHORIZED);
    for far in [-301_000, 301_000] {
        let old = post.request(ASK_PATH, at.plus_ms(far), &body);
        assert_eq!(status(old).await, StatusCode::UNAUTHORIZED, "{far}");
    }
    // Somebody else's key, and a post that is none.
    let thief =
        Post { router: &router, id: post.id.clone(), keys: Written::new(&Seed(1)).read().unwrap() };
    assert_eq!(status(thief.request(ASK_PATH, at, &body)).await, StatusCode::UNAUTHORIZED);
    let nobody = Post { id: PrintPostId::parse("nobody").unwrap(), ..thief };
    assert_eq!(status(nobody.request(ASK_PATH, at, &body)).await, StatusCode::UNAUTHORIZED);
    let plain = Request::post(ASK_PATH).body(Body::from(body.clone())).unwrap();
    assert_eq!(status(plain).await, StatusCode::UNAUTHORIZED);
    let get = Request::builder().method(Method::GET).uri(ASK_PATH).body(Body::empty()).unwrap();
    assert_eq!(status(get).await, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(status(post.request(ASK_PATH, at, b"[]")).await, StatusCode::BAD_REQUEST);
    let large = post.request(ASK_PATH, at, &vec![b' '; 100_000]);
    assert_eq!(status(large).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn an_enrolment_is_for_one_computer_and_guesses_are_slowed_down() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = director(&mut sample, &router, TOWN).await;
    let invitation = invited(&mut sample, &mut browser, TOWN).await;
    let keys = Written::new(&Seed(7)).read().unwrap();
    let said = enrolment(&invitation, &keys);
    let post = Post { router: &router, id: invitation.post.clone(), keys };
    let at = Sample::START;
    // What is no key is no post; another's key is not proven.
    let none = EnrolRequest { recipient: "age1".to_owned(), ..said.clone() };
    assert_eq!(post.say(ENROL_PATH, at, &none).await.0, StatusCode::BAD_REQUEST);
    let other = Written::new(&Seed(2)).read().unwrap();
    let stolen = EnrolRequest { public_key: other.public_key(), ..said.clone() };
    assert_eq!(post.say(ENROL_PATH, at, &stolen).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(post.say(ENROL_PATH, at, &said).await.0, StatusCode::OK);
    assert_eq!(post.say(ENROL_PATH, at, &said).await.0, StatusCode::FORBIDDEN, "spent");
    let mut slowed = false;
    for number in 0..40 {
        let guess = EnrolRequest { token: format!("{number:043}"), ..said.clone() };
        slowed |= post.say(ENROL_PATH, at, &guess).await.0 == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slowed);
}

#[tokio::test]
async fn a_post_is_not_made_without_a_name_a_group_and_a_second_factor() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = director(&mut sample, &router, TOWN).await;
    let page = browser.open("/console/printers").await;
    let whole = [("name", "Accueil"), ("groups", "general"), ("evening", "1080")];
    let asked = browser.send(&page, "/console/printers", &whole).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    let code = sample.code(TOWN, Role::Director);
    let long = "é".repeat(81);
    let first = [("name", ""), ("evening", "1080"), ("second_factor", code.as_str())];
    let wrong = browser.send(&page, "/console/printers", &first).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for link in ["href=\"#name\"", "href=\"#groups\""] {
        assert!(wrong.body.contains(link), "{link}: {}", wrong.body);
    }
    for filled in [
        [("name", long.as_str()), ("groups", "general"), ("evening", "1080")],
        [("name", "A"), ("groups", "general"), ("evening", "61")],
        [("name", "A"), ("groups", "mayor"), ("evening", "1080")],
    ] {
        let wrong = browser.send(&page, "/console/printers", &filled).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{filled:?}");
    }
    let mut conn = sample.doors.store.read().await.unwrap();
    let all = kept::list(&mut conn, &Sample::scope(TOWN)).await.unwrap();
    assert_eq!(all.len(), 2, "the two of the sample");
}
