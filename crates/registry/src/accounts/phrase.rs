//! Generated pass-phrases.
//!
//! Rules: six words drawn evenly from a list of 2,048, 11 bits each, 66 bits in all. The list is
//! our own: four letters, two syllables, no letter whose sound is written in two ways, nothing
//! rude. A person may type them in any letter case and with any spacing.

use beffroi_town::edge::Entropy;

const WORDS: &str = include_str!("words.txt");
/// Words in the list: a power of two, so that eleven random bits name one without favour.
const LIST_LENGTH: usize = 2_048;
/// Words in a phrase.
const PHRASE_WORDS: usize = 6;
/// Bits of chance in a phrase.
pub const PHRASE_BITS: u32 = 11 * 6;

/// A new phrase, words joined by hyphens: `bali-rotu-...`.
pub fn generate(entropy: &dyn Entropy) -> String {
    let list: Vec<&str> = WORDS.lines().collect();
    let mut random = [0_u8; PHRASE_WORDS * 2];
    entropy.fill(&mut random);
    let words = random.chunks_exact(2).map(|pair| {
        let number = pair.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        list.get(number % LIST_LENGTH).copied().unwrap_or_default()
    });
    words.collect::<Vec<_>>().join("-")
}

/// The one form that is hashed: letters in lower case, words joined by single hyphens.
pub fn tidy(typed: &str) -> String {
    let words = typed.split(|c: char| c.is_whitespace() || c == '-' || c == '.' || c == ',');
    let words: Vec<String> = words.filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn the_list_gives_eleven_bits_a_word() {
        let words: Vec<&str> = WORDS.lines().collect();
        let distinct: BTreeSet<&str> = words.iter().copied().collect();
        assert_eq!((words.len(), distinct.len()), (LIST_LENGTH, LIST_LENGTH));
        assert!(words.iter().all(|w| w.len() == 4 && w.bytes().all(|b| b.is_ascii_lowercase())));
        const { assert!(PHRASE_BITS >= 65) };
    }

    #[test]
    fn a_phrase_has_six_words_of_the_list() {
        for byte in [0, 7, 255] {
            let phrase = generate(&Fixed(byte));
            assert_eq!(phrase.split('-').filter(|w| WORDS.contains(w) && w.len() == 4).count(), 6);
        }
    }

    #[test]
    fn typing_is_forgiven() {
        assert_eq!(tidy("  Bali rotu\t- NADE.vipo "), "bali-rotu-nade-vipo");
    }
}
