//! From a template and its facts to the bytes of a PDF.

use beffroi_town::Instant;
use beffroi_words::{Words, calendar};
use serde::Serialize;
use serde_json::Value;
use typst::{
    diag::SourceDiagnostic,
    foundations::{Datetime, Smart},
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::{PaperError, inert, world::Room};

/// How many documents ago something may have been laid out to be remembered: a server that prints
/// for months must not grow.
const REMEMBERED_DOCUMENTS: usize = 3;

/// A document.
#[derive(Clone, PartialEq, Eq)]
pub struct Pdf {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
}

/// `Page %n sur %m`: the template puts the numbers in.
pub(crate) fn page_words(words: &Words) -> String {
    words.say_with("paper-page", &[("number", "%n".into()), ("all", "%m".into())])
}

/// Prints a document: its template is `<document>.typ`; `points` are its pictures.
pub(crate) fn print(
    document: &'static str,
    facts: &impl Serialize,
    points: Vec<u8>,
    at: Instant,
) -> Result<Pdf, PaperError> {
    let unwritten = |source| PaperError::Facts { document, source };
    let mut facts = serde_json::to_value(facts).map_err(unwritten)?;
    make_inert(&mut facts);
    let facts = serde_json::to_vec(&facts).map_err(unwritten)?;
    let failed = |what: String| PaperError::Template { document, what };
    let told_of = |errors: &[SourceDiagnostic]| failed(told(errors));
    let room = Room::new(document, facts, points)
        .ok_or_else(|| failed("there is no such template".to_owned()))?;
    let laid = typst::compile::<PagedDocument>(&room).output.map_err(|all| told_of(&all))?;
    let options = options(at).map_err(failed)?;
    let bytes = typst_pdf::pdf(&laid, &options).map_err(|all| told_of(&all))?;
    comemo::evict(REMEMBERED_DOCUMENTS);
    Ok(Pdf { bytes, pages: laid.pages().len() })
}

/// Every text of a document can be printed: one place, so that none is forgotten.
fn make_inert(value: &mut Value) {
    match value {
        Value::String(text) => *text = inert::printable(text),
        Value::Array(all) => all.iter_mut().for_each(make_inert),
        Value::Object(all) => all.values_mut().for_each(make_inert),
        _ => {}
    }
}

fn options(at: Instant) -> Result<PdfOptions, String> {
    let standards =
        PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|error| error.message().to_string())?;
    Ok(PdfOptions {
        creator: Smart::Custom(Some("Beffroi".to_owned())),
        timestamp: timestamp(at),
        standards,
        ..PdfOptions::default()
    })
}

/// The time of printing, to the second, in UTC.
fn timestamp(at: Instant) -> Option<Timestamp> {
    let machine = calendar::machine(at);
    let number = |from: usize, to: usize| machine.get(from..to)?.parse::<u8>().ok();
    let year = machine.get(0..4)?.parse().ok()?;
    let (month, day) = (number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let at = Datetime::from_ymd_hms(year, month, day, hour, minute, second)?;
    Some(Timestamp::new_utc(at))
}

/// What typst says, in one line.
fn told(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.to_string()).collect::<Vec<_>>().join("; ")
}
