//! Alarms, assets, cuts, services, people, guards, tenants: each through its real forms.

use axum::http::{Method, StatusCode};
use beffroi_town::{Role, watch::Order};

use crate::{
    browser::Browser,
    sample::{OTHER, Sample, TOWN},
};

async fn inside(role: Role) -> (Sample, Browser) {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, role)).await;
    (sample, browser)
}

#[tokio::test]
async fn an_alarm_is_dismissed_with_a_reason_that_only_the_journal_page_opens() {
    let (sample, mut browser) = inside(Role::Technician).await;
    let at = format!("/console/alarms/{}", sample.alarm);
    let page = browser.open(&at).await;
    assert!(page.body.contains("Simulé") && page.body.contains("/srv/partage/outil"));
    let none = browser.send(&page, &format!("{at}/dismiss"), &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let why = "Migration prévue <script>";
    browser.send(&page, &format!("{at}/dismiss"), &[("reason", why)]).await;
    let journal = browser.open("/console/journal").await;
    assert!(journal.body.contains("Migration prévue &#60;script&#62;"));
    let export = browser.open("/console/journal/export").await;
    assert!(export.body.contains("alarm_decided") && !export.body.contains("Migration"));
    let twice = browser.send(&page, &format!("{at}/dismiss"), &[("reason", why)]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_hand_cut_counts_once_confirmed_and_a_lifted_asset_is_unknown() {
    let (mut sample, mut browser) = inside(Role::Technician).await;
    let at = format!("/console/assets/{}", Sample::asset("network"));
    let page = browser.open(&at).await;
    assert!(page.body.contains("FIBRE-MAIRIE") && page.body.contains("→"));
    let code = sample.code(TOWN, Role::Technician);
    let page = browser.send(&page, &format!("{at}/cut"), &[("second_factor", code.as_str())]).await;
    let today = browser.open("/console/").await;
    assert!(today.body.contains("FIBRE-MAIRIE"), "nobody is told to pull the plug");
    let page = browser.send(&page, &format!("{at}/confirm"), &[]).await;
    assert!(page.body.contains("Coupé"));
    let page = browser.send(&page, &format!("{at}/lift"), &[]).await;
    assert!(page.body.contains("Inconnu"), "a lifted asset is fine without a look");
}

#[tokio::test]
async fn an_asset_changes_state_after_its_consequences_were_shown() {
    let (_sample, mut browser) = inside(Role::Technician).await;
    let at = format!("/console/assets/{}", Sample::asset("telephony"));
    let page = browser.open(&at).await;
    let filled = [("state", "down"), ("reason", "Standard muet")];
    let check = browser.send(&page, &format!("{at}/state"), &filled).await;
    assert!(check.body.contains("→"));
    assert!(!browser.open(&at).await.body.contains("Standard muet"));
    let page = browser.send(&check, &format!("{at}/state"), &[]).await;
    assert!(page.body.contains("Standard muet") && page.body.contains("En panne"));
    let cut = [("state", "cut"), ("reason", "x")];
    let (held, _) = page.form(&format!("{at}/state"));
    let fields: Vec<_> = [("csrf", held[0].1.as_str())]
        .iter()
        .chain(&cut)
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    let said = browser.post(&format!("{at}/state"), &fields).await;
    assert_eq!(said.status, StatusCode::UNPROCESSABLE_ENTITY, "a cut was said, not done");
}

#[tokio::test]
async fn a_shared_asset_says_whom_it_concerns_and_only_its_owner_cuts() {
    let (mut sample, mut browser) = inside(Role::Technician).await;
    let at = format!("/console/assets/{}", Sample::asset("network"));
    let page = browser.open(&at).await;
    assert!(page.body.contains("Partagé avec"));
    let router = beffroi_web::router(sample.doors.clone());
    let mut other = Browser::new(&router);
    other.enter(&sample.code(OTHER, Role::Technician)).await;
    let page = other.open(&at).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.has_form(&format!("{at}/cut")));
    let csrf = page.form("/console/logout").0[0].1.clone();
    let code = sample.code(OTHER, Role::Technician);
    let fields = [("csrf".to_owned(), csrf), ("second_factor".to_owned(), code)];
    let refused = other.post(&format!("{at}/cut"), &fields).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_service_takes_details_from_a_clerk_and_a_word_from_a_director() {
    let (mut sample, mut browser) = inside(Role::Clerk).await;
    let at = "/console/services/canteen";
    let page = browser.open(at).await;
    assert!(!page.has_form(&format!("{at}/override")));
    let filled = [("place", "École <Pasteur>"), ("hours", "Midi\nà 14 h"), ("phone", "1234")];
    browser.send(&page, &format!("{at}/details"), &filled).await;
    let public = sample.public().await;
    assert!(public.contains("cole &#60;Pasteur&#62;"), "{}", public);
    let router = beffroi_web::router(sample.doors.clone());
    let mut director = Browser::new(&router);
    director.enter(&sample.code(TOWN, Role::Director)).await;
    let page = director.open(at).await;
    let word = [("status", "closed"), ("reason", "Cuisine inondée")];
    let page = director.send(&page, &format!("{at}/override"), &word).await;
    assert!(page.body.contains("Cuisine inondée") && page.body.contains("Claude Maire"));
    assert!(!sample.public().await.contains("inondée"));
    let page = director.send(&page, &format!("{at}/clear"), &[]).await;
    assert!(!page.body.contains("Cuisine inondée"));
    let need = format!("need-{}", Sample::asset("mail"));
    let page = director.send(&page, &format!("{at}/needs"), &[(&need, "helpful")]).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn people_are_added_reset_and_kept_out_by_a_director_alone() {
    let (mut sample, mut browser) = inside(Role::Director).await;
    let page = browser.open("/console/people").await;
    let code = sample.code(TOWN, Role::Director);
    let filled = [("name", "Lou Neuf"), ("role", "clerk"), ("second_factor", code.as_str())];
    let page = browser.send(&page, "/console/people", &filled).await;
    let first = page.body.split("class=\"secret big\">").nth(1).unwrap();
    let first = first.split('<').next().unwrap().to_owned();
    let router = beffroi_web::router(sample.doors.clone());
    let entered = Browser::new(&router).enter(&first).await;
    // An alarm waits in this town: it comes first, the set-up is only pointed to.
    assert!(entered.body.contains("href=\"/console/alarms/"), "{}", entered.body);
    assert!(entered.body.contains("href=\"/console/setup\""), "{}", entered.body);
    let people = browser.open("/console/people").await;
    let taken = [("name", "lou  NEUF"), ("role", "clerk")];
    let page = browser.send(&people, "/console/people", &taken).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let operator = [("name", "Moi"), ("role", "operator")];
    let csrf = people.form("/console/people").0[0].clone();
    let fields: Vec<_> =
        operator.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).chain([csrf]).collect();
    let page = browser.post("/console/people", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "a director made an operator");
    let responder = [("name", "Cabinet"), ("role", "responder")];
    let page = browser.send(&people, "/console/people", &responder).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "a responder for no incident");
}

#[tokio::test]
async fn a_guard_is_enrolled_ordered_and_revoked() {
    let (mut sample, mut browser) = inside(Role::Technician).await;
    let page = browser.open("/console/guards").await;
    let code = sample.code(TOWN, Role::Technician);
    let asset = Sample::asset("file_server");
    let filled = [("asset", asset.as_str()), ("second_factor", code.as_str())];
    let file = browser.send(&page, "/console/guards/enrol", &filled).await;
    let enrolment: beffroi_town::watch::Enrolment = serde_json::from_str(&file.body).unwrap();
    assert_eq!(enrolment.asset, asset);
    let at = format!("/console/guards/{}", sample.guard);
    let page = browser.open(&at).await;
    let none = browser.send(&page, &format!("{at}/restore"), &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let alarm = sample.alarm.to_string();
    for order in ["restore", "let-go"] {
        browser.send(&page, &format!("{at}/{order}"), &[("alarm", &alarm)]).await;
    }
    let job = [("user", "1005"), ("from", "2026-11-28T02:00"), ("minutes", "90"), ("days", "5")];
    for (name, bad) in [("user", "jean"), ("from", "demain"), ("minutes", "721"), ("days", "")] {
        let filled = job.map(|(field, value)| (field, if field == name { bad } else { value }));
        let page = browser.send(&page, &format!("{at}/maintenance"), &filled).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    browser.send(&page, &format!("{at}/maintenance"), &job).await;
    let mut conn = sample.doors.store.read().await.unwrap();
    let (scope, guard) = (Sample::scope(TOWN), &sample.guard);
    let waiting =
        beffroi_store::guards::waiting_orders(&mut conn, &scope, guard, Sample::START).await;
    let orders: Vec<_> = waiting.unwrap().into_iter().map(|one| one.order).collect();
    assert!(
        matches!(orders.as_slice(), [Order::Restore(_), Order::LetGo(_), Order::Maintain(_)]),
        "{orders:?}"
    );
    let Order::Maintain(job) = orders[2] else { unreachable!() };
    assert_eq!((job.user, job.minutes, job.days), (1005, 90, 5));
    assert_eq!(job.from_at.ms(), 1_795_827_600_000, "two in the morning in Paris");
    drop(conn);
    let page = browser.send(&page, &format!("{at}/revoke"), &[]).await;
    assert!(!page.has_form(&format!("{at}/revoke")));
}

#[tokio::test]
async fn an_operator_enters_another_town_and_a_clerk_cannot() {
    let (mut sample, mut browser) = inside(Role::Operator).await;
    let page = browser.open("/console/tenants/").await;
    let page = browser.send(&page, "/console/tenants/enter", &[("tenant", OTHER)]).await;
    assert!(page.body.contains("Vous agissez maintenant"));
    let alarm = browser.open(&format!("/console/alarms/{}", sample.alarm)).await;
    assert_eq!(alarm.status, StatusCode::NOT_FOUND, "still in the first town");
    let entered = browser.cookies["beffroi-town"].clone();
    let router = beffroi_web::router(sample.doors.clone());
    let mut clerk = Browser::new(&router);
    clerk.enter(&sample.code(TOWN, Role::Clerk)).await;
    clerk.cookies.insert("beffroi-town".to_owned(), entered);
    let page = clerk.ask(Method::GET, &format!("/console/alarms/{}", sample.alarm), None).await;
    assert_eq!(page.status, StatusCode::OK, "a stolen cookie moved somebody");
}

#[tokio::test]
async fn a_responder_reads_while_its_incident_goes_on_and_changes_nothing() {
    use beffroi_crisis::{
        Deed,
        incidents::{self, Declaration},
    };
    use beffroi_registry::accounts::{self, NewPerson};
    use beffroi_town::{Actor, Phase, incident::Nature};

    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let (store, by, scope) = (&sample.doors.store, Actor::CommandLine, Sample::scope(TOWN));
    let deed = Deed { store, actor: &by, at: Sample::START, scope: &scope };
    let what = Declaration {
        nature: Nature::Cyberattack,
        noticed_at: Sample::START,
        others: vec![],
        alarm: None,
        states: vec![],
    };
    let incident = incidents::declare(&deed, &what).await.unwrap();
    let firm = NewPerson { name: "Cabinet Veille", role: Role::Responder };
    let first = accounts::add(store, &by, Sample::START, &scope, &firm).await.unwrap();
    let mut browser = Browser::new(&router);
    browser.enter(&first.code).await;
    for path in ["/console/", "/console/alarms", "/console/journal"] {
        assert_eq!(browser.open(path).await.status, StatusCode::OK, "{path}");
    }
    let declare = browser.open("/console/declare").await;
    assert_eq!(declare.status, StatusCode::FORBIDDEN);
    let asset = browser.open(&format!("/console/assets/{}", Sample::asset("mail"))).await;
    assert!(!asset.body.contains("method=\"post\" action=\"/console/assets"), "nothing to change");
    for phase in Phase::ALL.iter().skip(1) {
        incidents::advance(&deed, &incident, *phase).await.unwrap();
    }
    assert_eq!(browser.open("/console/").await.path, "/console/login", "the incident is over");
}
