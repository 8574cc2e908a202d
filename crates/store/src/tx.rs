//! The one way to write a fact about a town.
//!
//! Rules:
//! - The first statements lock the journal head of every tenant concerned, in sorted order.
//! - Then come the change itself, its journal entries, its outbox rows, and last the change rows,
//!   whose numbers are taken just before the commit: who follows them never sees a gap.
//! - A write function refuses a tenant that the transaction did not lock.
//! - All or nothing: until [`Tx::commit`] returns, nothing shows; once it has, a power cut does not
//!   undo it. A `commit` that is abandoned half-way (its future dropped) may have taken place.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_town::{Actor, Instant, TenantId, id::new_uuid};
use data_encoding::BASE64URL_NOPAD;
use ring::signature::KeyPair as _;
use serde_json::Value;

use crate::{
    Error, Result, Store, changes,
    db::{Arg, Conn, Purpose, args, column_int},
    journal::{self, Head, line},
    keys,
    sql::sqls,
};

sqls! { "tx":
    // Sets nothing: takes the lock, and tells where the chain ends.
    LOCK = "UPDATE journal_head SET seq = seq WHERE tenant = $1 RETURNING seq, tail, sealed_key";
    FOUND = "INSERT INTO journal_head (tenant, seq, tail, public_key, sealed_key) VALUES ($1, 0, $2, $3, $4)
        ON CONFLICT (tenant) DO NOTHING";
    ENTRY = "INSERT INTO journal_entry (tenant, seq, entry, hash) VALUES ($1, $2, $3, $4)";
    SIGNED = "INSERT INTO journal_signed (tenant, seq, head, sig) VALUES ($1, $2, $3, $4)";
    HEAD = "UPDATE journal_head SET seq = $2, tail = $3 WHERE tenant = $1";
    POST = "INSERT INTO outbox (id, tenant, kind, body, made_at, due_at, claimed_until, tries)
        VALUES ($1, $2, $3, $4, $5, $6, 0, 0)";
}

/// PostgreSQL may ask a transaction to begin again; it is asked so few times in a row only.
const TRIES_MAX: u32 = 8;

/// A write under way; see the rules of this module. Dropping it undoes everything.
#[must_use = "dropping it undoes everything: commit it"]
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    store: Store,
    actor: Actor,
    at: Instant,
    locked: BTreeMap<TenantId, Chain>,
    changed: BTreeSet<(TenantId, &'static str)>,
}

/// The end of one tenant's journal.
#[derive(Debug)]
struct Chain {
    seq: u64,
    /// What the next entry names as the one before it.
    tail: String,
    sealed_key: String,
    /// Whether this transaction added an entry.
    grew: bool,
}

/// What a commit made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The new signed head of every tenant that has a new entry, by code.
    pub heads: Vec<Head>,
    /// The number of the newest change.
    pub change: u64,
}

impl Tx {
    pub(crate) async fn begin(
        store: &Store,
        tenants: &[TenantId],
        actor: &Actor,
        at: Instant,
        founding: bool,
    ) -> Result<Self> {
        let sorted: BTreeSet<&TenantId> = tenants.iter().collect();
        if sorted.is_empty() {
            return Err(Error::NoTenant);
        }
        let mut tries = 0;
        loop {
            tries += 1;
            let mut tx = Self {
                conn: store.conn(Purpose::Write).await?,
                store: store.clone(),
                actor: actor.clone(),
                at,
                locked: BTreeMap::new(),
                changed: BTreeSet::new(),
            };
            match tx.lock(&sorted, founding).await {
                Ok(()) => return Ok(tx),
                Err(error) if tries < TRIES_MAX && asks_to_begin_again(&error) => {
                    tx.conn.rollback().await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// On a writing transaction that was begun before and holds more than this.
    pub(crate) async fn on(
        conn: Conn,
        store: &Store,
        tenants: &[TenantId],
        actor: &Actor,
        at: Instant,
    ) -> Result<Self> {
        let mut tx = Self {
            conn,
            store: store.clone(),
            actor: actor.clone(),
            at,
            locked: BTreeMap::new(),
            changed: BTreeSet::new(),
        };
        tx.lock(&tenants.iter().collect(), false).await?;
        Ok(tx)
    }

    async fn lock(&mut self, tenants: &BTreeSet<&TenantId>, founding: bool) -> Result<()> {
        for tenant in tenants {
            if founding {
                self.found(tenant).await?;
            }
            let row = self.conn.one(LOCK, args![*tenant]).await?;
            let row = row.ok_or_else(|| Error::NoSuchTenant((*tenant).clone()))?;
            let chain = Chain {
                seq: row.number("seq")?,
                tail: row.text("tail")?,
                sealed_key: row.text("sealed_key")?,
                grew: false,
            };
            self.locked.insert((*tenant).clone(), chain);
        }
        Ok(())
    }

    /// Gives a tenant its signing key and the beginning of its journal.
    async fn found(&mut self, tenant: &TenantId) -> Result<()> {
        let mut seed = [0; 32];
        self.store.entropy().fill(&mut seed);
        let label = key_label(tenant);
        let pair = keys::key_pair(&label, &seed)?;
        let public = BASE64URL_NOPAD.encode(pair.public_key().as_ref());
        let sealed = self.store.seal(&label, &seed)?;
        let tail = line::link(&line::key_line(tenant, &public));
        self.conn.run(FOUND, args![tenant, tail, public, sealed]).await?;
        Ok(())
    }

    /// Who writes.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// When.
    pub const fn at(&self) -> Instant {
        self.at
    }

    /// The store this writes to.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// To read inside the write: sees what this transaction has written so far.
    pub const fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// A new identifier (`UUIDv7`).
    pub fn new_id(&self) -> String {
        new_uuid(self.at, self.store.entropy())
    }

    /// Refuses a tenant that this transaction did not lock.
    ///
    /// # Errors
    /// [`Error::OutOfScope`].
    pub fn covers<'t>(
        &self,
        doing: &'static str,
        tenants: impl IntoIterator<Item = &'t TenantId>,
    ) -> Result<()> {
        tenants.into_iter().try_for_each(|tenant| {
            if self.locked.contains_key(tenant) {
                Ok(())
            } else {
                Err(Error::OutOfScope { doing, tenant: tenant.clone() })
            }
        })
    }

    /// Adds an entry to a tenant's journal; its number. `kind` is one of [`journal::KINDS`], `body`
    /// holds codes, counts and identifiers: never a name, never free text ([`crate::texts::seal`] is
    /// for that).
    ///
    /// # Errors
    /// [`Error::OutOfScope`]; [`Error::BadBody`] for fractions, depth or size.
    pub async fn record(
        &mut self,
        tenant: &TenantId,
        kind: &'static str,
        body: Value,
    ) -> Result<u64> {
        self.covers(kind, [tenant])?;
        debug_assert!(
            journal::KINDS.contains(&kind),
            "people would read '{kind}' as it stands here"
        );
        let body = journal::canonical(&body).map_err(|why| Error::BadBody { kind, why })?;
        let Some(chain) = self.locked.get_mut(tenant) else {
            return Err(Error::OutOfScope { doing: kind, tenant: tenant.clone() });
        };
        let seq = chain.seq + 1;
        let entry = line::EntryParts {
            actor: &self.actor,
            at: self.at,
            body: &body,
            kind,
            prev: &chain.tail,
            seq,
            tenant,
        }
        .text();
        let hash = line::entry_hash(&entry);
        self.conn.run(ENTRY, args![tenant, column_int(seq), entry, hash.as_str()]).await?;
        chain.seq = seq;
        chain.tail = hash;
        chain.grew = true;
        Ok(seq)
    }

    /// Tells followers that something of this kind changed for this tenant.
    ///
    /// # Errors
    /// [`Error::OutOfScope`].
    pub fn changed(&mut self, tenant: &TenantId, noun: &'static str) -> Result<()> {
        self.covers(noun, [tenant])?;
        self.changed.insert((tenant.clone(), noun));
        Ok(())
    }

    /// Entry and change for each of several tenants.
    pub(crate) async fn tell<'t>(
        &mut self,
        tenants: impl IntoIterator<Item = &'t TenantId>,
        noun: &'static str,
        kind: &'static str,
        body: Value,
    ) -> Result<()> {
        for tenant in tenants {
            self.record(tenant, kind, body.clone()).await?;
            self.changed(tenant, noun)?;
        }
        Ok(())
    }

    /// Leaves work for another job: it is claimed through [`crate::outbox`] once this commits,
    /// and not before `due_at`. The body holds identifiers, not a person's words.
    ///
    /// # Errors
    /// [`Error::OutOfScope`], [`Error::BadBody`].
    pub async fn post(
        &mut self,
        tenant: &TenantId,
        kind: &'static str,
        body: Value,
        due_at: Instant,
    ) -> Result<String> {
        self.covers(kind, [tenant])?;
        let body = journal::canonical(&body).map_err(|why| Error::BadBody { kind, why })?;
        let id = self.new_id();
        let args = args![id.as_str(), tenant, kind, body, self.at, due_at];
        self.conn.run(POST, args).await?;
        Ok(id)
    }

    /// Signs the journals, numbers the changes and keeps everything.
    ///
    /// # Errors
    /// [`Error::NothingJournalled`] when no entry was added, or none for a tenant that changed;
    /// the database's own. After an error nothing was kept.
    pub async fn commit(mut self) -> Result<Committed> {
        let silent =
            |(tenant, _): &(TenantId, _)| self.locked.get(tenant).is_none_or(|chain| !chain.grew);
        if self.changed.iter().any(silent) || self.locked.values().all(|chain| !chain.grew) {
            return Err(Error::NothingJournalled);
        }
        let heads = self.sign().await?;
        let change = changes::write(&mut self.conn, &self.changed, self.at).await?;
        self.conn.notify().await?;
        self.conn.commit().await?;
        self.store.inner().newest.send_modify(|newest| *newest = change.max(*newest));
        Ok(Committed { heads, change })
    }

    async fn sign(&mut self) -> Result<Vec<Head>> {
        let mut heads = Vec::new();
        for (tenant, chain) in self.locked.iter().filter(|(_, chain)| chain.grew) {
            let label = key_label(tenant);
            let seed = self.store.open_sealed(&label, &chain.sealed_key)?;
            let text = line::head_text(tenant, chain.seq, &chain.tail, self.at);
            let sig = line::sign_head(&keys::key_pair(&label, &seed)?, &text);
            let tail = line::link(&line::head_line(&text, &sig));
            let seq = Arg::from(column_int(chain.seq));
            let signed = [tenant.into(), seq.clone(), text.into(), sig.as_str().into()];
            self.conn.run(SIGNED, &signed).await?;
            self.conn.run(HEAD, &[tenant.into(), seq, tail.into()]).await?;
            heads.push(Head {
                tenant: tenant.clone(),
                seq: chain.seq,
                hash: chain.tail.clone(),
                at: self.at,
                sig,
            });
        }
        Ok(heads)
    }
}

pub(crate) fn key_label(tenant: &TenantId) -> String {
    format!("journal key {tenant}")
}

/// Serialisation failure or deadlock: the server undid it and asks to begin again.
fn asks_to_begin_again(error: &Error) -> bool {
    matches!(error.database_code().as_deref(), Some("40001" | "40P01"))
}
