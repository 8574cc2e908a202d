//! The same files once more, from the vault: the reserve is gone, as it is when an attacker has root
//! on the file server.
//!
//! Rule: the drill's own client backs up, through the door of the real platform; restic need not be
//! on the machine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant as Stopwatch,
};

use anyhow::{Context, Result, bail};
use beffroi_store::vault::NewRepository;
use beffroi_town::Actor;
use beffroi_vault::repositories;
use serde_json::Value;

use super::{prepare::write_secret, scene::Scene};
use crate::report::{Report, VaultSeen};

/// The server's name in the vault: the code of its asset.
const SERVER: &str = "file_server";

/// Where the vault lies.
pub(super) fn folder(root: &Path) -> PathBuf {
    root.join("vault")
}

/// The vault's part of the platform's configuration.
pub(super) fn settings(root: &Path) -> String {
    let folder = toml::Value::String(folder(root).display().to_string());
    format!("[vault]\nfolder = {folder}\nkeep_free_gb = 0\n")
}

/// What the file server keeps: how it reaches its backups, and the sheet.
fn file(scene: &Scene, name: &str) -> PathBuf {
    scene.stage.root.join("server").join(name)
}

/// The night before: the file server's first backup.
pub(super) async fn back_up(scene: &Scene, report: &mut Report) -> Result<()> {
    fs::create_dir(scene.stage.root.join("server")).context("make the file server's own folder")?;
    let new = NewRepository {
        server: SERVER,
        asset: Some(&scene.asset(SERVER).await?.id),
        quota_bytes: None,
        silent_after_hours: None,
    };
    let by = (&Actor::CommandLine, scene.now());
    let vault = folder(&scene.stage.root);
    let handed = repositories::add(&scene.store, by, &vault, &scene.town, &new).await?;
    let address = repositories::address(&scene.base, &scene.town, SERVER, &handed.issued.token);
    let kept = file(scene, "address");
    write_secret(&kept, address.as_bytes())?;
    let sheet = file(scene, "sheet.html");
    let mut init = command(scene, "init");
    ask(init.arg("--repository-file").arg(&kept).arg("--sheet").arg(&sheet))?;
    let begun = Stopwatch::now();
    let said = ask(command(scene, "backup").arg(&scene.stage.share).arg("--json"))?;
    let said: Value = serde_json::from_str(&said).context("read what the backup says")?;
    let count = |name: &str| said.pointer(&format!("/saved/{name}")).and_then(Value::as_u64);
    report.vault = Some(VaultSeen {
        saved: count("files").context("count what was backed up")?,
        sent_bytes: count("sent_bytes").context("count what was sent")?,
        ms_to_save: ms(begun),
        ..VaultSeen::default()
    });
    Ok(())
}

/// The attacker comes back with root: no guard, no reserve, every file ruined or gone.
pub(super) async fn bring_back(scene: &mut Scene, report: &mut Report) -> Result<()> {
    let Some(mut seen) = report.vault else { return Ok(()) };
    if let Some(guard) = scene.guard_process.take() {
        guard.end().await;
    }
    let reserves = scene.stage.drop_folders(".beffroi-reserve")?;
    let before = scene.stage.count()?;
    scene.stage.ruin()?;
    let ruined = scene.stage.count()?;
    seen.touched = ruined.total - ruined.same;
    let begun = Stopwatch::now();
    let mut restore = command(scene, "restore");
    restore.args(["--target", "/", "--json", "--include"]).arg(&scene.stage.share);
    let said = ask(&mut restore);
    seen.ms_to_restore = ms(begun);
    let after = scene.stage.count()?;
    seen.lost = after.total - after.same;
    seen.restored = seen.touched.saturating_sub(seen.lost);
    let all_gone = before.same == before.total && ruined.same == 0 && reserves > 0;
    let detail = match said {
        Ok(_) => format!(
            "reserve destroyed, {} of {} files ruined or gone; {} back byte for byte in {} ms",
            seen.touched, ruined.total, seen.restored, seen.ms_to_restore
        ),
        Err(error) => format!("{error:#}"),
    };
    report.check("vault", all_gone && seen.lost == 0, detail);
    report.vault = Some(seen);
    Ok(())
}

fn ms(begun: Stopwatch) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// A command on the file server.
fn command(scene: &Scene, verb: &str) -> Command {
    let mut command = Command::new(&scene.exe);
    command.args(["vault", verb, "--vault"]).arg(file(scene, "vault.toml"));
    command
}

/// What it prints.
fn ask(command: &mut Command) -> Result<String> {
    let output = command.output().context("run a vault command")?;
    if !output.status.success() {
        bail!("a vault command failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
