//! One suite for both databases: every contract runs on SQLite and on PostgreSQL.
//!
//! PostgreSQL is the server that `BEFFROI_TEST_PG` names; each test makes a database of its own
//! there and drops it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, and figures are printed for people"
)]

mod world;

mod core;
mod durability;
mod faults;
mod follower;
mod journal;
mod lasting;
mod nouns;
mod schema;
mod scopes;
