//! What can go wrong in the register.

use beffroi_town::{TenantId, catalogue::CatalogueError};

use crate::{csv_in::RowErrors, france::Entry};

/// What can go wrong in the register.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// No local authority of that code or name.
    #[error("no local authority is called '{asked}'; {}", suggestions(.near))]
    Unknown {
        /// What was asked for.
        asked: String,
        /// What is written nearly like it.
        near: Vec<Entry>,
    },
    /// Several local authorities bear that name.
    #[error("{} local authorities are called '{asked}'; write the code of the one you mean:\n{}", .found.len(), listed(.found))]
    Ambiguous {
        /// What was asked for.
        asked: String,
        /// All that bear it.
        found: Vec<Entry>,
    },
    /// The tenant is not on this platform.
    #[error("{0} is not on this platform; add it with: beffroi tenant add {0}")]
    NotHere(TenantId),
    /// A table was handed in with rows that cannot be used; nothing of it was.
    #[error(transparent)]
    Rows(#[from] RowErrors),
    /// The catalogue is damaged.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
}

fn listed(entries: &[Entry]) -> String {
    entries.iter().map(|entry| format!("  {entry}")).collect::<Vec<_>>().join("\n")
}

fn suggestions(near: &[Entry]) -> String {
    if near.is_empty() {
        "write an INSEE code (59273), epci:242900660, dep:44, reg:01, or an official name"
            .to_owned()
    } else {
        format!("did you mean one of these? Write its code:\n{}", listed(near))
    }
}
