//! The style sheet and the mark. The address of the sheet carries the hash of its content, so a
//! browser may keep it for ever and never shows an old one.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use data_encoding::HEXLOWER;
use ring::digest;

use crate::{call::Call, reply, routes::Answer};

const STYLE: &str = include_str!("../../static/console.css");
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| {
    let hash = digest::digest(&digest::SHA256, STYLE.as_bytes());
    HEXLOWER.encode(hash.as_ref()).chars().take(16).collect()
});

/// The address of the style sheet.
pub fn style_path() -> String {
    format!("/console/style.css?v={}", *STYLE_HASH)
}

/// The style sheet.
pub fn style(call: &Call) -> Answer {
    let mut answer = reply::body(StatusCode::OK, "text/css; charset=utf-8", STYLE);
    let keep = if call.query.get("v") == *STYLE_HASH {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    Ok(answer)
}

/// The mark.
pub fn mark(_call: &Call) -> Answer {
    Ok(reply::body(StatusCode::OK, "image/svg+xml", beffroi_pages::mark_svg()))
}
