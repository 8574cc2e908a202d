//! The guard between its senses and its hands: turns what happened into events, asks `decide`, and
//! has the verdict carried out.
//!
//! Rules:
//! - What stops an attack comes first; book-keeping and reports follow on other threads.
//! - Nothing here waits for the platform.

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex};

use beffroi_town::edge::{Clock, Entropy};
use beffroi_town::watch::{AlarmOutcome, Letter, Level, Mode, Suspicion, Touch, Vitals};
use beffroi_town::{AlarmId, Instant};

use crate::actor::Actor;
use crate::alarms::{Alarms, New};
use crate::content::Change;
use crate::decide::{Decider, Event, Finding, NOBODY_KNOWN, Scope, Verdict, What};
use crate::holdings::{Holdings, lock};
use crate::keeper::Task;
use crate::record::Record;
use crate::shelf::{Kept, file_number};
use crate::stop;
use crate::touches::touch;
use crate::watchdog::Lapse;
use crate::workers::Workers;

/// How long a held actor waits for a person before it goes on.
pub(crate) const HOLD_MS: i64 = 10 * 60_000;

/// How long a process that was dealt with is not dealt with again.
const DEALT_WITH_MS: i64 = 250;

/// Everything the threads of a guard share.
pub(crate) struct Core {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) started_at: Instant,
    pub(crate) mode: Mode,
    /// Whether this host's cut is in place, as last read back from the kernel.
    pub(crate) cut: AtomicBool,
    pub(crate) level: Level,
    pub(crate) holdings: Holdings,
    pub(crate) decider: Mutex<Decider>,
    pub(crate) record: Mutex<Record>,
    pub(crate) alarms: Mutex<Alarms>,
    /// Scopes whose opens are denied, and until when.
    pub(crate) condemned: Mutex<HashMap<Scope, Option<Instant>>>,
    pub(crate) vitals: Mutex<Vitals>,
    pub(crate) scanned: AtomicBool,
    pub(crate) stopping: Arc<AtomicBool>,
    pub(crate) keeper: SyncSender<Task>,
    /// Who keeps and scores contents while others wait; nobody at level C.
    pub(crate) workers: Workers,
    /// The keeper could not take a task: the folders must be scanned anew.
    pub(crate) rescan: AtomicBool,
    /// Wakes the clerk, who writes alarms down and has them sent.
    pub(crate) bell: SyncSender<()>,
    pub(crate) answered: AtomicU64,
    /// That nobody watched before this start.
    pub(crate) lapse: Option<Lapse>,
    /// Nobody would end this guard if it hung: it must end by itself.
    pub(crate) watchdog_gone: AtomicBool,
    /// Whom hands were laid on already: pid and start time, how hard, when.
    pub(crate) dealt_with: Mutex<HashMap<(u32, u64), (bool, Instant)>>,
}

/// Who did something, as far as it is known.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) session: String,
    pub(crate) user: Option<u32>,
    pub(crate) actor: Option<Arc<Actor>>,
}

impl Who {
    pub(crate) fn unknown() -> Self {
        Self { session: NOBODY_KNOWN.to_owned(), user: None, actor: None }
    }

    pub(crate) fn is(actor: &Arc<Actor>) -> Self {
        Self {
            session: actor.session.clone(),
            user: Some(actor.uid),
            actor: Some(Arc::clone(actor)),
        }
    }
}

impl Core {
    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Hands a task to the keeper; when it cannot keep up, everything is scanned anew later.
    pub(crate) fn ask_keeper(&self, task: Task) {
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) =
            self.keeper.try_send(task)
        {
            self.rescan.store(true, Ordering::Relaxed);
        }
    }

    /// Reads back from the kernel whether this host is cut. What cannot be told stays as it was.
    pub(crate) fn look_at_cut(&self) {
        if let Some(cut) = crate::cut::is_cut() {
            self.cut.store(cut, Ordering::Relaxed);
        }
    }

    fn ring(&self) {
        // A bell already rung is enough.
        if let Err(TrySendError::Disconnected(())) = self.bell.try_send(()) {
            tracing::debug!("the clerk has gone home");
        }
    }

    /// A file was made.
    pub(crate) fn made(&self, path: &Path, who: &Who) {
        self.decide(who, What::Made { file: file_number(path) });
        self.ask_keeper(Task::Refresh(path.to_owned()));
    }

    /// A file vanished from `path`: deleted, or moved out of sight.
    pub(crate) fn vanished(&self, path: &Path, how: Touch, who: &Who) {
        let file = file_number(path);
        let kept = lock(&self.holdings.shelf).get(path).cloned();
        let Some(before) = kept else {
            // Before the first scan has ended, an unknown file may well be an old one.
            if !self.scanned.load(Ordering::Relaxed) {
                self.decide(who, What::Gone { file, new_extension: None });
            }
            return;
        };
        let (device, inode) = (before.device, before.inode);
        let own = lock(&self.decider).made_by(file, &who.session);
        if !own {
            self.note(path, how, before, who);
        }
        // The touch is queued before the file leaves the inventory: whatever a kill leaves on disk,
        // one of the two still knows it.
        lock(&self.holdings.shelf).remove(path);
        if own {
            self.ask_keeper(Task::Release { device, inode });
        }
        self.decide(who, What::Gone { file, new_extension: None });
    }

    /// Puts a touch on record; only the reserve holds that content from now on.
    fn note(&self, path: &Path, how: Touch, before: Kept, who: &Who) -> u64 {
        if let Some(reserve) = self.holdings.reserve(before.device).filter(|_| before.linked) {
            reserve.count(before.size);
        }
        let who = (who.session.as_str(), who.user);
        let record = touch(self.now(), path.to_owned(), how, who, before);
        lock(&self.holdings.touches).push(record)
    }

    /// A file was moved inside what is watched, perhaps over another. An empty `from`: it came from
    /// outside.
    pub(crate) fn moved(&self, from: &Path, to: &Path, who: &Who) {
        let (from_file, to_file) = (file_number(from), file_number(to));
        let own = lock(&self.decider).made_by(from_file, &who.session);
        let (moved, replaced) = {
            let inventory = lock(&self.holdings.shelf);
            (inventory.get(from).cloned(), inventory.get(to).cloned())
        };
        let away = moved.is_some() && to.extension() != from.extension() && !own;
        if let Some(before) = moved.clone().filter(|_| away) {
            self.note(from, Touch::RenamedAway, before, who);
        }
        if let Some(before) = replaced {
            self.replaced(to, before, who);
        } else if own || from.as_os_str().is_empty() {
            self.decide(who, What::Made { file: to_file });
        }
        {
            let mut inventory = lock(&self.holdings.shelf);
            inventory.remove(to);
            inventory.remove(from);
            if let Some(kept) = &moved {
                inventory.insert(to.to_owned(), kept.clone());
            }
        }
        if moved.is_none() {
            self.ask_keeper(Task::Refresh(to.to_owned()));
        }
        if away {
            let extension =
                to.extension().map(|extension| extension.to_string_lossy().into_owned());
            self.decide(who, What::Gone { file: from_file, new_extension: extension });
        }
    }

    /// Another file took the name `path`; the earlier one lives in the reserve alone.
    fn replaced(&self, path: &Path, before: Kept, who: &Who) {
        if lock(&self.decider).made_by(file_number(path), &who.session) {
            self.ask_keeper(Task::Release { device: before.device, inode: before.inode });
            return;
        }
        let touch = self.note(path, Touch::Rewritten, before.clone(), who);
        // Scored ahead of the keeper's other work: the next file is being replaced meanwhile.
        let task = Task::Compare { path: path.to_owned(), before, touch, who: who.clone() };
        if self.level.letter == Letter::C {
            self.ask_keeper(task);
        } else if let Err(task) = self.workers.jobs.compare(task) {
            self.ask_keeper(task);
        }
    }

    /// A folder was moved: inside what is watched, or out of it.
    pub(crate) fn folder_moved(&self, from: &Path, to: Option<&Path>, who: &Who) {
        let files = lock(&self.holdings.shelf).below(from);
        for path in files {
            match (to, path.strip_prefix(from)) {
                (Some(to), Ok(rest)) => {
                    let mut inventory = lock(&self.holdings.shelf);
                    if let Some(kept) = inventory.remove(&path) {
                        inventory.insert(to.join(rest), kept);
                    }
                }
                _ => self.vanished(&path, Touch::RenamedAway, who),
            }
        }
    }

    /// A rewriting was compared with what was there before.
    pub(crate) fn rewritten(
        &self,
        path: &Path,
        change: Change,
        touch: Option<u64>,
        who: &Who,
    ) -> Verdict {
        if change.damage() != crate::content::Damage::None
            && let Some(number) = touch
        {
            lock(&self.holdings.touches).mark_counted(number);
        }
        self.decide(who, What::Rewritten { file: file_number(path), change })
    }

    /// Whether this actor may open files at all.
    pub(crate) fn is_condemned(&self, who: &Who) -> bool {
        let now = self.now();
        let condemned = lock(&self.condemned);
        let holds = |scope: &Scope| {
            condemned.get(scope).is_some_and(|until| until.is_none_or(|until| now < until))
        };
        !condemned.is_empty()
            && (holds(&Scope::Session(who.session.clone()))
                || who.user.is_some_and(|user| holds(&Scope::User(user))))
    }

    /// Feeds one event and carries out what follows.
    pub(crate) fn decide(&self, who: &Who, what: What) -> Verdict {
        let event = Event { at: self.now(), session: who.session.clone(), user: who.user, what };
        let verdict = {
            // Recorded in the order in which they are weighed.
            let mut decider = lock(&self.decider);
            lock(&self.record).push(&event);
            decider.feed(&event)
        };
        match &verdict {
            Verdict::Allow => {}
            Verdict::Hold(finding) => self.act(finding, false, who),
            Verdict::Stop(finding) => self.act(finding, true, who),
        }
        verdict
    }

    /// Stops first, then tells.
    fn act(&self, finding: &Finding, stop: bool, who: &Who) {
        let now = self.now();
        if self.is_dealt_with(who, stop, now) {
            return;
        }
        let (outcome, paused) = self.lay_hands_on(finding, stop, who, now);
        let vitals = lock(&self.vitals).clone();
        let by_vitals =
            finding.reasons.iter().any(|r| r.signal == beffroi_town::watch::Signal::VitalSigns);
        let mut alarms = lock(&self.alarms);
        let known = alarms.going_on(Some(&finding.scope), finding.kind, now).is_some();
        if !known {
            alarms.raise(New {
                id: AlarmId::new(now, self.entropy.as_ref()),
                kind: finding.kind,
                scope: Some(finding.scope.clone()),
                first_touch_at: finding.first_touch_at,
                at: now,
                reasons: finding.reasons.clone(),
                actor: who.actor.as_ref().map(|actor| actor.seen()),
                vitals: &vitals,
                simulated: by_vitals && vitals.simulated,
            });
        }
        if let Some(alarm) = alarms.going_on(Some(&finding.scope), finding.kind, now) {
            alarm.last_at = now;
            alarm.report.reasons.clone_from(&finding.reasons);
            alarm.report.simulated |= by_vitals && vitals.simulated;
            let fresh =
                paused.iter().filter(|p| !alarm.paused.contains(p)).copied().collect::<Vec<_>>();
            alarm.paused.extend(fresh);
            if rank(outcome) > rank(alarm.report.outcome) {
                alarm.report.outcome = outcome;
            }
            if matches!(
                outcome,
                AlarmOutcome::Held
                    | AlarmOutcome::Stopped
                    | AlarmOutcome::ClientCut
                    | AlarmOutcome::DeniedOnly
            ) {
                alarm.report.stopped_at.get_or_insert(now);
            }
            alarm.held_until = match alarm.report.outcome {
                AlarmOutcome::Stopped | AlarmOutcome::ClientCut => None,
                _ => alarm.held_until.or(Some(now.plus_ms(HOLD_MS))),
            };
        }
        drop(alarms);
        self.ring();
    }

    /// Events of before a stop go on being read after it: one walk over all processes is enough.
    fn is_dealt_with(&self, who: &Who, stop: bool, now: Instant) -> bool {
        let key = who.actor.as_ref().map_or((0, 0), |actor| (actor.pid, actor.started));
        let mut dealt_with = lock(&self.dealt_with);
        if let Some((hard, at)) = dealt_with.get(&key)
            && *hard >= stop
            && now.ms_since(*at) < DEALT_WITH_MS
        {
            return true;
        }
        dealt_with.retain(|_, (_, at)| now.ms_since(*at) < DEALT_WITH_MS);
        dealt_with.insert(key, (stop, now));
        false
    }

    fn lay_hands_on(
        &self,
        finding: &Finding,
        stop: bool,
        who: &Who,
        now: Instant,
    ) -> (AlarmOutcome, Vec<(u32, u64)>) {
        if self.mode == Mode::Observe {
            return (AlarmOutcome::Observed, Vec::new());
        }
        let Some(actor) = &who.actor else { return (AlarmOutcome::NotStopped, Vec::new()) };
        // The whole share names nobody: it is the one who crossed the line that is stopped.
        let scope = match &finding.scope {
            Scope::Share => Scope::Session(who.session.clone()),
            scope => scope.clone(),
        };
        let until = if stop { None } else { Some(now.plus_ms(HOLD_MS)) };
        {
            let mut condemned = lock(&self.condemned);
            let lasting = condemned.get(&scope).is_some_and(Option::is_none);
            if !lasting {
                condemned.insert(scope, until);
            }
        }
        if actor.serves_others {
            return (cut_client(actor, stop), Vec::new());
        }
        let paused = stop::pause_tree(actor);
        match (paused.is_empty(), stop) {
            (true, _) => (AlarmOutcome::NotStopped, paused),
            (false, true) => (AlarmOutcome::Stopped, paused),
            (false, false) => (AlarmOutcome::Held, paused),
        }
    }

    /// The folders are watched from now on. After a lapse the alarm says how long they were not.
    pub(crate) fn watches_now(&self) {
        let Some(lapse) = self.lapse else { return };
        let ms = self.now().ms_since(lapse.since);
        tracing::error!(ms, silent = lapse.silent, "nobody watched before this start");
        self.say_since(lapse.since, Suspicion::GuardRestarted, false);
    }

    /// Raises an alarm that touches no file, unless the same goes on already.
    pub(crate) fn say(&self, kind: Suspicion, simulated: bool) {
        self.say_since(self.now(), kind, simulated);
    }

    fn say_since(&self, first_touch_at: Instant, kind: Suspicion, simulated: bool) {
        let now = self.now();
        let vitals = lock(&self.vitals).clone();
        let mut alarms = lock(&self.alarms);
        if let Some(known) = alarms.going_on(None, kind, now) {
            known.last_at = now;
            return;
        }
        alarms.raise(New {
            id: AlarmId::new(now, self.entropy.as_ref()),
            kind,
            scope: None,
            first_touch_at,
            at: now,
            reasons: Vec::new(),
            actor: None,
            vitals: &vitals,
            simulated,
        });
        drop(alarms);
        self.ring();
    }
}

/// Who serves others is never stopped. One that serves a single client is ended once that client is
/// cut off, so that its connection goes too; its accesses are denied already.
fn cut_client(actor: &Actor, stop: bool) -> AlarmOutcome {
    let Some(client) = actor.client.filter(|_| stop) else { return AlarmOutcome::DeniedOnly };
    match crate::client::cut_off(client) {
        Ok(()) => {
            stop::end(actor);
            AlarmOutcome::ClientCut
        }
        Err(error) => {
            tracing::error!(%error, %client, "a client could not be cut off; it is denied access");
            AlarmOutcome::DeniedOnly
        }
    }
}

fn rank(outcome: AlarmOutcome) -> u8 {
    match outcome {
        AlarmOutcome::Observed | AlarmOutcome::Unknown => 0,
        AlarmOutcome::NotStopped | AlarmOutcome::Released => 1,
        AlarmOutcome::DeniedOnly => 2,
        AlarmOutcome::Held => 3,
        AlarmOutcome::ClientCut => 4,
        AlarmOutcome::Stopped => 5,
    }
}

/// Opens a file for reading without waiting, following no link and leaving its access time.
pub(crate) fn open_quietly(path: &Path) -> std::io::Result<File> {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
    let open = |extra| File::options().read(true).custom_flags(flags | extra).open(path);
    // Only the owner and root may leave the access time alone.
    let file = open(libc::O_NOATIME).or_else(|_| open(0))?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is not an ordinary file"))
}
