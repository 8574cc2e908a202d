//! The page that says what is open, what to do, and whose data is concerned.
//!
//! From top to bottom: what happened and since when, what to do now, the services, what is not
//! affected, the data, the news, how the page is kept.

pub(crate) mod cards;
mod data;
pub(crate) mod numbers;
pub(crate) mod top;

use askama::Template;
use beffroi_town::{
    Lang, Notice, ServiceStatus, TownFacts, facts::Mood, phone::PhoneBook, status::ServiceView,
};

use crate::{
    PageError, Place, appointments,
    desk::FOLDER,
    inert::{self, LINE_CHARS_MAX},
    news::News,
    place::depth,
    style,
    voice::{Voice, When},
};
use cards::{Desk, Group};
use data::Data;
use top::Top;
pub(crate) use top::changed_at;

/// What stands in the head of every page.
pub(crate) struct Head {
    pub(crate) lang: &'static str,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) icon: String,
    pub(crate) css: &'static str,
    pub(crate) mark: &'static str,
    /// The words that mark a page of a rehearsal.
    pub(crate) exercise: Option<(String, String)>,
}

impl Head {
    pub(crate) fn new(lang: Lang, title: String, description: String) -> Self {
        Self {
            lang: lang.tag(),
            title,
            description,
            icon: style::icon(),
            css: style::css(),
            mark: style::MARK_PATH,
            exercise: None,
        }
    }

    /// The head of a page that says, in a rehearsal, that it is one.
    pub(crate) fn marked(self, exercise: bool, v: &Voice) -> Self {
        let words = || (v.say("rehearsal-band"), v.say("rehearsal-band-text"));
        Self { exercise: exercise.then(words), ..self }
    }
}

/// A link to the same page in the other language.
pub(crate) struct Other {
    pub(crate) tag: &'static str,
    pub(crate) link: String,
}

/// What is asked of the facts again and again while a page is made.
pub(crate) struct Town<'a> {
    pub(crate) facts: &'a TownFacts,
    pub(crate) voice: Voice,
    pub(crate) views: Vec<ServiceView<'a>>,
    pub(crate) phones: PhoneBook<'a>,
    pub(crate) mood: Mood,
    /// The town's name, harmless.
    pub(crate) name: String,
}

impl<'a> Town<'a> {
    pub(crate) fn new(facts: &'a TownFacts, lang: Lang) -> Self {
        Self {
            facts,
            voice: Voice::of(&facts.tenant, lang),
            views: facts.public_views(),
            phones: facts.phone_book(),
            mood: facts.mood(),
            name: inert::line(&facts.tenant.name, LINE_CHARS_MAX),
        }
    }

    pub(crate) fn lang(&self) -> Lang {
        self.voice.lang()
    }

    /// The services that are not as usual, the worst not first: in the order of the page.
    pub(crate) fn affected(&self) -> impl Iterator<Item = &ServiceView<'a>> {
        self.views.iter().filter(|view| view.status != ServiceStatus::Open)
    }
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage<'a> {
    head: Head,
    v: &'a Voice,
    name: &'a str,
    other: Other,
    atom: String,
    json: String,
    truth: When,
    address: Option<String>,
    preview: bool,
    as_of: When,
    /// These are plain files on another host.
    copy: bool,
    /// Where the counter online is; plain files have none.
    counter: Option<String>,
    /// Where appointments are taken, where there are any.
    appointments: Option<String>,
    top: Top,
    affected: Option<Group>,
    unaffected: Group,
    data: Option<Data>,
    news: News,
    /// The level of a notice's heading.
    level: u8,
}

/// The public page of a town.
///
/// `preview`: a notice to show first as it would be published, for staff alone.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn status_page(
    facts: &TownFacts,
    lang: Lang,
    place: &Place,
    preview: Option<&Notice>,
) -> Result<String, PageError> {
    let town = Town::new(facts, lang);
    let v = &town.voice;
    let here = depth(lang);
    let desks = cards::groups(&town);
    let data = Data::of(&town);
    let news = News::of(&town, place, preview);
    let title = v.say_with("page-title", &[("name", town.name.as_str().into())]);
    let top = Top::of(&town, data.as_ref(), &news);
    let page = StatusPage {
        head: Head::new(lang, title, top.headline.clone()).marked(place.exercise, v),
        v,
        name: &town.name,
        other: Other { tag: lang.other().tag(), link: place.link(here, lang.other(), "") },
        atom: place.link(here, lang, "atom.xml"),
        json: place.link(here, lang, "feed.json"),
        truth: v.when("page-about-true", facts.true_at),
        address: place.public_url.as_ref().map(|_| place.url(lang, "")),
        preview: preview.is_some(),
        as_of: v.when_short("page-as-of", facts.true_at),
        copy: place.files,
        appointments: (!place.files && facts.receives)
            .then(|| place.link(here, lang, appointments::FOLDER)),
        counter: (!place.files).then(|| place.link(here, lang, FOLDER)),
        top,
        affected: desks.affected,
        unaffected: desks.unaffected,
        data,
        news,
        level: 3,
    };
    page.render().map_err(|source| PageError::Template { page: "status", source })
}

/// The one sentence that says what happened, as the page, the feeds and the banner say it.
pub(crate) fn headline(town: &Town<'_>) -> String {
    top::headline(town)
}
