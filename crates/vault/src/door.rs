//! The door: what each method does to what a path names.

use std::sync::Arc;

use axum::{
    BoxError,
    body::{Body, Bytes, HttpBody},
    http::{Method, Request, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use beffroi_town::vault::ObjectKind;

use crate::{
    Vault, access,
    asked::{self, PREFIX, What},
    give, receive,
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
            credential,
            at: self.inner.clock.now(),
            what: asked.what,
            parts,
        })
    }
}

const DELETE_TOLD: &str =
    "nothing but locks can be deleted: the vault keeps every backup until its retention ends";

impl Visit {
    async fn serve(self, body: Body) -> Result<Response, Refusal> {
        match self.parts.method {
            Method::GET | Method::HEAD => self.read().await,
            Method::POST => self.take(body).await,
            Method::DELETE => self.delete().await,
            _ => Err(Refusal::Method),
        }
    }

    async fn read(&self) -> Result<Response, Refusal> {
        match &self.what {
            What::Config => give::object(self, ObjectKind::Config, None).await,
            What::Object(kind, name) => give::object(self, *kind, Some(name)).await,
            What::List(kind) if self.parts.method == Method::GET => Ok(give::names(self, *kind)),
            What::Root | What::List(_) | What::Sheet => Err(Refusal::Method),
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
        }
        Ok(StatusCode::OK.into_response())
    }

    async fn delete(&self) -> Result<Response, Refusal> {
        match &self.what {
            What::Object(ObjectKind::Locks, name) => {
                self.unlock(name).await?;
                Ok(StatusCode::OK.into_response())
            }
            What::Root | What::List(_) | What::Sheet => Err(Refusal::Method),
            What::Nothing => Err(Refusal::NotFound),
            What::Object(kind, name) if self.cleans_up(*kind, name).await? => {
                Err(Refusal::Sealed(DELETE_TOLD))
            }
            What::Config | What::Object(..) => Err(self.tampered("delete", DELETE_TOLD).await),
        }
    }
}
