//! Whether a procedure can be put before people: each fault says where it is and what to write.

use std::{collections::BTreeSet, fmt};

use super::{
    Condition, Field, FieldKind, Procedure, Said,
    copy::{VERSION_MAX, mark_values},
};

/// The longest title.
const TITLE_CHARS_MAX: usize = 70;
/// The longest question or option.
const LABEL_CHARS_MAX: usize = 120;
/// The longest sentence.
const SENTENCE_CHARS_MAX: usize = 500;
/// How many things may be asked: beyond that nobody fills a form in.
const FIELDS_MAX: usize = 40;
/// How many options one question has at most.
const OPTIONS_MAX: usize = 14;
/// How many lines somebody is given to write on at most.
const LINES_MAX: u8 = 20;
/// The longest time the law counts, and the longest a request is kept.
const CLOCK_MONTHS_MAX: u8 = 24;
const KEPT_MONTHS_MAX: u16 = 1200;

/// What is wrong with a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: `section 2, field 'child'`.
    pub place: String,
    /// What is wrong there and what to write.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Faults as they are found.
#[derive(Default)]
struct Found(Vec<Fault>);

impl Found {
    fn add(&mut self, place: &str, what: impl Into<String>) {
        self.0.push(Fault { place: place.to_owned(), what: what.into() });
    }

    fn unless(&mut self, holds: bool, place: &str, what: &str) {
        if !holds {
            self.add(place, what);
        }
    }

    /// Both languages must say something, not too long, on one line.
    fn said(&mut self, place: &str, said: &Said, chars_max: usize) {
        for (lang, text) in [("fr", &said.fr), ("en", &said.en)] {
            let place = format!("{place}.{lang}");
            if text.trim().is_empty() {
                self.add(&place, "says nothing: write the sentence in this language");
            } else if text.chars().count() > chars_max {
                self.add(&place, format!("is too long: write at most {chars_max} characters"));
            } else if text.chars().any(char::is_control) {
                self.add(&place, "has a line break or a control character: write one line");
            }
        }
    }

    fn some_said(&mut self, place: &str, said: Option<&Said>) {
        if let Some(said) = said {
            self.said(place, said, SENTENCE_CHARS_MAX);
        }
    }

    fn all_said(&mut self, place: &str, all: &[Said]) {
        for (said, number) in all.iter().zip(1..) {
            self.said(&format!("{place} {number}"), said, SENTENCE_CHARS_MAX);
        }
    }
}

/// What is wrong with one procedure; nothing when it can be used.
pub fn check(procedure: &Procedure) -> Vec<Fault> {
    let mut found = Found::default();
    head(&mut found, procedure);
    keeping(&mut found, procedure);
    let count = procedure.fields().count();
    found.unless(count > 0, "section", "nothing is asked: write at least one field");
    found.unless(
        count <= FIELDS_MAX,
        "section",
        &format!("{count} fields are too many: write at most {FIELDS_MAX}"),
    );
    let mut before: Vec<&Field> = Vec::new();
    for (section, number) in procedure.sections.iter().zip(1..) {
        let place = format!("section {number}");
        found.said(&format!("{place}, title"), &section.title, LABEL_CHARS_MAX);
        found.some_said(&format!("{place}, help"), section.help.as_ref());
        for field in &section.fields {
            one_field(&mut found, &format!("{place}, field '{}'", field.code), field, &before);
            before.push(field);
        }
    }
    for (clock, number) in procedure.clocks.iter().zip(1..) {
        if let Some(when) = &clock.when {
            condition(&mut found, &format!("clock {number}"), when, &before);
        }
    }
    found.0
}

/// What is wrong between procedures that are used side by side.
pub fn check_together(all: &[Procedure]) -> Vec<Fault> {
    let mut found = Found::default();
    let (mut codes, mut marks) = (BTreeSet::new(), BTreeSet::new());
    for one in all {
        let place = format!("procedure '{}'", one.code);
        found.unless(codes.insert(&one.code), &place, "is there twice: take one out");
        let what = format!("its mark '{}' is another's too: write two other letters", one.mark);
        found.unless(marks.insert(&one.mark), &place, &what);
    }
    found.0
}

fn head(found: &mut Found, one: &Procedure) {
    found.unless(
        mark_values(&one.mark).is_some(),
        "mark",
        "write two capital letters or digits, but none of I, L, O, U: CA",
    );
    found.unless(
        (1..=VERSION_MAX).contains(&one.version),
        "version",
        &format!("write a number from 1 to {VERSION_MAX}"),
    );
    found.said("title", &one.title, TITLE_CHARS_MAX);
    found.said("what", &one.what, SENTENCE_CHARS_MAX);
    found.said("by_when", &one.by_when, SENTENCE_CHARS_MAX);
    found.some_said("who", one.who.as_ref());
    found.some_said("warning", one.warning.as_ref());
    found.some_said("cover_of", one.cover_of.as_ref());
    found.some_said("signed", one.signed.as_ref());
    found.all_said("bring", &one.bring);
    found.unless(!one.next.is_empty(), "next", "say what happens then: write at least one step");
    found.all_said("next", &one.next);
}

fn keeping(found: &mut Found, one: &Procedure) {
    let privacy = &one.privacy;
    found.said("privacy.purpose", &privacy.purpose, SENTENCE_CHARS_MAX);
    found.said("privacy.readers", &privacy.readers, SENTENCE_CHARS_MAX);
    found.unless(!privacy.law.trim().is_empty(), "privacy.law", "name the text behind it");
    found.unless(
        (1..=KEPT_MONTHS_MAX).contains(&privacy.kept.months),
        "privacy.kept.months",
        &format!("write a number of months from 1 to {KEPT_MONTHS_MAX}"),
    );
    found.unless(
        !privacy.kept.source.trim().is_empty(),
        "privacy.kept.source",
        "say where the time comes from; 'proposal: why' where no text sets it",
    );
    for (clock, number) in one.clocks.iter().zip(1..) {
        let place = format!("clock {number}");
        found.unless(
            (1..=CLOCK_MONTHS_MAX).contains(&clock.months),
            &place,
            &format!("months: write a number from 1 to {CLOCK_MONTHS_MAX}"),
        );
        found.unless(!clock.law.trim().is_empty(), &place, "law: name the text that counts it");
    }
}

fn is_code(text: &str) -> bool {
    let small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (1..=40).contains(&text.len()) && text.chars().all(small)
}

fn one_field(found: &mut Found, place: &str, field: &Field, before: &[&Field]) {
    found.unless(
        is_code(&field.code),
        place,
        "code: write 1 to 40 small letters, digits or '_': family_name",
    );
    found.unless(
        before.iter().all(|other| other.code != field.code),
        place,
        "its code is there twice: write another",
    );
    found.said(&format!("{place}, label"), &field.label, LABEL_CHARS_MAX);
    found.some_said(&format!("{place}, help"), field.help.as_ref());
    found.some_said(&format!("{place}, instead"), field.instead.as_ref());
    options(found, place, field);
    found.unless(
        field.health == field.instead.is_some(),
        place,
        "instead: a field about health says what to do while it is off, and no other field does",
    );
    let is_long = field.kind == FieldKind::LongText;
    found.unless(
        field.lines.is_none_or(|lines| is_long && (2..=LINES_MAX).contains(&lines)),
        place,
        &format!("lines: only a long_text has lines, from 2 to {LINES_MAX}"),
    );
    if let Some(when) = &field.shown_when {
        condition(found, place, when, before);
    }
}

fn options(found: &mut Found, place: &str, field: &Field) {
    let chooses = matches!(field.kind, FieldKind::Choice | FieldKind::Choices);
    let count = field.options.len();
    if !chooses {
        found.unless(count == 0, place, "option: only a choice or choices has options");
        return;
    }
    found.unless(
        (2..=OPTIONS_MAX).contains(&count),
        place,
        &format!("option: write 2 to {OPTIONS_MAX} options"),
    );
    let mut codes = BTreeSet::new();
    for option in &field.options {
        let place = format!("{place}, option '{}'", option.code);
        found.unless(is_code(&option.code), &place, "code: write small letters, digits or '_'");
        found.unless(codes.insert(&option.code), &place, "is there twice: write another code");
        found.said(&place, &option.label, LABEL_CHARS_MAX);
    }
}

/// A condition names a question that was asked before, and an answer that it can have.
fn condition(found: &mut Found, place: &str, when: &Condition, before: &[&Field]) {
    let Some(other) = before.iter().find(|other| other.code == when.field) else {
        let what = format!("asks of '{}': name a field that was asked before", when.field);
        found.add(place, what);
        return;
    };
    let fits = |is: &String| match other.kind {
        FieldKind::YesNo => ["yes", "no"].contains(&is.as_str()),
        FieldKind::Choice | FieldKind::Choices => {
            other.options.iter().any(|option| option.code == *is)
        }
        _ => false,
    };
    found.unless(!when.is.is_empty(), place, "is: name at least one answer");
    for is in when.is.iter().filter(|is| !fits(is)) {
        let what = format!(
            "'{is}' is no answer of '{}': name its options, or yes or no of a yes_no",
            when.field
        );
        found.add(place, what);
    }
}
