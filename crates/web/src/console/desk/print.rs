//! The queue on paper: as a list, or each request as it was written.
//!
//! Rules: only what the keys of this session open; the journal knows how many before they are handed
//! over; nothing is kept of what was printed.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use beffroi_desk::{queue, requests};
use beffroi_store::desk::{Export, requests as rows};

use super::{Line, SHOWN_MAX, hand, health, line, opening, procedure, request};
use crate::{
    Refusal,
    call::Call,
    console::{journal, page, wrong},
    fields::Fields,
    frame::Frame,
    markup::Choice,
    reply,
    routes::Answer,
};

#[derive(Template)]
#[template(path = "console/desk_print.html")]
struct PrintPage {
    f: Frame,
    form: Fields,
    kinds: Vec<Choice>,
    requests: Vec<Choice>,
}

/// What waits and this session opens, in the order of the queue.
async fn waiting(call: &Call) -> Result<Vec<rows::Request>, Refusal> {
    let ring = opening(call).await?.ring;
    let mut conn = call.doors.store.read().await?;
    let mut all = rows::open(&mut conn, &call.caller()?.scope, SHOWN_MAX).await?;
    all.retain(|one| ring.get(one.group).is_some());
    Ok(all)
}

async fn print_page(call: &Call, form: Fields) -> Result<PrintPage, Refusal> {
    let (facts, all) = (call.facts().await?, waiting(call).await?);
    let f = call.frame(call.words().say("desk-print-title"), "desk", &facts);
    let choice = |one: &rows::Request| {
        let Line { title, reference, about, .. } = line(call, &f, one);
        Choice::new(one.id.as_str(), format!("{title} – {reference}")).note(about)
    };
    let kinds = [("list", "desk-print-list"), ("each", "desk-print-each")];
    Ok(PrintPage {
        requests: all.iter().map(choice).collect(),
        kinds: kinds.map(|(code, key)| Choice::new(code, f.t(key)).on(code == "list")).into(),
        form,
        f,
    })
}

/// What can be printed.
pub async fn show(call: Call) -> Answer {
    page(&print_page(&call, Fields::default()).await?)
}

/// Prints those that were chosen; all where none was.
pub async fn print(mut call: Call) -> Answer {
    let mut all = waiting(&call).await?;
    if call.form.all("request").next().is_some() {
        all.retain(|one| call.form.is("request", one.id.as_str()));
    }
    let each = call.form.is("kind", "each");
    if !each && !call.form.is("kind", "list") {
        call.form.wrong("kind", call.words().say("form-choose"));
    } else if all.is_empty() {
        call.form.wrong("request", call.words().say("desk-print-none"));
    } else if each && all.len() > queue::PRINTED_MAX {
        call.form.wrong("request", call.words().say("desk-print-many"));
    }
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&print_page(&call, form).await?);
    }
    let (tenant, how) = (&call.caller()?.tenant, (call.lang, call.at));
    let pdf = if each {
        queue::each(tenant, opened(&call, &all).await?, how)?
    } else {
        let f = call.bare_frame(String::new());
        let columns = super::HEAD.map(|key| f.t(&format!("desk-csv-{key}")));
        let cells = |one: &rows::Request| super::cells(line(&call, &f, one)).to_vec();
        let cells: Vec<Vec<String>> = all.iter().map(cells).collect();
        queue::list(tenant, (&columns, &cells), how)?
    };
    let kind = if each { Export::Each } else { Export::List };
    queue::exported(&hand(&call)?, kind, all.len()).await?;
    let mut answer = reply::body(StatusCode::OK, "application/pdf", pdf.bytes);
    let name = HeaderValue::from_static("attachment; filename=\"demandes.pdf\"");
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(answer)
}

/// Requests opened, as they go on paper.
async fn opened(call: &Call, all: &[rows::Request]) -> Result<Vec<queue::Shown>, Refusal> {
    let (ring, names) = (opening(call).await?.ring, journal::names(call).await?);
    let f = call.bare_frame(String::new());
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let mut shown = Vec::new();
    for one in all {
        let Some(opened) = requests::open(&mut conn, scope, &ring, &one.id).await? else {
            continue;
        };
        let known = procedure(call, one.procedure.as_str());
        let title = known.map_or_else(
            || one.procedure.to_string(),
            |found| found.title.in_lang(call.lang).to_owned(),
        );
        let answers = &opened.written.answers;
        let sections = known.map(|known| f.words.answers(known, health(call), answers));
        let mut facts = request::told(&f, &opened, &names);
        let files: Vec<String> =
            opened.written.files.iter().map(|file| file.name.clone()).collect();
        if !files.is_empty() {
            facts.push((f.t("desk-files"), files.join("\n")));
        }
        shown.push(queue::Shown {
            title: format!("{title} – {}", one.reference),
            facts,
            sections: sections.unwrap_or_default(),
            answer: opened.answer.map(|answer| (f.t("desk-answer"), answer)),
        });
    }
    Ok(shown)
}
