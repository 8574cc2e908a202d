//! `beffroi tenant rehearse`

use beffroi_town::{Lang, Role};
use clap::Args;

use super::{parse_lang, parse_role};

#[derive(Debug, Args)]
pub(crate) struct RehearseArgs {
    /// Code of the tenant
    pub(crate) tenant: String,
    /// Who plays: director, technician or clerk
    #[arg(long, default_value = "director", value_parser = parse_role)]
    pub(crate) role: Role,
    /// Address and port of the copy, for somebody on another machine: done with the TLS settings
    /// of the configuration [default: this machine alone, on a free port]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// Minutes from the alarm until it ends by itself
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=240))]
    pub(crate) minutes: u32,
    /// Language of what is printed here: fr or en
    #[arg(long, default_value = "fr", value_parser = parse_lang)]
    pub(crate) lang: Lang,
}
