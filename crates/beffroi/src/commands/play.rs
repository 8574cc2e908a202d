//! Processes that a drill starts for itself.

use std::fs::OpenOptions;

use anyhow::{Context, Result};
use beffroi_drills::{actor, host, stage};
use beffroi_platform::edge::SystemClock;

use crate::cli::Play;

pub(crate) fn run(play: Play) -> Result<()> {
    match play {
        Play::Vanish { share, log } => {
            let mut log = OpenOptions::new()
                .append(true)
                .open(&log)
                .with_context(|| format!("cannot write {}", log.display()))?;
            actor::make_vanish(&share, &SystemClock, &mut log)?;
        }
        Play::Greet { address } => host::greet(address)?,
        Play::Switch { folder, state } => {
            stage::check_marker(&folder)?;
            std::fs::write(folder.join("switch-port"), state).context("cannot note the switch")?;
        }
    }
    Ok(())
}
