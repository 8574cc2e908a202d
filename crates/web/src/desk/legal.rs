//! Legal notice, privacy notice and accessibility statement of a tenant's pages.

use axum::http::StatusCode;
use beffroi_pages::desk as pages;

use super::{Answer, Visit, kept_by_nobody};

/// The three in one page, each under its own name.
pub(super) fn show(visit: &Visit) -> Answer {
    let words = visit.words();
    let name = [("name", visit.tenant.name.as_str().into())];
    let lines = [
        words.say_with("ask-legal-who", &name),
        words.say("ask-legal-host"),
        words.say("ask-legal-privacy"),
        words.say("ask-legal-cookie"),
        words.say("ask-legal-access"),
        words.say("ask-legal-access-help"),
    ];
    let link = Some((visit.path(""), words.say("ask-all")));
    let page = pages::told_page(&visit.frame(), words.say("ask-legal"), &lines, link)?;
    Ok(kept_by_nobody(StatusCode::OK, page))
}
