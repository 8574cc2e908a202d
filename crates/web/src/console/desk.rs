//! The counter's one queue: what came online and on paper, urgent first, then what the law counts.
//!
//! Rules: a person reads what the keys of that person's session open, and nothing else; a name is
//! looked for in the memory of one request, never in the database and never in an address; what is
//! not for this person is not found.

pub mod entry;
pub mod keys;
pub mod print;
pub mod request;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use beffroi_desk::{
    keys::{Hand, Keyring, keyring},
    queue as queue_of, requests,
};
use beffroi_registry::accounts::{self, Answer as Proof, OwnSecret, SecondFactor, sessions};
use beffroi_store::desk::{self as kept, requests as rows};
use beffroi_town::{
    Procedure, TownFacts,
    procedure::{Health, Silence},
    request::{RequestState, RequestWay},
};

use super::{page, wrong};
use crate::{Refusal, call::Call, fields::Fields, frame::Frame, reply, routes::Answer};

/// How many requests are shown or looked through at once.
const SHOWN_MAX: u32 = 500;
/// A time that the law counts is soon over below so many days.
const SOON_DAYS: i64 = 15;

/// What this person's session opens.
pub(super) struct Opening {
    pub(super) own: Option<OwnSecret>,
    pub(super) ring: Keyring,
    /// The counter is made; its recovery sheet was shown to be kept.
    pub(super) made: bool,
    pub(super) open: bool,
}

impl Opening {
    /// The session holds the person's own key.
    fn unlocked(&self) -> bool {
        self.own.is_some()
    }

    /// The person holds a key of the counter.
    fn holds(&self) -> bool {
        !self.ring.groups().is_empty()
    }
}

pub(super) async fn opening(call: &Call) -> Result<Opening, Refusal> {
    let (store, caller) = (&call.doors.store, call.caller()?);
    let own = sessions::held(store, call.at, &caller.token).await?;
    let mut conn = store.read().await?;
    let desk = kept::get(&mut conn, &caller.scope).await?;
    let ring = match &own {
        Some(own) => keyring(&mut conn, &caller.scope, (&caller.account.id, own)).await?,
        None => Keyring::default(),
    };
    let open = desk.as_ref().is_some_and(|desk| desk.proven_at.is_some());
    Ok(Opening { own, ring, made: desk.is_some(), open })
}

pub(super) fn hand(call: &Call) -> Result<Hand<'_>, Refusal> {
    let caller = call.caller()?;
    let account = &caller.account.id;
    Ok(Hand { store: &call.doors.store, scope: &caller.scope, account, at: call.at })
}

pub(super) fn procedure<'a>(call: &'a Call, code: &str) -> Option<&'a Procedure> {
    call.doors.settings.desk.procedures.iter().find(|one| one.code.as_str() == code)
}

pub(super) fn health(call: &Call) -> Health {
    call.doors.settings.desk.health
}

/// One line of the queue.
struct Line {
    href: String,
    title: String,
    reference: String,
    about: String,
    state: String,
    class: &'static str,
    due: Option<String>,
    soon: bool,
}

#[derive(Template)]
#[template(path = "console/desk.html")]
struct QueuePage {
    f: Frame,
    form: Fields,
    opening: Opening,
    urgent: Vec<Line>,
    others: Vec<Line>,
    over: Vec<Line>,
    visas: Vec<Line>,
    count: usize,
    /// Names were looked for.
    searched: bool,
}

fn line(call: &Call, f: &Frame, one: &rows::Request) -> Line {
    let title = procedure(call, one.procedure.as_str())
        .map_or_else(|| one.procedure.to_string(), |found| found.title.in_lang(f.lang).to_owned());
    let (state, class) = match one.state {
        RequestState::New => ("desk-state-new", "unsure"),
        RequestState::Taken => ("desk-state-taken", "part"),
        RequestState::Answered => ("desk-state-answered", "ok"),
        RequestState::Closed => ("desk-state-closed", "ok"),
    };
    let days = one.due_at.map(|due| f.zone.days_until(call.at, due));
    let due = days.filter(|_| one.state.is_open()).map(|days| due_said(f, days, one.silence));
    // On paper stands a day, no hour.
    let asked = match one.way {
        RequestWay::Paper | RequestWay::Register => f.words.day_full(one.asked_at, &f.zone),
        _ => f.short(one.asked_at),
    };
    let about = [f.words.key_group(one.group), f.t(&format!("desk-way-{}", one.way.code())), asked];
    Line {
        href: format!("/console/desk/{}", one.id),
        title,
        reference: one.reference.clone(),
        about: about.join(" – "),
        state: f.t(state),
        class,
        due,
        soon: days.is_some_and(|days| days <= SOON_DAYS),
    }
}

/// How many days are left, and what silence means then.
pub(super) fn due_said(f: &Frame, days: i64, silence: Option<Silence>) -> String {
    let left = usize::try_from(days.max(0)).unwrap_or_default();
    let left = if days < 0 { f.t("desk-due-over") } else { f.tn("desk-due-left", left) };
    match silence {
        Some(Silence::Grants) => format!("{left} {}", f.t("desk-silence-grants")),
        Some(Silence::Refuses) => format!("{left} {}", f.t("desk-silence-refuses")),
        _ => left,
    }
}

async fn queue(call: &Call, form: Fields, name: Option<&str>) -> Result<QueuePage, Refusal> {
    let (facts, opening): (TownFacts, _) = (call.facts().await?, opening(call).await?);
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let mut waiting = rows::open(&mut conn, scope, SHOWN_MAX).await?;
    let mut over = rows::over(&mut conn, scope, 30).await?;
    let visas = rows::awaiting_visa(&mut conn, scope, call.at).await?;
    let mine = |one: &rows::Request| opening.ring.get(one.group).is_some();
    waiting.retain(mine);
    over.retain(mine);
    if let Some(name) = name {
        let wanted = name.to_lowercase();
        for list in [&mut waiting, &mut over] {
            let mut found = Vec::new();
            for one in list.drain(..) {
                let opened = requests::open(&mut conn, scope, &opening.ring, &one.id).await?;
                let says = opened.is_some_and(|opened| {
                    let texts = &opened.written.answers.0;
                    texts.values().any(|text| text.to_lowercase().contains(&wanted))
                });
                if says {
                    found.push(one);
                }
            }
            *list = found;
        }
    }
    drop(conn);
    let f = call.frame(call.words().say("desk-title"), "desk", &facts);
    let lines = |list: &[&rows::Request]| -> Vec<Line> {
        list.iter().map(|one| line(call, &f, one)).collect()
    };
    let (urgent, others): (Vec<_>, Vec<_>) = waiting.iter().partition(|one| one.urgent);
    Ok(QueuePage {
        opening,
        urgent: lines(&urgent),
        others: lines(&others),
        over: lines(&over.iter().collect::<Vec<_>>()),
        visas: lines(&visas.iter().collect::<Vec<_>>()),
        count: waiting.len(),
        searched: name.is_some(),
        form,
        f,
    })
}

/// The queue.
pub async fn list(call: Call) -> Answer {
    page(&queue(&call, Fields::default(), None).await?)
}

/// The requests that a name stands in.
pub async fn search(call: Call) -> Answer {
    let name = call.form.get("name").to_owned();
    let form = Fields::default().with("name", name.as_str());
    let wanted = (!name.is_empty()).then_some(name.as_str());
    page(&queue(&call, form, wanted).await?)
}

/// Opens the person's own key for this session, for who came in with a code that does not.
pub async fn unlock(call: Call) -> Answer {
    let (store, caller) = (&call.doors.store, call.caller()?);
    let given = SecondFactor { typed: call.form.get("phrase"), address: call.address };
    let mut form = Fields::default();
    match accounts::unlock(store, call.at, &caller.account, given).await? {
        Proof::Yes(own) => {
            sessions::hold(store, &caller.token, &own).await?;
            return Ok(reply::see_other("/console/desk"));
        }
        Proof::No => form.wrong("phrase", call.words().say("desk-unlock-wrong")),
        Proof::Wait { ms } => {
            let duration = call.words().duration(ms);
            let why = call.words().say_with("login-wait", &[("duration", duration.into())]);
            form.wrong("phrase", why);
        }
    }
    wrong(&queue(&call, form, None).await?)
}

/// The queue as a table: what it shows, nothing of what was written.
pub async fn export(call: Call) -> Answer {
    let opening = opening(&call).await?;
    let mut conn = call.doors.store.read().await?;
    let mut all = rows::open(&mut conn, &call.caller()?.scope, SHOWN_MAX).await?;
    drop(conn);
    all.retain(|one| opening.ring.get(one.group).is_some());
    let f = call.bare_frame(String::new());
    let mut csv = format!("{}\r\n", HEAD.map(|key| f.t(&format!("desk-csv-{key}"))).join(";"));
    for one in &all {
        csv.push_str(&cells(line(&call, &f, one)).map(|text| cell(&text)).join(";"));
        csv.push_str("\r\n");
    }
    queue_of::exported(&hand(&call)?, kept::Export::Table, all.len()).await?;
    let body = format!("\u{feff}{csv}");
    let mut answer = reply::body(StatusCode::OK, "text/csv; charset=utf-8", body);
    let name = HeaderValue::from_static("attachment; filename=\"demandes.csv\"");
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(answer)
}

/// What the columns of the queue are called.
const HEAD: [&str; 5] = ["reference", "title", "about", "state", "due"];

fn cells(line: Line) -> [String; 5] {
    [line.reference, line.title, line.about, line.state, line.due.unwrap_or_default()]
}

/// A cell: quoted, and never taken for a formula.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
