//! `beffroi vault`, as a server asks it: from anywhere, with the repository's address and password.

use std::path::PathBuf;

use beffroi_backup::{access::Files, snapshots::Wanted};
use beffroi_town::Lang;
use clap::{Args, Subcommand};

use crate::cli::Out;

/// What is asked of one repository.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// On a server: make its repository, its password and the recovery sheet to print
    Init(VaultInit),
    /// On a server: send its files to its repository; 0 all of them, 1 some could not be read
    Backup(VaultBackup),
    /// On a server: list the snapshots of its repository
    Snapshots {
        #[command(flatten)]
        reach: Reach,
        #[command(flatten)]
        out: Out,
    },
    /// On a server: what differs between two snapshots, by content
    Diff {
        /// The first: the beginning of its name
        first: String,
        /// The second: the beginning of its name, or 'latest'
        #[arg(default_value = "latest")]
        second: String,
        #[command(flatten)]
        reach: Reach,
        #[command(flatten)]
        out: Out,
    },
    /// On a server: bring files back from its repository; what stands in the way is kept beside
    Restore(VaultRestore),
    /// On another host than the server: judge each backup that nobody judged; 0 all clean, 1 one is
    /// suspect or bad
    Inspect {
        #[command(flatten)]
        reach: Reach,
        #[command(flatten)]
        out: Out,
    },
    /// On another host than the server: bring some files back to a private folder, compare, take
    /// them away; 0 all came back, 1 one did not
    Drill(VaultDrill),
}

#[derive(Debug, Args)]
pub(crate) struct VaultBackup {
    /// Files and folders to back up, with all that is below
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reach: Reach,
    /// Leave this out, with all that is below
    #[arg(long = "exclude", value_name = "PATH")]
    pub(crate) excluded: Vec<PathBuf>,
    /// Leave other file systems out that are mounted below
    #[arg(long)]
    pub(crate) one_file_system: bool,
    /// Read every file, also those that look as they did in the last backup
    #[arg(long)]
    pub(crate) read_all: bool,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, Args)]
pub(crate) struct VaultDrill {
    #[command(flatten)]
    pub(crate) reach: Reach,
    /// Which snapshot: the beginning of its name [default: the last one judged clean, else the last]
    #[arg(long, value_name = "ID")]
    pub(crate) snapshot: Option<String>,
    /// How many files are drawn by lot
    #[arg(long, value_name = "N", default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(crate) files: u32,
    /// How much they have at most
    #[arg(long = "max-gb", value_name = "GIGABYTES", default_value_t = 5,
        value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) gigabytes_max: u64,
    /// File with paths that must come back as well, one a line: what each service cannot do without
    #[arg(long, value_name = "FILE")]
    pub(crate) critical: Option<PathBuf>,
    /// Where the private folder is made: it needs room for what comes back
    #[arg(long, value_name = "DIR", default_value_os_t = std::env::temp_dir())]
    pub(crate) scratch: PathBuf,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, Args)]
pub(crate) struct VaultInit {
    /// File with the address, as `vault add --out` wrote it; not needed when the vault file is there
    #[arg(long, value_name = "FILE")]
    pub(crate) repository_file: Option<PathBuf>,
    /// Where to keep address and password; what is there already is used
    #[arg(long = "vault", value_name = "FILE", default_value = beffroi_backup::access::USUAL)]
    pub(crate) file: PathBuf,
    /// Certificate of the authority that the platform's is from, if it is its own
    #[arg(long, value_name = "FILE")]
    pub(crate) authority: Option<PathBuf>,
    /// Where to write the recovery sheet; it must not exist yet
    #[arg(long, value_name = "FILE.html")]
    pub(crate) sheet: PathBuf,
    /// Seal the password for the recovery sheet of the town's counter too, and have the platform
    /// keep it: the public half of that sheet, as the console shows it (page Vault)
    #[arg(long, value_name = "age1...")]
    pub(crate) recovery: Option<String>,
    /// Language of the sheet: fr or en
    #[arg(long, default_value = "fr", value_parser = crate::cli::parse_lang)]
    pub(crate) lang: Lang,
}

/// How a repository is reached.
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// File that says how [default: /etc/beffroi/vault.toml]
    #[arg(long = "vault", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// File with the address, as `vault add --out` writes it; wins over the file
    #[arg(long, value_name = "FILE")]
    repository_file: Option<PathBuf>,
    /// File with the repository's password; wins over the file
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Certificate of the authority that the platform's is from, if it is its own
    #[arg(long, value_name = "FILE")]
    authority: Option<PathBuf>,
}

impl Reach {
    /// Where each part stands, if not in the one file.
    pub(crate) fn files(&self) -> Files {
        Files {
            repository: self.repository_file.clone(),
            password: self.password_file.clone(),
            authority: self.authority.clone(),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct VaultRestore {
    #[command(flatten)]
    pub(crate) reach: Reach,
    /// Where to: '/' puts files back where they were
    #[arg(long, value_name = "DIR")]
    pub(crate) target: PathBuf,
    /// Which snapshot: the beginning of its name, or 'latest' [default: latest]
    #[arg(long, value_name = "ID", conflicts_with_all = ["before", "between"])]
    snapshot: Option<String>,
    /// The latest snapshot before a time: '2026-11-25 18:30' (Paris) or 2026-11-25T17:30:00Z
    #[arg(long, value_name = "TIME", value_parser = Wanted::before, conflicts_with = "between")]
    before: Option<Wanted>,
    /// Only these files and folders; everything if not given
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["list", "touched", "between"])]
    pub(crate) include: Vec<PathBuf>,
    /// Only the paths of this file, one a line or each with a zero byte at its end
    #[arg(long, value_name = "FILE", conflicts_with_all = ["touched", "between"])]
    pub(crate) list: Option<PathBuf>,
    /// Only what a guard says was touched: the report of an alarm, or its touches.jsonl
    #[arg(long, value_name = "FILE", conflicts_with = "between")]
    pub(crate) touched: Option<PathBuf>,
    /// From a good snapshot, only what a bad one lost or changed
    #[arg(long, value_names = ["GOOD", "BAD"], num_args = 2)]
    pub(crate) between: Vec<String>,
    /// File with folders, one a line, whose files come back before all others and in this order:
    /// what each public service depends on, the most urgent first
    #[arg(long, value_name = "FILE")]
    pub(crate) order: Option<PathBuf>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub(crate) plan: bool,
    #[command(flatten)]
    pub(crate) out: Out,
}

impl VaultRestore {
    /// Which snapshot is meant.
    pub(crate) fn wanted(&self) -> Wanted {
        if let Some(good) = self.between.first() {
            return Wanted::typed(good);
        }
        let named = || self.snapshot.as_deref().map_or(Wanted::Latest, Wanted::typed);
        self.before.clone().unwrap_or_else(named)
    }
}
