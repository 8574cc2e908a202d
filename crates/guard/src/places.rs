//! Where a large file is being written to, beyond the sample from its start: the kernel tells each
//! write's offset, so no part is too far in to be looked at.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::content::SAMPLE_BYTES;

/// Bytes looked at in one place.
const PLACE_BYTES: usize = 4096;
/// Most places remembered of one file: the newest.
const PLACES_MAX: usize = 16;

/// Offsets, each a multiple of [`PLACE_BYTES`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    starts: Vec<u64>,
}

impl Places {
    pub(crate) fn note(&mut self, offset: u64) {
        let start = offset - offset % PLACE_BYTES as u64;
        if start < SAMPLE_BYTES as u64 || self.starts.contains(&start) {
            return;
        }
        if self.starts.len() >= PLACES_MAX {
            self.starts.remove(0);
        }
        self.starts.push(start);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// What stands there, one place after the other.
    pub(crate) fn read(&self, file: &File) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        for start in &self.starts {
            let mut place = [0; PLACE_BYTES];
            let read = file.read_at(&mut place, *start)?;
            all.extend(place.iter().take(read));
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_places_beyond_the_sample_are_remembered() {
        let mut places = Places::default();
        places.note(100);
        assert!(places.is_empty(), "the sample covers the start");
        for n in 0..40 {
            places.note(70_000 + n * 5000);
            places.note(70_000 + n * 5000);
        }
        assert_eq!(places.starts.len(), PLACES_MAX);
        assert_eq!(places.starts.last(), Some(&(265_000 - 265_000 % 4096)));
    }
}
