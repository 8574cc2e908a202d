//! The town's voice on paper.

use beffroi_town::{Instant, Lang, Tenant, TenantKind, procedure::Said};
use beffroi_words::{Value, Words, Zone, typography};

/// Speaks for one town in one language.
pub(crate) struct Voice {
    pub(crate) words: &'static Words,
    zone: Zone,
    kind: TenantKind,
}

impl Voice {
    pub(crate) fn of(tenant: &Tenant, lang: Lang) -> Self {
        Self { words: Words::of(lang), zone: Zone::of(tenant), kind: tenant.id.kind() }
    }

    pub(crate) fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    pub(crate) fn say_with(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        self.words.say_with(key, values)
    }

    /// A sentence that agrees with the kind of authority.
    pub(crate) fn say_kind(&self, key: &str) -> String {
        self.say_with(key, &[("kind", self.kind.code().into())])
    }

    /// What the authority's house is called: `Mairie`.
    pub(crate) fn house(&self) -> String {
        self.say(&format!("house-{}", self.kind.code()))
    }

    pub(crate) fn date(&self, at: Instant) -> String {
        self.words.date_full(at, &self.zone)
    }

    pub(crate) fn day(&self, at: Instant) -> String {
        self.words.day_full(at, &self.zone)
    }

    /// A sentence of a procedure, its spaces put right.
    pub(crate) fn said(&self, said: &Said) -> String {
        self.typed(said.in_lang(self.words.lang()))
    }

    /// Text that the town typed: in French its spaces are put right, nothing else is touched.
    pub(crate) fn typed(&self, text: &str) -> String {
        match self.words.lang() {
            Lang::Fr => typography::french(text).into_owned(),
            Lang::En => text.to_owned(),
        }
    }

    /// Twelve months are a year.
    pub(crate) fn months(&self, months: u16) -> String {
        let (key, count) = match months {
            months if months.is_multiple_of(12) => ("paper-years", months / 12),
            months => ("paper-months", months),
        };
        self.say_with(key, &[("count", u32::from(count).into())])
    }

    /// `« un », « deux » ou « trois »`.
    pub(crate) fn one_of(&self, labels: &[String]) -> String {
        let quoted = |text: &String| self.say_with("paper-quoted", &[("text", text.into())]);
        let all: Vec<String> = labels.iter().map(quoted).collect();
        match all.split_last() {
            Some((last, before)) if !before.is_empty() => {
                let values = [("first", before.join(", ").into()), ("second", last.into())];
                self.say_with("paper-or", &values)
            }
            _ => all.concat(),
        }
    }
}
