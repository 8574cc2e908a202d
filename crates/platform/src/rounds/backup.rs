//! Backs the platform up when it is due, and copies each backup elsewhere.
//!
//! Rules: what is due follows from what was noted, so that a restart neither skips nor repeats a
//! backup; after a failure it is tried again, with growing pauses; a copy that fails is tried again
//! alone: the backup itself is there.

use std::{sync::Arc, time::Duration};

use beffroi_store::{OperatorScope, Store, rounds};
use beffroi_town::{Instant, edge::Clock};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    backup::{self, BackupError, Lock, Plan},
    config::Config,
    noted::{BACKUP, BACKUP_COPY, noted},
};

/// How often it is looked whether something is due.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// The shortest pause after a failure; it doubles the longer the failure lasts.
const AGAIN_MS: i64 = 5 * 60_000;
/// The longest.
const AGAIN_MS_MAX: i64 = 3_600_000;
const HOUR_MS: i64 = 3_600_000;

/// Backs up when it is due, for as long as the platform runs.
pub(crate) async fn back_up(store: Store, clock: Arc<dyn Clock>, config: Config) {
    let Some(every_hours) = config.backup.every_hours else { return };
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let every_ms = i64::from(every_hours) * HOUR_MS;
        match is_due(&store, BACKUP, clock.now(), every_ms).await {
            Ok(true) => {
                if let Err(error) =
                    noted(&store, BACKUP, clock.now(), make(&store, &config, &*clock)).await
                {
                    tracing::error!(error = &error as &dyn std::error::Error, "the backup failed");
                }
            }
            Ok(false) => {}
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "no backup is made");
            }
        }
        copy(&store, &config, &*clock).await;
    }
}

async fn make(
    store: &Store,
    config: &Config,
    clock: &dyn Clock,
) -> Result<backup::Made, BackupError> {
    // Both are there: the configuration was checked.
    let (Some(to), Some(recipient)) = (&config.backup.folder, &config.backup.recipient) else {
        return Err(BackupError::CutOff);
    };
    let recipient = recipient.parse().map_err(|_| BackupError::CutOff)?;
    let plan = Plan { store, config, to, lock: Lock::Sealed(recipient), at: clock.now() };
    let made = backup::make(&plan).await?;
    tracing::info!(bytes = made.bytes, seconds = made.seconds, "backed up");
    Ok(made)
}

/// Copies the newest backup elsewhere, unless that was done.
async fn copy(store: &Store, config: &Config, clock: &dyn Clock) {
    let (Some(folder), Some(to)) = (&config.backup.folder, &config.backup.push) else { return };
    let Ok(Some(newest)) = backup::newest(folder) else { return };
    let now = clock.now();
    let wanted = async {
        let mut conn = store.read().await?;
        let operator = OperatorScope::for_operator();
        let round = rounds::get(&mut conn, &operator, BACKUP_COPY).await?;
        let copied = round.as_ref().and_then(|round| round.detail.get("file")).cloned();
        let is_copied = copied == Some(json!(newest));
        Ok::<_, beffroi_store::Error>(!is_copied && round.is_none_or(|round| may_try(&round, now)))
    };
    match wanted.await {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no backup is copied");
            return;
        }
    }
    if let Err(error) =
        noted(store, BACKUP_COPY, now, backup::copy_noted(&newest, to, &config.folder)).await
    {
        tracing::error!(error = &error as &dyn std::error::Error, "a backup is not copied");
    }
}

async fn is_due(
    store: &Store,
    name: &str,
    now: Instant,
    every_ms: i64,
) -> Result<bool, beffroi_store::Error> {
    let mut conn = store.read().await?;
    let round = rounds::get(&mut conn, &OperatorScope::for_operator(), name).await?;
    let Some(round) = round else { return Ok(true) };
    if round.failing_since.is_some() {
        return Ok(may_try(&round, now));
    }
    // A clock that was put back must not put the next backup off for years.
    Ok(round.done_at.is_none_or(|done| now.ms_since(done) >= every_ms || now < done))
}

/// Whether the pause after a failure is over: it grows with how long it has been failing.
fn may_try(round: &rounds::Round, now: Instant) -> bool {
    let Some(since) = round.failing_since else { return true };
    let pause = round.tried_at.ms_since(since).clamp(AGAIN_MS, AGAIN_MS_MAX);
    let waited = now.ms_since(round.tried_at);
    waited >= pause || waited < 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_a_clock_put_back_does_not_stop_it() {
        let at = Instant::from_ms;
        let round = |tried: i64, since: Option<i64>| rounds::Round {
            name: BACKUP.to_owned(),
            tried_at: at(tried),
            done_at: None,
            failing_since: since.map(at),
            failure: None,
            detail: json!({}),
        };
        assert!(may_try(&round(1_000, None), at(1_001)));
        assert!(!may_try(&round(0, Some(0)), at(AGAIN_MS - 1)));
        assert!(may_try(&round(0, Some(0)), at(AGAIN_MS)));
        assert!(!may_try(&round(3 * AGAIN_MS, Some(0)), at(5 * AGAIN_MS)));
        assert!(may_try(&round(900 * HOUR_MS, Some(0)), at(901 * HOUR_MS)));
        assert!(may_try(&round(900 * HOUR_MS, Some(0)), at(0)));
    }
}
