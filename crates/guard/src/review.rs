//! What a guard that only observes would have held and stopped: for the person who decides whether
//! it may protect.
//!
//! Rule: reads the state folder of a guard, running or not, and changes nothing in it.

use std::fs;
use std::path::{Path, PathBuf};

use beffroi_town::Instant;
use beffroi_town::watch::{AlarmReport, Mode};
use serde::{Deserialize, Serialize};

use crate::decide::{STOP_POINTS, Scope};
use crate::error::{Context, Result};
use crate::raised::of_state;
use crate::state::{read_json, write_json};

/// How long to observe before protection is switched on: the work of two weeks holds most of what a
/// town hall does.
pub const OBSERVE_DAYS: i64 = 14;
const DAY_MS: i64 = 24 * 3_600_000;

/// What was observed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Review {
    /// Since when the guard has observed without a break; none when it protects, or never ran.
    pub observing_since: Option<Instant>,
    /// Whole days of that.
    pub days: i64,
    /// Every alarm about somebody's deeds, oldest first.
    pub alarms: Vec<WouldHave>,
}

/// One alarm, and what protection would have done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WouldHave {
    /// Stopped the actor; otherwise held it.
    pub stopped: bool,
    /// The alarm.
    pub report: AlarmReport,
}

#[derive(Debug, Serialize, Deserialize)]
struct Observing {
    since: Instant,
}

/// Reviews the state folder of a guard.
///
/// # Errors
/// When the folder or one of its files cannot be read.
pub fn review(state: &Path, now: Instant) -> Result<Review> {
    let mut alarms = Vec::new();
    for raised in of_state(state)? {
        if let Some(scope) = &raised.scope {
            let points: u32 = raised.report.reasons.iter().map(|reason| reason.points).sum();
            let needed = if *scope == Scope::Share { 2 * STOP_POINTS } else { STOP_POINTS };
            alarms.push(WouldHave { stopped: points >= needed, report: raised.report });
        }
    }
    alarms.sort_by_key(|would| would.report.raised_at);
    let observing: Option<Observing> = read_json(&path_of(state), "a record of this guard")?;
    let observing_since = observing.map(|observing| observing.since);
    let days = observing_since.map_or(0, |since| now.ms_since(since).max(0) / DAY_MS);
    Ok(Review { observing_since, days, alarms })
}

/// Notes since when a guard observes; once it protects, observing begins anew.
pub(crate) fn note_mode(state: &Path, mode: Mode, now: Instant) -> Result<()> {
    let path = path_of(state);
    match mode {
        Mode::Observe if !path.exists() => write_json(&path, &Observing { since: now }),
        Mode::Protect if path.exists() => fs::remove_file(&path).context("remove", &path),
        Mode::Observe | Mode::Protect => Ok(()),
    }
}

fn path_of(state: &Path) -> PathBuf {
    state.join("observing.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observing_counts_from_its_start_until_protection() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path();
        assert!(review(state, Instant::from_ms(0)).is_err(), "there is no guard here");
        fs::create_dir(state.join("alarms")).unwrap();
        let days = |at| review(state, Instant::from_ms(at * DAY_MS)).unwrap().days;
        assert_eq!(days(3), 0);
        note_mode(state, Mode::Observe, Instant::from_ms(DAY_MS)).unwrap();
        note_mode(state, Mode::Observe, Instant::from_ms(5 * DAY_MS)).unwrap();
        assert_eq!((days(0), days(1), days(16)), (0, 0, 15));
        note_mode(state, Mode::Protect, Instant::from_ms(16 * DAY_MS)).unwrap();
        assert_eq!(review(state, Instant::from_ms(17 * DAY_MS)).unwrap().observing_since, None);
    }
}
