//! The counter online with the real program: a receipt is a promise, and nothing is in the clear.

use std::{fs, path::Path, sync::Arc, time::Duration};

use beffroi_desk::{
    keys::{self, Hand},
    requests, sealing,
};
use beffroi_platform::edge::SystemEntropy;
use beffroi_store::{
    Location, Store, TenantScope, accounts, desk::requests as rows, journal, own_keys,
};
use beffroi_town::{AccountId, Actor, Instant, Role, TenantId};
use tempfile::tempdir;

use crate::{
    program::run,
    server::{request, serve, within},
};

const FORM: &str = "/c/59273/demarches/address_certificate/";
const PLANTED: &str = "Hildegarde-Plantée";
const AT: Instant = Instant::from_ms(1_714_035_840_000);

pub(crate) async fn open(folder: &Path) -> Store {
    let location = Location::Folder(folder.join("data"));
    Store::open(&location, Arc::new(SystemEntropy::new())).await.unwrap()
}

pub(crate) fn scope() -> TenantScope {
    TenantScope::for_tenant(&TenantId::parse("59273").unwrap())
}

pub(crate) type Director = (AccountId, sealing::Identity);

/// Makes the keys of a counter and opens it.
pub(crate) async fn opened(folder: &Path) -> Director {
    let (director, pair, _) = opened_with_sheet(folder).await;
    (director, pair)
}

/// The recovery sheet of a counter that is opened: its key, and the public half.
pub(crate) async fn sheet_of_a_counter(folder: &Path) -> (String, String) {
    let (_, _, key) = opened_with_sheet(folder).await;
    let public = sealing::identity(&key).unwrap().to_public().to_string();
    (key, public)
}

async fn opened_with_sheet(folder: &Path) -> (AccountId, sealing::Identity, String) {
    let (store, scope, by) = (open(folder).await, scope(), Actor::CommandLine);
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), &by, AT).await.unwrap();
    let new =
        accounts::NewAccount { tenant, name: "Direction", role: Role::Director, incident: None };
    let director = accounts::create(&mut tx, &new).await.unwrap();
    let pair = sealing::new_identity();
    let key = pair.to_public().to_string();
    own_keys::make(&mut tx, tenant, &director, (&key, "held by the test")).await.unwrap();
    tx.commit().await.unwrap();
    let hand = Hand { store: &store, scope: &scope, account: &director, at: AT };
    let sheet = keys::make(&hand).await.unwrap();
    assert!(keys::prove(&hand, &sheet.check_code).await.unwrap());
    store.close().await;
    (director, pair, sheet.groups().concat())
}

/// What was asked, opened with the director's keys.
async fn asked(folder: &Path, (director, pair): &Director) -> Vec<requests::Opened> {
    let (store, scope) = (open(folder).await, scope());
    let mut conn = store.read().await.unwrap();
    let own = sealing::secret(pair);
    let ring = keys::keyring(&mut conn, &scope, (director, &own)).await.unwrap();
    let mut all = Vec::new();
    for one in rows::open(&mut conn, &scope, 10).await.unwrap() {
        all.push(requests::open(&mut conn, &scope, &ring, &one.id).await.unwrap().unwrap());
    }
    let mut bytes = Vec::new();
    journal::export(&mut conn, &scope, &mut bytes).await.unwrap();
    journal::verify(&*bytes, None, None).unwrap();
    drop(conn);
    store.close().await;
    all
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split(from).nth(1).unwrap_or_else(|| panic!("no {from}: {text}"));
    rest.split(to).next().unwrap()
}

fn everything_below(folder: &Path, look: &mut dyn FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            everything_below(&path, look);
        } else {
            look(&path, &fs::read(&path).unwrap());
        }
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_server_killed_right_after_a_receipt_has_the_request_and_nothing_in_the_clear() {
    let folder = tempdir().unwrap();
    run(folder.path(), &["tenant", "add", "59273"]).well();
    let director = runtime().block_on(opened(folder.path()));
    let server = serve(folder.path());
    let host = format!("Host: {}\r\nConnection: close\r\n", server.address);
    let page = request(&server, &format!("GET {FORM} HTTP/1.1\r\n{host}\r\n"));
    let cookie = between(&page, "set-cookie: ", ";").to_owned();
    let token = between(&page, "name=\"token\" value=\"", "\"").to_owned();
    let mut fields = vec![("token".to_owned(), token.clone())];
    for rest in page.split(" name=\"").skip(1) {
        let name = rest.split('"').next().unwrap();
        let text = match name {
            "token" => continue,
            name if matches!(name.rsplit('.').next(), Some("day" | "month")) => "4".to_owned(),
            name if name.rsplit('.').next() == Some("year") => "2020".to_owned(),
            name if name.ends_with("postcode") => "59820".to_owned(),
            name if name.contains("phone") => "06 00 00 00 11".to_owned(),
            name if name.contains("mail") => "h@exemple.fr".to_owned(),
            _ if rest.split('>').next().unwrap().contains("value=\"") => {
                between(rest, "value=\"", "\"").to_owned()
            }
            _ => PLANTED.to_owned(),
        };
        let text = if text.is_empty() { PLANTED.to_owned() } else { text };
        fields.push((name.to_owned(), text));
    }
    let part = |(name, text): &(String, String)| {
        let head = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"");
        format!("{head}\r\n\r\n{text}\r\n")
    };
    let body = fields.iter().map(part).collect::<Vec<_>>().concat() + "--XX--\r\n";
    let kind = "Content-Type: multipart/form-data; boundary=XX\r\n";
    let head = format!("{host}Cookie: {cookie}\r\nContent-Length: {}\r\n{kind}", body.len());
    let checked = request(&server, &format!("POST {FORM} HTTP/1.1\r\n{head}\r\n{body}"));
    assert!(checked.starts_with("HTTP/1.1 303"), "{checked}");
    let sent = format!("token={token}");
    let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
    let head = format!("{host}Cookie: {cookie}\r\nContent-Length: {}\r\n{kind}", sent.len());
    let receipt = request(&server, &format!("POST {FORM}envoyer HTTP/1.1\r\n{head}\r\n{sent}"));
    assert!(receipt.starts_with("HTTP/1.1 303") && receipt.contains("/recu"), "{receipt}");
    // A dump of its memory would not hold it either, once the answer is gone.
    let forgotten =
        within(Duration::from_secs(10), || (!server.remembers(PLANTED.as_bytes())).then_some(()));
    assert!(forgotten.is_some(), "the server still has in memory what was written");
    assert!(server.remembers(server.address.as_bytes()), "its memory can be read");
    // Dropping it is SIGKILL.
    drop(server);
    let all = runtime().block_on(asked(folder.path(), &director));
    assert_eq!(all.len(), 1);
    let answers = &all.first().unwrap().written.answers.0;
    assert!(answers.values().any(|text| text == PLANTED), "{answers:?}");
    let mut looked = 0;
    everything_below(folder.path(), &mut |path, bytes| {
        looked += bytes.len();
        let found = bytes.windows(PLANTED.len()).any(|window| window == PLANTED.as_bytes());
        assert!(!found, "it stands in {}", path.display());
    });
    assert!(looked > 100_000, "only {looked} bytes looked at");
}
