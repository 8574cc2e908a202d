//! The town's register: France's local authorities, the tenants of this platform, their public
//! services, the people who may log in.
//!
//! Rules: each change and its entry in the journal are one commit; a table is taken in whole or
//! not at all; nothing that no source knows is invented.

pub mod accounts;
pub mod assets;
pub mod csv_in;
pub mod france;
pub mod guards;
pub mod kits;
pub mod roster;
pub mod services;
pub mod sheets;
pub mod tenants;

mod error;
#[cfg(test)]
mod played;

pub use error::RegistryError;
