//! What is wrong with a table that somebody pasted, in words.

use beffroi_words::{
    Value, Words,
    csv_in::{Reason, RowError},
};

/// One error: where it stands and what to do.
pub(super) fn told(words: &Words, error: &RowError) -> String {
    let why = reason(words, &error.reason);
    let row = error.row.to_string();
    let mut values = vec![("why", Value::from(why))];
    match (error.row, &error.column) {
        (0, None) => reason(words, &error.reason),
        (0, Some(column)) => {
            values.push(("column", column.as_str().into()));
            words.say_with("csv-column", &values)
        }
        (_, None) => {
            values.push(("row", row.into()));
            words.say_with("csv-row", &values)
        }
        (_, Some(column)) => {
            values.push(("row", row.into()));
            values.push(("column", column.as_str().into()));
            words.say_with("csv-row-column", &values)
        }
    }
}

fn reason(words: &Words, reason: &Reason) -> String {
    let with = |key: &str, text: &str| words.say_with(key, &[("text", text.into())]);
    match reason {
        Reason::FileTooLarge { .. } | Reason::TooManyRows { .. } => words.say("csv-too-large"),
        Reason::NotText | Reason::MixedEncodings | Reason::ControlCharacter => {
            words.say("csv-not-text")
        }
        Reason::Empty | Reason::NoRow => words.say("csv-empty"),
        Reason::MissingColumn { names } => with("csv-missing-column", &names.join(", ")),
        Reason::DuplicateColumn => words.say("csv-duplicate-column"),
        Reason::TooManyCells { .. } => words.say("csv-too-many-cells"),
        Reason::OpenQuote | Reason::TextAfterQuote => words.say("csv-quote"),
        Reason::CellTooLong { .. } => words.say("csv-cell-too-long"),
        Reason::EmptyCell => words.say("csv-empty-cell"),
        Reason::Duplicate { text, first_row } => words.say_with(
            "csv-duplicate",
            &[("text", text.as_str().into()), ("row", first_row.to_string().into())],
        ),
        Reason::LostZero { text } | Reason::BadPhone { text } => with("csv-bad-phone", text),
        Reason::BadDate { text } => with("csv-bad-date", text),
        Reason::NotANumber { text } => with("csv-not-a-number", text),
        Reason::UnknownTenant { text, .. }
        | Reason::AmbiguousTenant { text, .. }
        | Reason::UnknownService { text }
        | Reason::UnknownPerson { text } => with("csv-unknown", text),
        Reason::AmbiguousPerson { text } => with("csv-ambiguous", text),
        Reason::CallCircle { names } => {
            words.say_with("csv-circle", &[("names", names.join(" → ").into())])
        }
        Reason::TooManyPhones { .. } => words.say("csv-too-many-phones"),
    }
}
