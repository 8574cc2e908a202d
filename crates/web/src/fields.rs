//! What a person typed into a form, and what is wrong with it.
//!
//! Rules: every text has a bound; a form that is refused comes back with what was typed and with
//! the reason at its field; control characters other than line ends never get in.

use beffroi_words::Words;

/// Longest one-line text, characters.
pub const LINE_CHARS_MAX: usize = 300;
/// Longest text of several lines, characters.
pub const TEXT_CHARS_MAX: usize = 8_000;
/// Most fields a form may have.
pub const FIELDS_MAX: usize = 400;

/// The fields of a form or a query, in the order they came, with what is wrong with some.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    pairs: Vec<(String, String)>,
    errors: Vec<(String, String)>,
}

impl Fields {
    /// From decoded pairs; what is beyond [`FIELDS_MAX`] is dropped.
    pub fn new(mut pairs: Vec<(String, String)>) -> Self {
        pairs.truncate(FIELDS_MAX);
        Self { pairs, errors: Vec::new() }
    }

    /// With a value to begin with, for a form that nobody has filled in yet.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.pairs.push((name.to_owned(), value.into()));
        self
    }

    /// The first value of a field, spaces around it taken off; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// Whether a field has this value among others.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|one| one == value)
    }

    /// Every pair, as it came.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Takes out every value of a field.
    pub fn remove(&mut self, name: &str) {
        self.pairs.retain(|(key, _)| key != name);
    }

    /// Says what is wrong with a field.
    pub fn wrong(&mut self, name: &str, why: impl Into<String>) {
        if self.error(name).is_none() {
            self.errors.push((name.to_owned(), why.into()));
        }
    }

    /// What is wrong with a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(key, _)| key == name).map(|(_, why)| why.as_str())
    }

    /// Everything that is wrong: field and reason.
    pub fn errors(&self) -> &[(String, String)] {
        &self.errors
    }

    /// Whether nothing is wrong so far.
    pub fn fine(&self) -> bool {
        self.errors.is_empty()
    }

    /// A line that may be empty.
    pub fn line(&mut self, words: &Words, name: &str) -> Option<String> {
        self.bounded(words, name, LINE_CHARS_MAX, false)
    }

    /// A line that must be there; the reason says so under `missing`.
    pub fn needed(&mut self, words: &Words, name: &str, missing: &str) -> String {
        let line = self.line(words, name);
        if line.is_none() {
            self.wrong(name, words.say(missing));
        }
        line.unwrap_or_default()
    }

    /// A text of several lines that may be empty.
    pub fn text(&mut self, words: &Words, name: &str) -> Option<String> {
        self.bounded(words, name, TEXT_CHARS_MAX, true)
    }

    fn bounded(&mut self, words: &Words, name: &str, max: usize, lines: bool) -> Option<String> {
        let clean: String = self
            .get(name)
            .replace("\r\n", "\n")
            .chars()
            .filter(|c| !is_hidden(*c) || (lines && *c == '\n'))
            .collect();
        let clean = clean.trim();
        if clean.chars().count() > max {
            self.wrong(name, words.say_with("form-too-long", &[("max", max.into())]));
        }
        (!clean.is_empty()).then(|| clean.to_owned())
    }
}

/// Control characters, and marks that turn the direction of text around them.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_town::Lang;

    fn fields(value: &str) -> Fields {
        Fields::default().with("a", value)
    }

    #[test]
    fn hidden_characters_and_spaces_around_are_dropped() {
        let words = Words::of(Lang::Fr);
        assert_eq!(fields("  a\u{202e}b\0c\nd ").line(words, "a").as_deref(), Some("abcd"));
        assert_eq!(fields("a\r\nb\u{7}").text(words, "a").as_deref(), Some("a\nb"));
        assert_eq!(fields(" \n ").text(words, "a"), None);
    }

    #[test]
    fn what_is_too_long_is_told_at_its_field_and_kept() {
        let long = "é".repeat(LINE_CHARS_MAX + 1);
        let mut typed = fields(&long);
        assert!(typed.line(Words::of(Lang::En), "a").is_some());
        assert!(typed.error("a").is_some() && !typed.fine() && typed.get("a") == long);
    }
}
