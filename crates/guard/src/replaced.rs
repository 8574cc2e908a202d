//! What became of a file whose earlier content is held by a link, or known by its kind alone.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::content::{Change, ContentKind, Damage, SAMPLE_BYTES, kind, looks_random};
use crate::core::{Core, Who, open_quietly};
use crate::keeper::Task;
use crate::shelf::Kept;

/// A file that took another one's name.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) path: PathBuf,
    pub(crate) before: Kept,
    pub(crate) touch: Option<u64>,
    pub(crate) who: Who,
    pub(crate) was: Earlier,
}

/// What had become of the earlier file.
#[derive(Debug)]
pub(crate) enum Earlier {
    /// The new one took its name from it.
    Replaced,
    /// It had left the name already, perhaps for a save; where it is now, unless it was deleted.
    Left(Option<PathBuf>),
}

impl Comparison {
    /// Compares and tells; a new file that is still empty may wait, unless `patient`.
    pub(crate) fn score(&self, core: &Core, patient: bool) {
        let Some(change) = self.compare(core, patient) else { return };
        match &self.was {
            Earlier::Left(now_at)
                if change.damage() == Damage::None && change.before == change.after =>
            {
                core.saved(self, now_at.as_deref());
            }
            _ => drop(core.rewritten(&self.path, change, self.touch, &self.who)),
        }
    }

    fn compare(&self, core: &Core, patient: bool) -> Option<Change> {
        let after = sample_of(&self.path).filter(|sample| patient || !sample.is_empty())?;
        let link = core.holdings.reserve(self.before.device).filter(|_| self.before.linked);
        let earlier = link.and_then(|reserve| sample_of(&reserve.link_path(self.before.inode)));
        Some(match earlier {
            Some(earlier) => Change::between(&earlier, &after),
            None => from_kind(self.before.kind, &after),
        })
    }
}

/// Scores a replaced file at once, for a worker; what has to wait is the keeper's.
pub(crate) fn score_replaced(core: &Core, task: Task) {
    if is_emptied(&task) {
        return core.ask_keeper(task);
    }
    let Task::Compare(new) = task else { return core.ask_keeper(task) };
    new.score(core, false);
    core.ask_keeper(Task::Refresh(new.path));
}

/// Whether a file to be judged is empty now: between emptying and writing, every save looks so.
pub(crate) fn is_emptied(task: &Task) -> bool {
    match task {
        Task::Compare(Comparison { path, before, .. }) => {
            before.size > 0 && fs::symlink_metadata(path).is_ok_and(|meta| meta.len() == 0)
        }
        Task::Rescore(path, _) => fs::symlink_metadata(path).is_ok_and(|meta| meta.len() == 0),
        _ => false,
    }
}

/// The first bytes of a file.
pub(crate) fn sample_of(path: &Path) -> Option<Vec<u8>> {
    let mut sample = Vec::new();
    open_quietly(path).ok()?.take(SAMPLE_BYTES as u64).read_to_end(&mut sample).ok()?;
    Some(sample)
}

pub(crate) fn from_kind(before: Option<ContentKind>, after: &[u8]) -> Change {
    let one_byte = after.first().is_some_and(|first| after.iter().all(|b| b == first));
    Change {
        before: before.unwrap_or(ContentKind::Other),
        after: kind(after),
        equal_permille: 0,
        random_after: looks_random(after),
        blocks_turned_random: 0,
        wiped: one_byte && after.len() > 64,
        blocks: 0,
        broken: false,
    }
}
