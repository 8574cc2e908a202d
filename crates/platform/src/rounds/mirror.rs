//! Keeps the mirror up to date: after each change, and each hour in any case, so that the time at
//! which it was last true stays honest.
//!
//! Rules: a change waits a moment for those that come with it; a host that is gone is tried again
//! with growing pauses, and what was not sent goes with the next try.

use std::{sync::Arc, time::Duration};

use beffroi_store::{Changes, Store};
use beffroi_town::edge::Clock;
use tokio::time::{Instant as Tick, sleep_until};

use super::start_of_following;
use crate::{
    config::Config,
    mirror::{Mirror, Work},
    noted::{MIRROR, noted},
};

/// How long a change waits for those that come with it.
const TOGETHER: Duration = Duration::from_secs(1);
/// How often everything is made anew.
const ANEW_EVERY: Duration = Duration::from_hours(1);
/// The pause after a first failure; it doubles.
const AGAIN: Duration = Duration::from_secs(5);
/// The longest pause.
const AGAIN_MAX: Duration = Duration::from_mins(5);

/// Keeps the mirror for as long as the platform runs.
pub(crate) async fn keep_mirror(store: Store, clock: Arc<dyn Clock>, config: Config) {
    let Ok(mut mirror) = Mirror::new(&store, &config) else { return };
    let from = loop {
        match start_of_following(&store).await {
            Ok(from) => break from,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the mirror waits");
                tokio::time::sleep(AGAIN).await;
            }
        }
    };
    let mut follower = store.follow(from);
    let (mut work, mut failures) = (Work::All, 0_u32);
    mirror.send_everything();
    let mut anew_at = Tick::now() + ANEW_EVERY;
    loop {
        let at = clock.now();
        match noted(&store, MIRROR, at, mirror.bring_up_to_date(&work, at)).await {
            Ok(_) => (work, failures) = (Work::nothing(), 0),
            Err(error) => {
                failures += 1;
                tracing::warn!(error = &error as &dyn std::error::Error, "the mirror is behind");
            }
        }
        let mut wake = if failures > 0 { Tick::now() + pause(failures) } else { anew_at };
        loop {
            tokio::select! {
                changes = follower.next() => {
                    work.add(concerned(changes));
                    if failures == 0 {
                        wake = wake.min(Tick::now() + TOGETHER);
                    }
                }
                () = sleep_until(wake) => break,
            }
        }
        if Tick::now() >= anew_at {
            work = Work::All;
            // A host that lost its files has them again within the hour.
            mirror.send_everything();
            anew_at = Tick::now() + ANEW_EVERY;
        }
    }
}

fn concerned(changes: Changes) -> Work {
    if changes.missed {
        return Work::All;
    }
    Work::Some(changes.rows.into_iter().map(|change| change.tenant).collect())
}

/// 5 s, 10 s, 20 s... up to 5 minutes.
fn pause(failures: u32) -> Duration {
    AGAIN.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(AGAIN_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_five_minutes() {
        let pauses: Vec<u64> = (1..=8).map(|failures| pause(failures).as_secs()).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(pause(u32::MAX), AGAIN_MAX);
    }
}
