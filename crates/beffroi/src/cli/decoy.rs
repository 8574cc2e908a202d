//! `beffroi guard decoy`: what can be asked for.

use std::path::PathBuf;

use beffroi_guard::watchdog::Lapse;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct DecoyRun {
    /// A new folder, in which it makes its bait; anything else is refused
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Where clients find the share: an address of this host; may be given several times
    #[arg(long, value_name = "ADDRESS[:PORT]", required = true)]
    pub(crate) listen: Vec<String>,
    /// Enrolment file from the console; needed at the first start only
    #[arg(long, value_name = "FILE")]
    pub(crate) enrol: Option<PathBuf>,
    /// Where it keeps its key, its alarms and Samba's configuration
    #[arg(long, value_name = "DIR", default_value = "/var/lib/beffroi-decoy")]
    pub(crate) state: PathBuf,
    /// Workgroup, as the other computers have it
    #[arg(long, value_name = "NAME", default_value = "WORKGROUP")]
    pub(crate) workgroup: String,
    /// Name of the share, as clients see it
    #[arg(long, value_name = "NAME", default_value = "Commun")]
    pub(crate) share: String,
    /// Started by its watchdog, not by people
    #[arg(long, hide = true)]
    pub(crate) watched_over: bool,
    /// Since when nobody watched, as the watchdog says
    #[arg(long, hide = true, requires = "watched_over")]
    pub(crate) lapse: Option<Lapse>,
}
