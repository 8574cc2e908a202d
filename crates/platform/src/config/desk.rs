//! `[desk]`: the procedures of the counter.

use std::path::PathBuf;

use beffroi_town::procedure::Health;
use serde::Deserialize;

use super::{ConfigError, wrong};

/// `[desk]` as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawDesk {
    /// Folder of procedures beside those of the house; one of the same code takes its place.
    pub procedures: Option<PathBuf>,
    /// Who checked that data about health may be kept here, and on which day; none: nothing is
    /// asked about health.
    pub health_hosting_checked_by: Option<String>,
}

/// The desk, checked.
#[derive(Clone, Debug)]
pub struct DeskConfig {
    /// Folder of procedures beside those of the house.
    pub procedures: Option<PathBuf>,
    /// Whether questions about health are asked.
    pub health: Health,
}

pub(super) fn checked(raw: RawDesk) -> Result<DeskConfig, ConfigError> {
    let health = match raw.health_hosting_checked_by.as_deref().map(str::trim) {
        None => Health::Off,
        Some(said) if names_somebody_and_a_day(said) => Health::Checked,
        Some(_) => {
            let reason =
                "write who checked it and on which day, as in \"Camille Martin, 2026-11-26\"";
            return Err(wrong("desk.health_hosting_checked_by", reason));
        }
    };
    Ok(DeskConfig { procedures: raw.procedures, health })
}

/// `Camille Martin, 2026-11-26`.
fn names_somebody_and_a_day(said: &str) -> bool {
    let Some((who, day)) = said.rsplit_once(',') else { return false };
    let shape = |(at, byte): (usize, u8)| {
        if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
    };
    let day = day.trim();
    who.chars().any(char::is_alphabetic) && day.len() == 10 && day.bytes().enumerate().all(shape)
}
