//! One call: whom it rang, by which way, what became of it; and the button that answers.

use askama::Template;
use beffroi_crisis::calls::{self as room, Answer as Said};
use beffroi_store::{alarms, calls};
use beffroi_town::{CallId, oncall::Call};

use super::{oncall, page, rows};
use crate::{
    Refusal,
    call::Call as Request,
    frame::Frame,
    reply,
    routes::Answer,
    rung::{self, People, Rung},
};

#[derive(Template)]
#[template(path = "console/call.html")]
struct CallPage {
    f: Frame,
    id: CallId,
    state: String,
    class: &'static str,
    test: bool,
    open: bool,
    facts: Vec<(String, String)>,
    chain: Vec<rung::TryRow>,
    alarms: Vec<rows::AlarmRow>,
}

/// One call.
pub async fn show(call: Request) -> Answer {
    let id: CallId = call.id("id")?;
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let found = calls::get(&mut conn, scope, &id).await?.ok_or(Refusal::NotFound)?;
    let people = People::of(&mut conn, scope).await?;
    let one = Rung::of(&mut conn, scope, found).await?;
    let f = call.frame(rung::about(call.words(), &one.call), "oncall", &facts);
    let listed = rung::listed(&mut conn, scope, (f.now, &f.zone)).await?;
    let mut its_alarms = Vec::new();
    for alarm in calls::alarms(&mut conn, scope, &id).await? {
        let found = alarms::get(&mut conn, scope, &alarm).await?;
        its_alarms.extend(found.map(|alarm| rows::alarm(&f, &facts, &alarm)));
    }
    drop(conn);
    let (state, class) = rung::state(f.words, &people, &one, (f.now, &f.zone));
    let mut told = vec![
        (f.t("call-since"), f.full(one.call.since_at)),
        (f.t("call-opened"), f.full(one.call.opened_at)),
    ];
    if one.call.is_open() {
        told.push((f.t("call-order"), oncall::order_in_words(&f, &one.call, &listed)));
    }
    if one.call.round > 1 {
        told.push((f.t("call-rounds"), f.tn("call-rounds-value", one.call.round)));
    }
    page(&CallPage {
        chain: rung::chain(f.words, &people, &one, (f.now, &f.zone)),
        test: one.call.is_test(),
        open: is_open(&one.call),
        facts: told,
        alarms: its_alarms,
        state,
        class,
        id,
        f,
    })
}

fn is_open(call: &Call) -> bool {
    call.is_open()
}

/// The caller sees to it.
pub async fn answer(call: Request) -> Answer {
    let id: CallId = call.id("id")?;
    let actor = call.caller()?.actor();
    let done = match room::acknowledge(&call.deed(&actor)?, &id).await? {
        Said::Taken | Said::AlreadyYours => "answered",
        Said::Somebody { .. } | Said::Over => "somebody",
    };
    Ok(reply::see_other(&format!("/console/calls/{id}?done={done}")))
}
