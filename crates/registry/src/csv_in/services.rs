//! Hours, place and phone of a town's public services: `tenant services import FILE.csv`.
//!
//! Rules: one row a service, named by its code or by its French or English name. An empty cell
//! says nothing and changes nothing. The same service in two rows is refused, since nobody can
//! know which row is right. Numbers of telephones are checked for their form only.

use std::collections::BTreeMap;

use beffroi_town::ServiceId;

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
        text => phone(text).map(Some),
    }
}

/// A telephone number as it should be shown: a French one in pairs (`03 28 51 34 34`), a short
/// number bare (`112`, `3939`), a foreign one as `+` and digits.
///
/// # Errors
/// [`Reason::BadPhone`], or [`Reason::LostZero`] when a spreadsheet took it for a number.
pub fn phone(text: &str) -> Result<String, Reason> {
    let bad = || Reason::BadPhone { text: short(text) };
    let tidy = text.trim().replace("(0)", "");
    let (international, body) = match tidy.strip_prefix('+') {
        Some(body) => (true, body.to_owned()),
        None => match tidy.strip_prefix("00") {
            Some(body) => (true, body.to_owned()),
            None => (false, tidy),
        },
    };
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '.' | '-' | '/' | '\u{2011}');
    let digits: String = body.chars().filter(|c| !is_gap(*c)).collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad());
    }
    if !international {
        return national(&digits).ok_or_else(|| {
            let lost = digits.len() == 9 && !digits.starts_with('0') && digits == text.trim();
            if lost { Reason::LostZero { text: digits.clone() } } else { bad() }
        });
    }
    match digits.strip_prefix("33") {
        Some(rest) => national(&format!("0{rest}")).ok_or_else(bad),
        // ITU-T E.164: a country code that does not begin with 0, at most 15 digits in all.
        None if (7..=15).contains(&digits.len()) && !digits.starts_with('0') => {
            Ok(format!("+{digits}"))
        }
        None => Err(bad()),
    }
}

/// A number of the French plan: ten digits, or a short number (15, 112, 3939, 118 712).
fn national(digits: &str) -> Option<String> {
    let first_two = digits.get(..2)?;
    match digits.len() {
        10 if digits.starts_with('0') && first_two != "00" => {
            let pairs: Vec<&str> = digits
                .as_bytes()
                .chunks(2)
                .filter_map(|pair| std::str::from_utf8(pair).ok())
                .collect();
            Some(pairs.join(" "))
        }
        2 | 3 if digits.starts_with('1') => Some(digits.to_owned()),
        4 if digits.starts_with('3') || digits.starts_with("10") => Some(digits.to_owned()),
        6 if digits.starts_with("118") || digits.starts_with("116") => Some(digits.to_owned()),
        _ => None,
    }
}
