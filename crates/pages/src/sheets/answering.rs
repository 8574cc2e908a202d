//! The answering machine: short sentences to read aloud, numbers spaced for reading.

use beffroi_town::{ServiceStatus, facts::Mood, phone, status::Works};

use super::{Desk, SheetText};
use crate::{
    inert::{self, LINE_CHARS_MAX},
    status::top,
};

/// Longest message, seconds.
pub const SECONDS_MAX: usize = 60;
/// How fast a person reads it, words in ten seconds: slower than one speaks.
const WORDS_IN_TEN_SECONDS: usize = 23;
/// The longest name that is read aloud, characters.
const NAME_CHARS_MAX: usize = 60;

/// A sentence, and how soon it is left out when time runs out: the higher, the sooner.
type Sentence = (u8, String);

pub(super) fn texts(desk: &Desk<'_>) -> Vec<SheetText> {
    let mut all = sentences(desk);
    let words = |all: &[Sentence]| all.iter().map(|(_, text)| spoken_words(text)).sum::<usize>();
    while words(&all) * 10 > SECONDS_MAX * WORDS_IN_TEN_SECONDS {
        let Some(last) = all.iter().map(|(rank, _)| *rank).max().filter(|rank| *rank > 0) else {
            break;
        };
        all.retain(|(rank, _)| *rank != last);
    }
    let seconds = (words(&all) * 10).div_ceil(WORDS_IN_TEN_SECONDS);
    let label = desk.voice().say_count("sheet-answering-label", seconds);
    let body = all.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
    vec![SheetText { label, body }]
}

/// What stands between spaces, and each piece of an address.
fn spoken_words(text: &str) -> usize {
    text.split([' ', '\u{a0}', '\u{202f}', '/', '-', '.']).filter(|one| !one.is_empty()).count()
}

fn sentences(desk: &Desk<'_>) -> Vec<Sentence> {
    let (town, v) = (desk.town, desk.voice());
    let name = inert::line(&town.name, NAME_CHARS_MAX);
    let mut all = vec![
        (0, v.say_with("sheet-answering-hello", &[("name", name.into())])),
        (0, top::headline(town)),
    ];
    all.extend(hours(desk).map(|said| (3, said)));
    all.extend(call(desk).into_iter().map(|said| (1, said)));
    if town.mood == Mood::Incident || town.mood == Mood::Disturbed {
        let closed = town.views.iter().filter(|view| view.status == ServiceStatus::Closed);
        let closed: Vec<String> = closed
            .map(|view| inert::line(&v.words.service_name(view.service), NAME_CHARS_MAX))
            .collect();
        if !closed.is_empty() {
            let names = closed.join(", ");
            all.push((4, v.say_with("sheet-answering-closed", &[("names", names.into())])));
        }
    }
    if let Some(address) = desk.spoken_address() {
        all.push((2, v.say_with("sheet-answering-page", &[("address", address.into())])));
    }
    if town.mood == Mood::Incident {
        all.push((1, v.say("sheet-answering-emergency")));
    }
    all.push((5, v.say("sheet-answering-bye")));
    all
}

/// When the reception is open, if that is on record and it is open.
fn hours(desk: &Desk<'_>) -> Option<String> {
    let view = top::reception(desk.town)?;
    if matches!(view.status, ServiceStatus::Closed | ServiceStatus::Unknown) {
        return None;
    }
    let hours = inert::some_line(view.service.hours.as_deref())?;
    let hours = inert::line(&hours, LINE_CHARS_MAX);
    Some(desk.voice().say_with("sheet-answering-hours", &[("hours", hours.into())]))
}

/// Which number to dial, said twice; nothing while the usual one is the one that was dialled.
fn call(desk: &Desk<'_>) -> Vec<String> {
    let (town, v) = (desk.town, desk.voice());
    match (top::reach(town).works, top::number(town)) {
        (Works::Yes, Some((number, false))) => {
            let spaced = spaced(&number);
            ["sheet-answering-call", "sheet-answering-again"]
                .iter()
                .map(|key| v.say_with(key, &[("number", spaced.as_str().into())]))
                .collect()
        }
        (Works::Yes, _) => Vec::new(),
        (Works::Doubtful | Works::No, _) => vec![v.say("sheet-answering-come")],
    }
}

/// A number as it is read aloud: `03, 28, 00, 00, 10`.
fn spaced(number: &str) -> String {
    let shown = phone::tidy(number).unwrap_or_else(|| number.to_owned());
    shown.split(' ').collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_pairs() {
        assert_eq!(spaced("0328000010"), "03, 28, 00, 00, 10");
        assert_eq!(spaced("112"), "112");
    }
}
