//! What stands before every handler of the console.
//!
//! In this order: the size of the body; who is logged in; whether that role may; whether the form
//! is ours (same site, token compared in constant time); whether a second factor was given lately,
//! where the route asks for one. A handler that runs can rely on all of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    RequestExt as _,
    body::{Body, Bytes, HttpBody as _},
    extract::{Form, FromRequest as _, Query, RawPathParams, Request},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::Response,
};
use beffroi_registry::accounts::{
    self,
    sessions::{self, Session},
};
use beffroi_store::{Conn, TenantScope, incidents, tenants};
use beffroi_town::{Lang, Role, TenantId};
use data_encoding::BASE64URL_NOPAD;
use futures_util::future::poll_fn;
use ring::digest;
use std::pin::Pin;
use subtle::ConstantTimeEq as _;

use crate::{
    Refusal,
    call::{Call, Caller, ClientAddress},
    cookie,
    doors::Doors,
    fields::Fields,
    frame::Frame,
    multipart, reply,
    routes::{Answer, Route, Second, Takes, Who},
};

/// Longest body of a form.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Longest body of a form with a file, from somebody who may send one.
pub const FILE_BODY_BYTES_MAX: usize = 3 * 1024 * 1024;
/// How much of a body that is too long is read and thrown away, so that the browser gets to read
/// the answer instead of a broken connection.
const DRAIN_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The field that carries the form's token.
pub const CSRF_FIELD: &str = "csrf";
/// The field that carries a second factor.
pub const SECOND_FIELD: &str = "second_factor";

/// Lets a request through to its handler, or answers in its place.
pub async fn pass(doors: Doors, route: &'static Route, request: Request) -> Response {
    let secure = doors.settings.secure_cookies;
    let (mut call, parts, body, fresh_door) = match open(doors, request).await {
        Ok(opened) => opened,
        Err((call, refusal)) => return finish(refusal.answer(call.bare_frame(String::new()))),
    };
    let frame = call.bare_frame(String::new());
    let mut answer = match admit(&mut call, route, &parts, body).await {
        Err(Stop::Refused(refusal)) => refused(&refusal, frame),
        Err(Stop::Answered(answer)) => *answer,
        Ok(()) => match rehearsed(call, route).await {
            Ok(answer) => answer,
            Err(refusal) => refused(&refusal, frame),
        },
    };
    if let Some(door) = fresh_door {
        reply::add_cookie(&mut answer, &cookie::set(cookie::DOOR, &door, secure, None));
    }
    finish(answer)
}

/// Runs a handler; in a rehearsal, what it did is noted before its page is made and after.
async fn rehearsed(call: Call, route: &Route) -> Answer {
    let Some(exercise) = call.doors.settings.exercise.clone().filter(|_| call.caller.is_some())
    else {
        return (route.run)(call).await;
    };
    let (store, at, path) = (call.doors.store.clone(), call.at, call.path.clone());
    exercise.look(&mut store.read().await?, (&path, at)).await?;
    (route.run)(call).await
}

fn finish(mut answer: Response) -> Response {
    reply::protect(answer.headers_mut());
    answer
}

fn refused(refusal: &Refusal, frame: Frame) -> Response {
    match refusal {
        Refusal::LoggedOut => reply::see_other("/console/login"),
        refusal => refusal.answer(frame),
    }
}

/// Why the gate did not let a request through.
enum Stop {
    Refused(Refusal),
    Answered(Box<Response>),
}

impl<E: Into<Refusal>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

type Opened = (Call, Parts, Body, Option<String>);

/// Reads what does not depend on the route: path, query, cookies, who is logged in.
async fn open(doors: Doors, mut request: Request) -> Result<Opened, (Box<Call>, Refusal)> {
    let params = request.extract_parts::<RawPathParams>().await;
    let params: BTreeMap<String, String> = params
        .map(|all| all.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
        .unwrap_or_default();
    let (parts, body) = request.into_parts();
    let secure = doors.settings.secure_cookies;
    let lang = match cookie::read(&parts.headers, cookie::LANG, secure).as_deref() {
        Some("en") => Lang::En,
        _ => Lang::Fr,
    };
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
    let mut call = Call {
        at: doors.clock.now(),
        lang,
        path: parts.uri.path().to_owned(),
        params,
        file: None,
        query: Fields::new(query.map(|Query(pairs)| pairs).unwrap_or_default()),
        form: Fields::default(),
        caller: None,
        csrf: String::new(),
        address: parts.extensions.get::<ClientAddress>().map(|address| address.0),
        device: cookie::read(&parts.headers, cookie::DEVICE, secure),
        doors,
    };
    let token = cookie::read(&parts.headers, cookie::SESSION, secure);
    match who(&call, token.as_deref(), &parts.headers).await {
        Ok(caller) => call.caller = caller,
        Err(refusal) => return Err((Box::new(call), refusal)),
    }
    // Somebody logged out has forms too: theirs are bound to a cookie of their own.
    let mut fresh_door = None;
    let door = cookie::read(&parts.headers, cookie::DOOR, secure);
    let bound_to = match (&call.caller, token, door) {
        (Some(_), Some(token), _) => token,
        (_, _, Some(door)) if door.len() == sessions::TOKEN_LENGTH => door,
        _ => {
            let door = sessions::random_token(&*call.doors.entropy);
            fresh_door = Some(door.clone());
            door
        }
    };
    call.csrf = form_token(&bound_to);
    Ok((call, parts, body, fresh_door))
}

/// The token of the forms of one session: follows from the cookie, is not the cookie.
fn form_token(bound_to: &str) -> String {
    let text = format!("beffroi form v1\n{bound_to}");
    BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

async fn who(
    call: &Call,
    token: Option<&str>,
    headers: &HeaderMap,
) -> Result<Option<Caller>, Refusal> {
    let Some(token) = token else { return Ok(None) };
    let store = &call.doors.store;
    let Some(session) = sessions::find(store, call.at, token).await? else { return Ok(None) };
    let home = session.account.tenant.clone();
    let entered = cookie::read(headers, cookie::TOWN, call.doors.settings.secure_cookies)
        .filter(|_| session.account.role == Role::Operator)
        .and_then(|sealed| store.open_sealed(&entered_label(token), &sealed).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|code| TenantId::parse(&code).ok());
    let scope = TenantScope::for_tenant(&entered.unwrap_or(home));
    let mut conn = store.read().await?;
    let Some(tenant) = tenants::get(&mut conn, &scope).await? else { return Ok(None) };
    if session.account.role == Role::Responder && !is_needed(&mut conn, &scope, &session).await? {
        return Ok(None);
    }
    Ok(Some(Caller {
        elevated: session.elevated(call.at),
        token: token.to_owned(),
        account: session.account,
        tenant,
        scope,
    }))
}

/// Whether a responder's incident still goes on: outside of it, a named outsider is nobody here.
async fn is_needed(
    conn: &mut Conn,
    scope: &TenantScope,
    session: &Session,
) -> Result<bool, Refusal> {
    let Some(incident) = &session.account.incident else { return Ok(false) };
    let found = incidents::get(conn, scope, incident).await?;
    Ok(found.is_some_and(|incident| incident.is_open()))
}

/// The label under which the tenant that an operator has entered is sealed: holds for one session.
pub fn entered_label(token: &str) -> String {
    format!("console entered {}", form_token(token))
}

/// Everything that may stop a request before its handler.
async fn admit(call: &mut Call, route: &Route, parts: &Parts, body: Body) -> Result<(), Stop> {
    let posted = parts.method == Method::POST;
    if posted {
        let may = match (route.takes, route.who, &call.caller) {
            (Takes::AFile, Who::Only(roles), Some(caller)) => roles.contains(&caller.role()),
            _ => false,
        };
        (call.form, call.file) = read_form(parts, body, may).await?;
    }
    if let Who::Only(roles) = route.who {
        let caller = call.caller()?;
        if !roles.contains(&caller.role()) {
            return Err(Refusal::Forbidden.into());
        }
    }
    if posted {
        let sent = call.form.get(CSRF_FIELD);
        let ours = bool::from(sent.as_bytes().ct_eq(call.csrf.as_bytes()));
        if !ours || !same_site(&parts.headers) {
            return Err(Refusal::Forged.into());
        }
    }
    let asked = match route.second_factor {
        Second::Never => false,
        Second::Always => true,
        Second::OnceInUse => {
            let account = &call.caller()?.account;
            account.has_totp || account.codes_left > 0
        }
    };
    if asked {
        second_factor(call).await?;
    }
    Ok(())
}

/// Reads a form within its bound, with a file where there may be one.
async fn read_form(
    parts: &Parts,
    body: Body,
    may_send_file: bool,
) -> Result<(Fields, Option<Vec<u8>>), Refusal> {
    let max = if may_send_file { FILE_BODY_BYTES_MAX } else { BODY_BYTES_MAX };
    let bytes = read_body(body, max).await?;
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let boundary = kind.and_then(|kind| kind.to_str().ok()).and_then(multipart::boundary);
    if let Some(boundary) = boundary.filter(|_| may_send_file) {
        return in_parts(&multipart::parts(boundary, &bytes).ok_or(Refusal::BadForm)?);
    }
    let mut request = Request::new(Body::from(bytes));
    *request.method_mut() = Method::POST;
    if let Some(kind) = kind {
        request.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
    }
    let form = Form::<Vec<(String, String)>>::from_request(request, &()).await;
    form.map(|Form(pairs)| (Fields::new(pairs), None)).map_err(|_| Refusal::BadForm)
}

/// The fields of a form in parts, and its file; a browser sends an empty one where none is chosen.
fn in_parts(parts: &[multipart::Part<'_>]) -> Result<(Fields, Option<Vec<u8>>), Refusal> {
    let (files, texts): (Vec<_>, Vec<_>) = parts.iter().partition(|part| part.file.is_some());
    let pair = |part: &&multipart::Part<'_>| {
        let text = std::str::from_utf8(part.body).map_err(|_| Refusal::BadForm);
        text.map(|text| (part.name.to_owned(), text.to_owned()))
    };
    let pairs = texts.iter().map(pair).collect::<Result<Vec<_>, Refusal>>()?;
    let file = files.iter().map(|part| part.body).find(|body| !body.is_empty());
    Ok((Fields::new(pairs), file.map(<[u8]>::to_vec)))
}

/// Reads a body within its bound; what is too long is read on and dropped.
async fn read_body(mut body: Body, max: usize) -> Result<Vec<u8>, Refusal> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut total = 0_usize;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(frame) = frame else { return Err(Refusal::BadForm) };
        let data: Bytes = frame.into_data().unwrap_or_default();
        total += data.len();
        if total > DRAIN_BYTES_MAX {
            break;
        }
        if total <= max {
            bytes.extend_from_slice(&data);
        }
    }
    if total > max { Err(Refusal::TooLarge) } else { Ok(bytes) }
}

/// Whether the browser says that the form was sent from this very site. Browsers that say nothing
/// are held by the token alone.
fn same_site(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(from) = text("sec-fetch-site") {
        return from == "same-origin";
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, origin_host)| origin_host == host)
        }
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// The page that asks for a second factor and carries the form through.
#[derive(Template)]
#[template(path = "console/second_factor.html")]
struct SecondFactor<'a> {
    f: Frame,
    form: Fields,
    action: &'a str,
    carried: Vec<(String, String)>,
}

async fn second_factor(call: &mut Call) -> Result<(), Stop> {
    let typed = call.form.get(SECOND_FIELD).to_owned();
    call.form.remove(SECOND_FIELD);
    let caller = call.caller()?;
    if caller.elevated {
        return Ok(());
    }
    let words = call.words();
    let mut ask = Fields::default();
    if !typed.is_empty() {
        let device = accounts::SecondFactor { typed: &typed, address: call.address };
        match accounts::second_factor(&call.doors.store, call.at, &caller.account, device).await? {
            accounts::Answer::Yes(()) => {
                sessions::elevate(&call.doors.store, call.at, &caller.token).await?;
                if let Some(caller) = &mut call.caller {
                    caller.elevated = true;
                }
                return Ok(());
            }
            accounts::Answer::No => ask.wrong(SECOND_FIELD, words.say("second-wrong")),
            accounts::Answer::Wait { ms } => {
                let duration = words.duration(ms);
                let said = words.say_with("login-wait", &[("duration", duration.into())]);
                ask.wrong(SECOND_FIELD, said);
            }
        }
    }
    let carried =
        call.form.pairs().iter().filter(|(name, _)| name != CSRF_FIELD).cloned().collect();
    let page = SecondFactor {
        f: call.bare_frame(words.say("second-title")),
        form: ask,
        action: &call.path,
        carried,
    };
    Err(Stop::Answered(Box::new(reply::html(StatusCode::FORBIDDEN, page.render()?))))
}

/// Answers with a refusal, whatever was asked: for paths and methods that no route has.
pub async fn refuse(doors: Doors, refusal: Refusal, request: Request) -> Response {
    let (call, refusal) = match open(doors, request).await {
        Ok((call, _, body, _)) => {
            drop(body);
            (call, refusal)
        }
        Err((call, refusal)) => (*call, refusal),
    };
    finish(refusal.answer(call.bare_frame(String::new())))
}
