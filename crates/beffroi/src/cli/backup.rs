//! `beffroi backup` and `beffroi restore`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Out;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct BackupArgs {
    #[command(subcommand)]
    pub(crate) command: Option<BackupCommand>,
    #[command(flatten)]
    pub(crate) make: BackupMake,
}

#[derive(Debug, Args)]
pub(crate) struct BackupMake {
    /// Folder to write to; wins over `folder` of the section `backup`
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,
    /// Do not seal it: whoever reads the file has every secret of the platform
    #[arg(long)]
    pub(crate) unsealed: bool,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Make the key that opens backups; keep it away from this machine
    Key {
        /// Write the key to this file, readable by its owner only
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Prove that a backup is whole and can be put back, without touching the data
    Check {
        /// The backup
        file: PathBuf,
        /// The key that opens it
        #[arg(long, value_name = "FILE")]
        identity: Option<PathBuf>,
        /// Where to put it back for the proof, then remove it [default: beside the backup]
        #[arg(long, value_name = "DIR")]
        scratch: Option<PathBuf>,
        #[command(flatten)]
        out: Out,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup
    pub(crate) file: PathBuf,
    /// The key that opens it, from the recovery sheet
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: Option<PathBuf>,
    /// Move aside the data that is in the place; nothing is deleted
    #[arg(long)]
    pub(crate) replace: bool,
    /// Even when the data in the place is newer than the backup
    #[arg(long, requires = "replace")]
    pub(crate) accept_older: bool,
}
