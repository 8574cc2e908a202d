//! `beffroi vault init`: a server's repository, its password and its recovery sheet.
//!
//! Rule: the password is on this server's disk before anything is made with it, and in the sheet
//! before anybody is told that it is done.

use std::{fs::OpenOptions, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use anyhow::{Context as _, Result, bail};
use beffroi_backup::{
    Access,
    access::Files,
    making::{self, Made},
};
use beffroi_desk::sealing;
use beffroi_pages::recovery::{RecoveryFacts, recovery_sheet};
use beffroi_platform::edge::SystemEntropy;
use beffroi_town::vault::sheet;

use crate::{
    cli::vault::client::VaultInit,
    commands::{now, write_secret},
};

pub(super) fn run(args: &VaultInit) -> Result<()> {
    let recovery = args.recovery.as_deref().map(sealing::recipient).transpose()?;
    // The place of the sheet first: a repository whose password nobody could print is none.
    let mut page = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&args.sheet)
        .with_context(|| format!("cannot make {} (it must not exist yet)", args.sheet.display()))?;
    let printed = make(args).and_then(|(access, made)| {
        let html = sheet_of(args, &access, &made)?;
        if let Some(recovery) = &recovery {
            seal(&access, recovery)?;
        }
        page.write_all(html.as_bytes())
            .and_then(|()| page.sync_all())
            .with_context(|| format!("cannot write {}", args.sheet.display()))?;
        Ok(made)
    });
    let made = match printed {
        Ok(made) => made,
        Err(error) => {
            std::fs::remove_file(&args.sheet)
                .with_context(|| format!("cannot take {} away again", args.sheet.display()))?;
            return Err(error);
        }
    };
    let what = if made.is_new { "the repository is made" } else { "the repository was there" };
    println!("{what}; address and password: {} (root alone)", args.file.display());
    println!("Print {}, lock the paper away, delete the file.", args.sheet.display());
    if recovery.is_some() {
        println!("Its password is sealed for the town's recovery sheet too, on the platform.");
    }
    println!("Until its check code is copied into the console (page Vault), it counts as lost.");
    println!("Back up, each night:");
    println!("  beffroi vault backup /srv/share");
    Ok(())
}

/// The repository, by what the vault file says, or by a new one.
fn make(args: &VaultInit) -> Result<(Access, Made)> {
    if !args.file.exists() {
        write_access(args)?;
    }
    let access = Access::read(Some(&args.file), &Files::default())?;
    let made = making::make(&access, &SystemEntropy::new(), now())?;
    Ok((access, made))
}

/// A new vault file: the address that was handed out, and a password of chance.
fn write_access(args: &VaultInit) -> Result<()> {
    let Some(file) = &args.repository_file else {
        bail!(
            "{} is not there: give the file that 'beffroi vault add --out' wrote, with \
             --repository-file FILE",
            args.file.display()
        );
    };
    let address =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let password = sheet::new_password(&SystemEntropy::new());
    // What cannot be used must not be written: it would be taken for an earlier one.
    Access::new(&address, &password, args.authority.as_deref())?;
    let mut lines = vec![("repository", address.trim().to_owned()), ("password", password)];
    if let Some(authority) = &args.authority {
        let authority = std::path::absolute(authority)?;
        let text = authority.to_str().context("the authority's path is no text")?;
        lines.push(("authority_file", text.to_owned()));
    }
    let line = |(name, value)| format!("{name} = {}", toml::Value::String(value));
    let lines: Vec<String> = lines.into_iter().map(line).collect();
    let head = "# How this server reaches its backups. Secret: it opens them.";
    let text = format!("{head}\n{}\n", lines.join("\n"));
    if let Some(folder) = args.file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
    }
    write_secret(&args.file, text.as_bytes())?;
    flush_folder(&args.file)
}

/// The name too must survive a power cut.
fn flush_folder(file: &Path) -> Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("cannot flush {}", folder.display()))
}

/// For whom holds the recovery sheet of the town: one paper for all its servers.
fn seal(access: &Access, recovery: &sealing::Recipient) -> Result<()> {
    let sealed = sealing::seal(recovery, access.password().as_bytes())?;
    Ok(making::hand_over_sealed(access, (&recovery.to_string(), &sealed))?)
}

fn sheet_of(args: &VaultInit, access: &Access, made: &Made) -> Result<String> {
    let shown = access.shown();
    let place = shown.split_once("/vault/").map_or(shown.as_str(), |(_, place)| place);
    let facts = RecoveryFacts {
        place: place.trim_end_matches('/'),
        address: &access.secret_address(),
        password: access.password(),
        code: &made.code,
        printed_at: now(),
    };
    Ok(recovery_sheet(&facts, args.lang)?)
}
