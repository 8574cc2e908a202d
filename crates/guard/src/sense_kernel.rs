//! Senses as root on Linux: answers the kernel's questions and hears its names.
//!
//! Rules:
//! - Where the kernel asks before each access, a content is kept before its first write; where it
//!   asks at opens alone, before an open that may write.
//! - Names are read before every answer to an open: what an actor did so far is known when its next
//!   open is judged. That makes the count exact for whoever opens files between deletions.
//! - Where the brake counts deletions, names that come in quick succession are read together: waking
//!   up for each would cost their maker more than the file itself.
//! - This thread does no work on files: what needs reading or copying goes to the workers.
//! - The guard's own threads are let through at once; it can never wait for itself.
//! - Every open is answered within a bound; when this process dies the kernel lets all pass.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant as Tick};

use beffroi_town::Instant;
use beffroi_town::watch::{Hole, Letter, Mode, Suspicion, Touch};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::actor::Actor;
use crate::core::{Core, Who};
use crate::fan::{self, FanEvent, Place};
use crate::holdings::lock;
use crate::intent::{Intent, intent_of};
use crate::keeper::Task;
use crate::marks::{FAN_PRE_ACCESS, Marks};
use crate::opens::{Access, Job, Open, answer};
use crate::shelf::file_number;
use crate::sys::{self, Urgency};
use crate::watchdog::Pulse;
use crate::writers::Writers;

/// Events are read in pieces of this size.
const BUFFER_BYTES: usize = 64 * 1024;
/// How long the actor of a thread is believed without asking again.
const ACTOR_FRESH: Duration = Duration::from_secs(1);
/// Longest round of reading names before opens are looked at again.
const NAMES_ROUND: Duration = Duration::from_millis(200);
/// An empty file older than this may be somebody's.
const NEW_MS: i64 = 1_000;
/// Longest wait for anything to happen.
const TICK: Duration = Duration::from_millis(50);
/// Names that come within it are read together.
const NAMES_TOGETHER: Duration = Duration::from_millis(1);
/// How often the brake is kept on, and asked whom it paused.
const BRAKE_LOOK: Duration = Duration::from_millis(5);
/// How long a process may be paused by the brake before the guard says why.
const BRAKE_PATIENCE: Duration = Duration::from_millis(250);
/// Most threads remembered.
const ACTORS_MAX: usize = 8_192;

/// The thread that answers the kernel.
pub(crate) struct Responder {
    core: Arc<Core>,
    marks: Marks,
    writers: Writers,
    actors: HashMap<u32, (Tick, Option<Arc<Actor>>)>,
    waiting: Vec<Arc<Open>>,
    /// Deletions are counted by the brake: names need not be read at once.
    brakes: bool,
    /// Processes that the brake paused, and since when that is known here.
    braked: HashMap<u32, Tick>,
    /// When that was last looked at, and when names were last read.
    braked_read: Tick,
    names_read: Tick,
    buffer: Vec<u8>,
    own_pid: u32,
    pulse: Pulse,
}

impl Responder {
    pub(crate) fn new(core: Arc<Core>, marks: Marks, pulse: Pulse) -> Self {
        Self {
            writers: Writers::of_now(&core.holdings.watched),
            brakes: core.level.holes.contains(&Hole::MovesAfterTheFact),
            core,
            marks,
            actors: HashMap::new(),
            waiting: Vec::new(),
            braked: HashMap::new(),
            braked_read: Tick::now(),
            names_read: Tick::now(),
            buffer: vec![0; BUFFER_BYTES],
            own_pid: std::process::id(),
            pulse,
        }
    }

    /// Serves events until the guard stops.
    pub(crate) fn run(mut self) {
        // Deletions go on while this thread waits for a processor: it comes first.
        if let Err(error) = sys::run(Urgency::Answering) {
            tracing::warn!(%error, "the guard runs at ordinary priority");
        }
        while !self.core.is_stopping() {
            if !self.pulse.beat() {
                self.core.watchdog_gone.store(true, Ordering::Relaxed);
                return;
            }
            if let Err(error) = self.wait()
                && error != rustix::io::Errno::INTR
            {
                tracing::error!(%error, "the kernel's events cannot be waited for");
                self.core.say(Suspicion::EventsLost, false);
                return;
            }
            self.names();
            self.opens();
            self.answer_the_late();
            self.paused_by_the_brake();
        }
    }

    /// Until something has happened, or a moment has passed.
    fn wait(&self) -> rustix::io::Result<usize> {
        let (names, opens) = (Arc::clone(&self.marks.names), Arc::clone(&self.marks.opens));
        let names = PollFd::new(&*names, PollFlags::IN);
        let opens = PollFd::new(&*opens, PollFlags::IN);
        if self.brakes && self.names_read.elapsed() < NAMES_TOGETHER {
            return poll(&mut [opens], Some(&timespec(NAMES_TOGETHER)));
        }
        poll(&mut [names, opens], Some(&timespec(TICK)))
    }

    /// The default: the server comes first, a suspect does not.
    fn answer_the_late(&mut self) {
        let core = &self.core;
        self.waiting.retain(|open| {
            if open.is_late() && !open.is_answered() {
                let suspect = lock(&core.decider).points(&open.who.session) > 0;
                open.answer(!suspect || core.mode == Mode::Observe);
                core.say(Suspicion::EventsLost, false);
            }
            !open.is_answered()
        });
    }

    /// Takes over those whom the brake paused, or lets them go on: each deletion's event comes with
    /// the deletion itself, so what this guard makes of it is known once names were read.
    fn paused_by_the_brake(&mut self) {
        let Some(brake) = self.core.brake.as_ref() else { return };
        if self.braked_read.elapsed() < BRAKE_LOOK {
            return;
        }
        self.braked_read = Tick::now();
        brake.beat();
        let paused = brake.paused();
        self.braked.retain(|process, _| paused.contains(process));
        for process in paused {
            let since = *self.braked.entry(process).or_insert_with(Tick::now);
            if self.core.take_over(process, since.elapsed() > BRAKE_PATIENCE) {
                brake.settled(process);
            }
        }
    }

    fn names(&mut self) {
        let began = Tick::now();
        // Bounded: whoever makes names without end must not keep others waiting for an answer.
        while began.elapsed() < NAMES_ROUND {
            let names = Arc::clone(&self.marks.names);
            let events = match fan::read(&names, &mut self.buffer) {
                Ok(events) => events,
                Err(error) => {
                    tracing::error!(%error, "the kernel's events cannot be read");
                    return;
                }
            };
            if events.is_empty() {
                return;
            }
            self.names_read = Tick::now();
            for event in &events {
                self.name(event);
            }
        }
    }

    fn name(&mut self, event: &FanEvent) {
        if event.mask & libc::FAN_Q_OVERFLOW != 0 {
            self.core.say(Suspicion::EventsLost, false);
            self.core.rescan.store(true, Ordering::Relaxed);
            return;
        }
        let actor = self.actor(event.tid);
        let is_folder = event.mask & libc::FAN_ONDIR != 0;
        if actor.as_ref().is_some_and(|actor| actor.pid == self.own_pid) {
            self.own(event, is_folder);
            return;
        }
        let who = actor.as_ref().map_or_else(|| self.ended(event.tid), |a| self.core.who(a));
        if event.mask & libc::FAN_RENAME != 0 {
            let from = event.from.as_ref().and_then(|place| self.marks.path(place));
            let to = event.to.as_ref().and_then(|place| self.marks.path(place));
            self.renamed(from, to, is_folder, &who);
        }
        let Some(path) = event.at.as_ref().and_then(|place| self.marks.path(place)) else { return };
        if self.core.holdings.is_excluded(&path) {
            return;
        }
        if event.mask & libc::FAN_CREATE != 0 {
            if is_folder {
                self.new_folder(path.clone(), &who);
            } else {
                self.core.made(&path, &who);
            }
        }
        if event.mask & libc::FAN_CLOSE_WRITE != 0 && !is_folder {
            self.closed(&path, &who);
        }
        if event.mask & libc::FAN_DELETE != 0 && !is_folder {
            self.core.vanished(&path, Touch::Deleted, &who);
        }
    }

    /// What the guard itself does, when it puts files back: known, and nobody's deed.
    fn own(&self, event: &FanEvent, is_folder: bool) {
        let at = |place: &Option<Place>| {
            let path = place.as_ref().and_then(|place| self.marks.path(place));
            path.filter(|path| !self.core.holdings.is_excluded(path))
        };
        let gone = if event.mask & libc::FAN_DELETE != 0 { at(&event.at) } else { at(&event.from) };
        if let Some(path) = gone.filter(|_| !is_folder) {
            self.core.took_away(&path);
        }
        let come = libc::FAN_CREATE | libc::FAN_CLOSE_WRITE;
        let come = if event.mask & come != 0 { at(&event.at) } else { at(&event.to) };
        if let Some(path) = come {
            self.core.ask_keeper(Task::Own(path));
        }
    }

    fn closed(&self, path: &Path, who: &Who) {
        self.marks.ask_again(path);
        self.core.returned(path, who);
        // A new file of its own is nothing to score.
        let own = || lock(&self.core.decider).made_by(file_number(path), &who.session);
        if self.core.young.contains(path) && own() {
            if let Some(files) = self.core.notes.closed(path, &who.session) {
                self.core.ask_keeper(Task::Notes(files, who.clone()));
            }
            return;
        }
        let job = Job::Closed(path.to_owned(), who.clone());
        if !self.core.workers.jobs.hand_over(job) {
            self.core.ask_keeper(Task::Refresh(path.to_owned()));
        }
    }

    fn renamed(&mut self, from: Option<PathBuf>, to: Option<PathBuf>, is_folder: bool, who: &Who) {
        let seen = |path: &PathBuf| !self.core.holdings.is_excluded(path);
        match (from.filter(seen), to.filter(seen)) {
            (Some(from), to) if is_folder => {
                self.marks.rename(&from, to.as_deref());
                self.core.folder_moved(&from, to.as_deref(), who);
            }
            (Some(from), Some(to)) => self.core.moved(&from, &to, who),
            (Some(from), None) => self.core.vanished(&from, Touch::RenamedAway, who),
            (None, Some(to)) if is_folder => self.new_folder(to, who),
            // Came from outside, perhaps over a file that was here.
            (None, Some(to)) => self.core.moved(Path::new(""), &to, who),
            (None, None) => {}
        }
    }

    /// Followed at once, since files may be made in it before the keeper comes by.
    fn new_folder(&mut self, folder: PathBuf, who: &Who) {
        if let Err(error) = self.core.follow(&self.marks, &folder)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::error!(%error, "a new folder cannot be followed");
            self.core.say(Suspicion::EventsLost, false);
        }
        self.core.ask_keeper(Task::Scan(folder, who.clone()));
    }

    fn opens(&mut self) {
        let opens = Arc::clone(&self.marks.opens);
        let events = match fan::read(&opens, &mut self.buffer) {
            Ok(events) => events,
            Err(error) => {
                tracing::error!(%error, "waiting opens cannot be read");
                return;
            }
        };
        for event in events {
            if !self.opens_empty(&event) {
                self.names();
                self.open(event);
            }
        }
    }

    /// An empty file has no content to keep: whoever opens it need not be asked for what, nor wait
    /// until names are read, unless somebody is shut out. One made just now is not asked about until
    /// it is closed, or linked.
    fn opens_empty(&mut self, event: &FanEvent) -> bool {
        let Some(file) = event.file.as_ref().filter(|_| event.mask & libc::FAN_OPEN_PERM != 0)
        else {
            return false;
        };
        let Ok(meta) = file.metadata() else { return false };
        if !meta.is_file() || meta.len() != 0 {
            return false;
        }
        if !self.brakes || !lock(&self.core.condemned).is_empty() {
            return false;
        }
        self.core.answered.fetch_add(1, Ordering::Relaxed);
        self.writers.add((meta.dev(), meta.ino()));
        if meta.created().is_ok_and(|made| self.core.now().ms_since(instant(made)) < NEW_MS) {
            self.marks.leave_out_new(file);
        }
        answer(&self.marks.opens, file, true);
        true
    }

    fn open(&mut self, event: FanEvent) {
        let Some(file) = event.file else { return };
        self.core.answered.fetch_add(1, Ordering::Relaxed);
        let actor = self.actor(event.tid);
        if actor.as_ref().is_some_and(|actor| actor.pid == self.own_pid) {
            answer(&self.marks.opens, &file, true);
            return;
        }
        let who = actor.as_ref().map_or_else(Who::unknown, |actor| self.core.who(actor));
        if self.core.mode == Mode::Protect && self.core.is_condemned(&who) {
            self.core.pause_again(&who);
            answer(&self.marks.opens, &file, false);
            return;
        }
        let meta = match file.metadata() {
            Ok(meta) if meta.is_file() => meta,
            _ => {
                answer(&self.marks.opens, &file, true);
                return;
            }
        };
        let access = event.mask & FAN_PRE_ACCESS != 0;
        let at = event.range.map_or(0, |(offset, _)| offset);
        let access = access.then_some(Access { at, thread: event.tid });
        let empty = meta.len() == 0;
        if empty && access.is_none() {
            self.writers.add((meta.dev(), meta.ino()));
        }
        if empty || self.changes_nothing(intent_of(event.tid), &meta, access, &who) {
            answer(&self.marks.opens, &file, true);
            return;
        }
        self.write(file, &meta, access, who);
    }

    /// Whether the content is as safe after this call as before it.
    fn changes_nothing(
        &mut self,
        intent: Intent,
        meta: &fs::Metadata,
        access: Option<Access>,
        who: &Who,
    ) -> bool {
        let file = (meta.dev(), meta.ino());
        if access.is_none() && intent != Intent::Read {
            self.writers.add(file);
        }
        match intent {
            Intent::Read => true,
            // Asked again before the first write, where the kernel does.
            Intent::OpenToWrite => {
                self.core.workers.opened(&who.session, file);
                self.marks.letter() == Letter::A
            }
            Intent::WriteIfOpenForIt if !self.writers.contains(file) => true,
            Intent::WriteIfOpenForIt | Intent::Write => {
                access.is_some_and(|a| self.core.workers.goes_on(&who.session, file, a.at))
            }
        }
    }

    fn write(&mut self, file: fs::File, meta: &fs::Metadata, access: Option<Access>, who: Who) {
        let Some(path) = self.core.holdings.place_of(&file, meta) else {
            answer(&self.marks.opens, &file, true);
            return;
        };
        let own = lock(&self.core.decider).made_by(file_number(&path), &who.session);
        if own || self.core.holdings.is_excluded(&path) {
            answer(&self.marks.opens, &file, true);
            return;
        }
        let open = Arc::new(Open::new(file, Arc::clone(&self.marks.opens), path, who, access));
        self.waiting.push(Arc::clone(&open));
        if !self.core.workers.jobs.hand_over(Job::Write(Arc::clone(&open))) {
            // Too many wait: the server comes first, and the loss is counted by the reserve.
            open.answer(true);
            self.core.say(Suspicion::EventsLost, false);
        }
    }

    /// Of a thread that has ended only the brake may know whose it was.
    fn ended(&self, tid: u32) -> Who {
        if let Some(who) = self.core.visitor(tid) {
            return who;
        }
        let user = self.core.brake.as_ref().and_then(|brake| brake.deleter(tid));
        Who { user, ..Who::unknown() }
    }

    fn actor(&mut self, tid: u32) -> Option<Arc<Actor>> {
        let known = self.actors.get(&tid);
        if let Some((at, actor)) = known
            && at.elapsed() < ACTOR_FRESH
        {
            return actor.clone();
        }
        // A thread that has ended meanwhile is still the one that was seen last.
        let actor =
            Actor::of_thread(tid).map(Arc::new).or_else(|| known.and_then(|(_, a)| a.clone()));
        if self.actors.len() >= ACTORS_MAX {
            self.actors.clear();
        }
        self.actors.insert(tid, (Tick::now(), actor.clone()));
        actor
    }
}

fn instant(time: std::time::SystemTime) -> Instant {
    let since = time.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Instant::from_ms(i64::try_from(since.as_millis()).unwrap_or(0))
}

fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: 0, tv_nsec: time.subsec_nanos().into() }
}
