//! Whether servers' backups come to the vault, stay whole, and have room.

use beffroi_town::{
    finding::{Finding, Severity},
    vault::verdict::Verdict,
};

use super::{Facts, VaultServer, facts::TrashWaits, several};

/// From so much of a quota on it is nearly full, in hundredths.
const FILLING: u64 = 80;
/// From so much on it will not last.
const FULL: u64 = 95;

pub(super) fn vault(facts: &Facts) -> Vec<Finding> {
    let Some(vault) = &facts.vault else {
        return vec![Finding::new(Severity::Risky, "vault-none")];
    };
    let mut found = Vec::new();
    if vault.same_disk == Some(true) {
        found.push(Finding::new(Severity::Risky, "vault-same-disk"));
    }
    match &vault.servers {
        None => found.push(Finding::new(Severity::CannotTell, "vault-unknown")),
        Some(all) if all.is_empty() => found.push(Finding::new(Severity::Risky, "vault-empty")),
        Some(all) => found.extend(servers(all)),
    }
    found
}

fn servers(all: &[VaultServer]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut tell =
        |code: &str, is: &dyn Fn(&VaultServer) -> bool, is_grave: &dyn Fn(&VaultServer) -> bool| {
            let some: Vec<&VaultServer> = all.iter().filter(|one| is(one)).collect();
            if some.is_empty() {
                return;
            }
            let grave = some.iter().any(|one| is_grave(one));
            let severity = if grave { Severity::Broken } else { Severity::Risky };
            let names: Vec<String> = some.iter().map(|one| one.name.clone()).collect();
            found.push(several(severity, code, &names));
        };
    tell("vault-damaged", &|one| one.damaged, &|_| true);
    tell("vault-silent", &|one| one.ever && one.silent, &|_| true);
    tell("vault-never", &|one| !one.ever, &|one| one.silent);
    let doubted = |one: &VaultServer, wanted| one.trust.doubt == Some(wanted);
    tell("vault-bad", &|one| doubted(one, Verdict::Bad), &|_| true);
    tell("vault-suspect", &|one| doubted(one, Verdict::Suspect), &|_| false);
    tell("vault-unjudged", &|one| one.ever && !one.trust.judged, &|_| false);
    tell("vault-unproven", &|one| one.ever && !one.trust.proven, &|_| false);
    let waits = |one: &VaultServer, wanted| one.trash == Some(wanted);
    tell("vault-trash-lost", &|one| waits(one, TrashWaits::Lost), &|_| true);
    tell("vault-trash-failed", &|one| waits(one, TrashWaits::Failed), &|_| true);
    tell("vault-trash-unchecked", &|one| waits(one, TrashWaits::Unchecked), &|_| false);
    tell("vault-filling", &|one| one.part >= FILLING, &|one| one.part >= FULL);
    let well = all.iter().filter(|one| one.ever && !one.silent).count();
    if well == all.len() {
        found.push(Finding::new(Severity::Ok, "vault-ok").count(well as u64));
    }
    found
}
