//! The record of what `decide` was told, so that a decision can be replayed anywhere.
//!
//! Rules:
//! - `events.jsonl` in the state folder, one event a line; the earlier part is `events.old.jsonl`.
//!   Both bounded by [`RECORD_BYTES_MAX`].
//! - It names sessions, users and numbers of files; no path, no content.
//! - What could not be recorded leaves a line that says how much: a replay with gaps proves nothing.

use serde::{Deserialize, Serialize};
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::decide::{Decider, Event, Scope, Verdict};
use crate::error::{Context, GuardError, Result, shown};
use crate::holdings::lock;
use crate::ledger::Ledger;

/// Bound of each of the two files.
const RECORD_BYTES_MAX: u64 = 32 << 20;
/// Events that may wait to be written.
const QUEUED_MAX: usize = 200_000;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Event(Event),
    Gap { missing: u64 },
}

/// Writes it.
#[derive(Debug)]
pub(crate) struct Record {
    path: PathBuf,
    ledger: Ledger,
    queued: Vec<Line>,
    missing: u64,
}

impl Record {
    /// Begins a new one; that of an earlier run becomes the old one.
    pub(crate) fn begin(path: PathBuf) -> Result<Self> {
        let ledger = begin(&path)?;
        Ok(Self { path, ledger, queued: Vec::new(), missing: 0 })
    }

    /// Takes in an event.
    pub(crate) fn push(&mut self, event: &Event) {
        if self.queued.len() >= QUEUED_MAX {
            self.missing += 1;
            return;
        }
        if self.missing > 0 {
            let missing = std::mem::take(&mut self.missing);
            self.queued.push(Line::Gap { missing });
        }
        self.queued.push(Line::Event(event.clone()));
    }

    /// Hands what is queued to the file system. The lock is not held meanwhile.
    pub(crate) fn flush(record: &Mutex<Self>) {
        let (ledger, path) = {
            let record = lock(record);
            (record.ledger.clone(), record.path.clone())
        };
        if let Err(error) = ledger.write(|| std::mem::take(&mut lock(record).queued)) {
            tracing::error!(%error, "the record of events cannot be written");
        }
        if std::fs::metadata(&path).is_ok_and(|meta| meta.len() > RECORD_BYTES_MAX) {
            match begin(&path) {
                Ok(ledger) => lock(record).ledger = ledger,
                Err(error) => tracing::error!(%error, "the record of events goes on in one file"),
            }
        }
    }
}

fn begin(path: &Path) -> Result<Ledger> {
    match std::fs::rename(path, path.with_extension("old.jsonl")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).context("set aside", path);
        }
        _ => {}
    }
    Ledger::create(path)
}

/// What `decide` says of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// Events read.
    pub events: u64,
    /// Events that the record itself says are missing.
    pub missing: u64,
    /// Lines that are no event: a torn last one is what a kill leaves.
    pub unreadable: u64,
    /// Each scope's first hold and first stop, in order.
    pub verdicts: Vec<Verdict>,
}

/// Feeds a record to a fresh `decide`.
///
/// # Errors
/// When the file cannot be opened or read, or holds no event at all.
pub fn replay(path: &Path) -> Result<Replay> {
    let file = std::fs::File::open(path).context("open", path)?;
    let mut replayed = Replay::default();
    let mut decider = Decider::default();
    let mut told: Vec<(Scope, u8)> = Vec::new();
    for line in std::io::BufReader::new(file).split(b'\n') {
        match serde_json::from_slice(&line.context("read", path)?) {
            Ok(Line::Event(event)) => {
                replayed.events += 1;
                let verdict = decider.feed(&event);
                let Some(scope) = verdict.finding().map(|finding| finding.scope.clone()) else {
                    continue;
                };
                let this = (scope, verdict.rank());
                if !told.contains(&this) {
                    told.push(this);
                    replayed.verdicts.push(verdict);
                }
            }
            Ok(Line::Gap { missing }) => replayed.missing += missing,
            Err(_) => replayed.unreadable += 1,
        }
    }
    if replayed.events == 0 {
        return Err(GuardError::NoRecord(shown(path)));
    }
    Ok(replayed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::What;
    use beffroi_town::Instant;

    fn gone(file: u64) -> Event {
        Event {
            at: Instant::from_ms(i64::try_from(file).unwrap()),
            session: "s".to_owned(),
            user: Some(1000),
            what: What::Gone { file, new_extension: None },
        }
    }

    #[test]
    fn what_was_decided_is_decided_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let record = Mutex::new(Record::begin(path.clone()).unwrap());
        let mut live = Decider::default();
        let mut held_at = None;
        for n in 1..30 {
            lock(&record).push(&gone(n));
            if live.feed(&gone(n)).rank() == 1 {
                held_at.get_or_insert(n);
            }
        }
        Record::flush(&record);
        let replayed = replay(&path).unwrap();
        assert_eq!((replayed.events, replayed.missing, replayed.unreadable), (29, 0, 0));
        let [Verdict::Hold(first)] = replayed.verdicts.as_slice() else { panic!("{replayed:?}") };
        assert_eq!((held_at, first.first_touch_at.ms()), (Some(20), 1));
        // A new run sets the old record aside; a torn line and a gap are counted.
        drop(Record::begin(path.clone()).unwrap());
        let old = path.with_extension("old.jsonl");
        let mut text = std::fs::read_to_string(&old).unwrap();
        text.push_str("{\"missing\":7}\n{\"at\":");
        std::fs::write(&old, text).unwrap();
        let replayed = replay(&old).unwrap();
        assert_eq!((replayed.events, replayed.missing, replayed.unreadable), (29, 7, 1));
    }

    #[test]
    fn a_file_without_events_is_refused_with_advice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        assert!(replay(&path).unwrap_err().to_string().contains("check that it exists"));
        std::fs::write(&path, b"\xff\n{}\n[1,2]\n").unwrap();
        assert!(replay(&path).unwrap_err().to_string().contains("events.jsonl"));
    }
}
