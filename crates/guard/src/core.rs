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
use beffroi_town::watch::{Letter, Level, Mode, Suspicion, Touch, Vitals};
use beffroi_town::{AlarmId, Instant};

use crate::actor::Actor;
use crate::alarms::Alarms;
use crate::asides::{Aside, Asides};
use crate::brake::Brake;
use crate::canaries::Canaries;
use crate::client;
use crate::content::Change;
use crate::decide::{Decider, Event, Finding, NOBODY_KNOWN, Scope, Verdict, What, own_scopes};
use crate::decoy::Bait;
use crate::elsewhere::Proofs;
use crate::holdings::{Holdings, lock};
use crate::host_cut::HostCut;
use crate::keeper::Task;
use crate::marks::Marks;
use crate::notes::Notes;
use crate::opens::Job;
use crate::raised::New;
use crate::record::Record;
use crate::replaced::{Comparison, Earlier};
use crate::restored::Restored;
use crate::shelf::{Kept, file_number};
use crate::strays::Strays;
use crate::touches::touch;
use crate::watchdog::Lapse;
use crate::workers::Workers;
use crate::young::Young;

/// Everything the threads of a guard share.
pub(crate) struct Core {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) started_at: Instant,
    pub(crate) mode: Mode,
    /// How long whoever is held waits for a person before going on.
    pub(crate) hold_ms: i64,
    /// Whether this host's cut is in place, as last read back from the kernel.
    pub(crate) cut: AtomicBool,
    /// Whether it cuts its host by itself, and whom such a cut leaves open.
    pub(crate) host_cut: HostCut,
    pub(crate) level: Level,
    /// Pauses who deletes, inside the kernel; none where it cannot be had, and while observing.
    pub(crate) brake: Option<Brake>,
    pub(crate) holdings: Holdings,
    pub(crate) decider: Mutex<Decider>,
    pub(crate) record: Mutex<Record>,
    pub(crate) alarms: Mutex<Alarms>,
    /// New files, which nobody links yet.
    pub(crate) young: Young,
    /// Names that lost their file a moment ago.
    pub(crate) asides: Asides,
    /// Scopes whose opens are denied, and until when.
    pub(crate) condemned: Mutex<HashMap<Scope, Option<Instant>>>,
    pub(crate) vitals: Mutex<Vitals>,
    pub(crate) scanned: AtomicBool,
    pub(crate) stopping: Arc<AtomicBool>,
    pub(crate) keeper: SyncSender<Task>,
    /// Who keeps and scores contents while others wait; nobody at level C.
    pub(crate) workers: Workers,
    /// New files by name, of which some may be notes.
    pub(crate) notes: Notes,
    /// Files that nobody has a reason to touch.
    pub(crate) canaries: Canaries,
    /// Threads of those who are held, and how often each has asked since.
    pub(crate) last_calls: Mutex<HashMap<u32, u8>>,
    /// Who deleted and may have kept it elsewhere.
    pub(crate) proofs: Proofs,
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
    /// What was put back and is not told yet.
    pub(crate) restored: Restored,
    /// Who was paused before an alarm said so.
    pub(crate) strays: Strays,
    /// What lies there, where this guard is a decoy.
    pub(crate) bait: Option<Arc<Bait>>,
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

    /// Whose deeds theirs are, the whole share's aside.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        own_scopes(&self.session, self.user)
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

    /// Follows one more folder, with every sense there is.
    pub(crate) fn follow(&self, marks: &Marks, folder: &Path) -> std::io::Result<()> {
        if let Some(brake) = &self.brake {
            brake.follow(folder);
        }
        marks.follow(folder)
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

    pub(crate) fn ring(&self) {
        // A bell already rung is enough.
        if let Err(TrySendError::Disconnected(())) = self.bell.try_send(()) {
            tracing::debug!("the clerk has gone home");
        }
    }

    /// A file was made.
    pub(crate) fn made(&self, path: &Path, who: &Who) {
        self.note_made(path, who);
        if self.bait.is_some() {
            lock(&self.alarms).dropped(&who.session, path, self.now());
        }
        if !self.young.add(path) {
            self.ask_keeper(Task::Refresh(path.to_owned()));
        }
    }

    pub(crate) fn note_made(&self, path: &Path, who: &Who) {
        self.workers.note_made(path, &who.session);
        self.decide(who, What::Made { file: file_number(path) });
    }

    /// A file vanished from `path`: deleted, or moved out of sight.
    pub(crate) fn vanished(&self, path: &Path, how: Touch, who: &Who) {
        let file = file_number(path);
        self.perhaps_canary(path, how == Touch::Deleted, who);
        let kept = lock(&self.holdings.shelf).get(path).cloned();
        let Some(before) = kept else {
            // Before the first scan has ended, an unknown file may well be an old one.
            if !self.scanned.load(Ordering::Relaxed) || self.is_bait(file) {
                self.decide(who, What::Gone { file, new_extension: None });
            }
            return;
        };
        let (device, inode) = (before.device, before.inode);
        let own = lock(&self.decider).made_by(file, &who.session);
        if !own {
            let touch = self.note(path, how, before.clone(), who);
            self.asides.put(path, Aside::of(who, before, Some(touch), None));
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
        let record = touch(self.now(), path.to_owned(), how, who, before);
        lock(&self.holdings.touches).push(record)
    }

    /// The guard itself took a file away from `path`: nobody's deed.
    pub(crate) fn took_away(&self, path: &Path) {
        if let Some(Kept { device, inode, .. }) = lock(&self.holdings.shelf).remove(path) {
            self.ask_keeper(Task::Release { device, inode });
        }
    }

    /// A file was moved inside what is watched, perhaps over another. An empty `from`: it came from
    /// outside.
    pub(crate) fn moved(&self, from: &Path, to: &Path, who: &Who) {
        let from_file = file_number(from);
        for path in [from, to] {
            self.perhaps_canary(path, false, who);
        }
        let own = lock(&self.decider).made_by(from_file, &who.session);
        let (moved, replaced) = {
            let inventory = lock(&self.holdings.shelf);
            (inventory.get(from).cloned(), inventory.get(to).cloned())
        };
        let renamed = to.extension() != from.extension() || self.is_bait(from_file);
        let away = moved.is_some() && renamed && !own;
        if let Some(before) = moved.clone().filter(|_| !own) {
            let touch = away.then(|| self.note(from, Touch::RenamedAway, before.clone(), who));
            self.asides.put(from, Aside::of(who, before, touch, Some(to)));
        }
        if let Some(before) = replaced {
            self.replaced(to, before, who);
        } else if self.returned(to, who) {
            tracing::trace!("a name has a file again");
        } else if own || from.as_os_str().is_empty() {
            self.note_made(to, who);
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
        let touch = Some(self.note(path, Touch::Rewritten, before.clone(), who));
        let (path, who) = (path.to_owned(), who.clone());
        self.compare(Comparison { path, before, touch, who, was: Earlier::Replaced });
    }

    /// Scored ahead of the keeper's other work: the next file is being replaced meanwhile.
    fn compare(&self, new: Comparison) {
        let task = Task::Compare(new);
        if self.level.letter == Letter::C {
            self.ask_keeper(task);
        } else if let Err(task) = self.workers.jobs.compare(Box::new(task)) {
            self.ask_keeper(*task);
        }
    }

    /// A file stands under this name: when another one left it a moment ago, they are compared.
    pub(crate) fn returned(&self, path: &Path, who: &Who) -> bool {
        let Some(aside) = self.asides.take(path, &who.session) else { return false };
        let Aside { before, touch, to, .. } = aside;
        let (path, who) = (path.to_owned(), who.clone());
        self.compare(Comparison { path, before, touch, who, was: Earlier::Left(to) });
        true
    }

    /// It was a way to save: the old file may go.
    pub(crate) fn saved(&self, new: &Comparison, now_at: Option<&Path>) {
        if let (Some(brake), Some(user)) = (&self.brake, new.who.user) {
            brake.made(new.before.device, new.before.inode, user);
        }
        let aside = now_at.map(file_number);
        self.decide(&new.who, What::Saved { file: file_number(&new.path), aside });
    }

    /// A folder was moved: inside what is watched, or out of it.
    pub(crate) fn folder_moved(&self, from: &Path, to: Option<&Path>, who: &Who) {
        let files = lock(&self.holdings.shelf).below(from);
        for path in files {
            match (to, path.strip_prefix(from)) {
                (Some(to), Ok(rest)) if !self.is_bait(file_number(&path)) => {
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
        if (change.damage() != crate::content::Damage::None || self.bait.is_some())
            && let Some(number) = touch
        {
            lock(&self.holdings.touches).mark_counted(number);
        }
        self.decide(who, What::Rewritten { file: file_number(path), change })
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
        if self.bait.is_some() {
            self.judge_bait(who, &event.what);
            return Verdict::Allow;
        }
        match &verdict {
            Verdict::Allow => {}
            Verdict::Hold(finding) if self.proves_first(finding, who) => {}
            Verdict::Hold(finding) => self.act_soon(finding, false, who),
            Verdict::Stop(finding) => self.act_soon(finding, true, who),
        }
        verdict
    }

    /// At once. A client is shut out at once; making sure of it takes another program's time, which
    /// the thread that answers the kernel does not have.
    fn act_soon(&self, finding: &Finding, stop: bool, who: &Who) {
        let server = who.actor.as_ref().filter(|actor| actor.serves_others);
        let by_worker = server.is_some() && self.level.letter != Letter::C;
        let is_first = self.mode == Mode::Protect && !self.is_condemned(who);
        if let Some(client) = server.and_then(|server| server.client).filter(|_| is_first) {
            client::shut_out(client);
        }
        let job = || Job::Act(Box::new((finding.clone(), stop, who.clone())));
        if !by_worker || !self.workers.jobs.hand_over(job()) {
            self.act(finding, stop, who);
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
            doer: None,
            vitals: &vitals,
            simulated,
        });
        drop(alarms);
        self.ring();
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
