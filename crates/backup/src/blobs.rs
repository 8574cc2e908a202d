//! Which pack holds which blob.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{id::Id, seal::OVERHEAD_BYTES};

/// The longest content of a file's blob: restic cuts at 8 MiB.
const DATA_BYTES_MAX: u32 = 64 << 20;
/// The longest folder.
const TREE_BYTES_MAX: u32 = 256 << 20;

/// What a blob is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BlobKind {
    /// A part of a file's content.
    Data,
    /// A folder.
    Tree,
}

/// Where a blob lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The pack, by its number in the index.
    pub(crate) pack: u32,
    pub(crate) offset: u32,
    /// As it lies there, sealed.
    pub(crate) length: u32,
    /// Its length before it was compressed; none: it was not.
    pub(crate) raw: Option<u32>,
}

impl Place {
    /// Its length when it is opened.
    pub(crate) fn bytes(&self) -> u32 {
        self.raw.unwrap_or_else(|| self.length.saturating_sub(OVERHEAD_BYTES))
    }
}

/// Every blob that is known.
#[derive(Debug, Default)]
pub(crate) struct BlobIndex {
    packs: Vec<Id>,
    data: HashMap<Id, Place>,
    trees: HashMap<Id, Place>,
    /// Where else a blob lies that several packs hold.
    elsewhere: HashMap<Id, Vec<Place>>,
}

#[derive(Serialize, Deserialize)]
struct File {
    packs: Vec<PackLine>,
}

/// One pack of an index file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PackLine {
    pub(crate) id: Id,
    pub(crate) blobs: Vec<BlobLine>,
}

/// One blob of an index file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BlobLine {
    pub(crate) id: Id,
    #[serde(rename = "type")]
    pub(crate) kind: BlobKind,
    pub(crate) offset: u32,
    pub(crate) length: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) uncompressed_length: Option<u32>,
}

/// Reads an index file.
pub(crate) fn parse(text: &[u8]) -> Result<Vec<PackLine>, serde_json::Error> {
    serde_json::from_slice::<File>(text).map(|file| file.packs)
}

/// Writes an index file.
pub(crate) fn text(packs: Vec<PackLine>) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&File { packs })
}

impl BlobIndex {
    /// Takes in what an index file says. What cannot be a blob is left out: the files that need it
    /// are named later.
    pub(crate) fn add(&mut self, packs: Vec<PackLine>) {
        for pack in packs {
            self.add_pack(pack.id, pack.blobs);
        }
    }

    /// Takes in what one pack holds.
    pub(crate) fn add_pack(&mut self, pack: Id, blobs: Vec<BlobLine>) {
        let Ok(number) = u32::try_from(self.packs.len()) else { return };
        self.packs.push(pack);
        for blob in blobs {
            let place = Place {
                pack: number,
                offset: blob.offset,
                length: blob.length,
                raw: blob.uncompressed_length.filter(|raw| *raw > 0),
            };
            let (map, bytes_max) = match blob.kind {
                BlobKind::Data => (&mut self.data, DATA_BYTES_MAX),
                BlobKind::Tree => (&mut self.trees, TREE_BYTES_MAX),
            };
            let is_whole = place.length > OVERHEAD_BYTES
                && place.length <= bytes_max + OVERHEAD_BYTES
                && place.offset.checked_add(place.length).is_some()
                && place.bytes() <= bytes_max;
            if !is_whole {
                continue;
            }
            let known = map.get(&blob.id).and_then(|known| self.packs.get(known.pack as usize));
            match known {
                // Named by two index files.
                Some(known) if *known == pack => {}
                Some(_) => self.elsewhere.entry(blob.id).or_default().push(place),
                None => {
                    map.insert(blob.id, place);
                }
            }
        }
    }

    /// Where a blob lies.
    pub(crate) fn find(&self, kind: BlobKind, id: &Id) -> Option<Place> {
        match kind {
            BlobKind::Data => self.data.get(id).copied(),
            BlobKind::Tree => self.trees.get(id).copied(),
        }
    }

    /// Where else it lies: of use when that pack is damaged.
    pub(crate) fn elsewhere(&self, id: &Id) -> &[Place] {
        self.elsewhere.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every blob and where it lies.
    pub(crate) fn all(&self) -> impl Iterator<Item = (BlobKind, &Id, &Place)> {
        let data = self.data.iter().map(|(id, place)| (BlobKind::Data, id, place));
        data.chain(self.trees.iter().map(|(id, place)| (BlobKind::Tree, id, place)))
    }

    /// The packs that are named, in the order of their numbers.
    pub(crate) fn packs(&self) -> &[Id] {
        &self.packs
    }

    /// The name of a pack.
    pub(crate) fn pack(&self, number: u32) -> Option<&Id> {
        self.packs.get(number as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_blob_is_not_believed() {
        let id = Id::of(b"x");
        let line = |offset: u32, length: u32, raw: u32| {
            let text = format!(
                r#"{{"packs":[{{"id":"{id}","blobs":[{{"id":"{id}","type":"data","offset":{offset},"length":{length},"uncompressed_length":{raw}}}]}}]}}"#
            );
            let mut index = BlobIndex::default();
            index.add(parse(text.as_bytes()).unwrap());
            index.find(BlobKind::Data, &id)
        };
        assert_eq!(line(3, 40, 0).map(|place| place.bytes()), Some(8));
        assert_eq!(line(3, 40, 9).map(|place| place.bytes()), Some(9));
        assert_eq!(line(0, 32, 9), None, "nothing in it");
        assert_eq!(line(u32::MAX, 40, 9), None, "beyond any pack");
        assert_eq!(line(0, 40, u32::MAX), None, "a bomb");
        assert_eq!(line(0, u32::MAX, 9), None, "a pack of one blob");
        assert!(parse(b"{\"packs\":[{\"id\":\"..\"}]}").is_err());
        assert!(parse(b"{\"packs\":[").is_err());
    }
}
