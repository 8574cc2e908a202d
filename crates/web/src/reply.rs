//! Answers of the console, with the headers that each of them carries.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header},
    response::Response,
};

/// Nothing is loaded from anywhere but this console; nothing runs; nobody frames it.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; \
    img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Puts in each header that the answer does not already set for itself.
pub(crate) fn protect(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// An answer with a body of some kind.
pub(crate) fn body(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut answer = HttpResponse::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// A file to be saved under a name of plain letters.
pub(crate) fn saved(kind: &'static str, name: &str, content: impl Into<Body>) -> Response {
    let mut answer = body(StatusCode::OK, kind, content);
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    answer
}

/// A page.
pub(crate) fn html(status: StatusCode, page: String) -> Response {
    body(status, "text/html; charset=utf-8", page)
}

/// On to another page, asked for anew (303): going back or reloading repeats nothing.
pub(crate) fn see_other(path: &str) -> Response {
    let mut answer = HttpResponse::new(Body::empty());
    *answer.status_mut() = StatusCode::SEE_OTHER;
    let safe = path.starts_with("/console/").then(|| HeaderValue::from_str(path).ok()).flatten();
    let place = safe.unwrap_or_else(|| HeaderValue::from_static("/console/"));
    answer.headers_mut().insert(header::LOCATION, place);
    answer
}

/// Adds a cookie to an answer.
pub(crate) fn add_cookie(answer: &mut Response, line: &str) {
    if let Ok(value) = HeaderValue::from_str(line) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
}
