//! `beffroi mirror`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Out;

#[derive(Debug, Subcommand)]
pub(crate) enum MirrorCommand {
    /// Print the fingerprint of the key that this platform signs its mirror with
    Key,
    /// Write every page to the mirror now, and wait until it is there
    Push,
    /// Verify a mirror: 0 proven, 3 consistent but author unproven, 1 altered
    Verify {
        /// Its folder
        dir: PathBuf,
        /// The fingerprint that `beffroi mirror key` printed
        #[arg(long, value_name = "FINGERPRINT")]
        key: Option<String>,
        #[command(flatten)]
        out: Out,
    },
}
