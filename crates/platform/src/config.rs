//! The configuration: one file, read raw, then checked. No setting is required: with no file at
//! all the platform runs on `./beffroi-data` and listens on loopback.

pub mod backup;
pub mod mirror;
pub mod remote;
pub mod template;

mod beat;
mod channels;
mod desk;
mod doors;
mod vault;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use beffroi_web::Exercise;
use serde::Deserialize;

pub use beat::{BeatConfig, RawBeat};
pub use channels::{ChannelConfig, How, HttpConfig, MailConfig, RawChannel, Security};
pub use desk::{DeskConfig, RawDesk};
pub use doors::{Doors, GuardsDoor, RawDoors, Tls};
pub use vault::{RawVault, VaultConfig, quota_bytes};

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not of the form expected.
    #[error("the configuration {path} cannot be understood: {source}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A setting that means nothing or contradicts another.
    #[error("the setting {setting}: {reason}")]
    Setting {
        /// Which one, as `section.name`.
        setting: String,
        /// What is wrong and what to write.
        reason: String,
    },
}

/// The file as written; every section and setting may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawConfig {
    /// `[data]`
    pub data: RawData,
    /// `[doors]`
    pub doors: RawDoors,
    /// `[hooks.NAME]`
    pub hooks: BTreeMap<String, RawHook>,
    /// `[backup]`
    pub backup: backup::RawBackup,
    /// `[mirror]`
    pub mirror: mirror::RawMirror,
    /// The file it was read from.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// `[channels.NAME]`
    pub channels: BTreeMap<String, RawChannel>,
    /// `[beat]`
    pub beat: RawBeat,
    /// `[vault]`
    pub vault: RawVault,
    /// `[desk]`
    pub desk: RawDesk,
}

/// `[data]`: where everything is kept.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawData {
    /// The folder, for the keys in any case and for the database unless `postgres` is given.
    pub folder: Option<PathBuf>,
    /// A PostgreSQL address, once SQLite is outgrown.
    pub postgres: Option<String>,
}

/// `[hooks.NAME]`: a command at the operator's that cuts something, and the one that lifts it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawHook {
    /// Program and arguments; no shell.
    pub cut: Vec<String>,
    /// Program and arguments; empty: lifted by hand.
    pub lift: Vec<String>,
    /// How long it may take.
    pub timeout_seconds: Option<u64>,
}

/// The configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the keys, and with SQLite the database, are kept.
    pub folder: PathBuf,
    /// PostgreSQL, if that is used.
    pub postgres: Option<String>,
    /// Where to listen, and how TLS is done.
    pub doors: Doors,
    /// Hooks by name.
    pub hooks: BTreeMap<String, Hook>,
    /// How the platform itself is backed up.
    pub backup: backup::Backup,
    /// Where the public pages are copied to.
    pub mirror: mirror::Mirror,
    /// The file it was read from, if there is one.
    pub file: Option<PathBuf>,
    /// The rehearsal that this platform is for; none, and none from any file: the real one.
    pub exercise: Option<Arc<Exercise>>,
    /// Ways to reach people on call, by name.
    pub channels: BTreeMap<String, ChannelConfig>,
    /// Where the platform says that it lives.
    pub beat: Option<BeatConfig>,
    /// The vault, if there is one.
    pub vault: Option<VaultConfig>,
    /// The desk.
    pub desk: DeskConfig,
}

/// A hook, checked.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Program and arguments.
    pub cut: Vec<String>,
    /// Program and arguments; empty: lifted by hand.
    pub lift: Vec<String>,
    /// How long it may take before it counts as failed.
    pub timeout: Duration,
}

impl RawConfig {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be read or understood.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let raw: Self = toml::from_str(&text).map_err(|source| ConfigError::Parse {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        Ok(Self { file: Some(path.to_owned()), ..raw })
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`ConfigError::Setting`] with the first that is wrong, and what to write instead.
    pub fn check(self) -> Result<Config, ConfigError> {
        let hooks = self.hooks.into_iter().map(checked_hook).collect::<Result<_, _>>()?;
        let channels =
            self.channels.into_iter().map(channels::checked).collect::<Result<_, _>>()?;
        Ok(Config {
            channels,
            beat: beat::checked(self.beat)?,
            vault: vault::checked(self.vault)?,
            desk: desk::checked(self.desk)?,
            folder: self.data.folder.unwrap_or_else(|| PathBuf::from("beffroi-data")),
            postgres: self.data.postgres,
            doors: self.doors.check()?,
            hooks,
            backup: self.backup.check()?,
            mirror: self.mirror.check()?,
            file: self.file,
            exercise: None,
        })
    }
}

fn wrong(setting: &str, reason: impl Into<String>) -> ConfigError {
    ConfigError::Setting { setting: setting.to_owned(), reason: reason.into() }
}

fn checked_hook((name, raw): (String, RawHook)) -> Result<(String, Hook), ConfigError> {
    if raw.cut.is_empty() {
        let reason =
            "empty: write program and arguments, as in [\"/usr/local/bin/cut-switch\", \"7\"]";
        return Err(wrong(&format!("hooks.{name}.cut"), reason));
    }
    let timeout = Duration::from_secs(raw.timeout_seconds.unwrap_or(30).clamp(1, 600));
    Ok((name, Hook { cut: raw.cut, lift: raw.lift, timeout }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<Config, String> {
        toml::from_str::<RawConfig>(text)
            .map_err(|error| error.to_string())?
            .check()
            .map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_is_required() {
        let config = checked("").unwrap();
        assert!(config.doors.listen.ip().is_loopback());
        assert_eq!(config.folder, PathBuf::from("beffroi-data"));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, word) in [
            ("[doors]\nlisten = \"8080\"", "doors.listen"),
            ("[hooks.switch]\nlift = [\"x\"]", "hooks.switch.cut"),
            ("[door]\n", "unknown field"),
            ("[backup]\nrecipient = \"me\"", "beffroi backup key"),
            ("[backup]\nevery_hours = 24", "backup.folder"),
            ("[backup]\nevery_hours = 24\nfolder = \"b\"", "backup.recipient"),
            ("[backup]\nkeep = 0", "at least 1"),
            ("[backup]\npush = \"u@h:relative\"", "user@host:/folder"),
            ("[backup]\npush = \"-e x:/y\"", "user@host:/folder"),
            ("[backup]\npush = \"u@h:/x; rm -r /\"", "plain letters"),
            ("[mirror]\nrsync = \"/srv\"", "mirror.folder"),
            ("[mirror]\nssh_options = [\"StrictHostKeyChecking=no\"]", "cannot be changed"),
            ("[mirror]\nssh_options = [\"Port=1 -o x=y\"]", "without spaces"),
            ("[mirror]\nssh_key = \"/a b\"", "mirror.ssh_key"),
            ("[vault]\nserver_quota_gb = 1", "vault.folder"),
            ("[desk]\nhealth_hosting_checked_by = \"yes\"", "desk.health_hosting_checked_by"),
            ("[vault]\nfolder = \"v\"\nserver_quota_gb = 0", "vault.server_quota_gb"),
            ("[vault]\nfolder = \"v\"\ntenant_quota_gb = 10000000", "vault.tenant_quota_gb"),
            ("[vault]\nfolder = \"v\"\nurl = \"http://a.fr\"", "vault.url"),
        ] {
            let error = checked(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
