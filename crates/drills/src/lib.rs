//! The attacks, played from end to end against the real program; and the rehearsal, in which a
//! person plays.
//!
//! Rules: real server, real guard, real console forms; false files in a folder that the drill
//! makes itself, and a false attacker that can touch nothing else. Cuts happen in a network
//! namespace that the drill made. Nothing leaves the machine.

pub mod actor;
pub mod gateway;
pub mod gravelines;
pub mod host;
pub mod person;
pub mod processes;
pub mod rehearsal;
pub mod report;
pub mod stage;
