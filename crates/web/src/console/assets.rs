//! Assets: what works, whose data is concerned, how each can be cut.

pub mod about;
pub mod folders;

use std::collections::BTreeMap;

use askama::Template;
use beffroi_crisis::states;
use beffroi_store::{cuts, guards};
use beffroi_town::{
    Asset, AssetId, AssetState, Cut, CutMeans, DataExposure, Need, TownFacts, Whose,
};
use beffroi_words::Value;

use super::{changes, declare, page, rows, shape, wrong};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, reply, routes::Answer,
};

#[derive(Template)]
#[template(path = "console/assets.html")]
struct AssetsPage {
    f: Frame,
    groups: Vec<(String, Vec<rows::AssetRow>)>,
}

/// A cut of the asset that is not over.
struct OpenCut {
    by_hand: bool,
    waiting: bool,
    means: String,
    failed: Option<String>,
}

#[derive(Template)]
#[template(path = "console/asset.html")]
struct AssetPage {
    f: Frame,
    form: Fields,
    id: AssetId,
    one: rows::AssetRow,
    shared: Option<String>,
    facts: Vec<(String, String)>,
    cut: Option<OpenCut>,
    opened: String,
    states: Vec<Choice>,
    levels: Vec<Choice>,
    whoses: Vec<Choice>,
    can_cut: Option<String>,
    changes: Vec<changes::ChangeRow>,
    owner: bool,
    means_kinds: Vec<Choice>,
    hooks: Vec<Choice>,
    guards: Vec<Choice>,
    fleet: bool,
    services: Vec<rows::ServiceRow>,
    /// What is said of its folders; none for what has none.
    folders: Option<folders::Folders>,
}

#[derive(Template)]
#[template(path = "console/asset_check.html")]
struct CheckPage {
    f: Frame,
    id: AssetId,
    before: String,
    before_class: &'static str,
    after: String,
    after_class: &'static str,
    shared: Option<String>,
    changes: Vec<changes::ChangeRow>,
    carried: Vec<(String, String)>,
}

/// What a person may say of an asset. A cut is ordered and confirmed, not said.
const SAYABLE: [AssetState; 4] =
    [AssetState::Up, AssetState::Degraded, AssetState::Down, AssetState::Unknown];

/// A means of cutting in words.
pub(super) fn means_in_words(f: &Frame, means: &CutMeans) -> String {
    match means {
        CutMeans::Guard { .. } => f.t("means-guard-value"),
        CutMeans::Hook { hook } => f.t1("means-hook-value", "hook", hook),
        CutMeans::Hand { room, rack, label } => {
            let values: [(&str, Value<'_>); 3] =
                [("room", room.into()), ("rack", rack.into()), ("label", label.into())];
            let key = if rack.is_empty() { "means-hand-value-plain" } else { "means-hand-value" };
            f.words.say_with(key, &values)
        }
    }
}

/// All assets, those to watch first.
pub async fn list(call: Call) -> Answer {
    let facts = call.facts().await?;
    let f = call.frame(call.words().say("assets-title"), "assets", &facts);
    let group = |key: &str, up: bool| {
        let some = facts.assets.iter().filter(|asset| (asset.state == AssetState::Up) == up);
        (f.t(key), some.map(|asset| rows::asset(&f, asset)).collect::<Vec<_>>())
    };
    let groups = [group("assets-troubled", false), group("assets-up", true)];
    let groups = groups.into_iter().filter(|(_, rows)| !rows.is_empty()).collect();
    page(&AssetsPage { f, groups })
}

/// One asset.
pub async fn show(call: Call) -> Answer {
    page(&*asset_page(&call, None).await?)
}

/// The asset in the path, among those that the tenant sees.
fn the_asset<'a>(call: &Call, facts: &'a TownFacts) -> Result<&'a Asset, Refusal> {
    let id: AssetId = call.id("id")?;
    facts.assets.iter().find(|asset| asset.id == id).ok_or(Refusal::NotFound)
}

/// The page; `again`: a form that needs another look, and which part of the page it is in.
async fn asset_page(call: &Call, again: Option<(&str, Fields)>) -> Result<AssetPageBox, Refusal> {
    let facts = call.facts().await?;
    let asset = the_asset(call, &facts)?;
    let f = call.frame(asset.name.clone(), "assets", &facts);
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let all_cuts = cuts::list(&mut conn, scope).await?;
    let all_guards = guards::list(&mut conn, scope).await?;
    let folders = folders::read(&mut conn, scope, (&f, &facts), asset).await?;
    drop(conn);
    let cut = all_cuts.iter().find(|cut| cut.asset == asset.id && cut.lifted_at.is_none());
    let (opened, form) = match again {
        Some((part, form)) => (part.to_owned(), form),
        None => (call.query.get("open").to_owned(), prefilled(asset)),
    };
    let on_it = all_guards.iter().filter(|one| one.asset == asset.id && one.revoked_at.is_none());
    let cut_off = BTreeMap::from([(asset.id.clone(), AssetState::Cut)]);
    let owner = asset.owner == facts.tenant.id;
    let nothing_open = cut.is_none_or(|cut| cut.failed.is_some());
    let can_cut = asset.cut_means.as_ref().filter(|_| owner && nothing_open);
    let own_hooks = call.doors.settings.hooks.iter().map(|name| Choice::new(name, name));
    Ok(Box::new(AssetPage {
        id: asset.id.clone(),
        one: rows::asset(&f, asset),
        shared: shared(call, &f, asset, &facts).await?,
        facts: told(call, &f, asset, &facts).await?,
        cut: cut.filter(|_| owner).map(|cut| open_cut(&f, cut)),
        opened,
        states: SAYABLE
            .iter()
            .map(|one| Choice::new(one.code(), f.words.asset_state(*one)))
            .collect(),
        levels: levels(&f),
        whoses: Whose::ALL.iter().map(|one| Choice::new(one.code(), f.words.whose(*one))).collect(),
        can_cut: can_cut.map(|means| means_in_words(&f, means)),
        changes: changes::of(&f, &facts, &cut_off, false),
        owner,
        means_kinds: means_kinds(&f),
        hooks: own_hooks.collect(),
        guards: on_it.map(|one| Choice::new(one.id.as_str(), &one.host.hostname)).collect(),
        fleet: asset.fleet.is_some(),
        services: services(&f, &facts, &asset.id),
        folders,
        form,
        f,
    }))
}

/// The page is large; it travels by its address.
type AssetPageBox = Box<AssetPage>;

fn levels(f: &Frame) -> Vec<Choice> {
    DataExposure::ALL.iter().map(|one| Choice::new(one.code(), f.words.exposure(*one))).collect()
}

fn means_kinds(f: &Frame) -> Vec<Choice> {
    let kinds = [
        ("", "means-none", "means-none-note"),
        ("hand", "cut-means-hand", "means-hand-note"),
        ("hook", "cut-means-hook", "means-hook-note"),
        ("guard", "cut-means-guard", "means-guard-note"),
    ];
    kinds.iter().map(|(code, key, note)| Choice::new(*code, f.t(key)).note(f.t(note))).collect()
}

fn open_cut(f: &Frame, cut: &Cut) -> OpenCut {
    OpenCut {
        by_hand: matches!(cut.means, CutMeans::Hand { .. }),
        waiting: cut.confirmed_at.is_none() && cut.failed.is_none(),
        means: means_in_words(f, &cut.means),
        failed: cut.failed.as_ref().map(|code| f.t1("cut-failed", "code", code)),
    }
}

fn prefilled(asset: &Asset) -> Fields {
    let mut form = Fields::default()
        .with("state", asset.state.code())
        .with("level", asset.exposure.level.code())
        .with("whose", asset.exposure.whose.code())
        .with("why", asset.exposure.reason.clone().unwrap_or_default())
        .with("contact", asset.contact.clone().unwrap_or_default())
        .with("by", asset.cut_means.as_ref().map_or("", CutMeans::code));
    match &asset.cut_means {
        Some(CutMeans::Hand { room, rack, label }) => {
            form = form.with("room", room).with("rack", rack).with("label", label);
        }
        Some(CutMeans::Hook { hook }) => form = form.with("hook", hook),
        Some(CutMeans::Guard { guard }) => form = form.with("guard", guard.as_str()),
        None => {}
    }
    if let Some(fleet) = asset.fleet {
        form = form
            .with("total", fleet.total.to_string())
            .with("checked", fleet.checked.to_string())
            .with("reinstalled", fleet.reinstalled.to_string());
    }
    form
}

/// Whom a change concerns besides this tenant.
async fn shared(
    call: &Call,
    f: &Frame,
    asset: &Asset,
    facts: &TownFacts,
) -> Result<Option<String>, Refusal> {
    let tenants = asset.tenants();
    let others = tenants.iter().filter(|id| **id != facts.tenant.id);
    let names: Vec<String> =
        declare::names(call, others).await?.into_iter().map(|(_, name)| name).collect();
    Ok((!names.is_empty()).then(|| f.t1("asset-shared", "names", f.list(&names))))
}

async fn told(
    call: &Call,
    f: &Frame,
    asset: &Asset,
    facts: &TownFacts,
) -> Result<Vec<(String, String)>, Refusal> {
    let none = || f.t("console-none");
    let mut all = vec![
        (f.t("asset-kind-name"), f.words.asset_kind(asset.kind)),
        (f.t("asset-since"), f.full(asset.state_at)),
    ];
    if let Some(reason) = &asset.state_reason {
        all.push((f.t("asset-reason-name"), reason.clone()));
    }
    if asset.owner != facts.tenant.id {
        let owner = declare::names(call, std::iter::once(&asset.owner)).await?;
        all.extend(owner.into_iter().map(|(_, name)| (f.t("asset-owner"), name)));
    }
    let level = Value::from(f.words.exposure(asset.exposure.level));
    let values = [("level", level), ("whose", f.words.whose(asset.exposure.whose).into())];
    if asset.exposure.whose != Whose::Nobody {
        all.push((f.t("asset-data"), f.words.say_with("asset-data-value", &values)));
    }
    let means = asset.cut_means.as_ref().map(|means| means_in_words(f, means));
    all.push((f.t("asset-means"), means.unwrap_or_else(|| f.t("asset-means-none"))));
    all.push((f.t("asset-contact"), asset.contact.clone().unwrap_or_else(none)));
    let needs: Vec<String> =
        asset.needs.iter().filter_map(|need| name_of(facts, &need.asset)).collect();
    if !needs.is_empty() {
        all.push((f.t("asset-needs"), f.list(&needs)));
    }
    if let Some(fleet) = asset.fleet {
        let values = [
            ("total", Value::from(fleet.total.to_string())),
            ("checked", fleet.checked.to_string().into()),
            ("reinstalled", fleet.reinstalled.to_string().into()),
        ];
        all.push((f.t("asset-fleet"), f.words.say_with("asset-fleet-value", &values)));
    }
    Ok(all)
}

fn name_of(facts: &TownFacts, id: &AssetId) -> Option<String> {
    facts.assets.iter().find(|asset| asset.id == *id).map(|asset| asset.name.clone())
}

/// The services that depend on an asset directly.
fn services(f: &Frame, facts: &TownFacts, id: &AssetId) -> Vec<rows::ServiceRow> {
    let on_it = |need: &Need| need.asset == *id || need.via.as_ref() == Some(id);
    let views = facts.views();
    let some = views.iter().filter(|view| view.service.needs.iter().any(on_it));
    some.map(|view| rows::service(f, facts, view)).collect()
}

/// Says whether an asset works: first the consequences, then the deed.
pub async fn set_state(mut call: Call) -> Answer {
    let facts = call.facts().await?;
    let asset = the_asset(&call, &facts)?;
    let words = call.words();
    let state = AssetState::from_code(call.form.get("state")).filter(|s| SAYABLE.contains(s));
    let reason = call.form.needed(words, "reason", "asset-reason-missing");
    if state.is_none() {
        // `Cut` is in the form only as what the asset is now.
        call.form.wrong("state", words.say("asset-cut-only"));
    }
    let Some(state) = state.filter(|_| call.form.fine()) else {
        let form = call.form.clone();
        return wrong(&*asset_page(&call, Some(("state", form))).await?);
    };
    if call.form.get("sure") != "yes" {
        return check(&call, &facts, asset, state, &reason).await;
    }
    let actor = call.caller()?.actor();
    states::set_state(&call.deed(&actor)?, &asset.id, state, Some(&reason)).await?;
    Ok(reply::see_other(&format!("/console/assets/{}?done=state", asset.id)))
}

async fn check(
    call: &Call,
    facts: &TownFacts,
    asset: &Asset,
    state: AssetState,
    reason: &str,
) -> Answer {
    let title = call.words().say_with("asset-check-title", &[("name", (&asset.name).into())]);
    let f = call.frame(title, "assets", facts);
    let states = BTreeMap::from([(asset.id.clone(), state)]);
    page(&CheckPage {
        id: asset.id.clone(),
        before: f.words.asset_state(asset.state),
        before_class: shape::asset(asset.state),
        after: f.words.asset_state(state),
        after_class: shape::asset(state),
        shared: shared(call, &f, asset, facts).await?,
        changes: changes::of(&f, facts, &states, false),
        carried: vec![
            ("state".to_owned(), state.code().to_owned()),
            ("reason".to_owned(), reason.to_owned()),
        ],
        f,
    })
}

/// Says what is known of its data.
pub async fn set_exposure(mut call: Call) -> Answer {
    let id: AssetId = call.id("id")?;
    let words = call.words();
    let level = DataExposure::from_code(call.form.get("level"));
    let whose = Whose::from_code(call.form.get("whose"));
    for (field, missing) in [("level", level.is_none()), ("whose", whose.is_none())] {
        if missing {
            call.form.wrong(field, words.say("form-choose"));
        }
    }
    let why = call.form.needed(words, "why", "asset-reason-missing");
    let (Some(level), Some(whose), true) = (level, whose, call.form.fine()) else {
        let form = call.form.clone();
        return wrong(&*asset_page(&call, Some(("exposure", form))).await?);
    };
    let actor = call.caller()?.actor();
    states::set_exposure(&call.deed(&actor)?, &id, (level, whose), Some(&why)).await?;
    Ok(reply::see_other(&format!("/console/assets/{id}?done=exposure")))
}
