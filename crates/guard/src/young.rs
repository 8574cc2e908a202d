//! New files, which are left alone for a while: what is made and removed again costs nothing.
//!
//! Rule: the thread that answers the kernel only adds to the list, and wakes nobody.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant as Tick};

use crate::holdings::lock;

/// How long a new file is left alone.
const YOUNG: Duration = Duration::from_secs(2);
/// New files that are left alone at once.
const YOUNG_MAX: usize = 200_000;

/// Files by when they grow up.
#[derive(Debug, Default)]
pub(crate) struct Young(Mutex<Listed>);

#[derive(Debug, Default)]
struct Listed {
    due: VecDeque<(Tick, PathBuf)>,
    known: HashSet<PathBuf>,
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

    /// The next one that is old enough.
    pub(crate) fn next(&self) -> Option<PathBuf> {
        let mut listed = lock(&self.0);
        listed.due.front().filter(|(due, _)| *due <= Tick::now())?;
        let (_, path) = listed.due.pop_front()?;
        listed.known.remove(&path);
        Some(path)
    }
}
