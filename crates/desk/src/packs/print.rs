//! A list on paper.

use beffroi_paper::{self as paper, Pdf, Person, Rows};
use beffroi_town::{
    Instant, Lang, PackKind, Tenant,
    agenda::{Day, Slot},
    pack::{Cell, Shape},
};
use beffroi_words::{Words, Zone};

use super::{Entry, PackError};

/// Which list is printed.
#[derive(Clone, Copy, Debug)]
pub struct Printing<'a> {
    /// Whose.
    pub tenant: &'a Tenant,
    /// Which.
    pub kind: PackKind,
    /// The how manyth.
    pub number: u32,
    /// The one before whose paper is to be destroyed.
    pub former: Option<u32>,
    /// When it was as it stands here.
    pub made_at: Instant,
    /// When it is printed.
    pub printed_at: Instant,
}

/// The list as a PDF: rows in the order they come.
///
/// # Errors
/// [`PackError::Paper`]: a fault of the program.
pub fn pdf(one: &Printing<'_>, entries: &[Entry], lang: Lang) -> Result<Pdf, PackError> {
    let (words, zone, layout) = (Words::of(lang), Zone::of(one.tenant), one.kind.layout());
    let says = |code: &&str| entries.iter().any(|entry| entry.contains_key(*code));
    // A column that no row says anything in would only take room.
    let cells: Vec<&Cell> =
        layout.cells.iter().filter(|cell| cell.fields.iter().any(says)).collect();
    let columns: Vec<String> =
        cells.iter().map(|cell| words.say(&format!("pack-cell-{}", cell.code))).collect();
    let grouped = layout.group.is_some_and(|code| says(&code));
    let group = |entry: &Entry| match layout.group.and_then(|code| entry.get(code)) {
        Some(group) if !group.is_empty() => group.clone(),
        _ if grouped => words.say("pack-group-none"),
        _ => String::new(),
    };
    let shown = |entry: &Entry, code: &str| shown(one.kind, code, entry.get(code)?, (&zone, words));
    let person = |entry: &Entry| {
        let texts = cells.iter().enumerate().map(|(at, cell)| {
            let said = cell.fields.iter().filter_map(|code| shown(entry, code));
            said.collect::<Vec<_>>().join(if at == 0 { " " } else { "\n" })
        });
        Person { group: group(entry), cells: texts.collect() }
    };
    let people: Vec<Person> = entries.iter().map(person).collect();
    let title = words.pack_kind(one.kind);
    let list = paper::Pack {
        tenant: one.tenant,
        title: &title,
        columns: &columns,
        people: &people,
        number: one.number,
        former: one.former,
        made_at: one.made_at,
        rows: Rows {
            per_page: layout.rows_per_page,
            tick: layout.tick,
            people: one.kind.is_people(),
        },
        printed_at: one.printed_at,
    };
    Ok(paper::pack(&list, lang)?)
}

/// What a field says on paper: a day in full.
fn shown(kind: PackKind, code: &str, text: &str, (zone, words): (&Zone, &Words)) -> Option<String> {
    let is_day = kind.field(code)?.shape == Shape::Date;
    let day = Day::parse(text).ok().filter(|_| is_day);
    let noon = day.and_then(|day| zone.instant(Slot { day, minute: 12 * 60 }));
    Some(noon.map_or_else(|| text.to_owned(), |at| words.day_full(at, zone)))
}
