//! The house assembled: a configuration goes in, a running server with all its doors comes out.
//!
//! Rules: this room is the edge. It alone reads the wall clock, asks for chance, runs the
//! operator's commands and listens to the network; the rooms below are handed what they need.

pub mod config;
pub mod edge;

mod door;
mod hooks;

use std::path::PathBuf;

/// Why the platform does not start or stops.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// The certificate or its key cannot be used.
    #[error("cannot use {} for TLS: {reason}", .file.display())]
    Tls {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}
