//! The roll-call: everybody by service, with boxes for reached, present and what is needed.

use askama::Template;
use beffroi_town::{
    RosterEntry,
    leaflet::{Block, Column, Table},
    roster,
};

use super::{Desk, Made, printed};
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

pub(super) fn page(desk: &Desk<'_>, head: PrintHead) -> Result<Made, PageError> {
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
    let html = page.render().map_err(|source| PageError::Template { page: "roll call", source })?;
    Ok(Made { html, texts: Vec::new(), blocks: page.blocks() })
}

impl RollCallPage<'_> {
    fn blocks(&self) -> Vec<Block> {
        let v = self.v;
        let to_fill_in = ["sheet-roll-by", "sheet-roll-at"].map(|key| (v.say(key), None));
        let mut all = vec![
            Block::Title(self.head.title.clone()),
            Block::Text(self.count.clone()),
            Block::Facts(to_fill_in.into()),
        ];
        all.extend(self.services.iter().map(|service| {
            let line = |one: &Person| {
                let who = [one.name.as_str(), one.function.as_str()];
                let who: Vec<&str> = who.into_iter().filter(|text| !text.is_empty()).collect();
                let phones = Some(one.phones.clone()).filter(|phones| !phones.is_empty());
                vec![None, None, Some(who.join("\n")), phones, None]
            };
            self.table(service.title.clone(), service.people.iter().map(line).collect())
        }));
        if self.blank_rows > 0 {
            all.push(self.table(v.say("kit-calls-none"), vec![vec![None; 5]; self.blank_rows]));
        }
        all
    }

    fn table(&self, caption: String, rows: Vec<Vec<Option<String>>>) -> Block {
        let v = self.v;
        let columns = vec![
            Column::tick(v.say("sheet-roll-reached")),
            Column::tick(v.say("sheet-roll-present")),
            Column::new(v.say("kit-col-name"), 3),
            Column::new(v.say("kit-col-phone"), 2),
            Column::new(v.say("sheet-roll-needs"), 3),
        ];
        Block::Table(Table { caption, level: 2, columns, rows, together: false })
    }
}
