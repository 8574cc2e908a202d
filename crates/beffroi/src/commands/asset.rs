//! `beffroi asset`

use anyhow::{Context as _, Result, anyhow, bail};
use beffroi_registry::assets as registry;
use beffroi_store::{Store, TenantScope, assets, facts, folders};
use beffroi_town::{
    Actor, AssetId, PublicService, TenantId, catalogue,
    folder::{Folder, in_order},
};
use serde_json::json;

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
        AssetCommand::Folder { tenant, server, path, asset } => {
            set_folder(&store, &tenant_id(&tenant)?, (&server, &path), asset.as_deref()).await?;
        }
        AssetCommand::Folders { tenant, server, out } => {
            let tenant = tenant_id(&tenant)?;
            let server = asset_id(&tenant, &server)?;
            list_folders(&store, &TenantScope::for_tenant(&tenant), &server, out.json).await?;
        }
        AssetCommand::Share { tenant, asset, with } => {
            share(&store, (&tenant, &asset), &with).await?;
        }
    }
    Ok(())
}

async fn share(store: &Store, (tenant, asset): (&str, &str), with: &str) -> Result<()> {
    let (tenant, with) = (tenant_id(tenant)?, tenant_id(with)?);
    let id = asset_id(&tenant, asset)?;
    let scope = TenantScope::for_tenant(&tenant);
    let by = (&Actor::CommandLine, now());
    let shared = registry::share(store, by, &scope, &id, &with).await?;
    for one in &shared {
        println!("{one} is now shared with {with}");
    }
    if shared.is_empty() {
        println!("{id} was shared with {with} already; nothing changed");
    }
    Ok(())
}

async fn set_folder(
    store: &Store,
    tenant: &TenantId,
    (server, path): (&str, &str),
    asset: Option<&str>,
) -> Result<()> {
    let server = asset_id(tenant, server)?;
    let asset = asset.map(|text| asset_id(tenant, text)).transpose()?;
    let tenants = std::slice::from_ref(tenant);
    let mut tx = store.begin(tenants, &Actor::CommandLine, now()).await?;
    folders::set(&mut tx, tenant, (&server, path), asset.as_ref()).await?;
    tx.commit().await?;
    println!("{server} {path}: kept");
    Ok(())
}

/// One line a folder, as `beffroi vault restore --order` reads it.
async fn list_folders(
    store: &Store,
    scope: &TenantScope,
    server: &AssetId,
    machine: bool,
) -> Result<()> {
    let mut conn = store.read().await?;
    let facts = facts::load(&mut conn, scope, now()).await?;
    let facts = facts.with_context(|| format!("there is no tenant {}", scope.tenant()))?;
    let known = folders::list(&mut conn, scope).await?;
    let ordered = in_order(&facts, &known, server);
    if machine {
        let line = |(folder, service): &(&Folder, Option<&PublicService>)| {
            let service = service.map(|one| &one.id);
            json!({ "path": folder.path, "asset": folder.asset, "service": service })
        };
        return print_json(&ordered.iter().map(line).collect::<Vec<_>>());
    }
    for (folder, _) in &ordered {
        println!("{}", folder.path);
    }
    if ordered.is_empty() {
        eprintln!(
            "nothing is said of its folders; say what needs one with: beffroi asset folder {} \
             {server} PATH --for ASSET",
            scope.tenant()
        );
    }
    Ok(())
}
