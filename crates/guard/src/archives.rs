//! What archives hold: zip, tar, gzip, and a tar inside gzip. Each file in one is read to its end
//! and known by its hash alone.
//!
//! Rules:
//! - Nothing is unpacked to a disk, and no name inside is believed.
//! - Bounded: whoever reads gives the last moment, and the number of bytes taken from all archives
//!   together. What is not read by then is not known.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::time::Instant as Tick;

use crate::state::Sha256;

/// Most files of one archive that are known.
const FILES_MAX: usize = 1 << 20;
/// Where a tar says that it is one (POSIX.1-1988, `ustar`).
const TAR_MAGIC_AT: usize = 257;
const HEAD_BYTES: usize = 512;

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

/// Every content in `file`: its own, and, where it is an archive, those of the files in it. What
/// cannot be read ends the list, and is no error: it is not there.
pub(crate) fn contents_of(file: &File, budget: &mut Budget) -> Contents {
    let mut contents = Contents::new();
    let mut head = Vec::new();
    let read = (&mut &*file).take(HEAD_BYTES as u64).read_to_end(&mut head).map(drop);
    let all = read.and_then(|()| add_all(file, &head, budget, &mut contents));
    if let Err(error) = all {
        tracing::info!(%error, "a file is not read to its end");
    }
    contents
}

fn add_all(
    mut file: &File,
    head: &[u8],
    budget: &mut Budget,
    contents: &mut Contents,
) -> io::Result<()> {
    file.rewind()?;
    contents.insert(hash(BufReader::new(file), budget)?);
    file.rewind()?;
    if head.starts_with(b"PK\x03\x04") {
        add_zip(file, budget, contents)
    } else if head.starts_with(&[0x1f, 0x8b]) {
        // Of one that holds a single file, or of a tar.
        contents.insert(hash(unpacked(file), budget)?);
        file.rewind()?;
        let mut head = Vec::new();
        unpacked(file).take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        file.rewind()?;
        if is_tar(&head) { add_tar(unpacked(file), budget, contents) } else { Ok(()) }
    } else if is_tar(head) {
        add_tar(BufReader::new(file), budget, contents)
    } else {
        Ok(())
    }
}

fn unpacked(file: &File) -> impl Read + '_ {
    flate2::read::MultiGzDecoder::new(BufReader::new(file))
}

fn is_tar(head: &[u8]) -> bool {
    head.get(TAR_MAGIC_AT..).is_some_and(|magic| magic.starts_with(b"ustar"))
}

fn add_tar(reader: impl Read, budget: &mut Budget, contents: &mut Contents) -> io::Result<()> {
    let mut archive = tar::Archive::new(reader);
    for entry in archive.entries()?.take(FILES_MAX) {
        let entry = entry?;
        if entry.header().entry_type().is_file() {
            contents.insert(hash(entry, budget)?);
        }
    }
    Ok(())
}

fn add_zip(file: &File, budget: &mut Budget, contents: &mut Contents) -> io::Result<()> {
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(io::Error::other)?;
    for index in 0..archive.len().min(FILES_MAX) {
        let Ok(entry) = archive.by_index(index) else { continue };
        if entry.is_file() {
            contents.insert(hash(entry, budget)?);
        }
    }
    Ok(())
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

    fn holds(bytes: &[u8], expected: &[&[u8]]) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        let contents = contents_of(&file, &mut budget());
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
        // A few kilobytes that unpack to a gigabyte.
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![0; 1 << 20];
        (0..64).for_each(|_| bomb.write_all(&zeros).unwrap());
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bomb.finish().unwrap()).unwrap();
        file.rewind().unwrap();
        let mut small = Budget { bytes: 8 << 20, ..budget() };
        assert_eq!(contents_of(&file, &mut small).len(), 1, "but for the file itself");
        assert!(small.bytes < 1 << 20, "{small:?}");
    }
}
