//! What stands against an actor: nothing, a hold, a stop; and what it may do meanwhile.
//!
//! Rule: whoever is held may be let go on by a person. Nothing that it does then may have failed.

use beffroi_town::watch::AlarmOutcome;

use crate::core::{Core, Who};
use crate::decide::{HOLD_EMPTIED, Scope};
use crate::holdings::lock;

/// What stands against an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Against {
    Nothing,
    /// A person is asked.
    Hold,
    /// It is stopped.
    Stop,
}

impl Against {
    /// What an alarm says of whoever is paused for it.
    pub(crate) fn paused(self) -> Option<AlarmOutcome> {
        match self {
            Self::Nothing => None,
            Self::Hold => Some(AlarmOutcome::Held),
            Self::Stop => Some(AlarmOutcome::Stopped),
        }
    }
}

/// Most questions of one call: an open that truncates, or a copy from one file into another.
const QUESTIONS_OF_A_CALL: u8 = 2;
/// Threads that are held, remembered.
const LAST_CALLS_MAX: usize = 4_096;

impl Core {
    /// Whether anything stands against this actor.
    pub(crate) fn is_condemned(&self, who: &Who) -> bool {
        self.against(who) != Against::Nothing
    }

    /// What stands against this actor.
    pub(crate) fn against(&self, who: &Who) -> Against {
        let condemned = lock(&self.condemned);
        if condemned.is_empty() {
            return Against::Nothing;
        }
        let now = self.now();
        let of = |scope: &Scope| match condemned.get(scope) {
            Some(None) => Against::Stop,
            Some(Some(until)) if now < *until => Against::Hold,
            None | Some(Some(_)) => Against::Nothing,
        };
        who.scopes().iter().map(of).max().unwrap_or(Against::Nothing)
    }

    /// Whether somebody who is held may finish the call that it is in: it stands still afterwards,
    /// and a call that fails would break the work of whoever is let go on. What it writes into is
    /// kept first, as ever. A thread that asks on and on does not stand still.
    pub(crate) fn finishes_its_call(&self, who: &Who, thread: u32) -> bool {
        if !self.may_finish(who) {
            return false;
        }
        let mut asked = lock(&self.last_calls);
        if asked.len() >= LAST_CALLS_MAX {
            asked.clear();
        }
        let times = asked.entry(thread).or_default();
        *times = times.saturating_add(1);
        *times <= QUESTIONS_OF_A_CALL
    }

    /// Who serves others does not stand still; who has ruined as many files as are asked about has
    /// ruined enough.
    pub(crate) fn may_finish(&self, who: &Who) -> bool {
        who.actor.as_ref().is_some_and(|actor| !actor.serves_others)
            && lock(&self.decider).damaged(&who.session) < HOLD_EMPTIED
    }
}
