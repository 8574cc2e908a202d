//! Packs: lists printed beforehand, each with its number, its age and what to do about it.
//!
//! Rules: what is known without a key (number, rows, ages) is shown to those who write; a list is
//! opened by whoever holds the key of its group, for a reason, with a second factor; a list about
//! health is never sent here, its number alone is recorded.

pub mod import;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use beffroi_desk::packs::{
    self as desk, Opened,
    print::{self, Printing},
};
use beffroi_store::packs::{self as kept, NUMBER_MAX, Recorded};
use beffroi_town::{Alarm, Lang, Pack, PackKind, Tenant, pack::relied_on};
use serde_json::Value;

use super::{
    desk::{self as counter, Opening},
    page, wrong,
};
use crate::{Refusal, call::Call, fields::Fields, frame::Frame, reply, routes::Answer};

/// How many destroyed lists are still named.
const DESTROYED_SHOWN: usize = 3;

/// A kind in the list.
struct KindRow {
    href: String,
    name: String,
    state: String,
    class: &'static str,
    line: String,
}

#[derive(Template)]
#[template(path = "console/packs.html")]
struct PacksPage {
    f: Frame,
    rows: Vec<KindRow>,
    opening: Opening,
}

/// One number of a kind.
struct NumberRow {
    number: u32,
    name: String,
    state: String,
    class: &'static str,
    line: String,
    /// The name of the field for the reason; none when this session cannot open it.
    reason: Option<String>,
    to_print: bool,
}

#[derive(Template)]
#[template(path = "console/pack.html")]
struct PackPage {
    f: Frame,
    form: Fields,
    opening: Opening,
    kind: PackKind,
    what: String,
    /// When it is too old, and who reads it.
    rules: String,
    /// What to type where the list is kept.
    command: String,
    rows: Vec<NumberRow>,
    destroyed: Vec<String>,
    /// Some list is here that this session has no key for.
    locked: bool,
    next: u32,
    wrong_rows: Vec<String>,
}

/// What is to be done about a kind, in a word.
fn shown(f: &Frame, all: &[Pack], kind: PackKind) -> (String, &'static str) {
    let newest =
        all.iter().filter(|one| one.kind == kind && one.stands()).max_by_key(|one| one.number);
    let (key, class) = match (relied_on(all, kind), newest) {
        (None, _) => ("pack-state-none", "unsure"),
        (Some(one), _) if one.is_stale(f.now) => ("pack-state-stale", "bad"),
        (_, Some(newest)) if newest.printed_at.is_none() => ("pack-state-to-print", "part"),
        _ => ("pack-state-fresh", "ok"),
    };
    (f.t(key), class)
}

/// `Liste n° 3`
fn numbered(f: &Frame, number: u32) -> String {
    f.t1("pack-number", "number", number.to_string())
}

/// How many rows, and from when.
fn about(f: &Frame, pack: &Pack) -> String {
    let count = if pack.kind.is_people() { "pack-people" } else { "pack-files" };
    [f.tn(count, pack.rows), f.t1("pack-made", "ago", f.ago(pack.made_at))].join(" – ")
}

/// Every kind.
pub async fn list(call: Call) -> Answer {
    let (facts, opening) = (call.facts().await?, counter::opening(&call).await?);
    let mut conn = call.doors.store.read().await?;
    let all = kept::list(&mut conn, &call.caller()?.scope).await?;
    drop(conn);
    let f = call.frame(call.words().say("pack-title"), "packs", &facts);
    let row = |kind: PackKind| {
        let (state, class) = shown(&f, &all, kind);
        let line = match relied_on(&all, kind) {
            Some(one) => format!("{} – {}", numbered(&f, one.number), about(&f, one)),
            None => f.t(&format!("pack-what-{}", kind.code())),
        };
        let (href, name) = (address(kind), f.words.pack_kind(kind));
        KindRow { href, name, state, class, line }
    };
    page(&PacksPage { rows: PackKind::ALL.iter().copied().map(row).collect(), opening, f })
}

fn address(kind: PackKind) -> String {
    format!("/console/packs/{}", kind.code())
}

/// The kind in the path.
fn kind(call: &Call) -> Result<PackKind, Refusal> {
    let code = call.params.get("kind").map(String::as_str).unwrap_or_default();
    PackKind::from_code(code).ok_or(Refusal::NotFound)
}

/// The list in the path.
fn which(call: &Call) -> Result<kept::Which, Refusal> {
    let number = call.params.get("number").and_then(|text| text.parse().ok());
    Ok((kind(call)?, number.ok_or(Refusal::NotFound)?))
}

/// What was typed or sent, and what is wrong with it.
#[derive(Default)]
struct Again {
    form: Fields,
    wrong_rows: Vec<String>,
}

async fn pack_page(call: &Call, again: Again) -> Result<PackPage, Refusal> {
    let kind = kind(call)?;
    let (facts, opening) = (call.facts().await?, counter::opening(call).await?);
    let mut conn = call.doors.store.read().await?;
    let mut all = kept::list(&mut conn, &call.caller()?.scope).await?;
    drop(conn);
    all.retain(|one| one.kind == kind);
    let f = call.frame(call.words().pack_kind(kind), "packs", &facts);
    let has_key = opening.ring.get(kind.group()).is_some();
    let relied = relied_on(&all, kind).map(|one| one.number);
    let rows = all.iter().filter(|one| one.stands()).map(|one| NumberRow {
        reason: (one.held && has_key).then(|| reason_field(one.number)),
        ..number_row(&f, one, relied)
    });
    let gone = all.iter().filter_map(|one| Some((one.number, one.destroyed_at?)));
    let gone = gone.take(DESTROYED_SHOWN).map(|(number, at)| {
        let values =
            [("number", number.to_string().into()), ("day", f.words.day_full(at, &f.zone).into())];
        f.words.say_with("pack-destroyed-on", &values)
    });
    let next = all.iter().map(|one| one.number).max().unwrap_or(0).saturating_add(1);
    Ok(PackPage {
        what: f.t(&format!("pack-what-{}", kind.code())),
        rules: rules(&f, kind),
        command: command(call.caller()?.scope.tenant().as_str(), kind, next),
        rows: rows.collect(),
        destroyed: gone.collect(),
        locked: !has_key && all.iter().any(|one| one.held),
        next,
        form: again.form,
        wrong_rows: again.wrong_rows,
        opening,
        kind,
        f,
    })
}

/// When a kind is too old, and who reads it.
fn rules(f: &Frame, kind: PackKind) -> String {
    let stale = f.tn("pack-stale-after", u32::from(kind.stale_days()));
    [stale, f.t1("pack-readers", "group", f.words.key_group(kind.group()))].join(" ")
}

/// What is typed where a list about health is kept.
fn command(tenant: &str, kind: PackKind, next: u32) -> String {
    let code = kind.code();
    format!("beffroi pack {code} {tenant} --csv liste.csv --out liste-{next}.pdf --number {next}")
}

/// Each number asks for a reason of its own: a page has no two fields of one name.
fn reason_field(number: u32) -> String {
    format!("reason_{number}")
}

fn number_row(f: &Frame, one: &Pack, relied: Option<u32>) -> NumberRow {
    let (key, class) = match one.printed_at {
        _ if relied.is_some_and(|number| one.number < number) => ("pack-state-to-destroy", "bad"),
        _ if one.is_stale(f.now) => ("pack-state-stale", "bad"),
        None => ("pack-state-to-print", "part"),
        Some(_) => ("pack-state-in-place", "ok"),
    };
    let mut line = vec![about(f, one)];
    line.extend(one.opened_at.map(|at| f.t1("pack-opened", "ago", f.ago(at))));
    if !one.held {
        line.push(f.t("pack-not-here"));
    }
    NumberRow {
        number: one.number,
        name: numbered(f, one.number),
        state: f.t(key),
        class,
        line: line.join(" – "),
        reason: None,
        to_print: one.printed_at.is_none(),
    }
}

/// One kind.
pub async fn show(call: Call) -> Answer {
    page(&pack_page(&call, Again::default()).await?)
}

/// Opens a list for a reason: the answer is its paper.
pub async fn open(mut call: Call) -> Answer {
    let which = which(&call)?;
    let (words, field) = (call.words(), reason_field(which.1));
    let reason = call.form.needed(words, &field, "pack-reason-missing");
    let opening = counter::opening(&call).await?;
    if opening.ring.get(which.0.group()).is_none() {
        call.form.wrong(&field, words.say("pack-no-key"));
    }
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&pack_page(&call, Again { form, ..Again::default() }).await?);
    }
    let opened = desk::open(&counter::hand(&call)?, &opening.ring, which, &reason).await?;
    let opened = opened.ok_or(Refusal::NotFound)?;
    let (tenant, lang, at) = (call.caller()?.tenant.clone(), call.lang, call.at);
    // A long list is laid out apart: others are served meanwhile.
    let pdf = tokio::task::spawn_blocking(move || printed_out(&tenant, &opened, lang, at)).await;
    let bytes = pdf.map_err(|_| Refusal::Stale)??;
    let mut answer = reply::body(StatusCode::OK, "application/pdf", bytes);
    let name = format!("attachment; filename=\"{}-{}.pdf\"", which.0.code(), which.1);
    if let Ok(name) = HeaderValue::from_str(&name) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}

fn printed_out(
    tenant: &Tenant,
    opened: &Opened,
    lang: Lang,
    printed_at: beffroi_town::Instant,
) -> Result<Vec<u8>, Refusal> {
    let pack = &opened.pack;
    let printing = Printing {
        tenant,
        kind: pack.kind,
        number: pack.number,
        former: opened.former,
        made_at: pack.made_at,
        printed_at,
    };
    Ok(print::pdf(&printing, &opened.entries, lang)?.bytes)
}

/// Notes that a list lies in its place on paper.
pub async fn printed(call: Call) -> Answer {
    let (which, caller) = (which(&call)?, call.caller()?);
    let tenant = caller.scope.tenant();
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    kept::printed(&mut tx, tenant, which).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("{}?done=pack_printed", address(which.0))))
}

/// Notes that the paper of a list is destroyed.
pub async fn destroyed(call: Call) -> Answer {
    let (which, caller) = (which(&call)?, call.caller()?);
    let tenant = caller.scope.tenant();
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    kept::destroyed(&mut tx, tenant, which).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("{}?done=pack_destroyed", address(which.0))))
}

/// Records a list that was printed where it is kept.
pub async fn record(mut call: Call) -> Answer {
    let kind = kind(&call)?;
    let next = pack_page(&call, Again::default()).await?.next;
    let words = call.words();
    let number =
        call.form.get("number").parse::<u32>().ok().filter(|one| (next..=NUMBER_MAX).contains(one));
    if number.is_none() {
        let least = [("number", next.to_string().into())];
        call.form.wrong("number", words.say_with("pack-number-wrong", &least));
    }
    let rows = call.form.get("rows").parse::<u32>().ok().filter(|rows| *rows > 0);
    if rows.is_none() {
        call.form.wrong("rows", words.say("pack-rows-wrong"));
    }
    let printed_at = call.zone().start_of(call.form.get("printed")).filter(|at| *at <= call.at);
    if printed_at.is_none() {
        call.form.wrong("printed", words.say("desk-asked-wrong"));
    }
    let (Some(number), Some(rows), Some(printed_at)) = (number, rows, printed_at) else {
        let again = Again { form: call.form.clone(), ..Again::default() };
        return wrong(&pack_page(&call, again).await?);
    };
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    kept::record(&mut tx, tenant, kind, Recorded { number, rows, printed_at }).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("{}?done=pack_recorded", address(kind))))
}

/// Which list an entry of the journal or an alarm is about, in words.
pub(super) fn named(f: &Frame, body: &Value) -> Option<String> {
    let kind = PackKind::from_code(body.get("pack")?.as_str()?)?;
    let name = f.words.pack_kind(kind);
    let number = body.get("number").and_then(Value::as_u64).and_then(|one| u32::try_from(one).ok());
    Some(number.map_or_else(|| name.clone(), |number| format!("{name} – {}", numbered(f, number))))
}

/// Which list an alarm is about.
pub(super) fn told(f: &Frame, alarm: &Alarm) -> Option<(String, String)> {
    named(f, &alarm.detail).map(|name| (f.t("pack-alarm"), name))
}
