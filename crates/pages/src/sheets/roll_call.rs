//! The roll-call: everybody by service, with boxes for reached, present and what is needed.

use askama::Template;
use beffroi_town::{RosterEntry, roster};

use super::{Desk, printed};
use crate::{
    PageError,
    inert::{self, LINE_CHARS_MAX},
    print::PrintHead,
    voice::Voice,
};

/// Empty lines where there is no roster.
const BLANK_ROWS: usize = 22;

struct Person {
    name: String,
    function: String,
    phones: String,
}

struct Service {
    title: String,
    people: Vec<Person>,
}

#[derive(Template)]
#[template(path = "roll_call.html")]
struct RollCallPage<'a> {
    head: PrintHead,
    v: &'a Voice,
    name: &'a str,
    count: String,
    services: Vec<Service>,
    blank_rows: usize,
    printed: String,
}

fn person(one: &RosterEntry) -> Person {
    Person {
        name: inert::line(&one.name, 80),
        function: inert::line(&one.function, 80),
        phones: inert::line(&one.phones.join(" · "), 80)
            .replace(' ', "\u{a0}")
            .replace("\u{a0}·\u{a0}", " · "),
    }
}

pub(super) fn html(desk: &Desk<'_>, head: PrintHead) -> Result<String, PageError> {
    let v = desk.voice();
    let entries = &desk.staff.roster;
    let services = roster::by_service(entries)
        .into_iter()
        .map(|(title, people)| Service {
            title: match inert::line(title, LINE_CHARS_MAX) {
                title if title.is_empty() => v.say("sheet-roll-no-service"),
                title => title,
            },
            people: people.into_iter().map(person).collect(),
        })
        .collect();
    let page = RollCallPage {
        head,
        v,
        name: &desk.town.name,
        count: v.say_count("sheet-roll-count", entries.len()),
        services,
        blank_rows: if entries.is_empty() { BLANK_ROWS } else { 0 },
        printed: printed(desk),
    };
    page.render().map_err(|source| PageError::Template { page: "roll call", source })
}
