//! What is wrong with the platform itself, for the operator alone.

use axum::http::{Method, StatusCode};
use beffroi_store::rounds;
use beffroi_town::Role;
use serde_json::json;

use crate::{
    browser::Browser,
    sample::{Sample, TOWN},
};

#[tokio::test]
async fn the_operator_reads_what_the_rounds_found_and_how_old_it_is() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Operator)).await;
    let page = browser.open("/console/doctor").await;
    assert_eq!(page.status, StatusCode::OK);
    let place = |word: &str| page.body.find(word).unwrap_or_else(|| panic!("no '{word}'"));
    assert!(place("À réparer") < place("Risqué") && place("Risqué") < place("En ordre"));
    for word in ["No route to host", "Grand-Fort-Philippe", "48", "il y a 4 minutes"] {
        assert!(page.body.contains(word), "{word}");
    }
    assert!(!page.body.contains("Cet examen date"));
    // Half an hour later nobody has looked again: that is told.
    sample.clock.forward_ms(27 * 60_000);
    let page = browser.open("/console/doctor").await;
    assert!(page.body.contains("Cet examen date"), "{}", page.body);
    // What cannot be read counts as not there.
    for detail in [json!({}), json!({ "findings": "?" }), json!({ "findings": [{ "x": 1 }] })] {
        let mut book = sample.doors.store.bookkeeping().await.unwrap();
        rounds::done(&mut book, "doctor", sample.doors.clock.now(), &detail).await.unwrap();
        book.commit().await.unwrap();
        let page = browser.open("/console/doctor").await;
        assert!(page.status == StatusCode::OK && page.body.contains("pas encore examinée"));
    }
}

#[tokio::test]
async fn nobody_else_sees_it_nor_its_entry_in_the_menu() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Director)).await;
    let page = browser.ask(Method::GET, "/console/doctor", None).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(!page.body.contains("No route to host"));
    assert!(!browser.open("/console/").await.body.contains("/console/doctor"));
}
