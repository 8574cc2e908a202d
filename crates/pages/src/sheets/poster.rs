//! The poster for the door: readable at three metres, one page of A4.
//!
//! Rules: what happened, in one sentence; which number answers; what is open, where and when, the
//! services that share place and hours on one line; where the page is. The fuller it is, the
//! smaller its lists are written, and beyond a bound it points to the page.

use askama::Template;
use beffroi_town::{Criticality, ServiceStatus, facts::Mood, phone, status::Works};
use beffroi_words::typography;

use super::{Desk, printed};
use crate::{
    PageError,
    inert::{self, LINE_CHARS_MAX},
    print::PrintHead,
    qr,
    status::{numbers, top},
};

/// From how many characters on the lists are written smaller.
const FULL_CHARS: usize = 620;
/// From how many on they are written smallest.
const CROWDED_CHARS: usize = 1_300;
/// How many characters of lists fit at all.
const CHARS_MAX: usize = 2_900;
/// How much a line takes beside its characters.
const LINE_CHARS: usize = 45;
/// How many numbers of single services stand there.
const NUMBERS_MAX: usize = 6;

/// Services that share a place and hours.
struct Line {
    names: String,
    desk: String,
}

struct Section {
    title: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "poster.html")]
struct PosterPage<'a> {
    head: PrintHead,
    name: &'a str,
    house: String,
    headline: String,
    number: Option<String>,
    number_note: String,
    sections: Vec<Section>,
    numbers_title: String,
    numbers: Vec<(String, String)>,
    more: Option<String>,
    emergency: Option<String>,
    page: Option<(String, String)>,
    page_title: String,
    square: String,
    printed: String,
    class: &'static str,
}

pub(super) fn html(desk: &Desk<'_>, head: PrintHead) -> Result<String, PageError> {
    let (town, v) = (desk.town, desk.voice());
    let mut left = CHARS_MAX;
    let mut cut = 0;
    let sections = sections(desk, &mut left, &mut cut);
    let numbers = single_numbers(desk);
    let taken = CHARS_MAX - left + numbers.len() * LINE_CHARS;
    let (number, number_note) = number(desk);
    let page = PosterPage {
        head,
        name: &town.name,
        house: v.words.say(&format!("house-{}", v.kind.code())),
        headline: top::headline(town),
        number,
        number_note,
        sections,
        numbers_title: v.say("sheet-poster-numbers"),
        numbers,
        more: (cut > 0).then(|| v.say_count("sheet-poster-more", cut)),
        emergency: (town.mood == Mood::Incident).then(|| v.say("page-now-emergency")),
        page: desk.address.as_deref().zip(desk.spoken_address()).map(|(url, bare)| (qr(url), bare)),
        page_title: v.say("sheet-poster-page"),
        square: v.say("sheet-poster-square"),
        printed: printed(desk),
        class: match taken {
            taken if taken > CROWDED_CHARS => " crowded",
            taken if taken > FULL_CHARS => " full",
            _ => "",
        },
    };
    page.render().map_err(|source| PageError::Template { page: "poster", source })
}

/// The one number to dial, or what to do when there is none.
fn number(desk: &Desk<'_>) -> (Option<String>, String) {
    let (town, v) = (desk.town, desk.voice());
    match (top::reach(town).works, top::number(town)) {
        (Works::Yes, Some((number, true))) => (Some(number), v.say("sheet-poster-call")),
        (Works::Yes, Some((number, false))) => (Some(number), v.say("sheet-poster-instead")),
        (Works::No, _) => (None, v.say("page-now-phone-out")),
        _ => (None, String::new()),
    }
}

fn sections(desk: &Desk<'_>, left: &mut usize, cut: &mut usize) -> Vec<Section> {
    let (town, v) = (desk.town, desk.voice());
    let order = [
        ServiceStatus::Open,
        ServiceStatus::Degraded,
        ServiceStatus::PaperOnly,
        ServiceStatus::Closed,
        ServiceStatus::Unknown,
    ];
    // On a calm day there is one heading less to read.
    let calm = town.affected().next().is_none();
    order
        .into_iter()
        .filter_map(|status| {
            let lines = lines(desk, status, left, cut);
            let title = if calm { v.say("sheet-poster-hours") } else { v.words.status(status) };
            (!lines.is_empty()).then_some(Section { title, lines })
        })
        .collect()
}

fn lines(desk: &Desk<'_>, status: ServiceStatus, left: &mut usize, cut: &mut usize) -> Vec<Line> {
    let (town, v) = (desk.town, desk.voice());
    // Nobody needs the hours of what is closed.
    let with_desk = !matches!(status, ServiceStatus::Closed | ServiceStatus::Unknown);
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for view in town.views.iter().filter(|view| view.status == status) {
        let text = |text: &Option<String>| inert::some_line(text.as_deref());
        let said: Vec<String> = [&view.service.hours, &view.service.place]
            .into_iter()
            .filter(|_| with_desk)
            .filter_map(|one| text(one).map(|one| typography::french(&one).into_owned()))
            .collect();
        let said = said.join(" – ");
        let name = inert::line(&v.words.service_name(view.service), 80);
        match groups.iter_mut().find(|(known, _)| *known == said) {
            Some((_, names)) => names.push(name),
            None => groups.push((said, vec![name])),
        }
    }
    // Those with place and hours first.
    groups.sort_by_key(|(said, _)| said.is_empty());
    let mut lines = Vec::new();
    for (said, names) in groups {
        let takes = |name: &String| name.chars().count() + 2;
        let mut fitting = Vec::new();
        *left = left.saturating_sub(said.chars().count().min(2 * LINE_CHARS_MAX) + LINE_CHARS);
        for name in names {
            if *left < takes(&name) {
                *cut += 1;
            } else {
                *left -= takes(&name);
                fitting.push(name);
            }
        }
        if !fitting.is_empty() {
            lines.push(Line { names: fitting.join(", "), desk: said });
        }
    }
    lines
}

/// The numbers of the gravest services that have one of their own that answers.
fn single_numbers(desk: &Desk<'_>) -> Vec<(String, String)> {
    let (town, v) = (desk.town, desk.voice());
    let main = top::number(town).map(|(number, _)| number);
    let mut views: Vec<_> = town
        .views
        .iter()
        .filter(|view| view.service.criticality <= Criticality::High)
        .filter(|view| view.service.id.as_str() != "reception")
        .collect();
    views.sort_by_key(|view| (view.service.criticality, view.service.rank));
    let mut found: Vec<(String, String)> = Vec::new();
    for view in views {
        let Some(number) = answering(desk, view.service.phone.as_deref()) else { continue };
        let name = inert::line(&v.words.service_name(view.service), 80);
        if Some(&number) == main.as_ref() {
            continue;
        }
        match found.iter_mut().find(|(_, known)| *known == number) {
            Some((names, _)) => *names = format!("{names}, {name}"),
            None => found.push((name, number)),
        }
    }
    found.truncate(NUMBERS_MAX);
    found
}

/// A number by which a service can be reached.
fn answering(desk: &Desk<'_>, text: Option<&str>) -> Option<String> {
    let reach = desk.town.phones.reach(text);
    let dead = |number: &String| reach.troubles.iter().any(|one| one.number == *number);
    let usual = phone::numbers(text?).into_iter().find(|number| !dead(number));
    let instead = reach.troubles.iter().find_map(|one| one.instead.map(ToOwned::to_owned));
    usual.or(instead).filter(|number| numbers::dial(number).is_some())
}
