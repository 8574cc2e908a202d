//! Text from outside made harmless before it is shown.
//!
//! Escaping is the templates' business. This takes out what escaping lets through: control
//! characters (XML forbids them), marks that turn the reading direction (a name could turn the
//! sentence around it), and length without end.

/// Longest one-line text shown, in characters.
pub(crate) const LINE_CHARS_MAX: usize = 160;
/// Longest sentence shown, in characters.
pub(crate) const SENTENCE_CHARS_MAX: usize = 500;

/// Whether a character may be shown.
const fn harmless(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let unseen = matches!(c, '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}');
    let no_character = matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{feff}');
    !(turns || unseen || no_character)
}

/// One line: white space folded, at most `chars_max` characters, `…` where it was cut.
pub(crate) fn line(text: &str, chars_max: usize) -> String {
    let mut out = String::new();
    // Only the white space that breaks lines is folded: no-break spaces are there on purpose.
    let words = text.split([' ', '\t', '\n', '\r', '\u{2028}', '\u{2029}']);
    for word in words.filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().filter(|c| harmless(*c)).take(chars_max + 1));
        if out.chars().nth(chars_max).is_some() {
            break;
        }
    }
    cut(&mut out, chars_max);
    out
}

/// A line, or none when nothing would be seen.
pub(crate) fn some_line(text: Option<&str>) -> Option<String> {
    text.map(|text| line(text, LINE_CHARS_MAX)).filter(|text| !text.trim().is_empty())
}

/// Paragraphs, at most `chars_max` characters in all; and whether all of it is there.
pub(crate) fn paragraphs(text: &str, chars_max: usize) -> (Vec<String>, bool) {
    let tidy = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let mut left = chars_max;
    let mut out = Vec::new();
    let mut current = String::new();
    for row in tidy.split('\n').chain([""]) {
        let row: String = row.trim().chars().filter(|c| harmless(*c)).collect();
        if row.is_empty() {
            if !current.is_empty() {
                let length = current.chars().count();
                if length > left {
                    cut(&mut current, left);
                    out.push(current);
                    return (out, false);
                }
                left -= length;
                out.push(std::mem::take(&mut current));
            }
        } else {
            if !current.is_empty() {
                current.push('\n');
            }
            current.push_str(&row);
        }
    }
    (out, true)
}

fn cut(text: &mut String, chars_max: usize) {
    if let Some((at, _)) = text.char_indices().nth(chars_max) {
        text.truncate(at);
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_not_longer() {
        assert_eq!(line("  a\n\tb\u{2028}c ", 10), "a b c");
        assert_eq!(line(&"é".repeat(10_000), 4), "éééé…");
        assert_eq!(line("11\u{a0}h\u{a0}04", 10), "11\u{a0}h\u{a0}04");
        assert_eq!(line("a\u{202e}b\u{0}c\u{2067}", 10), "abc");
        assert_eq!(some_line(Some(" \u{202e} ")), None);
        assert_eq!(line(&"a ".repeat(50_000), 5), "a a a…");
    }

    #[test]
    fn paragraphs_are_kept_and_bounded() {
        let (all, whole) = paragraphs("Un\r\ndeux\r\n\r\n\r\ntrois", 100);
        assert_eq!((all, whole), (vec!["Un\ndeux".to_owned(), "trois".to_owned()], true));
        let (all, whole) = paragraphs("abc\n\ndef\n\nghi", 5);
        assert_eq!((all, whole), (vec!["abc".to_owned(), "de…".to_owned()], false));
        assert_eq!(paragraphs("", 5), (Vec::new(), true));
        assert_eq!(paragraphs("\u{1}\u{202e}", 5), (Vec::new(), true));
    }
}
