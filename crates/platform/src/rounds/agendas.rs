//! The agendas of the town's own software, pulled every night, for on the day of an attack they
//! cannot be fetched any more; and the names of those who came, erased when their time is over.
//!
//! Rules: a pull that fails is tried again every hour and leaves what is there; what is here too
//! long is an alarm, once; what is read is from outside: it is read apart, so that a file that
//! breaks the reader breaks nothing else.

mod table;

use std::{path::PathBuf, sync::Arc, time::Duration};

use beffroi_desk::{
    appointments::{
        self as desk,
        calendar::{self, FILE_BYTES_MAX, Window},
        sheet,
    },
    keys,
};
use beffroi_store::{
    OperatorScope, Store, TenantScope, agendas,
    agendas::sources::{self, Source},
    appointments, facts,
};
use beffroi_town::{Actor, AlarmKind, Instant, edge::Clock, procedure::KeyGroup};
use beffroi_words::Zone;
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use super::{
    Failed,
    noticed::{self, Noticed},
};
use crate::outside::Fetcher;

/// How often it is looked what is due.
const LOOK_EVERY: Duration = Duration::from_mins(5);
/// How old a pull is when the next is due, whatever the hour.
const DAY_MS: i64 = 24 * 3_600_000;
/// How old it is when the next is due at night.
const NIGHT_MS: i64 = 6 * 3_600_000;
/// How long after a failure it is tried again.
const AGAIN_MS: i64 = 3_600_000;
/// From which hour of the town to which is night.
const NIGHT_MINUTES: std::ops::Range<u16> = 120..300;
/// How many days ahead are kept.
const DAYS_AHEAD: i64 = 60;
/// How long after an appointment who came is kept: as the procedure of appointments says.
const KEPT_MS: i64 = 92 * 24 * 3_600_000;

/// Where dropped files are looked for: `agendas` in the folder of the data.
pub(crate) fn drops(data: &std::path::Path) -> PathBuf {
    data.join("agendas")
}

/// Pulls what is due, tells of what is stale, and erases what is over.
pub(crate) async fn pull(store: Store, clock: Arc<dyn Clock>, drops: PathBuf) {
    let fetcher = Fetcher::new();
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = round(&store, &*clock, (&fetcher, &drops)).await {
            tracing::error!(error = &*error, "agendas cannot be looked after");
        }
    }
}

async fn round(
    store: &Store,
    clock: &dyn Clock,
    (fetcher, drops): (&Fetcher, &std::path::Path),
) -> Result<(), Failed> {
    let operator = OperatorScope::for_operator();
    for source in sources::all(&mut store.read().await?, &operator).await? {
        if let Err(error) = see_to(store, clock.now(), (fetcher, drops), &source).await {
            let (tenant, id) = (&source.tenant, &source.id);
            tracing::error!(%tenant, id, error = &*error, "an agenda cannot be looked after");
        }
    }
    let before = clock.now().plus_ms(-KEPT_MS);
    for tenant in
        appointments::with_names_before(&mut store.read().await?, &operator, before).await?
    {
        let tenants = std::slice::from_ref(&tenant);
        let mut tx = store.begin(tenants, &Actor::Platform, clock.now()).await?;
        appointments::erase_before(&mut tx, &tenant, before).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whether a source is to be pulled now, at this minute of the town's day.
fn is_due(source: &Source, now: Instant, minute: u16) -> bool {
    if source.tried_at.is_some_and(|tried| now.ms_since(tried) < AGAIN_MS) {
        return false;
    }
    let Some(pulled) = source.pulled_at else { return true };
    let age = now.ms_since(pulled);
    age >= DAY_MS || (age >= NIGHT_MS && NIGHT_MINUTES.contains(&minute))
}

async fn see_to(
    store: &Store,
    now: Instant,
    from: (&Fetcher, &std::path::Path),
    source: &Source,
) -> Result<(), Failed> {
    let scope = TenantScope::for_tenant(&source.tenant);
    let Some(town) = facts::load(&mut store.read().await?, &scope, now).await? else {
        return Ok(());
    };
    let zone = Zone::of(&town.tenant);
    if is_due(source, now, zone.local(now).minute) {
        if let Err(why) = pull_one(store, now, from, (source, &zone)).await {
            let mut book = store.bookkeeping().await?;
            let place = (&source.tenant, source.id.as_str());
            sources::failed(&mut book, place, now, &why.to_string()).await?;
            book.commit().await?;
        } else {
            return Ok(());
        }
    }
    if source.is_stale(now) { tell(store, now, source).await } else { Ok(()) }
}

async fn pull_one(
    store: &Store,
    now: Instant,
    (fetcher, drops): (&Fetcher, &std::path::Path),
    (source, zone): (&Source, &Zone),
) -> Result<(), Failed> {
    let (fetcher, place) = (fetcher.clone(), source.place.clone());
    let (drops, zone) = (drops.to_owned(), zone.clone());
    let first = zone.day(now);
    let read = tokio::task::spawn_blocking(move || {
        let bytes = if place.contains("://") {
            fetcher.fetch(&place, FILE_BYTES_MAX)?
        } else {
            dropped(&drops, &place)?
        };
        let window = Window { first, last: first.plus(DAYS_AHEAD), zone: &zone };
        let read = if is_table(&place) {
            table::read(&bytes, &window)?
        } else {
            calendar::read(&bytes, &window)?
        };
        Ok::<_, Failed>(read)
    });
    let read = read.await.map_err(|_| "the file breaks whoever reads it: export it again")??;
    if read.unreadable > 0 {
        let (tenant, id, unreadable) = (&source.tenant, &source.id, read.unreadable);
        tracing::warn!(%tenant, id, unreadable, "events of an agenda cannot be read");
    }
    let scope = TenantScope::for_tenant(&source.tenant);
    let mut conn = store.read().await?;
    let town = facts::load(&mut conn, &scope, now).await?;
    let known = agendas::known(&mut conn, &scope).await?;
    let agenda = known.iter().find(|one| one.id == source.agenda);
    let service = town.as_ref().zip(agenda).and_then(|(town, one)| desk::service(town, one));
    let group = service.map_or(KeyGroup::General, desk::group);
    let recipients = keys::recipients(&mut conn, &scope, group).await?;
    drop(conn);
    if recipients.is_empty() {
        return Err("the keys of the counter are not made: a director makes them".into());
    }
    let days = sheet::keep(&recipients, &read)?;
    let tenants = std::slice::from_ref(&source.tenant);
    let mut tx = store.begin(tenants, &Actor::Platform, now).await?;
    sources::pulled(&mut tx, &source.tenant, &source.id, &days).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a place holds a table (CSV), by its name.
fn is_table(place: &str) -> bool {
    let name = place.split(['?', '#']).next().unwrap_or_default();
    matches!(name.to_ascii_lowercase().rsplit_once('.'), Some((_, "csv")))
}

/// A file that somebody put into the folder; its name has no folder in it.
fn dropped(drops: &std::path::Path, name: &str) -> Result<Vec<u8>, Failed> {
    use std::io::Read as _;
    if name.contains(['/', '\\']) || name.starts_with('.') {
        return Err("the name of a dropped file has no folder in it".into());
    }
    let path = drops.join(name);
    let file = std::fs::File::open(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(FILE_BYTES_MAX)?.saturating_add(1);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Raises the alarm of a source that is stale; the same again changes nothing.
async fn tell(store: &Store, now: Instant, source: &Source) -> Result<(), Failed> {
    let since = source.pulled_at.unwrap_or(source.made_at);
    let noticed = Noticed {
        id: format!("agenda-stale-{}-{}", source.id, since.ms() / 1_000),
        tenant: &source.tenant,
        kind: AlarmKind::AgendaStale,
        since,
        detail: json!({ "source": source.id, "agenda": source.agenda }),
    };
    noticed::tell(store, now, noticed).await
}

#[cfg(test)]
mod tests;
