//! Puts back what an alarm touched by word of somebody at this host, with the platform out of reach.
//!
//! Rules:
//! - Who may write into the guard's state folder is root already: the word is a file there, which a
//!   running guard takes away once it has heard it. It guards on meanwhile.
//! - Where no guard runs it is done here, with the folders that the guard watched last.
//! - The platform is told once it is heard.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant as Tick};

use serde::{Deserialize, Serialize};

use beffroi_town::watch::{AlarmReport, RestoreReport};
use beffroi_town::{AlarmId, Instant};

use crate::alarms::Alarms;
use crate::core::Core;
use crate::error::{Context, GuardError, Result};
use crate::holdings::{lock, take_lock};
use crate::raised::{Raised, reports};
use crate::reserve::make_private;
use crate::restore::{self, Selection, Step};
use crate::run::{Offline, Options};
use crate::state::{PathText, read_json, write_json};

/// How long a running guard may take to hear the word. What it then does may take longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What somebody asks a running guard for.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    /// None for everything on record.
    alarm: Option<AlarmId>,
    /// Only say what would be done.
    plan: bool,
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Planned(Vec<(String, Step)>),
    PutBack(RestoreReport),
    Unknown,
}

/// What a guard watches, for whoever puts files back while it does not run.
#[derive(Debug, Serialize, Deserialize)]
struct Watched {
    folders: Vec<PathText>,
    reserve: Option<PathText>,
}

/// Alarms that touched files, oldest first; some may be put back already.
///
/// # Errors
/// When the state folder or one of its alarms cannot be read.
pub fn undoable(state: &Path) -> Result<Vec<AlarmReport>> {
    let mut all: Vec<AlarmReport> =
        reports(state)?.into_iter().filter(|report| report.touched_total > 0).collect();
    all.sort_by_key(|report| report.raised_at);
    Ok(all)
}

/// What putting back would do, file by file; nothing is done. `alarm`: none for everything on record.
///
/// # Errors
/// [`GuardError::UnknownAlarm`]; [`GuardError::NotHeard`] when a guard runs and does not answer; when
/// no guard runs and none ran here before.
pub fn plan_undo(
    state: &Path,
    alarm: Option<&AlarmId>,
    now: Instant,
) -> Result<Vec<(String, Step)>> {
    let watched = check(state, alarm)?;
    match take_lock(state) {
        Ok(free) => {
            drop(free);
            Ok(watched.open(state, now)?.plan(alarm)?.steps().collect())
        }
        Err(GuardError::AlreadyRunning(_)) => {
            match ask(state, &Asked { alarm: alarm.cloned(), plan: true })? {
                Answer::Planned(steps) => Ok(steps),
                _ => Err(unknown(alarm)),
            }
        }
        Err(error) => Err(error),
    }
}

/// Puts back what an alarm touched, or everything on record. Blocks until it is done.
///
/// # Errors
/// As [`plan_undo`].
pub fn undo(state: &Path, alarm: Option<&AlarmId>, now: Instant) -> Result<RestoreReport> {
    let watched = check(state, alarm)?;
    match take_lock(state) {
        Ok(free) => {
            drop(free);
            let offline = watched.open(state, now)?;
            Ok(offline.restore(&offline.plan(alarm)?, now))
        }
        Err(GuardError::AlreadyRunning(_)) => {
            match ask(state, &Asked { alarm: alarm.cloned(), plan: false })? {
                Answer::PutBack(report) => Ok(report),
                _ => Err(unknown(alarm)),
            }
        }
        Err(error) => Err(error),
    }
}

/// Notes what this guard watches. Words that nobody heard before it started are none. A full disk is no
/// reason not to guard.
pub(crate) fn note_watched(state: &Path, options: &Options) {
    if let Err(error) = fs::remove_dir_all(folder(state))
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::error!(%error, "words of before cannot be thrown away");
    }
    let text =
        |path: &PathBuf| PathText(std::path::absolute(path).unwrap_or_else(|_| path.clone()));
    let watched = Watched {
        folders: options.watch.iter().map(text).collect(),
        reserve: options.reserve.as_ref().map(text),
    };
    if let Err(error) = write_json(&watched_in(state), &watched) {
        tracing::error!(%error, "once this guard has ended 'beffroi guard undo' may not know its folders");
    }
}

/// Obeys those who ask at this host, each on a thread of its own. Without a thread the word stays, and
/// whoever asked is told that it was not heard.
pub(crate) fn obey(core: &Arc<Core>) {
    for (word, asked) in asked(&core.holdings.state) {
        let core = Arc::clone(core);
        let work = move || {
            // Who takes it away obeys it: in the next round it may have been seen again.
            if fs::remove_file(&word).is_err() {
                return;
            }
            if let Err(error) = write_json(&word.with_extension("answer"), &core.answer(asked)) {
                tracing::error!(%error, "whoever asked for files does not hear what became of them");
            }
        };
        if let Err(error) = std::thread::Builder::new().name("undo".to_owned()).spawn(work) {
            tracing::error!(%error, "no thread for putting back");
        }
    }
}

/// Which touches an alarm is about.
pub(crate) fn selection(alarms: &Alarms, alarm: Option<&AlarmId>) -> Option<Selection> {
    let Some(id) = alarm else { return Some(Selection::All) };
    let raised = alarms.get(id)?;
    Some(Selection::Scope(raised.scope.clone()?, raised.report.first_touch_at))
}

impl Core {
    fn answer(&self, asked: Asked) -> Answer {
        let selection = selection(&lock(&self.alarms), asked.alarm.as_ref());
        let Some(selection) = selection else { return Answer::Unknown };
        if asked.plan {
            return Answer::Planned(
                restore::plan(&self.holdings, &selection, asked.alarm).steps().collect(),
            );
        }
        let report = self.restored.put_back(&self.holdings, &selection, asked.alarm, self.now());
        self.ring();
        Answer::PutBack(report)
    }
}

/// What the guard of this folder watches. An alarm that nobody raised is refused before anything is
/// opened, and a folder that is no guard's before anything is written there.
fn check(state: &Path, alarm: Option<&AlarmId>) -> Result<Watched> {
    let watched: Option<Watched> = read_json(&watched_in(state), "what this guard watched")?;
    let watched = watched.ok_or_else(|| GuardError::NeverRan(crate::error::shown(state)))?;
    let Some(id) = alarm else { return Ok(watched) };
    let path = state.join("alarms").join(format!("{id}.json"));
    let raised: Option<Raised> = read_json(&path, "an alarm of this guard")?;
    raised.and_then(|raised| raised.scope).map(|_| watched).ok_or_else(|| unknown(alarm))
}

fn unknown(alarm: Option<&AlarmId>) -> GuardError {
    GuardError::UnknownAlarm(alarm.map(ToString::to_string).unwrap_or_default())
}

impl Watched {
    fn open(self, state: &Path, now: Instant) -> Result<Offline> {
        let folders = self.folders.into_iter().map(|path| path.0).collect();
        let reserve = self.reserve.map(|path| path.0);
        Offline::open(&Options { reserve, ..Options::new(folders, state.to_owned()) }, now)
    }
}

/// Asks the running guard, and waits for as long as it runs.
fn ask(state: &Path, asked: &Asked) -> Result<Answer> {
    make_private(&folder(state))?;
    let word = folder(state).join(format!("{}.asked", std::process::id()));
    let answer = word.with_extension("answer");
    write_json(&word, asked)?;
    let began = Tick::now();
    loop {
        // Looked at before the answer: a guard that ends answers first.
        let ended = take_lock(state).is_ok();
        if let Some(answered) = read_json(&answer, "the guard's answer")? {
            fs::remove_file(&answer).context("remove", &answer)?;
            return Ok(answered);
        }
        let unheard = word.exists();
        if ended || (unheard && began.elapsed() > PATIENCE) {
            if unheard {
                fs::remove_file(&word).context("take back", &word)?;
            }
            return Err(GuardError::NotHeard("putting files back".to_owned(), PATIENCE.as_secs()));
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn asked(state: &Path) -> Vec<(PathBuf, Asked)> {
    let Ok(entries) = fs::read_dir(folder(state)) else { return Vec::new() };
    let words = entries.flatten().map(|entry| entry.path());
    let words = words.filter(|path| path.extension().is_some_and(|extension| extension == "asked"));
    words
        .filter_map(|word| match read_json(&word, "a word to put files back") {
            Ok(asked) => Some((word, asked?)),
            Err(error) => {
                tracing::error!(%error, "a word that cannot be understood is thrown away");
                drop(fs::remove_file(word));
                None
            }
        })
        .collect()
}

fn folder(state: &Path) -> PathBuf {
    state.join("undo")
}

fn watched_in(state: &Path) -> PathBuf {
    state.join("watched.json")
}
