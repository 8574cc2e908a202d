//! Opens that wait for an answer: the earlier content is kept before the write may begin.
//!
//! Rules:
//! - Answered exactly once, whatever happens: by a worker, else by the deadline, else when dropped.
//! - While a session has a change that is not scored yet, its next write waits for the score.
//! - What cannot be kept in time is let through for the innocent, denied to the suspicious, and
//!   counted either way.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Tick};

use beffroi_town::Instant;
use beffroi_town::watch::{Mode, Suspicion, Touch};

use crate::content::{Change, Damage, SAMPLE_BYTES};
use crate::core::{Core, Who};
use crate::holdings::lock;
use crate::keeper::Task;
use crate::reserve::NotKept;
use crate::shelf::Kept;
use crate::touches::{Held, touch};

/// How long keeping a content may take.
const PATIENCE: Duration = Duration::from_millis(1_200);
/// An open that no worker answered by then is let through.
const DEADLINE: Duration = Duration::from_millis(1_800);
/// Opens that may wait for a worker.
pub(crate) const JOBS_MAX: usize = 256;
/// Rewritings not yet scored that are remembered.
const UNSCORED_MAX: usize = 1_024;
/// How long one is remembered.
const UNSCORED_MS: i64 = 60_000;
/// An emptied file is damage only when it stays so.
const EMPTY_MS: i64 = 2_000;

/// An open that waits.
#[derive(Debug)]
pub(crate) struct Open {
    file: File,
    group: Arc<OwnedFd>,
    answered: AtomicBool,
    asked: Tick,
    pub(crate) path: PathBuf,
    pub(crate) who: Who,
}

impl Open {
    pub(crate) fn new(file: File, group: Arc<OwnedFd>, path: PathBuf, who: Who) -> Self {
        Self { file, group, answered: AtomicBool::new(false), asked: Tick::now(), path, who }
    }

    /// Lets it through or denies it. Only the first answer counts.
    pub(crate) fn answer(&self, allow: bool) {
        if self.answered.swap(true, Ordering::AcqRel) {
            return;
        }
        answer(&self.group, &self.file, allow);
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.answered.load(Ordering::Acquire)
    }

    /// Past the deadline the server must not wait any longer.
    pub(crate) fn is_late(&self) -> bool {
        self.asked.elapsed() > DEADLINE
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.answer(true);
    }
}

/// Writes one answer to the kernel.
pub(crate) fn answer(group: &OwnedFd, file: &File, allow: bool) {
    let response = if allow { libc::FAN_ALLOW } else { libc::FAN_DENY };
    let mut bytes = [0_u8; 8];
    let (fd, verdict) = bytes.split_at_mut(4);
    fd.copy_from_slice(&file.as_raw_fd().to_ne_bytes());
    verdict.copy_from_slice(&response.to_ne_bytes());
    if let Err(error) = rustix::io::write(group, &bytes) {
        // The one who waited may have been killed meanwhile; then nobody needs the answer.
        tracing::debug!(%error, "an answer found nobody waiting");
    }
}

/// Work for the workers.
#[derive(Debug)]
pub(crate) enum Job {
    /// Somebody wants to write into an existing file.
    Write(Arc<Open>),
    /// Somebody closed a file written to.
    Closed(PathBuf, Who),
    /// Look again at everything not yet scored.
    Look,
}

/// A rewriting that may be going on.
#[derive(Debug)]
struct Unscored {
    file: File,
    path: PathBuf,
    who: Who,
    before: Kept,
    sample: Vec<u8>,
    copy: u64,
    touch: u64,
    opened_at: Instant,
    /// State of the file when it was last looked at.
    seen: (u64, i64),
    changed_at: Option<Instant>,
}

/// What the workers share.
#[derive(Debug, Default)]
pub(crate) struct Opens {
    unscored: Mutex<HashMap<String, Vec<Unscored>>>,
    /// One worker scores at a time: another that looked meanwhile would find nothing to score, and
    /// let the next write pass too early.
    scoring: Mutex<()>,
}

/// Serves jobs until the guard stops.
pub(crate) fn work(core: &Arc<Core>, opens: &Opens, jobs: &Mutex<Receiver<Job>>) {
    while !core.is_stopping() {
        let job = lock(jobs).recv_timeout(Duration::from_millis(100));
        match job {
            Ok(Job::Write(open)) => serve(core, opens, &open),
            Ok(Job::Closed(path, who)) => opens.closed(core, &path, &who),
            Ok(Job::Look) => opens.look(core, None, None),
            Err(_) => {}
        }
    }
}

/// Hands over a job; answers false when there are too many.
pub(crate) fn hand_over(jobs: &SyncSender<Job>, job: Job) -> bool {
    jobs.try_send(job).is_ok()
}

fn serve(core: &Arc<Core>, opens: &Opens, open: &Open) {
    opens.look(core, Some(&open.who.session), None);
    let denied = core.mode == Mode::Protect && core.is_condemned(&open.who);
    if denied {
        open.answer(false);
        return;
    }
    let suspicious = lock(&core.decider).points(&open.who.session) > 0;
    let kept = opens.keep(core, open);
    let deny = suspicious && core.mode == Mode::Protect;
    match kept {
        Ok(()) => open.answer(true),
        Err(NotKept::Full) => {
            open.answer(!deny);
            core.say(Suspicion::ReserveFull, false);
        }
        Err(NotKept::TooSlow) => open.answer(!deny),
        Err(NotKept::Io(error)) => {
            tracing::warn!(%error, "an earlier content could not be kept");
            open.answer(!deny);
        }
    }
}

impl Opens {
    /// Keeps the content of a file that is about to be written to.
    fn keep(&self, core: &Core, open: &Open) -> Result<(), NotKept> {
        let meta = open.file.metadata().map_err(NotKept::Io)?;
        let mut before = Kept::of(&meta);
        let known = self.is_kept(&open.who.session, &before);
        let Some(reserve) = core.holdings.reserve(before.device).filter(|_| !known) else {
            return Ok(());
        };
        if let Some(kept) = lock(&core.holdings.shelf).get(&open.path)
            && kept.same_content(&before)
        {
            before = kept.clone();
        }
        let copy = reserve.keep(&open.file, PATIENCE)?;
        let sample = sample(&open.file).map_err(NotKept::Io)?;
        let who = (open.who.session.as_str(), open.who.user);
        let mut record =
            touch(core.now(), open.path.clone(), Touch::Rewritten, who, before.clone());
        record.held = Held::Copy(copy);
        let number = {
            let mut touches = lock(&core.holdings.touches);
            let number = touches.push(record);
            touches.flush();
            number
        };
        let unscored = Unscored {
            file: open.file.try_clone().map_err(NotKept::Io)?,
            path: open.path.clone(),
            who: open.who.clone(),
            seen: (before.size, before.mtime_ns),
            before,
            sample,
            copy,
            touch: number,
            opened_at: core.now(),
            changed_at: None,
        };
        let mut all = lock(&self.unscored);
        if all.values().map(Vec::len).sum::<usize>() < UNSCORED_MAX {
            all.entry(open.who.session.clone()).or_default().push(unscored);
        }
        Ok(())
    }

    /// Whether this very content is already kept for this session.
    fn is_kept(&self, session: &str, now: &Kept) -> bool {
        let all = lock(&self.unscored);
        all.get(session).is_some_and(|list| list.iter().any(|u| u.before.same_content(now)))
    }

    fn closed(&self, core: &Arc<Core>, path: &Path, who: &Who) {
        let known = lock(&self.unscored)
            .get(&who.session)
            .is_some_and(|list| list.iter().any(|unscored| unscored.path == path));
        if known {
            self.look(core, Some(&who.session), Some(path));
            core.ask_keeper(Task::Refresh(path.to_owned()));
        } else {
            core.ask_keeper(Task::Rescore(path.to_owned(), who.clone()));
        }
    }

    /// Scores what changed: of one session, or of all. `closed` was just closed.
    fn look(&self, core: &Arc<Core>, session: Option<&str>, closed: Option<&Path>) {
        let _alone = lock(&self.scoring);
        let taken: Vec<Unscored> = {
            let mut all = lock(&self.unscored);
            match session {
                Some(session) => all.remove(session).unwrap_or_default(),
                None => all.drain().flat_map(|(_, list)| list).collect(),
            }
        };
        for mut unscored in taken {
            let is_closed = closed == Some(unscored.path.as_path());
            if unscored.look(core, is_closed) {
                let mut all = lock(&self.unscored);
                all.entry(unscored.who.session.clone()).or_default().push(unscored);
            }
        }
    }
}

impl Unscored {
    /// Answers whether it must be looked at again.
    fn look(&mut self, core: &Arc<Core>, closed: bool) -> bool {
        let now = core.now();
        let old = now.ms_since(self.opened_at) > UNSCORED_MS;
        let Ok(meta) = self.file.metadata() else { return false };
        let state = (meta.len(), crate::shelf::mtime_ns(&meta));
        if state == (self.before.size, self.before.mtime_ns) {
            // Kept for a while: who opens it again need not wait for another copy.
            if old {
                self.forget(core);
            }
            return !old;
        }
        let changed_at = *self.changed_at.get_or_insert(now);
        if state == self.seen && !closed && state.0 != 0 {
            return !old;
        }
        self.seen = state;
        let Ok(after) = sample(&self.file) else { return false };
        let change = Change::between(&self.sample, &after);
        match change.damage() {
            Damage::None => !closed && !old,
            Damage::Emptied if now.ms_since(changed_at) < EMPTY_MS => true,
            _ => {
                core.rewritten(&self.path, change, Some(self.touch), &self.who);
                false
            }
        }
    }

    /// Opened for writing, nothing written: nothing to undo.
    fn forget(&self, core: &Core) {
        lock(&core.holdings.touches).forget(&std::iter::once(self.touch).collect());
        let reserve = core.holdings.reserve(self.before.device);
        if let Some(Err(error)) = reserve.map(|reserve| reserve.drop_copy(self.copy)) {
            tracing::debug!(%error, "no copy to drop");
        }
    }
}

fn sample(file: &File) -> std::io::Result<Vec<u8>> {
    let mut reader = file;
    reader.rewind()?;
    let mut sample = Vec::new();
    reader.take(SAMPLE_BYTES as u64).read_to_end(&mut sample)?;
    Ok(sample)
}
