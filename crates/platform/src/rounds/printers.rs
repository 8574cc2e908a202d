//! Print posts that are not heard, or cannot print: an alarm, once for each silence.
//!
//! Rules: only a post that somebody confirmed is missed; how long it may be silent is
//! [`SILENCE_MS`], counted from when it was last heard or since when it fails.

use std::{sync::Arc, time::Duration};

use beffroi_store::{
    OperatorScope, Store,
    print_posts::{self as posts, PrintPost},
};
use beffroi_town::{AlarmKind, Instant, edge::Clock, printer::SILENCE_MS};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use super::{
    Failed,
    noticed::{self, Noticed},
};

/// How often it is looked who is silent.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Raises the alarm of each post that is missed.
pub(crate) async fn listen(store: Store, clock: Arc<dyn Clock>) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = round(&store, clock.now()).await {
            tracing::error!(error = &*error, "the silence of print posts goes unnoticed");
        }
    }
}

async fn round(store: &Store, now: Instant) -> Result<(), Failed> {
    let operator = OperatorScope::for_operator();
    let since = now.plus_ms(-SILENCE_MS);
    for post in posts::down(&mut store.read().await?, &operator, since).await? {
        tell(store, now, &post).await?;
    }
    Ok(())
}

/// Raises the alarm of a post; the same again changes nothing.
async fn tell(store: &Store, now: Instant, post: &PrintPost) -> Result<(), Failed> {
    let heard = post.heard_at.or(post.enrolled_at).unwrap_or(post.made_at);
    let silent = now.ms_since(heard) > SILENCE_MS;
    let since = if silent { heard } else { post.failing_since.unwrap_or(heard) };
    let noticed = Noticed {
        id: format!("print-post-{}-{}", post.id, since.ms() / 1_000),
        tenant: &post.tenant,
        kind: AlarmKind::PrintPostDown,
        since,
        detail: json!({ "post": post.id, "silent": silent }),
    };
    noticed::tell(store, now, noticed).await
}

#[cfg(test)]
mod tests {
    use beffroi_registry::tenants;
    use beffroi_store::{Location, TenantScope, alarms, print_posts::NewPrintPost};
    use beffroi_town::{Actor, Lang, TenantId, printer::EnrolRequest, procedure::KeyGroup};

    use super::*;
    use crate::edge::SystemEntropy;

    const START: Instant = Instant::from_ms(1_714_035_840_000);
    const MINUTE: i64 = 60_000;

    /// A town with a post that enrolled; its key is nobody's.
    async fn town(folder: &std::path::Path) -> (Store, TenantId, PrintPost) {
        let location = Location::Folder(folder.join("data"));
        let store = Store::open(&location, Arc::new(SystemEntropy::new())).await.unwrap();
        let (by, tenant) = (Actor::CommandLine, TenantId::parse("59273").unwrap());
        tenants::add(&store, &by, START, vec![tenants::resolve("59273").unwrap()]).await.unwrap();
        let mut tx = store.begin(std::slice::from_ref(&tenant), &by, START).await.unwrap();
        let new = NewPrintPost {
            name: "Accueil",
            lang: Lang::Fr,
            evening: 18 * 60,
            groups: &[KeyGroup::General],
            expires_at: START.plus_ms(MINUTE),
        };
        let (post, token) = posts::make(&mut tx, &tenant, &new).await.unwrap();
        let request = EnrolRequest {
            token,
            post,
            public_key: "key".to_owned(),
            recipient: "age1x".to_owned(),
            hostname: "accueil-1".to_owned(),
            version: "0".to_owned(),
        };
        let post = posts::enrol(&mut tx, &request).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        (store, tenant, post)
    }

    /// How many times each open alarm was raised again.
    async fn open(store: &Store, tenant: &TenantId) -> Vec<u32> {
        let scope = TenantScope::for_tenant(tenant);
        let open = alarms::open(&mut store.read().await.unwrap(), &scope).await.unwrap();
        assert!(open.iter().all(|alarm| alarm.kind == AlarmKind::PrintPostDown));
        open.iter().map(|alarm| alarm.repeats).collect()
    }

    async fn heard(store: &Store, post: &PrintPost, at: Instant, fails: bool) {
        let mut book = store.bookkeeping().await.unwrap();
        posts::heard(&mut book, &post.id, at, fails).await.unwrap();
        book.commit().await.unwrap();
    }

    #[tokio::test]
    async fn a_post_that_is_silent_or_does_not_print_is_an_alarm_once() {
        let folder = tempfile::tempdir().unwrap();
        let (store, tenant, post) = town(folder.path()).await;
        let at = |minutes: i64| START.plus_ms(minutes * MINUTE);
        // Nobody counts on it yet.
        round(&store, at(600)).await.unwrap();
        assert!(open(&store, &tenant).await.is_empty());
        let by = Actor::CommandLine;
        let mut tx = store.begin(std::slice::from_ref(&tenant), &by, START).await.unwrap();
        posts::confirm(&mut tx, &tenant, &post.id, &[KeyGroup::General]).await.unwrap();
        tx.commit().await.unwrap();

        heard(&store, &post, at(600), false).await;
        round(&store, at(629)).await.unwrap();
        assert!(open(&store, &tenant).await.is_empty());
        round(&store, at(631)).await.unwrap();
        round(&store, at(700)).await.unwrap();
        assert_eq!(open(&store, &tenant).await, [0_u32]);
        // It is heard, but cannot print: that is told once more, once.
        for minutes in (700..=740).step_by(10) {
            heard(&store, &post, at(minutes), true).await;
        }
        round(&store, at(741)).await.unwrap();
        round(&store, at(742)).await.unwrap();
        assert_eq!(open(&store, &tenant).await, [1_u32]);
        // A revoked one is missed by nobody.
        let mut tx = store.begin(std::slice::from_ref(&tenant), &by, at(742)).await.unwrap();
        posts::revoke(&mut tx, &tenant, &post.id).await.unwrap();
        tx.commit().await.unwrap();
        round(&store, at(2_000)).await.unwrap();
        assert_eq!(open(&store, &tenant).await, [1_u32]);
    }
}
