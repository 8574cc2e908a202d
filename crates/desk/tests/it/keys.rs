//! The counter's keys: made, proven, given, lost and found again; and what they open.

use std::sync::Arc;

use age::secrecy::SecretString;
use beffroi_desk::{
    DeskError, codes,
    keys::{self, Hand, KeysError},
    procedures,
    requests::{self, Filed, Sending},
    retention, sealing,
};
use beffroi_store::{
    Location, Store, TenantScope, accounts, desk::requests as rows, own_keys, tenants,
};
use beffroi_town::{
    AccountId, Actor, Instant, Lang, Procedure, RequestId, Role, TenantId,
    procedure::{Answers, Health, KeyGroup},
    request::{RequestState, RequestWay},
};
use beffroi_words::Zone;

use crate::town::{PRINTED_AT as AT, Played, gravelines};

struct Desk {
    store: Store,
    scope: TenantScope,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Folder(folder.path().to_owned());
        let store = Store::open(&location, Arc::new(Played::default())).await.unwrap();
        let scope = TenantScope::for_tenant(&TenantId::parse("59273").unwrap());
        let by = Actor::CommandLine;
        let tenants = std::slice::from_ref(scope.tenant());
        let mut tx = store.begin_founding(tenants, &by, AT).await.unwrap();
        tenants::add(&mut tx, &gravelines().tenant).await.unwrap();
        tx.commit().await.unwrap();
        Self { store, scope, _folder: folder }
    }

    /// Somebody with a key of their own.
    async fn person(&self, name: &str, role: Role) -> (AccountId, SecretString) {
        let (tenant, by) = (self.scope.tenant(), Actor::CommandLine);
        let mut tx = self.store.begin(std::slice::from_ref(tenant), &by, AT).await.unwrap();
        let new = accounts::NewAccount { tenant, name, role, incident: None };
        let id = accounts::create(&mut tx, &new).await.unwrap();
        let pair = sealing::new_identity();
        let key = pair.to_public().to_string();
        own_keys::make(&mut tx, tenant, &id, (&key, "wrapped")).await.unwrap();
        tx.commit().await.unwrap();
        (id, sealing::secret(&pair))
    }

    fn hand<'a>(&'a self, account: &'a AccountId) -> Hand<'a> {
        Hand { store: &self.store, scope: &self.scope, account, at: AT }
    }

    async fn ring(&self, (account, own): &(AccountId, SecretString)) -> keys::Keyring {
        let mut conn = self.store.read().await.unwrap();
        keys::keyring(&mut conn, &self.scope, (account, own)).await.unwrap()
    }

    async fn file(&self, code: &str, answer: (&str, &str)) -> Result<RequestId, DeskError> {
        let (procedure, zone) = (procedure(code), Zone::paris());
        let sending = Sending {
            store: &self.store,
            scope: &self.scope,
            procedure: &procedure,
            health: Health::Off,
            lang: Lang::Fr,
            zone: &zone,
            at: AT,
        };
        let answers = [(answer.0.to_owned(), answer.1.to_owned())];
        let new = Filed {
            answers: Answers(answers.into_iter().collect()),
            files: Vec::new(),
            consent: None,
            way: RequestWay::Counter,
            copy_code: None,
            asked_at: AT,
            tracking: codes::new_tracking(self.store.entropy()),
            sent: None,
            by: Actor::CommandLine,
        };
        let receipt = requests::file(&sending, new).await?.unwrap();
        let mut conn = self.store.read().await.unwrap();
        let found = rows::by_reference(&mut conn, &self.scope, &receipt.reference).await.unwrap();
        Ok(found.unwrap().id)
    }
}

fn procedure(code: &str) -> Procedure {
    procedures::house().unwrap().into_iter().find(|one| one.code.as_str() == code).unwrap()
}

#[tokio::test]
async fn the_counter_opens_once_its_sheet_is_kept_and_keys_go_from_hand_to_hand() {
    let desk = Desk::new().await;
    let director = desk.person("Direction", Role::Director).await;
    let clerk = desk.person("Accueil", Role::Clerk).await;
    let closed = desk.file("canteen", ("meal", "usual")).await;
    assert!(matches!(closed, Err(DeskError::Closed)), "{closed:?}");
    let sheet = keys::make(&desk.hand(&director.0)).await.unwrap();
    let closed = desk.file("canteen", ("meal", "usual")).await;
    assert!(matches!(closed, Err(DeskError::Closed)), "{closed:?}");
    for wrong in ["", "AAA-AAA-AAA-AAA", &sheet.check_code[1..]] {
        assert!(!keys::prove(&desk.hand(&director.0), wrong).await.unwrap());
    }
    let sloppy = sheet.check_code.to_lowercase().replace('-', " ");
    assert!(keys::prove(&desk.hand(&director.0), &sloppy).await.unwrap());
    let id = desk.file("canteen", ("school", "École du Port")).await.unwrap();

    let ring = desk.ring(&director).await;
    assert_eq!(ring.groups().len(), KeyGroup::ALL.len());
    let none = desk.ring(&clerk).await;
    let opened = async |ring: &keys::Keyring| {
        let mut conn = desk.store.read().await.unwrap();
        requests::open(&mut conn, &desk.scope, ring, &id).await.unwrap()
    };
    assert!(opened(&none).await.is_none(), "a clerk without a key reads");
    let refused = keys::give(&desk.hand(&clerk.0), &none, (&clerk.0, &[KeyGroup::School])).await;
    assert!(matches!(refused, Err(KeysError::NotHeld)), "{refused:?}");
    let social = [KeyGroup::Social];
    keys::give(&desk.hand(&director.0), &ring, (&clerk.0, &social)).await.unwrap();
    assert!(opened(&desk.ring(&clerk).await).await.is_none(), "another group's key opens");
    let school = [KeyGroup::School];
    keys::give(&desk.hand(&director.0), &ring, (&clerk.0, &school)).await.unwrap();
    let read = opened(&desk.ring(&clerk).await).await.unwrap();
    assert_eq!(read.written.answers.get("school"), Some("École du Port"));
    keys::take(&desk.hand(&director.0), (&clerk.0, KeyGroup::School)).await.unwrap();
    assert!(opened(&desk.ring(&clerk).await).await.is_none());
}

#[tokio::test]
async fn when_every_key_is_lost_the_sheet_opens_and_no_other() {
    let desk = Desk::new().await;
    let director = desk.person("Direction", Role::Director).await;
    let sheet = keys::make(&desk.hand(&director.0)).await.unwrap();
    keys::prove(&desk.hand(&director.0), &sheet.check_code).await.unwrap();
    let id = desk.file("canteen", ("school", "École du Port")).await.unwrap();
    // The only one who held the keys has a new account: nothing opens.
    let by = Actor::CommandLine;
    let tenant = desk.scope.tenant();
    let mut tx = desk.store.begin(std::slice::from_ref(tenant), &by, AT).await.unwrap();
    own_keys::forget(&mut tx, tenant, &director.0).await.unwrap();
    tx.commit().await.unwrap();
    let newcomer = desk.person("Nouvelle direction", Role::Director).await;
    assert!(desk.ring(&newcomer).await.groups().is_empty());
    let hand = desk.hand(&newcomer.0);
    let other = sealing::secret(&sealing::new_identity());
    let other: String = age::secrecy::ExposeSecret::expose_secret(&other).to_owned();
    for (typed, why) in [("AGE-SECRET-KEY-1QQQQ", "slip"), (other.as_str(), "other")] {
        let refused = keys::recover(&hand, typed).await;
        match why {
            "slip" => assert!(matches!(refused, Err(KeysError::Seal(_))), "{refused:?}"),
            _ => assert!(matches!(refused, Err(KeysError::OtherSheet)), "{refused:?}"),
        }
    }
    let printed = sheet.groups().join(" ");
    let mut slip = printed.clone().into_bytes();
    slip[30] = if slip[30] == b'Q' { b'P' } else { b'Q' };
    assert!(keys::recover(&hand, std::str::from_utf8(&slip).unwrap()).await.is_err());
    keys::recover(&hand, &printed.to_lowercase()).await.unwrap();
    let ring = desk.ring(&newcomer).await;
    let mut conn = desk.store.read().await.unwrap();
    let opened = requests::open(&mut conn, &desk.scope, &ring, &id).await.unwrap();
    assert_eq!(opened.unwrap().written.answers.get("school"), Some("École du Port"));
}

#[tokio::test]
async fn the_law_s_time_is_counted_and_what_is_over_is_erased() {
    let desk = Desk::new().await;
    let director = desk.person("Direction", Role::Director).await;
    let sheet = keys::make(&desk.hand(&director.0)).await.unwrap();
    keys::prove(&desk.hand(&director.0), &sheet.check_code).await.unwrap();
    let zone = Zone::paris();
    let id = desk.file("planning", ("about", "permit")).await.unwrap();
    let get = async |id: &RequestId| {
        let mut conn = desk.store.read().await.unwrap();
        rows::get(&mut conn, &desk.scope, id).await.unwrap()
    };
    let request = get(&id).await.unwrap();
    // Three months from 25 April: the end of 25 July.
    assert_eq!(request.due_at, Some(zone.end_of_months(AT, 3)));
    assert_eq!(zone.days_until(AT, request.due_at.unwrap()), 91);
    requests::decide(&desk.hand(&director.0), (&request, &zone), Some("Accordé.")).await.unwrap();
    let over = get(&id).await.unwrap();
    assert_eq!(over.state, RequestState::Answered);
    let erase_at = over.erase_at.unwrap();
    let kept = &procedure("planning").privacy.kept;
    assert_eq!(erase_at, zone.end_of_months(AT, kept.months.into()));
    let before: Instant = erase_at.plus_ms(-1);
    assert_eq!(retention::erase_due(&desk.store, before).await.unwrap(), 0);
    if kept.visa {
        assert_eq!(retention::erase_due(&desk.store, erase_at).await.unwrap(), 0, "no visa yet");
        let tenant = desk.scope.tenant();
        let by = Actor::CommandLine;
        let tenants = std::slice::from_ref(tenant);
        let mut tx = desk.store.begin(tenants, &by, erase_at).await.unwrap();
        rows::grant_visa(&mut tx, tenant, &id).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(retention::erase_due(&desk.store, erase_at).await.unwrap(), 1);
    assert_eq!(get(&id).await, None);
}
