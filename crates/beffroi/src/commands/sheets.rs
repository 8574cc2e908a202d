//! `beffroi sheets`

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use beffroi_pages::sheets::{SheetKind, sheet};
use beffroi_platform::export;
use beffroi_registry::sheets as register;
use beffroi_store::{TenantScope, facts};
use beffroi_town::Lang;

use crate::{
    cli::{Common, sheets::SheetsArgs},
    commands::{config, now, open, tenant_id},
};

pub(crate) async fn run(common: &Common, args: SheetsArgs) -> Result<()> {
    let public_url = config(common)?.check()?.doors.reached_at();
    let (store, id) = (open(common).await?, tenant_id(&args.tenant)?);
    let scope = TenantScope::for_tenant(&id);
    let mut conn = store.read().await?;
    let Some(facts) = facts::load(&mut conn, &scope, now()).await? else {
        bail!("{id} is not on this platform; add it with: beffroi tenant add {id}");
    };
    let staff = register::staff(&mut conn, &scope).await?;
    drop(conn);
    let place = register::place(&public_url, &id);
    let mut files = 0;
    for lang in Lang::ALL.into_iter().filter(|lang| args.lang.is_none_or(|one| one == *lang)) {
        for kind in SheetKind::ALL {
            let made = sheet(kind, &facts, &staff, &place, lang)?;
            let name = format!("{}-{}", kind.code(), lang.tag());
            write(&args.out.join(format!("{name}.html")), made.html.as_bytes())?;
            files += 1;
            let pdf = match &made.leaflet {
                Some(leaflet) => beffroi_desk::leaflet(leaflet, lang, facts.true_at)?,
                None => beffroi_desk::poster(&facts, &place, lang)?,
            };
            write(&args.out.join(format!("{name}.pdf")), &pdf.bytes)?;
            files += 1;
            let text = made.as_text();
            if !text.is_empty() {
                write(&args.out.join(format!("{name}.txt")), text.as_bytes())?;
                files += 1;
            }
        }
    }
    println!("{files} files in {}", args.out.display());
    if place.public_url.is_none() {
        println!("  they have no address: set doors.public_url, then write them again");
    }
    if staff.roster.is_empty() {
        println!("  the roll-call is blank: beffroi staff roster import {id} FILE.csv");
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    export::replace(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
