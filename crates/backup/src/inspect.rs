//! The inspector's round: each backup that nobody judged yet is judged, oldest first, and what is
//! found is said to the vault.
//!
//! Rules:
//! - What counts as earlier is the vault's own order of receipt; a client's times are not looked at.
//! - A backup is compared with the last clean one of the same folders. That it names other folders
//!   than any clean one is itself suspect: whoever moved them would escape comparison.
//! - What was said before stays said: a round that is cut off goes on where it was.

use std::{collections::HashMap, rc::Rc};

use beffroi_town::{
    Instant,
    edge::Entropy,
    vault::verdict::{Judgement, Reason, ReasonCode, Received, Verdict},
    watch::shown_path,
};
use serde::Serialize;

use crate::{
    access::Access,
    error::BackupError,
    id::Id,
    inspector::{Heard, Inspector},
    judge::{About, Judged, Listing, judge},
    plan::rooted,
    repository::{Index, Repository},
    snapshots::Snapshot,
};

/// Over how many clean backups what turned adds up.
const LATELY: usize = 30;

/// What was found in one backup.
#[derive(Clone, Debug, Serialize)]
pub struct Inspected {
    /// The snapshot.
    pub snapshot: String,
    /// When the vault received it.
    pub received_at: Instant,
    /// What is said.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Some of the files that it follows from; they are shown here and told to nobody.
    pub examples: Vec<String>,
    /// Whether it counts: something graver may stand, or what a person said.
    pub counts: bool,
}

/// Judges every backup that nobody judged, and says what it found. `tell` hears of each.
///
/// # Errors
/// [`BackupError`] when the repository cannot be read, or the vault does not listen. What was said
/// until then stands.
pub fn inspect(
    access: &Access,
    entropy: &dyn Entropy,
    tell: &mut dyn FnMut(&Inspected),
) -> Result<(), BackupError> {
    let inspector = Inspector::new(access)?;
    let received = inspector.received()?;
    if received.iter().all(|one| one.verdict.is_some()) {
        return Ok(());
    }
    let repository = Repository::open(access)?;
    let (snapshots, _) = repository.snapshots()?;
    let mut round = Round {
        index: repository.index()?,
        snapshots: snapshots.into_iter().map(|one| (one.id.to_string(), one)).collect(),
        clean: Vec::new(),
        kept: None,
    };
    for mut one in received {
        if one.verdict.is_none() {
            let mut bytes = [0; 8];
            entropy.fill(&mut bytes);
            let judged = round.judge(&one.snapshot, u64::from_le_bytes(bytes))?;
            let said = Judgement {
                snapshot: one.snapshot.clone(),
                verdict: judged.verdict,
                reasons: judged.reasons.clone(),
            };
            let heard = inspector.say(&said)?;
            tell(&inspected(&one, judged, heard));
            (one.verdict, one.reasons) = (Some(said.verdict), said.reasons);
        }
        round.take_note(&one);
    }
    Ok(())
}

fn inspected(one: &Received, judged: Judged, heard: Heard) -> Inspected {
    Inspected {
        snapshot: one.snapshot.clone(),
        received_at: one.received_at,
        verdict: judged.verdict,
        reasons: judged.reasons,
        examples: judged.examples.iter().map(|path| shown_path(&rooted(path))).collect(),
        counts: heard == Heard::Counts,
    }
}

/// What an inspector knows on its way from the oldest backup to the newest.
struct Round {
    index: Index,
    snapshots: HashMap<String, Snapshot>,
    /// Clean so far, oldest first, with what turned in each.
    clean: Vec<(String, u64)>,
    /// The files of the backup that was read last.
    kept: Option<(Id, Rc<Listing>)>,
}

impl Round {
    fn take_note(&mut self, one: &Received) {
        if one.verdict == Some(Verdict::Clean) && self.snapshots.contains_key(&one.snapshot) {
            let turned = one.reasons.iter().filter(|one| one.code == ReasonCode::Turned);
            self.clean.push((one.snapshot.clone(), turned.map(|one| one.count).sum()));
        }
    }

    fn judge(&mut self, name: &str, chance: u64) -> Result<Judged, BackupError> {
        let Some(snapshot) = self.snapshots.get(name).cloned() else {
            // It came, and cannot be read: the vault's own scrub says more.
            let missing = Reason { code: ReasonCode::Missing, count: 1 };
            return Ok(Judged {
                verdict: Verdict::Suspect,
                reasons: vec![missing],
                examples: Vec::new(),
            });
        };
        let earlier = self.reference(&snapshot).cloned();
        let before = earlier.map(|earlier| self.listing(&earlier)).transpose()?;
        let after = self.listing(&snapshot)?;
        let lately = self.clean.iter().rev().take(LATELY);
        let about = About {
            is_stranger: before.is_none() && !self.clean.is_empty(),
            turned_lately: lately.map(|(_, turned)| *turned).sum(),
            chance,
        };
        judge((before.as_deref(), &after), &self.index, about)
    }

    /// The last clean backup of the same folders; else of one of them.
    fn reference(&self, snapshot: &Snapshot) -> Option<&Snapshot> {
        let clean = || self.clean.iter().rev().filter_map(|(name, _)| self.snapshots.get(name));
        let shares = |one: &&Snapshot| one.paths.iter().any(|path| snapshot.paths.contains(path));
        clean().find(|one| one.paths == snapshot.paths).or_else(|| clean().find(shares))
    }

    fn listing(&mut self, snapshot: &Snapshot) -> Result<Rc<Listing>, BackupError> {
        if let Some((id, listing)) = &self.kept
            && *id == snapshot.id
        {
            return Ok(Rc::clone(listing));
        }
        let listing = Rc::new(Listing::of(&self.index, snapshot)?);
        self.kept = Some((snapshot.id, Rc::clone(&listing)));
        Ok(listing)
    }
}
