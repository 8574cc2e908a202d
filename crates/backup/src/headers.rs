//! What a pack says of itself, at its end: an index that is lost is made again from there.
//!
//! The last four bytes are the length of a sealed header; each of its entries is a kind, the length
//! of a blob as it lies there, its length before compression where it was compressed, and its name.

use std::thread;

use crate::{
    blobs::{BlobKind, BlobLine, PackLine},
    fetch::Fetcher,
    id::Id,
    repository::{Fault, fault, workers},
    source::SourceError,
};

/// What is read at first: room for some hundred blobs.
const TAIL_BYTES: u64 = 32 << 10;
/// The longest header: 600,000 blobs.
const HEADER_BYTES_MAX: usize = 24 << 20;
const LENGTH_BYTES: usize = 4;

/// Reads the headers of these packs, several at once; those that cannot be read are named.
pub(crate) fn read(fetcher: &Fetcher, packs: &[Id]) -> (Vec<PackLine>, Vec<Fault>) {
    let size = packs.len().div_ceil(workers()).max(1);
    let read = |id: &Id| (*id, one(fetcher, id));
    let all: Vec<(Id, Result<Vec<BlobLine>, String>)> = thread::scope(|scope| {
        let shares: Vec<_> = packs
            .chunks(size)
            .map(|share| scope.spawn(move || share.iter().map(read).collect::<Vec<_>>()))
            .collect();
        shares.into_iter().filter_map(|share| share.join().ok()).flatten().collect()
    });
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for (id, blobs) in all {
        match blobs {
            Ok(blobs) => lines.push(PackLine { id, blobs }),
            Err(why) => faults.push(fault("pack", &id, &why)),
        }
    }
    (lines, faults)
}

fn one(fetcher: &Fetcher, pack: &Id) -> Result<Vec<BlobLine>, String> {
    let told = |error: SourceError| error.to_string();
    let mut tail = fetcher.source.tail(pack, TAIL_BYTES).map_err(told)?;
    let length = tail.split_last_chunk::<LENGTH_BYTES>().map(|(_, length)| *length);
    let length = u32::from_le_bytes(length.ok_or("it is too short to be one")?) as usize;
    if length > HEADER_BYTES_MAX {
        return Err("its header cannot be as long as it says".to_owned());
    }
    let wanted = length + LENGTH_BYTES;
    if tail.len() < wanted && tail.len() as u64 == TAIL_BYTES {
        tail = fetcher.source.tail(pack, wanted as u64).map_err(told)?;
    }
    let from = tail.len().checked_sub(wanted).ok_or("it is shorter than its header")?;
    let sealed = tail.get_mut(from..from + length).ok_or("it is shorter than its header")?;
    let header = fetcher.key.open(sealed).map_err(|error| format!("its header: {error}"))?;
    parse(header).ok_or_else(|| "its header is none that restic writes".to_owned())
}

/// Reads an opened header.
fn parse(mut rest: &[u8]) -> Option<Vec<BlobLine>> {
    let (mut blobs, mut offset) = (Vec::new(), 0_u32);
    while let Some((code, after)) = rest.split_first() {
        let (kind, is_packed) = match code {
            0 => (BlobKind::Data, false),
            1 => (BlobKind::Tree, false),
            2 => (BlobKind::Data, true),
            3 => (BlobKind::Tree, true),
            _ => return None,
        };
        let (length, after) = number(after)?;
        let (uncompressed_length, after) = if is_packed {
            let (raw, after) = number(after)?;
            (Some(raw), after)
        } else {
            (None, after)
        };
        let (id, after) = after.split_first_chunk::<32>()?;
        blobs.push(BlobLine { id: Id::from_bytes(*id), kind, offset, length, uncompressed_length });
        offset = offset.checked_add(length)?;
        rest = after;
    }
    Some(blobs)
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (four, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*four), rest))
}

/// The packs of a repository that no readable index names, by what they say of themselves.
pub(crate) fn unnamed(fetcher: &Fetcher) -> Result<(Vec<PackLine>, Vec<Fault>), SourceError> {
    let named: std::collections::HashSet<&Id> = fetcher.index.packs().iter().collect();
    let mut packs = fetcher.source.names(beffroi_town::vault::ObjectKind::Data)?;
    packs.retain(|id| !named.contains(id));
    packs.sort();
    Ok(read(fetcher, &packs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_and_nothing_else_is() {
        let id = Id::of(b"x");
        let plain = [&[0][..], &40_u32.to_le_bytes(), id.as_bytes()].concat();
        let packed =
            [&[3][..], &50_u32.to_le_bytes(), &99_u32.to_le_bytes(), id.as_bytes()].concat();
        let blobs = parse(&[plain.clone(), packed.clone()].concat()).unwrap();
        assert_eq!(blobs.len(), 2);
        assert_eq!((blobs[0].kind, blobs[0].offset, blobs[0].length), (BlobKind::Data, 0, 40));
        assert_eq!((blobs[1].kind, blobs[1].offset), (BlobKind::Tree, 40));
        assert_eq!((blobs[1].uncompressed_length, blobs[1].id), (Some(99), id));
        assert_eq!(parse(&[]), Some(vec![]));
        assert_eq!(parse(&plain[..plain.len() - 1]), None);
        assert_eq!(parse(&[&[7], &plain[1..]].concat()), None);
        let large = [&[0][..], &u32::MAX.to_le_bytes(), id.as_bytes()].concat();
        assert_eq!(parse(&[large.clone(), large].concat()), None);
    }
}
