//! The thread that speaks with the platform: enrols once, beats, delivers reports, takes orders.
//!
//! Rules:
//! - The platform's silence changes nothing in what the guard decides.
//! - A report stays on disk until the platform says it has it.
//! - An order's sequence is on disk before the order is carried out: it is never obeyed twice.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Tick};

use data_encoding::BASE64URL_NOPAD;

use beffroi_town::Instant;
use beffroi_town::watch::{
    ALARM_PATH, BEAT_PATH, Beat, BeatAnswer, ENROL_PATH, EnrolAnswer, EnrolRequest, Enrolment,
    LISTED_PATH, LiftedByCode, NO_GUARD_YET, ORDERS_MAX, Order, OrderAck, OrderOutcome,
    RESTORED_PATH, Received, SignedOrder, Suspicion,
};

use crate::alarms::Alarms;
use crate::core::Core;
use crate::cut;
use crate::error::{GuardError, Result};
use crate::holdings::lock;
use crate::identity::{Key, Membership, read_enrolment};
use crate::level::host_facts;
use crate::lift;
use crate::line::{Line, Sender};
use crate::listed;
use crate::orders::{Checks, refusal};
use crate::restore::Selection;
use crate::status::beat;
use crate::undo;

/// Shortest and longest time between two beats that a platform may ask for.
const BEAT_MS: std::ops::RangeInclusive<u32> = 200..=60_000;

/// Most pieces of lists that are sent after one beat.
const PIECES_AT_ONCE: usize = 16;

/// The messenger's own state.
pub(crate) struct Messenger {
    core: Arc<Core>,
    enrol: Option<PathBuf>,
    key: Key,
    member: Option<Membership>,
    lines: Vec<Line>,
    call: Receiver<()>,
    beat_ms: u32,
    sequence: u64,
    last_at: Instant,
    /// Orders taken since the start; none while one is still being carried out.
    orders: Arc<Mutex<BTreeMap<u64, Option<OrderAck>>>>,
    /// Said once per silence, not once per beat.
    silent: bool,
    /// When a printed code last lifted the cut.
    lifted: Option<LiftedByCode>,
}

impl Messenger {
    /// Reads key and membership, and checks the enrolment file before anything else starts.
    pub(crate) fn new(
        core: Arc<Core>,
        enrol: Option<PathBuf>,
        beat_ms: u32,
        call: Receiver<()>,
    ) -> Result<Self> {
        let state = core.holdings.state.clone();
        let key = Key::read_or_make(&state)?;
        let member = Membership::read(&state)?;
        if let (None, Some(path)) = (&member, &enrol) {
            read_enrolment(path)?;
        }
        let mut messenger = Self {
            lifted: lift::last(&state),
            core,
            enrol,
            key,
            member: None,
            lines: Vec::new(),
            call,
            beat_ms,
            sequence: 0,
            last_at: Instant::default(),
            orders: Arc::default(),
            silent: false,
        };
        if let Some(member) = member {
            messenger.join(member)?;
        }
        Ok(messenger)
    }

    /// Speaks until the guard stops.
    pub(crate) fn run(mut self) {
        let mut next_beat = Tick::now();
        while !self.core.is_stopping() {
            let due = next_beat.saturating_duration_since(Tick::now());
            let called = match self.call.recv_timeout(due.min(Duration::from_millis(200))) {
                Ok(()) => true,
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let beats = Tick::now() >= next_beat;
            if !called && !beats {
                continue;
            }
            if beats {
                next_beat = Tick::now() + Duration::from_millis(u64::from(self.beat_ms));
            }
            match self.speak(beats) {
                Ok(()) if self.silent => {
                    tracing::info!("the platform is heard again");
                    self.silent = false;
                }
                Ok(()) => {}
                Err(error) if !self.silent => {
                    tracing::warn!(%error, "the guard goes on alone");
                    self.silent = true;
                }
                Err(error) => tracing::debug!(%error, "still alone"),
            }
        }
    }

    fn speak(&mut self, beats: bool) -> Result<()> {
        if self.member.is_none() {
            let Some(path) = self.enrol.clone() else { return Ok(()) };
            let enrolment = read_enrolment(&path)?;
            self.enrol(&enrolment)?;
        }
        // What is suspected goes before anything else.
        let undelivered = lock(&self.core.alarms).undelivered();
        for report in undelivered {
            self.ask::<_, Received>(ALARM_PATH, &report)?;
            Alarms::delivered(&self.core.alarms, &report.id, report.revision)?;
        }
        while let (Some(report), _) = self.core.restored.waiting() {
            self.ask::<_, Received>(RESTORED_PATH, &report)?;
            self.core.restored.delivered()?;
        }
        if beats {
            self.beat()?;
        }
        if let Err(error) = self.send_lists() {
            tracing::debug!(%error, "the platform does not take what was listed");
        }
        Ok(())
    }

    /// Some pieces at a time: beats go on meanwhile. A list that cannot be read keeps no other back.
    fn send_lists(&mut self) -> Result<()> {
        let unsent = lock(&self.core.alarms).unsent();
        let mut pieces = 0;
        for (path, id, mut extent) in unsent {
            while pieces < PIECES_AT_ONCE {
                let next = listed::next_piece(&path, &id, extent).inspect_err(|error| {
                    tracing::debug!(%error, "the list of an alarm cannot be sent");
                });
                let Ok(Some((piece, after))) = next else { break };
                if !piece.files.is_empty() {
                    self.ask::<_, Received>(LISTED_PATH, &piece)?;
                }
                Alarms::sent(&self.core.alarms, &id, after)?;
                (extent, pieces) = (after, pieces + 1);
            }
        }
        Ok(())
    }

    fn enrol(&mut self, enrolment: &Enrolment) -> Result<()> {
        let request = EnrolRequest {
            token: enrolment.token.clone(),
            asset: enrolment.asset.clone(),
            public_key: self.key.public(),
            host: host_facts(),
            level: self.core.level.clone(),
        };
        let mut last = GuardError::Enrolment("it names no platform");
        for platform in &enrolment.platforms {
            let line = Line::new(platform, enrolment.certificate_sha256.as_deref())?;
            let from = Sender { guard: NO_GUARD_YET, key: &self.key, at: self.core.now() };
            match line.ask::<_, EnrolAnswer>(ENROL_PATH, &request, &from) {
                Ok(answer) => {
                    let member = Membership {
                        guard: answer.guard,
                        platforms: enrolment.platforms.clone(),
                        certificate_sha256: enrolment.certificate_sha256.clone(),
                        orders_key: answer.orders_key,
                        beat_every_ms: answer.beat_every_ms,
                        last_order: 0,
                        heads: Vec::new(),
                    };
                    member.write(&self.core.holdings.state)?;
                    lift::keep(&self.core.holdings.state, enrolment.lift.as_deref())?;
                    tracing::info!(guard = %member.guard, "enrolled");
                    return self.join(member);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn join(&mut self, member: Membership) -> Result<()> {
        let pin = member.certificate_sha256.as_deref();
        self.lines = member
            .platforms
            .iter()
            .map(|platform| Line::new(platform, pin))
            .collect::<Result<_>>()?;
        self.beat_ms = member.beat_every_ms.clamp(*BEAT_MS.start(), *BEAT_MS.end());
        self.member = Some(member);
        Ok(())
    }

    /// Asks the platform's addresses in turn; the one that answered stays first.
    fn ask<Q: serde::Serialize, A: serde::de::DeserializeOwned>(
        &mut self,
        door: &'static str,
        body: &Q,
    ) -> Result<A> {
        let guard = self.member.as_ref().map_or(NO_GUARD_YET.to_owned(), |m| m.guard.to_string());
        let mut last = GuardError::Unreachable { door, cause: "no address is known".to_owned() };
        for place in 0..self.lines.len() {
            // Two requests of one millisecond must not look like a replay.
            self.last_at = self.core.now().max(self.last_at.plus_ms(1));
            let Some(line) = self.lines.get(place) else { break };
            let from = Sender { guard: &guard, key: &self.key, at: self.last_at };
            match line.ask(door, body, &from) {
                Ok(answer) => {
                    self.lines.swap(0, place);
                    return Ok(answer);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn beat(&mut self) -> Result<()> {
        self.sequence += 1;
        let acknowledged: Vec<OrderAck> =
            lock(&self.orders).values().flatten().take(ORDERS_MAX).cloned().collect();
        let heads = self.member.as_ref().map(|member| member.heads.clone()).unwrap_or_default();
        let lifted = lift::last(&self.core.holdings.state);
        if lifted != self.lifted {
            tracing::warn!("a printed code lifted this host's cut");
            self.lifted = lifted;
            self.core.look_at_cut();
        }
        let body = Beat {
            lifted,
            sequence: self.sequence,
            acknowledgements: acknowledged.clone(),
            heads,
            waiting_reports: u32::try_from(self.core.restored.waiting().1).unwrap_or(u32::MAX),
            ..beat(&self.core)
        };
        let answer: BeatAnswer = self.ask(BEAT_PATH, &body)?;
        if let Err(error) = answer.check() {
            return Err(GuardError::Unreachable { door: BEAT_PATH, cause: error.to_string() });
        }
        for ack in &acknowledged {
            lock(&self.orders).remove(&ack.sequence);
        }
        self.beat_ms = answer.beat_every_ms.clamp(*BEAT_MS.start(), *BEAT_MS.end());
        self.keep_heads(&answer)?;
        for order in &answer.orders {
            self.take(order)?;
        }
        Ok(())
    }

    /// Keeps the newest head of each journal; an older one is never taken for a newer.
    fn keep_heads(&mut self, answer: &BeatAnswer) -> Result<()> {
        let Some(member) = &mut self.member else { return Ok(()) };
        let mut changed = false;
        for head in &answer.heads {
            match member.heads.iter_mut().find(|known| known.tenant == head.tenant) {
                Some(known) if known.sequence < head.sequence => {
                    *known = head.clone();
                    changed = true;
                }
                Some(_) => {}
                None => {
                    member.heads.push(head.clone());
                    changed = true;
                }
            }
        }
        if changed { member.write(&self.core.holdings.state) } else { Ok(()) }
    }

    fn take(&mut self, order: &SignedOrder) -> Result<()> {
        let Some(member) = &mut self.member else { return Ok(()) };
        // Sent again because the acknowledgement had not arrived yet.
        if lock(&self.orders).contains_key(&order.sequence) {
            return Ok(());
        }
        let orders_key = BASE64URL_NOPAD.decode(member.orders_key.as_bytes()).unwrap_or_default();
        let checks = Checks {
            guard: &member.guard,
            orders_key: &orders_key,
            last_sequence: member.last_order,
            now: self.core.now(),
        };
        if let Some(outcome) = refusal(order, &checks) {
            if matches!(outcome, OrderOutcome::BadSignature | OrderOutcome::OtherGuard) {
                self.core.say(Suspicion::OrderRefused, false);
            }
            self.acknowledge(order.sequence, outcome);
            return Ok(());
        }
        member.last_order = order.sequence;
        member.write(&self.core.holdings.state)?;
        let outcome = match &order.order {
            Order::CutSelf => outcome_of_cut(self.core.cut_host()),
            Order::LiftSelf => {
                let outcome = outcome_of_cut(cut::lift_self());
                self.core.look_at_cut();
                outcome
            }
            Order::LetGo(alarm) => {
                let known = lock(&self.core.alarms).get(alarm).is_some();
                if !self.core.let_go(alarm) && known {
                    tracing::info!(%alarm, "nobody waits under this alarm any more");
                }
                if known { OrderOutcome::Done } else { OrderOutcome::UnknownAlarm }
            }
            Order::Maintain(job) => match self.core.maintain(*job) {
                Ok(true) => OrderOutcome::Done,
                Ok(false) => OrderOutcome::Failed,
                Err(error) => {
                    tracing::error!(%error, "an announced job is forgotten at the next start");
                    OrderOutcome::Failed
                }
            },
            Order::Restore(alarm) => {
                let selection = undo::selection(&lock(&self.core.alarms), Some(alarm));
                let Some(selection) = selection else {
                    self.acknowledge(order.sequence, OrderOutcome::UnknownAlarm);
                    return Ok(());
                };
                self.restore(order.sequence, alarm.clone(), selection);
                return Ok(());
            }
        };
        self.acknowledge(order.sequence, outcome);
        Ok(())
    }

    /// On a thread of its own: beats go on meanwhile.
    fn restore(&self, sequence: u64, alarm: beffroi_town::AlarmId, selection: Selection) {
        lock(&self.orders).insert(sequence, None);
        let core = Arc::clone(&self.core);
        let orders = Arc::clone(&self.orders);
        let work = move || {
            let (holdings, at) = (&core.holdings, core.now());
            let report = core.restored.put_back(holdings, &selection, Some(alarm), at);
            let outcome =
                if report.failed == 0 { OrderOutcome::Done } else { OrderOutcome::Failed };
            lock(&orders).insert(sequence, Some(OrderAck { sequence, at: core.now(), outcome }));
        };
        if let Err(error) = std::thread::Builder::new().name("restore".to_owned()).spawn(work) {
            tracing::error!(%error, "no thread for restoring");
            self.acknowledge(sequence, OrderOutcome::Failed);
        }
    }

    fn acknowledge(&self, sequence: u64, outcome: OrderOutcome) {
        let ack = OrderAck { sequence, at: self.core.now(), outcome };
        lock(&self.orders).insert(sequence, Some(ack));
    }
}

fn outcome_of_cut(result: Result<()>) -> OrderOutcome {
    match result {
        Ok(()) => OrderOutcome::Done,
        Err(error) => {
            tracing::error!(%error, "an order could not be carried out");
            if cut::can_cut() { OrderOutcome::Failed } else { OrderOutcome::NoMeans }
        }
    }
}
