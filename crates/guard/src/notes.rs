//! Notes that somebody drops: the same small text under the same name in several folders.
//!
//! Rules:
//! - The thread that answers the kernel only compares names; the keeper reads, and what is not the
//!   same text in [`FOLDERS`] folders is no note.
//! - Files of one name are read when there are [`FOLDERS`] of them and each time they have doubled
//!   since, up to [`READ_MAX`]: an archive unpacked with a thousand licences costs no thousand rounds.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::content::{ContentKind, kind};
use crate::core::{Core, Who, open_quietly};
use crate::decide::What;
use crate::holdings::lock;
use crate::shelf::file_number;
use crate::state::Sha256;

/// Folders in which the same text makes a note.
pub(crate) const FOLDERS: usize = 3;
/// Most files of one name that are read together.
const READ_MAX: usize = 256;
/// Largest note.
const NOTE_BYTES_MAX: u64 = 64 << 10;
/// New files remembered.
const FILES_MAX: usize = 65_536;

/// New files by session and name.
#[derive(Debug, Default)]
pub(crate) struct Notes(Mutex<Named>);

#[derive(Debug, Default)]
struct Named {
    files: HashMap<(String, OsString), HashSet<PathBuf>>,
    count: usize,
}

impl Notes {
    /// A session closed a file of its own; answers those of the same name in as many folders as make
    /// a note.
    pub(crate) fn closed(&self, path: &Path, session: &str) -> Option<Vec<PathBuf>> {
        let name = path.file_name()?.to_owned();
        let mut named = lock(&self.0);
        if named.count >= FILES_MAX {
            *named = Named::default();
        }
        let files = named.files.entry((session.to_owned(), name)).or_default();
        let is_new = files.insert(path.to_owned());
        let count = files.len();
        let has_doubled = count > FOLDERS && count.is_power_of_two();
        let is_due = is_new && count <= READ_MAX && (count == FOLDERS || has_doubled);
        let together = is_due.then(|| files.iter().cloned().collect());
        named.count += usize::from(is_new);
        together
    }
}

impl Core {
    /// Reads files of one name, and tells of a note when enough of them are the same text.
    pub(crate) fn read_notes(&self, files: &[PathBuf], who: &Who) {
        let mut by_text: HashMap<Sha256, Vec<&PathBuf>> = HashMap::new();
        for file in files {
            if let Some(sha256) = small_text(file) {
                by_text.entry(sha256).or_default().push(file);
            }
        }
        let now = self.now();
        for (_, files) in by_text.into_iter().filter(|(_, files)| files.len() >= FOLDERS) {
            for file in &files {
                lock(&self.alarms).dropped(&who.session, file, now);
            }
            let name = files.first().and_then(|path| path.file_name()).unwrap_or_default();
            self.decide(who, What::SameNote { note: file_number(Path::new(name)) });
        }
    }
}

fn small_text(path: &Path) -> Option<Sha256> {
    let mut bytes = Vec::new();
    open_quietly(path).ok()?.take(NOTE_BYTES_MAX + 1).read_to_end(&mut bytes).ok()?;
    let is_note = bytes.len() as u64 <= NOTE_BYTES_MAX && kind(&bytes) == ContentKind::Text;
    is_note.then(|| Sha256::of(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_folder_of_one_name_is_looked_into() {
        let notes = Notes::default();
        let path = |folder: &str| PathBuf::from(folder).join("LISEZ-MOI.txt");
        assert!(notes.closed(&path("/a"), "s").is_none());
        assert!(notes.closed(&path("/a"), "s").is_none(), "the same file");
        assert!(notes.closed(&path("/b"), "s").is_none());
        assert!(notes.closed(&path("/c"), "another").is_none());
        assert_eq!(notes.closed(&path("/c"), "s").map(|files| files.len()), Some(3));
        assert!(notes.closed(&path("/c"), "s").is_none(), "read already");
        let due: Vec<usize> = (4..2_000)
            .filter_map(|n| notes.closed(&path(&format!("/{n}")), "s"))
            .map(|files| files.len())
            .collect();
        assert_eq!(due, [4, 8, 16, 32, 64, 128, 256]);
    }

    #[test]
    fn only_a_small_text_is_a_note() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            small_text(&path).is_some()
        };
        assert!(write("note", b"Vos fichiers sont chiffr\xc3\xa9s."));
        assert!(!write("empty", b""));
        assert!(!write("large", &vec![b'a'; 70_000]));
        assert!(!write("image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
    }
}
