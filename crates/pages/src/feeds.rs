//! Feeds: Atom (RFC 4287) and JSON Feed 1.1. Each notice is an entry; so is the state of the
//! services, which becomes a new entry whenever it changes.

use askama::Template;
use beffroi_town::{Instant, Lang, ServiceStatus, TownFacts};
use beffroi_words::calendar::machine;
use serde::Serialize;

use crate::{
    PageError, Place,
    inert::{self, LINE_CHARS_MAX},
    news,
    status::{self, Town, changed_at, numbers},
};

/// Most entries of a feed.
const ENTRIES_MAX: usize = 50;
/// Longest text of an entry, in characters.
const TEXT_CHARS_MAX: usize = 20_000;

struct Entry {
    id: String,
    title: String,
    url: String,
    text: String,
    updated_at: Instant,
    published: String,
    updated: String,
}

#[derive(Template)]
#[template(path = "atom.xml")]
struct Atom<'a> {
    lang: &'static str,
    title: String,
    id: String,
    updated: String,
    name: &'a str,
    page: String,
    this: String,
    entries: &'a [Entry],
}

/// The Atom feed of a town.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn atom(facts: &TownFacts, lang: Lang, place: &Place) -> Result<String, PageError> {
    let town = Town::new(facts, lang);
    let entries = entries(&town, place);
    let newest = entries.iter().map(|entry| entry.updated_at).max();
    let feed = Atom {
        lang: lang.tag(),
        title: title(&town),
        id: format!("{}:{}", urn(&town), lang.tag()),
        updated: machine(newest.unwrap_or(facts.tenant.opened_at)),
        name: &town.name,
        page: place.url(lang, ""),
        this: place.url(lang, "atom.xml"),
        entries: &entries,
    };
    feed.render().map_err(|source| PageError::Template { page: "atom", source })
}

#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: String,
    home_page_url: String,
    feed_url: String,
    language: &'static str,
    authors: [JsonAuthor<'a>; 1],
    items: Vec<JsonItem<'a>>,
}

#[derive(Serialize)]
struct JsonAuthor<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    content_text: &'a str,
    date_published: &'a str,
    date_modified: &'a str,
}

/// The JSON feed of a town.
///
/// # Errors
/// [`PageError`] when it cannot be written as JSON, which would be a fault of the program.
pub fn json_feed(facts: &TownFacts, lang: Lang, place: &Place) -> Result<String, PageError> {
    let town = Town::new(facts, lang);
    let entries = entries(&town, place);
    let items = entries.iter().map(|entry| JsonItem {
        id: &entry.id,
        url: &entry.url,
        title: &entry.title,
        content_text: &entry.text,
        date_published: &entry.published,
        date_modified: &entry.updated,
    });
    let feed = JsonFeed {
        version: "https://jsonfeed.org/version/1.1",
        title: title(&town),
        home_page_url: place.url(lang, ""),
        feed_url: place.url(lang, "feed.json"),
        language: lang.tag(),
        authors: [JsonAuthor { name: &town.name }],
        items: items.collect(),
    };
    Ok(serde_json::to_string_pretty(&feed)?)
}

fn title(town: &Town<'_>) -> String {
    town.voice.say_with("feed-title", &[("name", town.name.as_str().into())])
}

/// Identifiers of entries stay the same wherever the pages are served.
fn urn(town: &Town<'_>) -> String {
    format!("urn:x-beffroi:{}", town.facts.tenant.id.dashed())
}

fn entries(town: &Town<'_>, place: &Place) -> Vec<Entry> {
    let mut all: Vec<Entry> = state(town, place).into_iter().chain(notices(town, place)).collect();
    all.sort_by(|a, b| (b.updated_at, &b.id).cmp(&(a.updated_at, &a.id)));
    all.truncate(ENTRIES_MAX);
    all
}

fn entry(id: String, url: String, title: String, text: String, at: (Instant, Instant)) -> Entry {
    let (published_at, updated_at) = at;
    Entry {
        id,
        title,
        url,
        text,
        updated_at,
        published: machine(published_at),
        updated: machine(updated_at),
    }
}

/// The state of the services since it last changed; none while nothing is known to have changed.
fn state(town: &Town<'_>, place: &Place) -> Option<Entry> {
    let v = &town.voice;
    let phase_at = town.facts.incidents.iter().map(|one| one.phase_at.max(one.declared_at));
    let changes = town.affected().flat_map(|view| changed_at(town, view));
    let troubles = numbers::troubles(town);
    let numbers_at = troubles.iter().map(|one| one.since);
    let at = changes.chain(phase_at).chain(numbers_at).max()?;
    let headline = status::headline(town);
    let rows: Vec<String> = town
        .affected()
        .map(|view| {
            let name = inert::line(&v.words.service_name(view.service), LINE_CHARS_MAX);
            let said = v.words.status(view.status);
            v.say_with("feed-status-line", &[("name", name.into()), ("status", said.into())])
        })
        .collect();
    let all_open = town.views.iter().all(|view| view.status == ServiceStatus::Open);
    let rows = if all_open { vec![v.say("feed-status-none")] } else { rows };
    let numbers = troubles.iter().map(|one| numbers::plain(v, one));
    let text = rows.into_iter().chain(numbers).collect::<Vec<_>>().join("\n");
    let title = v.say_with("feed-status-title", &[("headline", headline.into())]);
    let id = format!("{}:state:{}:{}", urn(town), at.ms(), town.lang().tag());
    Some(entry(id, place.url(town.lang(), ""), title, text, (at, at)))
}

fn notices<'a>(town: &'a Town<'_>, place: &'a Place) -> impl Iterator<Item = Entry> + 'a {
    let lang = town.lang();
    news::published(town).into_iter().filter_map(move |notice| {
        let version = notice.current()?;
        let first = notice.first_published_at()?;
        let last = version.published_at?.max(notice.ended_at.unwrap_or(first));
        let (mut paragraphs, _) = news::body(town, version, TEXT_CHARS_MAX);
        let marks =
            [("page-news-corrected", notice.corrected_at()), ("page-news-ended", notice.ended_at)];
        for (key, at) in marks {
            paragraphs.extend(at.map(|at| town.voice.say_at(key, at)));
        }
        let id = format!("{}:notice:{}:{}", urn(town), notice.id, lang.tag());
        let url = format!("{}#n-{}", place.url(lang, "history/"), notice.id);
        let title = news::title(town, version);
        Some(entry(id, url, title, paragraphs.join("\n\n"), (first, last)))
    })
}
