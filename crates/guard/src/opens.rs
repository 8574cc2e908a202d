//! Opens that wait for an answer: the earlier content is kept before the write may begin.
//!
//! Rules:
//! - Answered exactly once, whatever happens: by a worker, else by the deadline, else when dropped.
//! - While a session has a change that is not scored yet, its next write into another file waits for
//!   the score, [`SCORE_PATIENCE`] at most.
//! - A content is kept once: a session that goes on writing into the same file is let through at
//!   once, until it has been quiet for [`GOES_ON`].
//! - What cannot be kept in time is let through for the innocent, denied to the suspicious, and
//!   counted either way.

use std::collections::{HashMap, VecDeque};
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
use crate::touches::{Held, Touches, touch};

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
/// An emptied file is damage only when it stays so,
const EMPTY_MS: i64 = 2_000;
/// or when so many of one session are empty at once.
const EMPTY_AT_ONCE: usize = 3;
/// Longest wait for the score of a session's earlier change.
const SCORE_PATIENCE: Duration = Duration::from_millis(200);
/// How often those who wait for a score are looked at.
const SCORE_LOOK: Duration = Duration::from_millis(2);
/// How long after its last write a session goes on writing into a file whose content is kept.
const GOES_ON: Duration = Duration::from_mins(1);
/// Files being written to that are remembered.
const WRITTEN_MAX: usize = 65_536;
/// Largest content that is compared as a whole before its copy is dropped.
const COMPARED_BYTES_MAX: u64 = 64 << 20;

/// An open that waits.
#[derive(Debug)]
pub(crate) struct Open {
    file: File,
    group: Arc<OwnedFd>,
    answered: AtomicBool,
    asked: Tick,
    pub(crate) path: PathBuf,
    pub(crate) who: Who,
    /// The write itself waits, not only an open.
    access: bool,
}

impl Open {
    pub(crate) fn new(
        file: File,
        group: Arc<OwnedFd>,
        path: PathBuf,
        who: Who,
        access: bool,
    ) -> Self {
        let (answered, asked) = (AtomicBool::new(false), Tick::now());
        Self { file, group, answered, asked, path, who, access }
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
    /// The write itself was let through, and will show at once.
    access: bool,
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
    /// Writes that wait for a score.
    postponed: Mutex<VecDeque<Arc<Open>>>,
    /// Files being written to, by device and inode.
    written: Mutex<HashMap<(u64, u64), Writing>>,
}

/// Who writes into a file whose earlier content is kept.
#[derive(Debug)]
struct Writing {
    session: String,
    kept: Tick,
    last: Tick,
}

/// Serves jobs until the guard stops.
pub(crate) fn work(core: &Arc<Core>, opens: &Opens, jobs: &Mutex<Receiver<Job>>) {
    while !core.is_stopping() {
        let postponed = lock(&opens.postponed).pop_front();
        let wait = if postponed.is_some() { SCORE_LOOK } else { Duration::from_millis(100) };
        let job = lock(jobs).recv_timeout(wait);
        if let Some(open) = postponed {
            serve(core, opens, &open);
        }
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

fn serve(core: &Arc<Core>, opens: &Opens, open: &Arc<Open>) {
    if open.is_answered() {
        return;
    }
    opens.look(core, Some(&open.who.session), None);
    let denied = core.mode == Mode::Protect && core.is_condemned(&open.who);
    if denied {
        open.answer(false);
        return;
    }
    if open.asked.elapsed() < SCORE_PATIENCE && opens.awaits_score(core, open) {
        lock(&opens.postponed).push_back(Arc::clone(open));
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
    /// Whether this session writes already into this file, whose earlier content is kept.
    pub(crate) fn goes_on(&self, session: &str, file: (u64, u64)) -> bool {
        let mut written = lock(&self.written);
        let Some(writing) = written.get_mut(&file) else { return false };
        let goes_on = writing.session == session && writing.last.elapsed() < GOES_ON;
        if goes_on {
            writing.last = Tick::now();
        }
        goes_on
    }

    /// A session opened a file for writing: after a while its content is worth keeping anew.
    pub(crate) fn opened(&self, session: &str, file: (u64, u64)) {
        let mut written = lock(&self.written);
        if written.get(&file).is_some_and(|w| w.session == session && w.kept.elapsed() > GOES_ON) {
            written.remove(&file);
        }
    }

    fn begins(&self, session: &str, file: (u64, u64)) {
        let mut written = lock(&self.written);
        if written.len() >= WRITTEN_MAX {
            written.retain(|_, writing| writing.last.elapsed() < GOES_ON);
        }
        if written.len() < WRITTEN_MAX {
            let now = Tick::now();
            let session = session.to_owned();
            written.insert(file, Writing { session, kept: now, last: now });
        }
    }

    /// Whether an earlier change of the same session is about to show, or to be filled again.
    fn awaits_score(&self, core: &Core, open: &Open) -> bool {
        let now = core.now();
        let all = lock(&self.unscored);
        let Some(list) = all.get(&open.who.session) else { return false };
        list.iter().filter(|unscored| unscored.path != open.path).any(|unscored| {
            let fresh = |at: Instant| now.ms_since(at) < SCORE_PATIENCE.as_millis() as i64;
            match unscored.changed_at {
                None => unscored.access && fresh(unscored.opened_at),
                Some(at) => unscored.seen.0 == 0 && fresh(at),
            }
        })
    }

    /// Keeps the content of a file that is about to be written to.
    fn keep(&self, core: &Core, open: &Open) -> Result<(), NotKept> {
        let meta = open.file.metadata().map_err(NotKept::Io)?;
        let mut before = Kept::of(&meta);
        let file = (before.device, before.inode);
        let known = self.is_kept(&open.who.session, &before);
        let Some(reserve) = core.holdings.reserve(before.device).filter(|_| !known) else {
            self.begins(&open.who.session, file);
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
        let number = lock(&core.holdings.touches).push(record);
        Touches::flush(&core.holdings.touches);
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
            access: open.access,
            changed_at: None,
        };
        self.begins(&open.who.session, file);
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
        let emptied = taken.iter().filter(|unscored| unscored.is_emptied()).count();
        for mut unscored in taken {
            let is_closed = closed == Some(unscored.path.as_path());
            if unscored.look(core, is_closed, emptied >= EMPTY_AT_ONCE) {
                let mut all = lock(&self.unscored);
                all.entry(unscored.who.session.clone()).or_default().push(unscored);
            }
        }
    }
}

impl Unscored {
    fn is_emptied(&self) -> bool {
        self.before.size > 0 && self.file.metadata().is_ok_and(|meta| meta.len() == 0)
    }

    /// Answers whether it must be looked at again. `many_empty`: an emptied file is no accident.
    fn look(&mut self, core: &Arc<Core>, closed: bool, many_empty: bool) -> bool {
        let now = core.now();
        let old = now.ms_since(self.opened_at) > UNSCORED_MS;
        let Ok(meta) = self.file.metadata() else { return false };
        let state = (meta.len(), crate::shelf::mtime_ns(&meta));
        if state == (self.before.size, self.before.mtime_ns) {
            // Kept for a while: who opens it again need not wait for another copy. A mapping may
            // have changed it without a trace.
            if old && (!self.access || self.is_as_before(core)) {
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
            Damage::Emptied if !many_empty && now.ms_since(changed_at) < EMPTY_MS => true,
            _ => {
                core.rewritten(&self.path, change, Some(self.touch), &self.who);
                false
            }
        }
    }

    /// Whether the whole content is still the one that was kept.
    fn is_as_before(&self, core: &Core) -> bool {
        let Some(reserve) = core.holdings.reserve(self.before.device) else { return false };
        let copy = File::open(reserve.copy_path(self.copy));
        let (Ok(copy), Ok(now)) = (copy, self.file.try_clone()) else { return false };
        self.before.size <= COMPARED_BYTES_MAX
            && (&now).rewind().is_ok()
            && crate::state::same_bytes(&copy, &now).unwrap_or(false)
    }

    /// Opened for writing, nothing written: nothing to undo.
    fn forget(&self, core: &Core) {
        lock(&core.holdings.touches).forget(&std::iter::once(self.touch).collect());
        Touches::flush(&core.holdings.touches);
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
