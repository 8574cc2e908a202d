//! Thinning the vault: what two people read, and how each of them agrees.

use axum::http::StatusCode;
use beffroi_town::Role;

use crate::{
    browser::{Browser, Page},
    sample::{OTHER, Sample, TOWN},
};

const PAGE: &str = "/console/vault/thinning";
const DAY: i64 = 24 * 3_600_000;

/// Somebody of the town, who has come in anew.
async fn somebody(sample: &mut Sample, role: Role) -> Browser {
    let mut browser = Browser::new(&beffroi_web::router(sample.doors.clone()));
    browser.enter(&sample.code(TOWN, role)).await;
    browser
}

/// Presses a button of the page, with a second factor; where that leads. One given a while ago is
/// asked for again.
async fn press(sample: &mut Sample, browser: &mut Browser, what: &str, role: Role) -> Page {
    let (page, action) = (browser.open(PAGE).await, format!("{PAGE}/{}/{what}", sample.thinning));
    let asked = browser.send(&page, &action, &[]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN, "no second factor is asked for");
    let code = sample.code(TOWN, role);
    browser.send(&asked, &action, &[("second_factor", code.as_str())]).await
}

#[tokio::test]
async fn two_people_agree_to_what_the_page_shows() {
    let mut sample = Sample::new().await;
    let mut director = somebody(&mut sample, Role::Director).await;
    let page = director.open(PAGE).await;
    for word in
        ["Proposé", "coffre-secret", "Attendu", "2, reçues entre", "fedcba9876501234", "14 jours"]
    {
        assert!(page.body.contains(word), "{word}\n{}", page.body);
    }
    // Everybody here was made today.
    let told = press(&mut sample, &mut director, "agree", Role::Director).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    let read = told.body.replace('\u{a0}', " ");
    assert!(read.contains("depuis moins de 14 jours") && read.contains("9 mai"), "{read}");
    sample.clock.forward_ms(15 * DAY);
    let mut director = somebody(&mut sample, Role::Director).await;
    let told = press(&mut sample, &mut director, "agree", Role::Director).await;
    assert!(told.body.contains("Accord donné.") && told.body.contains("Donné par Claude Maire"));
    let action = format!("{PAGE}/{}/agree", sample.thinning);
    assert!(!told.has_form(&action), "nobody agrees twice");
    let mut operator = somebody(&mut sample, Role::Operator).await;
    let told = press(&mut sample, &mut operator, "agree", Role::Operator).await;
    assert!(told.body.contains("Accordé") && told.body.contains("Peut être fait à partir de"));
    // Either calls it off.
    sample.clock.forward_ms(6 * 60_000);
    let told = press(&mut sample, &mut director, "cancel", Role::Director).await;
    assert!(told.body.contains("Abandonné") && told.body.contains("Rien n’a bougé"));
    let told = director.open("/console/alarms").await;
    assert!(told.body.contains("sont retirées, ou vont l’être"), "{}", told.body);
}

#[tokio::test]
async fn another_plan_than_was_read_is_not_agreed_to() {
    let mut sample = Sample::new().await;
    sample.clock.forward_ms(15 * DAY);
    let mut director = somebody(&mut sample, Role::Director).await;
    let page = director.open(PAGE).await;
    let action = format!("{PAGE}/{}/agree", sample.thinning);
    let (mut fields, _) = page.form(&action);
    fields.retain(|(name, _)| name != "plan");
    let code = sample.code(TOWN, Role::Director);
    fields.extend([("plan".to_owned(), "f".repeat(64)), ("second_factor".to_owned(), code)]);
    let told = director.post(&action, &fields).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.body.contains("n’est plus celui que vous avez lu"), "{}", told.body);
}

#[tokio::test]
async fn who_may_not_agree_reads_and_finds_no_button() {
    let mut sample = Sample::new().await;
    for role in [Role::Technician, Role::Reader] {
        let mut browser = somebody(&mut sample, role).await;
        let page = browser.open(PAGE).await;
        assert!(page.body.contains("Proposé") && !page.body.contains("/agree\""), "{role}");
        let linked = browser.open("/console/vault").await;
        browser.tap(&linked, PAGE).await;
    }
    // Another town sees none of it.
    let mut browser = Browser::new(&beffroi_web::router(sample.doors.clone()));
    browser.enter(&sample.code(OTHER, Role::Director)).await;
    let page = browser.open(PAGE).await;
    assert!(
        page.body.contains("Aucun élagage n’est proposé") && !page.body.contains("coffre-secret")
    );
}
