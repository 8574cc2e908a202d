//! What a server sends in a day, against its own habit. Without any key: volumes are all that the
//! vault itself can see.
//!
//! Rules:
//! - A volume is at most unusual, never bad: photographs are imported, servers move, a dump changes
//!   its form. An inspector, who reads, says more.
//! - A day is compared with the same weekday and, at the end of a month, with other ends of months;
//!   so that the Sunday copy and the monthly closing are no news.

/// What came in one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Its number since 1970, cut at noon so that a night is one.
    pub number: i64,
    /// New bytes.
    pub bytes: u64,
    /// New packs.
    pub packs: u64,
}

/// How odd a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    /// As on other such days, or too little to matter, or no habit is known.
    Usual,
    /// More than on any such day: told on the console.
    Unusual,
    /// As if most of what is there had come anew: an alarm.
    Gross,
}

/// A day, in thousandths of a second.
pub const DAY_MS: i64 = 24 * 3_600_000;
/// Days are cut at noon.
const NOON_MS: i64 = 12 * 3_600_000;
/// How many days are looked back on.
pub const LOOK_BACK_DAYS: i64 = 92;
/// Before so many days with backups no habit is known.
const DAYS_LEAST: usize = 14;
/// Less than this is never odd.
const BYTES_LEAST: u64 = 1 << 30;

/// The number of the day that an instant belongs to.
pub const fn day_of(ms: i64) -> i64 {
    (ms - NOON_MS).div_euclid(DAY_MS)
}

/// How odd what came in `day` is, given the days before it and what the repository held then.
/// `is_month_end` tells the numbers of days at the end of a month.
pub fn oddity(
    before: &[Day],
    day: Day,
    held_bytes: u64,
    is_month_end: impl Fn(i64) -> bool,
) -> Oddity {
    let recent: Vec<&Day> = before
        .iter()
        .filter(|one| one.number < day.number && one.number >= day.number - LOOK_BACK_DAYS)
        .collect();
    if recent.len() < DAYS_LEAST || day.bytes < BYTES_LEAST {
        return Oddity::Usual;
    }
    let alike = |one: &&&Day| {
        (day.number - one.number) % 7 == 0 || (is_month_end(day.number) && is_month_end(one.number))
    };
    let most = |days: &mut dyn Iterator<Item = u64>| days.max().unwrap_or(0);
    let such = most(&mut recent.iter().filter(alike).map(|one| one.bytes));
    let any = most(&mut recent.iter().map(|one| one.bytes));
    let lately = recent.iter().filter(|one| day.number - one.number <= 14);
    let lately = most(&mut lately.map(|one| one.bytes));
    if day.bytes > any.saturating_mul(2) && day.bytes >= held_bytes / 2 {
        return Oddity::Gross;
    }
    let usual = such.max(lately);
    if day.bytes > usual.saturating_mul(3) { Oddity::Unusual } else { Oddity::Usual }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1 << 30;

    /// Two gigabytes each night, ten on Sundays, thirty at the end of a month of thirty days.
    fn habit(until: i64) -> Vec<Day> {
        let bytes = |number: i64| match (number % 30, number % 7) {
            (0, _) => 30 * GB,
            (_, 3) => 10 * GB,
            _ => 2 * GB,
        };
        (until - 90..until).map(|number| Day { number, bytes: bytes(number), packs: 9 }).collect()
    }

    fn said(number: i64, bytes: u64) -> Oddity {
        let day = Day { number, bytes, packs: 9 };
        oddity(&habit(number), day, 400 * GB, |number| number % 30 == 0)
    }

    #[test]
    fn a_day_is_compared_with_its_like() {
        // 20003 % 7 is 4 and 20003 % 30 is 23: a plain day.
        assert_eq!(said(20_003, 3 * GB), Oddity::Usual);
        assert_eq!(said(20_003, 29 * GB), Oddity::Usual, "Sundays of the last fortnight had ten");
        assert_eq!(said(20_003, 100 * GB), Oddity::Unusual);
        assert_eq!(said(20_010, 60 * GB), Oddity::Usual, "the end of a month");
        assert_eq!(said(20_003, 250 * GB), Oddity::Gross);
    }

    #[test]
    fn without_a_habit_nothing_is_odd() {
        let day = Day { number: 100, bytes: 900 * GB, packs: 9 };
        assert_eq!(oddity(&habit(100)[80..], day, 0, |_| false), Oddity::Usual);
        let tiny = Day { number: 100, bytes: 1_000, packs: 9 };
        let none: Vec<Day> = (0..90).map(|number| Day { number, bytes: 1, packs: 1 }).collect();
        assert_eq!(oddity(&none, tiny, 0, |_| false), Oddity::Usual);
        assert_eq!(day_of(0), -1);
        assert_eq!(day_of(NOON_MS), 0);
        assert_eq!(day_of(DAY_MS), 0, "midnight belongs to the evening before");
    }
}
