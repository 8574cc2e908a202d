//! The command line of Beffroi.
#![expect(clippy::print_stdout, reason = "a command line answers on standard output")]

mod cli;
mod commands;
mod rights;

use std::{alloc::System, io::IsTerminal as _, process::ExitCode};

use anyhow::Result;
use clap::Parser;
use zeroizing_alloc::ZeroAlloc;

use cli::{Cli, Command, Play};

/// What was written in the clear in memory (a form as it came, an answer as it left) is wiped once it
/// is given back: a dump of the process holds what is worked on at that moment, not of hours before.
#[global_allocator]
static MEMORY: ZeroAlloc<System> = ZeroAlloc(System);

/// Done; only then is the exit code 0.
const DONE: ExitCode = ExitCode::SUCCESS;

/// How a guard starts this program to look into an archive; people never type it.
const UNPACK: &str = "beffroi-unpack";

/// What a shell calls the end of a program whose reader has gone: 128 and the number of SIGPIPE.
const READER_GONE: i32 = 128 + 13;

fn main() -> ExitCode {
    end_quietly_when_nobody_reads();
    let outcome = match std::env::args().nth(1).as_deref() {
        // A drill starts parts of itself under this name; people never type it.
        Some("beffroi-play") => {
            commands::play::run(Play::parse_from(std::env::args().skip(1))).map(|()| DONE)
        }
        Some(UNPACK) => beffroi_guard::unpack().map(|()| DONE).map_err(Into::into),
        _ => start(Cli::parse()),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("beffroi: {}", told(&error));
        ExitCode::FAILURE
    })
}

/// `beffroi ... | head` is no defect: whoever reads has read enough.
fn end_quietly_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let gone = "failed printing to stdout: Broken pipe";
        if panic.payload_as_str().is_some_and(|text| text.starts_with(gone)) {
            std::process::exit(READER_GONE);
        }
        usual(panic);
    }));
}

/// An error with its causes, each said once: some errors tell their source in their own words.
pub(crate) fn told(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    if let Some(advice) = rights::advice(error) {
        text.push_str(". ");
        text.push_str(&advice);
    }
    text
}

fn start(mut cli: Cli) -> Result<ExitCode> {
    if cli.common.config.is_none() && cli.common.data.is_none() {
        cli.common.config = rights::installed_config();
    }
    if cli.command.opens_data() {
        rights::become_owner_of(&commands::folder(&cli.common)?)?;
    }
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("BEFFROI_LOG")
                .unwrap_or_else(|_| "warn,beffroi=info,sqlx::query=error".into()),
        )
        .with_writer(std::io::stderr)
        // Colours are for eyes: a log file or the system's journal would keep their codes.
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(cli))
}

async fn run(cli: Cli) -> Result<ExitCode> {
    let common = &cli.common;
    match cli.command {
        Command::Serve(args) => commands::serve::run(common, args).await?,
        Command::Guard(args) => commands::guard::run(common, args).await?,
        Command::Drill(args) => return commands::drill::run(args).await,
        Command::Tenant(command) => commands::tenant::run(common, command).await?,
        Command::Asset(command) => commands::asset::run(common, command).await?,
        Command::Staff(command) => commands::staff::run(common, command).await?,
        Command::Oncall(command) => return commands::oncall::run(common, command).await,
        Command::Sheets(args) => commands::sheets::run(common, args).await?,
        Command::Agenda(command) => commands::agenda::run(common, command).await?,
        Command::Desk(command) => commands::desk::run(common, command).await?,
        Command::Pack(args) => commands::pack::run(&args)?,
        Command::Journal(command) => return commands::journal::run(common, command).await,
        Command::ExportPages(args) => commands::pages::run(common, args).await?,
        Command::Backup(args) => commands::backup::run(common, args).await?,
        Command::Restore(args) => commands::restore::run(common, args).await?,
        Command::Mirror(command) => return commands::mirror::run(common, command).await,
        Command::Doctor(args) => return commands::doctor::run(common, args).await,
        Command::Demo(args) => return commands::demo::run(args).await,
        Command::Manual(args) => commands::manual::run(&args.folder)?,
        Command::Vault(command) => return commands::vault::run(common, command).await,
        Command::Setup(args) => return commands::setup::run(common, &args).await,
    }
    Ok(DONE)
}
