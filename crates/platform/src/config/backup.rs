//! `[backup]`: the backup of the platform itself.

use std::path::PathBuf;

use serde::Deserialize;

use super::{
    ConfigError,
    remote::{Place, Ssh},
    wrong,
};

/// `[backup]`: how the platform itself is backed up.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawBackup {
    /// Where backups are written.
    pub folder: Option<PathBuf>,
    /// Who can open them: the public half of a key made by `beffroi backup key`.
    pub recipient: Option<String>,
    /// How often `serve` makes one; none: never by itself.
    pub every_hours: Option<u32>,
    /// How many are kept in the folder.
    pub keep: Option<u32>,
    /// Where each one is copied to as well: `user@host:/folder`, or a folder on another disk.
    pub push: Option<String>,
    /// The private key for ssh.
    pub ssh_key: Option<PathBuf>,
    /// The hosts that ssh knows.
    pub known_hosts: Option<PathBuf>,
    /// More options for ssh, as `Name=value`.
    pub ssh_options: Vec<String>,
}

/// How the platform itself is backed up, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backup {
    /// Where backups are written.
    pub folder: Option<PathBuf>,
    /// Who can open them.
    pub recipient: Option<String>,
    /// How often `serve` makes one.
    pub every_hours: Option<u32>,
    /// How many are kept in the folder.
    pub keep: u32,
    /// Where each one is copied to as well.
    pub push: Option<Place>,
}

/// A fortnight of daily backups.
const KEEP: u32 = 14;

impl RawBackup {
    /// Checks every setting.
    pub(super) fn check(self) -> Result<Backup, ConfigError> {
        if let Some(recipient) = &self.recipient
            && let Err(reason) = recipient.parse::<age::x25519::Recipient>()
        {
            let reason = format!(
                "'{recipient}' is no recipient ({reason}); write the line that 'beffroi backup key' prints, age1..."
            );
            return Err(wrong("backup.recipient", reason));
        }
        if self.every_hours == Some(0) {
            return Err(wrong("backup.every_hours", "0 means nothing; write 24 for once a day"));
        }
        if self.keep == Some(0) {
            return Err(wrong("backup.keep", "0 would keep none; write at least 1"));
        }
        let scheduled = self.every_hours.is_some();
        if scheduled && self.folder.is_none() {
            return Err(wrong("backup.folder", "missing: every_hours needs a folder to write to"));
        }
        if scheduled && self.recipient.is_none() {
            let reason = "missing: type 'beffroi backup key' to make one; backups hold every secret \
                          of the platform and are never written unsealed by themselves";
            return Err(wrong("backup.recipient", reason));
        }
        let ssh = Ssh::checked("backup", self.ssh_key, self.known_hosts, self.ssh_options)?;
        let push = self.push.map(|text| Place::checked("backup.push", &text, ssh)).transpose()?;
        Ok(Backup {
            folder: self.folder,
            recipient: self.recipient,
            every_hours: self.every_hours,
            keep: self.keep.unwrap_or(KEEP),
            push,
        })
    }
}
