//! Incidents: declared by a person, with everything that follows in the same commit.

use std::collections::BTreeSet;

use beffroi_store::{alarms, assets, incidents};
use beffroi_town::{
    AlarmId, AlarmState, AssetId, AssetState, Incident, IncidentId, Instant, Phase, TenantId,
    incident::Nature,
};

use crate::{Deed, Error};

/// What a person declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// What it is, as far as the person knows.
    pub nature: Nature,
    /// Since when, as far as is known.
    pub noticed_at: Instant,
    /// Other tenants that it concerns: those that share an asset with this one.
    pub others: Vec<TenantId>,
    /// The alarm it is declared from.
    pub alarm: Option<AlarmId>,
    /// Assets that do not work, or of which nobody knows.
    pub states: Vec<(AssetId, AssetState)>,
}

/// Tenants that share an asset with this one: those that a shared incident may concern.
///
/// # Errors
/// The store's.
pub async fn neighbours(deed: &Deed<'_>) -> Result<Vec<TenantId>, Error> {
    let seen = assets::list(&mut deed.store.read().await?, deed.scope).await?;
    let mut all: BTreeSet<TenantId> = seen.iter().flat_map(beffroi_town::Asset::tenants).collect();
    all.remove(deed.scope.tenant());
    Ok(all.into_iter().collect())
}

/// Declares an incident: the incident, the states of its assets and the decision on its alarm are
/// one commit, in the journal of every tenant concerned.
///
/// # Errors
/// [`Error::Stranger`]; the store's, also when the alarm is decided already.
pub async fn declare(deed: &Deed<'_>, what: &Declaration) -> Result<IncidentId, Error> {
    let tenant = deed.scope.tenant();
    let neighbours = neighbours(deed).await?;
    if let Some(stranger) =
        what.others.iter().find(|other| *other != tenant && !neighbours.contains(other))
    {
        return Err(Error::Stranger(stranger.clone()));
    }
    let seen = assets::list(&mut deed.store.read().await?, deed.scope).await?;
    let touched = seen.iter().filter(|asset| what.states.iter().any(|(id, _)| *id == asset.id));
    let mut locked: BTreeSet<TenantId> = touched.flat_map(beffroi_town::Asset::tenants).collect();
    locked.insert(tenant.clone());
    locked.extend(what.others.iter().cloned());
    let locked: Vec<TenantId> = locked.into_iter().collect();

    let mut tx = deed.store.begin(&locked, deed.actor, deed.at).await?;
    let mut concerned: BTreeSet<TenantId> = what.others.iter().cloned().collect();
    concerned.insert(tenant.clone());
    let incident = Incident {
        id: IncidentId::parse(&tx.new_id())?,
        owner: tenant.clone(),
        tenants: concerned.into_iter().collect(),
        nature: what.nature,
        phase: Phase::Declared,
        noticed_at: what.noticed_at,
        declared_at: deed.at,
        declared_by: deed.actor.clone(),
        phase_at: deed.at,
    };
    incidents::declare(&mut tx, &incident).await?;
    for (asset, state) in &what.states {
        if assets::get(tx.conn(), deed.scope, asset).await?.is_some_and(|now| now.state != *state) {
            assets::set_state(&mut tx, asset, *state, None).await?;
        }
    }
    if let Some(alarm) = &what.alarm {
        let decision = AlarmState::Declared { incident: incident.id.clone() };
        alarms::decide(&mut tx, tenant, alarm, &decision).await?;
    }
    tx.commit().await?;
    Ok(incident.id)
}

/// Moves an incident on to its next phase.
///
/// # Errors
/// The store's, also when it has moved on meanwhile.
pub async fn advance(deed: &Deed<'_>, id: &IncidentId, to: Phase) -> Result<(), Error> {
    let mut tx = incidents::begin(deed.store, deed.scope, (id, &[]), deed.actor, deed.at).await?;
    incidents::set_phase(&mut tx, id, to).await?;
    tx.commit().await?;
    Ok(())
}
