//! Appointments: when a service point receives people, and whether it takes new ones now.
//!
//! Rules: a slot is a day and a minute on the town's own clock; a service point receives nobody on
//! a public holiday nor on a day it is closed; a slot whose end is not within the opening is none.
//! An appointment that was taken holds whatever changes afterwards: what is written here decides
//! what is offered, never what stands. While an incident goes on, new ones are taken only where a
//! person said, since it was declared, that they can be kept.

mod day;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{
    AgendaId, Incident, Instant, Lang, ProcedureId, ServiceId, ServiceStatus,
    asset::coded,
    oncall::{DAY_MINUTES, Span},
};

pub use day::{BadDay, Closure, Day};

/// Longest slot, minutes.
pub const SLOT_MINUTES_MAX: u16 = 240;
/// Most seats of a slot.
pub const SEATS_MAX: u16 = 50;
/// Most people of one appointment.
pub const PEOPLE_MAX: u16 = 12;
/// Longest notice, hours.
pub const NOTICE_HOURS_MAX: u16 = 24 * 14;
/// Farthest day that is offered, from today.
pub const DAYS_AHEAD_MAX: u16 = 180;
/// Most closures of a service point.
pub const CLOSURES_MAX: usize = 60;
/// Longest text, characters.
pub const TEXT_CHARS_MAX: usize = 160;

coded! {
    /// What several people who come together take.
    PeopleTake {
        /// One seat for all of them: a family at one desk.
        OneSeat = "one_seat",
        /// A seat each: a passport is asked for by each in person.
        ASeatEach = "a_seat_each",
    }
}

/// How a service point receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What it is for, in French, as residents read it.
    pub about_fr: String,
    /// The same in English.
    pub about_en: String,
    /// Where.
    pub place: String,
    /// Days and hours of a usual week.
    pub week: Vec<Span>,
    /// How long one appointment is.
    pub slot_minutes: u16,
    /// How many are received at the same time.
    pub seats: u16,
    /// How many may come together.
    pub people_max: u16,
    /// What those who come together take.
    pub people_take: PeopleTake,
    /// How long beforehand the last appointment is taken.
    pub notice_hours: u16,
    /// How far ahead days are offered.
    pub days_ahead: u16,
    /// Days on which nobody is received.
    #[serde(default)]
    pub closures: Vec<Closure>,
    /// The procedure that says what to bring.
    #[serde(default)]
    pub procedure: Option<ProcedureId>,
    /// Nobody may take a new one until this is taken back.
    #[serde(default)]
    pub paused: bool,
}

/// A service point: a public service at a place, by appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agenda {
    /// Its code, unique in the tenant: `cartes`.
    pub id: AgendaId,
    /// Which public service.
    pub service: ServiceId,
    /// Its place in lists: lower first.
    pub rank: u32,
    /// How it receives.
    pub rules: Rules,
    /// What a person said of it in an incident, the last word.
    pub word: Option<Word>,
}

/// What a person says a service point can do while an incident goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Whether new appointments can be kept.
    pub serves: bool,
    /// What it can still serve, in French, if there is more to say.
    pub note_fr: Option<String>,
    /// The same in English.
    pub note_en: Option<String>,
    /// When it was said.
    pub at: Instant,
}

/// Whether a service point takes new appointments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It does.
    Yes,
    /// An incident goes on and nobody has said what can be kept.
    NotSaid,
    /// A person said that none can be kept.
    No,
    /// The town takes none for the moment.
    Paused,
    /// The service itself is closed.
    Closed,
}

/// A day and a minute on the town's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    /// The day.
    pub day: Day,
    /// Minutes since midnight.
    pub minute: u16,
}

/// What is wrong with how a service point is described: the field, and what to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No text where residents must read one.
    About,
    /// No place.
    Place,
    /// No opening, or one that runs over midnight.
    Week,
    /// A slot that fits into no opening.
    SlotMinutes,
    /// Seats.
    Seats,
    /// People who come together.
    People,
    /// Notice.
    Notice,
    /// Days ahead.
    DaysAhead,
    /// Closures.
    Closures,
}

impl Fault {
    /// What to write instead, for whoever keeps the file.
    pub const fn told(self) -> &'static str {
        match self {
            Self::About => {
                "about_fr and about_en say what the appointment is for, in at most 160 characters each"
            }
            Self::Place => "place says where to come, in at most 160 characters",
            Self::Week => "week needs days and hours within one day, as in mon-fri 09:00-12:00",
            Self::SlotMinutes => "slot_minutes must be 5 to 240, and fit into the opening hours",
            Self::Seats => "seats must be 1 to 50",
            Self::People => {
                "people_max must be 1 to 12, and no more than the seats when each takes one"
            }
            Self::Notice => "notice_hours must be 0 to 336",
            Self::DaysAhead => "days_ahead must be 1 to 180",
            Self::Closures => "closures: at most 60, each from a day to the same or a later one",
        }
    }
}

impl Rules {
    /// What it is for, in one language.
    pub fn about(&self, lang: Lang) -> &str {
        match lang {
            Lang::Fr => &self.about_fr,
            Lang::En => &self.about_en,
        }
    }

    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let text = |text: &str| !text.trim().is_empty() && text.chars().count() <= TEXT_CHARS_MAX;
        let by_day = |span: &Span| span.hours.from < span.hours.to || span.hours.to == 0;
        let wrong = [
            (Fault::About, !text(&self.about_fr) || !text(&self.about_en)),
            (Fault::Place, !text(&self.place)),
            (Fault::Week, self.week.is_empty() || !self.week.iter().all(by_day)),
            (Fault::SlotMinutes, !self.slots_fit()),
            (Fault::Seats, !(1..=SEATS_MAX).contains(&self.seats)),
            (Fault::People, !(1..=self.together_max()).contains(&self.people_max)),
            (Fault::Notice, self.notice_hours > NOTICE_HOURS_MAX),
            (Fault::DaysAhead, !(1..=DAYS_AHEAD_MAX).contains(&self.days_ahead)),
            (
                Fault::Closures,
                self.closures.len() > CLOSURES_MAX
                    || self.closures.iter().any(|one| one.last < one.first),
            ),
        ];
        wrong.into_iter().filter(|(_, wrong)| *wrong).map(|(fault, _)| fault).collect()
    }

    fn slots_fit(&self) -> bool {
        let fits = |span: &Span| end(span).saturating_sub(span.hours.from) >= self.slot_minutes;
        (5..=SLOT_MINUTES_MAX).contains(&self.slot_minutes) && self.week.iter().all(fits)
    }

    /// How many may come together at most.
    fn together_max(&self) -> u16 {
        match self.people_take {
            PeopleTake::OneSeat => PEOPLE_MAX,
            PeopleTake::ASeatEach => PEOPLE_MAX.min(self.seats),
        }
    }

    /// How many seats so many people take.
    pub fn seats_for(&self, people: u16) -> u16 {
        match self.people_take {
            PeopleTake::OneSeat => 1,
            PeopleTake::ASeatEach => people,
        }
    }

    /// The slots of a day, in order; none on a holiday or a day it is closed.
    pub fn slots(&self, day: Day) -> Vec<Slot> {
        let closed = day.is_holiday() || self.closures.iter().any(|one| one.has(day));
        if closed || self.slot_minutes == 0 {
            return Vec::new();
        }
        let weekday = usize::from(day.weekday());
        let open = self.week.iter().filter(|span| span.days.get(weekday) == Some(&true));
        let mut minutes: Vec<u16> = open.flat_map(|span| self.minutes(span)).collect();
        minutes.sort_unstable();
        minutes.dedup();
        minutes.into_iter().map(|minute| Slot { day, minute }).collect()
    }

    fn minutes(&self, span: &Span) -> impl Iterator<Item = u16> + use<> {
        let (from, end, length) = (span.hours.from, end(span), self.slot_minutes);
        (from..end).step_by(usize::from(length)).filter(move |minute| minute + length <= end)
    }

    /// The first instant of an appointment that may still be taken now.
    pub fn first_at(&self, now: Instant) -> Instant {
        now.plus_ms(i64::from(self.notice_hours) * 3_600_000)
    }
}

/// The minute after the last of a span within one day.
const fn end(span: &Span) -> u16 {
    if span.hours.to == 0 { DAY_MINUTES } else { span.hours.to }
}

impl Agenda {
    /// Whether it takes new appointments, its service being in this state, while these incidents
    /// go on.
    pub fn taking(&self, status: ServiceStatus, incidents: &[Incident]) -> Taking {
        if self.rules.paused {
            return Taking::Paused;
        }
        let since = incidents.iter().filter(|one| one.is_open()).map(|one| one.declared_at).max();
        let Some(since) = since else {
            let closed = status == ServiceStatus::Closed;
            return if closed { Taking::Closed } else { Taking::Yes };
        };
        // What was said in an earlier incident says nothing of this one.
        match self.word.as_ref().filter(|word| word.at >= since) {
            None => Taking::NotSaid,
            Some(word) if word.serves => Taking::Yes,
            Some(_) => Taking::No,
        }
    }
}

impl Word {
    /// What more is said, in one language, else in the other.
    pub fn note(&self, lang: Lang) -> Option<&str> {
        let (own, other) = match lang {
            Lang::Fr => (&self.note_fr, &self.note_en),
            Lang::En => (&self.note_en, &self.note_fr),
        };
        own.as_deref().or(other.as_deref())
    }
}
