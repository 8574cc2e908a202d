//! The crisis room on a real database.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod alarms;
mod calls;
mod cuts;
mod incidents;
mod notices;
mod world;
