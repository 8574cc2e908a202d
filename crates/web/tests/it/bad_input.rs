//! Huge, wrong, hostile.

use std::{
    future::{Future as _, poll_fn},
    task::{Context, Poll},
};

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use beffroi_town::Role;

use crate::{
    browser::Browser,
    sample::{Sample, TOWN},
};

async fn inside() -> (Sample, Browser, String) {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    let page = browser.enter(&sample.code(TOWN, Role::Director)).await;
    let csrf = page.form("/console/logout").0[0].1.clone();
    (sample, browser, csrf)
}

#[tokio::test]
async fn a_form_of_ten_megabytes_is_read_to_its_end_and_refused_in_words() {
    let (_sample, mut browser, csrf) = inside().await;
    for size in [65 * 1024, 10 << 20] {
        let body = format!("csrf={csrf}&reason={}", "a".repeat(size));
        let path = "/console/alarms/alarm-1/dismiss";
        let page = browser.ask(Method::POST, path, Some(Body::from(body))).await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(page.body.contains("Envoi trop volumineux"));
    }
}

#[tokio::test]
async fn wrong_methods_and_twisted_paths_get_a_page_that_says_so() {
    let (_sample, mut browser, _) = inside().await;
    for (method, path) in [
        (Method::POST, "/console/"),
        (Method::GET, "/console/logout"),
        (Method::PUT, "/console/alarms"),
        (Method::DELETE, "/console/people"),
    ] {
        let page = browser.ask(method.clone(), path, None).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        assert!(page.body.contains("s’ouvre autrement"), "{path}");
    }
    for path in [
        "/console/alarms/..%2f..%2fetc",
        "/console/alarms/%00",
        "/console/assets/59273-network%0d%0aX:1",
        "/console/../console/nowhere",
        "/console/notices/1/preview/de",
        "/console//alarms",
        "/console/services/Canteen%20",
    ] {
        let page = browser.ask(Method::GET, path, None).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
    let long = format!("/console/alarms/{}", "a".repeat(5_000));
    assert_eq!(browser.ask(Method::GET, &long, None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_form_is_refused_and_redirects_stay_in_the_console() {
    let (_sample, mut browser, _) = inside().await;
    browser.extra = vec![("content-type", "application/json")];
    let page = browser.ask(Method::POST, "/console/people", Some(Body::from("{\"csrf\":1}"))).await;
    assert!(page.status.is_client_error(), "{}", page.status);
    browser.extra.clear();
    for back in ["https://ailleurs.example/", "//ailleurs.example", "/c/59273/", "/console/%0d%0aX"]
    {
        let path = format!("/console/lang/en?back={}", crate::browser::encode(back));
        let page = browser.ask(Method::GET, &path, None).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        assert!(page.location().starts_with("/console/"), "{back}: {}", page.location());
    }
}

#[tokio::test]
async fn hostile_text_stays_text_and_too_much_of_it_is_told() {
    let (_sample, mut browser, _) = inside().await;
    let at = "/console/services/library";
    let page = browser.open(at).await;
    let hostile = "\"><img src=x onerror=alert(1)>\u{202e}fin {{7*7}} é🏛";
    let shown = browser.send(&page, &format!("{at}/details"), &[("place", hostile)]).await;
    assert!(!shown.body.contains("<img") && !shown.body.contains('\u{202e}'));
    assert!(shown.body.contains("{{7*7}} é🏛"));
    let long = "é".repeat(301);
    let page = browser.send(&page, &format!("{at}/details"), &[("phone", &long)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("href=\"#phone\""), "no link to the field");
    let done = browser.open("/console/?done=%3Cscript%3E").await;
    assert!(!done.body.contains("script"));
}

#[tokio::test]
async fn a_visitor_who_leaves_in_the_middle_does_not_freeze_the_page() {
    let sample = Sample::new().await;
    let (board, tenant) = (&sample.doors.board, beffroi_town::TenantId::parse(TOWN).unwrap());
    board.town(&tenant).await.unwrap().unwrap();
    sample.clock.forward_ms(61_000);
    // Polled once, then dropped, as a connection that ends drops its request.
    let mut leaving = Box::pin(board.town(&tenant));
    let once = |cx: &mut Context<'_>| Poll::Ready(leaving.as_mut().poll(cx).is_pending());
    let waits = poll_fn(once).await;
    assert!(waits, "the page was made at once: nobody could leave in the middle");
    drop(leaving);
    board.town(&tenant).await.unwrap().unwrap();
    assert!(board.at_hand(&tenant).is_some(), "the page was never made anew");
}
