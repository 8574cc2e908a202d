//! `beffroi staff roster`

use anyhow::Result;
use beffroi_registry::roster::{self, Others};
use beffroi_store::TenantScope;
use beffroi_town::{Actor, roster::by_service};

use crate::{
    cli::{Common, roster::RosterCommand},
    commands::{now, open, print_json, read_file, tenant_id},
};

pub(crate) async fn run(common: &Common, command: RosterCommand) -> Result<()> {
    match command {
        RosterCommand::Import { tenant, file, replace } => {
            let (id, bytes) = (tenant_id(&tenant)?, read_file(&file)?);
            let scope = TenantScope::for_tenant(&id);
            let others = if replace { Others::Leave } else { Others::Stay };
            let by = (&Actor::CommandLine, now());
            let done = roster::import(&open(common).await?, by, &scope, &bytes, others).await?;
            println!(
                "roster of {id}: {} added, {} changed, {} removed",
                done.added, done.changed, done.removed
            );
            Ok(())
        }
        RosterCommand::List { tenant, out } => {
            let scope = TenantScope::for_tenant(&tenant_id(&tenant)?);
            let all = roster::list(&open(common).await?, &scope).await?;
            if out.json {
                return print_json(&all);
            }
            for (service, people) in by_service(&all) {
                println!("{}", if service.is_empty() { "(no service)" } else { service });
                for one in people {
                    println!("  {:<32} {:<28} {}", one.name, one.function, one.phones.join(", "));
                }
            }
            Ok(())
        }
    }
}
