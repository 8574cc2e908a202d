//! The command line as its users meet it: the real program, real files.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod bell;
mod counter;
mod desk;
mod disk;
mod drill;
mod envelope;
mod guards_door;
mod host_cut;
mod journal;
mod lasting;
mod mirror;
mod pack;
mod printer;
mod program;
mod rights;
mod serve;
mod server;
mod setup;
mod tenants;
mod upgrade;
mod vault;
