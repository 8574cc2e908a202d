//! The poster for the door: readable at three metres, one page of A4.
//!
//! Rules: what happened, in one sentence; which number answers; when the counters are open; each
//! service under its status, with its own hours, place and number where they differ from the
//! reception's. The lists are written as large as they fit; beyond that they point to the page.

mod fit;

use askama::Template;
use beffroi_town::{ServiceStatus, facts::Mood, phone, status::ServiceView, status::Works};
use beffroi_words::typography;

use super::{Desk, printed};
use crate::{
    PageError,
    inert::{self, LINE_CHARS_MAX},
    print::PrintHead,
    qr,
    status::{Town, numbers, top},
};
use fit::Size;

/// The longest name of a town or a service on the poster.
const NAME_CHARS_MAX: usize = 60;

/// A service with what it has of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PosterLine {
    /// Its name.
    pub name: String,
    /// Hours, place and number, where they differ from the reception's.
    pub own: String,
}

/// The services of one status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PosterSection {
    /// The status in words.
    pub title: String,
    /// Those with something of their own.
    pub lines: Vec<PosterLine>,
    /// Those with nothing of their own, in one line.
    pub names: String,
}

/// All that a poster says, for whoever prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PosterWords {
    /// The town.
    pub name: String,
    /// What its house is called.
    pub house: String,
    /// What happened, in one sentence.
    pub headline: String,
    /// The one number to dial.
    pub number: Option<String>,
    /// What is said of it, or in its place.
    pub number_note: String,
    /// When and where the reception is open.
    pub counters: Option<(String, String)>,
    /// The services.
    pub sections: Vec<PosterSection>,
    /// How many services found no room.
    pub more: Option<String>,
    /// Whom to call in danger.
    pub emergency: Option<String>,
    /// The page's address, whole and as people type it.
    pub page: Option<(String, String)>,
    /// What stands above it.
    pub page_title: String,
    /// What its square is, for who does not see it.
    pub square: String,
    /// When all this was true.
    pub printed: String,
    /// How large the lists can be written.
    size: Size,
}

#[derive(Template)]
#[template(path = "poster.html")]
struct PosterPage<'a> {
    head: PrintHead,
    words: &'a PosterWords,
    square_svg: Option<String>,
    size: &'static str,
}

pub(super) fn html(desk: &Desk<'_>, head: PrintHead) -> Result<String, PageError> {
    let words = words(desk);
    let square_svg = words.page.as_ref().map(|(url, _)| qr(url));
    let page = PosterPage { head, size: words.size.class(), square_svg, words: &words };
    page.render().map_err(|source| PageError::Template { page: "poster", source })
}

/// What the poster says, from the least useful on cut to what one page holds.
pub(super) fn words(desk: &Desk<'_>) -> PosterWords {
    let (town, v) = (desk.town, desk.voice());
    let (number, number_note) = number(desk);
    let mut words = PosterWords {
        name: inert::line(&town.name, NAME_CHARS_MAX),
        house: v.house(),
        headline: top::headline(town),
        number,
        number_note,
        counters: counters(desk),
        sections: sections(desk),
        more: None,
        emergency: (town.mood == Mood::Incident).then(|| v.say("page-now-emergency")),
        page: desk.address.clone().zip(desk.spoken_address()),
        page_title: v.say("sheet-poster-page"),
        square: v.say("sheet-poster-square"),
        printed: printed(desk),
        size: Size::SMALLEST,
    };
    let room = fit::room(&words);
    let fitting = Size::ALL.into_iter().find(|size| size.takes(&words.sections) <= room);
    if let Some(size) = fitting {
        words.size = size;
    } else {
        let cut = fit::cut(&mut words.sections, room);
        words.more = (cut > 0).then(|| v.say_count("sheet-poster-more", cut));
    }
    words
}

/// The one number to dial, or what to do when there is none.
fn number(desk: &Desk<'_>) -> (Option<String>, String) {
    let (town, v) = (desk.town, desk.voice());
    match (top::reach(town).works, top::number(town)) {
        (Works::Yes, Some((number, true))) => {
            (Some(in_one_piece(&number)), v.say("sheet-poster-call"))
        }
        (Works::Yes, Some((number, false))) => {
            (Some(in_one_piece(&number)), v.say("sheet-poster-instead"))
        }
        (Works::No, _) => (None, v.say("page-now-phone-out")),
        _ => (None, String::new()),
    }
}

/// Hours and place of a service, as the town wrote them.
fn said(view: &ServiceView<'_>) -> Vec<String> {
    [&view.service.hours, &view.service.place]
        .into_iter()
        .filter_map(|text| inert::some_line(text.as_deref()))
        .map(|text| typography::french(&text).into_owned())
        .collect()
}

/// Whether residents can come at all.
fn can_come(status: ServiceStatus) -> bool {
    !matches!(status, ServiceStatus::Closed | ServiceStatus::Unknown)
}

/// When and where the reception is open, if it is.
fn counters(desk: &Desk<'_>) -> Option<(String, String)> {
    let view = top::reception(desk.town).filter(|view| can_come(view.status))?;
    let said = said(view);
    (!said.is_empty()).then(|| (desk.voice().say("sheet-poster-counters"), said.join(". ")))
}

fn sections(desk: &Desk<'_>) -> Vec<PosterSection> {
    let (town, v) = (desk.town, desk.voice());
    let order = [
        ServiceStatus::Open,
        ServiceStatus::Degraded,
        ServiceStatus::PaperOnly,
        ServiceStatus::Closed,
        ServiceStatus::Unknown,
    ];
    // On a calm day the headline has said it.
    let calm = town.affected().next().is_none();
    let title = |status| if calm { v.say("page-services") } else { v.words.status(status) };
    order
        .into_iter()
        .map(|status| section(town, status, title(status)))
        .filter(|section| !section.lines.is_empty() || !section.names.is_empty())
        .collect()
}

fn section(town: &Town<'_>, status: ServiceStatus, title: String) -> PosterSection {
    let of_reception = top::reception(town).map(said).unwrap_or_default();
    let main = top::number(town).map(|(number, _)| number);
    let (mut lines, mut names) = (Vec::new(), Vec::new());
    // Where, when and how to reach the reception stands above in large.
    let is_above = |view: &ServiceView<'_>| view.service.id.as_str() == "reception";
    for view in town.views.iter().filter(|view| view.status == status) {
        let name = town.voice.words.service_name(view.service);
        let name = inert::line(&name, NAME_CHARS_MAX);
        let mut own: Vec<String> = said(view);
        own.retain(|text| can_come(status) && !of_reception.contains(text));
        own.extend(answering(town, view).filter(|number| Some(number) != main.as_ref()));
        if own.is_empty() || is_above(view) {
            names.push(name);
        } else {
            // A number is never cut at the end of a line.
            let own = own.iter().map(|text| in_one_piece(text)).collect::<Vec<_>>().join(" · ");
            lines.push(PosterLine { name, own: inert::line(&own, LINE_CHARS_MAX) });
        }
    }
    PosterSection { title, lines, names: names.join(", ") }
}

/// A number by which a service can be reached.
fn answering(town: &Town<'_>, view: &ServiceView<'_>) -> Option<String> {
    let text = view.service.phone.as_deref()?;
    let reach = town.phones.reach(Some(text));
    let dead = |number: &String| reach.troubles.iter().any(|one| one.number == *number);
    let usual = phone::numbers(text).into_iter().find(|number| !dead(number));
    let instead = reach.troubles.iter().find_map(|one| one.instead.map(ToOwned::to_owned));
    usual.or(instead).filter(|number| numbers::dial(number).is_some())
}

fn in_one_piece(text: &str) -> String {
    phone::tidy(text).map_or_else(|| text.to_owned(), |shown| shown.replace(' ', "\u{a0}"))
}
