//! `beffroi vault inspect`: what an inspector says of each backup that nobody judged.

use std::process::ExitCode;

use anyhow::Result;
use beffroi_backup::{
    Access,
    inspect::{Inspected, inspect},
};
use beffroi_platform::edge::SystemEntropy;
use beffroi_town::vault::verdict::Verdict;
use beffroi_words::calendar;
use serde_json::json;

use crate::{cli::vault::client::Reach, commands::print_json};

/// A backup is suspect or bad.
const NOT_CLEAN: u8 = 1;

pub(super) fn run(reach: &Reach, machine: bool) -> Result<ExitCode> {
    let access = Access::read(reach.file.as_deref(), &reach.files())?;
    let mut all = Vec::new();
    let mut tell = |one: &Inspected| {
        if !machine {
            show(one);
        }
        all.push(one.clone());
    };
    let done = inspect(&access, &SystemEntropy::new(), &mut tell);
    if machine {
        print_json(&json!({ "inspected": all, "whole": done.is_ok() }))?;
    }
    done?;
    if all.is_empty() && !machine {
        println!("every backup that came is judged");
    }
    let clean = all.iter().all(|one| one.verdict == Verdict::Clean);
    Ok(ExitCode::from(if clean { 0 } else { NOT_CLEAN }))
}

fn show(one: &Inspected) {
    let short = one.snapshot.get(..8).unwrap_or_default();
    let word = match one.verdict {
        Verdict::Clean => "clean",
        Verdict::Suspect => "SUSPECT",
        Verdict::Bad => "BAD",
    };
    let reasons: Vec<String> =
        one.reasons.iter().map(|one| format!("{} {}", one.code.code(), one.count)).collect();
    let at = calendar::machine(one.received_at);
    println!("{short}  {at}  {word:7}  {}", reasons.join(", "));
    if !one.counts {
        println!("  something graver stands already, or what a person said");
    }
    for path in &one.examples {
        println!("  look at  {path}");
    }
}
