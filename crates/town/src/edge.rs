//! What only the edge of the program may ask for: the time and chance. Rooms take them as
//! parameters; the binary hands in the real ones, tests hand in played ones.

use crate::Instant;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Instant;
}

/// Where unpredictable bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with unpredictable values.
    ///
    /// An implementation that cannot deliver must abort the program: going on with guessable
    /// secrets would be worse than stopping.
    fn fill(&self, bytes: &mut [u8]);
}
