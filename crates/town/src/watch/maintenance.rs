//! Jobs that a person announces to a guard, because they delete or rename many files.

use serde::{Deserialize, Serialize};

use crate::Instant;

/// Most announced jobs of one guard.
pub const MAINTENANCE_MAX: usize = 16;
/// Longest job, in minutes.
pub const MAINTENANCE_MINUTES_MAX: u32 = 720;
/// Most days on which one may run.
pub const MAINTENANCE_DAYS_MAX: u32 = 366;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// A time in which nobody is asked about files that one user deletes or renames. Whatever else that
/// user does counts as ever, and all that is deleted is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// The user whom the job runs as, by the host's own number (`id -u`). Never a program: whoever
    /// names its program so would be trusted.
    pub user: u32,
    /// When it begins on the first day.
    pub from_at: Instant,
    /// How long it may take, in minutes; 0 withdraws what was announced for that user.
    pub minutes: u32,
    /// On how many days, each 24 hours after the one before.
    pub days: u32,
}

impl Maintenance {
    /// Whether each number is within its bound.
    pub fn is_sound(&self) -> bool {
        self.minutes <= MAINTENANCE_MINUTES_MAX && (1..=MAINTENANCE_DAYS_MAX).contains(&self.days)
    }

    /// Until when it goes on, if it does at `now`.
    pub fn until(&self, now: Instant) -> Option<Instant> {
        let since = now.ms_since(self.from_at);
        if since < 0 || since / DAY_MS >= i64::from(self.days) {
            return None;
        }
        let begun = self.from_at.plus_ms(since / DAY_MS * DAY_MS);
        let until = begun.plus_ms(i64::from(self.minutes) * 60_000);
        (now < until).then_some(until)
    }

    /// Whether it will never go on again.
    pub fn is_over(&self, now: Instant) -> bool {
        self.minutes == 0 || now.ms_since(self.from_at) >= i64::from(self.days) * DAY_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_for_its_minutes_on_each_of_its_days() {
        let hour = 3_600_000;
        let at = |hours: i64| Instant::from_ms(1_000 * hour + hours * hour);
        let job = Maintenance { user: 1005, from_at: at(0), minutes: 120, days: 2 };
        let goes_on = |hours| job.until(at(hours)).is_some();
        assert_eq!(
            [-1, 0, 1, 2, 23, 24, 25, 26, 48].map(goes_on),
            [false, true, true, false, false, true, true, false, false]
        );
        assert_eq!(job.until(at(25)), Some(at(26)));
        assert_eq!([0, 47, 48].map(|hours| job.is_over(at(hours))), [false, false, true]);
        assert!(Maintenance { minutes: 0, ..job }.is_over(at(0)));
        assert!(job.is_sound() && !Maintenance { days: 0, ..job }.is_sound());
        assert!(!Maintenance { minutes: 721, ..job }.is_sound());
    }
}
