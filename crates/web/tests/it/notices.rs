//! A notice: drafted from the facts, seen on the real page, published, corrected, ended.

use axum::http::StatusCode;
use beffroi_town::Role;

use crate::{
    browser::Browser,
    sample::{Sample, TOWN},
};

#[tokio::test]
async fn drafted_previewed_published_corrected_and_ended() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Director)).await;
    let form = browser.open("/console/declare").await;
    let page = browser.send(&form, "/console/declare/check", &[("nature", "cyberattack")]).await;
    browser.send(&page, "/console/declare", &[]).await;

    let new = browser.open("/console/notices/new").await;
    let (fields, _) = new.form("/console/notices/new");
    let body = fields.iter().find(|(name, _)| name == "body_fr").unwrap();
    assert!(body.1.len() > 80, "the draft says nothing: {}", body.1);
    let empty = browser.send(&new, "/console/notices/new", &[("title_en", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let title = "Avis <b>premier</b> & \"cité\"";
    let page = browser.send(&new, "/console/notices/new", &[("title_fr", title)]).await;
    let id = page.body.split("/console/notices/").nth(1).unwrap();
    let id = id.split(['/', '"']).next().unwrap().to_owned();
    let at = format!("/console/notices/{id}");
    let preview = browser.open(&format!("{at}/preview")).await;
    assert!(preview.body.contains("Avis &"), "not on the real page");
    assert!(!preview.body.contains("<b>premier"), "hostile text is not inert");
    let unseen = sample.public().await;
    assert!(!unseen.contains("premier"), "published before it was");

    let code = sample.code(TOWN, Role::Director);
    let publish = format!("{at}/publish");
    let page = browser.open(&at).await;
    let done = browser.send(&page, &publish, &[("second_factor", code.as_str())]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert!(sample.public().await.contains("premier"));
    let again = browser.send(&page, &publish, &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "published twice");

    let page = browser.open(&at).await;
    let page = browser.send(&page, &at, &[("title_fr", "Avis deuxième")]).await;
    assert!(!sample.public().await.contains("deuxième"));
    // Somebody changes the draft meanwhile: what was read is not what would be published.
    browser.send(&page, &at, &[("title_fr", "Avis troisième")]).await;
    assert_eq!(browser.send(&page, &publish, &[]).await.status, StatusCode::CONFLICT);
    let page = browser.open(&at).await;
    browser.send(&page, &publish, &[]).await;
    let public = sample.public().await;
    assert!(public.contains("troisième"));

    let page = browser.open(&at).await;
    let page = browser.send(&page, &format!("{at}/end"), &[]).await;
    assert!(!page.has_form(&at), "an ended notice can be edited");
}
