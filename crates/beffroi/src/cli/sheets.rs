//! `beffroi sheets`

use std::path::PathBuf;

use beffroi_town::Lang;
use clap::Args;

use super::parse_lang;

#[derive(Debug, Args)]
pub(crate) struct SheetsArgs {
    /// Code of the tenant
    pub(crate) tenant: String,
    /// Folder to write to: a page to print of each, the poster as a PDF too, and a text where there is one to copy
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// One language only: fr or en
    #[arg(long, value_parser = parse_lang)]
    pub(crate) lang: Option<Lang>,
}
