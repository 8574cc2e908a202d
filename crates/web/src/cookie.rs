//! The cookies of the console.
//!
//! Rules: out of reach of scripts, never sent along from another site, whole-host and only over
//! TLS where there is TLS (`__Host-`, RFC 6265bis section 4.1.3). Without TLS, on a person's own
//! machine, browsers refuse that prefix, so the name goes without it.

use axum::http::{HeaderMap, header};

/// Names of the cookies, in their short form.
pub(crate) const SESSION: &str = "beffroi-session";
/// Binds the log-in form to the browser that asked for it.
pub(crate) const DOOR: &str = "beffroi-door";
/// Says that this device has been logged in from before.
pub(crate) const DEVICE: &str = "beffroi-device";
/// The tenant an operator has entered, sealed for that session.
pub(crate) const TOWN: &str = "beffroi-town";
/// The language a person chose.
pub(crate) const LANG: &str = "beffroi-lang";

fn full_name(name: &str, secure: bool) -> String {
    if secure { format!("__Host-{name}") } else { name.to_owned() }
}

/// The value of a cookie, if the browser sent one.
pub(crate) fn read(headers: &HeaderMap, name: &str, secure: bool) -> Option<String> {
    let full = full_name(name, secure);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == full)
        .map(|(_, value)| value.to_owned())
}

/// A `Set-Cookie` line. Without an age it ends with the browser; an age of zero removes it.
pub(crate) fn set(name: &str, value: &str, secure: bool, max_age_seconds: Option<u32>) -> String {
    // `__Host-` asks for the whole host; without it, the console's own path is narrower.
    let (path, only_tls) = if secure { ("/", "; Secure") } else { ("/console", "") };
    let age = max_age_seconds.map(|age| format!("; Max-Age={age}")).unwrap_or_default();
    let full = full_name(name, secure);
    format!("{full}={value}; Path={path}; HttpOnly; SameSite=Strict{only_tls}{age}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_back_by_its_whole_name_only() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "xbeffroi-session=no; beffroi-session=yes".parse().unwrap());
        assert_eq!(read(&headers, SESSION, false).as_deref(), Some("yes"));
        assert_eq!(read(&headers, SESSION, true), None);
        assert!(set(SESSION, "v", true, None).starts_with("__Host-beffroi-session=v; Path=/; "));
        assert!(set(SESSION, "v", true, None).contains("; Secure"));
    }
}
