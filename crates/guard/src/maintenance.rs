//! Jobs that a person announced: kept over a restart, told in each beat, and known to the brake.

use std::time::Duration;

use beffroi_town::watch::Maintenance;

use crate::core::{Core, Who};
use crate::decide::What;
use crate::error::Result;
use crate::holdings::lock;
use crate::state::{read_json, write_json};

/// The brake is told for twice as long, so that it never falls between two rounds of the clerk's.
const ROUND: Duration = Duration::from_secs(5);

impl Core {
    /// Takes in those of an earlier run.
    pub(crate) fn maintenance_of_before(&self) {
        let path = self.holdings.state.join("maintenance.json");
        match read_json::<Vec<Maintenance>>(&path, "the list of announced jobs") {
            Ok(jobs) => jobs.into_iter().flatten().for_each(|job| self.take_in(job)),
            Err(error) => {
                tracing::error!(%error, "announced jobs are forgotten: announce them again");
            }
        }
    }

    /// Takes in one by order; false when it is out of bounds.
    pub(crate) fn maintain(&self, job: Maintenance) -> Result<bool> {
        if !job.is_sound() {
            return Ok(false);
        }
        self.take_in(job);
        let jobs = lock(&self.decider).maintenance();
        write_json(&self.holdings.state.join("maintenance.json"), &jobs)?;
        self.let_jobs_pass();
        Ok(true)
    }

    fn take_in(&self, job: Maintenance) {
        let who = Who { user: Some(job.user), ..Who::unknown() };
        self.decide(&who, What::Maintain(job));
    }

    /// The brake counts nothing of those whose job goes on now.
    pub(crate) fn let_jobs_pass(&self) {
        let Some(brake) = &self.brake else { return };
        let now = self.now();
        for job in lock(&self.decider).maintenance() {
            if let Some(until) = job.until(now) {
                let left = Duration::from_millis(until.ms_since(now).unsigned_abs());
                brake.let_pass(job.user, left.min(2 * ROUND));
            }
        }
    }
}
