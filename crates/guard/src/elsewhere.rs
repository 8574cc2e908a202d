//! Whether what somebody deleted stands elsewhere: in copies or archives that the same session made
//! before. Whoever packs a folder and removes it is asked about nothing.
//!
//! Rules:
//! - Contents are compared, never names: the hash of each deleted file must be found. One that is
//!   missing is enough for a hold.
//! - Where it was found is the session's own no longer: altered later, it counts as any old file.
//! - The actor is paused meanwhile, at most [`PROOF_TIME`]; then it is held as ever. A client of
//!   this host is paused by dropping its packets; its connection stays.
//! - A thread of its own reads: whoever waits for an answer waits for no archive.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant as Tick};

use beffroi_town::watch::{Letter, Mode, Signal, Touch};
use serde::{Deserialize, Serialize};

use crate::archives::{Budget, Contents, Kind, own_content};
use crate::client;
use crate::core::{Core, Who, open_quietly};
use crate::decide::{Finding, What};
use crate::holdings::lock;
use crate::opens::Job;
use crate::shelf::file_number;
use crate::state::{Sha256, read_json, write_json};
use crate::stop;
use crate::touches::TouchRecord;
use crate::unpack::Unpacker;

/// Longest time to find everything.
const PROOF_TIME: Duration = Duration::from_secs(20);
/// Most bytes read for it, unpacked.
const PROOF_BYTES_MAX: u64 = 16 << 30;
/// Archives whose contents are remembered, for the next twenty files.
const READ_MAX: usize = 64;
/// Proofs that may wait.
pub(crate) const WAITING_MAX: usize = 64;
const IDLE: Duration = Duration::from_millis(100);

/// Where those who are paused for a proof are noted, for the guard that comes after this one.
const NOTED: &str = "proving.json";

/// Somebody who deleted as many files as are asked about.
#[derive(Clone, Debug)]
pub(crate) struct Suspect {
    finding: Finding,
    who: Who,
}

/// Who stands still during a proof.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Paused {
    /// Numbers of processes, and when each started.
    processes: Vec<(u32, u64)>,
    client: Option<IpAddr>,
}

impl Paused {
    fn let_go(&self) {
        stop::resume(&self.processes);
        if let Some(Err(error)) = self.client.map(client::let_in) {
            tracing::error!(%error, "a client could not be let in again");
        }
    }
}

/// The way to the prover.
#[derive(Debug)]
pub(crate) struct Proofs {
    waiting: SyncSender<Suspect>,
    /// Who is paused, by session.
    under_way: std::sync::Mutex<HashMap<String, Paused>>,
}

impl Proofs {
    pub(crate) fn to(waiting: SyncSender<Suspect>) -> Self {
        Self { waiting, under_way: std::sync::Mutex::default() }
    }

    /// Whether this session waits for its proof.
    pub(crate) fn is_under_way(&self, session: &str) -> bool {
        lock(&self.under_way).contains_key(session)
    }

    /// Notes on the disk who is paused now.
    fn note(&self, state: &Path) {
        let paused = lock(&self.under_way);
        let paused: Vec<&Paused> = paused.values().collect();
        if let Err(error) = write_json(&state.join(NOTED), &paused) {
            tracing::warn!(%error, "who is paused for a moment cannot be noted");
        }
    }
}

impl Core {
    /// Pauses who only deleted and has what is deleted looked for; false when it must be acted on at
    /// once.
    pub(crate) fn proves_first(&self, finding: &Finding, who: &Who) -> bool {
        let only_gone = finding.reasons.iter().all(|r| r.signal == Signal::ExistingFileGone);
        let Some(actor) = who.actor.as_ref().filter(|_| only_gone) else { return false };
        // Who made nothing has nothing to show.
        if (actor.serves_others && actor.client.is_none())
            || self.level.letter == Letter::C
            || self.workers.made_by(&who.session).is_empty()
        {
            return false;
        }
        let mut under_way = lock(&self.proofs.under_way);
        if under_way.contains_key(&who.session) {
            return true;
        }
        let acts = self.mode == Mode::Protect;
        let mut paused = Paused::default();
        if acts && !actor.serves_others {
            paused.processes = stop::pause_tree(actor);
        }
        under_way.insert(who.session.clone(), paused);
        drop(under_way);
        let suspect = Suspect { finding: finding.clone(), who: who.clone() };
        // Cutting a client off takes another program's time, which the thread that answers the
        // kernel does not have.
        let taken = if acts && actor.serves_others {
            self.workers.jobs.hand_over(Job::Prove(Box::new(suspect)))
        } else {
            self.proofs.waiting.try_send(suspect).is_ok()
        };
        if !taken {
            lock(&self.proofs.under_way).remove(&who.session);
        }
        taken
    }

    /// Cuts a client off while what it deleted is looked for.
    pub(crate) fn prove_client(&self, suspect: &Suspect) {
        let who = &suspect.who;
        let client = who.actor.as_ref().and_then(|actor| actor.client);
        // Noted before it is done: a guard that is ended in between leaves nobody cut off.
        if let Some(paused) = lock(&self.proofs.under_way).get_mut(&who.session) {
            paused.client = client;
        }
        self.proofs.note(&self.holdings.state);
        let cut = client.is_some_and(|client| {
            client::shut_out(client);
            let cut = client::cut_off(client);
            cut.inspect_err(|error| tracing::error!(%error, "a client could not be held")).is_ok()
        });
        if !cut || self.proofs.waiting.try_send(suspect.clone()).is_err() {
            lock(&self.proofs.under_way).remove(&who.session);
            self.act(&suspect.finding, false, who);
        }
    }
}

/// Whoever a guard that was ended in the middle of a proof left paused goes on.
fn let_go_those_of_before(core: &Core) {
    let path = core.holdings.state.join(NOTED);
    match read_json::<Vec<Paused>>(&path, "who is paused for a moment") {
        Ok(Some(paused)) => paused.iter().for_each(Paused::let_go),
        Ok(None) => {}
        Err(error) => {
            tracing::error!(%error, "if somebody's program stands still since the guard ended, let it go on with 'kill -CONT'");
        }
    }
}

/// Inode, size, and when it last changed.
type State = (u64, u64, i64, i64);

/// What is known of a file that somebody made.
struct Known {
    state: State,
    own: Option<Sha256>,
    /// What it holds as an archive, once that was looked at.
    inside: Option<Contents>,
}

/// The thread that looks for what was deleted.
pub(crate) struct Prover {
    core: Arc<Core>,
    suspects: Receiver<Suspect>,
    unpacker: Option<Unpacker>,
    /// By path.
    read: HashMap<PathBuf, Known>,
}

impl Prover {
    /// Without an unpacker no archive is opened.
    pub(crate) fn new(
        core: Arc<Core>,
        suspects: Receiver<Suspect>,
        unpacker: Option<Unpacker>,
    ) -> Self {
        Self { core, suspects, unpacker, read: HashMap::new() }
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
        let Suspect { finding, who } = suspect;
        self.core.proofs.note(&self.core.holdings.state);
        let found = self.find(finding);
        let core = &self.core;
        let paused = lock(&core.proofs.under_way).get(&who.session).cloned().unwrap_or_default();
        if let Some(elsewhere) = &found {
            core.decide(who, elsewhere.clone());
            core.begins_anew(who, &paused.processes);
        }
        lock(&core.proofs.under_way).remove(&who.session);
        match found {
            Some(_) => paused.let_go(),
            None => core.act(finding, false, who),
        }
        core.proofs.note(&core.holdings.state);
    }

    /// All that was deleted, and where it stands; none as soon as one is missing.
    fn find(&mut self, finding: &Finding) -> Option<What> {
        let deleted = self.deleted(finding);
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
            self.look_into(&path, &mut missing, &mut budget);
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

    /// Takes from what is missing the content of this file, or else those that it holds.
    fn look_into(&mut self, path: &Path, missing: &mut HashSet<Sha256>, budget: &mut Budget) {
        let Ok(file) = open_quietly(path) else { return };
        let Some(known) = self.known(path, &file, budget) else { return };
        if known.own.is_some_and(|own| missing.remove(&own)) {
            return;
        }
        let inside = match known.inside.take() {
            Some(inside) => inside,
            None => self.inside(&file, budget.until),
        };
        missing.retain(|sha256| !inside.contains(sha256));
        if let Some(known) = self.read.get_mut(path) {
            known.inside = Some(inside);
        }
    }

    /// What is known of the file as it is now, but for what it holds as an archive.
    fn known(&mut self, path: &Path, file: &File, budget: &mut Budget) -> Option<&mut Known> {
        let meta = file.metadata().ok()?;
        // The time of the last change of state: a user can set back that of the content.
        let state = (meta.ino(), meta.len(), meta.ctime(), meta.ctime_nsec());
        if self.read.get(path).is_none_or(|known| known.state != state) {
            if self.read.len() >= READ_MAX {
                self.read.clear();
            }
            let known = Known { state, own: own_content(file, budget), inside: None };
            self.read.insert(path.to_owned(), known);
        }
        self.read.get_mut(path)
    }

    fn inside(&self, file: &File, until: Tick) -> Contents {
        let is_archive = Kind::of(file).is_ok_and(|kind| kind.is_some());
        let unpacker = self.unpacker.as_ref().filter(|_| is_archive);
        unpacker.map(|unpacker| unpacker.contents(file, until)).unwrap_or_default()
    }
}
