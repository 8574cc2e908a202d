//! One request: read, taken, answered, transferred, closed.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use beffroi_desk::requests::{self, Opened};
use beffroi_store::desk::requests as rows;
use beffroi_town::{RequestId, procedure::KeyGroup, request::RequestState};
use beffroi_words::ShownSection;

use super::{due_said, hand, health, opening, procedure};
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
#[template(path = "console/desk_request.html")]
struct RequestPage {
    f: Frame,
    form: Fields,
    id: String,
    facts: Vec<(String, String)>,
    due: Option<String>,
    sections: Vec<ShownSection>,
    files: Vec<(u32, String)>,
    answer: Option<String>,
    is_open: bool,
    is_new: bool,
    groups: Vec<Choice>,
    twins: Vec<(String, String)>,
    visa: bool,
}

async fn opened(call: &Call) -> Result<Opened, Refusal> {
    let (id, opening): (RequestId, _) = (call.id("id")?, opening(call).await?);
    let mut conn = call.doors.store.read().await?;
    let found = requests::open(&mut conn, &call.caller()?.scope, &opening.ring, &id).await?;
    found.ok_or(Refusal::NotFound)
}

/// The same paper typed in before.
async fn twins(call: &Call, one: &rows::Request) -> Result<Vec<(String, String)>, Refusal> {
    let Some(code) = &one.copy_code else { return Ok(Vec::new()) };
    let mut conn = call.doors.store.read().await?;
    let all = rows::by_copy(&mut conn, &call.caller()?.scope, code).await?;
    let others = all.into_iter().filter(|other| other.id != one.id);
    Ok(others.map(|other| (format!("/console/desk/{}", other.id), other.reference)).collect())
}

/// What is known of a request, whatever was written in it.
pub(super) fn told(
    f: &Frame,
    opened: &Opened,
    names: &BTreeMap<String, String>,
) -> Vec<(String, String)> {
    let one = &opened.request;
    let mut told = vec![
        (f.t("desk-reference"), one.reference.clone()),
        (f.t("desk-group"), f.words.key_group(one.group)),
        (f.t("desk-way"), f.t(&format!("desk-way-{}", one.way.code()))),
        (f.t("desk-asked"), f.words.day_full(one.asked_at, &f.zone)),
        (f.t("desk-state"), f.t(&format!("desk-state-{}", one.state.code()))),
    ];
    if let Some(name) = one.taken_by.as_ref().and_then(|id| names.get(id.as_str())) {
        told.push((f.t("desk-taken-by"), name.clone()));
    }
    told.extend(one.copy_code.clone().map(|code| (f.t("desk-copy"), code)));
    told.extend(opened.written.consent.clone().map(|who| (f.t("desk-consent"), who)));
    told.extend(one.erase_at.map(|at| (f.t("desk-erase"), f.full(at))));
    told
}

async fn request_page(call: &Call, form: Fields) -> Result<RequestPage, Refusal> {
    let (facts, opened, names) =
        (call.facts().await?, opened(call).await?, journal::names(call).await?);
    let one = &opened.request;
    let known = procedure(call, one.procedure.as_str());
    let title = known.map_or_else(
        || one.procedure.to_string(),
        |found| found.title.in_lang(call.lang).to_owned(),
    );
    let f = call.frame(title, "desk", &facts);
    let answers = &opened.written.answers;
    let sections =
        known.map(|known| f.words.answers(known, health(call), answers)).unwrap_or_default();
    let files = opened.written.files.iter().zip(1_u32..);
    let due = one.due_at.filter(|_| one.state.is_open());
    let due = due.map(|due| due_said(&f, f.zone.days_until(call.at, due), one.silence));
    let groups = KeyGroup::ALL.iter().filter(|group| **group != one.group);
    Ok(RequestPage {
        id: one.id.to_string(),
        facts: told(&f, &opened, &names),
        due,
        sections,
        files: files.map(|(file, number)| (number, file.name.clone())).collect(),
        answer: opened.answer.clone(),
        is_open: one.state.is_open(),
        is_new: one.state == RequestState::New,
        groups: groups.map(|one| Choice::new(one.code(), f.words.key_group(*one))).collect(),
        twins: twins(call, one).await?,
        visa: one.visa && one.visa_at.is_none() && one.erase_at.is_some_and(|at| at <= call.at),
        form,
        f,
    })
}

/// One request.
pub async fn show(call: Call) -> Answer {
    page(&request_page(&call, Fields::default()).await?)
}

fn back(id: &RequestId, done: &str) -> Response {
    reply::see_other(&format!("/console/desk/{id}?done={done}"))
}

/// Takes it in hand.
pub async fn take(call: Call) -> Answer {
    let (one, caller) = (opened(&call).await?.request, call.caller()?);
    let tenant = caller.scope.tenant();
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    rows::take(&mut tx, tenant, &one.id, &caller.account.id).await?;
    tx.commit().await?;
    Ok(back(&one.id, "desk_in_hand"))
}

/// Answers: the person who asked reads it with the code.
pub async fn answer(mut call: Call) -> Answer {
    let one = opened(&call).await?.request;
    let words = call.words();
    let text = call.form.text(words, "answer");
    let Some(text) = text.filter(|_| call.form.fine()) else {
        call.form.wrong("answer", words.say("desk-answer-missing"));
        let form = call.form.clone();
        return wrong(&request_page(&call, form).await?);
    };
    requests::decide(&hand(&call)?, (&one, &call.zone()), Some(&text)).await?;
    Ok(back(&one.id, "desk_answered"))
}

/// Closes it without an answer to read.
pub async fn close(call: Call) -> Answer {
    let one = opened(&call).await?.request;
    requests::decide(&hand(&call)?, (&one, &call.zone()), None).await?;
    Ok(back(&one.id, "desk_closed"))
}

/// Hands it to another group.
pub async fn transfer(call: Call) -> Answer {
    let (one, opening) = (opened(&call).await?, opening(&call).await?);
    let group = KeyGroup::from_code(call.form.get("group")).ok_or(Refusal::Stale)?;
    requests::transfer(&hand(&call)?, &opening.ring, (&one, group)).await?;
    Ok(reply::see_other("/console/desk?done=desk_moved"))
}

/// Notes that the archivist agrees to its erasing.
pub async fn visa(call: Call) -> Answer {
    let id: RequestId = call.id("id")?;
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    rows::grant_visa(&mut tx, tenant, &id).await?;
    tx.commit().await?;
    Ok(reply::see_other("/console/desk?done=desk_visa"))
}

/// An attachment: handed over to be saved, never shown in the console's own place.
pub async fn file(call: Call) -> Answer {
    let (id, opening): (RequestId, _) = (call.id("id")?, opening(&call).await?);
    let number = call.params.get("number").and_then(|text| text.parse().ok());
    let number: u32 = number.ok_or(Refusal::NotFound)?;
    let mut conn = call.doors.store.read().await?;
    let scope = &call.caller()?.scope;
    let found = requests::attachment(&mut conn, scope, &opening.ring, (&id, number)).await?;
    drop(conn);
    let found = found.ok_or(Refusal::NotFound)?;
    let mut answer = reply::body(StatusCode::OK, found.about.kind.media_type(), found.body);
    let name = format!("attachment; filename=\"{id}-{number}.{}\"", found.about.kind.ending());
    let headers = answer.headers_mut();
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    let policy = HeaderValue::from_static("sandbox; default-src 'none'");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}
