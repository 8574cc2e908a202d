//! Arguments of queries: texts, integers, or null of either.

use beffroi_town::{Instant, TenantId};

use crate::{Error, Result};

/// An argument of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arg {
    Text(String),
    Int(i64),
    OptText(Option<String>),
    OptInt(Option<i64>),
}

/// Makes a list of arguments from whatever can be one.
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Arg::from($value)),*] };
}
pub(crate) use args;

impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<u32> for Arg {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<bool> for Arg {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<Instant> for Arg {
    fn from(value: Instant) -> Self {
        Self::Int(value.ms())
    }
}
impl From<Option<Instant>> for Arg {
    fn from(value: Option<Instant>) -> Self {
        Self::OptInt(value.map(Instant::ms))
    }
}
impl From<Option<u32>> for Arg {
    fn from(value: Option<u32>) -> Self {
        Self::OptInt(value.map(i64::from))
    }
}
impl From<Option<&str>> for Arg {
    fn from(value: Option<&str>) -> Self {
        Self::OptText(value.map(str::to_owned))
    }
}
impl From<Option<String>> for Arg {
    fn from(value: Option<String>) -> Self {
        Self::OptText(value)
    }
}
macro_rules! id_args {
    ($($id:ty),+) => {$(
        impl From<&$id> for Arg {
            fn from(value: &$id) -> Self {
                Self::Text(value.as_str().to_owned())
            }
        }
        impl From<Option<&$id>> for Arg {
            fn from(value: Option<&$id>) -> Self {
                Self::OptText(value.map(|id| id.as_str().to_owned()))
            }
        }
    )+};
}
id_args!(
    TenantId,
    beffroi_town::AccountId,
    beffroi_town::AgendaId,
    beffroi_town::AlarmId,
    beffroi_town::AppointmentId,
    beffroi_town::AssetId,
    beffroi_town::CallId,
    beffroi_town::ContactId,
    beffroi_town::GuardId,
    beffroi_town::IncidentId,
    beffroi_town::LineId,
    beffroi_town::NoticeId,
    beffroi_town::PrintPostId,
    beffroi_town::RepositoryId,
    beffroi_town::RequestId,
    beffroi_town::RosterId,
    beffroi_town::ServiceId
);

/// A value as JSON text for a column.
pub(crate) fn json_text<T: serde::Serialize>(column: &str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::unreadable(column, &error.to_string()))
}

/// A number as a column keeps it. Numbers beyond 2^63 are none that this program makes.
pub(crate) fn column_int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
