//! The counter online, for residents: the list, a form, its check, its receipt, its tracking.
//!
//! Rules: no account and no script; one cookie for each form, out of reach of scripts, which holds
//! the only key to what was typed before it is sent; a form carries a token that follows from it; a
//! body that is too long is refused before it is read to its end; answers are never kept by a
//! browser or a cache; guesses at codes are counted by address.

mod form;
mod legal;
mod track;

use std::{net::IpAddr, pin::Pin};

use axum::{
    Extension, Router,
    body::{Body, Bytes, HttpBody as _},
    extract::{Form, FromRequest as _, Path, Query, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::any,
};
use beffroi_desk::{DeskError, keys::KeysError};
use beffroi_pages::{
    PageError,
    desk::{self as pages, DeskFrame, ListPage},
};
use beffroi_store::{Store, TenantScope, desk as kept, facts};
use beffroi_town::{Instant, Lang, Procedure, Tenant, TenantId, TenantKind};
use beffroi_words::{Words, Zone};
use futures_util::future::poll_fn;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{call::ClientAddress, doors::Doors, public, reply};

pub(crate) use form::told;

/// The longest body of a form: two large attachments and the text.
pub const BODY_BYTES_MAX: usize = 12 * 1024 * 1024;
/// How much of a body that is too long is read and thrown away, so that the browser gets to read the
/// answer instead of a broken connection.
const DRAIN_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The service that takes what has no counter of its own.
const RECEPTION: &str = "reception";

/// The doors of the counter.
pub fn routes() -> Router<Doors> {
    let mut router = Router::new();
    for kind in [TenantKind::Commune, TenantKind::Epci, TenantKind::Departement, TenantKind::Region]
    {
        let letter = kind.letter();
        for (lang, folder) in [(Lang::Fr, ""), (Lang::En, "en/")] {
            let root = format!("/{letter}/{{code}}/{folder}{}", pages::FOLDER);
            let list = move |State(doors), Path(code): Path<String>, asked, address, request| {
                serve(doors, (kind, code, lang), String::new(), Asked(asked, address), request)
            };
            let below = move |State(doors),
                              Path((code, rest)): Path<(String, String)>,
                              asked,
                              address,
                              request| {
                serve(doors, (kind, code, lang), rest, Asked(asked, address), request)
            };
            router = router.route(&root, any(list)).route(&format!("{root}{{*rest}}"), any(below));
        }
    }
    router
}

/// What a query may say.
#[derive(Default, Deserialize)]
struct Said {
    /// To begin another form of the same kind.
    #[serde(default)]
    nouveau: String,
}

type Address = Option<Extension<ClientAddress>>;

struct Asked(Query<Said>, Address);

/// One request to the counter.
pub(crate) struct Visit {
    doors: Doors,
    at: Instant,
    tenant: Tenant,
    scope: TenantScope,
    lang: Lang,
    /// The path below the counter's folder.
    rest: String,
    address: Option<IpAddr>,
    headers: HeaderMap,
    anew: bool,
}

/// Why a visit is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// There is no such page.
    #[error("not found")]
    NotFound,
    /// The body is larger than any form.
    #[error("body too large")]
    TooLarge,
    /// The body is no form.
    #[error("unreadable form")]
    BadForm,
    /// The counter.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// A page could not be put together.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The store.
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
    /// A count of guesses could not be kept.
    #[error(transparent)]
    Count(#[from] beffroi_registry::accounts::AccountsError),
}

impl From<KeysError> for Trouble {
    fn from(error: KeysError) -> Self {
        Self::Desk(error.into())
    }
}

type Answer = Result<Response, Trouble>;

async fn serve(
    doors: Doors,
    (kind, code, lang): (TenantKind, String, Lang),
    rest: String,
    Asked(Query(said), address): Asked,
    request: Request,
) -> Response {
    let Some(id) = TenantId::from_parts(kind, &code) else { return public::not_found(lang) };
    let scope = TenantScope::for_tenant(&id);
    let tenant = match tenant(&doors.store, &scope).await {
        Ok(Some(tenant)) => tenant,
        Ok(None) => return public::not_found(lang),
        Err(error) => {
            tracing::error!(%id, error = &error as &dyn std::error::Error, "the counter is out of reach");
            return public::broken(lang);
        }
    };
    let (parts, body) = request.into_parts();
    let visit = Visit {
        at: doors.clock.now(),
        doors,
        tenant,
        scope,
        lang,
        rest,
        address: address.map(|Extension(address)| address.0),
        headers: parts.headers,
        anew: !said.nouveau.is_empty(),
    };
    let answer = visit.answer(&parts.method, body).await;
    answer.unwrap_or_else(|trouble| visit.refused(&trouble))
}

async fn tenant(
    store: &Store,
    scope: &TenantScope,
) -> Result<Option<Tenant>, beffroi_store::Error> {
    let tenant = beffroi_store::tenants::get(&mut store.read().await?, scope).await?;
    Ok(tenant.filter(|tenant| tenant.closed_at.is_none()))
}

impl Visit {
    async fn answer(&self, method: &Method, body: Body) -> Answer {
        let mut steps = self.rest.trim_end_matches('/').split('/');
        let (first, second) = (steps.next().unwrap_or_default(), steps.next());
        if steps.next().is_some() {
            return Err(Trouble::NotFound);
        }
        let posted = *method == Method::POST;
        match (first, second) {
            ("", None) => self.list().await,
            ("suivi", None) if posted => track::posted(self, body).await,
            ("suivi", None) => track::show(self),
            ("mentions", None) => legal::show(self),
            (code, step) => {
                let procedure = self.procedure(code).ok_or(Trouble::NotFound)?;
                form::step(self, procedure, (step, posted), body).await
            }
        }
    }

    fn words(&self) -> &'static Words {
        Words::of(self.lang)
    }

    fn zone(&self) -> Zone {
        Zone::of(&self.tenant)
    }

    fn frame(&self) -> DeskFrame<'_> {
        let exercise = self.doors.settings.exercise.is_some();
        DeskFrame { tenant: &self.tenant, lang: self.lang, rest: &self.rest, exercise }
    }

    /// The path of a page of the counter.
    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", pages::desk_path(&self.tenant.id, self.lang))
    }

    fn procedure(&self, code: &str) -> Option<&Procedure> {
        self.doors.settings.desk.procedures.iter().find(|one| one.code.as_str() == code)
    }

    /// Whether forms are taken here.
    async fn is_open(&self) -> Result<bool, Trouble> {
        let mut conn = self.doors.store.read().await?;
        let desk = kept::get(&mut conn, &self.scope).await?;
        Ok(desk.is_some_and(|desk| desk.proven_at.is_some()))
    }

    async fn list(&self) -> Answer {
        let open = self.is_open().await?;
        let mut conn = self.doors.store.read().await?;
        let facts = facts::load(&mut conn, &self.scope, self.at).await?;
        drop(conn);
        let facts = facts.ok_or(Trouble::NotFound)?;
        let reception = facts.services.iter().find(|one| one.id.as_str() == RECEPTION);
        let page = ListPage {
            procedures: &self.doors.settings.desk.procedures,
            open,
            incident: facts.incident().is_some(),
            phone: reception.and_then(|one| one.phone.as_deref()),
        };
        Ok(kept_by_nobody(StatusCode::OK, pages::list_page(&self.frame(), &page)?))
    }

    /// On to another page of the counter, asked for anew.
    fn see_other(&self, rest: &str) -> Response {
        let mut answer = reply::body(StatusCode::SEE_OTHER, "text/plain", Body::empty());
        if let Ok(place) = HeaderValue::from_str(&self.path(rest)) {
            answer.headers_mut().insert(header::LOCATION, place);
        }
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer
    }

    fn refused(&self, trouble: &Trouble) -> Response {
        let (status, title, text) = match trouble {
            Trouble::NotFound => return public::not_found(self.lang),
            Trouble::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "ask-too-large", "ask-too-large-text")
            }
            Trouble::BadForm => (StatusCode::BAD_REQUEST, "ask-bad-form", "ask-bad-form-text"),
            Trouble::Desk(DeskError::Closed) => {
                (StatusCode::SERVICE_UNAVAILABLE, "ask-closed", "ask-closed-come")
            }
            Trouble::Desk(DeskError::NoDraft | DeskError::Unfinished) => {
                (StatusCode::CONFLICT, "ask-gone", "ask-gone-text")
            }
            _ => {
                tracing::error!(error = trouble as &dyn std::error::Error, "the counter failed");
                (StatusCode::SERVICE_UNAVAILABLE, "ask-broken", "ask-broken-text")
            }
        };
        let words = self.words();
        let lines = [words.say(text)];
        let link = Some((self.path(""), words.say("ask-all")));
        let page = pages::told_page(&self.frame(), words.say(title), &lines, link);
        page.map_or_else(|_| public::broken(self.lang), |page| kept_by_nobody(status, page))
    }

    /// The fields of a form without files.
    async fn form<T: DeserializeOwned>(&self, body: Body, max: usize) -> Result<T, Trouble> {
        let mut request = Request::new(Body::from(self.read(body, max).await?));
        *request.method_mut() = Method::POST;
        if let Some(kind) = self.headers.get(header::CONTENT_TYPE) {
            request.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
        }
        let form = Form::<T>::from_request(request, &()).await;
        form.map(|Form(fields)| fields).map_err(|_| Trouble::BadForm)
    }

    /// A body within its bound. One that says beforehand that it is too long is not waited for.
    async fn read(&self, mut body: Body, max: usize) -> Result<Vec<u8>, Trouble> {
        let said = self.headers.get(header::CONTENT_LENGTH);
        let said = said.and_then(|text| text.to_str().ok()).and_then(|text| text.parse().ok());
        if said.is_some_and(|bytes: usize| bytes > DRAIN_BYTES_MAX) {
            return Err(Trouble::TooLarge);
        }
        let (mut bytes, mut total) = (Vec::new(), 0_usize);
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            let data: Bytes = frame.map_err(|_| Trouble::BadForm)?.into_data().unwrap_or_default();
            total += data.len();
            if total > DRAIN_BYTES_MAX {
                break;
            }
            if total <= max {
                bytes.extend_from_slice(&data);
            }
        }
        if total > max { Err(Trouble::TooLarge) } else { Ok(bytes) }
    }
}

/// A page of the counter, kept by nobody on its way.
fn kept_by_nobody(status: StatusCode, page: String) -> Response {
    let mut answer = reply::html(status, page);
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy = HeaderValue::from_static(beffroi_pages::desk_csp());
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    reply::protect(headers);
    answer
}
