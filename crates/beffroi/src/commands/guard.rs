//! `beffroi guard`

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, Result, bail};
use beffroi_guard::{
    Edge, OBSERVE_DAYS, Options, Replay, Step, Unpacker,
    lift::{Code, verifier},
    watchdog::{self, Lapse},
};
use beffroi_platform::edge::{SystemClock, SystemEntropy};
use beffroi_registry::guards::{self, Invitation};
use beffroi_store::TenantScope;
use beffroi_town::{
    Actor, AlarmId, Lang,
    watch::{AlarmReport, Letter, Level, Mode},
};
use beffroi_words::Words;

use crate::{
    cli::{Common, GuardArgs, GuardCommand, GuardLevel, GuardMode, GuardRun},
    commands::{
        asset_id, config, decoy, lift, now, open, print_json, serve::stop_signal, tenant_id,
        write_secret,
    },
};

pub(crate) async fn run(common: &Common, args: GuardArgs) -> Result<()> {
    match args.command {
        None => watch(args.run).await,
        Some(GuardCommand::Probe { watch, out }) => probe(&beffroi_guard::probe(&watch), out.json),
        Some(GuardCommand::Invite { tenant, asset, platform, out }) => {
            let tenant = tenant_id(&tenant)?;
            let asset = asset_id(&tenant, &asset)?;
            let checked = config(common)?.check()?;
            let store = open(common).await?;
            let own = beffroi_platform::open_own(&checked, &store, &SystemClock)?;
            let mut reach = beffroi_platform::reach::for_guards(&checked, own.as_ref())?;
            if let (Some(url), Some(first)) = (platform, reach.platforms.first_mut()) {
                // The address is the person's word; the key to be believed there stays.
                (first.url, first.addresses) = (url, Vec::new());
            }
            let scope = TenantScope::for_tenant(&tenant);
            let entropy = SystemEntropy::new();
            let code = Code::generate(&entropy);
            let invitation = Invitation {
                asset: &asset,
                platforms: reach.platforms,
                certificate_sha256: reach.certificate_sha256,
                lift: Some(verifier(&code, &entropy)),
            };
            let enrolment =
                guards::invite(&store, &Actor::CommandLine, now(), &scope, invitation).await?;
            write_secret(&out, &serde_json::to_vec_pretty(&enrolment)?)?;
            println!("Carry {} to the server within 15 minutes; it works once.", out.display());
            println!("There: beffroi guard --watch DIR --enrol {}", out.display());
            println!("Were that server cut off, this code lifts the cut at its own console, once:");
            println!("    {}", code.printed());
            println!(
                "Write it beside the server's name in the cyber envelope now: it stands nowhere else."
            );
            Ok(())
        }
        Some(GuardCommand::Review { state, out }) => review(&state, out.json),
        Some(GuardCommand::Release { alarm, state, out }) => {
            release(&state, alarm.as_deref(), out.json)
        }
        Some(GuardCommand::LetIn { client }) => {
            beffroi_guard::let_in(client)?;
            println!("{client} is let in again.");
            Ok(())
        }
        Some(GuardCommand::Decoy(args)) => decoy::run(args).await,
        Some(GuardCommand::Lift { state, new_code }) => lift::run(&state, new_code),
        Some(GuardCommand::Replay { file, out }) => replay(&file, out.json),
        Some(GuardCommand::Report { alarm, state }) => {
            let alarm = AlarmId::parse(&alarm)?;
            let mut report = beffroi_guard::report(&state, &alarm)?;
            match std::io::copy(&mut report, &mut std::io::stdout().lock()) {
                // Whoever reads has read enough.
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
                copied => copied.map(drop).context("print the report"),
            }
        }
        Some(GuardCommand::Undo { alarm, all, plan, state, out }) => {
            let alarm = alarm.as_deref().map(AlarmId::parse).transpose()?;
            match (&alarm, all, plan) {
                (None, false, _) => undoable(&state, out.json),
                (_, _, true) => plan_undo(&state, alarm.as_ref(), out.json),
                (_, _, false) => undo(&state, alarm.as_ref(), out.json),
            }
        }
    }
}

/// Watches until it is asked to end: this process watches over the one that guards.
async fn watch(args: GuardRun) -> Result<()> {
    if args.watched_over { guard(args).await } else { watch_over().await }
}

/// Starts this very command anew, as the one that guards, and watches over it.
pub(crate) async fn watch_over() -> Result<()> {
    let program = std::env::current_exe().context("find this program")?;
    let command = move |lapse: Option<Lapse>| {
        let mut command = std::process::Command::new(&program);
        command.args(std::env::args_os().skip(1)).arg("--watched-over");
        command.args(lapse.map(|lapse| format!("--lapse={lapse}")));
        command
    };
    until_asked(move |shutdown| watchdog::watch_over(&command, &SystemClock, shutdown)).await
}

/// Guards until it is asked to end.
async fn guard(args: GuardRun) -> Result<()> {
    let mode = match args.mode {
        GuardMode::Observe => Mode::Observe,
        GuardMode::Protect => Mode::Protect,
    };
    let options = Options {
        enrol: args.enrol,
        reserve: args.reserve,
        sensors: args.sensors,
        mode,
        hold_ms: i64::from(args.hold_minutes) * 60_000,
        cut_host: args.cut_host,
        administrators: args.administrator,
        canaries: args.canaries,
        at_most: match args.at_most {
            GuardLevel::A => Letter::A,
            GuardLevel::B => Letter::B,
            GuardLevel::C => Letter::C,
        },
        beat_for_watchdog: true,
        lapse: args.lapse,
        unpacker: Some(Unpacker {
            program: std::env::current_exe().context("find this program")?,
            args: vec![crate::UNPACK.to_owned()],
            env: Vec::new(),
        }),
        ..Options::new(args.watch, args.state)
    };
    let edge = Edge { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy::new()) };
    until_asked(move |shutdown| beffroi_guard::run(&options, &edge, shutdown)).await
}

/// Does blocking work on a thread of its own; asks it to end when the system asks the program to.
pub(crate) async fn until_asked(
    work: impl FnOnce(&Arc<AtomicBool>) -> beffroi_guard::Result<()> + Send + 'static,
) -> Result<()> {
    let shutdown = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&shutdown);
    let guarding = tokio::task::spawn_blocking(move || work(&ended));
    tokio::pin!(guarding);
    tokio::select! {
        outcome = &mut guarding => return Ok(outcome.context("the guard broke down")??),
        asked = stop_signal() => asked?,
    }
    shutdown.store(true, Ordering::SeqCst);
    Ok(guarding.await.context("the guard broke down")??)
}

fn probe(level: &Level, machine: bool) -> Result<()> {
    if machine {
        return print_json(level);
    }
    let words = Words::of(Lang::En);
    println!("{}", words.guard_letter(level.letter));
    for hole in &level.holes {
        println!("  - {}", words.guard_hole(*hole));
    }
    Ok(())
}

fn review(state: &Path, machine: bool) -> Result<()> {
    let review = beffroi_guard::review(state, now())?;
    if machine {
        return print_json(&review);
    }
    let words = Words::of(Lang::En);
    for would in &review.alarms {
        let report = &would.report;
        let act = if would.stopped { "stop" } else { "hold" };
        let who = author(report);
        println!("{act}  {who}: {}", words.guard_suspicion(report.kind));
        println!(
            "      {} files touched, outcome: {}",
            report.touched_total,
            words.alarm_outcome(report.outcome)
        );
    }
    match review.observing_since {
        Some(_) => println!("Observed for {} days; {OBSERVE_DAYS} are proposed.", review.days),
        None => println!("This guard does not observe: it protects already, or never ran."),
    }
    println!(
        "{} alarms. To switch protection on: beffroi guard --mode protect",
        review.alarms.len()
    );
    Ok(())
}

/// Who did it, as the machine tells: the program, and the computer that it served.
fn author(report: &AlarmReport) -> String {
    let Some(actor) = &report.actor else { return "somebody".to_owned() };
    let program = if actor.exe.is_empty() { "a process that ended" } else { actor.exe.as_str() };
    match &actor.client {
        Some(client) => format!("{client} (through {program})"),
        None => program.to_owned(),
    }
}

fn release(state: &Path, alarm: Option<&str>, machine: bool) -> Result<()> {
    if let Some(alarm) = alarm {
        beffroi_guard::release(state, &AlarmId::parse(alarm)?)?;
        println!("They go on. What they do next is weighed anew.");
        return Ok(());
    }
    let held = beffroi_guard::held(state)?;
    if machine {
        return print_json(&held);
    }
    list(&held);
    println!("{} wait. To let one go on: beffroi guard release ALARM", held.len());
    Ok(())
}

/// Two lines for each alarm.
fn list(alarms: &[AlarmReport]) {
    let words = Words::of(Lang::En);
    for report in alarms {
        let who = author(report);
        println!("{}  {who}: {}", report.id, words.guard_suspicion(report.kind));
        println!(
            "      {} files touched, {}",
            report.touched_total,
            words.alarm_outcome(report.outcome)
        );
    }
}

fn replay(file: &Path, machine: bool) -> Result<()> {
    let replayed = beffroi_guard::replay(file)?;
    if machine {
        return print_json(&replayed);
    }
    let words = Words::of(Lang::En);
    for verdict in &replayed.verdicts {
        let Some(finding) = verdict.finding() else { continue };
        let act = if verdict.rank() == 2 { "stop" } else { "hold" };
        println!("{act}  {:?}: {}", finding.scope, words.guard_suspicion(finding.kind));
        for reason in &finding.reasons {
            let signal = words.guard_signal(reason.signal);
            println!("      {} times, {} points: {signal}", reason.times, reason.points);
        }
    }
    let Replay { events, missing, unreadable, verdicts } = &replayed;
    println!("{events} events, {} verdicts.", verdicts.len());
    if missing + unreadable > 0 {
        println!(
            "{missing} events are missing and {unreadable} lines unreadable: the guard may have decided otherwise."
        );
    }
    Ok(())
}

fn undoable(state: &Path, machine: bool) -> Result<()> {
    let all = beffroi_guard::undoable(state)?;
    if machine {
        return print_json(&all);
    }
    list(&all);
    println!(
        "Alarms that touched files: {}. To put them back: beffroi guard undo ALARM",
        all.len()
    );
    Ok(())
}

/// One step a line.
fn plan_undo(state: &Path, alarm: Option<&AlarmId>, machine: bool) -> Result<()> {
    let steps = beffroi_guard::plan_undo(state, alarm, now())?;
    if machine {
        return print_json(&steps);
    }
    for (path, step) in &steps {
        let what = match step {
            Step::PutBack => "comes back",
            Step::PutBackBeside => "comes back; what stands there now is kept beside",
            Step::Nothing => "is as it should be",
            Step::Lost => "is lost: the reserve does not hold it",
        };
        println!("{path}  {what}");
    }
    println!("{} files. Nothing was done.", steps.len());
    Ok(())
}

fn undo(state: &Path, alarm: Option<&AlarmId>, machine: bool) -> Result<()> {
    let report = beffroi_guard::undo(state, alarm, now())?;
    if machine {
        print_json(&report)?;
    } else if report.total == 0 {
        println!("Nothing is on record any more that could be put back.");
    } else {
        let back = report.restored_verified + report.restored_unverified;
        println!("{back} of {} files are put back in {} ms.", report.total, report.took_ms);
        println!(
            "{} were compared with their hash, {} have none.",
            report.restored_verified, report.restored_unverified
        );
        println!(
            "{} were as they should be; {} times something stood there, which is kept beside.",
            report.unchanged, report.kept_beside
        );
    }
    if report.lost > 0 || report.failed > 0 {
        bail!(
            "{} files are not in the reserve ('--plan' names them; the vault may have them), {} could not be put back (the log of the guard says why)",
            report.lost,
            report.failed
        );
    }
    Ok(())
}
