//! Printed one-time codes: the way in when the directory and the telephones are dead.
//!
//! Rules: 19 characters of chance (95 bits) and one check character, in five groups of four. The
//! alphabet (Crockford's base 32) has no I, L, O, U; typing is forgiven in letter case, spaces,
//! hyphens, `O` for `0`, `I` and `L` for `1`. The code alone names its account: what is kept is its
//! SHA-256, and that much chance needs no salt.

use beffroi_town::edge::Entropy;
use ring::digest;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of chance.
const RANDOM_LENGTH: usize = 19;
/// Characters in all.
const LENGTH: usize = RANDOM_LENGTH + 1;
/// Bits of chance in a code.
pub const CODE_BITS: u32 = 5 * 19;

/// A code in its one true form: 20 characters of the alphabet, the check holds.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode(String);

/// Why what a person typed is no code. Says nothing about any account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Too few or too many characters, or one that no code has.
    #[error("a printed code has 20 letters and digits in five groups of four")]
    Shape,
    /// One character is wrong, or two are swapped.
    #[error("one character of this code is mistyped: compare it with the paper")]
    Check,
}

impl OneTimeCode {
    /// A new one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut random = [0_u8; RANDOM_LENGTH];
        entropy.fill(&mut random);
        let mut values: Vec<u8> = random.iter().map(|byte| byte & 31).collect();
        values.push(check_value(&values));
        Self(values.iter().map(|value| letter(*value)).collect())
    }

    /// Reads what a person typed.
    ///
    /// # Errors
    /// [`BadCode`] when it cannot be a code, whoever's.
    pub fn read(typed: &str) -> Result<Self, BadCode> {
        let mut values = Vec::with_capacity(LENGTH);
        for c in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '‑')) {
            if values.len() == LENGTH {
                return Err(BadCode::Shape);
            }
            values.push(value_of(c).ok_or(BadCode::Shape)?);
        }
        match values.split_last() {
            Some((check, rest)) if rest.len() == RANDOM_LENGTH => {
                if *check != check_value(rest) {
                    return Err(BadCode::Check);
                }
                Ok(Self(values.iter().map(|value| letter(*value)).collect()))
            }
            _ => Err(BadCode::Shape),
        }
    }

    /// As it is printed: `ABCD-EFGH-JKMN-PQRS-TVWX`.
    pub fn printed(&self) -> String {
        let mut out = String::new();
        for (at, c) in self.0.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                out.push('-');
            }
            out.push(c);
        }
        out
    }

    /// What is kept: SHA-256 under a label of its own, in hexadecimal.
    pub fn hash(&self) -> String {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"beffroi one-time code v1\n");
        context.update(self.0.as_bytes());
        data_encoding::HEXLOWER.encode(context.finish().as_ref())
    }
}

fn letter(value: u8) -> char {
    ALPHABET.get(usize::from(value & 31)).map_or('0', |byte| char::from(*byte))
}

fn value_of(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    ALPHABET.iter().position(|byte| char::from(*byte) == c).and_then(|at| u8::try_from(at).ok())
}

/// The sum of value × 2^place in the field of 32 elements (x⁵ + x² + 1). The powers differ from
/// place to place, so every single mistyping and every swap of two characters changes it.
fn check_value(values: &[u8]) -> u8 {
    values.iter().rev().fold(0, |sum, value| double(sum ^ value))
}

const fn double(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 { shifted } else { (shifted ^ 0b10_0101) & 31 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU8, Ordering};

    struct Counting(AtomicU8);
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(37, Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn what_is_printed_is_read_however_it_is_typed() {
        let entropy = Counting(AtomicU8::new(3));
        for _ in 0..50 {
            let code = OneTimeCode::generate(&entropy);
            let printed = code.printed();
            assert_eq!((printed.len(), printed.matches('-').count()), (24, 4));
            let sloppy = printed.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            assert!(OneTimeCode::read(&sloppy).unwrap() == code);
            assert_eq!(code.hash().len(), 64);
        }
        assert!(CODE_BITS >= 80);
    }

    #[test]
    fn every_mistyped_character_and_every_swap_of_neighbours_is_noticed() {
        let code = OneTimeCode::generate(&Counting(AtomicU8::new(11)));
        let letters: Vec<char> = code.0.chars().collect();
        for at in 0..letters.len() {
            for other in ALPHABET {
                let mut wrong = letters.clone();
                wrong[at] = char::from(*other);
                if wrong != letters {
                    let typed: String = wrong.iter().collect();
                    assert_eq!(OneTimeCode::read(&typed).err(), Some(BadCode::Check));
                }
            }
            let mut swapped = letters.clone();
            swapped.swap(at, (at + 1) % letters.len());
            if swapped != letters {
                let typed: String = swapped.iter().collect();
                assert_eq!(OneTimeCode::read(&typed).err(), Some(BadCode::Check));
            }
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for typed in ["", "ABCD", "U", "é", &"A".repeat(21), &"A".repeat(100_000)] {
            assert_eq!(OneTimeCode::read(typed).err(), Some(BadCode::Shape));
        }
    }
}
