//! Everybody who works for the town, with or without an account: who is called, and by whom.
//!
//! Rules: somebody is called by at most one other; the calls never go round in a circle, so that
//! everybody without a caller heads a tree and everybody else is reached from one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::RosterId;

/// Somebody who works for the town.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterEntry {
    /// Identifier.
    pub id: RosterId,
    /// Place in the list: lower first.
    pub rank: u32,
    /// Name.
    pub name: String,
    /// What this person does.
    pub function: String,
    /// The service this person works in.
    pub service: String,
    /// Telephone numbers, the best first.
    pub phones: Vec<String>,
    /// Who calls this person.
    pub caller: Option<RosterId>,
}

/// People who would call each other in a circle: none of them would ever be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these call each other in a circle: {}; take one of the calls out", .0.join(" → "))]
pub struct CallCircle(pub Vec<String>);

/// Refuses calls that go round in a circle, and names the circle.
///
/// # Errors
/// [`CallCircle`] with the names along it, the first one repeated at the end.
pub fn check_callers(entries: &[RosterEntry]) -> Result<(), CallCircle> {
    let by_id: BTreeMap<&RosterId, &RosterEntry> =
        entries.iter().map(|entry| (&entry.id, entry)).collect();
    let mut fine: BTreeSet<&RosterId> = BTreeSet::new();
    for entry in entries {
        let mut trail: Vec<&RosterEntry> = Vec::new();
        let mut next = Some(entry);
        while let Some(one) = next.filter(|one| !fine.contains(&one.id)) {
            if let Some(start) = trail.iter().position(|other| other.id == one.id) {
                // Walked from the called to the caller: turned round, so that it reads as calls.
                let round = trail.iter().skip(start).chain([&one]).rev();
                return Err(CallCircle(round.map(|one| one.name.clone()).collect()));
            }
            trail.push(one);
            next = one.caller.as_ref().and_then(|id| by_id.get(id).copied());
        }
        fine.extend(trail.iter().map(|one| &one.id));
    }
    Ok(())
}

/// The list in its order: by rank, then by name.
pub fn in_order(entries: &[RosterEntry]) -> Vec<&RosterEntry> {
    let mut all: Vec<&RosterEntry> = entries.iter().collect();
    all.sort_by(|a, b| (a.rank, &a.name, &a.id).cmp(&(b.rank, &b.name, &b.id)));
    all
}

/// Everybody who calls others, each with those they call, callers of callers first.
pub fn calls(entries: &[RosterEntry]) -> Vec<(&RosterEntry, Vec<&RosterEntry>)> {
    let all = in_order(entries);
    let called_by = |id: &RosterId| -> Vec<&RosterEntry> {
        all.iter().copied().filter(|one| one.caller.as_ref() == Some(id)).collect()
    };
    let mut level: Vec<&RosterEntry> =
        all.iter().copied().filter(|one| one.caller.is_none()).collect();
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    while !level.is_empty() {
        let mut below = Vec::new();
        for one in level {
            let called = called_by(&one.id);
            if seen.insert(&one.id) && !called.is_empty() {
                below.extend(called.iter().copied());
                found.push((one, called));
            }
        }
        level = below;
    }
    found
}

/// Everybody by service, services in the order of their first person.
pub fn by_service(entries: &[RosterEntry]) -> Vec<(&str, Vec<&RosterEntry>)> {
    let mut groups: Vec<(&str, Vec<&RosterEntry>)> = Vec::new();
    for one in in_order(entries) {
        match groups.iter_mut().find(|(service, _)| *service == one.service) {
            Some((_, people)) => people.push(one),
            None => groups.push((&one.service, vec![one])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(id: &str, rank: u32, service: &str, caller: Option<&str>) -> RosterEntry {
        RosterEntry {
            id: RosterId::parse(id).unwrap(),
            rank,
            name: id.to_uppercase(),
            function: String::new(),
            service: service.to_owned(),
            phones: Vec::new(),
            caller: caller.map(|id| RosterId::parse(id).unwrap()),
        }
    }

    #[test]
    fn a_circle_is_named_in_the_order_of_the_calls() {
        let mut all = vec![
            somebody("a", 1, "", None),
            somebody("b", 2, "", Some("a")),
            somebody("c", 3, "", Some("b")),
        ];
        assert_eq!(check_callers(&all), Ok(()));
        all[0].caller = Some(all[2].id.clone());
        let CallCircle(names) = check_callers(&all).unwrap_err();
        assert_eq!((names.len(), names.first()), (4, names.last()));
        for pair in names.windows(2) {
            let second = all.iter().find(|one| one.name == pair[1]).unwrap();
            assert_eq!(second.caller.as_ref().unwrap().as_str().to_uppercase(), pair[0]);
        }
        all[1].caller = Some(all[1].id.clone());
        assert!(check_callers(&all).is_err(), "somebody who calls themselves");
    }

    #[test]
    fn calls_go_from_the_top_down_and_services_keep_their_order() {
        let all = vec![
            somebody("clerk", 3, "Accueil", Some("head")),
            somebody("mayor", 1, "Direction", None),
            somebody("head", 2, "Accueil", Some("mayor")),
            somebody("alone", 4, "Voirie", None),
            somebody("lost", 5, "Voirie", Some("gone")),
        ];
        let told: Vec<(&str, Vec<&str>)> = calls(&all)
            .into_iter()
            .map(|(one, called)| (one.id.as_str(), called.iter().map(|c| c.id.as_str()).collect()))
            .collect();
        assert_eq!(told, [("mayor", vec!["head"]), ("head", vec!["clerk"])]);
        let services: Vec<&str> = by_service(&all).into_iter().map(|(name, _)| name).collect();
        assert_eq!(services, ["Direction", "Accueil", "Voirie"]);
    }
}
