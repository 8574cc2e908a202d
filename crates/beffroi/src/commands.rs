//! What each command does. They open what they need, call one use case and print.

pub(crate) mod agenda;
pub(crate) mod asset;
pub(crate) mod backup;
pub(crate) mod decoy;
pub(crate) mod demo;
pub(crate) mod desk;
pub(crate) mod doctor;
pub(crate) mod drill;
pub(crate) mod guard;
pub(crate) mod journal;
pub(crate) mod kit;
pub(crate) mod lift;
pub(crate) mod manual;
pub(crate) mod mirror;
pub(crate) mod oncall;
pub(crate) mod pack;
pub(crate) mod pages;
pub(crate) mod play;
pub(crate) mod printer;
pub(crate) mod rehearse;
pub(crate) mod restore;
pub(crate) mod roster;
pub(crate) mod serve;
pub(crate) mod setup;
pub(crate) mod sheets;
pub(crate) mod staff;
pub(crate) mod tenant;
pub(crate) mod vault;

use std::{
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result};
use beffroi_platform::{
    config::{Config, RawConfig},
    edge::{SystemClock, SystemEntropy},
};
use beffroi_store::{Location, Store};
use beffroi_town::{AssetId, Instant, TenantId, catalogue, edge::Clock};

use crate::cli::Common;

/// The configuration: the file if there is one, then what the command line says.
pub(crate) fn config(common: &Common) -> Result<RawConfig> {
    let mut raw = match &common.config {
        Some(path) => RawConfig::read(path)?,
        None => RawConfig::default(),
    };
    if let Some(folder) = &common.data {
        raw.data.folder = Some(folder.clone());
    }
    Ok(raw)
}

/// The folder of the data, by file and command line.
pub(crate) fn folder(common: &Common) -> Result<PathBuf> {
    Ok(config(common)?.check()?.folder)
}

/// Opens the store that the configuration names.
pub(crate) async fn open(common: &Common) -> Result<Store> {
    open_configured(&config(common)?.check()?).await
}

pub(crate) async fn open_configured(config: &Config) -> Result<Store> {
    let location = beffroi_platform::location(config);
    let folder = location.folder().to_owned();
    Store::open(&location, Arc::new(SystemEntropy::new()))
        .await
        .with_context(|| format!("cannot open the data in {}", folder.display()))
}

/// Where the data is, for messages.
pub(crate) fn shown(location: &Location) -> String {
    match location {
        Location::Folder(folder) => folder.display().to_string(),
        Location::Postgres { folder, .. } => format!("PostgreSQL, keys in {}", folder.display()),
    }
}

pub(crate) fn now() -> Instant {
    SystemClock.now()
}

/// A tenant's code as typed.
pub(crate) fn tenant_id(text: &str) -> Result<TenantId> {
    Ok(TenantId::parse(text)?)
}

/// An asset as typed: the catalogue's code (`file_server`) or a whole identifier.
pub(crate) fn asset_id(tenant: &TenantId, text: &str) -> Result<AssetId> {
    if text.contains('-') {
        Ok(AssetId::parse(text)?)
    } else {
        Ok(catalogue::asset_id(tenant, text)?)
    }
}

/// Prints a value for a machine.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Reads a whole file that a person named.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file that only its owner may read, and that did not exist before.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot make {} (it must not exist yet)", path.display()))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .with_context(|| format!("cannot write {}", path.display()))
}
