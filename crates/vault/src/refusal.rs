//! Why a request is not answered as asked. Backup programs read the status; people read the line.

use std::io;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("no such repository, or not with this user and token")]
    Unknown,
    #[error("there is nothing here")]
    NotFound,
    #[error("a repository cannot be asked that")]
    Method,
    #[error("{0}")]
    Sealed(&'static str),
    #[error("the name is not the SHA-256 of what was sent; send it again")]
    Mismatch,
    #[error("the upload broke off")]
    BrokeOff,
    #[error("larger than any object of this kind")]
    TooLarge,
    #[error("too slow: the upload was ended")]
    Slow,
    #[error("too many uploads at once; try again in a moment")]
    Busy,
    #[error("no room left: {0}")]
    Full(&'static str),
    #[error("{0}")]
    Plan(String),
    #[error("{0}")]
    Unreadable(&'static str),
    #[error("{0}")]
    Known(&'static str),
    #[error("the range asked for is not there")]
    Range(u64),
    #[error("the disk of the vault failed")]
    Disk(#[from] io::Error),
    #[error("the database of the vault failed")]
    Store(#[from] beffroi_store::Error),
}

impl Refusal {
    const fn status(&self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Sealed(_) => StatusCode::FORBIDDEN,
            Self::Mismatch | Self::BrokeOff => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Full(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Unreadable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Known(_) | Self::Plan(_) => StatusCode::CONFLICT,
            Self::Range(_) => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Disk(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        if matches!(self, Self::Disk(_) | Self::Store(_)) {
            tracing::error!(error = &self as &dyn std::error::Error, "the vault did not answer");
        }
        let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        let line = format!("{self}\n");
        match self {
            Self::Unknown => {
                let ask = [(header::WWW_AUTHENTICATE, "Basic realm=\"vault\"")];
                (status, text, ask, line).into_response()
            }
            Self::Range(bytes) => {
                let all = [(header::CONTENT_RANGE, format!("bytes */{bytes}"))];
                (status, text, all, line).into_response()
            }
            _ => (status, text, line).into_response(),
        }
    }
}
