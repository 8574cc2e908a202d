//! The envelope for the printing room: the same as its page says, in the same order.

use beffroi_town::leaflet::{Block, Column, Leaflet, Table};

use super::{KitPage, PersonPage, cards::Card, lists::Row};

pub(super) fn leaflet(page: &KitPage<'_>) -> Leaflet {
    let mut parts = vec![cover(page)];
    parts.extend(page.people.iter().map(|one| person(page, one)));
    parts.push(numbers(page));
    parts.push(calls(page));
    parts.extend(page.cards.iter().map(|one| card(page, one)));
    Leaflet {
        title: page.head.title.clone(),
        town: page.town.clone(),
        house: page.v.house(),
        foot: format!("{} {}", page.number, page.printed),
        square: page.console.as_ref().map(|(_, address)| address.clone()),
        parts,
    }
}

impl KitPage<'_> {
    fn say(&self, key: &str) -> String {
        self.v.say(key)
    }

    fn says(&self, keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| self.say(key)).collect()
    }

    fn to_fill_in(&self, keys: &[&str]) -> Block {
        Block::Facts(keys.iter().map(|key| (self.say(key), None)).collect())
    }

    /// An address to type; without one, a line to write it on.
    fn address(&self, known: Option<&(String, String)>) -> Block {
        match known {
            Some((_, address)) => Block::Lede(address.clone()),
            None => self.to_fill_in(&["kit-address-missing"]),
        }
    }

    fn calls_columns(&self) -> Vec<Column> {
        vec![
            Column::tick(self.say("kit-col-reached")),
            Column::new(self.say("kit-col-name"), 3),
            Column::new(self.say("kit-col-function"), 3),
            Column::new(self.say("kit-col-phone"), 3),
        ]
    }
}

fn cover(page: &KitPage<'_>) -> Vec<Block> {
    let mut all = vec![
        Block::Title(page.say("kit-cover")),
        Block::Lede(page.say("kit-cover-open")),
        Block::Text(format!("{}\n{}", page.printed, page.number)),
        Block::Heading(page.say("kit-stale-title")),
        Block::Items(page.stale.clone()),
        Block::Text(page.say("kit-stale-do")),
        Block::Heading(page.v.say_count("kit-for", page.people.len())),
        Block::Names(page.names.clone()),
    ];
    all.extend(page.names_more.clone().map(Block::Text));
    all.push(Block::Text(page.say("kit-keep")));
    all.push(page.to_fill_in(&["kit-sealed", "kit-sealed-by", "kit-opened", "kit-opened-by"]));
    all
}

fn person(page: &KitPage<'_>, one: &PersonPage) -> Vec<Block> {
    let mut all = vec![
        Block::Heading(one.name.clone()),
        Block::Lede(one.role.clone()),
        Block::Sub(page.say("kit-console")),
        page.address(page.console.as_ref()),
        Block::Sub(page.say("kit-codes")),
        Block::Codes(one.codes.clone()),
    ];
    if page.console.is_some() {
        all.push(Block::Square(page.say("kit-console-square")));
    }
    all.push(Block::Sub(page.say("kit-how")));
    let how = ["kit-how-1", "kit-how-2", "kit-how-3", "kit-how-4", "kit-how-5"];
    all.push(Block::Steps(page.says(&how)));
    all.push(Block::Sub(page.say("kit-page")));
    all.push(page.address(page.page.as_ref()));
    if one.called_by.is_some() || !one.calls.is_empty() {
        all.push(Block::Sub(page.say("kit-calls-own")));
        all.extend(one.called_by.clone().map(Block::Text));
        if !one.calls.is_empty() {
            all.push(Block::Items(one.calls.clone()));
        }
        all.extend(one.calls_more.clone().map(Block::Text));
    }
    all
}

fn numbers(page: &KitPage<'_>) -> Vec<Block> {
    let mut all = vec![
        Block::Heading(page.say("kit-places")),
        Block::Facts(page.spots.clone()),
        Block::Heading(page.say("kit-numbers")),
        rows(page, "kit-numbers-public", &page.public, false),
        rows(page, "kit-numbers-own", &page.contacts, true),
    ];
    if !page.firms.is_empty() {
        all.push(rows(page, "kit-numbers-firms", &page.firms, false));
    }
    if !page.forwards.is_empty() {
        all.push(rows(page, "kit-numbers-forwards", &page.forwards, true));
    }
    all
}

fn rows(page: &KitPage<'_>, caption: &str, all: &[Row], with_who: bool) -> Block {
    let mut columns = vec![Column::new(page.say("kit-col-what"), 3)];
    if with_who {
        columns.push(Column::new(page.say("kit-col-who"), 2));
    }
    columns.push(Column::new(page.say("kit-col-phone"), 2));
    columns.push(Column::new(page.say("kit-col-note"), 2));
    let line = |row: &Row| {
        let mut cells = vec![Some(row.what.clone())];
        if with_who {
            cells.push(row.who.clone());
        }
        cells.push(row.phone.clone());
        cells.push(Some(row.note.clone().unwrap_or_default()));
        cells
    };
    let rows = all.iter().map(line).collect();
    Block::Table(Table { caption: page.say(caption), level: 3, columns, rows, together: false })
}

fn calls(page: &KitPage<'_>) -> Vec<Block> {
    let mut all =
        vec![Block::Heading(page.say("kit-calls")), Block::Text(page.say("kit-calls-how"))];
    if page.blank_rows > 0 {
        all.push(Block::Text(page.say("kit-calls-none")));
        all.push(Block::Table(Table {
            caption: page.say("kit-calls-blank"),
            level: 3,
            columns: page.calls_columns(),
            rows: vec![vec![None; 4]; page.blank_rows],
            together: false,
        }));
    }
    for group in &page.groups {
        let line = |row: &Row| {
            let what = [row.who.as_deref(), row.note.as_deref()];
            let what = what.into_iter().flatten().collect::<Vec<_>>().join(", ");
            vec![Some(String::new()), Some(row.what.clone()), Some(what), row.phone.clone()]
        };
        all.push(Block::Table(Table {
            caption: group.title.clone(),
            level: 3,
            columns: page.calls_columns(),
            rows: group.people.iter().map(line).collect(),
            together: group.together,
        }));
    }
    all
}

fn card(page: &KitPage<'_>, one: &Card) -> Vec<Block> {
    vec![
        Block::Heading(one.title.clone()),
        Block::Text(page.say("kit-card-text")),
        Block::Sub(page.say("kit-card-all")),
        Block::Ticks(one.all.clone()),
        Block::Sub(page.say("kit-card-first")),
        Block::Ticks(one.first.clone()),
    ]
}
