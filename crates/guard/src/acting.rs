//! Carries out what `decide` says: denies, pauses, cuts a client off, and raises the alarm.
//!
//! Rules:
//! - What stops an attack comes first; telling follows.
//! - Who serves others is never stopped.

use beffroi_town::watch::{AlarmOutcome, Mode, Signal};
use beffroi_town::{AlarmId, Instant};

use crate::actor::Actor;
use crate::alarms::New;
use crate::core::{Core, Who};
use crate::decide::{Finding, Scope};
use crate::holdings::lock;
use crate::stop;

/// How long a held actor waits for a person before it goes on.
const HOLD_MS: i64 = 10 * 60_000;

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
                _ => alarm.held_until.or(Some(now.plus_ms(HOLD_MS))),
            };
        }
        drop(alarms);
        self.ring();
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
        let until = if stop { None } else { Some(now.plus_ms(HOLD_MS)) };
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

/// Who serves others is never stopped. One that serves a single client is ended once that client is
/// cut off, so that its connection goes too; its accesses are denied already.
fn cut_client(actor: &Actor, stop: bool) -> AlarmOutcome {
    let Some(client) = actor.client.filter(|_| stop) else { return AlarmOutcome::DeniedOnly };
    match crate::client::cut_off(client) {
        Ok(()) => {
            stop::end(actor);
            AlarmOutcome::ClientCut
        }
        Err(error) => {
            tracing::error!(%error, %client, "a client could not be cut off; it is denied access");
            AlarmOutcome::DeniedOnly
        }
    }
}

fn rank(outcome: AlarmOutcome) -> u8 {
    match outcome {
        AlarmOutcome::Observed | AlarmOutcome::Unknown => 0,
        AlarmOutcome::NotStopped | AlarmOutcome::Released => 1,
        AlarmOutcome::DeniedOnly => 2,
        AlarmOutcome::Held => 3,
        AlarmOutcome::ClientCut => 4,
        AlarmOutcome::Stopped => 5,
    }
}
