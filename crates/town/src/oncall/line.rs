//! The order in which people are rung, and the next step of a call.
//!
//! Rules:
//! - The tenant's own list comes first, then the operator's; the other way round for what the
//!   platform has to say of itself.
//! - Who is not on watch is passed over. Were nobody on watch at all, everybody is rung rather
//!   than nobody. Who is paused is never rung.
//! - A lesser alarm waits for the end of the quiet hours of the person whose turn it is.
//! - A way that fails gives way to the person's next one, the last one to the next person, at
//!   once. A way that took the message gives the person time to acknowledge.
//! - After the last person, nobody was reached. What is urgent starts over: after a quarter of an
//!   hour, sooner when not one message went out.
//!
//! No clock: whoever calls says whether the time given to the person in turn is over.

use super::{
    AGAIN_MS, Call, CallKind, Contact, Outcome, Try,
    hours::{self, Local},
};
use crate::{ContactId, alarm::Urgency};

/// A contact and the hour on its own town's clock.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The contact.
    pub contact: Contact,
    /// The hour there.
    pub local: Local,
    /// Whether it is on the list of the tenant that the call is about.
    pub own: bool,
}

impl Listed {
    /// Whether this person is on watch now.
    pub fn on_watch(&self) -> bool {
        hours::on_watch(&self.contact.watch, self.contact.holidays, self.local)
    }

    /// Minutes until this person may be bothered with lesser things; none: now.
    pub fn quiet_minutes(&self) -> Option<u16> {
        let quiet = self.contact.quiet.filter(|quiet| quiet.contains(self.local.minute))?;
        // Quiet the whole day long: looked at again the next day.
        Some(match quiet.left(self.local.minute) {
            0 => hours::DAY_MINUTES,
            left => left,
        })
    }

    /// Whether this person can be rung at all.
    fn reachable(&self) -> bool {
        !self.contact.paused && !self.contact.ways.is_empty()
    }
}

/// What to do next about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ring this contact by this way.
    Ring {
        /// Whom.
        contact: ContactId,
        /// Which of its ways.
        way: u32,
        /// The one before did not answer; none when this one is the first, or has another way.
        instead_of: Option<ContactId>,
    },
    /// A message is on its way, or somebody has time to acknowledge.
    Wait,
    /// The person in turn is not to be bothered with a lesser thing for so long.
    Quiet {
        /// Minutes.
        minutes: u16,
    },
    /// Everybody was rung; nobody acknowledged.
    NobodyReached {
        /// It starts over after so many milliseconds; none: it does not.
        again_ms: Option<i64>,
    },
}

/// The people to ring for a call, in order.
pub fn order<'l>(call: &Call, listed: &'l [Listed]) -> Vec<&'l Listed> {
    let mut all: Vec<&Listed> = listed.iter().filter(|one| one.reachable()).collect();
    let place = |one: &Listed| {
        let later = if call.is_of_the_platform() { !one.contact.for_operator } else { !one.own };
        (later, one.contact.rank, one.contact.id.clone())
    };
    all.sort_by_key(|one| place(one));
    if all.iter().any(|one| one.on_watch()) {
        all.retain(|one| one.on_watch());
    }
    all
}

/// The next step of a call. `over`: the person in turn had the time to acknowledge and did not.
pub fn next(call: &Call, listed: &[Listed], tries: &[Try], over: bool) -> Step {
    let round: Vec<&Try> = tries.iter().filter(|one| one.round == call.round).collect();
    let Some(last) = round.last() else { return turn_of(call, listed, &round, None) };
    let its: Vec<&Try> = round.iter().copied().filter(|one| one.contact == last.contact).collect();
    if its.iter().any(|one| one.outcome == Outcome::Pending) {
        return Step::Wait;
    }
    if its.iter().any(|one| matches!(one.outcome, Outcome::Receipt { .. })) {
        let next = || turn_of(call, listed, &round, Some(&last.contact));
        return if over { next() } else { Step::Wait };
    }
    let ways = listed.iter().find(|one| one.contact.id == last.contact);
    let ways = ways.map_or(0, |one| one.contact.ways.len());
    let another = (0..ways).filter_map(|way| u32::try_from(way).ok());
    match another.into_iter().find(|way| its.iter().all(|one| one.way != *way)) {
        Some(way) => Step::Ring { contact: last.contact.clone(), way, instead_of: None },
        None => turn_of(call, listed, &round, Some(&last.contact)),
    }
}

/// Whose turn it is, among those that this round has not rung yet.
fn turn_of(call: &Call, listed: &[Listed], round: &[&Try], before: Option<&ContactId>) -> Step {
    let not_yet = |one: &&Listed| round.iter().all(|tried| tried.contact != one.contact.id);
    let single = call.kind == CallKind::Single;
    let next = if single { None } else { order(call, listed).into_iter().find(not_yet) };
    let Some(next) = next else {
        return Step::NobodyReached { again_ms: again_ms(call, round) };
    };
    match next.quiet_minutes().filter(|_| !call.urgency.wakes()) {
        Some(minutes) => Step::Quiet { minutes },
        None => {
            Step::Ring { contact: next.contact.id.clone(), way: 0, instead_of: before.cloned() }
        }
    }
}

/// When a call that nobody answered starts over.
fn again_ms(call: &Call, round: &[&Try]) -> Option<i64> {
    if call.is_test() || call.urgency < Urgency::Pressing {
        return None;
    }
    let failed = |one: &&Try| matches!(one.outcome, Outcome::Failed { .. });
    // Not one message went out: the network may be back in a minute.
    let soon = !round.is_empty() && round.iter().all(failed);
    let doubled = 60_000_i64.checked_shl(call.round.saturating_sub(1).min(8));
    Some(if soon { doubled.map_or(AGAIN_MS, |ms| ms.min(AGAIN_MS)) } else { AGAIN_MS })
}

#[cfg(test)]
mod tests;
