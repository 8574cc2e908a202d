//! `beffroi backup`

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use beffroi_platform::{
    backup::{self, Lock, Plan},
    edge::SystemEntropy,
    noted::{BACKUP, BACKUP_COPY, REHEARSAL, noted},
    restore,
};
use beffroi_store::{OperatorScope, held, journal};
use beffroi_words::calendar;
use serde_json::json;

use crate::{
    cli::{
        Common,
        backup::{BackupArgs, BackupCommand, BackupMake},
    },
    commands::{config, now, open_configured, print_json, write_secret},
};

pub(crate) async fn run(common: &Common, args: BackupArgs) -> Result<()> {
    match args.command {
        None => make(common, args.make).await,
        Some(BackupCommand::Key { out }) => key(out.as_deref()),
        Some(BackupCommand::Check { file, identity, scratch, out }) => {
            let identity = identity.as_deref().map(backup::read_identity).transpose()?;
            let beside = file.parent().map(Path::to_owned).unwrap_or_default();
            let scratch = scratch.unwrap_or(beside);
            let entropy = Arc::new(SystemEntropy::new());
            let (opened, loaded) =
                restore::rehearse(&file, identity, &scratch, entropy, now()).await?;
            let manifest = &opened.front.manifest;
            let detail = json!({
                "file": file,
                "made_at": manifest.made_at,
                "program": manifest.program,
                "sealed": opened.sealed,
                "rows": loaded.rows,
                "journals": loaded.journals,
                "entries": loaded.entries,
                "newest_change": manifest.contents.newest_change,
            });
            remember_rehearsal(common, &manifest.contents.heads, &detail).await?;
            if out.json {
                return print_json(&detail);
            }
            println!("{} is whole and can be put back.", file.display());
            println!(
                "  made           {} by Beffroi {}",
                calendar::machine(manifest.made_at),
                manifest.program
            );
            println!("  rows           {}", loaded.rows);
            println!("  journals       {} verified, {} entries", loaded.journals, loaded.entries);
            Ok(())
        }
    }
}

async fn make(common: &Common, args: BackupMake) -> Result<()> {
    let config = config(common)?.check()?;
    let Some(to) = args.to.clone().or_else(|| config.backup.folder.clone()) else {
        bail!(
            "nobody said where to: give --to DIR, or write [backup] folder = \"DIR\" in the configuration"
        );
    };
    let lock = match (&config.backup.recipient, args.unsealed) {
        (_, true) => Lock::Unsealed,
        (Some(recipient), false) => {
            Lock::Sealed(recipient.parse().map_err(|reason: &str| anyhow::anyhow!(reason))?)
        }
        (None, false) => bail!(
            "nobody could open it: type 'beffroi backup key' to make a key and write the recipient it \
             prints as [backup] recipient; or give --unsealed, and keep the file where nobody reads it"
        ),
    };
    let location = beffroi_platform::location(&config);
    if held::held(&location).await?.is_none() {
        bail!("there is no data in {}: nothing to back up", super::shown(&location));
    }
    let store = open_configured(&config).await?;
    let plan = Plan { store: &store, config: &config, to: &to, lock, at: now() };
    let made = noted(&store, BACKUP, now(), backup::make(&plan)).await?;
    if let Some(to) = &config.backup.push {
        let copy = backup::copy_noted(&made.path, to, &config.folder);
        noted(&store, BACKUP_COPY, now(), copy).await?;
    }
    if args.out.json {
        return print_json(&made);
    }
    println!("{}", made.path.display());
    println!(
        "  {} bytes, {} rows, {} journals, {} s",
        made.bytes, made.rows, made.journals, made.seconds
    );
    println!("  read back and checked; {} kept in this folder", made.kept);
    if let Some(to) = &config.backup.push {
        println!("  copied to {to}");
    }
    if !made.sealed {
        eprintln!(
            "beffroi: NOT SEALED: whoever reads this file has every key, every secret and every \
             account of the platform"
        );
    }
    Ok(())
}

fn key(out: Option<&Path>) -> Result<()> {
    let (identity, recipient) = backup::new_identity();
    if let Some(path) = out {
        let text = format!(
            "# Opens the backups of a Beffroi platform. Keep it away from it.\n{identity}\n"
        );
        write_secret(path, text.as_bytes())?;
    }
    println!(
        "The key that opens backups, for the recovery sheet. It is not kept and cannot be shown again:"
    );
    println!();
    println!("  {identity}");
    println!();
    if let Some(path) = out {
        println!("It is in {} too: carry that file away from this machine.", path.display());
    }
    println!("Write this in the configuration, so that backups are sealed for it:");
    println!();
    println!("  [backup]");
    println!("  recipient = \"{recipient}\"");
    Ok(())
}

/// Notes that a backup was proven, where the data that it is a backup of is at hand.
async fn remember_rehearsal(
    common: &Common,
    heads: &[journal::Head],
    detail: &serde_json::Value,
) -> Result<()> {
    let config = config(common)?.check()?;
    if held::held(&beffroi_platform::location(&config)).await.ok().flatten().is_none() {
        return Ok(());
    }
    let store = open_configured(&config).await?;
    let mut conn = store.read().await?;
    let ours = journal::heads(&mut conn, &OperatorScope::for_operator()).await?;
    drop(conn);
    // Another platform's backup proves nothing of this one.
    let is_ours = heads.iter().any(|head| ours.iter().any(|our| our.tenant == head.tenant));
    if is_ours {
        let mut book = store.bookkeeping().await?;
        beffroi_store::rounds::done(&mut book, REHEARSAL, now(), detail).await?;
        book.commit().await.context("note that the backup was proven")?;
    }
    Ok(())
}
