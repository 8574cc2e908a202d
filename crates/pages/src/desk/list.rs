//! What can be done online.

use askama::Template;
use beffroi_town::Procedure;

use super::{Around, DeskFrame};
use crate::{PageError, voice::Voice};

/// What the list of procedures shows.
#[derive(Clone, Copy)]
pub struct ListPage<'a> {
    /// The procedures.
    pub procedures: &'a [Procedure],
    /// Whether forms are taken.
    pub open: bool,
    /// Whether an incident goes on: what can wait is then set apart, with a kind word.
    pub incident: bool,
    /// The number to call instead.
    pub phone: Option<&'a str>,
}

struct Line {
    href: String,
    title: String,
    what: String,
}

#[derive(Template)]
#[template(path = "desk/list.html")]
struct List<'a> {
    head: &'a crate::status::Head,
    v: &'a Voice,
    a: &'a Around,
    open: bool,
    incident: bool,
    closed: String,
    urgent: Vec<Line>,
    others: Vec<Line>,
}

/// The list, urgent first.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn list_page(frame: &DeskFrame<'_>, page: &ListPage<'_>) -> Result<String, PageError> {
    let v = Voice::of(frame.tenant, frame.lang);
    let around = Around::new(frame, v.say("ask-title"));
    let line = |one: &Procedure| Line {
        href: format!("{}{}/", around.root, one.code),
        title: v.typed(one.title.in_lang(frame.lang).to_owned()),
        what: v.typed(one.what.in_lang(frame.lang).to_owned()),
    };
    let of = |urgent: bool| {
        let all = page.procedures.iter().filter(move |one| one.urgent == urgent);
        all.map(line).collect::<Vec<_>>()
    };
    let closed = match page.phone {
        Some(phone) => v.say_with("ask-closed-phone", &[("phone", phone.into())]),
        None => v.say("ask-closed-come"),
    };
    let (urgent, others) = (of(true), of(false));
    let template = List {
        head: &around.head,
        v: &around.v,
        a: &around,
        open: page.open,
        incident: page.incident,
        closed,
        urgent,
        others,
    };
    template.render().map_err(|source| PageError::Template { page: "desk/list", source })
}
