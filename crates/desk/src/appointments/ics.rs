//! One appointment as a calendar file (RFC 5545), for a resident's own calendar.
//!
//! Rules: times in UTC, so that no zone need be described; text escaped (section 3.3.11); lines of
//! at most 75 bytes, folded between characters (section 3.1); nothing says who comes.

use beffroi_town::Instant;
use beffroi_words::calendar;

/// Longest line, bytes, its end left out.
const LINE_BYTES_MAX: usize = 75;

/// What stands in the calendar.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// What tells it from every other: the same for each version of it.
    pub uid: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// Where.
    pub place: &'a str,
    /// What more there is to say.
    pub text: &'a str,
    /// When it begins.
    pub begins_at: Instant,
    /// How long it is.
    pub minutes: u16,
    /// When the file is made.
    pub made_at: Instant,
}

/// The bytes of the file.
pub fn file(event: &Event<'_>) -> String {
    let ends_at = event.begins_at.plus_ms(i64::from(event.minutes) * 60_000);
    let mut out = String::new();
    for line in [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Beffroi//Beffroi//FR".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", escaped(event.uid)),
        format!("DTSTAMP:{}", utc(event.made_at)),
        format!("DTSTART:{}", utc(event.begins_at)),
        format!("DTEND:{}", utc(ends_at)),
        format!("SUMMARY:{}", escaped(event.title)),
        format!("LOCATION:{}", escaped(event.place)),
        format!("DESCRIPTION:{}", escaped(event.text)),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ] {
        fold(&line, &mut out);
    }
    out
}

/// `20261130T082000Z`.
fn utc(at: Instant) -> String {
    calendar::machine(at).chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

fn fold(line: &str, out: &mut String) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > LINE_BYTES_MAX {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event<'a>(title: &'a str, text: &'a str) -> Event<'a> {
        Event {
            uid: "0190@59273",
            title,
            place: "Mairie ; 1er étage, porte 2",
            text,
            begins_at: Instant::from_ms(1_764_488_400_000),
            minutes: 20,
            made_at: Instant::from_ms(1_764_000_000_000),
        }
    }

    /// What a reader makes of it: folded lines put together again.
    fn unfolded(file: &str) -> Vec<String> {
        file.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn times_are_utc_and_text_is_escaped() {
        let made = file(&event("Carte, passeport; \\", "Une ligne\r\nune autre\u{7}"));
        let lines = unfolded(&made);
        assert!(lines.contains(&"DTSTART:20251130T074000Z".to_owned()), "{made}");
        assert!(lines.contains(&"DTEND:20251130T080000Z".to_owned()));
        assert!(lines.contains(&"SUMMARY:Carte\\, passeport\\; \\\\".to_owned()));
        assert!(lines.contains(&"LOCATION:Mairie \\; 1er étage\\, porte 2".to_owned()));
        assert!(lines.contains(&"DESCRIPTION:Une ligne\\nune autre".to_owned()));
        // Nobody breaks out of a line.
        let hostile = file(&event("x\r\nEND:VEVENT\nBEGIN:VALARM", ""));
        assert_eq!(
            unfolded(&hostile).iter().filter(|line| line.starts_with("END:VEVENT")).count(),
            1
        );
        assert!(!unfolded(&hostile).iter().any(|line| line.starts_with("BEGIN:VALARM")));
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        let long = "é👩‍👧 carte ".repeat(60);
        let made = file(&event(&long, &long));
        assert!(made.split("\r\n").all(|line| line.len() <= LINE_BYTES_MAX), "{made}");
        assert!(unfolded(&made).contains(&format!("SUMMARY:{long}")));
    }
}
