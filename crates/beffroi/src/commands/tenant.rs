//! `beffroi tenant`

use anyhow::Result;
use beffroi_registry::{france, services, tenants};
use beffroi_store::{OperatorScope, Store, TenantScope, facts, journal};
use beffroi_town::{Actor, Lang, TownFacts};
use beffroi_words::Words;
use serde_json::json;

use crate::{
    cli::{Common, ServicesCommand, TenantCommand},
    commands::{now, open, print_json, read_file, tenant_id},
};

pub(crate) async fn run(common: &Common, command: TenantCommand) -> Result<()> {
    match command {
        TenantCommand::Add { tenant, csv, all_communes, out } => {
            let added = if let Some(file) = csv {
                let bytes = read_file(&file)?;
                tenants::add_csv(&open(common).await?, &Actor::CommandLine, now(), &bytes).await?
            } else {
                let entries = match tenant {
                    Some(text) => vec![tenants::resolve(&text)?],
                    None if all_communes => france::all_communes().collect(),
                    None => anyhow::bail!("name a tenant, or give --csv FILE or --all-communes"),
                };
                tenants::add(&open(common).await?, &Actor::CommandLine, now(), entries).await?
            };
            if out.json {
                return print_json(&json!({ "added": added.added, "present": added.present }));
            }
            tell_added(&open(common).await?, &added).await
        }
        TenantCommand::List { out } => list(&open(common).await?, out.json).await,
        TenantCommand::Show { tenant, out } => show(common, &tenant, out.json).await,
        TenantCommand::Rehearse(args) => super::rehearse::run(common, args).await,
        TenantCommand::Close { tenant } => {
            let id = tenant_id(&tenant)?;
            tenants::close(&open(common).await?, &Actor::CommandLine, now(), &id).await?;
            println!("{id} is hidden. Nothing was deleted.");
            Ok(())
        }
        TenantCommand::Services(ServicesCommand::Import { tenant, file }) => {
            let (id, bytes) = (tenant_id(&tenant)?, read_file(&file)?);
            let scope = TenantScope::for_tenant(&id);
            let store = open(common).await?;
            let changed =
                services::import(&store, &Actor::CommandLine, now(), &scope, &bytes).await?;
            println!("{changed} service(s) of {id} changed.");
            Ok(())
        }
    }
}

async fn tell_added(store: &Store, added: &tenants::Added) -> Result<()> {
    const SHOWN: usize = 20;
    let mut conn = store.read().await?;
    for id in added.added.iter().take(SHOWN) {
        let scope = TenantScope::for_tenant(id);
        let fingerprint = journal::fingerprint(&mut conn, &scope).await?;
        println!("{id} added; its page: {}", id.path());
        if let Some(fingerprint) = fingerprint {
            println!("  fingerprint of its journal: {fingerprint}");
        }
    }
    for id in added.present.iter().take(SHOWN) {
        println!("{id} was here already; nothing changed");
    }
    if added.added.len() + added.present.len() > SHOWN {
        println!("{} added, {} were here already", added.added.len(), added.present.len());
    }
    Ok(())
}

async fn list(store: &Store, machine: bool) -> Result<()> {
    let all = tenants::list(store, &OperatorScope::for_operator()).await?;
    if machine {
        return print_json(&all);
    }
    for tenant in &all {
        let closed = if tenant.closed_at.is_some() { "  (closed)" } else { "" };
        println!("{:<16} {}{closed}", tenant.id.as_str(), tenant.name);
    }
    if all.is_empty() {
        println!("nobody yet; add a town with: beffroi tenant add 59273");
    }
    Ok(())
}

async fn show(common: &Common, text: &str, machine: bool) -> Result<()> {
    let (store, id) = (open(common).await?, tenant_id(text)?);
    tenants::get(&store, &id).await?;
    let scope = TenantScope::for_tenant(&id);
    let mut conn = store.read().await?;
    let Some(facts) = facts::load(&mut conn, &scope, now()).await? else { return Ok(()) };
    let fingerprint = journal::fingerprint(&mut conn, &scope).await?;
    if machine {
        return print_json(&json!({
            "facts": facts,
            "services": facts.views(),
            "fingerprint": fingerprint.map(|fingerprint| fingerprint.to_string()),
        }));
    }
    println!("{}  {}  page {}", facts.tenant.id, facts.tenant.name, facts.tenant.id.path());
    if let Some(fingerprint) = fingerprint {
        println!("fingerprint of its journal: {fingerprint}");
    }
    print_state(&facts);
    Ok(())
}

fn print_state(facts: &TownFacts) {
    let words = Words::of(Lang::En);
    println!("\nservices");
    for view in facts.views() {
        let known = |what: &Option<String>| if what.is_some() { "yes" } else { "MISSING" };
        let service = view.service;
        println!(
            "  {:<16} {:<44} {:<16} place {:<8} hours {:<8} phone {}",
            service.id.as_str(),
            words.service_name(service),
            words.status(view.status),
            known(&service.place),
            known(&service.hours),
            known(&service.phone),
        );
    }
    println!("\nassets");
    for asset in &facts.assets {
        let cut = asset.cut_means.as_ref().map_or("no means of cutting", |means| means.code());
        println!(
            "  {:<34} {:<10} data {:<8} {cut}",
            asset.id.as_str(),
            asset.state.code(),
            asset.exposure.level.code(),
        );
    }
}
