//! Guards: which stand where, when each was last heard, enrolment, revocation, putting files back.

use askama::Template;
use beffroi_registry::guards::{Invitation, invite};
use beffroi_store::{alarms, guards};
use beffroi_town::{
    AlarmId, AlarmKind, AssetId, AssetKind, GuardId, Instant,
    watch::{AlarmOutcome, Beat, Order},
};
use beffroi_words::Value;

use super::{
    alarms::{degrees, part},
    maintenance::announced,
    page, rows, wrong,
};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, reply, routes::Answer,
};

/// An order to put files back waits this long for its guard.
pub(super) const ORDER_MS: i64 = 60 * 60_000;
/// A guard that was not heard for this long is shown as silent.
const SILENT_MS: i64 = 60_000;
/// How many alarms are looked through.
const ALARMS_MAX: u32 = 200;
const MIB: u64 = 1 << 20;

struct GuardRow {
    href: String,
    name: String,
    state: String,
    class: &'static str,
    line: String,
}

#[derive(Template)]
#[template(path = "console/guards.html")]
struct GuardsPage {
    f: Frame,
    form: Fields,
    rows: Vec<GuardRow>,
    assets: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "console/guard.html")]
pub(super) struct GuardPage {
    f: Frame,
    form: Fields,
    id: GuardId,
    state: String,
    class: &'static str,
    simulated: bool,
    facts: Vec<(String, String)>,
    holes: Vec<String>,
    alarms: Vec<Choice>,
    /// Somebody waits under one of them, and the guard takes the order to let them go on.
    held: bool,
    revoked: bool,
    /// Jobs announced to the guard; none when it takes no such order.
    jobs: Option<Vec<String>>,
}

fn state(
    guard: &guards::Guard,
    heard_at: Option<Instant>,
    now: Instant,
) -> (&'static str, &'static str) {
    match (guard.revoked_at, heard_at) {
        (Some(_), _) => ("guard-state-revoked", "unsure"),
        (None, None) => ("guard-state-never", "unsure"),
        (None, Some(at)) if now.ms_since(at) > SILENT_MS => ("guard-state-silent", "bad"),
        (None, Some(_)) => ("guard-state-heard", "ok"),
    }
}

async fn guards_page(call: &Call, form: Fields) -> Result<GuardsPage, Refusal> {
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let f = call.frame(call.words().say("guards-title"), "guards", &facts);
    let mut conn = call.doors.store.read().await?;
    let mut rows = Vec::new();
    for guard in guards::list(&mut conn, scope).await? {
        let last = guards::last_beat(&mut conn, scope, &guard.id).await?;
        let heard_at = last.as_ref().map(|last| last.received_at);
        let (key, class) = state(&guard, heard_at, call.at);
        let place = facts.assets.iter().find(|asset| asset.id == guard.asset);
        let values = [
            ("where", Value::from(place.map(|asset| asset.name.clone()).unwrap_or_default())),
            ("when", f.ago(heard_at.unwrap_or(guard.enrolled_at)).into()),
        ];
        rows.push(GuardRow {
            href: format!("/console/guards/{}", guard.id),
            name: guard.host.hostname,
            state: f.t(key),
            class,
            line: f.words.say_with("guard-line", &values),
        });
    }
    let own = facts.assets.iter().filter(|asset| {
        let holds_files = matches!(
            asset.kind,
            AssetKind::FileServer
                | AssetKind::BusinessApp
                | AssetKind::BackupServer
                | AssetKind::Nas
        );
        asset.owner == facts.tenant.id && holds_files
    });
    let assets = rows::asset_choices(own);
    Ok(GuardsPage { f, form, rows, assets })
}

/// All guards.
pub async fn list(call: Call) -> Answer {
    page(&guards_page(&call, Fields::default()).await?)
}

/// One guard.
pub async fn show(call: Call) -> Answer {
    page(&guard_page(&call, Fields::default()).await?)
}

pub(super) async fn guard_page(call: &Call, form: Fields) -> Result<GuardPage, Refusal> {
    let id: GuardId = call.id("id")?;
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let guard = guards::get(&mut conn, scope, &id).await?.ok_or(Refusal::NotFound)?;
    let last = guards::last_beat(&mut conn, scope, &id).await?;
    let all = alarms::list(&mut conn, scope, ALARMS_MAX).await?;
    drop(conn);
    let title = call.words().say_with("guard-title", &[("name", (&guard.host.hostname).into())]);
    let f = call.frame(title, "guards", &facts);
    let (key, class) = state(&guard, last.as_ref().map(|last| last.received_at), call.at);
    let place = facts.assets.iter().find(|asset| asset.id == guard.asset);
    let level = last.as_ref().map_or(&guard.level, |last| &last.beat.level);
    let mut told = vec![
        (f.t("guard-host"), format!("{} – {}", guard.host.hostname, guard.host.system)),
        (f.t("guard-level"), f.words.guard_letter(level.letter)),
    ];
    told.extend(place.map(|asset| (f.t("guard-asset"), asset.name.clone())));
    if let Some(last) = &last {
        told.insert(0, (f.t("guard-heard"), f.full(last.received_at)));
        told.extend(vitals(&f, &last.beat));
    }
    let mine = all.iter().filter(|alarm| alarm.guard.as_ref() == Some(&id));
    let files = mine.filter(|alarm| {
        matches!(alarm.kind, AlarmKind::FilesVanishing | AlarmKind::FilesRewritten)
    });
    let files: Vec<_> = files.collect();
    let takes_it = last.as_ref().is_some_and(|last| last.beat.lets_go);
    let jobs = last.as_ref().and_then(|last| last.beat.maintenance.clone());
    let held = takes_it && files.iter().any(|alarm| somebody_waits(alarm));
    let choice = |alarm: &&beffroi_town::Alarm| {
        let row = rows::alarm(&f, &facts, alarm);
        Choice::new(alarm.id.as_str(), row.kind).note(row.line)
    };
    Ok(GuardPage {
        state: f.t(key),
        class,
        simulated: last.as_ref().is_some_and(|last| last.beat.vitals.simulated),
        facts: told,
        holes: level.holes.iter().map(|hole| f.words.guard_hole(*hole)).collect(),
        alarms: files.iter().map(choice).collect(),
        held,
        revoked: guard.revoked_at.is_some(),
        jobs: jobs.map(|jobs| jobs.iter().map(|job| announced(&f, job)).collect()),
        id,
        form,
        f,
    })
}

fn somebody_waits(alarm: &beffroi_town::Alarm) -> bool {
    part::<AlarmOutcome>(alarm, "outcome").is_some_and(AlarmOutcome::keeps_somebody)
}

fn vitals(f: &Frame, beat: &Beat) -> Vec<(String, String)> {
    let cut = if beat.cut { "guard-cut-yes" } else { "guard-cut-no" };
    let mut all = vec![
        (f.t("guard-mode-name"), f.words.guard_mode(beat.mode)),
        (f.t("guard-cut-name"), f.t(cut)),
    ];
    if let Some(heat) = beat.vitals.temperature_millicelsius {
        all.push((f.t("guard-temperature"), degrees(f, heat)));
    }
    if let Some(percent) = beat.vitals.disk_used_percent {
        all.push((f.t("guard-disk"), f.t1("guard-disk-value", "percent", percent.to_string())));
    }
    let values = [
        ("used", Value::from(f.words.number(beat.reserve.used_bytes / MIB))),
        ("limit", f.words.number(beat.reserve.limit_bytes / MIB).into()),
    ];
    all.push((f.t("guard-reserve"), f.words.say_with("guard-reserve-value", &values)));
    all
}

/// Hands out an enrolment file: one use, a quarter of an hour.
pub async fn enrol(call: Call) -> Answer {
    let facts = call.facts().await?;
    let asset = AssetId::parse(call.form.get("asset")).map_err(|_| Refusal::NotFound)?;
    let own = facts.assets.iter().find(|one| one.id == asset).ok_or(Refusal::NotFound)?;
    if own.owner != facts.tenant.id {
        return Err(Refusal::NotOwner);
    }
    let settings = &call.doors.settings;
    if settings.guard_addresses.is_empty() {
        let mut form = call.form.clone();
        form.wrong("asset", call.words().say("guard-enrol-nowhere"));
        return wrong(&guards_page(&call, form).await?);
    }
    let caller = call.caller()?;
    let invitation = Invitation {
        asset: &asset,
        platforms: settings.guard_addresses.clone(),
        certificate_sha256: settings.certificate_sha256.clone(),
        // A file to download has no page to print a code on: it is made at the host.
        lift: None,
    };
    let (store, actor) = (&call.doors.store, caller.actor());
    let file = invite(store, &actor, call.at, &caller.scope, invitation).await?;
    let text = serde_json::to_string_pretty(&file).map_err(|_| Refusal::BadForm)?;
    Ok(reply::saved("application/json", &format!("enrol-{asset}.json"), text))
}

/// Refuses a guard from now on.
pub async fn revoke(call: Call) -> Answer {
    let id: GuardId = call.id("id")?;
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let actor = caller.actor();
    let mut tx = call.doors.store.begin(std::slice::from_ref(tenant), &actor, call.at).await?;
    guards::revoke(&mut tx, tenant, &id).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/guards/{id}?done=revoked")))
}

/// Orders a guard to put back what vanished under one alarm: under every report of it.
pub async fn restore(call: Call) -> Answer {
    ordered(call, Order::Restore, "restore").await
}

/// Orders a guard to let those go on whom it holds or stopped under one alarm.
pub async fn let_go(call: Call) -> Answer {
    ordered(call, Order::LetGo, "let_go").await
}

/// Orders something about one alarm: about every report of it.
async fn ordered(call: Call, order: fn(AlarmId) -> Order, done: &str) -> Answer {
    let id: GuardId = call.id("id")?;
    let caller = call.caller()?;
    let scope = &caller.scope;
    let (found, reports) = {
        let mut conn = call.doors.store.read().await?;
        guards::get(&mut conn, scope, &id).await?.ok_or(Refusal::NotFound)?;
        match AlarmId::parse(call.form.get("alarm")) {
            Ok(alarm) => {
                let found = alarms::get(&mut conn, scope, &alarm).await?;
                (found, alarms::reports(&mut conn, scope, &alarm).await?)
            }
            Err(_) => (None, Vec::new()),
        }
    };
    if call.form.get("alarm").is_empty() {
        let mut form = call.form.clone();
        form.wrong("alarm", call.words().say("form-choose"));
        return wrong(&guard_page(&call, form).await?);
    }
    if found.is_none_or(|alarm| alarm.guard.as_ref() != Some(&id)) {
        return Err(Refusal::NotFound);
    }
    let tenant = scope.tenant();
    let actor = caller.actor();
    let until = call.at.plus_ms(ORDER_MS);
    let mut tx = call.doors.store.begin(std::slice::from_ref(tenant), &actor, call.at).await?;
    for report in reports {
        guards::order(&mut tx, tenant, &id, &order(report), until).await?;
    }
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/guards/{id}?done={done}")))
}
