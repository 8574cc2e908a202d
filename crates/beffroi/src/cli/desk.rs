//! `beffroi desk`

use std::path::PathBuf;

use beffroi_town::Lang;
use clap::{Args, Subcommand};

use super::{Out, parse_lang};

#[derive(Debug, Subcommand)]
pub(crate) enum DeskCommand {
    /// Write a town's forms as PDFs to print, each copy with a code of its own
    Forms(FormsArgs),
    /// List the procedures that can be used, or check a folder of the town's own
    Procedures(ProceduresArgs),
}

#[derive(Debug, Args)]
pub(crate) struct FormsArgs {
    /// Code of the tenant
    pub(crate) tenant: String,
    /// Code of one procedure, as in canteen; all if not given
    #[arg(long, value_name = "PROCEDURE")]
    pub(crate) procedure: Option<String>,
    /// How many copies of each, in one file
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=i64::from(beffroi_desk::forms::COPIES_MAX)))]
    pub(crate) copies: u16,
    /// In large print
    #[arg(long)]
    pub(crate) large: bool,
    /// One language only: fr or en
    #[arg(long, value_parser = parse_lang)]
    pub(crate) lang: Option<Lang>,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ProceduresArgs {
    /// Folder of the town's own, one file NAME.toml for each [default: desk.procedures]
    pub(crate) folder: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) out: Out,
}
