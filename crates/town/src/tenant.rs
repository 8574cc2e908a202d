//! The isolation boundary: a commune, an EPCI, a département or a région.
//!
//! Keyed by its official code, always: 1,482 spellings are shared by 3,774 communes.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::Instant;

/// What kind of local authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantKind {
    /// A town.
    Commune,
    /// A joint authority of several towns.
    Epci,
    /// A département.
    Departement,
    /// A région.
    Region,
}

impl TenantKind {
    /// The first segment of its public path: `c`, `e`, `d` or `r`.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Commune => "c",
            Self::Epci => "e",
            Self::Departement => "d",
            Self::Region => "r",
        }
    }

    /// From the first segment of a public path.
    pub fn from_letter(letter: &str) -> Option<Self> {
        match letter {
            "c" => Some(Self::Commune),
            "e" => Some(Self::Epci),
            "d" => Some(Self::Departement),
            "r" => Some(Self::Region),
            _ => None,
        }
    }

    /// As the database and the journal write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Commune => "commune",
            Self::Epci => "epci",
            Self::Departement => "departement",
            Self::Region => "region",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Commune => "",
            Self::Epci => "epci:",
            Self::Departement => "dep:",
            Self::Region => "reg:",
        }
    }
}

/// Text that is no tenant's code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a code: write an INSEE code (59273, 2A004), epci:242900660, dep:44 or reg:01"
)]
pub struct BadTenantId(String);

/// The code of a tenant: `59273`, `2A004`, `epci:242900660`, `dep:44`, `reg:01`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(String);

impl TenantId {
    /// Reads a code as a person types it; surrounding spaces and letter case do not matter.
    ///
    /// # Errors
    /// [`BadTenantId`] when it is of none of the four forms.
    pub fn parse(text: &str) -> Result<Self, BadTenantId> {
        let bad = || BadTenantId(text.chars().take(80).collect());
        let tidy = text.trim();
        let (kind, code) = match tidy.split_once(':') {
            None => (TenantKind::Commune, tidy),
            Some((word, code)) => {
                let kind = match word.to_ascii_lowercase().as_str() {
                    "epci" => TenantKind::Epci,
                    "dep" => TenantKind::Departement,
                    "reg" => TenantKind::Region,
                    _ => return Err(bad()),
                };
                (kind, code)
            }
        };
        Self::from_parts(kind, code).ok_or_else(bad)
    }

    /// From a kind and the bare code (`242900660`), as in a public path.
    pub fn from_parts(kind: TenantKind, code: &str) -> Option<Self> {
        let code = code.to_ascii_uppercase();
        let fits = match kind {
            TenantKind::Commune => code.len() == 5 && is_department_start(&code, 3),
            TenantKind::Epci => code.len() == 9 && code.bytes().all(|b| b.is_ascii_digit()),
            TenantKind::Departement => {
                (code.len() == 2 && is_department_start(&code, 0))
                    || (code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit()))
            }
            TenantKind::Region => code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit()),
        };
        fits.then(|| Self(format!("{}{code}", kind.prefix())))
    }

    /// The kind that the code tells.
    pub fn kind(&self) -> TenantKind {
        match self.0.split_once(':').map(|(word, _)| word) {
            Some("epci") => TenantKind::Epci,
            Some("dep") => TenantKind::Departement,
            Some("reg") => TenantKind::Region,
            _ => TenantKind::Commune,
        }
    }

    /// The bare code, without the kind: `242900660`.
    pub fn bare(&self) -> &str {
        self.0.split_once(':').map_or(self.0.as_str(), |(_, code)| code)
    }

    /// The path of its public page: `/c/59273/`.
    pub fn path(&self) -> String {
        format!("/{}/{}/", self.kind().letter(), self.bare())
    }

    /// The form for user names and folders, where `:` cannot stand: `epci-242900660`.
    pub fn dashed(&self) -> String {
        self.0.replace(':', "-")
    }

    /// The code as typed: `epci:242900660`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Two characters of a département (`59`, `2A`, `2B`), then `digits` digits.
fn is_department_start(code: &str, digits: usize) -> bool {
    let bytes = code.as_bytes();
    bytes.len() == 2 + digits
        && bytes.first().is_some_and(u8::is_ascii_digit)
        && bytes.get(1).is_some_and(|second| {
            second.is_ascii_digit() || (code.starts_with('2') && matches!(second, b'A' | b'B'))
        })
        && bytes.iter().skip(2).all(u8::is_ascii_digit)
}

impl TryFrom<String> for TenantId {
    type Error = BadTenantId;
    fn try_from(text: String) -> Result<Self, BadTenantId> {
        Self::parse(&text)
    }
}

impl From<TenantId> for String {
    fn from(id: TenantId) -> Self {
        id.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A local authority on this deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// Its code.
    pub id: TenantId,
    /// Its official name, as the register writes it.
    pub name: String,
    /// Code of its département (`59`); none for a région.
    pub department: Option<String>,
    /// Code of its région (`32`).
    pub region: Option<String>,
    /// Inhabitants; six communes have none in the register.
    pub population: Option<u32>,
    /// SIREN, 9 digits; a few communes have none.
    pub siren: Option<String>,
    /// Postcodes, sorted.
    pub postcodes: Vec<String>,
    /// The joint authority a commune is a member of.
    pub epci: Option<TenantId>,
    /// When it was added to this deployment.
    pub opened_at: Instant,
    /// When it was closed: hidden, nothing deleted.
    pub closed_at: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_forms_are_read() {
        for (text, kind, path) in [
            ("59273", TenantKind::Commune, "/c/59273/"),
            (" 2a004 ", TenantKind::Commune, "/c/2A004/"),
            ("97101", TenantKind::Commune, "/c/97101/"),
            ("EPCI:242900660", TenantKind::Epci, "/e/242900660/"),
            ("dep:44", TenantKind::Departement, "/d/44/"),
            ("dep:2A", TenantKind::Departement, "/d/2A/"),
            ("dep:971", TenantKind::Departement, "/d/971/"),
            ("reg:01", TenantKind::Region, "/r/01/"),
        ] {
            let id = TenantId::parse(text).unwrap();
            assert_eq!((id.kind(), id.path().as_str()), (kind, path), "{text}");
            assert_eq!(TenantId::parse(id.as_str()), Ok(id));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "5927", "592733", "3A004", "../..", "epci:12", "dep:4A", "x:1", "reg:１１"]
        {
            assert!(TenantId::parse(text).is_err(), "{text}");
        }
    }
}
