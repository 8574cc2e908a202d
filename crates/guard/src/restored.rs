//! What was put back, until the platform has heard of it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use beffroi_town::watch::RestoreReport;
use beffroi_town::{AlarmId, Instant};

use crate::error::Result;
use crate::holdings::{Holdings, lock};
use crate::restore::{self, Plan, Selection};
use crate::state::{read_json, write_json};

/// The reports that the platform has not got yet, oldest first; on disk too.
#[derive(Debug)]
pub(crate) struct Restored {
    path: PathBuf,
    reports: Mutex<Vec<RestoreReport>>,
    /// Held by whoever puts files back: two at once would get into each other's way.
    alone: Mutex<()>,
}

impl Restored {
    /// Those of a state folder.
    pub(crate) fn open(state: &Path) -> Result<Self> {
        let path = state.join("restored.json");
        let reports = read_json(&path, "the restore reports of this guard")?.unwrap_or_default();
        Ok(Self { path, reports: Mutex::new(reports), alone: Mutex::default() })
    }

    /// The oldest, and how many there are.
    pub(crate) fn waiting(&self) -> (Option<RestoreReport>, usize) {
        let reports = lock(&self.reports);
        (reports.first().cloned(), reports.len())
    }

    /// The platform has the oldest.
    pub(crate) fn delivered(&self) -> Result<()> {
        let mut reports = lock(&self.reports);
        reports.remove(0);
        write_json(&self.path, &*reports)
    }

    /// Plans, puts back, and keeps the report of it. `at` names what is moved beside.
    pub(crate) fn put_back(
        &self,
        holdings: &Holdings,
        selection: &Selection,
        alarm: Option<AlarmId>,
        at: Instant,
    ) -> RestoreReport {
        let _alone = lock(&self.alone);
        let plan = restore::plan(holdings, selection, alarm);
        self.carry_out(holdings, &plan, at)
    }

    /// The same of what was planned.
    pub(crate) fn carry_out(&self, holdings: &Holdings, plan: &Plan, at: Instant) -> RestoreReport {
        let report = restore::carry_out(holdings, plan, at);
        let mut reports = lock(&self.reports);
        reports.push(report.clone());
        if let Err(error) = write_json(&self.path, &*reports) {
            tracing::error!(%error, "a restore report could not be written down");
        }
        report
    }
}
