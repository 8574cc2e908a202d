//! What a guard may be told to do, and what became of it.

use serde::{Deserialize, Serialize};

use super::Maintenance;
use crate::{AlarmId, GuardId, Instant};

/// What a guard may be told to do. It concerns its own host alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Cut this host from every network but the platform's addresses.
    CutSelf,
    /// Lift that cut.
    LiftSelf,
    /// Put back what the guard itself reported under this alarm.
    Restore(AlarmId),
    /// Let those go on whom the guard holds, or stopped, under this alarm.
    LetGo(AlarmId),
    /// A job is announced, or withdrawn.
    Maintain(Maintenance),
}

/// An order and the platform's signature over [`order_text`](super::order_text).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOrder {
    /// The only guard that may obey.
    pub guard: GuardId,
    /// Higher than that of any order this guard obeyed before.
    pub sequence: u64,
    /// Worthless from then on.
    pub expires_at: Instant,
    /// What to do.
    pub order: Order,
    /// Ed25519, base64url.
    pub signature: String,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAck {
    /// The order's sequence.
    pub sequence: u64,
    /// When it was done or refused.
    pub at: Instant,
    /// How it ended.
    pub outcome: OrderOutcome,
}

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderOutcome {
    /// Done, and read back.
    Done,
    /// Refused: the signature is not the platform's.
    BadSignature,
    /// Refused: meant for another guard.
    OtherGuard,
    /// Refused: not newer than an order already obeyed.
    OldSequence,
    /// Refused: too late.
    Expired,
    /// Refused: no such alarm here.
    UnknownAlarm,
    /// Not done: the means are missing (no root, no `nft`, no pinned address).
    NoMeans,
    /// Tried and failed.
    Failed,
    /// Written by a newer guard than this reader.
    #[serde(other)]
    Unknown,
}

/// The bytes the platform signs for one order.
pub fn order_text(guard: &GuardId, sequence: u64, expires_at: Instant, order: &Order) -> Vec<u8> {
    let what = match order {
        Order::CutSelf => "cut_self".to_owned(),
        Order::LiftSelf => "lift_self".to_owned(),
        Order::Restore(alarm) => format!("restore {alarm}"),
        Order::LetGo(alarm) => format!("let_go {alarm}"),
        Order::Maintain(Maintenance { user, from_at, minutes, days }) => {
            format!("maintain {user} {} {minutes} {days}", from_at.ms())
        }
    };
    format!("beffroi guard order v1\n{guard}\n{sequence}\n{}\n{what}\n", expires_at.ms())
        .into_bytes()
}
