//! The first hour on paper and by voice: each sheet to copy and to print, in both languages.

use askama::Template;
use beffroi_pages::sheets::{Sheet, SheetKind, sheet};
use beffroi_registry::sheets as register;
use beffroi_town::{Lang, TownFacts};

use super::{
    kit::{self, printable},
    page,
};
use crate::{Refusal, call::Call, frame::Frame, routes::Answer};

struct SheetRow {
    href: String,
    name: String,
    what: String,
}

#[derive(Template)]
#[template(path = "console/sheets.html")]
struct SheetsPage {
    f: Frame,
    rows: Vec<SheetRow>,
    address: bool,
}

/// One sheet in one language.
struct InLang {
    tag: &'static str,
    title: String,
    print: String,
    pdf: String,
    texts: Vec<Text>,
}

struct Text {
    id: String,
    label: String,
    body: String,
    rows: usize,
}

#[derive(Template)]
#[template(path = "console/sheet.html")]
struct SheetPage {
    f: Frame,
    what: String,
    langs: Vec<InLang>,
}

/// What each is for.
fn what(f: &Frame, kind: SheetKind) -> String {
    f.t(match kind {
        SheetKind::Poster => "sheets-poster",
        SheetKind::Answering => "sheets-answering",
        SheetKind::Social => "sheets-social",
        SheetKind::Orders => "sheets-orders",
        SheetKind::RollCall => "sheets-roll-call",
    })
}

fn name(f: &Frame, kind: SheetKind) -> String {
    f.t(&format!("sheet-kind-{}", kind.code()))
}

/// All sheets.
pub async fn list(call: Call) -> Answer {
    let facts = call.facts().await?;
    let f = call.frame(call.words().say("prepare-sheets"), "prepare", &facts);
    let row = |kind: SheetKind| SheetRow {
        href: format!("/console/sheets/{}", kind.code()),
        name: name(&f, kind),
        what: what(&f, kind),
    };
    let url = call.doors.settings.public_url.as_str();
    page(&SheetsPage {
        rows: SheetKind::ALL.map(row).into(),
        address: register::outside(url).is_some(),
        f,
    })
}

fn kind(call: &Call) -> Result<SheetKind, Refusal> {
    let code = call.params.get("kind").map(String::as_str).unwrap_or_default();
    SheetKind::from_code(code).ok_or(Refusal::NotFound)
}

async fn made(
    call: &Call,
    facts: &TownFacts,
    kind: SheetKind,
    lang: Lang,
) -> Result<Sheet, Refusal> {
    let scope = &call.caller()?.scope;
    let staff = register::staff(&mut call.doors.store.read().await?, scope).await?;
    let place = register::place(&call.doors.settings.public_url, scope.tenant());
    Ok(sheet(kind, facts, &staff, &place, lang)?)
}

/// One sheet: its texts in plain fields, and the way to print it.
pub async fn show(call: Call) -> Answer {
    let kind = kind(&call)?;
    let facts = call.facts().await?;
    let f = call.frame(name(&call.bare_frame(String::new()), kind), "prepare", &facts);
    let mut langs = Vec::new();
    for lang in [f.lang, f.lang.other()] {
        let made = made(&call, &facts, kind, lang).await?;
        let texts = (1..).zip(made.texts).map(|(number, text): (usize, _)| Text {
            id: format!("text-{}-{number}", lang.tag()),
            rows: 2 + text.body.lines().map(|line| line.chars().count() / 34 + 1).sum::<usize>(),
            label: text.label,
            body: text.body,
        });
        langs.push(InLang {
            tag: lang.tag(),
            title: f.t(if lang == Lang::Fr { "sheets-in-fr" } else { "sheets-in-en" }),
            print: format!("/console/sheets/{}/print/{}", kind.code(), lang.tag()),
            pdf: format!("/console/sheets/{}/pdf/{}", kind.code(), lang.tag()),
            texts: texts.collect(),
        });
    }
    page(&SheetPage { what: what(&f, kind), langs, f })
}

/// The language that the address asks for.
fn asked(call: &Call) -> Result<Lang, Refusal> {
    let tag = call.params.get("lang").map(String::as_str).unwrap_or_default();
    Lang::ALL.into_iter().find(|lang| lang.tag() == tag).ok_or(Refusal::NotFound)
}

/// One sheet as a page to print.
pub async fn print(call: Call) -> Answer {
    let (kind, lang) = (kind(&call)?, asked(&call)?);
    let facts = call.facts().await?;
    Ok(printable(made(&call, &facts, kind, lang).await?.html))
}

/// One sheet as a PDF.
pub async fn document(call: Call) -> Answer {
    let (kind, lang) = (kind(&call)?, asked(&call)?);
    let facts = call.facts().await?;
    if let Some(leaflet) = made(&call, &facts, kind, lang).await?.leaflet {
        return kit::pdf(kind.code(), &leaflet, (lang, facts.true_at)).await;
    }
    let place = register::place(&call.doors.settings.public_url, call.caller()?.scope.tenant());
    let poster = tokio::task::spawn_blocking(move || beffroi_desk::poster(&facts, &place, lang));
    let poster = poster.await.map_err(|_| Refusal::Stale)??;
    Ok(kit::named(kind.code(), lang, poster.bytes))
}
