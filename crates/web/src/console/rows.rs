//! Lines of lists: one thing each, in words, with a link to it.

use beffroi_town::{
    Alarm, Asset, AssetKind, AssetState, DataExposure, PublicService, ServiceStatus, TownFacts,
    Whose,
    status::{ServiceView, Works},
};
use beffroi_words::Value;

use super::{alarms, shape};
use crate::{
    frame::{Countable as _, Frame},
    markup::Choice,
};

/// An alarm.
#[derive(Clone, Debug)]
pub struct AlarmRow {
    /// Where it is shown.
    pub href: String,
    /// What was noticed.
    pub kind: String,
    /// What became of it.
    pub state: String,
    /// Its shape.
    pub class: &'static str,
    /// Where, when, how many.
    pub line: String,
    /// From a played sensor.
    pub simulated: bool,
}

/// The name of the asset an alarm was noticed on.
pub fn alarm_place(f: &Frame, facts: &TownFacts, alarm: &Alarm) -> String {
    let asset = alarm.asset.as_ref().and_then(|id| facts.assets.iter().find(|a| a.id == *id));
    asset.map_or_else(|| f.t("alarm-where-platform"), |asset| asset.name.clone())
}

/// The line of an alarm.
pub fn alarm(f: &Frame, facts: &TownFacts, alarm: &Alarm) -> AlarmRow {
    let place = alarm_place(f, facts, alarm);
    let values = [
        ("where", Value::from(place)),
        ("when", f.short(alarm.first_at).into()),
        ("count", Value::Count(alarm.touched.count())),
    ];
    let key = if alarm.touched > 0 { "alarm-line-files" } else { "alarm-line" };
    let mut line = f.words.say_with(key, &values);
    if let Some(client) = alarms::client(alarm) {
        let values = [("line", Value::from(line)), ("client", client.into())];
        line = f.words.say_with("alarm-line-client", &values);
    }
    AlarmRow {
        href: format!("/console/alarms/{}", alarm.id),
        kind: f.words.alarm_kind(alarm.kind),
        state: f.words.alarm_state(&alarm.state),
        class: shape::alarm(&alarm.state),
        line,
        simulated: alarm.simulated,
    }
}

/// A public service.
#[derive(Clone, Debug)]
pub struct ServiceRow {
    /// Where it is shown.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: String,
    /// Its shape.
    pub class: &'static str,
    /// Fallback, override, what is missing.
    pub line: String,
}

/// Whether residents lack something of a service.
pub fn lacks_details(service: &PublicService) -> bool {
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    blank(&service.place) || blank(&service.hours) || blank(&service.phone)
}

/// The line of a service.
pub fn service(f: &Frame, facts: &TownFacts, view: &ServiceView<'_>) -> ServiceRow {
    let line = if view.overridden.is_some() {
        f.t("service-overridden")
    } else if view.fallback.is_some() {
        let kind = facts.tenant.id.kind();
        let reach = facts.phone_book().reach(view.service.phone.as_deref());
        let phone_works = reach.works != Works::No;
        f.words.fallback_sentence(view.service, kind, phone_works).into_owned()
    } else if view.status == ServiceStatus::Open && lacks_details(view.service) {
        f.t("service-line-missing")
    } else {
        String::new()
    };
    ServiceRow {
        href: format!("/console/services/{}", view.service.id),
        name: f.words.service_name(view.service).into_owned(),
        status: f.words.status(view.status),
        class: shape::status(view.status),
        line,
    }
}

/// An asset.
#[derive(Clone, Debug)]
pub struct AssetRow {
    /// Where it is shown.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: String,
    /// Its shape.
    pub class: &'static str,
    /// Shared, exposure, why.
    pub line: String,
}

/// The line of an asset.
pub fn asset(f: &Frame, asset: &Asset) -> AssetRow {
    let mut parts = Vec::new();
    if asset.state != AssetState::Up {
        parts.extend(asset.state_reason.clone());
    }
    if matters(asset) {
        let level = f.words.exposure(asset.exposure.level);
        parts.push(f.t1("asset-line-exposure", "level", level.to_lowercase()));
    }
    if !asset.shared_with.is_empty() {
        parts.push(f.t("asset-line-shared"));
    }
    AssetRow {
        href: format!("/console/assets/{}", asset.id),
        name: asset.name.clone(),
        state: f.words.asset_state(asset.state),
        class: shape::asset(asset.state),
        line: parts.join(" · "),
    }
}

/// Whether the exposure of an asset's data is worth a line in a list.
fn matters(asset: &Asset) -> bool {
    asset.exposure.whose != Whose::Nobody
        && (matches!(asset.exposure.level, DataExposure::AtRisk | DataExposure::Exposed)
            || (asset.exposure.level == DataExposure::Unknown && asset.state != AssetState::Up))
}

/// Assets as answers to choose from: what everything else stands on comes first.
pub fn asset_choices<'a>(assets: impl IntoIterator<Item = &'a Asset>) -> Vec<Choice> {
    let mut assets: Vec<&Asset> = assets.into_iter().collect();
    assets.sort_by_key(|asset| (place_in_lists(asset.kind), &asset.name));
    assets.iter().map(|asset| Choice::new(asset.id.as_str(), &asset.name)).collect()
}

const fn place_in_lists(kind: AssetKind) -> u8 {
    match kind {
        AssetKind::Network => 0,
        AssetKind::FileServer => 1,
        AssetKind::WorkstationFleet => 2,
        AssetKind::Mail => 3,
        AssetKind::Telephony => 4,
        AssetKind::WebSite => 5,
        AssetKind::Directory | AssetKind::Hypervisor => 6,
        AssetKind::BackupServer | AssetKind::Nas => 7,
        AssetKind::BusinessApp => 8,
        AssetKind::CloudApp | AssetKind::PaymentTerminal => 9,
        AssetKind::OutsideSystem => 10,
    }
}
