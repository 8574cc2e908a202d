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
    sealed, sheet,
    shelf::Shelf,
    thinning,
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
const KEEPER_TOLD: &str = "a keeper's credential reads, sends index objects and proposes; it sends and deletes nothing else";
const DELETE_TOLD: &str =
    "nothing but locks can be deleted: the vault keeps every backup until its retention ends";

impl Visit {
    async fn serve(self, body: Body) -> Result<Response, Refusal> {
        match self.parts.method {
            Method::GET | Method::HEAD => self.read().await,
            Method::POST if self.may_write() => self.take(body).await,
            Method::DELETE if self.may_write() => self.delete().await,
            Method::POST | Method::DELETE => {
                let (what, told) = match self.kind {
                    CredentialKind::Keeper => ("keeper", KEEPER_TOLD),
                    _ => ("inspector", INSPECTOR_TOLD),
                };
                // restic asks for a lock even to read: that is refused, and nobody is told.
                match self.what {
                    What::Object(ObjectKind::Locks, _) => Err(Refusal::Sealed(told)),
                    _ => Err(self.tampered(what, told).await),
                }
            }
            _ => Err(Refusal::Method),
        }
    }

    /// Whether this credential may do what is asked, when it changes something: an inspector's and a
    /// keeper's may say what they found, and a keeper's what could be dropped.
    fn may_write(&self) -> bool {
        let posts = self.parts.method == Method::POST;
        match self.kind {
            CredentialKind::Server => true,
            CredentialKind::Inspector => {
                posts && matches!(self.what, What::Checks | What::Verdicts | What::Proofs)
            }
            CredentialKind::Keeper => {
                let index = matches!(self.what, What::Object(ObjectKind::Index, _));
                let says = matches!(self.what, What::Checks | What::Thinning | What::CarryOut(_));
                posts && (index || says)
            }
        }
    }

    async fn read(&self) -> Result<Response, Refusal> {
        match &self.what {
            What::Config => give::object(self, ObjectKind::Config, None).await,
            What::Object(kind, name) => give::object(self, *kind, Some(name)).await,
            What::List(kind) if self.parts.method == Method::GET => Ok(give::names(self, *kind)),
            What::Verdicts if self.parts.method == Method::GET => judging::standing(self).await,
            What::Thinning if self.parts.method == Method::GET => thinning::offer(self).await,
            What::Nothing => Err(Refusal::NotFound),
            _ => Err(Refusal::Method),
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
            What::Sealed => sealed::take(&self, body).await?,
            What::Thinning => thinning::propose(&self, body).await?,
            What::CarryOut(id) => thinning::carry_out(&self, id, body).await?,
            What::Checks => thinning::checked(&self, body).await?,
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
            What::Nothing => Err(Refusal::NotFound),
            What::Object(kind, name) if self.cleans_up(*kind, name).await? => {
                Err(Refusal::Sealed(DELETE_TOLD))
            }
            What::Config | What::Object(..) => Err(self.tampered("delete", DELETE_TOLD).await),
            _ => Err(Refusal::Method),
        }
    }
}
