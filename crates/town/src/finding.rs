//! What the doctor found: whether this installation is well, check by check.
//!
//! Rules: a finding is a code and what goes into its sentence, never a sentence; what cannot be
//! told is a finding of its own, never 'fine'.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::Instant;

/// How bad it is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something does not work.
    Broken,
    /// It works, and something stands between it and trouble that should not be missing.
    Risky,
    /// Nobody can tell from here.
    CannotTell,
    /// As it should be.
    Ok,
}

impl Severity {
    /// Every one, the worst first.
    pub const ALL: [Self; 4] = [Self::Broken, Self::Risky, Self::CannotTell, Self::Ok];

    /// As sentences and machines name it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Risky => "risky",
            Self::CannotTell => "cannot_tell",
            Self::Ok => "ok",
        }
    }
}

/// Something that goes into the sentence of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// A name, a path, an address.
    Text(String),
    /// A number that the sentence agrees with.
    Count(u64),
    /// A point in time.
    At(Instant),
    /// How long, in milliseconds.
    Lasting(i64),
    /// A size in bytes.
    Bytes(u64),
}

/// One thing that was looked at, and how it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was found: `backup-old`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What goes into its sentence, by name.
    #[serde(default)]
    pub details: BTreeMap<String, Detail>,
}

impl Finding {
    /// A finding without details.
    pub fn new(severity: Severity, code: &str) -> Self {
        Self { code: code.to_owned(), severity, details: BTreeMap::new() }
    }

    /// The same with one more detail.
    #[must_use]
    pub fn with(mut self, name: &str, detail: Detail) -> Self {
        self.details.insert(name.to_owned(), detail);
        self
    }

    /// The same with a text.
    #[must_use]
    pub fn text(self, name: &str, text: impl Into<String>) -> Self {
        self.with(name, Detail::Text(text.into()))
    }

    /// The same with a number.
    #[must_use]
    pub fn count(self, count: u64) -> Self {
        self.with("count", Detail::Count(count))
    }
}
