//! Sentences by key.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    sync::{LazyLock, Mutex, PoisonError},
};

use beffroi_town::Lang;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use crate::typography;

/// The areas of one language: the file's name and its text.
type Areas = [(&'static str, &'static str); 22];

macro_rules! areas {
    ($lang:literal) => {
        [
            ("common", include_str!(concat!("../../../locales/", $lang, "/common.ftl"))),
            ("catalogue", include_str!(concat!("../../../locales/", $lang, "/catalogue.ftl"))),
            ("page", include_str!(concat!("../../../locales/", $lang, "/page.ftl"))),
            ("notice", include_str!(concat!("../../../locales/", $lang, "/notice.ftl"))),
            ("console", include_str!(concat!("../../../locales/", $lang, "/console.ftl"))),
            ("paper", include_str!(concat!("../../../locales/", $lang, "/paper.ftl"))),
            ("guard", include_str!(concat!("../../../locales/", $lang, "/guard.ftl"))),
            ("drill", include_str!(concat!("../../../locales/", $lang, "/drill.ftl"))),
            ("oncall", include_str!(concat!("../../../locales/", $lang, "/oncall.ftl"))),
            ("kit", include_str!(concat!("../../../locales/", $lang, "/kit.ftl"))),
            ("sheet", include_str!(concat!("../../../locales/", $lang, "/sheet.ftl"))),
            ("phone", include_str!(concat!("../../../locales/", $lang, "/phone.ftl"))),
            ("doctor", include_str!(concat!("../../../locales/", $lang, "/doctor.ftl"))),
            ("setup", include_str!(concat!("../../../locales/", $lang, "/setup.ftl"))),
            ("rule", include_str!(concat!("../../../locales/", $lang, "/rule.ftl"))),
            ("rehearsal", include_str!(concat!("../../../locales/", $lang, "/rehearsal.ftl"))),
            ("desk", include_str!(concat!("../../../locales/", $lang, "/desk.ftl"))),
            ("agenda", include_str!(concat!("../../../locales/", $lang, "/agenda.ftl"))),
            ("printer", include_str!(concat!("../../../locales/", $lang, "/printer.ftl"))),
            ("pack", include_str!(concat!("../../../locales/", $lang, "/pack.ftl"))),
            ("vault", include_str!(concat!("../../../locales/", $lang, "/vault.ftl"))),
            ("thinning", include_str!(concat!("../../../locales/", $lang, "/thinning.ftl"))),
        ]
    };
}

const FRENCH: Areas = areas!("fr");
const ENGLISH: Areas = areas!("en");

/// The files of a language as they are in the program: name of the area, text.
pub const fn sources(lang: Lang) -> &'static [(&'static str, &'static str)] {
    match lang {
        Lang::Fr => &FRENCH,
        Lang::En => &ENGLISH,
    }
}

/// How many different missing keys are told to the log before it falls silent: a page asked for
/// again and again must not fill a disk.
const MISSING_TOLD_MAX: usize = 500;

static MISSING_TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Something to put into a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Words, put in as they are.
    Text(Cow<'a, str>),
    /// A number that the sentence may agree with: one day, two days.
    Count(u64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<u32> for Value<'_> {
    fn from(count: u32) -> Self {
        Self::Count(u64::from(count))
    }
}

impl From<usize> for Value<'_> {
    fn from(count: usize) -> Self {
        Self::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

/// The sentences of one language.
pub struct Words {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

static FR: LazyLock<Words> = LazyLock::new(|| Words::load(Lang::Fr));
static EN: LazyLock<Words> = LazyLock::new(|| Words::load(Lang::En));

impl Words {
    /// The sentences of a language; read once.
    pub fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Fr => &FR,
            Lang::En => &EN,
        }
    }

    /// Which language this is.
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// The sentence of a key that takes nothing in.
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// The sentence of a key, with the values it takes in.
    ///
    /// A key that does not exist comes back between `⟦` and `⟧`, so that nobody misses it.
    pub fn say_with(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        self.try_say_with(key, values).unwrap_or_else(|| {
            self.tell_missing(key, "there is no such sentence");
            format!("⟦{key}⟧")
        })
    }

    /// The sentence of a key, if there is one: for sentences that only some codes have.
    pub fn try_say_with(&self, key: &str, values: &[(&str, Value<'_>)]) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            let value = match value {
                Value::Text(text) => FluentValue::from(text.as_ref()),
                Value::Count(count) => FluentValue::from(*count),
            };
            args.set(*name, value);
        }
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        if let Some(error) = errors.first() {
            self.tell_missing(key, &error.to_string());
        }
        Some(said)
    }

    /// Whether there is a sentence of this key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.get_message(key).is_some_and(|message| message.value().is_some())
    }

    fn load(lang: Lang) -> Self {
        let id: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Isolation marks would end up in mail subjects, feeds and file names.
        bundle.set_use_isolating(false);
        if lang == Lang::Fr {
            bundle.set_transform(Some(typography::french));
        }
        for (area, text) in sources(lang) {
            let resource =
                FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(rest, why)| {
                    tracing::error!(lang = lang.tag(), area, ?why, "sentences that cannot be read");
                    rest
                });
            if let Err(why) = bundle.add_resource(resource) {
                tracing::error!(lang = lang.tag(), area, ?why, "a key is there twice");
            }
        }
        Self { lang, bundle }
    }

    /// Tells the log once for each key.
    fn tell_missing(&self, key: &str, why: &str) {
        let short: String = key.chars().take(80).collect();
        let mut told = MISSING_TOLD.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() < MISSING_TOLD_MAX && told.insert(format!("{} {short}", self.lang.tag())) {
            tracing::error!(lang = self.lang.tag(), key = short, why, "a sentence is not right");
        }
    }
}
