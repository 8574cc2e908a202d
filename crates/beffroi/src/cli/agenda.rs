//! `beffroi agenda`

use std::path::PathBuf;

use clap::Subcommand;

use super::Out;

#[derive(Debug, Subcommand)]
pub(crate) enum AgendaCommand {
    /// Add or change service points, from a TOML file with one `[[agenda]]` for each
    Import {
        /// Code of the tenant
        tenant: String,
        /// The file
        file: PathBuf,
    },
    /// List the service points, and how old what was pulled is
    List {
        /// Code of the tenant
        tenant: String,
        #[command(flatten)]
        out: Out,
    },
    /// Pull an agenda of the town's own software every night
    Pull {
        /// Code of the tenant
        tenant: String,
        /// Code of the service point it is for
        agenda: String,
        /// An iCalendar or CSV address (https://...), or the name of a file put into agendas/ in the data
        place: String,
    },
    /// Pull it no more, and forget what was pulled
    Forget {
        /// Code of the tenant
        tenant: String,
        /// Identifier of the source, as list shows it
        source: String,
    },
}
