//! A place on this machine or on another one, reached by rsync over ssh: as `[backup] push` and
//! `[mirror]` name it.
//!
//! Rules: ssh never asks a question, never waits for long and never believes a host it does not
//! know; no setting can turn that off.

use std::path::{Path, PathBuf};

use super::{ConfigError, wrong};

/// Where something is pushed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder of this machine: another disk, a mounted share.
    Folder(PathBuf),
    /// Another machine.
    Remote(Remote),
}

/// A folder of another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// `user@host`.
    pub host: String,
    /// The folder there, without a final slash: empty for what the account is confined to.
    pub path: String,
    /// How it is reached.
    pub ssh: Ssh,
}

/// How ssh reaches another machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ssh {
    /// The private key; none: those that ssh finds by itself.
    pub key: Option<PathBuf>,
    /// The hosts that are known; none: `known_hosts` in the folder of the data.
    pub known_hosts: Option<PathBuf>,
    /// More options, as `Name=value`.
    pub options: Vec<String>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Remote(remote) => remote.fmt(f),
        }
    }
}

impl std::fmt::Display for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}/", self.host, self.path)
    }
}

/// Options that no setting may change.
const FIXED: [&str; 4] =
    ["stricthostkeychecking", "batchmode", "userknownhostsfile", "connecttimeout"];

impl Ssh {
    /// Checks what a section says of ssh.
    pub(super) fn checked(
        section: &str,
        key: Option<PathBuf>,
        known_hosts: Option<PathBuf>,
        options: Vec<String>,
    ) -> Result<Self, ConfigError> {
        for (name, path) in [("ssh_key", &key), ("known_hosts", &known_hosts)] {
            let quotes = |path: &Path| path.to_string_lossy().contains(['\'', '"', ' ', '\\']);
            if path.as_deref().is_some_and(quotes) {
                let reason = "has a space or a quotation mark, which rsync cannot pass on to ssh";
                return Err(wrong(&format!("{section}.{name}"), reason));
            }
        }
        for option in &options {
            let setting = format!("{section}.ssh_options");
            let plain = |text: &str| {
                let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\'' || c == '"';
                !text.is_empty() && !text.contains(odd)
            };
            let Some((name, value)) = option.split_once('=') else {
                let reason = format!("'{option}' is not of the form Name=value, as in Port=2222");
                return Err(wrong(&setting, reason));
            };
            let letters = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
            if !letters || !plain(value) {
                let reason = format!("'{option}' is not of the form Name=value, without spaces");
                return Err(wrong(&setting, reason));
            }
            if FIXED.contains(&name.to_ascii_lowercase().as_str()) {
                let reason = format!(
                    "{name} cannot be changed: an unknown host is never believed; put its key into \
                     the file named by {section}.known_hosts"
                );
                return Err(wrong(&setting, reason));
            }
        }
        Ok(Self { key, known_hosts, options })
    }
}

impl Place {
    /// A folder, or `user@host:/path`.
    pub(super) fn checked(setting: &str, text: &str, ssh: Ssh) -> Result<Self, ConfigError> {
        match text.split_once(':') {
            Some((host, path)) if !host.contains('/') => {
                Remote::checked(setting, host, path, ssh).map(Self::Remote)
            }
            _ if text.is_empty() || text.starts_with('-') => {
                let reason = "write a folder, or user@host:/folder for another machine";
                Err(wrong(setting, reason))
            }
            _ => Ok(Self::Folder(PathBuf::from(text))),
        }
    }
}

impl Remote {
    /// `user@host` and an absolute path.
    pub(super) fn checked(
        setting: &str,
        host: &str,
        path: &str,
        ssh: Ssh,
    ) -> Result<Self, ConfigError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "@._-".contains(c);
        let host_fits = !host.is_empty() && !host.starts_with('-') && host.chars().all(plain);
        // Nothing that a shell on the other machine would take for its own.
        let of_path = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        let path_fits = path.starts_with('/') && path.chars().all(of_path);
        if host_fits && path_fits {
            let path = path.trim_end_matches('/').to_owned();
            return Ok(Self { host: host.to_owned(), path, ssh });
        }
        let reason =
            format!("'{host}:{path}' is not of the form user@host:/folder, in plain letters");
        Err(wrong(setting, reason))
    }
}
