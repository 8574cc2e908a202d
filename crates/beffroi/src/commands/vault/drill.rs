//! `beffroi vault drill`: a test restore, and what the vault is told of it.

use std::process::ExitCode;

use anyhow::Result;
use beffroi_backup::{
    Access, Inspector, Repository,
    drill::{Trial, Tried, try_out},
    snapshots::{Snapshot, Wanted},
};
use beffroi_platform::edge::SystemEntropy;
use beffroi_town::vault::verdict::{Received, Verdict};
use beffroi_words::Words;
use serde_json::json;

use super::client::{line, tell_faults};
use crate::{
    cli::vault::client::VaultDrill,
    commands::{now, print_json, read_file},
};

/// Something did not come back.
const NOT_WHOLE: u8 = 1;
const GB: u64 = 1_000_000_000;

pub(super) fn run(args: &VaultDrill) -> Result<ExitCode> {
    let critical = match &args.critical {
        Some(file) => paths(&read_file(file)?),
        None => Vec::new(),
    };
    let access = Access::read(args.reach.file.as_deref(), &args.reach.files())?;
    let inspector = Inspector::new(&access)?;
    let received = inspector.received()?;
    let repository = Repository::open(&access)?;
    let (all, _) = repository.snapshots()?;
    let snapshot = choose(args, &received, &all)?.clone();
    let trial = Trial {
        files: usize::try_from(args.files)?,
        bytes_max: args.gigabytes_max * GB,
        critical: &critical,
        scratch: &args.scratch,
        at: now(),
    };
    let tried = try_out(repository.index()?, &snapshot, &trial, &SystemEntropy::new())?;
    if let Some(proof) = tried.proof() {
        inspector.prove(&proof)?;
    }
    if let Some(doubt) = tried.doubt() {
        inspector.say(&doubt)?;
    }
    if args.out.json {
        print_json(&json!({ "snapshot": snapshot, "tried": tried, "proof": tried.proof() }))?;
    } else {
        tell(&snapshot, &tried);
    }
    Ok(ExitCode::from(if tried.is_whole() { 0 } else { NOT_WHOLE }))
}

/// The paths of a list, one a line.
fn paths(text: &[u8]) -> Vec<Vec<u8>> {
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty() && !line.starts_with(b"#")).map(<[u8]>::to_vec).collect()
}

/// The snapshot that is named; else the last that is judged clean; else the last that came.
fn choose<'s>(
    args: &VaultDrill,
    received: &[Received],
    all: &'s [Snapshot],
) -> Result<&'s Snapshot> {
    let name = if let Some(text) = &args.snapshot {
        text.to_lowercase()
    } else {
        let clean = received.iter().rev().find(|one| one.verdict == Some(Verdict::Clean));
        let last = clean.or_else(|| received.last());
        last.map_or_else(|| "latest".to_owned(), |one| one.snapshot.clone())
    };
    Ok(Wanted::typed(&name).choose(all)?)
}

fn tell(snapshot: &Snapshot, tried: &Tried) {
    let words = Words::of(beffroi_town::Lang::En);
    println!("from {}", line(snapshot));
    println!(
        "{} files came back and are what was saved ({} in {}.{:03} s), and were taken away again",
        tried.files,
        words.size(tried.bytes),
        tried.ms / 1_000,
        tried.ms % 1_000,
    );
    match tried.proof() {
        Some(proof) => println!(
            "The vault holds it for proven. Everything, {}, would take about {} minutes so.",
            words.size(tried.whole_bytes),
            proof.time_for_all_ms().unwrap_or(0).div_ceil(60_000),
        ),
        None if tried.doubt().is_some() => {
            eprintln!("NOT PROVEN: the vault was told that the backup is suspect");
        }
        None => eprintln!("NOT PROVEN: the test restore did not come to its end"),
    }
    if let Some(why) = &tried.stopped {
        eprintln!("STOPPED  {why}: nothing was told to the vault; try again");
    }
    tell_faults(&tried.failed);
}
