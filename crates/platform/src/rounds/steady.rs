//! A clock that never goes back.
//!
//! Rule: it shows the time on the wall, but for a wall clock that was put back: then it goes on as
//! if it had not been. What is due stays due; put forward, things are due early, never late.

use std::sync::{Mutex, PoisonError};

use beffroi_town::Instant;
use tokio::time::Instant as Moment;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Steady(Mutex<Option<(Moment, Instant)>>);

impl Steady {
    /// The time, given what the wall shows.
    pub(crate) fn now(&self, wall: Instant) -> Instant {
        self.at(Moment::now(), wall)
    }

    fn at(&self, moment: Moment, wall: Instant) -> Instant {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = last.map_or(wall, |(before, shown)| {
            let passed = moment.saturating_duration_since(before).as_millis();
            wall.max(shown.plus_ms(i64::try_from(passed).unwrap_or(i64::MAX)))
        });
        *last = Some((moment, now));
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn an_hour_back_stops_nothing_and_an_hour_forward_hastens() {
        let (steady, start) = (Steady::default(), Moment::now());
        let after = |seconds: u64| start + Duration::from_secs(seconds);
        let wall = |seconds: i64| Instant::from_ms(1_700_000_000_000 + seconds * 1_000);
        let hour = 3_600;
        assert_eq!(steady.at(after(0), wall(0)), wall(0));
        assert_eq!(steady.at(after(60), wall(60)), wall(60));
        assert_eq!(steady.at(after(120), wall(120 - hour)), wall(120));
        assert_eq!(steady.at(after(420), wall(420 - hour)), wall(420), "five minutes are five");
        assert_eq!(steady.at(after(480), wall(480)), wall(480));
        assert_eq!(steady.at(after(540), wall(540 + hour)), wall(540 + hour));
        assert_eq!(steady.at(after(600), wall(600)), wall(600 + hour));
    }
}
