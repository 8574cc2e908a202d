//! Gravelines, Thursday 25 April 2024, about 11:00: servers run hot, files vanish, everything is
//! cut, the telephone stays up, the counter goes nearly back to paper.
//!
//! From the account: heat, vanishing files, all servers cut, internet restricted, telephone up,
//! the six statements of the official notice. Invented here: the names of the assets, the joint
//! authority that shares one of them, the library and the State's system on stage, every number.

mod acts;
mod bell;
mod counter;
mod prepare;
mod scene;
mod vault;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Result;
use beffroi_town::edge::{Clock, Entropy};

use crate::report::Report;
use scene::Scene;

/// How the drill is played.
#[derive(Clone)]
pub struct Options {
    /// The program to play against.
    pub exe: PathBuf,
    /// Where to make the drill's folder.
    pub parent: PathBuf,
    /// Seed of the files.
    pub seed: u64,
    /// How many files.
    pub files: usize,
    /// Whether a guard watches.
    pub with_guard: bool,
    /// Leave the town in its crisis, to look at, instead of bringing everything back.
    pub stay_in_crisis: bool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance, for the platform's keys.
    pub entropy: Arc<dyn Entropy>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("seed", &self.seed)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// A drill that was played: what it found, and its platform, still running.
#[derive(Debug)]
pub struct Played {
    /// What it found.
    pub report: Report,
    scene: Scene,
}

/// Plays the drill from end to end.
///
/// # Errors
/// When a part cannot be set up or does not answer at all; what merely turns out badly is in the
/// report.
pub async fn play(options: &Options) -> Result<Played> {
    let mut report = Report { drill: "gravelines", seed: options.seed, ..Report::default() };
    let mut scene = prepare::scene(options, &mut report).await?;
    if let Err(error) = acts(options, &mut scene, &mut report).await {
        scene.strike().await?;
        return Err(error);
    }
    report.ok = report.files.lost == 0 && report.checks.iter().all(|check| check.ok);
    Ok(Played { report, scene })
}

async fn acts(options: &Options, scene: &mut Scene, report: &mut Report) -> Result<()> {
    acts::calm(scene, report).await?;
    counter::before(scene, report)?;
    acts::heat(scene, report).await?;
    acts::attack(scene, report).await?;
    bell::wake(scene, report).await?;
    acts::declare(scene, report).await?;
    acts::cut(scene, report).await?;
    acts::tell(scene, report).await?;
    counter::serve(scene, report).await?;
    acts::restore(scene, report).await?;
    if !options.stay_in_crisis {
        acts::back(scene, report).await?;
        vault::bring_back(scene, report).await?;
    }
    acts::verify(scene, report).await
}

impl Played {
    /// Where the platform answers.
    pub fn url(&self) -> &str {
        &self.scene.base
    }

    /// The path of the town's page.
    pub fn page_path(&self) -> String {
        self.scene.town.path()
    }

    /// A one-time code that nobody has used yet.
    pub fn code(&self) -> Option<&str> {
        self.scene.codes.last().map(String::as_str)
    }

    /// The drill's folder.
    pub fn folder(&self) -> &Path {
        &self.scene.stage.root
    }

    /// Ends every process and removes the folder.
    ///
    /// # Errors
    /// When the folder is not the drill's any more, or cannot be removed.
    pub async fn strike(self) -> Result<()> {
        self.scene.strike().await
    }
}
