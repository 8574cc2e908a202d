//! What somebody wrote into a form, read against the questions: each fault at its key, nothing lost.
//!
//! Rules: what is not asked is not kept; control characters and marks that turn the reading
//! direction never get in, everything else that people write does (emoji, any script); what is too
//! long is told, never cut.

use std::collections::BTreeMap;

use super::{Answers, Field, FieldKind, Health, Procedure, YES};
use crate::phone;

/// Longest line, characters.
pub const LINE_CHARS_MAX: usize = 200;
/// Longest text of several lines, characters.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Digits of the largest number.
const NUMBER_DIGITS_MAX: usize = 6;

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing was written.
    Missing,
    /// Too many characters, and how many are allowed.
    TooLong(usize),
    /// Not one of the options.
    NoOption,
    /// No day of the calendar.
    NoDay,
    /// No telephone number.
    NoPhone,
    /// No mail address.
    NoMail,
    /// No whole number.
    NoNumber,
    /// No postcode.
    NoPostcode,
}

/// What was written, and what is wrong with it, key by key in the order of the questions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// What can be kept.
    pub answers: Answers,
    /// What is wrong.
    pub wrong: Vec<(String, Wrong)>,
}

/// The texts of a form by the names of its fields. A day has three: `born.day`, `born.month`,
/// `born.year`.
pub type Typed = BTreeMap<String, String>;

/// Reads a form. Attachments are not looked at: they are no text.
pub fn read(procedure: &Procedure, health: Health, typed: &Typed) -> Given {
    let mut given = Given::default();
    for field in procedure.fields() {
        // A question asks of what was answered before it: that is read by now.
        if field.kind != FieldKind::Attachment && procedure.is_asked(field, health, &given.answers)
        {
            one(&mut given, field, typed);
        }
    }
    given
}

fn one(given: &mut Given, field: &Field, typed: &Typed) {
    match field.kind {
        FieldKind::Choices => options(given, field, typed),
        FieldKind::Choice | FieldKind::YesNo => choice(given, field, typed),
        FieldKind::Date => day(given, field, typed),
        _ => texts(given, field, typed),
    }
}

fn text(typed: &Typed, key: &str, lines: bool) -> String {
    let text = typed.get(key).map_or("", String::as_str).replace("\r\n", "\n");
    let clean: String = text.chars().filter(|c| !is_hidden(*c) || (lines && *c == '\n')).collect();
    clean.trim().to_owned()
}

/// Control characters, and marks that turn the direction of text around them.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn options(given: &mut Given, field: &Field, typed: &Typed) {
    let mut ticked = 0;
    for option in &field.options {
        let key = format!("{}.{}", field.code, option.code);
        if typed.contains_key(&key) {
            ticked += 1;
            given.answers.0.insert(key, YES.to_owned());
        }
    }
    if ticked == 0 && !field.optional {
        given.wrong.push((field.code.clone(), Wrong::Missing));
    }
}

fn choice(given: &mut Given, field: &Field, typed: &Typed) {
    let chosen = text(typed, &field.code, false);
    let yes_no = field.kind == FieldKind::YesNo && matches!(chosen.as_str(), "yes" | "no");
    if yes_no || field.options.iter().any(|option| option.code == chosen) {
        given.answers.0.insert(field.code.clone(), chosen);
    } else if !chosen.is_empty() {
        given.wrong.push((field.code.clone(), Wrong::NoOption));
    } else if !field.optional {
        given.wrong.push((field.code.clone(), Wrong::Missing));
    }
}

fn day(given: &mut Given, field: &Field, typed: &Typed) {
    let part = |name: &str| text(typed, &format!("{}.{name}", field.code), false);
    let (day, month, year) = (part("day"), part("month"), part("year"));
    if day.is_empty() && month.is_empty() && year.is_empty() {
        if !field.optional {
            given.wrong.push((field.code.clone(), Wrong::Missing));
        }
        return;
    }
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| text.len() <= 4);
    let found = match (number(&day), number(&month), number(&year)) {
        (Some(day), Some(month), Some(year)) if is_day(day, month, year) => {
            Some(format!("{year:04}-{month:02}-{day:02}"))
        }
        _ => None,
    };
    match found {
        Some(iso) => drop(given.answers.0.insert(field.code.clone(), iso)),
        None => given.wrong.push((field.code.clone(), Wrong::NoDay)),
    }
}

const fn is_day(day: u16, month: u16, year: u16) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    day >= 1 && day <= last && year >= 1850 && year <= 2199
}

fn texts(given: &mut Given, field: &Field, typed: &Typed) {
    let long = field.kind == FieldKind::LongText;
    let max = if long { TEXT_CHARS_MAX } else { LINE_CHARS_MAX };
    for part in field.parts() {
        let key = field.key(part);
        let written = text(typed, &key, long);
        let wrong = if written.is_empty() {
            (!field.optional).then_some(Wrong::Missing)
        } else if written.chars().count() > max {
            Some(Wrong::TooLong(max))
        } else {
            shape(field.kind, part.code, &written)
        };
        match wrong {
            Some(wrong) => given.wrong.push((key, wrong)),
            None if written.is_empty() => {}
            None => drop(given.answers.0.insert(key, written)),
        }
    }
}

fn shape(kind: FieldKind, part: &str, written: &str) -> Option<Wrong> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (kind, part) {
        (FieldKind::Number, _) if !digits(written) || written.len() > NUMBER_DIGITS_MAX => {
            Some(Wrong::NoNumber)
        }
        (FieldKind::Phone, _) if phone::numbers(written).is_empty() => Some(Wrong::NoPhone),
        (FieldKind::Mail, _) if !is_mail(written) => Some(Wrong::NoMail),
        (FieldKind::Address, "postcode") if !digits(written) || written.len() != 5 => {
            Some(Wrong::NoPostcode)
        }
        _ => None,
    }
}

fn is_mail(text: &str) -> bool {
    let Some((who, host)) = text.rsplit_once('@') else { return false };
    !who.is_empty()
        && !text.contains(char::is_whitespace)
        && host.split('.').count() > 1
        && host.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ProcedureId, ServiceId,
        procedure::{Basis, Condition, Kept, KeptFrom, KeyGroup, Privacy, Said, Section},
    };

    fn said(text: &str) -> Said {
        Said { fr: text.to_owned(), en: text.to_owned() }
    }

    fn field(code: &str, kind: FieldKind) -> Field {
        Field {
            code: code.to_owned(),
            kind,
            label: said(code),
            help: None,
            optional: false,
            options: Vec::new(),
            shown_when: None,
            health: false,
            instead: None,
            lines: None,
        }
    }

    fn procedure(fields: Vec<Field>) -> Procedure {
        Procedure {
            code: ProcedureId::parse("test").unwrap(),
            mark: "TE".to_owned(),
            version: 1,
            group: KeyGroup::General,
            service: ServiceId::parse("reception").unwrap(),
            urgent: false,
            title: said("t"),
            what: said("w"),
            who: None,
            warning: None,
            bring: Vec::new(),
            by_when: said("b"),
            next: vec![said("n")],
            cover_of: None,
            signed: None,
            clocks: Vec::new(),
            privacy: Privacy {
                purpose: said("p"),
                basis: Basis::PublicTask,
                law: "l".to_owned(),
                readers: said("r"),
                kept: Kept {
                    months: 1,
                    from: KeptFrom::Answer,
                    visa: false,
                    source: "s".to_owned(),
                },
            },
            sections: vec![Section { title: said("s"), help: None, fields }],
        }
    }

    fn given(fields: Vec<Field>, typed: &[(&str, &str)]) -> Given {
        let typed = typed.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
        read(&procedure(fields), Health::Off, &typed.collect())
    }

    fn wrong(kind: FieldKind, typed: &[(&str, &str)]) -> Vec<Wrong> {
        given(vec![field("a", kind)], typed).wrong.into_iter().map(|(_, wrong)| wrong).collect()
    }

    #[test]
    fn a_day_must_be_one_of_the_calendar() {
        let typed = |day, month, year| [("a.day", day), ("a.month", month), ("a.year", year)];
        for (day, month, year) in [("29", "2", "2024"), ("1", "01", "1999"), ("31", "12", "2199")] {
            assert_eq!(
                wrong(FieldKind::Date, &typed(day, month, year)),
                [],
                "{day} {month} {year}"
            );
        }
        for (day, month, year) in [
            ("29", "2", "2023"),
            ("29", "2", "2100"),
            ("31", "4", "2024"),
            ("0", "1", "2024"),
            ("1", "13", "2024"),
            ("1", "1", "24"),
            ("", "1", "2024"),
            ("99999999999999999999", "1", "2024"),
            ("-1", "1", "2024"),
        ] {
            assert_eq!(wrong(FieldKind::Date, &typed(day, month, year)), [Wrong::NoDay]);
        }
        assert_eq!(wrong(FieldKind::Date, &[]), [Wrong::Missing]);
        let kept = given(vec![field("a", FieldKind::Date)], &typed("5", "4", "2019"));
        assert_eq!(kept.answers.get("a"), Some("2019-04-05"));
    }

    #[test]
    fn numbers_addresses_and_lengths_are_tried() {
        for (kind, text, expected) in [
            (FieldKind::Phone, "03 28 00 00 00", None),
            (FieldKind::Phone, "rappelez-moi", Some(Wrong::NoPhone)),
            (FieldKind::Mail, "zoe@exemple.fr", None),
            (FieldKind::Mail, "zoe@exemple", Some(Wrong::NoMail)),
            (FieldKind::Mail, "zoe exemple.fr", Some(Wrong::NoMail)),
            (FieldKind::Number, "12", None),
            (FieldKind::Number, "douze", Some(Wrong::NoNumber)),
            (FieldKind::Number, "1234567", Some(Wrong::NoNumber)),
            (FieldKind::Text, "  ", Some(Wrong::Missing)),
        ] {
            assert_eq!(wrong(kind, &[("a", text)]), expected.into_iter().collect::<Vec<_>>());
        }
        let long = "é".repeat(10_000);
        assert_eq!(wrong(FieldKind::Text, &[("a", &long)]), [Wrong::TooLong(LINE_CHARS_MAX)]);
        let all = [("a.street", "1 rue"), ("a.postcode", "5982"), ("a.town", "Gravelines")];
        assert_eq!(wrong(FieldKind::Address, &all), [Wrong::NoPostcode]);
    }

    #[test]
    fn any_script_is_kept_and_hidden_marks_are_not() {
        let text = "مرحبا \u{202e}abc 👩‍👧 <script>\0";
        let kept = given(vec![field("a", FieldKind::Text)], &[("a", text), ("b", "not asked")]);
        assert_eq!(kept.answers.get("a"), Some("مرحبا abc 👩‍👧 <script>"));
        assert_eq!(kept.answers.get("b"), None);
    }

    #[test]
    fn a_question_is_asked_only_of_those_it_is_for() {
        let when = |is: &str| Some(Condition { field: "a".to_owned(), is: vec![is.to_owned()] });
        let fields = || {
            let dependent = Field { shown_when: when("yes"), ..field("b", FieldKind::Text) };
            vec![field("a", FieldKind::YesNo), dependent]
        };
        assert_eq!(given(fields(), &[("a", "no"), ("b", "x")]).answers.get("b"), None);
        assert_eq!(given(fields(), &[("a", "no")]).wrong, []);
        let missing = given(fields(), &[("a", "yes")]);
        assert_eq!(missing.wrong, [("b".to_owned(), Wrong::Missing)]);
        assert_eq!(given(fields(), &[("a", "maybe")]).wrong[0].1, Wrong::NoOption);
    }
}
