//! Whether the content of a backup is as it should be: facts in, verdict out.
//!
//! Rules:
//! - Nothing that a client says is believed but contents: no time, no length, no summary. A file is
//!   another when its parts have other names, and a part's name is the SHA-256 of its bytes.
//! - New content that nobody can read is ordinary: photographs, films, dumps, encrypted archives.
//!   What counts is noise that *replaced* something that could be read, under the same name or one
//!   made from it, or that came into a folder as readable files went from it.
//! - It is compared with the last *clean* backup, so that what is done slowly adds up.
//! - What is read has a bound. Files are drawn by lot, with chance that the sender cannot know; of
//!   those whose content no longer compresses, which the index alone tells, more are drawn.
//! - It names no cause. `Suspect` is for a person to look at; `Bad` says that files are ruined.

mod compare;
mod sample;
mod turned;

use std::collections::HashMap;

use beffroi_town::vault::verdict::{Reason, ReasonCode, Verdict};

use crate::{error::BackupError, id::Id};

pub use compare::{Entry, Listing};

use compare::Comparison;
use sample::Found;

/// Parts of contents by name; none for one that is missing or damaged.
pub type Parts = HashMap<Id, Option<Vec<u8>>>;

/// Where contents are had from.
pub trait Contents {
    /// How long a part is as it is stored, and as it is; none: the index does not know it.
    fn lengths(&self, id: &Id) -> Option<(u64, u64)>;

    /// These parts, each compared with its name; none for one that is missing or damaged.
    ///
    /// # Errors
    /// [`BackupError::Source`] when nobody answers any more.
    fn parts(&self, ids: Vec<Id>) -> Result<Parts, BackupError>;
}

/// What was found in a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What is said.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Some of the files that it follows from, for the person who looks. They go nowhere else.
    pub examples: Vec<Vec<u8>>,
}

/// From so many files that can no longer be read on, a person should look.
const TURNED_SUSPECT: u64 = 4;
/// From so many on, files are ruined.
const TURNED_BAD: u64 = 16;
/// Or from so many on, when they are half of all that was compared.
const TURNED_BAD_OF_FEW: u64 = 8;
/// So many over the latest clean backups together: somebody is slow.
const TURNED_LATELY: u64 = 10;
/// From so many names on that went while noise came into the same folder.
const NOISE_SUSPECT: u64 = 6;
const NOISE_BAD: u64 = 20;
/// From so many names on that were given the same new ending.
const RENAMED_SUSPECT: u64 = 20;
/// Fewer than this being gone is nothing, whatever part of all it is.
const GONE_LEAST: u64 = 50;
/// Fewer than this being emptied is nothing.
const EMPTIED_LEAST: u64 = 20;

/// What surrounds a backup that is judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct About {
    /// Other backups of this server were compared, and none holds the same folders.
    pub is_stranger: bool,
    /// What [`ReasonCode::Turned`] of the latest clean backups adds up to.
    pub turned_lately: u64,
    /// Draws the files that are read.
    pub chance: u64,
}

/// Judges a backup, compared with the last clean one, if there is any.
///
/// # Errors
/// [`BackupError::Source`] when nobody answers any more.
pub fn judge(
    (before, after): (Option<&Listing>, &Listing),
    contents: &dyn Contents,
    about: About,
) -> Result<Judged, BackupError> {
    let comparison = before.map(|before| Comparison::between(before, after));
    let found = sample::look((before, after), comparison.as_ref(), contents, about.chance)?;
    let mut scale = Scale::default();
    scale.note(ReasonCode::Files, after.files.len() as u64);
    scale.weigh_missing(found.missing + after.faults.len() as u64);
    scale.weigh_unreadable(&found);
    match &comparison {
        None => {
            scale.note(ReasonCode::First, 1);
            // Who moved elsewhere what is backed up would escape every comparison.
            scale.lower(false, about.is_stranger);
        }
        Some(comparison) => {
            scale.weigh_absence(comparison);
            scale.weigh_contents(&found, about.turned_lately);
            scale.weigh_names(comparison, &found);
        }
    }
    Ok(Judged { verdict: scale.verdict, reasons: scale.reasons, examples: found.examples })
}

/// What was weighed so far.
struct Scale {
    verdict: Verdict,
    reasons: Vec<Reason>,
}

impl Default for Scale {
    fn default() -> Self {
        Self { verdict: Verdict::Clean, reasons: Vec::new() }
    }
}

impl Scale {
    fn note(&mut self, code: ReasonCode, count: u64) {
        if count > 0 {
            self.reasons.push(Reason { code, count });
        }
    }

    /// Lowers the verdict to `Bad` or `Suspect` where one of them holds.
    fn lower(&mut self, bad: bool, suspect: bool) {
        let said = match (bad, suspect) {
            (true, _) => Verdict::Bad,
            (_, true) => Verdict::Suspect,
            _ => Verdict::Clean,
        };
        self.verdict = self.verdict.max(said);
    }

    fn weigh_missing(&mut self, missing: u64) {
        self.note(ReasonCode::Missing, missing);
        self.lower(false, missing > 0);
    }

    /// Files that are not what their name says: far more of them than in the last clean backup.
    fn weigh_unreadable(&mut self, found: &Found) {
        let usual = found.unreadable_before.saturating_mul(2);
        let (many, of) = (found.unreadable.saturating_sub(usual), found.looked);
        self.note(ReasonCode::Unreadable, many);
        self.lower(many >= 12 && many * 3 >= of, many >= 4 && many * 10 >= of);
    }

    /// What is gone or was emptied.
    fn weigh_absence(&mut self, comparison: &Comparison<'_>) {
        let all = comparison.before;
        self.note(ReasonCode::Replaced, comparison.replaced.len() as u64);
        let gone = comparison.gone.len() as u64;
        self.note(ReasonCode::Gone, gone);
        let many = gone >= GONE_LEAST;
        self.lower(many && gone * 10 >= all * 6, many && gone * 4 >= all);
        let emptied = comparison.emptied;
        self.note(ReasonCode::Emptied, emptied);
        let many = emptied >= EMPTIED_LEAST;
        self.lower(many && emptied * 2 >= all, many && emptied * 20 >= all);
    }

    /// What can no longer be read.
    fn weigh_contents(&mut self, found: &Found, turned_lately: u64) {
        let (turned, compared) = (found.turned, found.compared);
        self.note(ReasonCode::Compared, compared);
        self.note(ReasonCode::Turned, turned);
        let half = turned >= TURNED_BAD_OF_FEW && turned * 2 >= compared;
        self.lower(turned >= TURNED_BAD || half, turned >= TURNED_SUSPECT);
        let slowly = turned > 0 && turned + turned_lately >= TURNED_LATELY;
        if slowly && turned < TURNED_SUSPECT {
            self.note(ReasonCode::TurnedLately, turned + turned_lately);
        }
        self.lower(false, slowly);
        self.note(ReasonCode::Compressed, found.permille_after);
        self.note(ReasonCode::CompressedBefore, found.permille_before);
    }

    /// Names that were given the same ending, or went while noise came.
    fn weigh_names(&mut self, comparison: &Comparison<'_>, found: &Found) {
        let renamed = comparison.same_ending;
        if renamed >= RENAMED_SUSPECT {
            self.note(ReasonCode::Renamed, renamed);
        }
        self.lower(false, renamed >= RENAMED_SUSPECT);
        let noise = found.gone_readable.min(found.came_as_noise);
        if noise >= NOISE_SUSPECT {
            self.note(ReasonCode::GoneForNoise, noise);
        }
        let most = found.came_as_noise * 2 >= found.came_looked;
        self.lower(noise >= NOISE_BAD && most, noise >= NOISE_SUSPECT);
    }
}
