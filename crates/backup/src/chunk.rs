//! Where contents are cut: where the last 64 bytes say so, as restic does with the same polynomial.
//! So what is put into the middle of a file moves no cut but those around it, and what restic has
//! sent already is not sent again.

use crate::polynomial::{self, DEGREE};

const WINDOW_BYTES: usize = 64;
/// The shortest part, unless the file ends.
const BYTES_MIN: usize = 512 << 10;
/// The longest part.
pub(crate) const BYTES_MAX: usize = 8 << 20;
/// A cut is where these bits of the fingerprint are zero: each mebibyte, by chance.
const CUT_MASK: u64 = (1 << 20) - 1;

/// What is worked out once for each repository.
pub(crate) struct Tables {
    /// What a byte that leaves the window takes with it.
    leaving: [u64; 256],
    /// What the eight bits above the degree come down to.
    reduced: [u64; 256],
}

impl Tables {
    /// For a polynomial as restic writes it; none when it is no such polynomial.
    pub(crate) fn new(polynomial: &str) -> Option<Self> {
        let f = polynomial::read(polynomial)?;
        let append = |hash: u64, byte: u64| polynomial::remainder(hash << 8 | byte, f);
        let mut tables = Self { leaving: [0; 256], reduced: [0; 256] };
        let both = tables.leaving.iter_mut().zip(&mut tables.reduced);
        for (byte, (leaving, reduced)) in (0_u64..).zip(both) {
            *leaving = (1..WINDOW_BYTES).fold(append(0, byte), |hash, _| append(hash, 0));
            *reduced = polynomial::remainder(byte << DEGREE, f) | byte << DEGREE;
        }
        Some(tables)
    }
}

/// Finds where a part ends.
pub(crate) struct Cutter<'t> {
    tables: &'t Tables,
    window: [u8; WINDOW_BYTES],
    at: usize,
    hash: u64,
    /// Bytes of this part so far.
    bytes: usize,
}

impl<'t> Cutter<'t> {
    /// At the beginning of a file.
    pub(crate) fn new(tables: &'t Tables) -> Self {
        let mut window = [0; WINDOW_BYTES];
        // As restic begins: a one has just come in.
        window[0] = 1;
        Self { tables, window, at: 1, hash: 1, bytes: 0 }
    }

    /// How many of these bytes belong to the part, and whether it ends with them.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        // What the window will have forgotten by the first possible cut is not looked at.
        let skipped = (BYTES_MIN - WINDOW_BYTES).saturating_sub(self.bytes).min(bytes.len());
        let before = self.bytes;
        self.bytes += skipped;
        for byte in bytes.get(skipped..).unwrap_or_default() {
            self.slide(*byte);
            self.bytes += 1;
            let may_end = self.bytes >= BYTES_MIN;
            if may_end && (self.hash & CUT_MASK == 0 || self.bytes >= BYTES_MAX) {
                let taken = self.bytes - before;
                *self = Self::new(self.tables);
                return (taken, true);
            }
        }
        (bytes.len(), false)
    }

    #[inline]
    fn slide(&mut self, byte: u8) {
        let of = |table: &[u64; 256], at: u8| table.get(usize::from(at)).copied().unwrap_or(0);
        if let Some(place) = self.window.get_mut(self.at % WINDOW_BYTES) {
            self.hash ^= of(&self.tables.leaving, *place);
            *place = byte;
        }
        self.at = (self.at + 1) % WINDOW_BYTES;
        let top = (self.hash >> (DEGREE - 8)).to_le_bytes()[0];
        self.hash = (self.hash << 8 | u64::from(byte)) ^ of(&self.tables.reduced, top);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize) -> Vec<u8> {
        let mut state = 1_u64;
        let next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    fn cuts(bytes: &[u8], piece: usize) -> Vec<usize> {
        let tables = Tables::new("3da3358b4dc173").unwrap();
        let (mut cutter, mut cuts, mut length) = (Cutter::new(&tables), Vec::new(), 0);
        for mut some in bytes.chunks(piece) {
            while !some.is_empty() {
                let (taken, ends) = cutter.take(some);
                length += taken;
                some = &some[taken..];
                if ends {
                    cuts.push(std::mem::take(&mut length));
                }
            }
        }
        cuts.push(length);
        cuts
    }

    #[test]
    fn a_cut_depends_on_the_bytes_before_it_alone() {
        let bytes = noise(12 << 20);
        let all = cuts(&bytes, bytes.len());
        assert!(all.len() > 4 && all.iter().sum::<usize>() == bytes.len());
        assert!(all[..all.len() - 1].iter().all(|one| (BYTES_MIN..=BYTES_MAX).contains(one)));
        // However it is read.
        assert_eq!(cuts(&bytes, 1_000), all);
        // What is put in front moves the first cuts and no others.
        let moved = cuts(&[&noise(1_000)[500..], &bytes].concat(), 70_000);
        assert_eq!(
            moved.iter().rev().take(2).collect::<Vec<_>>(),
            all.iter().rev().take(2).collect::<Vec<_>>()
        );
    }

    #[test]
    fn zeros_are_cut_and_what_is_no_polynomial_is_refused() {
        assert_eq!(cuts(&vec![0; 3 * BYTES_MIN], 4_096), [BYTES_MIN, BYTES_MIN, BYTES_MIN, 0]);
        assert_eq!(cuts(b"short", 2), [5]);
        for bad in ["", "x", "7", "ffffffffffffffff", "1fffffffffffff"] {
            assert!(Tables::new(bad).is_none(), "{bad}");
        }
    }
}
