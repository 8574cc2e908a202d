//! Blobs, fetched from packs: neighbours in one request, each compared with its SHA-256.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use crate::{
    blobs::{BlobIndex, BlobKind, Place},
    id::Id,
    seal::Key,
    source::{Part, Source, SourceError},
    unpack::Unpacker,
};

/// What lies between two blobs is read along with them when it is less than this: asking again
/// costs more.
const GAP_BYTES_MAX: u64 = 128 << 10;
/// The longest part asked for at once, unless a single blob is longer.
const PART_BYTES_MAX: u64 = 8 << 20;

/// Why a blob is not had.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum BlobFault {
    #[error("the index names no pack for a part of it")]
    NotIndexed,
    #[error("pack {pack} holds a part of it: {fault}")]
    Pack { pack: String, fault: SourceError },
    #[error("pack {0} is damaged where a part of it lies")]
    Damaged(String),
}

/// A stretch of a pack, as it lies there.
struct Stretch {
    pack: u32,
    from: u64,
    bytes: Vec<u8>,
}

impl Stretch {
    /// What a part of the pack holds, where all of it lies here.
    fn part(&self, pack: u32, part: Part) -> Option<&[u8]> {
        let start = usize::try_from(part.from.checked_sub(self.from)?).ok()?;
        let end = start.checked_add(part.bytes)?;
        self.bytes.get(start..end).filter(|_| self.pack == pack)
    }
}

/// A blob and where it lies.
type Placed = (Place, Id);

/// Blobs by name, or why they are not had.
pub(crate) type Blobs = HashMap<Id, Result<Vec<u8>, BlobFault>>;

/// Fetches blobs. Shared by all who work on a restore.
pub(crate) struct Fetcher {
    pub(crate) source: Source,
    pub(crate) key: Key,
    pub(crate) index: BlobIndex,
    /// The server has gone: nobody waits for it again.
    gone: AtomicBool,
    fetched_bytes: AtomicU64,
    /// What was read along with a blob.
    along: Mutex<Option<Stretch>>,
}

impl Fetcher {
    pub(crate) fn new(source: Source, key: Key, index: BlobIndex) -> Self {
        let (gone, fetched_bytes) = (AtomicBool::new(false), AtomicU64::new(0));
        Self { source, key, index, gone, fetched_bytes, along: Mutex::new(None) }
    }

    /// Reads a blob and what lies before it in its pack, so that whoever goes on to that need not ask
    /// for it: a folder is written after those that lie in it. What fails here is said when it is
    /// asked for.
    pub(crate) fn read_along(&self, place: Place) {
        let itself = Part { from: u64::from(place.offset), bytes: place.length as usize };
        if self.read_before(place.pack, itself).is_some() {
            return;
        }
        let end = u64::from(place.offset) + u64::from(place.length);
        let from = u64::from(place.offset).min(end.saturating_sub(GAP_BYTES_MAX));
        let part = Part { from, bytes: usize::try_from(end - from).unwrap_or(usize::MAX) };
        if let Ok(bytes) = self.part(place.pack, part) {
            let stretch = Stretch { pack: place.pack, from, bytes };
            *self.along.lock().unwrap_or_else(PoisonError::into_inner) = Some(stretch);
        }
    }

    /// How many bytes came over the line.
    pub(crate) fn fetched_bytes(&self) -> u64 {
        self.fetched_bytes.load(Ordering::Relaxed)
    }

    /// Whether the server no longer answers.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// Each of these blobs, or why it is not had.
    pub(crate) fn blobs(
        &self,
        unpacker: &mut Unpacker,
        kind: BlobKind,
        wanted: impl Iterator<Item = Id>,
    ) -> Blobs {
        let mut blobs = Blobs::new();
        let mut places = Vec::new();
        for id in wanted {
            if blobs.contains_key(&id) {
                continue;
            }
            // Until it is fetched it is not had.
            blobs.insert(id, Err(BlobFault::NotIndexed));
            places.extend(self.index.find(kind, &id).map(|place| (place, id)));
        }
        places.sort_unstable_by_key(|(place, _)| (place.pack, place.offset));
        let mut rest = places.as_slice();
        while let Some((group, after)) = next_group(rest) {
            self.group(unpacker, group, &mut blobs);
            rest = after;
        }
        self.look_elsewhere(unpacker, &mut blobs);
        blobs
    }

    /// What one pack does not give, another may hold as well.
    fn look_elsewhere(&self, unpacker: &mut Unpacker, blobs: &mut Blobs) {
        let lost: Vec<Id> =
            blobs.iter().filter(|(_, blob)| blob.is_err()).map(|(id, _)| *id).collect();
        for id in lost {
            for place in self.index.elsewhere(&id) {
                self.group(unpacker, &[(*place, id)], blobs);
                if blobs.get(&id).is_some_and(Result::is_ok) {
                    break;
                }
            }
        }
    }

    /// Fetches blobs that lie close together in one pack.
    fn group(&self, unpacker: &mut Unpacker, group: &[Placed], blobs: &mut Blobs) {
        let (Some((first, _)), Some((last, _))) = (group.first(), group.last()) else { return };
        let Some(pack) = self.index.pack(first.pack) else { return };
        let from = u64::from(first.offset);
        let bytes = u64::from(last.offset) + u64::from(last.length) - from;
        let part = Part { from, bytes: usize::try_from(bytes).unwrap_or(usize::MAX) };
        let mut read = match self.part(first.pack, part) {
            Ok(read) => read,
            // The pack may end early, and other blobs of it be whole.
            Err(SourceError::Short) if group.len() > 1 => {
                for one in group {
                    self.group(unpacker, std::slice::from_ref(one), blobs);
                }
                return;
            }
            Err(fault) => {
                for (_, id) in group {
                    let fault = BlobFault::Pack { pack: pack.short(), fault: fault.clone() };
                    blobs.insert(*id, Err(fault));
                }
                return;
            }
        };
        for (place, id) in group {
            let start = usize::try_from(u64::from(place.offset) - from).unwrap_or(usize::MAX);
            let end = start.saturating_add(place.length as usize);
            let sealed = read.get_mut(start..end);
            let opened = sealed.and_then(|sealed| self.open(unpacker, *place, id, sealed));
            blobs.insert(*id, opened.ok_or_else(|| BlobFault::Damaged(pack.short())));
        }
    }

    /// What was read along with something else already.
    fn read_before(&self, pack: u32, part: Part) -> Option<Vec<u8>> {
        let along = self.along.lock().unwrap_or_else(PoisonError::into_inner);
        along.as_ref()?.part(pack, part).map(<[u8]>::to_vec)
    }

    fn part(&self, pack: u32, part: Part) -> Result<Vec<u8>, SourceError> {
        if let Some(bytes) = self.read_before(pack, part) {
            return Ok(bytes);
        }
        let pack = self.index.pack(pack).ok_or(SourceError::Absent)?;
        if self.is_gone() {
            return Err(SourceError::Silent("it did not, a moment ago".to_owned()));
        }
        let read = self.source.part(pack, part);
        match &read {
            Ok(bytes) => {
                self.fetched_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            }
            Err(fault) if fault.is_for_all() => self.gone.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        read
    }

    /// What lies in a blob; none when it is not what its name says.
    fn open(
        &self,
        unpacker: &mut Unpacker,
        place: Place,
        id: &Id,
        sealed: &mut [u8],
    ) -> Option<Vec<u8>> {
        let opened = self.key.open(sealed).ok()?;
        let blob = match place.raw {
            Some(raw) => unpacker.blob(opened, raw as usize).ok()?,
            None => opened.to_vec(),
        };
        (Id::of(&blob) == *id).then_some(blob)
    }
}

/// The first blobs of a sorted list that are worth one request, and the others.
fn next_group(places: &[Placed]) -> Option<(&[Placed], &[Placed])> {
    let (first, _) = places.first()?;
    let end = |place: &Place| u64::from(place.offset) + u64::from(place.length);
    let (mut count, mut until) = (1, end(first));
    for (next, _) in places.iter().skip(1) {
        let gap = u64::from(next.offset).checked_sub(until);
        let is_near = next.pack == first.pack && gap.is_some_and(|gap| gap <= GAP_BYTES_MAX);
        if !is_near || end(next) - u64::from(first.offset) > PART_BYTES_MAX {
            break;
        }
        (count, until) = (count + 1, end(next));
    }
    places.split_at_checked(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_gives_what_lies_in_it_whole_and_nothing_else() {
        let stretch = Stretch { pack: 7, from: 100, bytes: b"abcdef".to_vec() };
        let part = |pack, from, bytes| stretch.part(pack, Part { from, bytes });
        assert_eq!(part(7, 100, 6), Some(b"abcdef".as_slice()));
        assert_eq!(part(7, 104, 2), Some(b"ef".as_slice()));
        assert_eq!(part(7, 104, 3), None);
        assert_eq!(part(7, 99, 2), None);
        assert_eq!(part(7, 107, 0), None);
        assert_eq!(part(8, 100, 6), None);
        assert_eq!(part(7, 101, usize::MAX), None);
    }

    #[test]
    fn neighbours_are_fetched_together_and_others_are_not() {
        let id = Id::of(b"");
        let place = |pack, offset, length| (Place { pack, offset, length, raw: None }, id);
        let sizes = |places: &[Placed]| {
            let (mut rest, mut sizes) = (places, Vec::new());
            while let Some((group, after)) = next_group(rest) {
                sizes.push(group.len());
                rest = after;
            }
            sizes
        };
        assert_eq!(sizes(&[]), [0_usize; 0]);
        assert_eq!(sizes(&[place(1, 0, 100), place(1, 100, 100), place(1, 100_000, 9)]), [3]);
        assert_eq!(sizes(&[place(1, 0, 100), place(2, 100, 100)]), [1, 1]);
        assert_eq!(sizes(&[place(1, 0, 100), place(1, 1_000_000, 100)]), [1, 1]);
        let large = 7 << 20;
        assert_eq!(sizes(&[place(1, 0, large), place(1, large, large)]), [1, 1]);
        assert_eq!(sizes(&[place(1, 0, 100), place(1, 50, 100)]), [1, 1], "one lies in the other");
        assert_eq!(sizes(&[place(1, 0, 64 << 20)]), [1]);
    }
}
