//! What came to the sample by itself: the doctor's findings, the vault's backups.

use beffroi_store::{Store, agendas, emergency, phones, roster, rounds};
use beffroi_town::{
    Actor, Agenda, AgendaId, EmergencyFacts, LineId, ProcedureId, RepositoryId, RosterEntry,
    RosterId, ServiceId,
    agenda::{PeopleTake, Rules},
    emergency::{self as helpers, ContactKind, Spot},
    oncall::Span,
    phone::{Forward, LineState},
};
use serde_json::json;

use super::{Sample, TOWN};

/// What the platform's doctor found, as its round notes it.
pub(super) async fn examined(store: &Store) {
    use beffroi_town::finding::{Detail, Finding, Severity};
    let found = [
        Finding::new(Severity::Broken, "mirror-failing")
            .with("since", Detail::At(Sample::START.plus_ms(-7_200_000)))
            .text("why", "mairies.example was not reached: ssh: connect to host: No route to host"),
        Finding::new(Severity::Risky, "accounts-alone")
            .count(2)
            .text("who", "Gravelines (59273), Grand-Fort-Philippe (59272)"),
        Finding::new(Severity::Risky, "backup-same-disk"),
        Finding::new(Severity::CannotTell, "oncall-unknown"),
        Finding::new(Severity::Ok, "backup-ok").with("age", Detail::Lasting(7_200_000)),
        Finding::new(Severity::Ok, "disk-ok")
            .text("folder", "/var/lib/beffroi")
            .with("free", Detail::Bytes(48_000_000_000)),
    ];
    let at = Sample::START.plus_ms(-240_000);
    let mut book = store.bookkeeping().await.unwrap();
    let detail = json!({ "at": at, "findings": found });
    rounds::done(&mut book, "doctor", at, &detail).await.unwrap();
    book.commit().await.unwrap();
}

/// The name of the backup of so many nights ago.
pub(crate) fn snapshot(night: u32) -> String {
    format!("{:08x}{night:056x}", 0x3fa9_1c04_u32.wrapping_mul(2 * night + 1))
}

/// A server whose last nightly backup came to the vault so many hours ago.
pub(super) async fn kept(store: &Store, server: &str, hours: i64) -> RepositoryId {
    use beffroi_store::vault::{self, NewRepository, objects};
    let (by, scope) = (Actor::CommandLine, Sample::scope(TOWN));
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), &by, Sample::START).await.unwrap();
    let asset = Some(Sample::asset(server)).filter(|_| server == "file_server");
    let new = NewRepository {
        server,
        asset: asset.as_ref(),
        quota_bytes: None,
        silent_after_hours: None,
    };
    let id = vault::add(&mut tx, tenant, &new).await.unwrap();
    vault::issue(&mut tx, tenant, server).await.unwrap();
    tx.commit().await.unwrap();
    let mut book = store.bookkeeping().await.unwrap();
    for night in 0..6_u32 {
        let receipt = objects::Receipt {
            kind: beffroi_town::vault::ObjectKind::Snapshots,
            name: snapshot(night),
            bytes: 34_000_000_000,
            received_at: Sample::START.plus_ms(-3_600_000 * (hours + 24 * i64::from(night))),
            credential: None,
            damaged_at: None,
            thinning: None,
        };
        objects::received(&mut book, &id, &receipt).await.unwrap();
    }
    book.commit().await.unwrap();
    id
}

/// An inspector judged that server's backups, the newest perhaps suspect, and tried one out.
pub(super) async fn judged(store: &Store, server: &str, is_newest_suspect: bool) {
    use beffroi_store::vault::{self, verdicts};
    use beffroi_town::vault::verdict::{
        CredentialKind, Judgement, Proof, ProofKind, Reason, ReasonCode, Verdict,
    };
    let scope = Sample::scope(TOWN);
    let tenant = scope.tenant();
    let at = Sample::START.plus_ms(-3_600_000);
    let mut tx = store.begin(std::slice::from_ref(tenant), &Actor::Platform, at).await.unwrap();
    let whose = (server, CredentialKind::Inspector);
    let inspector = vault::issue_for(&mut tx, tenant, whose).await.unwrap().id;
    let found = vault::get(tx.conn(), &scope, server).await.unwrap().unwrap();
    for night in 0..6_u32 {
        let suspect = is_newest_suspect && night == 0;
        let said = Judgement {
            snapshot: snapshot(night),
            verdict: if suspect { Verdict::Suspect } else { Verdict::Clean },
            reasons: vec![
                Reason { code: ReasonCode::Files, count: 41_200 },
                Reason { code: ReasonCode::Compared, count: 120 },
                Reason { code: ReasonCode::Turned, count: if suspect { 6 } else { 0 } },
            ],
        };
        verdicts::say(&mut tx, &found, &said, Some(&inspector)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let at = Sample::START.plus_ms(-2 * 24 * 3_600_000);
    let mut tx = store.begin(std::slice::from_ref(tenant), &Actor::Platform, at).await.unwrap();
    let proof = Proof {
        snapshot: snapshot(3),
        kind: ProofKind::Sample,
        files: 212,
        bytes: 480_000_000,
        bytes_a_second: 21_000_000,
        whole_bytes: 190_000_000_000,
    };
    verdicts::prove(&mut tx, &found, &proof, &inspector).await.unwrap();
    tx.commit().await.unwrap();
}

/// A thinning of one server's backups, which a keeper has just proposed.
pub(super) async fn proposed(store: &Store) -> String {
    use beffroi_store::vault::{self, thinnings};
    use beffroi_town::vault::verdict::CredentialKind;
    let (by, scope) = (Actor::CommandLine, Sample::scope(TOWN));
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), &by, Sample::START).await.unwrap();
    let whose = ("coffre-secret", CredentialKind::Keeper);
    let keeper = vault::issue_for(&mut tx, tenant, whose).await.unwrap();
    let repository = vault::get(tx.conn(), &scope, whose.0).await.unwrap().unwrap();
    let back = |days: i64| Sample::START.plus_ms(-days * 24 * 3_600_000);
    let new = thinnings::NewThinning {
        credential: &keeper.id,
        plan_hash: &"fedcba9876501234".repeat(4),
        snapshots: 2,
        span: Some((back(90), back(60))),
        objects: 412,
        bytes: 6_800_000_000,
    };
    let id = thinnings::propose(&mut tx, &repository, &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// A service point of a town, by appointment.
pub(crate) async fn received(store: &Store, town: &str) {
    let (by, at, scope) = (Actor::CommandLine, Sample::START, Sample::scope(town));
    let mut tx = store.begin(std::slice::from_ref(scope.tenant()), &by, at).await.unwrap();
    let rules = Rules {
        about_fr: "Carte d’identité et passeport".to_owned(),
        about_en: "Identity card and passport".to_owned(),
        place: "Mairie, guichet-secret 3".to_owned(),
        week: Span::parse_all("lun-ven 9h-12h; mer 14h-17h").unwrap(),
        slot_minutes: 20,
        seats: 2,
        people_max: 2,
        people_take: PeopleTake::ASeatEach,
        notice_hours: 24,
        days_ahead: 60,
        closures: Vec::new(),
        procedure: Some(ProcedureId::parse("civil_status").unwrap()),
        paused: false,
    };
    let one = Agenda {
        id: AgendaId::parse(Sample::AGENDA).unwrap(),
        service: ServiceId::parse("identity_cards").unwrap(),
        rank: 1,
        rules,
        word: None,
    };
    agendas::save(&mut tx, scope.tenant(), &one).await.unwrap();
    tx.commit().await.unwrap();
}

/// What the first hour needs on paper: a line, places and numbers, two people.
pub(super) async fn prepared(store: &Store) -> (LineId, RosterId) {
    let (by, at, scope) = (Actor::CommandLine, Sample::START, Sample::scope(TOWN));
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), &by, at).await.unwrap();
    let about = phones::About {
        number: "03 28 00 00 00".to_owned(),
        label: "STANDARD-SECRET".to_owned(),
        instead: Some("03 28 00 00 99".to_owned()),
    };
    let line = phones::add(&mut tx, tenant, &about, LineState::Works).await.unwrap();
    let forward = Forward {
        who: "Sacha Réseau".to_owned(),
        mobile: "06 11 22 33 44".to_owned(),
        how: "*21*".to_owned(),
    };
    phones::set_forward(&mut tx, tenant, &line, Some(&forward)).await.unwrap();
    let insurer = helpers::Contact {
        kind: ContactKind::Insurer,
        name: None,
        phone: Some("01 00 00 00 01".to_owned()),
        reference: Some("contrat-secret".to_owned()),
    };
    let spots = vec![(Spot::Room, "Salle des mariages".to_owned())];
    let facts = EmergencyFacts { spots, contacts: vec![insurer] };
    emergency::set(&mut tx, tenant, &facts).await.unwrap();
    let person = |id: &str, name: &str, caller: Option<&str>| RosterEntry {
        id: RosterId::parse(id).unwrap(),
        rank: 1,
        name: name.to_owned(),
        function: "Agent".to_owned(),
        service: "Accueil".to_owned(),
        phones: vec!["06 00 00 00 07".to_owned()],
        caller: caller.map(|id| RosterId::parse(id).unwrap()),
    };
    let both =
        [person("r-1", "Dominique Astreinte", None), person("r-2", "Zoé Guichet", Some("r-1"))];
    roster::save(&mut tx, tenant, &both).await.unwrap();
    tx.commit().await.unwrap();
    (line, both[0].id.clone())
}
