//! How the guard is, for its beats and for whoever looks into its state folder.

use std::sync::atomic::Ordering;

use beffroi_town::watch::{Beat, ReserveUse, WatchedFolder};

use crate::core::Core;
use crate::error::shown;
use crate::holdings::lock;

/// A beat without what only the messenger knows.
pub(crate) fn beat(core: &Core) -> Beat {
    let scanned = core.scanned.load(Ordering::Relaxed);
    let watched = core
        .holdings
        .watched
        .iter()
        .map(|folder| {
            let (files_protected, files_unprotected) = lock(&core.holdings.shelf).tally(folder);
            WatchedFolder { path: shown(folder), files_protected, files_unprotected, scanned }
        })
        .collect();
    let reserve = core.holdings.reserves.iter().fold(ReserveUse::default(), |sum, reserve| {
        let (used, limit, refused) = reserve.use_now();
        ReserveUse {
            used_bytes: sum.used_bytes + used,
            limit_bytes: sum.limit_bytes + limit,
            refused: sum.refused + refused,
        }
    });
    Beat {
        at: core.now(),
        sequence: 0,
        started_at: core.started_at,
        mode: core.mode,
        level: core.level.clone(),
        vitals: lock(&core.vitals).clone(),
        watched,
        reserve,
        cut: core.cut.load(Ordering::Relaxed),
        waiting_reports: 0,
        acknowledgements: Vec::new(),
        lets_go: true,
        maintenance: Some(lock(&core.decider).maintenance()),
        lifted: None,
        cut_alone: core.host_cut.last(),
        heads: Vec::new(),
    }
}
