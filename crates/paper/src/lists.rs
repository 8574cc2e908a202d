//! Lists of people on paper: a pack printed before anything happens, and the day's appointments.
//!
//! Rules: a group begins on a page of its own, so that each class or counter takes its own sheets;
//! headings stand on every page; a person is never cut in two; nothing is left out for want of
//! room: a row grows. A list says its number, and which one is to be destroyed.

use beffroi_town::{Instant, Lang, Tenant, pack::Tick};
use serde::Serialize;

use crate::{PaperError, Pdf, press, voice::Voice};

/// Somebody on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Whose sheet: a class, a round; empty when there are no groups.
    pub group: String,
    /// A text for each column of the list, the name first.
    pub cells: Vec<String>,
}

/// How the rows of a list look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// How many a page has room for when none is long.
    pub per_page: u32,
    /// What the box beside each is ticked for; none: there is no box.
    pub tick: Option<Tick>,
    /// Whether they are people: otherwise files.
    pub people: bool,
}

/// A list of people, such as the children of the canteen.
#[derive(Clone, Copy, Debug)]
pub struct Pack<'a> {
    /// Whose list.
    pub tenant: &'a Tenant,
    /// What it is called.
    pub title: &'a str,
    /// What its columns are called, the name first.
    pub columns: &'a [String],
    /// Everybody; those of one group one after the other.
    pub people: &'a [Person],
    /// The how manyth of this title it is.
    pub number: u32,
    /// The one before, if there is one: its paper is to be destroyed.
    pub former: Option<u32>,
    /// When the list was as it stands here.
    pub made_at: Instant,
    /// How its rows look.
    pub rows: Rows,
    /// When it is printed.
    pub printed_at: Instant,
}

/// An appointment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// When it begins: minutes since midnight where the town is.
    pub minute: u16,
    /// Who comes.
    pub who: String,
    /// What for.
    pub about: String,
    /// How they are reached.
    pub phone: String,
}

/// The appointments of one day at one place.
#[derive(Clone, Copy, Debug)]
pub struct DaySheet<'a> {
    /// Whose.
    pub tenant: &'a Tenant,
    /// Which counter.
    pub place: &'a str,
    /// An instant of that day.
    pub day: Instant,
    /// In any order.
    pub appointments: &'a [Appointment],
    /// When it is printed.
    pub printed_at: Instant,
    /// When the sheet that this one replaces was printed.
    pub replaces: Option<Instant>,
}

/// The requests that wait, as a list.
#[derive(Clone, Copy, Debug)]
pub struct Queue<'a> {
    /// Whose.
    pub tenant: &'a Tenant,
    /// What its columns are called.
    pub columns: &'a [String],
    /// A text for each column.
    pub rows: &'a [Vec<String>],
    /// When it is printed.
    pub printed_at: Instant,
}

/// What the template is handed.
#[derive(Serialize)]
struct ListOut {
    lang: &'static str,
    town: String,
    house: String,
    title: String,
    /// What stands below the title.
    notes: Vec<String>,
    /// What is to be done before anything else; empty when there is nothing.
    order: String,
    columns: Vec<ColumnOut>,
    groups: Vec<GroupOut>,
    /// What is said when there is nobody.
    none: String,
    /// The least height of a row, in tenths of a millimetre.
    row_height: u32,
    printed: String,
    page: String,
}

#[derive(Serialize)]
struct ColumnOut {
    title: String,
    /// Its share of the width.
    share: u8,
    /// A box to tick instead of a text.
    tick: bool,
}

#[derive(Serialize)]
struct GroupOut {
    title: String,
    count: String,
    rows: Vec<Vec<String>>,
}

impl ListOut {
    fn new(v: &Voice, tenant: &Tenant, printed_at: Instant) -> Self {
        Self {
            lang: v.words.lang().tag(),
            town: tenant.name.clone(),
            house: v.house(),
            title: String::new(),
            notes: Vec::new(),
            order: String::new(),
            columns: Vec::new(),
            groups: Vec::new(),
            none: String::new(),
            row_height: 0,
            printed: v.say_with("paper-printed", &[("at", v.date(printed_at).into())]),
            page: press::page_words(v.words),
        }
    }
}

/// The height that rows share on the first page, below title and headings, tenths of a millimetre.
const ROWS_HEIGHT: u32 = 2_340;

/// A list of people as a PDF.
///
/// # Errors
/// [`PaperError`]: a fault of the program.
pub fn pack(pack: &Pack<'_>, lang: Lang) -> Result<Pdf, PaperError> {
    let voice = Voice::of(pack.tenant, lang);
    let v = &voice;
    let counted = if pack.rows.people { "paper-list-count" } else { "paper-list-count-files" };
    let count = |count: usize| v.say_with(counted, &[("count", count.into())]);
    let numbered =
        |key: &str, number: u32| v.say_with(key, &[("number", number.to_string().into())]);
    let number = numbered("paper-list-number", pack.number);
    let made = v.say_with("paper-list-made", &[("day", v.day(pack.made_at).into())]);
    let groups = pack.people.chunk_by(|one, other| one.group == other.group);
    let group = |people: &[Person]| GroupOut {
        title: people.first().map(|one| v.typed(&one.group)).unwrap_or_default(),
        count: count(people.len()),
        rows: people.iter().map(|one| row(&one.cells, pack.columns.len())).collect(),
    };
    let plain = ListOut::new(v, pack.tenant, pack.printed_at);
    let list = ListOut {
        title: v.typed(pack.title),
        notes: vec![count(pack.people.len()), number.clone(), made, v.say("paper-list-locked")],
        order: pack.former.map(|one| numbered("paper-list-destroy", one)).unwrap_or_default(),
        columns: columns(v, pack),
        groups: groups.map(group).collect(),
        none: count(0),
        row_height: ROWS_HEIGHT / pack.rows.per_page.max(1),
        printed: format!("{number} · {}", plain.printed),
        ..plain
    };
    press::print("list", &list, Vec::new(), pack.printed_at)
}

/// The columns of a list, each as wide as what it holds needs, so that rows stay low.
fn columns(v: &Voice, pack: &Pack<'_>) -> Vec<ColumnOut> {
    let text = |(at, title): (usize, &String)| {
        let cells = pack.people.iter().filter_map(|person| person.cells.get(at));
        ColumnOut { title: v.typed(title), share: share(title, cells), tick: false }
    };
    let mut columns: Vec<ColumnOut> = pack.columns.iter().enumerate().map(text).collect();
    columns.extend(pack.rows.tick.map(|tick| {
        let key = match tick {
            Tick::Present => "paper-list-present",
            Tick::Reached => "paper-list-reached",
        };
        ColumnOut { title: v.say(key), share: 0, tick: true }
    }));
    columns
}

/// The narrowest and the widest share of a column.
const SHARES: (usize, usize) = (10, 40);

/// A word of so many letters finds room in its column; the template breaks a longer one.
const WORD_CHARS: usize = 24;

/// By the letters of a usual cell, and no less than the longest word of heading and cells.
fn share<'a>(title: &str, cells: impl Iterator<Item = &'a String>) -> u8 {
    let longest = |text: &str| text.split_whitespace().map(|word| word.chars().count()).max();
    let (mut letters, mut many, mut word) = (0, 0, longest(title).unwrap_or(0));
    for cell in cells {
        letters += cell.chars().count();
        many += 1;
        word = word.max(longest(cell).unwrap_or(0).min(WORD_CHARS));
    }
    let usual = letters.checked_div(many).unwrap_or(0).max(word).clamp(SHARES.0, SHARES.1);
    u8::try_from(usual).unwrap_or(u8::MAX)
}

/// As many texts as there are columns: what is too many is put into the last.
fn row(cells: &[String], columns: usize) -> Vec<String> {
    let mut row: Vec<String> = cells.iter().take(columns).map(|text| in_one_piece(text)).collect();
    row.resize(columns, String::new());
    let over = cells.get(columns..).unwrap_or_default();
    if let Some(last) = row.last_mut() {
        for text in over {
            last.push('\n');
            last.push_str(&in_one_piece(text));
        }
    }
    row
}

/// A space between two digits does not break: a number is never cut at the end of a line.
fn in_one_piece(text: &str) -> String {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        let inside = c == ' ' && digit(before) && digit(chars.peek().copied());
        out.push(if inside { '\u{a0}' } else { c });
        before = Some(c);
    }
    out
}

/// The appointments of a day as a PDF.
///
/// # Errors
/// [`PaperError`]: a fault of the program.
pub fn day_sheet(sheet: &DaySheet<'_>, lang: Lang) -> Result<Pdf, PaperError> {
    let voice = Voice::of(sheet.tenant, lang);
    let v = &voice;
    let columns = [
        ("paper-day-time", 2, false),
        ("paper-day-who", 6, false),
        ("paper-day-about", 6, false),
        ("paper-day-phone", 4, false),
        ("paper-day-came", 0, true),
    ];
    let mut all: Vec<&Appointment> = sheet.appointments.iter().collect();
    all.sort_by_key(|one| (one.minute, &one.who));
    let row = |one: &&Appointment| {
        vec![
            v.words.clock_at(one.minute),
            one.who.clone(),
            one.about.clone(),
            in_one_piece(&one.phone),
        ]
    };
    let count = v.say_with("paper-day-count", &[("count", all.len().into())]);
    let groups =
        vec![GroupOut { title: v.typed(sheet.place), count, rows: all.iter().map(row).collect() }];
    let replaced =
        sheet.replaces.map(|at| v.say_with("paper-day-replaces", &[("at", v.date(at).into())]));
    let list = ListOut {
        title: v.say_with("paper-day-title", &[("day", v.day(sheet.day).into())]),
        columns: columns
            .map(|(key, share, tick)| ColumnOut { title: v.say(key), share, tick })
            .into(),
        notes: replaced.into_iter().chain([v.say("paper-list-locked")]).collect(),
        groups: groups.into_iter().filter(|group| !group.rows.is_empty()).collect(),
        none: v.say("paper-day-none"),
        row_height: 95,
        ..ListOut::new(v, sheet.tenant, sheet.printed_at)
    };
    press::print("list", &list, Vec::new(), sheet.printed_at)
}

/// The queue as a PDF.
///
/// # Errors
/// [`PaperError`]: a fault of the program.
pub fn queue(queue: &Queue<'_>, lang: Lang) -> Result<Pdf, PaperError> {
    let voice = Voice::of(queue.tenant, lang);
    let v = &voice;
    // Reference, procedure, origin, state, time left.
    let shares = [5, 6, 6, 3, 5].into_iter().chain(std::iter::repeat(4));
    let column =
        |(title, share): (&String, u8)| ColumnOut { title: v.typed(title), share, tick: false };
    let rows = queue.rows.iter().map(|cells| row(cells, queue.columns.len()));
    let count = v.say_with("paper-queue-count", &[("count", queue.rows.len().into())]);
    let groups =
        vec![GroupOut { title: String::new(), count: String::new(), rows: rows.collect() }];
    let list = ListOut {
        title: v.say("paper-requests-title"),
        notes: vec![count, v.say("paper-list-locked")],
        columns: queue.columns.iter().zip(shares).map(column).collect(),
        groups: groups.into_iter().filter(|group| !group.rows.is_empty()).collect(),
        none: v.say("paper-queue-none"),
        ..ListOut::new(v, queue.tenant, queue.printed_at)
    };
    press::print("list", &list, Vec::new(), queue.printed_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_for_the_columns_is_kept() {
        let cells = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(row(&cells, 2), ["a", "b\nc"]);
        assert_eq!(row(&cells, 4), ["a", "b", "c", ""]);
        assert_eq!(row(&cells, 0), Vec::<String>::new());
        assert_eq!(in_one_piece("Ana, 06 12 34, 8 rue"), "Ana, 06\u{a0}12\u{a0}34, 8 rue");
    }
}
