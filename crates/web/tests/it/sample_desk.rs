//! The people of the sample, and the counter of the first town: open, with one request in its queue.

use beffroi_desk::{
    attachments::Attachment,
    codes,
    keys::{self, Hand},
    packs::{self, table},
    procedures,
    requests::{self, Filed, Sending},
    sealing,
};
use beffroi_registry::accounts::{self as ways, OwnSecret};
use beffroi_store::{
    Store, TenantScope, accounts, desk::requests as rows, own_keys, packs as kept,
};
use beffroi_town::{
    AccountId, Actor, Instant, Lang, PackKind, RequestId, Role,
    procedure::{Answers, Health, KeyGroup},
    request::RequestWay,
};
use beffroi_web::DeskSettings;
use beffroi_words::{Zone, csv_in::Table};

use super::Sample;

/// A name that only the staff of its group may ever read.
pub(crate) const SECRET_NAME: &str = "Zéphyrine Secrète";

/// A child on a list that only the staff of schools may ever read.
pub(crate) const SECRET_CHILD: &str = "HORTENSE-SECRÈTE";

const fn name(role: Role) -> &'static str {
    match role {
        Role::Operator => "Alix Opérateur",
        Role::Director => "Claude Maire",
        Role::Technician => "Sacha Réseau",
        Role::Clerk => "Zoé Guichet",
        Role::Reader => "Noé Lecture",
        Role::Responder => "Cabinet Veille",
    }
}

/// An account that is set up, but for the slow work on a pass-phrase.
pub(crate) async fn person(
    store: &Store,
    town: &str,
    role: Role,
) -> (AccountId, OwnSecret, Vec<String>) {
    let (by, at, scope) = (Actor::CommandLine, Sample::START, Sample::scope(town));
    let new = ways::NewPerson { name: name(role), role };
    let first = ways::add(store, &by, at, &scope, &new).await.unwrap();
    let mut tx = store.begin(std::slice::from_ref(scope.tenant()), &by, at).await.unwrap();
    let nobody_knows = "argon2id-64m-3-1 AAAAAAAAAAAAAAAAAAAAAA== AAAA";
    accounts::set_password(&mut tx, scope.tenant(), &first.account, Some(nobody_knows))
        .await
        .unwrap();
    accounts::set_codes(&mut tx, scope.tenant(), &first.account, &[]).await.unwrap();
    tx.commit().await.unwrap();
    let mut all = ways::list(store, &scope).await.unwrap();
    all.retain(|one| one.id == first.account);
    let own = own_key(store, at, &scope, &first.account).await;
    let codes = ways::print_codes(store, at, &all[0], Some(&own)).await.unwrap();
    (first.account, own, codes)
}

/// What the counter of every sample asks.
pub(crate) fn settings() -> DeskSettings {
    DeskSettings { procedures: procedures::house().unwrap(), health: Health::Off }
}

/// A key of somebody's own, which the printed codes made afterwards open.
pub(crate) async fn own_key(
    store: &Store,
    at: Instant,
    scope: &TenantScope,
    account: &AccountId,
) -> OwnSecret {
    let pair = sealing::new_identity();
    let by = Actor::CommandLine;
    let mut tx = store.begin(std::slice::from_ref(scope.tenant()), &by, at).await.unwrap();
    let key = (pair.to_public().to_string(), "wrapped under a phrase that nobody knows");
    own_keys::make(&mut tx, scope.tenant(), account, (&key.0, key.1)).await.unwrap();
    tx.commit().await.unwrap();
    sealing::secret(&pair)
}

/// Opens the counter by its director, gives the clerk two keys, and takes a request in.
pub(crate) async fn counter(
    (store, at): (&Store, Instant),
    scope: &TenantScope,
    (director, own): (&AccountId, &OwnSecret),
    clerk: &AccountId,
) -> RequestId {
    let hand = Hand { store, scope, account: director, at };
    let sheet = keys::make(&hand).await.unwrap();
    assert!(keys::prove(&hand, &sheet.check_code).await.unwrap());
    let mut conn = store.read().await.unwrap();
    let ring = keys::keyring(&mut conn, scope, (director, own)).await.unwrap();
    drop(conn);
    let groups = [KeyGroup::School, KeyGroup::General];
    keys::give(&hand, &ring, (clerk, &groups)).await.unwrap();
    let all = procedures::house().unwrap();
    let canteen = all.iter().find(|one| one.code.as_str() == "canteen").unwrap();
    let zone = Zone::paris();
    let sending = Sending {
        store,
        scope,
        procedure: canteen,
        health: Health::Off,
        lang: Lang::Fr,
        zone: &zone,
        at,
    };
    let answers = [
        ("child.family_name", SECRET_NAME),
        ("child.given_names", "Léa"),
        ("born", "2018-05-04"),
        ("care.lunch", "yes"),
        ("meal", "usual"),
        ("phone", "06 00 00 00 08"),
    ];
    let answers = answers.map(|(key, text)| (key.to_owned(), text.to_owned()));
    let pdf = Attachment::look("income_proof", "quotient.pdf", b"%PDF-1.7 x".to_vec()).unwrap();
    let new = Filed {
        answers: Answers(answers.into_iter().collect()),
        files: vec![pdf],
        consent: None,
        way: RequestWay::Online,
        copy_code: None,
        asked_at: at,
        tracking: codes::new_tracking(store.entropy()),
        sent: None,
        by: Actor::Outside,
    };
    let receipt = requests::file(&sending, new).await.unwrap().unwrap();
    let mut conn = store.read().await.unwrap();
    rows::by_reference(&mut conn, scope, &receipt.reference).await.unwrap().unwrap().id
}

/// Takes in a list of children, and records one about health that was printed where it is kept, long
/// ago.
pub(crate) async fn packed(
    (store, at): (&Store, Instant),
    scope: &TenantScope,
    director: &AccountId,
) {
    let hand = Hand { store, scope, account: director, at };
    let file = format!(
        "Nom;Prénom;Classe;Adultes autorisés;Téléphone\n{SECRET_CHILD};Léa;CM1;Sa mère;0600000008\n\
         Durand;Zoé;CE1;Son père;06 00 00 00 09\n"
    );
    let table = Table::read(file.as_bytes()).unwrap();
    let place = (PackKind::Children, table::Place::Platform);
    let mapping = table::proposed(&table, place, None);
    let list = table::read(table, place, &mapping).unwrap();
    packs::import(&hand, PackKind::Children, (&list.entries, &mapping)).await.unwrap();
    let (by, tenant) = (Actor::CommandLine, scope.tenant());
    let mut tx = store.begin(std::slice::from_ref(tenant), &by, at).await.unwrap();
    let old = at.plus_ms(-150 * 24 * 3_600_000);
    let recorded = kept::Recorded { number: 7, rows: 42, printed_at: old };
    kept::record(&mut tx, tenant, PackKind::Vulnerable, recorded).await.unwrap();
    tx.commit().await.unwrap();
}
