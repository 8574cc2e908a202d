//! What staff settle about an asset beforehand: how it can be cut, whom to call, how many there are.

use beffroi_store::{assets, guards};
use beffroi_town::{Asset, CutMeans, GuardId, asset::Fleet};

use super::{asset_page, the_asset};
use crate::{Refusal, call::Call, console::wrong, reply, routes::Answer};

/// Says how it can be cut.
pub async fn set_means(mut call: Call) -> Answer {
    let facts = call.facts().await?;
    let asset = the_asset(&call, &facts)?;
    if asset.owner != facts.tenant.id {
        return Err(Refusal::NotOwner);
    }
    let means = read_means(&mut call, asset).await?;
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&*asset_page(&call, Some(("means", form))).await?);
    }
    let caller = call.caller()?;
    let (store, actor) = (&call.doors.store, caller.actor());
    let ids = std::slice::from_ref(&asset.id);
    let mut tx = assets::begin(store, &caller.scope, ids, &actor, call.at).await?;
    assets::set_cut_means(&mut tx, &asset.id, means.as_ref()).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/assets/{}?done=means", asset.id)))
}

async fn read_means(call: &mut Call, asset: &Asset) -> Result<Option<CutMeans>, Refusal> {
    let words = call.words();
    let hooks = call.doors.settings.hooks.clone();
    let form = &mut call.form;
    match form.get("by").to_owned().as_str() {
        "" => Ok(None),
        "hand" => {
            let room = form.needed(words, "room", "means-hand-missing");
            let rack = form.line(words, "rack").unwrap_or_default();
            let label = form.needed(words, "label", "means-hand-missing");
            Ok(Some(CutMeans::Hand { room, rack, label }))
        }
        "hook" => {
            let hook = form.get("hook").to_owned();
            if !hooks.contains(&hook) {
                form.wrong("by", words.say("means-hook-missing"));
            }
            Ok(Some(CutMeans::Hook { hook }))
        }
        "guard" => {
            let id = GuardId::parse(form.get("guard")).ok();
            let scope = &call.caller()?.scope;
            let mut conn = call.doors.store.read().await?;
            let found = match &id {
                Some(id) => guards::get(&mut conn, scope, id).await?,
                None => None,
            };
            // A guard cuts nothing but its own host.
            let fits = |one: &guards::Guard| one.asset == asset.id && one.revoked_at.is_none();
            let means = found.filter(fits).map(|one| CutMeans::Guard { guard: one.id });
            if means.is_none() {
                call.form.wrong("by", words.say("means-guard-missing"));
            }
            Ok(means)
        }
        _ => Err(Refusal::BadForm),
    }
}

/// Contact and counts.
pub async fn set_about(mut call: Call) -> Answer {
    let facts = call.facts().await?;
    let asset = the_asset(&call, &facts)?;
    if asset.owner != facts.tenant.id {
        return Err(Refusal::NotOwner);
    }
    let words = call.words();
    let contact = call.form.line(words, "contact");
    let fleet = asset.fleet.map(|_| read_fleet(&mut call));
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&*asset_page(&call, Some(("about", form))).await?);
    }
    let caller = call.caller()?;
    let (store, actor) = (&call.doors.store, caller.actor());
    let ids = std::slice::from_ref(&asset.id);
    let mut tx = assets::begin(store, &caller.scope, ids, &actor, call.at).await?;
    assets::set_contact(&mut tx, &asset.id, contact.as_deref()).await?;
    if let Some(fleet) = fleet {
        assets::set_fleet(&mut tx, &asset.id, fleet).await?;
    }
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/assets/{}?done=about", asset.id)))
}

fn read_fleet(call: &mut Call) -> Fleet {
    let words = call.words();
    let mut number = |name: &str| {
        let typed = call.form.get(name).parse::<u32>();
        if typed.is_err() {
            call.form.wrong(name, words.say("form-number"));
        }
        typed.unwrap_or_default()
    };
    let fleet = Fleet {
        total: number("total"),
        checked: number("checked"),
        reinstalled: number("reinstalled"),
    };
    for (name, count) in [("checked", fleet.checked), ("reinstalled", fleet.reinstalled)] {
        if count > fleet.total {
            call.form.wrong(name, words.say("fleet-too-many"));
        }
    }
    fleet
}
