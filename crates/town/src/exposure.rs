//! Whose data is concerned: a fact of its own, apart from what is open.
//!
//! A database can be safe and out of reach; a pool can be open with its customers' data at risk.

use serde::{Deserialize, Serialize};

use crate::Instant;

/// What is known about the data an asset holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataExposure {
    /// A person established that the data was not reached.
    Safe,
    /// It may have been reached.
    AtRisk,
    /// It was taken or made public.
    Exposed,
    /// Nobody has established anything yet. Never read as safe.
    #[default]
    Unknown,
}

impl DataExposure {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Safe, Self::AtRisk, Self::Exposed, Self::Unknown];

    /// As the database and the journal write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::AtRisk => "at_risk",
            Self::Exposed => "exposed",
            Self::Unknown => "unknown",
        }
    }

    /// From its code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|exposure| exposure.code() == code)
    }

    /// What several pieces of data come to together: the gravest that is known, else unknown,
    /// and safe only when every one of them is.
    pub fn together(all: impl IntoIterator<Item = Self>) -> Self {
        let gravity = |exposure: Self| match exposure {
            Self::Safe => 0,
            Self::Unknown => 1,
            Self::AtRisk => 2,
            Self::Exposed => 3,
        };
        all.into_iter().max_by_key(|exposure| gravity(*exposure)).unwrap_or_default()
    }
}

/// Whose data an asset holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// People who use the town's services.
    Residents,
    /// People who work for the town.
    Staff,
    /// Both.
    #[default]
    Both,
    /// No personal data.
    Nobody,
}

impl Whose {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Residents, Self::Staff, Self::Both, Self::Nobody];

    /// As the database and the journal write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Residents => "residents",
            Self::Staff => "staff",
            Self::Both => "both",
            Self::Nobody => "nobody",
        }
    }

    /// From its code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|whose| whose.code() == code)
    }
}

/// An exposure with its reason, its time and whose data it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// What is known.
    pub level: DataExposure,
    /// Whose data.
    pub whose: Whose,
    /// Why it is believed, in a person's words; shown to staff only.
    pub reason: Option<String>,
    /// Since when; none while nobody has said anything.
    pub at: Option<Instant>,
}
