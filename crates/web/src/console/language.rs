//! French or English: a cookie, chosen by a link at the foot of every page.

use crate::{call::Call, cookie, reply, routes::Answer};

const YEAR_SECONDS: u32 = 365 * 24 * 3600;

/// Remembers a language and goes back to where the person was.
pub fn choose(call: &Call) -> Answer {
    let tag = match call.params.get("tag").map(String::as_str) {
        Some("en") => "en",
        _ => "fr",
    };
    let mut answer = reply::see_other(call.query.get("back"));
    let secure = call.doors.settings.secure_cookies;
    reply::add_cookie(&mut answer, &cookie::set(cookie::LANG, tag, secure, Some(YEAR_SECONDS)));
    Ok(answer)
}
