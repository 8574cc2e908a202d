//! A table of the town's own software, read as a list: which heading is which field, and what is
//! wrong with which row.
//!
//! Rules: headings are known whatever their case and accents, or by what a person chose the last
//! time; a field about health is read only where the list stays; everything wrong is told with its
//! row, and then there is no list at all; a text that begins like a formula is a text.

use std::collections::BTreeMap;

use beffroi_town::{
    PackKind,
    agenda::Day,
    pack::{Field, Shape},
    phone,
};
use beffroi_words::{
    csv_in::{Reason, Row, RowError, RowErrors, Table, short},
    fold::fold,
};
use serde::{Deserialize, Serialize};

use super::Entry;

/// Most rows of a list.
pub const ROWS_MAX: usize = 5_000;
/// The longest text of a field: more would not stand on a page.
pub const TEXT_CHARS_MAX: usize = 400;

/// Where a list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the town's own machine, to be printed there: everything is read.
    Here,
    /// On the platform: what tells of health is left out.
    Platform,
}

/// Which heading of a file is which field, by the field's code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping(pub BTreeMap<String, String>);

/// A list as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Its rows, in the order of the paper.
    pub entries: Vec<Entry>,
    /// Headings that no field is read from.
    pub unused: Vec<String>,
}

/// The fields of a list that are read there.
pub fn fields(kind: PackKind, place: Place) -> impl Iterator<Item = &'static Field> {
    kind.layout().fields.iter().filter(move |field| !field.health || place == Place::Here)
}

/// The headings of a table that can be chosen, each once, as messages show them.
pub fn headings(table: &Table) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for name in table.headings().iter().map(|name| short(name)).filter(|name| !name.is_empty()) {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    known
}

/// What the headings seem to say: what was chosen the last time, else what they are called.
pub fn proposed(
    table: &Table,
    (kind, place): (PackKind, Place),
    saved: Option<&Mapping>,
) -> Mapping {
    let mut free = headings(table);
    let mut mapping = BTreeMap::new();
    for field in fields(kind, place) {
        let before = saved.and_then(|saved| saved.0.get(field.code));
        if let Some(name) = before.and_then(|name| taken(&mut free, &[name])) {
            mapping.insert(field.code.to_owned(), name);
        }
    }
    for field in fields(kind, place) {
        if !mapping.contains_key(field.code)
            && let Some(name) = taken(&mut free, field.names)
        {
            mapping.insert(field.code.to_owned(), name);
        }
    }
    Mapping(mapping)
}

/// Takes the first heading that reads like one of these.
fn taken(free: &mut Vec<String>, wanted: &[&str]) -> Option<String> {
    let is_wanted = |name: &String| wanted.iter().any(|one| fold(one) == fold(name));
    free.iter().position(is_wanted).map(|at| free.remove(at))
}

/// Reads the rows of a table.
///
/// # Errors
/// [`RowErrors`]: everything that is wrong with it.
pub fn read(
    table: Table,
    (kind, place): (PackKind, Place),
    mapping: &Mapping,
) -> Result<List, RowErrors> {
    if table.rows() > ROWS_MAX {
        return Err(RowErrors::whole(Reason::TooManyRows { max: ROWS_MAX }));
    }
    let places = places(&table, (kind, place), mapping)?;
    let sheet = table.sheet(&places)?;
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for row in &sheet.rows {
        entries.push(entry(row, (kind, place), mapping, &mut errors));
    }
    let mut entries = RowErrors::unless_any(entries, errors)?;
    sort(kind, &mut entries);
    Ok(List { entries, unused: sheet.unused })
}

/// Which field each heading is.
fn places(
    table: &Table,
    (kind, place): (PackKind, Place),
    mapping: &Mapping,
) -> Result<Vec<Option<&'static str>>, RowErrors> {
    let mut places: Vec<Option<&'static str>> = vec![None; table.headings().len()];
    let mut errors = Vec::new();
    let wrong = |field: &Field, reason| {
        let column = field.names.first().map(|name| (*name).to_owned());
        RowError { row: 1, column, reason }
    };
    for field in fields(kind, place) {
        let chosen = mapping.0.get(field.code);
        let at = chosen.and_then(|name| {
            table.headings().iter().position(|heading| fold(&short(heading)) == fold(name))
        });
        match at.and_then(|at| places.get_mut(at)) {
            Some(free) if free.is_none() => *free = Some(field.code),
            Some(_) => errors.push(wrong(field, Reason::DuplicateColumn)),
            None if field.needed || chosen.is_some() => {
                errors.push(wrong(field, Reason::MissingColumn { names: field.names }));
            }
            None => {}
        }
    }
    RowErrors::unless_any(places, errors)
}

fn entry(
    row: &Row,
    (kind, place): (PackKind, Place),
    mapping: &Mapping,
    errors: &mut Vec<RowError>,
) -> Entry {
    let mut entry = Entry::new();
    for field in fields(kind, place) {
        match text(field, row.get(field.code)) {
            Ok(text) if text.is_empty() => {}
            Ok(text) => {
                entry.insert(field.code.to_owned(), text);
            }
            Err(reason) => {
                let column = mapping.0.get(field.code).map_or(field.code, String::as_str);
                errors.push(row.error(column, reason));
            }
        }
    }
    entry
}

/// What a cell says.
fn text(field: &Field, cell: &str) -> Result<String, Reason> {
    let lines = cell.lines().map(tidy).filter(|line| !line.is_empty());
    let text = lines.collect::<Vec<_>>().join(", ");
    if text.is_empty() {
        return if field.needed { Err(Reason::EmptyCell) } else { Ok(text) };
    }
    if text.chars().nth(TEXT_CHARS_MAX).is_some() {
        return Err(Reason::CellTooLong { max: TEXT_CHARS_MAX });
    }
    match field.shape {
        Shape::Text => Ok(text),
        Shape::Date => match day(&text) {
            Some(day) => Ok(day.to_string()),
            None => Err(Reason::BadDate { text: short(&text) }),
        },
        Shape::Phones => numbers(text),
    }
}

/// A line without what nobody sees and without what turns the reading direction around.
fn tidy(line: &str) -> String {
    let seen = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let line: String = line.chars().filter(seen).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Telephone numbers, as they are shown; words beside a number stay: `06 12 34 56 78 (mère)`.
fn numbers(text: String) -> Result<String, Reason> {
    if let Some(one) = phone::tidy(&text) {
        return Ok(one);
    }
    if !phone::numbers(&text).is_empty() {
        return Ok(text);
    }
    let digits = text.replace([' ', '.'], "");
    let lost = digits.len() == 9 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let text = short(&text);
    Err(if lost { Reason::LostZero { text } } else { Reason::BadPhone { text } })
}

/// A day as people and programs write it: `24/12/2026`, `24.12.26`, `2026-12-24`, an hour after it.
fn day(text: &str) -> Option<Day> {
    let date = text.split([' ', 'T']).next()?;
    if let Ok(day) = Day::parse(date) {
        return Some(day);
    }
    let mut parts = date.split(['/', '-', '.']);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let number = |text: &str, most: usize| {
        let digits = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<u16>().ok()).flatten()
    };
    let year = match year.len() {
        2 => 2_000 + number(year, 2)?,
        4 => number(year, 4)?,
        _ => return None,
    };
    let small = |text| number(text, 2).and_then(|number| u8::try_from(number).ok());
    Day::new(i32::from(year), small(month)?, small(day)?)
}

/// Puts rows in the order of the paper: by group, those of none last, then as the list says.
fn sort(kind: PackKind, entries: &mut [Entry]) {
    let layout = kind.layout();
    let key =
        |entry: &Entry, code: &str| entry.get(code).map(|text| fold(text)).unwrap_or_default();
    entries.sort_by_cached_key(|entry| {
        let group = layout.group.map(|code| key(entry, code)).unwrap_or_default();
        let order: Vec<String> = layout.order.iter().map(|code| key(entry, code)).collect();
        (group.is_empty(), group, order)
    });
}

#[cfg(test)]
mod tests;
