//! The record of every touch of a file that had been there: what restoring starts from.
//!
//! Rules:
//! - Appended to `touches.jsonl`; a touch whose earlier content is a copy is handed to the file
//!   system before the write is let through.
//! - Kept for [`KEEP_MS`], and longer as long as an alarm needs them; then the reserve's content
//!   goes with the record. Bounded by [`TOUCHES_MAX`].

use serde::{Deserialize, Serialize};
use std::collections::{HashSet, VecDeque};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use beffroi_town::Instant;
use beffroi_town::watch::Touch;

use crate::core::Who;
use crate::decide::Scope;
use crate::error::{Context, Result};
use crate::holdings::lock;
use crate::ledger::Ledger;
use crate::shelf::Kept;
use crate::state::PathText;

/// How long a touch can be undone.
pub(crate) const KEEP_MS: i64 = 7 * 24 * 3600 * 1000;
/// How long a touch can be undone even when the reserve is full.
const FULL_KEEP_MS: i64 = 3_600_000;
/// Most touches remembered.
const TOUCHES_MAX: usize = 1_000_000;

/// One touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TouchRecord {
    pub(crate) number: u64,
    pub(crate) at: Instant,
    pub(crate) path: PathText,
    pub(crate) how: Touch,
    pub(crate) session: String,
    pub(crate) user: Option<u32>,
    /// The process that did it.
    #[serde(default)]
    pub(crate) process: Option<u32>,
    #[serde(default)]
    pub(crate) program: Option<PathText>,
    /// The computer that it served.
    #[serde(default)]
    pub(crate) client: Option<IpAddr>,
    /// The file as it was before.
    pub(crate) before: Kept,
    /// What holds that content.
    pub(crate) held: Held,
    /// Scored as damage, or by itself a loss. A rewriting that looked ordinary is not.
    pub(crate) counted: bool,
}

impl TouchRecord {
    /// Whether it falls into a scope.
    pub(crate) fn is_of(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Session(session) => *session == self.session,
            Scope::User(user) => self.user == Some(*user),
            Scope::Share => true,
        }
    }

    /// Whether the reserve can put it back.
    pub(crate) fn recoverable(&self) -> bool {
        self.held != Held::Nothing
    }
}

/// What holds an earlier content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Held {
    /// The hard link of its inode.
    Link,
    /// A copy of this number.
    Copy(u64),
    /// Nothing: it is lost.
    Nothing,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Touch(Box<TouchRecord>),
    Restored { restored: Vec<u64> },
    Counted { counted: u64 },
}

/// The record.
#[derive(Debug)]
pub(crate) struct Touches {
    records: VecDeque<TouchRecord>,
    next: u64,
    /// Lines not yet written: the thread that answers the kernel only queues them.
    queued: Vec<Line>,
    ledger: Ledger,
}

impl Touches {
    /// Opens the record, with what an earlier run wrote.
    pub(crate) fn open(path: &Path, now: Instant) -> Result<Self> {
        let mut records: VecDeque<TouchRecord> = VecDeque::new();
        let mut next = 1;
        if let Ok(file) = File::open(path) {
            for line in BufReader::new(file).split(b'\n').map_while(std::io::Result::ok) {
                match serde_json::from_slice::<Line>(&line) {
                    Ok(Line::Touch(record)) => {
                        next = next.max(record.number + 1);
                        records.push_back(*record);
                    }
                    Ok(Line::Restored { restored }) => {
                        records.retain(|r| !restored.contains(&r.number));
                    }
                    Ok(Line::Counted { counted }) => {
                        if let Some(record) = records.iter_mut().find(|r| r.number == counted) {
                            record.counted = true;
                        }
                    }
                    // A torn last line is what a kill leaves.
                    Err(error) => {
                        tracing::warn!(%error, "a line of the record of touches is skipped");
                    }
                }
            }
        }
        records.retain(|record| now.ms_since(record.at) <= KEEP_MS);
        let fresh = path.with_extension("new");
        let ledger = Ledger::create(&fresh)?;
        let mut touches = Self { records: VecDeque::new(), next, queued: Vec::new(), ledger };
        for record in records {
            touches.write(Line::Touch(Box::new(record.clone())));
            touches.records.push_back(record);
        }
        let lines = std::mem::take(&mut touches.queued);
        touches.ledger.write(|| lines).context("write", &fresh)?;
        std::fs::rename(&fresh, path).context("write", path)?;
        Ok(touches)
    }

    /// Takes in a touch; its number is given here and answered.
    pub(crate) fn push(&mut self, mut record: TouchRecord) -> u64 {
        record.number = self.next;
        self.next += 1;
        let number = record.number;
        self.write(Line::Touch(Box::new(record.clone())));
        self.records.push_back(record);
        number
    }

    /// A rewriting was scored as damage.
    pub(crate) fn mark_counted(&mut self, number: u64) {
        if let Ok(at) = self.records.binary_search_by_key(&number, |record| record.number)
            && let Some(record) = self.records.get_mut(at)
        {
            record.counted = true;
            self.write(Line::Counted { counted: number });
        }
    }

    /// These are undone, or given up. Flushed before what they held goes.
    pub(crate) fn forget(&mut self, numbers: &HashSet<u64>) {
        if numbers.is_empty() {
            return;
        }
        self.records.retain(|record| !numbers.contains(&record.number));
        let mut restored: Vec<u64> = numbers.iter().copied().collect();
        restored.sort_unstable();
        self.write(Line::Restored { restored });
    }

    /// Takes out those that may go: too old, or beyond the bound, or, when the reserve is full, the
    /// oldest eighth that is older than an hour. What `needed` names stays.
    pub(crate) fn expire(
        &mut self,
        now: Instant,
        full: bool,
        needed: impl Fn(&TouchRecord) -> bool,
    ) -> Vec<TouchRecord> {
        let over = self.records.len().saturating_sub(TOUCHES_MAX);
        let make_room = if full { self.records.len() / 8 + 1 } else { 0 };
        let may_go = |(place, record): &(usize, &TouchRecord)| {
            let age_ms = now.ms_since(record.at);
            let crowded_out = *place < make_room && age_ms > FULL_KEEP_MS;
            *place < over || ((age_ms > KEEP_MS || crowded_out) && !needed(record))
        };
        let gone: Vec<TouchRecord> =
            self.records.iter().enumerate().filter(may_go).map(|(_, r)| r.clone()).collect();
        self.forget(&gone.iter().map(|record| record.number).collect());
        gone
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &TouchRecord> {
        self.records.iter()
    }

    /// Hands what is queued to the file system. The lock is not held meanwhile.
    pub(crate) fn flush(touches: &Mutex<Self>) {
        let ledger = lock(touches).ledger.clone();
        if let Err(error) = ledger.write(|| std::mem::take(&mut lock(touches).queued)) {
            tracing::error!(%error, "the record of touches cannot be written: free space in the state folder");
        }
    }

    fn write(&mut self, line: Line) {
        self.queued.push(line);
    }
}

/// A record for a touch that just happened.
pub(crate) fn touch(
    at: Instant,
    path: PathBuf,
    how: Touch,
    who: &Who,
    before: Kept,
) -> TouchRecord {
    let held = if before.linked { Held::Link } else { Held::Nothing };
    TouchRecord {
        number: 0,
        at,
        path: PathText(path),
        how,
        session: who.session.clone(),
        user: who.user,
        process: who.actor.as_ref().map(|actor| actor.pid),
        program: who.actor.as_ref().and_then(|actor| actor.exe.clone()).map(PathText),
        client: who.actor.as_ref().and_then(|actor| actor.client),
        before,
        held,
        counted: how != Touch::Rewritten,
    }
}
