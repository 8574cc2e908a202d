//! The notice board: every town's public pages in memory, ready to serve.
//!
//! Rules:
//! - A page is made from one view of the store and knows the number of the newest change in it; a
//!   page made from an older view never replaces a newer one.
//! - A town's pages are made when they are first asked for, remade at each change, and remade when
//!   they are a minute old, so that 'when it was last true' stays true.
//! - When the store cannot be read, the pages that are here are served on, with their honest time.
//! - Bounded: the towns that were asked for longest ago are put away first.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use axum::{body::Bytes, http::HeaderMap};
use beffroi_pages::{Leaf, PageError, Place};
use beffroi_store::{Store, TenantScope, changes, facts};
use beffroi_town::{Instant, TenantId, edge::Clock};
use data_encoding::BASE64URL_NOPAD;
use ring::digest::{SHA256, digest};

use crate::public;

/// A page older than this is made anew when it is asked for.
const FRESH_MS: i64 = 60_000;
/// How much memory the pages may take.
const BYTES_MAX: usize = 128 << 20;

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// The store cannot be read, and no older page is here.
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
    /// A page could not be put together.
    #[error(transparent)]
    Page(#[from] PageError),
}

/// A public file, ready to send.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Everything that is said about it, media type and `ETag` included (RFC 9110 section 8.8.3).
    pub headers: HeaderMap,
    /// The bytes.
    pub body: Bytes,
}

/// The public files of one town.
#[derive(Debug)]
pub struct Town {
    sheets: HashMap<String, Sheet>,
    bytes: usize,
    change: u64,
    made_at: Instant,
    used_at: AtomicI64,
    being_remade: AtomicBool,
}

impl Town {
    /// The file at a path below the town's own; empty: the French page.
    pub fn sheet(&self, path: &str) -> Option<&Sheet> {
        self.sheets.get(path)
    }
}

/// Somebody is making a town's pages anew. Ends with that request, even when the visitor leaves in
/// the middle: the next one must be able to try.
struct Remaking<'t>(&'t AtomicBool);

impl Drop for Remaking<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

#[derive(Debug, Default)]
struct Kept {
    towns: HashMap<TenantId, Arc<Town>>,
    /// The newest change that the follower told of, for each tenant that changed since the start.
    told: HashMap<TenantId, u64>,
    bytes: usize,
}

/// Every town's public pages.
pub struct Board {
    store: Store,
    clock: Arc<dyn Clock>,
    public_url: String,
    /// Whether these are the pages of a rehearsal.
    exercise: bool,
    kept: RwLock<Kept>,
}

impl std::fmt::Debug for Board {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Board").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

impl Board {
    /// An empty board. `public_url`: where the public reaches this platform, without a final
    /// slash; empty when nobody said.
    pub fn new(store: Store, clock: Arc<dyn Clock>, public_url: &str) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self { store, clock, public_url, exercise: false, kept: RwLock::default() }
    }

    /// The board of a rehearsal: each of its pages says that it is one.
    #[must_use]
    pub fn of_exercise(self, exercise: bool) -> Self {
        Self { exercise, ..self }
    }

    /// Where a tenant's pages stand.
    pub fn place(&self, tenant: &TenantId) -> Place {
        let path = tenant.path();
        let url = format!("{}{path}", self.public_url);
        Place::served(&path, (!self.public_url.is_empty()).then_some(url.as_str()))
            .exercise(self.exercise)
    }

    /// The pages of a town that hang here and are fresh: what needs no waiting.
    pub fn at_hand(&self, tenant: &TenantId) -> Option<Arc<Town>> {
        let now = self.clock.now();
        let town = {
            let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(kept.towns.get(tenant)?)
        };
        town.used_at.store(now.ms(), Ordering::Relaxed);
        (now.ms_since(town.made_at) <= FRESH_MS).then_some(town)
    }

    /// The pages of a town; none when it is not on this platform or is closed.
    ///
    /// # Errors
    /// [`BoardError`] when they are not here and cannot be made.
    pub async fn town(&self, tenant: &TenantId) -> Result<Option<Arc<Town>>, BoardError> {
        let now = self.clock.now();
        let here =
            self.kept.read().unwrap_or_else(PoisonError::into_inner).towns.get(tenant).cloned();
        let Some(town) = here else {
            return self.remake(tenant).await;
        };
        town.used_at.store(now.ms(), Ordering::Relaxed);
        let stale = now.ms_since(town.made_at) > FRESH_MS;
        if !stale || town.being_remade.swap(true, Ordering::Relaxed) {
            return Ok(Some(town));
        }
        let remaking = Remaking(&town.being_remade);
        let remade = self.remake(tenant).await;
        drop(remaking);
        remade.or_else(|error| {
            tracing::error!(%tenant, error = &error as &dyn std::error::Error, "serving an older page");
            Ok(Some(town))
        })
    }

    /// The follower tells that something changed for a town, up to this number.
    ///
    /// # Errors
    /// [`BoardError`] when its pages are here and cannot be remade; they are served on as they are.
    pub async fn changed(&self, tenant: &TenantId, number: u64) -> Result<(), BoardError> {
        let here = {
            let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            let told = kept.told.entry(tenant.clone()).or_default();
            *told = number.max(*told);
            kept.towns.get(tenant).is_some_and(|town| town.change < number)
        };
        if here {
            self.remake(tenant).await?;
        }
        Ok(())
    }

    /// The follower missed changes: every page is put away and made anew when asked for.
    pub fn forget(&self, number: u64) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let known: Vec<TenantId> = kept.towns.drain().map(|(tenant, _)| tenant).collect();
        kept.bytes = 0;
        for tenant in known {
            kept.told.insert(tenant, number);
        }
    }

    /// Reads the facts, makes the pages, hangs them up.
    async fn remake(&self, tenant: &TenantId) -> Result<Option<Arc<Town>>, BoardError> {
        loop {
            let now = self.clock.now();
            let mut conn = self.store.read().await?;
            let change = changes::newest(&mut conn).await?;
            let facts = facts::load(&mut conn, &TenantScope::for_tenant(tenant), now).await?;
            drop(conn);
            let Some(facts) = facts.filter(|facts| facts.tenant.closed_at.is_none()) else {
                self.take_down(tenant);
                return Ok(None);
            };
            let leaves = beffroi_pages::site(&facts, &self.place(tenant))?;
            if let Some(town) = self.hang(tenant, made(leaves, change, now)) {
                return Ok(Some(town));
            }
        }
    }

    fn take_down(&self, tenant: &TenantId) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = kept.towns.remove(tenant) {
            kept.bytes = kept.bytes.saturating_sub(old.bytes);
        }
    }

    /// Hangs up what was made, unless something newer is known: then what hangs there, or none
    /// when it must be made again.
    fn hang(&self, tenant: &TenantId, town: Town) -> Option<Arc<Town>> {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = kept.towns.get(tenant).filter(|other| other.change > town.change) {
            return Some(Arc::clone(other));
        }
        if kept.told.get(tenant).is_some_and(|told| *told > town.change) {
            return None;
        }
        let town = Arc::new(town);
        kept.bytes += town.bytes;
        if let Some(old) = kept.towns.insert(tenant.clone(), Arc::clone(&town)) {
            kept.bytes = kept.bytes.saturating_sub(old.bytes);
        }
        if kept.bytes > BYTES_MAX {
            make_room(&mut kept);
        }
        Some(town)
    }
}

/// Puts away the quarter of the towns that were asked for longest ago.
fn make_room(kept: &mut Kept) {
    let mut by_use: Vec<(i64, TenantId)> = kept
        .towns
        .iter()
        .map(|(tenant, town)| (town.used_at.load(Ordering::Relaxed), tenant.clone()))
        .collect();
    by_use.sort();
    for (_, tenant) in by_use.iter().take(by_use.len().div_ceil(4)) {
        if let Some(old) = kept.towns.remove(tenant) {
            kept.bytes = kept.bytes.saturating_sub(old.bytes);
        }
    }
}

fn made(leaves: Vec<Leaf>, change: u64, made_at: Instant) -> Town {
    let bytes = leaves.iter().map(|leaf| leaf.body.len() + leaf.path.len()).sum();
    let sheets = leaves
        .into_iter()
        .map(|leaf| {
            let hash = digest(&SHA256, &leaf.body);
            let short = hash.as_ref().get(..12).unwrap_or_default();
            let etag = format!("\"{}\"", BASE64URL_NOPAD.encode(short));
            let headers = public::headers(leaf.media_type, &etag);
            (leaf.path, Sheet { headers, body: Bytes::from(leaf.body) })
        })
        .collect();
    Town {
        sheets,
        bytes,
        change,
        made_at,
        used_at: AtomicI64::new(made_at.ms()),
        being_remade: AtomicBool::new(false),
    }
}
