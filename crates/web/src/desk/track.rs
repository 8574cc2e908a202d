//! Following a request with its reference and code.

use axum::{body::Body, http::StatusCode};
use beffroi_desk::{
    codes,
    requests::{self, Followed},
};
use beffroi_pages::desk::{self as pages, TrackPage, TrackedAnswer};
use beffroi_registry::accounts::throttle::Attempt;
use serde::Deserialize;

use super::{Answer, Visit, kept_by_nobody};

/// Longest form: two codes.
const FORM_BYTES_MAX: usize = 4 * 1024;
/// The count of guesses is kept under this name.
const DOOR: &str = "desk";

#[derive(Default, Deserialize)]
struct Typed {
    #[serde(default)]
    reference: String,
    #[serde(default)]
    code: String,
}

/// The two fields.
pub(super) fn show(visit: &Visit) -> Answer {
    let page = TrackPage { reference: "", wrong: None, found: None };
    Ok(kept_by_nobody(StatusCode::OK, pages::track_page(&visit.frame(), &page)?))
}

/// What became of a request. What is wrong with either code is the same answer.
pub(super) async fn posted(visit: &Visit, body: Body) -> Answer {
    let typed: Typed = visit.form(body, FORM_BYTES_MAX).await?;
    let shown: String = typed.reference.chars().take(40).collect();
    let again = |status, key: &str| {
        let why = visit.words().say(key);
        let page = TrackPage { reference: &shown, wrong: Some(&why), found: None };
        Ok(kept_by_nobody(status, pages::track_page(&visit.frame(), &page)?))
    };
    let codes = codes::read_reference(&typed.reference)
        .and_then(|reference| codes::read_tracking(&typed.code).map(|code| (reference, code)));
    let Ok((reference, code)) = codes else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "ask-track-slip");
    };
    let (store, at) = (&visit.doors.store, visit.at);
    // A right code always opens: whoever guesses from the same address must not keep anybody else
    // out, and 85 bits are not guessed.
    let mut conn = store.read().await?;
    let found = requests::follow(&mut conn, &visit.scope, (&reference, &code)).await?;
    drop(conn);
    if let Some(found) = found {
        return shown_to(visit, &found);
    }
    let attempt = Attempt::at_door(DOOR, visit.address);
    if attempt.wait(store, at).await?.is_some() {
        return again(StatusCode::TOO_MANY_REQUESTS, "ask-track-wait");
    }
    attempt.failed(store, at).await?;
    again(StatusCode::NOT_FOUND, "ask-track-unknown")
}

fn shown_to(visit: &Visit, found: &Followed) -> Answer {
    let request = &found.request;
    let answer = TrackedAnswer {
        procedure: visit.procedure(request.procedure.as_str()),
        received_at: request.received_at,
        state: request.state,
        answer: found.answer.as_deref(),
    };
    let page = TrackPage { reference: &request.reference, wrong: None, found: Some(answer) };
    Ok(kept_by_nobody(StatusCode::OK, pages::track_page(&visit.frame(), &page)?))
}
