//! `[vault]`: where other machines' backups are kept, and how much of them.

use std::path::PathBuf;

use beffroi_vault::{Pace, Settings};
use serde::Deserialize;

use super::{ConfigError, doors::checked_url, wrong};

/// The largest quota that can be written: a petabyte.
const QUOTA_GB_MAX: f64 = 1e6;
/// The smallest: less holds no backup at all.
const QUOTA_GB_MIN: f64 = 0.01;
const SERVER_QUOTA_GB: f64 = 500.0;
const TENANT_QUOTA_GB: f64 = 2_000.0;
const KEEP_FREE_GB: f64 = 5.0;

/// `[vault]` as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawVault {
    /// Where the backups are; none: there is no vault.
    pub folder: Option<PathBuf>,
    /// How much one server may have, unless its repository says otherwise.
    pub server_quota_gb: Option<f64>,
    /// How much all servers of a town may have together.
    pub tenant_quota_gb: Option<f64>,
    /// How much of the disk stays free.
    pub keep_free_gb: Option<f64>,
    /// How servers reach it, without a path; none: as residents reach the platform.
    pub url: Option<String>,
}

/// The vault, checked.
#[derive(Clone, Debug)]
pub struct VaultConfig {
    /// What the vault itself must know.
    pub settings: Settings,
    /// How servers reach it, if not as residents reach the platform.
    pub url: Option<String>,
}

pub(super) fn checked(raw: RawVault) -> Result<Option<VaultConfig>, ConfigError> {
    let Some(folder) = raw.folder else {
        let said = [raw.server_quota_gb, raw.tenant_quota_gb, raw.keep_free_gb];
        return if said.iter().all(Option::is_none) && raw.url.is_none() {
            Ok(None)
        } else {
            let reason = "missing: say where the backups are kept, as in \"/srv/vault\"";
            Err(wrong("vault.folder", reason))
        };
    };
    let quota = |setting: &str, gb: f64| {
        quota_bytes(gb).ok_or_else(|| {
            let reason = format!("{gb} cannot be: write gigabytes, from 0.01 to 1000000");
            wrong(setting, reason)
        })
    };
    let url = raw.url.map(|url| checked_url("vault.url", &url)).transpose()?;
    if url.as_ref().is_some_and(|url| !url.starts_with("https://")) {
        return Err(wrong(
            "vault.url",
            "must begin with https://: tokens would travel in the clear",
        ));
    }
    let keep_free = match raw.keep_free_gb.unwrap_or(KEEP_FREE_GB) {
        0.0 => 0,
        gb => quota("vault.keep_free_gb", gb)?,
    };
    let settings = Settings {
        folder,
        server_quota_bytes: quota(
            "vault.server_quota_gb",
            raw.server_quota_gb.unwrap_or(SERVER_QUOTA_GB),
        )?,
        tenant_quota_bytes: quota(
            "vault.tenant_quota_gb",
            raw.tenant_quota_gb.unwrap_or(TENANT_QUOTA_GB),
        )?,
        keep_free_bytes: keep_free,
        pace: Pace::default(),
    };
    Ok(Some(VaultConfig { settings, url }))
}

/// Gigabytes as people write them, in bytes; none for what no quota can be.
pub fn quota_bytes(gb: f64) -> Option<u64> {
    let fits = (QUOTA_GB_MIN..=QUOTA_GB_MAX).contains(&gb);
    fits.then(|| format!("{:.0}", gb * 1e9).parse().ok()).flatten()
}
