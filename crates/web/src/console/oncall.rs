//! Who is on call: the list, who would be rung now, the weekly test, the calls.

use askama::Template;
use beffroi_crisis::{calls as room, oncall as lists};
use beffroi_store::{calls, oncall};
use beffroi_town::{
    ContactId, TownFacts,
    oncall::{
        Call, CallState, Hours, Weekly,
        line::{self, Listed},
    },
};

use super::{contact, page, wrong};
use crate::{
    Refusal,
    call::Call as Request,
    fields::Fields,
    frame::Frame,
    markup::Choice,
    reply,
    routes::Answer,
    rung::{self, People, Rung},
};

/// How many calls the page shows.
const LISTED_MAX: u32 = 30;

struct ContactRow {
    href: String,
    name: String,
    state: String,
    class: &'static str,
    line: String,
}

/// A call as a line.
pub(super) struct CallRow {
    pub(super) href: String,
    pub(super) about: String,
    pub(super) state: String,
    pub(super) class: &'static str,
    pub(super) line: String,
}

#[derive(Template)]
#[template(path = "console/oncall.html")]
struct OncallPage {
    f: Frame,
    form: Fields,
    now: String,
    now_class: &'static str,
    rows: Vec<ContactRow>,
    operators: Option<String>,
    tested: String,
    tested_class: &'static str,
    weekly: String,
    days: Vec<Choice>,
    calls: Vec<CallRow>,
    fields: contact::FormParts,
}

/// Who would be rung now, in one sentence.
pub(super) fn on_call_now(f: &Frame, listed: &[Listed]) -> (String, &'static str) {
    let reachable: Vec<&Listed> =
        listed.iter().filter(|one| !one.contact.paused && !one.contact.ways.is_empty()).collect();
    if reachable.is_empty() {
        return (f.t("oncall-now-nobody"), "bad");
    }
    let on: Vec<&&Listed> = reachable.iter().filter(|one| one.on_watch()).collect();
    let names = |own: bool| {
        let some = on.iter().filter(|one| one.own == own);
        some.map(|one| one.contact.name.clone()).collect::<Vec<_>>()
    };
    let own = names(true);
    if on.is_empty() {
        (f.t("oncall-now-everybody"), "part")
    } else if own.is_empty() {
        (f.t("oncall-now-operator"), "part")
    } else {
        (f.t1("oncall-now", "names", f.list(&own)), "ok")
    }
}

fn contact_row(f: &Frame, one: &Listed) -> ContactRow {
    let (state, class) = if one.contact.paused {
        ("oncall-state-paused", "unsure")
    } else if one.on_watch() {
        ("oncall-state-on", "ok")
    } else {
        ("oncall-state-off", "unsure")
    };
    let ways: Vec<String> = one.contact.ways.iter().map(|way| way.channel.clone()).collect();
    ContactRow {
        href: format!("/console/oncall/{}", one.contact.id),
        name: format!("{}. {}", one.contact.rank, one.contact.name),
        state: f.t(state),
        class,
        line: format!("{} · {}", f.words.watch(&one.contact), ways.join(", ")),
    }
}

/// A call as a line of a list.
pub(super) fn call_row(f: &Frame, people: &People, one: &Rung) -> CallRow {
    let (state, class) = rung::state(f.words, people, one, (f.now, &f.zone));
    CallRow {
        href: format!("/console/calls/{}", one.call.id),
        about: rung::about(f.words, &one.call),
        state,
        class,
        line: f.full(one.call.opened_at),
    }
}

/// How the last weekly test went.
pub(super) fn tested(f: &Frame, last: Option<&Call>) -> (String, &'static str) {
    let Some(call) = last else { return (f.t("oncall-tested-never"), "unsure") };
    let when = f.full(call.opened_at);
    match call.state {
        CallState::Acknowledged => (f.t1("oncall-tested-well", "when", when), "ok"),
        CallState::Ringing => (f.t1("oncall-tested-now", "when", when), "unsure"),
        CallState::NobodyReached => (f.t1("oncall-tested-nobody", "when", when), "bad"),
    }
}

async fn oncall_page(call: &Request, form: Fields) -> Result<OncallPage, Refusal> {
    let facts: TownFacts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let f = call.frame(call.words().say("oncall-title"), "oncall", &facts);
    let mut conn = call.doors.store.read().await?;
    let people = People::of(&mut conn, scope).await?;
    let listed = rung::listed(&mut conn, scope, (f.now, &f.zone)).await?;
    let test = oncall::weekly_test(&mut conn, scope).await?;
    let last = calls::last_test(&mut conn, scope).await?;
    let mut all = Vec::new();
    for one in calls::list(&mut conn, scope, LISTED_MAX).await? {
        all.push(Rung::of(&mut conn, scope, one).await?);
    }
    drop(conn);
    let (now, now_class) = on_call_now(&f, &listed);
    let (tested, tested_class) = tested(&f, last.as_ref());
    let operators = listed.iter().filter(|one| !one.own).count();
    let form = with_week(form, test.weekly, test.off_reason.as_deref());
    Ok(OncallPage {
        now,
        now_class,
        rows: listed.iter().filter(|one| one.own).map(|one| contact_row(&f, one)).collect(),
        operators: (operators > 0).then(|| f.tn("oncall-operators", operators)),
        tested,
        tested_class,
        weekly: weekly_in_words(&f, test.weekly, test.off_reason.as_deref()),
        days: days(&f),
        calls: all.iter().map(|one| call_row(&f, &people, one)).collect(),
        fields: contact::FormParts::new(call, &f),
        form,
        f,
    })
}

fn days(f: &Frame) -> Vec<Choice> {
    (0..7).map(|day| Choice::new(day.to_string(), f.t(&format!("weekday-{}", day + 1)))).collect()
}

fn weekly_in_words(f: &Frame, weekly: Weekly, reason: Option<&str>) -> String {
    if weekly.off {
        return f.t1("oncall-weekly-off", "reason", reason.unwrap_or_default());
    }
    let values = [
        ("day", f.t(&format!("weekday-{}", weekly.weekday + 1)).into()),
        ("time", f.words.clock_at(weekly.minute).into()),
    ];
    f.words.say_with("oncall-weekly", &values)
}

/// The form of the weekly test as it stands, unless it was just sent.
fn with_week(form: Fields, weekly: Weekly, reason: Option<&str>) -> Fields {
    if !form.get("day").is_empty() {
        return form;
    }
    let hour = Hours { from: weekly.minute, to: weekly.minute }.to_string();
    let form = form
        .with("day", weekly.weekday.to_string())
        .with("hour", hour.get(..5).unwrap_or_default())
        .with("reason", reason.unwrap_or_default());
    if weekly.off { form.with("off", "yes") } else { form }
}

/// Who is on call.
pub async fn list(call: Request) -> Answer {
    page(&oncall_page(&call, Fields::default()).await?)
}

/// Shows the page again with what is wrong with a form.
pub(super) async fn again(call: &Request, form: Fields) -> Answer {
    wrong(&oncall_page(call, form).await?)
}

/// Moves the weekly test, or switches it off with a reason.
pub async fn set_week(mut call: Request) -> Answer {
    let words = call.words();
    let weekday = call.form.get("day").parse::<u8>().ok().filter(|day| *day < 7);
    let hour = Hours::parse(&format!("{0}-{0}", call.form.get("hour"))).ok();
    let off = call.form.is("off", "yes");
    if weekday.is_none() {
        call.form.wrong("day", words.say("form-choose"));
    }
    if hour.is_none() {
        call.form.wrong("hour", words.say("oncall-hour-wrong"));
    }
    let reason = call.form.line(words, "reason");
    if off && reason.is_none() {
        call.form.wrong("reason", words.say("oncall-week-reason-missing"));
    }
    let (Some(weekday), Some(hour), true) = (weekday, hour, call.form.fine()) else {
        let form = call.form.clone();
        return again(&call, form).await;
    };
    let actor = call.caller()?.actor();
    let weekly = Weekly { weekday, minute: hour.from, off };
    lists::set_weekly_test(&call.deed(&actor)?, weekly, reason.as_deref()).await?;
    Ok(reply::see_other("/console/oncall?done=week"))
}

/// Tests the whole list now.
pub async fn test(call: Request) -> Answer {
    let actor = call.caller()?.actor();
    room::test(&call.deed(&actor)?, None).await?;
    Ok(reply::see_other("/console/oncall?done=test"))
}

/// What of the list wants attention: for today's screen.
pub(super) fn wants(f: &Frame, listed: &[Listed], last: Option<&Call>) -> Vec<String> {
    let mut all = Vec::new();
    if listed.iter().any(|one| !one.own) && listed.iter().all(|one| !one.own) {
        all.push(f.t("todo-oncall-own"));
    }
    if last.is_some_and(|call| call.state == CallState::NobodyReached) {
        all.push(f.t("todo-oncall-test"));
    }
    all
}

/// Whether nobody at all could be rung.
pub(super) fn nobody(listed: &[Listed]) -> bool {
    listed.iter().all(|one| one.contact.paused || one.contact.ways.is_empty())
}

/// The place of a contact on the tenant's list, and how long that list is.
pub(super) fn place(listed: &[Listed], id: &ContactId) -> (usize, usize) {
    let own: Vec<&Listed> = listed.iter().filter(|one| one.own).collect();
    let at = own.iter().position(|one| one.contact.id == *id).unwrap_or(0);
    (at + 1, own.len())
}

/// The people of a call in the order they are rung, for those who read how it will go on.
pub(super) fn order_in_words(f: &Frame, call: &Call, listed: &[Listed]) -> String {
    let names: Vec<String> = line::order(call, listed)
        .iter()
        .map(|one| if one.own { one.contact.name.clone() } else { f.t("rung-by-operator") })
        .collect();
    f.list(&names)
}
