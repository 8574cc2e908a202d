//! The door of the print posts: `/api/printer/v1/`. What they say is described in `town::printer`.
//!
//! Rules: a request counts only when its signature, its stamp and its bounds hold; a post that was
//! revoked is told so and is handed nothing; what is not due from a post is not there; tries to
//! enrol are counted by address and slowed down.

use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use beffroi_desk::print_posts::{self as desk, PostError};
use beffroi_registry::accounts::{AccountsError, throttle::Attempt};
use beffroi_store::{
    TenantScope, facts,
    print_posts::{self as posts, PrintPost, sheets},
};
use beffroi_town::{
    Actor, Instant, PrintPostId, TownFacts,
    printer::{
        ASK_EVERY_MS, ASK_PATH, Ask, AskAnswer, BODY_BYTES_MAX, DAY_PATH, DayAnswer, DayRequest,
        ENROL_PATH, EnrolAnswer, EnrolRequest, POST_HEADER, PRINTED_PATH, Printed, SKEW_MS_MAX,
        request_text,
    },
    watch::{OutOfBounds, Received},
};
use serde::de::DeserializeOwned;

use crate::{
    call::ClientAddress,
    doors::Doors,
    signed::{Claim, claim, sha256},
};

/// Tries to enrol are counted by address under this name.
const DOOR: &str = "print post";

/// Why a post's request is refused. The answer says no more than the status.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("no such post, or its signature or stamp does not hold")]
    Unknown,
    #[error("the post was revoked")]
    Revoked,
    #[error("the token is unknown, used or expired")]
    Token,
    #[error("too many tries from this address")]
    Wait,
    #[error("not due from this post")]
    NotDue,
    #[error("its key is none")]
    Key(#[from] beffroi_desk::sealing::SealError),
    #[error("not what a print post says: {0}")]
    Form(#[from] serde_json::Error),
    #[error(transparent)]
    Bounds(#[from] OutOfBounds),
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
    #[error(transparent)]
    Desk(#[from] PostError),
    #[error(transparent)]
    Throttle(#[from] AccountsError),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Unknown => StatusCode::UNAUTHORIZED,
            Self::Revoked | Self::Token => StatusCode::FORBIDDEN,
            Self::Wait => StatusCode::TOO_MANY_REQUESTS,
            // Revoked between its signature and the write.
            Self::NotDue | Self::Store(beffroi_store::Error::Absent { .. }) => {
                StatusCode::NOT_FOUND
            }
            Self::Key(_) | Self::Form(_) | Self::Bounds(_) => StatusCode::BAD_REQUEST,
            Self::Store(_) | Self::Desk(_) | Self::Throttle(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        if status.is_server_error() {
            tracing::error!(
                error = &self as &dyn std::error::Error,
                "a print post was not answered"
            );
        }
        status.into_response()
    }
}

/// The doors of the print posts.
pub fn routes() -> Router<Doors> {
    Router::new()
        .route(ENROL_PATH, post(enrol))
        .route(ASK_PATH, post(ask))
        .route(DAY_PATH, post(day))
        .route(PRINTED_PATH, post(printed))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// A request whose signature holds, of a post that is not revoked.
struct Signed<T> {
    post: PrintPost,
    at: Instant,
    said: T,
}

fn holds(claim: &Claim<'_>, path: &str, body: &[u8], public_key: &str) -> bool {
    claim.holds(&request_text(claim.who, path, claim.at, &sha256(body)), public_key)
}

async fn signed<T: DeserializeOwned>(
    doors: &Doors,
    headers: &HeaderMap,
    path: &str,
    body: &[u8],
) -> Result<Signed<T>, Refused> {
    let at = doors.clock.now();
    let claim = claim(headers, POST_HEADER, at).ok_or(Refused::Unknown)?;
    let id = PrintPostId::parse(claim.who).map_err(|_| Refused::Unknown)?;
    let found = posts::for_request(&mut doors.store.read().await?, &id).await?;
    let ours = |post: &PrintPost| {
        post.keys.as_ref().is_some_and(|keys| holds(&claim, path, body, &keys.public_key))
    };
    let post = found.filter(ours).ok_or(Refused::Unknown)?;
    if post.revoked_at.is_some() {
        return Err(Refused::Revoked);
    }
    Ok(Signed { post, at, said: serde_json::from_slice(body)? })
}

async fn enrol(
    State(doors): State<Doors>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<EnrolAnswer>, Refused> {
    let (store, at) = (&doors.store, doors.clock.now());
    let attempt = Attempt::at_door(DOOR, address.map(|Extension(one)| one.0));
    if attempt.wait(store, at).await?.is_some() {
        return Err(Refused::Wait);
    }
    let request: EnrolRequest = serde_json::from_slice(&body)?;
    request.check()?;
    desk::check_keys(&request)?;
    let claim = claim(&headers, POST_HEADER, at);
    let proven = claim.is_some_and(|claim| {
        claim.who == request.post.as_str() && holds(&claim, ENROL_PATH, &body, &request.public_key)
    });
    if !proven {
        return Err(Refused::Unknown);
    }
    let offered = posts::offered(&mut store.read().await?, &request, at).await?;
    let Some(tenant) = offered else {
        attempt.failed(store, at).await?;
        return Err(Refused::Token);
    };
    // Who enrols is known only once it has enrolled.
    let mut tx = store.begin(std::slice::from_ref(&tenant), &Actor::Outside, at).await?;
    let post = posts::enrol(&mut tx, &request).await?.ok_or(Refused::Token)?;
    tx.commit().await?;
    tracing::info!(post = %post.id, %tenant, "a print post enrolled");
    Ok(Json(EnrolAnswer { name: post.name }))
}

async fn town(doors: &Doors, post: &PrintPost, at: Instant) -> Result<TownFacts, Refused> {
    let scope = TenantScope::for_tenant(&post.tenant);
    let facts = facts::load(&mut doors.store.read().await?, &scope, at).await?;
    facts.ok_or(Refused::NotDue)
}

async fn ask(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<AskAnswer>, Refused> {
    let Signed { post, at, said } = signed::<Ask>(&doors, &headers, ASK_PATH, &body).await?;
    let mut book = doors.store.bookkeeping().await?;
    posts::heard(&mut book, &post.id, at, said.fails).await?;
    book.commit().await?;
    let facts = town(&doors, &post, at).await?;
    let due = desk::due(&mut doors.store.read().await?, &post, &facts, at).await?;
    Ok(Json(AskAnswer { due, ask_every_ms: ASK_EVERY_MS }))
}

async fn day(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<DayAnswer>, Refused> {
    let Signed { post, at, said } = signed::<DayRequest>(&doors, &headers, DAY_PATH, &body).await?;
    let facts = town(&doors, &post, at).await?;
    let mut conn = doors.store.read().await?;
    let found = desk::day(&mut conn, &post, &facts, (&said.agenda, said.day, at)).await?;
    found.map(Json).ok_or(Refused::NotDue)
}

async fn printed(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Received>, Refused> {
    let Signed { post, at, said } =
        signed::<Printed>(&doors, &headers, PRINTED_PATH, &body).await?;
    said.check()?;
    let facts = town(&doors, &post, at).await?;
    let points = desk::points(&mut doors.store.read().await?, &post, &facts).await?;
    let its = points.iter().any(|agenda| agenda.id == said.agenda);
    if !its || said.printed_at.ms_since(at) > SKEW_MS_MAX {
        return Err(Refused::NotDue);
    }
    let (tenant, actor) = (&post.tenant, Actor::PrintPost(post.id.clone()));
    let mut tx = doors.store.begin(std::slice::from_ref(tenant), &actor, at).await?;
    if sheets::printed(&mut tx, tenant, &post.id, &said).await? {
        tx.commit().await?;
    }
    Ok(Json(Received { at }))
}
