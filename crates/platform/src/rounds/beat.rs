//! The platform's own pulse: a row that says it lives, a word to the operator's people after a
//! silence, and a beat outward so that its death is noticed elsewhere.

use std::{sync::Arc, time::Duration};

use beffroi_crisis::alarms;
use beffroi_store::{OperatorScope, Store, rounds};
use beffroi_town::edge::Clock;
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};
use ureq::http::Request;

use super::Failed;
use crate::{
    PlatformError,
    channels::Client,
    config::BeatConfig,
    noted::{ALIVE, BEAT},
};

/// How often it is written.
const PULSE_EVERY: Duration = Duration::from_secs(20);
/// A silence longer than this is told.
const SILENCE_MS_MAX: i64 = 5 * 60_000;
/// How long whoever listens may take.
const LISTENER_TIME: Duration = Duration::from_secs(10);

/// Writes the pulse, and tells of a silence that came before.
pub(crate) async fn pulse(store: Store, clock: Arc<dyn Clock>) {
    let mut ticks = interval(PULSE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = beat_once(&store, &*clock).await {
            tracing::error!(error = &*error, "the pulse cannot be written");
        }
    }
}

async fn beat_once(store: &Store, clock: &dyn Clock) -> Result<(), Failed> {
    let (operator, at) = (OperatorScope::for_operator(), clock.now());
    let before = rounds::get(&mut store.read().await?, &operator, ALIVE).await?;
    let last = before.and_then(|round| round.done_at);
    // A machine that was asleep is silent too, though its process never ended.
    if let Some(last) = last.filter(|last| at.ms_since(*last) > SILENCE_MS_MAX) {
        let told = alarms::notice_gap(store, last, at).await?;
        let silent_ms = at.ms_since(last);
        tracing::warn!(silent_ms, told, "the platform kept no watch for a while");
    }
    let mut book = store.bookkeeping().await?;
    rounds::done(&mut book, ALIVE, at, &json!({})).await?;
    Ok(book.commit().await?)
}

/// Where the platform says that it lives.
pub(crate) struct Outward {
    config: BeatConfig,
    client: Client,
}

impl Outward {
    /// Ready to beat.
    ///
    /// # Errors
    /// [`PlatformError::Channel`] when the certificates cannot be used.
    pub(crate) fn open(config: BeatConfig) -> Result<Self, PlatformError> {
        let client = Client::new(LISTENER_TIME, config.ca_file.as_deref())
            .map_err(|reason| PlatformError::Channel { name: "beat".to_owned(), reason })?;
        Ok(Self { config, client })
    }
}

/// Beats outward until the platform stops.
pub(crate) async fn outward(store: Store, clock: Arc<dyn Clock>, to: Outward) {
    let to = Arc::new(to);
    let mut ticks = interval(to.config.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let failing = failing(&store).await;
        let told = tell(&to, &failing).await;
        let noted = async {
            let mut book = store.bookkeeping().await?;
            match &told {
                Ok(()) => {
                    let detail = json!({ "failing": failing });
                    rounds::done(&mut book, BEAT, clock.now(), &detail).await?;
                }
                Err(why) => rounds::failed(&mut book, BEAT, clock.now(), why).await?,
            }
            book.commit().await
        };
        if let Err(error) = noted.await {
            tracing::error!(error = &error as &dyn std::error::Error, "a beat cannot be noted");
        }
    }
}

/// The rounds that fail; that the store cannot be read is one of them.
async fn failing(store: &Store) -> Vec<String> {
    let all = async {
        let operator = OperatorScope::for_operator();
        rounds::all(&mut store.read().await?, &operator).await
    };
    match all.await {
        Ok(all) => all
            .into_iter()
            .filter(|round| round.failing_since.is_some() && round.name != BEAT)
            .map(|round| round.name)
            .collect(),
        Err(_) => vec!["store".to_owned()],
    }
}

async fn tell(to: &Arc<Outward>, failing: &[String]) -> Result<(), String> {
    let state = if failing.is_empty() { "ok" } else { "failing" };
    let body = json!({ "state": state, "failing": failing }).to_string();
    let to = Arc::clone(to);
    let well = failing.is_empty();
    let asked = tokio::task::spawn_blocking(move || {
        let url = if well { &to.config.url } else { &to.config.failing_url };
        let request = Request::builder().uri(url);
        let request = if to.config.posts {
            request
                .method("POST")
                .header("Content-Type", "application/json")
                .body(body.into_bytes())
        } else {
            request.method("GET").body(Vec::new())
        };
        let request = request.map_err(|_| "the url cannot be used".to_owned())?;
        let answer = to.client.ask(request).map_err(|why| why.code().to_owned())?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(format!("it answered {}", status.as_u16())) }
    });
    asked.await.unwrap_or_else(|_| Err("the beat was cut short".to_owned()))
}
