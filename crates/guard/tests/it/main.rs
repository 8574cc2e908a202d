//! The guard against real files, real processes and the real kernel.
//!
//! Most of it needs root on Linux and says so when it is not there. The attacks are harmless and
//! bounded: see `attack`.

mod attack;
mod child;
mod cut;
mod everyday;
mod plain;
mod platform;
mod playground;
mod rewriting;
mod survival;
mod vanishing;
