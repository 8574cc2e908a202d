//! `beffroi vault trash`: thinnings as the platform keeps them.

use std::path::Path;

use anyhow::{Result, bail};
use beffroi_platform::config::Config;
use beffroi_store::{
    OperatorScope, Store, TenantScope,
    vault::{
        self, Repository,
        thinnings::{self, Thinning},
    },
};
use beffroi_town::{
    Actor, TenantId,
    vault::thinning::{Kept, Step},
};
use beffroi_vault::{
    consent,
    lost::{self, Lost},
};
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
            let repository = undo(store, &settings.folder, by, (&tenant, &id)).await?;
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

/// Puts back what one thinning moved, whether the database knows of it or not.
async fn undo(
    store: &Store,
    folder: &Path,
    by: consent::By<'_>,
    (tenant, id): (&TenantId, &str),
) -> Result<Repository> {
    if let Some(lost) = lost::put_back(store, folder, by, (tenant, id)).await? {
        return Ok(lost.repository);
    }
    let (repository, found) = consent::find(&mut store.read().await?, tenant, id).await?;
    // What another began to put back, and a kill broke off, is ended here.
    if found.step != Step::Undoing {
        if let Some(newer) = lost::of(store, folder, &repository).await?.first() {
            bail!("the trash holds a newer thinning: undo {} first", newer.id);
        }
        consent::undo(store, by, tenant, id).await?;
    }
    consent::settle(store, folder, by, (&repository, id)).await?;
    Ok(repository)
}

/// A thinning with what it is about.
struct Line {
    repository: Repository,
    thinning: Thinning,
    kept: Option<Kept>,
}

async fn list(config: &Config, store: &Store, tenant: Option<&str>, machine: bool) -> Result<()> {
    let settings = &wanted(config)?.settings;
    let rules = settings.rules;
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
    drop(conn);
    let mut lost = lost::all(store, &settings.folder).await?;
    let wanted = tenant.map(tenant_id).transpose()?;
    lost.retain(|one| wanted.as_ref().is_none_or(|wanted| one.repository.tenant == *wanted));
    if machine {
        let all: Vec<_> = lost.iter().map(lost_as_json).chain(lines.iter().map(as_json)).collect();
        return print_json(&all);
    }
    lost.iter().for_each(tell_lost);
    lines.iter().for_each(tell);
    if lines.is_empty() && lost.is_empty() {
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

fn lost_as_json(one: &Lost) -> serde_json::Value {
    json!({
        "tenant": one.repository.tenant, "server": one.repository.server, "thinning": one.id,
        "step": null, "objects": one.objects,
    })
}

fn tell_lost(one: &Lost) {
    let Lost { repository, id, objects } = one;
    println!("{} {}  {id}", repository.tenant, repository.server);
    println!("  {objects} objects in the trash, of which the database knows nothing:");
    println!(
        "  it is older than this thinning. Put them back: beffroi vault trash undo {} {id}",
        repository.tenant
    );
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
