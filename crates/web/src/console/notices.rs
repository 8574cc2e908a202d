//! Public notices: drafted from the facts, seen on the real page, published by a person,
//! corrected in the open, ended.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use beffroi_crisis::notices as room;
use beffroi_store::notices::Words as Text;
use beffroi_town::{Lang, Notice, NoticeId, notice::NoticeText};
use data_encoding::HEXLOWER;
use ring::digest;

use super::{page, wrong};
use crate::{Refusal, call::Call, fields::Fields, frame::Frame, may::May, reply, routes::Answer};

/// A line of a list of notices.
pub(super) struct NoticeRow {
    pub(super) href: String,
    pub(super) title: String,
    pub(super) state: String,
    pub(super) class: &'static str,
    pub(super) line: String,
}

#[derive(Template)]
#[template(path = "console/notices.html")]
struct NoticesPage {
    f: Frame,
    rows: Vec<NoticeRow>,
}

#[derive(Template)]
#[template(path = "console/notice.html")]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, read by the template")]
struct NoticePage {
    f: Frame,
    form: Fields,
    id: String,
    action: String,
    new: bool,
    state: String,
    class: &'static str,
    published: bool,
    ended: bool,
    draft: bool,
    editable: bool,
    version: String,
    history: Vec<(String, String)>,
}

/// Whether the newest version is not published yet.
fn has_draft(notice: &Notice) -> bool {
    notice.newest().is_some_and(|version| version.published_at.is_none())
}

fn state(notice: &Notice) -> (&'static str, &'static str) {
    match (notice.current(), notice.ended_at, has_draft(notice)) {
        (_, Some(_), _) => ("notice-state-ended", "unsure"),
        (None, ..) => ("notice-state-draft", "part"),
        (Some(_), None, true) => ("notice-state-correcting", "part"),
        (Some(_), None, false) if notice.corrected_at().is_some() => {
            ("notice-state-corrected", "ok")
        }
        (Some(_), None, false) => ("notice-state-published", "ok"),
    }
}

pub(super) fn row(f: &Frame, notice: &Notice) -> NoticeRow {
    let (key, class) = state(notice);
    let line = notice.first_published_at().map_or_else(
        || f.t("notice-line-draft"),
        |at| f.t1("notice-line-published", "when", f.full(at)),
    );
    NoticeRow {
        href: format!("/console/notices/{}", notice.id),
        title: notice.newest().map(|one| one.text(f.lang).title.clone()).unwrap_or_default(),
        state: f.t(key),
        class,
        line,
    }
}

/// All notices, newest first.
pub async fn list(call: Call) -> Answer {
    let facts = call.facts().await?;
    let f = call.frame(call.words().say("notices-title"), "notices", &facts);
    let rows = facts.notices.iter().map(|notice| row(&f, notice)).collect();
    page(&NoticesPage { f, rows })
}

fn form_of(text: &Text) -> Fields {
    Fields::default()
        .with("title_fr", &text.fr.title)
        .with("body_fr", &text.fr.body)
        .with("title_en", &text.en.title)
        .with("body_en", &text.en.body)
}

/// A new notice, prefilled from the facts. Nothing is kept yet.
pub async fn new(call: Call) -> Answer {
    let facts = call.facts().await?;
    let form = form_of(&room::draft(&facts));
    page(&new_page(&call, form).await?)
}

async fn new_page(call: &Call, form: Fields) -> Result<NoticePage, Refusal> {
    let facts = call.facts().await?;
    let f = call.frame(call.words().say("notice-new-title"), "notices", &facts);
    Ok(NoticePage {
        state: f.t("notice-state-draft"),
        class: "part",
        id: String::new(),
        action: "/console/notices/new".to_owned(),
        new: true,
        published: false,
        ended: false,
        draft: false,
        editable: true,
        version: String::new(),
        history: Vec::new(),
        form,
        f,
    })
}

/// One notice.
pub async fn show(call: Call) -> Answer {
    page(&notice_page(&call, None).await?)
}

async fn notice_page(call: &Call, again: Option<Fields>) -> Result<NoticePage, Refusal> {
    let id: NoticeId = call.id("id")?;
    let facts = call.facts().await?;
    let notice = facts.notices.iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?;
    let newest = notice.newest().ok_or(Refusal::NotFound)?;
    let f = call.frame(call.words().say("notice-title"), "notices", &facts);
    let (key, class) = state(notice);
    let text = Text { fr: newest.fr.clone(), en: newest.en.clone() };
    let said = notice.versions.iter().rev().filter_map(|version| {
        version.published_at.map(|at| (f.full(at), version.text(f.lang).title.clone()))
    });
    let may = May::of(call.caller()?.role());
    Ok(NoticePage {
        state: f.t(key),
        class,
        action: format!("/console/notices/{id}"),
        new: false,
        published: notice.current().is_some(),
        ended: notice.ended_at.is_some(),
        draft: has_draft(notice) && notice.ended_at.is_none(),
        editable: may.write && notice.ended_at.is_none(),
        version: version_mark(notice),
        history: said.collect(),
        form: again.unwrap_or_else(|| form_of(&text)),
        id: id.to_string(),
        f,
    })
}

/// The text of the form; what is missing is told at its field.
fn read(call: &mut Call) -> Text {
    let words = call.words();
    let mut one = |title: &str, body: &str| NoticeText {
        title: call.form.needed(words, title, "notice-title-missing"),
        body: call.form.text(words, body).unwrap_or_else(|| {
            call.form.wrong(body, words.say("notice-body-missing"));
            String::new()
        }),
    };
    Text { fr: one("title_fr", "body_fr"), en: one("title_en", "body_en") }
}

/// Keeps a new draft.
pub async fn create(mut call: Call) -> Answer {
    let text = read(&mut call);
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&new_page(&call, form).await?);
    }
    let id = NoticeId::new(call.at, &*call.doors.entropy);
    keep(&call, &id, &text).await
}

/// Keeps the draft of a notice, or of its correction.
pub async fn save(mut call: Call) -> Answer {
    let id: NoticeId = call.id("id")?;
    let facts = call.facts().await?;
    if !facts.notices.iter().any(|notice| notice.id == id) {
        return Err(Refusal::NotFound);
    }
    let text = read(&mut call);
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&notice_page(&call, Some(form)).await?);
    }
    keep(&call, &id, &text).await
}

async fn keep(call: &Call, id: &NoticeId, text: &Text) -> Answer {
    let facts = call.facts().await?;
    let incident = facts.incident().map(|incident| incident.id.clone());
    let actor = call.caller()?.actor();
    room::save(&call.deed(&actor)?, id, incident.as_ref(), text).await?;
    Ok(reply::see_other(&format!("/console/notices/{id}?done=saved")))
}

/// The notice on the real page, as it would be published.
pub async fn preview(call: Call) -> Answer {
    let id: NoticeId = call.id("id")?;
    let lang = match call.params.get("lang").map(String::as_str) {
        None => Lang::Fr,
        Some("en") => Lang::En,
        Some(_) => return Err(Refusal::NotFound),
    };
    let facts = call.facts().await?;
    let notice = facts.notices.iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?;
    let place = call.doors.board.place(&facts.tenant.id);
    let html = beffroi_pages::status_page(&facts, lang, &place, Some(notice))?;
    let mut answer = reply::html(StatusCode::OK, html);
    let policy = HeaderValue::from_static(beffroi_pages::csp());
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}

/// Names the newest text of a notice, so that what is published is what the person has read.
fn version_mark(notice: &Notice) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&notice.versions.len().to_be_bytes());
    if let Some(version) = notice.newest() {
        for part in [&version.fr.title, &version.fr.body, &version.en.title, &version.en.body] {
            context.update(&part.len().to_be_bytes());
            context.update(part.as_bytes());
        }
    }
    HEXLOWER.encode(context.finish().as_ref())
}

/// Publishes the draft: a first time, or as a correction.
pub async fn publish(call: Call) -> Answer {
    let id: NoticeId = call.id("id")?;
    let facts = call.facts().await?;
    let notice = facts.notices.iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?;
    if call.form.get("version") != version_mark(notice) || !has_draft(notice) {
        return Err(Refusal::Stale);
    }
    let actor = call.caller()?.actor();
    room::publish(&call.deed(&actor)?, &id).await?;
    let done = if notice.current().is_some() { "corrected" } else { "published" };
    Ok(reply::see_other(&format!("/console/notices/{id}?done={done}")))
}

/// Ends a notice.
pub async fn end(call: Call) -> Answer {
    let id: NoticeId = call.id("id")?;
    let facts = call.facts().await?;
    if !facts.notices.iter().any(|notice| notice.id == id) {
        return Err(Refusal::NotFound);
    }
    let actor = call.caller()?.actor();
    room::end(&call.deed(&actor)?, &id).await?;
    Ok(reply::see_other(&format!("/console/notices/{id}?done=ended")))
}
