//! Text to records (RFC 4180, with any of three separators and any line end).
//!
//! Rules: rows are counted as a spreadsheet shows them, so that blank rows count though they are
//! left out, and a line end inside quotes does not.

use super::{ROWS_MAX, Reason, RowError};

/// The most cells that are kept of a row: no sheet that we read has so many headings.
const CELLS_MAX: usize = 500;

/// One row of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// As a spreadsheet counts, from 1.
    pub(super) number: usize,
    /// Trimmed.
    pub(super) cells: Vec<String>,
}

/// All records that are not blank, and what is wrong with the quotes.
pub(super) fn split(text: &str) -> (Vec<Record>, Vec<RowError>) {
    let mut reader = Reader::new(text);
    // One row more than is allowed is enough to refuse the file.
    while reader.records.len() <= ROWS_MAX + 1 && reader.record() {}
    (reader.records, reader.errors)
}

/// The separator that the heading line has most of; `;` when it has none.
fn separator(text: &str) -> char {
    let heading = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let mut best = (0, ';');
    for candidate in [';', ',', '\t'] {
        let mut quoted = false;
        let mut number = 0;
        for letter in heading.chars() {
            quoted ^= letter == '"';
            number += usize::from(!quoted && letter == candidate);
        }
        if number > best.0 {
            best = (number, candidate);
        }
    }
    best.1
}

struct Reader<'a> {
    separator: char,
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    number: usize,
    records: Vec<Record>,
    errors: Vec<RowError>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            separator: separator(text),
            rest: text.chars().peekable(),
            number: 0,
            records: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Reads one record; false at the end of the text.
    fn record(&mut self) -> bool {
        if self.rest.peek().is_none() {
            return false;
        }
        self.number += 1;
        let mut cells = Vec::new();
        loop {
            let cell = self.cell();
            // What stands beyond is kept as one last cell, so that the row is still refused.
            if cells.len() <= CELLS_MAX {
                cells.push(cell.trim().to_owned());
            } else if let Some(last) = cells.last_mut().filter(|last| last.is_empty()) {
                cell.trim().clone_into(last);
            }
            match self.rest.next() {
                Some(letter) if letter == self.separator => {}
                Some('\r') => {
                    self.rest.next_if_eq(&'\n');
                    break;
                }
                // `cell` stops only before a separator, a line end, or the end.
                _ => break,
            }
        }
        if cells.iter().any(|cell| !cell.is_empty()) {
            self.records.push(Record { number: self.number, cells });
        }
        true
    }

    /// Reads up to the separator or line end, which it leaves.
    fn cell(&mut self) -> String {
        let mut text = String::new();
        let separator = self.separator;
        while self.rest.next_if(|c| *c == ' ').is_some() {}
        if self.rest.next_if_eq(&'"').is_some() {
            self.quoted(&mut text);
        }
        let quoted_bytes = text.len();
        let was_quoted = quoted_bytes > 0;
        while let Some(letter) = self.rest.next_if(|c| *c != separator && !matches!(c, '\r' | '\n'))
        {
            text.push(letter);
        }
        if was_quoted && text.get(quoted_bytes..).is_some_and(|after| !after.trim().is_empty()) {
            self.error(Reason::TextAfterQuote);
        }
        text
    }

    /// The inside of quotes, up to and with the closing one.
    fn quoted(&mut self, text: &mut String) {
        loop {
            match self.rest.next() {
                Some('"') if self.rest.next_if_eq(&'"').is_some() => text.push('"'),
                Some('"') => return,
                // A line end within a cell is one character, however it was written.
                Some('\r') => {
                    self.rest.next_if_eq(&'\n');
                    text.push('\n');
                }
                Some(letter) => text.push(letter),
                None => {
                    self.error(Reason::OpenQuote);
                    return;
                }
            }
        }
    }

    fn error(&mut self, reason: Reason) {
        self.errors.push(RowError { row: self.number, column: None, reason });
    }
}

#[cfg(test)]
mod tests {
    use super::{Reason, split};

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        let (records, errors) = split(text);
        assert_eq!(errors, [], "{text:?}");
        records.into_iter().map(|record| (record.number, record.cells)).collect()
    }

    #[test]
    fn the_separator_is_guessed_and_line_ends_do_not_matter() {
        for text in ["a;b\n1;2\n", "a,b\r\n1,2", "a\tb\r1\t2\r", "\"a\";\"b\"\n\"1\";2\n\n"] {
            let expect = [(1, vec!["a".into(), "b".into()]), (2, vec!["1".into(), "2".into()])];
            assert_eq!(cells(text), expect, "{text:?}");
        }
        // A comma within quotes does not make the comma the separator.
        assert_eq!(cells("\"a,b,c\";d")[0].1, ["a,b,c", "d"]);
    }

    #[test]
    fn quotes_keep_separators_line_ends_and_quotes() {
        let rows = cells("h;i\n\"a;\r\nb\"\"c\" ; x\n\n;;\nlast;\"\"");
        assert_eq!(rows[1], (2, vec!["a;\nb\"c".into(), "x".into()]));
        assert_eq!(rows[2], (5, vec!["last".into(), String::new()]));
        assert_eq!(rows.len(), 3);
        assert_eq!(cells("a;12\" tube\n")[0].1, ["a", "12\" tube"]);
    }

    #[test]
    fn wrong_quotes_are_told_with_their_row() {
        let wrong = |text: &str| {
            let errors = split(text).1;
            errors.into_iter().map(|error| (error.row, error.reason)).collect::<Vec<_>>()
        };
        assert_eq!(wrong("a;b\n1;2\n3;\"4\n5;6\n"), [(3, Reason::OpenQuote)]);
        assert_eq!(wrong("a;b\n\"1\"x;2\n"), [(2, Reason::TextAfterQuote)]);
        assert_eq!(wrong("\""), [(1, Reason::OpenQuote)]);
    }
}
