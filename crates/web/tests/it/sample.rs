//! Two towns with people, a guard and an alarm: what the tests and the example stand on.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use beffroi_crisis::{
    Deed,
    calls::{self as room, Turn},
    oncall as lists,
};
use beffroi_registry::tenants as register;
use beffroi_store::{
    Location, Store, TenantScope, alarms, assets, calls, guards, outbox, services,
};
use beffroi_town::{
    Actor, Alarm, AlarmId, AlarmKind, AlarmState, AssetId, CallId, ContactId, CutMeans, GuardId,
    Instant, Lang, LineId, PrintPostId, RepositoryId, RequestId, Role, RosterId, ServiceId,
    TenantId,
    edge::{Clock, Entropy},
    oncall::{AddressKind, Contact, ESCALATE_MS, Holidays, Hours, Span, Way},
    watch::{
        Beat, EnrolRequest, Hole, HostFacts, Letter, Level, Mode, PlatformAddress, ReserveUse,
        Vitals,
    },
};
use beffroi_web::{Board, Doors, Settings, VaultQuotas};
use serde_json::json;

#[path = "sample_desk.rs"]
pub(crate) mod desk;
#[path = "sample_printer.rs"]
pub(crate) mod printer;
#[path = "sample_rounds.rs"]
pub(crate) mod rounds;
use rounds::{examined, judged, kept, prepared, proposed, received};

/// A clock that stands still until it is moved on.
pub(crate) struct PlayedClock(AtomicI64);

impl PlayedClock {
    /// Moves on.
    pub(crate) fn forward_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for PlayedClock {
    fn now(&self) -> Instant {
        Instant::from_ms(self.0.load(Ordering::SeqCst))
    }
}

/// Repeatable, and different at each call (splitmix64).
pub(crate) struct PlayedEntropy(pub(crate) AtomicU64);

impl Entropy for PlayedEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            for (to, from) in chunk.iter_mut().zip((z ^ (z >> 31)).to_le_bytes()) {
                *to = from;
            }
        }
    }
}

/// The two towns.
pub(crate) const TOWN: &str = "59273";
/// The other one; it shares the first one's network.
pub(crate) const OTHER: &str = "59272";

/// Everything that stands.
pub(crate) struct Sample {
    pub(crate) doors: Doors,
    pub(crate) clock: Arc<PlayedClock>,
    /// Unused printed codes by town and role.
    pub(crate) codes: BTreeMap<(String, Role), Vec<String>>,
    pub(crate) alarm: AlarmId,
    pub(crate) guard: GuardId,
    pub(crate) contact: ContactId,
    pub(crate) call: CallId,
    /// A telephone line of the first town.
    pub(crate) line: LineId,
    /// Somebody on its roster.
    pub(crate) person: RosterId,
    /// A repository of the first town.
    pub(crate) repository: RepositoryId,
    /// A request in its queue.
    pub(crate) request: RequestId,
    /// A thinning of its vault, proposed.
    pub(crate) thinning: String,
    /// A print post of it that waits to be confirmed.
    pub(crate) printer: PrintPostId,
    folder: tempfile::TempDir,
}

impl Sample {
    /// Thursday 25 April 2024, 11:04 in Gravelines.
    pub(crate) const START: Instant = Instant::from_ms(1_714_035_840_000);

    /// A service point of the first town.
    pub(crate) const AGENDA: &'static str = "cartes";

    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(PlayedClock(AtomicI64::new(Self::START.ms())));
        let entropy: Arc<dyn Entropy> = Arc::new(PlayedEntropy(AtomicU64::new(59)));
        let location = Location::Folder(folder.path().to_owned());
        let store = Store::open(&location, Arc::clone(&entropy)).await.unwrap();
        let by = Actor::CommandLine;
        let entries = [TOWN, OTHER].map(|code| register::resolve(code).unwrap()).to_vec();
        register::add(&store, &by, Self::START, entries).await.unwrap();
        let (mut codes, mut owns) = (BTreeMap::new(), BTreeMap::new());
        for town in [TOWN, OTHER] {
            for role in Role::ALL.into_iter().filter(|role| *role != Role::Responder) {
                let (account, own, printed) = desk::person(&store, town, role).await;
                codes.insert((town.to_owned(), role), printed);
                owns.insert((town, role), (account, own));
            }
        }
        furnish(&store).await;
        let (line, person) = prepared(&store).await;
        received(&store, TOWN).await;
        let printer = printer::posted(&store).await;
        let (guard, alarm) = watched(&store).await;
        let (contact, call) = rung(&store).await;
        examined(&store).await;
        let repository = kept(&store, "file_server", 9).await;
        kept(&store, "coffre-secret", 80).await;
        kept(&store, "etat-civil", 11).await;
        judged(&store, "file_server", true).await;
        judged(&store, "etat-civil", false).await;
        let thinning = proposed(&store).await;
        let (director, own) = &owns[&(TOWN, Role::Director)];
        let place = (&store, Self::START);
        let clerk = &owns[&(TOWN, Role::Clerk)].0;
        let request = desk::counter(place, &Self::scope(TOWN), (director, own), clerk).await;
        desk::packed(place, &Self::scope(TOWN), director).await;
        let settings = Settings {
            desk: desk::settings(),
            guard_addresses: vec![PlatformAddress::plain("http://127.0.0.1:8080".to_owned())],
            hooks: vec!["pare-feu".to_owned()],
            channels: BTreeMap::from([
                ("courriel".to_owned(), AddressKind::Mail),
                ("sms".to_owned(), AddressKind::Number),
            ]),
            vault: Some(VaultQuotas {
                server_bytes: 500_000_000_000,
                tenant_bytes: 2_000_000_000_000,
                rules: beffroi_vault::Rules::default(),
            }),
            ..Settings::default()
        };
        let played: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let board = Arc::new(Board::new(store.clone(), Arc::clone(&played), ""));
        let doors = Doors { store, clock: played, entropy, board, settings: Arc::new(settings) };
        Self {
            doors,
            clock,
            codes,
            alarm,
            guard,
            contact,
            call,
            line,
            person,
            repository,
            request,
            thinning,
            printer,
            folder,
        }
    }

    /// Where its data lies.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A printed code of somebody, used up by this.
    pub(crate) fn code(&mut self, town: &str, role: Role) -> String {
        self.codes.get_mut(&(town.to_owned(), role)).and_then(Vec::pop).unwrap()
    }

    /// The code of the message that the second person on call got.
    pub(crate) async fn answer(&self) -> String {
        let mut conn = self.doors.store.read().await.unwrap();
        let call = calls::get(&mut conn, &Self::scope(TOWN), &self.call).await.unwrap().unwrap();
        let all = calls::tries::list(&mut conn, &Self::scope(TOWN), &self.call).await.unwrap();
        let code = calls::tries::code(&conn, &call, &all[1].contact, 1).unwrap();
        code.letters().to_owned()
    }

    /// What the platform's follower does: tells the board what has changed.
    pub(crate) async fn follow(&self) {
        let mut conn = self.doors.store.read().await.unwrap();
        let newest = beffroi_store::changes::newest(&mut conn).await.unwrap();
        drop(conn);
        for town in [TOWN, OTHER] {
            let tenant = TenantId::parse(town).unwrap();
            self.doors.board.changed(&tenant, newest).await.unwrap();
        }
    }

    /// The public page as anybody reads it now.
    pub(crate) async fn public(&self) -> String {
        self.follow().await;
        let tenant = TenantId::parse(TOWN).unwrap();
        let town = self.doors.board.town(&tenant).await.unwrap().unwrap();
        String::from_utf8(town.sheet("").unwrap().body.to_vec()).unwrap()
    }

    pub(crate) fn scope(town: &str) -> TenantScope {
        TenantScope::for_tenant(&TenantId::parse(town).unwrap())
    }

    pub(crate) fn asset(code: &str) -> AssetId {
        AssetId::parse(&format!("{TOWN}-{code}")).unwrap()
    }
}

/// Means of cutting, places and hours, and a network shared with the other town.
async fn furnish(store: &Store) {
    let (by, at) = (Actor::CommandLine, Sample::START);
    let (scope, other) = (Sample::scope(TOWN), Sample::scope(OTHER));
    let both = [scope.tenant().clone(), other.tenant().clone()];
    let mut tx = store.begin(&both, &by, at).await.unwrap();
    assets::share_with(&mut tx, &Sample::asset("network"), other.tenant()).await.unwrap();
    let hand = CutMeans::Hand {
        room: "104".to_owned(),
        rack: "2".to_owned(),
        label: "FIBRE-MAIRIE".to_owned(),
    };
    assets::set_cut_means(&mut tx, &Sample::asset("network"), Some(&hand)).await.unwrap();
    let hook = CutMeans::Hook { hook: "pare-feu".to_owned() };
    assets::set_cut_means(&mut tx, &Sample::asset("mail"), Some(&hook)).await.unwrap();
    for (service, place) in [("reception", "Place Albert-Denvers"), ("births", "Guichet 2")] {
        let details = services::Details {
            name_fr: None,
            name_en: None,
            place: Some(place.to_owned()),
            hours: Some("Du lundi au vendredi, 8 h 30 à 17 h".to_owned()),
            phone: Some("03 28 00 00 00".to_owned()),
        };
        let id = ServiceId::parse(service).unwrap();
        services::set_details(&mut tx, scope.tenant(), &id, &details).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// A guard on the file server, and what it suspects.
async fn watched(store: &Store) -> (GuardId, AlarmId) {
    let (by, at, scope) = (Actor::CommandLine, Sample::START, Sample::scope(TOWN));
    let tenants = std::slice::from_ref(scope.tenant());
    let asset = Sample::asset("file_server");
    let mut tx = store.begin(tenants, &by, at).await.unwrap();
    let token = guards::offer(&mut tx, scope.tenant(), &asset, at.plus_ms(900_000)).await.unwrap();
    tx.commit().await.unwrap();
    let request = EnrolRequest {
        token,
        asset: asset.clone(),
        public_key: "A".repeat(43),
        host: HostFacts {
            hostname: "fichiers-1".to_owned(),
            system: "Debian 12".to_owned(),
            kernel: "6.1".to_owned(),
            guard_version: "0.1.0".to_owned(),
        },
        level: Level { letter: Letter::B, holes: vec![Hole::DeletionsAfterTheFact] },
    };
    let mut tx = store.begin(tenants, &by, at).await.unwrap();
    let guard = guards::enrol(&mut tx, &request).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let alarm = Alarm {
        id: AlarmId::parse("alarm-1").unwrap(),
        tenant: scope.tenant().clone(),
        kind: AlarmKind::FilesVanishing,
        guard: Some(guard.id.clone()),
        asset: Some(asset),
        first_at: at.plus_ms(-240_000),
        raised_at: at.plus_ms(-239_000),
        received_at: at.plus_ms(-238_500),
        repeats: 1,
        touched: 218,
        stopped_at: Some(at.plus_ms(-239_400)),
        simulated: true,
        detail: json!({
            "suspicion": "mass_disappearance",
            "outcome": "stopped",
            "actor": { "pid": 4211, "exe": "/srv/partage/outil", "uid": 1004,
                       "user": "accueil", "session": null },
            "counts": { "vanished": 218, "rewritten": 0, "recoverable": 218,
                        "vanished_at_stop": 12 },
            "reasons": [{ "signal": "existing_file_gone", "times": 12, "points": 96 }],
            "vitals": { "simulated": true, "temperature_millicelsius": 91000,
                        "cpu_pressure_basis_points": null, "io_pressure_basis_points": null,
                        "load_hundredths": null, "disk_used_percent": null },
            "touched_text": null,
        }),
        state: AlarmState::Open,
    };
    let actor = Actor::Guard(guard.id.clone());
    let mut tx = store.begin(tenants, &actor, at).await.unwrap();
    alarms::raise(&mut tx, &alarm, 1).await.unwrap();
    tx.commit().await.unwrap();
    heard(store, &guard.id, at).await;
    (guard.id, alarm.id)
}

/// What the guard last said of itself.
async fn heard(store: &Store, guard: &GuardId, at: Instant) {
    let beat = Beat {
        at,
        sequence: 1,
        started_at: at.plus_ms(-900_000),
        mode: Mode::Protect,
        level: Level {
            letter: Letter::A,
            holes: vec![Hole::MovesAfterTheFact, Hole::Rings, Hole::NfsServer],
        },
        vitals: Vitals::default(),
        watched: vec![],
        reserve: ReserveUse::default(),
        cut: false,
        waiting_reports: 0,
        acknowledgements: vec![],
        lets_go: true,
        maintenance: Some(Vec::new()),
        lifted: None,
        cut_alone: None,
        heads: vec![],
    };
    let mut book = store.bookkeeping().await.unwrap();
    guards::beat(&mut book, guard, &beat, at).await.unwrap();
    book.commit().await.unwrap();
}

pub(crate) fn contact(name: &str, ways: &[(&str, &str)]) -> Contact {
    let way = |(channel, address): &(&str, &str)| Way {
        channel: (*channel).to_owned(),
        address: (*address).to_owned(),
    };
    Contact {
        id: ContactId::parse("unread").unwrap(),
        tenant: TenantId::parse(TOWN).unwrap(),
        rank: 0,
        name: name.to_owned(),
        lang: Lang::Fr,
        for_operator: false,
        watch: vec![],
        holidays: Holidays::AsDays,
        quiet: None,
        ways: ways.iter().map(way).collect(),
        escalate_ms: ESCALATE_MS,
        paused: false,
    }
}

/// Claims one piece of work, as the platform's round does.
pub(crate) async fn claim(store: &Store, kind: &str, at: Instant) -> Option<outbox::Posted> {
    let mut book = store.bookkeeping().await.unwrap();
    let work = outbox::claim(&mut book, kind, at, 1, 60_000).await.unwrap();
    book.commit().await.unwrap();
    work.into_iter().next()
}

/// Two people on call: the first one's gateway failed, the second one's took the message.
async fn rung(store: &Store) -> (ContactId, CallId) {
    let (by, at, scope) = (Actor::CommandLine, Sample::START, Sample::scope(TOWN));
    let deed = Deed { store, actor: &by, at, scope: &scope };
    let office = Span::parse_all("lun-ven 8h-18h").unwrap();
    let first = Contact {
        watch: office,
        quiet: Some(Hours::parse("22h-7h").unwrap()),
        ..contact("Camille Veille", &[("sms", "+33600000001")])
    };
    let first = lists::add(&deed, &first).await.unwrap();
    let second = contact("Dominique Garde", &[("courriel", "garde@exemple.fr")]);
    lists::add(&deed, &second).await.unwrap();
    let turn = Turn { store, at, steady: at };
    let asked = claim(store, calls::ASKED, at).await.unwrap();
    room::asked(&turn, &asked).await.unwrap();
    for outcome in [Err("timed_out"), Ok(())] {
        let ring = claim(store, calls::RING, at).await.unwrap();
        room::sent(&turn, &ring, ("http", outcome)).await.unwrap();
    }
    let open = calls::unanswered(&mut store.read().await.unwrap(), &scope).await.unwrap();
    (first, open[0].id.clone())
}
