//! The configuration: one file, read raw, then checked. No setting is required: with no file at
//! all the platform runs on `./beffroi-data` and listens on loopback.

pub mod backup;
pub mod mirror;
pub mod remote;

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

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

/// `[doors]`: where the platform listens.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawDoors {
    /// Address and port; port 0 takes a free one.
    pub listen: Option<String>,
    /// Certificate chain, PEM.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub key: Option<PathBuf>,
    /// Addresses of the proxy that ends TLS in front of this platform.
    pub tls_proxies: Vec<String>,
    /// What residents type, without a final slash: `https://mairie.example.fr`.
    pub public_url: Option<String>,
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
    /// Where to listen.
    pub listen: SocketAddr,
    /// Certificate chain and key files, if the platform ends TLS itself.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Whose `X-Forwarded-For` is believed.
    pub tls_proxies: Vec<IpAddr>,
    /// What residents type; none: what it listens on.
    pub public_url: Option<String>,
    /// Hooks by name.
    pub hooks: BTreeMap<String, Hook>,
    /// How the platform itself is backed up.
    pub backup: backup::Backup,
    /// Where the public pages are copied to.
    pub mirror: mirror::Mirror,
    /// The file it was read from, if there is one.
    pub file: Option<PathBuf>,
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
        let listen = match self.doors.listen {
            None => SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            Some(text) => text.parse().map_err(|_| {
                wrong(
                    "doors.listen",
                    format!("'{text}' is not an address and port; write \"127.0.0.1:8080\""),
                )
            })?,
        };
        let tls = match (self.doors.certificate, self.doors.key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (Some(_), None) => {
                return Err(wrong("doors.key", "missing: a certificate needs its key"));
            }
            (None, Some(_)) => {
                return Err(wrong("doors.certificate", "missing: a key needs its certificate"));
            }
        };
        let tls_proxies = self
            .doors
            .tls_proxies
            .iter()
            .map(|text| {
                text.parse()
                    .map_err(|_| wrong("doors.tls_proxies", format!("'{text}' is not an address")))
            })
            .collect::<Result<Vec<IpAddr>, _>>()?;
        if !listen.ip().is_loopback() && tls.is_none() && tls_proxies.is_empty() {
            return Err(wrong(
                "doors.listen",
                format!(
                    "{listen} can be reached from other machines, and log-ins would travel in the \
                     clear; give doors.certificate and doors.key, or name the proxy that ends TLS \
                     in doors.tls_proxies, or listen on 127.0.0.1"
                ),
            ));
        }
        let public_url = self.doors.public_url.map(|url| checked_url(&url)).transpose()?;
        let hooks = self.hooks.into_iter().map(checked_hook).collect::<Result<_, _>>()?;
        Ok(Config {
            folder: self.data.folder.unwrap_or_else(|| PathBuf::from("beffroi-data")),
            postgres: self.data.postgres,
            listen,
            tls,
            tls_proxies,
            public_url,
            hooks,
            backup: self.backup.check()?,
            mirror: self.mirror.check()?,
            file: self.file,
        })
    }
}

fn wrong(setting: &str, reason: impl Into<String>) -> ConfigError {
    ConfigError::Setting { setting: setting.to_owned(), reason: reason.into() }
}

fn checked_url(url: &str) -> Result<String, ConfigError> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host.map(|rest| rest.trim_end_matches('/')) {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', ' ', '"', '<']) => {
            Ok(url.trim_end_matches('/').to_owned())
        }
        _ => Err(wrong(
            "doors.public_url",
            format!("'{url}' is not of the form https://name, without a path"),
        )),
    }
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
        assert!(config.listen.ip().is_loopback());
        assert_eq!(config.folder, PathBuf::from("beffroi-data"));
    }

    #[test]
    fn the_open_world_needs_tls() {
        let refused = checked("[doors]\nlisten = \"0.0.0.0:80\"").unwrap_err();
        assert!(refused.contains("doors.certificate"), "{refused}");
        for text in [
            "[doors]\nlisten = \"[::1]:80\"",
            "[doors]\nlisten = \"0.0.0.0:80\"\ntls_proxies = [\"10.0.0.1\"]",
            "[doors]\nlisten = \"0.0.0.0:443\"\ncertificate = \"c.pem\"\nkey = \"k.pem\"",
        ] {
            assert!(checked(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, word) in [
            ("[doors]\nlisten = \"8080\"", "address and port"),
            ("[doors]\nkey = \"k.pem\"", "certificate"),
            ("[doors]\ntls_proxies = [\"proxy\"]", "not an address"),
            ("[doors]\npublic_url = \"mairie.fr/x\"", "https://name"),
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
        ] {
            let error = checked(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
