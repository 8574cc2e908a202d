//! What was answered to a form, as people read it: question by question.

use beffroi_town::{
    Procedure,
    procedure::{Answers, Field, FieldKind, Health, YES},
};

use crate::{Words, Zone};

/// One question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownAnswer {
    /// The code of the question.
    pub code: String,
    /// The question.
    pub label: String,
    /// The answer, line by line; nothing when it was left empty.
    pub lines: Vec<String>,
}

/// Questions that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownSection {
    /// Their title.
    pub title: String,
    /// The questions that were put to who answered so.
    pub answers: Vec<ShownAnswer>,
}

impl Words {
    /// What was answered, without the attachments; sections of which nothing was asked are left out.
    pub fn answers(
        &self,
        procedure: &Procedure,
        health: Health,
        answers: &Answers,
    ) -> Vec<ShownSection> {
        let lang = self.lang();
        let mut out = Vec::new();
        for section in &procedure.sections {
            let asked = section.fields.iter().filter(|field| {
                field.kind != FieldKind::Attachment && procedure.is_asked(field, health, answers)
            });
            let shown = asked.map(|field| ShownAnswer {
                code: field.code.clone(),
                label: field.label.in_lang(lang).to_owned(),
                lines: self.lines(field, answers),
            });
            let shown: Vec<ShownAnswer> = shown.collect();
            if !shown.is_empty() {
                let title = section.title.in_lang(lang).to_owned();
                out.push(ShownSection { title, answers: shown });
            }
        }
        out
    }

    fn lines(&self, field: &Field, answers: &Answers) -> Vec<String> {
        let said = |code: &str| field.options.iter().find(|option| option.code == code);
        let label = |code: &str| said(code).map(|one| one.label.in_lang(self.lang()).to_owned());
        let whole = answers.get(&field.code);
        match field.kind {
            FieldKind::Choices => {
                let ticked = field.options.iter().filter(|option| {
                    answers.get(&format!("{}.{}", field.code, option.code)) == Some(YES)
                });
                ticked.map(|option| option.label.in_lang(self.lang()).to_owned()).collect()
            }
            FieldKind::Choice => whole.and_then(label).into_iter().collect(),
            FieldKind::YesNo => {
                let key = |text| if text == YES { "paper-yes" } else { "paper-no" };
                whole.map(|text| self.say(key(text))).into_iter().collect()
            }
            FieldKind::Date => {
                let zone = Zone::paris();
                let day = whole.and_then(|text| zone.start_of(text));
                day.map(|at| self.day_full(at, &zone)).into_iter().collect()
            }
            FieldKind::LongText => {
                whole.map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default()
            }
            _ => {
                let part = |part| answers.get(&field.key(part)).map(str::to_owned);
                field.parts().into_iter().filter_map(part).collect()
            }
        }
    }
}
