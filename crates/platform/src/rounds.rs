//! What the platform does by itself, round after round: follow the changes, run the hooks that
//! persons ordered, notice guards that fell silent, keep calls going, sweep what has expired.

pub(crate) mod agendas;
pub(crate) mod beat;
pub(crate) mod calls;
mod noticed;
pub(crate) mod packs;
pub(crate) mod printers;
pub(crate) mod steady;
pub(crate) mod vault;

pub(crate) mod backup;
pub(crate) mod doctor;
pub(crate) mod mirror;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use beffroi_crisis::{
    Deed, alarms, cut_rules,
    cuts::{self, HOOK_WORK, HookWork},
};
use beffroi_desk::retention;
use beffroi_store::{
    OperatorScope, Store, TenantScope, changes,
    outbox::{self, Posted},
    sessions, throttle,
};
use beffroi_town::{Actor, TenantId, edge::Clock};
use beffroi_web::board::Board;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    config::Hook,
    hooks::{self, HookFailure, Way},
};

/// How often silence is looked for.
const SILENCE_EVERY: Duration = Duration::from_secs(5);
/// How often the rules that towns signed are asked.
const RULES_EVERY: Duration = Duration::from_secs(2);
/// How often the outbox is looked into when nothing wakes it.
const WORK_EVERY: Duration = Duration::from_millis(500);
/// How long a claimed hook is left alone: longer than any hook may run (`config::checked_hook`).
const HOOK_LEASE_MS: i64 = 11 * 60 * 1_000;
/// How often what has expired is swept.
const SWEEP_EVERY: Duration = Duration::from_hours(1);
/// How long expired bookkeeping is kept.
const SWEEP_AFTER_MS: i64 = 30 * 24 * 3_600 * 1_000;

/// Tells the board of each change, by this process or another.
pub(crate) async fn follow(store: Store, board: Arc<Board>, from: u64) {
    let mut follower = store.follow(from);
    loop {
        let changes = follower.next().await;
        if changes.missed {
            board.forget(follower.number());
            continue;
        }
        let mut newest: BTreeMap<TenantId, u64> = BTreeMap::new();
        for change in changes.rows {
            newest.insert(change.tenant, change.number);
        }
        for (tenant, number) in newest {
            if let Err(error) = board.changed(&tenant, number).await {
                tracing::error!(%tenant, error = &error as &dyn std::error::Error, "a page is behind");
            }
        }
    }
}

/// The number to follow from: taken before the first page is made.
pub(crate) async fn start_of_following(store: &Store) -> Result<u64, beffroi_store::Error> {
    changes::newest(&mut store.read().await?).await
}

/// Runs the hooks that persons ordered, one after the other.
pub(crate) async fn work(store: Store, clock: Arc<dyn Clock>, hooks: BTreeMap<String, Hook>) {
    let mut ticks = interval(WORK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        while let Some(did) = next_hook(&store, &*clock, &hooks).await {
            if let Err(error) = did {
                tracing::error!(error = &*error, "work for a hook failed; it is tried again");
                break;
            }
        }
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Does the next piece of work, if there is one.
async fn next_hook(
    store: &Store,
    clock: &dyn Clock,
    hooks: &BTreeMap<String, Hook>,
) -> Option<Result<(), Failed>> {
    let claimed = async {
        let operator = OperatorScope::for_operator();
        let mut conn = store.read().await?;
        if outbox::waiting(&mut conn, &operator, clock.now()).await? == 0 {
            return Ok(Vec::new());
        }
        drop(conn);
        let mut book = store.bookkeeping().await?;
        let work = outbox::claim(&mut book, HOOK_WORK, clock.now(), 1, HOOK_LEASE_MS).await?;
        book.commit().await?;
        Ok::<_, beffroi_store::Error>(work)
    };
    match claimed.await {
        Ok(work) => match work.first() {
            Some(posted) => {
                let did = run_hook(store, clock, hooks, posted).await;
                Some(or_again(store, clock, posted, did).await)
            }
            None => None,
        },
        Err(error) => Some(Err(error.into())),
    }
}

/// Work that failed is due again in seconds, not when its lease ends.
async fn or_again(
    store: &Store,
    clock: &dyn Clock,
    posted: &Posted,
    did: Result<(), Failed>,
) -> Result<(), Failed> {
    if let Err(error) = &did {
        let mut book = store.bookkeeping().await?;
        outbox::failed(&mut book, posted, &error.to_string(), clock.now()).await?;
        book.commit().await?;
    }
    did
}

async fn run_hook(
    store: &Store,
    clock: &dyn Clock,
    hooks: &BTreeMap<String, Hook>,
    posted: &Posted,
) -> Result<(), Failed> {
    let work: HookWork = serde_json::from_value(posted.body.clone())?;
    let way = if work.lift { Way::Lift } else { Way::Cut };
    let outcome = hooks::run(hooks, &work.hook, way).await;
    let scope = TenantScope::for_tenant(&posted.tenant);
    let deed = Deed { store, actor: &Actor::Platform, at: clock.now(), scope: &scope };
    cuts::hook_answered(&deed, &work, outcome.map_err(HookFailure::code)).await?;
    let mut book = store.bookkeeping().await?;
    outbox::done(&mut book, &posted.id, clock.now()).await?;
    book.commit().await?;
    Ok(())
}

/// Raises an alarm for each guard that fell silent.
pub(crate) async fn listen_for_silence(store: Store, clock: Arc<dyn Clock>) {
    let mut ticks = interval(SILENCE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = alarms::notice_silence(&store, clock.now()).await {
            tracing::error!(error = &error as &dyn std::error::Error, "silence goes unnoticed");
        }
    }
}

/// Cuts what towns signed beforehand, when their guards see an attack and nobody decides.
pub(crate) async fn cut_by_rules(store: Store, clock: Arc<dyn Clock>) {
    let mut ticks = interval(RULES_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let towns = match cut_rules::towns(&store).await {
            Ok(towns) => towns,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the rules of cutting cannot be read"
                );
                continue;
            }
        };
        for town in towns {
            match cut_rules::apply(&store, &town, clock.now()).await {
                Ok(None) => {}
                Ok(Some(asset)) => tracing::warn!(%town, %asset, "cut by the town's rule"),
                // The others' rules do not wait for this one.
                Err(error) => {
                    tracing::error!(%town, error = &error as &dyn std::error::Error, "a rule of cutting was not carried out; it is tried again");
                }
            }
        }
    }
}

/// Sweeps expired sessions, counts of failures, finished deliveries and forms that were never sent;
/// erases requests whose time of keeping is over.
pub(crate) async fn sweep(store: Store, clock: Arc<dyn Clock>) {
    let mut ticks = interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        let swept = async {
            let (now, old) = (clock.now(), clock.now().plus_ms(-SWEEP_AFTER_MS));
            let mut book = store.bookkeeping().await?;
            sessions::sweep(&mut book, now).await?;
            throttle::sweep(&mut book, old).await?;
            outbox::sweep(&mut book, old).await?;
            book.commit().await
        };
        if let Err(error) = retention::erase_due(&store, clock.now()).await {
            tracing::error!(error = &error as &dyn std::error::Error, "nothing was erased");
        }
        if let Err(error) = swept.await {
            tracing::error!(error = &error as &dyn std::error::Error, "nothing was swept");
        }
    }
}
