//! When somebody is on watch and when somebody wants to sleep: days and hours by the town's own
//! clock, written by a person and read back the same.
//!
//! Rules: a span that ends before it begins runs into the next day and belongs to the day it began
//! on; a span that ends when it begins is the whole day; no span at all is always.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::holidays;
use crate::asset::coded;

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 1_440;
/// Most spans of one person.
pub const SPANS_MAX: usize = 8;

/// A moment as a town's own clock and calendar show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
    /// Minutes since midnight.
    pub minute: u16,
}

impl Local {
    fn number(self) -> i64 {
        holidays::day_number(self.year, self.month, self.day)
    }

    /// The day of the week: 0 is Monday.
    pub fn weekday(self) -> u8 {
        // 1 January 1970 was a Thursday.
        u8::try_from((self.number() + 3).rem_euclid(7)).unwrap_or(0)
    }

    /// Whether the day is a public holiday of metropolitan France.
    pub fn is_holiday(self) -> bool {
        holidays::is_holiday(self.year, self.number())
    }

    /// Whether the day before was one.
    fn was_holiday(self) -> bool {
        let year = if (self.month, self.day) == (1, 1) { self.year - 1 } else { self.year };
        holidays::is_holiday(year, self.number() - 1)
    }
}

/// From one minute of the day to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hours {
    /// The first minute.
    pub from: u16,
    /// The minute after the last; before `from`: on the next day.
    pub to: u16,
}

impl Hours {
    /// Whether the minute lies in it, on whichever day it began.
    pub const fn contains(self, minute: u16) -> bool {
        self.today(minute) || self.since_yesterday(minute)
    }

    /// Whether the minute lies in the part that begins today.
    const fn today(self, minute: u16) -> bool {
        minute >= self.from && (self.to <= self.from || minute < self.to)
    }

    /// Whether the minute lies in what began the day before.
    const fn since_yesterday(self, minute: u16) -> bool {
        self.to <= self.from && minute < self.to
    }

    /// Minutes from `minute` until the end; the whole day has none.
    pub const fn left(self, minute: u16) -> u16 {
        (self.to + DAY_MINUTES - minute) % DAY_MINUTES
    }
}

/// Some days of the week, and hours of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    /// Monday first.
    pub days: [bool; 7],
    /// From when to when.
    pub hours: Hours,
}

coded! {
    /// What a public holiday makes of a person's watch.
    Holidays {
        /// Nothing: the day of the week counts.
        AsDays = "as_days",
        /// On watch the whole day.
        On = "on",
        /// Not on watch.
        Off = "off",
    }
}

/// Whether somebody with these spans is on watch.
pub fn on_watch(spans: &[Span], holidays: Holidays, local: Local) -> bool {
    let counts = |holiday: bool| !(holiday && holidays == Holidays::Off);
    if local.is_holiday() && holidays == Holidays::On {
        return true;
    }
    if spans.is_empty() {
        return counts(local.is_holiday());
    }
    let weekday = usize::from(local.weekday());
    let has = |span: &Span, day: usize| span.days.get(day).copied().unwrap_or(false);
    spans.iter().any(|span| {
        let today = has(span, weekday) && counts(local.is_holiday());
        let yesterday = has(span, (weekday + 6) % 7) && counts(local.was_holiday());
        (today && span.hours.today(local.minute))
            || (yesterday && span.hours.since_yesterday(local.minute))
    })
}

/// Text that is no hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHours {
    /// No hours of a day.
    #[error("'{0}' is not hours: write them as 18:00-08:00")]
    Hours(String),
    /// No days of the week.
    #[error("'{0}' is not days: write mon-fri or lun-ven, sat or sam, or all")]
    Days(String),
    /// Too many spans.
    #[error("at most {SPANS_MAX} spans: write longer ones")]
    Many,
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

/// `18:00`, `18h00`, `18h`, `8`; 24:00 is midnight.
fn clock(text: &str) -> Option<u16> {
    let tidy: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (hour, minute) = match tidy.split_once([':', 'h', 'H']) {
        Some((hour, "")) => (hour, "0"),
        Some((hour, minute)) => (hour, minute),
        None => (tidy.as_str(), "0"),
    };
    let digits = |text: &str| text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    match (hour, minute) {
        (24, 0) => Some(0),
        (0..=23, 0..=59) => Some(hour * 60 + minute),
        _ => None,
    }
}

impl Hours {
    /// Reads what a person typed: `18:00-08:00`, `18h-8h`.
    ///
    /// # Errors
    /// [`BadHours::Hours`].
    pub fn parse(text: &str) -> Result<Self, BadHours> {
        let tidy = text.trim().replace(['–', '—', 'à', 'À'], "-");
        let found = tidy.split_once('-').and_then(|(from, to)| Some((clock(from)?, clock(to)?)));
        let (from, to) = found.ok_or_else(|| BadHours::Hours(shown(text)))?;
        Ok(Self { from, to })
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

/// English and French names of the days; their first three letters are enough.
const DAYS: [[&str; 2]; 7] = [
    ["mon", "lun"],
    ["tue", "mar"],
    ["wed", "mer"],
    ["thu", "jeu"],
    ["fri", "ven"],
    ["sat", "sam"],
    ["sun", "dim"],
];

fn day(text: &str) -> Option<usize> {
    let start: String = text.trim().chars().take(3).flat_map(char::to_lowercase).collect();
    DAYS.iter().position(|names| names.contains(&start.as_str()))
}

/// `mon-fri`, `lun-ven`, `sat`, `all`.
fn days(text: &str) -> Option<[bool; 7]> {
    if matches!(text.to_lowercase().as_str(), "all" | "tous" | "tlj") {
        return Some([true; 7]);
    }
    let mut found = [false; 7];
    for part in text.split(',') {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(part)?, day(part)?),
        };
        let length = (last + 7 - first) % 7;
        for at in first..=first + length {
            *found.get_mut(at % 7)? = true;
        }
    }
    Some(found)
}

impl Span {
    /// Reads what a person typed: `mon-fri 18:00-08:00`, `sam-dim`, `18h-8h`.
    ///
    /// # Errors
    /// [`BadHours`].
    pub fn parse(text: &str) -> Result<Self, BadHours> {
        let text = text.trim();
        let begins_with_digit = text.starts_with(|c: char| c.is_ascii_digit());
        let (its_days, its_hours) = match text.split_once(char::is_whitespace) {
            _ if begins_with_digit => ("all", text),
            Some((days, hours)) => (days, hours),
            None => (text, "0-0"),
        };
        let days = days(its_days).ok_or_else(|| BadHours::Days(shown(its_days)))?;
        Ok(Self { days, hours: Hours::parse(its_hours)? })
    }

    /// Reads several, separated by semicolons; nothing at all is always.
    ///
    /// # Errors
    /// [`BadHours`].
    pub fn parse_all(text: &str) -> Result<Vec<Self>, BadHours> {
        let parts = text.split(';').filter(|part| !part.trim().is_empty());
        let spans = parts.map(Self::parse).collect::<Result<Vec<_>, _>>()?;
        if spans.len() > SPANS_MAX { Err(BadHours::Many) } else { Ok(spans) }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on: Vec<usize> = (0..7).filter(|at| self.days.get(*at) == Some(&true)).collect();
        let name = |at: &usize| DAYS.get(*at).map_or("", |[english, _]| english);
        let in_a_row = on.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b));
        match on.as_slice() {
            [_, _, _, _, _, _, _] => f.write_str("all")?,
            [first, .., last] if in_a_row && on.len() > 2 => {
                write!(f, "{}-{}", name(first), name(last))?;
            }
            several => {
                f.write_str(&several.iter().map(name).collect::<Vec<_>>().join(","))?;
            }
        }
        write!(f, " {}", self.hours)
    }
}

macro_rules! as_text {
    ($($type:ident),+) => {$(
        impl TryFrom<String> for $type {
            type Error = BadHours;
            fn try_from(text: String) -> Result<Self, BadHours> {
                Self::parse(&text)
            }
        }
        impl From<$type> for String {
            fn from(one: $type) -> Self {
                one.to_string()
            }
        }
    )+};
}
as_text!(Hours, Span);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i32, month: u8, day: u8, hour: u16) -> Local {
        Local { year, month, day, minute: hour * 60 }
    }

    /// Thursday 25 April 2024.
    fn thursday(hour: u16) -> Local {
        at(2024, 4, 25, hour)
    }

    #[test]
    fn days_of_the_week_are_known() {
        assert_eq!(thursday(0).weekday(), 3);
        assert_eq!(at(2026, 11, 25, 0).weekday(), 2);
        assert_eq!(at(1969, 12, 31, 0).weekday(), 2);
    }

    #[test]
    fn what_is_typed_is_read_and_written_back() {
        for (typed, written) in [
            ("mon-fri 18:00-08:00", "mon-fri 18:00-08:00"),
            ("lun-ven 18h-8h", "mon-fri 18:00-08:00"),
            ("Samedi,dimanche", "sat,sun 00:00-00:00"),
            ("sam-lun 9h30 – 12h", "mon,sat,sun 09:30-12:00"),
            ("tous 0:00-24:00", "all 00:00-00:00"),
            ("18h à 8h", "all 18:00-08:00"),
        ] {
            let span = Span::parse(typed).unwrap();
            assert_eq!(span.to_string(), written, "{typed}");
            assert_eq!(Span::parse(written), Ok(span));
        }
        for wrong in ["lundi-", "xyz 8h-9h", "mon 25:00-3:00", "mon 8:60-9", "mon 8", "8-", "é"] {
            assert!(Span::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Span::parse_all(" ; "), Ok(vec![]));
        assert_eq!(Span::parse_all(&"mon;".repeat(9)), Err(BadHours::Many));
        assert!(Hours::parse(&"9".repeat(100_000)).is_err());
    }

    #[test]
    fn a_night_belongs_to_the_evening_it_began_on() {
        let nights = Span::parse_all("lun-ven 18h-8h; sam-dim").unwrap();
        let on = |local| on_watch(&nights, Holidays::AsDays, local);
        assert!(!on(thursday(12)) && on(thursday(18)) && on(thursday(7)) && !on(thursday(8)));
        // Saturday morning is Friday's night and Saturday itself; Monday 7:00 is nobody's: Sunday
        // ended at midnight.
        assert!(on(at(2024, 4, 27, 7)) && on(at(2024, 4, 28, 23)) && !on(at(2024, 4, 29, 7)));
        assert!(on_watch(&[], Holidays::AsDays, thursday(3)));
    }

    #[test]
    fn holidays_count_as_the_person_says() {
        let office = Span::parse_all("lun-ven 8h-18h").unwrap();
        // Wednesday 8 May 2024.
        let (victory, night) = (at(2024, 5, 8, 10), at(2024, 5, 8, 23));
        assert!(on_watch(&office, Holidays::AsDays, victory));
        assert!(!on_watch(&office, Holidays::Off, victory));
        assert!(on_watch(&office, Holidays::On, night));
        assert!(!on_watch(&[], Holidays::Off, victory));
        // The night that began on the holiday is off, the one that begins the day after is not.
        let nights = Span::parse_all("18h-8h").unwrap();
        let new_year = at(2025, 1, 1, 20);
        assert!(!on_watch(&nights, Holidays::Off, new_year));
        assert!(!on_watch(&nights, Holidays::Off, at(2025, 1, 2, 3)));
        assert!(on_watch(&nights, Holidays::Off, at(2025, 1, 1, 3)), "the eve's night goes on");
        assert!(on_watch(&nights, Holidays::Off, at(2025, 1, 2, 20)));
    }

    #[test]
    fn the_end_of_a_quiet_night_is_known() {
        let night = Hours::parse("22:00-07:00").unwrap();
        assert!(night.contains(22 * 60) && night.contains(0) && !night.contains(7 * 60));
        assert_eq!(night.left(23 * 60), 8 * 60);
        assert_eq!(night.left(6 * 60 + 59), 1);
        let nap = Hours::parse("12-14").unwrap();
        assert!(nap.contains(13 * 60) && !nap.contains(14 * 60) && !nap.contains(3));
    }
}
