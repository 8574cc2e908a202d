//! Lists of people on paper: a pack printed before anything happens, and the day's appointments.
//!
//! Rules: a group begins on a page of its own, so that each class or counter takes its own sheets;
//! headings stand on every page; a person is never cut in two; nothing is left out for want of
//! room: a row grows.

use beffroi_town::{Instant, Lang, Tenant};
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
    /// The how manyth of this title it is: the one before is destroyed.
    pub number: u32,
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
            columns: Vec::new(),
            groups: Vec::new(),
            none: String::new(),
            row_height: 0,
            printed: v.say_with("paper-printed", &[("at", v.date(printed_at).into())]),
            page: press::page_words(v),
        }
    }
}

/// A list of people as a PDF.
///
/// # Errors
/// [`PaperError`]: a fault of the program.
pub fn pack(pack: &Pack<'_>, lang: Lang) -> Result<Pdf, PaperError> {
    let voice = Voice::of(pack.tenant, lang);
    let v = &voice;
    let count = |count: usize| v.say_with("paper-list-count", &[("count", count.into())]);
    let text = |(title, share)| ColumnOut { title, share, tick: false };
    let shares = std::iter::once(5).chain(std::iter::repeat(4));
    let mut columns: Vec<ColumnOut> =
        pack.columns.iter().map(|title| v.typed(title)).zip(shares).map(text).collect();
    columns.push(ColumnOut { title: v.say("paper-list-present"), share: 0, tick: true });
    let groups = pack.people.chunk_by(|one, other| one.group == other.group);
    let group = |people: &[Person]| GroupOut {
        title: people.first().map(|one| v.typed(&one.group)).unwrap_or_default(),
        count: count(people.len()),
        rows: people.iter().map(|one| row(&one.cells, pack.columns.len())).collect(),
    };
    let number = v.say_with("paper-list-number", &[("number", pack.number.to_string().into())]);
    let list = ListOut {
        title: v.typed(pack.title),
        notes: vec![count(pack.people.len()), number, v.say("paper-list-locked")],
        columns,
        groups: groups.map(group).collect(),
        none: count(0),
        // Twelve people on a page.
        row_height: 205,
        ..ListOut::new(v, pack.tenant, pack.printed_at)
    };
    press::print("list", &list, Vec::new(), pack.printed_at)
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
    let list = ListOut {
        title: v.say_with("paper-day-title", &[("day", v.day(sheet.day).into())]),
        columns: columns
            .map(|(key, share, tick)| ColumnOut { title: v.say(key), share, tick })
            .into(),
        notes: vec![v.say("paper-list-locked")],
        groups: groups.into_iter().filter(|group| !group.rows.is_empty()).collect(),
        none: v.say("paper-day-none"),
        row_height: 95,
        ..ListOut::new(v, sheet.tenant, sheet.printed_at)
    };
    press::print("list", &list, Vec::new(), sheet.printed_at)
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
