//! `beffroi vault`

mod backup;
mod client;
mod drill;
mod init;
mod inspect;
mod thin;
mod trash;

use std::{path::Path, process::ExitCode};

use anyhow::{Context, Result, bail};
use beffroi_platform::config::{Config, VaultConfig};
use beffroi_store::{
    OperatorScope, Store, TenantScope, assets,
    vault::{
        self, NewRepository, Repository, objects,
        verdicts::{self, Proven},
    },
};
use beffroi_town::{
    Actor, AssetId, Instant, TenantId,
    vault::verdict::{CredentialKind, Received, Verdict},
};
use beffroi_vault::{
    repositories::{self, Handed},
    scrub::{self, Named, Scrubbed},
    watch,
};
use beffroi_words::{Words, calendar};
use serde_json::{Value, json};

use crate::{
    cli::{
        Common,
        vault::{KeeperCommand, VaultAdd, VaultCommand},
    },
    commands::{asset_id, config, now, open_configured, print_json, tenant_id, write_secret},
};

/// Something is not what was sent.
const DAMAGED: u8 = 1;

pub(crate) async fn run(common: &Common, command: VaultCommand) -> Result<ExitCode> {
    match command {
        VaultCommand::Keeper(command) => keep(common, command).await,
        // A server has no store: what it asks for goes to its repository alone.
        VaultCommand::Client(command) => client::run(command),
        VaultCommand::Holder(command) => thin::run(&command),
        VaultCommand::Trash { command } => {
            let config = config(common)?.check()?;
            let store = open_configured(&config).await?;
            trash::run(&config, &store, command).await.map(|()| ExitCode::SUCCESS)
        }
    }
}

async fn keep(common: &Common, command: KeeperCommand) -> Result<ExitCode> {
    let config = config(common)?.check()?;
    let store = open_configured(&config).await?;
    match command {
        KeeperCommand::Add(args) => add(&config, &store, args).await?,
        KeeperCommand::List { tenant, out } => {
            list(&config, &store, tenant.as_deref(), out.json).await?;
        }
        KeeperCommand::Revoke { tenant, server, credential } => {
            let tenant = tenant_id(&tenant)?;
            let by = (&Actor::CommandLine, now());
            let many =
                repositories::revoke(&store, by, &tenant, &server, credential.as_deref()).await?;
            println!("{many} revoked: they open nothing from now on. Their backups stay.");
        }
        KeeperCommand::Judge { tenant, server, snapshot, verdict } => {
            judge(&store, (&tenant_id(&tenant)?, &server), &snapshot, verdict).await?;
        }
        KeeperCommand::Prove { tenant, server, code } => {
            let tenant = tenant_id(&tenant)?;
            let by = (&Actor::CommandLine, now());
            repositories::prove(&store, by, &tenant, &server, &code).await?;
            println!("{tenant} {server}: the recovery sheet is kept.");
        }
        KeeperCommand::Password { tenant, server, identity } => {
            println!("{}", password(&store, &tenant_id(&tenant)?, &server, &identity).await?);
        }
        KeeperCommand::Quota { tenant, bytes } => {
            let tenant = tenant_id(&tenant)?;
            repositories::set_quota(&store, (&Actor::CommandLine, now()), &tenant, bytes).await?;
            let words = Words::of(beffroi_town::Lang::En);
            let told = bytes.map_or_else(|| "as configured".to_owned(), |bytes| words.size(bytes));
            println!("{tenant}: all its servers together: {told}, from now on");
        }
        KeeperCommand::Scrub { tenant, out } => {
            return scrub(&config, &store, tenant.as_deref(), out.json).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn wanted(config: &Config) -> Result<&VaultConfig> {
    config.vault.as_ref().context(
        "there is no vault: write where the backups are kept into the configuration, as in\n  \
         [vault]\n  folder = \"/srv/vault\"\nand start the platform again",
    )
}

async fn add(config: &Config, store: &Store, args: VaultAdd) -> Result<()> {
    let settings = &wanted(config)?.settings;
    let tenant = tenant_id(&args.tenant)?;
    let asset = asset(store, &tenant, &args).await?;
    let new = NewRepository {
        server: &args.server,
        asset: asset.as_ref(),
        quota_bytes: args.quota_bytes,
        silent_after_hours: args.silent_after,
    };
    // The file first: a credential that could not be written down opens a door for nobody.
    if let Some(file) = &args.file {
        write_secret(file, b"")?;
    }
    let by = (&Actor::CommandLine, now());
    let handed = if args.inspector || args.keeper {
        let kind = if args.keeper { CredentialKind::Keeper } else { CredentialKind::Inspector };
        let whose = (args.server.as_str(), kind);
        let issued = repositories::add_holder(store, by, &tenant, whose).await;
        issued.map(|issued| Handed { issued, is_new: false })
    } else {
        repositories::add(store, by, &settings.folder, &tenant, &new).await
    };
    let handed = match (handed, &args.file) {
        (Err(error), Some(file)) => {
            std::fs::remove_file(file)
                .with_context(|| format!("cannot take {} away again", file.display()))?;
            return Err(error.into());
        }
        (handed, _) => handed?,
    };
    let own = config.vault.as_ref().and_then(|vault| vault.url.clone());
    let base = own.unwrap_or_else(|| config.doors.reached_at());
    let address = repositories::address(&base, &tenant, &args.server, &handed.issued.token);
    if let Some(file) = &args.file {
        std::fs::write(file, format!("{address}\n"))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    if args.out.json {
        // A token that went into a file goes nowhere else.
        let shown = args.file.is_none().then_some(&address);
        return print_json(&json!({
            "tenant": tenant, "server": args.server, "new": handed.is_new,
            "credential": handed.issued.id, "address": shown, "file": args.file,
        }));
    }
    if args.inspector || args.keeper {
        tell_holder(&tenant, &args, (&handed.issued.id, &address));
        return Ok(());
    }
    let what = if handed.is_new { "a new repository" } else { "one more credential" };
    println!("{tenant} {}: {what}, credential {}", args.server, handed.issued.id);
    if let Some(file) = &args.file {
        println!("Carry {} to the server, readable by root alone. There:", file.display());
        println!("  restic --repository-file {} init", file.display());
    } else {
        println!("Keep this address secret; it cannot be shown again:");
        println!("  {address}");
        println!("On the server: restic -r ADDRESS init");
    }
    println!("The password that restic asks for is the only key: print it and lock it away.");
    Ok(())
}

/// What is told of a credential for whoever holds the key on another host.
fn tell_holder(tenant: &TenantId, args: &VaultAdd, (id, address): (&str, &str)) {
    let who = if args.keeper { "a keeper's" } else { "an inspector's" };
    println!("{tenant} {}: {who} credential, {id}", args.server);
    if let Some(file) = &args.file {
        println!("Carry {} to another host than the server.", file.display());
    } else {
        println!("Keep this address secret; it cannot be shown again:");
        println!("  {address}");
    }
    println!("There, with the password of the recovery sheet in a file:");
    let with = "--repository-file ADDRESS --password-file PASSWORD";
    if args.keeper {
        println!("  beffroi vault thin --plan {with}");
    } else {
        println!("  beffroi vault inspect {with}");
        println!("each day, and each month: beffroi vault drill, with the same two.");
    }
}

/// The password that was sealed for the recovery sheet of the town.
async fn password(
    store: &Store,
    tenant: &TenantId,
    server: &str,
    identity: &Path,
) -> Result<String> {
    let key = beffroi_platform::backup::read_identity(identity)?;
    let scope = TenantScope::for_tenant(tenant);
    let sealed = vault::passwords::sealed(&mut store.read().await?, &scope, server).await?;
    let sealed = sealed.with_context(|| {
        format!(
            "no password of {tenant} {server} is sealed for the town: take the recovery sheet of \
             that server"
        )
    })?;
    let plain = beffroi_desk::sealing::open(&key, &sealed)
        .context("this key is not the one of the sheet that the password was sealed for")?;
    let password = String::from_utf8(plain).context("what was sealed is no password")?;
    // Told before it is shown: who has it can read the repository.
    let mut tx = store.begin(std::slice::from_ref(tenant), &Actor::CommandLine, now()).await?;
    vault::passwords::opened(&mut tx, tenant, server).await?;
    tx.commit().await?;
    Ok(password)
}

/// A person's word on a backup.
async fn judge(
    store: &Store,
    (tenant, server): (&TenantId, &str),
    snapshot: &str,
    verdict: Verdict,
) -> Result<()> {
    let scope = TenantScope::for_tenant(tenant);
    let mut conn = store.read().await?;
    let found = vault::get(&mut conn, &scope, server).await?;
    let found = found.with_context(|| format!("{tenant} has no repository '{server}'"))?;
    let all = verdicts::standing(&mut conn, &scope, &found.id, verdicts::RECEIVED_MAX).await?;
    drop(conn);
    let beginning = snapshot.to_lowercase();
    let mut named = all.iter().filter(|one| one.snapshot.starts_with(&beginning));
    let one = match (named.next(), named.next()) {
        (Some(one), None) => one,
        (Some(_), Some(_)) => bail!("{snapshot} is the beginning of several: write more of it"),
        (None, _) => bail!("the vault never received a backup {snapshot} of {server}"),
    };
    let by = (&Actor::CommandLine, now());
    repositories::judge(store, by, (tenant, server), &one.snapshot, verdict).await?;
    let short = one.snapshot.get(..8).unwrap_or_default();
    println!("{tenant} {server}: {short} is {}, as a person said.", verdict.code());
    Ok(())
}

/// The server among the tenant's assets: as said, else the one that its name is the code of.
async fn asset(store: &Store, tenant: &TenantId, args: &VaultAdd) -> Result<Option<AssetId>> {
    if let Some(text) = &args.asset {
        return asset_id(tenant, text).map(Some);
    }
    let Ok(id) = beffroi_town::catalogue::asset_id(tenant, &args.server) else { return Ok(None) };
    let scope = TenantScope::for_tenant(tenant);
    let found = assets::get(&mut store.read().await?, &scope, &id).await?;
    Ok(found.map(|asset| asset.id))
}

/// What is told of one repository.
struct Standing {
    repository: Repository,
    used: objects::Use,
    heard: watch::Heard,
    damaged: u32,
    credentials: Vec<vault::Credential>,
    quota_bytes: Option<u64>,
    /// Newest first.
    received: Vec<Received>,
    proven: Option<Proven>,
}

impl Standing {
    fn last(&self, verdict: Verdict) -> Option<&Received> {
        self.received.iter().find(|one| one.verdict == Some(verdict))
    }

    fn unjudged(&self) -> usize {
        self.received.iter().filter(|one| one.verdict.is_none()).count()
    }
}

async fn standing(config: &Config, store: &Store, one: Repository) -> Result<Standing> {
    let scope = TenantScope::for_tenant(&one.tenant);
    let mut conn = store.read().await?;
    let heard = watch::heard(&mut conn, &scope, &one).await?;
    let usual = config.vault.as_ref().map(|vault| vault.settings.server_quota_bytes);
    Ok(Standing {
        used: objects::used(&mut conn, &scope, &one.id).await?,
        damaged: objects::damages(&mut conn, &scope, &one.id).await?,
        credentials: vault::credentials(&mut conn, &scope, &one.id).await?,
        quota_bytes: one.quota_bytes.or(usual),
        received: verdicts::standing(&mut conn, &scope, &one.id, verdicts::RECEIVED_MAX).await?,
        proven: verdicts::proofs(&mut conn, &scope, &one.id, 1).await?.into_iter().next(),
        heard,
        repository: one,
    })
}

async fn list(config: &Config, store: &Store, tenant: Option<&str>, machine: bool) -> Result<()> {
    let mut conn = store.read().await?;
    let all = match tenant {
        Some(text) => vault::list(&mut conn, &TenantScope::for_tenant(&tenant_id(text)?)).await?,
        None => vault::all(&mut conn, &OperatorScope::for_operator()).await?,
    };
    drop(conn);
    let (mut lines, at) = (Vec::new(), now());
    for one in all {
        lines.push(standing(config, store, one).await?);
    }
    if machine {
        return print_json(&lines.iter().map(|one| as_json(one, at)).collect::<Vec<_>>());
    }
    for one in &lines {
        tell(one, at);
    }
    if lines.is_empty() {
        println!("nothing yet; make a repository with: beffroi vault add TENANT SERVER");
    }
    Ok(())
}

fn as_json(one: &Standing, at: Instant) -> Value {
    let credential = |one: &vault::Credential| json!({ "id": one.id, "kind": one.kind, "made_at": one.made_at, "revoked_at": one.revoked_at });
    json!({
        "tenant": one.repository.tenant,
        "server": one.repository.server,
        "asset": one.repository.asset,
        "last_backup_at": one.heard.last,
        "silent": one.heard.silence(at).is_some(),
        "objects": one.used.objects,
        "bytes": one.used.bytes,
        "quota_bytes": one.quota_bytes,
        "damaged": one.damaged,
        "judged": one.received.len() - one.unjudged(),
        "unjudged": one.unjudged(),
        "last_clean": one.last(Verdict::Clean),
        "last_suspect": one.last(Verdict::Suspect),
        "last_bad": one.last(Verdict::Bad),
        "last_proven_at": one.proven.as_ref().map(|one| one.proven_at),
        "last_proof": one.proven.as_ref().map(|one| &one.proof),
        "time_for_all_ms": one.proven.as_ref().and_then(|one| one.proof.time_for_all_ms()),
        "sheet_printed_at": one.repository.sheet.as_ref().map(|sheet| sheet.printed_at),
        "sheet_proven_at": one.repository.sheet.as_ref().and_then(|sheet| sheet.proven_at),
        "credentials": one.credentials.iter().map(credential).collect::<Vec<_>>(),
    })
}

fn tell(one: &Standing, at: Instant) {
    let words = Words::of(beffroi_town::Lang::En);
    let last = one.heard.last.map_or_else(|| "no backup yet".to_owned(), calendar::machine);
    let silent = if one.heard.silence(at).is_some() { ", SILENT" } else { "" };
    println!("{} {}", one.repository.tenant, one.repository.server);
    println!("  last backup  {last}{silent}");
    let of = one.quota_bytes.map_or_else(String::new, |quota| format!(" of {}", words.size(quota)));
    println!("  holds        {}{of}, {} objects", words.size(one.used.bytes), one.used.objects);
    if one.damaged > 0 {
        println!("  DAMAGED      {} objects: beffroi vault scrub names them", one.damaged);
    }
    tell_judged(one);
    println!("  sheet        {}", sheet_told(&one.repository));
    for credential in &one.credentials {
        let state = if credential.revoked_at.is_some() { "revoked" } else { "opens it" };
        println!("  credential   {}  {}, {state}", credential.id, credential.kind.code());
    }
}

/// What is said of its backups, and whether one came back.
fn tell_judged(one: &Standing) {
    let when = |found: &Received| {
        let short = found.snapshot.get(..8).unwrap_or_default();
        format!("{} {short}", calendar::machine(found.received_at))
    };
    let clean = one.last(Verdict::Clean).map_or_else(|| "NONE".to_owned(), when);
    println!("  last clean   {clean}, {} not judged", one.unjudged());
    for (verdict, word) in [(Verdict::Suspect, "SUSPECT"), (Verdict::Bad, "BAD    ")] {
        if let Some(found) = one.last(verdict) {
            println!("  {word}      {}", when(found));
        }
    }
    match &one.proven {
        None => println!("  proven       NEVER: beffroi vault drill, on an inspector's host"),
        Some(one) => println!(
            "  proven       {}: {} files came back",
            calendar::machine(one.proven_at),
            one.proof.files
        ),
    }
}

/// What is known of the recovery sheet.
fn sheet_told(one: &Repository) -> String {
    match &one.sheet {
        None => "NONE: the password is lost with the server: beffroi vault init".to_owned(),
        Some(sheet) => match sheet.proven_at {
            None => format!(
                "UNPROVEN, printed {}: beffroi vault prove {} {} CODE",
                calendar::machine(sheet.printed_at),
                one.tenant,
                one.server
            ),
            Some(at) => format!("kept, its code was copied {}", calendar::machine(at)),
        },
    }
}

async fn scrub(
    config: &Config,
    store: &Store,
    tenant: Option<&str>,
    machine: bool,
) -> Result<ExitCode> {
    let folder = &wanted(config)?.settings.folder;
    let tenant = tenant.map(tenant_id).transpose()?;
    let found = scrub::scrub(store, folder, now(), tenant.as_ref()).await?;
    if machine {
        print_json(&found)?;
    } else {
        found.iter().for_each(tell_scrubbed);
        if found.is_empty() {
            println!("there is no repository");
        }
    }
    let whole = found.iter().all(Scrubbed::is_whole);
    Ok(ExitCode::from(if whole { 0 } else { DAMAGED }))
}

fn tell_scrubbed(one: &Scrubbed) {
    let words = Words::of(beffroi_town::Lang::En);
    let read = format!("{} objects, {} read back", one.objects, words.size(one.bytes));
    let state = if one.is_whole() { "whole" } else { "NOT WHOLE" };
    println!("{} {}: {state}, {read}", one.tenant, one.server);
    let line =
        |what: &str, named: &Named| println!("  {what}  {}/{}", named.kind.code(), named.name);
    one.damaged.iter().for_each(|named| line("damaged", named));
    one.missing.iter().for_each(|named| line("missing", named));
    for name in &one.strange {
        println!("  no object  {name}");
    }
    if one.without_receipt > 0 {
        println!(
            "  {} without a receipt: the platform notes them when it starts",
            one.without_receipt
        );
    }
    if !one.is_whole() {
        println!("  {} must send these again, or another copy of its repository:", one.server);
        println!("  curl -X POST -T FILE ADDRESS/KIND/NAME puts each back under its name");
    }
}
