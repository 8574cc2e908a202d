//! `beffroi drill`

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, Result};
use beffroi_drills::gravelines::{self, Options, Played};
use beffroi_platform::edge::{SystemClock, SystemEntropy};

use crate::cli::DrillArgs;

/// Files of a drill unless told otherwise.
pub(crate) const FILES: u32 = 2_000;
/// Seed of a drill unless told otherwise: the day of the attack.
pub(crate) const SEED: u64 = 20_240_425;

pub(crate) async fn run(args: DrillArgs) -> Result<ExitCode> {
    let options = Options {
        parent: args.folder.unwrap_or_else(std::env::temp_dir),
        seed: args.seed,
        files: usize::try_from(args.files).context("count the files")?,
        with_guard: args.without.is_none(),
        ..options()?
    };
    let played = gravelines::play(&options).await?;
    print!("{}", played.report.page(args.lang));
    if let Some(path) = args.json {
        let json = serde_json::to_vec_pretty(&played.report)?;
        std::fs::write(&path, json).with_context(|| format!("cannot write {}", path.display()))?;
    }
    finish(played).await
}

/// A drill as it is played when nobody says otherwise.
pub(crate) fn options() -> Result<Options> {
    let exe: PathBuf = std::env::current_exe().context("find this program's own file")?;
    Ok(Options {
        exe,
        parent: std::env::temp_dir(),
        seed: SEED,
        files: usize::try_from(FILES).context("count the files")?,
        with_guard: true,
        stay_in_crisis: false,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::new()),
    })
}

/// Ends everything; 0 only when every check held.
pub(crate) async fn finish(played: Played) -> Result<ExitCode> {
    let ok = played.report.ok;
    played.strike().await?;
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
