//! `beffroi restore`

use std::{path::Path, sync::Arc};

use anyhow::Result;
use beffroi_platform::{
    backup,
    edge::SystemEntropy,
    restore::{self, Wanted},
};
use beffroi_words::calendar;

use crate::{
    cli::{Common, backup::RestoreArgs},
    commands::{config, now, shown},
    rights,
};

pub(crate) async fn run(common: &Common, args: RestoreArgs) -> Result<()> {
    let config = config(common)?.check()?;
    let location = beffroi_platform::location(&config);
    let wanted = Wanted {
        file: &args.file,
        identity: args.identity.as_deref().map(backup::read_identity).transpose()?,
        location: &location,
        replace: args.replace,
        accept_older: args.accept_older,
        at: now(),
    };
    let restored = restore::restore(&wanted, Arc::new(SystemEntropy::new())).await?;
    let loaded = &restored.loaded;
    println!("Restored to {}.", shown(&location));
    println!(
        "  backup         of {} by Beffroi {}",
        calendar::machine(restored.made_at),
        restored.program
    );
    println!("  rows           {}", loaded.rows);
    println!("  journals       {} verified, {} entries", loaded.journals, loaded.entries);
    if let Some(aside) = &restored.set_aside {
        println!("  before         what was there is now {aside}");
    }
    for path in &restored.for_a_person {
        println!("  to look at     {}", path.display());
    }
    println!(
        "What happened after the backup is not here: each journal says so in its newest entry."
    );
    println!("Printed codes used since then would work again: print new ones once you are in.");
    if config.folder == Path::new(rights::DATA) && !Path::new(rights::INSTALLED).exists() {
        println!(
            "Read the configuration of then, and put it where the service reads it:\n  install -g \
             beffroi -m 640 {}/from-backup/config.toml {}",
            rights::DATA,
            rights::INSTALLED
        );
        println!("Start it: beffroi setup");
    } else {
        println!("Start it: beffroi serve");
    }
    Ok(())
}
