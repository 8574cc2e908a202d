//! `beffroi staff`

use anyhow::Result;
use beffroi_registry::{
    accounts::{self, NewPerson},
    tenants,
};
use beffroi_store::TenantScope;
use beffroi_town::{Actor, Lang};
use beffroi_words::{Words, Zone};
use serde_json::json;

use crate::{
    cli::{Common, StaffCommand},
    commands::{now, open, print_json, tenant_id},
};

pub(crate) async fn run(common: &Common, command: StaffCommand) -> Result<()> {
    match command {
        StaffCommand::Add { tenant, name, role, out } => {
            add(common, &tenant, &NewPerson { name: &name, role }, out.json).await
        }
        StaffCommand::Kit(args) => super::kit::run(common, args).await,
        StaffCommand::Roster(command) => super::roster::run(common, command).await,
        StaffCommand::List { tenant, out } => {
            let scope = TenantScope::for_tenant(&tenant_id(&tenant)?);
            let all = accounts::list(&open(common).await?, &scope).await?;
            if out.json {
                let plain = |one: &beffroi_store::accounts::Account| {
                    json!({
                        "id": one.id,
                        "name": one.name,
                        "role": one.role,
                        "disabled_at": one.disabled_at,
                    })
                };
                return print_json(&all.iter().map(plain).collect::<Vec<_>>());
            }
            for account in all {
                let disabled = if account.disabled_at.is_some() { "  (disabled)" } else { "" };
                println!("{:<12} {}{disabled}", account.role.code(), account.name);
            }
            Ok(())
        }
    }
}

async fn add(common: &Common, tenant: &str, person: &NewPerson<'_>, machine: bool) -> Result<()> {
    let (store, id) = (open(common).await?, tenant_id(tenant)?);
    let known = tenants::get(&store, &id).await?;
    let scope = TenantScope::for_tenant(&id);
    let first = accounts::add(&store, &Actor::CommandLine, now(), &scope, person).await?;
    if machine {
        return print_json(&json!({ "code": first.code, "expires_at": first.expires_at }));
    }
    let until = Words::of(Lang::En).date_full(first.expires_at, &Zone::of(&known));
    println!("{} may now log in as {} of {} ({id}).", person.name, person.role, known.name);
    println!("  one-use code   {}", first.code);
    println!("  good until     {until}");
    println!("Hand it over in person. It is not kept and cannot be shown again.");
    Ok(())
}
