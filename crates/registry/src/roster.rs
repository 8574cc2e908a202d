//! The staff roster: everybody who works for the town, with or without an account.

use std::collections::BTreeMap;

use beffroi_store::{Store, TenantScope, Tx, roster as kept};
use beffroi_town::{Actor, Instant, RosterEntry, RosterId, roster};

use crate::{
    RegistryError,
    csv_in::{
        Reason, RowError, RowErrors,
        roster::{RosterRow, name_key, read},
    },
    tenants,
};

/// What becomes of people who are on the list and not in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They stay.
    Stay,
    /// They are taken off.
    Leave,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// People who are new.
    pub added: usize,
    /// People of whom something changed.
    pub changed: usize,
    /// People who were taken off.
    pub removed: usize,
}

/// Fills the roster from a table. Somebody of the same name is the same person; of several, the
/// one of the same function and service.
///
/// # Errors
/// [`RegistryError::Rows`] with the number and the reason of each bad row: then nothing changed.
pub async fn import(
    store: &Store,
    (actor, at): (&Actor, Instant),
    scope: &TenantScope,
    bytes: &[u8],
    others: Others,
) -> Result<Imported, RegistryError> {
    tenants::get(store, scope.tenant()).await?;
    let rows = read(bytes)?;
    let mut tx = store.begin(std::slice::from_ref(scope.tenant()), actor, at).await?;
    let before = kept::list(tx.conn(), scope).await?;
    let plan = Plan::of(&tx, &before, rows, others)?;
    if plan.save.is_empty() && plan.remove.is_empty() {
        return Ok(Imported::default());
    }
    // Saved before anybody leaves: whoever is called by one who leaves is called by nobody.
    if !plan.save.is_empty() {
        kept::save(&mut tx, scope.tenant(), &plan.save).await?;
    }
    if !plan.remove.is_empty() {
        kept::remove(&mut tx, scope.tenant(), &plan.remove).await?;
    }
    tx.commit().await?;
    let changed = plan.save.len() - plan.added;
    Ok(Imported { added: plan.added, changed, removed: plan.remove.len() })
}

/// What is to be written.
struct Plan {
    save: Vec<RosterEntry>,
    remove: Vec<RosterId>,
    added: usize,
}

impl Plan {
    fn of(
        tx: &Tx,
        before: &[RosterEntry],
        rows: Vec<RosterRow>,
        others: Others,
    ) -> Result<Self, RegistryError> {
        let last = before.iter().map(|one| one.rank).max().unwrap_or(0);
        let mut taken: Vec<RosterId> = Vec::new();
        let mut merged: Vec<(usize, Option<String>, RosterEntry)> = Vec::new();
        for (place, row) in (1..).zip(rows) {
            let known = known(before, &taken, &row);
            let id = known
                .map_or_else(|| RosterId::new(tx.at(), tx.store().entropy()), |one| one.id.clone());
            taken.push(id.clone());
            let rank = known.map_or(last + place, |one| one.rank);
            let entry = RosterEntry {
                id,
                rank: row.rank.unwrap_or(rank),
                name: row.name,
                function: row.function,
                service: row.service,
                phones: row.phones,
                caller: None,
            };
            merged.push((row.row, row.caller, entry));
        }
        let stay = before.iter().filter(|one| !taken.contains(&one.id));
        let stay: Vec<&RosterEntry> = stay.collect();
        let remove = match others {
            Others::Stay => Vec::new(),
            Others::Leave => stay.iter().map(|one| one.id.clone()).collect(),
        };
        let left: &[&RosterEntry] = if others == Others::Stay { &stay } else { &[] };
        let entries = with_callers(merged, left)?;
        let is_new = |one: &RosterEntry| !before.iter().any(|old| old.id == one.id);
        let added = entries.iter().filter(|one| is_new(one)).count();
        let save = entries.into_iter().filter(|one| !before.contains(one)).collect();
        Ok(Self { save, remove, added })
    }
}

/// The person on the list that a row is about.
fn known<'a>(
    before: &'a [RosterEntry],
    taken: &[RosterId],
    row: &RosterRow,
) -> Option<&'a RosterEntry> {
    let key = name_key(&row.name);
    let free = |one: &&RosterEntry| name_key(&one.name) == key && !taken.contains(&one.id);
    let same = |one: &&RosterEntry| one.function == row.function && one.service == row.service;
    let all: Vec<&RosterEntry> = before.iter().filter(free).collect();
    all.iter().copied().find(|one| same(one)).or_else(|| all.first().copied())
}

/// Finds each caller by name, in the file first, and refuses circles.
fn with_callers(
    merged: Vec<(usize, Option<String>, RosterEntry)>,
    others: &[&RosterEntry],
) -> Result<Vec<RosterEntry>, RowErrors> {
    let mut by_name: BTreeMap<String, Vec<RosterId>> = BTreeMap::new();
    let everybody = merged.iter().map(|(_, _, one)| one).chain(others.iter().copied());
    for one in everybody {
        by_name.entry(name_key(&one.name)).or_default().push(one.id.clone());
    }
    let mut errors = Vec::new();
    let mut entries = Vec::new();
    let wrong = |row, reason| RowError { row, column: Some("appelé par".to_owned()), reason };
    for (row, caller, mut entry) in merged {
        let text = caller.unwrap_or_default();
        let short = crate::csv_in::short(&text);
        match by_name.get(&name_key(&text)).map(Vec::as_slice) {
            _ if text.is_empty() => {}
            Some([one]) => entry.caller = Some(one.clone()),
            Some(_) => errors.push(wrong(row, Reason::AmbiguousPerson { text: short })),
            None => errors.push(wrong(row, Reason::UnknownPerson { text: short })),
        }
        entries.push(entry);
    }
    let all: Vec<RosterEntry> = entries.iter().chain(others.iter().copied()).cloned().collect();
    if let (true, Err(roster::CallCircle(names))) = (errors.is_empty(), roster::check_callers(&all))
    {
        errors.push(RowError { row: 0, column: None, reason: Reason::CallCircle { names } });
    }
    RowErrors::unless_any(entries, errors)
}

/// Everybody on the list, by rank.
///
/// # Errors
/// The store's.
pub async fn list(store: &Store, scope: &TenantScope) -> Result<Vec<RosterEntry>, RegistryError> {
    Ok(kept::list(&mut store.read().await?, scope).await?)
}

/// Writes one person; whoever is new comes last.
///
/// # Errors
/// The store's, also for calls that would go round in a circle.
pub async fn save(
    store: &Store,
    (actor, at): (&Actor, Instant),
    scope: &TenantScope,
    entry: &RosterEntry,
) -> Result<(), RegistryError> {
    let mut tx = store.begin(std::slice::from_ref(scope.tenant()), actor, at).await?;
    kept::save(&mut tx, scope.tenant(), std::slice::from_ref(entry)).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes one person off.
///
/// # Errors
/// The store's, also when this person is not there.
pub async fn remove(
    store: &Store,
    (actor, at): (&Actor, Instant),
    scope: &TenantScope,
    id: &RosterId,
) -> Result<(), RegistryError> {
    let mut tx = store.begin(std::slice::from_ref(scope.tenant()), actor, at).await?;
    kept::remove(&mut tx, scope.tenant(), std::slice::from_ref(id)).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests;
