//! `beffroi staff`

use anyhow::Result;
use beffroi_registry::{
    accounts::{self, NewPerson},
    tenants,
};
use beffroi_store::TenantScope;
use beffroi_town::{Actor, Lang, Role};
use beffroi_words::{Words, Zone};
use serde_json::json;

use crate::{
    cli::{Common, StaffCommand},
    commands::{now, open, print_json, tenant_id},
};

pub(crate) async fn run(common: &Common, command: StaffCommand) -> Result<()> {
    match command {
        StaffCommand::Add { tenant, name, role } => add(common, &tenant, &name, role).await,
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

async fn add(common: &Common, tenant: &str, name: &str, role: Role) -> Result<()> {
    let (store, id) = (open(common).await?, tenant_id(tenant)?);
    let known = tenants::get(&store, &id).await?;
    let scope = TenantScope::for_tenant(&id);
    let person = NewPerson { name, role };
    let first = accounts::add(&store, &Actor::CommandLine, now(), &scope, &person).await?;
    let until = Words::of(Lang::En).date_full(first.expires_at, &Zone::of(&known));
    println!("{name} may now log in as {role} of {} ({id}).", known.name);
    println!("  one-use code   {}", first.code);
    println!("  good until     {until}");
    println!("Hand it over in person. It is not kept and cannot be shown again.");
    Ok(())
}
