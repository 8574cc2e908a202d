//! The polynomial by which contents are cut: one of chance for each repository, over the field of
//! two elements, of degree 53 and irreducible, as restic asks.

use beffroi_town::edge::Entropy;

pub(crate) const DEGREE: u32 = 53;

/// A new one, as restic writes it.
pub(crate) fn new(entropy: &dyn Entropy) -> String {
    // One in about fifty is irreducible.
    loop {
        let mut bytes = [0; 8];
        entropy.fill(&mut bytes);
        let top = 1 << DEGREE;
        let candidate = (u64::from_le_bytes(bytes) & (top - 1)) | top | 1;
        if is_irreducible(candidate) {
            return format!("{candidate:x}");
        }
    }
}

/// One as restic writes it; none when it is not of the right degree.
pub(crate) fn read(text: &str) -> Option<u64> {
    let value = u64::from_str_radix(text, 16).ok()?;
    (value >> DEGREE == 1).then_some(value)
}

/// a modulo f, of degree [`DEGREE`].
pub(crate) fn remainder(mut a: u64, f: u64) -> u64 {
    while a >> DEGREE != 0 {
        a ^= f << (f.leading_zeros() - a.leading_zeros());
    }
    a
}

/// Whether no polynomial of half its degree or less divides it (Ben-Or's test): each such one
/// divides x^(2^i) − x for some i.
fn is_irreducible(f: u64) -> bool {
    let mut power = 2;
    (1..=DEGREE / 2).all(|_| {
        power = product(power, power, f);
        divisor(f, power ^ 2) == 1
    })
}

/// a × b modulo f, of degree [`DEGREE`].
fn product(mut a: u64, mut b: u64, f: u64) -> u64 {
    let mut sum = 0;
    while b != 0 {
        if b & 1 == 1 {
            sum ^= a;
        }
        b >>= 1;
        a <<= 1;
        if a >> DEGREE & 1 == 1 {
            a ^= f;
        }
    }
    sum
}

/// The greatest common divisor.
fn divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        while a != 0 && a.leading_zeros() <= b.leading_zeros() {
            a ^= b << (b.leading_zeros() - a.leading_zeros());
        }
        (a, b) = (b, a);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    #[test]
    fn new_ones_are_all_different_and_of_the_right_degree() {
        struct Played(std::sync::atomic::AtomicU64);
        impl Entropy for Played {
            fn fill(&self, bytes: &mut [u8]) {
                let seed = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                bytes.copy_from_slice(&Id::of(&seed.to_le_bytes()).as_bytes()[..8]);
            }
        }
        let chance = Played(59.into());
        let all: std::collections::HashSet<String> = (0..20).map(|_| new(&chance)).collect();
        assert_eq!(all.len(), 20);
        for one in all {
            let value = u64::from_str_radix(&one, 16).unwrap();
            assert!(value >> DEGREE == 1 && is_irreducible(value), "{one}");
        }
    }

    #[test]
    fn restic_s_own_are_irreducible_and_products_are_not() {
        for good in [0x003d_a335_8b4d_c173, 0x0026_503b_a55e_9353] {
            assert!(is_irreducible(good), "{good:x}");
        }
        // x + 1 divides what has an even number of terms; and one bit further is another one.
        assert!(!is_irreducible(0x0020_0000_0000_0001));
        assert!(!is_irreducible(0x003d_a335_8b4d_c173 ^ 4));
        // (x^26 + x^3 + 1) times (x^27 + x^5 + 1).
        let both = (0..27).fold(0, |sum, bit| {
            if 0x0400_0009_u64 >> bit & 1 == 1 { sum ^ 0x0800_0021 << bit } else { sum }
        });
        assert!(both >> DEGREE == 1 && !is_irreducible(both), "{both:x}");
    }
}
