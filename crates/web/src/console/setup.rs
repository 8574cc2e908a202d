//! Setting up a new account: pass-phrase, authenticator, printed codes.
//!
//! Rules: what is generated is shown once; nothing is kept before the person has typed it back.
//! Between the two it travels sealed in the form itself, bound to the account and the hour. Once
//! an account is in use, a second factor is asked for before either is changed.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use beffroi_registry::accounts::{self, phrase as phrases, sessions, totp as totps};

use super::{page, wrong};
use crate::{Refusal, call::Call, fields::Fields, frame::Frame, reply, routes::Answer};

/// How long what was generated waits to be typed back.
const WAIT_MS: i64 = 30 * 60_000;

#[derive(Template)]
#[template(path = "console/setup_phrase.html")]
struct PhrasePage {
    f: Frame,
    form: Fields,
    phrase: String,
    sealed: String,
}

#[derive(Template)]
#[template(path = "console/setup_totp.html")]
struct TotpPage {
    f: Frame,
    form: Fields,
    qr: String,
    secret: String,
    sealed: String,
}

#[derive(Template)]
#[template(path = "console/setup_codes.html")]
struct CodesPage {
    f: Frame,
    who: String,
    address: String,
    codes: Vec<String>,
}

fn label(call: &Call, what: &str) -> Result<String, Refusal> {
    Ok(format!("console set-up {what} {}", call.caller()?.account.id))
}

fn seal(call: &Call, what: &str, bytes: &[u8]) -> Result<String, Refusal> {
    let mut plain = call.at.ms().to_be_bytes().to_vec();
    plain.extend_from_slice(bytes);
    Ok(call.doors.store.seal(&label(call, what)?, &plain)?)
}

/// What was sealed into the form, unless it is forged or too old.
fn unseal(call: &Call, what: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let sealed = call.form.get("sealed");
    let Ok(plain) = call.doors.store.open_sealed(&label(call, what)?, sealed) else {
        return Ok(None);
    };
    let Some((stamp, bytes)) = plain.split_first_chunk::<8>() else { return Ok(None) };
    let age = call.at.ms() - i64::from_be_bytes(*stamp);
    Ok((0..WAIT_MS).contains(&age).then(|| bytes.to_vec()))
}

/// The generated pass-phrase, to be written down.
pub fn phrase(call: &Call) -> Answer {
    if call.caller()?.account.has_password {
        return Ok(reply::see_other("/console/setup/totp"));
    }
    let phrase = phrases::generate(&*call.doors.entropy);
    page(&phrase_page(call, &phrase, Fields::default())?)
}

fn phrase_page(call: &Call, phrase: &str, form: Fields) -> Result<PhrasePage, Refusal> {
    let sealed = seal(call, "phrase", phrase.as_bytes())?;
    let f = call.bare_frame(call.words().say("setup-phrase-title"));
    Ok(PhrasePage { f, form, phrase: phrase.replace('-', " "), sealed })
}

/// Keeps the pass-phrase once it has been typed back.
pub async fn keep_phrase(call: Call) -> Answer {
    let words = call.words();
    let mut form = Fields::default();
    let shown = unseal(&call, "phrase")?.and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(shown) = shown else {
        form.wrong("typed", words.say("setup-phrase-stale"));
        let phrase = phrases::generate(&*call.doors.entropy);
        return wrong(&phrase_page(&call, &phrase, form)?);
    };
    if phrases::tidy(call.form.get("typed")) != phrases::tidy(&shown) {
        form.wrong("typed", words.say("setup-phrase-wrong"));
        return wrong(&phrase_page(&call, &shown, form)?);
    }
    let (store, caller) = (&call.doors.store, call.caller()?);
    let own = accounts::keep_phrase(store, call.at, &caller.account, &shown).await?;
    sessions::hold(store, &caller.token, &own).await?;
    Ok(reply::see_other("/console/setup/totp"))
}

/// The square to scan.
pub fn totp(call: &Call) -> Answer {
    if call.caller()?.account.has_totp {
        return Ok(reply::see_other("/console/"));
    }
    let secret = totps::generate(&*call.doors.entropy);
    page(&totp_page(call, &secret, Fields::default())?)
}

fn totp_page(
    call: &Call,
    secret: &[u8; totps::SECRET_BYTES],
    form: Fields,
) -> Result<TotpPage, Refusal> {
    let account = &call.caller()?.account;
    let address = totps::address(secret, account.tenant.as_str(), &account.name);
    Ok(TotpPage {
        f: call.bare_frame(call.words().say("setup-totp-title")),
        form,
        qr: beffroi_pages::qr(&address),
        secret: totps::shown_secret(secret),
        sealed: seal(call, "totp", secret)?,
    })
}

/// Keeps the authenticator once it has shown its digits; then the printed codes.
pub async fn keep_totp(call: Call) -> Answer {
    let words = call.words();
    let mut form = Fields::default();
    let shown = unseal(&call, "totp")?.and_then(|bytes| bytes.try_into().ok());
    let Some(secret) = shown else {
        form.wrong("digits", words.say("setup-totp-stale"));
        let secret = totps::generate(&*call.doors.entropy);
        return wrong(&totp_page(&call, &secret, form)?);
    };
    let account = &call.caller()?.account;
    let digits = call.form.get("digits");
    if !accounts::keep_totp(&call.doors.store, call.at, account, &secret, digits).await? {
        form.wrong("digits", words.say("setup-totp-wrong"));
        return wrong(&totp_page(&call, &secret, form)?);
    }
    if call.caller()?.account.codes_left > 0 {
        return Ok(reply::see_other("/console/people?done=totp"));
    }
    print(&call).await
}

/// The printed codes: at set-up for somebody who has no telephone to link; later, new ones.
pub async fn codes(call: Call) -> Answer {
    if !call.caller()?.account.has_password {
        return Ok(reply::see_other("/console/setup"));
    }
    print(&call).await
}

async fn print(call: &Call) -> Result<Response, Refusal> {
    let caller = call.caller()?;
    let store = &call.doors.store;
    let own = sessions::held(store, call.at, &caller.token).await?;
    let codes = accounts::print_codes(store, call.at, &caller.account, own.as_ref()).await?;
    let page = CodesPage {
        f: call.bare_frame(call.words().say("setup-codes-title")),
        who: format!("{} – {} ({})", caller.account.name, caller.tenant.name, caller.tenant.id),
        address: match call.doors.settings.public_url.as_str() {
            "" => String::new(),
            url => format!("{}/console/", url.trim_end_matches('/')),
        },
        codes,
    };
    Ok(reply::html(StatusCode::OK, page.render()?))
}
