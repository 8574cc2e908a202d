//! `beffroi staff kit`

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use beffroi_registry::{kits, sheets::outside};
use beffroi_store::TenantScope;
use beffroi_town::Actor;

use crate::{
    cli::{Common, kit::KitArgs},
    commands::{config, now, open, tenant_id},
};

pub(crate) async fn run(common: &Common, args: KitArgs) -> Result<()> {
    let public_url = config(common)?.check()?.doors.reached_at();
    let (store, id) = (open(common).await?, tenant_id(&args.tenant)?);
    let scope = TenantScope::for_tenant(&id);
    // The file first: codes that could not be written down must not replace those of the envelope
    // before.
    let mut file = make(&args.out)?;
    let by = (&Actor::CommandLine, now());
    let printed = kits::print(&store, by, &scope, &public_url, args.lang).await;
    let printed = match printed {
        Ok(printed) => printed,
        Err(error) => {
            std::fs::remove_file(&args.out)
                .with_context(|| format!("cannot take {} away again", args.out.display()))?;
            return Err(error.into());
        }
    };
    file.write_all(printed.html.as_bytes()).and_then(|()| file.sync_all()).with_context(|| {
        format!(
            "cannot write {}: its codes are lost and the envelope before no longer works; \
             make room and print again",
            args.out.display()
        )
    })?;
    let people = printed.kit.holders.len();
    println!(
        "envelope no. {} of {id}, for {people} people: {}",
        printed.kit.number,
        args.out.display()
    );
    if outside(&public_url).is_none() {
        println!("  it has no address: set doors.public_url, then print again");
    }
    println!("Print it, seal it, then delete the file. The codes are not kept and cannot be shown");
    println!("again; those of the envelope before no longer work.");
    Ok(())
}

/// A new file for its owner alone.
fn make(path: &Path) -> Result<File> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already: delete it or write another name", path.display())
        }
        Err(error) => Err(error).with_context(|| format!("cannot write {}", path.display())),
    }
}
