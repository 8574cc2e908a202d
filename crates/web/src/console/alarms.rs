//! Alarms: what a machine suspects, and what a person makes of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::body::Body;
use beffroi_crisis::alarms::{self as room, DROPPED};
use beffroi_store::{Store, TenantScope, alarm_lists, alarms, calls, texts};
use beffroi_town::{
    Alarm, AlarmId, IncidentId, TownFacts,
    alarm::AlarmState,
    watch::{ActorSeen, AlarmOutcome, Reason, TouchCounts, Vitals},
};
use beffroi_words::Value;
use futures_util::stream;
use serde::de::DeserializeOwned;

use super::{journal, oncall, packs, page, rows, vault, wrong};
use crate::{
    Refusal,
    call::Call,
    fields::Fields,
    frame::{Countable as _, Frame},
    markup::Choice,
    reply,
    routes::Answer,
    rung::{People, Rung},
};

/// How many decided alarms the list shows.
const LISTED_MAX: u32 = 100;

#[derive(Template)]
#[template(path = "console/alarms.html")]
struct AlarmsPage {
    f: Frame,
    open: Vec<rows::AlarmRow>,
    decided: Vec<rows::AlarmRow>,
}

#[derive(Template)]
#[template(path = "console/alarm.html")]
struct AlarmPage {
    f: Frame,
    form: Fields,
    id: AlarmId,
    one: rows::AlarmRow,
    open: bool,
    grave: bool,
    incidents: Vec<Choice>,
    facts: Vec<(String, String)>,
    reasons: Vec<String>,
    touched: Vec<String>,
    /// Some of them were left there.
    dropped: bool,
    touched_total: u32,
    /// Where the exact list is.
    list: Option<String>,
    guard: Option<String>,
    calls: Vec<oncall::CallRow>,
    /// Calls of it that the caller may answer.
    unanswered: Vec<String>,
}

/// All alarms, open ones first.
pub async fn list(call: Call) -> Answer {
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let all = alarms::list(&mut call.doors.store.read().await?, scope, LISTED_MAX).await?;
    let f = call.frame(call.words().say("alarms-title"), "alarms", &facts);
    let rows = |open: bool| {
        let some = all.iter().filter(|alarm| (alarm.state == AlarmState::Open) == open);
        some.map(|alarm| rows::alarm(&f, &facts, alarm)).collect()
    };
    page(&AlarmsPage { open: rows(true), decided: rows(false), f })
}

/// One alarm.
pub async fn show(call: Call) -> Answer {
    page(&alarm_page(&call, Fields::default()).await?)
}

/// Everything that was touched under an alarm, as JSON lines.
pub async fn files(call: Call) -> Answer {
    let id: AlarmId = call.id("id")?;
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let pieces = alarm_lists::texts_of(&mut conn, scope, &id).await?;
    if pieces.is_empty() {
        return Err(Refusal::NotFound);
    }
    let name = format!("alarm-{id}.jsonl");
    // One piece after the other: there may be thousands.
    let rest = (pieces.into_iter(), call.doors.store.clone(), scope.clone());
    let lines = stream::unfold(rest, async |(mut pieces, store, scope)| {
        let lines = piece(&store, &scope, &pieces.next()?).await;
        Some((lines, (pieces, store, scope)))
    });
    Ok(reply::saved("application/x-ndjson", &name, Body::from_stream(lines)))
}

/// The lines of one piece. One that was erased since is a gap, which the journal tells of.
async fn piece(store: &Store, scope: &TenantScope, id: &str) -> beffroi_store::Result<String> {
    let text = texts::open(&mut store.read().await?, scope, id).await?;
    Ok(text.and_then(|text| text.words).unwrap_or_default())
}

async fn alarm_page(call: &Call, form: Fields) -> Result<AlarmPage, Refusal> {
    let id: AlarmId = call.id("id")?;
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let alarm = alarms::get(&mut conn, scope, &id).await?.ok_or(Refusal::NotFound)?;
    let text = match alarm.detail.get("touched_text").and_then(|id| id.as_str()) {
        Some(id) => texts::open(&mut conn, scope, id).await?.and_then(|text| text.words),
        None => None,
    };
    let pieces = alarm_lists::texts_of(&mut conn, scope, &id).await?;
    let people = People::of(&mut conn, scope).await?;
    let mut rung = Vec::new();
    for one in calls::of_alarm(&mut conn, scope, &id).await? {
        rung.push(Rung::of(&mut conn, scope, one).await?);
    }
    drop(conn);
    let names = journal::names(call).await?;
    let f = call.frame(call.words().alarm_kind(alarm.kind), "alarms", &facts);
    let unanswered = rung.iter().filter(|one| one.call.is_open() && f.may.write);
    let incident = |one: &beffroi_town::Incident| {
        let since = f.full(one.noticed_at);
        let only = facts.incidents.len() == 1;
        Choice::new(one.id.as_str(), f.words.nature(one.nature)).note(since).on(only)
    };
    let reasons: Vec<Reason> = part(&alarm, "reasons").unwrap_or_default();
    Ok(AlarmPage {
        one: rows::alarm(&f, &facts, &alarm),
        open: alarm.state == AlarmState::Open,
        grave: alarm.kind.disturbs_services() || alarm.kind.is_attack(),
        incidents: facts.incidents.iter().map(incident).collect(),
        facts: told(&f, &facts, &names, &alarm),
        reasons: reasons.iter().map(|one| reason(&f, one)).collect(),
        touched: text.iter().flat_map(|text| text.lines()).map(str::to_owned).collect(),
        dropped: text.iter().flat_map(|text| text.lines()).any(|line| line.starts_with(DROPPED)),
        touched_total: alarm.touched,
        list: (!pieces.is_empty()).then(|| format!("/console/alarms/{id}/files")),
        calls: rung.iter().map(|one| oncall::call_row(&f, &people, one)).collect(),
        unanswered: unanswered.map(|one| one.call.id.to_string()).collect(),
        guard: alarm.guard.as_ref().map(|guard| format!("/console/guards/{guard}")),
        id,
        form,
        f,
    })
}

/// One part of what was reported, if it is there and is what it should be.
pub(super) fn part<T: DeserializeOwned>(alarm: &Alarm, name: &str) -> Option<T> {
    serde_json::from_value(alarm.detail.get(name)?.clone()).ok()
}

fn reason(f: &Frame, one: &Reason) -> String {
    let values = [
        ("what", Value::from(f.words.guard_signal(one.signal))),
        ("count", Value::Count(u64::from(one.times))),
    ];
    f.words.say_with("alarm-reason", &values)
}

/// What was noticed, where, when, by whom: names and values.
fn told(
    f: &Frame,
    facts: &TownFacts,
    names: &BTreeMap<String, String>,
    alarm: &Alarm,
) -> Vec<(String, String)> {
    let mut all = vec![
        (f.t("alarm-where"), rows::alarm_place(f, facts, alarm)),
        (f.t("alarm-first-at"), f.full(alarm.first_at)),
        (f.t("alarm-raised-at"), f.full(alarm.raised_at)),
        (f.t("alarm-received-at"), f.full(alarm.received_at)),
    ];
    // The first thing to look for: whose plug is to be pulled.
    let client = client(alarm).map(|client| (f.t("alarm-client"), client));
    all.splice(1..1, client);
    let account = alarm.detail.get("account").and_then(serde_json::Value::as_str);
    all.extend(
        account.and_then(|id| names.get(id)).map(|name| (f.t("alarm-account"), name.clone())),
    );
    if alarm.repeats > 0 {
        all.push((f.t("alarm-repeats"), f.tn("alarm-times", alarm.repeats)));
    }
    if alarm.guard.is_some() {
        all.extend(told_by_guard(f, alarm));
    }
    if let Some(failures) = alarm.detail.get("failures").and_then(serde_json::Value::as_u64) {
        all.push((f.t("alarm-failures"), f.words.number(failures)));
    }
    all.extend(vault::told(f, alarm));
    all.extend(packs::told(f, alarm));
    if let AlarmState::Declared { incident } | AlarmState::Merged { incident } = &alarm.state {
        let found = facts.incidents.iter().find(|one| one.id == *incident);
        let nature = found.map_or_else(
            || f.words.phase(beffroi_town::Phase::Closed),
            |one| format!("{}, {}", f.words.nature(one.nature), f.full(one.noticed_at)),
        );
        all.push((f.t("alarm-incident"), nature));
    }
    all
}

fn told_by_guard(f: &Frame, alarm: &Alarm) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if alarm.touched > 0 {
        all.push((f.t("alarm-files"), f.words.number(alarm.touched.count())));
    }
    if let Some(counts) = part::<TouchCounts>(alarm, "counts").filter(|_| alarm.touched > 0) {
        all.push((f.t("alarm-recoverable"), f.words.number(counts.recoverable)));
    }
    let stopped = alarm.stopped_at.map_or_else(
        || f.t("alarm-not-stopped"),
        |at| f.t1("alarm-stopped-at", "when", f.full(at)),
    );
    all.push((f.t("alarm-stopped"), stopped));
    if let Some(outcome) = part::<AlarmOutcome>(alarm, "outcome") {
        all.push((f.t("alarm-outcome-name"), f.words.alarm_outcome(outcome)));
    }
    let actor = part::<ActorSeen>(alarm, "actor");
    let unknown = || f.t("alarm-actor-unknown");
    all.push((f.t("alarm-actor"), actor.map_or_else(unknown, |actor| actor_in_words(f, actor))));
    let heat = part::<Vitals>(alarm, "vitals").and_then(|vitals| vitals.temperature_millicelsius);
    if let Some(heat) = heat {
        all.push((f.t("alarm-temperature"), degrees(f, heat)));
    }
    all
}

/// Who did it on the host itself; of one that has ended the program is not known.
fn actor_in_words(f: &Frame, actor: ActorSeen) -> String {
    let key = if actor.exe.is_empty() { "alarm-actor-ended" } else { "alarm-actor-value" };
    let values = [
        ("program", Value::from(actor.exe)),
        ("pid", actor.pid.to_string().into()),
        ("user", actor.user.unwrap_or_else(|| actor.uid.to_string()).into()),
    ];
    f.words.say_with(key, &values)
}

/// The computer it came from over the network, where the guard could tell.
pub(super) fn client(alarm: &Alarm) -> Option<String> {
    part::<ActorSeen>(alarm, "actor")?.client
}

/// A temperature in words.
pub(super) fn degrees(f: &Frame, millicelsius: i32) -> String {
    f.t1("alarm-temperature-value", "degrees", (millicelsius / 1_000).to_string())
}

/// It belongs to an incident going on.
pub async fn merge(call: Call) -> Answer {
    let id: AlarmId = call.id("id")?;
    let Ok(incident) = IncidentId::parse(call.form.get("incident")) else {
        let mut form = call.form.clone();
        form.wrong("incident", call.words().say("form-choose"));
        return wrong(&alarm_page(&call, form).await?);
    };
    let actor = call.caller()?.actor();
    room::merge(&call.deed(&actor)?, &id, &incident).await?;
    Ok(reply::see_other("/console/alarms?done=merged"))
}

/// It is nothing, and why.
pub async fn dismiss(mut call: Call) -> Answer {
    let id: AlarmId = call.id("id")?;
    let words = call.words();
    let reason = call.form.needed(words, "reason", "alarm-dismiss-missing");
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&alarm_page(&call, form).await?);
    }
    let actor = call.caller()?.actor();
    room::dismiss(&call.deed(&actor)?, &id, &reason).await?;
    Ok(reply::see_other("/console/alarms?done=dismissed"))
}
