//! A day of the calendar, without an hour and without a place.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::oncall::{Local, holidays::day_number};

/// The days from 1 January 1970 to 31 December 9999.
const LAST: i64 = 2_932_896;

/// A day, as the number of days since 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(i64);

/// Text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDay {
    /// One day.
    #[error("'{0}' is not a day: write it as 2026-12-24")]
    Day(String),
    /// From a day to another.
    #[error("'{0}' is not a closure: write 2026-12-24 or 2026-12-24/2027-01-02")]
    Closure(String),
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

impl Day {
    /// From year, month and day; none for what no calendar from 1970 to 9999 has.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let made = Self(day_number(year, month, day));
        let real = (1..=12).contains(&month) && (0..=LAST).contains(&made.0);
        (real && made.civil() == (year, month, day)).then_some(made)
    }

    /// The day of a moment on a town's clock.
    pub fn of(local: Local) -> Self {
        Self(day_number(local.year, local.month, local.day).clamp(0, LAST))
    }

    /// Reads `2026-12-24`.
    ///
    /// # Errors
    /// [`BadDay::Day`].
    pub fn parse(text: &str) -> Result<Self, BadDay> {
        let digits = |from: usize, to: usize| {
            let part = text.get(from..to)?;
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u16>().ok())?
        };
        let bytes = text.as_bytes();
        let shape = text.len() == 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
        let read = || {
            let (month, day) = (u8::try_from(digits(5, 7)?), u8::try_from(digits(8, 10)?));
            Self::new(i32::from(digits(0, 4)?), month.ok()?, day.ok()?)
        };
        shape.then(read).flatten().ok_or_else(|| BadDay::Day(shown(text)))
    }

    /// Year, month, day.
    pub fn civil(self) -> (i32, u8, u8) {
        // The year begins in March, so that the leap day is its last.
        let shifted = self.0 + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + i64::from(month <= 2);
        let small = |number: i64| u8::try_from(number).unwrap_or(1);
        (i32::try_from(year).unwrap_or(1970), small(month), small(day))
    }

    fn local(self) -> Local {
        let (year, month, day) = self.civil();
        Local { year, month, day, minute: 0 }
    }

    /// The day of the week: 0 is Monday.
    pub fn weekday(self) -> u8 {
        self.local().weekday()
    }

    /// Whether it is a public holiday of metropolitan France.
    pub fn is_holiday(self) -> bool {
        self.local().is_holiday()
    }

    /// So many days later, or earlier.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days).clamp(0, LAST))
    }

    /// How many days later than another.
    pub const fn days_since(self, other: Self) -> i64 {
        self.0 - other.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl TryFrom<String> for Day {
    type Error = BadDay;
    fn try_from(text: String) -> Result<Self, BadDay> {
        Self::parse(&text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

/// Days on which nobody is received, the first and the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Closure {
    /// The first.
    pub first: Day,
    /// The last.
    pub last: Day,
}

impl Closure {
    /// Whether a day is one of them.
    pub fn has(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// Reads `2026-12-24`, or `2026-12-24/2027-01-02`.
    ///
    /// # Errors
    /// [`BadDay::Closure`].
    pub fn parse(text: &str) -> Result<Self, BadDay> {
        let text = text.trim();
        let (first, last) = text.split_once('/').unwrap_or((text, text));
        let wrong = |_| BadDay::Closure(shown(text));
        let first = Day::parse(first.trim()).map_err(wrong)?;
        let last = Day::parse(last.trim()).map_err(wrong)?;
        Ok(Self { first, last })
    }
}

impl fmt::Display for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        if self.last == self.first { Ok(()) } else { write!(f, "/{}", self.last) }
    }
}

impl TryFrom<String> for Closure {
    type Error = BadDay;
    fn try_from(text: String) -> Result<Self, BadDay> {
        Self::parse(&text)
    }
}

impl From<Closure> for String {
    fn from(one: Closure) -> Self {
        one.to_string()
    }
}
