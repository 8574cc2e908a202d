//! Keeps the earlier content of a file before a write into it may begin, and scores what changed.
//!
//! Rules:
//! - While a session has a change that is not scored yet, its next write into another file waits for
//!   the score: for each such change [`SCORE_PATIENCE_MS`] at most, [`DAMAGE_PATIENCE_MS`] once the
//!   session has done damage, longer while a busy machine delays the write itself,
//!   [`TURN_PATIENCE`] in all.
//! - A content is kept once: a session that goes on writing into the same file is let through at
//!   once, until it has been quiet for [`GOES_ON`].
//! - What cannot be kept in time is let through for the innocent, denied to the suspicious, and
//!   counted either way.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Tick};

use beffroi_town::Instant;
use beffroi_town::watch::{Mode, Suspicion, Touch};

use crate::against::Against;
use crate::core::{Core, Who};
use crate::holdings::lock;
use crate::keeper::Task;
use crate::opens::{Access, Job, Jobs, Open};
use crate::places::Places;
use crate::replaced::score_replaced;
use crate::reserve::NotKept;
use crate::shelf::Kept;
use crate::sys::{self, Urgency};
use crate::touches::{Held, Touches, touch};
use crate::unscored::{Granted, SCORE_PATIENCE_MS, Unscored, sample};

/// The same for a session that has done damage already.
const DAMAGE_PATIENCE_MS: i64 = 1_000;
/// How long keeping a content may take.
const PATIENCE: Duration = Duration::from_millis(1_200);
/// Rewritings not yet scored that are remembered.
const UNSCORED_MAX: usize = 1_024;
/// Emptied files of one session that are no accident, when they are empty at once.
const EMPTY_AT_ONCE: usize = 3;
/// Longest wait of an innocent's write for its turn; a suspect's is denied at the deadline.
const TURN_PATIENCE: Duration = Duration::from_secs(1);
/// A larger content is copied at ordinary priority: other work must not wait for a whole disk.
const URGENT_BYTES_MAX: u64 = 8 << 20;
/// How long after its last write a session goes on writing into a file whose content is kept.
const GOES_ON: Duration = Duration::from_mins(1);
/// Files that one session made of late, and those of all, that are remembered.
const MADE_MAX: usize = 4_096;
const MADE_BY_ALL_MAX: usize = 65_536;
/// The newest of them, which may be copies of a file that is emptied now.
const COPIES_MAX: usize = 32;
/// Files being written to that are remembered.
const WRITTEN_MAX: usize = 65_536;

/// What the workers share.
#[derive(Debug, Default)]
pub(crate) struct Workers {
    pub(crate) jobs: Jobs,
    unscored: Mutex<HashMap<String, Vec<Unscored>>>,
    /// One worker scores at a time: another that looked meanwhile would find nothing to score, and
    /// let the next write pass too early.
    scoring: Mutex<()>,
    /// Sessions for which a content is being kept just now.
    keeping: Mutex<HashSet<String>>,
    /// Files that a session made of late: copies, perhaps.
    made: Mutex<HashMap<String, VecDeque<PathBuf>>>,
    /// Files being written to, by device and inode.
    written: Mutex<HashMap<(u64, u64), Writing>>,
}

/// Who writes into a file whose earlier content is kept.
#[derive(Debug)]
struct Writing {
    session: String,
    kept: Tick,
    last: Tick,
    places: Places,
}

/// Serves jobs until the guard stops.
pub(crate) fn work(core: &Arc<Core>) {
    let workers = &core.workers;
    // Somebody waits for what is done here, and an attack that does not wait goes on meanwhile.
    run(Urgency::Judging);
    while !core.is_stopping() {
        match workers.jobs.next() {
            Some(Job::Write(open)) => serve(core, workers, &open),
            Some(Job::Closed(path, who)) => workers.closed(core, &path, &who),
            Some(Job::Compare(task)) => score_replaced(core, *task),
            Some(Job::Act(found)) => core.act(&found.0, found.1, &found.2),
            Some(Job::Prove(suspect)) => core.prove_client(&suspect),
            Some(Job::Freeze(alarm)) => core.freeze(&alarm),
            Some(Job::ExpectClients) => expect_clients(),
            Some(Job::CutHost) => core.cut_host_alone(),
            Some(Job::Look) => workers.look(core, None, None),
            None => {}
        }
    }
}

fn expect_clients() {
    if let Err(error) = crate::client::make_ready() {
        tracing::warn!(%error, "a client that attacks will be denied, not cut off");
    }
}

fn run(urgency: Urgency) {
    if let Err(error) = sys::run(urgency) {
        tracing::warn!(%error, ?urgency, "a worker of the guard keeps its priority");
    }
}

fn serve(core: &Arc<Core>, workers: &Workers, open: &Arc<Open>) {
    if open.is_answered() {
        return;
    }
    workers.look(core, Some(&open.who.session), None);
    let suspect = core.mode == Mode::Protect && lock(&core.decider).points(&open.who.session) > 0;
    if (open.age() < TURN_PATIENCE || suspect) && !workers.may_begin(core, open) {
        workers.jobs.postpone(open);
        return;
    }
    let denied = match core.against(&open.who) {
        Against::Nothing => false,
        // Asked before it was held, or finishing its call: it stands still afterwards.
        Against::Hold => !core.may_finish(&open.who),
        Against::Stop => true,
    };
    if core.mode == Mode::Protect && denied {
        open.answer(false);
    } else {
        keep_and_answer(core, workers, open);
    }
    lock(&workers.keeping).remove(&open.who.session);
}

fn keep_and_answer(core: &Core, workers: &Workers, open: &Open) {
    let suspicious = lock(&core.decider).points(&open.who.session) > 0;
    let kept = workers.keep(core, open);
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

impl Workers {
    /// Whether this session writes already into this file, whose earlier content is kept.
    pub(crate) fn goes_on(&self, session: &str, file: (u64, u64), at: u64) -> bool {
        let mut written = lock(&self.written);
        let Some(writing) = written.get_mut(&file) else { return false };
        let goes_on = writing.session == session && writing.last.elapsed() < GOES_ON;
        if goes_on {
            writing.last = Tick::now();
            writing.places.note(at);
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

    /// The first write into a file has its turn; the next ones go on. An open is no write: where the
    /// kernel asks before each, the first still waits for its turn.
    fn begins(&self, open: &Open, file: (u64, u64)) {
        let Some(Access { at, .. }) = open.access else { return };
        let mut written = lock(&self.written);
        if written.len() >= WRITTEN_MAX {
            written.retain(|_, writing| writing.last.elapsed() < GOES_ON);
        }
        if written.len() < WRITTEN_MAX {
            let (session, now) = (open.who.session.clone(), Tick::now());
            let mut places = Places::default();
            places.note(at);
            written.insert(file, Writing { session, kept: now, last: now, places });
        }
    }

    /// Whether nothing of the same session is still to be scored; then it is this open's turn. One
    /// at a time: of two that began together neither would wait for the other.
    fn may_begin(&self, core: &Core, open: &Open) -> bool {
        // What is just being scored is in no list.
        let _alone = lock(&self.scoring);
        let mut keeping = lock(&self.keeping);
        let free = !keeping.contains(&open.who.session) && !self.awaits_score(core, open);
        if free {
            keeping.insert(open.who.session.clone());
        }
        free
    }

    /// Whether an earlier change of the same session is about to show, or to be filled again.
    fn awaits_score(&self, core: &Core, open: &Open) -> bool {
        let now = core.now();
        let has_done_damage = lock(&core.decider).damaged(&open.who.session) > 0;
        let patience_ms = if has_done_damage { DAMAGE_PATIENCE_MS } else { SCORE_PATIENCE_MS };
        let all = lock(&self.unscored);
        let Some(list) = all.get(&open.who.session) else { return false };
        list.iter().filter(|unscored| unscored.path != open.path).any(|unscored| {
            let fresh = |at: Instant| now.ms_since(at) < patience_ms;
            match unscored.changed_at {
                None => unscored
                    .access
                    .as_ref()
                    .is_some_and(|granted| fresh(unscored.opened_at) || granted.waits(open)),
                Some(at) => unscored.is_being_written(now) || (unscored.seen.0 == 0 && fresh(at)),
            }
        })
    }

    /// Keeps the content of a file that is about to be written to.
    fn keep(&self, core: &Core, open: &Open) -> Result<(), NotKept> {
        let meta = open.file.metadata().map_err(NotKept::Io)?;
        let mut before = Kept::of(&meta);
        let file = (before.device, before.inode);
        let known = self.is_kept(core, open, &before);
        let Some(reserve) = core.holdings.reserve(before.device).filter(|_| !known) else {
            self.begins(open, file);
            return Ok(());
        };
        if let Some(kept) = lock(&core.holdings.shelf).get(&open.path)
            && kept.same_content(&before)
        {
            before = kept.clone();
        }
        let large = before.size > URGENT_BYTES_MAX;
        if large {
            run(Urgency::Ordinary);
        }
        let copy = reserve.keep(&open.file, PATIENCE);
        if large {
            run(Urgency::Judging);
        }
        let copy = copy?;
        let sample = sample(&open.file).map_err(NotKept::Io)?;
        let mut record =
            touch(core.now(), open.path.clone(), Touch::Rewritten, &open.who, before.clone());
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
            access: open.access.map(Granted::to),
            changed_at: None,
            places: Places::default(),
        };
        self.begins(open, file);
        let mut all = lock(&self.unscored);
        if all.values().map(Vec::len).sum::<usize>() < UNSCORED_MAX {
            all.entry(open.who.session.clone()).or_default().push(unscored);
        }
        Ok(())
    }

    /// Whether this very content is already kept for this session; then what is asked for now is the
    /// write that others wait for.
    fn is_kept(&self, core: &Core, open: &Open, now: &Kept) -> bool {
        let mut all = lock(&self.unscored);
        let mut list = all.get_mut(&open.who.session).into_iter().flatten();
        let Some(known) = list.find(|unscored| unscored.before.same_content(now)) else {
            return false;
        };
        if let Some(access) = open.access {
            known.access = Some(Granted::to(access));
            known.opened_at = core.now();
        }
        true
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

    /// Remembers a file that a session made.
    pub(crate) fn note_made(&self, path: &Path, session: &str) {
        let mut made = lock(&self.made);
        if made.values().map(VecDeque::len).sum::<usize>() >= MADE_BY_ALL_MAX {
            made.clear();
        }
        let paths = made.entry(session.to_owned()).or_default();
        if paths.len() >= MADE_MAX {
            paths.pop_front();
        }
        paths.push_back(path.to_owned());
    }

    /// Files that a session made of late, newest first.
    pub(crate) fn made_by(&self, session: &str) -> Vec<PathBuf> {
        lock(&self.made).get(session).into_iter().flatten().rev().cloned().collect()
    }

    /// Whether the session wrote the very content that it emptied elsewhere first: log rotation by
    /// copying does.
    fn has_copied(&self, core: &Core, unscored: &Unscored) -> bool {
        let paths = self.made_by(&unscored.who.session);
        paths.iter().take(COPIES_MAX).any(|path| unscored.is_kept_in(core, path))
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
        let emptied = taken
            .iter()
            .filter(|unscored| unscored.is_emptied() && !self.has_copied(core, unscored))
            .count();
        for mut unscored in taken {
            let is_closed = closed == Some(unscored.path.as_path());
            let file = (unscored.before.device, unscored.before.inode);
            unscored.places =
                lock(&self.written).get(&file).map_or_else(Places::default, |w| w.places.clone());
            if unscored.is_emptied() && self.has_copied(core, &unscored) {
                continue;
            }
            if unscored.look(core, is_closed, emptied >= EMPTY_AT_ONCE) {
                let mut all = lock(&self.unscored);
                all.entry(unscored.who.session.clone()).or_default().push(unscored);
            }
        }
    }
}
