//! The alarms this guard raised: one per scope while it goes on, each a file until delivered.
//!
//! Rules:
//! - An alarm is on disk before it is sent, and stays until the platform has its newest revision.
//! - While one scope goes on being touched its alarm is corrected, not repeated.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use beffroi_town::watch::{
    AlarmOutcome, AlarmReport, Suspicion, TOUCHED_MAX, Touch, TouchCounts, Touched,
};
use beffroi_town::{AlarmId, Instant};

use crate::decide::Scope;
use crate::error::{Context, Result, shown};
use crate::holdings::lock;
use crate::listed::{self, Extent};
use crate::raised::{Due, New, Raised};
use crate::state::{read_json, write_json};
use crate::touches::Touches;

/// An alarm of a scope that is touched again later than this is a new one.
const QUIET_MS: i64 = 10 * 60_000;
/// Most alarms kept; the oldest delivered go first.
const ALARMS_MAX: usize = 1_000;
/// Most files left by clients that are remembered.
const DROPPED_MAX: usize = 256;

/// All of them.
#[derive(Debug)]
pub(crate) struct Alarms {
    folder: PathBuf,
    raised: BTreeMap<String, Raised>,
    changed: Vec<String>,
    /// Who writes a file holds it, and not the lock of the alarms: the thread that answers the
    /// kernel takes that one.
    pen: Arc<Mutex<()>>,
    /// What clients left in a decoy of late: when, which session, where.
    dropped: VecDeque<(Instant, String, PathBuf)>,
}

impl Alarms {
    /// Opens the folder of alarms.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        crate::reserve::make_private(folder)?;
        let mut raised = BTreeMap::new();
        for entry in std::fs::read_dir(folder).context("list", folder)?.flatten() {
            let path = entry.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match read_json::<Raised>(&path, "an alarm of this guard") {
                Ok(Some(mut alarm)) => {
                    alarm.written_revision = alarm.report.revision;
                    alarm.extent = alarm.extent.found(&listed::path_in(folder, &alarm.report.id));
                    raised.insert(alarm.report.id.to_string(), alarm);
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "an alarm is left out"),
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            raised,
            changed: Vec::new(),
            pen: Arc::default(),
            dropped: VecDeque::new(),
        })
    }

    /// Somebody left a file that had not been there: named in the report once there is one.
    pub(crate) fn dropped(&mut self, session: &str, path: &Path, now: Instant) {
        self.dropped.retain(|(at, _, known)| now.ms_since(*at) <= QUIET_MS && known != path);
        if self.dropped.len() < DROPPED_MAX {
            self.dropped.push_back((now, session.to_owned(), path.to_owned()));
        }
    }

    /// Whether something is not on disk yet.
    pub(crate) fn is_waiting_to_be_written(&self) -> bool {
        let behind = |alarm: &Raised| alarm.written_revision < alarm.report.revision;
        !self.changed.is_empty() || self.raised.values().any(behind)
    }

    /// The alarm that goes on for a scope and kind of event, if any.
    pub(crate) fn going_on(
        &mut self,
        scope: Option<&Scope>,
        kind: Suspicion,
        now: Instant,
    ) -> Option<&mut Raised> {
        let found = self.raised.values_mut().rev().find(|alarm| {
            alarm.scope.as_ref() == scope
                && (scope.is_some() || alarm.report.kind == kind)
                && now.ms_since(alarm.last_at) <= QUIET_MS
        })?;
        self.changed.push(found.report.id.to_string());
        Some(found)
    }

    /// Raises one.
    pub(crate) fn raise(&mut self, new: New<'_>) -> &mut Raised {
        let id = new.id.to_string();
        let report = AlarmReport {
            id: new.id,
            revision: 0,
            kind: new.kind,
            first_touch_at: new.first_touch_at,
            raised_at: new.at,
            stopped_at: None,
            outcome: AlarmOutcome::Observed,
            actor: new.actor,
            counts: TouchCounts::default(),
            reasons: new.reasons,
            touched: Vec::new(),
            touched_total: 0,
            vitals: new.vitals.clone(),
            simulated: new.simulated,
        };
        self.changed.push(id.clone());
        self.raised.entry(id).or_insert(Raised {
            report,
            scope: new.scope,
            paused: Vec::new(),
            frozen: Vec::new(),
            doer: new.doer,
            others: Vec::new(),
            extent: Extent::default(),
            held_until: None,
            last_at: new.at,
            delivered_revision: 0,
            written_revision: 0,
        })
    }

    /// Notes one more process that is paused, held or stopped, for what somebody does; false when no
    /// alarm says so.
    pub(crate) fn also_paused(
        &mut self,
        scopes: &[Scope],
        process: (u32, u64),
        outcome: AlarmOutcome,
    ) -> bool {
        let acted = |alarm: &&mut Raised| {
            let outcome = alarm.report.outcome;
            matches!(outcome, AlarmOutcome::Held | AlarmOutcome::Stopped | AlarmOutcome::DeniedOnly)
                && alarm.scope.as_ref().is_some_and(|scope| scopes.contains(scope))
        };
        let Some(alarm) = self.raised.values_mut().rev().find(acted) else { return false };
        // The one before it had ended by itself when it was to be paused.
        if alarm.report.outcome == AlarmOutcome::DeniedOnly {
            alarm.report.outcome = outcome;
            alarm.held_until = alarm.held_until.filter(|_| outcome == AlarmOutcome::Held);
        }
        if !alarm.paused.contains(&process) {
            alarm.paused.push(process);
            self.changed.push(alarm.report.id.to_string());
        }
        true
    }

    /// The alarm under which these are stopped, while no control group is frozen for it.
    pub(crate) fn to_freeze(&self, scopes: &[Scope]) -> Option<AlarmId> {
        let found = self.raised.values().rev().find(|alarm| {
            alarm.report.outcome == AlarmOutcome::Stopped
                && alarm.frozen.is_empty()
                && alarm.scope.as_ref().is_some_and(|scope| scopes.contains(scope))
        });
        found.map(|alarm| alarm.report.id.clone())
    }

    /// Notes a control group that is frozen for an alarm.
    pub(crate) fn froze(&mut self, id: &AlarmId, group: PathBuf) {
        if let Some(alarm) = self.raised.get_mut(id.as_str()) {
            alarm.frozen.push(group);
            self.changed.push(id.to_string());
        }
    }

    pub(crate) fn get(&self, id: &AlarmId) -> Option<&Raised> {
        self.raised.get(id.as_str())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Raised> {
        self.raised.values()
    }

    /// Marks as released, and answers, those whose waiting time is over.
    pub(crate) fn due_for_release(&mut self, now: Instant) -> Vec<Due> {
        let mut due = Vec::new();
        for alarm in self.raised.values_mut() {
            if alarm.held_until.is_none_or(|until| now < until) {
                continue;
            }
            alarm.held_until = None;
            if matches!(alarm.report.outcome, AlarmOutcome::Held | AlarmOutcome::DeniedOnly) {
                self.changed.push(alarm.report.id.to_string());
                due.push(alarm.end(AlarmOutcome::Released));
            }
        }
        due
    }

    /// Marks one as let go by a person; nothing when nobody waits under it.
    pub(crate) fn let_go(&mut self, id: &AlarmId) -> Option<Due> {
        let alarm = self.raised.get_mut(id.as_str())?;
        if !alarm.report.outcome.keeps_somebody() {
            return None;
        }
        self.changed.push(id.to_string());
        Some(alarm.end(AlarmOutcome::LetGo))
    }

    /// Counts anew from the record of touches; true when something changed.
    pub(crate) fn recount(&mut self, touches: &Touches, now: Instant) -> bool {
        let mut any = !self.changed.is_empty();
        for alarm in self.raised.values_mut() {
            let Some(scope) = alarm.scope.clone() else { continue };
            if now.ms_since(alarm.last_at) > QUIET_MS {
                continue;
            }
            let of =
                |report: &AlarmReport| (report.counts, report.touched_total, report.touched.len());
            let before = of(&alarm.report);
            count(&mut alarm.report, &scope, touches, now);
            list_dropped(&mut alarm.report, &scope, &self.dropped);
            if before != of(&alarm.report) {
                any = true;
                alarm.last_at = now;
                self.changed.push(alarm.report.id.to_string());
            }
        }
        any
    }

    /// Those that changed and are not written yet, with where their lists stand.
    pub(crate) fn to_list(&self) -> Vec<(PathBuf, AlarmId)> {
        let changed: BTreeSet<&String> = self.changed.iter().collect();
        let found = changed.into_iter().filter_map(|id| self.raised.get(id));
        let about_files = found.filter(|alarm| alarm.scope.is_some());
        about_files.map(|alarm| (self.list_of(&alarm.report.id), alarm.report.id.clone())).collect()
    }

    fn list_of(&self, id: &AlarmId) -> PathBuf {
        listed::path_in(&self.folder, id)
    }

    /// So many files stand in its list.
    pub(crate) fn listed(&mut self, id: &AlarmId, files: u64) {
        if let Some(alarm) = self.raised.get_mut(id.as_str()) {
            alarm.extent.files = files;
        }
    }

    /// Whether it may still be touched.
    pub(crate) fn is_going_on(&self, id: &str, now: Instant) -> bool {
        self.raised.get(id).is_some_and(|alarm| now.ms_since(alarm.last_at) <= QUIET_MS)
    }

    /// Alarms that the platform has, but not all of their lists.
    pub(crate) fn unsent(&self) -> Vec<(PathBuf, AlarmId, Extent)> {
        let found = self.raised.values().filter(|alarm| {
            alarm.delivered_revision > 0 && alarm.extent.files > alarm.extent.sent_files
        });
        let known = |alarm: &Raised| {
            (self.list_of(&alarm.report.id), alarm.report.id.clone(), alarm.extent)
        };
        found.map(known).collect()
    }

    /// The platform has so much of a list on its disk.
    pub(crate) fn sent(alarms: &Mutex<Self>, id: &AlarmId, extent: Extent) -> Result<()> {
        if let Some(alarm) = lock(alarms).raised.get_mut(id.as_str()) {
            (alarm.extent.sent_files, alarm.extent.sent_bytes) =
                (extent.sent_files, extent.sent_bytes);
        }
        Self::write(alarms, id.as_str())
    }

    /// Writes what changed, each as a new revision. Answers whether there was any.
    pub(crate) fn persist(alarms: &Mutex<Self>) -> Result<bool> {
        let mut changed = std::mem::take(&mut lock(alarms).changed);
        changed.sort();
        changed.dedup();
        for id in &changed {
            if let Some(alarm) = lock(alarms).raised.get_mut(id) {
                alarm.report.revision += 1;
            }
            Self::write(alarms, id)?;
        }
        lock(alarms).drop_oldest();
        Ok(!changed.is_empty())
    }

    /// Writes one as it is now, whoever asked.
    fn write(alarms: &Mutex<Self>, id: &str) -> Result<()> {
        let pen = Arc::clone(&lock(alarms).pen);
        let _mine = lock(&pen);
        let (path, alarm) = {
            let all = lock(alarms);
            let Some(alarm) = all.raised.get(id) else { return Ok(()) };
            (all.folder.join(format!("{id}.json")), alarm.clone())
        };
        write_json(&path, &alarm)?;
        if let Some(known) = lock(alarms).raised.get_mut(id) {
            known.written_revision = known.written_revision.max(alarm.report.revision);
        }
        Ok(())
    }

    /// Reports the platform does not have yet, oldest first.
    pub(crate) fn undelivered(&self) -> Vec<AlarmReport> {
        let waiting = self.raised.values().filter(|alarm| {
            alarm.delivered_revision < alarm.report.revision
                && alarm.written_revision == alarm.report.revision
                && !self.changed.contains(&alarm.report.id.to_string())
        });
        waiting.map(|alarm| alarm.report.clone()).collect()
    }

    /// The platform has this revision on its disk.
    pub(crate) fn delivered(alarms: &Mutex<Self>, id: &AlarmId, revision: u32) -> Result<()> {
        if let Some(alarm) = lock(alarms).raised.get_mut(id.as_str()) {
            alarm.delivered_revision = alarm.delivered_revision.max(revision);
        }
        Self::write(alarms, id.as_str())
    }

    fn drop_oldest(&mut self) {
        while self.raised.len() > ALARMS_MAX {
            let delivered = self
                .raised
                .iter()
                .find(|(_, alarm)| alarm.delivered_revision >= alarm.report.revision);
            let Some(id) = delivered.or(self.raised.iter().next()).map(|(id, _)| id.clone()) else {
                return;
            };
            self.raised.remove(&id);
            for end in ["json", "jsonl"] {
                if let Err(error) = std::fs::remove_file(self.folder.join(format!("{id}.{end}"))) {
                    tracing::debug!(%error, "an old alarm's file is already gone");
                }
            }
        }
    }
}

/// Milliseconds after a stop in which events of before may still be read.
const SETTLE_MS: i64 = 150;

/// How long before its score a touch may have happened.
const SCORED_LATER_MS: i64 = 5_000;

/// A rewriting is scored after it happened: the first touch is older than the first score.
fn first_touch(scored_at: Instant, scope: &Scope, touches: &Touches) -> Instant {
    let earlier = touches.iter().rev().filter(|record| record.counted && record.is_of(scope));
    let close = |first: &Instant, at: Instant| first.ms_since(at) <= SCORED_LATER_MS;
    let mut first = scored_at;
    for record in earlier {
        if !close(&first, record.at) {
            break;
        }
        first = first.min(record.at);
    }
    first
}

fn count(report: &mut AlarmReport, scope: &Scope, touches: &Touches, now: Instant) {
    let mut counts =
        TouchCounts { vanished_at_stop: report.counts.vanished_at_stop, ..TouchCounts::default() };
    report.first_touch_at = first_touch(report.first_touch_at, scope, touches);
    let mut listed = Vec::new();
    let mut total = 0_u64;
    for record in
        touches.iter().filter(|r| r.counted && r.at >= report.first_touch_at && r.is_of(scope))
    {
        match record.how {
            Touch::Deleted | Touch::RenamedAway => counts.vanished += 1,
            Touch::Rewritten => counts.rewritten += 1,
            Touch::Dropped | Touch::Unknown => {}
        }
        counts.recoverable += u64::from(record.recoverable());
        total += 1;
        if listed.len() < TOUCHED_MAX {
            listed.push(Touched {
                path: shown(&record.path.0),
                how: record.how,
                at: record.at,
                recoverable: record.recoverable(),
            });
        }
    }
    // What was restored leaves the record of touches, never the report.
    if total < report.touched_total {
        return;
    }
    let settled = report.stopped_at.is_some_and(|at| now.ms_since(at) >= SETTLE_MS);
    if settled && counts.vanished_at_stop.is_none() {
        counts.vanished_at_stop = Some(counts.vanished);
    }
    (report.counts, report.touched, report.touched_total) = (counts, listed, total);
}

/// Adds what the same client left there, which counts for nothing by itself.
fn list_dropped(
    report: &mut AlarmReport,
    scope: &Scope,
    dropped: &VecDeque<(Instant, String, PathBuf)>,
) {
    for (at, session, path) in dropped {
        let path = shown(path);
        let known = report.touched.iter().any(|one| one.path == path);
        let theirs = *scope == Scope::Session(session.clone());
        if theirs && !known && report.touched.len() < TOUCHED_MAX {
            let how = Touch::Dropped;
            report.touched.push(Touched { path, how, at: *at, recoverable: false });
        }
    }
}
