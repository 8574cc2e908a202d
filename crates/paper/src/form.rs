//! A procedure as a form on paper: blank in bulk, each copy with a code of its own, or filled in
//! beforehand; in usual or in large print.
//!
//! Rules: everything on it comes from the procedure and from the counter that takes it; what
//! nobody has filled in is a line to fill in by hand; an answer that does not fit its boxes is
//! written out, never cut.

mod asked;
mod told;

use beffroi_town::{
    Instant, Lang, Procedure, Tenant,
    procedure::{Answers, CopyCode, Health},
};
use serde::Serialize;
use std::collections::BTreeMap;

use crate::{PaperError, Pdf, press, square::square, voice::Voice};
use asked::{SectionOut, answers_out, sections};
use told::{CounterWords, Counterfoil, Line, Privacy, Signed};

/// How large it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// As forms are.
    Usual,
    /// For those who see less well.
    Large,
}

/// The counter that takes the form; what is not known is left to fill in by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    /// Where it is.
    pub place: Option<String>,
    /// When it is open.
    pub hours: Option<String>,
    /// Which number it answers.
    pub phone: Option<String>,
}

/// One printed copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// What opens it again.
    pub code: CopyCode,
    /// What is filled in already; empty for a blank form.
    pub answers: Answers,
}

/// A form to print.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// Whose form it is.
    pub tenant: &'a Tenant,
    /// What it asks.
    pub procedure: &'a Procedure,
    /// Where it is handed in.
    pub counter: &'a Counter,
    /// Whether it asks about health.
    pub health: Health,
    /// How large.
    pub size: Size,
    /// Every copy, in order.
    pub copies: &'a [Copy],
    /// When it is printed.
    pub printed_at: Instant,
}

/// What the template is handed.
#[derive(Serialize)]
struct Sheet {
    lang: &'static str,
    large: bool,
    town: String,
    house: String,
    title: String,
    what: String,
    warning: Option<String>,
    cover: Option<String>,
    lines: Vec<Line>,
    how: String,
    sections: Vec<SectionOut>,
    signed: Option<Signed>,
    next_title: String,
    next: Vec<String>,
    privacy: Privacy,
    counter: CounterWords,
    counterfoil: Counterfoil,
    reference: String,
    printed: String,
    page: String,
    copies: Vec<CopyOut>,
}

#[derive(Serialize)]
struct CopyOut {
    code: String,
    /// Where its points begin.
    square_at: usize,
    side: usize,
    square_alt: String,
    answers: BTreeMap<String, String>,
}

/// The form as a PDF.
///
/// # Errors
/// [`PaperError`]: a fault of the program, or a tenant's code too long for a square.
pub fn form(form: &Form<'_>, lang: Lang) -> Result<Pdf, PaperError> {
    const DOCUMENT: &str = "form";
    let voice = Voice::of(form.tenant, lang);
    let (v, procedure) = (&voice, form.procedure);
    let mut points = Vec::new();
    let mut copies = Vec::new();
    for copy in form.copies {
        let text = copy.code.square(&form.tenant.id);
        let Some(square) = square(&text) else {
            return Err(PaperError::Square { document: DOCUMENT, text });
        };
        let code = copy.code.printed();
        copies.push(CopyOut {
            square_at: points.len(),
            side: square.side,
            square_alt: v.say_with("paper-square-alt", &[("code", code.as_str().into())]),
            answers: answers_out(procedure, &copy.answers),
            code,
        });
        points.extend(square.points);
    }
    let sheet = Sheet {
        lang: lang.tag(),
        large: form.size == Size::Large,
        town: form.tenant.name.clone(),
        house: v.house(),
        title: v.said(&procedure.title),
        what: v.said(&procedure.what),
        warning: procedure.warning.as_ref().map(|said| v.said(said)),
        cover: procedure.cover_of.as_ref().map(|said| v.said(said)),
        lines: told::lines(v, form),
        how: v.say("paper-form-how"),
        sections: sections(v, procedure, form.health),
        signed: told::signed(v, procedure),
        next_title: v.say("paper-form-next"),
        next: told::next(v, procedure),
        privacy: told::privacy(v, form),
        counter: told::counter(v, procedure),
        counterfoil: told::counterfoil(v),
        reference: v.say("paper-reference"),
        printed: v.say_with("paper-printed", &[("at", v.date(form.printed_at).into())]),
        page: press::page_words(v.words),
        copies,
    };
    press::print(DOCUMENT, &sheet, points, form.printed_at)
}
