//! Repositories that the real restic wrote, brought back by this client.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod checking;
mod coming_back;
mod damage;
mod house;
mod judging;
mod life;
mod server;
