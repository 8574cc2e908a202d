//! Played towns: calm, checking, and what three of the five accounts look like from outside.
//! Where an account does not say (hours, numbers), the town is invented.

use beffroi_town::{
    Actor, Alarm, AlarmId, AlarmKind, AlarmState, AssetKind, AssetState, DataExposure, Exposure,
    FallbackKind, Incident, IncidentId, Instant, LineId, Notice, NoticeId, Override, Phase,
    PhoneLine, ServiceStatus, Tenant, TenantId, TownFacts, catalogue,
    incident::Nature,
    notice::{NoticeText, NoticeVersion},
    phone::LineState,
};

/// Thursday 25 April 2024, 11:04 in Gravelines.
pub(crate) const START: Instant = Instant::from_ms(1_714_035_840_000);
/// One hour.
pub(crate) const HOUR: i64 = 3_600_000;

/// Every played town by a short name.
pub(crate) fn all() -> Vec<(&'static str, TownFacts)> {
    vec![
        ("calm", calm()),
        ("checking", checking()),
        ("gravelines", gravelines()),
        ("isbergues", isbergues()),
        ("fouesnant", fouesnant()),
        ("bare", bare()),
        ("joint", joint()),
        ("ended", ended()),
        ("lines", lines()),
    ]
}

/// A town as the catalogue starts it: nothing filled in by anybody.
pub(crate) fn town(code: &str, name: &str, at: Instant) -> TownFacts {
    let id = TenantId::parse(code).expect("a code");
    let (services, assets) = catalogue::start(&id, at).expect("the catalogue");
    TownFacts {
        tenant: Tenant {
            id,
            name: name.to_owned(),
            department: code.get(..2).filter(|_| code.len() == 5).map(ToOwned::to_owned),
            region: None,
            population: Some(11_000),
            siren: None,
            postcodes: vec!["59820".to_owned()],
            epci: None,
            opened_at: START.plus_ms(-9_000 * HOUR),
            closed_at: None,
        },
        services,
        assets,
        lines: Vec::new(),
        open_alarms: Vec::new(),
        incidents: Vec::new(),
        notices: Vec::new(),
        receives: false,
        true_at: at,
    }
}

fn desk(facts: &mut TownFacts, code: &str, place: &str, hours: &str, phone: &str) {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut all = facts.services.iter_mut();
    let service = all.find(|one| one.id.as_str() == code).expect("a service");
    (service.place, service.hours, service.phone) = (some(place), some(hours), some(phone));
}

/// Sets the state of every asset of a kind.
pub(crate) fn set(facts: &mut TownFacts, kind: AssetKind, state: AssetState, at: Instant) {
    for asset in facts.assets.iter_mut().filter(|asset| asset.kind == kind) {
        (asset.state, asset.state_at) = (state, at);
    }
}

/// Sets what is known of the data of one asset of the catalogue.
pub(crate) fn expose(facts: &mut TownFacts, code: &str, level: DataExposure, at: Instant) {
    let id = catalogue::asset_id(&facts.tenant.id, code).expect("an identifier");
    let mut all = facts.assets.iter_mut();
    let asset = all.find(|asset| asset.id == id).expect("an asset");
    asset.exposure = Exposure { level, at: Some(at), ..asset.exposure.clone() };
}

/// A notice with the versions given: minutes after `at`, title, body (French and English alike).
pub(crate) fn notice(id: &str, at: Instant, versions: &[(i64, [&str; 2], [&str; 2])]) -> Notice {
    let text =
        |[title, body]: [&str; 2]| NoticeText { title: title.to_owned(), body: body.to_owned() };
    let version = |(minutes, fr, en): &(i64, [&str; 2], [&str; 2])| NoticeVersion {
        fr: text(*fr),
        en: text(*en),
        published_at: Some(at.plus_ms(minutes * 60_000)),
    };
    Notice {
        id: NoticeId::parse(id).expect("an identifier"),
        incident: None,
        versions: versions.iter().map(version).collect(),
        ended_at: None,
    }
}

/// An incident declared some minutes after it was noticed.
pub(crate) fn incident(facts: &TownFacts, nature: Nature, phase: Phase, at: Instant) -> Incident {
    Incident {
        id: IncidentId::parse("i-1").expect("an identifier"),
        owner: facts.tenant.id.clone(),
        tenants: vec![facts.tenant.id.clone()],
        nature,
        phase,
        noticed_at: at,
        declared_at: at.plus_ms(HOUR / 4),
        declared_by: Actor::CommandLine,
        phase_at: at.plus_ms(HOUR / 4),
    }
}

/// An alarm that a guard raised and nobody has decided on.
pub(crate) fn alarm(facts: &TownFacts, kind: AlarmKind, at: Instant) -> Alarm {
    Alarm {
        id: AlarmId::parse("a-1").expect("an identifier"),
        tenant: facts.tenant.id.clone(),
        kind,
        guard: None,
        asset: facts.assets.first().map(|asset| asset.id.clone()),
        first_at: at,
        raised_at: at,
        received_at: at,
        repeats: 0,
        touched: 212,
        stopped_at: Some(at),
        simulated: false,
        detail: serde_json::json!({ "reason": "existing_file_gone" }),
        state: AlarmState::Open,
    }
}

fn filled(code: &str, name: &str, at: Instant) -> TownFacts {
    let mut facts = town(code, name, at);
    let hall = "Hôtel de ville, place Albert-Denvers";
    let week = "Du lundi au vendredi, 8 h 30 – 12 h et 13 h 30 – 17 h 30";
    desk(&mut facts, "reception", hall, week, "03 28 00 00 10");
    desk(&mut facts, "deaths", hall, week, "03 28 00 00 11");
    desk(&mut facts, "births", hall, week, "03 28 00 00 11");
    desk(&mut facts, "marriages", hall, week, "");
    desk(&mut facts, "canteen", "Service des écoles, 2 rue de l’Arsenal", week, "03 28 00 00 12");
    desk(
        &mut facts,
        "social_centre",
        "12 rue des Remparts",
        "Le matin, 9 h – 12 h",
        "03 28 00 00 13",
    );
    desk(
        &mut facts,
        "library",
        "Médiathèque, 4 rue du Port",
        "Du mardi au samedi, 10 h – 18 h",
        "",
    );
    desk(&mut facts, "water", "", "Jour et nuit", "03 28 00 00 19");
    desk(&mut facts, "police", "", "", "03 28 00 00 17");
    facts
}

/// Nothing out of the ordinary, one ended notice.
pub(crate) fn calm() -> TownFacts {
    let mut facts = filled("59273", "Gravelines", START);
    let text = ["Fermeture le 1er mai", "Les guichets sont fermés le 1er mai."];
    let english = ["Closed on 1 May", "The counters are closed on 1 May."];
    let mut past = notice("n-0", START.plus_ms(-400 * HOUR), &[(0, text, english)]);
    past.ended_at = Some(START.plus_ms(-200 * HOUR));
    facts.notices.push(past);
    facts
}

/// A guard saw files vanish; nobody has said anything.
pub(crate) fn checking() -> TownFacts {
    let mut facts = calm();
    facts.open_alarms.push(alarm(&facts, AlarmKind::FilesVanishing, START));
    facts
}

/// Thursday: servers cut, internet restricted, telephone up.
pub(crate) fn gravelines() -> TownFacts {
    let mut facts = filled("59273", "Gravelines", START.plus_ms(5 * HOUR));
    let at = START.plus_ms(HOUR / 3);
    for kind in
        [AssetKind::FileServer, AssetKind::Hypervisor, AssetKind::Directory, AssetKind::Network]
    {
        set(&mut facts, kind, AssetState::Cut, at);
    }
    set(&mut facts, AssetKind::Mail, AssetState::Cut, at);
    expose(&mut facts, "identity_system", DataExposure::Safe, at);
    expose(&mut facts, "booking_app", DataExposure::Safe, at);
    facts.incidents.push(incident(&facts, Nature::Cyberattack, Phase::Contained, START));
    let fr = "La mairie subit une attaque informatique depuis ce jeudi, vers 11 h. Par précaution, \
les serveurs sont déconnectés et l’accès à internet est restreint pour tous les services.\n\n\
L’origine de l’attaque n’est pas encore connue.\n\nLa mairie reste joignable par téléphone. \
Certaines démarches ne sont pas possibles pour le moment. Nous vous tiendrons informés sur cette page.";
    let en = "The town hall has been under a cyberattack since about 11:00 this Thursday. As a \
precaution, the servers are disconnected and internet access is restricted for all services.\n\n\
The origin of the attack is not yet known.\n\nThe town hall can still be reached by telephone. \
Some actions are not possible for now. We will keep you informed on this page.";
    let first = (
        70,
        ["Attaque informatique : ce qu’il faut savoir", fr],
        ["Cyberattack: what to know", en],
    );
    let earlier = (
        200,
        ["Rendez-vous déjà pris", "Les rendez-vous déjà pris sont annulés."],
        ["Appointments already made", "Appointments already made are cancelled."],
    );
    let corrected = (
        236,
        [
            "Rendez-vous déjà pris",
            "Les rendez-vous déjà pris sont maintenus. Aucun nouveau rendez-vous n’est donné.",
        ],
        ["Appointments already made", "Appointments already made are kept. No new ones are given."],
    );
    facts.notices =
        vec![notice("n-2", START, &[earlier, corrected]), notice("n-1", START, &[first])];
    facts.notices.extend(calm().notices);
    facts
}

/// Mail off; library, social centre and annexes untouched; personal data probably stolen.
pub(crate) fn isbergues() -> TownFacts {
    let sunday = Instant::from_ms(1_725_780_600_000);
    let mut facts = filled("62473", "Isbergues", sunday.plus_ms(98 * HOUR));
    let at = sunday.plus_ms(2 * HOUR);
    for kind in [AssetKind::Mail, AssetKind::Directory, AssetKind::FileServer] {
        set(&mut facts, kind, AssetState::Cut, at);
    }
    for (code, level) in [
        ("family_portal", DataExposure::Exposed),
        ("civil_status_app", DataExposure::AtRisk),
        ("hr_app", DataExposure::AtRisk),
        ("booking_app", DataExposure::Safe),
        ("identity_system", DataExposure::Safe),
    ] {
        expose(&mut facts, code, level, at);
    }
    for code in ["social_centre", "library", "annex_halls"] {
        let mut all = facts.services.iter_mut();
        let service = all.find(|one| one.id.as_str() == code).expect("a service");
        service.overridden = Some(Override {
            status: ServiceStatus::Open,
            reason: "vu sur place".to_owned(),
            author: Actor::CommandLine,
            at: at.plus_ms(HOUR),
        });
    }
    facts.incidents.push(incident(&facts, Nature::Cyberattack, Phase::Contained, sunday));
    let fr = "Certaines données ont probablement été volées, dont des données personnelles.\n\n\
Si vous avez utilisé nos services récemment, méfiez-vous des messages de la mairie ou de tiers : ne \
répondez pas, ne cliquez pas, n’ouvrez pas les pièces jointes. Signalez-les sur cybermalveillance.gouv.fr.";
    let en = "Some data was probably stolen, some of it personal.\n\nIf you used our services \
recently, beware of messages from the town hall or others: do not answer, do not click, do not \
open attachments. Report them on cybermalveillance.gouv.fr.";
    facts.notices =
        vec![notice("n-1", sunday, &[(96 * 60, ["Vos données", fr], ["Your data", en])])];
    facts
}

/// Everything hit; the State's identity-card system safe but out of reach; the pool at risk.
pub(crate) fn fouesnant() -> TownFacts {
    let eve = Instant::from_ms(1_703_840_400_000);
    let mut facts = filled("29058", "Fouesnant", eve.plus_ms(50 * HOUR));
    for asset in &mut facts.assets {
        if !matches!(asset.kind, AssetKind::OutsideSystem | AssetKind::CloudApp) {
            (asset.state, asset.state_at) = (AssetState::Down, eve);
        }
    }
    set(&mut facts, AssetKind::Network, AssetState::Cut, eve);
    set(&mut facts, AssetKind::Hypervisor, AssetState::Unknown, eve);
    expose(&mut facts, "identity_system", DataExposure::Safe, eve);
    expose(&mut facts, "booking_app", DataExposure::AtRisk, eve);
    expose(&mut facts, "social_app", DataExposure::AtRisk, eve);
    let water = facts.services.iter_mut().find(|one| one.id.as_str() == "waste");
    if let Some(service) = water {
        service.fallback.kind = FallbackKind::None;
    }
    facts.incidents.push(incident(&facts, Nature::Unknown, Phase::Declared, eve));
    facts
}

/// A town of which nobody has filled anything in, with a failure it knows nothing about.
pub(crate) fn bare() -> TownFacts {
    let mut facts = town("62473", "Isbergues", START);
    set(&mut facts, AssetKind::FileServer, AssetState::Unknown, START.plus_ms(-HOUR));
    facts
}

/// A joint authority whose network was cut, with a closed service and one nobody knows about.
pub(crate) fn joint() -> TownFacts {
    let mut facts = town("epci:242900660", "CC du Pays Fouesnantais", START.plus_ms(30 * HOUR));
    facts.tenant.department = Some("29".to_owned());
    set(&mut facts, AssetKind::Network, AssetState::Cut, START);
    set(&mut facts, AssetKind::Telephony, AssetState::Down, START);
    set(&mut facts, AssetKind::CloudApp, AssetState::Unknown, START);
    for (code, kind) in [("planning", FallbackKind::None), ("sports", FallbackKind::None)] {
        for service in facts.services.iter_mut().filter(|one| one.id.as_str() == code) {
            service.fallback.kind = kind;
        }
    }
    for service in facts.services.iter_mut().filter(|one| one.id.as_str() == "library") {
        service.needs.clear();
    }
    facts.incidents.push(incident(&facts, Nature::Failure, Phase::Declared, START));
    facts
}

/// Everything is back; the last checks are under way; one notice was ended.
pub(crate) fn ended() -> TownFacts {
    let mut facts = gravelines();
    for asset in &mut facts.assets {
        asset.state = AssetState::Up;
    }
    facts.true_at = START.plus_ms(400 * HOUR);
    facts.incidents = vec![incident(&facts, Nature::Cyberattack, Phase::Restored, START)];
    for one in &mut facts.notices {
        one.ended_at = Some(START.plus_ms(390 * HOUR));
    }
    facts
}

/// A line of the town with what to dial instead.
pub(crate) fn line(number: &str, state: LineState, at: Instant, instead: &str) -> PhoneLine {
    let id: String = number.chars().filter(char::is_ascii_digit).collect();
    PhoneLine {
        id: LineId::parse(&id).expect("an identifier"),
        number: number.to_owned(),
        label: "QZLABEL".to_owned(),
        state,
        state_at: at,
        instead: (!instead.is_empty()).then(|| instead.to_owned()),
    }
}

/// Everything works but the telephones, and not all of them: the switchboard is answered elsewhere,
/// water is on a line of its own, the police's line is dead.
pub(crate) fn lines() -> TownFacts {
    let mut facts = filled("62473", "Isbergues", START.plus_ms(HOUR));
    desk(&mut facts, "waste", "", "", "03 28 00 00 14");
    set(&mut facts, AssetKind::Telephony, AssetState::Down, START);
    let before = START.plus_ms(-HOUR);
    facts.lines = vec![
        line("+33 3 28 00 00 10", LineState::Works, before, "06 00 00 00 01"),
        line("0328000019", LineState::Works, START.plus_ms(HOUR / 2), ""),
        line("03.28.00.00.17", LineState::Down, before, ""),
        line("03 28 00 00 12", LineState::Unknown, before, "06 00 00 00 02"),
    ];
    facts
}

/// A town whose every text is what nobody should type.
pub(crate) fn hostile() -> TownFacts {
    let mut facts = gravelines();
    let text = format!("<b>W\u{202e}</b>{}", "W".repeat(10_000));
    fill(&mut facts, &text);
    facts
}

/// Fills every text that a person or a register can type.
pub(crate) fn fill(facts: &mut TownFacts, text: &str) {
    text.clone_into(&mut facts.tenant.name);
    for service in &mut facts.services {
        let fields = [
            &mut service.name_fr,
            &mut service.name_en,
            &mut service.place,
            &mut service.hours,
            &mut service.phone,
            &mut service.fallback.note_fr,
            &mut service.fallback.note_en,
        ];
        for field in fields {
            *field = Some(text.to_owned());
        }
    }
    for line in &mut facts.lines {
        text.clone_into(&mut line.label);
        line.instead = Some(text.to_owned());
    }
    for notice in &mut facts.notices {
        fill_notice(notice, text);
    }
}

fn fill_notice(notice: &mut Notice, text: &str) {
    for version in &mut notice.versions {
        for words in [&mut version.fr, &mut version.en] {
            text.clone_into(&mut words.title);
            text.clone_into(&mut words.body);
        }
    }
}
