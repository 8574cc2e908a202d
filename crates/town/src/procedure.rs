//! A procedure as data: what a resident is asked, what for, who reads it and how long it is kept.
//!
//! One description serves the paper form, the form on a screen and the typing-in of paper.
//! Rules: both languages say everything; every field names what it asks by a code that lasts; a
//! field about health is left out until somebody answers for its hosting; what is written in an
//! answer has one flat key, `field` or `field.part`, in all three.

mod check;
pub mod copy;
mod field;
pub mod given;

use serde::{Deserialize, Serialize};

use crate::{Lang, ProcedureId, ServiceId, asset::coded};

pub use check::{Fault, check, check_together};
pub use copy::CopyCode;
pub use field::{Answers, Choice, Condition, Field, FieldKind, Part, Section, Shape, YES};

coded! {
    /// The staff who read a request: each group of public services has a key pair of its own.
    KeyGroup {
        /// The social centre.
        Social = "social",
        /// Schools, canteen, childcare.
        School = "school",
        /// Births, deaths, marriages, identity cards, elections.
        CivilStatus = "civil_status",
        /// Planning permissions.
        Planning = "planning",
        /// Everything else.
        General = "general",
    }
}

coded! {
    /// On what ground personal data is asked (GDPR, article 6).
    Basis {
        /// The person agrees, and may change their mind.
        Consent = "consent",
        /// The law makes the town do it.
        LegalDuty = "legal_duty",
        /// A task of the town in the public interest.
        PublicTask = "public_task",
        /// Somebody's life.
        VitalInterests = "vital_interests",
    }
}

coded! {
    /// What silence means once the time is over.
    Silence {
        /// Granted.
        Grants = "grants",
        /// Refused.
        Refuses = "refuses",
        /// Nothing: the law gives the town a time to answer, and no more.
        Nothing = "nothing",
    }
}

coded! {
    /// From when the time of keeping runs.
    KeptFrom {
        /// The answer to the request.
        Answer = "answer",
        /// The appointment.
        Appointment = "appointment",
        /// The end of the school year.
        SchoolYear = "school_year",
        /// The last time the person was helped.
        LastContact = "last_contact",
    }
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}

impl Said {
    /// In one language.
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::Fr => &self.fr,
            Lang::En => &self.en,
        }
    }
}

/// A time that the law counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// How long, months.
    pub months: u8,
    /// What the end of it means.
    pub silence: Silence,
    /// The text that says so.
    pub law: String,
    /// For which answer it holds; none: for each request.
    pub when: Option<Condition>,
}

/// How long a request is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// How long, months.
    pub months: u16,
    /// From when on.
    pub from: KeptFrom,
    /// Whether the département's archivist must agree before it is erased.
    pub visa: bool,
    /// Where the time comes from; `proposal: …` where no text sets it.
    pub source: String,
}

/// What a person is owed to know before giving anything away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    /// What for.
    pub purpose: Said,
    /// On what ground.
    pub basis: Basis,
    /// The text behind it.
    pub law: String,
    /// Who reads it.
    pub readers: Said,
    /// How long it is kept.
    pub kept: Kept,
}

/// A procedure: a form with all that a resident and a clerk must know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Its code, which is the name of its file too: `canteen`.
    pub code: ProcedureId,
    /// Two letters at the head of each printed code: paper is sorted by them.
    pub mark: String,
    /// Which edition of the form this is; a new question makes a new one.
    pub version: u8,
    /// Whose staff read it.
    pub group: KeyGroup,
    /// The public service at whose counter it is handed in.
    pub service: ServiceId,
    /// Whether it goes before what can wait.
    #[serde(default)]
    pub urgent: bool,
    /// What it is called: what the resident does, verb first.
    pub title: Said,
    /// What it is for, in one or two sentences.
    pub what: Said,
    /// Who may ask, where not everybody may.
    pub who: Option<Said>,
    /// What comes before any form: danger, and whom to call.
    pub warning: Option<Said>,
    /// What to bring, shown at the counter and handed back.
    #[serde(default)]
    pub bring: Vec<Said>,
    /// By when.
    pub by_when: Said,
    /// What happens then, step by step.
    pub next: Vec<Said>,
    /// The State's own form that this one is the cover sheet of.
    pub cover_of: Option<Said>,
    /// What is signed; without it nothing is.
    pub signed: Option<Said>,
    /// Times that the law counts.
    #[serde(default, rename = "clock")]
    pub clocks: Vec<Clock>,
    /// What happens to what is written.
    pub privacy: Privacy,
    /// What is asked.
    #[serde(rename = "section")]
    pub sections: Vec<Section>,
}

/// What is asked about health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Left out: nobody has answered for where it would be kept.
    Off,
    /// Asked: the operator recorded who checked the duty of hosting.
    Checked,
}

impl Procedure {
    /// Every field, in order, those about health included.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// A field by its code.
    pub fn field(&self, code: &str) -> Option<&Field> {
        self.fields().find(|field| field.code == code)
    }

    /// Whether something is asked about health.
    pub fn asks_health(&self) -> bool {
        self.fields().any(|field| field.health)
    }

    /// Whether a condition is met by what was answered.
    pub fn holds(&self, condition: &Condition, answers: &Answers) -> bool {
        let many = self.field(&condition.field).is_some_and(Field::is_many);
        condition.is.iter().any(|is| {
            if many {
                answers.get(&format!("{}.{is}", condition.field)) == Some(YES)
            } else {
                answers.get(&condition.field) == Some(is)
            }
        })
    }

    /// Whether a field is put to who answered so.
    pub fn is_asked(&self, field: &Field, health: Health, answers: &Answers) -> bool {
        let fits = field.shown_when.as_ref().is_none_or(|when| self.holds(when, answers));
        fits && (!field.health || health == Health::Checked)
    }
}

#[cfg(test)]
mod tests;
