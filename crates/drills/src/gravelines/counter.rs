//! The counter through it all: appointments taken before are kept and printed, requests come in
//! online, and new appointments are taken once a person says what can still be served.
//!
//! Invented here: the people, what they ask, the agenda of the town's own software.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result, bail};
use beffroi_desk::{
    appointments::sheet::{self, Wanted},
    forms,
    keys::{self, Hand, Keyring},
    procedures, requests, sealing,
};
use beffroi_paper::Size;
use beffroi_registry::accounts::{self, NewPerson, OwnSecret};
use beffroi_store::{
    Store, TenantScope, agendas, agendas::sources, desk::requests as kept, own_keys, wrap,
};
use beffroi_town::{
    AccountId, Actor, Agenda, AgendaId, Instant, Lang, Role, ServiceId, TenantId,
    agenda::{Day, PeopleTake, Rules},
    oncall::Span,
    procedure::Health,
};
use beffroi_words::Zone;

use super::{Options, scene::Scene};
use crate::{
    person::{Page, Person},
    report::{DeskSeen, Report},
};

/// The service point that receives by appointment.
const AGENDA: &str = "cartes";
/// Appointments of the town's own software, on each of the next days.
const OF_SOFTWARE: [(&str, &str); 2] = [("0900", "Famille Lemaire"), ("1630", "Ahmed Diallo")];
const DAYS: i64 = 14;
/// Residents who take an appointment before the attack, and while it goes on.
const BEFORE: [&str; 3] = ["Inès Petit", "Jean-Pierre Caron", "Łucja Nowak"];
const DURING: [&str; 2] = ["Odile Vasseur", "Tuğba Yıldız"];
/// Children who are registered for the canteen while nothing works at the town hall.
const CHILDREN: [&str; 5] = ["Léa", "Noé", "Zoé", "Élie", "Maëlys"];

/// What only the director has: the key of the counter, which the printed codes open.
#[derive(Debug)]
pub(super) struct Counter {
    account: AccountId,
    pub(super) own: OwnSecret,
    pub(super) first_code: String,
}

/// Long before: the director opens the counter, and the agenda is pulled every night.
pub(super) async fn open(
    options: &Options,
    store: &Store,
    data: &Path,
    town: &TenantId,
) -> Result<Counter> {
    let (actor, at) = (Actor::CommandLine, options.clock.now());
    let scope = TenantScope::for_tenant(town);
    let person = NewPerson { name: "Camille Martin", role: Role::Director };
    let first = accounts::add(store, &actor, at, &scope, &person).await?;
    let pair = sealing::new_identity();
    // Nobody chooses a pass-phrase in this drill: what would open it under one is thrown away.
    let mut nobody_knows = [0; wrap::KEY_BYTES];
    options.entropy.fill(&mut nobody_knows);
    let wrapped = wrap::seal(&*options.entropy, &nobody_knows, "drill", b"")?;
    let mut tx = store.begin(std::slice::from_ref(town), &actor, at).await?;
    let public = pair.to_public().to_string();
    own_keys::make(&mut tx, town, &first.account, (&public, &wrapped)).await?;
    tx.commit().await?;
    let hand = Hand { store, scope: &scope, account: &first.account, at };
    let paper = keys::make(&hand).await?;
    if !keys::prove(&hand, &paper.check_code).await? {
        bail!("the recovery sheet of the counter is refused");
    }
    let agenda = agenda()?;
    let mut tx = store.begin(std::slice::from_ref(town), &actor, at).await?;
    agendas::save(&mut tx, town, &agenda).await?;
    sources::add(&mut tx, town, &agenda.id, "etat-civil.ics").await?;
    tx.commit().await?;
    let drops = data.join("agendas");
    fs::create_dir_all(&drops).context("make the folder of dropped agendas")?;
    let calendar = calendar(Zone::paris().day(at))?;
    fs::write(drops.join("etat-civil.ics"), calendar).context("drop the town's own agenda")?;
    Ok(Counter { account: first.account, own: sealing::secret(&pair), first_code: first.code })
}

fn agenda() -> Result<Agenda> {
    let rules = Rules {
        about_fr: "Carte d’identité et passeport".to_owned(),
        about_en: "Identity card and passport".to_owned(),
        place: "Hôtel de ville, état civil".to_owned(),
        week: Span::parse_all("lun-ven 9h-12h; lun-ven 14h-17h")?,
        slot_minutes: 20,
        seats: 2,
        people_max: 4,
        people_take: PeopleTake::OneSeat,
        notice_hours: 24,
        days_ahead: 60,
        closures: Vec::new(),
        procedure: None,
        paused: false,
    };
    let (id, service) = (AgendaId::parse(AGENDA)?, ServiceId::parse("identity_cards")?);
    Ok(Agenda { id, service, rank: 1, rules, word: None })
}

/// What the town's own software exports (RFC 5545).
fn calendar(today: Day) -> Result<String> {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//drill//FR\r\n".to_owned();
    for ahead in 0..DAYS {
        let day = today.plus(ahead).to_string().replace('-', "");
        for (hour, who) in OF_SOFTWARE {
            write!(
                text,
                "BEGIN:VEVENT\r\nUID:{day}T{hour}@drill\r\nDTSTAMP:{day}T000000Z\r\n\
                 DTSTART;TZID=Europe/Paris:{day}T{hour}00\r\nDURATION:PT20M\r\n\
                 SUMMARY:{who}\r\nEND:VEVENT\r\n"
            )?;
        }
    }
    text.push_str("END:VCALENDAR\r\n");
    Ok(text)
}

/// An ordinary Thursday: residents take appointments.
pub(super) fn before(scene: &Scene, report: &mut Report) -> Result<()> {
    let mut taken = Vec::new();
    for name in BEFORE {
        taken.extend(book(scene, name)?);
    }
    report.desk.appointments_kept = taken.len();
    Ok(())
}

/// Takes the first hour that is offered; none when none is.
fn book(scene: &Scene, name: &str) -> Result<Option<Day>> {
    let mut somebody = Person::new(&scene.base);
    let point = format!("{}rendez-vous/lieu/{AGENDA}/", scene.town.path());
    let days = somebody.open(&point)?;
    let Some(hour) = after(&days, &format!("href=\"{point}")) else { return Ok(None) };
    let form = somebody.open(&format!("{point}{hour}"))?;
    let who = [("name", name), ("phone", "06 39 98 00 01"), ("step", "check")];
    let check = somebody.send(&form, "", &who)?;
    let done = somebody.send(&check, "", &[("step", "send")])?;
    if after(&done, "class=\"code\">").is_none() {
        bail!("an appointment is refused: {} {}", done.status, done.path);
    }
    let day = hour.split('T').next().and_then(|day| Day::parse(day).ok());
    day.context("an hour without a day").map(Some)
}

/// What stands after a piece of a page, up to the next quotation mark or tag.
fn after(page: &Page, piece: &str) -> Option<String> {
    let rest = page.body.split(piece).nth(1)?;
    rest.split(['"', '<']).next().map(str::to_owned)
}

/// While it goes on: no new appointment before a person says so, then some; requests online; what is
/// kept is printed.
pub(super) async fn serve(scene: &mut Scene, report: &mut Report) -> Result<()> {
    let refused = book(scene, "Personne")?.is_none();
    let word = [("serves", "yes"), ("note_fr", "Retrait des cartes prêtes."), ("note_en", "")];
    scene.act(&format!("/console/agendas/{AGENDA}"), "/word", &word)?;
    let mut day = None;
    let mut seen = DeskSeen::default();
    for name in DURING {
        let booked = book(scene, name)?;
        seen.appointments_taken += usize::from(booked.is_some());
        day = booked.or(day);
    }
    let hand_at = scene.now();
    let scope = scene.scope();
    let ring = {
        let mut conn = scene.store.read().await?;
        keys::keyring(&mut conn, &scope, (&scene.counter.account, &scene.counter.own)).await?
    };
    for child in CHILDREN {
        let reference = register(scene, child)?;
        seen.requests_accepted += usize::from(reads(scene, &ring, &reference, child).await?);
    }
    let day = day.context("no appointment is taken while the attack goes on")?;
    let (kept, pages) = day_sheet(scene, &ring, day, hand_at).await?;
    seen.appointments_kept = kept;
    seen.pdf_pages = pages + blank_forms(scene, hand_at).await?;
    let expected = report.desk.appointments_kept + OF_SOFTWARE.len();
    let ok = refused
        && seen.requests_accepted == CHILDREN.len()
        && seen.appointments_taken == DURING.len()
        && kept == expected
        && expected == BEFORE.len() + OF_SOFTWARE.len();
    let detail = format!(
        "{} of {} requests read again by the town; {kept} of {expected} appointments on the day \
         sheet; refused before a person spoke: {refused}, then {} taken; {} pages",
        seen.requests_accepted,
        CHILDREN.len(),
        seen.appointments_taken,
        seen.pdf_pages
    );
    report.check("desk", ok, detail);
    report.desk = seen;
    Ok(())
}

/// A parent registers a child for the canteen; the reference on the receipt.
fn register(scene: &Scene, child: &str) -> Result<String> {
    let mut parent = Person::new(&scene.base);
    let form = parent.open(&format!("{}demarches/canteen/", scene.town.path()))?;
    let answers = [
        ("child.family_name", "Martin"),
        ("child.given_names", child),
        ("born.day", "5"),
        ("born.month", "4"),
        ("born.year", "2018"),
        ("school", "École du Port, CE1"),
        ("care.lunch", "yes"),
        ("days.mon", "yes"),
        ("from.day", "1"),
        ("from.month", "9"),
        ("from.year", "2024"),
        ("meal", "usual"),
        ("parent.family_name", "Martin"),
        ("parent.given_names", "Claude"),
        ("phone", "06 39 98 00 02"),
        ("home.street", "1 rue du Port"),
        ("home.postcode", "59820"),
        ("home.town", "Gravelines"),
    ];
    let check = parent.send(&form, "/demarches/canteen/", &answers)?;
    let receipt = parent.send(&check, "/envoyer", &[])?;
    after(&receipt, "<dd><b>").with_context(|| {
        format!("no receipt, but {} at {} after {}", receipt.status, receipt.path, check.path)
    })
}

/// Whether the town reads what was sent.
async fn reads(scene: &Scene, ring: &Keyring, reference: &str, child: &str) -> Result<bool> {
    let (scope, mut conn) = (scene.scope(), scene.store.read().await?);
    let Some(row) = kept::by_reference(&mut conn, &scope, reference).await? else {
        return Ok(false);
    };
    let opened = requests::open(&mut conn, &scope, ring, &row.id).await?;
    let named =
        |one: &requests::Opened| one.written.answers.get("child.given_names") == Some(child);
    Ok(opened.as_ref().is_some_and(named))
}

/// The day sheet: how many of those who were expected before stand on it, and its pages.
async fn day_sheet(
    scene: &Scene,
    ring: &Keyring,
    day: Day,
    printed_at: Instant,
) -> Result<(usize, usize)> {
    let (facts, scope, agenda) = (scene.facts().await?, scene.scope(), agenda()?);
    let wanted = Wanted { facts: &facts, agenda: &agenda, day, lang: Lang::Fr, printed_at };
    let key = beffroi_desk::appointments::service(&facts, &agenda)
        .and_then(|service| ring.get(beffroi_desk::appointments::group(service)));
    let mut conn = scene.store.read().await?;
    let visitors = sheet::visitors(&mut conn, &scope, &wanted, key).await?;
    let of_software = OF_SOFTWARE.map(|(_, who)| who);
    let expected = BEFORE.iter().chain(&of_software);
    let kept = expected.filter(|name| visitors.iter().any(|one| one.who == **name)).count();
    Ok((kept, sheet::pdf(&wanted, &visitors)?.pages))
}

/// One blank form of each procedure; how many pages.
async fn blank_forms(scene: &Scene, printed_at: Instant) -> Result<usize> {
    let facts = scene.facts().await?;
    let mut pages = 0;
    for procedure in &procedures::house()? {
        let order = forms::Order {
            facts: &facts,
            procedure,
            copies: 1,
            size: Size::Usual,
            health: Health::Off,
        };
        pages += forms::blank(&order, Lang::Fr, printed_at, scene.store.entropy())?.pages;
    }
    Ok(pages)
}
