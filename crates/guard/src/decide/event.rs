//! What `decide` is told.

use serde::{Deserialize, Serialize};

use beffroi_town::Instant;
use beffroi_town::watch::Maintenance;

use crate::content::Change;

/// Something that happened to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// The session that did it, as far as it is known.
    pub session: String,
    /// The user, where known; root is no scope of its own (every service is root).
    pub user: Option<u32>,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A file was made.
    Made {
        /// The guard's number for it.
        file: u64,
    },
    /// A file was deleted, or renamed out of sight.
    Gone {
        /// The guard's number for it.
        file: u64,
        /// Its new extension, when it was renamed to another one.
        new_extension: Option<String>,
    },
    /// A file's content was replaced.
    Rewritten {
        /// The guard's number for it.
        file: u64,
        /// What that did to it.
        change: Change,
    },
    /// A name that lost its file has a new one by the same session, and that is no damage: it was a
    /// way to save.
    Saved {
        /// The guard's number for the name.
        file: u64,
        /// And for the name that the old file has now.
        aside: Option<u64>,
    },
    /// What a session deleted was found elsewhere, unaltered.
    Elsewhere {
        /// The guard's numbers for what was deleted.
        files: Vec<u64>,
        /// And for the copies and archives that hold it.
        places: Vec<u64>,
    },
    /// A file that nobody has a reason to touch was altered or renamed, or has gone.
    Canary {
        /// The guard's number for it.
        file: u64,
        /// It was deleted.
        gone: bool,
    },
    /// A session dropped the same small text in several folders.
    SameNote {
        /// The guard's number for its name.
        note: u64,
    },
    /// The host runs hot or is choked.
    VitalSigns,
    /// A person, or the end of the waiting time, let this session go on.
    LetGo,
    /// They let everybody go on who was held for the whole share.
    AllLetGo,
    /// A person announced a job of this user's, or withdrew it.
    Maintain(Maintenance),
}
