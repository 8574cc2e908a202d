//! French typography: the spaces that must not break.
//!
//! A narrow no-break space (U+202F) before `; : ! ?` and before `%`; a no-break space (U+00A0)
//! inside `« »` and in `8 h 30`. The `.ftl` files are written with the space bar; this puts the right ones in.

use std::borrow::Cow;

/// Narrow no-break space.
pub const NARROW: char = '\u{202f}';
/// No-break space.
pub const HARD: char = '\u{a0}';

/// Puts the spaces right in a piece of a French sentence; leaves the rest alone.
pub fn french(text: &str) -> Cow<'_, str> {
    if !text.contains(' ') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        let put = match (before, c, chars.peek()) {
            (_, ' ', Some(';' | ':' | '!' | '?' | '%')) => NARROW,
            // Inside quotes; and 8 h 30: an hour stays in one piece.
            (_, ' ', Some('»'))
            | (Some('«'), ' ', _)
            | (Some('0'..='9'), ' ', Some('h'))
            | (Some('h'), ' ', Some('0'..='9')) => HARD,
            _ => c,
        };
        out.push(put);
        before = Some(c);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_before_high_signs_and_inside_quotes_do_not_break() {
        assert_eq!(
            french("Ouvert : oui ; non ! « vrai » ? 5 %"),
            "Ouvert\u{202f}: oui\u{202f}; non\u{202f}! «\u{a0}vrai\u{a0}»\u{202f}? 5\u{202f}%"
        );
    }

    #[test]
    fn an_hour_stays_in_one_piece() {
        assert_eq!(french("de 8 h 30 à 12 h"), "de 8\u{a0}h\u{a0}30 à 12\u{a0}h");
    }

    #[test]
    fn the_rest_stays_as_it_is() {
        for text in ["", "mairie", "à midi, rue de l’Église", "https://exemple.fr/a?b=c"] {
            assert_eq!(french(text), text);
        }
    }
}
