//! The door of the guards: `/api/guard/v1/`. What they say is described in `town::watch`.
//!
//! Rules: a request counts only when its signature, its stamp and its bounds hold; the key is the
//! one that the guard made when it enrolled; what is acknowledged is in the database first.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use beffroi_crisis::{alarms, cuts};
use beffroi_store::{
    Store, TenantScope,
    guards::{self, Guard},
    journal,
};
use beffroi_town::{
    Actor, GuardId, Instant,
    watch::{
        ALARM_PATH, AlarmReport, BEAT_PATH, BODY_BYTES_MAX, Beat, BeatAnswer, ENROL_PATH,
        EnrolAnswer, EnrolRequest, GUARD_HEADER, LISTED_PATH, Listed, NO_GUARD_YET, OutOfBounds,
        RESTORED_PATH, Received, RestoreReport, request_text,
    },
};
use data_encoding::BASE64URL_NOPAD;
use ring::signature::KeyPair;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{
    doors::Doors,
    signed::{Claim, claim, sha256},
};

/// How often guards beat.
const BEAT_EVERY_MS: u32 = 1_000;

/// Why a guard's request is refused. The answer says no more than the status.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("no such guard, or its signature or stamp does not hold")]
    Unknown,
    #[error("the token is unknown, used or expired")]
    Token,
    #[error("not what a guard says: {0}")]
    Form(#[from] serde_json::Error),
    #[error(transparent)]
    Bounds(#[from] OutOfBounds),
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
    #[error(transparent)]
    Crisis(#[from] beffroi_crisis::Error),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Unknown => StatusCode::UNAUTHORIZED,
            Self::Token => StatusCode::FORBIDDEN,
            Self::Form(_) | Self::Bounds(_) => StatusCode::BAD_REQUEST,
            Self::Store(_) | Self::Crisis(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        if status.is_server_error() {
            tracing::error!(error = &self as &dyn std::error::Error, "a guard was not answered");
        }
        status.into_response()
    }
}

/// The doors of the guards.
pub fn routes() -> Router<Doors> {
    Router::new()
        .route(ENROL_PATH, post(enrol))
        .route(BEAT_PATH, post(beat))
        .route(ALARM_PATH, post(alarm))
        .route(LISTED_PATH, post(listed))
        .route(RESTORED_PATH, post(restored))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// A request whose signature holds.
struct Signed<T> {
    guard: Guard,
    at: Instant,
    said: T,
}

/// Whether the claim's signature over this request is by this key.
fn holds(claim: &Claim<'_>, path: &str, body: &[u8], public_key: &str) -> bool {
    let text = request_text(claim.who, "POST", path, claim.at, &sha256(body));
    claim.holds(&text, public_key)
}

async fn signed<T: DeserializeOwned>(
    doors: &Doors,
    headers: &HeaderMap,
    path: &str,
    body: &[u8],
) -> Result<Signed<T>, Refused> {
    let at = doors.clock.now();
    let claim = claim(headers, GUARD_HEADER, at).ok_or(Refused::Unknown)?;
    let id = GuardId::parse(claim.who).map_err(|_| Refused::Unknown)?;
    let found = guards::for_request(&mut doors.store.read().await?, &id).await?;
    let guard = found
        .filter(|guard| holds(&claim, path, body, &guard.public_key))
        .ok_or(Refused::Unknown)?;
    Ok(Signed { guard, at, said: serde_json::from_slice(body)? })
}

async fn enrol(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<EnrolAnswer>, Refused> {
    let at = doors.clock.now();
    let request: EnrolRequest = serde_json::from_slice(&body)?;
    request.check()?;
    let claim = claim(&headers, GUARD_HEADER, at).filter(|claim| claim.who == NO_GUARD_YET);
    if !claim.is_some_and(|claim| holds(&claim, ENROL_PATH, &body, &request.public_key)) {
        return Err(Refused::Unknown);
    }
    let store = &doors.store;
    let offered = guards::offered(&mut store.read().await?, &request.token, at).await?;
    let tenant = offered.ok_or(Refused::Token)?.tenant;
    // Who enrols is known only once it has enrolled.
    let mut tx = store.begin(&[tenant], &Actor::Outside, at).await?;
    let guard = guards::enrol(&mut tx, &request).await?.ok_or(Refused::Token)?;
    tx.commit().await?;
    tracing::info!(guard = %guard.id, tenant = %guard.tenant, "a guard enrolled");
    let orders_key = BASE64URL_NOPAD.encode(store.platform_key()?.public_key().as_ref());
    Ok(Json(EnrolAnswer { guard: guard.id, orders_key, beat_every_ms: BEAT_EVERY_MS }))
}

async fn beat(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<BeatAnswer>, Refused> {
    let Signed { guard, at, said } = signed::<Beat>(&doors, &headers, BEAT_PATH, &body).await?;
    said.check()?;
    let store = &doors.store;
    alarms::acknowledged(store, &guard, at, &said.acknowledgements).await?;
    note_done_alone(store, &guard, at, &said).await?;
    let mut book = store.bookkeeping().await?;
    guards::beat(&mut book, &guard.id, &said, at).await?;
    book.commit().await?;
    let scope = TenantScope::for_tenant(&guard.tenant);
    let mut conn = store.read().await?;
    let orders = guards::waiting_orders(&mut conn, &scope, &guard.id, at).await?;
    let head = journal::head(&mut conn, &scope).await?;
    Ok(Json(BeatAnswer {
        orders,
        beat_every_ms: BEAT_EVERY_MS,
        heads: head.iter().map(journal::Head::seen).collect(),
    }))
}

/// A printed code lifted the host's cut, or the guard cut it by itself: news when the beat before said
/// otherwise. Written down before that beat is replaced, so that a kill in between says it twice rather
/// than never. Of both, in the order in which they happened.
async fn note_done_alone(
    store: &Store,
    guard: &Guard,
    at: Instant,
    said: &Beat,
) -> Result<(), Refused> {
    if said.lifted.is_none() && said.cut_alone.is_none() {
        return Ok(());
    }
    let scope = TenantScope::for_tenant(&guard.tenant);
    let last = guards::last_beat(&mut store.read().await?, &scope, &guard.id).await?;
    let last = last.map(|last| (last.beat.lifted, last.beat.cut_alone));
    let (lifted_before, cut_before) = last.unwrap_or_default();
    // An older beat that comes late brings older news.
    let lifted =
        said.lifted.filter(|lifted| lifted_before.is_none_or(|known| known.times < lifted.times));
    let cut = said.cut_alone.filter(|cut| cut_before.is_none_or(|known| known.times < cut.times));
    let lifted_last = lifted.zip(cut).is_some_and(|(lifted, cut)| cut.at <= lifted.at);
    if let Some(cut) = cut.filter(|_| lifted_last) {
        cuts::cut_by_guard_alone(store, guard, at, cut).await?;
    }
    if let Some(lifted) = lifted {
        cuts::lifted_by_code(store, guard, at, lifted).await?;
    }
    if let Some(cut) = cut.filter(|_| !lifted_last) {
        cuts::cut_by_guard_alone(store, guard, at, cut).await?;
    }
    Ok(())
}

async fn alarm(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Received>, Refused> {
    let Signed { guard, at, said } =
        signed::<AlarmReport>(&doors, &headers, ALARM_PATH, &body).await?;
    said.check()?;
    alarms::receive(&doors.store, &guard, at, &said).await?;
    Ok(Json(Received { at }))
}

async fn listed(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Received>, Refused> {
    let Signed { guard, at, said } = signed::<Listed>(&doors, &headers, LISTED_PATH, &body).await?;
    said.check()?;
    if !alarms::listed(&doors.store, &guard, at, &said).await? {
        tracing::debug!(guard = %guard.id, alarm = %said.alarm, "nothing new in what it lists");
    }
    Ok(Json(Received { at }))
}

async fn restored(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Received>, Refused> {
    let Signed { guard, at, said } =
        signed::<RestoreReport>(&doors, &headers, RESTORED_PATH, &body).await?;
    note_restored(&doors.store, &guard, at, &said).await?;
    Ok(Json(Received { at }))
}

/// What a guard put back is a line of the journal.
async fn note_restored(
    store: &Store,
    guard: &Guard,
    at: Instant,
    said: &RestoreReport,
) -> Result<(), Refused> {
    let actor = Actor::Guard(guard.id.clone());
    let mut tx = store.begin(std::slice::from_ref(&guard.tenant), &actor, at).await?;
    let body = json!({ "guard": guard.id, "asset": guard.asset, "report": said });
    tx.record(&guard.tenant, "files_restored", body).await?;
    tx.changed(&guard.tenant, "guard")?;
    tx.commit().await?;
    Ok(())
}
