//! What each public service can be counted on for, worked out from what it depends on.
//!
//! Rules: a worse asset never improves a service; the order of things never matters; unknown is
//! the worst case; a person's override always wins and always shows; while an incident goes on, a
//! service that nobody mapped to anything is unknown, not open.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Asset, AssetId, AssetKind, AssetState, DataExposure, Fallback, FallbackKind, Instant, Need,
    Override, PublicService, ServiceStatus, Strength, Whose, asset::coded,
};

/// How far a thing can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Full,
    Reduced,
    /// Perhaps not at all: counts like `Gone`, but nobody knows.
    Doubtful,
    Gone,
}

impl Reach {
    const fn of(state: AssetState) -> Self {
        match state {
            AssetState::Up => Self::Full,
            AssetState::Degraded => Self::Reduced,
            AssetState::Unknown => Self::Doubtful,
            AssetState::Cut | AssetState::Down => Self::Gone,
        }
    }

    /// What the loss of something needed comes to for the one that needs it.
    const fn through(self, strength: Strength) -> Self {
        match (strength, self) {
            (Strength::Helpful, Self::Reduced | Self::Doubtful | Self::Gone) => Self::Reduced,
            (Strength::Helpful | Strength::Essential, reach) => reach,
        }
    }
}

coded! {
    /// Whether something can be counted on, for whoever needs it now.
    Works {
        /// It does.
        Yes = "yes",
        /// Nobody knows.
        Doubtful = "doubtful",
        /// It does not.
        No = "no",
    }
}

/// Whether a kind of thing works, counting all it depends on: one asset that works is enough. With
/// it, when the newest of what made it so came about. None: nothing of that kind is on record.
pub fn works(assets: &[Asset], kind: AssetKind) -> Option<(Works, Instant)> {
    let mut reckoner = Reckoner::new(assets);
    let ways = assets.iter().filter(|asset| asset.kind == kind);
    let found = ways.map(|asset| {
        let (reach, causes) = reckoner.reach(&asset.id);
        let works = match reach {
            Reach::Full | Reach::Reduced => Works::Yes,
            Reach::Doubtful => Works::Doubtful,
            Reach::Gone => Works::No,
        };
        let causes = assets.iter().filter(|one| causes.contains(&one.id));
        (works, causes.map(|one| one.state_at).max().unwrap_or(asset.state_at))
    });
    found.min()
}

/// A circle of dependencies: nothing in it could ever be said to work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these depend on each other in a circle: {}; take one of the links out", .0.join(" → "))]
pub struct Cycle(pub Vec<String>);

/// Refuses dependencies that go round in a circle, and names the circle.
///
/// # Errors
/// [`Cycle`] with the names of the assets along the circle, the first one repeated at the end.
pub fn check_acyclic(assets: &[Asset]) -> Result<(), Cycle> {
    let by_id: BTreeMap<&AssetId, &Asset> = assets.iter().map(|asset| (&asset.id, asset)).collect();
    let mut done = BTreeSet::new();
    for id in by_id.keys() {
        let mut trail = Vec::new();
        walk(id, &by_id, &mut trail, &mut done)?;
    }
    Ok(())
}

fn walk<'a>(
    id: &'a AssetId,
    by_id: &BTreeMap<&'a AssetId, &'a Asset>,
    trail: &mut Vec<&'a AssetId>,
    done: &mut BTreeSet<&'a AssetId>,
) -> Result<(), Cycle> {
    if let Some(start) = trail.iter().position(|one| *one == id) {
        let round = trail.iter().skip(start).copied().chain([id]);
        let name = |one: &AssetId| {
            by_id.get(one).map_or_else(|| one.to_string(), |asset| asset.name.clone())
        };
        return Err(Cycle(round.map(name).collect()));
    }
    if done.contains(id) {
        return Ok(());
    }
    trail.push(id);
    if let Some(asset) = by_id.get(id) {
        let links = asset.needs.iter().flat_map(|need| [Some(&need.asset), need.via.as_ref()]);
        for next in links.flatten() {
            walk(next, by_id, trail, done)?;
        }
    }
    trail.pop();
    done.insert(id);
    Ok(())
}

/// What a service can be counted on for, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceView<'a> {
    /// The service itself.
    pub service: &'a PublicService,
    /// What residents are told.
    pub status: ServiceStatus,
    /// What follows from the assets alone.
    pub computed: ServiceStatus,
    /// A person's word, when it decided.
    pub overridden: Option<&'a Override>,
    /// The way it goes on otherwise, when it does.
    pub fallback: Option<&'a Fallback>,
    /// The assets whose own state is the cause, sorted.
    pub causes: Vec<AssetId>,
    /// What is known of the data this service works with, reachable or not.
    pub exposure: DataExposure,
    /// Whose data that is.
    pub whose: Whose,
}

/// Works out every service. `incident_open`: whether an incident is going on in this town.
pub fn views<'a>(
    services: &'a [PublicService],
    assets: &[Asset],
    incident_open: bool,
) -> Vec<ServiceView<'a>> {
    let mut reckoner = Reckoner::new(assets);
    let mut views: Vec<_> =
        services.iter().map(|service| reckoner.view(service, incident_open)).collect();
    views.sort_by(|a, b| (a.service.rank, &a.service.id).cmp(&(b.service.rank, &b.service.id)));
    views
}

/// One pass over the assets; remembers what it worked out.
struct Reckoner<'a> {
    by_id: BTreeMap<&'a AssetId, &'a Asset>,
    known: BTreeMap<AssetId, (Reach, BTreeSet<AssetId>)>,
}

impl<'a> Reckoner<'a> {
    fn new(assets: &'a [Asset]) -> Self {
        Self {
            by_id: assets.iter().map(|asset| (&asset.id, asset)).collect(),
            known: BTreeMap::new(),
        }
    }

    /// How far an asset can be used, counting what it depends on; and whose own states are why.
    fn reach(&mut self, id: &AssetId) -> (Reach, BTreeSet<AssetId>) {
        if let Some(known) = self.known.get(id) {
            return known.clone();
        }
        // Refused on the way in; if a circle gets here all the same, nobody knows: worst case.
        self.known.insert(id.clone(), (Reach::Doubtful, BTreeSet::from([id.clone()])));
        let result = match self.by_id.get(id).copied() {
            // Depends on something that is not on record: nobody knows whether it works.
            None => (Reach::Doubtful, BTreeSet::from([id.clone()])),
            Some(asset) => {
                let own = Reach::of(asset.state);
                let causes =
                    if own == Reach::Full { BTreeSet::new() } else { BTreeSet::from([id.clone()]) };
                self.worst((own, causes), &asset.needs)
            }
        };
        self.known.insert(id.clone(), result.clone());
        result
    }

    fn worst(
        &mut self,
        start: (Reach, BTreeSet<AssetId>),
        needs: &[Need],
    ) -> (Reach, BTreeSet<AssetId>) {
        let (mut worst, mut causes) = start;
        for need in needs {
            for id in [Some(&need.asset), need.via.as_ref()].into_iter().flatten() {
                let (reach, because) = self.reach(id);
                if reach != Reach::Full {
                    causes.extend(because);
                }
                worst = worst.max(reach.through(need.strength));
            }
        }
        (worst, causes)
    }

    fn view<'s>(&mut self, service: &'s PublicService, incident_open: bool) -> ServiceView<'s> {
        let unmapped = service.needs.is_empty() && incident_open;
        let start = if unmapped { Reach::Doubtful } else { Reach::Full };
        let (reach, causes) = self.worst((start, BTreeSet::new()), &service.needs);
        let computed = match (reach, service.fallback.kind) {
            (Reach::Full, _) => ServiceStatus::Open,
            (Reach::Gone, FallbackKind::None) => ServiceStatus::Closed,
            (Reach::Doubtful, FallbackKind::None) => ServiceStatus::Unknown,
            (Reach::Doubtful, _) if unmapped => ServiceStatus::Unknown,
            (Reach::Doubtful | Reach::Gone, FallbackKind::Paper) => ServiceStatus::PaperOnly,
            (Reach::Reduced | Reach::Doubtful | Reach::Gone, _) => ServiceStatus::Degraded,
        };
        let (exposure, whose) = self.exposure(service);
        let status = service.overridden.as_ref().map_or(computed, |word| word.status);
        let falls_back = reach >= Reach::Doubtful
            && service.fallback.kind != FallbackKind::None
            && matches!(status, ServiceStatus::Degraded | ServiceStatus::PaperOnly);
        ServiceView {
            service,
            status,
            computed,
            overridden: service.overridden.as_ref(),
            fallback: falls_back.then_some(&service.fallback),
            causes: causes.into_iter().collect(),
            exposure,
            whose,
        }
    }

    /// Data does not care about the path it is reached by: `via` counts for nothing here.
    fn exposure(&self, service: &PublicService) -> (DataExposure, Whose) {
        let mut seen: BTreeSet<&AssetId> = BTreeSet::new();
        let mut queue: Vec<&AssetId> = service.needs.iter().map(|need| &need.asset).collect();
        while let Some(id) = queue.pop() {
            if let (true, Some(asset)) = (seen.insert(id), self.by_id.get(id)) {
                queue.extend(asset.needs.iter().map(|need| &need.asset));
            }
        }
        let held = seen.iter().filter_map(|id| self.by_id.get(*id)).map(|asset| &asset.exposure);
        let held: Vec<_> = held.filter(|exposure| exposure.whose != Whose::Nobody).collect();
        let level = DataExposure::together(held.iter().map(|exposure| exposure.level));
        let gravest = held.iter().filter(|exposure| exposure.level == level);
        let whose =
            gravest.map(|exposure| exposure.whose).reduce(together).unwrap_or(Whose::Nobody);
        (level, whose)
    }
}

fn together(a: Whose, b: Whose) -> Whose {
    if a == b { a } else { Whose::Both }
}

#[cfg(test)]
mod tests;
