//! The town's voice: its language, its hour, and what it calls itself.

use beffroi_town::{Instant, Lang, Tenant, TenantKind};
use beffroi_words::{Value, Words, Zone, calendar, typography};

/// A date as people read it and as machines read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct When {
    /// `jeudi 25 avril 2024 à 11 h 04`.
    pub(crate) said: String,
    /// `2024-04-25T09:04:00Z`.
    pub(crate) machine: String,
}

/// Speaks for one town in one language.
pub(crate) struct Voice {
    pub(crate) words: &'static Words,
    zone: Zone,
    pub(crate) kind: TenantKind,
}

impl Voice {
    pub(crate) fn of(tenant: &Tenant, lang: Lang) -> Self {
        Self { words: Words::of(lang), zone: Zone::of(tenant), kind: tenant.id.kind() }
    }

    /// For pages of no town.
    pub(crate) fn of_nobody(lang: Lang) -> Self {
        Self { words: Words::of(lang), zone: Zone::paris(), kind: TenantKind::Commune }
    }

    pub(crate) fn lang(&self) -> Lang {
        self.words.lang()
    }

    /// A sentence; it may agree with the kind of authority.
    pub(crate) fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    pub(crate) fn say_with(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        let mut all = values.to_vec();
        all.push(("kind", self.kind.code().into()));
        self.words.say_with(key, &all)
    }

    /// A sentence with one text in it, for templates.
    pub(crate) fn say_text(&self, key: &str, name: &str, text: &str) -> String {
        self.say_with(key, &[(name, text.into())])
    }

    /// A sentence that takes a date in as `at`.
    pub(crate) fn say_at(&self, key: &str, at: Instant) -> String {
        self.say_with(key, &[("at", self.date(at).into())])
    }

    /// A sentence that agrees with a number.
    pub(crate) fn say_count(&self, key: &str, count: usize) -> String {
        self.say_with(key, &[("count", count.into())])
    }

    /// What the authority's house is called: `Mairie`.
    pub(crate) fn house(&self) -> String {
        self.words.say(&format!("house-{}", self.kind.code()))
    }

    pub(crate) fn date(&self, at: Instant) -> String {
        self.words.date_full(at, &self.zone)
    }

    /// A day without its hour.
    pub(crate) fn day(&self, at: Instant) -> String {
        self.words.day_full(at, &self.zone)
    }

    /// A sentence that takes a date in without its year: for what is of today.
    pub(crate) fn when_short(&self, key: &str, at: Instant) -> When {
        let said = self.words.date_short(at, &self.zone);
        When { said: self.say_with(key, &[("at", said.into())]), machine: calendar::machine(at) }
    }

    /// Text that the town typed: in French its spaces are put right, nothing else is touched.
    pub(crate) fn typed(&self, text: String) -> String {
        match self.lang() {
            Lang::Fr => typography::french(&text).into_owned(),
            Lang::En => text,
        }
    }

    pub(crate) fn when(&self, key: &str, at: Instant) -> When {
        When { said: self.say_at(key, at), machine: calendar::machine(at) }
    }
}
