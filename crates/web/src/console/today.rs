//! Today: everything that matters on one screen, the next decision first.

use askama::Template;
use beffroi_store::{accounts::Account, calls, cuts, folders, vault};
use beffroi_town::{
    Asset, AssetState, Cut, Notice, ServiceStatus, TownFacts, facts::Mood, vault::wants_vault,
};
use beffroi_words::Value;

use super::{
    next::{self, Next},
    notices::{self, NoticeRow},
    oncall, page, prepare, rows, shape,
};
use crate::{
    Refusal,
    call::Call,
    frame::{Countable as _, Frame},
    routes::Answer,
    rung::{self, People},
};

/// The next decision in words.
#[derive(Default)]
struct NextBox {
    title: String,
    why: String,
    href: String,
    label: String,
}

/// Something to complete.
struct Todo {
    text: String,
    href: String,
}

/// A cut that is not done yet.
struct CutRow {
    href: String,
    name: String,
    state: String,
    means: String,
}

#[derive(Template)]
#[template(path = "console/today.html")]
struct TodayPage {
    f: Frame,
    mood: String,
    mood_class: &'static str,
    headline: String,
    next: NextBox,
    incident: Option<String>,
    unfinished: Option<String>,
    alarms: Vec<rows::AlarmRow>,
    cuts: Vec<CutRow>,
    services: Vec<rows::ServiceRow>,
    services_open: usize,
    assets: Vec<rows::AssetRow>,
    assets_up: usize,
    notices: Vec<NoticeRow>,
    todos: Vec<Todo>,
    public_page: String,
    bell: Bell,
}

/// Who was reached about what goes on, or that nobody was.
#[derive(Default)]
struct Bell {
    calls: Vec<oncall::CallRow>,
    /// Calls that the caller may answer, by identifier.
    open: Vec<String>,
    nobody_on_call: bool,
    wants: Vec<String>,
}

async fn bell(call: &Call, f: &Frame) -> Result<Bell, Refusal> {
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let people = People::of(&mut conn, scope).await?;
    let listed = rung::listed(&mut conn, scope, (f.now, &f.zone)).await?;
    let current = rung::current(&mut conn, scope, f.now).await?;
    let last = calls::last_test(&mut conn, scope).await?;
    let open = current.iter().filter(|one| one.call.is_open() && f.may.write);
    Ok(Bell {
        open: open.map(|one| one.call.id.to_string()).collect(),
        calls: current.iter().map(|one| oncall::call_row(f, &people, one)).collect(),
        nobody_on_call: oncall::nobody(&listed),
        wants: oncall::wants(f, &listed, last.as_ref()),
    })
}

/// Today.
pub async fn show(call: Call) -> Answer {
    let facts = call.facts().await?;
    let caller = call.caller()?;
    let all_cuts = cuts::list(&mut call.doors.store.read().await?, &caller.scope).await?;
    let live: Vec<Cut> = all_cuts.into_iter().filter(|cut| cut.lifted_at.is_none()).collect();
    let newest = newest_cut_of_each(live);
    let f = call.frame(call.words().say("today-title"), "today", &facts);
    let account = &caller.account;
    let unfinished = unfinished(&f, account);
    let bell = bell(&call, &f).await?;
    let ready = prepare::Readiness::read(&call, &facts).await?;
    let mut todos = todos(&f, &facts);
    todos.extend(without_folders(&call, &f, &facts).await?);
    todos.extend(ready.todos(&f).into_iter().map(|(text, href)| Todo { text, href }));
    page(&TodayPage { unfinished, bell, ..today(f, &facts, &newest, todos) })
}

/// Why an account is not set up, in words: how this person could come in again.
fn unfinished(f: &Frame, account: &Account) -> Option<String> {
    let set_up = account.has_password && (account.has_totp || account.codes_left > 0);
    (!set_up).then(|| match account.kit_codes_left {
        0 => f.t("today-setup"),
        left => f.tn("today-setup-kit", left),
    })
}

/// A cut that failed matters only while no later one was ordered.
fn newest_cut_of_each(cuts: Vec<Cut>) -> Vec<Cut> {
    let mut newest: Vec<Cut> = Vec::new();
    for cut in cuts {
        if !newest.iter().any(|other| other.asset == cut.asset) {
            newest.push(cut);
        }
    }
    newest
}

fn today(f: Frame, facts: &TownFacts, cuts: &[Cut], todos: Vec<Todo>) -> TodayPage {
    let views = facts.views();
    let odd = views.iter().filter(|view| view.status != ServiceStatus::Open);
    let troubled: Vec<&Asset> =
        facts.assets.iter().filter(|asset| asset.state != AssetState::Up).collect();
    let mood = facts.mood();
    let mut services: Vec<_> = odd.map(|view| (view.service.criticality, view)).collect();
    services.sort_by_key(|(criticality, view)| (*criticality, view.service.rank));
    TodayPage {
        mood: f.words.mood(mood),
        mood_class: shape::mood(mood),
        headline: headline(&f, facts, mood),
        next: next_box(&f, facts, cuts, !todos.is_empty()),
        incident: facts.incident().map(|incident| format!("/console/incidents/{}", incident.id)),
        unfinished: None,
        alarms: facts.open_alarms.iter().map(|alarm| rows::alarm(&f, facts, alarm)).collect(),
        cuts: cuts.iter().filter_map(|cut| cut_row(&f, facts, cut)).collect(),
        services_open: views.len() - services.len(),
        services: services.iter().map(|(_, view)| short(rows::service(&f, facts, view))).collect(),
        assets_up: facts.assets.len() - troubled.len(),
        assets: troubled.iter().map(|asset| rows::asset(&f, asset)).collect(),
        notices: live_notices(facts).map(|notice| notices::row(&f, notice)).collect(),
        todos,
        public_page: facts.tenant.id.path(),
        bell: Bell::default(),
        f,
    }
}

/// On this screen, a status says enough; the rest is one tap away.
fn short(row: rows::ServiceRow) -> rows::ServiceRow {
    rows::ServiceRow { line: String::new(), ..row }
}

fn live_notices(facts: &TownFacts) -> impl Iterator<Item = &Notice> {
    facts.notices.iter().filter(|notice| notice.ended_at.is_none())
}

fn headline(f: &Frame, facts: &TownFacts, mood: Mood) -> String {
    let key = match (mood, facts.incident()) {
        (_, Some(incident)) => {
            let values = [
                ("nature", Value::from(f.words.nature(incident.nature))),
                ("when", f.full(incident.noticed_at).into()),
                ("phase", f.words.phase(incident.phase).to_lowercase().into()),
            ];
            return f.words.say_with("today-incident", &values);
        }
        (Mood::Checking, None) => "today-checking",
        (Mood::Disturbed, None) => "today-disturbed",
        (Mood::Calm | Mood::Incident, None) if !facts.open_alarms.is_empty() => "today-checking",
        (Mood::Calm | Mood::Incident, None) => "today-calm",
    };
    f.t(key)
}

fn cut_row(f: &Frame, facts: &TownFacts, cut: &Cut) -> Option<CutRow> {
    if cut.confirmed_at.is_some() {
        return None;
    }
    let asset = facts.assets.iter().find(|asset| asset.id == cut.asset)?;
    let state = match &cut.failed {
        Some(code) => f.t1("cut-failed", "code", code),
        None if next::waits_for_hand(cut) => f.t("today-cut-waiting-hand"),
        None => f.t("today-cut-waiting"),
    };
    Some(CutRow {
        href: format!("/console/assets/{}", asset.id),
        name: asset.name.clone(),
        state,
        means: super::assets::means_in_words(f, &cut.means),
    })
}

fn next_box(f: &Frame, facts: &TownFacts, cuts: &[Cut], busy: bool) -> NextBox {
    let asset = |asset: &Asset| format!("/console/assets/{}", asset.id);
    let named = |key: &str, asset: &Asset| f.t1(key, "name", &asset.name);
    let (title, why, href, label) = match next::of(facts, cuts) {
        Next::Alarm(alarm) => (
            f.t1("next-alarm", "kind", f.words.alarm_kind(alarm.kind)),
            f.t("next-alarm-why"),
            format!("/console/alarms/{}", alarm.id),
            f.t("next-alarm-go"),
        ),
        Next::FailedCut(one) => (
            named("next-failed-cut", one),
            f.t("next-failed-cut-why"),
            asset(one),
            f.t("next-failed-cut-go"),
        ),
        Next::HandCut(one) => {
            let cut = cuts.iter().find(|cut| cut.asset == one.id);
            let how = cut.map(|cut| super::assets::means_in_words(f, &cut.means));
            let title = named("next-hand-cut", one);
            (title, how.unwrap_or_default(), asset(one), f.t("next-hand-cut-go"))
        }
        Next::UnknownState(one, count) => (
            named("next-unknown", one),
            f.tn("next-unknown-why", count),
            format!("{}?open=state", asset(one)),
            f.t("next-unknown-go"),
        ),
        Next::UnknownData(one, count) => (
            named("next-exposure", one),
            f.tn("next-exposure-why", count),
            format!("{}?open=exposure", asset(one)),
            f.t("next-exposure-go"),
        ),
        other => return next_of_people(f, facts, &other, busy),
    };
    NextBox { title, why, href, label }
}

/// The next decision that is about people, or none.
fn next_of_people(f: &Frame, facts: &TownFacts, next: &Next<'_>, busy: bool) -> NextBox {
    let (title, why, href, label) = match next {
        Next::Publish(notice) => (
            f.t("next-publish"),
            f.t("next-publish-why"),
            format!("/console/notices/{}", notice.id),
            f.t("next-publish-go"),
        ),
        Next::Draft => (
            f.t("next-draft"),
            f.t("next-draft-why"),
            "/console/notices/new".to_owned(),
            f.t("next-draft-go"),
        ),
        Next::Phase(incident, phase) => (
            f.t1("next-phase", "phase", f.words.phase(*phase).to_lowercase()),
            super::incidents::meaning(f, *phase),
            format!("/console/incidents/{}", incident.id),
            f.t("next-phase-go"),
        ),
        Next::Disturbed(id) => {
            let service = facts.services.iter().find(|service| service.id == **id);
            let name = service.map(|one| f.words.service_name(one).into_owned());
            (
                f.t1("next-disturbed", "name", name.unwrap_or_default()),
                f.t("next-disturbed-why"),
                format!("/console/services/{id}"),
                f.t("next-disturbed-go"),
            )
        }
        _ => {
            let why = if busy { f.t("next-calm-todos") } else { String::new() };
            return NextBox { title: f.t("next-calm"), why, ..NextBox::default() };
        }
    };
    NextBox { title, why, href, label }
}

/// Servers whose files are kept somewhere and of whose folders nothing is said: nobody would know
/// what to bring back first.
async fn without_folders(
    call: &Call,
    f: &Frame,
    facts: &TownFacts,
) -> Result<Option<Todo>, Refusal> {
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let known = folders::list(&mut conn, scope).await?;
    let kept = vault::list(&mut conn, scope).await?;
    let servers: Vec<&Asset> = facts
        .assets
        .iter()
        .filter(|one| kept.iter().any(|kept| kept.asset.as_ref() == Some(&one.id)))
        .filter(|one| one.owner == facts.tenant.id && wants_vault(one.kind))
        .filter(|one| !known.iter().any(|folder| folder.server == one.id))
        .collect();
    Ok(servers.first().map(|first| {
        let count = Value::Count(servers.len().count());
        let values = [("count", count), ("name", first.name.as_str().into())];
        let href = format!("/console/assets/{}?open=folder", first.id);
        Todo { text: f.words.say_with("todo-folders", &values), href }
    }))
}

/// What is to be completed: one line a kind, the first one named, so that the list stays short.
fn todos(f: &Frame, facts: &TownFacts) -> Vec<Todo> {
    let mut todos = Vec::new();
    let mut push = |key: &str, names: Vec<(String, String)>| {
        if let Some((name, href)) = names.first() {
            let values =
                [("count", Value::Count(names.len().count())), ("name", name.as_str().into())];
            todos.push(Todo { text: f.words.say_with(key, &values), href: href.clone() });
        }
    };
    let services = |wanted: &dyn Fn(&beffroi_town::PublicService) -> bool, open: &str| {
        let some = facts.services.iter().filter(|service| wanted(service));
        some.map(|one| {
            let href = format!("/console/services/{}?open={open}", one.id);
            (f.words.service_name(one).into_owned(), href)
        })
        .collect::<Vec<_>>()
    };
    let assets = |wanted: &dyn Fn(&Asset) -> bool, open: &str| {
        let some = facts.assets.iter().filter(|asset| wanted(asset));
        some.map(|one| (one.name.clone(), format!("/console/assets/{}?open={open}", one.id)))
            .collect::<Vec<_>>()
    };
    push("todo-details", services(&rows::lacks_details, "details"));
    push("todo-unmapped", services(&|one| one.needs.is_empty(), "needs"));
    let own = &facts.tenant.id;
    push("todo-means", assets(&|one| one.cut_means.is_none() && one.owner == *own, "means"));
    if facts.incident().is_some() {
        push("todo-exposure", assets(&next::data_unknown, "exposure"));
    }
    todos
}
