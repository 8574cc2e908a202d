//! `beffroi staff roster`

use std::path::PathBuf;

use clap::Subcommand;

use super::Out;

#[derive(Debug, Subcommand)]
pub(crate) enum RosterCommand {
    /// Fill it in from a table with columns nom, fonction, service, telephone, appele par, ordre
    Import {
        /// Code of the tenant
        tenant: String,
        /// The table: commas or semicolons, UTF-8 or Latin-1
        file: PathBuf,
        /// Take off the list whoever is not in the table
        #[arg(long)]
        replace: bool,
    },
    /// List it by service
    List {
        /// Code of the tenant
        tenant: String,
        #[command(flatten)]
        out: Out,
    },
}
