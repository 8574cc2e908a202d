//! What a change would do to the services, worked out before it is made.

use std::collections::BTreeMap;

use beffroi_town::{Asset, AssetId, AssetState, ServiceStatus, TownFacts, status};

use super::shape;
use crate::frame::Frame;

/// Services that would change in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Their names.
    pub names: String,
    /// Their status now.
    pub before: String,
    /// The shape of that.
    pub before_class: &'static str,
    /// Their status then.
    pub after: String,
    /// The shape of that.
    pub after_class: &'static str,
}

/// Status now, status then, names.
type Group = (ServiceStatus, ServiceStatus, Vec<String>);

/// The services whose status would change if these assets were in these states, and if an incident
/// were declared (`declared`).
pub fn of(
    f: &Frame,
    facts: &TownFacts,
    states: &BTreeMap<AssetId, AssetState>,
    declared: bool,
) -> Vec<ChangeRow> {
    let changed = |asset: &Asset| Asset {
        state: states.get(&asset.id).copied().unwrap_or(asset.state),
        ..asset.clone()
    };
    let assets: Vec<Asset> = facts.assets.iter().map(changed).collect();
    let after = status::views(&facts.services, &assets, declared || facts.incident().is_some());
    let before = facts.views();
    let mut groups: BTreeMap<(u8, &str, &str), Group> = BTreeMap::new();
    for (before, after) in before.iter().zip(&after) {
        if before.status != after.status {
            // What residents lose most comes first.
            let key = (9 - after.status.severity(), after.status.code(), before.status.code());
            let group =
                groups.entry(key).or_insert_with(|| (before.status, after.status, Vec::new()));
            group.2.push(f.words.service_name(before.service).into_owned());
        }
    }
    let row = |(before, after, names): Group| ChangeRow {
        names: f.list(&names),
        before: f.words.status(before),
        before_class: shape::status(before),
        after: f.words.status(after),
        after_class: shape::status(after),
    };
    groups.into_values().map(row).collect()
}
