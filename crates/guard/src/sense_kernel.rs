//! Senses as root on Linux: answers the kernel's questions and hears its names.
//!
//! Rules:
//! - Where the kernel asks before each access, a content is kept before its first write; where it
//!   asks at opens alone, before an open that may write.
//! - Names are read before every answer to a call that may change something: what an actor did so
//!   far is known when its next call is judged. That makes the count exact for whoever opens files
//!   between deletions.
//! - Where the brake counts deletions, names that come in quick succession are read together: waking
//!   up for each would cost their maker more than the file itself. Not while files are being lost: a
//!   name that was taken away without an open is counted by its name alone.
//! - After an answer this thread looks for the next question for a moment before it sleeps, while a
//!   processor has nothing else to do: to be woken takes longer than to answer.
//! - Whoever only reads is answered first and looked at afterwards, and who begins a new file too,
//!   unless somebody is shut out or files were lost a moment ago: then names come first again.
//! - This thread does no work on files: what needs reading or copying goes to the workers.
//! - The guard's own threads are let through at once; it can never wait for itself.
//! - Every open is answered within a bound; when this process dies the kernel lets all pass.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant as Tick};

use beffroi_town::watch::{Hole, Letter, Mode, Suspicion};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::actor::{Actor, Facts};
use crate::against::Against;
use crate::core::{Core, Who};
use crate::fan::{self, FanEvent};
use crate::holdings::lock;
use crate::intent::{Intent, Intents};
use crate::look::Looker;
use crate::marks::{FAN_PRE_ACCESS, Marks};
use crate::opens::{Access, Job, Open, answer};
use crate::procfs::Idle;
use crate::service::Services;
use crate::shelf::file_number;
use crate::sys::{self, Urgency};
use crate::watchdog::Pulse;
use crate::writers::Writers;

mod names;

/// Events are read in pieces of this size.
const BUFFER_BYTES: usize = 64 * 1024;
/// How long the actor of a thread is believed without asking again.
const ACTOR_FRESH: Duration = Duration::from_secs(1);
/// Longest wait for anything to happen.
const TICK: Duration = Duration::from_millis(50);
/// Names that come within it are read together.
const NAMES_TOGETHER: Duration = Duration::from_millis(1);
/// How often the brake is kept on, and asked whom it paused.
const BRAKE_LOOK: Duration = Duration::from_millis(5);
/// How long a process may be paused by the brake before the guard says why.
const BRAKE_PATIENCE: Duration = Duration::from_millis(250);
/// How long the next question is looked for.
const ALERT: Duration = Duration::from_micros(100);
/// And how long at most until everything else is looked at.
const ALERT_MAX: Duration = Duration::from_millis(5);
/// Most threads remembered.
const ACTORS_MAX: usize = 8_192;

/// The thread that answers the kernel.
pub(crate) struct Responder {
    core: Arc<Core>,
    marks: Marks,
    writers: Writers,
    actors: HashMap<u32, (Tick, Option<Arc<Actor>>)>,
    services: Services,
    /// Threads that were answered before anybody looked who they are.
    strangers: Vec<u32>,
    /// Tells at once what a thread is and does; none where it must be read from `/proc`.
    looker: Option<Looker>,
    intents: Intents,
    idle: Idle,
    waiting: Vec<Arc<Open>>,
    /// Deletions are counted by the brake: names need not be read at once.
    brakes: bool,
    /// A client of this host was seen.
    expects_clients: bool,
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
            services: Services::default(),
            strangers: Vec::new(),
            looker: Looker::open(),
            intents: Intents::default(),
            idle: Idle::here(),
            waiting: Vec::new(),
            expects_clients: false,
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
            self.opens();
            if !self.gathers_names() {
                self.names();
            }
            self.answer_the_late();
            // One a round: nobody waits long for an answer meanwhile.
            if let Some(path) = self.core.young.late_closed() {
                self.marks.ask_again(&path);
            }
            self.paused_by_the_brake();
        }
    }

    /// Whether names are left for a moment, to be read together.
    fn gathers_names(&self) -> bool {
        self.brakes && self.names_read.elapsed() < NAMES_TOGETHER && self.is_calm()
    }

    /// Until something has happened, or a moment has passed.
    fn wait(&self) -> rustix::io::Result<usize> {
        let opens = PollFd::new(&*self.marks.opens, PollFlags::IN);
        if self.gathers_names() {
            return poll(&mut [opens], Some(&timespec(NAMES_TOGETHER)));
        }
        let names = self.marks.names.iter().map(|(_, group)| PollFd::new(group, PollFlags::IN));
        let mut all: Vec<PollFd<'_>> = names.chain([opens]).collect();
        poll(&mut all, Some(&timespec(TICK)))
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

    fn opens(&mut self) {
        let began = Tick::now();
        let mut last = began;
        let mut asked = self.questions();
        while asked && last.elapsed() < ALERT && began.elapsed() < ALERT_MAX {
            if self.questions() {
                last = Tick::now();
                continue;
            }
            self.meet();
            if !self.gathers_names() {
                self.names();
            }
            asked = self.idle.is_there();
        }
        self.meet();
    }

    /// Answers what is asked now; false when nothing is.
    fn questions(&mut self) -> bool {
        let opens = Arc::clone(&self.marks.opens);
        let events = match fan::read(&opens, &mut self.buffer) {
            Ok(events) => events,
            Err(error) => {
                tracing::error!(%error, "waiting opens cannot be read");
                return false;
            }
        };
        let any = !events.is_empty();
        for event in events {
            if !self.answered_as_empty(&event) {
                self.open(event);
            }
        }
        any
    }

    /// Looks who those were that were answered unseen: some end before what they do is heard of.
    fn meet(&mut self) {
        while let Some(thread) = self.strangers.pop() {
            drop(self.actor(thread));
        }
    }

    /// Whether nobody is shut out, and nothing was lost a moment ago.
    fn is_calm(&self) -> bool {
        lock(&self.core.condemned).is_empty() && lock(&self.core.decider).is_calm(self.core.now())
    }

    /// An empty file has no content to keep: in calm times whoever opens it, or writes its first bytes,
    /// is let through at once. False where it is not, and nobody was answered.
    fn answered_as_empty(&mut self, event: &FanEvent) -> bool {
        let Some(file) = event.file.as_ref() else { return false };
        let Ok(meta) = file.metadata() else { return false };
        if !meta.is_file() || meta.len() != 0 {
            return false;
        }
        if !self.brakes || !self.is_calm() {
            return false;
        }
        self.core.answered.fetch_add(1, Ordering::Relaxed);
        if event.mask & libc::FAN_OPEN_PERM != 0 {
            self.writers.add((meta.dev(), meta.ino()));
        }
        answer(&self.marks.opens, file, true);
        self.strangers.push(event.tid);
        true
    }

    fn open(&mut self, event: FanEvent) {
        let Some(file) = event.file else { return };
        self.core.answered.fetch_add(1, Ordering::Relaxed);
        let intent = self.intent(event.tid);
        let is_calm = self.is_calm();
        if intent == Intent::Read && is_calm {
            answer(&self.marks.opens, &file, true);
            self.strangers.push(event.tid);
            return;
        }
        // An open that is asked about again before the first write changes nothing yet.
        let asked_again = intent == Intent::OpenToWrite && self.marks.letter() == Letter::A;
        if !asked_again || !is_calm {
            self.names();
        }
        let actor = self.actor(event.tid);
        if actor.as_ref().is_some_and(|actor| actor.pid == self.own_pid) {
            answer(&self.marks.opens, &file, true);
            return;
        }
        let who = actor.as_ref().map_or_else(Who::unknown, |actor| self.core.who(actor));
        let against = self.core.against(&who);
        if self.core.mode == Mode::Protect && against != Against::Nothing {
            self.core.pause_again(&who);
            if against == Against::Stop || !self.core.finishes_its_call(&who, event.tid) {
                answer(&self.marks.opens, &file, false);
                return;
            }
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
        if empty || self.changes_nothing(intent, &meta, access, &who) {
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
            // Whoever goes on writing into what they made just now is not asked for each piece.
            if own && access.is_some() && self.core.young.contains(&path) {
                self.leave_out(&file, &path);
            }
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

    fn leave_out(&self, file: &fs::File, path: &Path) {
        match self.marks.leave_out_new(file) {
            Ok(()) => self.core.young.left_out(path),
            Err(error) => tracing::debug!(%error, "a new file is asked about"),
        }
    }

    /// At the first client of this host, what shuts one out is made ready; true when it is.
    fn expects(&self, actor: &Actor) -> bool {
        self.core.mode == Mode::Protect
            && !self.expects_clients
            && actor.client.is_some()
            && self.core.workers.jobs.hand_over(Job::ExpectClients)
    }

    fn intent(&mut self, tid: u32) -> Intent {
        match &self.looker {
            Some(looker) => looker.look(tid).map_or(Intent::Write, |look| Intent::of_look(&look)),
            None => self.intents.of(tid),
        }
    }

    fn actor(&mut self, tid: u32) -> Option<Arc<Actor>> {
        let known = self.actors.get(&tid);
        if let Some((at, actor)) = known
            && at.elapsed() < ACTOR_FRESH
        {
            return actor.clone();
        }
        // A thread that has ended meanwhile is still the one that was seen last.
        let facts = match &self.looker {
            Some(looker) => looker.look(tid).and_then(|look| look.facts()),
            None => Facts::of_proc(tid),
        };
        let now = facts.map(|facts| Arc::new(Actor::among(&mut self.services, facts)));
        let actor = now.or_else(|| known.and_then(|(_, actor)| actor.clone()));
        if self.actors.len() >= ACTORS_MAX {
            self.actors.clear();
        }
        self.expects_clients |= actor.as_ref().is_some_and(|actor| self.expects(actor));
        self.actors.insert(tid, (Tick::now(), actor.clone()));
        actor
    }
}

fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: 0, tv_nsec: time.subsec_nanos().into() }
}
