//! Jobs that delete or rename many files, announced to a guard so that nobody is asked about them.

use beffroi_store::guards;
use beffroi_town::GuardId;
use beffroi_town::watch::{MAINTENANCE_DAYS_MAX, MAINTENANCE_MINUTES_MAX, Maintenance, Order};
use beffroi_words::Value;

use super::guards::{ORDER_MS, guard_page};
use super::{moment, wrong};
use crate::{Refusal, call::Call, fields::Fields, frame::Frame, reply, routes::Answer};

/// One as it stands in the list.
pub(super) fn announced(f: &Frame, job: &Maintenance) -> String {
    let values = [
        ("user", Value::from(job.user.to_string())),
        ("from", f.full(job.from_at).into()),
        ("minutes", Value::Count(job.minutes.into())),
        ("days", Value::Count(job.days.into())),
    ];
    f.words.say_with("maintenance-line", &values)
}

/// Announces one, or withdraws it.
pub async fn announce(call: Call) -> Answer {
    let id: GuardId = call.id("id")?;
    let caller = call.caller()?;
    let scope = &caller.scope;
    let last = {
        let mut conn = call.doors.store.read().await?;
        guards::last_beat(&mut conn, scope, &id).await?.ok_or(Refusal::NotFound)?
    };
    // An older guard could not read the whole answer.
    last.beat.maintenance.ok_or(Refusal::NotFound)?;
    let mut form = call.form.clone();
    let Some(job) = read(&call, &mut form) else {
        return wrong(&guard_page(&call, form).await?);
    };
    let tenant = scope.tenant();
    let actor = caller.actor();
    let until = call.at.plus_ms(ORDER_MS);
    let mut tx = call.doors.store.begin(std::slice::from_ref(tenant), &actor, call.at).await?;
    guards::order(&mut tx, tenant, &id, &Order::Maintain(job), until).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/guards/{id}?done=announced")))
}

fn read(call: &Call, form: &mut Fields) -> Option<Maintenance> {
    let words = call.words();
    let mut number = |name: &str, max: u32| {
        let value: Option<u32> = form.get(name).trim().parse().ok();
        let value = value.filter(|value| *value <= max);
        if value.is_none() {
            let why = words.say_with("maintenance-number", &[("max", Value::Count(max.into()))]);
            form.wrong(name, why);
        }
        value
    };
    let user = number("user", u32::MAX - 1);
    let minutes = number("minutes", MAINTENANCE_MINUTES_MAX);
    let days = number("days", MAINTENANCE_DAYS_MAX);
    let from_at = moment::read(form.get("from"), &call.zone());
    if from_at.is_none() {
        form.wrong("from", words.say("maintenance-from-wrong"));
    }
    let days = days?.max(1);
    Some(Maintenance { user: user?, from_at: from_at?, minutes: minutes?, days })
}
