//! What can go wrong while a document is printed.

/// A document that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The template failed.
    #[error("printing '{document}': {what}; this is a fault of the program, report it")]
    Template {
        /// Which document.
        document: &'static str,
        /// What typst says.
        what: String,
    },
    /// The facts could not be handed to the template.
    #[error("printing '{document}': {source}; this is a fault of the program, report it")]
    Facts {
        /// Which document.
        document: &'static str,
        /// What the writer says.
        source: serde_json::Error,
    },
    /// A text too long for any square.
    #[error("printing '{document}': '{text}' is too long for a square; shorten it")]
    Square {
        /// Which document.
        document: &'static str,
        /// The text.
        text: String,
    },
}
