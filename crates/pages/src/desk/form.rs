//! A form on a screen: the same questions as on paper, with an answer's fault at its own place.

use askama::Template;
use beffroi_town::{
    Procedure,
    procedure::{Condition, Field, FieldKind, Health, YES, given::Typed},
};

use super::{Around, DeskFrame, told::privacy};
use crate::{PageError, voice::Voice};

/// A file that came already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormFile {
    /// The question that it answers.
    pub field: String,
    /// Its name.
    pub name: String,
}

/// What a form shows.
#[derive(Clone, Copy)]
pub struct FormPage<'a> {
    /// Which form.
    pub procedure: &'a Procedure,
    /// Whether questions about health are asked.
    pub health: Health,
    /// What was typed.
    pub typed: &'a Typed,
    /// What is wrong with it: the name of the field and why.
    pub wrong: &'a [(String, String)],
    /// What came already.
    pub files: &'a [FormFile],
    /// The token that it carries.
    pub token: &'a str,
    /// What is said on top, when something else is wrong.
    pub notice: Option<&'a str>,
}

struct SectionView {
    title: String,
    help: Option<String>,
    fields: Vec<FieldView>,
}

/// One question. `kind`: `line`, `parts`, `ticks`, `file`, `none`.
struct FieldView {
    kind: &'static str,
    /// What the label is for, and what a fault leads to.
    id: String,
    label: String,
    optional: bool,
    hints: Vec<String>,
    why: Option<String>,
    parts: Vec<PartView>,
    ticks: Vec<TickView>,
    file: Option<String>,
}

/// Something to write in. `kind`: `text`, `area`, `tel`, `email`, `number`.
struct PartView {
    kind: &'static str,
    name: String,
    label: String,
    value: String,
    auto: &'static str,
    why: Option<String>,
    short: bool,
}

struct TickView {
    kind: &'static str,
    name: String,
    value: String,
    label: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "desk/form.html")]
struct FormTemplate<'a> {
    head: &'a crate::status::Head,
    v: &'a Voice,
    a: &'a Around,
    title: String,
    what: String,
    told: Vec<String>,
    warning: Option<String>,
    notice: Option<String>,
    action: String,
    token: String,
    errors: Vec<(String, String)>,
    errors_title: String,
    sections: Vec<SectionView>,
    signed: Option<String>,
    privacy: String,
}

/// A form, empty or with what was typed and what is wrong with it.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn form_page(frame: &DeskFrame<'_>, page: &FormPage<'_>) -> Result<String, PageError> {
    let (v, one) = (Voice::of(frame.tenant, frame.lang), page.procedure);
    let said = |said: &beffroi_town::procedure::Said| said_by(&v, said);
    let around = Around::new(frame, said(&one.title));
    let view = Viewer { v: &v, page };
    let sections = one.sections.iter().map(|section| SectionView {
        title: said(&section.title),
        help: section.help.as_ref().map(said),
        fields: section.fields.iter().map(|field| view.field(field)).collect(),
    });
    let mut told: Vec<String> = one.who.iter().map(said).collect();
    told.push(said(&one.by_when));
    told.extend(one.cover_of.iter().map(said));
    let bring = one.bring.iter().map(said).collect::<Vec<_>>().join(" ");
    if !bring.is_empty() {
        told.push(v.say_with("ask-bring", &[("what", bring.into())]));
    }
    let template = FormTemplate {
        title: said(&one.title),
        what: said(&one.what),
        told,
        warning: one.warning.as_ref().map(said),
        notice: page.notice.map(str::to_owned),
        action: format!("{}{}/", around.root, one.code),
        token: page.token.to_owned(),
        errors: page.wrong.iter().map(|(name, why)| (view.place(name), why.clone())).collect(),
        errors_title: v.say_count("ask-errors", page.wrong.len()),
        sections: sections.collect(),
        signed: one.signed.as_ref().map(said),
        privacy: privacy(&v, frame.tenant, one),
        head: &around.head,
        v: &around.v,
        a: &around,
    };
    template.render().map_err(|source| PageError::Template { page: "desk/form", source })
}

pub(super) fn said_by(v: &Voice, said: &beffroi_town::procedure::Said) -> String {
    v.typed(said.in_lang(v.lang()).to_owned())
}

struct Viewer<'a> {
    v: &'a Voice,
    page: &'a FormPage<'a>,
}

impl Viewer<'_> {
    fn why(&self, name: &str) -> Option<String> {
        self.page.wrong.iter().find(|(key, _)| key == name).map(|(_, why)| why.clone())
    }

    fn typed(&self, name: &str) -> String {
        self.page.typed.get(name).cloned().unwrap_or_default()
    }

    /// Where a fault leads to: the first thing to write in of its question.
    fn place(&self, name: &str) -> String {
        let field = self.page.procedure.field(name);
        match field.map(|field| field.kind) {
            Some(FieldKind::Date) => format!("{name}.day"),
            _ => name.to_owned(),
        }
    }

    fn field(&self, field: &Field) -> FieldView {
        let (v, page) = (self.v, self.page);
        let mut view = FieldView {
            kind: "line",
            id: field.code.clone(),
            label: said_by(v, &field.label),
            optional: field.optional,
            hints: field.help.iter().map(|said| said_by(v, said)).collect(),
            why: self.why(&field.code),
            parts: Vec::new(),
            ticks: Vec::new(),
            file: None,
        };
        if field.health && page.health == Health::Off {
            view.kind = "none";
            view.hints = field.instead.iter().map(|said| said_by(v, said)).collect();
            return view;
        }
        if let Some(when) = &field.shown_when {
            view.hints.insert(0, self.only_if(page.procedure, when));
        }
        match field.kind {
            FieldKind::Choice | FieldKind::Choices | FieldKind::YesNo => {
                view.kind = "ticks";
                view.ticks = self.ticks(field);
            }
            FieldKind::Date => {
                view.kind = "parts";
                view.parts = self.day(field);
            }
            FieldKind::Attachment => {
                view.kind = "file";
                view.hints.push(v.say("ask-file-hint"));
                let found = page.files.iter().find(|file| file.field == field.code);
                view.file = found.map(|file| {
                    v.say_with("ask-file-here", &[("name", file.name.as_str().into())])
                });
            }
            FieldKind::Person | FieldKind::Address => {
                view.kind = "parts";
                view.parts = field.parts().into_iter().map(|part| self.part(field, part)).collect();
            }
            _ => {
                view.parts = field.parts().into_iter().map(|part| self.part(field, part)).collect();
            }
        }
        view
    }

    fn part(&self, field: &Field, part: beffroi_town::procedure::Part) -> PartView {
        let name = field.key(part);
        let kind = match field.kind {
            FieldKind::LongText => "area",
            FieldKind::Phone => "tel",
            FieldKind::Mail => "email",
            FieldKind::Number => "number",
            _ if part.code == "postcode" => "number",
            _ => "text",
        };
        let label = if part.code.is_empty() {
            said_by(self.v, &field.label)
        } else {
            self.v.say(&format!("paper-part-{}", part.code))
        };
        PartView {
            kind,
            value: self.typed(&name),
            // A question about oneself only may be filled in by the browser; these may be a child's.
            auto: if kind == "email" { "email" } else { "off" },
            why: (!part.code.is_empty()).then(|| self.why(&name)).flatten(),
            short: kind == "number",
            label,
            name,
        }
    }

    fn day(&self, field: &Field) -> Vec<PartView> {
        let one = |(part, key): (&str, &str)| {
            let name = format!("{}.{part}", field.code);
            PartView {
                kind: "number",
                value: self.typed(&name),
                label: self.v.say(key),
                auto: "off",
                why: None,
                short: true,
                name,
            }
        };
        let parts =
            [("day", "paper-form-day"), ("month", "paper-form-month"), ("year", "paper-form-year")];
        parts.into_iter().map(one).collect()
    }

    fn ticks(&self, field: &Field) -> Vec<TickView> {
        if field.kind == FieldKind::YesNo {
            let chosen = self.typed(&field.code);
            let one = |(value, key): (&str, &str)| TickView {
                kind: "radio",
                name: field.code.clone(),
                value: value.to_owned(),
                label: self.v.say(key),
                on: chosen == value,
            };
            return [("yes", "paper-yes"), ("no", "paper-no")].into_iter().map(one).collect();
        }
        let many = field.is_many();
        let one = |option: &beffroi_town::procedure::Choice| {
            let name = format!("{}.{}", field.code, option.code);
            let on = if many {
                self.page.typed.contains_key(&name)
            } else {
                self.typed(&field.code) == option.code
            };
            TickView {
                kind: if many { "checkbox" } else { "radio" },
                value: if many { YES.to_owned() } else { option.code.clone() },
                label: said_by(self.v, &option.label),
                name: if many { name } else { field.code.clone() },
                on,
            }
        };
        field.options.iter().map(one).collect()
    }

    /// Of whom a question is asked; who is not, leaves it empty.
    fn only_if(&self, procedure: &Procedure, when: &Condition) -> String {
        let Some(other) = procedure.field(&when.field) else { return String::new() };
        let answers = if other.kind == FieldKind::YesNo {
            let key = |is: &String| if is == YES { "paper-yes" } else { "paper-no" };
            when.is.iter().map(|is| self.v.say(key(is))).collect::<Vec<_>>()
        } else {
            let named = other.options.iter().filter(|option| when.is.contains(&option.code));
            named.map(|option| said_by(self.v, &option.label)).collect()
        };
        let values = [
            ("answers", answers.join(" / ").into()),
            ("question", said_by(self.v, &other.label).into()),
        ];
        self.v.say_with("ask-only-if", &values)
    }
}
