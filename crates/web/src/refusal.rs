//! Why a request was not answered as asked, and the page that says so.
//!
//! Rule: what is not there and what is another tenant's are the same answer.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use beffroi_registry::accounts::AccountsError;

use crate::{frame::Frame, reply};

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Not there, or not this tenant's.
    #[error("not found")]
    NotFound,
    /// Not with this role.
    #[error("not allowed with this role")]
    Forbidden,
    /// The path exists, the method does not.
    #[error("wrong method")]
    Method,
    /// The body is larger than any form.
    #[error("body too large")]
    TooLarge,
    /// The form is from elsewhere or has expired.
    #[error("forged or expired form")]
    Forged,
    /// The body is no form.
    #[error("unreadable form")]
    BadForm,
    /// Nobody is logged in.
    #[error("logged out")]
    LoggedOut,
    /// Things have changed since the page was shown, or are not in a state that allows it.
    #[error("things have changed meanwhile")]
    Stale,
    /// Only the tenant that owns an asset may cut it.
    #[error("not the owner of the asset")]
    NotOwner,
    /// Nobody has said how the asset is cut.
    #[error("no means of cutting")]
    NoMeans,
    /// The account is set up already.
    #[error("set up already")]
    SetUpAlready,
    /// The store failed.
    #[error(transparent)]
    Store(beffroi_store::Error),
    /// An account could not be worked on.
    #[error(transparent)]
    Accounts(AccountsError),
    /// The register failed.
    #[error(transparent)]
    Registry(beffroi_registry::RegistryError),
    /// An appointment could not be sealed or opened.
    #[error(transparent)]
    Appointment(beffroi_desk::appointments::AppointmentError),
    /// The envelope could not be printed.
    #[error(transparent)]
    Kit(beffroi_registry::kits::KitError),
    /// The crisis room failed.
    #[error(transparent)]
    Crisis(beffroi_crisis::Error),
    /// The counter failed.
    #[error(transparent)]
    Desk(beffroi_desk::DeskError),
    /// A list could not be taken in, opened or printed.
    #[error(transparent)]
    Pack(beffroi_desk::packs::PackError),
    /// The public page could not be put together, for a preview.
    #[error(transparent)]
    Preview(#[from] beffroi_pages::PageError),
    /// The journal could not be exported.
    #[error(transparent)]
    Export(#[from] beffroi_store::journal::ExportError),
    /// A page could not be put together.
    #[error("a page could not be put together: {0}")]
    Page(#[from] askama::Error),
}

impl From<beffroi_store::Error> for Refusal {
    /// What is absent is not found; what is refused has changed meanwhile; the rest is a failure.
    fn from(error: beffroi_store::Error) -> Self {
        match error {
            beffroi_store::Error::Absent { .. } | beffroi_store::Error::OutOfScope { .. } => {
                Self::NotFound
            }
            beffroi_store::Error::Refused { .. } => Self::Stale,
            error => Self::Store(error),
        }
    }
}

impl From<AccountsError> for Refusal {
    fn from(error: AccountsError) -> Self {
        match error {
            AccountsError::Store(error) => error.into(),
            AccountsError::NoSuchAccount(_) => Self::NotFound,
            AccountsError::SetUpAlready => Self::SetUpAlready,
            error => Self::Accounts(error),
        }
    }
}

impl From<beffroi_registry::RegistryError> for Refusal {
    fn from(error: beffroi_registry::RegistryError) -> Self {
        match error {
            beffroi_registry::RegistryError::Store(error) => error.into(),
            error => Self::Registry(error),
        }
    }
}

impl From<beffroi_crisis::Error> for Refusal {
    fn from(error: beffroi_crisis::Error) -> Self {
        match error {
            beffroi_crisis::Error::Store(error) => error.into(),
            beffroi_crisis::Error::NotOwner { .. } => Self::NotOwner,
            beffroi_crisis::Error::NoMeans(_) => Self::NoMeans,
            beffroi_crisis::Error::NotByHand { .. } => Self::Stale,
            beffroi_crisis::Error::Stranger(_) | beffroi_crisis::Error::Id(_) => Self::NotFound,
            error => Self::Crisis(error),
        }
    }
}

impl From<beffroi_desk::DeskError> for Refusal {
    fn from(error: beffroi_desk::DeskError) -> Self {
        match error {
            beffroi_desk::DeskError::Store(error) => error.into(),
            beffroi_desk::DeskError::Closed => Self::Stale,
            error => Self::Desk(error),
        }
    }
}

impl From<beffroi_desk::packs::PackError> for Refusal {
    fn from(error: beffroi_desk::packs::PackError) -> Self {
        match error {
            beffroi_desk::packs::PackError::Store(error) => error.into(),
            beffroi_desk::packs::PackError::Closed => Self::Stale,
            error => Self::Pack(error),
        }
    }
}

impl From<beffroi_desk::keys::KeysError> for Refusal {
    fn from(error: beffroi_desk::keys::KeysError) -> Self {
        match error {
            beffroi_desk::keys::KeysError::Store(error) => error.into(),
            error => Self::Desk(error.into()),
        }
    }
}

/// The page of a refusal.
#[derive(Template)]
#[template(path = "console/problem.html")]
struct Problem {
    f: Frame,
    text: String,
}

impl Refusal {
    /// Status, title and text, as keys.
    const fn told(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "problem-not-found", "problem-not-found-text")
            }
            Self::Forbidden => {
                (StatusCode::FORBIDDEN, "problem-forbidden", "problem-forbidden-text")
            }
            Self::Method => {
                (StatusCode::METHOD_NOT_ALLOWED, "problem-method", "problem-method-text")
            }
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "problem-large", "problem-large-text")
            }
            Self::Forged | Self::LoggedOut => {
                (StatusCode::FORBIDDEN, "problem-forged", "problem-forged-text")
            }
            Self::BadForm => (StatusCode::BAD_REQUEST, "problem-bad-form", "problem-bad-form-text"),
            Self::Stale => (StatusCode::CONFLICT, "problem-refused", "problem-stale-text"),
            Self::NotOwner => (StatusCode::CONFLICT, "problem-refused", "problem-owner-text"),
            Self::NoMeans => (StatusCode::CONFLICT, "problem-refused", "cut-means-missing"),
            Self::SetUpAlready => (StatusCode::CONFLICT, "problem-refused", "problem-setup-text"),
            Self::Store(_)
            | Self::Registry(_)
            | Self::Accounts(_)
            | Self::Appointment(_)
            | Self::Kit(_)
            | Self::Crisis(_)
            | Self::Desk(_)
            | Self::Pack(_)
            | Self::Export(_)
            | Self::Page(_)
            | Self::Preview(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "problem-broken", "problem-broken-text")
            }
        }
    }

    /// The status alone.
    pub const fn status(&self) -> StatusCode {
        self.told().0
    }

    /// The page. The log is told of failures here and nowhere else; refusals are everyday.
    pub fn answer(&self, mut frame: Frame) -> Response {
        let (status, title, text) = self.told();
        if status.is_server_error() {
            tracing::error!(path = frame.path, error = chain(self), "a page of the console failed");
        }
        frame.title = frame.t(title);
        let text = frame.t(text);
        match (Problem { f: frame, text }).render() {
            Ok(page) => reply::html(status, page),
            Err(error) => {
                tracing::error!(%error, "the page of a problem failed");
                reply::body(status, "text/plain; charset=utf-8", "Beffroi: error")
            }
        }
    }
}

/// An error with its sources, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        line.push_str(": ");
        line.push_str(&inner.to_string());
        source = inner.source();
    }
    line
}
