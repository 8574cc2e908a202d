//! The vault as staff see it.

use std::sync::Arc;

use beffroi_store::{alarms, vault};
use beffroi_town::{Actor, Alarm, AlarmId, AlarmKind, AlarmState, Role};
use beffroi_web::{Doors, Settings};
use serde_json::json;

use crate::{
    browser::Browser,
    sample::{OTHER, Sample, TOWN},
};

#[tokio::test]
async fn each_server_says_what_came_and_what_nobody_knows() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Clerk)).await;
    let page = browser.open("/console/vault").await;
    let place = |word: &str| page.body.find(word).unwrap_or_else(|| panic!("no '{word}'"));
    // Who is late comes first.
    assert!(place("En retard") < place("coffre-secret") + 400);
    assert!(place("coffre-secret") < place("(file_server)"));
    for word in [
        "Reçue et saine",
        "Suspecte",
        "6 fichiers lisibles ne le sont plus",
        "212 fichiers sont revenus",
        "Non jugée",
        "Non éprouvée",
        "il y a 9 heures",
        "Sans sauvegarde ici",
    ] {
        assert!(page.body.contains(word), "{word}");
    }
    // Another town has none of it.
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(OTHER, Role::Clerk)).await;
    let page = browser.open("/console/vault").await;
    assert!(page.body.contains("beffroi vault add 59272") && !page.body.contains("coffre-secret"));
    // And without a vault that is said.
    let settings = Settings { vault: None, ..(*sample.doors.settings).clone() };
    let doors = Doors { settings: Arc::new(settings), ..sample.doors.clone() };
    let mut browser = Browser::new(&beffroi_web::router(doors));
    browser.enter(&sample.code(OTHER, Role::Reader)).await;
    assert!(browser.open("/console/vault").await.body.contains("n’a pas de coffre"));
}

#[tokio::test]
async fn an_alarm_of_the_vault_says_what_was_tried() {
    let mut sample = Sample::new().await;
    let (at, scope) = (Sample::START, Sample::scope(TOWN));
    let alarm = Alarm {
        id: AlarmId::parse("vault-1").unwrap(),
        tenant: scope.tenant().clone(),
        kind: AlarmKind::VaultTampered,
        guard: None,
        asset: Some(Sample::asset("file_server")),
        first_at: at,
        raised_at: at,
        received_at: at,
        repeats: 0,
        touched: 0,
        stopped_at: None,
        simulated: false,
        detail: json!({ "server": "file_server", "what": "delete", "credential": "c-7" }),
        state: AlarmState::Open,
    };
    let store = &sample.doors.store;
    let mut tx =
        store.begin(std::slice::from_ref(scope.tenant()), &Actor::Platform, at).await.unwrap();
    alarms::raise(&mut tx, &alarm, 0).await.unwrap();
    tx.commit().await.unwrap();
    let mut browser = Browser::new(&beffroi_web::router(sample.doors.clone()));
    browser.enter(&sample.code(TOWN, Role::Technician)).await;
    let page = browser.open("/console/alarms/vault-1").await;
    for word in ["a voulu effacer ou bloquer", "Rien n’a été effacé", "file_server", "c-7"] {
        assert!(page.body.contains(word), "{word}");
    }
}

#[tokio::test]
async fn a_recovery_sheet_counts_once_its_code_is_copied() {
    let mut sample = Sample::new().await;
    let (at, scope) = (Sample::START, Sample::scope(TOWN));
    let code = beffroi_town::vault::sheet::code(&[7; 32]);
    let store = &sample.doors.store;
    let made = vault::list(&mut store.read().await.unwrap(), &scope).await.unwrap().remove(0);
    let tenants = std::slice::from_ref(scope.tenant());
    let mut tx = store.begin(tenants, &Actor::Platform, at).await.unwrap();
    assert!(vault::print_sheet(&mut tx, &made, &vault::sheet_proof(&code)).await.unwrap());
    tx.commit().await.unwrap();
    let mut browser = Browser::new(&beffroi_web::router(sample.doors.clone()));
    browser.enter(&sample.code(TOWN, Role::Technician)).await;
    let page = browser.open("/console/vault").await;
    assert!(page.body.contains("recopiez son code de contrôle"), "{}", page.body);
    let fields = |code: &str| [("server", made.server.clone()), ("code", code.to_owned())];
    for wrong in ["", "ABC-DEF", "<script>"] {
        let fields = fields(wrong);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let told = browser.send(&page, "/console/vault", &fields).await;
        assert_eq!(told.status, 422, "{wrong}");
        assert!(told.body.contains("Ce n’est pas le code") && !told.body.contains("<script>"));
    }
    let fields = fields(&code.to_lowercase());
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let told = browser.send(&page, "/console/vault", &fields).await;
    assert!(told.body.contains("son code a été recopié"), "{}", told.body);
    // Who may only read is shown no form.
    let mut reader = Browser::new(&beffroi_web::router(sample.doors.clone()));
    reader.enter(&sample.code(TOWN, Role::Reader)).await;
    assert!(!reader.open("/console/vault").await.body.contains("name=\"code\""));
}

#[tokio::test]
async fn what_would_come_back_is_the_last_clean_one_with_what_to_type() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Clerk)).await;
    let page = browser.open("/console/vault").await;
    let path = format!("/console/vault/{}/back", sample.repository);
    assert!(page.body.contains(&format!("href=\"{path}\"")));
    let page = browser.open(&path).await;
    // The newest is suspect: the one of the night before, and what the newest lost or changed.
    for word in [
        "jugée saine",
        "--snapshot befb540c --target / --plan",
        "--between befb540c 3fa91c04",
        "restic --repository-file",
        "2 heures et 30 minutes",
        "Tout ce qui a été écrit depuis",
    ] {
        assert!(page.body.contains(word), "{word}: {}", page.body);
    }
    let mut other = Browser::new(&router);
    other.enter(&sample.code(OTHER, Role::Clerk)).await;
    assert_eq!(other.open(&path).await.status, 404);
    // Nobody judged the other server: nothing is proposed.
    let scope = Sample::scope(TOWN);
    let all = vault::list(&mut sample.doors.store.read().await.unwrap(), &scope).await.unwrap();
    let silent = all.iter().find(|one| one.server == "coffre-secret").unwrap();
    let page = browser.open(&format!("/console/vault/{}/back", silent.id)).await;
    assert!(page.body.contains("Personne n’a jugé") && !page.body.contains("--snapshot"));
}

#[tokio::test]
async fn a_persons_word_lifts_a_doubt_after_a_second_code() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Technician)).await;
    let path = format!("/console/vault/{}/back", sample.repository);
    let judge = format!("/console/vault/{}/judge", sample.repository);
    let page = browser.open(&path).await;
    let newest = crate::sample::rounds::snapshot(0);
    let fields = [("snapshot", newest.as_str()), ("verdict", "clean")];
    let asked = browser.send(&page, &judge, &fields).await;
    assert_eq!(asked.status, 403, "a second code is asked for");
    let code = sample.code(TOWN, Role::Technician);
    let told = browser.send(&asked, &judge, &[("second_factor", code.as_str())]).await;
    assert!(told.body.contains("votre parole l’emporte"), "{}", told.body);
    assert!(told.body.contains("--snapshot 3fa91c04") && !told.body.contains("--between"));
    let never = "0".repeat(64);
    for wrong in
        [[("snapshot", never.as_str()), ("verdict", "clean")], [("snapshot", ""), ("verdict", "x")]]
    {
        assert_eq!(browser.send(&told, &judge, &wrong).await.status, 422);
    }
    // Who only reads is shown no form.
    let mut reader = Browser::new(&router);
    reader.enter(&sample.code(TOWN, Role::Reader)).await;
    assert!(!reader.open(&path).await.body.contains("/judge"));
}

#[tokio::test]
async fn what_needs_a_folder_is_said_once_and_orders_what_comes_back() {
    let mut sample = Sample::new().await;
    let (server, scope) = (Sample::asset("file_server"), Sample::scope(TOWN));
    let all = vault::list(&mut sample.doors.store.read().await.unwrap(), &scope).await.unwrap();
    let one = all.iter().find(|one| one.asset.as_ref() == Some(&server)).unwrap();
    let order = format!("/console/vault/{}/order.txt", one.id);
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, Role::Technician)).await;
    assert!(browser.open("/console").await.body.contains("rattachés à rien"));
    assert_eq!(browser.open(&order).await.body, "");
    let here = format!("/console/assets/{server}");
    let page = browser.open(&format!("{here}?open=folder")).await;
    let to = format!("{here}/folder");
    for wrong in ["", "srv", "/srv/../etc"] {
        let fields = [("path", wrong), ("folder_asset", server.as_str())];
        let told = browser.send(&page, &to, &fields).await;
        assert_eq!(told.status, 422, "{wrong}");
        assert!(told.body.contains("Écrivez le dossier depuis la racine"), "{}", told.body);
    }
    for path in ["/srv/partage/", "/srv/<b>"] {
        let fields = [("path", path), ("folder_asset", server.as_str())];
        let told = browser.send(&page, &to, &fields).await;
        assert!(told.body.contains("Dossier enregistré"), "{}", told.body);
        assert!(!told.body.contains("<b>"));
    }
    assert_eq!(browser.open(&order).await.body, "/srv/<b>\n/srv/partage\n");
    let gone = browser.send(&page, &to, &[("path", "/srv/<b>"), ("folder_asset", "")]).await;
    assert!(gone.body.contains("Dossier enregistré"));
    assert_eq!(browser.open(&order).await.body, "/srv/partage\n");
    let mut other = Browser::new(&router);
    other.enter(&sample.code(OTHER, Role::Technician)).await;
    assert_eq!(other.open(&order).await.status, 404);
}
