//! The rehearsal: what to do next, how it went; on the real house, how to rehearse and who did.

use askama::Template;
use beffroi_store::rehearsals;
use beffroi_town::rehearsal::{Progress, Rehearsed, Taken};
use beffroi_words::rehearsal::Verdict;

use super::page;
use crate::{Refusal, call::Call, exercise::Exercise, frame::Frame, reply, routes::Answer};

/// How many rehearsals are listed.
const LISTED_MAX: u32 = 12;

/// One step, as shown.
struct StepRow {
    name: String,
    line: String,
    class: &'static str,
    now: bool,
}

#[derive(Template)]
#[template(path = "console/rehearsal.html")]
struct RunningPage {
    f: Frame,
    what: Option<String>,
    rows: Vec<StepRow>,
}

#[derive(Template)]
#[template(path = "console/rehearsal_over.html")]
struct OverPage {
    f: Frame,
    verdict: Verdict,
}

#[derive(Template)]
#[template(path = "console/rehearsal_how.html")]
struct HowPage {
    f: Frame,
    command: String,
    rows: Vec<(String, String)>,
}

/// Where the rehearsal stands; on the real house, how to rehearse.
pub async fn show(call: Call) -> Answer {
    let facts = call.facts().await?;
    let words = call.words();
    let Some(exercise) = &call.doors.settings.exercise else {
        let f = call.frame(words.say("rehearsal-title"), "prepare", &facts);
        let scope = &call.caller()?.scope;
        let mut conn = call.doors.store.read().await?;
        let last = rehearsals::newest(&mut conn, scope, LISTED_MAX).await?;
        let command = format!("beffroi tenant rehearse {}", facts.tenant.id);
        return page(&HowPage { rows: last.iter().map(|one| row(&f, one)).collect(), command, f });
    };
    let progress = exercise.progress();
    if progress.ended_at.is_some() {
        let f = call.frame(words.say("rehearsal-over"), "prepare", &facts);
        let verdict = words.rehearsal_verdict(&progress, &exercise.gaps);
        return page(&OverPage { f, verdict });
    }
    let f = call.frame(words.say("rehearsal-title"), "prepare", &facts);
    page(&running(f, exercise, &progress))
}

fn row(f: &Frame, one: &Rehearsed) -> (String, String) {
    let values = [
        ("role", f.role(one.role).into()),
        ("good", one.in_time.into()),
        ("total", one.steps.into()),
        ("minutes", one.minutes.into()),
    ];
    (f.full(one.ended_at), f.words.say_with("rehearsal-last-line", &values))
}

fn running(f: Frame, exercise: &Exercise, progress: &Progress) -> RunningPage {
    let next = progress.next();
    let row = |taken: &Taken| StepRow {
        name: f.words.rehearsal_step(taken.step),
        line: taken.ms.map(|_| f.words.rehearsal_taken(taken)).unwrap_or_default(),
        class: if taken.ms.is_some() { "ok" } else { "unsure" },
        now: Some(taken.step) == next,
    };
    let rows = progress.taken().iter().map(row).collect();
    let band = exercise.band(f.words);
    let what = match next {
        // The alarm has not come yet: nothing can be done about it.
        Some(_) if band.step == f.t("rehearsal-band-wait") => None,
        next => next.map(|step| f.words.rehearsal_do(step)),
    };
    RunningPage { f, what, rows }
}

/// Ends the rehearsal. On the real house there is none to end.
pub fn end(call: &Call) -> Answer {
    let exercise = call.doors.settings.exercise.as_ref().ok_or(Refusal::NotFound)?;
    exercise.end(call.at);
    Ok(reply::see_other("/console/rehearsal"))
}
