//! Spreadsheets that people hand in, read strictly and told about kindly.
//!
//! Rules: UTF-8 (with or without its mark), UTF-16 with its mark, or else Windows-1252, which
//! contains Latin-1; the separator is the one of `;` `,` tab that the heading line has most of;
//! headings match whatever their case and accents. Everything wrong is collected, each with the
//! row a spreadsheet shows and the reason; as long as there is one, nothing is returned, so that
//! nothing can be half-imported. Cells are trimmed; an empty cell means that the file says nothing.
//! What the rows are about is their reader's business: the register's tables, the packs.

mod decode;
mod records;

use std::{borrow::Cow, fmt};

use crate::fold::fold;

/// The largest file that is read.
pub const FILE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// The most rows that are read, the heading left out.
pub const ROWS_MAX: usize = 100_000;
/// The longest cell.
pub const CELL_CHARS_MAX: usize = 2_000;
/// How many errors a message shows; the others are counted.
const SHOWN_MAX: usize = 20;

/// A column that the caller knows.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// How the caller asks for it.
    pub key: &'static str,
    /// Headings it may have, in French and English.
    pub names: &'static [&'static str],
    /// Whether the file must have it. Whether a cell may be empty is the caller's business.
    pub required: bool,
}

/// What is wrong with a row, or with the whole file (row 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The row as a spreadsheet counts: the heading is row 1. 0: the file as a whole.
    pub row: usize,
    /// The heading of the column, where one is concerned.
    pub column: Option<String>,
    /// What is wrong.
    pub reason: Reason,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.row, &self.column) {
            (0, None) => write!(f, "{}", self.reason),
            (0, Some(column)) => write!(f, "column '{column}': {}", self.reason),
            (row, None) => write!(f, "row {row}: {}", self.reason),
            (row, Some(column)) => write!(f, "row {row}, column '{column}': {}", self.reason),
        }
    }
}

/// Why a row or a file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// More than [`FILE_BYTES_MAX`].
    #[error("the file has {bytes} bytes, at most {FILE_BYTES_MAX} are read: split it")]
    FileTooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A workbook, a picture, anything that is no text.
    #[error("this is no text file; in a spreadsheet program, save the sheet as 'CSV'")]
    NotText,
    /// UTF-8 here, Windows-1252 there: reading on would spoil names.
    #[error("the file mixes two encodings; save it again as 'CSV UTF-8'")]
    MixedEncodings,
    /// Nothing, or nothing but blank lines.
    #[error("the file is empty; its first row must hold the headings")]
    Empty,
    /// A heading and no row.
    #[error("the file has headings and no row")]
    NoRow,
    /// More rows than are read.
    #[error("the file has more than {max} rows: split it")]
    TooManyRows {
        /// As many are.
        max: usize,
    },
    /// A required heading is not there.
    #[error("no such heading; it may be written: {}", names.join(", "))]
    MissingColumn {
        /// What it may be written like.
        names: &'static [&'static str],
    },
    /// Two headings mean the same column.
    #[error("this column is there twice; keep one")]
    DuplicateColumn,
    /// More cells than headings.
    #[error(
        "{found} cells for {expected} headings; put text that holds the separator in \"quotes\""
    )]
    TooManyCells {
        /// In this row.
        found: usize,
        /// In the heading.
        expected: usize,
    },
    /// A quote that no other closes.
    #[error("a quote (\") opens here and is never closed")]
    OpenQuote,
    /// `"a"b`.
    #[error("text follows a closing quote (\"); double the quotes inside a cell")]
    TextAfterQuote,
    /// Longer than is read.
    #[error("the cell is longer than {max} characters")]
    CellTooLong {
        /// As long it may be.
        max: usize,
    },
    /// A control character, most often from a damaged file.
    #[error("the cell holds a character that is no text")]
    ControlCharacter,
    /// A required cell is empty.
    #[error("the cell is empty")]
    EmptyCell,
    /// The same thing stands in an earlier row.
    #[error("'{text}' stands in row {first_row} already")]
    Duplicate {
        /// What is there twice.
        text: String,
        /// Where it was first.
        first_row: usize,
    },
    /// A spreadsheet program took a code for a number.
    #[error("'{text}' lost its first zero: write '0{text}', and format the column as text")]
    LostZero {
        /// The cell.
        text: String,
    },
    /// No authority has this code.
    #[error("no commune, EPCI, département or région has the code '{text}'{}", meant(near))]
    UnknownTenant {
        /// The cell, cut to 80 characters.
        text: String,
        /// What may have been meant.
        near: Vec<String>,
    },
    /// Several authorities have this name.
    #[error("several bear the name '{text}': write the code of one of {}", choices.join("; "))]
    AmbiguousTenant {
        /// The cell, cut to 80 characters.
        text: String,
        /// Those who bear it.
        choices: Vec<String>,
    },
    /// No public service has this code or name.
    #[error("'{text}' is no public service of this town")]
    UnknownService {
        /// The cell, cut to 80 characters.
        text: String,
    },
    /// Nobody on the list has this name.
    #[error(
        "nobody is called '{text}', in this file or on the list: write the name as it stands there"
    )]
    UnknownPerson {
        /// The cell, cut to 80 characters.
        text: String,
    },
    /// Several people have this name.
    #[error("several people are called '{text}': tell their names apart first")]
    AmbiguousPerson {
        /// The cell, cut to 80 characters.
        text: String,
    },
    /// People would call each other in a circle.
    #[error("these would call each other in a circle: {}", names.join(" → "))]
    CallCircle {
        /// The names along it.
        names: Vec<String>,
    },
    /// A cell that should hold a whole number.
    #[error("'{text}' is no whole number")]
    NotANumber {
        /// The cell, cut to 80 characters.
        text: String,
    },
    /// More telephone numbers than are kept.
    #[error("the cell holds more than {max} telephone numbers")]
    TooManyPhones {
        /// As many are.
        max: usize,
    },
    /// Not a day of the calendar.
    #[error("'{text}' is no date: write 24/12/2026 or 2026-12-24")]
    BadDate {
        /// The cell, cut to 80 characters.
        text: String,
    },
    /// Not a telephone number.
    #[error("'{text}' is no telephone number: write 03 28 51 34 34, +33 3 28 51 34 34 or 3939")]
    BadPhone {
        /// The cell, cut to 80 characters.
        text: String,
    },
}

fn meant(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join("; ")) }
}

/// Everything wrong with a file. Nothing of it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowErrors(Vec<RowError>);

impl RowErrors {
    /// Each error, in the order of the rows; at least one.
    pub fn list(&self) -> &[RowError] {
        &self.0
    }

    /// What is wrong with the file as a whole.
    pub fn whole(reason: Reason) -> Self {
        Self(vec![RowError { row: 0, column: None, reason }])
    }

    /// The rows when nothing is wrong, else what is.
    ///
    /// # Errors
    /// What is wrong, in the order of the rows.
    pub fn unless_any<T>(rows: T, mut errors: Vec<RowError>) -> Result<T, Self> {
        errors.sort_by_key(|error| error.row);
        if errors.is_empty() { Ok(rows) } else { Err(Self(errors)) }
    }
}

impl fmt::Display for RowErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.0.len();
        let plural = if number == 1 { "" } else { "s" };
        write!(f, "reading the CSV file: {number} error{plural}, nothing was imported")?;
        for error in self.0.iter().take(SHOWN_MAX) {
            write!(f, "\n  {error}")?;
        }
        if number > SHOWN_MAX {
            write!(f, "\n  and {} more", number - SHOWN_MAX)?;
        }
        Ok(())
    }
}

impl std::error::Error for RowErrors {}

/// A row of a [`Sheet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// As a spreadsheet counts: the heading is row 1.
    pub number: usize,
    cells: Vec<(&'static str, String)>,
}

impl Row {
    /// The trimmed cell of a column; empty when the cell is, or when the file has no such column.
    pub fn get(&self, key: &str) -> &str {
        self.cells.iter().find(|(own, _)| *own == key).map_or("", |(_, text)| text.as_str())
    }

    /// An error about a column of this row.
    pub fn error(&self, column: &str, reason: Reason) -> RowError {
        RowError { row: self.number, column: Some(column.to_owned()), reason }
    }
}

/// A file that was read without any error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Its rows, blank ones left out; at least one.
    pub rows: Vec<Row>,
    /// Headings that no column claims: the person is told that they were not used.
    pub unused: Vec<String>,
}

/// The text of a file, whatever its encoding.
///
/// # Errors
/// [`RowErrors`]: it is no text.
pub fn text_of(bytes: &[u8]) -> Result<Cow<'_, str>, RowErrors> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(RowErrors::whole(Reason::FileTooLarge { bytes: bytes.len() }));
    }
    decode::decode(bytes).map_err(RowErrors::whole)
}

/// A file whose cells are read, before anybody has said which column is which.
#[derive(Debug)]
pub struct Table {
    heading: records::Record,
    records: Vec<records::Record>,
    errors: Vec<RowError>,
}

impl Table {
    /// Reads the cells.
    ///
    /// # Errors
    /// [`RowErrors`]: it is no table at all.
    pub fn read(bytes: &[u8]) -> Result<Self, RowErrors> {
        let text = text_of(bytes)?;
        let (records, errors) = records::split(&text);
        let mut records = records.into_iter();
        let Some(heading) = records.next() else {
            return Err(RowErrors::whole(Reason::Empty));
        };
        if records.len() > ROWS_MAX {
            return Err(RowErrors::whole(Reason::TooManyRows { max: ROWS_MAX }));
        }
        Ok(Self { heading, records: records.collect(), errors })
    }

    /// Its headings, as they are written.
    pub fn headings(&self) -> &[String] {
        &self.heading.cells
    }

    /// How many rows it has below them.
    pub const fn rows(&self) -> usize {
        self.records.len()
    }

    /// Its rows, once each heading is known to be a column of the caller's, or none.
    ///
    /// # Errors
    /// [`RowErrors`]: everything that is wrong with the file.
    pub fn sheet(mut self, places: &[Option<&'static str>]) -> Result<Sheet, RowErrors> {
        let mut rows = Vec::with_capacity(self.records.len());
        for record in std::mem::take(&mut self.records) {
            rows.push(row(record, &self.heading, places, &mut self.errors));
        }
        if rows.is_empty() && self.errors.is_empty() {
            return Err(RowErrors::whole(Reason::NoRow));
        }
        let unused = self
            .heading
            .cells
            .iter()
            .zip(places)
            .filter(|(name, place)| place.is_none() && !name.is_empty())
            .map(|(name, _)| short(name))
            .collect();
        RowErrors::unless_any(Sheet { rows, unused }, self.errors)
    }
}

/// Reads a file that has these columns, in any order, others beside them.
///
/// # Errors
/// [`RowErrors`]: everything that is wrong with the file.
pub fn read(bytes: &[u8], columns: &[Column]) -> Result<Sheet, RowErrors> {
    let mut table = Table::read(bytes)?;
    let places = places(&table.heading, columns, &mut table.errors);
    table.sheet(&places)
}

/// Which column each heading is.
fn places(
    heading: &records::Record,
    columns: &[Column],
    errors: &mut Vec<RowError>,
) -> Vec<Option<&'static str>> {
    let mut places: Vec<Option<&'static str>> = Vec::with_capacity(heading.cells.len());
    for name in &heading.cells {
        let key = fold(name);
        let found = columns
            .iter()
            .find(|column| column.names.iter().any(|own| fold(own) == key))
            .map(|column| column.key);
        if found.is_some() && places.contains(&found) {
            let (row, column) = (heading.number, Some(short(name)));
            errors.push(RowError { row, column, reason: Reason::DuplicateColumn });
        }
        places.push(found);
    }
    for column in columns.iter().filter(|c| c.required && !places.contains(&Some(c.key))) {
        errors.push(RowError {
            row: heading.number,
            column: column.names.first().map(|name| (*name).to_owned()),
            reason: Reason::MissingColumn { names: column.names },
        });
    }
    places
}

fn row(
    record: records::Record,
    heading: &records::Record,
    places: &[Option<&'static str>],
    errors: &mut Vec<RowError>,
) -> Row {
    let number = record.number;
    // Spreadsheet programs leave empty cells out at the end of a row, or add some.
    let used = record.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    if used > places.len() {
        let reason = Reason::TooManyCells { found: used, expected: places.len() };
        errors.push(RowError { row: number, column: None, reason });
    }
    let mut cells = Vec::new();
    for ((text, key), name) in record.cells.into_iter().zip(places).zip(&heading.cells) {
        let Some(key) = key else { continue };
        let wrong = if text.chars().nth(CELL_CHARS_MAX).is_some() {
            Some(Reason::CellTooLong { max: CELL_CHARS_MAX })
        } else if text.chars().any(|c| c.is_control() && c != '\n') {
            Some(Reason::ControlCharacter)
        } else {
            None
        };
        match wrong {
            Some(reason) => {
                errors.push(RowError { row: number, column: Some(short(name)), reason });
            }
            None => cells.push((*key, text)),
        }
    }
    Row { number, cells }
}

/// Text from the file, short enough for a message.
pub fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests;
