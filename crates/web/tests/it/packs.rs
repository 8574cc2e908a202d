//! Packs: taken in, looked at, opened for a reason, printed, destroyed.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use beffroi_store::{journal, packs as kept};
use beffroi_town::{PackKind, Role};

use crate::{
    browser::{Browser, Page},
    desk::nothing_in_the_clear,
    sample::{Sample, TOWN, desk::SECRET_CHILD},
};

const PAGE: &str = "/console/packs/children";
const IMPORT: &str = "/console/packs/children/import";
const KIND: &str = "multipart/form-data; boundary=XX";
/// Names that must stand nowhere in the clear.
const PLANTED: [&str; 3] = ["Ysolde-Plantée", "Zénobie", "Grand-mère Plantée"];

async fn somebody(sample: &mut Sample, role: Role) -> Browser {
    let mut browser = Browser::new(&beffroi_web::router(sample.doors.clone()));
    browser.enter(&sample.code(TOWN, role)).await;
    browser
}

/// Chooses a file on the page of the children and presses the button.
async fn choose(browser: &mut Browser, file: &[u8]) -> Page {
    let page = browser.open(PAGE).await;
    let (fields, offered) = page.form(IMPORT);
    assert!(offered.iter().any(|name| name == "file"), "{}", page.body);
    let mut body = Vec::new();
    for (name, text) in fields.iter().filter(|(name, _)| name != "file") {
        let head =
            format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        body.extend_from_slice(head.as_bytes());
    }
    let head = "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"liste.csv\"\r\n\
        Content-Type: text/csv\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--XX--\r\n");
    browser.ask_as(Method::POST, IMPORT, Some((KIND, Body::from(body)))).await
}

/// Presses a grave button with what is typed; where that leads once a code is given.
async fn press(
    (sample, browser): (&mut Sample, &mut Browser),
    role: Role,
    action: &str,
    filled: &[(&str, &str)],
) -> Page {
    let page = browser.open(PAGE).await;
    let asked = browser.send(&page, action, filled).await;
    if !asked.has_form(action) || asked.status != StatusCode::FORBIDDEN {
        return asked;
    }
    let code = sample.code(TOWN, role);
    browser.send(&asked, action, &[("second_factor", code.as_str())]).await
}

/// A Latin-1 file with semicolons; one heading says nothing.
fn latin1() -> Vec<u8> {
    let text = format!(
        "Nom d'usage;Pr\u{e9}nom;Classe;Responsables;T\u{e9}l\u{e9}phone;PAI\r\n{};{};CM2;{};06 00 00 00 01 (soir);arachide-secret\r\n\
         =CMD|' /C calc'!A0;Ana;CM1;Le p\u{e8}re;0600000002;\r\n",
        PLANTED[0], PLANTED[1], PLANTED[2]
    );
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

#[tokio::test]
async fn a_list_is_looked_at_taken_in_and_opened_for_a_reason() {
    let mut sample = Sample::new().await;
    let mut clerk = somebody(&mut sample, Role::Clerk).await;
    // One heading is known to nobody: what is missing is told, the headings are offered.
    let asked = choose(&mut clerk, &latin1()).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.body.contains("Nom d&#39;usage") && asked.body.contains("Ce titre manque"));
    assert!(!asked.body.contains("map_care"), "health is not asked for");
    let name = [("map_name", "Nom d'usage"), ("confirm", "no")];
    let looked = clerk.send(&asked, IMPORT, &name).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.body);
    for text in ["a 2 lignes", "Colonnes non reprises", "PAI", "=CMD|"] {
        assert!(looked.body.contains(text), "{text}\n{}", looked.body);
    }
    let before = clerk.open(PAGE).await;
    assert!(!before.body.contains("Liste n° 2"), "nothing is kept before it is confirmed");
    let taken = clerk.send(&looked, IMPORT, &[("confirm", "yes")]).await;
    assert!(taken.body.contains("La liste est reprise") && taken.body.contains("Liste n° 2"));
    assert!(taken.body.contains("Liste n° 1"), "the former stays");

    // Next time the headings are known.
    let again = choose(&mut clerk, &latin1()).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);

    let open = format!("{PAGE}/2/open");
    let empty = press((&mut sample, &mut clerk), Role::Clerk, &open, &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("Écrivez pourquoi"));
    let why = [("reason_2", "liste-du-mois")];
    let pdf = press((&mut sample, &mut clerk), Role::Clerk, &open, &why).await;
    assert_eq!(pdf.status, StatusCode::OK, "{}", pdf.body);
    assert!(pdf.body.starts_with("%PDF-"));
    assert_eq!(pdf.headers["cache-control"], "no-store");
    let disposition = pdf.headers["content-disposition"].to_str().unwrap();
    assert_eq!(disposition, "attachment; filename=\"children-2.pdf\"");

    let told = clerk.open("/console/journal").await;
    assert!(told.body.contains("Liste de secours ouverte") && told.body.contains("liste-du-mois"));
    let lines = exported(&sample).await;
    assert!(lines.contains("pack_opened") && lines.contains("pack_imported"));
    for text in [&PLANTED[..], &[SECRET_CHILD, "liste-du-mois", "usage", "arachide"]].concat() {
        assert!(!lines.contains(text), "the journal holds '{text}'");
    }
    nothing_in_the_clear(sample.folder(), &PLANTED);
    let others = [SECRET_CHILD, "arachide-secret", "Nom d'usage", "liste-du-mois", "calc'!A0"];
    nothing_in_the_clear(sample.folder(), &others);
}

async fn exported(sample: &Sample) -> String {
    let mut lines = Vec::new();
    let mut conn = sample.doors.store.read().await.unwrap();
    journal::export(&mut conn, &Sample::scope(TOWN), &mut lines).await.unwrap().unwrap();
    String::from_utf8(lines).unwrap()
}

#[tokio::test]
async fn without_the_key_of_its_group_nobody_opens_a_list() {
    let mut sample = Sample::new().await;
    let mut technician = somebody(&mut sample, Role::Technician).await;
    let page = technician.open(PAGE).await;
    assert!(page.body.contains("Cette liste est chiffrée") && page.body.contains("2 personnes"));
    let open = format!("{PAGE}/1/open");
    assert!(!page.has_form(&open), "no way in is shown");
    // Whoever writes the address by hand is refused, and nothing is noted as opened.
    let token = page.form("/console/logout").0[0].1.clone();
    let mut fields =
        vec![("csrf".to_owned(), token), ("reason_1".to_owned(), "je veux".to_owned())];
    fields.push(("second_factor".to_owned(), sample.code(TOWN, Role::Technician)));
    let refused = technician.post(&open, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.body.contains(SECRET_CHILD) && !refused.body.starts_with("%PDF"));
    assert!(!exported(&sample).await.contains("pack_opened"));
}

#[tokio::test]
async fn a_newer_list_on_paper_erases_the_former_and_its_destruction_is_noted() {
    let mut sample = Sample::new().await;
    let mut clerk = somebody(&mut sample, Role::Clerk).await;
    let looked = choose(&mut clerk, "nom;adultes\nDurand;Maman\n".as_bytes()).await;
    clerk.send(&looked, IMPORT, &[("confirm", "yes")]).await;
    let page = clerk.open(PAGE).await;
    let content = async |number| {
        let mut conn = sample.doors.store.read().await.unwrap();
        let which = (PackKind::Children, number);
        kept::content(&mut conn, &Sample::scope(TOWN), which).await.unwrap()
    };
    assert!(content(1).await.is_some() && content(2).await.is_some());
    let page = clerk.send(&page, &format!("{PAGE}/2/printed"), &[]).await;
    assert!(page.body.contains("À détruire") && page.body.contains("En place"), "{}", page.body);
    assert!(content(1).await.is_none() && content(2).await.is_some());
    let list = clerk.open("/console/packs").await;
    assert!(list.body.contains("À jour") && list.body.contains("Trop ancienne"), "{}", list.body);
    let destroyed = format!("{PAGE}/1/destroyed");
    let page = press((&mut sample, &mut clerk), Role::Clerk, &destroyed, &[]).await;
    assert!(page.body.contains("Liste n° 1, détruite le jeudi 25"), "{}", page.body);
    assert!(!page.has_form(&destroyed));
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_and_nothing_is_taken() {
    let mut sample = Sample::new().await;
    let mut clerk = somebody(&mut sample, Role::Clerk).await;
    let before = exported(&sample).await.lines().count();
    let rows = "nom;adultes\nZ;Maman\nA;\nB;x\n;y\n";
    let told = choose(&mut clerk, rows.as_bytes()).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["Ligne 3", "Ligne 5", "La cellule est vide"] {
        assert!(told.body.contains(text), "{text}\n{}", told.body);
    }
    let long = format!("nom;adultes\nA;B\n{};Maman\n", "é".repeat(10_000));
    let told = choose(&mut clerk, long.as_bytes()).await;
    assert!(told.body.contains("Ligne 3") && told.body.contains("trop long"), "{}", told.body);
    let workbook = choose(&mut clerk, b"PK\x03\x04\x14\0\x06\0\xFF\x00").await;
    assert!(workbook.body.contains("au format CSV"), "{}", workbook.body);
    let large = choose(&mut clerk, &vec![b'a'; 2_500_000]).await;
    assert!(large.body.contains("trop grand"), "{}", large.body);
    let many = "nom;adultes\n".to_owned() + &"A;B\n".repeat(5_001);
    assert!(choose(&mut clerk, many.as_bytes()).await.body.contains("trop grand"));
    assert!(choose(&mut clerk, b"").await.body.contains("Choisissez un fichier"));
    let huge = choose(&mut clerk, &vec![b'a'; 4 * 1024 * 1024]).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    // What is hostile to read is text, and shown as such.
    let hostile = "nom;adultes\n<script>alert(1)</script> 👩‍👧 \u{202e}مرحبا;@SUM(A1)\n";
    let shown = choose(&mut clerk, hostile.as_bytes()).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(!shown.body.contains("<script>") && shown.body.contains("مرحبا"));
    let broken = b"--XX\r\nContent-Disposition: form-data; name=\"file\"";
    let broken = Some((KIND, Body::from(broken.to_vec())));
    let answer = clerk.ask_as(Method::POST, IMPORT, broken).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(exported(&sample).await.lines().count(), before, "something was written");
    // Who may not send a file is heard no longer than anybody.
    let mut stranger = Browser::new(&beffroi_web::router(sample.doors.clone()));
    let body = Some((KIND, Body::from(vec![b'a'; 100_000])));
    let answer = stranger.ask_as(Method::POST, IMPORT, body).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_list_about_health_is_recorded_and_never_sent() {
    let mut sample = Sample::new().await;
    let mut clerk = somebody(&mut sample, Role::Clerk).await;
    let place = "/console/packs/vulnerable";
    let page = clerk.open(place).await;
    assert!(page.body.contains("beffroi pack vulnerable 59273 --csv"), "{}", page.body);
    assert!(page.body.contains("Trop ancienne") && page.body.contains("--number 8"));
    assert!(!page.body.contains("type=\"file\""));
    let token = page.form("/console/logout").0[0].1.clone();
    let fields = [("csrf", token.as_str()), ("table", "nom;adresse\nA;B\n"), ("confirm", "yes")];
    let fields = fields.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let refused = clerk.post(&format!("{place}/import"), &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let record = format!("{place}/record");
    let wrong = [("number", "7"), ("rows", "0"), ("printed", "2024-04-26")];
    let told = clerk.send(&page, &record, &wrong).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["8 ou plus", "combien de lignes", "au plus tard"] {
        assert!(told.body.contains(text), "{text}\n{}", told.body);
    }
    let right = [("number", "8"), ("rows", "43"), ("printed", "2024-04-24")];
    let page = clerk.send(&told, &record, &right).await;
    assert!(page.body.contains("Liste n° 8") && page.body.contains("43 personnes"));
    assert!(page.body.contains("En place") && page.body.contains("À détruire"), "{}", page.body);
}
