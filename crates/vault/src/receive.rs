//! Taking an object in.
//!
//! Rules, in this order: a place among the uploads; what is there already; then the bytes, hashed,
//! counted and written as they come, never held in memory whole; the name compared; file and folder
//! flushed; the receipt; and only then the answer. What breaks off on the way leaves nothing.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    sync::Arc,
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::header,
};
use beffroi_store::vault::objects::{self, Receipt};
use beffroi_town::{
    AlarmKind,
    vault::{ObjectKind, counted},
};
use data_encoding::HEXLOWER;
use http_body_util::BodyExt as _;
use ring::digest::{Context, SHA256};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant as Moment, timeout},
};

use crate::{
    alarms::{DAY_MS, Suspicion},
    asked::ObjectName,
    ledger::{Hold, Over},
    refusal::Refusal,
    shelf::{self, Half, Placed, Shelf},
    visit::{Visit, on_disk},
};

/// How long an upload waits for a place.
const WAIT_MAX: Duration = Duration::from_mins(1);
/// How much is gathered before it is written.
const PIECE_BYTES: usize = 256 << 10;
/// How many locks a repository has at most.
const LOCKS_MAX: usize = 64;
/// How much of a refused body is read on, so that the answer is heard.
const DRAIN_BYTES_MAX: usize = 1 << 20;

const KEYS_TOLD: &str =
    "a repository takes no key once it has its settings: make a new repository for a new password";
const LOCKS_TOLD: &str = "64 locks are there: remove those that nobody needs (restic unlock)";
const CONFIG_TOLD: &str = "the settings of a repository are written once";

/// Where the bytes of an upload go.
struct Sink {
    hash: Context,
    /// None: they are compared with what is there, and written nowhere.
    to: Option<(Half, File)>,
    shelf: Shelf,
    keep_free: u64,
}

/// What is stored under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    Nothing,
    Whole,
    Damaged,
}

/// Takes one object in; of the settings, without a name.
pub(crate) async fn object(
    visit: &Visit,
    kind: ObjectKind,
    name: Option<&ObjectName>,
    mut body: Body,
) -> Result<(), Refusal> {
    let declared = declared_bytes(visit);
    if declared.is_some_and(|bytes| bytes > kind.bytes_max()) {
        return Err(Refusal::TooLarge);
    }
    if let Err(refusal) = may_come(visit, kind).await {
        drain(&mut body).await;
        return Err(refusal);
    }
    let _places = places(visit).await?;
    let stored = match name {
        Some(name) => stored(&visit.shelf, kind, name).await?,
        None => Stored::Nothing,
    };
    let limits = visit.limits().of(kind);
    let hold = visit.vault.inner.ledger.hold(Arc::clone(&visit.repository), limits);
    let mut upload = Upload { visit, kind, hold, bytes: 0, begun: Moment::now() };
    if stored != Stored::Whole {
        upload.count().await?;
    }
    let sink = upload.begin(stored).await?;
    let sink = upload.read(body, sink).await?;
    upload.end(sink, stored, name).await
}

fn declared_bytes(visit: &Visit) -> Option<u64> {
    visit.parts.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether an object of this kind may still come.
async fn may_come(visit: &Visit, kind: ObjectKind) -> Result<(), Refusal> {
    let shelf = visit.shelf.clone();
    match kind {
        ObjectKind::Keys | ObjectKind::Config => {
            if !on_disk(move || shelf.has_config()).await? {
                return Ok(());
            }
            if kind == ObjectKind::Config {
                return Err(visit.tampered("config", CONFIG_TOLD).await);
            }
            Err(visit.tampered("key", KEYS_TOLD).await)
        }
        ObjectKind::Locks => {
            let locks = on_disk(move || {
                let folders = shelf.folders(ObjectKind::Locks);
                folders.iter().try_fold(0, |sum, folder| {
                    shelf::list(folder, false).map(|listed| sum + listed.objects.len())
                })
            });
            if locks.await? < LOCKS_MAX {
                return Ok(());
            }
            Err(visit.tampered("locks", LOCKS_TOLD).await)
        }
        ObjectKind::Data | ObjectKind::Index | ObjectKind::Snapshots => Ok(()),
    }
}

/// Reads on for a moment, so that whoever sends hears the answer.
async fn drain(body: &mut Body) {
    let reading = async {
        let mut left = DRAIN_BYTES_MAX;
        while let Some(Ok(frame)) = body.frame().await {
            let bytes = frame.into_data().map_or(0, |data| data.len());
            left = left.saturating_sub(bytes);
            if left == 0 {
                break;
            }
        }
    };
    drop(timeout(Duration::from_secs(5), reading).await);
}

/// Places for an upload: among those of its server first, so that no server takes all.
async fn places(visit: &Visit) -> Result<[OwnedSemaphorePermit; 2], Refusal> {
    let place = async |of: &Arc<Semaphore>| {
        let waited = timeout(WAIT_MAX, Arc::clone(of).acquire_owned()).await;
        waited.ok().and_then(Result::ok).ok_or(Refusal::Busy)
    };
    let own = place(&visit.room.uploads).await?;
    Ok([own, place(&visit.vault.inner.uploads).await?])
}

/// What is stored under a name: a file whose bytes are not those of its name is damaged.
async fn stored(shelf: &Shelf, kind: ObjectKind, name: &ObjectName) -> Result<Stored, Refusal> {
    let (path, name) = (shelf.path(kind, Some(name)), name.clone());
    on_disk(move || match hash_of(&path) {
        Ok((hash, _)) if hash == name.as_str() => Ok(Stored::Whole),
        Ok(_) => Ok(Stored::Damaged),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Stored::Nothing),
        // A disk that cannot read it back does not have it any more.
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {
            Ok(Stored::Damaged)
        }
        Err(error) => Err(error),
    })
    .await
}

/// SHA-256 of a file, and its length.
pub(crate) fn hash_of(path: &std::path::Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let (mut hash, mut bytes) = (Context::new(&SHA256), 0);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = file.read(&mut piece)?;
        let Some(some) = piece.get(..read).filter(|some| !some.is_empty()) else { break };
        hash.update(some);
        bytes += read as u64;
    }
    Ok((HEXLOWER.encode(hash.finish().as_ref()), bytes))
}

/// An upload under way.
struct Upload<'v> {
    visit: &'v Visit,
    kind: ObjectKind,
    hold: Hold,
    bytes: u64,
    begun: Moment,
}

impl Upload<'_> {
    async fn begin(&self, stored: Stored) -> Result<Sink, Refusal> {
        let place = self.visit.shelf.clone();
        let keep_free = self.visit.vault.inner.settings.keep_free_bytes;
        // What ends a backup may use half of what stays free.
        let keep_free = if self.kind == ObjectKind::Data { keep_free } else { keep_free / 2 };
        on_disk(move || {
            let to = if stored == Stored::Whole { None } else { Some(place.begin()?) };
            Ok(Sink { hash: Context::new(&SHA256), to, shelf: place, keep_free })
        })
        .await
    }

    /// Reads the whole body into the sink.
    async fn read(&mut self, mut body: Body, mut sink: Sink) -> Result<Sink, Refusal> {
        let mut pieces: Vec<Bytes> = Vec::new();
        let mut gathered = 0;
        loop {
            let frame = match timeout(self.patience()?, body.frame()).await {
                Err(_) => return Err(Refusal::Slow),
                Ok(None) => break,
                Ok(Some(Err(_))) => return Err(Refusal::BrokeOff),
                Ok(Some(Ok(frame))) => frame,
            };
            let Ok(data) = frame.into_data() else { continue };
            self.bytes += data.len() as u64;
            if self.bytes > self.kind.bytes_max() {
                return Err(Refusal::TooLarge);
            }
            if sink.to.is_some() {
                self.count().await?;
            }
            gathered += data.len();
            pieces.push(data);
            if gathered >= PIECE_BYTES {
                sink = self.write(sink, std::mem::take(&mut pieces)).await?;
                gathered = 0;
            }
        }
        self.write(sink, pieces).await
    }

    /// Counts what came so far against the quotas.
    async fn count(&mut self) -> Result<(), Refusal> {
        match self.hold.grow_to(self.bytes) {
            Ok(()) => Ok(()),
            Err(over) => Err(self.full(over).await),
        }
    }

    /// How long the next bytes may take.
    fn patience(&self) -> Result<Duration, Refusal> {
        let pace = self.visit.vault.inner.settings.pace;
        let left = pace.time_for(self.bytes).checked_sub(self.begun.elapsed());
        left.map(|left| left.min(pace.silence)).ok_or(Refusal::Slow)
    }

    async fn write(&self, sink: Sink, pieces: Vec<Bytes>) -> Result<Sink, Refusal> {
        match on_disk(move || sink.take(&pieces)).await {
            Err(Refusal::Disk(error)) if error.kind() == io::ErrorKind::StorageFull => {
                Err(self.disk_full().await)
            }
            written => written,
        }
    }

    async fn full(&self, over: Over) -> Refusal {
        let (what, told) = match over {
            Over::Server => ("server", "this server's quota is used up"),
            Over::Tenant => ("tenant", "the quota of this town is used up"),
        };
        self.no_room(what).await;
        Refusal::Full(told)
    }

    async fn disk_full(&self) -> Refusal {
        self.no_room("disk").await;
        Refusal::Full("the disk of the vault is full")
    }

    async fn no_room(&self, what: &'static str) {
        let visit = self.visit;
        let (kind, span) = (AlarmKind::VaultFull, visit.at.ms() / DAY_MS);
        let suspicion =
            Suspicion::about(kind, &visit.repository, span, visit.at).with("what", what);
        visit.suspect(&suspicion).await;
    }

    /// Compares the name, gives it, and writes the receipt.
    async fn end(
        self,
        sink: Sink,
        stored: Stored,
        name: Option<&ObjectName>,
    ) -> Result<(), Refusal> {
        let Sink { hash, to, shelf, .. } = sink;
        let hash = HEXLOWER.encode(hash.finish().as_ref());
        if name.is_some_and(|name| name.as_str() != hash) {
            return Err(Refusal::Mismatch);
        }
        let (kind, wanted) = (self.kind, name.cloned());
        let depends = matches!(kind, ObjectKind::Keys | ObjectKind::Locks | ObjectKind::Config);
        let _alone = if depends { Some(self.visit.room.placing.lock().await) } else { None };
        if depends && stored == Stored::Nothing {
            // Meanwhile another may have come first.
            may_come(self.visit, kind).await?;
        }
        let placed = match to {
            // Who sends again may have missed the answer: the name must be as safe as the bytes.
            None => on_disk(move || shelf.flush_name(kind, wanted.as_ref())).await.map(|()| None),
            Some((half, file)) => {
                let place = move || -> io::Result<Placed> {
                    file.sync_all()?;
                    match (stored, &wanted) {
                        (Stored::Damaged, Some(name)) => {
                            shelf.replace(&half, kind, name).map(|()| Placed::New)
                        }
                        _ => shelf.give_name(&half, kind, wanted.as_ref()),
                    }
                };
                match on_disk(place).await {
                    Err(Refusal::Disk(error)) if error.kind() == io::ErrorKind::StorageFull => {
                        return Err(self.disk_full().await);
                    }
                    placed => placed.map(Some),
                }
            }
        }?;
        if kind == ObjectKind::Config && placed == Some(Placed::Taken) {
            return Err(self.visit.tampered("config", CONFIG_TOLD).await);
        }
        self.acknowledge(name, stored).await
    }

    async fn acknowledge(self, name: Option<&ObjectName>, stored: Stored) -> Result<(), Refusal> {
        let (visit, kind) = (self.visit, self.kind);
        let store = &visit.vault.inner.store;
        let text = name.map_or(ObjectKind::Config.code(), ObjectName::as_str);
        let receipt = Receipt {
            kind,
            name: text.to_owned(),
            bytes: self.bytes,
            received_at: visit.vault.inner.clock.now(),
            credential: Some(visit.credential.clone()),
            damaged_at: None,
            thinning: None,
        };
        let mut book = store.bookkeeping().await?;
        let new = objects::received(&mut book, &visit.repository.id, &receipt).await?;
        // Damaged or lost before: it is whole now.
        if !new {
            objects::healed(&mut book, &visit.repository.id, (kind, text)).await?;
        }
        book.commit().await?;
        // What had a receipt before is counted already; what is whole but had none is now.
        match (new, stored) {
            (true, Stored::Whole) => {
                visit.vault.inner.ledger.add(&visit.repository, counted(self.bytes));
            }
            (true, _) => self.hold.keep(),
            (false, _) => drop(self.hold),
        }
        if stored == Stored::Damaged {
            let (kind, span) = (AlarmKind::VaultDamaged, visit.at.ms() / DAY_MS);
            let suspicion = Suspicion::about(kind, &visit.repository, span, visit.at)
                .with("object", text)
                .with("healed", true);
            visit.suspect(&suspicion).await;
        }
        Ok(())
    }
}

impl Sink {
    /// Hashes and writes some pieces.
    fn take(mut self, pieces: &[Bytes]) -> io::Result<Self> {
        for piece in pieces {
            self.hash.update(piece);
        }
        if let Some((_, file)) = &mut self.to {
            if shelf::free_bytes(self.shelf.folder())? < self.keep_free {
                return Err(io::ErrorKind::StorageFull.into());
            }
            for piece in pieces {
                file.write_all(piece)?;
            }
        }
        Ok(self)
    }
}
