//! Cutting an asset off, so that an attack does not spread.

use serde::{Deserialize, Serialize};

use crate::{AssetId, GuardId, Instant};

/// How an asset can be cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum CutMeans {
    /// The guard on that host drops its network. A guard cuts nothing but its own host.
    Guard {
        /// Which guard.
        guard: GuardId,
    },
    /// A command at the operator's (firewall, switch, hypervisor), named in the configuration:
    /// the database never holds a command line.
    Hook {
        /// Its name in the configuration.
        hook: String,
    },
    /// A person pulls a plug; counts only once a person confirms it.
    Hand {
        /// The room.
        room: String,
        /// The rack or cupboard.
        rack: String,
        /// What is written on the cable or socket.
        label: String,
    },
}

impl CutMeans {
    /// `guard`, `hook` or `hand`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Guard { .. } => "guard",
            Self::Hook { .. } => "hook",
            Self::Hand { .. } => "hand",
        }
    }
}

/// One cut of one asset, from the order to the confirmation, the failure or the lifting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Its own identifier (`UUIDv7`).
    pub id: String,
    /// What is cut.
    pub asset: AssetId,
    /// How.
    pub means: CutMeans,
    /// When a person ordered it.
    pub ordered_at: Instant,
    /// When it was known to be done; the asset is `Cut` from then on, not before.
    pub confirmed_at: Option<Instant>,
    /// Why it could not be done, as a code; a person must then find another way.
    pub failed: Option<String>,
    /// When a person ordered it lifted.
    pub lifted_at: Option<Instant>,
}
