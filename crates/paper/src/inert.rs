//! Text from outside made fit for paper.
//!
//! That it is never markup is the templates' business. This takes out what nobody sees and what
//! turns the reading direction (a name could turn the sentence around it), composes letters with
//! their accents, puts a box in the place of what no font has, and lets a word without end break,
//! so that it does not run off the page.

use unicode_normalization::UnicodeNormalization;

use crate::world;

/// Stands for a character that cannot be printed.
const MISSING: char = '□';

/// The longest run of characters without a place to break.
const WORD_CHARS_MAX: usize = 40;
/// A place to break that takes no room.
const MAY_BREAK: char = '\u{200b}';

/// A text as it is printed.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = 0;
    for c in text.nfc().filter(|c| harmless(*c)) {
        if c == ' ' || c == '\n' {
            run = 0;
        } else if run == WORD_CHARS_MAX {
            out.push(MAY_BREAK);
            run = 1;
        } else {
            run += 1;
        }
        out.push(if prints(c) { c } else { MISSING });
    }
    out
}

/// What is neither a control character nor turns the reading direction; line ends stay.
const fn harmless(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let unseen =
        matches!(c, '\u{0}'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}');
    let joins =
        matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
    !(turns || unseen || joins)
}

fn prints(c: char) -> bool {
    c == '\n' || world::has(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_dropped_that_can_be_seen() {
        assert_eq!(
            printable("Zoe\u{308} d’Août, Œuvre « ici » 1\u{202f}%"),
            "Zoë d’Août, Œuvre « ici » 1\u{202f}%"
        );
        assert_eq!(printable("a\u{202e}b\u{0}c\u{2067}\td"), "abcd");
        assert_eq!(printable("漢字 🦀 x"), "□□ □ x");
        assert_eq!(printable("محمد дом Αθήνα שלום"), "محمد дом Αθήνα שלום");
        assert_eq!(printable("un\ndeux"), "un\ndeux");
        assert_eq!(printable(&"a".repeat(41)), format!("{}\u{200b}a", "a".repeat(40)));
        assert_eq!(printable(&"abcd ".repeat(20)), "abcd ".repeat(20));
    }
}
