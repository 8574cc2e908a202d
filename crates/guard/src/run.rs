//! Starts the guard's threads, and ends them together. Also opens its holdings for restoring
//! while no guard runs.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use beffroi_town::edge::{Clock, Entropy};
use beffroi_town::watch::{Letter, Mode, RestoreReport, Vitals};
use beffroi_town::{AlarmId, Instant};

use crate::alarms::Alarms;
use crate::asides::Asides;
use crate::brake::Brake;
use crate::canaries::Canaries;
use crate::clerk::Clerk;
use crate::core::Core;
use crate::cut;
use crate::decoy::{Bait, Decoy};
use crate::elsewhere::{Proofs, Prover, Suspect, WAITING_MAX};
use crate::error::{GuardError, Result};
use crate::holdings::{Holdings, lock};
use crate::host_cut::HostCut;
use crate::keeper::{Follow, Keeper, TASKS_MAX, Task};
use crate::level::{Means, level};
use crate::listed::Lists;
use crate::marks::{Marks, Sight};
use crate::messenger::Messenger;
use crate::notes::Notes;
use crate::record::Record;
use crate::restore::{self, Plan};
use crate::restored::Restored;
use crate::review;
use crate::sense_kernel::Responder;
use crate::sense_plain::Plain;
use crate::shelf::Shelf;
use crate::strays::Strays;
use crate::undo;
use crate::unpack::Unpacker;
use crate::vitals::Sensors;
use crate::watchdog::{Lapse, Pulse};
use crate::workers::{Workers, work};
use crate::young::Young;

/// Threads that keep earlier contents while opens wait.
const WORKERS: usize = 2;

/// How long whoever is held waits, unless the options say otherwise.
const HOLD_MS: i64 = 10 * 60_000;

/// What a guard is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folders to watch, at least one.
    pub watch: Vec<PathBuf>,
    /// Enrolment file; needed once, and not at all to guard without a platform.
    pub enrol: Option<PathBuf>,
    /// Where the guard keeps its key, inventory, alarms; made when missing. One guard each.
    pub state: PathBuf,
    /// Where earlier contents go; beside each watched folder when none.
    pub reserve: Option<PathBuf>,
    /// Bound of the reserve; a tenth of its file system when none.
    pub reserve_bytes_max: Option<u64>,
    /// Root below which `sys` and `proc` are read for vital signs: `/`, else played.
    pub sensors: PathBuf,
    /// Whether it acts.
    pub mode: Mode,
    /// Cut this host by itself when an attack from it had to be stopped; only while it acts.
    pub cut_host: bool,
    /// Addresses that a cut of this host leaves open, beside the platform's.
    pub administrators: Vec<IpAddr>,
    /// Plant files that nobody has a reason to touch.
    pub canaries: bool,
    /// Time between two beats until the platform asks for another.
    pub beat_ms: u32,
    /// How long whoever is held waits for a person before going on.
    pub hold_ms: i64,
    /// Use no more of the kernel's senses than this level needs.
    pub at_most: Letter,
    /// Beat on standard output for a [`watchdog`](crate::watchdog).
    pub beat_for_watchdog: bool,
    /// That nobody watched before this start, as the watchdog says.
    pub lapse: Option<Lapse>,
    /// How archives are looked into, for those who delete what they packed; none opens none.
    pub unpacker: Option<Unpacker>,
    /// What it shows, where this guard is a decoy.
    pub decoy: Option<Decoy>,
}

impl Options {
    /// Observing, everything else at its default.
    pub fn new(watch: Vec<PathBuf>, state: PathBuf) -> Self {
        Self {
            watch,
            enrol: None,
            state,
            reserve: None,
            reserve_bytes_max: None,
            sensors: PathBuf::from("/"),
            mode: Mode::Observe,
            cut_host: false,
            administrators: Vec::new(),
            canaries: false,
            beat_ms: 1_000,
            hold_ms: HOLD_MS,
            at_most: Letter::A,
            beat_for_watchdog: false,
            lapse: None,
            unpacker: None,
            decoy: None,
        }
    }

    /// Those of a decoy: it watches what it shows, and cuts nobody.
    pub fn of_decoy(decoy: &Decoy, state: PathBuf) -> Self {
        Self { decoy: Some(decoy.clone()), ..Self::new(vec![decoy.served()], state) }
    }
}

/// Time and chance, from the edge of the program.
#[derive(Clone)]
pub struct Edge {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub entropy: Arc<dyn Entropy>,
}

struct Ends {
    tasks: Receiver<Task>,
    suspects: Receiver<Suspect>,
    bell: Receiver<()>,
}

/// Guards until `shutdown` is set. Blocks.
///
/// # Errors
/// [`GuardError`] when it cannot start: a folder that cannot be watched, a state folder in use, an
/// enrolment file or key that cannot be believed. A platform that is away is no error.
pub fn run(options: &Options, edge: &Edge, shutdown: &Arc<AtomicBool>) -> Result<()> {
    let lay = |decoy: &Decoy| decoy.prepare(&options.state, edge.clock.now(), &*edge.entropy);
    let laid = options.decoy.as_ref().map(lay).transpose()?;
    let bait = laid.as_ref().map(|laid| Arc::clone(&laid.bait));
    let (core, sight, ends) = build(options, edge, shutdown, bait)?;
    let (messenger_call, messenger_ear) = sync_channel(1);
    let messenger =
        Messenger::new(Arc::clone(&core), options.enrol.clone(), options.beat_ms, messenger_ear)?;
    let sensors = Sensors::at(&options.sensors);
    let mut crew = Crew { threads: Vec::new() };
    let outcome = (|| {
        let pulse = Pulse::new(options.beat_for_watchdog)
            .map_err(|error| GuardError::Senses(format!("no pipe to the watchdog: {error}")))?;
        let (follow, pulse) = start_senses(&core, sight, pulse, &mut crew)?;
        let keeper = Keeper::new(Arc::clone(&core), ends.tasks, follow);
        crew.start("keeper", move || keeper.run())?;
        let prover = Prover::new(Arc::clone(&core), ends.suspects, options.unpacker.clone());
        crew.start("prover", move || prover.run())?;
        let clerk = Clerk {
            core: Arc::clone(&core),
            sensors,
            bell: ends.bell,
            messenger: messenger_call,
            alarming: 0,
            lists: Lists::default(),
        };
        crew.start("clerk", move || clerk.run())?;
        crew.start("messenger", move || messenger.run())?;
        if let Some(tender) = laid.map(|laid| laid.tended(Arc::clone(&core))) {
            crew.start("tender", move || tender.run())?;
        }
        tracing::info!(level = ?core.level.letter, holes = ?core.level.holes, "guarding");
        crew.watch_over(&core, pulse)
    })();
    shutdown.store(true, Ordering::Relaxed);
    crew.dismiss();
    outcome
}

fn build(
    options: &Options,
    edge: &Edge,
    shutdown: &Arc<AtomicBool>,
    bait: Option<Arc<Bait>>,
) -> Result<(Arc<Core>, Sight, Ends)> {
    let now = edge.clock.now();
    let reserve = options.reserve.as_deref();
    let holdings =
        Holdings::open(&options.watch, &options.state, reserve, options.reserve_bytes_max, now)?;
    let vitals: Vitals = Sensors::at(&options.sensors).read(&holdings.watched);
    let canaries = Canaries::settle(&holdings, options.canaries)?;
    let sight = Sight::of(&holdings.watched, options.at_most);
    let brake = brake(&sight, options, &holdings.watched);
    let covered = brake.as_ref().is_some_and(|b| b.covered() == holdings.watched.len());
    let leaves_out = !holdings.left_out.is_empty();
    let means = Means { covered, lacks_reserve: holdings.lacks_reserve(), leaves_out };
    // A decoy only observes because it has nobody to protect.
    let mode = if bait.is_some() { Mode::Protect } else { options.mode };
    let level = level(&sight, mode, &vitals, means);
    if bait.is_some() && level.letter == Letter::C {
        return Err(GuardError::Decoy(
            "a decoy names who touches it: run it as root on Linux 5.17 or later".to_owned(),
        ));
    }
    let (keeper, tasks) = sync_channel(TASKS_MAX);
    let (waiting, suspects) = sync_channel(WAITING_MAX);
    let (bell, bell_ear) = sync_channel(1);
    review::note_mode(&holdings.state, options.mode, now)?;
    undo::note_watched(&holdings.state, options);
    let record = Record::begin(holdings.state.join("events.jsonl"))?;
    let alarms = Alarms::open(&holdings.state.join("alarms"))?;
    let core = Arc::new(Core {
        clock: Arc::clone(&edge.clock),
        entropy: Arc::clone(&edge.entropy),
        started_at: now,
        mode: options.mode,
        hold_ms: options.hold_ms,
        host_cut: HostCut::of(options, &holdings.state)?,
        restored: Restored::open(&holdings.state)?,
        cut: AtomicBool::new(cut::is_cut().unwrap_or(false)),
        level,
        brake,
        holdings,
        decider: Mutex::default(),
        record: Mutex::new(record),
        alarms: Mutex::new(alarms),
        young: Young::default(),
        asides: Asides::default(),
        condemned: Mutex::new(HashMap::new()),
        last_calls: Mutex::default(),
        vitals: Mutex::new(vitals),
        scanned: AtomicBool::new(false),
        stopping: Arc::clone(shutdown),
        keeper,
        workers: Workers::default(),
        notes: Notes::default(),
        canaries,
        proofs: Proofs::to(waiting),
        rescan: AtomicBool::new(false),
        bell,
        answered: AtomicU64::new(0),
        dealt_with: Mutex::default(),
        strays: Strays::default(),
        lapse: options.lapse,
        watchdog_gone: AtomicBool::new(false),
        bait,
    });
    Ok((core, sight, Ends { tasks, suspects, bell: bell_ear }))
}

/// An observing guard pauses nobody.
fn brake(sight: &Sight, options: &Options, watched: &[PathBuf]) -> Option<Brake> {
    if sight.letter == Letter::C || options.mode == Mode::Observe {
        return None;
    }
    match Brake::open(watched, &sight.whole) {
        Ok(brake) => Some(brake),
        Err(error) => {
            tracing::info!(%error, "deletions are counted after the fact");
            None
        }
    }
}

/// What follows a folder, and the pulse, unless the senses took it: nobody waits for
/// plain senses, so a slow disk under them is no reason to be ended.
type Started = (Follow, Option<Pulse>);

fn start_senses(core: &Arc<Core>, sight: Sight, pulse: Pulse, crew: &mut Crew) -> Result<Started> {
    if sight.letter == Letter::C {
        let plain = Plain::open(Arc::clone(core))?;
        crew.start("senses", move || plain.run())?;
        let nothing = Follow { folder: Box::new(|_| Ok(())), ask_again: Box::new(|_| ()) };
        return Ok((nothing, Some(pulse)));
    }
    let marks = Marks::open(sight, &core.holdings, core.bait.is_some())?;
    for _ in 0..WORKERS {
        let core = Arc::clone(core);
        crew.start("worker", move || work(&core))?;
    }
    let responder = Responder::new(Arc::clone(core), marks.clone(), pulse);
    crew.start("responder", move || responder.run())?;
    let core = Arc::clone(core);
    let asking = marks.clone();
    let follow = Follow {
        folder: Box::new(move |folder| core.follow(&marks, folder)),
        ask_again: Box::new(move |file| asking.ask_again(file)),
    };
    Ok((follow, None))
}

/// The threads of a guard.
struct Crew {
    threads: Vec<(&'static str, JoinHandle<()>)>,
}

impl Crew {
    fn start(&mut self, name: &'static str, work: impl FnOnce() + Send + 'static) -> Result<()> {
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(work)
            .map_err(|error| GuardError::Senses(format!("no thread for the {name}: {error}")))?;
        self.threads.push((name, thread));
        Ok(())
    }

    /// Waits for the end, or for a thread that ends before.
    fn watch_over(&self, core: &Core, mut pulse: Option<Pulse>) -> Result<()> {
        while !core.is_stopping() {
            let gone = pulse.as_mut().is_some_and(|pulse| !pulse.beat());
            if gone || core.watchdog_gone.load(Ordering::Relaxed) {
                return Err(GuardError::WatchdogGone);
            }
            if let Some((name, _)) = self.threads.iter().find(|(_, thread)| thread.is_finished())
                && !core.is_stopping()
            {
                return Err(GuardError::WorkerEnded(name));
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        Ok(())
    }

    fn dismiss(self) {
        for (name, thread) in self.threads {
            if thread.join().is_err() {
                tracing::error!(name, "a thread of the guard had panicked");
            }
        }
    }
}

/// The holdings of a guard that does not run, for restoring with the platform out of reach.
pub struct Offline {
    holdings: Holdings,
    alarms: Alarms,
    restored: Restored,
}

impl Offline {
    /// Opens them. `options` are those the guard runs with.
    ///
    /// # Errors
    /// [`GuardError::AlreadyRunning`] while the guard runs: stop it first, or order the restoring
    /// on the platform.
    pub fn open(options: &Options, now: Instant) -> Result<Self> {
        let reserve = options.reserve.as_deref();
        let holdings = Holdings::open(
            &options.watch,
            &options.state,
            reserve,
            options.reserve_bytes_max,
            now,
        )?;
        holdings.find_missing(now);
        let alarms = Alarms::open(&holdings.state.join("alarms"))?;
        let restored = Restored::open(&holdings.state)?;
        Ok(Self { holdings, alarms, restored })
    }

    /// Alarms this guard raised, oldest first.
    pub fn alarms(&self) -> Vec<beffroi_town::watch::AlarmReport> {
        self.alarms.iter().map(|alarm| alarm.report.clone()).collect()
    }

    /// Plans to put back what one alarm touched, or everything on record. Changes nothing.
    ///
    /// # Errors
    /// [`GuardError::UnknownAlarm`].
    pub fn plan(&self, alarm: Option<&AlarmId>) -> Result<Plan> {
        let unknown =
            || GuardError::UnknownAlarm(alarm.map(ToString::to_string).unwrap_or_default());
        let selection = undo::selection(&self.alarms, alarm).ok_or_else(unknown)?;
        Ok(restore::plan(&self.holdings, &selection, alarm.cloned()))
    }

    /// Carries a plan out. What it finds in the way is kept beside under a name with `at`. The platform
    /// is told by the guard that runs next.
    pub fn restore(&self, plan: &Plan, at: Instant) -> RestoreReport {
        let report = self.restored.carry_out(&self.holdings, plan, at);
        let inventory = lock(&self.holdings.shelf).take_queued();
        Shelf::write_down(&self.holdings.shelf, inventory);
        report
    }
}
