//! A lock, as restic has them: somebody backs up, nothing may be taken away meanwhile.
//!
//! Rule: it is renewed while the backup reads and sends, not while it lists folders; one of a killed
//! backup is over after 30 minutes.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use beffroi_town::{Instant, edge::Entropy, vault::ObjectKind};

use super::{listing, time};
use crate::{
    access::Access,
    error::BackupError,
    id::Id,
    repository::Repository,
    seal::Key,
    source::{Source, SourceError},
    unpack,
};

/// How long one is shown before it is renewed.
const RENEWED_AFTER: Duration = Duration::from_mins(5);

pub(super) struct Lock<'e> {
    pub(super) entropy: &'e dyn Entropy,
    /// When the backup began.
    pub(super) at: Instant,
    begun: std::time::Instant,
    /// The one that is shown, and since when.
    shown: Mutex<(Id, Duration)>,
    version: u32,
}

impl<'e> Lock<'e> {
    pub(super) fn take(
        repository: &Repository,
        entropy: &'e dyn Entropy,
        at: Instant,
    ) -> Result<Self, BackupError> {
        let begun = std::time::Instant::now();
        let version = repository.version;
        let name = show(&repository.source, (&repository.key, version), entropy, at);
        let name = name.map_err(BackupError::source("take a lock"))?;
        Ok(Self { entropy, at, begun, shown: Mutex::new((name, Duration::ZERO)), version })
    }

    /// Renews it when it is time.
    pub(super) fn keep(&self, source: &Source, key: &Key) -> Result<(), SourceError> {
        self.keep_after(self.begun.elapsed(), source, key)
    }

    /// The same so long after the backup began.
    fn keep_after(&self, passed: Duration, source: &Source, key: &Key) -> Result<(), SourceError> {
        // Whoever holds it renews it.
        let Ok(mut shown) = self.shown.try_lock() else { return Ok(()) };
        if passed.saturating_sub(shown.1) < RENEWED_AFTER {
            return Ok(());
        }
        let ms = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        let at = Instant::from_ms(self.at.ms().saturating_add(ms));
        let name = show(source, (key, self.version), self.entropy, at)?;
        let before = std::mem::replace(&mut *shown, (name, passed)).0;
        // One that stays is over by itself: no reason to give a backup up.
        source.drop_lock(&before).unwrap_or_default();
        Ok(())
    }

    /// Takes it away. When that fails it is over by itself after 30 minutes.
    pub(super) fn give_back(&self, access: &Access) {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(source) = Source::open(access) {
            source.drop_lock(&shown.0).unwrap_or_default();
        }
    }
}

fn show(
    source: &Source,
    (key, version): (&Key, u32),
    entropy: &dyn Entropy,
    at: Instant,
) -> Result<Id, SourceError> {
    let text = serde_json::json!({
        "time": time(at), "exclusive": false, "hostname": listing::host(),
        "username": listing::USER, "pid": std::process::id(),
        "uid": rustix::process::geteuid().as_raw(), "gid": rustix::process::getegid().as_raw(),
    });
    let stored = unpack::stored(text.to_string().into_bytes(), version);
    let stored = stored.map_err(|error| SourceError::Disk(error.to_string()))?;
    let mut nonce = [0; 16];
    entropy.fill(&mut nonce);
    let bytes = key.seal(nonce, &stored);
    let name = Id::of(&bytes);
    source.put(ObjectKind::Locks, &name, &bytes)?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn it_is_renewed_every_five_minutes_and_one_is_there_at_all_times() {
        let folder = tempfile::tempdir().unwrap();
        let access = Access::new(folder.path().to_str().unwrap(), "x", None).unwrap();
        let (source, key) = (Source::open(&access).unwrap(), Key::from_bytes(&[7; 64]));
        let (entropy, at) = (Counting(0.into()), Instant::from_ms(1_700_000_000_000));
        let first = show(&source, (&key, 2), &entropy, at).unwrap();
        let (begun, shown) = (std::time::Instant::now(), Mutex::new((first, Duration::ZERO)));
        let lock = Lock { entropy: &entropy, at, begun, shown, version: 2 };
        let only = || -> (Id, String) {
            let [name] = source.names(ObjectKind::Locks).unwrap().try_into().unwrap();
            let mut sealed = source.whole(ObjectKind::Locks, Some(&name), 10_000).unwrap();
            let text = unpack::object(key.open(&mut sealed).unwrap().to_vec(), 10_000).unwrap();
            let lock: serde_json::Value = serde_json::from_slice(&text).unwrap();
            (name, lock.get("time").unwrap().as_str().unwrap().to_owned())
        };
        let after = |seconds| lock.keep_after(Duration::from_secs(seconds), &source, &key).unwrap();
        after(299);
        assert_eq!(only().0, first);
        after(300);
        let (second, time) = only();
        assert_ne!(second, first);
        assert!(time.starts_with("2023-11-14T22:18:20"), "{time}");
        after(599);
        assert_eq!(only().0, second);
        after(3_600);
        let (third, time) = only();
        assert!(third != second && time.starts_with("2023-11-14T23:13:20"), "{time}");
        // That the one before is gone already, by whose hand ever, stops nobody.
        source.drop_lock(&third).unwrap();
        after(7_200);
        let (fourth, _) = only();
        assert_ne!(fourth, third);
        // Nobody waits for whoever renews it at that moment.
        let busy = lock.shown.lock().unwrap();
        after(10_000);
        drop(busy);
        assert_eq!(only().0, fourth);
        lock.give_back(&access);
        assert_eq!(source.names(ObjectKind::Locks).unwrap(), []);
    }
}
