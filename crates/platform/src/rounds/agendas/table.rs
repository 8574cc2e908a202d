//! An agenda that the town's software drops as a table (CSV): one row an appointment.
//!
//! Rules: headings in French or English, in any order, others beside them; what a spreadsheet writes
//! is read (`registry::csv_in`); one row that is wrong refuses the whole file, with the rows and the
//! reasons: half a day on paper is worse than yesterday's whole one.

use beffroi_desk::appointments::{
    calendar::{EVENTS_MAX, Read, Window},
    sheet::Kept,
};
use beffroi_registry::csv_in::{self, Column, Row};
use beffroi_town::agenda::Day;

/// Longest text that is kept, characters.
const TEXT_CHARS_MAX: usize = 200;
/// How many wrong rows are told; the others are counted.
const TOLD_MAX: usize = 3;

const COLUMNS: &[Column] = &[
    Column { key: "day", names: &["date", "jour", "day"], required: true },
    Column {
        key: "hour",
        names: &["heure", "heure de début", "début", "hour", "time", "start"],
        required: true,
    },
    Column {
        key: "minutes",
        names: &["durée", "durée (min)", "durée en minutes", "duration", "minutes"],
        required: false,
    },
    Column { key: "who", names: &["nom", "qui", "usager", "name", "who"], required: true },
    Column {
        key: "about",
        names: &["motif", "objet", "pour quoi", "quoi", "about", "what", "reason"],
        required: false,
    },
    Column {
        key: "phone",
        names: &["téléphone", "tél.", "tel", "phone", "telephone"],
        required: false,
    },
];

/// Reads a table; nothing of it is used when a row is wrong.
///
/// # Errors
/// What is wrong, for a technician.
pub(super) fn read(bytes: &[u8], window: &Window<'_>) -> Result<Read, String> {
    let sheet = csv_in::read(bytes, COLUMNS)
        .map_err(|errors| told(errors.list().iter().map(ToString::to_string).collect()))?;
    if sheet.rows.len() > EVENTS_MAX {
        return Err(format!("it has more than {EVENTS_MAX} rows: export fewer months"));
    }
    let (mut read, mut wrong) = (Read::default(), Vec::new());
    for row in &sheet.rows {
        match taken(row) {
            Ok((day, one)) if (window.first..=window.last).contains(&day) => {
                read.days.entry(day).or_default().push(one);
            }
            Ok(_) => {}
            Err(why) => wrong.push(format!("row {}: {why}", row.number)),
        }
    }
    if wrong.is_empty() { Ok(read) } else { Err(told(wrong)) }
}

fn told(mut wrong: Vec<String>) -> String {
    let more = wrong.len().saturating_sub(TOLD_MAX);
    wrong.truncate(TOLD_MAX);
    let end = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("nothing was taken: {}{end}", wrong.join("; "))
}

fn taken(row: &Row) -> Result<(Day, Kept), String> {
    let day = day(row.get("day")).ok_or("write the date as 2026-11-30 or 30/11/2026")?;
    let minute = minute(row.get("hour")).ok_or("write the hour as 9h20 or 09:20")?;
    let minutes = row.get("minutes");
    let lasts = minutes.parse::<u16>().is_ok_and(|minutes| (1..=24 * 60).contains(&minutes));
    if !minutes.is_empty() && !lasts {
        return Err("write the duration in minutes, as 20".to_owned());
    }
    let text = |key: &str| -> String {
        let line = row.get(key).split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().take(TEXT_CHARS_MAX).collect()
    };
    let who = text("who");
    if who.is_empty() {
        return Err("it does not say who comes".to_owned());
    }
    Ok((day, Kept { minute, who, about: text("about"), phone: text("phone") }))
}

/// `2026-11-30`, `30/11/2026`, `30.11.2026`, `30-11-2026`.
fn day(text: &str) -> Option<Day> {
    if let Ok(day) = Day::parse(text) {
        return Some(day);
    }
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let whole = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    let year = year.parse().ok().filter(|_| whole)?;
    Day::new(year, month.parse().ok()?, day.parse().ok()?)
}

/// `9h20`, `9 h 20`, `9h`, `09:20`, `09:20:00`.
fn minute(text: &str) -> Option<u16> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let parts: Vec<&str> = text.split(['h', 'H', ':']).collect();
    let number = |text: &str| -> Option<u16> {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok())?
    };
    let (hour, minute) = match parts.as_slice() {
        [hour, ""] => (number(hour)?, 0),
        [hour, minute] | [hour, minute, "00"] => (number(hour)?, number(minute)?),
        _ => return None,
    };
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use beffroi_words::Zone;

    use super::*;

    fn of(bytes: &[u8]) -> Result<Vec<String>, String> {
        let zone = Zone::paris();
        let window = Window {
            first: Day::parse("2026-03-01").unwrap(),
            last: Day::parse("2026-04-30").unwrap(),
            zone: &zone,
        };
        let read = read(bytes, &window)?;
        let line = |(day, all): (&Day, &Vec<Kept>)| -> Vec<String> {
            let one = |one: &Kept| {
                format!("{day} {} {}|{}|{}", one.minute, one.who, one.about, one.phone)
            };
            all.iter().map(one).collect()
        };
        Ok(read.days.iter().flat_map(line).collect())
    }

    #[test]
    fn a_spreadsheet_s_table_is_read_in_latin_1_and_in_utf_8() {
        let text = "Date;Heure;Dur\u{e9}e;Nom;Motif;T\u{e9}l\u{e9}phone;Agent\r\n\
            30/03/2026;9h20;20;Zo\u{e9} QZ;Carte;03 28 00 00 00;x\r\n\
            2026-03-31;09:40;;\u{ab} Ana \u{bb};;;\r\n\
            01.06.2026;9h;15;Plus tard;;;\r\n";
        let want = ["2026-03-30 560 Zoé QZ|Carte|03 28 00 00 00", "2026-03-31 580 « Ana »||"];
        assert_eq!(of(text.as_bytes()).unwrap(), want);
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        assert_eq!(of(&latin).unwrap(), want);
        let english = "name,time,date\nAna,9:20,2026-03-30\n";
        assert_eq!(of(english.as_bytes()).unwrap(), ["2026-03-30 560 Ana||"]);
    }

    #[test]
    fn one_wrong_row_refuses_the_whole_and_is_named() {
        let head = "date;heure;durée;nom\n2026-03-30;9h;20;Ana\n";
        for (row, why) in [
            ("31/02/2026;9h;20;Zoé", "row 3: write the date"),
            ("2026-03-30;25h;20;Zoé", "row 3: write the hour"),
            ("2026-03-30;9h;longtemps;Zoé", "row 3: write the duration"),
            ("2026-03-30;9h;20; ", "row 3: it does not say who"),
        ] {
            let said = of(format!("{head}{row}\n").as_bytes()).unwrap_err();
            assert!(said.starts_with("nothing was taken: ") && said.contains(why), "{said}");
        }
        let many = format!("{head}{}", "x;9h;20;Zoé\n".repeat(9));
        let said = of(many.as_bytes()).unwrap_err();
        assert!(said.contains("row 5") && said.ends_with("and 6 more"), "{said}");
        for bad in [b"nom\nAna\n".as_slice(), b"", b"\0\0", b"<html>no</html>"] {
            assert!(of(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn hours_and_days_are_read_strictly() {
        for (text, want) in [("9h", 540), ("9 h 05", 545), ("09:20", 560), ("09:20:00", 560)] {
            assert_eq!(minute(text), Some(want), "{text}");
        }
        for text in ["", "9", "24h", "9h60", "9h5m", "-1h", "009h00", "9h20h30"] {
            assert_eq!(minute(text), None, "{text}");
        }
        for text in ["", "30/11", "30/11/26", "2026/30/11", "x", "0/1/2026"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
