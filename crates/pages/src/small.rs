//! The pages of the deployment itself: the list of towns, a page not found, an error.

use askama::Template;
use beffroi_town::Lang;

use crate::{
    PageError,
    inert::{self, LINE_CHARS_MAX},
    status::{Head, Other},
    voice::Voice,
};

/// Most lines shown on the list of towns at once.
const LINES_MAX: usize = 200;

/// One authority on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexLine {
    /// Its official name.
    pub name: String,
    /// What tells it from others of the same name: `59 · 59820`.
    pub note: String,
    /// The path of its page: `/c/59273/`, or `/c/59273/en/`.
    pub link: String,
}

/// The list of towns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// What the visitor looked for; empty for all.
    pub query: String,
    /// What was found, at most some hundred lines.
    pub lines: Vec<IndexLine>,
    /// How many more there are that are not among the lines.
    pub more: usize,
    /// Where the same list stands in the other language.
    pub other_link: String,
    /// Whether this is a rehearsal.
    pub exercise: bool,
}

#[derive(Template)]
#[template(path = "index.html")]
struct IndexPage<'a> {
    head: Head,
    v: &'a Voice,
    other: Other,
    query: String,
    lines: Vec<IndexLine>,
    none: String,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "small.html")]
struct SmallPage<'a> {
    head: Head,
    v: &'a Voice,
    lines: Vec<String>,
    link: Option<(String, String)>,
}

/// The home page of a deployment: find your town. The search is a plain `GET` with `q`.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn town_index(index: &Index, lang: Lang) -> Result<String, PageError> {
    let v = Voice::of_nobody(lang);
    let query = inert::line(&index.query, 80);
    let tidy = |line: &IndexLine| IndexLine {
        name: inert::line(&line.name, LINE_CHARS_MAX),
        note: inert::line(&line.note, LINE_CHARS_MAX),
        link: line.link.clone(),
    };
    let lines: Vec<IndexLine> = index.lines.iter().take(LINES_MAX).map(tidy).collect();
    let more = index.more + index.lines.len() - lines.len();
    let title = v.say("index-title");
    let page = IndexPage {
        head: Head::new(lang, title, v.say("index-find")).marked(index.exercise, &v),
        other: Other { tag: lang.other().tag(), link: index.other_link.clone() },
        none: v.say(if query.is_empty() { "index-empty" } else { "index-none" }),
        query,
        lines,
        more: (more > 0).then(|| v.say_count("index-more", more)),
        v: &v,
    };
    page.render().map_err(|source| PageError::Template { page: "index", source })
}

/// Answers an address where nothing is. `home`: where the list of towns stands, if anywhere.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn not_found(lang: Lang, home: Option<&str>) -> Result<String, PageError> {
    let v = Voice::of_nobody(lang);
    let link = home.map(|home| (home.to_owned(), v.say("not-found-home")));
    small(&v, v.say("not-found-title"), vec![v.say("not-found-body")], link)
}

/// Answers when a page cannot be shown. `reference`: what finds the cause in the log.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn error_page(lang: Lang, reference: &str) -> Result<String, PageError> {
    let v = Voice::of_nobody(lang);
    let mut lines = vec![v.say("error-body")];
    let reference = inert::line(reference, 80);
    if !reference.is_empty() {
        lines.push(v.say_with("error-reference", &[("reference", reference.into())]));
    }
    small(&v, v.say("error-title"), lines, None)
}

fn small(
    v: &Voice,
    title: String,
    lines: Vec<String>,
    link: Option<(String, String)>,
) -> Result<String, PageError> {
    let description = lines.join(" ");
    let page = SmallPage { head: Head::new(v.lang(), title, description), v, lines, link };
    page.render().map_err(|source| PageError::Template { page: "small", source })
}
