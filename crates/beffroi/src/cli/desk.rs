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
    /// The print post: on a computer beside a printer, prints day sheets with nobody logged in
    #[command(subcommand)]
    Printer(PrinterCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PrinterCommand {
    /// Make this computer a print post, with the file that the console gave
    #[command(alias = "enroll")]
    Enrol {
        /// The file, from console › Appointments › Print posts
        file: PathBuf,
        /// Where the post keeps its keys and what it printed
        #[arg(long, value_name = "DIR", default_value = PRINTER_FOLDER)]
        to: PathBuf,
    },
    /// Print what is due, every minute, until it is ended
    Run(PrinterRun),
    /// Say what this post is, and what it printed last
    Status {
        /// Where the post keeps its keys and what it printed
        #[arg(long, value_name = "DIR", default_value = PRINTER_FOLDER)]
        dir: PathBuf,
    },
}

/// Where an installed print post keeps its keys.
const PRINTER_FOLDER: &str = "/var/lib/beffroi-printer";

#[derive(Debug, Args)]
pub(crate) struct PrinterRun {
    /// Where the post keeps its keys and what it printed
    #[arg(long, value_name = "DIR", default_value = PRINTER_FOLDER)]
    pub(crate) dir: PathBuf,
    /// Print on this printer, as 'lpstat -e' names it [default: the system's own]
    #[arg(long, value_name = "NAME", conflicts_with = "folder")]
    pub(crate) printer: Option<String>,
    /// Write PDF files into this folder instead
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Print what is due now, then end
    #[arg(long)]
    pub(crate) once: bool,
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
