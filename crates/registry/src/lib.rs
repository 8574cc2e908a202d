//! registry.

pub mod france;
