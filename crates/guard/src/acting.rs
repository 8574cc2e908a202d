//! Carries out what `decide` says: denies, pauses, cuts a client off, and raises the alarm.
//!
//! Rules:
//! - What stops an attack comes first; telling follows.
//! - Who serves others is never stopped.

use std::sync::Arc;
use std::time::Duration;

use beffroi_town::watch::{AlarmOutcome, Mode, Signal};
use beffroi_town::{AlarmId, Instant};

use crate::actor::Actor;
use crate::client;
use crate::core::{Core, Who};
use crate::decide::{Finding, LET_GO_MS, Scope, What};
use crate::group;
use crate::holdings::lock;
use crate::opens::Job;
use crate::raised::{Due, New, Raised};
use crate::stop;

/// How long the brake counts nothing of a user whom it paused for nothing.
const BRAKE_MISTAKEN: Duration = Duration::from_mins(1);

/// Most paused processes of which the control group is looked for.
const FREEZE_TRIES: usize = 64;

/// How long after the stop it is tried.
const FREEZE_LATE_MS: i64 = 10_000;

/// How long a process that was dealt with is not dealt with again.
const DEALT_WITH_MS: i64 = 250;

impl Core {
    /// Stops first, then tells.
    pub(crate) fn act(&self, finding: &Finding, stop: bool, who: &Who) {
        let now = self.now();
        if self.is_dealt_with(who, stop, now) {
            return;
        }
        let (outcome, paused) = self.lay_hands_on(finding, stop, who, now);
        // What was forked between the walks is caught with its whole group.
        let stopped = who.actor.as_ref().filter(|_| outcome == AlarmOutcome::Stopped);
        let frozen = stopped.and_then(|actor| group::freeze(actor));
        let vitals = lock(&self.vitals).clone();
        let by_vitals = finding.reasons.iter().any(|r| r.signal == Signal::VitalSigns);
        let mut alarms = lock(&self.alarms);
        let known = alarms.going_on(Some(&finding.scope), finding.kind, now).is_some();
        if !known {
            alarms.raise(New {
                id: AlarmId::new(now, self.entropy.as_ref()),
                kind: finding.kind,
                scope: Some(finding.scope.clone()),
                first_touch_at: finding.first_touch_at,
                at: now,
                reasons: finding.reasons.clone(),
                actor: who.actor.as_ref().map(|actor| actor.seen()),
                doer: Some((who.session.clone(), who.user)),
                vitals: &vitals,
                simulated: by_vitals && vitals.simulated,
            });
        }
        // Under the lock, so that whoever is paused from here on finds the alarm.
        let strays = self.strays.take(&finding.scope);
        let outcome = match outcome {
            // It had ended, and whom it forked was caught.
            AlarmOutcome::DeniedOnly if !strays.is_empty() && stop => AlarmOutcome::Stopped,
            AlarmOutcome::DeniedOnly if !strays.is_empty() => AlarmOutcome::Held,
            outcome => outcome,
        };
        let mut to_freeze = None;
        if let Some(alarm) = alarms.going_on(Some(&finding.scope), finding.kind, now) {
            alarm.last_at = now;
            alarm.report.reasons.clone_from(&finding.reasons);
            alarm.report.simulated |= by_vitals && vitals.simulated;
            alarm.done_by((who.session.clone(), who.user));
            alarm.paused(paused.into_iter().chain(strays));
            alarm.frozen.extend(frozen.filter(|group| !alarm.frozen.contains(group)));
            alarm.came_to(outcome, now, self.hold_ms);
            to_freeze = Some(alarm.report.id.clone());
        }
        drop(alarms);
        if stop && !(by_vitals && vitals.simulated) {
            self.cut_host_after(outcome);
        }
        if let Some(alarm) = to_freeze {
            self.freeze(&alarm);
        }
        self.ring();
    }

    /// Lets go on whoever waits under an alarm, by a person's word; false when nobody does.
    pub(crate) fn let_go(&self, alarm: &AlarmId) -> bool {
        let due = lock(&self.alarms).let_go(alarm);
        let found = due.is_some();
        if let Some(due) = due {
            self.goes_on(due);
        }
        found
    }

    /// Undoes what was done to those who go on. What they do next is weighed anew.
    pub(crate) fn goes_on(&self, due: Due) {
        let is_of_all = due.scope == Some(Scope::Share);
        let sessions = due.doers.iter().map(|(session, _)| Scope::Session(session.clone()));
        for scope in due.scope.into_iter().chain(sessions) {
            lock(&self.condemned).remove(&scope);
            stop::resume(&self.strays.take(&scope));
        }
        for (session, user) in due.doers {
            let who = Who { session, user, actor: None };
            // The account of a client may be everybody's.
            let user = user.filter(|user| who.scopes().contains(&Scope::User(*user)));
            if let (Some(brake), Some(user)) = (&self.brake, user) {
                brake.let_pass(user, Duration::from_millis(LET_GO_MS.unsigned_abs()));
            }
            self.decide(&who, What::LetGo);
        }
        if is_of_all {
            self.decide(&Who::unknown(), What::AllLetGo);
        }
        lock(&self.last_calls).clear();
        // Whoever goes on may have to be stopped again at once.
        lock(&self.dealt_with).clear();
        if let Some(Err(error)) = due.client.map(client::let_in) {
            tracing::error!(%error, "a client could not be let in again");
        }
        group::thaw(&due.frozen);
        stop::resume(&due.paused);
        self.ring();
    }

    /// Somebody whom the brake paused: true once it is in an alarm, or goes on because nothing is
    /// held against it for so long that it is `late`.
    pub(crate) fn take_over(&self, process: u32, late: bool) -> bool {
        let Some(actor) = Actor::of_thread(process).map(Arc::new) else { return true };
        let (who, paused) = (Who::is(&actor), (actor.pid, actor.started));
        if self.proofs.is_under_way(&who.session) {
            return false;
        }
        if let Some(outcome) = self.against(&who).paused() {
            let scopes = [who.scopes(), vec![Scope::Share]].concat();
            if lock(&self.alarms).also_paused(&scopes, paused, outcome) {
                return true;
            }
        }
        if late {
            tracing::warn!(process, "paused by the brake, and held for nothing: it goes on");
            if let Some(brake) = &self.brake {
                brake.let_pass(actor.real_uid, BRAKE_MISTAKEN);
            }
            stop::resume(&[paused]);
        }
        late
    }

    /// A condemned one that still asks was born since, or runs on: denied alone, it would go through
    /// all its files in vain before it stands still.
    pub(crate) fn pause_again(&self, who: &Who) {
        let Some(actor) = who.actor.as_ref().filter(|actor| !actor.serves_others) else { return };
        if !stop::pause(actor) {
            return;
        }
        let process = (actor.pid, actor.started);
        let scopes = [who.scopes(), vec![Scope::Share]].concat();
        let goes_on = self.against(who).paused().is_none_or(|outcome| {
            let mut alarms = lock(&self.alarms);
            !alarms.also_paused(&scopes, process, outcome) && !self.strays.wait(&scopes, process)
        });
        // Let go between the question and now: nobody else would.
        if goes_on || (!self.is_condemned(who) && self.strays.forget(process)) {
            stop::resume(&[process]);
        }
        // The one that was stopped first may have ended before its group could be told.
        let alarm = lock(&self.alarms).to_freeze(&scopes);
        if alarm.is_some_and(|alarm| !self.workers.jobs.hand_over(Job::Freeze(alarm))) {
            tracing::debug!("too much to do to freeze a control group");
        }
    }

    /// Freezes the group of one that is stopped for an alarm, where no other was frozen for it.
    pub(crate) fn freeze(&self, alarm: &AlarmId) {
        let mut alarms = lock(&self.alarms);
        let lacks = |alarm: &&Raised| {
            alarm.report.outcome == AlarmOutcome::Stopped && alarm.frozen.is_empty()
        };
        let Some(raised) = alarms.get(alarm).filter(lacks) else { return };
        // Those who were paused last are the likeliest to be there still.
        let group = raised.paused.iter().rev().take(FREEZE_TRIES).find_map(|(pid, started)| {
            let actor = Actor::of_thread(*pid).filter(|actor| actor.started == *started)?;
            group::freeze(&actor)
        });
        // Under the lock: whoever lets go meanwhile finds the group in the alarm.
        if let Some(group) = group {
            alarms.froze(alarm, group);
            drop(alarms);
            self.ring();
        }
    }

    /// Tries again where a group could not be frozen at once: it may have held somebody who was just
    /// ending, of whom nothing can be known.
    pub(crate) fn freeze_late(&self) {
        let now = self.now();
        let late = |alarm: &&Raised| {
            alarm.report.outcome == AlarmOutcome::Stopped
                && alarm.frozen.is_empty()
                && alarm.report.stopped_at.is_some_and(|at| now.ms_since(at) < FREEZE_LATE_MS)
        };
        let id = |alarm: &Raised| alarm.report.id.clone();
        let ids: Vec<AlarmId> = lock(&self.alarms).iter().filter(late).map(id).collect();
        for id in ids {
            self.freeze(&id);
        }
    }

    /// Those who were paused and whom nothing is held against any more go on.
    pub(crate) fn free_strays(&self) {
        let condemned = lock(&self.condemned);
        let gone = self.strays.of_nobody(|scope| condemned.contains_key(scope));
        stop::resume(&gone);
    }

    /// What somebody deleted was found elsewhere: the brake counts from the beginning, and has nobody
    /// paused.
    pub(crate) fn begins_anew(&self, who: &Who, paused: &[(u32, u64)]) {
        let Some(brake) = &self.brake else { return };
        for (process, _) in paused {
            brake.settled(*process);
        }
        if let Some(user) = who.user {
            brake.begin_anew(user);
        }
    }

    /// Events of before a stop go on being read after it: one walk over all processes is enough.
    fn is_dealt_with(&self, who: &Who, stop: bool, now: Instant) -> bool {
        let key = who.actor.as_ref().map_or((0, 0), |actor| (actor.pid, actor.started));
        let mut dealt_with = lock(&self.dealt_with);
        if let Some((hard, at)) = dealt_with.get(&key)
            && *hard >= stop
            && now.ms_since(*at) < DEALT_WITH_MS
        {
            return true;
        }
        dealt_with.retain(|_, (_, at)| now.ms_since(*at) < DEALT_WITH_MS);
        dealt_with.insert(key, (stop, now));
        false
    }

    fn lay_hands_on(
        &self,
        finding: &Finding,
        stop: bool,
        who: &Who,
        now: Instant,
    ) -> (AlarmOutcome, Vec<(u32, u64)>) {
        if self.mode == Mode::Observe {
            return (AlarmOutcome::Observed, Vec::new());
        }
        let Some(actor) = &who.actor else { return (AlarmOutcome::NotStopped, Vec::new()) };
        // The whole share names nobody: it is the one who crossed the line that is stopped.
        let scope = match &finding.scope {
            Scope::Share => Scope::Session(who.session.clone()),
            scope => scope.clone(),
        };
        // Paused before its opens are denied: denials are quick, and whoever goes on later must not
        // have run through all its files in vain meanwhile.
        if !actor.serves_others {
            stop::pause(actor);
        }
        let until = if stop { None } else { Some(now.plus_ms(self.hold_ms)) };
        {
            let mut condemned = lock(&self.condemned);
            let lasting = condemned.get(&scope).is_some_and(Option::is_none);
            if !lasting {
                condemned.insert(scope, until);
            }
        }
        if actor.serves_others {
            return (cut_client(actor, stop), Vec::new());
        }
        let paused = stop::pause_tree(actor);
        match (paused.is_empty(), stop) {
            // It had ended already, or is never paused: what it forked is denied, and paused then.
            (true, _) => (AlarmOutcome::DeniedOnly, paused),
            (false, true) => (AlarmOutcome::Stopped, paused),
            (false, false) => (AlarmOutcome::Held, paused),
        }
    }
}

/// Who serves others is never stopped: the client it serves is cut off from this host. For a hold
/// its connection stays, so that it goes on where it was; for a stop the worker is ended too.
fn cut_client(actor: &Actor, stop: bool) -> AlarmOutcome {
    let Some(client) = actor.client else { return AlarmOutcome::DeniedOnly };
    match client::cut_off(client) {
        Ok(()) if stop => {
            stop::end(actor);
            AlarmOutcome::ClientCut
        }
        Ok(()) => AlarmOutcome::Held,
        Err(error) => {
            tracing::error!(%error, %client, "a client could not be cut off; it is denied access");
            AlarmOutcome::DeniedOnly
        }
    }
}
