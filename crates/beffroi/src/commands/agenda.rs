//! `beffroi agenda`

use anyhow::{Context as _, Result, bail};
use beffroi_store::{Store, TenantScope, agendas, agendas::sources};
use beffroi_town::{Actor, Agenda, AgendaId, ServiceId, TenantId, agenda::Rules};
use serde::Deserialize;
use serde_json::json;

use crate::{
    cli::{Common, agenda::AgendaCommand},
    commands::{now, open, print_json, read_file, tenant_id},
};

pub(crate) async fn run(common: &Common, command: AgendaCommand) -> Result<()> {
    match command {
        AgendaCommand::Import { tenant, file } => {
            let (id, bytes) = (tenant_id(&tenant)?, read_file(&file)?);
            let count = import(&open(common).await?, &id, &bytes)
                .await
                .with_context(|| format!("cannot use {}", file.display()))?;
            println!("{count} service point(s) of {id} written");
            Ok(())
        }
        AgendaCommand::List { tenant, out } => {
            list(&open(common).await?, &tenant_id(&tenant)?, out.json).await
        }
        AgendaCommand::Pull { tenant, agenda, place } => {
            let (store, id) = (open(common).await?, tenant_id(&tenant)?);
            let mut tx = store.begin(std::slice::from_ref(&id), &Actor::CommandLine, now()).await?;
            let source = sources::add(&mut tx, &id, &AgendaId::parse(&agenda)?, &place).await?;
            tx.commit().await?;
            println!("{source} is pulled by the running platform within minutes, then every night");
            Ok(())
        }
        AgendaCommand::Forget { tenant, source } => {
            let (store, id) = (open(common).await?, tenant_id(&tenant)?);
            let mut tx = store.begin(std::slice::from_ref(&id), &Actor::CommandLine, now()).await?;
            sources::remove(&mut tx, &id, &source).await?;
            tx.commit().await?;
            println!("{source} is pulled no more; what was pulled is gone");
            Ok(())
        }
    }
}

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    agenda: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    id: AgendaId,
    service: ServiceId,
    #[serde(flatten)]
    rules: Rules,
}

/// Writes every service point of a file, or none.
async fn import(store: &Store, tenant: &TenantId, bytes: &[u8]) -> Result<usize> {
    let text = std::str::from_utf8(bytes).context("it is no text in UTF-8")?;
    let written: Written = toml::from_str(text)?;
    let mut wrong = Vec::new();
    for one in &written.agenda {
        wrong
            .extend(one.rules.faults().iter().map(|fault| format!("{}: {}", one.id, fault.told())));
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    let mut tx = store.begin(std::slice::from_ref(tenant), &Actor::CommandLine, now()).await?;
    for (rank, one) in (1..).zip(&written.agenda) {
        let agenda = Agenda {
            id: one.id.clone(),
            service: one.service.clone(),
            rank,
            rules: one.rules.clone(),
            word: None,
        };
        agendas::save(&mut tx, tenant, &agenda).await?;
    }
    tx.commit().await?;
    Ok(written.agenda.len())
}

async fn list(store: &Store, tenant: &TenantId, machine: bool) -> Result<()> {
    let scope = TenantScope::for_tenant(tenant);
    let mut conn = store.read().await?;
    let points = agendas::list(&mut conn, &scope).await?;
    let pulled = sources::list(&mut conn, &scope).await?;
    let at = now();
    if machine {
        let source = |one: &sources::Source| {
            json!({
                "id": one.id,
                "agenda": one.agenda,
                "pulled_at": one.pulled_at,
                "events": one.events,
                "stale": one.is_stale(at),
                "failure": one.failure,
            })
        };
        let sources: Vec<_> = pulled.iter().map(source).collect();
        return print_json(&json!({ "agendas": points, "sources": sources }));
    }
    for one in &points {
        let paused = if one.rules.paused { "  (paused)" } else { "" };
        println!("{:<24} {} seats, {}{paused}", one.id, one.rules.seats, one.rules.about_fr);
    }
    for one in &pulled {
        let age = match one.pulled_at {
            Some(then) => format!("pulled {} hours ago", at.ms_since(then) / 3_600_000),
            None => "never pulled".to_owned(),
        };
        let stale = if one.is_stale(at) { ", STALE" } else { "" };
        let failure = one.failure.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        println!("{} for {}: {age}, {} events{stale}{failure}", one.id, one.agenda, one.events);
    }
    if points.is_empty() {
        println!("nobody receives by appointment yet: beffroi agenda import {tenant} FILE");
    }
    Ok(())
}
