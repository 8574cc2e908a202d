//! From the log-in with one printed code to the first reflex card.

use axum::http::StatusCode;
use beffroi_town::Role;

use crate::{
    browser::Browser,
    sample::{OTHER, Sample, TOWN},
};

/// DESIGN section 10: at most twelve.
const INPUTS_MAX: u32 = 12;

#[tokio::test]
async fn from_one_printed_code_to_the_first_reflex_card_in_twelve_inputs() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    let page = browser.enter(&sample.code(TOWN, Role::Director)).await;
    let alarm = format!("/console/alarms/{}", sample.alarm);
    let page = browser.tap(&page, &alarm).await;
    let page = browser.tap(&page, &format!("/console/declare?alarm={}", sample.alarm)).await;
    let filled = [("nature", "cyberattack"), ("tenant", TOWN), ("tenant", OTHER)];
    let page = browser.send(&page, "/console/declare/check", &filled).await;
    assert!(page.body.contains("Serveur de fichiers"), "the alarm's own asset is not ticked");
    let card = browser.send(&page, "/console/declare", &[]).await;
    assert!(card.body.contains("id=\"card\"") && card.body.contains("<ol class=\"reflex\">"));
    println!("inputs from the log-in to the card: {}", browser.inputs);
    assert!(browser.inputs <= INPUTS_MAX, "{} inputs", browser.inputs);

    let today = browser.open("/console/").await;
    assert!(today.body.contains("Attaque informatique"));
    let public = sample.public().await;
    assert!(public.contains("ttaque"), "the public page does not say so");
    let mut neighbour = Browser::new(&router);
    let page = neighbour.enter(&sample.code(OTHER, Role::Reader)).await;
    assert!(page.body.contains("Attaque informatique"), "the other town does not see it");
}

#[tokio::test]
async fn consequences_come_before_the_deed_and_a_wrong_form_is_told() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Technician)).await;
    let form = browser.open("/console/declare").await;
    for since in ["hier", "2124-01-01T00:00"] {
        let page = browser.send(&form, "/console/declare/check", &[("since", since)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains("href=\"#since\""), "{since}");
    }
    let asset = Sample::asset("network");
    let page = browser
        .send(&form, "/console/declare/check", &[("down", asset.as_str()), ("as", "down")])
        .await;
    assert!(page.body.contains("→"), "no service changes");
    assert!(browser.open("/console/incidents").await.body.contains("Aucun incident"));
    browser.send(&page, "/console/declare", &[]).await;
    let list = browser.open("/console/incidents").await;
    let id = list.body.split("/console/incidents/").nth(1).unwrap().split('"').next().unwrap();
    let page = browser.open(&format!("/console/incidents/{id}")).await;
    let advance = format!("/console/incidents/{id}/advance");
    let on = browser.send(&page, &advance, &[]).await;
    assert!(on.body.contains("Contenu"));
    let twice = browser.send(&page, &advance, &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "the same step twice");
}
