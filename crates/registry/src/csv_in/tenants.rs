//! The list of towns of `tenant add --csv FILE`.
//!
//! Rules: one column, `code` or `insee`, that holds what `tenant add` takes: a code, or a name
//! that one authority alone bears. The same town twice is the same as once.

use std::collections::BTreeSet;

use crate::france::{self, Entry, Found};

use super::{Column, Reason, Row, RowError, RowErrors, short};

const COLUMNS: &[Column] = &[Column {
    key: "code",
    names: &["code", "insee", "code insee", "code_insee", "insee code", "code commune", "codgeo"],
    required: true,
}];

/// One authority of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantRow {
    /// Where it stood.
    pub row: usize,
    /// What the register knows of it.
    pub entry: Entry,
}

/// Reads the list; each authority once, in the order of the file.
///
/// # Errors
/// [`RowErrors`]: everything that is wrong with the file.
pub fn read(bytes: &[u8]) -> Result<Vec<TenantRow>, RowErrors> {
    let sheet = super::read(bytes, COLUMNS)?;
    let (mut rows, mut errors, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for row in &sheet.rows {
        match resolve(row) {
            Ok(entry) if seen.insert(entry.id.clone()) => {
                rows.push(TenantRow { row: row.number, entry });
            }
            Ok(_) => {}
            Err(error) => errors.push(error),
        }
    }
    RowErrors::unless_any(rows, errors)
}

fn resolve(row: &Row) -> Result<Entry, RowError> {
    let text = row.get("code");
    let listed = |entries: Vec<Entry>| entries.iter().map(Entry::to_string).collect();
    let reason = match france::find(text) {
        Found::One(entry) => return Ok(entry),
        _ if text.is_empty() => Reason::EmptyCell,
        Found::Many(many) => Reason::AmbiguousTenant { text: short(text), choices: listed(many) },
        Found::None { .. } if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) => {
            Reason::LostZero { text: text.to_owned() }
        }
        Found::None { near } => Reason::UnknownTenant { text: short(text), near: listed(near) },
    };
    Err(row.error("code", reason))
}
