//! The command line as its users meet it: the real program, real files.

mod disk;
mod drill;
mod journal;
mod program;
mod serve;
mod tenants;
