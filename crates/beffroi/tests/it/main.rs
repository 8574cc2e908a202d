//! The command line as its users meet it: the real program, real files.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod disk;
mod drill;
mod envelope;
mod journal;
mod program;
mod serve;
mod tenants;
