//! `beffroi doctor`.

use beffroi_town::Lang;
use clap::Args;

use super::{Out, parse_lang};

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Language of the findings: fr or en
    #[arg(long, default_value = "fr", value_parser = parse_lang)]
    pub(crate) lang: Lang,
    #[command(flatten)]
    pub(crate) out: Out,
}
