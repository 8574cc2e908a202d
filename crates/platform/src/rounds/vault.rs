//! Keeps the vault: what came is told to the journal, silence and filling quotas to people; thinnings
//! that were begun are ended, and the trash is emptied in its time.

use std::time::Duration;

use beffroi_vault::{Vault, VaultError};
use tokio::time::{MissedTickBehavior, interval};

/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// How often it is looked whether everything is to be read back.
const SCRUB_LOOK_EVERY: Duration = Duration::from_hours(1);
/// How many looks pass between two for silence: each asks about every server.
const SILENCE_EVERY: u32 = 10;

/// Keeps the vault, if there is one, for as long as the platform runs.
pub(crate) async fn keep(vault: Option<Vault>) {
    let Some(vault) = vault else { return };
    match vault.take_note().await {
        Ok(0) => {}
        Ok(noted) => tracing::warn!(noted, "objects lay in the vault without a receipt"),
        Err(error) => complain(&error, "what lies in the vault cannot be compared"),
    }
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for look in 0_u32.. {
        ticks.tick().await;
        if let Err(error) = vault.tell_of_backups().await {
            complain(&error, "backups that came are not in the journal");
        }
        if let Err(error) = vault.notice_filling().await {
            complain(&error, "a filling vault goes unnoticed");
        }
        if let Err(error) = vault.carry_on().await {
            complain(&error, "a thinning or its trash waits; it is tried again");
        }
        if look % SILENCE_EVERY != 0 {
            continue;
        }
        if let Err(error) = vault.notice_silence().await {
            complain(&error, "a silent server goes unnoticed");
        }
        if let Err(error) = vault.notice_volume().await {
            complain(&error, "an unusual volume goes unnoticed");
        }
    }
}

/// Reads everything back when it is due, apart from the other rounds: it takes hours.
pub(crate) async fn scrub(vault: Option<Vault>) {
    let Some(vault) = vault else { return };
    let mut ticks = interval(SCRUB_LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match vault.scrub_when_due().await {
            Ok(false) => {}
            Ok(true) => tracing::info!("everything in the vault was read back"),
            Err(error) => complain(&error, "the vault cannot be read back; it is tried again"),
        }
    }
}

fn complain(error: &VaultError, what: &str) {
    tracing::error!(error = error as &dyn std::error::Error, "{what}");
}
