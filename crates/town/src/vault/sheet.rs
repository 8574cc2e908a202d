//! The recovery sheet of a repository: its password as people copy it, and the code that shows that
//! somebody has the sheet in hand.
//!
//! The code follows from the password by a slow hash; whoever has it in hand has the password on
//! the same paper. The platform keeps a hash of the code: enough to check it, not to say it.

use crate::{crockford, edge::Entropy};

/// Letters of chance in a password: 130 bits.
const PASSWORD_LETTERS: usize = 26;
/// Letters of a check code: 55 bits.
const CODE_LETTERS: usize = 11;

/// A new password, in groups, its last letter telling a slip of the pen.
pub fn new_password(entropy: &dyn Entropy) -> String {
    let mut values = [0; PASSWORD_LETTERS];
    entropy.fill(&mut values);
    printed(&values.map(|value| value & 31))
}

/// A password of ours as it is printed, however it was typed; none when it is not one, or one with
/// a slip.
pub fn read_password(typed: &str) -> Option<String> {
    read(typed, PASSWORD_LETTERS)
}

/// The check code that a hash stands for.
pub fn code(hash: &[u8; 32]) -> String {
    let letters: Vec<u8> = hash.iter().take(CODE_LETTERS).map(|byte| byte & 31).collect();
    printed(&letters)
}

/// A check code as it is printed, however it was typed; none for a slip.
pub fn read_code(typed: &str) -> Option<String> {
    read(typed, CODE_LETTERS)
}

/// What the platform keeps the SHA-256 of, for a code as it is printed.
pub fn proof_text(code: &str) -> String {
    format!("beffroi vault sheet proof v1\n{code}")
}

fn printed(values: &[u8]) -> String {
    let mut values = values.to_vec();
    values.push(crockford::check_value(&values));
    crockford::grouped(&crockford::text(&values))
}

fn read(typed: &str, letters: usize) -> Option<String> {
    let values = crockford::read(typed, letters + 1).ok()?;
    let checked = crockford::checked(&values).ok()?;
    (checked.len() == letters).then(|| printed(checked))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Played;

    impl Entropy for Played {
        fn fill(&self, bytes: &mut [u8]) {
            for (value, byte) in (7..250).cycle().step_by(11).zip(bytes) {
                *byte = value;
            }
        }
    }

    #[test]
    fn what_is_printed_is_read_however_it_is_typed() {
        let password = new_password(&Played);
        assert_eq!(password.len(), 27 + 8, "{password}");
        let sloppy = password.to_lowercase().replace('-', " ");
        assert_eq!(read_password(&sloppy).as_ref(), Some(&password));
        assert_eq!(read_password("a phrase of somebody's own"), None);
        let code = code(&[201; 32]);
        assert_eq!(code.len(), 12 + 3, "{code}");
        assert_eq!(read_code(&code.replace('-', "")).as_ref(), Some(&code));
        let slip = code.replacen(&code[..1], if code.starts_with('A') { "B" } else { "A" }, 1);
        assert_eq!(read_code(&slip), None);
        assert_eq!(read_code(&password), None);
        assert_eq!(read_password(&code), None);
    }
}
