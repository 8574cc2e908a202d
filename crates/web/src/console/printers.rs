//! Print posts: computers beside a printer that print the day sheets with nobody logged in. Made,
//! confirmed, asked for a sheet, revoked.
//!
//! Rules: a post is confirmed by somebody who holds the keys of its groups and who typed the mark
//! that stands on the computer's own screen; a sheet is asked for by who could open it.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use beffroi_desk::print_posts::{self as desk, PostError, mark, read_mark};
use beffroi_store::print_posts::{self as kept, NewPrintPost, PrintPost, sheets};
use beffroi_town::{
    AgendaId, PrintPostId, TownFacts,
    agenda::{Day, Slot},
    printer::{Invitation, SILENCE_MS},
    procedure::KeyGroup,
};

use super::{
    desk::{hand, opening},
    page, wrong,
};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, reply, routes::Answer,
};

/// How long an enrolment file is good for.
const INVITATION_MS: i64 = 60 * 60_000;
/// The hours at which the sheets of the next day may be printed.
const EVENINGS: [u16; 6] = [15, 16, 17, 18, 19, 20];
/// The hour that is proposed.
const EVENING: u16 = 18;

impl From<PostError> for Refusal {
    fn from(error: PostError) -> Self {
        match error {
            PostError::Store(error) => error.into(),
            PostError::Keys(error) => error.into(),
            PostError::Day(error) => error.into(),
            PostError::Seal(error) => Self::Desk(error.into()),
        }
    }
}

/// A post in the list.
struct PostRow {
    href: String,
    name: String,
    state: String,
    class: &'static str,
    line: String,
}

#[derive(Template)]
#[template(path = "console/printers.html")]
struct PostsPage {
    f: Frame,
    form: Fields,
    rows: Vec<PostRow>,
    groups: Vec<Choice>,
    evenings: Vec<Choice>,
}

/// A sheet that was printed.
struct SheetRow {
    name: String,
    line: String,
    locked: Option<String>,
}

#[derive(Template)]
#[template(path = "console/printer.html")]
struct PostPage {
    f: Frame,
    form: Fields,
    id: PrintPostId,
    state: String,
    class: &'static str,
    facts: Vec<(String, String)>,
    /// What the caller confirms, where something waits for it.
    waiting: Option<String>,
    /// Somebody else must confirm: the caller holds none of the keys.
    no_key: bool,
    sheets: Vec<SheetRow>,
    locked: bool,
    points: Vec<Choice>,
    revoked: bool,
}

fn state(one: &PrintPost, f: &Frame) -> (&'static str, &'static str) {
    let silent = one.heard_at.is_none_or(|at| f.now.ms_since(at) > SILENCE_MS);
    if one.revoked_at.is_some() {
        ("printer-state-revoked", "unsure")
    } else if one.enrolled_at.is_none() && one.expires_at <= f.now {
        ("printer-state-expired", "bad")
    } else if one.enrolled_at.is_none() {
        ("printer-state-invited", "unsure")
    } else if one.groups.iter().all(|(_, agreed)| agreed.is_none()) {
        ("printer-state-waiting", "unsure")
    } else if silent {
        ("printer-state-silent", "bad")
    } else if one.failing_since.is_some() {
        ("printer-state-failing", "bad")
    } else {
        ("printer-state-ready", "ok")
    }
}

fn groups_said(f: &Frame, groups: &[KeyGroup]) -> String {
    let names: Vec<String> = groups.iter().map(|group| f.words.key_group(*group)).collect();
    f.list(&names)
}

async fn posts_page(call: &Call, form: Fields) -> Result<PostsPage, Refusal> {
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let all = kept::list(&mut call.doors.store.read().await?, scope).await?;
    let f = call.frame(call.words().say("printers-title"), "agendas", &facts);
    let row = |one: &PrintPost| {
        let (key, class) = state(one, &f);
        let groups: Vec<KeyGroup> = one.groups.iter().map(|(group, _)| *group).collect();
        PostRow {
            href: format!("/console/printers/{}", one.id),
            name: one.name.clone(),
            state: f.t(key),
            class,
            line: groups_said(&f, &groups),
        }
    };
    let group = |group: &KeyGroup| Choice::new(group.code(), f.words.key_group(*group));
    let evening = |hour: &u16| {
        let minute = hour * 60;
        Choice::new(minute.to_string(), f.words.clock_at(minute)).on(*hour == EVENING)
    };
    Ok(PostsPage {
        rows: all.iter().map(row).collect(),
        groups: KeyGroup::ALL.iter().map(group).collect(),
        evenings: EVENINGS.iter().map(evening).collect(),
        form,
        f,
    })
}

/// Every print post.
pub async fn list(call: Call) -> Answer {
    page(&posts_page(&call, Fields::default()).await?)
}

/// Makes a post, and hands out its enrolment file: one use, an hour.
pub async fn make(mut call: Call) -> Answer {
    let words = call.words();
    let name = call.form.needed(words, "name", "printer-name-missing");
    if name.chars().count() > kept::NAME_CHARS_MAX {
        call.form.wrong("name", words.say("printer-name-long"));
    }
    let groups: Vec<KeyGroup> = call.form.all("groups").filter_map(KeyGroup::from_code).collect();
    if groups.is_empty() {
        call.form.wrong("groups", words.say("form-choose"));
    }
    let evening: Option<u16> = call.form.get("evening").parse().ok();
    let evening = evening.filter(|minute| EVENINGS.iter().any(|hour| hour * 60 == *minute));
    if evening.is_none() {
        call.form.wrong("evening", words.say("form-choose"));
    }
    let settings = &call.doors.settings;
    if settings.guard_addresses.is_empty() {
        call.form.wrong("name", words.say("guard-enrol-nowhere"));
    }
    let Some(evening) = evening.filter(|_| call.form.fine()) else {
        let form = call.form.clone();
        return wrong(&posts_page(&call, form).await?);
    };
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let expires_at = call.at.plus_ms(INVITATION_MS);
    let new = NewPrintPost { name: &name, lang: call.lang, evening, groups: &groups, expires_at };
    let (actor, store) = (caller.actor(), &call.doors.store);
    let mut tx = store.begin(std::slice::from_ref(tenant), &actor, call.at).await?;
    let (post, token) = kept::make(&mut tx, tenant, &new).await?;
    tx.commit().await?;
    let file = Invitation {
        platforms: settings.guard_addresses.clone(),
        certificate_sha256: settings.certificate_sha256.clone(),
        tenant: tenant.clone(),
        post,
        token,
    };
    let text = serde_json::to_string_pretty(&file).map_err(|_| Refusal::BadForm)?;
    let mut answer = reply::body(StatusCode::OK, "application/json", text);
    let name = HeaderValue::from_static("attachment; filename=\"poste.json\"");
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(answer)
}

async fn the_post(call: &Call) -> Result<PrintPost, Refusal> {
    let id: PrintPostId = call.id("id")?;
    let scope = &call.caller()?.scope;
    let found = kept::get(&mut call.doors.store.read().await?, scope, &id).await?;
    found.ok_or(Refusal::NotFound)
}

fn told(f: &Frame, one: &PrintPost) -> Vec<(String, String)> {
    let confirmed: Vec<KeyGroup> = one
        .groups
        .iter()
        .filter(|(group, _)| one.prints(*group))
        .map(|(group, _)| *group)
        .collect();
    let waiting = one.waiting();
    let mut told = vec![(f.t("printer-evening"), f.words.clock_at(one.evening))];
    if !confirmed.is_empty() {
        told.push((f.t("printer-groups"), groups_said(f, &confirmed)));
    }
    if !waiting.is_empty() && one.revoked_at.is_none() {
        told.push((f.t("printer-groups-waiting"), groups_said(f, &waiting)));
    }
    told.extend(one.keys.as_ref().map(|keys| (f.t("printer-hostname"), keys.hostname.clone())));
    told.extend(one.heard_at.map(|at| (f.t("guard-heard"), f.full(at))));
    told
}

fn day_name(f: &Frame, day: Day) -> String {
    let noon = f.zone.instant(Slot { day, minute: 12 * 60 });
    noon.map_or_else(|| day.to_string(), |at| f.words.day_full(at, &f.zone))
}

async fn post_page(call: &Call, form: Fields) -> Result<PostPage, Refusal> {
    let (facts, one, opening): (TownFacts, _, _) =
        (call.facts().await?, the_post(call).await?, opening(call).await?);
    let scope = &call.caller()?.scope;
    let f = call.frame(one.name.clone(), "agendas", &facts);
    let today = f.zone.day(call.at);
    let mut conn = call.doors.store.read().await?;
    let printed = sheets::list(&mut conn, scope, &one.id, today).await?;
    let points = desk::points(&mut conn, &one, &facts).await?;
    drop(conn);
    let opens =
        |agenda: &&beffroi_town::Agenda| opening.ring.get(desk::group_of(&facts, agenda)).is_some();
    let sheet = |sheet: &sheets::Sheet| {
        let about = points.iter().find(|agenda| agenda.id == sheet.agenda);
        let about = about.map_or_else(
            || sheet.agenda.to_string(),
            |agenda| agenda.rules.about(f.lang).to_owned(),
        );
        let times = f.tn("printer-times", sheet.times);
        let when = f.t1("printer-printed", "when", f.full(sheet.printed_at));
        SheetRow {
            name: format!("{} – {about}", day_name(&f, sheet.day)),
            line: [f.tn("agenda-count", sheet.lines), when, times].join(" · "),
            locked: (sheet.locked > 0).then(|| f.tn("printer-locked", sheet.locked)),
        }
    };
    let mine: Vec<KeyGroup> =
        one.waiting().into_iter().filter(|group| opening.ring.get(*group).is_some()).collect();
    let waits = one.keys.is_some() && one.revoked_at.is_none() && !one.waiting().is_empty();
    let (key, class) = state(&one, &f);
    let choice =
        |agenda: &beffroi_town::Agenda| Choice::new(agenda.id.as_str(), agenda.rules.about(f.lang));
    Ok(PostPage {
        state: f.t(key),
        class,
        facts: told(&f, &one),
        waiting: (waits && !mine.is_empty())
            .then(|| f.t1("printer-confirm-text", "groups", groups_said(&f, &mine))),
        no_key: waits && mine.is_empty(),
        sheets: printed.iter().map(sheet).collect(),
        locked: printed.iter().any(|sheet| sheet.locked > 0),
        points: points.iter().filter(opens).map(choice).collect(),
        revoked: one.revoked_at.is_some(),
        id: one.id,
        form,
        f,
    })
}

fn usual(call: &Call) -> Fields {
    Fields::default().with("day", call.zone().day(call.at).plus(1).to_string())
}

/// One post.
pub async fn show(call: Call) -> Answer {
    page(&post_page(&call, usual(&call)).await?)
}

/// Confirms a post for the groups whose keys the caller holds, and seals for it what was taken.
pub async fn confirm(call: Call) -> Answer {
    let (one, facts, opening) =
        (the_post(&call).await?, call.facts().await?, opening(&call).await?);
    let keys = one.keys.as_ref().ok_or(Refusal::Stale)?;
    let typed = read_mark(call.form.get("mark"));
    if typed.as_deref() != Some(mark(&keys.recipient, &keys.public_key).as_str()) {
        let mut form = usual(&call).with("mark", call.form.get("mark"));
        form.wrong("mark", call.words().say("printer-mark-wrong"));
        return wrong(&post_page(&call, form).await?);
    }
    if !one.waiting().iter().any(|group| opening.ring.get(*group).is_some()) {
        return Err(Refusal::Stale);
    }
    desk::confirm(&hand(&call)?, &opening.ring, &facts, &one).await?;
    Ok(reply::see_other(&format!("/console/printers/{}?done=printer_confirmed", one.id)))
}

/// Seals again what was taken, for everybody who reads it now: what a sheet could not show.
pub async fn again(call: Call) -> Answer {
    let (one, facts, opening) =
        (the_post(&call).await?, call.facts().await?, opening(&call).await?);
    let groups: Vec<KeyGroup> = KeyGroup::ALL
        .iter()
        .copied()
        .filter(|group| one.prints(*group) && opening.ring.get(*group).is_some())
        .collect();
    if groups.is_empty() {
        return Err(Refusal::Stale);
    }
    desk::seal_again(&hand(&call)?, &opening.ring, &facts, &groups).await?;
    Ok(reply::see_other(&format!("/console/printers/{}?done=printer_sealed", one.id)))
}

/// Asks a post for a sheet now.
pub async fn ask(mut call: Call) -> Answer {
    let (one, facts, opening) =
        (the_post(&call).await?, call.facts().await?, opening(&call).await?);
    let words = call.words();
    let points = desk::points(&mut call.doors.store.read().await?, &one, &facts).await?;
    let wanted = AgendaId::parse(call.form.get("agenda")).ok();
    let wanted = points.iter().find(|agenda| Some(&agenda.id) == wanted.as_ref());
    match wanted {
        None => call.form.wrong("agenda", words.say("form-choose")),
        Some(agenda) if opening.ring.get(desk::group_of(&facts, agenda)).is_none() => {
            return Err(Refusal::Stale);
        }
        Some(_) => {}
    }
    let today = call.zone().day(call.at);
    let day = Day::parse(call.form.get("day")).ok().filter(|day| *day >= today);
    if day.is_none() {
        call.form.wrong("day", words.say("printer-day-wrong"));
    }
    let (Some(agenda), Some(day)) = (wanted, day) else {
        let form = call.form.clone();
        return wrong(&post_page(&call, form).await?);
    };
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let mut tx =
        call.doors.store.begin(std::slice::from_ref(tenant), &caller.actor(), call.at).await?;
    sheets::wish(&mut tx, tenant, &one.id, (&agenda.id, day)).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/printers/{}?done=printer_asked", one.id)))
}

/// Refuses a post from now on.
pub async fn revoke(call: Call) -> Answer {
    let (one, facts, opening) =
        (the_post(&call).await?, call.facts().await?, opening(&call).await?);
    desk::revoke(&hand(&call)?, &opening.ring, &facts, &one.id).await?;
    Ok(reply::see_other(&format!("/console/printers/{}?done=revoked", one.id)))
}
