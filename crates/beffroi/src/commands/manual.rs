//! `beffroi manual`: what a package holds beside the program, made from the same description of the
//! command line that the program reads.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;

pub(crate) fn run(folder: &Path) -> Result<()> {
    let written = || -> std::io::Result<()> {
        clap_mangen::generate_to(Cli::command(), folder)?;
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            clap_complete::generate_to(shell, &mut Cli::command(), "beffroi", folder)?;
        }
        Ok(())
    };
    written().with_context(|| format!("cannot write the manual into {}", folder.display()))
}
