//! What the repository has, and what is added to it: blobs into packs, packs into the index.
//!
//! Rule: a blob counts as had once it is in the index or in a pack of this backup. When a pack could
//! not be sent, the backup ends without a snapshot.

use std::{
    collections::HashSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use beffroi_town::vault::ObjectKind;
use zstd::bulk::Compressor;

use super::lock::Lock;
use crate::{
    blobs::{self, BlobKind, BlobLine, PackLine},
    error::BackupError,
    fetch::Fetcher,
    id::Id,
    seal::OVERHEAD_BYTES,
    unpack,
};

/// A pack is sent once it is as long as restic makes them.
const PACK_BYTES: usize = 16 << 20;
/// So many blobs are entered into an index at a time: a backup that is cut off has little to make up.
const BLOBS_OF_ONE: usize = 20_000;

pub(super) struct Stock<'l> {
    pub(super) fetcher: Fetcher,
    version: u32,
    /// The index objects that it stands on.
    loaded: Vec<Id>,
    /// Packs of an earlier backup that no index named.
    pub(super) taken_up: u64,
    lock: &'l Lock<'l>,
    /// Blobs of this backup.
    new: Mutex<HashSet<(BlobKind, Id)>>,
    /// Packs that are there and in no index yet.
    lines: Mutex<Vec<PackLine>>,
    failure: Mutex<Option<BackupError>>,
    stopped: AtomicBool,
    sent_bytes: AtomicU64,
}

/// A pack that is being filled. Each who fills one has their own: neighbours stay together.
pub(super) struct Pack {
    bytes: Vec<u8>,
    blobs: Vec<BlobLine>,
    compressor: Compressor<'static>,
}

impl Pack {
    pub(super) fn new() -> Result<Self, BackupError> {
        let compressor = Compressor::new(unpack::LEVEL).map_err(|error| BackupError::Damaged {
            what: "a new pack",
            fault: error.to_string(),
        })?;
        Ok(Self { bytes: Vec::new(), blobs: Vec::new(), compressor })
    }
}

impl<'l> Stock<'l> {
    pub(super) fn new(
        fetcher: Fetcher,
        (version, loaded): (u32, Vec<Id>),
        unnamed: Vec<PackLine>,
        lock: &'l Lock<'l>,
    ) -> Self {
        Self {
            fetcher,
            version,
            loaded,
            taken_up: unnamed.len() as u64,
            lock,
            new: Mutex::default(),
            lines: Mutex::new(unnamed),
            failure: Mutex::default(),
            stopped: AtomicBool::new(false),
            sent_bytes: AtomicU64::new(0),
        }
    }

    pub(super) fn sent_bytes(&self) -> u64 {
        self.sent_bytes.load(Ordering::Relaxed)
    }

    /// Whether somebody could not go on: then nobody does.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn stop(&self, error: BackupError) {
        self.stopped.store(true, Ordering::Relaxed);
        held(&self.failure).get_or_insert(error);
    }

    /// Keeps a blob, if nobody has it; its name.
    pub(super) fn keep(&self, kind: BlobKind, blob: &[u8], pack: &mut Pack) -> Id {
        // Also where nothing new is found for hours: what this backup stands on must stay.
        if let Err(error) = self.lock.keep(&self.fetcher.source, &self.fetcher.key) {
            self.stop(BackupError::source("renew the lock")(error));
        }
        let id = Id::of(blob);
        if self.fetcher.index.find(kind, &id).is_some() || !held(&self.new).insert((kind, id)) {
            return id;
        }
        if let Err(error) = self.add(kind, (id, blob), pack) {
            self.stop(error);
        }
        id
    }

    fn add(
        &self,
        kind: BlobKind,
        (id, blob): (Id, &[u8]),
        pack: &mut Pack,
    ) -> Result<(), BackupError> {
        let long =
            |_| BackupError::Damaged { what: "a new pack", fault: "it is too long".to_owned() };
        let offset = u32::try_from(pack.bytes.len()).map_err(long)?;
        let nonce = self.nonce();
        let key = &self.fetcher.key;
        let uncompressed_length = if self.version < 2 {
            key.seal_onto(&mut pack.bytes, nonce, blob);
            None
        } else {
            let packed = pack.compressor.compress(blob).map_err(|error| BackupError::Damaged {
                what: "a new pack",
                fault: error.to_string(),
            })?;
            key.seal_onto(&mut pack.bytes, nonce, &packed);
            Some(u32::try_from(blob.len()).map_err(long)?)
        };
        let length = u32::try_from(pack.bytes.len()).map_err(long)? - offset;
        pack.blobs.push(BlobLine { id, kind, offset, length, uncompressed_length });
        if pack.bytes.len() >= PACK_BYTES { self.close(pack) } else { Ok(()) }
    }

    fn nonce(&self) -> [u8; 16] {
        let mut nonce = [0; 16];
        self.lock.entropy.fill(&mut nonce);
        nonce
    }

    /// Sends a pack that is filled; the next is empty.
    fn close(&self, pack: &mut Pack) -> Result<(), BackupError> {
        if pack.blobs.is_empty() || self.is_stopped() {
            return Ok(());
        }
        let header = header(&pack.blobs);
        let length = u32::try_from(header.len()).unwrap_or(u32::MAX).saturating_add(OVERHEAD_BYTES);
        self.fetcher.key.seal_onto(&mut pack.bytes, self.nonce(), &header);
        pack.bytes.extend(length.to_le_bytes());
        let id = Id::of(&pack.bytes);
        let put = self.fetcher.source.put(ObjectKind::Data, &id, &pack.bytes);
        put.map_err(BackupError::source("send a pack"))?;
        self.sent_bytes.fetch_add(pack.bytes.len() as u64, Ordering::Relaxed);
        pack.bytes.clear();
        held(&self.lines).push(PackLine { id, blobs: std::mem::take(&mut pack.blobs) });
        self.enter(BLOBS_OF_ONE)
    }

    /// Sends what is left in a pack.
    pub(super) fn end(&self, mut pack: Pack) {
        if let Err(error) = self.close(&mut pack) {
            self.stop(error);
        }
    }

    /// Enters packs into an index, if they have so many blobs.
    fn enter(&self, least: usize) -> Result<(), BackupError> {
        let some = {
            let mut lines = held(&self.lines);
            if lines.iter().map(|line| line.blobs.len()).sum::<usize>() < least {
                return Ok(());
            }
            std::mem::take(&mut *lines)
        };
        if some.is_empty() {
            return Ok(());
        }
        let text = blobs::text(some).map_err(|error| BackupError::Damaged {
            what: "the new index",
            fault: error.to_string(),
        })?;
        self.put(ObjectKind::Index, text, "send the index").map(|_| ())
    }

    /// Everything is sent: what is not in an index yet is entered. What the backup stands on must
    /// still be there.
    pub(super) fn finish(&self) -> Result<(), BackupError> {
        let failure = held(&self.failure).take();
        // Also after a failure: what was sent is of use to the next backup.
        let entered = self.enter(0);
        if let Some(error) = failure {
            return Err(error);
        }
        entered?;
        let there = self.fetcher.source.names(ObjectKind::Index);
        let there: HashSet<Id> =
            there.map_err(BackupError::source("list the index"))?.into_iter().collect();
        if self.loaded.iter().all(|id| there.contains(id)) {
            Ok(())
        } else {
            Err(BackupError::Moved)
        }
    }

    /// Seals and sends a text.
    pub(super) fn put(
        &self,
        kind: ObjectKind,
        text: Vec<u8>,
        doing: &'static str,
    ) -> Result<Id, BackupError> {
        let stored = unpack::stored(text, self.version);
        let stored = stored.map_err(|error| BackupError::Damaged {
            what: "what is sent",
            fault: error.to_string(),
        })?;
        let bytes = self.fetcher.key.seal(self.nonce(), &stored);
        let id = Id::of(&bytes);
        self.fetcher.source.put(kind, &id, &bytes).map_err(BackupError::source(doing))?;
        self.sent_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(id)
    }
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a pack says of itself; see [`crate::headers`].
fn header(blobs: &[BlobLine]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(blobs.len() * 41);
    for blob in blobs {
        let plain = match blob.kind {
            BlobKind::Data => 0,
            BlobKind::Tree => 1,
        };
        bytes.push(plain + if blob.uncompressed_length.is_some() { 2 } else { 0 });
        bytes.extend(blob.length.to_le_bytes());
        bytes.extend(blob.uncompressed_length.into_iter().flat_map(u32::to_le_bytes));
        bytes.extend(blob.id.as_bytes());
    }
    bytes
}
