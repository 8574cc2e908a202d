//! The day sheet: who comes to a service point on one day, those of the town's own software as it
//! was last pulled included.
//!
//! Rules: it is made by whoever holds the key of the service's group; what cannot be opened stands
//! on the sheet with its hour and says so: an hour is never dropped.

use beffroi_paper::{self as paper, Pdf};
use beffroi_store::{
    Conn, TenantScope,
    agendas::{self, sources},
    appointments as kept,
};
use beffroi_town::{
    Agenda, AgendaId, Instant, Lang, Tenant, TownFacts,
    agenda::{Day, Slot},
    printer::{SealedAppointment, SealedDay},
    procedure::KeyGroup,
};
use beffroi_words::{Words, Zone};
use serde::{Deserialize, Serialize};

use super::{AppointmentError, Visitor, calendar, group, service};
use crate::sealing::{self, Identity, Recipient};

/// An appointment of the town's own software.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Minutes since midnight.
    pub minute: u16,
    /// Who comes, or whatever its title says.
    pub who: String,
    /// What for.
    pub about: String,
    /// How they are reached.
    pub phone: String,
}

/// Which day, of which service point, for whom.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The town.
    pub facts: &'a TownFacts,
    /// The service point.
    pub agenda: &'a Agenda,
    /// The day.
    pub day: Day,
    /// The language of the sheet.
    pub lang: Lang,
    /// When it is printed.
    pub printed_at: Instant,
}

/// Who comes, as far as a key opens it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Everybody, in no order.
    pub visitors: Vec<paper::Appointment>,
    /// How many of those lines could not be opened.
    pub locked: u32,
}

/// Everybody who comes to a service point on a day, sealed as it is kept.
///
/// # Errors
/// The store's.
pub async fn sealed(
    conn: &mut Conn,
    scope: &TenantScope,
    (agenda, day): (&AgendaId, Day),
) -> Result<SealedDay, AppointmentError> {
    let ours = kept::of_day(conn, scope, day).await?;
    let ours = ours.into_iter().filter(|one| one.agenda == *agenda).map(|one| SealedAppointment {
        minute: one.slot.minute,
        people: one.people,
        reference: one.reference,
        sealed: one.sealed,
    });
    let theirs = sources::of_day(conn, scope, day).await?.into_iter();
    let theirs = theirs.filter(|(id, _)| id == agenda).map(|(_, sealed)| sealed);
    Ok(SealedDay { appointments: ours.collect(), pulled: theirs.collect() })
}

/// Opens a day with whatever key there is.
pub fn open(words: &Words, day: &SealedDay, key: Option<&Identity>) -> Opened {
    let mut opened = Opened::default();
    for one in &day.appointments {
        let visitor = one.sealed.as_deref().and_then(|sealed| {
            serde_json::from_slice::<Visitor>(&sealing::open(key?, sealed).ok()?).ok()
        });
        opened.locked += u32::from(visitor.is_none());
        opened.visitors.push(own(words, one, visitor));
    }
    for sealed in &day.pulled {
        let bytes = key.and_then(|key| sealing::open(key, sealed).ok());
        let read = bytes.and_then(|bytes| serde_json::from_slice::<Vec<Kept>>(&bytes).ok());
        opened.locked += u32::from(read.is_none());
        opened.visitors.extend(pulled(words, read));
    }
    opened
}

/// Everybody who comes, in no order.
///
/// # Errors
/// The store's.
pub async fn visitors(
    conn: &mut Conn,
    scope: &TenantScope,
    wanted: &Wanted<'_>,
    key: Option<&Identity>,
) -> Result<Vec<paper::Appointment>, AppointmentError> {
    let day = sealed(conn, scope, (&wanted.agenda.id, wanted.day)).await?;
    Ok(open(Words::of(wanted.lang), &day, key).visitors)
}

fn own(words: &Words, one: &SealedAppointment, visitor: Option<Visitor>) -> paper::Appointment {
    let mut about = vec![one.reference.clone()];
    if one.people > 1 {
        about.push(words.say_with("agenda-people-count", &[("count", one.people.into())]));
    }
    let visitor = visitor.unwrap_or_else(|| Visitor {
        name: words.say("agenda-sheet-locked"),
        ..Visitor::default()
    });
    about.extend(Some(visitor.about).filter(|text| !text.is_empty()));
    let phone = if visitor.phone.is_empty() { visitor.mail } else { visitor.phone };
    paper::Appointment { minute: one.minute, who: visitor.name, about: about.join(" · "), phone }
}

fn pulled(words: &Words, read: Option<Vec<Kept>>) -> Vec<paper::Appointment> {
    let read = read.unwrap_or_else(|| {
        let who = words.say("agenda-sheet-locked-all");
        vec![Kept { minute: 0, who, about: String::new(), phone: String::new() }]
    });
    let line = |one: Kept| paper::Appointment {
        minute: one.minute,
        who: one.who,
        about: one.about,
        phone: one.phone,
    };
    read.into_iter().map(line).collect()
}

/// What was read of the town's own software, a day at a time, sealed for who prints the sheet.
///
/// # Errors
/// [`AppointmentError`].
pub fn keep(
    recipients: &[Recipient],
    read: &calendar::Read,
) -> Result<Vec<sources::KeptDay>, AppointmentError> {
    let day = |(day, all): (&Day, &Vec<Kept>)| {
        let sealed = sealing::seal_for(recipients, &serde_json::to_vec(all)?)?;
        let events = u32::try_from(all.len()).unwrap_or(u32::MAX);
        Ok(sources::KeptDay { day: *day, events, sealed })
    };
    read.days.iter().map(day).collect()
}

/// What a sheet is called: the service point, as its staff know it.
pub fn place(agenda: &Agenda, lang: Lang) -> String {
    format!("{} – {}", agenda.rules.about(lang), agenda.rules.place)
}

/// A sheet to print.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// Whose.
    pub tenant: &'a Tenant,
    /// As [`place`] calls it.
    pub place: &'a str,
    /// The day.
    pub day: Day,
    /// The language.
    pub lang: Lang,
    /// When it is printed.
    pub printed_at: Instant,
    /// When the sheet that this one replaces was printed.
    pub replaces: Option<Instant>,
}

impl Sheet<'_> {
    /// The sheet as a PDF.
    ///
    /// # Errors
    /// [`AppointmentError::Paper`]: a fault of the program.
    pub fn pdf(&self, visitors: &[paper::Appointment]) -> Result<Pdf, AppointmentError> {
        let noon = Slot { day: self.day, minute: 12 * 60 };
        let day = Zone::of(self.tenant).instant(noon).unwrap_or(self.printed_at);
        let sheet = paper::DaySheet {
            tenant: self.tenant,
            place: self.place,
            day,
            appointments: visitors,
            printed_at: self.printed_at,
            replaces: self.replaces,
        };
        Ok(paper::day_sheet(&sheet, self.lang)?)
    }
}

/// The sheet as a PDF, for who asks in the console.
///
/// # Errors
/// [`AppointmentError::Paper`]: a fault of the program.
pub fn pdf(wanted: &Wanted<'_>, visitors: &[paper::Appointment]) -> Result<Pdf, AppointmentError> {
    let sheet = Sheet {
        tenant: &wanted.facts.tenant,
        place: &place(wanted.agenda, wanted.lang),
        day: wanted.day,
        lang: wanted.lang,
        printed_at: wanted.printed_at,
        replaces: None,
    };
    sheet.pdf(visitors)
}

/// The service points that anybody comes to on a day, closed ones too, and whose key opens them.
///
/// # Errors
/// The store's.
pub async fn points(
    conn: &mut Conn,
    scope: &TenantScope,
    facts: &TownFacts,
    day: Day,
) -> Result<Vec<(Agenda, KeyGroup)>, AppointmentError> {
    let ours = kept::of_day(conn, scope, day).await?;
    let theirs = sources::of_day(conn, scope, day).await?;
    let mut known = agendas::known(conn, scope).await?;
    known.retain(|agenda| {
        ours.iter().any(|one| one.agenda == agenda.id)
            || theirs.iter().any(|(id, _)| *id == agenda.id)
    });
    let with_group = |agenda: Agenda| {
        let group = service(facts, &agenda).map_or(KeyGroup::General, group);
        (agenda, group)
    };
    Ok(known.into_iter().map(with_group).collect())
}
