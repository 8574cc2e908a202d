//! The journal: newest first, in words; the export; the fingerprint of its key.
//!
//! The journal itself holds codes and identifiers. What they stand for is looked up in what is
//! true now; a reason is opened from its sealed text, unless it was erased.

use std::collections::BTreeMap;

use askama::Template;
use beffroi_registry::accounts;
use beffroi_store::{
    Conn, TenantScope,
    journal::{self, Entry},
    texts,
};
use beffroi_town::{
    Actor, AlarmKind, AssetState, DataExposure, Phase, Role, ServiceStatus, TownFacts,
    incident::Nature, phone::LineState,
};
use beffroi_words::Words;
use serde_json::Value;

use super::{packs, page};
use crate::{Refusal, call::Call, frame::Frame, reply, routes::Answer};

/// How many entries a page shows.
const PAGE_ROWS: u32 = 50;

struct EntryRow {
    seq: String,
    what: String,
    when: String,
    who: String,
    detail: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "console/journal.html")]
struct JournalPage {
    f: Frame,
    rows: Vec<EntryRow>,
    newer: Option<String>,
    older: Option<String>,
    fingerprint: String,
}

/// Names of the tenant's accounts, by identifier.
pub(super) async fn names(call: &Call) -> Result<BTreeMap<String, String>, Refusal> {
    let all = accounts::list(&call.doors.store, &call.caller()?.scope).await?;
    Ok(all.into_iter().map(|one| (one.id.to_string(), one.name)).collect())
}

/// Who acted, in words.
pub(super) fn who(words: &Words, names: &BTreeMap<String, String>, actor: &Actor) -> String {
    match actor {
        Actor::Account(id) => {
            names.get(id.as_str()).cloned().unwrap_or_else(|| words.say("journal-by-former"))
        }
        Actor::CommandLine => words.say("journal-by-command"),
        Actor::Contact(_) => words.say("journal-by-contact"),
        Actor::Guard(_) => words.say("journal-by-guard"),
        Actor::PrintPost(_) => words.say("journal-by-print-post"),
        Actor::Platform => words.say("journal-by-platform"),
        Actor::Outside => words.say("journal-by-outside"),
    }
}

/// A page of the journal.
pub async fn show(call: Call) -> Answer {
    let before: Option<u64> = call.number("before");
    let facts = call.facts().await?;
    let names = names(&call).await?;
    let scope = &call.caller()?.scope;
    let f = call.frame(call.words().say("journal-title"), "journal", &facts);
    let mut conn = call.doors.store.read().await?;
    let entries = journal::newest(&mut conn, scope, before, PAGE_ROWS).await?;
    let fingerprint = journal::fingerprint(&mut conn, scope).await?.ok_or(Refusal::NotFound)?;
    let mut rows = Vec::new();
    for entry in &entries {
        let reason = reason(&mut conn, scope, entry).await?.unwrap_or_default();
        rows.push(EntryRow {
            seq: f.t1("journal-number", "number", entry.seq.to_string()),
            what: what(&f, entry),
            when: f.full(entry.at),
            who: who(f.words, &names, &entry.actor),
            detail: detail(&f, &facts, &names, entry),
            reason,
        });
    }
    drop(conn);
    let older = entries.last().map(|entry| entry.seq).filter(|seq| *seq > 1);
    page(&JournalPage {
        rows,
        newer: before.map(|_| "/console/journal".to_owned()),
        older: older.map(|seq| format!("/console/journal?before={seq}")),
        fingerprint: fingerprint.to_string(),
        f,
    })
}

fn what(f: &Frame, entry: &Entry) -> String {
    let key = key_of(&entry.kind);
    // A journal may hold what another version wrote.
    if f.words.has(&key) { f.t(&key) } else { f.t1("journal-other", "kind", &entry.kind) }
}

fn key_of(kind: &str) -> String {
    format!("journal-{}", kind.replace('_', "-"))
}

async fn reason(
    conn: &mut Conn,
    scope: &TenantScope,
    entry: &Entry,
) -> Result<Option<String>, Refusal> {
    match entry.body.get("reason_id").and_then(Value::as_str) {
        Some(id) => Ok(texts::open(conn, scope, id).await?.and_then(|text| text.words)),
        None => Ok(None),
    }
}

/// What an entry is about, as far as its codes can be turned into words.
fn detail(f: &Frame, facts: &TownFacts, names: &BTreeMap<String, String>, entry: &Entry) -> String {
    let body = &entry.body;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let mut parts: Vec<String> = Vec::new();
    let asset = |id: &str| facts.assets.iter().find(|asset| asset.id.as_str() == id);
    parts.extend(text("asset").and_then(asset).map(|asset| asset.name.clone()));
    let service = |id: &str| facts.services.iter().find(|service| service.id.as_str() == id);
    let service = text("service").and_then(service);
    parts.extend(service.map(|service| f.words.service_name(service).into_owned()));
    parts.extend(packs::named(f, body));
    let line = |id: &str| facts.lines.iter().find(|line| line.id.as_str() == id);
    parts.extend(text("line").and_then(line).map(|line| format!("{} {}", line.label, line.number)));
    // Who did it is said already.
    let own = matches!(&entry.actor, Actor::Account(id) if text("account") == Some(id.as_str()));
    let account = text("account").filter(|_| !own).and_then(|id| names.get(id));
    parts.extend(account.cloned());
    parts.extend(text("told").and_then(AlarmKind::from_code).map(|kind| f.words.alarm_kind(kind)));
    parts.extend(text("role").and_then(Role::from_code).map(|role| f.words.role(role)));
    parts.extend(text("nature").and_then(Nature::from_code).map(|one| f.words.nature(one)));
    parts.extend(text("status").and_then(ServiceStatus::from_code).map(|one| f.words.status(one)));
    if let (Some(from), Some(to)) = (text("from"), text("to")) {
        let word = |code: &str| match entry.kind.as_str() {
            "phone_line_state" => LineState::from_code(code).map(|one| f.words.line_state(one)),
            _ => None,
        };
        let word = |text: &str| word(text).unwrap_or_else(|| code(f, text));
        let values = [("from", word(from).into()), ("to", word(to).into())];
        parts.push(f.words.say_with("journal-detail-from-to", &values));
    }
    parts.join(" · ")
}

/// A state, a phase, an exposure or a nature, whichever has this code.
fn code(f: &Frame, code: &str) -> String {
    let state = || AssetState::from_code(code).map(|one| f.words.asset_state(one));
    let phase = || Phase::from_code(code).map(|one| f.words.phase(one));
    let level = || DataExposure::from_code(code).map(|one| f.words.exposure(one));
    let nature = || Nature::from_code(code).map(|one| f.words.nature(one));
    state().or_else(phase).or_else(level).or_else(nature).unwrap_or_else(|| code.to_owned())
}

/// The whole journal as JSON lines.
pub async fn export(call: Call) -> Answer {
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let mut lines: Vec<u8> = Vec::new();
    journal::export(&mut conn, scope, &mut lines).await?.ok_or(Refusal::NotFound)?;
    let name = format!("journal-{}.jsonl", scope.tenant().dashed());
    Ok(reply::saved("application/x-ndjson", &name, lines))
}

#[cfg(test)]
mod tests {
    use beffroi_town::Lang;

    use super::*;

    #[test]
    fn every_kind_of_entry_is_told_in_words() {
        for lang in [Lang::Fr, Lang::En] {
            let words = Words::of(lang);
            let without = |kind: &&&str| !words.has(&key_of(kind));
            let missing: Vec<_> = journal::KINDS.iter().filter(without).collect();
            assert!(missing.is_empty(), "{lang:?}: {missing:?}");
        }
    }
}
