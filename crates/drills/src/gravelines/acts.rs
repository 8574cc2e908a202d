//! The acts, in order. Each notes what was seen; an act that turns out badly is a check that does
//! not hold, not the end of the drill.

use std::{fs, time::Duration};

use anyhow::{Context, Result};
use beffroi_store::{OperatorScope, TenantScope, guards, journal, tenants};
use beffroi_town::{
    AlarmKind, AssetKind, AssetState, DataExposure, Instant, Lang, ServiceStatus, facts::Mood,
};
use beffroi_words::Words;

use super::{
    prepare::heat as set_heat,
    scene::{PATIENCE, Scene, until},
};
use crate::{
    host,
    processes::{self, Ordinary},
    report::{Report, ServiceSeen},
};

/// The town hall must be told of an incident within this time of its declaration.
const PAGE_MS_MAX: i64 = 1_000;
/// A person must come from the log-in to the first card within so many inputs.
const INPUTS_MAX: u32 = 12;

/// An ordinary Thursday.
pub(super) async fn calm(scene: &mut Scene, report: &mut Report) -> Result<()> {
    let facts = scene.facts().await?;
    report.services = facts
        .views()
        .iter()
        .map(|view| ServiceSeen {
            code: view.service.id.to_string(),
            before: view.status,
            during: view.status,
            after: None,
        })
        .collect();
    let page = scene.public_page("")?;
    let calm = Words::of(Lang::Fr).say("page-headline-calm");
    report.check("calm", page.contains(&calm), format!("« {calm} »"));
    Ok(())
}

/// A server runs hot.
pub(super) async fn heat(scene: &mut Scene, report: &mut Report) -> Result<()> {
    if scene.guard.is_none() {
        return Ok(());
    }
    set_heat(&scene.stage.root.join("sensors"), 97_000)?;
    let found = until(PATIENCE, || scene.open_alarm(AlarmKind::VitalSigns)).await?;
    let (ok, detail) = match &found {
        Some(alarm) => (alarm.simulated, format!("97 °C, simulated: {}", alarm.simulated)),
        None => (false, "no alarm".to_owned()),
    };
    report.check("heat", ok, detail);
    Ok(())
}

/// Files vanish, at the hands of an ordinary user's process.
pub(super) async fn attack(scene: &mut Scene, report: &mut Report) -> Result<()> {
    let log = scene.stage.root.join("vanish.log");
    fs::write(&log, "").context("make the attacker's log")?;
    if let Some(user) = Ordinary::for_attack() {
        std::os::unix::fs::chown(&log, Some(user.uid), Some(user.gid))
            .context("hand over a log")?;
    }
    let share = scene.stage.share.clone();
    let mut attacker = processes::attacker(&scene.exe, &scene.stage.root, &share, &log)?;
    attacker.ended_or_stopped(PATIENCE).await;
    let pid = attacker.pid();
    scene.attacker = Some(attacker);
    let times = fs::read_to_string(&log).context("read the attacker's log")?;
    let time = |line: Option<&str>| line.and_then(|ms| ms.parse().ok()).map(Instant::from_ms);
    scene.first_touch_at = time(times.lines().next());
    scene.last_touch_at = time(times.lines().next_back());
    if scene.guard.is_some() {
        scene.alarm = until(PATIENCE, || scene.open_alarm(AlarmKind::FilesVanishing)).await?;
    }
    let count = scene.stage.count()?;
    report.files.touched = count.total - count.same;
    report.files.lost = report.files.touched;
    note_alarm(scene, report, pid).await
}

async fn note_alarm(scene: &Scene, report: &mut Report, pid: u32) -> Result<()> {
    let touched = report.files.touched;
    let Some(alarm) = &scene.alarm else {
        report.check("alarm", false, format!("no guard, no alarm: {touched} files are gone"));
        return Ok(());
    };
    report.ms.first_touch_to_alarm = scene.ms_since_touch(alarm.received_at);
    // By the attacker's own record of its last deed, where that is later than the guard's word.
    report.ms.to_stop = alarm
        .stopped_at
        .map(|at| scene.last_touch_at.map_or(at, |last| last.max(at)))
        .and_then(|at| scene.ms_since_touch(at));
    let ms = report.ms.first_touch_to_alarm.unwrap_or_default();
    report.check("alarm", true, format!("{ms} ms after the first file, {} counted", alarm.touched));
    if report.root {
        let named = alarm.detail.pointer("/actor/pid").and_then(serde_json::Value::as_u64);
        let ok = alarm.stopped_at.is_some() && named == Some(u64::from(pid));
        let ms = report.ms.to_stop.unwrap_or_default();
        report.check(
            "stop",
            ok,
            format!("process {named:?} stopped after {ms} ms and {touched} files"),
        );
    } else {
        report.check("stop", true, "not possible without root: it ran to its end");
    }
    let facts = scene.facts().await?;
    let says = Words::of(Lang::Fr).say("page-headline-checking");
    let told = until(PATIENCE, || async {
        Ok(Some(scene.public_page("")?).filter(|page| page.contains(&says)))
    });
    let page = told.await?.unwrap_or_default();
    let quiet = !page.to_lowercase().contains("attaque") && !page.contains("fichier");
    let ok = facts.mood() == Mood::Checking && !page.is_empty() && quiet;
    report.check("silent-page", ok, format!("« {says} »"));
    Ok(())
}

/// A person comes in with one printed code, on a telephone, and declares.
pub(super) async fn declare(scene: &mut Scene, report: &mut Report) -> Result<()> {
    let code = scene.codes.pop().context("no printed code is left")?;
    scene.director.inputs = 0;
    let door = scene.director.open("/console/login")?;
    scene.director.send(&door, "/login/code", &[("one_time_code", &code)])?;
    let query = scene.alarm.as_ref().map(|alarm| format!("?alarm={}", alarm.id));
    // One tap on the alarm, one on 'declare'.
    scene.director.inputs += 2;
    let form = scene.director.open(&format!("/console/declare{}", query.unwrap_or_default()))?;
    let file_server = scene.asset("file_server").await?.id;
    let neighbour = scene.neighbour.to_string();
    let town = scene.town.to_string();
    let filled = [
        ("nature", "cyberattack"),
        ("tenant", town.as_str()),
        ("tenant", neighbour.as_str()),
        ("down", file_server.as_str()),
    ];
    let check = scene.act_on(&form, "/declare/check", &filled)?;
    let card = scene.act_on(&check, "/declare", &[])?;
    let declared_at = scene.now();
    let inputs = scene.director.inputs;
    let on_card = card.path == "/console/card";
    let facts = scene.facts().await?;
    let ok = on_card && inputs <= INPUTS_MAX && facts.incident().is_some();
    report.check("declared", ok, format!("{inputs} inputs from the log-in to the first card"));

    let seen = until(Duration::from_secs(5), || async {
        let page = scene.public_page("")?;
        let calm = ["page-headline-calm", "page-headline-checking"];
        let still = calm.iter().any(|key| page.contains(&Words::of(Lang::Fr).say(key)));
        Ok((!still).then(|| scene.now()))
    });
    let seen = seen.await?;
    report.ms.to_public_page = seen.and_then(|at| scene.ms_since_touch(at));
    let ms = seen.map_or(i64::MAX, |at| at.ms_since(declared_at));
    report.check("page", ms <= PAGE_MS_MAX, format!("{ms} ms after the declaration"));
    shared(scene, report).await
}

/// The authority that shares an asset knows of the incident too, in its own journal.
async fn shared(scene: &Scene, report: &mut Report) -> Result<()> {
    let facts = scene.facts_of(&scene.neighbour).await?;
    let scope = TenantScope::for_tenant(&scene.neighbour);
    let newest = journal::newest(&mut scene.store.read().await?, &scope, None, 20).await?;
    let written = newest.iter().any(|entry| entry.kind == "incident_declared");
    let ok = facts.incident().is_some() && written;
    report.check("shared", ok, format!("{}: in its journal too", facts.tenant.name));
    Ok(())
}

/// Every server is cut: one by its guard, one by the operator's firewall, the others by hand.
pub(super) async fn cut(scene: &mut Scene, report: &mut Report) -> Result<()> {
    let by_guard = cut_by_guard(scene, report).await?;
    let network = cut_one(scene, "network", false).await?;
    let noted = fs::read_to_string(scene.stage.root.join("switch-port")).unwrap_or_default();
    let ok = network && noted == "cut";
    report.check("cut-hook", ok, format!("the switch noted « {noted} »"));
    let mut by_hand = vec!["hypervisor", "backup_server", "nas"];
    if !by_guard {
        by_hand.push("file_server");
        let means =
            [("by", "hand"), ("room", "Local technique"), ("rack", "baie A"), ("label", "1")];
        let path = format!("/console/assets/{}", scene.asset("file_server").await?.id);
        scene.act(&path, "/means", &means)?;
    }
    let mut all = true;
    for code in &by_hand {
        let ordered = cut_one(scene, code, true).await?;
        all &= ordered;
    }
    let detail = format!("{} unplugged; none counted before it was confirmed", by_hand.len());
    report.check("cut-hand", all, detail);
    during(scene, report).await
}

/// Orders a cut on the asset's page; waits until it counts. A hand cut must not count before a
/// person confirms it.
async fn cut_one(scene: &mut Scene, code: &str, by_hand: bool) -> Result<bool> {
    let path = format!("/console/assets/{}", scene.asset(code).await?.id);
    scene.act(&path, "/cut", &[])?;
    if by_hand {
        if scene.asset(code).await?.state == AssetState::Cut {
            return Ok(false);
        }
        scene.act(&path, "/confirm", &[])?;
    }
    let done = until(PATIENCE, || async {
        Ok((scene.asset(code).await?.state == AssetState::Cut).then_some(()))
    });
    Ok(done.await?.is_some())
}

async fn cut_by_guard(scene: &mut Scene, report: &mut Report) -> Result<bool> {
    let (Some(guard), Some(door)) = (scene.guard.clone(), scene.share_door) else {
        let why = if scene.guard.is_some() { "without root" } else { "without a guard" };
        report.check(
            "cut-guard",
            scene.guard.is_some(),
            format!("not possible {why}: cut by hand"),
        );
        return Ok(false);
    };
    let before = host::answers(door);
    let done = cut_one(scene, "file_server", false).await?;
    let cut_at = scene.now();
    let after = host::answers(door);
    let (store, scope) = (scene.store.clone(), scene.scope());
    let beats = until(PATIENCE, || async {
        let last = guards::last_beat(&mut store.read().await?, &scope, &guard.id).await?;
        Ok(last.filter(|last| last.received_at > cut_at).map(drop))
    });
    let beats = beats.await?.is_some();
    let detail = format!(
        "its share answered before: {before}, after: {after}; the guard is still heard: {beats}"
    );
    report.check("cut-guard", done && before && !after && beats, detail);
    Ok(true)
}

/// What residents see while it goes on.
async fn during(scene: &Scene, report: &mut Report) -> Result<()> {
    let facts = scene.facts().await?;
    for view in facts.views() {
        let code = view.service.id.as_str();
        if let Some(seen) = report.services.iter_mut().find(|seen| seen.code == code) {
            seen.during = view.status;
        }
    }
    let page = scene.public_page("")?;
    let phone = facts.assets.iter().find(|asset| asset.kind == AssetKind::Telephony);
    let up = phone.is_some_and(|asset| asset.state == AssetState::Up);
    let number = "03 53 01 00 01".replace(' ', "\u{a0}");
    let shown = page.contains("03 53 01 00 01") || page.contains(&number);
    report.check("telephone", up && shown, format!("works: {up}, its number on the page: {shown}"));
    let library = scene.status("library").await?;
    report.check("untouched", library == ServiceStatus::Open, format!("library: {library:?}"));
    let canteen = scene.status("canteen").await?;
    report.check("fallback", canteen == ServiceStatus::PaperOnly, format!("canteen: {canteen:?}"));
    let state_system = scene.asset("identity_system").await?;
    let cards = scene.status("identity_cards").await?;
    let ok = state_system.state == AssetState::Up
        && state_system.exposure.level == DataExposure::Safe
        && cards != ServiceStatus::Open;
    report.check("isolated", ok, format!("its data: safe; identity cards: {cards:?}"));
    Ok(())
}

/// The official notice, drafted from the facts, read and published by a person.
pub(super) async fn tell(scene: &mut Scene, report: &mut Report) -> Result<()> {
    let expected = beffroi_crisis::notices::draft(&scene.facts().await?);
    let draft = scene.act("/console/notices/new", "/notices/new", &[])?;
    scene.act_on(&draft, "/publish", &[])?;
    let count = || -> Result<usize> {
        let on = |page: String, text: &str| {
            text.split("\n\n")
                .filter(|sentence| page.contains(&format!("<p>{sentence}</p>")))
                .count()
        };
        let french = on(scene.public_page("")?, &expected.fr.body);
        Ok(french + on(scene.public_page("en/")?, &expected.en.body))
    };
    let shown = until(PATIENCE, || async { Ok(Some(count()?).filter(|count| *count == 12)) });
    let found = shown.await?.map_or_else(count, Ok)?;
    let six = |body: &str| body.split("\n\n").count() == 6;
    let ok = six(&expected.fr.body) && six(&expected.en.body) && found == 12;
    report.check("notice", ok, format!("{found} of 12 sentences on the two pages"));
    Ok(())
}

/// A person has the guard put everything back.
pub(super) async fn restore(scene: &mut Scene, report: &mut Report) -> Result<()> {
    if let (Some(guard), Some(alarm)) = (scene.guard.clone(), scene.alarm.clone()) {
        let path = format!("/console/guards/{}", guard.id);
        scene.act(&path, "/restore", &[("alarm", alarm.id.as_str())])?;
        let (store, scope) = (scene.store.clone(), scene.scope());
        let reported = until(PATIENCE, || async {
            let newest = journal::newest(&mut store.read().await?, &scope, None, 50).await?;
            Ok(newest.into_iter().find(|entry| entry.kind == "files_restored"))
        });
        if let Some(entry) = reported.await? {
            report.ms.to_restored = scene.ms_since_touch(entry.at);
        }
    }
    let count = scene.stage.count()?;
    report.files.lost = count.total - count.same;
    report.files.restored = report.files.touched.saturating_sub(report.files.lost);
    let detail = format!("{} of {} byte for byte as they were", count.same, count.total);
    report.check("restored", count.same == count.total, detail);
    Ok(())
}

/// Cuts are lifted, things work again, the page says so.
pub(super) async fn back(scene: &mut Scene, report: &mut Report) -> Result<()> {
    for code in ["hypervisor", "backup_server", "nas", "network", "file_server"] {
        let path = format!("/console/assets/{}", scene.asset(code).await?.id);
        scene.act(&path, "/lift", &[])?;
        let lifted = until(PATIENCE, || async {
            Ok((scene.asset(code).await?.state != AssetState::Cut).then_some(()))
        });
        lifted.await?;
        if scene.asset(code).await?.state != AssetState::Up {
            let seen = [("state", "up"), ("reason", "vérifié, remis en service")];
            let sure = scene.act(&path, "/state", &seen)?;
            scene.act_on(&sure, "/state", &[])?;
        }
    }
    let facts = scene.facts().await?;
    for view in facts.views() {
        let code = view.service.id.as_str();
        if let Some(seen) = report.services.iter_mut().find(|seen| seen.code == code) {
            seen.after = Some(view.status);
        }
    }
    let all_open = report.services.iter().all(|seen| seen.after == Some(ServiceStatus::Open));
    let again = scene.share_door.is_none_or(host::answers);
    let detail = format!("all services open: {all_open}; the share answers again: {again}");
    report.check("back", all_open && again, detail);
    Ok(())
}

/// The record of it all: verified by the real command, and refused once a byte is altered.
pub(super) async fn verify(scene: &mut Scene, report: &mut Report) -> Result<()> {
    let mut conn = scene.store.read().await?;
    let fingerprint = journal::fingerprint(&mut conn, &scene.scope()).await?;
    report.journal.entries = journal::count(&mut conn, &scene.scope()).await?;
    let known = tenants::count(&mut conn, &OperatorScope::for_operator()).await?;
    drop(conn);
    let fingerprint = fingerprint.context("the town has no journal")?.to_string();
    report.heading.fingerprint.clone_from(&fingerprint);
    let export = scene.stage.root.join("journal.jsonl");
    let run = |words: &[&str]| {
        let mut command = std::process::Command::new(&scene.exe);
        command.args(words).arg("--data").arg(scene.stage.root.join("data"));
        command.output().context("run the journal command")
    };
    let path = export.display().to_string();
    let exported = run(&["journal", "export", scene.town.as_str(), "--out", &path])?;
    let verified = run(&["journal", "verify", &path, "--key", &fingerprint])?;
    report.journal.verified = exported.status.success() && verified.status.success();
    let mut bytes = fs::read(&export).context("read the export")?;
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    fs::write(&export, bytes).context("alter the export")?;
    let altered = run(&["journal", "verify", &path, "--key", &fingerprint])?;
    let ok = report.journal.verified && !altered.status.success();
    let detail = format!(
        "{} entries, {} authorities; one altered byte is refused: {}",
        report.journal.entries,
        known.open,
        !altered.status.success()
    );
    report.check("journal", ok, detail);
    Ok(())
}
