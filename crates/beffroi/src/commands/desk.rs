//! `beffroi desk`

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use beffroi_desk::{Order, blank, procedures};
use beffroi_paper::Size;
use beffroi_platform::{config::DeskConfig, edge::SystemEntropy, export};
use beffroi_store::{TenantScope, facts};
use beffroi_town::{Lang, Procedure, procedure::Health};
use serde::Serialize;

use crate::{
    cli::{
        Common,
        desk::{DeskCommand, FormsArgs, ProceduresArgs},
    },
    commands::{config, now, open, print_json, printer, tenant_id},
};

pub(crate) async fn run(common: &Common, command: DeskCommand) -> Result<()> {
    match command {
        DeskCommand::Forms(args) => forms(common, args).await,
        DeskCommand::Procedures(args) => list(common, &args),
        DeskCommand::Printer(command) => printer::run(command).await,
    }
}

/// The procedures that this platform uses.
fn usable(desk: &DeskConfig) -> Result<Vec<Procedure>> {
    Ok(match &desk.procedures {
        Some(folder) => procedures::with_own(folder)?,
        None => procedures::house()?,
    })
}

async fn forms(common: &Common, args: FormsArgs) -> Result<()> {
    let desk = config(common)?.check()?.desk;
    let mut all = usable(&desk)?;
    if let Some(code) = &args.procedure {
        let codes: Vec<String> = all.iter().map(|one| one.code.to_string()).collect();
        all.retain(|one| one.code.as_str() == code);
        if all.is_empty() {
            bail!("there is no procedure '{code}'; write one of: {}", codes.join(", "));
        }
    }
    let (store, id) = (open(common).await?, tenant_id(&args.tenant)?);
    let scope = TenantScope::for_tenant(&id);
    let Some(facts) = facts::load(&mut store.read().await?, &scope, now()).await? else {
        bail!("{id} is not on this platform; add it with: beffroi tenant add {id}");
    };
    let entropy = SystemEntropy::new();
    let (size, end) = if args.large { (Size::Large, "-large") } else { (Size::Usual, "") };
    let mut files = 0;
    for lang in Lang::ALL.into_iter().filter(|lang| args.lang.is_none_or(|one| one == *lang)) {
        for procedure in &all {
            let order =
                Order { facts: &facts, procedure, copies: args.copies, size, health: desk.health };
            let pdf = blank(&order, lang, now(), &entropy)?;
            let path = args.out.join(format!("{}-{}{end}.pdf", procedure.code, lang.tag()));
            write(&path, &pdf.bytes)?;
            println!("  {}: {} pages", path.display(), pdf.pages);
            files += 1;
        }
    }
    println!("{files} files in {}, {} copies in each", args.out.display(), args.copies);
    if desk.health == Health::Off && all.iter().any(Procedure::asks_health) {
        println!(
            "  nothing is asked about health: say in desk.health_hosting_checked_by who checked where it would be kept"
        );
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    export::replace(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// What a machine may read of a procedure.
#[derive(Serialize)]
struct Shown<'a> {
    code: &'a str,
    mark: &'a str,
    version: u8,
    group: &'static str,
    urgent: bool,
    fields: usize,
    title_fr: &'a str,
    title_en: &'a str,
}

fn list(common: &Common, args: &ProceduresArgs) -> Result<()> {
    let all = match &args.folder {
        Some(folder) => procedures::with_own(folder)?,
        None => usable(&config(common)?.check()?.desk)?,
    };
    let shown: Vec<Shown<'_>> = all
        .iter()
        .map(|one| Shown {
            code: one.code.as_str(),
            mark: &one.mark,
            version: one.version,
            group: one.group.code(),
            urgent: one.urgent,
            fields: one.fields().count(),
            title_fr: &one.title.fr,
            title_en: &one.title.en,
        })
        .collect();
    if args.out.json {
        return print_json(&shown);
    }
    for one in shown {
        let urgent = if one.urgent { ", urgent" } else { "" };
        println!(
            "{}  {} ({}, edition {}, {} fields{urgent}): {}",
            one.mark, one.code, one.group, one.version, one.fields, one.title_fr
        );
    }
    Ok(())
}
