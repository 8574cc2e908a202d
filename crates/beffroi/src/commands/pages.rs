//! `beffroi export-pages`

use anyhow::{Context, Result, bail};
use beffroi_platform::export;
use beffroi_town::TenantId;

use crate::{
    cli::{Common, ExportPagesArgs},
    commands::{config, now, open, tenant_id},
};

pub(crate) async fn run(common: &Common, args: ExportPagesArgs) -> Result<()> {
    let public_url = config(common)?.check()?.doors.public_url;
    let store = open(common).await?;
    let wanted: Vec<TenantId> = match args.tenant {
        Some(text) => vec![tenant_id(&text)?],
        None => export::open_tenants(&store).await?,
    };
    let mut files = 0;
    for id in &wanted {
        let pages = export::town_files(&store, id, public_url.as_deref(), now()).await?;
        let Some(pages) = pages else {
            bail!("{id} is not on this platform, or is closed");
        };
        for (name, bytes) in pages {
            let path = args.dir.join(name);
            export::replace(&path, &bytes)
                .with_context(|| format!("cannot write {}", path.display()))?;
            files += 1;
        }
    }
    println!("{files} files of {} tenant(s) in {}", wanted.len(), args.dir.display());
    Ok(())
}
