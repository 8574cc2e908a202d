//! The cyber envelope: how old it is, why it is stale, and the printing of a new one.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use beffroi_registry::kits::{self, Stale};
use beffroi_town::{Instant, Lang};

use super::{journal, page};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, reply, routes::Answer,
};

#[derive(Template)]
#[template(path = "console/kit.html")]
struct KitPage {
    f: Frame,
    form: Fields,
    state: String,
    class: &'static str,
    printed: Option<Printed>,
    stale: Vec<String>,
    address: bool,
    langs: Vec<Choice>,
}

struct Printed {
    number: String,
    at: Instant,
    age: String,
    by: String,
    holders: String,
}

/// Why an envelope is stale, in words.
pub(super) fn reason(f: &Frame, reason: Stale) -> String {
    match reason {
        Stale::Old => f.tn("kit-why-old", kits::MONTHS_MAX),
        Stale::Used(count) => f.tn("kit-why-used", count),
        Stale::TakenBack(count) => f.tn("kit-why-taken-back", count),
        Stale::Joined(count) => f.tn("kit-why-joined", count),
        Stale::Left(count) => f.tn("kit-why-left", count),
        Stale::Role(count) => f.tn("kit-why-role", count),
        Stale::Facts => f.t("kit-why-facts"),
    }
}

/// The envelope that counts.
pub async fn show(call: Call) -> Answer {
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let url = call.doors.settings.public_url.as_str();
    let standing = kits::standing(&call.doors.store, call.at, scope, url).await?;
    let names = journal::names(&call).await?;
    let f = call.frame(call.words().say("prepare-kit"), "prepare", &facts);
    let (state, class) = match &standing {
        None => ("kit-none", "unsure"),
        Some(known) if known.stale.is_empty() => ("kit-good", "ok"),
        Some(_) => ("kit-stale", "bad"),
    };
    let reasons = standing.iter().flat_map(|known| &known.stale).map(|one| reason(&f, *one));
    let printed = standing.as_ref().map(|known| {
        let holders = known.kit.holders.iter().filter_map(|one| names.get(one.account.as_str()));
        let holders: Vec<String> = holders.cloned().collect();
        Printed {
            number: f.t1("kit-number", "number", known.kit.number.to_string()),
            at: known.kit.printed_at,
            age: f.words.duration(known.age_ms),
            by: journal::who(f.words, &names, &known.kit.printed_by),
            holders: f.list(&holders),
        }
    });
    let choice = |lang: Lang| {
        let key = if lang == Lang::Fr { "kit-lang-fr" } else { "kit-lang-en" };
        Choice::new(lang.tag(), f.t(key)).on(lang == f.lang)
    };
    page(&KitPage {
        state: f.t(state),
        class,
        stale: reasons.collect(),
        printed,
        address: beffroi_registry::sheets::outside(url).is_some(),
        langs: Lang::ALL.map(choice).to_vec(),
        form: Fields::default(),
        f,
    })
}

/// Prints a new envelope: the page itself is the answer, and is never shown again.
pub async fn print(call: Call) -> Answer {
    let lang = Lang::ALL.into_iter().find(|lang| lang.tag() == call.form.get("lang"));
    let lang = lang.unwrap_or(call.lang);
    let caller = call.caller()?;
    let url = call.doors.settings.public_url.as_str();
    let by = (&caller.actor(), call.at);
    let printed = kits::print(&call.doors.store, by, &caller.scope, url, lang).await?;
    Ok(printable(printed.html))
}

/// A page that is made to be printed: it brings its own style.
pub(super) fn printable(html: String) -> axum::response::Response {
    let mut answer = reply::html(StatusCode::OK, html);
    let policy = HeaderValue::from_static(beffroi_pages::print_csp());
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    answer
}

impl From<kits::KitError> for Refusal {
    fn from(error: kits::KitError) -> Self {
        match error {
            kits::KitError::Registry(error) => error.into(),
            kits::KitError::Page(error) => Self::Preview(error),
            error => Self::Kit(error),
        }
    }
}
