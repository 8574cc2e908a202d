//! Identifiers.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::{Instant, edge::Entropy};

/// A new `UUIDv7` (RFC 9562) as text: sorts by the time it was made.
pub fn new_uuid(at: Instant, entropy: &dyn Entropy) -> String {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random);
    let ms = u64::try_from(at.ms()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid().to_string()
}

/// An identifier that is not of the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an identifier: 1 to 64 letters, digits, '-' or '_'")]
pub struct BadId(String);

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes text that came from outside.
            ///
            /// # Errors
            /// [`BadId`] unless it is 1 to 64 ASCII letters, digits, `-` or `_`.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                let fits = (1..=64).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                if fits { Ok(Self(text.to_owned())) } else { Err(BadId(text.chars().take(80).collect())) }
            }

            /// A new one (`UUIDv7`).
            pub fn new(at: Instant, entropy: &dyn Entropy) -> Self {
                Self(new_uuid(at, entropy))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

identifiers! {
    /// A login of a member of staff.
    AccountId,
    /// A service point that receives by appointment: its code, unique in one tenant (`cartes`).
    AgendaId,
    /// What a machine suspects.
    AlarmId,
    /// An appointment of a resident.
    AppointmentId,
    /// A server, application, network... that public services depend on.
    AssetId,
    /// The ringing of a list of people.
    CallId,
    /// Somebody on an on-call list.
    ContactId,
    /// A guard enrolled on one file server.
    GuardId,
    /// Declared by a person.
    IncidentId,
    /// A telephone line of the town.
    LineId,
    /// A public notice.
    NoticeId,
    /// A computer beside a town's printer, with a key of its own.
    PrintPostId,
    /// A procedure: its code (`canteen`).
    ProcedureId,
    /// A repository of the vault: the backups of one server.
    RepositoryId,
    /// What a resident asked the town for.
    RequestId,
    /// Somebody on the staff roster.
    RosterId,
    /// A public service of one tenant: its code, unique in that tenant (`canteen`).
    ServiceId,
}
