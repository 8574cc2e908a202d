//! `beffroi journal`

use std::{
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use beffroi_registry::tenants;
use beffroi_store::{
    Fingerprint, Head, TenantScope,
    journal::{self, Report},
};
use serde_json::json;

use crate::{
    cli::{Common, JournalCommand},
    commands::{open, print_json, tenant_id},
};

/// Consistent, but nobody said whose it should be.
const AUTHOR_UNPROVEN: u8 = 3;

pub(crate) async fn run(common: &Common, command: JournalCommand) -> Result<ExitCode> {
    match command {
        JournalCommand::Export { tenant, out } => {
            export(common, &tenant, out.as_deref()).await?;
            Ok(ExitCode::SUCCESS)
        }
        JournalCommand::Verify { file, key, head, out } => {
            verify(&file, key.as_deref(), head.as_deref(), out.json)
        }
    }
}

async fn export(common: &Common, tenant: &str, out: Option<&Path>) -> Result<()> {
    let (store, id) = (open(common).await?, tenant_id(tenant)?);
    tenants::get(&store, &id).await?;
    let scope = TenantScope::for_tenant(&id);
    let mut conn = store.read().await?;
    let Some(path) = out else {
        journal::export(&mut conn, &scope, &mut std::io::stdout()).await?;
        return Ok(());
    };
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut writer = BufWriter::new(file);
    let entries = journal::export(&mut conn, &scope, &mut writer).await?.unwrap_or(0);
    writer.flush().with_context(|| format!("cannot write {}", path.display()))?;
    let file = writer.into_inner().context("cannot finish the export")?;
    file.sync_all().with_context(|| format!("cannot write {}", path.display()))?;
    println!("{entries} entries in {}", path.display());
    if let (Some(fingerprint), Some(head)) =
        (journal::fingerprint(&mut conn, &scope).await?, journal::head(&mut conn, &scope).await?)
    {
        println!("fingerprint  {fingerprint}");
        println!("head         {}:{}", head.seq, head.hash);
    }
    Ok(())
}

fn verify(file: &Path, key: Option<&str>, head: Option<&str>, machine: bool) -> Result<ExitCode> {
    let fingerprint = key.map(Fingerprint::parse).transpose()?;
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let report = journal::verify(BufReader::new(opened), fingerprint.as_ref(), None);
    let report = report.with_context(|| format!("{} was altered", file.display()))?;
    if let Some(known) = head {
        check_head(file, &report, known)?;
    }
    if machine {
        print_json(&json!({
            "tenant": report.tenant,
            "entries": report.entries,
            "head": report.head,
            "fingerprint": report.fingerprint,
            "author_proven": report.author_proven,
        }))?;
    } else {
        tell(&report);
    }
    let code = if report.author_proven { 0 } else { AUTHOR_UNPROVEN };
    Ok(ExitCode::from(code))
}

fn tell(report: &Report) {
    println!("{}: {} entries, nothing altered", report.tenant, report.entries);
    println!("fingerprint  {}", report.fingerprint);
    println!("head         {}:{}", report.head.seq, report.head.hash);
    if !report.author_proven {
        println!("Consistent, author unproven: give the fingerprint you know with --key.");
    }
}

/// Reads the export once more, asking for a head that is known to have existed.
fn check_head(file: &Path, report: &Report, known: &str) -> Result<()> {
    let parts = known.split_once(':').and_then(|(seq, hash)| Some((seq.parse().ok()?, hash)));
    let Some((seq, hash)) = parts else {
        bail!("'{known}' is not a head: write SEQUENCE:HASH as an export prints it");
    };
    let head = Head {
        tenant: report.tenant.clone(),
        seq,
        hash: hash.to_owned(),
        at: report.head.at,
        sig: String::new(),
    };
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    journal::verify(BufReader::new(opened), None, Some(&head))
        .with_context(|| format!("{} was altered", file.display()))?;
    Ok(())
}
