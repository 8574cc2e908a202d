//! What can go wrong in a guard, and what the person at its console can do about it.

use std::io;
use std::path::Path;

use beffroi_town::watch::shown_path;

/// Why a guard cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// A file or folder refused.
    #[error(
        "cannot {operation} '{object}': {source}; check that it exists and that the guard's user may use it"
    )]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On what.
        object: String,
        /// Why it failed.
        source: io::Error,
    },
    /// Nothing to watch.
    #[error("no folder to watch: give at least one with --watch DIR")]
    NothingToWatch,
    /// A watched folder that cannot be one.
    #[error("cannot watch '{0}': it is not a folder; give an existing folder")]
    NotAFolder(String),
    /// Another guard uses the same state folder.
    #[error(
        "another guard already runs with the state folder '{0}'; stop it or give another --state"
    )]
    AlreadyRunning(String),
    /// A state or enrolment file that cannot be read as one.
    #[error("'{object}' is not {expected}: {source}; make a new one on the platform")]
    Malformed {
        /// Which file.
        object: String,
        /// What it should have been.
        expected: &'static str,
        /// Why it is not.
        source: serde_json::Error,
    },
    /// An enrolment file that cannot be believed.
    #[error("the enrolment file is refused: {0}")]
    Enrolment(&'static str),
    /// The guard's key cannot be made or read.
    #[error("the guard's key '{0}' cannot be used; move it away and enrol again")]
    Key(String),
    /// The kernel or the system refuses to report changes.
    #[error("cannot watch for changes: {0}")]
    Senses(String),
    /// The platform answered no.
    #[error("the platform refused {door}: HTTP {status}; {advice}")]
    Refused {
        /// Which door.
        door: &'static str,
        /// HTTP status.
        status: u16,
        /// What to do.
        advice: &'static str,
    },
    /// The platform cannot be reached.
    #[error(
        "cannot reach the platform for {door}: {cause}; the guard goes on alone and delivers its reports later"
    )]
    Unreachable {
        /// Which door.
        door: &'static str,
        /// What happened.
        cause: String,
    },
    /// This host could not be cut or joined again.
    #[error("cannot {operation} this host: {cause}")]
    Cut {
        /// Cut or lift.
        operation: &'static str,
        /// What the tool said, or what is missing.
        cause: String,
    },
    /// An alarm that this guard did not raise.
    #[error(
        "this guard knows no such alarm: '{0}'; see the lists with 'beffroi guard release' and 'beffroi guard undo'"
    )]
    UnknownAlarm(String),
    /// An alarm under which nobody waits.
    #[error("nobody is held or stopped under the alarm '{0}'; nothing was done")]
    NobodyWaits(String),
    /// Nothing is on record of what was watched.
    #[error("no guard ever ran with the state folder '{0}'; give its own with --state")]
    NeverRan(String),
    /// The running guard did not answer.
    #[error(
        "the guard did not take the word for '{0}' within {1} s; look whether it runs: systemctl status beffroi-guard"
    )]
    NotHeard(String, u64),
    /// A guard that ended before it watched anything.
    #[error("the guard could not start ({0}); what it said last stands above")]
    NeverBeat(String),
    /// The watchdog is gone.
    #[error("the guard's watchdog is gone, so the guard ended too; start it again")]
    WatchdogGone,
    /// A file that is no record of events.
    #[error("'{0}' holds no event of a guard; give the events.jsonl of a state folder")]
    NoRecord(String),
    /// A code that is none, whoever's: it costs no try.
    #[error("this is no code: {0}")]
    Mistyped(&'static str),
    /// A code that is not this host's.
    #[error(
        "this is not the code of this host, or it was used before; see the paper beside this host's name"
    )]
    WrongCode,
    /// A wrong code was typed a moment ago.
    #[error("wrong codes were typed: wait {0} s, then try again")]
    TooSoon(u64),
    /// No code was made for this host.
    #[error("no code was made for this host; as root, make one: beffroi guard lift --new-code")]
    NoCode,
    /// There is nothing to lift.
    #[error("this host is not cut: there is nothing to lift, and the code stays good")]
    NotCut,
    /// A decoy that cannot be served.
    #[error("{0}")]
    Decoy(String),
    /// A worker of the guard ended with a panic, which is a defect.
    #[error("the guard's {0} ended unexpectedly; start the guard again and report this")]
    WorkerEnded(&'static str),
}

/// `Result` of this crate.
pub type Result<T> = std::result::Result<T, GuardError>;

/// Names the operation and the object of an input or output error.
pub(crate) trait Context<T> {
    fn context(self, operation: &'static str, object: &Path) -> Result<T>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, operation: &'static str, object: &Path) -> Result<T> {
        self.map_err(|source| GuardError::Io { operation, object: shown(object), source })
    }
}

impl<T> Context<T> for std::result::Result<T, rustix::io::Errno> {
    fn context(self, operation: &'static str, object: &Path) -> Result<T> {
        self.map_err(io::Error::from).context(operation, object)
    }
}

/// A path as it shows in messages and reports.
pub(crate) fn shown(path: &Path) -> String {
    shown_path(path.as_os_str().as_encoded_bytes())
}
