//! What archives hold: zip, 7z, tar, gzip, bzip2, xz, zstd, and a tar packed by one of the latter.
//! Each file in one is read to its end and known by its hash alone.
//!
//! Rules:
//! - Nothing is unpacked to a disk, and no name inside is believed.
//! - Bounded: whoever reads gives the last moment, and the number of bytes taken from all archives
//!   together; no format takes more than [`MEMORY_KIB`] to be unpacked. What is not read by then is
//!   not known.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::time::Instant as Tick;

use crate::state::Sha256;

/// Most files of one archive that are known.
pub(crate) const FILES_MAX: usize = 1 << 20;
/// Where a tar says that it is one (POSIX.1-1988, `ustar`).
const TAR_MAGIC_AT: usize = 257;
const HEAD_BYTES: usize = 512;
/// What unpacking may take: enough for the best that `7z -mx9`, `xz -9` and `zstd -19` do.
const MEMORY_KIB: u32 = 160 * 1024;
/// The same for zstd, as the power of two of what it looks back on (RFC 8878, `Window_Log`).
const ZSTD_WINDOW_LOG: u32 = 27;

/// Hashes of contents.
pub(crate) type Contents = HashSet<Sha256>;

/// How much may still be read.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) until: Tick,
    pub(crate) bytes: u64,
}

impl Budget {
    fn take(&mut self, bytes: usize) -> io::Result<()> {
        let left = self.bytes.checked_sub(bytes as u64);
        match left.filter(|_| Tick::now() < self.until) {
            Some(left) => {
                self.bytes = left;
                Ok(())
            }
            None => Err(io::Error::other("it takes longer than anybody may be made to wait")),
        }
    }
}

/// A reader that keeps within what may be read.
struct Bounded<'a, R> {
    inner: R,
    budget: &'a mut Budget,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.budget.take(read)?;
        Ok(read)
    }
}

/// How files are packed together, or one by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Zip,
    SevenZ,
    Tar,
    Packed(Packing),
}

/// What packs one stream of bytes: a file, or a tar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

impl Kind {
    /// By its first bytes; none for what is no archive. The file is left at its beginning.
    pub(crate) fn of(mut file: &File) -> io::Result<Option<Self>> {
        file.rewind()?;
        let mut head = Vec::new();
        file.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        file.rewind()?;
        Ok(Self::of_head(&head))
    }

    fn of_head(head: &[u8]) -> Option<Self> {
        let begins: [(&[u8], Self); 6] = [
            (b"PK\x03\x04", Self::Zip),
            (b"7z\xbc\xaf\x27\x1c", Self::SevenZ),
            (&[0x1f, 0x8b], Self::Packed(Packing::Gzip)),
            (b"BZh", Self::Packed(Packing::Bzip2)),
            (b"\xfd7zXZ\0", Self::Packed(Packing::Xz)),
            (&[0x28, 0xb5, 0x2f, 0xfd], Self::Packed(Packing::Zstd)),
        ];
        let named = begins.into_iter().find(|(magic, _)| head.starts_with(magic));
        named.map(|(_, kind)| kind).or_else(|| is_tar(head).then_some(Self::Tar))
    }
}

/// The content of `file` itself; none where it cannot be read to its end.
pub(crate) fn own_content(mut file: &File, budget: &mut Budget) -> Option<Sha256> {
    let hashed = file.rewind().and_then(|()| hash(BufReader::new(file), budget));
    hashed.inspect_err(|error| tracing::info!(%error, "a file is not read to its end")).ok()
}

/// Tells each content of the files in an archive.
///
/// # Errors
/// What it cannot read, which ends the list.
pub(crate) fn each_content(
    mut file: &File,
    kind: Kind,
    budget: &mut Budget,
    tell: &mut dyn FnMut(Sha256) -> io::Result<()>,
) -> io::Result<()> {
    file.rewind()?;
    match kind {
        Kind::Zip => each_of_zip(file, budget, tell),
        Kind::SevenZ => each_of_7z(file, budget, tell),
        Kind::Tar => each_of_tar(BufReader::new(file), budget, tell),
        Kind::Packed(packing) => {
            // Of one that holds a single file, or of a tar.
            tell(hash(unpacked(file, packing)?, budget)?)?;
            file.rewind()?;
            let mut head = Vec::new();
            unpacked(file, packing)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
            file.rewind()?;
            if is_tar(&head) {
                each_of_tar(unpacked(file, packing)?, budget, tell)?;
            }
            Ok(())
        }
    }
}

fn unpacked(file: &File, packing: Packing) -> io::Result<Box<dyn Read + '_>> {
    let packed = BufReader::new(file);
    Ok(match packing {
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
        Packing::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
        Packing::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(packed, true, MEMORY_KIB)),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
    })
}

fn is_tar(head: &[u8]) -> bool {
    head.get(TAR_MAGIC_AT..).is_some_and(|magic| magic.starts_with(b"ustar"))
}

fn each_of_tar(
    reader: impl Read,
    budget: &mut Budget,
    tell: &mut dyn FnMut(Sha256) -> io::Result<()>,
) -> io::Result<()> {
    let mut archive = tar::Archive::new(reader);
    for entry in archive.entries()?.take(FILES_MAX) {
        let entry = entry?;
        if entry.header().entry_type().is_file() {
            tell(hash(entry, budget)?)?;
        }
    }
    Ok(())
}

fn each_of_zip(
    file: &File,
    budget: &mut Budget,
    tell: &mut dyn FnMut(Sha256) -> io::Result<()>,
) -> io::Result<()> {
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(io::Error::other)?;
    for index in 0..archive.len().min(FILES_MAX) {
        let Ok(entry) = archive.by_index(index) else { continue };
        if entry.is_file() {
            tell(hash(entry, budget)?)?;
        }
    }
    Ok(())
}

fn each_of_7z(
    file: &File,
    budget: &mut Budget,
    tell: &mut dyn FnMut(Sha256) -> io::Result<()>,
) -> io::Result<()> {
    let (password, memory) = (sevenz_rust2::Password::empty(), MEMORY_KIB as usize);
    let packed = BufReader::new(file);
    let mut archive = sevenz_rust2::ArchiveReader::new_with_memory_limit(packed, password, memory)
        .map_err(io::Error::other)?;
    // Each thread more would take as much memory again.
    archive.set_thread_count(1);
    let mut files = 0;
    let all = archive.for_each_entries(|entry, reader| {
        files += 1;
        if entry.has_stream() {
            tell(hash(reader, budget)?)?;
        }
        Ok(files < FILES_MAX)
    });
    all.map_err(io::Error::other)
}

fn hash(inner: impl Read, budget: &mut Budget) -> io::Result<Sha256> {
    Sha256::of_reader(Bounded { inner, budget }).map(|(sha256, _)| sha256)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::time::Duration;

    fn budget() -> Budget {
        Budget { until: Tick::now() + Duration::from_mins(1), bytes: 1 << 30 }
    }

    /// Its own and those in it, and what ended the list.
    fn contents_of(file: &File, budget: &mut Budget) -> (Contents, Option<io::Error>) {
        let mut contents: Contents = own_content(file, budget).into_iter().collect();
        let Some(kind) = Kind::of(file).unwrap() else { return (contents, None) };
        let mut tell = |sha256| {
            contents.insert(sha256);
            Ok(())
        };
        let ended = each_content(file, kind, budget, &mut tell).err();
        (contents, ended)
    }

    fn holds(bytes: &[u8], expected: &[&[u8]]) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let (contents, _) = contents_of(&file, &mut budget());
        for one in expected {
            assert!(contents.contains(&Sha256::of(one)), "{}", String::from_utf8_lossy(one));
        }
    }

    fn tarred(files: &[&[u8]]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (n, file) in files.iter().enumerate() {
            let mut header = tar::Header::new_gnu();
            header.set_size(file.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            archive.append_data(&mut header, format!("../un nom {n}"), *file).unwrap_or_else(
                |_| {
                    archive.append_data(&mut header, format!("nom {n}"), *file).unwrap();
                },
            );
        }
        archive.into_inner().unwrap()
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn each_kind_of_archive_is_read() {
        let large = vec![7; 100_000];
        let files: [&[u8]; 3] = [b"un acte", b"", &large];
        let archive = tarred(&files);
        holds(&archive, &files);
        holds(&gzipped(&archive), &files);
        holds(&gzipped(b"un seul"), &[b"un seul"]);
        holds(b"une copie", &[b"une copie"]);
        holds(&zstd::bulk::compress(&archive, 3).unwrap(), &files);
        let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (n, file) in files.iter().enumerate() {
            let options = zip::write::SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Deflated);
            archive.start_file(format!("{n}.txt"), options).unwrap();
            archive.write_all(file).unwrap();
        }
        holds(&archive.finish().unwrap().into_inner(), &files);
    }

    #[test]
    fn what_is_torn_hostile_or_endless_ends_the_list() {
        let archive = gzipped(&tarred(&[b"un acte", &vec![7; 100_000]]));
        holds(archive.get(..archive.len() / 2).unwrap(), &[]);
        holds(b"PK\x03\x04 no archive at all", &[]);
        holds(&[0x1f, 0x8b, 0, 0, 0], &[]);
        holds(b"7z\xbc\xaf\x27\x1c and nothing more", &[]);
        holds(b"\xfd7zXZ\0 and nothing more", &[]);
        holds(b"BZh9 and nothing more", &[]);
        holds(&[0x28, 0xb5, 0x2f, 0xfd, 9, 9, 9], &[]);
        // A few kilobytes that unpack to a gigabyte.
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![0; 1 << 20];
        (0..64).for_each(|_| bomb.write_all(&zeros).unwrap());
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bomb.finish().unwrap()).unwrap();
        let mut small = Budget { bytes: 8 << 20, ..budget() };
        let (contents, ended) = contents_of(&file, &mut small);
        assert_eq!(contents.len(), 1, "but for the file itself");
        assert!(ended.unwrap().to_string().contains("longer than anybody"));
        assert!(small.bytes < 1 << 20, "{small:?}");
    }
}
