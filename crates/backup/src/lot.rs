//! What is drawn by lot.

/// Draws by lot, the same each time for the same chance.
pub(crate) struct Lot(u64);

impl Lot {
    pub(crate) const fn new(chance: u64) -> Self {
        Self(chance)
    }

    fn next(&mut self) -> u64 {
        // SplitMix64: each state gives a value that is well mixed.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At most so many of these, each as likely as any other.
    pub(crate) fn draw<T>(&mut self, mut all: Vec<T>, many: usize) -> Vec<T> {
        let mut drawn = Vec::new();
        while drawn.len() < many && !all.is_empty() {
            let at = self.next() % all.len() as u64;
            drawn.push(all.swap_remove(usize::try_from(at).unwrap_or(0)));
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lot_is_fair_and_ends() {
        let mut lot = Lot::new(7);
        assert_eq!(lot.draw(vec![1, 2, 3], 9).len(), 3);
        let mut times = [0_u32; 10];
        for _ in 0..1_000 {
            for drawn in lot.draw((0..10).collect(), 3) {
                times[drawn] += 1;
            }
        }
        assert!(times.iter().all(|many| (240..360).contains(many)), "{times:?}");
    }
}
