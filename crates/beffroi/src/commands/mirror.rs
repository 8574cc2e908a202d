//! `beffroi mirror`

use std::{path::Path, process::ExitCode};

use anyhow::{Context, Result};
use beffroi_platform::{
    mirror::{self, Mirror, Work},
    noted::{MIRROR, noted},
};
use beffroi_store::Fingerprint;
use beffroi_words::calendar;

use crate::{
    cli::{Common, mirror::MirrorCommand},
    commands::{config, now, open, open_configured, print_json},
};

/// Consistent, but nobody said whose it should be.
const AUTHOR_UNPROVEN: u8 = 3;

pub(crate) async fn run(common: &Common, command: MirrorCommand) -> Result<ExitCode> {
    match command {
        MirrorCommand::Key => {
            let store = open(common).await?;
            println!("{}", store.platform_fingerprint()?);
            Ok(ExitCode::SUCCESS)
        }
        MirrorCommand::Push => {
            let config = config(common)?.check()?;
            let store = open_configured(&config).await?;
            let mut mirror = Mirror::new(&store, &config)?;
            mirror.send_everything();
            let at = now();
            let did = noted(&store, MIRROR, at, mirror.bring_up_to_date(&Work::All, at)).await?;
            println!("{} files in {}", did.files, did.places.join(" and "));
            Ok(ExitCode::SUCCESS)
        }
        MirrorCommand::Verify { dir, key, out } => verify(&dir, key.as_deref(), out.json),
    }
}

fn verify(dir: &Path, key: Option<&str>, machine: bool) -> Result<ExitCode> {
    let expected = key.map(Fingerprint::parse).transpose()?;
    let report = mirror::verify(dir, expected.as_ref())
        .with_context(|| format!("the mirror in {} does not hold", dir.display()))?;
    if machine {
        print_json(&report)?;
    } else {
        println!("{} files, nothing altered", report.files);
        println!("last true at {}", calendar::machine(report.true_at));
        println!("fingerprint  {}", report.fingerprint);
        if !report.author_proven {
            println!("Consistent, author unproven: give the fingerprint you know with --key.");
        }
    }
    Ok(ExitCode::from(if report.author_proven { 0 } else { AUTHOR_UNPROVEN }))
}
