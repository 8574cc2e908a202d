//! `beffroi setup`
use crate::cli::{Common, setup::SetupArgs};
use anyhow::Result;
use std::process::ExitCode;
pub(crate) async fn run(_common: &Common, _args: &SetupArgs) -> Result<ExitCode> {
    anyhow::bail!("not yet")
}
