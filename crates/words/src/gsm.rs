//! What a text message can carry: the basic alphabet of GSM 03.38, 160 characters in one message.
//!
//! Rules: accents that the alphabet has stay (à é è ù ç becomes c); what it lacks becomes its
//! nearest neighbour; a character outside of it would cut the message's length by more than half.

/// Characters of one message.
pub const MESSAGE_CHARS: usize = 160;

/// The basic alphabet, without the escape that opens the second page.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
    ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Letters that French and our own sentences use and the alphabet lacks.
const NEIGHBOURS: &[(char, &str)] = &[
    ('’', "'"),
    ('‘', "'"),
    ('«', "\""),
    ('»', "\""),
    ('“', "\""),
    ('”', "\""),
    ('–', "-"),
    ('—', "-"),
    ('‑', "-"),
    ('…', "..."),
    ('œ', "oe"),
    ('Œ', "OE"),
    ('ç', "c"),
    ('ê', "e"),
    ('ë', "e"),
    ('â', "a"),
    ('î', "i"),
    ('ï', "i"),
    ('ô', "o"),
    ('û', "u"),
    ('ÿ', "y"),
    ('À', "A"),
    ('Â', "A"),
    ('È', "E"),
    ('Ê', "E"),
    ('Ë', "E"),
    ('Î', "I"),
    ('Ï', "I"),
    ('Ô', "O"),
    ('Ù', "U"),
    ('Û', "U"),
    ('[', "("),
    (']', ")"),
    ('{', "("),
    ('}', ")"),
];

/// A text in the basic alphabet. What has no neighbour in it becomes a question mark.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            out.push(' ');
        } else if BASIC.contains(c) {
            out.push(c);
        } else if let Some((_, near)) = NEIGHBOURS.iter().find(|(one, _)| *one == c) {
            out.push_str(near);
        } else if !c.is_control() {
            out.push('?');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_out_is_in_the_alphabet_and_keeps_what_it_can() {
        assert_eq!(
            plain("À L’Haÿ-les-Roses\u{202f}: « déjà là », ça va où… 🐚"),
            "A L'Hay-les-Roses : \" déjà là \", ca va où... ?"
        );
        let every: String = ('\u{1}'..'\u{2fff}').collect();
        assert!(plain(&every).chars().all(|c| BASIC.contains(c)));
        assert_eq!(plain("https://a.fr/a/ABC-123?x=1&y_2"), "https://a.fr/a/ABC-123?x=1&y_2");
    }
}
