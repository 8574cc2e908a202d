//! `beffroi doctor`
use crate::cli::{Common, doctor::DoctorArgs};
use anyhow::Result;
use std::process::ExitCode;
pub(crate) async fn run(_common: &Common, _args: DoctorArgs) -> Result<ExitCode> {
    Ok(ExitCode::FAILURE)
}
