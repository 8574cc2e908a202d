//! The chores of the house that are not the program: turning France's register of local
//! authorities into one file, running the benchmarks, making the package.
//!
//! Called as `cargo xtask COMMAND`. A chore prints what it wrote, and ends with an error that says
//! what to type when it could not.

mod bench;
mod files;
mod france;
mod package;
mod source;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// The chores of the house.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Write crates/registry/data/france.tsv.gz from an unpacked copy of
    /// @etalab/decoupage-administratif.
    France {
        /// The unpacked package: the folder that holds `package.json` and `data/`.
        folder: PathBuf,
        /// The package as downloaded (`npm pack`), for its checksum. Looked for beside FOLDER
        /// when not given.
        #[arg(long)]
        tarball: Option<PathBuf>,
        /// Write nothing; fail when the register in the repository differs from FOLDER.
        #[arg(long)]
        check: bool,
    },
    /// Run the benchmarks and write BENCHMARKS.md.
    Bench {
        /// One group only; every group when not given.
        group: Option<String>,
    },
    /// Make the Debian package, its bill of materials and their checksums in target/package.
    Package {
        /// Profile to build the program with.
        #[arg(long, default_value = "release")]
        profile: String,
        /// Another version than that of the sources: to try an upgrade.
        #[arg(long)]
        as_version: Option<String>,
    },
}

fn main() -> anyhow::Result<()> {
    match Args::parse().chore {
        Chore::France { folder, tarball, check } => france::run(&folder, tarball.as_deref(), check),
        Chore::Bench { group } => bench::run(group.as_deref()),
        Chore::Package { profile, as_version } => package::run(&profile, as_version),
    }
}
