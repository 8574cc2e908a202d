//! `beffroi vault trash`: thinnings as the platform keeps them.

use anyhow::Result;
use beffroi_platform::config::Config;
use beffroi_store::{
    OperatorScope, Store, TenantScope,
    vault::{
        self, Repository,
        thinnings::{self, Thinning},
    },
};
use beffroi_town::{
    Actor,
    vault::thinning::{Kept, Step},
};
use beffroi_vault::consent;
use beffroi_words::{Words, calendar};
use serde_json::json;

use super::wanted;
use crate::{
    cli::vault::thin::TrashCommand,
    commands::{now, print_json, tenant_id},
};

/// How many thinnings of a tenant are listed.
const LISTED: u32 = 100;

pub(super) async fn run(config: &Config, store: &Store, command: TrashCommand) -> Result<()> {
    let settings = &wanted(config)?.settings;
    let by = (&Actor::CommandLine, now());
    match command {
        TrashCommand::List { tenant, out } => {
            list(config, store, tenant.as_deref(), out.json).await
        }
        TrashCommand::Undo { tenant, id } => {
            let tenant = tenant_id(&tenant)?;
            let found = consent::find(&mut store.read().await?, &tenant, &id).await?;
            // What another began to put back, and a kill broke off, is ended here.
            let repository = if found.1.step == Step::Undoing {
                found.0
            } else {
                consent::undo(store, by, &tenant, &id).await?
            };
            consent::settle(store, &settings.folder, by, (&repository, &id)).await?;
            println!("{tenant} {}: everything is back in its place.", repository.server);
            Ok(())
        }
        TrashCommand::Empty { tenant, id } => {
            let tenant = tenant_id(&tenant)?;
            consent::empty(store, by, &tenant, (&id, settings.rules.grace_ms)).await?;
            println!("{tenant}: the platform empties it within a minute, while it runs.");
            Ok(())
        }
    }
}

/// A thinning with what it is about.
struct Line {
    repository: Repository,
    thinning: Thinning,
    kept: Option<Kept>,
}

async fn list(config: &Config, store: &Store, tenant: Option<&str>, machine: bool) -> Result<()> {
    let rules = wanted(config)?.settings.rules;
    let mut conn = store.read().await?;
    let all = match tenant {
        Some(text) => {
            let scope = TenantScope::for_tenant(&tenant_id(text)?);
            thinnings::list(&mut conn, &scope, LISTED).await?
        }
        None => thinnings::open(&mut conn, &OperatorScope::for_operator()).await?,
    };
    let repositories = vault::all(&mut conn, &OperatorScope::for_operator()).await?;
    let mut lines = Vec::new();
    for thinning in all {
        let of = repositories.iter().find(|one| one.id == thinning.repository);
        let Some(repository) = of.cloned() else { continue };
        let moment = (now(), rules.grace_ms);
        let kept = match thinning.step {
            Step::Trashed => {
                consent::kept(&mut conn, &repository.tenant, &thinning, moment).await?
            }
            _ => None,
        };
        lines.push(Line { repository, thinning, kept });
    }
    if machine {
        return print_json(&lines.iter().map(as_json).collect::<Vec<_>>());
    }
    lines.iter().for_each(tell);
    if lines.is_empty() {
        println!("no thinning");
    }
    Ok(())
}

fn as_json(line: &Line) -> serde_json::Value {
    let one = &line.thinning;
    json!({
        "tenant": line.repository.tenant, "server": line.repository.server, "thinning": one.id,
        "step": one.step, "snapshots": one.snapshots, "objects": one.objects, "bytes": one.bytes,
        "proposed_at": one.proposed_at, "due_at": one.due_at, "moved_at": one.moved_at,
        "over_at": one.over_at, "waits_for": line.kept.map(waits_for),
    })
}

fn waits_for(kept: Kept) -> String {
    match kept {
        Kept::Grace { until } => format!("its grace ends {}", calendar::machine(until)),
        Kept::Unchecked => "a check by another keeper or an inspector".to_owned(),
        Kept::Failed => "a check that passes: the last one found something missing".to_owned(),
    }
}

fn tell(line: &Line) {
    let one = &line.thinning;
    let size = Words::of(beffroi_town::Lang::En).size(one.bytes);
    println!("{} {}  {}", line.repository.tenant, line.repository.server, one.id);
    println!("  {}  {} snapshots, {} objects, {size}", one.step.code(), one.snapshots, one.objects);
    println!("  proposed  {}", calendar::machine(one.proposed_at));
    if let Some(at) = one.due_at {
        println!("  may be carried out from  {}", calendar::machine(at));
    }
    if let Some(at) = one.moved_at {
        println!("  in the trash since  {}", calendar::machine(at));
    }
    if let Some(kept) = line.kept {
        println!("  waits for  {}", waits_for(kept));
    }
}
