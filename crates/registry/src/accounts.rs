//! Accounts of staff.

pub mod code;
pub mod password;
pub mod phrase;
pub mod totp;

/// What can go wrong with an account.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The pass-phrase cannot be hashed.
    #[error("the pass-phrase cannot be worked on: {0}; check that 64 MiB of memory are free")]
    Hash(String),
    /// The secret of the authenticator is damaged.
    #[error("the authenticator's secret cannot be used: {0}; give the account new codes")]
    Totp(String),
}

impl AccountsError {
    fn hash(error: impl std::fmt::Display) -> Self {
        Self::Hash(error.to_string())
    }
}
