//! Every route of the table, as every role, logged out, and as somebody of another town.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use beffroi_town::Role;
use beffroi_web::routes::{ROUTES, Route, Second, Verb, Who};

use crate::{
    browser::{Browser, Page},
    sample::{
        OTHER, Sample, TOWN,
        desk::{SECRET_CHILD, SECRET_NAME},
    },
};

/// The path of a route with real identifiers of the first town.
fn path(sample: &Sample, route: &Route, notice: &str, incident: &str, person: &str) -> String {
    let id = match route.path.split('/').nth(2).unwrap_or_default() {
        "alarms" => sample.alarm.to_string(),
        "guards" => sample.guard.to_string(),
        // An asset of the first town alone, and a service that the other town lacks.
        "assets" => Sample::asset("file_server").to_string(),
        "services" => "only-here".to_owned(),
        "notices" => notice.to_owned(),
        "incidents" => incident.to_owned(),
        "people" => person.to_owned(),
        "agendas" => Sample::AGENDA.to_owned(),
        "printers" => sample.printer.to_string(),
        "vault" if route.path.contains("/thinning/") => sample.thinning.clone(),
        "vault" => sample.repository.to_string(),
        "desk" if route.path.contains("/keys/") => person.to_owned(),
        "desk" => sample.request.to_string(),
        "oncall" => sample.contact.to_string(),
        "calls" => sample.call.to_string(),
        "phones" => sample.line.to_string(),
        "roster" => sample.person.to_string(),
        _ => String::new(),
    };
    let path = route.path.replace("{id}", &id).replace("{lang}", "en").replace("{tag}", "fr");
    let path = path.replace("{procedure}", "canteen").replace("{number}", "1");
    let kind = if path.starts_with("/console/packs") { "children" } else { "roll-call" };
    path.replace("{kind}", kind).replace("{day}", "2024-04-30")
}

/// Text that only the first town's people may ever read.
const SECRETS: [&str; 15] = [
    "IMPRIMANTE-SECRET",
    "guichet-secret",
    SECRET_NAME,
    SECRET_CHILD,
    "coffre-secret",
    "fichiers-1",
    "FIBRE-MAIRIE",
    "alarm-1",
    "titre-secret",
    "Camille Veille",
    "33600000001",
    "STANDARD-SECRET",
    "06 11 22 33 44",
    "Dominique Astreinte",
    "contrat-secret",
];

struct Stage {
    sample: Sample,
    router: axum::Router,
    notice: String,
    incident: String,
    person: String,
}

/// An incident, a notice and a service of the first town alone, beside the alarm and the guard.
async fn stage() -> Stage {
    use beffroi_crisis::{Deed, incidents, notices};
    use beffroi_store::services;
    use beffroi_town::{Actor, NoticeId, ServiceId, incident::Nature, notice::NoticeText};
    let sample = Sample::new().await;
    let (store, scope, by) = (&sample.doors.store, Sample::scope(TOWN), Actor::CommandLine);
    let deed = Deed { store, actor: &by, at: Sample::START, scope: &scope };
    let what = incidents::Declaration {
        nature: Nature::Unknown,
        noticed_at: Sample::START,
        others: Vec::new(),
        alarm: None,
        states: Vec::new(),
    };
    let incident = incidents::declare(&deed, &what).await.unwrap().to_string();
    let notice = NoticeId::parse("notice-1").unwrap();
    let text = NoticeText { title: "titre-secret".to_owned(), body: "texte".to_owned() };
    let both = beffroi_store::notices::Words { fr: text.clone(), en: text };
    notices::save(&deed, &notice, None, &both).await.unwrap();
    let mut tx = store.begin(&[scope.tenant().clone()], &by, Sample::START).await.unwrap();
    let first = services::list(tx.conn(), &scope).await.unwrap().remove(0);
    let own = beffroi_town::PublicService { id: ServiceId::parse("only-here").unwrap(), ..first };
    services::add(&mut tx, scope.tenant(), &[own]).await.unwrap();
    tx.commit().await.unwrap();
    let people = beffroi_registry::accounts::list(store, &scope).await.unwrap();
    let person = people.iter().find(|one| one.role == Role::Reader).unwrap().id.to_string();
    let router = beffroi_web::router(sample.doors.clone());
    Stage { sample, router, notice: notice.to_string(), incident, person }
}

impl Stage {
    fn path(&self, route: &Route) -> String {
        path(&self.sample, route, &self.notice, &self.incident, &self.person)
    }

    async fn somebody(&mut self, town: &str, role: Role) -> (Browser, String) {
        let code = self.sample.code(town, role);
        let mut browser = Browser::new(&self.router);
        let page = browser.enter(&code).await;
        assert_eq!(page.status, StatusCode::OK, "{town} {role}: {}", page.body);
        let (fields, _) = page.form("/console/logout");
        (browser, fields[0].1.clone())
    }
}

async fn ask(browser: &mut Browser, route: &Route, path: &str, csrf: &str) -> Page {
    match route.verb {
        Verb::Get => browser.ask(Method::GET, path, None).await,
        Verb::Post => browser.post(path, &[("csrf".to_owned(), csrf.to_owned())]).await,
    }
}

const LOG_OUT: &str = "/console/logout";

#[tokio::test]
async fn logged_out_every_route_leads_to_the_log_in() {
    let stage = stage().await;
    for route in ROUTES.iter().filter(|route| route.who != Who::Anyone) {
        let path = stage.path(route);
        let page = ask(&mut Browser::new(&stage.router), route, &path, "x").await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(page.location(), "/console/login", "{path}");
        assert_eq!(page.body, "", "{path}");
    }
}

#[tokio::test]
async fn each_role_gets_what_the_table_says_and_nothing_more() {
    let mut stage = stage().await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Responder) {
        let (mut browser, csrf) = stage.somebody(TOWN, role).await;
        for route in ROUTES.iter().filter(|route| route.path != LOG_OUT) {
            let Who::Only(roles) = route.who else { continue };
            let path = stage.path(route);
            let page = ask(&mut browser, route, &path, &csrf).await;
            let told = format!("{role} {:?} {path}: {}", route.verb, page.status);
            if !roles.contains(&role) {
                assert_eq!(page.status, StatusCode::FORBIDDEN, "{told}");
                assert!(!page.has_form(&path), "{told}");
            } else if route.second_factor != Second::Never {
                assert_eq!(page.status, StatusCode::FORBIDDEN, "{told}");
                assert!(page.has_form(&path), "{told}: no second factor asked");
            } else {
                assert_ne!(page.status, StatusCode::FORBIDDEN, "{told}");
                assert!(!page.status.is_server_error(), "{told}\n{}", page.body);
                let leads_out = page.location() == "/console/login";
                assert!(!leads_out, "{told}");
            }
        }
    }
}

#[tokio::test]
async fn somebody_of_another_town_finds_nothing_of_this_one() {
    let mut stage = stage().await;
    for role in [Role::Director, Role::Technician, Role::Reader] {
        let (mut browser, csrf) = stage.somebody(OTHER, role).await;
        let spare = stage.sample.code(OTHER, role);
        for route in ROUTES.iter().filter(|route| route.path != LOG_OUT) {
            let Who::Only(roles) = route.who else { continue };
            let path = stage.path(route);
            if route.second_factor == Second::Always && roles.contains(&role) {
                raise(&mut browser, &csrf, &spare).await;
            }
            let page = ask(&mut browser, route, &path, &csrf).await;
            let told = format!("{role} {:?} {path}: {}", route.verb, page.status);
            for secret in SECRETS {
                let mirrored = page.body.replace(&path, "");
                assert!(!mirrored.contains(secret), "{told} tells '{secret}'");
            }
            assert!(!page.status.is_server_error(), "{told}");
            if route.path.contains("{id}") {
                let allowed = roles.contains(&role);
                let want = if allowed { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN };
                // A form that is wrong in itself may be told so before anything is looked for.
                let form = page.status == StatusCode::UNPROCESSABLE_ENTITY
                    || page.status == StatusCode::BAD_REQUEST;
                assert!(page.status == want || (form && !page.body.contains(TOWN)), "{told}");
            }
        }
    }
}

/// Gives a second factor once, through a route that then finds nothing.
async fn raise(browser: &mut Browser, csrf: &str, code: &str) {
    let fields = [("csrf", csrf), ("second_factor", code)];
    let fields = fields.map(|(k, v)| (k.to_owned(), v.to_owned()));
    browser.post("/console/guards/nowhere/revoke", &fields).await;
}

#[test]
fn the_table_names_each_route_once_and_every_change_is_a_post() {
    let mut seen = BTreeSet::new();
    for route in ROUTES {
        assert!(seen.insert((route.verb.method().to_string(), route.path)), "{}", route.path);
        assert!(route.path.starts_with("/console"), "{}", route.path);
        assert!(route.second_factor == Second::Never || route.verb == Verb::Post, "{}", route.path);
    }
    for grave in ["cut", "lift", "restore", "let-go", "publish", "enrol", "revoke", "agree", "undo"]
    {
        let found: Vec<_> = ROUTES
            .iter()
            .filter(|route| route.path.ends_with(grave) && route.verb == Verb::Post)
            .collect();
        assert!(
            !found.is_empty() && found.iter().all(|route| route.second_factor == Second::Always),
            "{grave}"
        );
    }
    // A test rings and takes nothing away.
    let kept = |one: &&Route| {
        one.path.starts_with("/console/people")
            || (one.path.starts_with("/console/oncall") && !one.path.ends_with("/test"))
    };
    let changes = ROUTES.iter().filter(kept).filter(|one| one.verb == Verb::Post);
    assert!(changes.into_iter().all(|one| one.second_factor == Second::Always));
}

#[tokio::test]
async fn every_link_and_form_of_every_page_is_in_the_table() {
    let mut stage = stage().await;
    let (mut browser, _) = stage.somebody(TOWN, Role::Operator).await;
    let mut checked = 0;
    for route in ROUTES.iter().filter(|route| route.verb == Verb::Get) {
        let page = browser.open(&stage.path(route)).await;
        for (mark, verb) in [("href=\"", Verb::Get), ("action=\"", Verb::Post)] {
            for rest in page.body.split(mark).skip(1) {
                let target = rest.split('"').next().unwrap();
                let bare = target.split(['?', '#']).next().unwrap();
                // A search is a form too, and reads.
                let verb = if bare == "/console/tenants/" { Verb::Get } else { verb };
                if bare.starts_with("/console") {
                    assert!(in_table(bare, verb), "{verb:?} {bare} on {}", page.path);
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 300, "only {checked} links looked at");
}

fn in_table(path: &str, verb: Verb) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    ROUTES.iter().filter(|route| route.verb == verb).any(|route| {
        let pattern: Vec<&str> = route.path.split('/').collect();
        pattern.len() == parts.len()
            && pattern.iter().zip(&parts).all(|(want, got)| want == got || want.starts_with('{'))
    })
}
