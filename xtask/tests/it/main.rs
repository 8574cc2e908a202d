//! The rules of the repository, as tests: `cargo test` is the whole truth.

mod dependencies;
mod licence;
mod links;
mod rooms;
mod scripts;
mod sources;
mod tree;
