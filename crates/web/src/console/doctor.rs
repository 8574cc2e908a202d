//! What is wrong with the platform itself, for the operator: as its own rounds found it. Read only.

use askama::Template;
use beffroi_store::{OperatorScope, rounds};
use beffroi_town::finding::{Finding, Severity};
use beffroi_words::Value;

use super::{page, shape};
use crate::{call::Call, frame::Frame, routes::Answer};

/// An examination older than this is no news: it is made every ten minutes.
const STALE_MS: i64 = 30 * 60_000;

struct Group {
    title: String,
    class: &'static str,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/doctor.html")]
struct DoctorPage {
    f: Frame,
    age: Option<String>,
    stale: bool,
    groups: Vec<Group>,
}

/// The findings, the worst first, and their age.
pub async fn show(call: Call) -> Answer {
    let facts = call.facts().await?;
    let f = call.frame(call.words().say("doctor-title"), "doctor", &facts);
    let mut conn = call.doors.store.read().await?;
    let round = rounds::get(&mut conn, &OperatorScope::for_operator(), "doctor").await?;
    drop(conn);
    let done_at = round.as_ref().and_then(|round| round.done_at);
    // What an older edition of the program noted may not be readable: then it counts as not there.
    let findings: Vec<Finding> = round
        .and_then(|round| serde_json::from_value(round.detail.get("findings")?.clone()).ok())
        .unwrap_or_default();
    let age = done_at.filter(|_| !findings.is_empty()).map(|at| {
        let values = [("at", Value::from(f.full(at))), ("ago", f.ago(at).into())];
        f.words.say_with("doctor-age", &values)
    });
    let stale = done_at.is_some_and(|at| call.at.ms_since(at) > STALE_MS);
    let groups = Severity::ALL.into_iter().filter_map(|severity| group(&f, severity, &findings));
    page(&DoctorPage { groups: groups.collect(), age, stale, f })
}

fn group(f: &Frame, severity: Severity, findings: &[Finding]) -> Option<Group> {
    let some = findings.iter().filter(|finding| finding.severity == severity);
    let lines: Vec<String> = some.map(|finding| f.words.finding(finding, &f.zone)).collect();
    let title = f.words.severity(severity);
    (!lines.is_empty()).then(|| Group { title, class: shape::severity(severity), lines })
}
