//! The cyber envelope: how old it is, why it is stale, and the printing of a new one.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use beffroi_registry::kits::{self, Stale};
use beffroi_town::{Instant, Lang, leaflet::Leaflet};

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
    forms: Vec<Choice>,
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
        forms: vec![
            Choice::new("pdf", f.t("kit-as-pdf")).on(true),
            Choice::new("page", f.t("kit-as-page")),
        ],
        form: Fields::default(),
        f,
    })
}

/// Prints a new envelope: the answer is the envelope itself, and is never shown again.
pub async fn print(call: Call) -> Answer {
    let lang = Lang::ALL.into_iter().find(|lang| lang.tag() == call.form.get("lang"));
    let lang = lang.unwrap_or(call.lang);
    let caller = call.caller()?;
    let url = call.doors.settings.public_url.as_str();
    let by = (&caller.actor(), call.at);
    let draft = kits::draft(&call.doors.store, by, &caller.scope, url, lang).await?;
    let answer = match call.form.get("as") {
        "page" => printable(draft.print.html.clone()),
        _ => pdf("enveloppe", &draft.print.leaflet, (lang, call.at)).await?,
    };
    draft.keep().await?;
    Ok(answer)
}

/// A text of parts as a PDF that the reader shows: it is printed from there.
pub(super) async fn pdf(
    name: &str,
    leaflet: &Leaflet,
    (lang, at): (Lang, Instant),
) -> Result<Response, Refusal> {
    let leaflet = leaflet.clone();
    let made = tokio::task::spawn_blocking(move || beffroi_desk::leaflet(&leaflet, lang, at));
    let made = made.await.map_err(|_| Refusal::Stale)??;
    Ok(named(name, lang, made.bytes))
}

/// A PDF under a name of its own.
pub(super) fn named(name: &str, lang: Lang, bytes: Vec<u8>) -> Response {
    let mut answer = reply::body(StatusCode::OK, "application/pdf", bytes);
    let name = format!("inline; filename=\"{name}-{}.pdf\"", lang.tag());
    if let Ok(name) = HeaderValue::from_str(&name) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    answer
}

/// A page that is made to be printed: it brings its own style.
pub(super) fn printable(html: String) -> Response {
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
