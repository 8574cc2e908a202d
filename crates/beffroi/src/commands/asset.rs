//! `beffroi asset`

use anyhow::{Result, anyhow, bail};
use beffroi_registry::assets as registry;
use beffroi_store::{TenantScope, assets};
use beffroi_town::{Actor, catalogue};

use crate::{
    cli::{AssetCommand, Common},
    commands::{asset_id, now, open, print_json, tenant_id},
};

pub(crate) async fn run(common: &Common, command: AssetCommand) -> Result<()> {
    let store = open(common).await?;
    match command {
        AssetCommand::List { tenant, out } => {
            let scope = TenantScope::for_tenant(&tenant_id(&tenant)?);
            let all = assets::list(&mut store.read().await?, &scope).await?;
            if out.json {
                return print_json(&all);
            }
            for asset in all {
                println!(
                    "{:<34} {:<10} data {:<8} {}",
                    asset.id.as_str(),
                    asset.state.code(),
                    asset.exposure.level.code(),
                    asset.name
                );
            }
        }
        AssetCommand::Set { tenant, asset, state, exposure, whose, reason } => {
            let tenant = tenant_id(&tenant)?;
            let (scope, id) = (TenantScope::for_tenant(&tenant), asset_id(&tenant, &asset)?);
            let Some(known) = assets::get(&mut store.read().await?, &scope, &id).await? else {
                bail!("{tenant} has no asset '{id}'; list them with: beffroi asset list {tenant}");
            };
            if state.is_none() && exposure.is_none() {
                bail!("say what is true of it: --state or --exposure");
            }
            let ids = std::slice::from_ref(&id);
            let mut tx = assets::begin(&store, &scope, ids, &Actor::CommandLine, now()).await?;
            if let Some(state) = state {
                assets::set_state(&mut tx, &id, state, reason.as_deref()).await?;
            }
            if let Some(level) = exposure {
                let whose = whose.unwrap_or(known.exposure.whose);
                assets::set_exposure(&mut tx, &id, level, whose, reason.as_deref()).await?;
            }
            tx.commit().await?;
            println!("{id}: kept");
        }
        AssetCommand::Needs { tenant, asset, needs } => {
            let tenant = tenant_id(&tenant)?;
            let (scope, id) = (TenantScope::for_tenant(&tenant), asset_id(&tenant, &asset)?);
            let needs = catalogue::parse_needs(&tenant, &needs).map_err(|word| {
                anyhow!("'{word}' means nothing; write \"hypervisor! directory? app!@network\"")
            })?;
            let ids = std::slice::from_ref(&id);
            let mut tx = assets::begin(&store, &scope, ids, &Actor::CommandLine, now()).await?;
            assets::set_needs(&mut tx, &id, &needs).await?;
            tx.commit().await?;
            println!("{id}: kept");
        }
        AssetCommand::Share { tenant, asset, with } => {
            let (tenant, with) = (tenant_id(&tenant)?, tenant_id(&with)?);
            let id = asset_id(&tenant, &asset)?;
            let scope = TenantScope::for_tenant(&tenant);
            let by = (&Actor::CommandLine, now());
            let shared = registry::share(&store, by, &scope, &id, &with).await?;
            for one in &shared {
                println!("{one} is now shared with {with}");
            }
            if shared.is_empty() {
                println!("{id} was shared with {with} already; nothing changed");
            }
        }
    }
    Ok(())
}
