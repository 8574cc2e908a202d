//! `beffroi vault backup`: a server's files, sent to its repository.

use std::{process::ExitCode, time::Instant as Stopwatch};

use anyhow::Result;
use beffroi_backup::{
    Access,
    saving::{self, Saved, Saving},
};
use beffroi_platform::edge::SystemEntropy;
use beffroi_words::Words;
use serde_json::json;

use super::client::tell_faults;
use crate::{
    cli::vault::client::VaultBackup,
    commands::{now, print_json},
};

/// Something could not be read: the snapshot is without it.
const NOT_WHOLE: u8 = 1;

pub(super) fn run(args: VaultBackup) -> Result<ExitCode> {
    let access = Access::read(args.reach.file.as_deref(), &args.reach.files())?;
    let wanted = Saving {
        paths: args.paths,
        excluded: args.excluded,
        one_file_system: args.one_file_system,
        read_all: args.read_all,
    };
    let begun = Stopwatch::now();
    let saved = saving::save(&access, &wanted, &SystemEntropy::new(), now())?;
    let seconds = begun.elapsed().as_secs_f64();
    if args.out.json {
        print_json(&json!({ "seconds": seconds, "saved": saved }))?;
    } else {
        tell(&saved, seconds);
    }
    Ok(ExitCode::from(if saved.is_whole() { 0 } else { NOT_WHOLE }))
}

fn tell(saved: &Saved, seconds: f64) {
    let words = Words::of(beffroi_town::Lang::En);
    println!(
        "snapshot {}: {} files, {}",
        saved.snapshot.short(),
        saved.files,
        words.size(saved.bytes)
    );
    let compared = saved.parent.map_or_else(
        || "there is no earlier snapshot of the same folders".to_owned(),
        |parent| format!("compared with {}", parent.short()),
    );
    println!("{} read anew; {compared}", saved.read);
    println!("{} sent in {seconds:.1} s", words.size(saved.sent_bytes));
    if saved.taken_up > 0 {
        println!("{} packs of a backup that was cut off were taken up", saved.taken_up);
    }
    tell_faults(&saved.failed);
    if !saved.is_whole() {
        eprintln!("The snapshot is without them.");
    }
}
