//! The staff roster: `staff roster import FILE.csv`, or a table pasted into the console.
//!
//! Rules: one row a person; only the name must be there. Telephone numbers stand in one cell,
//! apart by `;`, `/`, a comma or a line end, and are checked for their form. Who calls whom is
//! written as a name: of this file, or of somebody who is on the list already. The same name with
//! the same function and service in two rows is refused.

use std::collections::BTreeMap;

use beffroi_store::roster::PHONES_MAX;
use beffroi_words::fold::fold;

use super::{Column, Reason, Row, RowErrors, services::number, short};

const COLUMNS: &[Column] = &[
    Column { key: "name", names: &["nom", "name", "nom et prénom", "agent"], required: true },
    Column { key: "function", names: &["fonction", "function", "poste", "job"], required: false },
    Column { key: "service", names: &["service", "department", "direction"], required: false },
    Column {
        key: "phone",
        names: &["téléphone", "phone", "tel", "tél.", "telephone", "téléphones", "mobile"],
        required: false,
    },
    Column { key: "caller", names: &["appelé par", "called by", "appelant"], required: false },
    Column { key: "rank", names: &["ordre", "order", "rang"], required: false },
];

/// What the file says of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterRow {
    /// Where it stood.
    pub row: usize,
    /// The name.
    pub name: String,
    /// What this person does.
    pub function: String,
    /// The service.
    pub service: String,
    /// Telephone numbers as they should be shown, the best first.
    pub phones: Vec<String>,
    /// The name of whoever calls this person.
    pub caller: Option<String>,
    /// Place in the list; none when the file does not say.
    pub rank: Option<u32>,
}

/// A name as it is compared.
pub(crate) fn name_key(name: &str) -> String {
    fold(name)
}

/// Reads the file.
///
/// # Errors
/// [`RowErrors`]: everything that is wrong with the file.
pub fn read(bytes: &[u8]) -> Result<Vec<RosterRow>, RowErrors> {
    let sheet = super::read(bytes, COLUMNS)?;
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    let mut first_rows = BTreeMap::<[String; 3], usize>::new();
    for row in &sheet.rows {
        let phones = numbers(row.get("phone")).unwrap_or_else(|reasons| {
            errors.extend(reasons.into_iter().map(|reason| row.error("téléphone", reason)));
            Vec::new()
        });
        let rank = rank(row).unwrap_or_else(|reason| {
            errors.push(row.error("ordre", reason));
            None
        });
        let (name, function, service) = (row.get("name"), row.get("function"), row.get("service"));
        if name.is_empty() {
            errors.push(row.error("nom", Reason::EmptyCell));
            continue;
        }
        let key = [name, function, service].map(fold);
        if let Some(&first_row) = first_rows.get(&key) {
            let reason = Reason::Duplicate { text: short(name), first_row };
            errors.push(row.error("nom", reason));
            continue;
        }
        first_rows.insert(key, row.number);
        let caller = Some(row.get("caller").to_owned()).filter(|text| !text.is_empty());
        rows.push(RosterRow {
            row: row.number,
            name: one_line(name),
            function: one_line(function),
            service: one_line(service),
            phones,
            caller,
            rank,
        });
    }
    RowErrors::unless_any(rows, errors)
}

/// A spreadsheet's cell may hold line ends; a name does not.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn rank(row: &Row) -> Result<Option<u32>, Reason> {
    match row.get("rank") {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Reason::NotANumber { text: short(text) }),
    }
}

/// Telephone numbers that stand in one text, apart by `;`, `/`, a comma or a line end.
///
/// # Errors
/// A reason for each that is no number, and for more than are kept.
pub fn numbers(text: &str) -> Result<Vec<String>, Vec<Reason>> {
    // `03/28/51/34/34` is one number.
    if let Ok(one) = number(text) {
        return Ok(vec![one]);
    }
    let pieces = text.split([';', ',', '/', '\n', '|']).map(str::trim);
    let read: Vec<Result<String, Reason>> =
        pieces.filter(|one| !one.is_empty()).map(number).collect();
    let wrong: Vec<Reason> = read.iter().filter_map(|one| one.clone().err()).collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    if read.len() > PHONES_MAX {
        return Err(vec![Reason::TooManyPhones { max: PHONES_MAX }]);
    }
    Ok(read.into_iter().flatten().collect())
}
