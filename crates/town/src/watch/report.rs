//! What a guard suspects, what was touched, what was put back.

use serde::{Deserialize, Serialize};

use super::Vitals;
use crate::{AlarmId, AlarmKind, Instant};

/// A guard's suspicion. A person decides what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlarmReport {
    /// Made by the guard; stays the same in every revision.
    pub id: AlarmId,
    /// Rises with each correction of the same alarm.
    pub revision: u32,
    /// What is suspected.
    pub kind: Suspicion,
    /// The first touch that counted.
    pub first_touch_at: Instant,
    /// When the guard raised it.
    pub raised_at: Instant,
    /// When the actor was stopped or held.
    pub stopped_at: Option<Instant>,
    /// What the guard did about it.
    pub outcome: AlarmOutcome,
    /// Who did it, where the kernel tells.
    pub actor: Option<ActorSeen>,
    /// Whole numbers of what was touched.
    pub counts: TouchCounts,
    /// What led to it.
    pub reasons: Vec<Reason>,
    /// At most [`TOUCHED_MAX`](super::TOUCHED_MAX) of the touched files, oldest first.
    pub touched: Vec<Touched>,
    /// How many there were in all.
    pub touched_total: u64,
    /// The vital signs then.
    pub vitals: Vitals,
    /// Something in it comes from a played sensor.
    pub simulated: bool,
}

/// What a guard suspects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspicion {
    /// Files that had been there vanish.
    MassDisappearance,
    /// Contents are turned into something else.
    MassRewriting,
    /// Heat or pressure alone.
    VitalSigns,
    /// The reserve is full: what comes next could not be put back.
    ReserveFull,
    /// The kernel dropped events: something may have been missed.
    EventsLost,
    /// Someone sent an order that was not genuine.
    OrderRefused,
    /// The guard had fallen silent or was ended, and was started again: nobody watched from the
    /// first touch to the raising of this alarm.
    GuardRestarted,
    /// A bait file of a decoy was altered, renamed or deleted: nobody has any business there.
    DecoyTouched,
    /// The share of a decoy ended, and was started again.
    DecoyDown,
    /// Written by a newer guard than this reader.
    #[serde(other)]
    Unknown,
}

impl Suspicion {
    /// The kind of alarm it becomes on the platform.
    pub const fn alarm_kind(self) -> AlarmKind {
        match self {
            Self::MassDisappearance => AlarmKind::FilesVanishing,
            Self::MassRewriting => AlarmKind::FilesRewritten,
            Self::VitalSigns => AlarmKind::VitalSigns,
            // What cannot be read is counted as the worst that a guard says of itself.
            Self::ReserveFull
            | Self::EventsLost
            | Self::GuardRestarted
            | Self::DecoyDown
            | Self::Unknown => AlarmKind::GuardBlind,
            Self::OrderRefused => AlarmKind::OrderRefused,
            Self::DecoyTouched => AlarmKind::DecoyTouched,
        }
    }
}

/// What a guard did about an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmOutcome {
    /// Nothing but saying so.
    Observed,
    /// The actor is paused.
    Held,
    /// The actor was paused and went on: the waiting time ended without a second signal.
    Released,
    /// A person let the actor go on.
    LetGo,
    /// The actor is stopped.
    Stopped,
    /// It served one client over the network: that client is cut off, its worker ended.
    ClientCut,
    /// It serves other people, so it runs on; its opens of existing files are denied.
    DeniedOnly,
    /// It had ended, or could not be stopped.
    NotStopped,
    /// Written by a newer guard than this reader.
    #[serde(other)]
    Unknown,
}

impl AlarmOutcome {
    /// Whether somebody waits, or is shut out, who could be let go on.
    pub const fn keeps_somebody(self) -> bool {
        matches!(self, Self::Held | Self::Stopped | Self::ClientCut | Self::DeniedOnly)
    }
}

/// Who did it, as the kernel tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorSeen {
    /// Process.
    pub pid: u32,
    /// Program file, escaped by [`shown_path`](super::shown_path); empty when it had ended.
    pub exe: String,
    /// Numeric user.
    pub uid: u32,
    /// User name, where the host knows one.
    pub user: Option<String>,
    /// Session or control group.
    pub session: Option<String>,
    /// Address of the one client that it served over the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

/// Whole numbers of what was touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchCounts {
    /// Deleted, or moved out of the watched folders.
    pub vanished: u64,
    /// Content rewritten into something else.
    pub rewritten: u64,
    /// Of all these, how many the reserve can put back.
    pub recoverable: u64,
    /// Vanished before the actor was held or stopped; known once every event of that time was
    /// read, so a first revision has none.
    pub vanished_at_stop: Option<u64>,
}

/// One line of what led to an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The signal.
    pub signal: Signal,
    /// How often it was seen in the window.
    pub times: u32,
    /// What it weighed, of the 100 points at which a guard acts.
    pub points: u32,
}

/// A signal that a guard weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// A file that had been there vanished, not made by the one who removed it.
    ExistingFileGone,
    /// A content lost its type and looks random.
    ContentTransformed,
    /// Blocks inside a file turned random.
    BlocksTransformed,
    /// A content was replaced by one repeated byte.
    ContentWiped,
    /// A content was emptied and stayed so.
    ContentEmptied,
    /// A form with a structure (archive, document, image) was broken.
    StructureBroken,
    /// Existing files renamed to one new extension.
    SameNewExtension,
    /// A file that nobody has a reason to touch was altered or renamed.
    CanaryTouched,
    /// One was deleted.
    CanaryGone,
    /// The same small text was dropped in several folders.
    SameNote,
    /// Heat or pressure at the same time.
    VitalSigns,
    /// A bait file of a decoy was altered, renamed or deleted.
    BaitTouched,
    /// Written by a newer guard than this reader.
    #[serde(other)]
    Unknown,
}

/// One touched file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Escaped by [`shown_path`](super::shown_path).
    pub path: String,
    /// What happened.
    pub how: Touch,
    /// When.
    pub at: Instant,
    /// Whether the reserve can put it back.
    pub recoverable: bool,
}

/// One piece of the exact list of what was touched under an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The alarm, as the guard reported it.
    pub alarm: AlarmId,
    /// How many files were listed before this piece.
    pub before: u64,
    /// In the order in which they were counted; at most [`LISTED_MAX`](super::LISTED_MAX).
    pub files: Vec<ListedFile>,
}

/// One file in it: what is known of a touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedFile {
    /// The guard's number for this touch; 0 for a file that was left there.
    pub number: u64,
    /// Escaped by [`shown_path`](super::shown_path).
    pub path: String,
    /// What happened.
    pub how: Touch,
    /// When.
    pub at: Instant,
    /// What the deed was counted under.
    pub session: String,
    /// The account that did it.
    pub user: Option<u32>,
    /// The process.
    pub process: Option<u32>,
    /// Its program, where it had not ended.
    pub program: Option<String>,
    /// The computer that the process served.
    pub client: Option<String>,
    /// Length of the earlier content in bytes.
    pub bytes: u64,
    /// SHA-256 of the earlier content, in hexadecimal figures, where it was known.
    pub sha256: Option<String>,
    /// Whether the reserve holds that content.
    pub recoverable: bool,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// Deleted.
    Deleted,
    /// Renamed, or moved out of the watched folders.
    RenamedAway,
    /// Rewritten, or replaced by another file of that name.
    Rewritten,
    /// Left there, where it had not been: a note, perhaps. No damage by itself.
    Dropped,
    /// Written by a newer guard than this reader.
    #[serde(other)]
    Unknown,
}

/// What a guard put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreReport {
    /// The alarm, or none when a person asked for everything that vanished.
    pub alarm: Option<AlarmId>,
    /// When it ended.
    pub at: Instant,
    /// How long it took.
    pub took_ms: u64,
    /// Files it had to put back.
    pub total: u64,
    /// Put back, compared with the hash taken when the file was known to be good.
    pub restored_verified: u64,
    /// Put back from the untouched file itself, with no hash to compare with.
    pub restored_unverified: u64,
    /// Already as they should be.
    pub unchanged: u64,
    /// Put back after what now stood there was moved beside.
    pub kept_beside: u64,
    /// Not in the reserve.
    pub lost: u64,
    /// Tried and failed.
    pub failed: u64,
}

/// A report is on the platform's disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// When, by the platform's clock.
    pub at: Instant,
}
