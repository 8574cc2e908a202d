//! The door: what each method does to what a path names.

use std::sync::Arc;

use axum::{
    BoxError,
    body::{Body, Bytes, HttpBody},
    http::{Method, Request, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use beffroi_town::vault::{ObjectKind, verdict::CredentialKind};

use crate::{
    Vault, access,
    asked::{self, PREFIX, What},
    give, judging, receive,
    refusal::Refusal,
    sheet,
    shelf::Shelf,
    visit::Visit,
};

impl Vault {
    /// Whether a path is the vault's to answer.
    pub fn is_asked(path: &str) -> bool {
        path.starts_with(PREFIX)
    }

    /// Answers one request.
    pub async fn answer<B>(&self, request: Request<B>) -> Response
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        let answered = match self.admit(parts).await {
            Ok(visit) => visit.serve(Body::new(body)).await,
            Err(refusal) => Err(refusal),
        };
        answered.unwrap_or_else(Refusal::into_response)
    }

    async fn admit(&self, parts: Parts) -> Result<Visit, Refusal> {
        let asked = asked::read(parts.uri.path()).ok_or(Refusal::Unknown)?;
        let store = &self.inner.store;
        let (repository, credential) = access::admit(store, &parts.headers, &asked).await?;
        Ok(Visit {
            vault: self.clone(),
            shelf: Shelf::of(&self.inner.settings.folder, &repository.tenant, &repository.server),
            room: self.room(&repository.id),
            repository: Arc::new(repository),
            credential: credential.id,
            kind: credential.kind,
            at: self.inner.clock.now(),
            what: asked.what,
            parts,
        })
    }
}

const INSPECTOR_TOLD: &str =
    "an inspector's credential reads and says what it found; it sends and deletes nothing";
const DELETE_TOLD: &str =
    "nothing but locks can be deleted: the vault keeps every backup until its retention ends";

impl Visit {
    async fn serve(self, body: Body) -> Result<Response, Refusal> {
        match self.parts.method {
            Method::GET | Method::HEAD => self.read().await,
            Method::POST if self.may_write() => self.take(body).await,
            Method::DELETE if self.may_write() => self.delete().await,
            // restic asks for a lock even to read: that is refused, and nobody is told.
            Method::POST if matches!(self.what, What::Object(ObjectKind::Locks, _)) => {
                Err(Refusal::Sealed(INSPECTOR_TOLD))
            }
            Method::POST | Method::DELETE => Err(self.tampered("inspector", INSPECTOR_TOLD).await),
            _ => Err(Refusal::Method),
        }
    }

    /// Whether this credential may do what is asked, when it changes something: an inspector's may
    /// say what it found, and nothing else.
    fn may_write(&self) -> bool {
        let says = matches!(self.what, What::Verdicts | What::Proofs);
        self.kind == CredentialKind::Server || (says && self.parts.method == Method::POST)
    }

    async fn read(&self) -> Result<Response, Refusal> {
        match &self.what {
            What::Config => give::object(self, ObjectKind::Config, None).await,
            What::Object(kind, name) => give::object(self, *kind, Some(name)).await,
            What::List(kind) if self.parts.method == Method::GET => Ok(give::names(self, *kind)),
            What::Verdicts if self.parts.method == Method::GET => judging::standing(self).await,
            What::Root | What::List(_) | What::Sheet | What::Verdicts | What::Proofs => {
                Err(Refusal::Method)
            }
            What::Nothing => Err(Refusal::NotFound),
        }
    }

    async fn take(self, body: Body) -> Result<Response, Refusal> {
        match &self.what {
            // It was made by a person; who asks for it is told that it is there.
            What::Root if self.parts.uri.query() == Some("create=true") => {}
            What::Root | What::List(_) => return Err(Refusal::Method),
            What::Nothing => return Err(Refusal::NotFound),
            What::Config => receive::object(&self, ObjectKind::Config, None, body).await?,
            What::Object(kind, name) => receive::object(&self, *kind, Some(name), body).await?,
            What::Sheet => sheet::take(&self, body).await?,
            What::Verdicts => judging::take_verdict(&self, body).await?,
            What::Proofs => judging::take_proof(&self, body).await?,
        }
        Ok(StatusCode::OK.into_response())
    }

    async fn delete(&self) -> Result<Response, Refusal> {
        match &self.what {
            What::Object(ObjectKind::Locks, name) => {
                self.unlock(name).await?;
                Ok(StatusCode::OK.into_response())
            }
            What::Root | What::List(_) | What::Sheet | What::Verdicts | What::Proofs => {
                Err(Refusal::Method)
            }
            What::Nothing => Err(Refusal::NotFound),
            What::Object(kind, name) if self.cleans_up(*kind, name).await? => {
                Err(Refusal::Sealed(DELETE_TOLD))
            }
            What::Config | What::Object(..) => Err(self.tampered("delete", DELETE_TOLD).await),
        }
    }
}
