//! What can go wrong while a page is made.

/// A page that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The template failed.
    #[error("making the page '{page}': {source}; this is a fault of the program, report it")]
    Template {
        /// Which page.
        page: &'static str,
        /// What the template says.
        source: askama::Error,
    },
    /// A feed could not be written as JSON.
    #[error("writing the JSON feed: {0}; this is a fault of the program, report it")]
    Json(#[from] serde_json::Error),
}
