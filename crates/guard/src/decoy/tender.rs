//! The thread that keeps a decoy as it should be: its share served, its bait laid.
//!
//! Rule: bait is laid again once the alarm is on disk and the client has come to rest.

use std::sync::Arc;
use std::time::Duration;

use beffroi_town::watch::Suspicion;

use super::bait::Bait;
use super::share::{News, Share};
use crate::core::{Core, Who};
use crate::error::shown;
use crate::holdings::lock;
use crate::touches::Touches;

/// How often it looks.
const ROUND: Duration = Duration::from_millis(50);

/// The thread's own state.
pub(crate) struct Tender {
    pub(super) core: Arc<Core>,
    pub(super) bait: Arc<Bait>,
    pub(super) share: Share,
}

impl Tender {
    /// Tends until the guard stops; the share ends with it.
    pub(crate) fn run(mut self) {
        while !self.core.is_stopping() {
            // Nobody is let in before everything that lies there is known.
            if self.core.scanned.load(std::sync::atomic::Ordering::Relaxed) {
                self.look();
            }
            std::thread::park_timeout(ROUND);
        }
        self.share.end();
    }

    fn look(&mut self) {
        match self.share.look() {
            News::None => {}
            News::Serves => {
                tracing::info!(files = self.bait.len(), "the decoy's share is served");
            }
            News::Ended(why) => {
                tracing::error!(why, "the decoy's share ended; it is started again");
                self.core.say(Suspicion::DecoyDown, false);
            }
        }
        if let Some(path) = self.bait.unnoticed() {
            tracing::error!(file = %shown(&path), "bait was touched, and the kernel did not say by whom");
            self.core.bait_touched(&Who::unknown());
        }
        if self.bait.is_due() && self.is_told() {
            self.tidy();
        }
    }

    /// Whether every alarm is on disk as it is.
    fn is_told(&self) -> bool {
        !lock(&self.core.alarms).is_waiting_to_be_written()
    }

    fn tidy(&self) {
        match self.bait.tidy(self.core.now()) {
            Ok(tidied) => {
                tracing::info!(laid = tidied.laid, found = tidied.found, "bait is laid again");
            }
            Err(error) => {
                tracing::error!(%error, "bait could not be laid again; it is tried again");
                self.bait.touched();
            }
        }
        self.forget();
    }

    /// What was touched stands in the alarm; what the reserve held of it is made anew from the seed.
    fn forget(&self) {
        let holdings = &self.core.holdings;
        let gone = {
            let mut touches = lock(&holdings.touches);
            let gone: Vec<_> = touches.iter().cloned().collect();
            touches.forget(&gone.iter().map(|record| record.number).collect());
            gone
        };
        Touches::flush(&holdings.touches);
        holdings.drop_held(&gone);
    }
}
