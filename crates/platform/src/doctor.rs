//! The doctor: what is wrong with this installation, and how to mend it.
//!
//! Rules:
//! - Reading and judging are apart: [`read()`] gathers [`Facts`], [`examine`] turns them into
//!   findings and asks nobody.
//! - Unknown is never fine: what could not be read is a finding that says so.
//! - A heuristic says what it saw, so that a person can contradict it.

mod facts;
mod keeping;
mod machine;
mod people;
mod place;
mod read;
mod vault;

use beffroi_town::{
    Instant,
    finding::{Finding, Severity},
};
use serde::{Deserialize, Serialize};

pub use facts::{
    Certificate, Copies, Disk, Door, Envelopes, Facts, GuardFacts, Journals, MasterKey, Newest,
    Place, Round, Rounds, Town, Trust, VaultFacts, VaultServer,
};
pub use read::{read, read_closed};

/// What was found, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// When it was looked.
    pub at: Instant,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Whether nothing is broken.
    pub fn is_well(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Broken)
    }
}

/// Judges the facts.
pub fn examine(facts: &Facts) -> Diagnosis {
    let mut findings = Vec::new();
    findings.extend(machine::clock(facts));
    findings.extend(machine::disks(facts));
    findings.extend(machine::database(facts));
    findings.extend(machine::master_key(facts));
    findings.extend(keeping::certificates(facts));
    findings.extend(keeping::door(facts));
    findings.extend(keeping::backup(facts));
    findings.extend(keeping::rehearsal(facts));
    findings.extend(keeping::mirror(facts));
    findings.extend(keeping::beat(facts));
    findings.extend(people::accounts(facts));
    findings.extend(people::on_call(facts));
    findings.extend(people::envelopes(facts));
    findings.extend(people::outbox(facts));
    findings.extend(people::guards(facts));
    findings.extend(place::directory(facts));
    findings.extend(place::hypervisor(facts));
    findings.extend(place::names(facts));
    findings.extend(vault::vault(facts));
    // The sort is stable: within a severity, the order above.
    findings.sort_by_key(|finding| finding.severity);
    Diagnosis { at: facts.now, findings }
}

/// Names for one sentence: the first few, then how many more.
fn names(all: &[String]) -> String {
    const SHOWN: usize = 4;
    let first = all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let more = all.len().saturating_sub(SHOWN);
    if more > 0 { format!("{first}… (+{more})") } else { first }
}

/// A finding about several of something.
fn several(severity: Severity, code: &str, who: &[String]) -> Finding {
    Finding::new(severity, code).count(who.len() as u64).text("who", names(who))
}

#[cfg(test)]
mod tests;
