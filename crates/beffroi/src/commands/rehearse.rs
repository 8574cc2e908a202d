//! `beffroi tenant rehearse`

use std::sync::Arc;

use anyhow::{Result, bail};
use beffroi_drills::rehearsal::{self, Options, Rehearsal, Told};
use beffroi_platform::edge::{SystemClock, SystemEntropy};
use beffroi_registry::{accounts, kits};
use beffroi_store::{Store, TenantScope, oncall};
use beffroi_town::{Role, TenantId, rehearsal::Readiness};
use beffroi_words::Words;

use crate::{
    cli::{Common, rehearse::RehearseArgs},
    commands::{config, now, open, serve::stop_signal, tenant_id},
};

pub(crate) async fn run(common: &Common, args: RehearseArgs) -> Result<()> {
    if !matches!(args.role, Role::Director | Role::Technician | Role::Clerk) {
        bail!("{} does not rehearse: write director, technician or clerk", args.role);
    }
    let (tenant, real) = (tenant_id(&args.tenant)?, open(common).await?);
    let mut settings = beffroi_platform::config::RawConfig::default();
    if let Some(listen) = args.listen {
        settings.doors = config(common)?.doors;
        settings.doors.listen = Some(listen);
    }
    let public_url = config(common)?.check()?.doors.reached_at();
    let options = Options {
        ready: readiness(&real, &tenant, &public_url).await?,
        real,
        tenant,
        role: args.role,
        config: settings,
        parent: std::env::temp_dir(),
        minutes: args.minutes,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::new()),
    };
    let words = Words::of(args.lang);
    let played = rehearsal::prepare(options).await?;
    introduce(words, &played, &args.tenant)?;
    let ended = tokio::select! {
        ended = played.play(|told| tell(words, &told)) => ended,
        stopped = stop_signal() => stopped,
    };
    println!();
    println!("{}", verdict(words, &played));
    if ended.is_ok() && played.progress().ended_at.is_some() {
        println!("{}", words.say("rehearsal-print"));
        println!("{}", words.say("rehearsal-leave"));
        stop_signal().await?;
    }
    played.close().await?;
    ended
}

fn introduce(words: &Words, played: &Rehearsal, tenant: &str) -> Result<()> {
    let page = format!("{}{}", played.url, tenant_id(tenant)?.path());
    let console = format!("{}/console/", played.url);
    println!("{}", words.say("rehearsal-ready"));
    println!("  {}", words.say_with("rehearsal-address", &[("url", console.into())]));
    println!("  {}", words.say_with("rehearsal-public", &[("url", page.into())]));
    let mut codes = played.codes.iter();
    if let Some(code) = codes.next() {
        println!("  {}", words.say_with("rehearsal-code", &[("code", code.into())]));
    }
    for code in codes.take(3) {
        println!("  {}", words.say_with("rehearsal-second", &[("code", code.into())]));
    }
    println!("{}", words.say("rehearsal-stop"));
    Ok(())
}

fn tell(words: &Words, told: &Told) {
    match told {
        Told::Message(text) => {
            println!("{}", words.say_with("rehearsal-phone", &[("text", text.into())]));
        }
        Told::TimeUp => println!("{}", words.say("rehearsal-time-up")),
    }
}

/// What went well, what to change.
fn verdict(words: &Words, played: &Rehearsal) -> String {
    let verdict = words.rehearsal_verdict(&played.progress(), played.gaps());
    let mut lines = vec![words.say("rehearsal-well")];
    lines.extend(verdict.well.iter().map(|line| format!("  + {line}")));
    if verdict.well.is_empty() {
        lines.push(format!("  {}", words.say("rehearsal-well-none")));
    }
    lines.push(words.say("rehearsal-change"));
    lines.extend(verdict.change.iter().map(|line| format!("  - {line}")));
    if verdict.change.is_empty() {
        lines.push(format!("  {}", words.say("rehearsal-change-none")));
    }
    lines.join("\n")
}

/// How ready the real town is, besides its facts.
async fn readiness(real: &Store, tenant: &TenantId, public_url: &str) -> Result<Readiness> {
    let scope = TenantScope::for_tenant(tenant);
    let all = accounts::list(real, &scope).await?;
    let acts = |role| matches!(role, Role::Operator | Role::Director | Role::Technician);
    let kit = kits::standing(real, now(), &scope, public_url).await?;
    Ok(Readiness {
        on_call: oncall::list(&mut real.read().await?, &scope).await?.len(),
        envelope_fresh: kit.is_some_and(|standing| standing.stale.is_empty()),
        actors: all.iter().filter(|one| one.disabled_at.is_none() && acts(one.role)).count(),
    })
}
