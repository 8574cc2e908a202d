//! Requests on paper: each as it was written, and the queue as a list.
//!
//! Rules: each request begins on a page of its own; nothing that was written is cut off.

use beffroi_town::{Instant, Lang, Tenant};
use serde::Serialize;

use crate::{PaperError, Pdf, press, voice::Voice};

/// A question with its answer, line by line.
pub type Told = (String, Vec<String>);

/// Questions that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Their title.
    pub title: String,
    /// Each with its answer.
    pub answers: Vec<Told>,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestOnPaper {
    /// What was asked, and its reference.
    pub title: String,
    /// What is known of it: when, by which way, in which state.
    pub facts: Vec<Told>,
    /// What was written.
    pub sections: Vec<Section>,
}

#[derive(Serialize)]
struct RequestsOut {
    lang: &'static str,
    town: String,
    house: String,
    title: String,
    locked: String,
    requests: Vec<OneOut>,
    printed: String,
    page: String,
}

#[derive(Serialize)]
struct OneOut {
    title: String,
    facts: Vec<Told>,
    sections: Vec<SectionOut>,
}

#[derive(Serialize)]
struct SectionOut {
    title: String,
    answers: Vec<Told>,
}

/// Requests as one PDF.
///
/// # Errors
/// [`PaperError`]: a fault of the program.
pub fn requests(
    tenant: &Tenant,
    all: &[RequestOnPaper],
    lang: Lang,
    printed_at: Instant,
) -> Result<Pdf, PaperError> {
    let voice = Voice::of(tenant, lang);
    let v = &voice;
    // A term without a word after it is read as a mistake: it says that nothing was answered.
    let told = |(name, lines): &Told| {
        let empty = lines.iter().all(|line| line.trim().is_empty());
        let lines = if empty { vec![v.say("paper-request-empty")] } else { lines.clone() };
        (v.typed(name), lines)
    };
    let section = |one: &Section| SectionOut {
        title: v.typed(&one.title),
        answers: one.answers.iter().map(told).collect(),
    };
    let one = |one: &RequestOnPaper| OneOut {
        title: v.typed(&one.title),
        facts: one.facts.iter().map(told).collect(),
        sections: one.sections.iter().map(section).collect(),
    };
    let out = RequestsOut {
        lang: lang.tag(),
        town: tenant.name.clone(),
        house: v.house(),
        title: v.say("paper-requests-title"),
        locked: v.say("paper-request-locked"),
        requests: all.iter().map(one).collect(),
        printed: v.say_with("paper-printed", &[("at", v.date(printed_at).into())]),
        page: press::page_words(v.words),
    };
    press::print("request", &out, Vec::new(), printed_at)
}
