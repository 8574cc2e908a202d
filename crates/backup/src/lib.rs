//! What holds a key: a client of restic repositories that backs files up and brings them back.
//!
//! Rules:
//! - The format is restic's, so that whatever this program reads and writes, plain restic does too.
//! - Nothing that comes from a repository is believed: each object is compared with its name, each
//!   blob with its SHA-256, each length with a bound, each name of a file with what a name may be.
//! - What is damaged costs the files that need it and no others; they are named.
//! - Locks are honoured by nobody here: who attacks could hold one for ever. A backup shows one, so
//!   that what it stands on is not taken away meanwhile; nothing else does.
//! - Nothing that stands in the target is overwritten: it is moved beside. A file gets its name
//!   once it is whole.

pub mod access;
pub mod carry;
pub mod check;
pub mod choice;
pub mod difference;
pub mod drill;
pub mod inspect;
pub mod judge;
pub mod making;
pub mod plan;
pub mod repository;
pub mod restore;
pub mod saving;
pub mod snapshots;
pub mod thin;

mod blobs;
mod chunk;
mod error;
mod fetch;
mod headers;
mod id;
mod inspector;
mod key;
mod listing;
mod lot;
mod names;
mod needed;
mod percent;
mod place;
mod polynomial;
mod seal;
mod source;
mod tree;
mod unpack;

#[cfg(test)]
mod hostile;

pub use access::Access;
pub use error::BackupError;
pub use id::Id;
pub use inspector::{Heard, Inspector};
pub use repository::Repository;
