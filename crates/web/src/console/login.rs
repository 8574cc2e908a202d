//! Coming in and going out.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use beffroi_registry::accounts::{
    self, Account, Answer as Proof, Entered, Phrase,
    code::{BadCode, OneTimeCode},
    sessions,
};
use beffroi_store::{Store, TenantScope, alarms, incidents};

use crate::{
    Refusal, call::Call, console, cookie, fields::Fields, frame::Frame, reply, routes::Answer,
};

const YEAR_SECONDS: u32 = 365 * 24 * 3600;

#[derive(Template)]
#[template(path = "console/login.html")]
struct LoginPage {
    f: Frame,
    form: Fields,
}

/// The console without its slash.
pub fn to_today(_call: &Call) -> Answer {
    Ok(reply::see_other("/console/"))
}

fn page(call: &Call, form: Fields) -> LoginPage {
    LoginPage { f: call.bare_frame(call.words().say("login-title")), form }
}

/// The two ways in.
pub fn show(call: &Call) -> Answer {
    if call.caller.is_some() {
        return Ok(reply::see_other("/console/"));
    }
    console::page(&page(call, Fields::default()))
}

/// The page again, with what was typed but the secrets, and what is wrong.
fn again(call: &Call, field: &str, why: String, status: StatusCode) -> Answer {
    let mut form = Fields::default()
        .with("tenant", call.form.get("tenant"))
        .with("name", call.form.get("name"));
    form.wrong(field, why);
    Ok(reply::html(status, page(call, form).render()?))
}

fn refused(call: &Call, proof: &Proof<Entered>, field: &str, key: &str) -> Answer {
    match proof {
        Proof::Wait { ms } => {
            let duration = call.words().duration(*ms);
            let why = call.words().say_with("login-wait", &[("duration", duration.into())]);
            again(call, field, why, StatusCode::TOO_MANY_REQUESTS)
        }
        _ => again(call, field, call.words().say(key), StatusCode::FORBIDDEN),
    }
}

/// In with tenant, name, pass-phrase and a second code.
pub async fn with_phrase(call: Call) -> Answer {
    let typed = Phrase {
        tenant: call.form.get("tenant"),
        name: call.form.get("name"),
        phrase: call.form.get("phrase"),
        second: call.form.get("second"),
        address: call.address,
    };
    match accounts::with_phrase(&call.doors.store, call.at, typed).await? {
        Proof::Yes(entered) => enter(&call, &entered).await,
        proof => refused(&call, &proof, "tenant", "login-refused"),
    }
}

/// In with one printed code alone.
pub async fn with_code(call: Call) -> Answer {
    let words = call.words();
    let field = "one_time_code";
    let code = match OneTimeCode::read(call.form.get(field)) {
        Ok(code) => code,
        Err(bad) => {
            let key = match bad {
                BadCode::Shape => "login-code-shape",
                BadCode::Check => "login-code-check",
            };
            return again(&call, field, words.say(key), StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    match accounts::with_code(&call.doors.store, call.at, &code, call.address).await? {
        Proof::Yes(entered) => enter(&call, &entered).await,
        proof => refused(&call, &proof, field, "login-code-refused"),
    }
}

/// A fresh session, and on to the console, or to the set-up of a new account: later, when its town
/// has something to decide now. The console's first page reminds of it until then.
async fn enter(call: &Call, entered: &Entered) -> Result<Response, Refusal> {
    let account = &entered.account;
    let store = &call.doors.store;
    let secure = call.doors.settings.secure_cookies;
    let opened = sessions::open(store, call.at, account, call.device.as_deref()).await?;
    if let Some(own) = &entered.own {
        sessions::hold(store, &opened.token, own).await?;
    }
    let later = account.has_password || urgent(store, account).await?;
    let to = if later { "/console/" } else { "/console/setup" };
    let mut answer = reply::see_other(to);
    for line in [
        cookie::set(cookie::SESSION, &opened.token, secure, None),
        cookie::set(cookie::DEVICE, &opened.device, secure, Some(YEAR_SECONDS)),
        cookie::set(cookie::DOOR, "", secure, Some(0)),
        cookie::set(cookie::TOWN, "", secure, Some(0)),
    ] {
        reply::add_cookie(&mut answer, &line);
    }
    Ok(answer)
}

/// Whether an alarm waits or an incident goes on.
async fn urgent(store: &Store, account: &Account) -> Result<bool, Refusal> {
    let scope = TenantScope::for_tenant(&account.tenant);
    let mut conn = store.read().await?;
    Ok(!alarms::open(&mut conn, &scope).await?.is_empty()
        || !incidents::open(&mut conn, &scope).await?.is_empty())
}

/// Out.
pub async fn log_out(call: Call) -> Answer {
    sessions::end(&call.doors.store, &call.caller()?.token).await?;
    let secure = call.doors.settings.secure_cookies;
    let mut answer = reply::see_other("/console/login");
    for name in [cookie::SESSION, cookie::TOWN] {
        reply::add_cookie(&mut answer, &cookie::set(name, "", secure, Some(0)));
    }
    Ok(answer)
}
