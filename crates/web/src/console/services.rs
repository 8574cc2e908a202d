//! Public services: where, when, which number; what they depend on; a person's word over the
//! computed status.

use askama::Template;
use beffroi_crisis::states;
use beffroi_store::services as kept;
use beffroi_town::{
    Asset, AssetId, AssetKind, Fallback, FallbackKind, Need, PublicService, ServiceId,
    ServiceStatus, Strength, TownFacts, status::ServiceView,
};
use beffroi_words::Value;

use super::{incidents, page, rows, wrong};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, reply, routes::Answer,
};

#[derive(Template)]
#[template(path = "console/services.html")]
struct ServicesPage {
    f: Frame,
    rows: Vec<rows::ServiceRow>,
}

/// What a service may depend on: one asset.
struct NeedRow {
    name: String,
    field: String,
    via: String,
    strengths: Vec<Choice>,
    paths: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "console/service.html")]
struct ServicePage {
    f: Frame,
    form: Fields,
    id: ServiceId,
    one: rows::ServiceRow,
    facts: Vec<(String, String)>,
    causes: Vec<rows::AssetRow>,
    overridden: Option<String>,
    opened: String,
    statuses: Vec<Choice>,
    fallbacks: Vec<Choice>,
    needs: Vec<NeedRow>,
}

/// All services in the order of the public page.
pub async fn list(call: Call) -> Answer {
    let facts = call.facts().await?;
    let f = call.frame(call.words().say("services-title"), "services", &facts);
    let rows = facts.views().iter().map(|view| rows::service(&f, &facts, view)).collect();
    page(&ServicesPage { f, rows })
}

/// One service.
pub async fn show(call: Call) -> Answer {
    page(&service_page(&call, None).await?)
}

fn the_service<'a>(call: &Call, facts: &'a TownFacts) -> Result<&'a PublicService, Refusal> {
    let id: ServiceId = call.id("id")?;
    facts.services.iter().find(|service| service.id == id).ok_or(Refusal::NotFound)
}

async fn service_page(call: &Call, again: Option<(&str, Fields)>) -> Result<ServicePage, Refusal> {
    let facts = call.facts().await?;
    let service = the_service(call, &facts)?;
    let views = facts.views();
    let view = views.iter().find(|view| view.service.id == service.id).ok_or(Refusal::NotFound)?;
    let f = call.frame(call.words().service_name(service).into_owned(), "services", &facts);
    let (opened, form) = match again {
        Some((part, form)) => (part.to_owned(), form),
        None => (call.query.get("open").to_owned(), prefilled(service)),
    };
    let causes = facts.assets.iter().filter(|asset| view.causes.contains(&asset.id));
    let status = |one: &ServiceStatus| Choice::new(one.code(), f.words.status(*one));
    let fallback = |one: &FallbackKind| Choice::new(one.code(), f.words.fallback_kind(*one));
    let overridden = match view.overridden {
        Some(word) => {
            let values = [
                ("status", Value::from(f.words.status(word.status))),
                ("reason", word.reason.as_str().into()),
                ("who", incidents::who(call, &word.author).await?.into()),
                ("when", f.full(word.at).into()),
                ("computed", f.words.status(view.computed).into()),
            ];
            Some(f.words.say_with("service-overridden-value", &values))
        }
        None => None,
    };
    Ok(ServicePage {
        id: service.id.clone(),
        one: rows::ServiceRow { line: String::new(), ..rows::service(&f, &facts, view) },
        facts: told(&f, view),
        causes: causes.map(|asset| rows::asset(&f, asset)).collect(),
        overridden,
        opened,
        statuses: ServiceStatus::ALL.iter().map(status).collect(),
        fallbacks: FallbackKind::ALL.iter().map(fallback).collect(),
        needs: needs(&f, &facts, service),
        form,
        f,
    })
}

fn prefilled(service: &PublicService) -> Fields {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Fields::default()
        .with("place", text(&service.place))
        .with("hours", text(&service.hours))
        .with("phone", text(&service.phone))
        .with("name_fr", text(&service.name_fr))
        .with("name_en", text(&service.name_en))
        .with("fallback", service.fallback.kind.code())
        .with("note_fr", text(&service.fallback.note_fr))
        .with("note_en", text(&service.fallback.note_en))
}

fn told(f: &Frame, view: &ServiceView<'_>) -> Vec<(String, String)> {
    let service = view.service;
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| f.t("console-none"));
    let downtime = match service.max_downtime_minutes {
        0 => f.t("service-downtime-none"),
        minutes => f.words.duration(i64::from(minutes) * 60_000),
    };
    let mut all = vec![
        (f.t("service-place"), text(&service.place)),
        (f.t("service-hours"), text(&service.hours)),
        (f.t("service-phone"), text(&service.phone)),
        (f.t("service-fallback"), f.words.fallback_kind(service.fallback.kind)),
        (f.t("service-criticality"), f.words.criticality(service.criticality)),
        (f.t("service-downtime"), downtime),
    ];
    if let Some(what) = f.words.service_what(service) {
        all.insert(0, (f.t("service-what"), what));
    }
    all
}

fn needs(f: &Frame, facts: &TownFacts, service: &PublicService) -> Vec<NeedRow> {
    let networks: Vec<&Asset> =
        facts.assets.iter().filter(|asset| asset.kind == AssetKind::Network).collect();
    let row = |asset: &Asset| {
        let need = service.needs.iter().find(|need| need.asset == asset.id);
        let mut strengths = vec![Choice::new("", f.t("need-none")).on(need.is_none())];
        for one in Strength::ALL {
            let on = need.is_some_and(|need| need.strength == *one);
            strengths.push(Choice::new(one.code(), f.words.strength(*one)).on(on));
        }
        let via = need.and_then(|need| need.via.as_ref());
        let mut paths = vec![Choice::new("", f.t("need-direct")).on(via.is_none())];
        for network in networks.iter().filter(|network| network.id != asset.id) {
            let on = via == Some(&network.id);
            paths.push(Choice::new(network.id.as_str(), &network.name).on(on));
        }
        if paths.len() == 1 {
            paths.clear();
        }
        NeedRow {
            name: asset.name.clone(),
            field: format!("need-{}", asset.id),
            via: format!("via-{}", asset.id),
            strengths,
            paths,
        }
    };
    // What the service depends on now comes first.
    let needed = |asset: &&Asset| service.needs.iter().any(|need| need.asset == asset.id);
    let (now, others): (Vec<&Asset>, Vec<&Asset>) = facts.assets.iter().partition(needed);
    now.into_iter().chain(others).map(row).collect()
}

/// Keeps place, hours, telephone, names and fallback.
pub async fn set_details(mut call: Call) -> Answer {
    let id: ServiceId = call.id("id")?;
    let words = call.words();
    let form = &mut call.form;
    let details = kept::Details {
        place: form.line(words, "place"),
        hours: form.text(words, "hours"),
        phone: form.line(words, "phone"),
        name_fr: form.line(words, "name_fr"),
        name_en: form.line(words, "name_en"),
    };
    let fallback = FallbackKind::from_code(form.get("fallback")).map(|kind| Fallback {
        kind,
        note_fr: form.line(words, "note_fr"),
        note_en: form.line(words, "note_en"),
    });
    let Some(fallback) = fallback.filter(|_| form.fine()) else {
        if form.fine() {
            form.wrong("fallback", words.say("form-choose"));
        }
        let form = form.clone();
        return wrong(&service_page(&call, Some(("details", form))).await?);
    };
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let actor = caller.actor();
    let mut tx = call.doors.store.begin(std::slice::from_ref(tenant), &actor, call.at).await?;
    kept::set_details(&mut tx, tenant, &id, &details).await?;
    kept::set_fallback(&mut tx, tenant, &id, &fallback).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/services/{id}?done=details")))
}

/// Keeps what a service depends on.
pub async fn set_needs(call: Call) -> Answer {
    let facts = call.facts().await?;
    let service = the_service(&call, &facts)?;
    let known = |id: &AssetId| facts.assets.iter().any(|asset| asset.id == *id);
    let mut needs = Vec::new();
    for asset in &facts.assets {
        let strength = match call.form.get(&format!("need-{}", asset.id)) {
            "" => continue,
            code => Strength::from_code(code).ok_or(Refusal::BadForm)?,
        };
        let via = match call.form.get(&format!("via-{}", asset.id)) {
            "" => None,
            text => Some(AssetId::parse(text).map_err(|_| Refusal::NotFound)?),
        };
        if via.as_ref().is_some_and(|via| !known(via)) {
            return Err(Refusal::NotFound);
        }
        needs.push(Need { asset: asset.id.clone(), strength, via });
    }
    let caller = call.caller()?;
    let tenant = caller.scope.tenant();
    let actor = caller.actor();
    let mut tx = call.doors.store.begin(std::slice::from_ref(tenant), &actor, call.at).await?;
    kept::set_needs(&mut tx, tenant, &service.id, &needs).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/services/{}?done=needs", service.id)))
}

/// Puts a person's word over the computed status.
pub async fn override_status(mut call: Call) -> Answer {
    let id: ServiceId = call.id("id")?;
    let words = call.words();
    let status = ServiceStatus::from_code(call.form.get("status"));
    if status.is_none() {
        call.form.wrong("status", words.say("form-choose"));
    }
    let reason = call.form.needed(words, "reason", "asset-reason-missing");
    let Some(status) = status.filter(|_| call.form.fine()) else {
        let form = call.form.clone();
        return wrong(&service_page(&call, Some(("override", form))).await?);
    };
    let actor = call.caller()?.actor();
    states::override_service(&call.deed(&actor)?, &id, status, &reason).await?;
    Ok(reply::see_other(&format!("/console/services/{id}?done=override")))
}

/// Takes that word back.
pub async fn clear(call: Call) -> Answer {
    let id: ServiceId = call.id("id")?;
    let actor = call.caller()?.actor();
    states::clear_override(&call.deed(&actor)?, &id).await?;
    Ok(reply::see_other(&format!("/console/services/{id}?done=cleared")))
}
