//! The page of all news: every notice ever published, with its former texts.

use askama::Template;
use beffroi_town::{Lang, TownFacts};

use crate::{
    PageError, Place,
    news::{self, Item},
    place::depth,
    status::{Head, Other, Town},
    voice::{Voice, When},
};

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage<'a> {
    head: Head,
    v: &'a Voice,
    name: &'a str,
    other: Other,
    atom: String,
    json: String,
    truth: When,
    address: Option<String>,
    title: String,
    as_of: When,
    /// These are plain files on another host.
    copy: bool,
    back: String,
    items: Vec<Item>,
    level: u8,
}

/// Every notice of a town ever published, newest first, with its corrections.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn history_page(facts: &TownFacts, lang: Lang, place: &Place) -> Result<String, PageError> {
    let town = Town::new(facts, lang);
    let v = &town.voice;
    let here = depth(lang) + 1;
    let title = v.say_with("page-history-title", &[("name", town.name.as_str().into())]);
    let page = HistoryPage {
        head: Head::new(lang, title.clone(), title.clone()).marked(place.exercise, v),
        v,
        name: &town.name,
        other: Other { tag: lang.other().tag(), link: place.link(here, lang.other(), "history/") },
        atom: place.link(here, lang, "atom.xml"),
        json: place.link(here, lang, "feed.json"),
        truth: v.when("page-about-true", facts.true_at),
        address: place.public_url.as_ref().map(|_| place.url(lang, "history/")),
        title,
        as_of: v.when("page-as-of", facts.true_at),
        copy: place.files,
        back: place.link(here, lang, ""),
        items: news::all(&town),
        level: 2,
    };
    page.render().map_err(|source| PageError::Template { page: "history", source })
}
