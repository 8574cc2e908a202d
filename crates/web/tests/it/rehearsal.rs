//! A rehearsal: every screen says that it is one, and what was done is noticed.

use std::sync::Arc;

use axum::http::StatusCode;
use beffroi_town::{
    Role, TenantId,
    rehearsal::{Gap, Step},
};
use beffroi_web::{
    Board, Doors, Exercise, Settings,
    routes::{ROUTES, Verb},
};

use crate::{
    browser::Browser,
    sample::{Sample, TOWN},
};

/// The sample's house, as that of a rehearsal.
fn rehearsing(sample: &Sample, role: Role) -> (Doors, Arc<Exercise>) {
    let tenant = TenantId::parse(TOWN).unwrap();
    let gaps = vec![(Gap::OneActor, 1)];
    let exercise = Arc::new(Exercise::new(role, tenant, gaps, Sample::START));
    let settings =
        Settings { exercise: Some(Arc::clone(&exercise)), ..(*sample.doors.settings).clone() };
    let board = Board::new(sample.doors.store.clone(), Arc::clone(&sample.doors.clock), "");
    let doors = Doors {
        settings: Arc::new(settings),
        board: Arc::new(board.of_exercise(true)),
        ..sample.doors.clone()
    };
    (doors, exercise)
}

#[tokio::test]
async fn every_screen_says_that_it_is_an_exercise() {
    let mut sample = Sample::new().await;
    let (doors, _) = rehearsing(&sample, Role::Director);
    let router = beffroi_web::router(doors);
    let mut browser = Browser::new(&router);
    assert!(browser.open("/console/login").await.body.contains("EXERCICE"));
    browser.enter(&sample.code(TOWN, Role::Director)).await;
    let mut seen = 0;
    for route in ROUTES.iter().filter(|route| route.verb == Verb::Get && !route.path.contains('{'))
    {
        let page = browser.open(route.path).await;
        if page.status == StatusCode::OK && page.body.starts_with("<!doctype html>") {
            assert!(page.body.contains("EXERCICE"), "{}", route.path);
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
    for public in ["/", "/en/", "/c/59273/", "/c/59273/en/", "/c/59273/history/"] {
        let page = browser.open(public).await;
        let mark = if public.contains("en/") { "EXERCISE" } else { "EXERCICE" };
        assert!(page.body.contains(mark), "{public}: {}", page.body);
    }
    let answer = format!("/a/{}?lang=en", sample.answer().await);
    for door in ["/a/?lang=en", "/a/XYZ?lang=en", answer.as_str()] {
        assert!(browser.open(door).await.body.contains("EXERCISE"), "{door}");
    }
    // And the real house never does.
    let router = beffroi_web::router(sample.doors.clone());
    for real in ["/", "/c/59273/", "/console/login", answer.as_str()] {
        let page = Browser::new(&router).open(real).await;
        assert!(!page.body.contains("class=\"exercise\""), "{real}");
    }
}

#[tokio::test]
async fn what_is_done_is_noticed_and_the_end_tells_it() {
    let mut sample = Sample::new().await;
    let (doors, exercise) = rehearsing(&sample, Role::Director);
    let router = beffroi_web::router(doors);
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Director)).await;
    browser.open("/console/").await;
    assert!(exercise.progress().has(Step::LogIn));
    exercise.alarmed(Sample::START);
    exercise.received("Gravelines : alerte http://127.0.0.1:1/a/XYZ");
    let today = browser.open("/console/").await;
    assert!(today.body.contains("href=\"http://127.0.0.1:1/a/XYZ\""), "{}", today.body);
    assert_eq!(exercise.progress().next(), Some(Step::Answer));

    let form = browser.open("/console/declare?alarm=alarm-1").await;
    assert_eq!(form.status, StatusCode::OK);
    browser.open("/console/card").await;
    assert!(exercise.progress().has(Step::Card) && !exercise.progress().has(Step::Declare));
    let page = browser.open("/console/rehearsal").await;
    let (fields, _) = page.form("/console/rehearsal/end");
    let over = browser.post("/console/rehearsal/end", &fields).await;
    assert_eq!(over.location(), "/console/rehearsal");
    let over = browser.open("/console/rehearsal").await;
    assert!(over.body.contains("Ce qu’il faut changer"), "{}", over.body);
    assert!(over.body.contains("Une seule personne peut agir"), "{}", over.body);
    let ended = exercise.progress().ended_at;
    browser.post("/console/rehearsal/end", &fields).await;
    assert_eq!(exercise.progress().ended_at, ended);
}

#[tokio::test]
async fn the_real_house_says_how_to_rehearse_and_has_nothing_to_end() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Clerk)).await;
    let page = browser.open("/console/rehearsal").await;
    assert!(page.body.contains("beffroi tenant rehearse 59273"), "{}", page.body);
    let (fields, _) = page.form("/console/logout");
    let ended = browser.post("/console/rehearsal/end", &fields).await;
    assert_eq!(ended.status, StatusCode::NOT_FOUND);
}
