//! Pieces of a form, each rendered by one template.

use askama::{Template, filters::HtmlSafe};
use beffroi_words::Words;
use std::fmt;

use crate::fields::Fields;

/// HTML made by a template: goes into another one as it is.
#[derive(Clone, Debug, Default)]
pub struct Markup(String);

impl Markup {
    /// Renders a piece. A template of this crate cannot fail to render; if one did, the page
    /// would lack the piece and the log would say so.
    pub fn of(piece: &impl Template) -> Self {
        Self(piece.render().unwrap_or_else(|error| {
            tracing::error!(%error, "a piece of a page could not be rendered");
            String::new()
        }))
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

/// One of several answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A second line, in a lighter voice.
    pub note: String,
    /// Whether it is chosen. Filled in from the form's own values by [`Piece::choices`].
    pub on: bool,
}

impl Choice {
    /// An answer without a second line.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), ..Self::default() }
    }

    /// The same with a second line.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The same, chosen or not.
    #[must_use]
    pub const fn on(mut self, on: bool) -> Self {
        self.on = on;
        self
    }
}

/// One field of a form with its label, hint and what is wrong with it.
#[derive(Template)]
#[template(path = "console/part_field.html")]
pub struct Piece<'a> {
    kind: &'a str,
    many: bool,
    name: &'a str,
    label: String,
    hint: Option<String>,
    why: Option<&'a str>,
    value: &'a str,
    described: Option<String>,
    class: &'a str,
    auto: &'a str,
    mode: &'a str,
    choices: Vec<Choice>,
}

impl<'a> Piece<'a> {
    /// A field; `hint` is a key or empty.
    pub fn new(
        words: &Words,
        form: &'a Fields,
        kind: &'a str,
        name: &'a str,
        keys: (&str, &str),
    ) -> Self {
        let why = form.error(name);
        let hint = (!keys.1.is_empty()).then(|| words.say(keys.1));
        let ids = [hint.as_ref().map(|_| "hint"), why.map(|_| "why")];
        let ids: Vec<String> = ids.iter().flatten().map(|id| format!("{name}-{id}")).collect();
        Self {
            kind,
            many: matches!(kind, "radio" | "checkbox"),
            name,
            label: words.say(keys.0),
            hint,
            why,
            value: if kind == "password" { "" } else { form.get(name) },
            described: (!ids.is_empty()).then(|| ids.join(" ")),
            class: "",
            auto: "",
            mode: "",
            choices: Vec::new(),
        }
    }

    /// A field whose question is a procedure's own words.
    pub fn said(form: &'a Fields, kind: &'a str, name: &'a str, label: String) -> Self {
        let why = form.error(name);
        Self {
            kind,
            many: matches!(kind, "radio" | "checkbox"),
            name,
            label,
            hint: None,
            why,
            value: form.get(name),
            described: why.map(|_| format!("{name}-why")),
            class: "",
            auto: "off",
            mode: "",
            choices: Vec::new(),
        }
    }

    /// How it looks and what a telephone's keyboard should offer.
    #[must_use]
    pub const fn typed(mut self, class: &'a str, auto: &'a str, mode: &'a str) -> Self {
        self.class = class;
        self.auto = auto;
        self.mode = mode;
        self
    }

    /// The answers to choose from; what the form already says is chosen.
    #[must_use]
    pub fn choices(mut self, form: &Fields, choices: &[Choice]) -> Self {
        let answered = form.all(self.name).next().is_some();
        let chosen = |one: &Choice| if answered { form.is(self.name, &one.value) } else { one.on };
        self.choices =
            choices.iter().map(|one| Choice { on: chosen(one), ..one.clone() }).collect();
        self
    }
}

/// The summary of what is wrong, at the top of a page.
#[derive(Template)]
#[template(path = "console/part_errors.html")]
pub struct ErrorSummary<'a> {
    /// How many answers need another look.
    pub title: String,
    /// Field and reason.
    pub errors: &'a [(String, String)],
}
