//! How sentences are written.

use beffroi_town::Lang;
use beffroi_words::typography::{HARD, NARROW, french};

use crate::locales::sentences;

/// What is wrong with a piece of French text once the program has put its spaces in.
fn fault(text: &str) -> Option<String> {
    let chars: Vec<char> = french(text).chars().collect();
    for (index, c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(index + 1).copied();
        // A sign at the very start follows something put in; one without a space after it is
        // part of an address or a time.
        let ends_word = after.is_none_or(char::is_whitespace);
        let wrong = match c {
            ';' | '!' | '?' => ends_word && before.is_some_and(|b| b != NARROW && b != '?'),
            ':' => ends_word && before.is_some_and(|b| b != NARROW),
            '«' => after.is_some_and(|a| a != HARD),
            '»' => before.is_some_and(|b| b != HARD),
            '\'' | '"' => true,
            _ => false,
        };
        if wrong {
            return Some(format!("'{c}' in: {text}"));
        }
    }
    text.contains("...").then(|| format!("three full stops, not '…', in: {text}"))
}

#[test]
fn french_sentences_keep_french_typography() {
    for (key, sentence) in sentences(Lang::Fr) {
        for text in &sentence.texts {
            assert_eq!(fault(text), None, "{key}");
        }
    }
}

#[test]
fn the_check_itself_finds_faults() {
    for text in ["Quoi?", "Oui: non", "« vrai »et'faux", "Fin...", "«faux»", "dit \"vrai\""] {
        assert!(fault(text).is_some(), "{text}");
    }
    for text in ["Quoi ?", "Oui : non", "« vrai »", "https://exemple.fr", "à 11 h 04", " : suite"]
    {
        assert_eq!(fault(text), None, "{text}");
    }
}

/// Words that say the same thing in a way residents do not, and what to say instead.
const JARGON: [(&str, &str); 8] = [
    ("cyber-attaque", "attaque informatique"),
    ("ransomware", "attaque informatique"),
    ("rançongiciel", "attaque informatique"),
    ("dématérialis", "en ligne"),
    ("administré", "usager"),
    ("veuillez", "le verbe à l’impératif"),
    ("mode dégradé", "avec des limites"),
    ("merci de bien vouloir", "le verbe à l’impératif"),
];

#[test]
fn residents_read_plain_words() {
    for (key, sentence) in sentences(Lang::Fr) {
        if !["page", "notice", "catalogue", "paper"].contains(&sentence.area.as_str()) {
            continue;
        }
        for text in &sentence.texts {
            let small = text.to_lowercase();
            for (word, instead) in JARGON {
                assert!(!small.contains(word), "{key}: '{word}'; say {instead}");
            }
        }
    }
}
