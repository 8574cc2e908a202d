//! `[mirror]`: a copy of the public pages on another host.

use std::path::PathBuf;

use serde::Deserialize;

use super::{
    ConfigError,
    remote::{Place, Remote, Ssh},
    wrong,
};

/// `[mirror]`: where the public pages are copied to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawMirror {
    /// A folder that a web server serves, on this machine or mounted.
    pub folder: Option<PathBuf>,
    /// A folder of another machine: `user@host:/folder`.
    pub rsync: Option<String>,
    /// The private key for ssh.
    pub ssh_key: Option<PathBuf>,
    /// The hosts that ssh knows.
    pub known_hosts: Option<PathBuf>,
    /// More options for ssh, as `Name=value`.
    pub ssh_options: Vec<String>,
}

/// Where the public pages are copied to, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mirror {
    /// A folder of this machine.
    pub folder: Option<PathBuf>,
    /// A folder of another machine.
    pub remote: Option<Remote>,
}

impl Mirror {
    /// Whether there is one at all.
    pub const fn is_wanted(&self) -> bool {
        self.folder.is_some() || self.remote.is_some()
    }
}

impl RawMirror {
    /// Checks every setting.
    pub(super) fn check(self) -> Result<Mirror, ConfigError> {
        let ssh = Ssh::checked("mirror", self.ssh_key, self.known_hosts, self.ssh_options)?;
        let remote = match self.rsync {
            None => None,
            Some(text) => match Place::checked("mirror.rsync", &text, ssh)? {
                Place::Remote(remote) => Some(remote),
                Place::Folder(_) => {
                    let reason = format!(
                        "'{text}' is a folder of this machine; write it as mirror.folder, or \
                         user@host:/folder here"
                    );
                    return Err(wrong("mirror.rsync", reason));
                }
            },
        };
        Ok(Mirror { folder: self.folder, remote })
    }
}
