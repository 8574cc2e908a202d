//! What a procedure asks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Said;
use crate::asset::coded;

/// What stands under the key of an option of several, or of a question, when it is ticked.
pub const YES: &str = "yes";

coded! {
    /// What kind of answer a field takes.
    FieldKind {
        /// A line.
        Text = "text",
        /// Several lines.
        LongText = "long_text",
        /// A whole number.
        Number = "number",
        /// A day.
        Date = "date",
        /// One of a few.
        Choice = "choice",
        /// Any of a few.
        Choices = "choices",
        /// Yes or no.
        YesNo = "yes_no",
        /// Somebody's family name and given names.
        Person = "person",
        /// Where somebody lives, or a place in the town.
        Address = "address",
        /// A telephone number.
        Phone = "phone",
        /// A mail address.
        Mail = "mail",
        /// A document that comes with the form.
        Attachment = "attachment",
    }
}

/// How an answer is written by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// On lines, so many of them.
    Lines(u8),
    /// A character a box, as many as fit on a line.
    Letters,
    /// A digit a box, in groups.
    Digits(&'static [u8]),
    /// A cross in a box.
    Tick,
}

/// One thing that is written in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its code inside the field; empty when the field has no other.
    pub code: &'static str,
    /// How it is written by hand.
    pub shape: Shape,
}

const PERSON: [Part; 2] = [
    Part { code: "family_name", shape: Shape::Letters },
    Part { code: "given_names", shape: Shape::Letters },
];
const ADDRESS: [Part; 3] = [
    Part { code: "street", shape: Shape::Lines(1) },
    Part { code: "postcode", shape: Shape::Digits(&[5]) },
    Part { code: "town", shape: Shape::Lines(1) },
];

/// The one part of a field that has no others.
const fn whole(shape: Shape) -> Part {
    Part { code: "", shape }
}

/// That a field is only asked of those who answered another so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The other field: a choice, several choices or a yes or no, asked before.
    pub field: String,
    /// Codes of its options, one of which was chosen; `yes` or `no` of a question.
    pub is: Vec<String>,
}

/// What may be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its code.
    pub code: String,
    /// Its words.
    pub label: Said,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its code, for good: what was answered is kept under it.
    pub code: String,
    /// What kind of answer it takes.
    pub kind: FieldKind,
    /// The question.
    pub label: Said,
    /// What helps to answer it.
    pub help: Option<Said>,
    /// Whether it may stay empty.
    #[serde(default)]
    pub optional: bool,
    /// What may be chosen.
    #[serde(default, rename = "option")]
    pub options: Vec<Choice>,
    /// Whom it is asked of; none: everybody.
    pub shown_when: Option<Condition>,
    /// Whether it tells of somebody's health.
    #[serde(default)]
    pub health: bool,
    /// What is said in its place while questions about health are off.
    pub instead: Option<Said>,
    /// Lines to write on, of a long text.
    pub lines: Option<u8>,
}

impl Field {
    /// Whether several options may be ticked: each then has a key of its own.
    pub const fn is_many(&self) -> bool {
        matches!(self.kind, FieldKind::Choices)
    }

    /// What is written in an answer. Options are apart: see [`Field::options`].
    pub fn parts(&self) -> Vec<Part> {
        match self.kind {
            FieldKind::Text | FieldKind::Mail => vec![whole(Shape::Lines(1))],
            FieldKind::LongText => vec![whole(Shape::Lines(self.lines.unwrap_or(4)))],
            FieldKind::Number => vec![whole(Shape::Digits(&[3]))],
            FieldKind::Date => vec![whole(Shape::Digits(&[2, 2, 4]))],
            FieldKind::Phone => vec![whole(Shape::Digits(&[2, 2, 2, 2, 2]))],
            FieldKind::Attachment => vec![whole(Shape::Tick)],
            FieldKind::Person => PERSON.to_vec(),
            FieldKind::Address => ADDRESS.to_vec(),
            FieldKind::Choice | FieldKind::Choices | FieldKind::YesNo => Vec::new(),
        }
    }

    /// The key of a part.
    pub fn key(&self, part: Part) -> String {
        match part.code {
            "" => self.code.clone(),
            code => format!("{}.{code}", self.code),
        }
    }

    /// Every key under which something may be answered.
    pub fn keys(&self) -> Vec<String> {
        if self.is_many() {
            let key = |one: &Choice| format!("{}.{}", self.code, one.code);
            return self.options.iter().map(key).collect();
        }
        let parts = self.parts();
        if parts.is_empty() {
            return vec![self.code.clone()];
        }
        parts.into_iter().map(|part| self.key(part)).collect()
    }
}

/// Fields that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its title.
    pub title: Said,
    /// What helps with all of it.
    pub help: Option<Said>,
    /// Its fields.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
}

/// What was answered: texts by key. An option of several that is ticked, and a yes, is [`YES`]; a
/// day is `2024-04-25`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers(pub BTreeMap<String, String>);

impl Answers {
    /// What stands under a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}
