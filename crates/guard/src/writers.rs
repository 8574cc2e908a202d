//! Which files somebody has opened for writing: where a system call names two, the one that nobody
//! could write to is the one that is read.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::actor::all_pids;

/// Most files remembered; beyond, every file counts as opened for writing.
const FILES_MAX: usize = 65_536;

/// Files by device and inode.
#[derive(Debug, Default)]
pub(crate) struct Writers {
    files: HashSet<(u64, u64)>,
    full: bool,
}

impl Writers {
    /// With those that had been opened before anybody looked.
    pub(crate) fn of_now(watched: &[PathBuf]) -> Self {
        let mut writers = Self::default();
        for pid in all_pids() {
            let Ok(open) = fs::read_dir(format!("/proc/{pid}/fd")) else { continue };
            for descriptor in open.flatten() {
                let Ok(path) = fs::read_link(descriptor.path()) else { continue };
                if !watched.iter().any(|root| path.starts_with(root)) {
                    continue;
                }
                let facts = format!("/proc/{pid}/fdinfo/{}", descriptor.file_name().display());
                if let (true, Ok(meta)) =
                    (writes(Path::new(&facts)), fs::metadata(descriptor.path()))
                {
                    writers.add((meta.dev(), meta.ino()));
                }
            }
        }
        writers
    }

    pub(crate) fn add(&mut self, file: (u64, u64)) {
        self.full |= self.files.len() >= FILES_MAX;
        if !self.full {
            self.files.insert(file);
        }
    }

    pub(crate) fn contains(&self, file: (u64, u64)) -> bool {
        self.full || self.files.contains(&file)
    }
}

/// Whether the flags in this `fdinfo` file let one write; also when they cannot be read.
fn writes(facts: &Path) -> bool {
    let Ok(text) = fs::read_to_string(facts) else { return true };
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| i32::from_str_radix(flags.trim(), 8).ok());
    flags.is_none_or(|flags| flags & libc::O_ACCMODE != libc::O_RDONLY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_open_for_writing_is_found_and_one_open_for_reading_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (read, written) = (folder.path().join("read"), folder.path().join("written"));
        fs::write(&read, b"x").unwrap();
        let _writer = fs::File::create(&written).unwrap();
        let _reader = fs::File::open(&read).unwrap();
        let writers = Writers::of_now(&[folder.path().to_owned()]);
        let id = |path| fs::metadata(path).map(|meta| (meta.dev(), meta.ino())).unwrap();
        assert!(writers.contains(id(&written)));
        assert!(!writers.contains(id(&read)));
    }

    #[test]
    fn with_too_many_every_file_counts() {
        let mut writers = Writers::default();
        for inode in 0..=FILES_MAX as u64 {
            writers.add((1, inode));
        }
        assert!(writers.contains((2, 2)));
    }
}
