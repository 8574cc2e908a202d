//! Getting ready: lines, emergency numbers, roster, envelope and sheets, each through its forms.

use axum::http::{StatusCode, header};
use beffroi_town::Role;

use crate::{
    browser::{Browser, Page},
    sample::{Sample, TOWN},
};

async fn inside(role: Role) -> (Sample, Browser) {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    browser.enter(&sample.code(TOWN, role)).await;
    (sample, browser)
}

/// With typographic spaces made plain.
fn plain(page: &Page) -> String {
    page.body.replace(['\u{a0}', '\u{202f}'], " ")
}

#[tokio::test]
async fn a_clerk_says_that_a_line_is_dead_and_the_public_page_follows() {
    let (sample, mut browser) = inside(Role::Clerk).await;
    let at = format!("/console/phones/{}", sample.line);
    let list = browser.open("/console/phones").await;
    assert!(plain(&list).contains("Sert à : Accueil et Naissances"), "{}", list.body);
    let page = browser.tap(&list, &at).await;
    let page = browser.send(&page, &format!("{at}/state"), &[("state", "down")]).await;
    assert!(page.body.contains("Ne répond pas") && page.body.contains("06 11 22 33 44"));
    let public = sample.public().await;
    assert!(public.contains("<a href=\"tel:0328000099\">03 28 00 00 99</a>"), "{public}");
    assert!(!public.contains("06 11 22 33 44") && !public.contains("STANDARD"));
    let journal = plain(&browser.open("/console/journal").await);
    assert!(journal.contains("STANDARD-SECRET 03 28 00 00 00 · Répond → Ne répond pas"));
    let about = [("number", "03 28 00 00 01"), ("instead", "")];
    let page = browser.send(&page, &at, &about).await;
    assert_eq!(page.status, StatusCode::OK);
    let list = browser.open("/console/phones").await;
    assert!(list.body.contains("/console/phones?number=0328000000"), "on no line any more");
}

#[tokio::test]
async fn numbers_that_are_none_and_lines_that_are_there_are_told_at_the_field() {
    let (sample, mut browser) = inside(Role::Clerk).await;
    let page = browser.open("/console/phones").await;
    for (number, label, instead, field) in [
        ("pas un numéro", "x", "", "number"),
        ("+33 3 28 00 00 00", "x", "", "number"),
        ("03 28 00 00 02", "", "", "label"),
        ("03 28 00 00 02", "x", "0328000002", "instead"),
        ("03 28 00 00 02", "x", "javascript:1", "instead"),
    ] {
        let filled =
            [("number", number), ("label", label), ("state", "works"), ("instead", instead)];
        let page = browser.send(&page, "/console/phones", &filled).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
        assert!(page.body.contains(&format!("href=\"#{field}\"")), "{number}: {}", page.body);
    }
    let filled = [("number", "0328000002"), ("label", "<b>"), ("state", "unknown")];
    let page = browser.send(&page, "/console/phones", &filled).await;
    assert!(page.body.contains("03 28 00 00 02") && page.body.contains("&#60;b&#62;"));
    let router = beffroi_web::router(sample.doors.clone());
    let mut sample = sample;
    let mut reader = Browser::new(&router);
    reader.enter(&sample.code(TOWN, Role::Reader)).await;
    let page = reader.open(&format!("/console/phones/{}", sample.line)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("06 11 22 33 44") && !page.has_form("/console/phones"));
}

#[tokio::test]
async fn emergency_numbers_are_kept_and_what_is_missing_is_counted() {
    let (_sample, mut browser) = inside(Role::Director).await;
    let page = browser.open("/console/emergency").await;
    assert!(page.body.contains("contrat-secret") && page.body.contains("7 réponses manquent"));
    let filled = [
        ("spot-box_4g", "Armoire <b>"),
        ("csirt-phone", "03 00 00 00 01"),
        ("editors", "Éditeur A ; 01 00 00 00 02 ; C-1\n\nÉditeur B"),
    ];
    let page = browser.send(&page, "/console/emergency", &filled).await;
    assert!(page.body.contains("5 réponses manquent"), "{}", page.body);
    assert!(page.body.contains("Armoire &#60;b&#62;") && page.body.contains("Éditeur B"));
    assert!(page.body.contains("Éditeur A ; 01 00 00 00 02 ; C-1"));
    let many = "x\n".repeat(41);
    let page = browser.send(&page, "/console/emergency", &[("editors", &many)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_roster_is_pasted_edited_and_told_row_by_row() {
    let (mut sample, mut browser) = inside(Role::Clerk).await;
    let page = browser.open("/console/roster").await;
    let table =
        "Nom\tFonction\tTéléphone\tAppelé par\nLou <i>\tAgent\t12 34\tPersonne\n\t\t\t\n\tx\t\t\n";
    let wrong = browser.send(&page, "/console/roster/import", &[("table", table)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = plain(&wrong);
    assert!(
        told.contains("Ligne 2, colonne « téléphone » : « 12 34 » n’est pas un numéro"),
        "{told}"
    );
    assert!(told.contains("Ligne 4, colonne « nom »"), "{told}");
    assert!(!browser.open("/console/roster").await.body.contains("Lou &#60;i"));
    let table = "Nom\tFonction\tTéléphone\tAppelé par\nLou <i>\tAgent\t0600000009\tzoe guichet\n";
    let page = browser.send(&page, "/console/roster/import", &[("table", table)]).await;
    let told = plain(&page);
    assert!(told.contains("Lou &#60;i&#62;") && told.contains("appelé par Zoé Guichet"), "{told}");
    assert!(told.contains("06 00 00 00 09") && told.contains("3 personnes."));
    let circle = browser.open("/console/roster/r-1").await;
    let circle = browser.send(&circle, "/console/roster/r-1", &[("caller", "r-2")]).await;
    assert_eq!(circle.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(circle.body.contains("Zoé Guichet → Dominique Astreinte → Zoé Guichet"));
    let bad = [("name", "X"), ("phones", "1 ; 2")];
    let page = browser.open("/console/roster").await;
    let bad = browser.send(&page, "/console/roster", &bad).await;
    assert!(bad.body.contains("href=\"#phones\""));
    let gone = browser.open("/console/roster/r-1").await;
    let code = sample.code(TOWN, Role::Clerk);
    let ask = browser.send(&gone, "/console/roster/r-1/remove", &[]).await;
    assert_eq!(ask.status, StatusCode::FORBIDDEN, "a second factor is asked");
    let code = [("second_factor", code.as_str())];
    let page = browser.send(&ask, "/console/roster/r-1/remove", &code).await;
    assert!(!page.body.contains("Dominique Astreinte"));
}

#[tokio::test]
async fn a_pasted_table_beyond_the_bound_is_refused_in_words() {
    let (_sample, mut browser) = inside(Role::Clerk).await;
    let page = browser.open("/console/roster").await;
    let table = format!("nom\n{}", "Quelqu’un\n".repeat(9_000));
    let page = browser.send(&page, "/console/roster/import", &[("table", &table)]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    let names: Vec<String> = (0..400).map(|at| format!("Agent {at}\n")).collect();
    let few = format!("nom\n{}", names.concat());
    let page = browser.open("/console/roster").await;
    let page = browser.send(&page, "/console/roster/import", &[("table", &few)]).await;
    assert!(plain(&page).contains("402 personnes."));
}

#[tokio::test]
async fn the_envelope_is_printed_once_with_a_second_factor_and_its_codes_open_the_console() {
    let (mut sample, mut browser) = inside(Role::Director).await;
    let page = browser.open("/console/kit").await;
    assert!(page.body.contains("Jamais imprimée"));
    let today = browser.open("/console/").await;
    assert!(today.body.contains("Imprimez l’enveloppe cyber"), "today does not ask for one");
    let code = sample.code(TOWN, Role::Director);
    let filled = [("lang", "fr"), ("as", "page"), ("second_factor", code.as_str())];
    let printed = browser.send(&page, "/console/kit", &filled).await;
    assert_eq!(printed.status, StatusCode::OK);
    let policy = printed.headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
    assert!(policy.contains("style-src 'sha256-") && !policy.contains("'unsafe-inline'"));
    assert_eq!(printed.headers.get(header::CACHE_CONTROL).unwrap(), "no-store");
    assert_eq!(printed.body.matches("<section class=\"page person\">").count(), 5);
    assert!(plain(&printed).contains("contrat-secret"));
    assert!(plain(&printed).contains("06 11 22 33 44"));
    let codes: Vec<&str> = printed
        .body
        .split("<li class=\"code\">")
        .skip(1)
        .map(|piece| piece.split('<').next().unwrap())
        .collect();
    assert_eq!(codes.len(), 10);
    let page = browser.open("/console/kit").await;
    assert!(page.body.contains("Bonne") && page.body.contains("Claude Maire"));
    let router = beffroi_web::router(sample.doors.clone());
    let entered = Browser::new(&router).enter(codes[0]).await;
    assert!(entered.has_form("/console/logout"));
    let page = browser.open("/console/kit").await;
    assert!(page.body.contains("Périmée") && page.body.contains("Un de ses codes a servi."));
    let today = plain(&browser.open("/console/").await);
    assert!(today.contains("Imprimez une nouvelle enveloppe cyber : la dernière a"), "{today}");
    let again = browser.send(&page, "/console/kit", &[("lang", "en")]).await;
    assert_eq!(again.status, StatusCode::OK, "five minutes of one factor");
    assert_eq!(again.headers.get(header::CONTENT_TYPE).unwrap(), "application/pdf");
    assert_eq!(again.headers.get(header::CACHE_CONTROL).unwrap(), "no-store");
    let old = Browser::new(&router).enter(codes[2]).await;
    assert_eq!(old.status, StatusCode::FORBIDDEN, "a code of the envelope before");
}

#[tokio::test]
async fn sheets_say_what_the_page_says_and_are_there_to_copy_and_to_print() {
    let (_sample, mut browser) = inside(Role::Clerk).await;
    let list = browser.open("/console/sheets").await;
    assert!(list.body.contains("ne connaît pas son adresse publique"));
    for kind in ["poster", "answering", "social", "orders", "roll-call"] {
        let page = browser.tap(&list, &format!("/console/sheets/{kind}")).await;
        assert_eq!(page.status, StatusCode::OK, "{kind}");
        let copies = page.body.contains("<textarea class=\"copy\"");
        assert_eq!(copies, !matches!(kind, "poster" | "roll-call"), "{kind}");
        for lang in ["fr", "en"] {
            let print = browser.tap(&page, &format!("/console/sheets/{kind}/print/{lang}")).await;
            assert!(print.body.contains(&format!("<html lang=\"{lang}\">")), "{kind}");
        }
    }
    let orders = plain(&browser.open("/console/sheets/orders/print/fr").await);
    assert!(orders.contains("Salle des mariages"));
    for nowhere in ["/console/sheets/nothing", "/console/sheets/poster/print/de"] {
        assert_eq!(browser.open(nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

#[tokio::test]
async fn getting_ready_shows_what_is_there_and_what_is_missing() {
    let (mut sample, mut browser) = inside(Role::Director).await;
    let page = plain(&browser.open("/console/prepare").await);
    for said in ["Jamais", "Rien encore", "2 personnes", "La ligne répond", "7 réponses manquent"]
    {
        let there = page.contains(said);
        assert_eq!(there, said != "Jamais", "{said}: {page}");
    }
    let router = beffroi_web::router(sample.doors.clone());
    let mut reader = Browser::new(&router);
    reader.enter(&sample.code(TOWN, Role::Reader)).await;
    let page = reader.open("/console/prepare").await;
    assert!(page.body.contains("/console/phones") && !page.body.contains("/console/roster"));
    let today = reader.open("/console/").await;
    assert!(!today.body.contains("/console/emergency"), "what this person may not open");
}

#[tokio::test]
async fn a_director_signs_and_withdraws_a_rule_of_cutting() {
    let (mut sample, mut browser) = inside(Role::Director).await;
    let none = browser.open("/console/rule").await;
    assert!(none.body.contains("Aucune règle"), "{}", none.body);
    let server = "/console/assets/59273-file_server";
    let page = browser.open(&format!("{server}?open=means")).await;
    let means = [("by", "hook"), ("hook", "pare-feu")];
    browser.send(&page, &format!("{server}/means"), &means).await;
    let page = browser.open("/console/rule").await;
    let code = sample.code(TOWN, Role::Director);
    let nothing = [("pause", "7"), ("first", "59273-mail"), ("second_factor", code.as_str())];
    let wrong = browser.send(&page, "/console/rule", &nothing).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["asset", "first", "pause"] {
        assert!(wrong.body.contains(&format!("href=\"#{field}")), "{field}: {}", wrong.body);
    }
    // What a hand cuts cannot be named, whatever a form says.
    let named = [("asset", "59273-nas"), ("pause", "5")];
    let page = browser.send(&wrong, "/console/rule", &named).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let named = [("asset", "59273-file_server"), ("pause", "5"), ("first", "")];
    let signed = browser.send(&page, "/console/rule", &named).await;
    assert!(plain(&signed).contains("5 minutes entre deux coupures"), "{}", signed.body);
    let ready = browser.open("/console/prepare").await;
    assert!(ready.body.contains("Signée, en vigueur"));
    let gone = browser.send(&signed, "/console/rule/withdraw", &[]).await;
    assert!(gone.body.contains("La règle est retirée"), "{}", gone.body);
}
