//! Keeps calls going: opens what alarms ask for, rings whose turn it is, looks again when time is
//! over, tests the lists once a week.
//!
//! Rules: woken by each commit of this process, and by itself twice a second for what others
//! write; messages go out side by side; whoever starts takes over what a process before it left
//! half-done.

use std::{sync::Arc, time::Duration};

use beffroi_crisis::calls::{self, Turn};
use beffroi_store::{
    OperatorScope, Store,
    calls::{ASKED, RING, TURN},
    outbox::{self, Posted},
};
use beffroi_town::edge::Clock;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use super::{Failed, steady::Steady};
use crate::channels::Channels;

/// How often the outbox is looked into when nothing wakes it.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often a weekly test may be due.
const TESTS_EVERY: Duration = Duration::from_secs(20);
/// Rows of one kind taken at once.
const AT_ONCE: u32 = 100;
/// Messages under way at once, over all channels.
const UNDER_WAY_MAX: usize = 256;
/// How long a claimed row is left alone; a process that starts takes all of them over.
const LEASE_MS: i64 = 10 * 60_000;

/// What the round needs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Bell {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) channels: Arc<Channels>,
    /// Where people reach the platform, without a final slash.
    pub(crate) public_url: Arc<str>,
    pub(crate) steady: Arc<Steady>,
}

impl Bell {
    fn turn(&self) -> Turn<'_> {
        let at = self.clock.now();
        Turn { store: &self.store, at, steady: self.steady.now(at) }
    }

    /// Takes over what a process that ended left.
    async fn take_over(&self) -> Result<(), Failed> {
        let at = self.turn().steady;
        let mut book = self.store.bookkeeping().await?;
        for kind in [ASKED, TURN, RING] {
            outbox::take_over(&mut book, kind, at).await?;
        }
        Ok(book.commit().await?)
    }

    async fn claim(&self, kind: &str, limit: u32) -> Result<Vec<Posted>, Failed> {
        let now = self.turn().steady;
        let operator = OperatorScope::for_operator();
        let mut conn = self.store.read().await?;
        if limit == 0 || outbox::due(&mut conn, &operator, kind, now).await? == 0 {
            return Ok(Vec::new());
        }
        drop(conn);
        let mut book = self.store.bookkeeping().await?;
        let work = outbox::claim(&mut book, kind, now, limit, LEASE_MS).await?;
        book.commit().await?;
        Ok(work)
    }

    /// Work that failed is due again in seconds.
    async fn or_again(&self, work: &Posted, did: Result<(), Failed>) {
        let Err(error) = did else { return };
        tracing::error!(
            kind = work.kind,
            error = &*error,
            "work for a call failed; it is tried again"
        );
        let again = async {
            let mut book = self.store.bookkeeping().await?;
            outbox::failed(&mut book, work, &error.to_string(), self.turn().steady).await?;
            book.commit().await
        };
        if let Err(error) = again.await {
            tracing::error!(error = &error as &dyn std::error::Error, "nor could that be noted");
        }
    }

    /// One pass over what is due.
    async fn pass(&self, under_way: &mut JoinSet<()>) -> Result<(), Failed> {
        for work in self.claim(ASKED, AT_ONCE).await? {
            let did = calls::asked(&self.turn(), &work).await.map_err(Into::into);
            self.or_again(&work, did).await;
        }
        for work in self.claim(TURN, AT_ONCE).await? {
            let did = calls::turned(&self.turn(), &work).await.map_err(Into::into);
            self.or_again(&work, did).await;
        }
        let room = UNDER_WAY_MAX.saturating_sub(under_way.len());
        let room = u32::try_from(room).unwrap_or(0).min(AT_ONCE);
        for work in self.claim(RING, room).await? {
            let bell = self.clone();
            under_way.spawn(async move {
                let did = bell.ring(&work).await;
                bell.or_again(&work, did).await;
            });
        }
        Ok(())
    }

    /// Sends one message and writes down what the gateway said.
    async fn ring(&self, work: &Posted) -> Result<(), Failed> {
        let message = calls::to_send(&self.turn(), work, &self.public_url).await?;
        let Some(message) = message else { return Ok(()) };
        let outcome = self.channels.send(&message).await;
        let kind = self.channels.kind(&message.channel);
        let code = outcome.map_err(crate::channels::Failure::code);
        if let Err(code) = code {
            tracing::warn!(channel = message.channel, code, "a message did not go out");
        }
        Ok(calls::sent(&self.turn(), work, (kind, code)).await?)
    }
}

/// Keeps calls going until the platform stops.
pub(crate) async fn ring(bell: Bell) {
    let mut stirred = bell.store.stirred();
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut under_way = JoinSet::new();
    let mut taken_over = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            // The store outlives this round: whoever stirs it is there.
            _ = stirred.changed() => {}
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
        }
        stirred.mark_unchanged();
        let done = async {
            if !taken_over {
                bell.take_over().await?;
                taken_over = true;
            }
            bell.pass(&mut under_way).await
        };
        if let Err(error) = done.await {
            tracing::error!(error = &*error, "the bell cannot be rung; trying again");
            // A database that fails at once must not be asked in a circle.
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Opens the weekly tests that are due.
pub(crate) async fn test(bell: Bell) {
    let mut ticks = interval(TESTS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = calls::weekly(&bell.turn()).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the lists are not tested");
        }
    }
}
