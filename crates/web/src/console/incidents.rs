//! Incidents: those declared, and how far each has come.

use askama::Template;
use beffroi_crisis::incidents as room;
use beffroi_store::{alarms, incidents};
use beffroi_town::{Actor, AlarmState, Incident, IncidentId, Phase};

use super::{declare, journal, page, rows};
use crate::{Refusal, call::Call, frame::Frame, reply, routes::Answer};

/// How many alarms are looked through for those merged in.
const ALARMS_MAX: u32 = 500;

/// A line of the list.
struct IncidentRow {
    href: String,
    name: String,
    phase: String,
    class: &'static str,
    line: String,
}

/// The phase that may come next.
struct NextPhase {
    code: &'static str,
    label: String,
    meaning: String,
}

#[derive(Template)]
#[template(path = "console/incidents.html")]
struct IncidentsPage {
    f: Frame,
    rows: Vec<IncidentRow>,
}

#[derive(Template)]
#[template(path = "console/incident.html")]
struct IncidentPage {
    f: Frame,
    id: IncidentId,
    facts: Vec<(String, String)>,
    next: Option<NextPhase>,
    phases: Vec<(String, bool)>,
    alarms: Vec<rows::AlarmRow>,
}

/// What a phase means, in one sentence.
pub(super) fn meaning(f: &Frame, phase: Phase) -> String {
    f.t(match phase {
        Phase::Declared => "phase-meaning-declared",
        Phase::Contained => "phase-meaning-contained",
        Phase::Diagnosed => "phase-meaning-diagnosed",
        Phase::Eradicated => "phase-meaning-eradicated",
        Phase::Restored => "phase-meaning-restored",
        Phase::Closed => "phase-meaning-closed",
    })
}

/// All incidents, newest first.
pub async fn list(call: Call) -> Answer {
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let all = incidents::list(&mut call.doors.store.read().await?, scope).await?;
    let f = call.frame(call.words().say("incidents-title"), "incidents", &facts);
    let row = |one: &Incident| IncidentRow {
        href: format!("/console/incidents/{}", one.id),
        name: f.words.nature(one.nature),
        phase: f.words.phase(one.phase),
        class: if one.is_open() { "bad" } else { "ok" },
        line: f.t1("incident-line", "when", f.full(one.declared_at)),
    };
    let rows = all.iter().rev().map(row).collect();
    page(&IncidentsPage { f, rows })
}

/// One incident.
pub async fn show(call: Call) -> Answer {
    let id: IncidentId = call.id("id")?;
    let facts = call.facts().await?;
    let scope = call.caller()?.scope.clone();
    let mut conn = call.doors.store.read().await?;
    let one = incidents::get(&mut conn, &scope, &id).await?.ok_or(Refusal::NotFound)?;
    let all = alarms::list(&mut conn, &scope, ALARMS_MAX).await?;
    drop(conn);
    let concerned = declare::names(&call, one.tenants.iter()).await?;
    let concerned: Vec<String> = concerned.into_iter().map(|(_, name)| name).collect();
    let who = who(&call, &one.declared_by).await?;
    let f = call.frame(call.words().nature(one.nature), "incidents", &facts);
    let merged = |state: &AlarmState| match state {
        AlarmState::Declared { incident } | AlarmState::Merged { incident } => *incident == id,
        AlarmState::Open | AlarmState::Dismissed => false,
    };
    let told = vec![
        (f.t("incident-phase"), format!("{}, {}", f.words.phase(one.phase), f.full(one.phase_at))),
        (f.t("incident-noticed"), f.full(one.noticed_at)),
        (f.t("incident-declared"), f.full(one.declared_at)),
        (f.t("incident-by"), who),
        (f.t("incident-concerns"), f.list(&concerned)),
    ];
    let next = one.phase.next().map(|phase| NextPhase {
        code: phase.code(),
        label: f.words.phase(phase),
        meaning: meaning(&f, phase),
    });
    let phase = |phase: &Phase| (f.words.phase(*phase), *phase == one.phase);
    page(&IncidentPage {
        facts: told,
        next,
        phases: Phase::ALL.iter().map(phase).collect(),
        alarms: all
            .iter()
            .filter(|alarm| merged(&alarm.state))
            .map(|alarm| rows::alarm(&f, &facts, alarm))
            .collect(),
        id,
        f,
    })
}

/// Who acted, as staff of this tenant may read it.
pub(super) async fn who(call: &Call, actor: &Actor) -> Result<String, Refusal> {
    let names = journal::names(call).await?;
    Ok(journal::who(call.words(), &names, actor))
}

/// Moves an incident to its next phase.
pub async fn advance(call: Call) -> Answer {
    let id: IncidentId = call.id("id")?;
    let phase = Phase::from_code(call.form.get("phase")).ok_or(Refusal::BadForm)?;
    let actor = call.caller()?.actor();
    room::advance(&call.deed(&actor)?, &id, phase).await?;
    Ok(reply::see_other(&format!("/console/incidents/{id}?done=phase")))
}
