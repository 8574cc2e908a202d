//! `beffroi setup`

use std::path::PathBuf;

use beffroi_town::Lang;
use clap::Args;

use super::parse_lang;

#[derive(Clone, Debug, Args)]
pub(crate) struct SetupArgs {
    /// Take the answers from this file (TOML) and ask nothing
    #[arg(long, value_name = "FILE")]
    pub(crate) answers: Option<PathBuf>,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Language of the questions: fr or en [default: that of this terminal]
    #[arg(long, value_parser = parse_lang)]
    pub(crate) lang: Option<Lang>,
}
