//! The real time and the real chance. Nothing else in the house reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use beffroi_town::{
    Instant,
    edge::{Clock, Entropy},
};
use ring::rand::{SecureRandom, SystemRandom};

/// The clock on the wall.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the edge: the one place that asks")]
    fn now(&self) -> Instant {
        let ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis());
        Instant::from_ms(i64::try_from(ms).unwrap_or(i64::MAX))
    }
}

/// The operating system's source of unpredictable bytes.
#[derive(Debug)]
pub struct SystemEntropy(SystemRandom);

impl Default for SystemEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl SystemEntropy {
    /// Ready to use.
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let filled = self.0.fill(bytes);
        assert!(
            filled.is_ok(),
            "the operating system gives no random bytes: no secret can be made"
        );
    }
}
