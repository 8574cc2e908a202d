//! What the vault does by itself: tell the journal of backups that came, notice servers that fell
//! silent and quotas that fill, take note of objects that lie there without a receipt.

use std::time::{Duration, SystemTime};

use beffroi_store::{
    Conn, OperatorScope, Store, TenantScope,
    vault::{
        self, Arrived, Repository,
        objects::{self, Receipt, Use},
    },
};
use beffroi_town::{
    Actor, AlarmKind, Instant,
    vault::{
        HABIT_BACKUPS, ObjectKind, counted, hundredths, silent_after_ms,
        verdict::CredentialKind,
        volume::{DAY_MS, Oddity, day_of},
    },
};
use serde_json::json;

use crate::{
    Vault, VaultError,
    alarms::{self, Suspicion},
    scrub,
    shelf::{Shelf, ShelfError},
    standing,
};

/// From so much of a quota on, people are told; and again.
const STEPS: [u64; 2] = [90, 80];
/// Files under way that are older belong to a process that was killed.
const SWEEP_AFTER: Duration = Duration::from_hours(24);

impl Vault {
    /// Tells the journal of backups that came since it was last told.
    ///
    /// # Errors
    /// The store's.
    pub async fn tell_of_backups(&self) -> Result<(), VaultError> {
        let store = &self.inner.store;
        for (repository, used) in everything(store).await? {
            // Nothing at all came since: there is no need to look.
            if used.received_at.is_none_or(|last| last <= repository.told_until) {
                continue;
            }
            let scope = TenantScope::for_tenant(&repository.tenant);
            let mut conn = store.read().await?;
            let newest = (ObjectKind::Snapshots, 1);
            let found = objects::newest(&mut conn, &scope, &repository.id, newest).await?;
            let Some(last) =
                found.into_iter().next().filter(|last| last.received_at > repository.told_until)
            else {
                continue;
            };
            let since = (ObjectKind::Snapshots, repository.told_until);
            let arrived = Arrived {
                snapshots: objects::since(&mut conn, &scope, &repository.id, since).await?,
                newest: &last.name,
                until: last.received_at,
                bytes: used.bytes,
            };
            drop(conn);
            let (tenants, at) = (std::slice::from_ref(&repository.tenant), self.inner.clock.now());
            let mut tx = store.begin(tenants, &Actor::Platform, at).await?;
            if vault::tell(&mut tx, &repository, &arrived).await? {
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Raises an alarm for each server that sent no backup for longer than it should.
    ///
    /// # Errors
    /// The store's.
    pub async fn notice_silence(&self) -> Result<(), VaultError> {
        let (store, at) = (&self.inner.store, self.inner.clock.now());
        for (repository, _) in everything(store).await? {
            let scope = TenantScope::for_tenant(&repository.tenant);
            let heard = heard(&mut store.read().await?, &scope, &repository).await?;
            let Some(silence) = heard.silence(at) else { continue };
            let span = silence.since.ms();
            let mut suspicion = Suspicion::about(AlarmKind::VaultSilent, &repository, span, at)
                .with("silent_since", span)
                .with("ever", heard.last.is_some());
            suspicion.first_at = silence.since;
            alarms::raise_once(store, &self.inner.told, &suspicion).await?;
        }
        Ok(())
    }

    /// Raises an alarm for each server that sent, within a day and a night, as if most of what it has
    /// were new.
    ///
    /// # Errors
    /// The store's.
    pub async fn notice_volume(&self) -> Result<(), VaultError> {
        let (store, at) = (&self.inner.store, self.inner.clock.now());
        for (repository, used) in everything(store).await? {
            let is_fresh = used.received_at.is_some_and(|last| at.ms_since(last) < 2 * DAY_MS);
            if !is_fresh {
                continue;
            }
            let scope = TenantScope::for_tenant(&repository.tenant);
            let mut conn = store.read().await?;
            let oddity = standing::volume(&mut conn, &scope, &repository, at).await?;
            drop(conn);
            if oddity < Oddity::Gross {
                continue;
            }
            // Two nights that follow each other are the same news.
            let span = day_of(at.ms()) / 3;
            let suspicion = Suspicion::about(AlarmKind::VaultUnusual, &repository, span, at);
            alarms::raise_once(store, &self.inner.told, &suspicion).await?;
        }
        Ok(())
    }

    /// Raises an alarm for each quota that is nearly used up.
    ///
    /// # Errors
    /// The store's.
    pub async fn notice_filling(&self) -> Result<(), VaultError> {
        let (store, at) = (&self.inner.store, self.inner.clock.now());
        let settings = &self.inner.settings;
        let mut towns = std::collections::BTreeMap::new();
        for (repository, used) in everything(store).await? {
            let usual = settings.tenant_quota_bytes;
            let whole = repository.tenant_quota_bytes.unwrap_or(usual);
            towns.entry(repository.tenant.clone()).or_insert((0, whole)).0 += used.bytes;
            let quota = repository.quota_bytes.unwrap_or(settings.server_quota_bytes);
            let Some(step) = step(used.bytes, quota) else { continue };
            // Once for each step of each quota; and the gravest first, so that one is told.
            let mut suspicion = Suspicion::about(AlarmKind::VaultFilling, &repository, 0, at)
                .with("hundredths", step);
            suspicion.id = format!("vault-filling-{}-{step}", repository.id);
            alarms::raise_once(store, &self.inner.told, &suspicion).await?;
        }
        for (tenant, (bytes, whole)) in towns {
            let Some(step) = step(bytes, whole) else { continue };
            let suspicion = Suspicion {
                kind: AlarmKind::VaultFilling,
                tenant: &tenant,
                asset: None,
                id: format!("vault-filling-{}-{step}", tenant.dashed()),
                first_at: at,
                at,
                detail: json!({ "what": "tenant", "hundredths": step }),
            };
            alarms::raise_once(store, &self.inner.told, &suspicion).await?;
        }
        Ok(())
    }

    /// Gives a receipt, as of now, to each object that lies there without one: it came just before
    /// a kill, or the database was put back from a backup. Being older than its receipt, it is kept
    /// longer, never shorter. How many.
    ///
    /// # Errors
    /// The disk's and the store's.
    pub async fn take_note(&self) -> Result<u64, VaultError> {
        let store = &self.inner.store;
        let mut noted = 0;
        for (repository, _) in everything(store).await? {
            let place = self.shelf(&repository);
            let failed = |source| ShelfError::Folder { folder: place.folder().to_owned(), source };
            for kind in ObjectKind::ALL.iter().copied() {
                let known = scrub::compare(store, &place, (&repository, kind)).await?;
                for (name, bytes) in known.without_receipt {
                    let receipt = Receipt {
                        kind,
                        name,
                        bytes,
                        received_at: self.inner.clock.now(),
                        credential: None,
                        damaged_at: None,
                        thinning: None,
                    };
                    let mut book = store.bookkeeping().await?;
                    let new = objects::received(&mut book, &repository.id, &receipt).await?;
                    book.commit().await?;
                    if new {
                        noted += 1;
                        self.inner.ledger.add(&repository, counted(bytes));
                    }
                }
            }
            let before = SystemTime::UNIX_EPOCH
                + Duration::from_millis(u64::try_from(self.inner.clock.now().ms()).unwrap_or(0));
            if let Some(before) = before.checked_sub(SWEEP_AFTER) {
                let swept = place.sweep(before).map_err(failed)?;
                if swept > 0 {
                    tracing::info!(swept, server = repository.server, "halves were swept");
                }
            }
        }
        Ok(noted)
    }

    fn shelf(&self, repository: &Repository) -> Shelf {
        Shelf::of(&self.inner.settings.folder, &repository.tenant, &repository.server)
    }
}

fn step(used: u64, quota: u64) -> Option<u64> {
    let part = hundredths(used, quota);
    STEPS.into_iter().find(|step| part >= *step)
}

async fn everything(store: &Store) -> Result<Vec<(Repository, Use)>, beffroi_store::Error> {
    let operator = OperatorScope::for_operator();
    let mut conn = store.read().await?;
    let all = vault::all(&mut conn, &operator).await?;
    let mut known: std::collections::HashMap<_, _> =
        objects::uses(&mut conn, &operator).await?.into_iter().collect();
    Ok(all
        .into_iter()
        .map(|one| {
            let used = known.remove(&one.id).unwrap_or_default();
            (one, used)
        })
        .collect())
}

/// When a server was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// When its last backup was received; none: it never sent one.
    pub last: Option<Instant>,
    /// Since when it could have.
    pub since: Instant,
    /// After how long it is silent.
    pub silent_after_ms: i64,
    /// Whether any credential could send one at all.
    pub is_open: bool,
}

/// A silence that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Since when.
    pub since: Instant,
    /// How long.
    pub ms: i64,
}

impl Heard {
    /// Whether it has been silent for too long. Who was revoked has nothing to say.
    pub fn silence(&self, now: Instant) -> Option<Silence> {
        let since = self.last.unwrap_or(self.since);
        let ms = now.ms_since(since);
        (self.is_open && ms > self.silent_after_ms).then_some(Silence { since, ms })
    }
}

/// When the server of a repository was last heard, and what would be too long.
///
/// # Errors
/// The store's.
pub async fn heard(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &Repository,
) -> Result<Heard, beffroi_store::Error> {
    let lately = (ObjectKind::Snapshots, HABIT_BACKUPS);
    let lately = objects::newest(conn, scope, &repository.id, lately).await?;
    let mut credentials = vault::credentials(conn, scope, &repository.id).await?;
    // An inspector sends no backups: that it may still read says nothing of the server.
    credentials.retain(|one| one.kind == CredentialKind::Server);
    let received: Vec<Instant> = lately.iter().map(|one| one.received_at).collect();
    Ok(Heard {
        last: received.first().copied(),
        since: credentials.iter().map(|one| one.made_at).max().unwrap_or(repository.made_at),
        silent_after_ms: silent_after_ms(&received, repository.silent_after_hours),
        is_open: credentials.iter().any(|one| one.revoked_at.is_none()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filling_is_told_in_steps() {
        assert_eq!(step(799, 1_000), None);
        assert_eq!(step(800, 1_000), Some(80));
        assert_eq!(step(899, 1_000), Some(80));
        assert_eq!(step(2_000, 1_000), Some(90));
    }

    #[test]
    fn a_silence_counts_from_the_last_backup_or_the_newest_credential() {
        let at = Instant::from_ms;
        let heard =
            Heard { last: Some(at(100)), since: at(50), silent_after_ms: 1_000, is_open: true };
        assert_eq!(heard.silence(at(1_100)), None);
        assert_eq!(heard.silence(at(1_101)), Some(Silence { since: at(100), ms: 1_001 }));
        let never = Heard { last: None, ..heard.clone() };
        assert_eq!(never.silence(at(1_051)), Some(Silence { since: at(50), ms: 1_001 }));
        assert_eq!(Heard { is_open: false, ..heard }.silence(at(9_999)), None);
    }
}
