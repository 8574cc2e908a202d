//! Who did it.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::{AccountId, ContactId, GuardId, PrintPostId};

/// Who acted: written in the journal as a code, never as a person's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A member of staff, logged in.
    Account(AccountId),
    /// A person at the platform's own command line.
    CommandLine,
    /// Somebody on an on-call list, known by the code of a message.
    Contact(ContactId),
    /// A guard. It reports; it never declares or publishes.
    Guard(GuardId),
    /// A print post. It says what it printed, and nothing else.
    PrintPost(PrintPostId),
    /// The platform itself: clocks, follow-ups, deliveries.
    Platform,
    /// Nobody known: an attempt from outside, such as a failed log-in.
    Outside,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => write!(f, "account:{id}"),
            Self::CommandLine => f.write_str("command_line"),
            Self::Contact(id) => write!(f, "contact:{id}"),
            Self::Guard(id) => write!(f, "guard:{id}"),
            Self::PrintPost(id) => write!(f, "print_post:{id}"),
            Self::Platform => f.write_str("platform"),
            Self::Outside => f.write_str("outside"),
        }
    }
}
