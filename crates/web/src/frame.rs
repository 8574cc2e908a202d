//! What every page of the console has around its own matter: words, times, menu, who is logged
//! in, and the token of its forms.

use beffroi_town::{Instant, Lang, Role};
use beffroi_words::{Value, Words, Zone};

use crate::{
    exercise::Band,
    fields::Fields,
    markup::{Choice, ErrorSummary, Markup, Piece},
    may::May,
};

/// The person logged in, as shown.
#[derive(Clone, Debug)]
pub struct Me {
    /// The person's name.
    pub name: String,
    /// The role in words.
    pub role: String,
    /// The tenant's name.
    pub town: String,
}

/// An entry of the menu.
#[derive(Clone, Debug)]
pub struct MenuItem {
    /// Where it leads.
    pub href: &'static str,
    /// In words.
    pub label: String,
    /// Whether the page belongs to it.
    pub here: bool,
    /// How many things wait there.
    pub count: usize,
}

/// What every page has around its own matter.
#[derive(Clone)]
pub struct Frame {
    /// The sentences.
    pub words: &'static Words,
    /// The language.
    pub lang: Lang,
    /// Where the tenant's clock stands.
    pub zone: Zone,
    /// Now.
    pub now: Instant,
    /// The page's title.
    pub title: String,
    /// The token of its forms.
    pub csrf: String,
    /// Who is logged in.
    pub me: Option<Me>,
    /// What that person may do.
    pub may: May,
    /// Whether a grave action will ask for a second code.
    pub asks_code: bool,
    /// The path of the page, for the link to the other language.
    pub path: String,
    /// Open alarms.
    pub alarms: usize,
    /// What has just been done.
    pub done: Option<String>,
    /// Which entry of the menu the page belongs to.
    pub here: &'static str,
    /// The band of a rehearsal.
    pub exercise: Option<Band>,
}

const MENU: [(&str, &str, &str); 17] = [
    ("today", "/console/", "menu-today"),
    ("alarms", "/console/alarms", "menu-alarms"),
    ("incidents", "/console/incidents", "menu-incidents"),
    ("services", "/console/services", "menu-services"),
    ("agendas", "/console/agendas", "menu-agendas"),
    ("assets", "/console/assets", "menu-assets"),
    ("notices", "/console/notices", "menu-notices"),
    ("desk", "/console/desk", "menu-desk"),
    ("packs", "/console/packs", "menu-packs"),
    ("prepare", "/console/prepare", "menu-prepare"),
    ("journal", "/console/journal", "menu-journal"),
    ("guards", "/console/guards", "menu-guards"),
    ("vault", "/console/vault", "menu-vault"),
    ("oncall", "/console/oncall", "menu-oncall"),
    ("people", "/console/people", "menu-people"),
    ("tenants", "/console/tenants/", "menu-tenants"),
    ("doctor", "/console/doctor", "menu-doctor"),
];

/// Entries of those who write texts.
const WRITERS_ONLY: [&str; 2] = ["desk", "packs"];
/// Entries that only the operator has.
const OPERATORS_ONLY: [&str; 2] = ["tenants", "doctor"];

impl Frame {
    /// A sentence.
    pub fn t(&self, key: &str) -> String {
        self.words.say(key)
    }

    /// A sentence that counts.
    pub fn tn(&self, key: &str, count: impl Countable) -> String {
        self.words.say_with(key, &[("count", Value::Count(count.count()))])
    }

    /// A sentence with one value in it.
    pub fn t1<'v>(&self, key: &str, name: &str, value: impl Into<Value<'v>>) -> String {
        self.words.say_with(key, &[(name, value.into())])
    }

    /// A date in full.
    pub fn full(&self, at: impl std::borrow::Borrow<Instant>) -> String {
        self.words.date_full(*at.borrow(), &self.zone)
    }

    /// A date in short.
    pub fn short(&self, at: Instant) -> String {
        self.words.date_short(at, &self.zone)
    }

    /// How long ago.
    pub fn ago(&self, at: Instant) -> String {
        self.words.ago(at, self.now)
    }

    /// Several names in one sentence: `Donges, Pornichet et Saint-Nazaire`.
    pub fn list(&self, names: &[String]) -> String {
        match names {
            [] => String::new(),
            [one] => one.clone(),
            [rest @ .., last] => {
                let first = rest.join(", ");
                let values = [("first", first.as_str().into()), ("last", last.as_str().into())];
                self.words.say_with("console-list-and", &values)
            }
        }
    }

    /// The menu of this person.
    pub fn menu(&self) -> Vec<MenuItem> {
        let shown = MENU.iter().filter(|(name, ..)| {
            (self.may.operate || !OPERATORS_ONLY.contains(name))
                && (self.may.write || !WRITERS_ONLY.contains(name))
        });
        let item = |(name, href, key): &(&'static str, &'static str, &str)| MenuItem {
            href,
            label: self.t(key),
            here: *name == self.here,
            count: if *name == "alarms" { self.alarms } else { 0 },
        };
        shown.map(item).collect()
    }

    /// The address of the style sheet: changes with its content.
    pub fn style(&self) -> String {
        crate::console::assets_of_the_look::style_path()
    }

    /// The mark, as the data of one SVG path.
    pub fn mark(&self) -> &'static str {
        beffroi_pages::MARK_PATH
    }

    /// What is wrong with a form, for the top of the page.
    pub fn errors(&self, form: &Fields) -> Markup {
        let errors = form.errors();
        Markup::of(&ErrorSummary { title: self.tn("form-errors", errors.len()), errors })
    }

    /// A line of text.
    pub fn line(&self, form: &Fields, name: &str, label: &str, hint: &str) -> Markup {
        Markup::of(&Piece::new(self.words, form, "text", name, (label, hint)))
    }

    /// The name of a person who logs in.
    pub fn name_field(&self, form: &Fields, name: &str, label: &str, hint: &str) -> Markup {
        let piece = Piece::new(self.words, form, "text", name, (label, hint));
        Markup::of(&piece.typed("", "username", ""))
    }

    /// A text of several lines.
    pub fn area(&self, form: &Fields, name: &str, label: &str, hint: &str) -> Markup {
        Markup::of(&Piece::new(self.words, form, "area", name, (label, hint)))
    }

    /// A file to choose.
    pub fn file(&self, form: &Fields, name: &str, label: &str, hint: &str) -> Markup {
        Markup::of(&Piece::new(self.words, form, "file", name, (label, hint)))
    }

    /// A pass-phrase.
    pub fn password(&self, form: &Fields, name: &str, label: &str, hint: &str) -> Markup {
        let piece = Piece::new(self.words, form, "password", name, (label, hint));
        Markup::of(&piece.typed("", "current-password", ""))
    }

    /// A printed code, or one of either kind.
    pub fn code_field(&self, form: &Fields, name: &str, label: &str, hint: &str) -> Markup {
        let piece = Piece::new(self.words, form, "text", name, (label, hint));
        Markup::of(&piece.typed("code", "one-time-code", ""))
    }

    /// The digits of an authenticator, or a printed code.
    pub fn digits(&self, form: &Fields, name: &str, label: &str, hint: &str) -> Markup {
        self.code_field(form, name, label, hint)
    }

    /// A whole number.
    pub fn number(&self, form: &Fields, name: &str, label: &str) -> Markup {
        let piece = Piece::new(self.words, form, "text", name, (label, ""));
        Markup::of(&piece.typed("short", "off", "numeric"))
    }

    /// A day.
    pub fn day(&self, form: &Fields, name: &str, label: &str, hint: &str) -> Markup {
        let piece = Piece::new(self.words, form, "date", name, (label, hint));
        Markup::of(&piece.typed("", "off", ""))
    }

    /// A date and a time of day.
    pub fn moment(&self, form: &Fields, name: &str, label: &str, hint: &str) -> Markup {
        let piece = Piece::new(self.words, form, "datetime-local", name, (label, hint));
        Markup::of(&piece.typed("", "off", ""))
    }

    /// One answer of several, all in sight.
    #[expect(
        clippy::too_many_arguments,
        reason = "called by templates, which cannot build structs"
    )]
    pub fn radios(
        &self,
        form: &Fields,
        name: &str,
        label: &str,
        hint: &str,
        choices: &[Choice],
    ) -> Markup {
        let piece = Piece::new(self.words, form, "radio", name, (label, hint));
        Markup::of(&piece.choices(form, choices))
    }

    /// Any number of answers.
    #[expect(
        clippy::too_many_arguments,
        reason = "called by templates, which cannot build structs"
    )]
    pub fn checks(
        &self,
        form: &Fields,
        name: &str,
        label: &str,
        hint: &str,
        choices: &[Choice],
    ) -> Markup {
        let piece = Piece::new(self.words, form, "checkbox", name, (label, hint));
        Markup::of(&piece.choices(form, choices))
    }

    /// One answer of many.
    #[expect(
        clippy::too_many_arguments,
        reason = "called by templates, which cannot build structs"
    )]
    pub fn select(
        &self,
        form: &Fields,
        name: &str,
        label: &str,
        hint: &str,
        choices: &[Choice],
    ) -> Markup {
        let piece = Piece::new(self.words, form, "select", name, (label, hint));
        Markup::of(&piece.choices(form, choices))
    }

    /// The name of a role.
    pub fn role(&self, role: Role) -> String {
        self.words.role(role)
    }
}

/// Whole numbers that sentences agree with.
pub trait Countable {
    /// As the sentences take it.
    fn count(self) -> u64;
}

impl Countable for usize {
    fn count(self) -> u64 {
        u64::try_from(self).unwrap_or(u64::MAX)
    }
}

impl Countable for &usize {
    fn count(self) -> u64 {
        (*self).count()
    }
}

impl Countable for u32 {
    fn count(self) -> u64 {
        u64::from(self)
    }
}

impl Countable for &u32 {
    fn count(self) -> u64 {
        u64::from(*self)
    }
}
