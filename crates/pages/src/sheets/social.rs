//! Social networks: a short message and a longer one, each with the page's address.

use beffroi_town::{ServiceStatus, facts::Mood};

use super::{Desk, SheetText};
use crate::{
    inert,
    status::{cards, numbers, top},
};

/// Longest short message, characters.
pub const SHORT_CHARS_MAX: usize = 280;
/// Longest long message, characters.
const LONG_CHARS_MAX: usize = 1_500;
/// Longest name of a town in a message.
const NAME_CHARS_MAX: usize = 50;
/// How many services of a kind the long message names.
const NAMED_MAX: usize = 8;

pub(super) fn texts(desk: &Desk<'_>) -> Vec<SheetText> {
    let v = desk.voice();
    let text = |key: &str, body: String| {
        let label = v.say_count(key, body.chars().count());
        SheetText { label, body }
    };
    vec![text("sheet-social-short", short(desk)), text("sheet-social-long", long(desk))]
}

fn opening(desk: &Desk<'_>) -> String {
    let name = inert::line(&desk.town.name, NAME_CHARS_MAX);
    let headline = top::headline(desk.town);
    desk.voice().say_with("banner-line", &[("name", name.into()), ("headline", headline.into())])
}

fn link(desk: &Desk<'_>) -> Option<String> {
    let address = desk.address.as_deref()?;
    Some(desk.voice().say_with("sheet-social-page", &[("address", address.into())]))
}

/// Pieces joined, the later ones left out where they no longer fit; the last one stays before all
/// others.
pub(super) fn fitting(pieces: Vec<String>, last: Option<String>, chars_max: usize) -> String {
    let last = last.filter(|one| one.chars().count() <= chars_max);
    let mut left =
        chars_max - last.as_ref().map_or(0, |one| one.chars().count() + 1).min(chars_max);
    let mut kept: Vec<String> = Vec::new();
    for piece in pieces {
        let takes = piece.chars().count() + usize::from(!kept.is_empty());
        if takes <= left {
            left -= takes;
            kept.push(piece);
        } else if kept.is_empty() {
            kept.push(inert::line(&piece, left.saturating_sub(1)));
            left = 0;
        }
    }
    kept.extend(last);
    kept.join(" ")
}

fn short(desk: &Desk<'_>) -> String {
    let (town, v) = (desk.town, desk.voice());
    let mut pieces = vec![opening(desk)];
    match top::number(town) {
        Some((number, false)) => {
            pieces.push(v.say_with("sheet-call", &[("number", number.into())]));
        }
        _ if town.mood == Mood::Incident => pieces.push(v.say("sheet-social-beware")),
        _ => {}
    }
    fitting(pieces, link(desk), SHORT_CHARS_MAX)
}

fn long(desk: &Desk<'_>) -> String {
    let (town, v) = (desk.town, desk.voice());
    let mut pieces = vec![opening(desk)];
    if town.affected().next().is_some() {
        for status in ServiceStatus::ALL.iter().copied() {
            pieces.extend(named(desk, status));
        }
    }
    pieces.extend(numbers::troubles(town).iter().take(4).map(|one| numbers::plain(v, one)));
    if town.mood == Mood::Incident {
        pieces.push(v.say("sheet-social-beware"));
        pieces.push(v.say("page-now-emergency"));
    }
    // One thought a line.
    let lines: Vec<String> = pieces.into_iter().map(|piece| format!("{piece}\n")).collect();
    fitting(lines, link(desk), LONG_CHARS_MAX).replace("\n ", "\n")
}

/// The services of one status, named; of a single one, what to do as well.
fn named(desk: &Desk<'_>, status: ServiceStatus) -> Option<String> {
    let (town, v) = (desk.town, desk.voice());
    let views: Vec<_> = town.views.iter().filter(|view| view.status == status).collect();
    let names: Vec<String> = views
        .iter()
        .take(NAMED_MAX)
        .map(|view| inert::line(&v.words.service_name(view.service), 80))
        .collect();
    let values = [("status", v.words.status(status).into()), ("names", names.join(", ").into())];
    let mut line = v.say_with("sheet-status-names", &values);
    let more = views.len() - names.len();
    if more > 0 {
        line = format!("{line} {}", v.say_count("sheet-and-more", more));
    }
    match views.as_slice() {
        [] => None,
        [one] if status != ServiceStatus::Open => {
            let what = v.typed(inert::line(&cards::what_to_do(town, one), 200));
            Some(format!("{line}. {what}"))
        }
        _ => Some(line),
    }
}
