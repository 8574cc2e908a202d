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
use crate::alarms::{Due, New};
use crate::core::{Core, Who};
use crate::decide::{Finding, LET_GO_MS, Scope, What};
use crate::group;
use crate::holdings::lock;
use crate::opens::Job;
use crate::stop;

/// How long the brake counts nothing of a user whom it paused for nothing.
const BRAKE_MISTAKEN: Duration = Duration::from_mins(1);

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
        if let Some(alarm) = alarms.going_on(Some(&finding.scope), finding.kind, now) {
            alarm.last_at = now;
            alarm.report.reasons.clone_from(&finding.reasons);
            alarm.report.simulated |= by_vitals && vitals.simulated;
            let fresh =
                paused.iter().filter(|p| !alarm.paused.contains(p)).copied().collect::<Vec<_>>();
            alarm.paused.extend(fresh);
            alarm.frozen.extend(frozen.filter(|group| !alarm.frozen.contains(group)));
            if rank(outcome) > rank(alarm.report.outcome) {
                alarm.report.outcome = outcome;
            }
            if matches!(
                outcome,
                AlarmOutcome::Held
                    | AlarmOutcome::Stopped
                    | AlarmOutcome::ClientCut
                    | AlarmOutcome::DeniedOnly
            ) {
                alarm.report.stopped_at.get_or_insert(now);
            }
            alarm.held_until = match alarm.report.outcome {
                AlarmOutcome::Stopped | AlarmOutcome::ClientCut => None,
                _ => alarm.held_until.or(Some(now.plus_ms(self.hold_ms))),
            };
        }
        drop(alarms);
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
        let doer = due.doer.map(|(session, user)| Who { session, user, actor: None });
        {
            let mut condemned = lock(&self.condemned);
            let session = doer.iter().map(|who| Scope::Session(who.session.clone()));
            for scope in due.scope.into_iter().chain(session) {
                condemned.remove(&scope);
            }
        }
        if let Some(who) = doer {
            if let (Some(brake), Some(user)) = (&self.brake, who.user) {
                brake.let_pass(user, Duration::from_millis(LET_GO_MS.unsigned_abs()));
            }
            self.decide(&who, What::LetGo);
        }
        // Whoever goes on may have to be stopped again at once.
        lock(&self.dealt_with).retain(|process, _| !due.paused.contains(process));
        if let Some(Err(error)) = due.client.map(crate::client::let_in) {
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
        if self.is_condemned(&who) {
            let scopes = [Scope::Session(who.session), Scope::User(actor.uid), Scope::Share];
            if lock(&self.alarms).also_paused(&scopes, paused) {
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
        let scopes = [Scope::Session(who.session.clone()), Scope::User(actor.uid), Scope::Share];
        let is_listed = lock(&self.alarms).also_paused(&scopes, process);
        // Let go between the question and now: nobody else would.
        if !is_listed && !self.is_condemned(who) {
            stop::resume(&[process]);
        }
        // The one that was stopped first may have ended before its group could be told.
        if lock(&self.alarms).to_freeze(&scopes).is_some()
            && !self.workers.jobs.hand_over(Job::Freeze(who.clone()))
        {
            tracing::debug!("too much to do to freeze a control group");
        }
    }

    /// Freezes the group of one that is stopped, where no other was frozen for the same alarm.
    pub(crate) fn freeze(&self, who: &Who) {
        let Some(actor) = &who.actor else { return };
        let scopes = [Scope::Session(who.session.clone()), Scope::User(actor.uid), Scope::Share];
        let mut alarms = lock(&self.alarms);
        // Under the lock: whoever lets go meanwhile finds the group in the alarm.
        if let Some(alarm) = alarms.to_freeze(&scopes)
            && let Some(group) = group::freeze(actor)
        {
            alarms.froze(&alarm, group);
            drop(alarms);
            self.ring();
        }
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
            (true, _) => (AlarmOutcome::NotStopped, paused),
            (false, true) => (AlarmOutcome::Stopped, paused),
            (false, false) => (AlarmOutcome::Held, paused),
        }
    }
}

/// Who serves others is never stopped: the client it serves is cut off from this host. For a hold
/// its connection stays, so that it goes on where it was; for a stop the worker is ended too.
fn cut_client(actor: &Actor, stop: bool) -> AlarmOutcome {
    let Some(client) = actor.client else { return AlarmOutcome::DeniedOnly };
    match crate::client::cut_off(client) {
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

fn rank(outcome: AlarmOutcome) -> u8 {
    match outcome {
        AlarmOutcome::Observed | AlarmOutcome::Unknown => 0,
        AlarmOutcome::NotStopped | AlarmOutcome::Released | AlarmOutcome::LetGo => 1,
        AlarmOutcome::DeniedOnly => 2,
        AlarmOutcome::Held => 3,
        AlarmOutcome::ClientCut => 4,
        AlarmOutcome::Stopped => 5,
    }
}
