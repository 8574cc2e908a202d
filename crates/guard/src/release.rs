//! Lets held or stopped actors go on by word of somebody at this host.
//!
//! Rules:
//! - Who may write into the guard's state folder is root already: the word is a file there, named
//!   after the alarm, which the running guard takes away once it has obeyed.
//! - Where no guard runs, those it paused go on at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Tick};

use beffroi_town::AlarmId;
use beffroi_town::watch::{AlarmOutcome, AlarmReport};

use crate::error::{Context, GuardError, Result};
use crate::group;
use crate::holdings::take_lock;
use crate::raised::{Raised, reports};
use crate::reserve::make_private;
use crate::state::{read_json, write_json};
use crate::stop;

/// How long a running guard may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Alarms under which somebody waits, oldest first.
///
/// # Errors
/// When the state folder or one of its alarms cannot be read.
pub fn held(state: &Path) -> Result<Vec<AlarmReport>> {
    let mut held = reports(state)?;
    held.retain(|report| report.outcome.keeps_somebody());
    held.sort_by_key(|report| report.raised_at);
    Ok(held)
}

/// Lets those go on who wait under `alarm`. Blocks until it is done.
///
/// # Errors
/// [`GuardError::UnknownAlarm`], [`GuardError::NobodyWaits`]; [`GuardError::NotHeard`] when a guard
/// runs and does not answer.
pub fn release(state: &Path, alarm: &AlarmId) -> Result<()> {
    let path = state.join("alarms").join(format!("{alarm}.json"));
    let raised: Option<Raised> = read_json(&path, "an alarm of this guard")?;
    let mut raised = raised.ok_or_else(|| GuardError::UnknownAlarm(alarm.to_string()))?;
    if !raised.report.outcome.keeps_somebody() {
        return Err(GuardError::NobodyWaits(alarm.to_string()));
    }
    if let Ok(_alone) = take_lock(state) {
        let due = raised.end(AlarmOutcome::LetGo);
        raised.report.revision += 1;
        write_json(&path, &raised)?;
        due.client.map_or(Ok(()), crate::client::let_in)?;
        group::thaw(&due.frozen);
        stop::resume(&due.paused);
        return Ok(());
    }
    make_private(&folder(state))?;
    let word = folder(state).join(alarm.as_str());
    fs::write(&word, b"").context("write", &word)?;
    let asked = Tick::now();
    while word.exists() {
        if asked.elapsed() > PATIENCE {
            fs::remove_file(&word).context("take back", &word)?;
            return Err(GuardError::NotHeard(alarm.to_string(), PATIENCE.as_secs()));
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
    Ok(())
}

/// Alarms that somebody at this host gave the word for.
pub(crate) fn asked(state: &Path) -> Vec<AlarmId> {
    let Ok(entries) = fs::read_dir(folder(state)) else { return Vec::new() };
    let name = |entry: fs::DirEntry| AlarmId::parse(entry.file_name().to_str()?).ok();
    entries.flatten().filter_map(name).collect()
}

/// The word was heard.
pub(crate) fn answered(state: &Path, alarm: &AlarmId) {
    if let Err(error) = fs::remove_file(folder(state).join(alarm.as_str())) {
        tracing::debug!(%error, "the word for an alarm was taken back");
    }
}

fn folder(state: &Path) -> PathBuf {
    state.join("release")
}
