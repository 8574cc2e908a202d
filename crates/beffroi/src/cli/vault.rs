//! `beffroi vault`.

pub(crate) mod client;
pub(crate) mod thin;

use std::path::PathBuf;

use beffroi_town::vault::verdict::Verdict;
use clap::{Args, Subcommand};

use super::Out;

#[derive(Debug, Subcommand)]
pub(crate) enum VaultCommand {
    #[command(flatten)]
    Keeper(KeeperCommand),
    #[command(flatten)]
    Client(client::ClientCommand),
    #[command(flatten)]
    Holder(thin::HolderCommand),
    /// What thinnings moved away: list it, put it back, empty it
    Trash {
        #[command(subcommand)]
        command: thin::TrashCommand,
    },
}

/// What is done on the platform.
#[derive(Debug, Subcommand)]
pub(crate) enum KeeperCommand {
    /// Make the repository of a server, or one more credential for it; shown once
    Add(VaultAdd),
    /// List repositories: last backup, size, quota, credentials
    List {
        /// Code of the tenant; all if not given
        tenant: Option<String>,
        #[command(flatten)]
        out: Out,
    },
    /// Make credentials worthless; the backups they sent stay
    Revoke {
        /// Code of the tenant
        tenant: String,
        /// The server's name in the vault
        server: String,
        /// Which one, as `list` names it; all of this server's if not given
        #[arg(long, value_name = "ID")]
        credential: Option<String>,
    },
    /// Settle how much all servers of a tenant may have together
    Quota {
        /// Code of the tenant
        tenant: String,
        /// How much; as the configuration says if not given
        #[arg(value_name = "GIGABYTES", value_parser = parse_quota)]
        bytes: Option<u64>,
    },
    /// Say what is to be thought of a backup, whatever an inspector said: yours is the last word
    Judge {
        /// Code of the tenant
        tenant: String,
        /// The server's name in the vault
        server: String,
        /// The backup: the beginning of its name
        snapshot: String,
        /// clean, suspect or bad
        #[arg(value_parser = parse_verdict)]
        verdict: Verdict,
    },
    /// Show that a server's recovery sheet is kept: copy its check code
    Prove {
        /// Code of the tenant
        tenant: String,
        /// The server's name in the vault
        server: String,
        /// The 12 letters and digits of the sheet
        code: String,
    },
    /// Print the password of a server's repository, which was sealed for the recovery sheet of the
    /// town: for when the server and its own sheet are lost
    Password {
        /// Code of the tenant
        tenant: String,
        /// The server's name in the vault
        server: String,
        /// File with the key of the town's recovery sheet, the line that begins with AGE-SECRET-KEY-1
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
    },
    /// Read back everything that lies in the vault: 0 whole, 1 something is damaged or missing
    Scrub {
        /// Code of the tenant; all if not given
        tenant: Option<String>,
        #[command(flatten)]
        out: Out,
    },
}

#[derive(Debug, Args)]
pub(crate) struct VaultAdd {
    /// Code of the tenant
    pub(crate) tenant: String,
    /// The server's name in the vault: small letters, digits, '-', '_'
    pub(crate) server: String,
    /// Make a credential for an inspector instead: it reads and judges, and sends nothing. For
    /// another host than the server's
    #[arg(long, conflicts_with_all = ["asset", "quota_bytes", "silent_after"])]
    pub(crate) inspector: bool,
    /// The server among the tenant's assets, by code or identifier [default: the one of that code]
    #[arg(long)]
    pub(crate) asset: Option<String>,
    /// How much it may hold; wins over the configuration
    #[arg(long = "quota-gb", value_name = "GIGABYTES", value_parser = parse_quota)]
    pub(crate) quota_bytes: Option<u64>,
    /// After how long without a backup it is silent [default: by its habit]
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub(crate) silent_after: Option<u32>,
    /// Write the address with its credential to this file, readable by its owner only, for
    /// `restic --repository-file`
    #[arg(long = "out", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// For a keeper instead, on another host: it reads and proposes what could be dropped
    #[arg(long, conflicts_with_all = ["asset", "quota_bytes", "silent_after", "inspector"])]
    pub(crate) keeper: bool,
    #[command(flatten)]
    pub(crate) out: Out,
}

fn parse_quota(text: &str) -> Result<u64, String> {
    let bytes = text.parse().ok().and_then(beffroi_platform::config::quota_bytes);
    bytes.ok_or_else(|| "write gigabytes, from 0.01 to 1000000".to_owned())
}

fn parse_verdict(text: &str) -> Result<Verdict, String> {
    Verdict::from_code(text).ok_or_else(|| "write clean, suspect or bad".to_owned())
}
