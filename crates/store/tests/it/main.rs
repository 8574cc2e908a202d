//! One suite for both databases: every contract runs on SQLite and on PostgreSQL.
//!
//! PostgreSQL is the server that `BEFFROI_TEST_PG` names; each test makes a database of its own
//! there and drops it.

mod world;

mod core;
mod durability;
mod faults;
mod follower;
mod journal;
mod nouns;
mod schema;
mod scopes;
