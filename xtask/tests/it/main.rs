//! The rules of the repository, as tests: `cargo test` is the whole truth.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking; its helpers as well"
)]

mod dependencies;
mod licence;
mod links;
mod packaging;
mod rooms;
mod scripts;
mod sources;
mod tree;
