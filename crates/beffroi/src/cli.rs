//! The command line: what can be asked for. What is done about it stands in `commands`.

pub(crate) mod agenda;
pub(crate) mod backup;
pub(crate) mod decoy;
pub(crate) mod desk;
pub(crate) mod doctor;
pub(crate) mod kit;
pub(crate) mod mirror;
pub(crate) mod oncall;
pub(crate) mod pack;
pub(crate) mod rehearse;
pub(crate) mod roster;
pub(crate) mod setup;
pub(crate) mod sheets;
pub(crate) mod vault;

mod guard;

use std::{net::SocketAddr, path::PathBuf};

use beffroi_town::{AssetState, DataExposure, Lang, Role, Whose};
use clap::{Args, Parser, Subcommand};

pub(crate) use guard::{GuardArgs, GuardCommand, GuardLevel, GuardMode, GuardRun};

/// Keeps a town hall serving its people through a cyberattack.
#[derive(Debug, Parser)]
#[command(name = "beffroi", version, about, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Configuration file; none is required
    #[arg(long, global = true, value_name = "FILE", env = "BEFFROI_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of the data; wins over the configuration [default: ./beffroi-data]
    #[arg(long, global = true, value_name = "DIR", env = "BEFFROI_DATA")]
    pub(crate) data: Option<PathBuf>,
}

/// For commands whose answer a machine may read.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Out {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the platform: public pages, staff console, door of the guards
    Serve(ServeArgs),
    /// Watch a file server's folders, report, stop what destroys them
    Guard(GuardArgs),
    /// Play an attack against the real program, in a folder made for it
    Drill(DrillArgs),
    /// Add, list, show and close towns and other local authorities
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// What public services depend on: servers, applications, networks
    #[command(subcommand)]
    Asset(AssetCommand),
    /// People who may log in to the console
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Who is woken by an alarm, and how: lists, tests, calls
    #[command(subcommand)]
    Oncall(oncall::OncallCommand),
    /// Write what the first hour needs on paper and by voice: poster, answering machine, orders
    Sheets(sheets::SheetsArgs),
    /// The counter: forms to print, and the procedures they are of
    #[command(subcommand)]
    Desk(desk::DeskCommand),
    /// Service points by appointment: hours, seats, and the agendas pulled every night
    #[command(subcommand)]
    Agenda(agenda::AgendaCommand),
    /// Print a list of the town's software on the machine where it is kept; nothing is uploaded
    Pack(pack::PackArgs),
    /// Export the record of everything that happened, and verify an export
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Write a town's public pages as plain files, for any other host
    ExportPages(ExportPagesArgs),
    /// Play the Gravelines attack, then leave the platform up to look at
    Demo(DemoArgs),
    /// Back up the platform itself: everything it keeps, in one sealed file
    Backup(backup::BackupArgs),
    /// Put the platform back from a backup, here or on another machine
    Restore(backup::RestoreArgs),
    /// The copy of the public pages on another host
    #[command(subcommand)]
    Mirror(mirror::MirrorCommand),
    /// Say what is wrong with this platform and how to mend it
    Doctor(doctor::DoctorArgs),
    /// Write the manual pages and the shells' completions into a folder; for packages
    #[command(hide = true)]
    Manual(ManualArgs),
    /// The vault: where servers keep backups that their own credentials cannot delete
    #[command(subcommand)]
    Vault(vault::VaultCommand),
    /// Set this machine up as a platform: few questions, each with an answer to accept
    Setup(setup::SetupArgs),
}

impl Command {
    /// Whether it opens the platform's data, so that root must first become their owner. A guard
    /// stands on another machine; a drill has a folder of its own; a restore puts a folder in the
    /// place of another, which its owner may not, and gives it to that owner itself.
    pub(crate) const fn opens_data(&self) -> bool {
        match self {
            Self::Guard(args) => matches!(args.command, Some(GuardCommand::Invite { .. })),
            Self::Backup(args) => args.command.is_none(),
            Self::Vault(command) => matches!(command, vault::VaultCommand::Keeper(_)),
            Self::Journal(JournalCommand::Verify { .. })
            | Self::Desk(desk::DeskCommand::Procedures(_) | desk::DeskCommand::Printer(_))
            | Self::Mirror(mirror::MirrorCommand::Verify { .. })
            | Self::Restore(_)
            | Self::Drill(_)
            | Self::Demo(_)
            | Self::Manual(_)
            | Self::Pack(_)
            | Self::Setup(_) => false,
            _ => true,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address and port; wins over the configuration; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// Write the address it listens on to this file, once it answers
    #[arg(long, value_name = "FILE")]
    pub(crate) address_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DrillArgs {
    /// Which attack
    #[arg(value_parser = ["gravelines"])]
    pub(crate) name: String,
    /// Play it without one of the defences, to see what it is worth
    #[arg(long, value_parser = ["guard"])]
    pub(crate) without: Option<String>,
    /// Seed of the generated files
    #[arg(long, default_value_t = crate::commands::drill::SEED)]
    pub(crate) seed: u64,
    /// How many files to generate
    #[arg(long, default_value_t = crate::commands::drill::FILES, value_parser = clap::value_parser!(u32).range(50..=5_000))]
    pub(crate) files: u32,
    /// Where to make the drill's folder [default: the temporary folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Write the outcome as JSON to this file too
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Language of the page: fr or en
    #[arg(long, default_value = "fr", value_parser = parse_lang)]
    pub(crate) lang: Lang,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// End when the drill has ended, instead of leaving the platform up
    #[arg(long)]
    pub(crate) exit: bool,
    /// Language of the page: fr or en
    #[arg(long, default_value = "fr", value_parser = parse_lang)]
    pub(crate) lang: Lang,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Add one by code or unique name, or many from a file; adding twice changes nothing
    Add {
        /// 59273, epci:242900660, dep:44, reg:01, or a name that only one bears
        #[arg(required_unless_present_any = ["csv", "all_communes"])]
        tenant: Option<String>,
        /// A table with a column 'code'
        #[arg(long, value_name = "FILE", conflicts_with = "tenant")]
        csv: Option<PathBuf>,
        /// Every commune of the register
        #[arg(long, conflicts_with_all = ["tenant", "csv"])]
        all_communes: bool,
        #[command(flatten)]
        out: Out,
    },
    /// List those on this platform
    List {
        #[command(flatten)]
        out: Out,
    },
    /// Show one: its services, what they depend on, what is missing
    Show {
        /// Its code
        tenant: String,
        #[command(flatten)]
        out: Out,
    },
    /// Hide one: nothing is deleted, no object, no key, no journal
    Close {
        /// Its code
        tenant: String,
    },
    /// Places, hours and telephone numbers of public services
    #[command(subcommand)]
    Services(ServicesCommand),
    /// Play the first twenty minutes of an attack, alone, on a copy; nothing is sent
    Rehearse(rehearse::RehearseArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ServicesCommand {
    /// Fill them in from a table with columns service, lieu, horaires, telephone
    Import {
        /// Code of the tenant
        tenant: String,
        /// The table: commas or semicolons, UTF-8 or Latin-1
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AssetCommand {
    /// List a tenant's assets and their state
    List {
        /// Code of the tenant
        tenant: String,
        #[command(flatten)]
        out: Out,
    },
    /// Say what is true of one
    Set {
        /// Code of the tenant
        tenant: String,
        /// Its code or identifier
        asset: String,
        /// `up`, `degraded`, `cut`, `down` or `unknown`
        #[arg(long, value_parser = parse_state)]
        state: Option<AssetState>,
        /// `safe`, `at_risk`, `exposed` or `unknown`
        #[arg(long, value_parser = parse_exposure)]
        exposure: Option<DataExposure>,
        /// Whose data: residents, staff, both or nobody
        #[arg(long, value_parser = parse_whose, requires = "exposure")]
        whose: Option<Whose>,
        /// Why you believe so; for staff only
        #[arg(long)]
        reason: Option<String>,
    },
    /// Say what one depends on, in place of what was said before
    Needs {
        /// Code of the tenant
        tenant: String,
        /// Its code or identifier
        asset: String,
        /// As in "hypervisor! directory? app!@network": ! essential, ? helpful, @ network path
        needs: String,
    },
    /// Say what needs a folder of a server, so that it is brought back in its turn; without it, that
    /// nothing does
    Folder {
        /// Code of the tenant
        tenant: String,
        /// The server: its code or identifier
        server: String,
        /// The folder, from the root: /srv/share/school
        path: String,
        /// What needs it: its code or identifier
        #[arg(long = "for", value_name = "ASSET")]
        asset: Option<String>,
    },
    /// List the folders of a server, in the order in which the public services want them back
    Folders {
        /// Code of the tenant
        tenant: String,
        /// The server: its code or identifier
        server: String,
        #[command(flatten)]
        out: Out,
    },
    /// Share one, and all it stands on, with another tenant that uses it too
    Share {
        /// Code of the tenant that owns it
        tenant: String,
        /// Its code or identifier
        asset: String,
        /// Code of the tenant that uses it too
        with: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum StaffCommand {
    /// Add a person; prints a one-use code for the first log-in
    Add {
        /// Code of the tenant
        tenant: String,
        /// The person's name, as it will be typed at log-in
        name: String,
        /// operator, director, technician, clerk, reader or responder
        #[arg(long, value_parser = parse_role)]
        role: Role,
        #[command(flatten)]
        out: Out,
    },
    /// List the people of a tenant
    List {
        /// Code of the tenant
        tenant: String,
        #[command(flatten)]
        out: Out,
    },
    /// Print a cyber envelope: two codes for each person, numbers, first cards; the one before is
    /// worthless from then on
    Kit(kit::KitArgs),
    /// Everybody who works for the town, with or without an account, and who calls whom
    #[command(subcommand)]
    Roster(roster::RosterCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// Write a tenant's journal as JSON lines
    Export {
        /// Code of the tenant
        tenant: String,
        /// Where to; standard output if not given
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Verify an export: 0 proven, 3 consistent but author unproven, 1 altered
    Verify {
        /// The export
        file: PathBuf,
        /// The tenant's fingerprint, printed when it was added and on every report
        #[arg(long, value_name = "FINGERPRINT")]
        key: Option<String>,
        /// The newest head you know of, as SEQUENCE:HASH
        #[arg(long, value_name = "HEAD")]
        head: Option<String>,
        #[command(flatten)]
        out: Out,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ExportPagesArgs {
    /// Where to
    pub(crate) dir: PathBuf,
    /// Code of the tenant; all open ones if not given
    #[arg(long)]
    pub(crate) tenant: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ManualArgs {
    /// Where to; it must exist
    pub(crate) folder: PathBuf,
}

/// Processes that a drill starts for itself; not for people.
#[derive(Debug, Parser)]
#[command(name = "beffroi-play", hide = true)]
pub(crate) enum Play {
    /// Makes the files of a drill's share vanish
    Vanish { share: PathBuf, log: PathBuf },
    /// Greets whoever connects, as a file share would
    Greet { address: SocketAddr },
    /// Notes that a switch port was cut or lifted
    Switch { folder: PathBuf, state: String },
}

pub(crate) fn parse_lang(text: &str) -> Result<Lang, String> {
    Lang::ALL.into_iter().find(|lang| lang.tag() == text).ok_or_else(|| "write fr or en".to_owned())
}

fn parse_state(text: &str) -> Result<AssetState, String> {
    one_of(AssetState::from_code(text), AssetState::ALL.iter().map(|one| one.code()))
}

fn parse_exposure(text: &str) -> Result<DataExposure, String> {
    one_of(DataExposure::from_code(text), DataExposure::ALL.iter().map(|one| one.code()))
}

fn parse_whose(text: &str) -> Result<Whose, String> {
    one_of(Whose::from_code(text), Whose::ALL.iter().map(|one| one.code()))
}

pub(crate) fn parse_role(text: &str) -> Result<Role, String> {
    one_of(Role::from_code(text), Role::ALL.iter().map(|one| one.code()))
}

fn one_of<T>(found: Option<T>, known: impl Iterator<Item = &'static str>) -> Result<T, String> {
    found.ok_or_else(|| format!("write one of: {}", known.collect::<Vec<_>>().join(", ")))
}
