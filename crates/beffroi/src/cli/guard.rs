//! `beffroi guard`: what can be asked for.

use std::net::IpAddr;
use std::path::PathBuf;

use beffroi_guard::watchdog::Lapse;
use clap::{Args, Subcommand};

use super::{Out, decoy::DecoyRun};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct GuardArgs {
    #[command(subcommand)]
    pub(crate) command: Option<GuardCommand>,
    #[command(flatten)]
    pub(crate) run: GuardRun,
}

#[derive(Debug, Args)]
pub(crate) struct GuardRun {
    /// A folder to watch; may be given several times
    #[arg(long, value_name = "DIR", required = true)]
    pub(crate) watch: Vec<PathBuf>,
    /// Enrolment file from the console; needed at the first start only
    #[arg(long, value_name = "FILE")]
    pub(crate) enrol: Option<PathBuf>,
    /// Where the guard keeps its key and its undelivered reports
    #[arg(long, value_name = "DIR", default_value = "/var/lib/beffroi-guard")]
    pub(crate) state: PathBuf,
    /// Where earlier contents are kept; on the same file system as what is watched
    #[arg(long, value_name = "DIR")]
    pub(crate) reserve: Option<PathBuf>,
    /// Folder that vital signs are read from; another than / makes them 'simulated'
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub(crate) sensors: PathBuf,
    /// Say what it would have done, or act
    #[arg(long, value_enum, default_value_t = GuardMode::Observe)]
    pub(crate) mode: GuardMode,
    /// Minutes that whoever is held waits for a person before going on
    #[arg(long, value_name = "MINUTES", default_value_t = 10,
        value_parser = clap::value_parser!(u16).range(1..=1440))]
    pub(crate) hold_minutes: u16,
    /// Cut this server from the network by itself when an attack from it had to be stopped (with
    /// --mode protect); a client of a file share is cut off alone
    #[arg(long)]
    pub(crate) cut_host: bool,
    /// An address that a cut of this server leaves open, beside the platform's; may be given several
    /// times
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) administrator: Vec<IpAddr>,
    /// Plant hidden files that nobody has a reason to touch: the first one altered is an attack
    #[arg(long)]
    pub(crate) canaries: bool,
    /// Use no more of the kernel than this level needs, to see what the others are worth
    #[arg(long, value_enum, default_value_t = GuardLevel::A)]
    pub(crate) at_most: GuardLevel,
    /// Started by its watchdog, not by people
    #[arg(long, hide = true)]
    pub(crate) watched_over: bool,
    /// Since when nobody watched, as the watchdog says
    #[arg(long, hide = true, requires = "watched_over")]
    pub(crate) lapse: Option<Lapse>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum GuardMode {
    /// Reports only
    Observe,
    /// Denies, holds and stops
    Protect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum GuardLevel {
    /// Each write is seen before it happens
    A,
    /// Each open is seen before it happens
    B,
    /// Changes are seen afterwards
    C,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GuardCommand {
    /// Make an enrolment file for the guard of one file server (valid 15 minutes, one use)
    Invite {
        /// Code of the tenant
        tenant: String,
        /// The file server: its code or identifier
        #[arg(long, default_value = "file_server")]
        asset: String,
        /// Address of the platform as that server reaches it
        #[arg(long, value_name = "URL")]
        platform: Option<String>,
        /// Where to write it, readable by its owner only
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Say what a guard can do on this machine, hole by hole
    Probe {
        /// A folder that it would watch; may be given several times
        #[arg(long, value_name = "DIR", default_value = "/")]
        watch: Vec<PathBuf>,
        #[command(flatten)]
        out: Out,
    },
    /// Say what protection would have held and stopped, before it is switched on
    Review {
        /// Where the guard keeps its state
        #[arg(long, value_name = "DIR", default_value = "/var/lib/beffroi-guard")]
        state: PathBuf,
        #[command(flatten)]
        out: Out,
    },
    /// Let go on whoever the guard of this machine holds or stopped
    Release {
        /// The alarm; without it, those under which somebody waits are listed
        alarm: Option<String>,
        /// Where the guard keeps its state
        #[arg(long, value_name = "DIR", default_value = "/var/lib/beffroi-guard")]
        state: PathBuf,
        #[command(flatten)]
        out: Out,
    },
    /// Let a client computer in again that the guard of this machine cut off
    LetIn {
        /// Its address, as the alarm says it
        client: std::net::IpAddr,
    },
    /// Show a share of bait files, and name whoever alters one; for a small box among other servers
    Decoy(DecoyRun),
    /// Decide again over a record of events, and say what would be held or stopped
    Replay {
        /// The events.jsonl of a guard's state folder
        file: PathBuf,
        #[command(flatten)]
        out: Out,
    },
    /// Lift the cut of this machine with the printed code, which is asked for; the platform may be
    /// out of reach
    Lift {
        /// Where the guard keeps its state
        #[arg(long, value_name = "DIR", default_value = "/var/lib/beffroi-guard")]
        state: PathBuf,
        /// Make a code in place of the one there was, and show it once; nothing is lifted
        #[arg(long)]
        new_code: bool,
    },
    /// Print an alarm and all that was touched under it, a line of JSON each: what, when, by whom, and
    /// the hash of what was there
    Report {
        /// The alarm, as 'guard undo' and 'guard release' list them
        alarm: String,
        /// Where the guard keeps its state
        #[arg(long, value_name = "DIR", default_value = "/var/lib/beffroi-guard")]
        state: PathBuf,
    },
    /// Put back what an alarm touched, from the reserve of this machine; the platform may be out of
    /// reach, the guard running or not
    Undo {
        /// The alarm; without it, those that touched files are listed
        #[arg(conflicts_with = "all")]
        alarm: Option<String>,
        /// Everything on record, whoever touched it
        #[arg(long)]
        all: bool,
        /// Show what would be done, and do nothing
        #[arg(long)]
        plan: bool,
        /// Where the guard keeps its state
        #[arg(long, value_name = "DIR", default_value = "/var/lib/beffroi-guard")]
        state: PathBuf,
        #[command(flatten)]
        out: Out,
    },
}
