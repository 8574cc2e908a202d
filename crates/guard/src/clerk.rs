//! The thread that writes things down: alarms to disk, records flushed, vital signs read, held
//! actors let go when their time is over, old contents dropped.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use beffroi_town::watch::{AlarmOutcome, Letter, Suspicion};

use crate::alarms::Alarms;
use crate::core::{Core, Who};
use crate::decide::What;
use crate::holdings::lock;
use crate::listed::Lists;
use crate::opens::Job;
use crate::record::Record;
use crate::release;
use crate::shelf::Shelf;
use crate::status::beat;
use crate::touches::Touches;
use crate::undo;
use crate::vitals::{READINGS_IN_A_ROW, Sensors, is_alarming};

/// How often the clerk looks around without being called.
const ROUND: Duration = Duration::from_millis(100);
/// Rounds between two readings of the vital signs.
const ROUNDS_PER_READING: u64 = 5;
/// Rounds between two looks for what may be dropped.
const ROUNDS_PER_EXPIRY: u64 = 600;
/// Rounds between two readings of this host's own cut: somebody may have flushed all rules.
const ROUNDS_PER_CUT_CHECK: u64 = 100;
/// Rounds between two words to the brake about announced jobs.
const ROUNDS_PER_PASSING: u64 = 50;
/// Rounds between two looks at rewritings not yet scored.
const ROUNDS_PER_LOOK: u64 = 5;

/// The clerk's own state.
pub(crate) struct Clerk {
    pub(crate) core: Arc<Core>,
    pub(crate) sensors: Sensors,
    pub(crate) bell: Receiver<()>,
    /// Wakes the messenger.
    pub(crate) messenger: SyncSender<()>,
    pub(crate) alarming: u32,
    pub(crate) lists: Lists,
}

impl Clerk {
    /// Works until the guard stops, then writes once more.
    pub(crate) fn run(mut self) {
        let mut round: u64 = 0;
        self.core.maintenance_of_before();
        self.core.let_jobs_pass();
        loop {
            let called = self.bell.recv_timeout(ROUND);
            self.write();
            if self.core.is_stopping() || called == Err(RecvTimeoutError::Disconnected) {
                return;
            }
            round += 1;
            if round % ROUNDS_PER_READING == 1 {
                self.read_vitals();
                self.write_status();
            }
            // In a decoy whoever keeps a file open is to be named within a second.
            let looks = round.is_multiple_of(ROUNDS_PER_LOOK) || self.core.bait.is_some();
            if looks
                && self.core.level.letter != Letter::C
                && !self.core.workers.jobs.hand_over(Job::Look)
            {
                tracing::debug!("the workers are busy: they look next time");
            }
            if round.is_multiple_of(ROUNDS_PER_CUT_CHECK) {
                self.core.look_at_cut();
            }
            if round.is_multiple_of(ROUNDS_PER_PASSING) {
                self.core.let_jobs_pass();
            }
            if round.is_multiple_of(ROUNDS_PER_EXPIRY) {
                self.expire();
            }
            self.release();
            self.core.freeze_late();
        }
    }

    fn write(&mut self) {
        let now = self.core.now();
        let holdings = &self.core.holdings;
        let inventory = lock(&holdings.shelf).take_queued();
        Record::flush(&self.core.record);
        Touches::flush(&holdings.touches);
        Shelf::write_down(&holdings.shelf, inventory);
        {
            let touches = lock(&holdings.touches);
            lock(&self.core.alarms).recount(&touches, now);
        }
        if let Err(error) = self.lists.add(&self.core.alarms, &holdings.touches, now) {
            tracing::error!(%error, "what an alarm touched cannot be listed: free space in the state folder; it is written then");
        }
        match Alarms::persist(&self.core.alarms) {
            Ok(false) => {}
            Ok(true) => {
                if let Err(error) = self.messenger.try_send(()) {
                    tracing::debug!(%error, "the messenger is already called");
                }
            }
            Err(error) => tracing::error!(%error, "an alarm could not be written down"),
        }
    }

    fn read_vitals(&mut self) {
        let vitals = self.sensors.read(&self.core.holdings.watched);
        self.alarming = if is_alarming(&vitals) { self.alarming + 1 } else { 0 };
        let simulated = vitals.simulated;
        *lock(&self.core.vitals) = vitals;
        if self.alarming >= READINGS_IN_A_ROW {
            self.core.decide(&Who::unknown(), What::VitalSigns);
            self.core.say(Suspicion::VitalSigns, simulated);
        }
    }

    /// Lets go those that were only held, when nothing else came.
    fn release(&self) {
        let now = self.core.now();
        let due = lock(&self.core.alarms).due_for_release(now);
        for due in due {
            self.core.goes_on(due);
        }
        for alarm in release::asked(&self.core.holdings.state) {
            if !self.core.let_go(&alarm) {
                tracing::warn!(%alarm, "nobody waits under this alarm");
            }
            release::answered(&self.core.holdings.state, &alarm);
        }
        undo::obey(&self.core);
        lock(&self.core.condemned).retain(|_, until| until.is_none_or(|until| now < until));
        self.core.free_strays();
    }

    /// For whoever looks into the state folder: the last beat, with or without a platform.
    fn write_status(&self) {
        let path = self.core.holdings.state.join("status.json");
        let beside = path.with_extension("new");
        let written = serde_json::to_vec_pretty(&beat(&self.core))
            .map_err(std::io::Error::from)
            .and_then(|bytes| std::fs::write(&beside, bytes))
            .and_then(|()| std::fs::rename(&beside, &path));
        if let Err(error) = written {
            tracing::warn!(%error, "the status file cannot be written");
        }
    }

    fn expire(&self) {
        let now = self.core.now();
        let full = self.core.holdings.reserves.iter().any(|reserve| {
            let (used, limit, _) = reserve.use_now();
            used > limit / 10 * 9
        });
        let open: Vec<_> = lock(&self.core.alarms)
            .iter()
            .filter(|alarm| alarm.report.outcome != AlarmOutcome::Released)
            .filter_map(|alarm| Some((alarm.scope.clone()?, alarm.report.first_touch_at)))
            .collect();
        let gone = lock(&self.core.holdings.touches).expire(now, full, |record| {
            open.iter().any(|(scope, since)| record.at >= *since && record.is_of(scope))
        });
        Touches::flush(&self.core.holdings.touches);
        self.core.holdings.drop_held(&gone);
    }
}
