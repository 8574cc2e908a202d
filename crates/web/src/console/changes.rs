//! What a change would do to the services, worked out before it is made.

use std::collections::BTreeMap;

use beffroi_town::{Asset, AssetId, AssetState, TownFacts, status};

use super::shape;
use crate::frame::Frame;

/// A service that would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its name.
    pub name: String,
    /// Its status now.
    pub before: String,
    /// The shape of that.
    pub before_class: &'static str,
    /// Its status then.
    pub after: String,
    /// The shape of that.
    pub after_class: &'static str,
}

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
    let pairs = before.iter().zip(&after).filter(|(before, after)| before.status != after.status);
    pairs
        .map(|(before, after)| ChangeRow {
            name: f.words.service_name(before.service).into_owned(),
            before: f.words.status(before.status),
            before_class: shape::status(before.status),
            after: f.words.status(after.status),
            after_class: shape::status(after.status),
        })
        .collect()
}
