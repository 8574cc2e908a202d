//! Alarms: taken in from guards, decided by persons.

use beffroi_store::{
    OperatorScope, Store, alarm_lists, alarms, guards, guards::Guard, oncall, texts,
};
use beffroi_town::{
    Actor, Alarm, AlarmId, AlarmKind, AlarmState, IncidentId, Instant, TenantId,
    watch::{AlarmReport, Listed, Touch, Touched},
};
use serde_json::json;

use crate::{Deed, Error, cuts};

/// What stands before a file that was left there, in the list of what was touched.
pub const DROPPED: &str = "+ ";
/// A guard that is not heard for this long is silent (DESIGN section 8: an alarm within 60 s).
pub const SILENCE_MS_MAX: i64 = 45_000;

/// Takes in what a guard reports. Its signature and its bounds were checked before.
///
/// # Errors
/// The store's.
pub async fn receive(
    store: &Store,
    guard: &Guard,
    at: Instant,
    report: &AlarmReport,
) -> Result<(), Error> {
    let actor = Actor::Guard(guard.id.clone());
    let mut tx = store.begin(std::slice::from_ref(&guard.tenant), &actor, at).await?;
    // Names of files may be names of people: they are kept sealed, apart from the figures.
    let listed = listing(&report.touched);
    let touched_text = match listed.as_str() {
        "" => None,
        words => Some(texts::seal(&mut tx, &guard.tenant, words).await?),
    };
    let alarm = Alarm {
        id: report.id.clone(),
        tenant: guard.tenant.clone(),
        kind: report.kind.alarm_kind(),
        guard: Some(guard.id.clone()),
        asset: Some(guard.asset.clone()),
        first_at: report.first_touch_at,
        raised_at: report.raised_at,
        received_at: at,
        repeats: 0,
        touched: u32::try_from(report.touched_total).unwrap_or(u32::MAX),
        stopped_at: report.stopped_at,
        simulated: report.simulated,
        detail: json!({
            "suspicion": report.kind,
            "outcome": report.outcome,
            "actor": report.actor,
            "counts": report.counts,
            "reasons": report.reasons,
            "vitals": report.vitals,
            "touched_text": touched_text,
        }),
        state: AlarmState::Open,
    };
    match alarms::raise(&mut tx, &alarm, report.revision).await? {
        alarms::Raised::Known { .. } => {}
        _ => drop(tx.commit().await?),
    }
    Ok(())
}

/// Takes in a piece of the exact list of what was touched under an alarm. Its signature and its bounds
/// were checked before. False when nothing new was kept.
///
/// # Errors
/// The store's, which refuses what does not fit into one text.
pub async fn listed(
    store: &Store,
    guard: &Guard,
    at: Instant,
    piece: &Listed,
) -> Result<bool, Error> {
    if piece.files.is_empty() {
        return Ok(false);
    }
    let mut lines = String::new();
    for file in &piece.files {
        lines.push_str(&json!(file).to_string());
        lines.push('\n');
    }
    let actor = Actor::Guard(guard.id.clone());
    let mut tx = store.begin(std::slice::from_ref(&guard.tenant), &actor, at).await?;
    let (report, before, files) = (&piece.alarm, piece.before, piece.files.len());
    let piece = alarm_lists::Piece { report, before, files, lines: &lines };
    let is_new = alarm_lists::add(&mut tx, &guard.tenant, piece).await?;
    if is_new {
        tx.commit().await?;
    }
    Ok(is_new)
}

/// As many of the touched files as a sealed text holds, a line each, and how many more.
fn listing(touched: &[Touched]) -> String {
    const ROOM: usize = texts::TEXT_BYTES_MAX - 64;
    let mut text = String::new();
    for (index, file) in touched.iter().enumerate() {
        if text.len() + DROPPED.len() + file.path.len() + 1 > ROOM {
            let more = touched.len() - index;
            text.push_str("(+");
            text.push_str(&more.to_string());
            text.push(')');
            break;
        }
        if file.how == Touch::Dropped {
            text.push_str(DROPPED);
        }
        text.push_str(&file.path);
        text.push('\n');
    }
    text
}

/// Raises an alarm for each guard that has fallen silent. Calling it again raises nothing new.
///
/// # Errors
/// The store's.
pub async fn notice_silence(store: &Store, at: Instant) -> Result<(), Error> {
    let operator = OperatorScope::for_operator();
    let since = at.plus_ms(-SILENCE_MS_MAX);
    let silent = guards::silent(&mut store.read().await?, &operator, since).await?;
    for guard in silent {
        let scope = beffroi_store::TenantScope::for_tenant(&guard.tenant);
        let last = guards::last_beat(&mut store.read().await?, &scope, &guard.id).await?;
        let last_at = last.map_or(guard.enrolled_at, |last| last.received_at);
        let alarm = silence(&guard, last_at, at)?;
        let mut conn = store.read().await?;
        if alarms::get(&mut conn, &scope, &alarm.id).await?.is_some() {
            continue;
        }
        drop(conn);
        let tenants = std::slice::from_ref(&guard.tenant);
        let mut tx = store.begin(tenants, &Actor::Platform, at).await?;
        match alarms::raise(&mut tx, &alarm, 0).await? {
            alarms::Raised::Known { .. } => {}
            _ => drop(tx.commit().await?),
        }
    }
    Ok(())
}

/// The alarm for one silence: named after the last beat, so that each silence counts once.
fn silence(guard: &Guard, last_at: Instant, at: Instant) -> Result<Alarm, Error> {
    Ok(Alarm {
        id: AlarmId::parse(&format!("silent-{}-{}", guard.id, last_at.ms()))?,
        tenant: guard.tenant.clone(),
        kind: AlarmKind::GuardSilent,
        guard: Some(guard.id.clone()),
        asset: Some(guard.asset.clone()),
        first_at: last_at,
        raised_at: at,
        received_at: at,
        repeats: 0,
        touched: 0,
        stopped_at: None,
        simulated: false,
        detail: json!({ "silent_since": last_at }),
        state: AlarmState::Open,
    })
}

/// Tells the operator's people that the platform kept no watch from `from` until now; whether there
/// is anybody to tell.
///
/// # Errors
/// The store's.
pub async fn notice_gap(store: &Store, from: Instant, at: Instant) -> Result<bool, Error> {
    let operator = OperatorScope::for_operator();
    let people = oncall::operators(&mut store.read().await?, &operator).await?;
    let first = people.into_iter().filter(|one| !one.paused).min_by_key(|one| one.rank);
    let Some(first) = first else { return Ok(false) };
    let alarm = Alarm {
        id: AlarmId::parse(&format!("platform-silent-{}", from.ms()))?,
        tenant: first.tenant,
        kind: AlarmKind::PlatformSilent,
        guard: None,
        asset: None,
        first_at: from,
        raised_at: at,
        received_at: at,
        repeats: 0,
        touched: 0,
        stopped_at: None,
        simulated: false,
        detail: json!({ "from": from, "to": at }),
        state: AlarmState::Open,
    };
    let tenants = std::slice::from_ref(&alarm.tenant);
    let mut tx = store.begin(tenants, &Actor::Platform, at).await?;
    match alarms::raise(&mut tx, &alarm, 0).await? {
        alarms::Raised::Known { .. } => {}
        _ => drop(tx.commit().await?),
    }
    Ok(true)
}

/// A person finds that an alarm belongs to an incident declared before.
///
/// # Errors
/// The store's, also when it is decided already.
pub async fn merge(deed: &Deed<'_>, alarm: &AlarmId, incident: &IncidentId) -> Result<(), Error> {
    decide(deed, alarm, &AlarmState::Merged { incident: incident.clone() }, None).await
}

/// A person finds that an alarm is nothing, and says why.
///
/// # Errors
/// The store's, also when it is decided already.
pub async fn dismiss(deed: &Deed<'_>, alarm: &AlarmId, reason: &str) -> Result<(), Error> {
    decide(deed, alarm, &AlarmState::Dismissed, Some(reason)).await
}

async fn decide(
    deed: &Deed<'_>,
    alarm: &AlarmId,
    decision: &AlarmState,
    reason: Option<&str>,
) -> Result<(), Error> {
    let tenant: &TenantId = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    alarms::decide(&mut tx, tenant, alarm, decision).await?;
    if let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) {
        let id = texts::seal(&mut tx, tenant, reason).await?;
        tx.record(tenant, "alarm_decision_reason", json!({ "alarm": alarm, "reason_id": id }))
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Takes in what became of the orders of a guard: a cut of its host counts from here on.
///
/// # Errors
/// The store's.
pub async fn acknowledged(
    store: &Store,
    guard: &Guard,
    at: Instant,
    acks: &[beffroi_town::watch::OrderAck],
) -> Result<(), Error> {
    for ack in acks {
        cuts::guard_answered(store, guard, at, ack).await?;
    }
    Ok(())
}
