//! One request by somebody who was let in.

use std::{io, sync::Arc};

use axum::http::request::Parts;
use beffroi_store::{
    TenantScope,
    vault::{Repository, objects},
};
use beffroi_town::{
    AlarmKind, Instant,
    vault::{ObjectKind, counted, verdict::CredentialKind},
};

use crate::{
    Room, Vault,
    alarms::{self, HOUR_MS, Suspicion},
    asked::{ObjectName, What},
    ledger::Limits,
    refusal::Refusal,
    shelf::Shelf,
};

/// restic takes a lock that was not refreshed for as long to be dead.
const FORGOTTEN_MS: i64 = 30 * 60_000;

/// restic tries an upload again, and cleans up in between, for a quarter of an hour.
const INSISTS_MS: i64 = 15 * 60_000;

/// One request by somebody who was let in.
pub(crate) struct Visit {
    pub(crate) vault: Vault,
    pub(crate) repository: Arc<Repository>,
    pub(crate) credential: String,
    /// What that credential is for.
    pub(crate) kind: CredentialKind,
    pub(crate) shelf: Shelf,
    pub(crate) room: Arc<Room>,
    pub(crate) at: Instant,
    pub(crate) what: What,
    pub(crate) parts: Parts,
}

/// Does work on the disk away from the threads that answer.
pub(crate) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(io::Error::other(error).into()),
    }
}

impl Visit {
    /// What this repository and its town may hold.
    pub(crate) fn limits(&self) -> Limits {
        let settings = &self.vault.inner.settings;
        Limits {
            server: self.repository.quota_bytes.unwrap_or(settings.server_quota_bytes),
            tenant: self.repository.tenant_quota_bytes.unwrap_or(settings.tenant_quota_bytes),
        }
    }

    /// Refuses what would take a backup away, and says to people that somebody tried.
    pub(crate) async fn tampered(&self, what: &'static str, told: &'static str) -> Refusal {
        let span = self.at.ms() / HOUR_MS;
        let kind = AlarmKind::VaultTampered;
        let suspicion = Suspicion::about(kind, &self.repository, span, self.at)
            .with("what", what)
            .with("credential", self.credential.as_str());
        self.suspect(&suspicion).await;
        Refusal::Sealed(told)
    }

    /// Raises an alarm. That it cannot be raised does not change the answer.
    pub(crate) async fn suspect(&self, suspicion: &Suspicion<'_>) {
        let inner = &self.vault.inner;
        if let Err(error) = alarms::raise_once(&inner.store, &inner.told, suspicion).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, kind = suspicion.kind.code(), "the vault cannot raise an alarm");
        }
    }

    /// Whether a deletion is no more than restic's own cleaning up after an upload of which it did
    /// not hear the answer: of what never came, or of a pack or an index that it has just sent.
    pub(crate) async fn cleans_up(
        &self,
        kind: ObjectKind,
        name: &ObjectName,
    ) -> Result<bool, Refusal> {
        let store = &self.vault.inner.store;
        let scope = TenantScope::for_tenant(&self.repository.tenant);
        let (id, object) = (&self.repository.id, (kind, name.as_str()));
        let receipt = objects::get(&mut store.read().await?, &scope, id, object).await?;
        Ok(receipt.is_none_or(|receipt| {
            matches!(kind, ObjectKind::Data | ObjectKind::Index)
                && receipt.credential.as_ref() == Some(&self.credential)
                && self.at.ms_since(receipt.received_at) < INSISTS_MS
        }))
    }

    /// Takes a lock back: its own credential at any time, another one of this repository once it is
    /// old enough to have been forgotten.
    pub(crate) async fn unlock(&self, name: &ObjectName) -> Result<(), Refusal> {
        let store = &self.vault.inner.store;
        let scope = TenantScope::for_tenant(&self.repository.tenant);
        let (id, lock) = (&self.repository.id, (ObjectKind::Locks, name.as_str()));
        let receipt = objects::get(&mut store.read().await?, &scope, id, lock).await?;
        let is_others = receipt.as_ref().is_some_and(|receipt| {
            receipt.credential.as_ref() != Some(&self.credential)
                && self.at.ms_since(receipt.received_at) < FORGOTTEN_MS
        });
        if is_others {
            return Err(Refusal::Sealed(
                "another credential's lock can be removed 30 minutes after it was received",
            ));
        }
        let (place, wanted) = (self.shelf.clone(), name.clone());
        let was_there = on_disk(move || place.remove_lock(&wanted)).await?;
        let Some(receipt) = receipt else {
            return if was_there { Ok(()) } else { Err(Refusal::NotFound) };
        };
        let mut book = store.bookkeeping().await?;
        let taken = objects::unlocked(&mut book, id, name.as_str(), receipt.bytes).await?;
        book.commit().await?;
        if taken {
            self.vault.inner.ledger.take_off(&self.repository, counted(receipt.bytes));
        }
        Ok(())
    }
}
