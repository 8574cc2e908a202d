//! The guard cuts its own host by itself, when an attack from this very host had to be stopped.
//!
//! Rules:
//! - Only where a person has switched that on for this server, besides protection itself.
//! - Not for a client of a file share: that one is cut off alone, and the others go on.
//! - It needs no platform. The platform's addresses and the administrators' stay open; with neither
//!   nobody could join the host again from elsewhere, and it is not cut.
//! - Once, until a person lifts it. What was done is written down, and told with every beat; that it
//!   is about to be done is written down before, so that a guard that is killed in between still tells.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::json;

use beffroi_town::watch::{AlarmOutcome, CutAlone, Letter, Mode};

use crate::core::Core;
use crate::cut;
use crate::error::Result;
use crate::holdings::lock;
use crate::identity::Membership;
use crate::opens::Job;
use crate::run::Options;
use crate::state::{read_json, write_json};

/// What a cut of this host is made with.
#[derive(Debug)]
pub(crate) struct HostCut {
    by_itself: bool,
    administrators: Vec<IpAddr>,
    /// The last one by itself; held while one is made.
    last: Mutex<Option<CutAlone>>,
}

impl HostCut {
    /// As the options say, with what was written down before. `state`: the guard's own folder.
    pub(crate) fn of(options: &Options, state: &Path) -> Result<Self> {
        settle_what_was_begun(state);
        let last = read_json(&path_of(state), "this host's record of its own cuts")?;
        if options.cut_host && options.mode == Mode::Observe {
            tracing::warn!(
                "--cut-host does nothing while the guard only observes: add --mode protect"
            );
        }
        Ok(Self {
            by_itself: options.cut_host,
            administrators: options.administrators.clone(),
            last: Mutex::new(last),
        })
    }

    /// The last cut by itself.
    pub(crate) fn last(&self) -> Option<CutAlone> {
        *lock(&self.last)
    }
}

fn path_of(state: &Path) -> PathBuf {
    state.join("cut.json")
}

/// Where a cut stands that is about to be made.
fn begun_in(state: &Path) -> PathBuf {
    state.join("cut-begun.json")
}

/// What a guard that was killed in the middle of its cut had begun: made, as the kernel tells, or not;
/// while that cannot be told it stays. One that cannot be read was killed before it cut anything.
fn settle_what_was_begun(state: &Path) {
    match read_json::<CutAlone>(&begun_in(state), "a cut of this host that was begun") {
        Ok(None) => {}
        Ok(Some(begun)) => match cut::is_cut() {
            Some(true) => note(state, &begun),
            Some(false) => forget_begun(state),
            None => {
                tracing::error!("whether this host is cut cannot be told: see 'nft list tables'");
            }
        },
        Err(_) => forget_begun(state),
    }
}

/// Writes down that the host cut itself; where that fails what was begun stays for another time.
fn note(state: &Path, done: &CutAlone) {
    match write_json(&path_of(state), done) {
        Ok(()) => forget_begun(state),
        Err(error) => tracing::error!(%error, "the platform may not hear who cut this host"),
    }
}

fn forget_begun(state: &Path) {
    if let Err(error) = fs::remove_file(begun_in(state)) {
        tracing::error!(%error, "a cut that was begun cannot be forgotten");
    }
}

impl Core {
    /// Cuts this host.
    pub(crate) fn cut_host(&self) -> Result<()> {
        let member = Membership::read(&self.holdings.state)?;
        let pinned = member.map(|member| member.pinned()).unwrap_or_default();
        let done = cut::cut_self(&pinned, &self.host_cut.administrators);
        self.look_at_cut();
        done
    }

    /// Cuts this host after a stop that came to `outcome`, where that is wished for: soon, since it
    /// takes another program's time.
    pub(crate) fn cut_host_after(&self, outcome: AlarmOutcome) {
        let is_here = matches!(
            outcome,
            AlarmOutcome::Stopped | AlarmOutcome::DeniedOnly | AlarmOutcome::NotStopped
        );
        if !self.host_cut.by_itself || self.mode != Mode::Protect || !is_here {
            return;
        }
        // At level C nobody works off jobs, and nobody waits.
        if self.level.letter == Letter::C || !self.workers.jobs.hand_over(Job::CutHost) {
            self.cut_host_alone();
        }
    }

    /// Cuts this host by itself, unless it is cut, and writes that down.
    pub(crate) fn cut_host_alone(&self) {
        let mut last = lock(&self.host_cut.last);
        self.look_at_cut();
        if self.cut.load(std::sync::atomic::Ordering::Relaxed) {
            return;
        }
        let times = last.map_or(0, |last| last.times).saturating_add(1);
        let state = &self.holdings.state;
        let begun = CutAlone { at: self.now(), times };
        // Not waiting for the disk: a host that loses its power loses its cut too.
        if let Err(error) = fs::write(begun_in(state), json!(begun).to_string()) {
            tracing::error!(%error, "a cut that is begun cannot be written down first");
        }
        if let Err(error) = self.cut_host() {
            tracing::error!(%error, "an attack from this host was stopped, and the host is not cut");
            settle_what_was_begun(state);
            return;
        }
        let done = CutAlone { at: self.now(), times };
        *last = Some(done);
        note(state, &done);
        tracing::error!(
            "an attack from this host was stopped: the host is cut until a person lifts it"
        );
        self.ring();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_and_not_made_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", r#"{"at":1,"times":1}"#] {
            fs::write(begun_in(folder.path()), text).unwrap();
            settle_what_was_begun(folder.path());
            assert!(!begun_in(folder.path()).exists());
            assert!(!path_of(folder.path()).exists());
        }
    }
}
