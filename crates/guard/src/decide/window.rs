//! One scope's sliding window: what happened in it, and what that adds up to.

use std::collections::{BTreeMap, HashSet, VecDeque};

use beffroi_town::Instant;
use beffroi_town::watch::{Reason, Signal, Suspicion};

use super::{Finding, HOLD_EMPTIED, HOLD_GONE, STOP_POINTS, Scope, Verdict, WINDOW_MS};

/// Most events of one window.
pub(super) const WINDOW_EVENTS_MAX: usize = 10_000;

#[derive(Debug)]
pub(super) struct Touched {
    pub(super) at: Instant,
    /// By the host's clock.
    pub(super) seen_at: Instant,
    pub(super) file: u64,
    pub(super) signal: Signal,
    pub(super) extension: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Window {
    touched: VecDeque<Touched>,
    times: BTreeMap<Signal, u32>,
    extensions: BTreeMap<String, u32>,
}

impl Window {
    /// What was counted, weighed; more than nothing means suspicious.
    pub(super) fn points(&self) -> u32 {
        self.reasons(false).iter().map(|reason| reason.points).sum()
    }

    /// Files that did not just vanish.
    pub(super) fn damaged(&self) -> u32 {
        let no_damage = [Signal::ExistingFileGone, Signal::CanaryGone, Signal::SameNote];
        let damage = self.times.iter().filter(|(signal, _)| !no_damage.contains(signal));
        damage.map(|(_, times)| times).sum()
    }

    pub(super) fn last_at(&self) -> Option<Instant> {
        self.touched.back().map(|touched| touched.at)
    }

    pub(super) fn push(&mut self, one: Touched) {
        while let Some(oldest) = self.touched.front() {
            if one.at.ms_since(oldest.at) <= WINDOW_MS && self.touched.len() < WINDOW_EVENTS_MAX {
                break;
            }
            if let Some(oldest) = self.touched.pop_front() {
                self.discount(oldest);
            }
        }
        *self.times.entry(one.signal).or_default() += 1;
        if let Some(extension) = &one.extension {
            *self.extensions.entry(extension.clone()).or_default() += 1;
        }
        self.touched.push_back(one);
    }

    /// Takes back the newest vanishing of this file, if there is one.
    pub(super) fn take_back(&mut self, file: u64) -> bool {
        let gone = |one: &Touched| one.file == file && one.signal == Signal::ExistingFileGone;
        let found = self.touched.iter().rposition(gone).and_then(|at| self.touched.remove(at));
        found.map(|one| self.discount(one)).is_some()
    }

    /// Takes back every vanishing of these files.
    pub(super) fn take_back_all(&mut self, files: &[u64]) {
        let files: HashSet<u64> = files.iter().copied().collect();
        let all = std::mem::take(&mut self.touched);
        for one in all {
            if one.signal == Signal::ExistingFileGone && files.contains(&one.file) {
                self.discount(one);
            } else {
                self.touched.push_back(one);
            }
        }
    }

    fn discount(&mut self, one: Touched) {
        let Touched { signal, extension, .. } = one;
        if let Some(times) = self.times.get_mut(&signal) {
            *times = times.saturating_sub(1);
        }
        if let Some(extension) = extension {
            let left = self.extensions.get(&extension).map_or(0, |n| n.saturating_sub(1));
            if left == 0 {
                self.extensions.remove(&extension);
            } else {
                self.extensions.insert(extension, left);
            }
        }
    }

    fn reasons(&self, hot: bool) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::new();
        let mut add = |signal, times: u32| {
            if times > 0 {
                reasons.push(Reason { signal, times, points: weight(signal, times) });
            }
        };
        for (signal, times) in &self.times {
            add(*signal, *times);
        }
        add(Signal::SameNewExtension, self.extensions.values().copied().max().unwrap_or(0));
        add(Signal::VitalSigns, u32::from(hot));
        reasons
    }

    pub(super) fn verdict(&self, scope: &Scope, hot: bool) -> Verdict {
        let reasons = self.reasons(hot);
        let points = reasons.iter().map(|reason| reason.points).sum();
        let gone = self.times.get(&Signal::ExistingFileGone).copied().unwrap_or(0);
        let rewritten = self.damaged();
        let canaries_gone = self.times.get(&Signal::CanaryGone).copied().unwrap_or(0);
        let emptied = self.times.get(&Signal::ContentEmptied).copied().unwrap_or(0);
        let (points_needed, times) = match scope {
            Scope::Share => (2 * STOP_POINTS, 3),
            Scope::Session(_) | Scope::User(_) => (STOP_POINTS, 1),
        };
        let finding = || Finding {
            scope: scope.clone(),
            kind: if rewritten * HOLD_GONE > gone * 3 {
                Suspicion::MassRewriting
            } else {
                Suspicion::MassDisappearance
            },
            points,
            reasons: reasons.clone(),
            first_touch_at: self
                .touched
                .front()
                .map_or(Instant::default(), |touched| touched.seen_at),
        };
        if points >= points_needed {
            Verdict::Stop(finding())
        } else if gone >= times * HOLD_GONE
            || emptied >= times * HOLD_EMPTIED
            || canaries_gone >= times
        {
            Verdict::Hold(finding())
        } else {
            Verdict::Allow
        }
    }
}

/// What `times` occurrences of a signal weigh. Research page 'guard', starting point for scores.
fn weight(signal: Signal, times: u32) -> u32 {
    match signal {
        Signal::ExistingFileGone => times.saturating_sub(HOLD_GONE).saturating_mul(5).min(80),
        Signal::ContentTransformed
        | Signal::BlocksTransformed
        | Signal::StructureBroken
        | Signal::ContentWiped => times.saturating_mul(34),
        Signal::ContentEmptied => times.saturating_mul(20),
        Signal::SameNewExtension => {
            if times >= 5 {
                40
            } else {
                0
            }
        }
        Signal::CanaryTouched => times.saturating_mul(100),
        Signal::SameNote => 40,
        Signal::VitalSigns => 20,
        Signal::CanaryGone | Signal::BaitTouched | Signal::Unknown => 0,
    }
}
