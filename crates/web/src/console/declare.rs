//! Declaring an incident: a short form, its consequences, the deed, the first reflex card.
//!
//! Rule: at most twelve taps and fields from the log-in with a printed code to the card; a test
//! counts them.

use std::collections::BTreeMap;

use askama::Template;
use beffroi_crisis::incidents::{self as room, Declaration};
use beffroi_store::{TenantScope, alarms, tenants};
use beffroi_town::{
    Alarm, AlarmId, AssetId, AssetState, Instant, Role, TenantId, TownFacts, incident::Nature,
};

use super::{changes, moment, page, rows, wrong};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, reply, routes::Answer,
};

#[derive(Template)]
#[template(path = "console/declare.html")]
struct DeclarePage {
    f: Frame,
    form: Fields,
    already: bool,
    alarm: Option<String>,
    natures: Vec<Choice>,
    tenants: Vec<Choice>,
    assets: Vec<Choice>,
    states: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "console/declare_check.html")]
struct CheckPage {
    f: Frame,
    facts: Vec<(String, String)>,
    shared: String,
    changes: Vec<changes::ChangeRow>,
    carried: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "console/card.html")]
struct CardPage {
    f: Frame,
    lines: Vec<String>,
}

/// What can be said of an affected asset while declaring. A cut is ordered, not said.
const STATES: [AssetState; 3] = [AssetState::Down, AssetState::Unknown, AssetState::Degraded];

/// The form, prefilled from the alarm it is declared from.
pub async fn form(call: Call) -> Answer {
    let facts = call.facts().await?;
    let alarm = match AlarmId::parse(call.query.get("alarm")) {
        Ok(id) => Some(alarm_of(&call, &id).await?),
        Err(_) => None,
    };
    let zone = call.zone();
    let since = alarm.as_ref().map_or(call.at, |alarm| alarm.first_at);
    let mut form = Fields::default()
        .with("nature", Nature::Unknown.code())
        .with("since", moment::typed(since, &zone))
        .with("as", AssetState::Down.code());
    if let Some(alarm) = &alarm {
        form = form.with("alarm", alarm.id.as_str());
        if let Some(asset) = &alarm.asset {
            form = form.with("down", asset.as_str());
        }
    }
    page(&declare_page(&call, &facts, form, alarm.as_ref()).await?)
}

async fn alarm_of(call: &Call, id: &AlarmId) -> Result<Alarm, Refusal> {
    let mut conn = call.doors.store.read().await?;
    alarms::get(&mut conn, &call.caller()?.scope, id).await?.ok_or(Refusal::NotFound)
}

async fn declare_page(
    call: &Call,
    facts: &TownFacts,
    form: Fields,
    alarm: Option<&Alarm>,
) -> Result<DeclarePage, Refusal> {
    let words = call.words();
    let f = call.frame(words.say("declare-title"), "incidents", facts);
    let natures = Nature::ALL.iter().map(|one| Choice::new(one.code(), words.nature(*one)));
    let states = STATES.iter().map(|one| Choice::new(one.code(), words.asset_state(*one)));
    let own = Choice::new(facts.tenant.id.as_str(), &facts.tenant.name).on(true);
    let mut tenants = vec![own];
    for (id, name) in neighbours(call, facts).await? {
        tenants.push(Choice::new(id.as_str(), name));
    }
    let one_at_work = alarm.map(|alarm| {
        let row = rows::alarm(&f, facts, alarm);
        format!("{} – {}", row.kind, row.line)
    });
    Ok(DeclarePage {
        natures: natures.collect(),
        states: states.collect(),
        tenants,
        assets: rows::asset_choices(&facts.assets),
        already: facts.incident().is_some(),
        alarm: one_at_work,
        form,
        f,
    })
}

/// The tenants that share an asset with this one, with their names.
async fn neighbours(call: &Call, facts: &TownFacts) -> Result<Vec<(TenantId, String)>, Refusal> {
    let actor = call.caller()?.actor();
    let ids = room::neighbours(&call.deed(&actor)?).await?;
    names(call, ids.iter().filter(|id| **id != facts.tenant.id)).await
}

/// Official names, which are public.
pub(super) async fn names(
    call: &Call,
    ids: impl Iterator<Item = &TenantId>,
) -> Result<Vec<(TenantId, String)>, Refusal> {
    let mut conn = call.doors.store.read().await?;
    let mut all = Vec::new();
    for id in ids {
        let found = tenants::get(&mut conn, &TenantScope::for_tenant(id)).await?;
        let name = found.map_or_else(|| id.to_string(), |tenant| tenant.name);
        all.push((id.clone(), name));
    }
    Ok(all)
}

/// What the form says, once it is right.
struct Said {
    declaration: Declaration,
    names: Vec<String>,
}

async fn read(call: &mut Call, facts: &TownFacts) -> Result<Option<Said>, Refusal> {
    let words = call.words();
    let zone = call.zone();
    let others = neighbours(call, facts).await?;
    let form = &mut call.form;
    let nature = Nature::from_code(form.get("nature"));
    if nature.is_none() {
        form.wrong("nature", words.say("form-choose"));
    }
    let noticed_at = moment::read(form.get("since"), &zone);
    match noticed_at {
        None => form.wrong("since", words.say("form-bad-moment")),
        Some(since) if since > call.at.plus_ms(60_000) => {
            form.wrong("since", words.say("form-future"));
        }
        Some(_) => {}
    }
    let state = AssetState::from_code(form.get("as")).filter(|state| STATES.contains(state));
    let Some(state) = state else { return Err(Refusal::BadForm) };
    let known = |id: &AssetId| facts.assets.iter().any(|asset| asset.id == *id);
    let down: Vec<AssetId> = form.all("down").filter_map(|id| AssetId::parse(id).ok()).collect();
    if down.len() != form.all("down").count() || !down.iter().all(known) {
        return Err(Refusal::NotFound);
    }
    let concerned = |id: &TenantId| form.is("tenant", id.as_str());
    let (others, names) =
        others.into_iter().filter(|(id, _)| concerned(id)).unzip::<_, _, Vec<_>, Vec<_>>();
    let alarm = AlarmId::parse(form.get("alarm")).ok();
    let (Some(nature), Some(noticed_at), true) = (nature, noticed_at, form.fine()) else {
        return Ok(None);
    };
    let states = down.into_iter().map(|id| (id, state)).collect();
    let noticed_at: Instant = noticed_at.min(call.at);
    Ok(Some(Said { declaration: Declaration { nature, noticed_at, others, alarm, states }, names }))
}

/// What declaring would bring about, before it is done.
pub async fn check(mut call: Call) -> Answer {
    let facts = call.facts().await?;
    let Some(said) = read(&mut call, &facts).await? else {
        let form = call.form.clone();
        return wrong(&declare_page(&call, &facts, form, None).await?);
    };
    let what = &said.declaration;
    if let Some(alarm) = &what.alarm {
        alarm_of(&call, alarm).await?;
    }
    let f = call.frame(call.words().say("declare-check-title"), "incidents", &facts);
    let states: BTreeMap<AssetId, AssetState> = what.states.iter().cloned().collect();
    let touched: Vec<String> = facts
        .assets
        .iter()
        .filter(|asset| states.contains_key(&asset.id))
        .map(|asset| asset.name.clone())
        .collect();
    let assets = match what.states.first() {
        Some((_, state)) => format!("{} ({})", f.list(&touched), f.words.asset_state(*state)),
        None => f.t("declare-nothing-down"),
    };
    let mut all = vec![facts.tenant.name.clone()];
    all.extend(said.names.iter().cloned());
    let told = vec![
        (f.t("declare-fact-nature"), f.words.nature(what.nature)),
        (f.t("declare-fact-since"), f.full(what.noticed_at)),
        (f.t("declare-fact-tenants"), f.list(&all)),
        (f.t("declare-fact-assets"), assets),
    ];
    let shared = match said.names.as_slice() {
        [] => String::new(),
        names => f.t1("declare-consequence-shared", "names", f.list(names)),
    };
    let changes = changes::of(&f, &facts, &states, true);
    let carried = call.form.pairs().iter().filter(|(name, _)| name != "csrf").cloned().collect();
    page(&CheckPage { facts: told, shared, changes, carried, f })
}

/// Declares.
pub async fn declare(mut call: Call) -> Answer {
    let facts = call.facts().await?;
    let Some(said) = read(&mut call, &facts).await? else {
        let form = call.form.clone();
        return wrong(&declare_page(&call, &facts, form, None).await?);
    };
    let actor = call.caller()?.actor();
    room::declare(&call.deed(&actor)?, &said.declaration).await?;
    Ok(reply::see_other("/console/card"))
}

/// The first reflex card of the caller's role.
pub async fn card(call: Call) -> Answer {
    let facts = call.facts().await?;
    let role = call.caller()?.role();
    let f = call.frame(call.words().say("card-title"), "incidents", &facts);
    let lines = lines(role).iter().map(|key| f.t(key)).collect();
    page(&CardPage { f, lines })
}

const fn lines(role: Role) -> &'static [&'static str] {
    match role {
        Role::Director => &[
            "card-director-1",
            "card-director-2",
            "card-director-3",
            "card-director-4",
            "card-director-5",
            "card-director-6",
            "card-director-7",
        ],
        Role::Technician | Role::Operator => &[
            "card-technician-1",
            "card-technician-2",
            "card-technician-3",
            "card-technician-4",
            "card-technician-5",
            "card-technician-6",
            "card-technician-7",
        ],
        Role::Clerk => &[
            "card-clerk-1",
            "card-clerk-2",
            "card-clerk-3",
            "card-clerk-4",
            "card-clerk-5",
            "card-clerk-6",
        ],
        Role::Reader => &["card-reader-1", "card-reader-2", "card-reader-3", "card-reader-4"],
        Role::Responder => {
            &["card-responder-1", "card-responder-2", "card-responder-3", "card-responder-4"]
        }
    }
}
