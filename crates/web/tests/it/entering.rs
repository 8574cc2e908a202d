//! The ways in, sessions, second factor, forged forms.

use axum::http::{Method, StatusCode, header};
use beffroi_registry::accounts::{self, NewPerson, sessions, totp};
use beffroi_town::{Actor, Role};

use crate::{
    browser::{Browser, Page},
    sample::{OTHER, Sample, TOWN},
};

async fn console() -> (Sample, axum::Router) {
    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    (sample, router)
}

/// A text between two marks of a page.
fn between<'a>(page: &'a Page, from: &str, to: &str) -> &'a str {
    page.body.split(from).nth(1).unwrap().split(to).next().unwrap()
}

#[tokio::test]
async fn a_new_person_sets_up_phrase_phone_and_printed_codes_and_comes_back_with_each() {
    let (sample, router) = console().await;
    let new = NewPerson { name: "Camille Neuf", role: Role::Director };
    let scope = Sample::scope(OTHER);
    let first =
        accounts::add(&sample.doors.store, &Actor::CommandLine, Sample::START, &scope, &new)
            .await
            .unwrap();
    let mut browser = Browser::new(&router);
    let page = browser.enter(&first.code).await;
    let phrase = between(&page, "id=\"the-phrase\">", "<").to_owned();
    assert_eq!(phrase.split(' ').count(), 6);
    let wrong = browser.send(&page, "/console/setup", &[("typed", "un deux")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("href=\"#typed\""), "no error summary");
    let page = browser.send(&wrong, "/console/setup", &[("typed", &phrase.to_uppercase())]).await;
    assert!(page.body.contains("<svg"), "no square to scan");
    let shown = between(&page, "class=\"secret\">", "<").replace(' ', "");
    let secret: [u8; 20] =
        data_encoding::BASE32_NOPAD.decode(shown.as_bytes()).unwrap().try_into().unwrap();
    let digits = totp::code_at(&secret, Sample::START).unwrap();
    let page = browser.send(&page, "/console/setup/totp", &[("digits", &digits)]).await;
    assert_eq!(page.body.matches("<li class=\"secret\">").count(), 10);
    let printed = between(&page, "<li class=\"secret\">", "<").to_owned();

    sample.clock.forward_ms(60_000);
    let at = beffroi_town::Instant::from_ms(Sample::START.ms() + 60_000);
    let digits = totp::code_at(&secret, at).unwrap();
    let typed = [
        ("tenant", OTHER),
        ("name", "camille neuf"),
        ("phrase", phrase.as_str()),
        ("second", digits.as_str()),
    ];
    let mut other = Browser::new(&router);
    let login = other.open("/console/login").await;
    let page = other.send(&login, "/console/login", &typed).await;
    assert!(page.has_form("/console/logout"), "{}", page.body);
    let mut replay = Browser::new(&router);
    let login = replay.open("/console/login").await;
    let page = replay.send(&login, "/console/login", &typed).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "six digits counted twice");
    assert!(!page.body.contains(&phrase), "the phrase came back");
    let page = Browser::new(&router).enter(&printed).await;
    assert!(page.has_form("/console/logout"));
    let page = Browser::new(&router).enter(&printed).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "a printed code counted twice");
}

#[tokio::test]
async fn guessed_codes_are_slowed_down_and_a_mistyped_one_is_told() {
    let (_sample, router) = console().await;
    let mut browser = Browser::new(&router);
    let page = browser.enter("ABC").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let tenant = beffroi_town::TenantId::parse(TOWN).unwrap();
    let guesser = crate::sample::PlayedEntropy(std::sync::atomic::AtomicU64::new(1));
    let mut statuses = Vec::new();
    for _ in 0..25 {
        let guess = accounts::code::OneTimeCode::generate(&tenant, &guesser).printed();
        statuses.push(browser.enter(&guess).await.status);
    }
    assert_eq!(statuses[0], StatusCode::FORBIDDEN);
    assert_eq!(statuses[24], StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_forged_form_changes_nothing() {
    let (mut sample, router) = console().await;
    let mut browser = Browser::new(&router);
    let page = browser.enter(&sample.code(TOWN, Role::Technician)).await;
    let action = format!("/console/alarms/{}/dismiss", sample.alarm);
    let mut fields = vec![("reason".to_owned(), "rien".to_owned())];
    let no_token = browser.post(&action, &fields).await;
    assert_eq!(no_token.status, StatusCode::FORBIDDEN);
    fields.push(("csrf".to_owned(), "A".repeat(43)));
    assert_eq!(browser.post(&action, &fields).await.status, StatusCode::FORBIDDEN);
    fields[1].1 = page.form("/console/logout").0[0].1.clone();
    for (name, value) in [
        ("origin", "https://ailleurs.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        browser.extra = vec![(name, value)];
        let forged = browser.post(&action, &fields).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    browser.extra = vec![("origin", "http://localhost"), ("sec-fetch-site", "same-origin")];
    assert_eq!(browser.post(&action, &fields).await.status, StatusCode::SEE_OTHER);
    // The log-in too: somebody else's cookie and token do not fit together.
    let mut stranger = Browser::new(&router);
    stranger.open("/console/login").await;
    let typed = [("one_time_code".to_owned(), "x".to_owned()), fields[1].clone()];
    assert_eq!(stranger.post("/console/login/code", &typed).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_session_ends_by_itself_and_at_log_out_and_each_log_in_has_its_own() {
    let (mut sample, router) = console().await;
    let mut browser = Browser::new(&router);
    browser.cookies.insert("beffroi-session".to_owned(), "chosen-by-somebody-else".to_owned());
    browser.enter(&sample.code(TOWN, Role::Clerk)).await;
    assert_ne!(browser.cookies["beffroi-session"], "chosen-by-somebody-else");
    sample.clock.forward_ms(sessions::IDLE_MS - 1);
    assert_eq!(browser.ask(Method::GET, "/console/", None).await.status, StatusCode::OK);
    sample.clock.forward_ms(sessions::IDLE_MS);
    assert_eq!(browser.ask(Method::GET, "/console/", None).await.location(), "/console/login");
    let page = browser.enter(&sample.code(TOWN, Role::Clerk)).await;
    let kept = browser.cookies["beffroi-session"].clone();
    browser.send(&page, "/console/logout", &[]).await;
    browser.cookies.insert("beffroi-session".to_owned(), kept);
    assert_eq!(browser.ask(Method::GET, "/console/", None).await.location(), "/console/login");
}

#[tokio::test]
async fn a_second_factor_is_asked_again_after_five_minutes() {
    let (mut sample, router) = console().await;
    let mut browser = Browser::new(&router);
    let entering = sample.code(TOWN, Role::Technician);
    browser.enter(&entering).await;
    let asset = format!("/console/assets/{}", Sample::asset("network"));
    let cut = format!("{asset}/cut");
    let page = browser.open(&asset).await;
    let asked = browser.send(&page, &cut, &[]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    let again = browser.send(&asked, &cut, &[("second_factor", entering.as_str())]).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "the code of the log-in counted again");
    let code = sample.code(TOWN, Role::Technician);
    let page = browser.send(&again, &cut, &[("second_factor", code.as_str())]).await;
    assert!(page.has_form(&format!("{asset}/confirm")), "{}", page.body);
    let lift = format!("{asset}/lift");
    sample.clock.forward_ms(sessions::ELEVATED_MS);
    let page = browser.open(&asset).await;
    assert!(page.form(&lift).1.contains(&"second_factor".to_owned()));
    assert_eq!(browser.send(&page, &lift, &[]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_answer_carries_its_protection() {
    let (mut sample, router) = console().await;
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Reader)).await;
    for path in ["/console/", "/console/login", "/console/nowhere", "/console/journal/export"] {
        let page = browser.ask(Method::GET, path, None).await;
        let text = |name: header::HeaderName| page.headers[name].to_str().unwrap().to_owned();
        assert!(text(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"), "{path}");
        assert_eq!(text(header::CACHE_CONTROL), "no-store", "{path}");
        assert_eq!(text(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
        assert!(page.headers.contains_key("permissions-policy"), "{path}");
        assert!(!page.body.contains("<script"), "{path}");
    }
    let set = browser.ask(Method::GET, "/console/lang/en", None).await;
    let cookie = set.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
}

#[tokio::test]
async fn a_session_alone_links_no_telephone_and_prints_no_codes_of_an_account_in_use() {
    let (mut sample, router) = console().await;
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Clerk)).await;
    let people = browser.open("/console/people").await;
    let asked = browser.send(&people, "/console/setup/codes", &[]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(!asked.body.contains("class=\"sheet\""));
    let page = browser.open("/console/setup/totp").await;
    let asked = browser.send(&page, "/console/setup/totp", &[("digits", "123456")]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    let code = sample.code(TOWN, Role::Clerk);
    let filled = [("second_factor", code.as_str())];
    let wrong = browser.send(&asked, "/console/setup/totp", &filled).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "any six digits will do");
    let sheet = browser.send(&people, "/console/setup/codes", &[]).await;
    assert_eq!(sheet.body.matches("<li class=\"secret\">").count(), 10);
}
