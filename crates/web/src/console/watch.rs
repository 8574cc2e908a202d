//! A screen to leave open: it rings until somebody answers.
//!
//! Rules: without a script it reloads itself and shows the words; with one, a tap turns the sound
//! on, and the sound is made by the page itself. A screen that cannot hear the platform any more
//! rings too: silence must mean that all is well.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use beffroi_store::{OperatorScope, TenantScope, calls, tenants};
use beffroi_town::oncall::Call;
use beffroi_words::Zone;
use serde::Serialize;

use super::page;
use crate::{
    Refusal,
    call::Call as Request,
    frame::Frame,
    reply,
    routes::Answer,
    rung::{self, People, Rung},
};

const SCRIPT: &str = include_str!("../../static/watch.js");
/// The one page of the console that runs a script, which is its own and asks this console alone.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// Most calls on one screen.
const SHOWN_MAX: u32 = 200;

/// A call that nobody answered.
#[derive(Serialize)]
struct Ringing {
    id: String,
    town: String,
    what: String,
    state: String,
    since: String,
    href: String,
    test: bool,
}

#[derive(Serialize)]
struct Heard {
    calls: Vec<Ringing>,
    when: String,
}

#[derive(Template)]
#[template(path = "console/watch.html")]
struct WatchPage {
    f: Frame,
    source: &'static str,
    calls: Vec<Ringing>,
    everywhere: bool,
}

async fn ringing(call: &Request, one: Call, mine: bool) -> Result<Option<Ringing>, Refusal> {
    let scope = TenantScope::for_tenant(&one.tenant);
    let mut conn = call.doors.store.read().await?;
    let Some(town) = tenants::get(&mut conn, &scope).await? else { return Ok(None) };
    let people = People::of(&mut conn, &scope).await?;
    let rung = Rung::of(&mut conn, &scope, one).await?;
    let (words, zone) = (call.words(), Zone::of(&town));
    let (state, _) = rung::state(words, &people, &rung, (call.at, &zone));
    Ok(Some(Ringing {
        id: rung.call.id.to_string(),
        what: rung::about(words, &rung.call),
        state,
        since: words.date_full(rung.call.since_at, &zone),
        href: if mine {
            format!("/console/calls/{}", rung.call.id)
        } else {
            "/console/tenants/".to_owned()
        },
        test: rung.call.is_test(),
        town: town.name,
    }))
}

async fn own(call: &Request) -> Result<Vec<Ringing>, Refusal> {
    let scope = call.caller()?.scope.clone();
    let open = calls::unanswered(&mut call.doors.store.read().await?, &scope).await?;
    let mut all = Vec::new();
    for one in open {
        all.extend(ringing(call, one, true).await?);
    }
    Ok(all)
}

async fn everywhere(call: &Request) -> Result<Vec<Ringing>, Refusal> {
    let here = call.caller()?.tenant.id.clone();
    let operator = OperatorScope::for_operator();
    let mut conn = call.doors.store.read().await?;
    let open = calls::unanswered_everywhere(&mut conn, &operator, SHOWN_MAX).await?;
    drop(conn);
    let mut all = Vec::new();
    for one in open {
        let mine = one.tenant == here;
        all.extend(ringing(call, one, mine).await?);
    }
    Ok(all)
}

async fn screen(call: Request, all: bool) -> Answer {
    let facts = call.facts().await?;
    let calls = if all { everywhere(&call).await? } else { own(&call).await? };
    let f = call.frame(call.words().say("watch-title"), "oncall", &facts);
    let source = if all { "/console/watch/all.json" } else { "/console/watch.json" };
    let mut answer = page(&WatchPage { f, source, calls, everywhere: all })?;
    let policy = HeaderValue::from_static(POLICY);
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}

fn heard(call: &Request, calls: Vec<Ringing>) -> Answer {
    let zone = call.zone();
    let when = call.words().date_full(call.at, &zone);
    let body = serde_json::to_string(&Heard { calls, when }).map_err(|_| Refusal::NotFound)?;
    Ok(reply::body(StatusCode::OK, "application/json", body))
}

/// The screen for the caller's town.
pub async fn show(call: Request) -> Answer {
    screen(call, false).await
}

/// The screen for every town.
pub async fn show_all(call: Request) -> Answer {
    screen(call, true).await
}

/// What the screen asks for again and again.
pub async fn json(call: Request) -> Answer {
    let calls = own(&call).await?;
    heard(&call, calls)
}

/// The same for every town.
pub async fn json_all(call: Request) -> Answer {
    let calls = everywhere(&call).await?;
    heard(&call, calls)
}

/// The script.
pub fn script(_call: &Request) -> Answer {
    let mut answer: Response =
        reply::body(StatusCode::OK, "text/javascript; charset=utf-8", SCRIPT);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(answer)
}
