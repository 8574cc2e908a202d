//! The vault's door, asked as backup programs ask, without a network in between.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod door;
mod durability;
mod house;
mod judging;
mod keeping;
mod limits;
mod scrubbing;
