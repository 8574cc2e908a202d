//! Reading the facts: the store, the machine, the place it stands in.

mod kept;
mod machine;

use std::{fs, path::PathBuf};

use beffroi_store::Store;
use beffroi_town::edge::Clock;

use super::facts::{Certificate, Copies, Door, Facts, MasterKey, Newest, VaultFacts};
use crate::{
    backup,
    config::{Config, Tls},
    tls,
};

/// Reads everything.
pub async fn read(store: &Store, config: &Config, clock: &dyn Clock) -> Facts {
    let mut facts = around(config, clock).await;
    kept::read(store, &mut facts).await;
    facts.envelopes = kept::envelopes(store, config, facts.now).await;
    if let (Some(vault), Some(wanted)) = (&mut facts.vault, &config.vault) {
        vault.servers = kept::vault(store, wanted, facts.now).await;
    }
    facts
}

/// Reads what can be read when the database does not open, and says why it does not.
pub async fn read_closed(config: &Config, clock: &dyn Clock, why: &str) -> Facts {
    Facts { closed: Some(why.to_owned()), ..around(config, clock).await }
}

/// Everything but the database.
async fn around(config: &Config, clock: &dyn Clock) -> Facts {
    let backups = config.backup.folder.clone();
    let mut disks = vec![machine::disk(&config.folder, true)];
    if let Some(folder) = backups.as_deref().filter(|folder| folder.is_dir()) {
        disks.push(machine::disk(folder, false));
    }
    if let Some(vault) = config.vault.as_ref().filter(|vault| vault.settings.folder.is_dir()) {
        disks.push(machine::disk(&vault.settings.folder, false));
    }
    Facts {
        now: clock.now(),
        clock_follows: machine::clock_follows().await,
        disks,
        master_key: master_key(config),
        certificates: certificates(config),
        door: door(config).await,
        copies: copies(config),
        mirror_wanted: config.mirror.is_wanted(),
        place: machine::place(),
        vault: config.vault.as_ref().map(|vault| VaultFacts {
            servers: None,
            same_disk: machine::same_disk(&vault.settings.folder, &config.folder),
        }),
        ..Facts::default()
    }
}

/// The certificate that the configuration names, readable or not, and those that lie in the
/// platform's own TLS folder, where keys lie too.
fn certificates(config: &Config) -> Vec<Certificate> {
    let one = |file: PathBuf| {
        let first = tls::first_certificate(&file).ok();
        let ends_at = first.and_then(|first| tls::validity(&first)).map(|(_, ends_at)| ends_at);
        Certificate { file, ends_at }
    };
    let named = match &config.doors.tls {
        Some(Tls::Files { certificate, .. }) => Some(one(certificate.clone())),
        _ => None,
    };
    let own = fs::read_dir(config.folder.join("tls")).into_iter().flatten().flatten();
    let mut own: Vec<Certificate> = own
        .map(|entry| one(entry.path()))
        .filter(|certificate| certificate.ends_at.is_some())
        .collect();
    own.sort_by(|a, b| a.file.cmp(&b.file));
    named.into_iter().chain(own).collect()
}

async fn door(config: &Config) -> Door {
    let doors = &config.doors;
    let public_url = doors.public_url.clone();
    let leads_to = match &public_url {
        Some(url) => machine::leads_to(url).await,
        None => None,
    };
    Door {
        is_loopback: doors.listen.ip().is_loopback(),
        has_tls: doors.tls.is_some() || !doors.tls_proxies.is_empty(),
        public_url,
        leads_to,
    }
}

fn copies(config: &Config) -> Copies {
    let settings = &config.backup;
    let folder = settings.folder.clone().filter(|folder| folder.is_dir());
    let newest = folder.as_deref().and_then(|folder| backup::newest(folder).ok().flatten());
    Copies {
        same_disk: folder.as_deref().and_then(|one| machine::same_disk(one, &config.folder)),
        folder: settings.folder.clone(),
        every_hours: settings.every_hours,
        pushed_to: settings.push.as_ref().map(ToString::to_string),
        newest: newest.map(|file| Newest { sealed: backup::is_sealed(&file), file }),
    }
}

/// The master key's mode, and copies of it that lie where the backups are.
fn master_key(config: &Config) -> MasterKey {
    use crate::config::remote::Place;
    let own = config.folder.join("master.key");
    let pushed = match &config.backup.push {
        Some(Place::Folder(folder)) => Some(folder.clone()),
        _ => None,
    };
    let places = config.backup.folder.clone().into_iter().chain(pushed);
    let copies: Vec<PathBuf> = places
        .filter(|folder| *folder != config.folder)
        .map(|folder| folder.join("master.key"))
        .filter(|path| path.exists())
        .collect();
    MasterKey { mode: machine::mode(&own), beside_backups: copies }
}
