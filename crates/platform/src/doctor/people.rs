//! Who would act: people, those on call, envelopes, guards, work left for them.

use beffroi_town::{
    finding::{Finding, Severity},
    watch::{Letter, Mode},
};

use super::{
    Facts,
    facts::{GuardFacts, Town},
    several,
};

/// A guard that was not heard for this long is silent.
const SILENT_MS: i64 = 60_000;

pub(super) fn accounts(facts: &Facts) -> Vec<Finding> {
    let Some(towns) = &facts.towns else {
        return vec![Finding::new(Severity::CannotTell, "accounts-unknown")];
    };
    if towns.is_empty() {
        return vec![Finding::new(Severity::Risky, "towns-none")];
    }
    let with = |able: u32| -> Vec<String> {
        let some = towns.iter().filter(|town: &&Town| town.able == able);
        some.map(|town| town.name.clone()).collect()
    };
    let (nobody, alone) = (with(0), with(1));
    let mut found = Vec::new();
    if !nobody.is_empty() {
        found.push(several(Severity::Broken, "accounts-nobody", &nobody));
    }
    if !alone.is_empty() {
        found.push(several(Severity::Risky, "accounts-alone", &alone));
    }
    if found.is_empty() {
        found.push(Finding::new(Severity::Ok, "accounts-ok").count(towns.len() as u64));
    }
    found
}

pub(super) fn on_call(facts: &Facts) -> Vec<Finding> {
    let mut found = vec![match &facts.nobody_on_call {
        None => Finding::new(Severity::CannotTell, "oncall-unknown"),
        Some(nobody) if nobody.is_empty() => Finding::new(Severity::Ok, "oncall-ok"),
        Some(nobody) => several(Severity::Broken, "oncall-nobody", nobody),
    }];
    if !facts.unanswered_tests.is_empty() {
        found.push(several(Severity::Risky, "oncall-test", &facts.unanswered_tests));
    }
    found
}

pub(super) fn envelopes(facts: &Facts) -> Vec<Finding> {
    let Some(envelopes) = &facts.envelopes else {
        return vec![Finding::new(Severity::CannotTell, "envelope-unknown")];
    };
    let mut found = Vec::new();
    if !envelopes.missing.is_empty() {
        found.push(several(Severity::Risky, "envelope-missing", &envelopes.missing));
    }
    if !envelopes.stale.is_empty() {
        found.push(several(Severity::Risky, "envelope-stale", &envelopes.stale));
    }
    if found.is_empty() {
        found.push(Finding::new(Severity::Ok, "envelope-ok"));
    }
    found
}

pub(super) fn outbox(facts: &Facts) -> Vec<Finding> {
    vec![match facts.given_up {
        None => Finding::new(Severity::CannotTell, "outbox-unknown"),
        Some(0) => Finding::new(Severity::Ok, "outbox-ok"),
        Some(many) => Finding::new(Severity::Risky, "outbox-given-up").count(u64::from(many)),
    }]
}

pub(super) fn guards(facts: &Facts) -> Vec<Finding> {
    let Some(guards) = &facts.guards else {
        return vec![Finding::new(Severity::CannotTell, "guards-unknown")];
    };
    let (revoked, active): (Vec<&GuardFacts>, Vec<&GuardFacts>) =
        guards.iter().partition(|guard| guard.revoked);
    let named = |guards: &[&GuardFacts], which: &dyn Fn(&GuardFacts) -> bool| -> Vec<String> {
        guards.iter().filter(|guard| which(guard)).map(|guard| guard.name.clone()).collect()
    };
    let mut found = Vec::new();
    let mut told = |severity, code: &str, who: Vec<String>| {
        if !who.is_empty() {
            found.push(several(severity, code, &who));
        }
    };
    let heard =
        |guard: &GuardFacts| guard.heard_at.is_some_and(|at| facts.now.ms_since(at) <= SILENT_MS);
    told(Severity::Broken, "guards-silent", named(&active, &|guard| !heard(guard)));
    let observes = |guard: &GuardFacts| guard.mode == Some(Mode::Observe);
    told(Severity::Risky, "guards-observe", named(&active, &observes));
    let blind = |guard: &GuardFacts| guard.letter == Letter::C;
    told(Severity::Risky, "guards-level", named(&active, &blind));
    told(Severity::Risky, "guards-gap", named(&revoked, &|guard| guard.leaves_a_gap));
    if active.is_empty() {
        found.push(Finding::new(Severity::Risky, "guards-none"));
    } else if found.is_empty() {
        found.push(Finding::new(Severity::Ok, "guards-ok").count(active.len() as u64));
    }
    found
}
