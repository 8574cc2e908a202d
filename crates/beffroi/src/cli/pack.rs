//! `beffroi pack`

use std::path::PathBuf;

use beffroi_store::packs::NUMBER_MAX;
use beffroi_town::{Lang, PackKind};
use clap::Args;

use super::{one_of, parse_lang};

#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    /// Which list: children, vulnerable, burials, `phone_tree` or permits
    #[arg(value_parser = parse_kind)]
    pub(crate) kind: PackKind,
    /// Code or unique name of the town; it need not be on any platform
    pub(crate) tenant: String,
    /// The table that the town's software exports: commas, semicolons or tabs, UTF-8 or Latin-1
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: PathBuf,
    /// The PDF to write, for its owner alone; it must not exist yet
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Number of this list; the console says which is next
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(NUMBER_MAX)))]
    pub(crate) number: u32,
    /// Read a field from a column, as in "Nom d'usage=name"; several times if need be
    #[arg(long, value_name = "HEADING=FIELD")]
    pub(crate) map: Vec<String>,
    /// Language of the list: fr or en
    #[arg(long, default_value = "fr", value_parser = parse_lang)]
    pub(crate) lang: Lang,
}

fn parse_kind(text: &str) -> Result<PackKind, String> {
    one_of(PackKind::from_code(text), PackKind::ALL.iter().map(|one| one.code()))
}
