//! Whether what somebody deleted stands elsewhere: in copies or archives that the same session made
//! before. Whoever packs a folder and removes it is asked about nothing.
//!
//! Rules:
//! - Contents are compared, never names: the hash of each deleted file must be found. One that is
//!   missing is enough for a hold.
//! - Where it was found is the session's own no longer: altered later, it counts as any old file.
//! - The actor is paused meanwhile, at most [`PROOF_TIME`]; then it is held as ever.
//! - A thread of its own reads: whoever waits for an answer waits for no archive.

use std::collections::{HashMap, HashSet};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant as Tick};

use beffroi_town::watch::{Letter, Mode, Signal, Touch};

use crate::archives::{Budget, Contents, contents_of};
use crate::core::{Core, Who, open_quietly};
use crate::decide::{Finding, What};
use crate::holdings::lock;
use crate::shelf::file_number;
use crate::state::{Sha256, read_json, write_json};
use crate::stop;
use crate::touches::TouchRecord;

/// Longest time to find everything.
const PROOF_TIME: Duration = Duration::from_secs(20);
/// Most bytes read for it, unpacked.
const PROOF_BYTES_MAX: u64 = 16 << 30;
/// Archives whose contents are remembered, for the next twenty files.
const READ_MAX: usize = 64;
/// Proofs that may wait.
pub(crate) const WAITING_MAX: usize = 64;
const IDLE: Duration = Duration::from_millis(100);

/// Somebody who deleted as many files as are asked about.
#[derive(Debug)]
pub(crate) struct Suspect {
    finding: Finding,
    who: Who,
    paused: Vec<(u32, u64)>,
}

/// The way to the prover.
#[derive(Debug)]
pub(crate) struct Proofs {
    waiting: SyncSender<Suspect>,
    /// Sessions that wait.
    sessions: std::sync::Mutex<HashSet<String>>,
}

impl Proofs {
    pub(crate) fn to(waiting: SyncSender<Suspect>) -> Self {
        Self { waiting, sessions: std::sync::Mutex::default() }
    }

    /// Whether this session waits for its proof.
    pub(crate) fn is_under_way(&self, session: &str) -> bool {
        lock(&self.sessions).contains(session)
    }
}

impl Core {
    /// Pauses who only deleted and has what is deleted looked for; false when it must be acted on at
    /// once.
    pub(crate) fn proves_first(&self, finding: &Finding, who: &Who) -> bool {
        let only_gone = finding.reasons.iter().all(|r| r.signal == Signal::ExistingFileGone);
        let Some(actor) = who.actor.as_ref().filter(|actor| !actor.serves_others && only_gone)
        else {
            return false;
        };
        // Who made nothing has nothing to show.
        if self.level.letter == Letter::C || self.workers.made_by(&who.session).is_empty() {
            return false;
        }
        if !lock(&self.proofs.sessions).insert(who.session.clone()) {
            return true;
        }
        let paused = if self.mode == Mode::Protect { stop::pause_tree(actor) } else { Vec::new() };
        let suspect = Suspect { finding: finding.clone(), who: who.clone(), paused };
        let taken = self.proofs.waiting.try_send(suspect).is_ok();
        if !taken {
            lock(&self.proofs.sessions).remove(&who.session);
        }
        taken
    }
}

/// Whoever a guard that was ended in the middle of a proof left paused goes on.
pub(crate) fn let_go_those_of_before(core: &Core) {
    let path = core.holdings.state.join("proving.json");
    match read_json::<Vec<(u32, u64)>>(&path, "processes that were paused for a moment") {
        Ok(Some(paused)) => stop::resume(&paused),
        Ok(None) => {}
        Err(error) => {
            tracing::error!(%error, "if somebody's program stands still since the guard ended, let it go on with 'kill -CONT'");
        }
    }
}

/// Inode, size, and when it last changed.
type State = (u64, u64, i64, i64);

/// The thread that looks for what was deleted.
pub(crate) struct Prover {
    core: Arc<Core>,
    suspects: Receiver<Suspect>,
    /// By path, with what the file was when it was read.
    read: HashMap<PathBuf, (State, Contents)>,
}

impl Prover {
    pub(crate) fn new(core: Arc<Core>, suspects: Receiver<Suspect>) -> Self {
        Self { core, suspects, read: HashMap::new() }
    }

    /// Serves suspects until the guard stops.
    pub(crate) fn run(mut self) {
        let_go_those_of_before(&self.core);
        while !self.core.is_stopping() {
            match self.suspects.recv_timeout(IDLE) {
                Ok(suspect) => self.serve(&suspect),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn serve(&mut self, suspect: &Suspect) {
        let Suspect { finding, who, paused } = suspect;
        self.note(paused);
        let found = self.find(suspect);
        let core = &self.core;
        if let Some(elsewhere) = &found {
            core.decide(who, elsewhere.clone());
            core.begins_anew(who, paused);
        }
        lock(&core.proofs.sessions).remove(&who.session);
        match found {
            Some(_) => stop::resume(paused),
            None => core.act(finding, false, who),
        }
        self.note(&[]);
    }

    /// Who is paused now, for the guard that comes after this one.
    fn note(&self, paused: &[(u32, u64)]) {
        let path = self.core.holdings.state.join("proving.json");
        if let Err(error) = write_json(&path, &paused) {
            tracing::warn!(%error, "who is paused for a moment cannot be noted");
        }
    }

    /// All that was deleted, and where it stands; none as soon as one is missing.
    fn find(&mut self, suspect: &Suspect) -> Option<What> {
        let deleted = self.deleted(&suspect.finding);
        let mut missing = HashSet::new();
        // Nothing in it, nothing to keep.
        for record in deleted.iter().filter(|record| record.before.size > 0) {
            missing.insert(self.hash_of(record)?);
        }
        let mut budget = Budget { until: Tick::now() + PROOF_TIME, bytes: PROOF_BYTES_MAX };
        let mut places = Vec::new();
        let sessions: HashSet<&str> = deleted.iter().map(|r| r.session.as_str()).collect();
        let workers = &self.core.workers;
        let made: Vec<PathBuf> = sessions.iter().flat_map(|s| workers.made_by(s)).collect();
        for path in made {
            if missing.is_empty() {
                break;
            }
            let before = missing.len();
            if let Some(contents) = self.contents(&path, &mut budget) {
                missing.retain(|sha256| !contents.contains(sha256));
            }
            if missing.len() < before {
                places.push(file_number(&path));
            }
        }
        let files = deleted.iter().map(|record| file_number(&record.path.0)).collect();
        missing.is_empty().then_some(What::Elsewhere { files, places })
    }

    fn deleted(&self, finding: &Finding) -> Vec<TouchRecord> {
        let touches = lock(&self.core.holdings.touches);
        let recent = touches.iter().rev().take_while(|r| r.at >= finding.first_touch_at);
        recent.filter(|r| r.how != Touch::Rewritten && r.is_of(&finding.scope)).cloned().collect()
    }

    fn hash_of(&self, record: &TouchRecord) -> Option<Sha256> {
        // Moved away is not deleted: where it went, it may be rewritten.
        if record.how != Touch::Deleted {
            return None;
        }
        if let Some(known) = record.before.sha256 {
            return Some(known);
        }
        let reserve = self.core.holdings.reserve(record.before.device)?;
        let link = open_quietly(&reserve.link_path(record.before.inode)).ok()?;
        Sha256::of_reader(link).ok().map(|(sha256, _)| sha256)
    }

    fn contents(&mut self, path: &PathBuf, budget: &mut Budget) -> Option<&Contents> {
        let file = open_quietly(path).ok()?;
        let meta = file.metadata().ok()?;
        // The time of the last change of state: a user can set back that of the content.
        let state = (meta.ino(), meta.len(), meta.ctime(), meta.ctime_nsec());
        if self.read.get(path).is_none_or(|(known, _)| *known != state) {
            if self.read.len() >= READ_MAX {
                self.read.clear();
            }
            self.read.insert(path.clone(), (state, contents_of(&file, budget)));
        }
        self.read.get(path).map(|(_, contents)| contents)
    }
}
