//! The counter online: filled in, checked, sent, followed; read and answered in the console.

use std::{fs, path::Path};

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use beffroi_town::{Role, procedure::CopyCode};

use crate::{
    browser::{Browser, Page},
    sample::{OTHER, Sample, TOWN, desk::SECRET_NAME},
};

const FORM: &str = "/c/59273/demarches/canteen/";
const KIND: &str = "multipart/form-data; boundary=XX";
/// Names that must stand nowhere in the clear.
const PLANTED: [&str; 3] = ["Aldegonde-Plantée", "Zibeline", "planté@exemple.fr"];

/// What a parent writes.
fn answers() -> Vec<(&'static str, &'static str)> {
    vec![
        ("child.family_name", PLANTED[0]),
        ("child.given_names", PLANTED[1]),
        ("born.day", "5"),
        ("born.month", "4"),
        ("born.year", "2018"),
        ("school", "École du Port, CE1 <script>alert(1)</script> 👩‍👧 مرحبا"),
        ("care.lunch", "yes"),
        ("days.mon", "yes"),
        ("from.day", "1"),
        ("from.month", "9"),
        ("from.year", "2024"),
        ("meal", "usual"),
        ("parent.family_name", "Martin"),
        ("parent.given_names", "Claude"),
        ("phone", "06 00 00 00 09"),
        ("mail", PLANTED[2]),
        ("home.street", "1 rue du Port"),
        ("home.postcode", "59820"),
        ("home.town", "Gravelines"),
    ]
}

fn multipart(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, text) in fields {
        let head = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(format!("{head}{text}\r\n").as_bytes());
    }
    if let Some((name, bytes)) = file {
        let head = "--XX\r\nContent-Disposition: form-data; name=\"income_proof\"; filename=\"";
        let kind = "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
        body.extend_from_slice(format!("{head}{name}{kind}").as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    body
}

/// Posts a form with its own token.
async fn post(
    browser: &mut Browser,
    page: &Page,
    fields: &[(&str, &str)],
    file: Option<(&str, &[u8])>,
) -> Page {
    let token = page.form(FORM).0[0].1.clone();
    let all = [&[("token", token.as_str())], fields].concat();
    let body = Body::from(multipart(&all, file));
    let answer = browser.ask_as(Method::POST, FORM, Some((KIND, body))).await;
    if answer.status == StatusCode::SEE_OTHER {
        return browser.open(answer.location()).await;
    }
    answer
}

/// Sends a request as a parent does; its receipt.
async fn sent(browser: &mut Browser) -> Page {
    let form = browser.open(FORM).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    let pdf = [b"%PDF-1.7 ".as_slice(), PLANTED[1].as_bytes()].concat();
    let check = post(browser, &form, &answers(), Some(("Aldegonde-Plantée.pdf", &pdf))).await;
    assert_eq!(check.status, StatusCode::OK, "{}", check.body);
    assert!(check.body.contains("avril") && check.body.contains("2018"), "{}", check.body);
    assert!(!check.body.contains("<script>") && check.body.contains("مرحبا"));
    browser.send(&check, &format!("{FORM}envoyer"), &[]).await
}

fn codes(receipt: &Page) -> (String, String) {
    let mut bold = receipt.body.split("<dd><b>").skip(1);
    let mut next = || {
        let found = bold.next().unwrap_or_else(|| panic!("{}", receipt.body));
        found.split('<').next().unwrap().to_owned()
    };
    (next(), next())
}

async fn follow(browser: &mut Browser, (reference, code): (&str, &str)) -> Page {
    let path = "/c/59273/demarches/suivi/";
    let page = browser.open(path).await;
    browser.send(&page, path, &[("reference", reference), ("code", code)]).await
}

#[tokio::test]
async fn a_request_is_filled_in_sent_once_read_and_answered() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut parent = Browser::new(&router);
    let receipt = sent(&mut parent).await;
    let (reference, code) = codes(&receipt);
    assert!(reference.starts_with("CA") && code.len() == 23, "{reference} {code}");
    // Reloaded, sent again: the same receipt, and one request.
    assert_eq!(
        codes(&parent.open(&format!("{FORM}recu")).await),
        (reference.clone(), code.clone())
    );
    let known = follow(&mut Browser::new(&router), (&reference, &code)).await;
    assert!(known.body.contains("Personne ne l’a encore ouverte"), "{}", known.body);

    let mut clerk = Browser::new(&router);
    clerk.enter(&sample.code(TOWN, Role::Clerk)).await;
    let queue = clerk.open("/console/desk").await;
    assert!(queue.body.contains(&reference) && !queue.body.contains(PLANTED[0]), "{}", queue.body);
    let found = clerk.send(&queue, "/console/desk/search", &[("name", "aldegonde")]).await;
    assert!(found.body.contains(&reference), "{}", found.body);
    let href = found
        .body
        .split("href=\"")
        .find(|rest| rest.starts_with("/console/desk/0") && rest.contains(&reference));
    let href = href.unwrap().split('"').next().unwrap().to_owned();
    let page = clerk.open(&href).await;
    for text in PLANTED {
        assert!(page.body.contains(text), "{text}");
    }
    let file = clerk.ask(Method::GET, &format!("{href}/file/1"), None).await;
    assert!(file.body.starts_with("%PDF-") && file.body.contains(PLANTED[1]));
    assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert!(file.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox"));
    assert_eq!(file.headers["x-content-type-options"], "nosniff");
    let page = clerk.send(&page, &format!("{href}/take"), &[]).await;
    let empty = clerk.send(&page, &format!("{href}/answer"), &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = [("answer", "Votre enfant est attendu lundi.")];
    let page = clerk.send(&page, &format!("{href}/answer"), &answer).await;
    assert!(page.body.contains("La réponse est envoyée"), "{}", page.body);

    let told = follow(&mut Browser::new(&router), (&reference, &code.to_lowercase())).await;
    assert!(told.body.contains("Votre enfant est attendu lundi."), "{}", told.body);
    nothing_in_the_clear(sample.folder(), &["attendu lundi"]);
    nothing_in_the_clear(sample.folder(), &PLANTED);
    nothing_in_the_clear(sample.folder(), &[&code, &code.replace('-', ""), SECRET_NAME]);
}

/// Reads every byte of every file.
pub(crate) fn nothing_in_the_clear(folder: &Path, planted: &[&str]) {
    let mut looked = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            nothing_in_the_clear(&path, planted);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        looked += bytes.len();
        for text in planted {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "'{text}' stands in {}", path.display());
        }
    }
    assert!(looked > 100_000, "only {looked} bytes looked at in {}", folder.display());
}

#[tokio::test]
async fn each_fault_is_told_on_top_and_at_its_place_and_nothing_typed_is_lost() {
    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    let form = browser.open(FORM).await;
    let long = "é".repeat(10_000);
    let mut typed = answers();
    typed.retain(|(name, _)| !matches!(*name, "child.family_name" | "born.day" | "phone"));
    typed.extend([("child.family_name", long.as_str()), ("born.day", "31"), ("phone", "appelez")]);
    typed.push(("not_asked", "jamais gardé"));
    let exe = Some(("facture.pdf", b"MZ\x90 not a document".as_slice()));
    let page = post(&mut browser, &form, &typed, exe).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (place, why) in [
        ("child.family_name", "200 caractères"),
        ("born.day", "un jour qui existe"),
        ("phone", "numéro de téléphone"),
        ("income_proof", "ni un PDF ni une photo"),
    ] {
        assert!(page.body.contains(&format!("href=\"#{place}\"")), "no link to {place}");
        assert!(page.body.contains(&format!("id=\"{place}\"")), "{place} is nowhere");
        assert!(page.body.contains(why), "{why}");
    }
    assert!(page.body.contains(&long) && page.body.contains("rue du Port"));
    assert!(!page.body.contains("jamais gardé"));
    // What was typed comes back when the form is opened again, in the other language too.
    let again = browser.open(FORM).await;
    assert!(again.body.contains("rue du Port"));
    assert!(!Browser::new(&router).open(FORM).await.body.contains("rue du Port"));
}

#[tokio::test]
async fn what_is_forged_broken_or_too_large_is_refused_with_a_page() {
    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    let form = browser.open(FORM).await;
    // Another site's form: no token, or somebody else's. What was typed is shown, nothing is kept.
    let forged = multipart(&[("token", "x"), ("school", "gardé-nulle-part")], None);
    let page = browser.ask_as(Method::POST, FORM, Some((KIND, Body::from(forged)))).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("gardé-nulle-part") && page.body.contains("a expiré"));
    let token = form.form(FORM).0[0].1.clone();
    let mut stranger = Browser::new(&router);
    stranger.open(FORM).await;
    let replayed = multipart(&[("token", &token), ("school", "x")], None);
    let page = stranger.ask_as(Method::POST, FORM, Some((KIND, Body::from(replayed)))).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let send = format!("{FORM}envoyer");
    let page = browser.post(&send, &[("token".to_owned(), token.clone())]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "nothing to send");

    let whole = multipart(&[("token", &token), ("school", "x")], None);
    for cut in [0, 1, 40, whole.len() / 2, whole.len() - 6] {
        let body = Body::from(whole[..cut].to_vec());
        let page = browser.ask_as(Method::POST, FORM, Some((KIND, body))).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{cut}");
        assert!(page.body.contains("recommencez"), "{}", page.body);
    }
    for kind in ["text/plain", "multipart/form-data", "application/json"] {
        let page = browser.ask_as(Method::POST, FORM, Some((kind, Body::from("{}")))).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{kind}");
    }
    let large = Body::from(vec![b'a'; 13 * 1024 * 1024]);
    let page = browser.ask_as(Method::POST, FORM, Some((KIND, large))).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.body.contains("12 Mo"));
    browser.extra.push(("content-length", "1073741824"));
    let endless =
        Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let page = browser.ask_as(Method::POST, FORM, Some((KIND, endless))).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE, "refused before it is read");
}

#[tokio::test]
async fn codes_guessed_in_bulk_are_slowed_down() {
    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut parent = Browser::new(&router);
    let (reference, code) = codes(&sent(&mut parent).await);
    let other = codes(&sent(&mut Browser::new(&router)).await).1;
    assert_ne!(other, code);
    let mut guesser = Browser::new(&router);
    let slip = follow(&mut guesser, (&reference, "AAA")).await;
    assert_eq!(slip.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut statuses = Vec::new();
    for _ in 0..25 {
        statuses.push(follow(&mut guesser, (&reference, &other)).await.status);
    }
    assert_eq!(statuses[0], StatusCode::NOT_FOUND);
    assert_eq!(statuses[24], StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_counter_without_its_keys_is_closed_and_says_what_to_do() {
    let sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut browser = Browser::new(&router);
    for root in [format!("/c/{OTHER}/demarches/"), format!("/c/{OTHER}/en/demarches/")] {
        let list = browser.open(&root).await;
        assert_eq!(list.status, StatusCode::OK);
        assert!(!list.body.contains(&format!("href=\"{root}canteen/\"")), "{}", list.body);
        let form = browser.open(&format!("{root}canteen/")).await;
        assert_eq!(form.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(form.body.contains(&format!("href=\"{root}\"")));
    }
    for nowhere in
        ["/c/59273/demarches/nowhere/", "/c/59273/demarches/canteen/a/b", "/c/00000/demarches/"]
    {
        assert_eq!(browser.open(nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

#[tokio::test]
async fn a_paper_typed_in_joins_the_queue_and_the_same_paper_is_noticed() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let mut clerk = Browser::new(&router);
    clerk.enter(&sample.code(TOWN, Role::Clerk)).await;
    let copy = CopyCode::new("RD", 1, &*sample.doors.entropy).unwrap();
    let copy = copy.square(Sample::scope(TOWN).tenant());
    let entry = clerk.open("/console/desk/entry").await;
    let wrong = clerk.send(&entry, "/console/desk/entry", &[("copy", "ABC")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = clerk.send(&entry, "/console/desk/entry", &[("copy", &copy)]).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    let empty = clerk.send(&form, "/console/desk/new/road", &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let written = [
        ("asked", "2024-04-24"),
        ("street", "Rue de la Digue"),
        ("what", "hole"),
        ("danger", "no"),
        ("seen", "2024-04-23"),
        ("words", "Un trou devant le 12."),
        ("person.family_name", "Petit"),
        ("person.given_names", "Dominique"),
        ("phone", "06 00 00 00 10"),
    ];
    let filed = clerk.send(&form, "/console/desk/new/road", &written).await;
    assert!(filed.body.contains("Demande enregistrée"), "{}", filed.body);
    let queue = clerk.open("/console/desk").await;
    assert!(queue.body.contains("sur papier – mercredi 24"), "{}", queue.body);
    // The same paper again: told before anything is typed.
    let twice = clerk.send(&entry, "/console/desk/entry", &[("copy", &copy)]).await;
    assert!(twice.body.contains("déjà été saisi"), "{}", twice.body);
    // Somebody on the telephone: nothing without that person's agreement.
    let form = clerk.open("/console/desk/new/road").await;
    let called = [&written[..], &[("way", "phone")]].concat();
    let page = clerk.send(&form, "/console/desk/new/road", &called).await;
    assert!(page.body.contains("qui a donné son accord"), "{}", page.body);
}

#[tokio::test]
async fn requests_are_printed_by_who_can_read_them_and_the_journal_counts_them() {
    let mut sample = Sample::new().await;
    let router = beffroi_web::router(sample.doors.clone());
    let receipt = sent(&mut Browser::new(&router)).await;
    let (reference, _) = codes(&receipt);
    let mut clerk = Browser::new(&router);
    clerk.enter(&sample.code(TOWN, Role::Clerk)).await;
    let path = "/console/desk/print";
    let page = clerk.open(path).await;
    assert!(page.body.contains(&reference) && !page.body.contains(PLANTED[0]), "{}", page.body);
    let none = clerk.send(&page, path, &[("kind", "")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let list = clerk.send(&page, path, &[("kind", "list")]).await;
    let each = clerk.send(&page, path, &[("kind", "each")]).await;
    let chosen = page.body.split("name=\"request\" value=\"").nth(1).unwrap();
    let chosen = chosen.split('"').next().unwrap();
    let one = clerk.send(&page, path, &[("kind", "each"), ("request", chosen)]).await;
    for pdf in [&list, &each, &one] {
        assert!(pdf.status == StatusCode::OK && pdf.body.starts_with("%PDF-"), "{}", pdf.status);
        assert!(pdf.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    }
    // Another's, or one that is none: nothing is printed in its place.
    let other = clerk.send(&page, path, &[("kind", "each"), ("request", "nowhere")]).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    clerk.ask(Method::GET, "/console/desk/export", None).await;
    let mut conn = sample.doors.store.read().await.unwrap();
    let all = beffroi_store::journal::newest(&mut conn, &Sample::scope(TOWN), None, 9).await;
    let told = all.unwrap().into_iter().filter(|entry| entry.kind == "requests_exported");
    let told: Vec<(String, u64)> = told
        .map(|entry| {
            let (kind, count) = (&entry.body["as"], &entry.body["requests"]);
            (kind.as_str().unwrap().to_owned(), count.as_u64().unwrap())
        })
        .collect();
    let want = [("table", 2), ("each", 1), ("each", 2), ("list", 2)];
    assert_eq!(told, want.map(|(kind, count)| (kind.to_owned(), count)));
    drop(conn);
    // A technician holds no key: there is nothing to print.
    let mut technician = Browser::new(&router);
    technician.enter(&sample.code(TOWN, Role::Technician)).await;
    let page = technician.open(path).await;
    assert!(!page.body.contains(&reference) && !page.has_form(path), "{}", page.body);
    nothing_in_the_clear(sample.folder(), &PLANTED);
}
