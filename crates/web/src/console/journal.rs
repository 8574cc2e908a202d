//! The journal: newest first, in words; the export; the fingerprint of its key.
//!
//! The journal itself holds codes and identifiers. What they stand for is looked up in what is
//! true now; a reason is opened from its sealed text, unless it was erased.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
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

/// The words of each kind of entry.
const KINDS: &[(&str, &str)] = &[
    ("account_created", "journal-account-created"),
    ("account_password", "journal-account-password"),
    ("account_totp", "journal-account-totp"),
    ("account_codes", "journal-account-codes"),
    ("account_code_used", "journal-account-code-used"),
    ("account_role", "journal-account-role"),
    ("account_disabled", "journal-account-disabled"),
    ("account_enabled", "journal-account-enabled"),
    ("alarm_raised", "journal-alarm-raised"),
    ("alarm_repeated", "journal-alarm-repeated"),
    ("alarm_revised", "journal-alarm-revised"),
    ("alarm_decided", "journal-alarm-decided"),
    ("alarm_decision_reason", "journal-alarm-decision-reason"),
    ("asset_contact", "journal-asset-contact"),
    ("asset_cut_means", "journal-asset-cut-means"),
    ("asset_exposure", "journal-asset-exposure"),
    ("asset_fleet", "journal-asset-fleet"),
    ("asset_needs", "journal-asset-needs"),
    ("asset_renamed", "journal-asset-renamed"),
    ("asset_shared", "journal-asset-shared"),
    ("asset_unshared", "journal-asset-unshared"),
    ("asset_state", "journal-asset-state"),
    ("assets_added", "journal-assets-added"),
    ("call_acknowledged", "journal-call-acknowledged"),
    ("call_ended", "journal-call-ended"),
    ("call_escalated", "journal-call-escalated"),
    ("call_failed", "journal-call-failed"),
    ("call_graver", "journal-call-graver"),
    ("call_joined", "journal-call-joined"),
    ("call_nobody_reached", "journal-call-nobody-reached"),
    ("call_opened", "journal-call-opened"),
    ("call_receipt", "journal-call-receipt"),
    ("call_rung", "journal-call-rung"),
    ("call_started_over", "journal-call-started-over"),
    ("call_test_asked", "journal-call-test-asked"),
    ("contact_added", "journal-contact-added"),
    ("contact_changed", "journal-contact-changed"),
    ("contact_moved", "journal-contact-moved"),
    ("contact_paused", "journal-contact-paused"),
    ("contact_removed", "journal-contact-removed"),
    ("contact_resumed", "journal-contact-resumed"),
    ("cut_ordered", "journal-cut-ordered"),
    ("cut_confirmed", "journal-cut-confirmed"),
    ("cut_failed", "journal-cut-failed"),
    ("cut_lift_ordered", "journal-cut-lift-ordered"),
    ("cut_lift_failed", "journal-cut-lift-failed"),
    ("cut_lifted", "journal-cut-lifted"),
    ("cut_lifted_by_code", "journal-cut-lifted-by-code"),
    ("cut_by_guard_alone", "journal-cut-by-guard-alone"),
    ("files_restored", "journal-files-restored"),
    ("guard_enrolment_offered", "journal-guard-enrolment-offered"),
    ("guard_enrolled", "journal-guard-enrolled"),
    ("guard_revoked", "journal-guard-revoked"),
    ("guard_ordered", "journal-guard-ordered"),
    ("guard_order_ended", "journal-guard-order-ended"),
    ("incident_declared", "journal-incident-declared"),
    ("incident_nature", "journal-incident-nature"),
    ("incident_phase", "journal-incident-phase"),
    ("incident_tenant_added", "journal-incident-tenant-added"),
    ("emergency_set", "journal-emergency-set"),
    ("kit_printed", "journal-kit-printed"),
    ("kit_codes_dropped", "journal-kit-codes-dropped"),
    ("login", "journal-login"),
    ("notice_drafted", "journal-notice-drafted"),
    ("notice_published", "journal-notice-published"),
    ("notice_corrected", "journal-notice-corrected"),
    ("notice_ended", "journal-notice-ended"),
    ("phone_line_added", "journal-phone-line-added"),
    ("phone_line_about", "journal-phone-line-about"),
    ("phone_line_state", "journal-phone-line-state"),
    ("phone_line_forward", "journal-phone-line-forward"),
    ("phone_line_removed", "journal-phone-line-removed"),
    ("print_post_made", "journal-print-post-made"),
    ("print_post_enrolled", "journal-print-post-enrolled"),
    ("print_post_confirmed", "journal-print-post-confirmed"),
    ("print_post_revoked", "journal-print-post-revoked"),
    ("print_sheet_asked", "journal-print-sheet-asked"),
    ("print_sheet_printed", "journal-print-sheet-printed"),
    ("appointments_sealed_again", "journal-appointments-sealed-again"),
    ("agenda_days_sealed_again", "journal-agenda-days-sealed-again"),
    ("roster_saved", "journal-roster-saved"),
    ("roster_removed", "journal-roster-removed"),
    ("own_key_made", "journal-own-key-made"),
    ("own_key_codes", "journal-own-key-codes"),
    ("own_key_forgotten", "journal-own-key-forgotten"),
    ("desk_made", "journal-desk-made"),
    ("desk_opened", "journal-desk-opened"),
    ("desk_key_given", "journal-desk-key-given"),
    ("desk_key_taken", "journal-desk-key-taken"),
    ("request_received", "journal-request-received"),
    ("request_taken", "journal-request-taken"),
    ("request_decided", "journal-request-decided"),
    ("request_transferred", "journal-request-transferred"),
    ("request_visa", "journal-request-visa"),
    ("request_erased", "journal-request-erased"),
    ("requests_exported", "journal-requests-exported"),
    ("pack_imported", "journal-pack-imported"),
    ("pack_recorded", "journal-pack-recorded"),
    ("pack_opened", "journal-pack-opened"),
    ("pack_printed", "journal-pack-printed"),
    ("pack_destroyed", "journal-pack-destroyed"),
    ("pack_mapping_saved", "journal-pack-mapping-saved"),
    ("service_details", "journal-service-details"),
    ("service_fallback", "journal-service-fallback"),
    ("service_needs", "journal-service-needs"),
    ("service_overridden", "journal-service-overridden"),
    ("service_override_cleared", "journal-service-override-cleared"),
    ("services_added", "journal-services-added"),
    ("tenant_added", "journal-tenant-added"),
    ("tenant_closed", "journal-tenant-closed"),
    ("tenant_reopened", "journal-tenant-reopened"),
    ("text_erased", "journal-text-erased"),
    ("weekly_test_set", "journal-weekly-test-set"),
    ("vault_repository_made", "journal-vault-repository-made"),
    ("vault_credential_made", "journal-vault-credential-made"),
    ("vault_credential_revoked", "journal-vault-credential-revoked"),
    ("vault_backups_received", "journal-vault-backups-received"),
    ("vault_sheet_printed", "journal-vault-sheet-printed"),
    ("vault_sheet_proven", "journal-vault-sheet-proven"),
    ("vault_password_sealed", "journal-vault-password-sealed"),
    ("vault_password_opened", "journal-vault-password-opened"),
    ("vault_thinning_proposed", "journal-vault-thinning-proposed"),
    ("vault_thinning_agreed", "journal-vault-thinning-agreed"),
    ("vault_thinning_cancelled", "journal-vault-thinning-cancelled"),
    ("vault_thinning_begun", "journal-vault-thinning-begun"),
    ("vault_thinning_trashed", "journal-vault-thinning-trashed"),
    ("vault_thinning_undone", "journal-vault-thinning-undone"),
    ("vault_thinning_restored", "journal-vault-thinning-restored"),
    ("vault_trash_emptying", "journal-vault-trash-emptying"),
    ("vault_trash_emptied", "journal-vault-trash-emptied"),
    ("vault_checked", "journal-vault-checked"),
    ("vault_quota_set", "journal-vault-quota-set"),
    ("vault_backup_judged", "journal-vault-backup-judged"),
    ("vault_backup_proven", "journal-vault-backup-proven"),
];

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
    let known = KINDS.iter().find(|(kind, _)| *kind == entry.kind);
    known.map_or_else(|| f.t1("journal-other", "kind", &entry.kind), |(_, key)| f.t(key))
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
    let mut answer = reply::body(StatusCode::OK, "application/x-ndjson", lines);
    let name = format!("attachment; filename=\"journal-{}.jsonl\"", scope.tenant().dashed());
    if let Ok(value) = HeaderValue::from_str(&name) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(answer)
}
