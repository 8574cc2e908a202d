//! A guard lives, and this is what it sees.

use serde::{Deserialize, Serialize};

use super::{Level, Maintenance, Mode, OrderAck, SignedOrder};
use crate::{Instant, TenantId};

/// A guard lives, and this is what it sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    /// When, by the guard's clock.
    pub at: Instant,
    /// Rises by one each beat; starts anew with `started_at`.
    pub sequence: u64,
    /// When this guard process started.
    pub started_at: Instant,
    /// Whether it acts.
    pub mode: Mode,
    /// What it can do.
    pub level: Level,
    /// Heat, pressure, disk.
    pub vitals: Vitals,
    /// The folders it watches.
    pub watched: Vec<WatchedFolder>,
    /// What it keeps of earlier content.
    pub reserve: ReserveUse,
    /// Whether this host's own cut is in place, read back from the kernel.
    pub cut: bool,
    /// Reports not yet delivered.
    pub waiting_reports: u32,
    /// What became of orders since the last accepted beat.
    pub acknowledgements: Vec<OrderAck>,
    /// It takes the order to let an actor go on; an older guard could not read it.
    #[serde(default)]
    pub lets_go: bool,
    /// Jobs announced to it; none from an older guard, which could not read the order.
    #[serde(default)]
    pub maintenance: Option<Vec<Maintenance>>,
    /// When a printed code last lifted this host's cut, at its own console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted: Option<LiftedByCode>,
    /// When it last cut this host by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_alone: Option<CutAlone>,
    /// The newest journal heads it was shown, so that a roll-back is seen.
    pub heads: Vec<HeadSeen>,
}

/// That a printed code lifted a host's cut, with the platform out of reach perhaps. Said with every
/// beat from then on: it counts when it is not what the beat before said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiftedByCode {
    /// The last time, by the guard's clock.
    pub at: Instant,
    /// How many times since it enrolled.
    pub times: u32,
}

/// That a guard cut its own host by itself, with the platform out of reach perhaps. Said as
/// [`LiftedByCode`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutAlone {
    /// The last time, by the guard's clock.
    pub at: Instant,
    /// How many times on this host.
    pub times: u32,
}

/// One watched folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedFolder {
    /// As escaped by [`shown_path`](super::shown_path).
    pub path: String,
    /// Files in it that the reserve holds a link of.
    pub files_protected: u64,
    /// Files in it that could not be linked.
    pub files_unprotected: u64,
    /// Whether the first scan has ended.
    pub scanned: bool,
}

/// What the reserve holds beyond the live files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveUse {
    /// Bytes that only the reserve still holds: vanished files and earlier contents.
    pub used_bytes: u64,
    /// Its bound.
    pub limit_bytes: u64,
    /// Contents refused for want of room since the start.
    pub refused: u64,
}

/// The vital signs of a host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vitals {
    /// Read from a played sensor folder, not from this host.
    pub simulated: bool,
    /// The hottest sensor, in thousandths of a degree Celsius.
    pub temperature_millicelsius: Option<i32>,
    /// Share of the last 10 s in which some task waited for a processor, in hundredths of a
    /// percent (Linux PSI `some avg10`).
    pub cpu_pressure_basis_points: Option<u16>,
    /// The same for input and output.
    pub io_pressure_basis_points: Option<u16>,
    /// Load over one minute, in hundredths.
    pub load_hundredths: Option<u32>,
    /// Fullest watched file system, in percent.
    pub disk_used_percent: Option<u8>,
}

/// The platform's answer to a beat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeatAnswer {
    /// Orders not yet acknowledged, oldest first.
    pub orders: Vec<SignedOrder>,
    /// How often to beat from now on.
    pub beat_every_ms: u32,
    /// The newest journal heads, to be kept.
    pub heads: Vec<HeadSeen>,
}

/// The newest entry of a journal that somebody was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadSeen {
    /// Whose journal.
    pub tenant: TenantId,
    /// Sequence of its newest entry.
    pub sequence: u64,
    /// Hash of that entry.
    pub hash: String,
    /// Signature of the head.
    pub signature: String,
}
