//! New files, which are left alone for a while: what is made and removed again costs nothing.
//!
//! Rules:
//! - The thread that answers the kernel only adds to the lists, and wakes nobody.
//! - One that its maker goes on writing into is left out of the questions, until soon after it was
//!   closed, or has grown up: to put a mark on an inode and to take it off costs more than a question
//!   or two.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
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
    /// Left out of the questions while their makers write into them, and since when.
    left_out: BTreeMap<PathBuf, Tick>,
    /// Closed by their makers, still left out.
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

    pub(crate) fn contains(&self, path: &Path) -> bool {
        lock(&self.0).known.contains(path)
    }

    /// Nobody is asked about writes into it any more, until [`Self::next_closed`] names it.
    pub(crate) fn left_out(&self, path: &Path) {
        lock(&self.0).left_out.insert(path.to_owned(), Tick::now());
    }

    /// Whether it was left out; it is not any more.
    pub(crate) fn take_back(&self, path: &Path) -> bool {
        lock(&self.0).left_out.remove(path).is_some()
    }

    /// Somebody closed a file: if it was left out, it is to be asked about again.
    pub(crate) fn closed(&self, path: &Path) {
        let mut listed = lock(&self.0);
        if listed.left_out.remove(path).is_none() {
            return;
        }
        if listed.closed.is_empty() {
            listed.closed_at = Some(Tick::now());
        }
        listed.closed.insert(path.to_owned());
    }

    /// The next one to be asked about again: closed, or left out for long enough.
    pub(crate) fn next_closed(&self) -> Option<PathBuf> {
        let mut listed = lock(&self.0);
        let path = listed.closed.pop_first().or_else(|| listed.next_old())?;
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

    /// Finds again what was left out in a folder, or as a file, that has another name now.
    pub(crate) fn moved(&self, from: &Path, to: &Path) {
        let Listed { left_out, closed, .. } = &mut *lock(&self.0);
        let moved = |path: &Path| {
            let rest = path.strip_prefix(from).ok()?;
            // Joined with nothing, a path would end in a slash.
            Some(to.components().chain(rest.components()).collect::<PathBuf>())
        };
        // A folder's paths stand together.
        let old = closed.range(from.to_owned()..).map_while(|old| Some((old.clone(), moved(old)?)));
        for (old, new) in old.collect::<Vec<_>>() {
            closed.remove(&old);
            closed.insert(new);
        }
        let old = left_out.range(from.to_owned()..);
        let old = old.map_while(|(old, _)| Some((old.clone(), moved(old)?)));
        for (old, new) in old.collect::<Vec<_>>() {
            if let Some(since) = left_out.remove(&old) {
                left_out.insert(new, since);
            }
        }
    }

    /// The next one that is old enough to be looked after.
    pub(crate) fn next(&self) -> Option<PathBuf> {
        let mut listed = lock(&self.0);
        listed.due.front().filter(|(due, _)| *due <= Tick::now())?;
        let (_, path) = listed.due.pop_front()?;
        listed.known.remove(&path);
        Some(path)
    }
}

impl Listed {
    /// One that nobody closed: it is asked about again while it is written to.
    fn next_old(&mut self) -> Option<PathBuf> {
        let old = |since: &Tick| since.elapsed() > YOUNG;
        let path =
            self.left_out.iter().find(|(_, since)| old(since)).map(|(path, _)| path.clone())?;
        self.left_out.remove(&path);
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_found_under_its_new_name() {
        let young = Young::default();
        for path in ["/s/a", "/s/a/b", "/s/a/b c", "/s/a!", "/s/ab", "/s/a/open"] {
            young.left_out(Path::new(path));
        }
        for path in ["/s/a", "/s/a/b", "/s/a/b c", "/s/a!", "/s/ab", "/s/never left out"] {
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
        // Nobody closed it yet; one that was closed under its new name is found.
        young.closed(Path::new("/t/new/open"));
        assert_eq!(young.next_closed(), Some(PathBuf::from("/t/new/open")));
    }

    #[test]
    fn what_nobody_closes_is_asked_about_again() {
        let young = Young::default();
        young.left_out(Path::new("/s/a"));
        assert_eq!(young.next_closed(), None);
        let long_ago = Tick::now().checked_sub(2 * YOUNG).unwrap();
        lock(&young.0).left_out.insert(PathBuf::from("/s/a"), long_ago);
        assert_eq!(young.next_closed(), Some(PathBuf::from("/s/a")));
        assert_eq!(young.next_closed(), None);
    }
}
