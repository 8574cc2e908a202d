//! `beffroi staff kit`

use std::path::PathBuf;

use beffroi_town::Lang;
use clap::Args;

use super::parse_lang;

#[derive(Debug, Args)]
pub(crate) struct KitArgs {
    /// Code of the tenant
    pub(crate) tenant: String,
    /// Where to write it, readable by its owner only; never over a file that is there. A name that
    /// ends in .html gets a page instead of a PDF
    #[arg(long, value_name = "FILE.pdf")]
    pub(crate) out: PathBuf,
    /// Language of the envelope: fr or en
    #[arg(long, default_value = "fr", value_parser = parse_lang)]
    pub(crate) lang: Lang,
}
