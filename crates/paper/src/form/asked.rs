//! The questions of a form, as the template draws them.

use std::collections::BTreeMap;

use beffroi_town::{
    Procedure,
    procedure::{Answers, Condition, Field, FieldKind, Health, Part, Section, Shape, YES},
};
use serde::Serialize;

use crate::voice::Voice;

/// Options of at most so many characters together stand side by side.
const SIDE_BY_SIDE_CHARS_MAX: usize = 90;

#[derive(Serialize)]
pub(super) struct SectionOut {
    title: String,
    help: Option<String>,
    fields: Vec<FieldOut>,
}

/// A question.
#[derive(Serialize)]
struct FieldOut {
    label: Option<String>,
    optional: Option<String>,
    when: Option<String>,
    help: Option<String>,
    /// What is said in its place.
    instead: Option<String>,
    /// What is ticked.
    options: Vec<OptionOut>,
    side_by_side: bool,
    /// What is written.
    parts: Vec<PartOut>,
}

/// A box to tick: ticked when `key` says `value`.
#[derive(Serialize)]
struct OptionOut {
    label: String,
    key: String,
    value: String,
}

#[derive(Serialize)]
struct PartOut {
    key: String,
    label: Option<String>,
    /// Lines to write on; none for boxes.
    lines: Option<u8>,
    /// A character a box, as many as there is room for.
    letters: bool,
    /// Groups of boxes, and what stands under each.
    groups: Vec<u8>,
    captions: Vec<String>,
}

pub(super) fn sections(v: &Voice, procedure: &Procedure, health: Health) -> Vec<SectionOut> {
    let one = |section: &Section| SectionOut {
        title: v.said(&section.title),
        help: section.help.as_ref().map(|said| v.said(said)),
        fields: section.fields.iter().map(|field| field_out(v, procedure, field, health)).collect(),
    };
    procedure.sections.iter().map(one).collect()
}

fn field_out(v: &Voice, procedure: &Procedure, field: &Field, health: Health) -> FieldOut {
    let when = field.shown_when.as_ref().map(|when| only_if(v, procedure, when));
    if field.health && health == Health::Off {
        let instead = field.instead.as_ref().map(|said| v.said(said));
        return FieldOut {
            label: None,
            optional: None,
            when,
            help: None,
            instead,
            options: Vec::new(),
            side_by_side: false,
            parts: Vec::new(),
        };
    }
    let options = options(v, field);
    let chars: usize = options.iter().map(|option| option.label.chars().count() + 6).sum();
    let is_attachment = field.kind == FieldKind::Attachment;
    FieldOut {
        // The label of an attachment stands beside its box.
        label: (!is_attachment).then(|| v.said(&field.label)),
        optional: field.optional.then(|| v.say("paper-form-optional")),
        when,
        help: field.help.as_ref().map(|said| v.said(said)),
        instead: None,
        side_by_side: chars <= SIDE_BY_SIDE_CHARS_MAX,
        parts: parts(v, field),
        options,
    }
}

/// Of whom a question is asked.
fn only_if(v: &Voice, procedure: &Procedure, when: &Condition) -> String {
    let Some(other) = procedure.field(&when.field) else { return String::new() };
    if other.kind == FieldKind::YesNo {
        let answer = if when.is.iter().any(|is| is == YES) { "paper-yes" } else { "paper-no" };
        let question = v.say_with("paper-quoted", &[("text", v.said(&other.label).into())]);
        let values = [("answer", v.say(answer).into()), ("question", question.into())];
        return v.say_with("paper-form-if-answered", &values);
    }
    let values = [("options", v.one_of(&labels_of(v, other, when)).into())];
    v.say_with("paper-form-if-ticked", &values)
}

/// The words of the options that a condition names.
pub(super) fn labels_of(v: &Voice, field: &Field, when: &Condition) -> Vec<String> {
    let named = field.options.iter().filter(|option| when.is.contains(&option.code));
    named.map(|option| v.said(&option.label)).collect()
}

fn options(v: &Voice, field: &Field) -> Vec<OptionOut> {
    let plain = |label: String, value: &str| OptionOut {
        label,
        key: field.code.clone(),
        value: value.to_owned(),
    };
    match field.kind {
        FieldKind::YesNo => {
            vec![plain(v.say("paper-yes"), YES), plain(v.say("paper-no"), "no")]
        }
        FieldKind::Attachment => vec![plain(v.said(&field.label), YES)],
        FieldKind::Choices => {
            let many = field.options.iter().map(|option| OptionOut {
                label: v.said(&option.label),
                key: format!("{}.{}", field.code, option.code),
                value: YES.to_owned(),
            });
            many.collect()
        }
        _ => field.options.iter().map(|one| plain(v.said(&one.label), &one.code)).collect(),
    }
}

fn parts(v: &Voice, field: &Field) -> Vec<PartOut> {
    let written = field.parts().into_iter().filter(|part| part.shape != Shape::Tick);
    let one = |part: Part| PartOut {
        key: field.key(part),
        label: (!part.code.is_empty()).then(|| v.say(&format!("paper-part-{}", part.code))),
        lines: match part.shape {
            Shape::Lines(lines) => Some(lines),
            _ => None,
        },
        letters: part.shape == Shape::Letters,
        groups: match part.shape {
            Shape::Digits(groups) => groups.to_vec(),
            _ => Vec::new(),
        },
        captions: if field.kind == FieldKind::Date { day_captions(v) } else { Vec::new() },
    };
    written.map(one).collect()
}

/// What stands under the boxes of a day.
pub(super) fn day_captions(v: &Voice) -> Vec<String> {
    ["paper-form-day", "paper-form-month", "paper-form-year"].map(|key| v.say(key)).to_vec()
}

/// What is filled in, as it stands in its boxes: a day without its hyphens, day first; a number
/// without its spaces. What is no such thing is left as it was written.
pub(super) fn answers_out(procedure: &Procedure, answers: &Answers) -> BTreeMap<String, String> {
    let mut out = answers.0.clone();
    for field in procedure.fields() {
        let Some(text) = out.get_mut(&field.code) else { continue };
        let boxed = match field.kind {
            FieldKind::Date => day_first(text),
            FieldKind::Phone => national(text),
            _ => None,
        };
        if let Some(boxed) = boxed {
            *text = boxed;
        }
    }
    out
}

/// `2024-04-25` as `25042024`.
fn day_first(text: &str) -> Option<String> {
    let pieces: Vec<&str> = text.split('-').collect();
    let [year, month, day] = pieces.as_slice() else { return None };
    let whole = format!("{day}{month}{year}");
    (whole.len() == 8 && whole.bytes().all(|byte| byte.is_ascii_digit())).then_some(whole)
}

/// `+33 6 12 34 56 78` as `0612345678`.
fn national(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '\u{a0}')).collect();
    let local = bare.strip_prefix("+33").map_or(bare.clone(), |rest| format!("0{rest}"));
    (local.len() == 10 && local.bytes().all(|byte| byte.is_ascii_digit())).then_some(local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_boxes_is_put_in_order_and_the_rest_left_alone() {
        assert_eq!(day_first("2024-04-25").as_deref(), Some("25042024"));
        assert_eq!(national("+33 6 12.34-56 78").as_deref(), Some("0612345678"));
        assert_eq!(national("03 28 23 59 00").as_deref(), Some("0328235900"));
        for text in ["", "demain", "2024-4-25", "25/04/2024", "2024-04-25-1"] {
            assert_eq!(day_first(text), None, "{text}");
        }
        for text in ["", "+44 20 7946 0958", "03 28"] {
            assert_eq!(national(text), None, "{text}");
        }
    }
}
