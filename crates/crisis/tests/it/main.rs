//! The crisis room on a real database.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod alarms;
mod calls;
mod cut_rules;
mod cuts;
mod incidents;
mod notices;
mod world;
