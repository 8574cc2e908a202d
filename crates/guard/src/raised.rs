//! One alarm of this guard: what is reported, and whom it keeps.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use beffroi_town::watch::{ActorSeen, AlarmOutcome, AlarmReport, Reason, Suspicion, Vitals};
use beffroi_town::{AlarmId, Instant};
use serde::{Deserialize, Serialize};

use crate::decide::Scope;
use crate::error::{Context, Result};
use crate::listed::Extent;
use crate::state::read_json;

/// Most others that one alarm remembers.
const OTHERS_MAX: usize = 1_000;

/// Session and user.
pub(crate) type Doer = (String, Option<u32>);

/// One alarm, with what only the guard needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Raised {
    pub(crate) report: AlarmReport,
    /// None for alarms that touch no file.
    pub(crate) scope: Option<Scope>,
    /// Processes paused for it: pid and start time.
    pub(crate) paused: Vec<(u32, u64)>,
    /// Control groups frozen for it.
    #[serde(default)]
    pub(crate) frozen: Vec<PathBuf>,
    /// Who did it: session and user.
    #[serde(default)]
    pub(crate) doer: Option<Doer>,
    /// Who else waits under it: an alarm of the whole share may hold many.
    #[serde(default)]
    pub(crate) others: Vec<Doer>,
    /// The list of all that was touched.
    #[serde(default)]
    pub(crate) extent: Extent,
    /// When those that are only held go on.
    pub(crate) held_until: Option<Instant>,
    pub(crate) last_at: Instant,
    /// The newest revision the platform has; 0 none.
    pub(crate) delivered_revision: u32,
    /// The newest revision on disk.
    #[serde(skip)]
    pub(crate) written_revision: u32,
}

impl Raised {
    /// Somebody who is held or stopped under it.
    pub(crate) fn done_by(&mut self, doer: Doer) {
        let is_known = self.doer.as_ref() == Some(&doer) || self.others.contains(&doer);
        if !is_known && self.others.len() < OTHERS_MAX {
            self.others.push(doer);
        }
    }

    /// Takes in processes that are paused for it.
    pub(crate) fn paused(&mut self, processes: impl Iterator<Item = (u32, u64)>) {
        for process in processes {
            if !self.paused.contains(&process) {
                self.paused.push(process);
            }
        }
    }

    /// What was done against whoever does it; the harder deed counts.
    pub(crate) fn came_to(&mut self, outcome: AlarmOutcome, now: Instant, hold_ms: i64) {
        if rank(outcome) > rank(self.report.outcome) {
            self.report.outcome = outcome;
        }
        if outcome.keeps_somebody() {
            self.report.stopped_at.get_or_insert(now);
        }
        self.held_until = match self.report.outcome {
            AlarmOutcome::Stopped | AlarmOutcome::ClientCut => None,
            _ => self.held_until.or(Some(now.plus_ms(hold_ms))),
        };
    }

    /// Those who waited go on, for this reason.
    pub(crate) fn end(&mut self, outcome: AlarmOutcome) -> Due {
        let cut = matches!(self.report.outcome, AlarmOutcome::ClientCut | AlarmOutcome::Held);
        let client = self.report.actor.as_ref().and_then(|actor| actor.client.as_deref());
        self.report.outcome = outcome;
        self.held_until = None;
        Due {
            scope: self.scope.clone(),
            doers: self.doer.clone().into_iter().chain(std::mem::take(&mut self.others)).collect(),
            paused: std::mem::take(&mut self.paused),
            frozen: std::mem::take(&mut self.frozen),
            client: client.filter(|_| cut).and_then(|client| client.parse().ok()),
        }
    }
}

fn rank(outcome: AlarmOutcome) -> u8 {
    match outcome {
        AlarmOutcome::Observed | AlarmOutcome::Unknown => 0,
        AlarmOutcome::NotStopped | AlarmOutcome::Released | AlarmOutcome::LetGo => 1,
        AlarmOutcome::DeniedOnly => 2,
        AlarmOutcome::Held => 3,
        AlarmOutcome::ClientCut => 4,
        AlarmOutcome::Stopped => 5,
    }
}

/// What is needed to raise one.
pub(crate) struct New<'a> {
    pub(crate) id: AlarmId,
    pub(crate) kind: Suspicion,
    pub(crate) scope: Option<Scope>,
    pub(crate) first_touch_at: Instant,
    pub(crate) at: Instant,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) actor: Option<ActorSeen>,
    pub(crate) doer: Option<Doer>,
    pub(crate) vitals: &'a Vitals,
    pub(crate) simulated: bool,
}

/// The reports of all alarms in a state folder, in no order.
pub(crate) fn reports(state: &Path) -> Result<Vec<AlarmReport>> {
    Ok(of_state(state)?.into_iter().map(|raised| raised.report).collect())
}

/// All alarms in a state folder, in no order.
pub(crate) fn of_state(state: &Path) -> Result<Vec<Raised>> {
    let folder = state.join("alarms");
    let mut all = Vec::new();
    for entry in fs::read_dir(&folder).context("list", &folder)?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            all.extend(read_json::<Raised>(&path, "an alarm of this guard")?);
        }
    }
    Ok(all)
}

/// What has to be undone for those who go on.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) scope: Option<Scope>,
    pub(crate) doers: Vec<Doer>,
    pub(crate) paused: Vec<(u32, u64)>,
    pub(crate) frozen: Vec<PathBuf>,
    /// The client that was cut off.
    pub(crate) client: Option<IpAddr>,
}
