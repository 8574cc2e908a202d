//! What a member of staff may do.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A role. Each route of the console names the least one it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the deployment: adds tenants, sees every tenant's state.
    Operator,
    /// Mayor or director of services: decides, declares, publishes, manages accounts.
    Director,
    /// Sets the state of assets, cuts and lifts, declares.
    Technician,
    /// Serves residents; reads today's state, writes notices for others to publish.
    Clerk,
    /// Reads.
    Reader,
    /// A named outsider for one incident: reads, changes nothing.
    Responder,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Operator,
        Self::Director,
        Self::Technician,
        Self::Clerk,
        Self::Reader,
        Self::Responder,
    ];

    /// As the database and the command line write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Director => "director",
            Self::Technician => "technician",
            Self::Clerk => "clerk",
            Self::Reader => "reader",
            Self::Responder => "responder",
        }
    }

    /// From its code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
