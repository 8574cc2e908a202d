//! `beffroi staff kit`

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use beffroi_registry::{kits, sheets::outside};
use beffroi_store::{Store, TenantScope, kits::Kit};
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
    let kit = match printed(&store, &scope, &public_url, &args, &mut file).await {
        Ok(kit) => kit,
        Err(error) => {
            std::fs::remove_file(&args.out)
                .with_context(|| format!("cannot take {} away again", args.out.display()))?;
            return Err(error);
        }
    };
    let people = kit.holders.len();
    println!("envelope no. {} of {id}, for {people} people: {}", kit.number, args.out.display());
    if outside(&public_url).is_none() {
        println!("  it has no address: set doors.public_url, then print again");
    }
    println!("Print it, seal it, then delete the file. The codes are not kept and cannot be shown");
    println!("again; those of the envelope before no longer work.");
    Ok(())
}

/// Writes an envelope into the file, whole and on the disk, before it counts.
async fn printed(
    store: &Store,
    scope: &TenantScope,
    public_url: &str,
    args: &KitArgs,
    file: &mut File,
) -> Result<Kit> {
    let by = (&Actor::CommandLine, now());
    let draft = kits::draft(store, by, scope, public_url, args.lang).await?;
    let is_page = args.out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("html"));
    let bytes = if is_page {
        draft.print.html.clone().into_bytes()
    } else {
        beffroi_desk::leaflet(&draft.print.leaflet, args.lang, by.1)?.bytes
    };
    // The name too: an envelope that counts must not go with a failure of the power.
    let folder = args.out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = File::open(folder.unwrap_or(Path::new(".")));
    let written = file.write_all(&bytes).and_then(|()| file.sync_all());
    written.and_then(|()| folder?.sync_all()).with_context(|| {
        let out = args.out.display();
        format!("cannot write {out}: the envelope before still counts; make room and print again")
    })?;
    Ok(draft.keep().await?)
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
