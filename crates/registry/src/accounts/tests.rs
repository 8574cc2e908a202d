//! The ways in, on a real store, with a played clock.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use beffroi_store::{Location, OperatorScope, Store, TenantScope, alarms, tenants};
use beffroi_town::{Actor, AlarmKind, Instant, Role, Tenant, TenantId, edge::Entropy};

use super::{code::OneTimeCode, *};

/// Repeatable, and different at each call (splitmix64).
struct Played(AtomicU64);

impl Entropy for Played {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let random = (z ^ (z >> 31)).to_le_bytes();
            let length = chunk.len();
            chunk.copy_from_slice(&random[..length]);
        }
    }
}

fn who(answer: Answer<Entered>) -> Answer<Account> {
    match answer {
        Answer::Yes(entered) => Answer::Yes(entered.account),
        Answer::No => Answer::No,
        Answer::Wait { ms } => Answer::Wait { ms },
    }
}

struct World {
    store: Store,
    scope: TenantScope,
    at: Instant,
    _folder: tempfile::TempDir,
}

const HOME: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)));
const CLERK: NewPerson<'_> = NewPerson { name: "Zoé Martin", role: Role::Clerk };

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Folder(folder.path().to_owned());
        let store = Store::open(&location, Arc::new(Played(AtomicU64::new(7)))).await.unwrap();
        let at = Instant::from_ms(1_714_035_840_000);
        let id = TenantId::parse("59273").unwrap();
        let tenant = Tenant {
            id: id.clone(),
            name: "Gravelines".to_owned(),
            department: Some("59".to_owned()),
            region: Some("32".to_owned()),
            population: Some(11_000),
            siren: None,
            postcodes: vec!["59820".to_owned()],
            epci: None,
            opened_at: at,
            closed_at: None,
        };
        let mut tx =
            store.begin_founding(std::slice::from_ref(&id), &Actor::CommandLine, at).await.unwrap();
        tenants::add(&mut tx, &tenant).await.unwrap();
        tx.commit().await.unwrap();
        let listed =
            tenants::count(&mut store.read().await.unwrap(), &OperatorScope::for_operator()).await;
        assert_eq!(listed.unwrap().open, 1);
        Self { store, scope: TenantScope::for_tenant(&id), at, _folder: folder }
    }

    async fn add(&self) -> FirstCode {
        add(&self.store, &Actor::CommandLine, self.at, &self.scope, &CLERK).await.unwrap()
    }

    async fn code(&self, at: Instant, printed: &str) -> Answer<Account> {
        let code = OneTimeCode::read(printed).unwrap();
        who(with_code(&self.store, at, &code, HOME).await.unwrap())
    }

    async fn phrase(&self, at: Instant, name: &str, phrase: &str, second: &str) -> Answer<Account> {
        let typed = Phrase { tenant: "59273", name, phrase, second, address: HOME };
        who(with_phrase(&self.store, at, typed).await.unwrap())
    }

    async fn alarms(&self) -> Vec<AlarmKind> {
        let mut conn = self.store.read().await.unwrap();
        let open = alarms::open(&mut conn, &self.scope).await.unwrap();
        open.iter().map(|alarm| alarm.kind).collect()
    }
}

fn yes(answer: Answer<Account>) -> Account {
    match answer {
        Answer::Yes(account) => account,
        other => panic!("not let in: {other:?}"),
    }
}

#[tokio::test]
async fn from_the_first_code_to_every_way_in() {
    let world = World::new().await;
    let (store, at) = (&world.store, world.at);
    let first = world.add().await;
    let account = yes(world.code(at, &first.code).await);
    assert!(!account.has_password);
    assert_eq!(world.code(at, &first.code).await, Answer::No, "a code counts once");

    let phrase = phrase::generate(store.entropy());
    keep_phrase(store, at, &account, &phrase).await.unwrap();
    let again = keep_phrase(store, at, &account, &phrase).await;
    assert!(matches!(again, Err(AccountsError::SetUpAlready)));
    let secret = totp::generate(store.entropy());
    let digits = totp::code_at(&secret, at).unwrap();
    assert!(!keep_totp(store, at, &account, &secret, "000000").await.unwrap());
    assert!(keep_totp(store, at, &account, &secret, &digits).await.unwrap());
    let printed = print_codes(store, at, &account, None).await.unwrap();
    assert_eq!(printed.len(), PRINTED_CODES);

    let later = at.plus_ms(60_000);
    let fresh = totp::code_at(&secret, later).unwrap();
    yes(world
        .phrase(later, " zoé  MARTIN", &phrase.to_uppercase().replace('-', " "), &fresh)
        .await);
    let replayed = world.phrase(later, "Zoé Martin", &phrase, &fresh).await;
    assert_eq!(replayed, Answer::No, "the same six digits count once");
    yes(world.phrase(later, "Zoé Martin", &phrase, &printed[0]).await);
    let account = yes(world.code(later, &printed[1].to_lowercase()).await);
    assert_eq!(world.code(later, &printed[0]).await, Answer::No);
    let second = SecondFactor { typed: &printed[2], address: HOME };
    assert_eq!(second_factor(store, later, &account, second).await.unwrap(), Answer::Yes(()));
    assert_eq!(second_factor(store, later, &account, second).await.unwrap(), Answer::No);

    disable(store, &Actor::CommandLine, later, &world.scope, &account.id).await.unwrap();
    assert_eq!(world.code(later, &printed[3]).await, Answer::No);
}

#[tokio::test]
async fn a_first_code_expires_and_a_reset_takes_every_other_way() {
    let world = World::new().await;
    let first = world.add().await;
    let late = first.expires_at.plus_ms(1);
    assert_eq!(world.code(late, &first.code).await, Answer::No);
    let account = yes(world.code(first.expires_at.plus_ms(-1), &first.code).await);
    let printed = {
        keep_phrase(&world.store, world.at, &account, "a b c").await.unwrap();
        print_codes(&world.store, world.at, &account, None).await.unwrap()
    };
    let opened = sessions::open(&world.store, world.at, &account, None).await.unwrap();
    let by = Actor::CommandLine;
    let reset = reset_codes(&world.store, &by, world.at, &world.scope, &account.id).await.unwrap();
    assert_eq!(world.code(world.at, &printed[0]).await, Answer::No);
    assert!(sessions::find(&world.store, world.at, &opened.token).await.unwrap().is_none());
    yes(world.code(world.at, &reset.code).await);
}

#[tokio::test]
async fn guessing_waits_and_raises_an_alarm() {
    let world = World::new().await;
    world.add().await;
    for _ in 0..5 {
        assert_eq!(world.phrase(world.at, "Zoé Martin", "x", "000000").await, Answer::No);
    }
    let sixth = world.phrase(world.at, "Zoé Martin", "x", "000000").await;
    assert_eq!(sixth, Answer::Wait { ms: 60_000 });
    assert_eq!(world.phrase(world.at, "Nobody", "x", "000000").await, Answer::No);
    assert_eq!(world.alarms().await, []);
    let later = world.at.plus_ms(61_000);
    for _ in 0..5 {
        assert_eq!(world.phrase(later, "Zoé Martin", "x", "000000").await, Answer::No);
    }
    assert_eq!(world.alarms().await, [AlarmKind::FailedLogins]);
    let much_later = later.plus_ms(61_000);
    let still = world.phrase(much_later, "Zoé Martin", "x", "000000").await;
    assert_eq!(still, Answer::Wait { ms: 600_000 }, "the next window is longer");
}

#[tokio::test]
async fn a_session_ends_by_idleness_by_age_and_at_log_out() {
    let world = World::new().await;
    let first = world.add().await;
    let account = yes(world.code(world.at, &first.code).await);
    let alive = async |at: Instant, token: &str| {
        sessions::find(&world.store, at, token).await.unwrap().is_some()
    };
    let opened = sessions::open(&world.store, world.at, &account, None).await.unwrap();
    assert_eq!(opened.token.len(), sessions::TOKEN_LENGTH);
    assert!(!alive(world.at.plus_ms(sessions::IDLE_MS), &opened.token).await);
    let mut at = world.at;
    while at.ms_since(world.at) + 20 * 60_000 < sessions::ABSOLUTE_MS {
        at = at.plus_ms(20 * 60_000);
        assert!(alive(at, &opened.token).await);
    }
    assert!(!alive(world.at.plus_ms(sessions::ABSOLUTE_MS), &opened.token).await);
    let opened = sessions::open(&world.store, at, &account, Some(&opened.device)).await.unwrap();
    sessions::end(&world.store, &opened.token).await.unwrap();
    assert!(!alive(at, &opened.token).await);
    assert_eq!(world.alarms().await, [], "the first device of a new account is no alarm");
}

#[tokio::test]
async fn a_second_factor_holds_five_minutes_and_a_new_device_is_told() {
    let world = World::new().await;
    let first = world.add().await;
    let account = yes(world.code(world.at, &first.code).await);
    keep_phrase(&world.store, world.at, &account, "a b c").await.unwrap();
    let account = list(&world.store, &world.scope).await.unwrap().remove(0);
    let opened = sessions::open(&world.store, world.at, &account, None).await.unwrap();
    assert_eq!(world.alarms().await, [AlarmKind::NewDevice]);
    sessions::elevate(&world.store, world.at, &opened.token).await.unwrap();
    let session = sessions::find(&world.store, world.at, &opened.token).await.unwrap().unwrap();
    assert!(session.elevated(world.at.plus_ms(sessions::ELEVATED_MS - 1)));
    assert!(!session.elevated(world.at.plus_ms(sessions::ELEVATED_MS)));
}

#[tokio::test]
async fn names_are_unique_and_a_responder_needs_an_incident() {
    let world = World::new().await;
    world.add().await;
    let by = Actor::CommandLine;
    let again = add(&world.store, &by, world.at, &world.scope, &CLERK).await;
    assert!(matches!(again, Err(AccountsError::NameTaken(_))));
    let firm = NewPerson { name: "Cabinet", role: Role::Responder };
    let early = add(&world.store, &by, world.at, &world.scope, &firm).await;
    assert!(matches!(early, Err(AccountsError::NoIncident(_))));
}
