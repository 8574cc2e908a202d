//! `beffroi export-pages`

use std::path::Path;

use anyhow::{Context, Result, bail};
use beffroi_pages::Place;
use beffroi_registry::tenants;
use beffroi_store::{OperatorScope, TenantScope, facts};
use beffroi_town::TenantId;

use crate::{
    cli::{Common, ExportPagesArgs},
    commands::{config, now, open, tenant_id},
};

pub(crate) async fn run(common: &Common, args: ExportPagesArgs) -> Result<()> {
    let public_url = config(common)?.check()?.public_url;
    let store = open(common).await?;
    let wanted: Vec<TenantId> = match args.tenant {
        Some(text) => vec![tenant_id(&text)?],
        None => tenants::list(&store, &OperatorScope::for_operator())
            .await?
            .into_iter()
            .filter(|tenant| tenant.closed_at.is_none())
            .map(|tenant| tenant.id)
            .collect(),
    };
    let mut files = 0;
    for id in &wanted {
        let scope = TenantScope::for_tenant(id);
        let Some(facts) = facts::load(&mut store.read().await?, &scope, now()).await? else {
            bail!("{id} is not on this platform");
        };
        let path = id.path();
        let url = public_url.as_ref().map(|url| format!("{url}{path}"));
        let place = Place::served(&path, url.as_deref());
        let folder = args.dir.join(path.trim_matches('/'));
        for (name, bytes) in beffroi_pages::export(&facts, &place)? {
            write_whole(&folder.join(name), &bytes)?;
            files += 1;
        }
    }
    println!("{files} files of {} tenant(s) in {}", wanted.len(), args.dir.display());
    Ok(())
}

/// Writes beside and renames: a reader never finds half a page.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut half = path.as_os_str().to_owned();
        half.push(".half");
        std::fs::write(&half, bytes)?;
        std::fs::rename(&half, path)
    };
    written().with_context(|| format!("cannot write {}", path.display()))
}
