//! How long a snapshot stays, and which stay whatever anybody asks.
//!
//! Rules:
//! - Times are the vault's own times of receipt: what a client writes into a snapshot counts for
//!   nothing.
//! - Nothing may go before its retention ends. That is a lower bound: what may go, goes only when
//!   people have it thinned.
//! - Protected are the newest, and the first of each week and month. They are chosen twice: among
//!   those judged clean, and among those not known to be doubtful. So neither a flood of snapshots
//!   that nobody judged nor a judge that stays away takes a clean one's place. And the first of a
//!   month stays whatever is said of it: whoever has an inspector's credential could call all ruined.
//! - Of a week or month the *first* is protected: whatever is sent later takes nothing from it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Instant, asset::coded};

const DAY_MS: i64 = 24 * 3_600_000;

/// The shortest retention that can be set, in days: towns notice an attack after days, not hours.
pub const DAYS_MIN: u32 = 7;
/// The longest that can be set.
pub const DAYS_MAX: u32 = 3_650;

/// What the operator has settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Nothing may go before as many days have passed since it was received.
    pub days: u32,
    /// After as many days, what may go is said to be due for thinning.
    pub days_most: u32,
    /// How many of the newest clean snapshots are protected.
    pub newest: u32,
    /// For how many weeks that have any, the first clean one is protected.
    pub weeks: u32,
    /// The same for months.
    pub months: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: 30, days_most: 400, newest: 7, weeks: 8, months: 12 }
    }
}

impl Retention {
    /// Whether what was received then has been kept as long as it must be.
    pub fn is_over(&self, received_at: Instant, now: Instant) -> bool {
        now >= self.ends(received_at)
    }

    /// When the retention of what was received then ends.
    pub fn ends(&self, received_at: Instant) -> Instant {
        received_at.plus_ms(i64::from(self.days).saturating_mul(DAY_MS))
    }
}

/// How far a snapshot is believed to be clean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// An inspector found it clean.
    Clean,
    /// Nobody has judged it: it is protected as if it were clean.
    Unjudged,
    /// An inspector found it suspect or bad.
    Doubtful,
}

/// A snapshot that the vault holds.
#[derive(Clone, Copy, Debug)]
pub struct Held<'s> {
    /// Its name.
    pub name: &'s str,
    /// When it was received.
    pub received_at: Instant,
    /// How far it is believed to be clean.
    pub trust: Trust,
}

coded! {
    /// Why a snapshot is protected.
    Protection {
        /// It is among the newest.
        Newest = "newest",
        /// It is the first of its week.
        Week = "week",
        /// It is the first of its month.
        Month = "month",
    }
}

/// Whether a snapshot may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// Its retention has not ended.
    Young {
        /// When it does.
        until: Instant,
    },
    /// It stays, whatever its age.
    Protected {
        /// Why.
        by: Protection,
    },
    /// It may go, when people agree.
    MayGo,
    /// The same, and it has been kept longer than the longest that was settled.
    Due,
}

impl Standing {
    /// Whether it may go.
    pub const fn may_go(self) -> bool {
        matches!(self, Self::MayGo | Self::Due)
    }
}

/// The standing of each snapshot, in the order in which they came.
pub fn standings(held: &[Held<'_>], now: Instant, retention: &Retention) -> Vec<Standing> {
    let protected = Protected::among(held, retention);
    let most = i64::from(retention.days_most).saturating_mul(DAY_MS);
    let standing = |one: &Held<'_>| {
        if !retention.is_over(one.received_at, now) {
            Standing::Young { until: retention.ends(one.received_at) }
        } else if let Some(by) = protected.why(one.name) {
            Standing::Protected { by }
        } else if now.ms_since(one.received_at) > most {
            Standing::Due
        } else {
            Standing::MayGo
        }
    };
    held.iter().map(standing).collect()
}

/// The names that are protected, by reason.
#[derive(Default)]
struct Protected<'s>([BTreeSet<&'s str>; 3]);

impl<'s> Protected<'s> {
    fn among(held: &[Held<'s>], retention: &Retention) -> Self {
        let mut all: Vec<Held<'s>> = held.to_vec();
        all.sort_by_key(|one| (one.received_at, one.name));
        let mut protected = Self::default();
        // Something always stays, even where everything is doubtful.
        protected.newest(all.iter(), 1);
        let [_, _, months] = &mut protected.0;
        months.extend(firsts(all.iter(), retention.months, month));
        let clean = all.iter().filter(|one| one.trust == Trust::Clean);
        let not_doubtful = all.iter().filter(|one| one.trust != Trust::Doubtful);
        protected.add(clean, retention);
        protected.add(not_doubtful, retention);
        protected
    }

    fn newest<'h>(&mut self, some: impl DoubleEndedIterator<Item = &'h Held<'s>>, count: u32)
    where
        's: 'h,
    {
        let [newest, ..] = &mut self.0;
        newest.extend(some.rev().take(count as usize).map(|one| one.name));
    }

    /// Protects among these, oldest first.
    fn add<'h>(
        &mut self,
        some: impl DoubleEndedIterator<Item = &'h Held<'s>> + Clone,
        retention: &Retention,
    ) where
        's: 'h,
    {
        self.newest(some.clone(), retention.newest);
        let [_, weeks, months] = &mut self.0;
        weeks.extend(firsts(some.clone(), retention.weeks, week));
        months.extend(firsts(some, retention.months, month));
    }

    fn why(&self, name: &str) -> Option<Protection> {
        let [newest, weeks, months] = &self.0;
        let reasons =
            [(newest, Protection::Newest), (weeks, Protection::Week), (months, Protection::Month)];
        reasons.into_iter().find(|(names, _)| names.contains(name)).map(|(_, why)| why)
    }
}

/// The first of each of the newest spans that have any. Spans without a snapshot do not count: a
/// server that was silent for a year loses nothing by it.
fn firsts<'s, 'h>(
    some: impl Iterator<Item = &'h Held<'s>>,
    count: u32,
    span: fn(Instant) -> i64,
) -> Vec<&'s str>
where
    's: 'h,
{
    let mut first: Vec<(i64, &'s str)> = Vec::new();
    for one in some {
        let span = span(one.received_at);
        if first.last().is_none_or(|(last, _)| *last != span) {
            first.push((span, one.name));
        }
    }
    first.into_iter().rev().take(count as usize).map(|(_, name)| name).collect()
}

/// The number of a week since 1970, from Monday on, in universal time.
fn week(at: Instant) -> i64 {
    // The first of January 1970 was a Thursday.
    (at.ms().div_euclid(DAY_MS) + 3).div_euclid(7)
}

/// The number of a month since the year 0, in universal time.
fn month(at: Instant) -> i64 {
    // Years that begin in March end with the day that leap years add (Hinnant, civil_from_days).
    let days = at.ms().div_euclid(DAY_MS) + 719_468;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    (year + era * 400) * 12 + from_march + 2
}

#[cfg(test)]
mod tests;
