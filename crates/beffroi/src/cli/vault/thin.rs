//! `beffroi vault thin`, `check`, `carry`, `trash`: what is asked with the key of a whole repository.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::client::Reach;
use crate::cli::Out;

/// What is asked by whoever holds the key, on another host than the guarded one.
#[derive(Debug, Subcommand)]
pub(crate) enum HolderCommand {
    /// With a keeper's credential: drop old snapshots, once two people have agreed in the console
    Thin(VaultThin),
    /// Carry a repository on a disk: written as restic lays one out, each object compared with its
    /// name; done again, it goes on where it was
    Carry {
        #[command(subcommand)]
        way: CarryWay,
    },
    /// Look through a repository: 0 everything is there, 1 something is damaged or missing
    Check(VaultCheck),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["plan", "propose", "carry_out"]))]
pub(crate) struct VaultThin {
    #[command(flatten)]
    pub(crate) reach: Reach,
    /// Show what could be dropped, and do nothing
    #[arg(long)]
    pub(crate) plan: bool,
    /// Propose it: two people must agree in the console, then time passes
    #[arg(long)]
    pub(crate) propose: bool,
    /// Try the plan that was agreed to once more, and have the vault move what it drops to the trash
    #[arg(long)]
    pub(crate) carry_out: bool,
    #[command(flatten)]
    pub(crate) out: Out,
}

/// Which way a repository is carried.
#[derive(Debug, Subcommand)]
pub(crate) enum CarryWay {
    /// From the vault into a folder
    #[command(name = "out")]
    ToDisk {
        /// The folder, on the disk that is carried
        folder: PathBuf,
        #[command(flatten)]
        reach: Reach,
        #[command(flatten)]
        out: Out,
    },
    /// From a folder back into the vault, with the server's credential
    #[command(name = "in")]
    FromDisk {
        /// The folder, on the disk that was carried
        folder: PathBuf,
        #[command(flatten)]
        reach: Reach,
        #[command(flatten)]
        out: Out,
    },
}

#[derive(Debug, Args)]
pub(crate) struct VaultCheck {
    #[command(flatten)]
    pub(crate) reach: Reach,
    /// Read every content and compare it with its SHA-256
    #[arg(long)]
    pub(crate) read_data: bool,
    /// Tell the vault what was found (a keeper's or an inspector's credential): it empties its trash
    /// only after that
    #[arg(long)]
    pub(crate) tell: bool,
    #[command(flatten)]
    pub(crate) out: Out,
}

/// What is done on the platform.
#[derive(Debug, Subcommand)]
pub(crate) enum TrashCommand {
    /// List thinnings: how far each has come, and what lies in the trash
    List {
        /// Code of the tenant; all that are not over if not given
        tenant: Option<String>,
        #[command(flatten)]
        out: Out,
    },
    /// Put everything back that a thinning moved to the trash
    Undo {
        /// Code of the tenant
        tenant: String,
        /// Which thinning, as `list` names it
        id: String,
    },
    /// Empty the trash of a thinning for good, if its grace has ended and it was checked
    Empty {
        /// Code of the tenant
        tenant: String,
        /// Which thinning, as `list` names it
        id: String,
    },
}
