//! Every form of the house as it comes from the printer.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod answers;
mod forms;
mod keys;
mod leaflets;
mod lists;
mod packs;
mod pdf;
mod town;
