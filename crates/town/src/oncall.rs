//! Who is woken, in which order, and what comes next when nobody answers.
//!
//! Rules:
//! - An alarm leads to a *call*; a call rings one *contact* after the other until somebody
//!   acknowledges it. What follows is worked out here ([`line::next`]) and done elsewhere.
//! - A receipt is a gateway's word, never a person's: only an acknowledgement ends the ringing.
//! - A call that ran out of people is `NobodyReached` until a person acknowledges it, whatever
//!   else rings meanwhile.

pub mod address;
pub(crate) mod holidays;
pub mod hours;
pub mod line;

use serde::{Deserialize, Serialize};

pub use address::{AddressKind, BadAddress};
pub use hours::{BadHours, DAY_MINUTES, Holidays, Hours, Local, Span};

use crate::{
    Actor, AlarmKind, CallId, ContactId, Instant, Lang, TenantId, alarm::Urgency, asset::coded,
};

/// Most ways to one person.
pub const WAYS_MAX: usize = 6;
/// How long a person has to acknowledge before the next one is rung, unless the list says else.
pub const ESCALATE_MS: i64 = 5 * 60_000;
/// The least and the most that a list may say.
pub const ESCALATE_MS_BOUNDS: std::ops::RangeInclusive<i64> = 60_000..=60 * 60_000;
/// A call that nobody answered starts over after this.
pub const AGAIN_MS: i64 = 15 * 60_000;
/// For so long after an acknowledgement, what else is noticed joins the call without a ring.
pub const GROUP_MS: i64 = 4 * 3_600_000;
/// A weekly test missed by more than this is left out: nobody is tested at three in the morning
/// because the platform was down at ten.
pub const WEEKLY_LATE_MS: i64 = 4 * 3_600_000;

/// One way to reach a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The channel's name in the operator's configuration.
    pub channel: String,
    /// The address there, in the form its channel takes.
    pub address: String,
}

/// Somebody on an on-call list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its identifier.
    pub id: ContactId,
    /// The tenant whose list it is on.
    pub tenant: TenantId,
    /// Its place: lower is rung sooner.
    pub rank: u32,
    /// The person's name.
    pub name: String,
    /// The language of its messages.
    pub lang: Lang,
    /// Rung for every tenant of the deployment, after that tenant's own list.
    pub for_operator: bool,
    /// When on watch; empty: always.
    pub watch: Vec<Span>,
    /// What a public holiday changes.
    pub holidays: Holidays,
    /// When lesser alarms wait.
    pub quiet: Option<Hours>,
    /// How to reach this person, best way first.
    pub ways: Vec<Way>,
    /// How long this person has to acknowledge.
    pub escalate_ms: i64,
    /// Not rung until further notice.
    pub paused: bool,
}

coded! {
    /// What a call is for.
    CallKind {
        /// An alarm.
        Alarm = "alarm",
        /// The weekly test of a list.
        Weekly = "weekly",
        /// A test of one contact.
        Single = "single",
    }
}

coded! {
    /// How far a call has come.
    CallState {
        /// Somebody is being rung, or will be.
        Ringing = "ringing",
        /// A person said: I see to it.
        Acknowledged = "acknowledged",
        /// Everybody was rung and nobody said anything.
        NobodyReached = "nobody_reached",
    }
}

/// Who said so, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// When.
    pub at: Instant,
    /// Who.
    pub by: Actor,
}

/// The ringing of a list of people about one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its identifier.
    pub id: CallId,
    /// The tenant it is about.
    pub tenant: TenantId,
    /// What it is for.
    pub kind: CallKind,
    /// The gravest thing it told; none for a test.
    pub told: Option<AlarmKind>,
    /// How urgent that is.
    pub urgency: Urgency,
    /// Since when, as far as is known.
    pub since_at: Instant,
    /// What it told came from a played sensor.
    pub simulated: bool,
    /// When it was opened.
    pub opened_at: Instant,
    /// How far it has come.
    pub state: CallState,
    /// Since when it stands there.
    pub state_at: Instant,
    /// How often the list was begun, from 1.
    pub round: u32,
    /// Who acknowledged it.
    pub acknowledged: Option<Acknowledgement>,
    /// When everything it was about turned out to be nothing.
    pub ended_at: Option<Instant>,
}

impl Call {
    /// Whether it is a test: every text of it says so.
    pub fn is_test(&self) -> bool {
        self.kind != CallKind::Alarm
    }

    /// Whether somebody still has to acknowledge it.
    pub fn is_open(&self) -> bool {
        self.state != CallState::Acknowledged && self.ended_at.is_none()
    }

    /// Whether an alarm that comes now belongs to it: one attack, one call.
    pub fn takes_in(&self, now: Instant) -> bool {
        let recent = match self.state {
            CallState::Acknowledged => (0..GROUP_MS).contains(&now.ms_since(self.state_at)),
            CallState::Ringing | CallState::NobodyReached => true,
        };
        self.kind == CallKind::Alarm && self.ended_at.is_none() && recent
    }

    /// Whether the platform's own people are rung before the tenant's.
    pub fn is_of_the_platform(&self) -> bool {
        self.told == Some(AlarmKind::PlatformSilent)
    }
}

/// One message sent, or about to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// Its identifier: the same however often it is sent.
    pub id: String,
    /// Who is rung.
    pub contact: ContactId,
    /// In which round of the call.
    pub round: u32,
    /// Which of the contact's ways, from 0.
    pub way: u32,
    /// The channel's name.
    pub channel: String,
    /// When it was asked for.
    pub rung_at: Instant,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Outcome {
    /// It is on its way.
    Pending,
    /// The gateway took it. It says nothing about the person.
    Receipt {
        /// When.
        at: Instant,
    },
    /// It did not go out.
    Failed {
        /// When that was known.
        at: Instant,
        /// Why, as a code.
        code: String,
    },
}

/// When a tenant's list is tested: once a week, by the town's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weekly {
    /// The day: 0 is Monday.
    pub weekday: u8,
    /// Minutes since midnight.
    pub minute: u16,
    /// Switched off by a person, who said why.
    pub off: bool,
}

impl Default for Weekly {
    /// Tuesday, ten o'clock.
    fn default() -> Self {
        Self { weekday: 1, minute: 600, off: false }
    }
}

impl Weekly {
    /// How long ago the test was last due, in milliseconds; none while it is off.
    pub fn due_ms_ago(&self, local: Local) -> Option<i64> {
        const WEEK_MINUTES: i64 = 7 * 1_440;
        let of_week = |weekday: u8, minute: u16| i64::from(weekday) * 1_440 + i64::from(minute);
        let ago = of_week(local.weekday(), local.minute) - of_week(self.weekday, self.minute);
        (!self.off).then(|| ago.rem_euclid(WEEK_MINUTES) * 60_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_due_once_a_week() {
        let local = |day, hour: u16, minute| Local {
            year: 2024,
            month: 4,
            day,
            minute: hour * 60 + minute,
        };
        let weekly = Weekly::default();
        // 23 April 2024 is a Tuesday.
        assert_eq!(weekly.due_ms_ago(local(23, 10, 0)), Some(0));
        assert_eq!(weekly.due_ms_ago(local(23, 10, 7)), Some(7 * 60_000));
        assert_eq!(weekly.due_ms_ago(local(23, 9, 59)), Some((7 * 1_440 - 1) * 60_000));
        assert_eq!(Weekly { off: true, ..weekly }.due_ms_ago(local(23, 10, 0)), None);
    }
}
