//! Who is on call, kept through the real forms; calls answered from the console and by their code.

use axum::http::{Method, StatusCode, header};
use beffroi_crisis::{Deed, oncall as lists};
use beffroi_store::{calls, oncall as kept};
use beffroi_town::{Actor, Role, oncall::Contact};

use crate::{
    browser::{Browser, Page},
    sample::{OTHER, Sample, TOWN, contact},
};

async fn inside(role: Role) -> (Sample, Browser) {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, role)).await;
    (sample, browser)
}

async fn list(sample: &Sample) -> Vec<Contact> {
    let mut conn = sample.doors.store.read().await.unwrap();
    kept::list(&mut conn, &Sample::scope(TOWN)).await.unwrap()
}

const ADD: &str = "/console/oncall";

#[tokio::test]
async fn a_person_is_added_moved_paused_tried_and_removed() {
    let (mut sample, mut browser) = inside(Role::Technician).await;
    let page = browser.open(ADD).await;
    assert!(page.body.contains("D’astreinte maintenant"), "{}", page.body);
    let code = sample.code(TOWN, Role::Technician);
    let filled = [
        ("name", "Jeanne Nouvelle"),
        ("way1", "sms"),
        ("to1", "12"),
        ("watch", "lundi"),
        ("quiet", "minuit"),
        ("minutes", "0"),
        ("second_factor", &code),
    ];
    let page = browser.send(&page, ADD, &filled).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["to1", "quiet", "minutes"] {
        assert!(page.body.contains(&format!("href=\"#{field}\"")), "{field}");
    }
    assert!(page.body.contains("+33 6 12 34 56 78") && page.body.contains("Jeanne Nouvelle"));
    let filled = [
        ("to1", "06 12 34 56 78"),
        ("way2", "courriel"),
        ("to2", "jeanne@exemple.fr"),
        ("watch", "lun-ven 18h-8h; sam-dim"),
        ("quiet", "22h-7h"),
        ("minutes", "3"),
    ];
    let page = browser.send(&page, ADD, &filled).await;
    assert!(page.body.contains("3. Jeanne Nouvelle"), "{}", page.body);
    assert!(page.body.contains("du lundi au vendredi"));
    let jeanne = list(&sample).await.remove(2);
    assert_eq!(jeanne.ways[0].address, "+33612345678");
    assert_eq!(jeanne.escalate_ms, 180_000);

    let at = format!("/console/oncall/{}", jeanne.id);
    let page = browser.open(&at).await;
    assert!(page.body.contains("+33612345678"));
    browser.send(&page, &format!("{at}/move"), &[("place", "1")]).await;
    assert_eq!(list(&sample).await[0].id, jeanne.id);
    browser.send(&page, &format!("{at}/pause"), &[]).await;
    assert!(browser.open(ADD).await.body.contains("En pause"));
    let page = browser.open(&at).await;
    browser.send(&page, &format!("{at}/test"), &[]).await;
    assert!(
        crate::sample::claim(&sample.doors.store, calls::ASKED, sample.doors.clock.now())
            .await
            .is_some()
    );
    browser.send(&page, &format!("{at}/remove"), &[]).await;
    assert_eq!(browser.open(&at).await.status, StatusCode::NOT_FOUND);
    let journal = browser.open("/console/journal").await;
    assert!(
        journal.body.contains("Astreinte : personne ajoutée".replace(" :", "\u{202f}:").as_str())
    );
    let export = browser.open("/console/journal/export").await;
    for secret in ["Jeanne", "12345678", "jeanne@"] {
        assert!(!export.body.contains(secret), "{secret} is in the journal");
    }
}

#[tokio::test]
async fn readers_see_no_private_number_and_the_operators_people_are_the_operators() {
    let (mut sample, mut browser) = inside(Role::Reader).await;
    let page = browser.open(&format!("/console/oncall/{}", sample.contact)).await;
    assert!(page.body.contains("Camille Veille") && !page.body.contains("33600000001"));
    let store = &sample.doors.store;
    let (by, scope) = (Actor::CommandLine, Sample::scope(TOWN));
    let deed = Deed { store, actor: &by, at: Sample::START, scope: &scope };
    let one = Contact { for_operator: true, ..contact("Alix Op", &[("sms", "+33600000009")]) };
    let alix = lists::add(&deed, &one).await.unwrap();
    let mut director = Browser::new(&beffroi_web::router(sample.doors.clone()));
    director.enter(&sample.code(TOWN, Role::Director)).await;
    let at = format!("/console/oncall/{alix}");
    let page = director.open(&at).await;
    assert!(!page.has_form(&at) && !page.has_form(&format!("{at}/remove")));
    let other = director.open(ADD).await;
    let (fields, _) = other.form(ADD);
    let csrf = ("csrf".to_owned(), fields[0].1.clone());
    let code = ("second_factor".to_owned(), sample.code(TOWN, Role::Director));
    let answer = director.post(&format!("{at}/remove"), &[csrf, code]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(list(&sample).await.len(), 3);
}

#[tokio::test]
async fn the_weekly_test_is_moved_and_stopped_only_with_a_reason() {
    let (mut sample, mut browser) = inside(Role::Director).await;
    let week = "/console/oncall/week";
    let page = browser.open(ADD).await;
    assert!(page.body.contains("Chaque mardi à 10"));
    let code = sample.code(TOWN, Role::Director);
    let (mut fields, _) = page.form(week);
    fields.retain(|(name, _)| name != "hour");
    fields.push(("hour".to_owned(), "25h".to_owned()));
    fields.push(("off".to_owned(), "yes".to_owned()));
    fields.push(("second_factor".to_owned(), code));
    let page = browser.post(week, &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("href=\"#hour\"") && page.body.contains("href=\"#reason\""));
    let filled = [("day", "4"), ("hour", "8h30"), ("reason", "Travaux <b>")];
    let page = browser.send(&page, week, &filled).await;
    assert!(page.body.contains("Travaux &#60;b&#62;") && page.body.contains("L’essai est arrêté"));
}

#[tokio::test]
async fn today_says_who_is_being_reached_and_one_button_answers() {
    let (mut sample, mut browser) = inside(Role::Clerk).await;
    let today = browser.open("/console/").await;
    assert!(today.body.contains("Message remis pour Dominique Garde"), "{}", today.body);
    let at = format!("/console/calls/{}", sample.call);
    let page = browser.tap(&today, &at).await;
    for part in ["Camille Veille", "Échec", "passerelle trop lente", "Pris par la passerelle"] {
        assert!(page.body.contains(part), "{part}");
    }
    let alarm = browser.open(&format!("/console/alarms/{}", sample.alarm)).await;
    assert!(alarm.body.contains("Qui a été appelé") && alarm.has_form(&format!("{at}/answer")));
    let mut second = Browser::new(&beffroi_web::router(sample.doors.clone()));
    second.enter(&sample.code(TOWN, Role::Director)).await;
    let theirs = second.open(&at).await;
    let page = browser.send(&page, &format!("{at}/answer"), &[]).await;
    assert!(page.body.contains("Zoé Guichet a répondu"), "{}", page.body);
    let late = second.send(&theirs, &format!("{at}/answer"), &[]).await;
    assert!(late.body.contains("Quelqu’un avait déjà répondu"));
    assert!(browser.open("/console/").await.body.contains("Zoé Guichet a répondu"));
    assert!(!sample.public().await.contains("Zoé"));
}

#[tokio::test]
async fn nobody_reached_and_nobody_on_call_are_said_in_red() {
    let (mut sample, mut browser) = inside(Role::Director).await;
    let (store, scope) = (sample.doors.store.clone(), Sample::scope(TOWN));
    let found = calls::get(&mut store.read().await.unwrap(), &scope, &sample.call).await.unwrap();
    let mut tx =
        store.begin(&[scope.tenant().clone()], &Actor::Platform, Sample::START).await.unwrap();
    calls::nobody_reached(&mut tx, &found.unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    let today = browser.open("/console/").await;
    assert!(
        today
            .body
            .contains("<div class=\"box bad\"><p><strong class=\"st bad\">Personne n’a été joint")
    );
    let mut other = Browser::new(&beffroi_web::router(sample.doors.clone()));
    other.enter(&sample.code(OTHER, Role::Director)).await;
    let today = other.open("/console/").await;
    assert!(today.body.contains("Personne n’est d’astreinte"), "{}", today.body);
    assert!(!today.body.contains("Personne n’a été joint"));
}

#[tokio::test]
async fn the_watch_screen_runs_its_own_script_and_shows_its_own_town() {
    let (mut sample, mut browser) = inside(Role::Clerk).await;
    let page = browser.open("/console/watch").await;
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && policy.contains("connect-src 'self'"));
    assert!(page.body.contains("<noscript><meta http-equiv=\"refresh\""));
    assert!(page.body.contains("Gravelines – Des fichiers disparaissent"));
    let other_pages = browser.open("/console/oncall").await;
    let policy = other_pages.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(!policy.contains("script-src"), "one page alone runs a script");
    let json = browser.open("/console/watch.json").await;
    let heard: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(heard["calls"][0]["town"], "Gravelines");
    assert_eq!(browser.open("/console/watch/all").await.status, StatusCode::FORBIDDEN);
    let mut other = Browser::new(&beffroi_web::router(sample.doors.clone()));
    other.enter(&sample.code(OTHER, Role::Director)).await;
    let json = other.open("/console/watch.json").await;
    assert!(json.body.contains("\"calls\":[]"), "{}", json.body);
    let mut operator = Browser::new(&beffroi_web::router(sample.doors.clone()));
    operator.enter(&sample.code(OTHER, Role::Operator)).await;
    let json = operator.open("/console/watch/all.json").await;
    assert!(json.body.contains("Gravelines"), "{}", json.body);
}

#[tokio::test]
async fn a_link_changes_nothing_and_its_button_answers_without_a_cookie() {
    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let letters = sample.answer().await;
    let at = format!("/a/{letters}");
    let mut phone = Browser::new(&router);
    let look = |page: &Page| {
        assert!(!page.body.contains("<script") && page.headers.get(header::SET_COOKIE).is_none());
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    };
    for method in [Method::GET, Method::HEAD] {
        let page = phone.ask(method, &at, None).await;
        assert_eq!(page.status, StatusCode::OK);
        look(&page);
    }
    let english = phone.open(&format!("{at}?lang=en")).await;
    assert!(english.body.contains("I see to it") && english.body.contains("lang=\"en\""));
    let page = phone.open(&at).await;
    assert!(page.body.contains("Gravelines") && page.body.contains("Des fichiers disparaissent"));
    assert!(!page.body.contains("Dominique"), "nobody is named before somebody answered");
    let page = phone.send(&page, &format!("{at}?lang=fr"), &[]).await;
    assert!(page.body.contains("C’est noté"), "{}", page.body);
    look(&page);
    let again = phone.post(&at, &[]).await;
    assert!(again.body.contains("C’est déjà à vous") && again.body.contains("Dominique Garde"));
    assert!(!phone.open(&at).await.body.contains("<button class=\"tall\""));

    // By voice: somebody types what was read out.
    let page = phone.open("/a/").await;
    let spoken = beffroi_town::crockford::grouped(&letters).to_lowercase();
    let page = phone.send(&page, "/a/?lang=fr", &[("code", &spoken)]).await;
    assert!(page.body.contains("C’est déjà à vous"), "{}", page.body);
    let page = phone.open("/a/").await;
    for (typed, word) in [("ABC", "Il manque des signes"), ("<script>", "Il manque des signes")] {
        let page = phone.send(&page, "/a/?lang=fr", &[("code", typed)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains(word) && !page.body.contains("<script>"), "{}", page.body);
    }
    let mut wrong: Vec<char> = letters.chars().collect();
    wrong.swap(0, 1);
    if wrong[0] != wrong[1] {
        let wrong: String = wrong.into_iter().collect();
        let page = phone.open(&format!("/a/{wrong}")).await;
        assert!(page.body.contains("mal recopié"), "{}", page.body);
    }
    assert_eq!(phone.ask(Method::PUT, &at, None).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_code_of_a_call_that_is_over_tells_nothing_more() {
    let (sample, mut browser) = inside(Role::Director).await;
    let letters = sample.answer().await;
    let at = format!("/console/alarms/{}", sample.alarm);
    let page = browser.open(&at).await;
    browser.send(&page, &format!("{at}/dismiss"), &[("reason", "essai")]).await;
    let mut phone = Browser::new(&beffroi_web::router(sample.doors.clone()));
    for method in [Method::GET, Method::POST] {
        let page = phone.ask(method, &format!("/a/{letters}"), None).await;
        assert_eq!(page.status, StatusCode::GONE);
        assert!(page.body.contains("Cet appel est terminé"));
        for secret in ["Gravelines", "fichiers", "Claude Maire"] {
            assert!(!page.body.contains(secret), "{secret}");
        }
    }
}

#[tokio::test]
async fn a_flood_of_guesses_keeps_nobody_out_who_was_rung() {
    let sample = Sample::new().await;
    let mut phone = Browser::new(&beffroi_web::router(sample.doors.clone()));
    let mut last = StatusCode::OK;
    for number in 0..30_u8 {
        let mut values: Vec<u8> = (0..14).map(|place| (number + place) & 31).collect();
        values.push(beffroi_town::crockford::check_value(&values));
        let guess = beffroi_town::crockford::text(&values);
        last = phone.open(&format!("/a/{guess}")).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let at = format!("/a/{}", sample.answer().await);
    let page = phone.open(&at).await;
    let page = phone.send(&page, &format!("{at}?lang=fr"), &[]).await;
    assert!(page.body.contains("C’est noté"), "{}", page.body);
}
