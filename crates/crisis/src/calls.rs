//! Calls: people rung one after the other until somebody says: I see to it.
//!
//! Rules:
//! - What follows is worked out by `town::oncall`; here it is written down, one commit a step: the
//!   step, its entry in the journal and the work it leaves in the outbox.
//! - The time by which something is due is reckoned on a clock that never goes back
//!   ([`Turn::steady`]); what people read bears the time on the wall.
//! - A call of one tenant rings the operator's people after its own list.
//! - A person answers with a code, from the console, or by deciding on the alarm.

mod answer;
mod message;

use std::collections::BTreeMap;

use beffroi_store::{
    OperatorScope, Store, TenantScope, Tx, alarms,
    calls::{self, tries},
    oncall,
    outbox::{self, Posted},
    tenants,
};
use beffroi_town::{
    Actor, Alarm, AlarmId, AlarmState, CallId, ContactId, Instant, TenantId,
    alarm::Urgency,
    oncall::{
        AGAIN_MS, Call, CallKind, CallState, Contact, ESCALATE_MS, WEEKLY_LATE_MS,
        line::{self, Listed, Step},
    },
};
use beffroi_words::Zone;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use answer::{Answer, acknowledge, answer};
pub use message::{Message, sent, to_send};

use crate::{Deed, Error};

/// What is quiet is looked at again at least this often: clocks change, and people their minds.
const LOOK_AGAIN_MS: i64 = 15 * 60_000;

/// One turn of the round that keeps calls going.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// Where it is kept.
    pub store: &'a Store,
    /// The time on the wall.
    pub at: Instant,
    /// The same on a clock that never goes back.
    pub steady: Instant,
}

/// What asks for a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Asked {
    /// An alarm that is new or came back.
    Alarm { alarm: AlarmId },
    /// A person wants to try one contact.
    Single { call: CallId, contact: ContactId },
    /// A person wants to try the whole list.
    List { call: CallId },
}

/// Why a call is looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Why {
    /// The person in turn had the time to acknowledge.
    Over,
    /// Quiet hours may have ended.
    Quiet,
    /// Nobody was reached a while ago.
    Again,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Look {
    call: CallId,
    round: u32,
    why: Why,
}

impl Turn<'_> {
    async fn begin(&self, tenant: &TenantId) -> Result<Tx, Error> {
        Ok(self.store.begin(std::slice::from_ref(tenant), &Actor::Platform, self.at).await?)
    }

    /// Nothing was to be written: the work is done all the same.
    async fn nothing(&self, tx: Tx, work: &Posted) -> Result<(), Error> {
        drop(tx);
        let mut book = self.store.bookkeeping().await?;
        outbox::done(&mut book, &work.id, self.at).await?;
        Ok(book.commit().await?)
    }

    /// Nothing is to be written yet: the work is looked at again.
    async fn later(&self, tx: Tx, work: &Posted, ms: i64) -> Result<(), Error> {
        drop(tx);
        let mut book = self.store.bookkeeping().await?;
        outbox::later(&mut book, &work.id, self.steady.plus_ms(ms)).await?;
        Ok(book.commit().await?)
    }

    /// Leaves a call to be looked at again.
    async fn look_again(&self, tx: &mut Tx, call: &Call, why: Why, ms: i64) -> Result<(), Error> {
        let body = json!(Look { call: call.id.clone(), round: call.round, why });
        tx.post(&call.tenant, calls::TURN, body, self.steady.plus_ms(ms)).await?;
        Ok(())
    }
}

/// The people who may be rung for a call, each with the hour on its own clock.
async fn listed(tx: &mut Tx, call: &Call, at: Instant) -> Result<Vec<Listed>, Error> {
    let (scope, operator) = (TenantScope::for_tenant(&call.tenant), OperatorScope::for_operator());
    let own = oncall::list(tx.conn(), &scope).await?;
    let others = oncall::operators(tx.conn(), &operator).await?;
    let others = others.into_iter().filter(|one| one.tenant != call.tenant);
    let all: Vec<Contact> = own.into_iter().chain(others).collect();
    let mut zones: BTreeMap<TenantId, Zone> = BTreeMap::new();
    for one in &all {
        if !zones.contains_key(&one.tenant) {
            let found = tenants::by_id(tx.conn(), &operator, &one.tenant).await?;
            zones.insert(one.tenant.clone(), found.as_ref().map_or_else(Zone::paris, Zone::of));
        }
    }
    let one = |contact: Contact| Listed {
        local: zones.get(&contact.tenant).map_or_else(Zone::paris, Clone::clone).local(at),
        own: contact.tenant == call.tenant,
        contact,
    };
    Ok(all.into_iter().map(one).collect())
}

/// Takes the next step of a call.
async fn step(turn: &Turn<'_>, tx: &mut Tx, call: &Call, over: bool) -> Result<(), Error> {
    let people = listed(tx, call, turn.at).await?;
    let scope = TenantScope::for_tenant(&call.tenant);
    let so_far = tries::list(tx.conn(), &scope, &call.id).await?;
    match line::next(call, &people, &so_far, over) {
        Step::Wait => {}
        Step::Quiet { minutes } => {
            let ms = (i64::from(minutes) * 60_000).min(LOOK_AGAIN_MS);
            turn.look_again(tx, call, Why::Quiet, ms).await?;
        }
        Step::Ring { contact, way, instead_of } => {
            if let Some(before) = instead_of {
                tries::escalated(tx, &call.tenant, &call.id, (&before, &contact)).await?;
            }
            let found = people.iter().find(|one| one.contact.id == contact);
            let ways = found.map(|one| one.contact.ways.as_slice()).unwrap_or_default();
            let place = usize::try_from(way).unwrap_or(usize::MAX);
            let channel = ways.get(place).map(|way| way.channel.as_str()).unwrap_or_default();
            tries::ring(tx, call, &tries::NewTry { contact: &contact, way, channel }).await?;
        }
        Step::NobodyReached { again_ms } => {
            calls::nobody_reached(tx, call).await?;
            if let Some(ms) = again_ms {
                turn.look_again(tx, call, Why::Again, ms).await?;
            }
        }
    }
    Ok(())
}

/// Opens the call that a row of the outbox asks for, or lets an alarm join the one going on.
///
/// # Errors
/// The store's.
pub async fn asked(turn: &Turn<'_>, work: &Posted) -> Result<(), Error> {
    let mut tx = turn.begin(&work.tenant).await?;
    let scope = TenantScope::for_tenant(&work.tenant);
    let wanted: Asked = serde_json::from_value(work.body.clone())?;
    let done = match wanted {
        Asked::Alarm { alarm } => {
            let found = alarms::get(tx.conn(), &scope, &alarm).await?;
            match found.filter(|alarm| alarm.state == AlarmState::Open) {
                Some(alarm) => about(turn, &mut tx, &alarm).await?,
                None => false,
            }
        }
        Asked::Single { call, contact } => single(turn, &mut tx, (call, &scope), &contact).await?,
        Asked::List { call } => {
            begin_test(turn, &mut tx, (call, &work.tenant), CallKind::Weekly).await?;
            true
        }
    };
    if !done {
        return turn.nothing(tx, work).await;
    }
    outbox::settle(&mut tx, &work.id).await?;
    tx.commit().await?;
    Ok(())
}

/// A call about an alarm; `false` when nothing was to be written.
async fn about(turn: &Turn<'_>, tx: &mut Tx, alarm: &Alarm) -> Result<bool, Error> {
    let scope = TenantScope::for_tenant(&alarm.tenant);
    let newest = calls::newest(tx.conn(), &scope).await?;
    let Some(call) = newest.filter(|call| call.takes_in(turn.at)) else {
        let call = Call {
            told: Some(alarm.kind),
            urgency: alarm.kind.urgency(),
            since_at: alarm.first_at,
            simulated: alarm.simulated,
            ..fresh(turn, CallId::parse(&tx.new_id())?, &alarm.tenant, CallKind::Alarm)
        };
        calls::open(tx, &call).await?;
        calls::join(tx, &call, alarm).await?;
        step(turn, tx, &call, false).await?;
        return Ok(true);
    };
    let joined = calls::join(tx, &call, alarm).await?;
    if alarm.kind.urgency() <= call.urgency {
        return Ok(joined);
    }
    calls::ring_graver(tx, &call, alarm).await?;
    if let Some(call) = calls::get(tx.conn(), &scope, &call.id).await? {
        step(turn, tx, &call, false).await?;
    }
    Ok(true)
}

fn fresh(turn: &Turn<'_>, id: CallId, tenant: &TenantId, kind: CallKind) -> Call {
    Call {
        id,
        tenant: tenant.clone(),
        kind,
        told: None,
        urgency: Urgency::Lesser,
        since_at: turn.at,
        simulated: false,
        opened_at: turn.at,
        state: CallState::Ringing,
        state_at: turn.at,
        round: 1,
        acknowledged: None,
        ended_at: None,
    }
}

async fn begin_test(
    turn: &Turn<'_>,
    tx: &mut Tx,
    (id, tenant): (CallId, &TenantId),
    kind: CallKind,
) -> Result<(), Error> {
    let call = fresh(turn, id, tenant, kind);
    calls::open(tx, &call).await?;
    step(turn, tx, &call, false).await
}

/// Rings one contact by all its ways at once: a test that stops at the first one that works says
/// nothing of the others.
async fn single(
    turn: &Turn<'_>,
    tx: &mut Tx,
    (id, scope): (CallId, &TenantScope),
    contact: &ContactId,
) -> Result<bool, Error> {
    let Some(one) = oncall::get(tx.conn(), scope, contact).await? else { return Ok(false) };
    let call = fresh(turn, id, scope.tenant(), CallKind::Single);
    calls::open(tx, &call).await?;
    for (number, way) in (0_u32..).zip(&one.ways) {
        let new = tries::NewTry { contact, way: number, channel: &way.channel };
        tries::ring(tx, &call, &new).await?;
    }
    Ok(true)
}

/// Looks at a call again, as a row of the outbox asks for: the next person, or the list anew.
///
/// # Errors
/// The store's.
pub async fn turned(turn: &Turn<'_>, work: &Posted) -> Result<(), Error> {
    let mut tx = turn.begin(&work.tenant).await?;
    let scope = TenantScope::for_tenant(&work.tenant);
    let look: Look = serde_json::from_value(work.body.clone())?;
    let found = calls::get(tx.conn(), &scope, &look.call).await?;
    let ended_test = |call: &Call| call.is_test() && call.state == CallState::NobodyReached;
    let current = |call: &Call| call.is_open() && call.round == look.round && !ended_test(call);
    let Some(call) = found.filter(current) else { return turn.nothing(tx, work).await };
    match look.why {
        Why::Over => step(turn, &mut tx, &call, true).await?,
        Why::Quiet => {
            let people = listed(&mut tx, &call, turn.at).await?;
            let so_far = tries::list(tx.conn(), &scope, &call.id).await?;
            if let Step::Quiet { minutes } = line::next(&call, &people, &so_far, false) {
                let ms = (i64::from(minutes) * 60_000).min(LOOK_AGAIN_MS);
                return turn.later(tx, work, ms).await;
            }
            step(turn, &mut tx, &call, false).await?;
        }
        Why::Again => {
            // While there is nobody to ring, nothing happens that a journal would have to keep.
            if line::order(&call, &listed(&mut tx, &call, turn.at).await?).is_empty() {
                return turn.later(tx, work, AGAIN_MS).await;
            }
            calls::start_over(&mut tx, &call).await?;
            step(turn, &mut tx, &Call { round: call.round + 1, ..call.clone() }, false).await?;
        }
    }
    outbox::settle(&mut tx, &work.id).await?;
    tx.commit().await?;
    Ok(())
}

/// Opens the weekly test of each list for which it is due; how many.
///
/// # Errors
/// The store's.
pub async fn weekly(turn: &Turn<'_>) -> Result<u32, Error> {
    let operator = OperatorScope::for_operator();
    let lists = oncall::tested(&mut turn.store.read().await?, &operator).await?;
    let mut opened = 0;
    for list in lists {
        let zone = Zone::of_place(list.department.as_deref(), list.region.as_deref());
        let Some(ago) = list.weekly.due_ms_ago(zone.local(turn.at)) else { continue };
        // The clock on the wall shows minutes: what is due now was due within this one.
        let due_at = turn.at.plus_ms(-ago - turn.at.ms().rem_euclid(60_000));
        let tested = list.last_at.is_some_and(|last| last >= due_at) || list.since_at > due_at;
        if tested || ago > WEEKLY_LATE_MS {
            continue;
        }
        let mut tx = turn.begin(&list.tenant).await?;
        let id = CallId::parse(&tx.new_id())?;
        begin_test(turn, &mut tx, (id, &list.tenant), CallKind::Weekly).await?;
        tx.commit().await?;
        opened += 1;
    }
    Ok(opened)
}

/// A person asks for a test: of one contact by all its ways, or of the whole list. The
/// identifier of the call that the running platform will open.
///
/// # Errors
/// The store's, also for a contact that the tenant does not have.
pub async fn test(deed: &Deed<'_>, contact: Option<&ContactId>) -> Result<CallId, Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    let call = CallId::parse(&tx.new_id())?;
    let asked = match contact {
        Some(contact) => {
            let absent =
                || beffroi_store::Error::Absent { noun: "contact", id: contact.to_string() };
            oncall::get(tx.conn(), deed.scope, contact).await?.ok_or_else(absent)?;
            Asked::Single { call: call.clone(), contact: contact.clone() }
        }
        None => Asked::List { call: call.clone() },
    };
    tx.post(tenant, calls::ASKED, json!(asked), deed.at).await?;
    tx.record(tenant, "call_test_asked", json!({ "call": call, "contact": contact })).await?;
    tx.commit().await?;
    Ok(call)
}

/// How long a contact has to acknowledge, once a gateway took its message.
fn patience(contact: Option<&Contact>) -> i64 {
    contact.map_or(ESCALATE_MS, |one| one.escalate_ms)
}
