//! `[vault]`: where other machines' backups are kept, and how much of them.

use std::path::PathBuf;

use beffroi_town::vault::retention::{DAYS_MAX, DAYS_MIN, Retention};
use beffroi_vault::{Pace, Rules, Settings};
use serde::Deserialize;

use super::{ConfigError, doors::checked_url, wrong};

/// The largest quota that can be written: a petabyte.
const QUOTA_GB_MAX: f64 = 1e6;
/// The smallest: less holds no backup at all.
const QUOTA_GB_MIN: f64 = 0.01;
const SERVER_QUOTA_GB: f64 = 500.0;
const TENANT_QUOTA_GB: f64 = 2_000.0;
const KEEP_FREE_GB: f64 = 5.0;
const SCRUB_DAYS: u32 = 30;

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
    /// Nothing may be dropped before as many days.
    pub retention_days: Option<u32>,
    /// After as many days, what may be dropped is said to be due.
    pub retention_days_most: Option<u32>,
    /// How many of the newest clean backups are protected.
    pub keep_newest: Option<u32>,
    /// For how many weeks one is protected.
    pub keep_weeks: Option<u32>,
    /// For how many months one is protected.
    pub keep_months: Option<u32>,
    /// How long passes between the second consent and a thinning.
    pub thinning_wait_hours: Option<u32>,
    /// How long what was dropped stays in the trash.
    pub trash_days: Option<u32>,
    /// How often everything is read back; 0: only when somebody asks.
    pub scrub_days: Option<u32>,
}

impl RawVault {
    /// Whether nothing is said but perhaps where it is.
    fn is_bare(&self) -> bool {
        let sizes = [self.server_quota_gb, self.tenant_quota_gb, self.keep_free_gb];
        let counts = [
            self.retention_days,
            self.retention_days_most,
            self.keep_newest,
            self.keep_weeks,
            self.keep_months,
            self.thinning_wait_hours,
            self.trash_days,
            self.scrub_days,
        ];
        sizes.iter().all(Option::is_none)
            && counts.iter().all(Option::is_none)
            && self.url.is_none()
    }
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
    let (rules, scrub_every_ms) = (rules(&raw)?, scrub_every_ms(raw.scrub_days)?);
    let is_bare = raw.is_bare();
    let Some(folder) = raw.folder else {
        return if is_bare {
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
        rules,
        scrub_every_ms,
    };
    Ok(Some(VaultConfig { settings, url }))
}

/// How often everything is read back.
fn scrub_every_ms(days: Option<u32>) -> Result<Option<i64>, ConfigError> {
    match days.unwrap_or(SCRUB_DAYS) {
        0 => Ok(None),
        days @ 1..=DAYS_MAX => Ok(Some(i64::from(days) * 24 * 3_600_000)),
        days => {
            let reason = format!("{days} cannot be: write a whole number up to {DAYS_MAX}, or 0");
            Err(wrong("vault.scrub_days", reason))
        }
    }
}

/// How thinning goes.
fn rules(raw: &RawVault) -> Result<Rules, ConfigError> {
    let usual = Retention::default();
    let count = |name: &str, said: Option<u32>, (usual, least, most): (u32, u32, u32)| {
        let value = said.unwrap_or(usual);
        if (least..=most).contains(&value) {
            return Ok(value);
        }
        let reason = format!("{value} cannot be: write a whole number from {least} to {most}");
        Err(wrong(&format!("vault.{name}"), reason))
    };
    let days = count("retention_days", raw.retention_days, (usual.days, DAYS_MIN, DAYS_MAX))?;
    let most = (usual.days_most.max(days), days, DAYS_MAX);
    let retention = Retention {
        days,
        days_most: count("retention_days_most", raw.retention_days_most, most)?,
        newest: count("keep_newest", raw.keep_newest, (usual.newest, 1, 1_000))?,
        weeks: count("keep_weeks", raw.keep_weeks, (usual.weeks, 0, 520))?,
        months: count("keep_months", raw.keep_months, (usual.months, 0, 240))?,
    };
    let wait = count("thinning_wait_hours", raw.thinning_wait_hours, (72, 24, 24 * 90))?;
    let grace = count("trash_days", raw.trash_days, (30, 30, DAYS_MAX))?;
    let hour = 3_600_000;
    Ok(Rules { retention, wait_ms: i64::from(wait) * hour, grace_ms: i64::from(grace) * 24 * hour })
}

/// Gigabytes as people write them, in bytes; none for what no quota can be.
pub fn quota_bytes(gb: f64) -> Option<u64> {
    let fits = (QUOTA_GB_MIN..=QUOTA_GB_MAX).contains(&gb);
    fits.then(|| format!("{:.0}", gb * 1e9).parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(text: &str) -> Result<Option<VaultConfig>, String> {
        let raw: RawVault = toml::from_str(text).unwrap();
        checked(raw).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        let settings = vault("folder = \"/srv/vault\"").unwrap().unwrap().settings;
        assert_eq!(settings.rules, Rules::default());
        assert_eq!(settings.scrub_every_ms, Some(30 * 24 * 3_600_000));
        let off = vault("folder = \"/srv/vault\"\nscrub_days = 0").unwrap().unwrap().settings;
        assert_eq!(off.scrub_every_ms, None);
        assert!(vault("").unwrap().is_none());
        // A longer retention than the usual longest: the longest follows.
        let long = vault("folder = \"/srv/vault\"\nretention_days = 3000").unwrap().unwrap();
        assert_eq!(long.settings.rules.retention.days_most, 3_000);
    }

    #[test]
    fn what_would_make_thinning_hasty_is_refused_by_name() {
        for (text, named) in [
            ("retention_days = 6", "vault.retention_days"),
            ("retention_days = 60\nretention_days_most = 59", "vault.retention_days_most"),
            ("keep_newest = 0", "vault.keep_newest"),
            ("keep_months = 1000", "vault.keep_months"),
            ("thinning_wait_hours = 23", "vault.thinning_wait_hours"),
            ("trash_days = 29", "vault.trash_days"),
            ("scrub_days = 100000", "vault.scrub_days"),
        ] {
            let said = vault(&format!("folder = \"/srv/vault\"\n{text}")).unwrap_err();
            assert!(said.contains(named) && said.contains("write a whole number"), "{said}");
            let said = vault(text).map(drop);
            assert!(said.is_err(), "{text}: without a folder nothing can be settled");
        }
    }
}
