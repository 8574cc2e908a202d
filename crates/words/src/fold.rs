//! Names as people type them, made comparable.
//!
//! Rules: lower case, no accents, `œ` and `æ` as two letters, everything that is no letter or digit
//! is one space, `st` and `ste` are `saint` and `sainte`, and the long names of the kinds of EPCI
//! are the register's short ones (`communauté de communes` is `cc`).

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The comparable form of a name.
pub fn fold(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        push(letter, &mut plain);
    }
    let mut words = String::with_capacity(plain.len() + 8);
    for word in plain.split(' ').filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(match word {
            "st" => "saint",
            "ste" => "sainte",
            other => other,
        });
    }
    short_kind(words)
}

/// One letter, folded. The letters of French come first, since almost all names need no more.
fn push(letter: char, plain: &mut String) {
    match letter {
        'a'..='z' | '0'..='9' => plain.push(letter),
        'A'..='Z' => plain.push(letter.to_ascii_lowercase()),
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => plain.push('e'),
        'à' | 'â' | 'À' | 'Â' => plain.push('a'),
        'î' | 'ï' | 'Î' | 'Ï' => plain.push('i'),
        'ô' | 'ö' | 'Ô' => plain.push('o'),
        'û' | 'ù' | 'ü' | 'Û' | 'Ù' => plain.push('u'),
        'ç' | 'Ç' => plain.push('c'),
        'œ' | 'Œ' => plain.push_str("oe"),
        'æ' | 'Æ' => plain.push_str("ae"),
        other if other.is_ascii() => plain.push(' '),
        other if other.is_alphanumeric() || is_combining_mark(other) => {
            // The decomposed form separates a letter from its accents, which are then dropped.
            for part in [other].into_iter().nfkd().filter(|part| !is_combining_mark(*part)) {
                plain.extend(part.to_lowercase());
            }
        }
        _ => plain.push(' '),
    }
}

/// The register writes `CC du Pays Fouesnantais`; people write the kind in full.
fn short_kind(words: String) -> String {
    for (long, short) in [
        ("communaute de communes", "cc"),
        ("communaute d agglomeration", "ca"),
        ("communaute urbaine", "cu"),
    ] {
        if let Some(rest) = words.strip_prefix(long)
            && rest.starts_with(' ')
        {
            return format!("{short}{rest}");
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn one_name_written_in_many_ways_is_one_key() {
        for (one, other) in [
            ("Saint-Denis", "ST DENIS"),
            ("Sainte-Œstre", "ste oestre"),
            ("L'Haÿ-les-Roses", "l’hay les roses"),
            ("Fouesnant", "  FOUËSNANT "),
            ("Élancourt", "E\u{301}lancourt"),
            ("Saint-Évarzec", "saint--evarzec"),
            ("CC du Pays Fouesnantais", "Communauté de communes du Pays fouesnantais"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} / {other}");
        }
    }

    #[test]
    fn different_names_stay_apart() {
        assert_ne!(fold("Stains"), fold("Saintains"));
        assert_ne!(fold("Sainte-Marie"), fold("Saint-Marie"));
        assert_eq!(fold("communauté de communes"), "communaute de communes");
        assert_eq!(fold("'- _"), "");
    }
}
