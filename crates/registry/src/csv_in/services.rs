//! Hours, place and phone of a town's public services: `tenant services import FILE.csv`.
//!
//! Rules: one row a service, named by its code or by its French or English name. An empty cell
//! says nothing and changes nothing. The same service in two rows is refused, since nobody can
//! know which row is right. Numbers of telephones are checked for their form only.

use std::collections::BTreeMap;

use beffroi_town::{ServiceId, phone};

use super::{Column, Reason, Row, RowErrors, short};

const COLUMNS: &[Column] = &[
    Column {
        key: "service",
        names: &["service", "service public", "public service", "code"],
        required: true,
    },
    Column {
        key: "place",
        names: &["lieu", "place", "adresse", "address", "où", "where"],
        required: false,
    },
    Column {
        key: "hours",
        names: &["horaires", "hours", "heures", "horaire", "opening hours", "quand", "when"],
        required: false,
    },
    Column {
        key: "phone",
        names: &["téléphone", "phone", "tel", "tél.", "telephone", "numéro"],
        required: false,
    },
];

/// What the file says of one public service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRow {
    /// Where it stood.
    pub row: usize,
    /// Which service.
    pub service: ServiceId,
    /// Where it is; none when the file does not say.
    pub place: Option<String>,
    /// When it is open, in the town's words; none when the file does not say.
    pub hours: Option<String>,
    /// Its telephone as it should be shown (`03 28 51 34 34`); none when the file does not say.
    pub phone: Option<String>,
}

/// Reads the file. `resolve` finds a service of the town by what the cell says: its code, or its
/// name in either language.
///
/// # Errors
/// [`RowErrors`]: everything that is wrong with the file.
pub fn read(
    bytes: &[u8],
    resolve: impl Fn(&str) -> Option<ServiceId>,
) -> Result<Vec<ServiceRow>, RowErrors> {
    let sheet = super::read(bytes, COLUMNS)?;
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    let mut first_rows = BTreeMap::<ServiceId, usize>::new();
    for row in &sheet.rows {
        let number = phone_cell(row).inspect_err(|reason| {
            errors.push(row.error("phone", reason.clone()));
        });
        let service = match service_cell(row, &resolve) {
            Ok(service) => service,
            Err(reason) => {
                errors.push(row.error("service", reason));
                continue;
            }
        };
        if let Some(&first_row) = first_rows.get(&service) {
            let reason = Reason::Duplicate { text: service.to_string(), first_row };
            errors.push(row.error("service", reason));
            continue;
        }
        first_rows.insert(service.clone(), row.number);
        let said = |key| Some(row.get(key).to_owned()).filter(|text| !text.is_empty());
        if let Ok(phone) = number {
            let (place, hours) = (said("place"), said("hours"));
            rows.push(ServiceRow { row: row.number, service, place, hours, phone });
        }
    }
    RowErrors::unless_any(rows, errors)
}

fn service_cell(
    row: &Row,
    resolve: &impl Fn(&str) -> Option<ServiceId>,
) -> Result<ServiceId, Reason> {
    match row.get("service") {
        "" => Err(Reason::EmptyCell),
        text => resolve(text).ok_or_else(|| Reason::UnknownService { text: short(text) }),
    }
}

fn phone_cell(row: &Row) -> Result<Option<String>, Reason> {
    match row.get("phone") {
        "" => Ok(None),
        text => number(text).map(Some),
    }
}

/// A telephone number as it should be shown: a French one in pairs (`03 28 51 34 34`), a short
/// number bare (`112`, `3939`), a foreign one as `+` and digits.
///
/// # Errors
/// [`Reason::BadPhone`], or [`Reason::LostZero`] when a spreadsheet took it for a number.
pub fn number(text: &str) -> Result<String, Reason> {
    phone::tidy(text).ok_or_else(|| {
        let digits = text.trim();
        let lost = digits.len() == 9
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if lost {
            Reason::LostZero { text: digits.to_owned() }
        } else {
            Reason::BadPhone { text: short(text) }
        }
    })
}
