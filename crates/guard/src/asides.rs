//! Names that lost their file a moment ago: many programs save by putting the old file aside, or
//! away, and a new one in its place. Once the new one is there it is compared with the old, and what
//! is no damage is no loss either.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant as Tick};

use crate::core::Who;
use crate::holdings::lock;
use crate::shelf::Kept;

/// How long a name may stay without a file.
const AWAY: Duration = Duration::from_secs(5);
/// Names remembered.
const NAMES_MAX: usize = 4_096;

/// A file that left its name.
#[derive(Clone, Debug)]
pub(crate) struct Aside {
    pub(crate) session: String,
    pub(crate) before: Kept,
    /// Its number in the record of touches; none where the move was no touch.
    pub(crate) touch: Option<u64>,
    /// Where it is now; none when it was deleted.
    pub(crate) to: Option<PathBuf>,
    at: Tick,
}

impl Aside {
    pub(crate) fn of(who: &Who, before: Kept, touch: Option<u64>, to: Option<&Path>) -> Self {
        let (session, to) = (who.session.clone(), to.map(Path::to_owned));
        Self { session, before, touch, to, at: Tick::now() }
    }
}

/// All of them, by the name they left.
#[derive(Debug, Default)]
pub(crate) struct Asides(Mutex<HashMap<PathBuf, Aside>>);

impl Asides {
    pub(crate) fn put(&self, name: &Path, aside: Aside) {
        let mut names = lock(&self.0);
        if names.len() >= NAMES_MAX {
            names.retain(|_, aside| aside.at.elapsed() < AWAY);
        }
        if names.len() < NAMES_MAX {
            names.insert(name.to_owned(), aside);
        }
    }

    /// The file that left `name`, for the session that put another one there.
    pub(crate) fn take(&self, name: &Path, session: &str) -> Option<Aside> {
        let mut names = lock(&self.0);
        if names.get(name)?.session != session {
            return None;
        }
        names.remove(name).filter(|aside| aside.at.elapsed() < AWAY)
    }
}
