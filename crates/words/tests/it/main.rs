//! What holds for every sentence of the program.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod keys;
mod locales;
mod style;
