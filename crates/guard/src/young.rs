//! New files, which are left alone for a while: what is made and removed again costs nothing.
//!
//! Rules:
//! - The thread that answers the kernel only adds to the lists, and wakes nobody.
//! - Writes into one are asked about again soon after it was closed, not at once: to take a mark off
//!   an inode costs the kernel more than all else that a new file does.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant as Tick};

use crate::holdings::lock;

/// How long a new file is left alone.
const YOUNG: Duration = Duration::from_secs(2);
/// How long those just closed may wait for whoever asks about them again.
const CLOSED_PATIENCE: Duration = Duration::from_millis(250);
/// New files that are left alone at once.
const YOUNG_MAX: usize = 200_000;

/// Files by when they grow up.
#[derive(Debug, Default)]
pub(crate) struct Young(Mutex<Listed>);

#[derive(Debug, Default)]
struct Listed {
    due: VecDeque<(Tick, PathBuf)>,
    known: HashSet<PathBuf>,
    /// Closed by their makers, still left out of the questions.
    closed: BTreeSet<PathBuf>,
    /// When one of them was last taken, or the first of them came.
    closed_at: Option<Tick>,
}

impl Young {
    /// Leaves a new file alone; false when there are too many.
    pub(crate) fn add(&self, path: &Path) -> bool {
        let mut listed = lock(&self.0);
        if listed.known.contains(path) {
            return true;
        }
        let taken = listed.known.len() < YOUNG_MAX;
        if taken {
            listed.known.insert(path.to_owned());
            listed.due.push_back((Tick::now() + YOUNG, path.to_owned()));
        }
        taken
    }

    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.0).known.is_empty()
    }

    pub(crate) fn contains(&self, path: &Path) -> bool {
        lock(&self.0).known.contains(path)
    }

    /// Its maker closed it: it is to be asked about again.
    pub(crate) fn closed(&self, path: &Path) {
        let mut listed = lock(&self.0);
        if listed.closed.is_empty() {
            listed.closed_at = Some(Tick::now());
        }
        listed.closed.insert(path.to_owned());
    }

    /// The next one to be asked about again.
    pub(crate) fn next_closed(&self) -> Option<PathBuf> {
        let mut listed = lock(&self.0);
        let path = listed.closed.pop_first()?;
        listed.closed_at = Some(Tick::now());
        Some(path)
    }

    /// The next one, when nobody has taken one for too long: who does so else is busy with a large
    /// file.
    pub(crate) fn late_closed(&self) -> Option<PathBuf> {
        let mut listed = lock(&self.0);
        listed.closed_at.filter(|at| at.elapsed() > CLOSED_PATIENCE)?;
        listed.closed.pop_first()
    }

    /// Finds again what was closed in a folder, or as a file, that has another name now.
    pub(crate) fn moved(&self, from: &Path, to: &Path) {
        let closed = &mut lock(&self.0).closed;
        // A folder's paths stand together.
        let within = |path: &&PathBuf| path.starts_with(from);
        let old: Vec<PathBuf> =
            closed.range(from.to_owned()..).take_while(within).cloned().collect();
        for path in old {
            closed.remove(&path);
            let rest = path.strip_prefix(from).unwrap_or(Path::new(""));
            // Joined with nothing, a path would end in a slash.
            closed.insert(to.components().chain(rest.components()).collect());
        }
    }

    /// The next one that is old enough.
    pub(crate) fn next(&self) -> Option<PathBuf> {
        let mut listed = lock(&self.0);
        listed.due.front().filter(|(due, _)| *due <= Tick::now())?;
        let (_, path) = listed.due.pop_front()?;
        listed.known.remove(&path);
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_closed_is_found_under_its_new_name() {
        let young = Young::default();
        for path in ["/s/a", "/s/a/b", "/s/a/b c", "/s/a!", "/s/ab"] {
            young.closed(Path::new(path));
        }
        young.moved(Path::new("/s/a"), Path::new("/t/new"));
        young.moved(Path::new("/s/ab"), Path::new("/s/z"));
        young.moved(Path::new("/nowhere"), Path::new("/x"));
        assert_eq!(young.late_closed(), None);
        lock(&young.0).closed_at = Tick::now().checked_sub(2 * CLOSED_PATIENCE);
        assert_eq!(young.late_closed(), Some(PathBuf::from("/s/a!")));
        assert_eq!(young.late_closed(), Some(PathBuf::from("/s/z")));
        // Somebody takes them again.
        assert_eq!(young.next_closed(), Some(PathBuf::from("/t/new")));
        assert_eq!(young.late_closed(), None);
        let all: Vec<PathBuf> = std::iter::from_fn(|| young.next_closed()).collect();
        assert_eq!(all, ["/t/new/b", "/t/new/b c"].map(PathBuf::from));
    }
}
