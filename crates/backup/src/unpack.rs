//! What was compressed, decompressed within a bound: a few bytes may stand for a million.

use std::io::Read as _;

use zstd::{bulk::Decompressor, stream::read::Decoder};

/// The memory that one stream may ask for: 128 MiB, as restic itself needs at most.
const WINDOW_LOG_MAX: u32 = 27;
/// The first byte of an object that is compressed.
const COMPRESSED: u8 = 2;

/// How hard is compressed.
pub(crate) const LEVEL: i32 = 3;

/// It does not decompress to what it should.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("it does not decompress to the length that it should have")]
pub(crate) struct NotThatLong;

/// The content of an index or a snapshot: text, or a byte that says so and the text compressed.
pub(crate) fn object(bytes: Vec<u8>, bytes_max: u64) -> Result<Vec<u8>, NotThatLong> {
    match bytes.split_first() {
        Some((&COMPRESSED, packed)) => {
            let mut decoder = Decoder::with_buffer(packed).map_err(|_| NotThatLong)?;
            decoder.window_log_max(WINDOW_LOG_MAX).map_err(|_| NotThatLong)?;
            let mut text = Vec::new();
            decoder.take(bytes_max + 1).read_to_end(&mut text).map_err(|_| NotThatLong)?;
            if text.len() as u64 > bytes_max { Err(NotThatLong) } else { Ok(text) }
        }
        Some((b'{' | b'[', _)) => Ok(bytes),
        _ => Err(NotThatLong),
    }
}

/// The content of an index as a repository of this version stores it: the second compresses.
pub(crate) fn stored(text: Vec<u8>, version: u32) -> std::io::Result<Vec<u8>> {
    if version < 2 {
        return Ok(text);
    }
    let packed = zstd::bulk::compress(&text, LEVEL)?;
    Ok([&[COMPRESSED], packed.as_slice()].concat())
}

/// Decompresses blobs, one after the other.
pub(crate) struct Unpacker(Decompressor<'static>);

impl Unpacker {
    pub(crate) fn new() -> std::io::Result<Self> {
        let mut inner = Decompressor::new()?;
        inner.window_log_max(WINDOW_LOG_MAX)?;
        Ok(Self(inner))
    }

    /// A blob that must have exactly this length.
    pub(crate) fn blob(&mut self, packed: &[u8], bytes: usize) -> Result<Vec<u8>, NotThatLong> {
        let blob = self.0.decompress(packed, bytes).map_err(|_| NotThatLong)?;
        if blob.len() == bytes { Ok(blob) } else { Err(NotThatLong) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_stops_at_its_bound() {
        let zeros = vec![0; 50_000_000];
        let bomb = zstd::bulk::compress(&zeros, 3).unwrap();
        assert!(bomb.len() < 10_000);
        let object = [&[COMPRESSED], bomb.as_slice()].concat();
        assert_eq!(super::object(object.clone(), 1_000_000), Err(NotThatLong));
        assert_eq!(super::object(object, 50_000_000).unwrap().len(), 50_000_000);
        let mut unpacker = Unpacker::new().unwrap();
        assert_eq!(unpacker.blob(&bomb, 1_000), Err(NotThatLong));
        assert_eq!(unpacker.blob(&bomb, 60_000_000), Err(NotThatLong));
        assert_eq!(unpacker.blob(b"no frame", 8), Err(NotThatLong));
        assert_eq!(unpacker.blob(&bomb, 50_000_000).unwrap(), zeros);
    }

    #[test]
    fn an_object_is_text_or_compressed_text() {
        assert_eq!(super::object(b"{}".to_vec(), 10).unwrap(), b"{}");
        for bad in [&b""[..], b"x", b"\x02", b"\x02{}"] {
            assert_eq!(super::object(bad.to_vec(), 10), Err(NotThatLong), "{bad:?}");
        }
    }
}
