//! What comes after a form: its check, its receipt, its tracking; and pages that only tell.

use askama::Template;
use beffroi_town::{Instant, Procedure, Tenant, request::RequestState};
use beffroi_words::ShownSection;

use super::{Around, DeskFrame, form::said_by};
use crate::{PageError, voice::Voice};

/// What somebody is owed to know before giving anything away.
pub(super) fn privacy(v: &Voice, tenant: &Tenant, one: &Procedure) -> String {
    let (privacy, kept) = (&one.privacy, &one.privacy.kept);
    let purpose = [
        ("name", tenant.name.as_str().into()),
        ("purpose", said_by(v, &privacy.purpose).into()),
        ("basis", v.words.basis(privacy.basis).into()),
        ("law", v.typed(privacy.law.clone()).into()),
    ];
    let times =
        [("months", months(v, kept.months).into()), ("from", v.words.kept_from(kept.from).into())];
    let kept_key = if kept.visa { "paper-privacy-kept-visa" } else { "paper-privacy-kept" };
    [
        v.say_with("paper-privacy-purpose", &purpose),
        v.say_with("paper-privacy-readers", &[("readers", said_by(v, &privacy.readers).into())]),
        v.say_with(kept_key, &times),
        v.say_with("paper-privacy-rights", &[("basis", privacy.basis.code().into())]),
        v.say("ask-privacy-sealed"),
    ]
    .join(" ")
}

fn months(v: &Voice, months: u16) -> String {
    if months.is_multiple_of(12) {
        v.say_count("paper-years", usize::from(months / 12))
    } else {
        v.say_count("paper-months", usize::from(months))
    }
}

fn rendered(template: &impl Template, page: &'static str) -> Result<String, PageError> {
    template.render().map_err(|source| PageError::Template { page, source })
}

/// What is looked at once more before it is sent.
#[derive(Clone, Copy)]
pub struct CheckPage<'a> {
    /// Which form.
    pub procedure: &'a Procedure,
    /// What was answered.
    pub sections: &'a [ShownSection],
    /// The names of the files that come with it.
    pub files: &'a [String],
    /// The token of the form.
    pub token: &'a str,
}

#[derive(Template)]
#[template(path = "desk/check.html")]
struct CheckTemplate<'a> {
    head: &'a crate::status::Head,
    v: &'a Voice,
    a: &'a Around,
    sections: &'a [ShownSection],
    files: &'a [String],
    token: &'a str,
    form: String,
    signed: Option<String>,
}

/// The answers once more, each with a way back.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn check_page(frame: &DeskFrame<'_>, page: &CheckPage<'_>) -> Result<String, PageError> {
    let v = Voice::of(frame.tenant, frame.lang);
    let around = Around::new(frame, v.say("ask-check-title"));
    let template = CheckTemplate {
        head: &around.head,
        v: &around.v,
        a: &around,
        sections: page.sections,
        files: page.files,
        token: page.token,
        form: format!("{}{}/", around.root, page.procedure.code),
        signed: page.procedure.signed.as_ref().map(|said| said_by(&v, said)),
    };
    rendered(&template, "desk/check")
}

/// What is handed over for a form.
#[derive(Clone, Copy)]
pub struct ReceiptPage<'a> {
    /// Which form.
    pub procedure: &'a Procedure,
    /// What it is called by.
    pub reference: &'a str,
    /// What opens its state and its answer.
    pub tracking: &'a str,
    /// When it came in.
    pub at: Instant,
}

#[derive(Template)]
#[template(path = "desk/receipt.html")]
struct ReceiptTemplate<'a> {
    head: &'a crate::status::Head,
    v: &'a Voice,
    a: &'a Around,
    title: String,
    reference: &'a str,
    tracking: &'a str,
    at: String,
    next: Vec<String>,
    again: String,
}

/// The receipt: reference, code, what happens next and when.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn receipt_page(frame: &DeskFrame<'_>, page: &ReceiptPage<'_>) -> Result<String, PageError> {
    let v = Voice::of(frame.tenant, frame.lang);
    let around = Around::new(frame, v.say("ask-receipt-title"));
    let template = ReceiptTemplate {
        title: said_by(&v, &page.procedure.title),
        reference: page.reference,
        tracking: page.tracking,
        at: v.say_at("ask-receipt-at", page.at),
        next: page.procedure.next.iter().map(|said| said_by(&v, said)).collect(),
        again: format!("{}{}/?nouveau=1", around.root, page.procedure.code),
        head: &around.head,
        v: &around.v,
        a: &around,
    };
    rendered(&template, "desk/receipt")
}

/// What became of a request.
#[derive(Clone, Copy)]
pub struct TrackedAnswer<'a> {
    /// What was asked; none when the procedure is not there any more.
    pub procedure: Option<&'a Procedure>,
    /// When it came in.
    pub received_at: Instant,
    /// Its state.
    pub state: RequestState,
    /// What was answered.
    pub answer: Option<&'a str>,
}

/// The page to follow a request on.
#[derive(Clone, Copy)]
pub struct TrackPage<'a> {
    /// What was typed as reference.
    pub reference: &'a str,
    /// What is wrong with what was typed.
    pub wrong: Option<&'a str>,
    /// What was found.
    pub found: Option<TrackedAnswer<'a>>,
}

#[derive(Template)]
#[template(path = "desk/track.html")]
struct TrackTemplate<'a> {
    head: &'a crate::status::Head,
    v: &'a Voice,
    a: &'a Around,
    reference: &'a str,
    wrong: Option<&'a str>,
    found: bool,
    title: String,
    at: String,
    state: String,
    answer: Vec<String>,
}

/// Where somebody follows a request without an account.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn track_page(frame: &DeskFrame<'_>, page: &TrackPage<'_>) -> Result<String, PageError> {
    let v = Voice::of(frame.tenant, frame.lang);
    let around = Around::new(frame, v.say("ask-track-title"));
    let answer = page.found.and_then(|found| found.answer).unwrap_or_default();
    let template = TrackTemplate {
        reference: page.reference,
        wrong: page.wrong,
        found: page.found.is_some(),
        title: page
            .found
            .and_then(|found| found.procedure)
            .map_or_else(String::new, |one| said_by(&v, &one.title)),
        at: page
            .found
            .map_or_else(String::new, |found| v.say_at("ask-receipt-at", found.received_at)),
        state: page
            .found
            .map_or_else(String::new, |found| v.say(&format!("ask-state-{}", found.state.code()))),
        answer: answer.lines().map(|line| crate::inert::line(line, 2_000)).collect(),
        head: &around.head,
        v: &around.v,
        a: &around,
    };
    rendered(&template, "desk/track")
}

#[derive(Template)]
#[template(path = "desk/told.html")]
struct ToldTemplate<'a> {
    head: &'a crate::status::Head,
    v: &'a Voice,
    a: &'a Around,
    title: String,
    lines: &'a [String],
    link: Option<(String, String)>,
}

/// A page that only tells something: title, sentences, a way on.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn told_page(
    frame: &DeskFrame<'_>,
    title: String,
    lines: &[String],
    link: Option<(String, String)>,
) -> Result<String, PageError> {
    let around = Around::new(frame, title.clone());
    let template =
        ToldTemplate { head: &around.head, v: &around.v, a: &around, title, lines, link };
    rendered(&template, "desk/told")
}
