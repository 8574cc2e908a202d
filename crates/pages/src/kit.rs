//! The cyber envelope: what staff find in it when nothing else works any more.
//!
//! A cover for the sealed envelope; a page for each person, with two codes; who calls whom; the
//! numbers and places; a card for each role. Pure: the codes are handed in and stand nowhere else.
//!
//! Rules: what nobody has filled in is an empty line to fill in by hand; a text too long for its
//! place is cut, a list too long for its page says how many more there are; no card is cut in two.

mod cards;
mod leaflet;
mod lists;

use askama::Template;
use beffroi_town::{
    EmergencyFacts, Instant, Lang, Role, RosterEntry, Tenant, leaflet::Leaflet, phone::Forward,
};
use serde::Serialize;

use crate::{PageError, inert, print::PrintHead, qr, voice::Voice};
use cards::{Card, cards};
use lists::{CallGroup, Row, call_groups, contacts, forwards, links_of, public_numbers, spots};

/// How long an envelope is good for, months.
pub const MONTHS_MAX: u32 = 6;
/// How many names the cover shows.
const COVER_NAMES_MAX: usize = 36;
/// The longest name on the cover.
const COVER_NAME_CHARS_MAX: usize = 30;
/// Empty lines for people where there is no roster.
const BLANK_ROWS: usize = 14;

/// What an envelope is printed from, its codes apart. Whatever changes in it makes the envelope
/// stale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KitFacts {
    /// The town; not all that a register says of it stands in the envelope.
    #[serde(skip)]
    pub tenant: Tenant,
    /// The address of the console, as a telephone on the mobile network reaches it.
    pub console_url: Option<String>,
    /// The address of the public page.
    pub page_url: Option<String>,
    /// Places and numbers.
    pub emergency: EmergencyFacts,
    /// Contacts of editors and firms, by what they are for.
    pub firms: Vec<(String, String)>,
    /// Telephone lines that are forwarded: label, number, where to.
    pub forwards: Vec<(String, String, Forward)>,
    /// Everybody, and who calls whom.
    pub roster: Vec<RosterEntry>,
}

/// Somebody with codes in the envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct KitPerson {
    /// The name this person logs in with.
    pub name: String,
    /// What this person may do.
    pub role: Role,
    /// The codes, as they are printed.
    pub codes: Vec<String>,
}

/// One envelope.
pub struct Kit<'a> {
    /// What it is printed from.
    pub facts: &'a KitFacts,
    /// For whom.
    pub people: &'a [KitPerson],
    /// The how manyth of this town it is.
    pub number: u32,
    /// When.
    pub printed_at: Instant,
    /// When it is too old.
    pub stale_at: Instant,
}

struct PersonPage {
    name: String,
    role: String,
    codes: Vec<String>,
    called_by: Option<String>,
    calls: Vec<String>,
    calls_more: Option<String>,
}

#[derive(Template)]
#[template(path = "kit.html")]
struct KitPage<'a> {
    head: PrintHead,
    v: &'a Voice,
    town: String,
    number: String,
    printed: String,
    stale: Vec<String>,
    names: Vec<String>,
    names_more: Option<String>,
    /// Its square, and itself.
    console: Option<(String, String)>,
    page: Option<(String, String)>,
    people: Vec<PersonPage>,
    groups: Vec<CallGroup>,
    blank_rows: usize,
    public: Vec<Row>,
    contacts: Vec<Row>,
    firms: Vec<Row>,
    forwards: Vec<Row>,
    spots: Vec<(String, Option<String>)>,
    cards: Vec<Card>,
}

/// An envelope in both of its forms.
pub struct KitPrint {
    /// One page of HTML, made to be printed.
    pub html: String,
    /// The same, for the printing room.
    pub leaflet: Leaflet,
}

/// The envelope, ready to be printed.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn kit(kit: &Kit<'_>, lang: Lang) -> Result<KitPrint, PageError> {
    let v = Voice::of(&kit.facts.tenant, lang);
    let facts = kit.facts;
    let town = short(&facts.tenant.name);
    let title = v.say_with("kit-title", &[("name", town.as_str().into())]);
    let with_square = |url: &Option<String>| url.clone().map(|url| (qr(&url), url));
    let on_cover = |one: &KitPerson| inert::line(&one.name, COVER_NAME_CHARS_MAX);
    let names: Vec<String> = kit.people.iter().map(on_cover).collect();
    let page = KitPage {
        head: PrintHead::new(lang, title),
        number: v.say_with("kit-number", &[("number", kit.number.to_string().into())]),
        printed: v.say_at("kit-printed", kit.printed_at),
        stale: stale(&v, kit.stale_at),
        names_more: more(&v, names.len(), COVER_NAMES_MAX),
        names: names.into_iter().take(COVER_NAMES_MAX).collect(),
        console: with_square(&facts.console_url),
        page: with_square(&facts.page_url),
        people: kit.people.iter().map(|one| person(&v, facts, one)).collect(),
        groups: call_groups(&v, &facts.roster),
        blank_rows: if facts.roster.is_empty() { BLANK_ROWS } else { 0 },
        public: public_numbers(&v),
        contacts: contacts(&v, &facts.emergency),
        firms: lists::firms(&v, facts),
        forwards: forwards(&v, &facts.forwards),
        spots: spots(&v, &facts.emergency),
        cards: cards(&v),
        town,
        v: &v,
    };
    let html = page.render().map_err(|source| PageError::Template { page: "kit", source })?;
    Ok(KitPrint { html, leaflet: leaflet::leaflet(&page) })
}

/// What stands in a list of people.
fn short(text: &str) -> String {
    inert::line(text, 60)
}

fn more(v: &Voice, all: usize, shown: usize) -> Option<String> {
    (all > shown).then(|| v.say_count("kit-more", all - shown))
}

fn stale(v: &Voice, stale_at: Instant) -> Vec<String> {
    let mut all = vec![v.say_with(
        "kit-stale-old",
        &[("day", v.day(stale_at).into()), ("months", MONTHS_MAX.into())],
    )];
    let keys = ["kit-stale-used", "kit-stale-people", "kit-stale-facts", "kit-stale-newer"];
    all.extend(keys.iter().map(|key| v.say(key)));
    all
}

/// How many calls of somebody stand on that person's own page.
const CALLS_MAX: usize = 8;

fn person(v: &Voice, facts: &KitFacts, one: &KitPerson) -> PersonPage {
    let (called_by, calls) = links_of(v, &facts.roster, &one.name);
    PersonPage {
        name: short(&one.name),
        role: v.words.role(one.role),
        codes: one.codes.clone(),
        called_by,
        calls_more: more(v, calls.len(), CALLS_MAX),
        calls: calls.into_iter().take(CALLS_MAX).collect(),
    }
}
