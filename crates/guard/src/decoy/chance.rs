//! The chance that bait is made of: the same seed gives the same bait, so that what a client ruined
//! can be made again, and two decoys have no file in common that an attacker could know.

use ring::digest::{SHA256, digest};

use super::bait::Seed;

/// A stream of numbers from a seed.
pub(super) struct Chance(u64);

impl Chance {
    /// The stream of this seed for one purpose.
    pub(super) fn of(seed: &Seed, purpose: &str) -> Self {
        let hash = digest(&SHA256, &[&seed.0, purpose.as_bytes()].concat());
        let first = hash.as_ref().iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        // The one state that xorshift never leaves.
        Self(first.max(1))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number from `least` to `most`.
    pub(super) fn between(&mut self, least: u32, most: u32) -> u32 {
        let span = u64::from(most.saturating_sub(least)) + 1;
        let within = (self.next() >> 32) % span;
        least + u32::try_from(within).unwrap_or(0)
    }

    /// One of these.
    pub(super) fn one<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let last = u32::try_from(all.len().saturating_sub(1)).unwrap_or(0);
        all.get(self.between(0, last) as usize).copied().unwrap_or_default()
    }

    /// Bytes like those of a compressed file.
    pub(super) fn noise(&mut self, length: usize) -> Vec<u8> {
        let mut noise = Vec::with_capacity(length + 8);
        while noise.len() < length {
            noise.extend(self.next().to_be_bytes());
        }
        noise.truncate(length);
        noise
    }
}
