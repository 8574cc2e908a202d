//! Crockford's base 32: the letters and digits of every code that a person copies from paper or
//! hears read out, and the character that tells a slip of the pen.
//!
//! Rules: no I, L, O, U; typing is forgiven in letter case, spaces and hyphens, `O` for `0`, `I`
//! and `L` for `1`; codes are shown in groups of three.

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why what a person typed is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// Too many characters, or one that no code has.
    Shape,
    /// One character is wrong, or two are swapped.
    Check,
}

/// The letter or digit of a value; only its lowest five bits count.
pub fn letter(value: u8) -> char {
    ALPHABET.get(usize::from(value & 31)).map_or('0', |byte| char::from(*byte))
}

/// The value of a letter or digit as a person types it.
pub fn value_of(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    ALPHABET.iter().position(|byte| char::from(*byte) == c).and_then(|at| u8::try_from(at).ok())
}

/// The sum of value × 2^place in the field of 32 elements (x⁵ + x² + 1). The powers differ from
/// place to place, so every single mistyping and every swap of two characters changes it.
pub fn check_value(values: &[u8]) -> u8 {
    values.iter().rev().fold(0, |sum, value| double(sum ^ value))
}

const fn double(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 { shifted } else { (shifted ^ 0b10_0101) & 31 }
}

/// The values of what a person typed, at most `max` of them.
///
/// # Errors
/// [`Slip::Shape`].
pub fn read(typed: &str, max: usize) -> Result<Vec<u8>, Slip> {
    let mut values = Vec::with_capacity(max);
    for c in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '‑')) {
        if values.len() == max {
            return Err(Slip::Shape);
        }
        values.push(value_of(c).ok_or(Slip::Shape)?);
    }
    Ok(values)
}

/// Splits the check character off and tries it.
///
/// # Errors
/// [`Slip::Check`]; [`Slip::Shape`] when there is nothing.
pub fn checked(values: &[u8]) -> Result<&[u8], Slip> {
    let (check, rest) = values.split_last().ok_or(Slip::Shape)?;
    if *check == check_value(rest) { Ok(rest) } else { Err(Slip::Check) }
}

/// As text, without groups.
pub fn text(values: &[u8]) -> String {
    values.iter().map(|one| letter(*one)).collect()
}

/// As it is printed and read out: `ABC-DEF-GHJ`.
pub fn grouped(letters: &str) -> String {
    let mut out = String::new();
    for (at, c) in letters.chars().enumerate() {
        if at > 0 && at % 3 == 0 {
            out.push('-');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slip_is_noticed_and_every_habit_forgiven() {
        let mut values: Vec<u8> = (0..14).map(|place| (place * 11 + 3) & 31).collect();
        values.push(check_value(&values));
        let printed = grouped(&text(&values));
        let sloppy = printed.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(read(&sloppy, 15).as_ref(), Ok(&values));
        assert_eq!(checked(&values), Ok(&values[..14]));
        for at in 0..values.len() {
            for other in 0..32 {
                let mut wrong = values.clone();
                wrong[at] = other;
                assert!(wrong == values || checked(&wrong) == Err(Slip::Check), "{at} {other}");
            }
        }
        assert_eq!(read(&format!("{printed}A"), 15), Err(Slip::Shape));
        assert_eq!(read("ÉTÉ", 15), Err(Slip::Shape));
        assert_eq!(checked(&[]), Err(Slip::Shape));
    }
}
