//! What a guard and the platform say to each other.
//!
//! Rules:
//! - A guard is given orders of three kinds, never code and never a path. Each order is signed by
//!   the platform, names one guard, carries a rising sequence and an expiry.
//! - A guard signs every request with a key it made itself. The same bytes signed for one purpose
//!   never count for another: each text to sign begins with a prefix of its own.
//! - A guard reports codes and counts; sentences are made elsewhere. A value read from a played
//!   sensor says `simulated` wherever it goes.
//! - Every list and text has a bound. Receivers call `check` before they use anything.
//! - Keys, signatures and hashes travel as base64url without padding (RFC 4648 section 5).
//!
//! Doors (JSON both ways, `POST`, body at most [`BODY_BYTES_MAX`]):
//!
//! | path | body | answer |
//! |---|---|---|
//! | [`ENROL_PATH`] | [`EnrolRequest`] | [`EnrolAnswer`]; 403 token unknown, spent or expired |
//! | [`BEAT_PATH`] | [`Beat`] | [`BeatAnswer`] |
//! | [`ALARM_PATH`] | [`AlarmReport`] | [`Received`]; the same id with a higher revision replaces |
//! | [`LISTED_PATH`] | [`Listed`] | [`Received`] |
//! | [`RESTORED_PATH`] | [`RestoreReport`] | [`Received`] |
//!
//! 401 answers a bad signature, an unknown guard or a stamp further than [`SKEW_MS_MAX`] from the
//! platform's clock. Repeats are harmless: a beat counts by its sequence, a report by its id.

mod beat;
mod bounds;
mod enrol;
mod maintenance;
mod orders;
mod report;
#[cfg(test)]
mod tests;
mod text;

pub use beat::{
    Beat, BeatAnswer, CutAlone, HeadSeen, LiftedByCode, ReserveUse, Vitals, WatchedFolder,
};
pub use bounds::OutOfBounds;
pub use enrol::{
    EnrolAnswer, EnrolRequest, Enrolment, Hole, HostFacts, Letter, Level, Mode, PlatformAddress,
};
pub use maintenance::{
    MAINTENANCE_DAYS_MAX, MAINTENANCE_MAX, MAINTENANCE_MINUTES_MAX, Maintenance,
};
pub use orders::{Order, OrderAck, OrderOutcome, SignedOrder, order_text};
pub use report::{
    ActorSeen, AlarmOutcome, AlarmReport, Listed, ListedFile, Reason, Received, RestoreReport,
    Signal, Suspicion, Touch, TouchCounts, Touched,
};
pub(crate) use text::push_hex;
pub use text::{request_text, shown_path};

/// Where a guard enrols.
pub const ENROL_PATH: &str = "/api/guard/v1/enrol";
/// Where a guard says that it lives.
pub const BEAT_PATH: &str = "/api/guard/v1/beat";
/// Where a guard reports a suspicion.
pub const ALARM_PATH: &str = "/api/guard/v1/alarm";
/// Where a guard lists, piece by piece, what was touched under an alarm that it reported before.
pub const LISTED_PATH: &str = "/api/guard/v1/listed";
/// Where a guard reports what it put back.
pub const RESTORED_PATH: &str = "/api/guard/v1/restored";

/// Header: the guard's identifier; [`NO_GUARD_YET`] when enrolling.
pub const GUARD_HEADER: &str = "beffroi-guard";
/// Header: when the request was made, in milliseconds since the epoch.
pub const AT_HEADER: &str = "beffroi-at";
/// Header: the Ed25519 signature (RFC 8032) over [`request_text`], base64url.
pub const SIGNATURE_HEADER: &str = "beffroi-signature";
/// What stands in [`GUARD_HEADER`] before a guard has an identifier.
pub const NO_GUARD_YET: &str = "new";

/// Longest body either side accepts.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// How far a request's stamp may be from the platform's clock.
pub const SKEW_MS_MAX: i64 = 5 * 60 * 1000;
/// Most paths in one report; [`AlarmReport::touched_total`] says how many there were.
pub const TOUCHED_MAX: usize = 1_000;
/// Most files in one piece of a list.
pub const LISTED_MAX: usize = 256;
/// Longest piece of a list, as JSON lines: what the platform keeps in one sealed text.
pub const LISTED_BYTES_MAX: usize = 32 * 1024;
/// Most files listed under one alarm.
pub const LISTED_IN_ALL_MAX: u64 = 1_000_000;
/// Longest path in a report, once escaped by [`shown_path`].
pub const PATH_BYTES_MAX: usize = 512;
/// Longest other text.
pub const TEXT_BYTES_MAX: usize = 256;
/// Most entries of any other list.
pub const LIST_MAX: usize = 64;
/// Most orders in one answer, and acknowledgements in one beat.
pub const ORDERS_MAX: usize = 16;
