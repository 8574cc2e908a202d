//! What can go wrong at the counter.

use crate::{keys::KeysError, sealing::SealError};

/// What can go wrong at the counter.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// Its keys are not made, or nobody has shown that the recovery sheet is kept.
    #[error("the counter is closed: a director makes its keys and keeps the recovery sheet first")]
    Closed,
    /// Nothing lies under this secret, or no more.
    #[error("this form is not here any more: fill it in again")]
    NoDraft,
    /// Something is missing in it.
    #[error("something is missing in this form: look at each answer again")]
    Unfinished,
    /// What was kept cannot be read.
    #[error("what was kept of a form cannot be read")]
    Damaged,
    /// A key cannot be worked with.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Something cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A sheet cannot be printed.
    #[error(transparent)]
    Paper(#[from] beffroi_paper::PaperError),
    /// The store failed.
    #[error("the counter cannot be read or written")]
    Store(#[from] beffroi_store::Error),
}
