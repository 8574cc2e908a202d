//! The next decision, out of everything that is true: the one thing the console shows first.
//!
//! Rules, in this order: a suspicion of something that destroys; a cut that failed or waits for a
//! hand; people to tell; lesser suspicions; what nobody knows (state, then data); the next phase.
//! Pure.

use beffroi_town::{
    Alarm, AlarmKind, Asset, AssetState, Cut, DataExposure, Incident, Notice, Phase, ServiceStatus,
    TownFacts, Whose, alarm::AlarmState,
};

/// The next decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// A suspicion awaits a person.
    Alarm(&'a Alarm),
    /// A cut could not be done.
    FailedCut(&'a Asset),
    /// A plug is to be pulled and confirmed.
    HandCut(&'a Asset),
    /// A notice is written and not published.
    Publish(&'a Notice),
    /// Residents have not been told anything.
    Draft,
    /// Nobody knows whether these work; the first is named.
    UnknownState(&'a Asset, usize),
    /// Nobody knows whether the data of these was taken; the first is named.
    UnknownData(&'a Asset, usize),
    /// The incident may have come further.
    Phase(&'a Incident, Phase),
    /// A service is not as usual and nobody declared anything.
    Disturbed(&'a beffroi_town::ServiceId),
    /// Nothing to decide.
    Nothing,
}

/// The next decision. `cuts`: those that are not lifted.
pub fn of<'a>(facts: &'a TownFacts, cuts: &[Cut]) -> Next<'a> {
    let asset_of = |cut: &Cut| facts.assets.iter().find(|asset| asset.id == cut.asset);
    let alarm = gravest_alarm(facts);
    if let Some(grave) = alarm.filter(|alarm| gravity(alarm.kind) < LESSER) {
        return Next::Alarm(grave);
    }
    if let Some(asset) = cuts.iter().filter(|cut| cut.failed.is_some()).find_map(asset_of) {
        return Next::FailedCut(asset);
    }
    if let Some(asset) = cuts.iter().filter(|cut| waits_for_hand(cut)).find_map(asset_of) {
        return Next::HandCut(asset);
    }
    let Some(incident) = facts.incident() else {
        return alarm.map_or_else(|| without_incident(facts), Next::Alarm);
    };
    let live: Vec<&Notice> =
        facts.notices.iter().filter(|notice| notice.ended_at.is_none()).collect();
    if !live.iter().any(|notice| notice.current().is_some()) {
        return live.first().map_or(Next::Draft, |notice| Next::Publish(notice));
    }
    if let Some(lesser) = alarm {
        return Next::Alarm(lesser);
    }
    if let Some((first, count)) = unknown_state(facts) {
        return Next::UnknownState(first, count);
    }
    if let Some((first, count)) = unknown_data(facts) {
        return Next::UnknownData(first, count);
    }
    incident.phase.next().map_or(Next::Nothing, |phase| Next::Phase(incident, phase))
}

fn without_incident(facts: &TownFacts) -> Next<'_> {
    if let Some((first, count)) = unknown_state(facts) {
        return Next::UnknownState(first, count);
    }
    let views = facts.views();
    let odd =
        views.iter().find(|view| view.computed != ServiceStatus::Open && view.overridden.is_none());
    odd.map_or(Next::Nothing, |view| Next::Disturbed(&view.service.id))
}

/// From this gravity on, people to tell come first.
const LESSER: u8 = 3;

/// How soon a suspicion must be decided: lower is sooner.
const fn gravity(kind: AlarmKind) -> u8 {
    match kind {
        AlarmKind::FilesVanishing | AlarmKind::FilesRewritten | AlarmKind::DecoyTouched => 0,
        AlarmKind::OrderRefused
        | AlarmKind::GuardSilent
        | AlarmKind::PlatformSilent
        | AlarmKind::VaultTampered => 1,
        AlarmKind::VitalSigns
        | AlarmKind::GuardBlind
        | AlarmKind::VaultFull
        | AlarmKind::VaultBad
        | AlarmKind::VaultDamaged => 2,
        AlarmKind::FailedLogins
        | AlarmKind::NewDevice
        | AlarmKind::VaultSilent
        | AlarmKind::VaultFilling
        | AlarmKind::VaultThinning
        | AlarmKind::VaultSuspect
        | AlarmKind::VaultUnusual
        | AlarmKind::AgendaStale
        | AlarmKind::PrintPostDown
        | AlarmKind::PackStale => LESSER,
    }
}

/// What destroys comes before what merely deserves a look; among equals, the oldest.
fn gravest_alarm(facts: &TownFacts) -> Option<&Alarm> {
    let open = facts.open_alarms.iter().filter(|alarm| alarm.state == AlarmState::Open);
    open.min_by_key(|alarm| (gravity(alarm.kind), alarm.first_at))
}

/// Whether a person must go and pull a plug.
pub fn waits_for_hand(cut: &Cut) -> bool {
    matches!(cut.means, beffroi_town::CutMeans::Hand { .. })
        && cut.confirmed_at.is_none()
        && cut.failed.is_none()
        && cut.lifted_at.is_none()
}

fn first_and_count<'a>(mut all: impl Iterator<Item = &'a Asset>) -> Option<(&'a Asset, usize)> {
    all.next().map(|first| (first, 1 + all.count()))
}

/// Assets of which nobody knows whether they work.
fn unknown_state(facts: &TownFacts) -> Option<(&Asset, usize)> {
    first_and_count(facts.assets.iter().filter(|asset| asset.state == AssetState::Unknown))
}

/// Assets that do not work and of whose personal data nobody knows whether it was taken.
pub fn data_unknown(asset: &Asset) -> bool {
    asset.exposure.level == DataExposure::Unknown
        && asset.exposure.whose != Whose::Nobody
        && matches!(asset.state, AssetState::Down | AssetState::Cut | AssetState::Degraded)
}

fn unknown_data(facts: &TownFacts) -> Option<(&Asset, usize)> {
    first_and_count(facts.assets.iter().filter(|asset| data_unknown(asset)))
}

#[cfg(test)]
mod tests;
