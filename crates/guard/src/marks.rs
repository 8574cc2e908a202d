//! The fanotify groups, one for permission and those for names, and what they cover.
//!
//! Rules:
//! - A watched folder on a file system of its own is covered by one mark on all of it: no other
//!   mount path, hard link or renaming leads past, and what is made in a new folder is heard of
//!   however soon after it. Price: names elsewhere on it are read, and dropped. Where the kernel
//!   refuses that for names (subvolumes), and where visitors of a bait are to be known, names are
//!   followed folder by folder.
//! - Where the watched folder lies on the system's own disk everything is followed folder by folder:
//!   the rest of the machine pays nothing. Price: a file that is also reached by a hard link outside
//!   is not seen through that name, and who makes a file in a folder that is newer than the answer to
//!   its name is not known.
//! - The guard's own folders are left out, so that it never waits for itself.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use beffroi_town::watch::Letter;

use crate::error::{GuardError, Result, shown};
use crate::fan::Place;
use crate::holdings::{Holdings, lock};
use crate::sys;

/// Permission before each access to a content, with its range: Linux 6.14 and later.
pub(crate) const FAN_PRE_ACCESS: u64 = 0x0010_0000;
/// Also after the file has changed.
const LEFT_OUT: u32 = libc::FAN_MARK_IGNORED_MASK | libc::FAN_MARK_IGNORED_SURV_MODIFY;
const NAME_MASK: u64 = libc::FAN_CREATE
    | libc::FAN_DELETE
    | libc::FAN_RENAME
    | libc::FAN_CLOSE_WRITE
    | libc::FAN_ONDIR
    | libc::FAN_EVENT_ON_CHILD;

/// How much the kernel shows of these folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    /// A: each write; B: each open; C: neither.
    pub(crate) letter: Letter,
    /// Watched folders whose whole file system is covered.
    pub(crate) whole: Vec<PathBuf>,
    /// Whether that is all of them.
    pub(crate) all_whole: bool,
}

impl Sight {
    /// What can be had here for these folders, and at most `at_most`.
    pub(crate) fn of(watched: &[PathBuf], at_most: Letter) -> Self {
        let blind = Self { letter: Letter::C, whole: Vec::new(), all_whole: false };
        if at_most == Letter::C
            || !cfg!(target_os = "linux")
            || !rustix::process::geteuid().is_root()
        {
            return blind;
        }
        let sees = |mask: u64| {
            let (Ok(opens), Ok(_)) = (opens_group(), names_group()) else { return false };
            let mark = |folder: &PathBuf| {
                sys::fanotify_mark(opens.as_fd(), libc::FAN_MARK_ADD, mask, folder).is_ok()
            };
            watched.iter().all(mark)
        };
        let letter = match at_most {
            Letter::A if sees(libc::FAN_OPEN_PERM | FAN_PRE_ACCESS) => Letter::A,
            _ if sees(libc::FAN_OPEN_PERM) => Letter::B,
            _ => return blind,
        };
        let device = |path: &Path| fs::metadata(path).map(|meta| meta.dev()).ok();
        let system = device(Path::new("/"));
        let own = |folder: &&PathBuf| letter == Letter::A && device(folder) != system;
        let whole: Vec<PathBuf> = watched.iter().filter(own).cloned().collect();
        Self { letter, all_whole: whole.len() == watched.len(), whole }
    }

    fn mask(&self) -> u64 {
        match self.letter {
            Letter::A => libc::FAN_OPEN_PERM | FAN_PRE_ACCESS,
            Letter::B | Letter::C => libc::FAN_OPEN_PERM,
        }
    }
}

const COMMON: u32 =
    libc::FAN_REPORT_TID | libc::FAN_CLOEXEC | libc::FAN_NONBLOCK | libc::FAN_UNLIMITED_MARKS;

/// The group for permission.
fn opens_group() -> io::Result<OwnedFd> {
    let how = libc::O_RDONLY | libc::O_LARGEFILE | libc::O_CLOEXEC | libc::O_NOATIME;
    sys::fanotify_init(libc::FAN_CLASS_PRE_CONTENT | COMMON, how)
}

/// A group for names.
fn names_group() -> io::Result<OwnedFd> {
    sys::fanotify_init(libc::FAN_CLASS_NOTIF | libc::FAN_REPORT_DFID_NAME | COMMON, 0)
}

/// Hears all names of the file system that `folder` lies on, but those in the guard's own folders.
fn hear_all(group: &OwnedFd, folder: &Path, own: &[PathBuf]) -> io::Result<()> {
    let device = fs::metadata(folder)?.dev();
    let here = |path: &&PathBuf| fs::metadata(path).is_ok_and(|meta| meta.dev() == device);
    for own in own.iter().filter(here) {
        let flags = libc::FAN_MARK_ADD | libc::FAN_MARK_IGNORE_SURV;
        sys::fanotify_mark(group.as_fd(), flags, NAME_MASK, own)?;
    }
    let flags = libc::FAN_MARK_ADD | libc::FAN_MARK_FILESYSTEM;
    sys::fanotify_mark(group.as_fd(), flags, NAME_MASK, folder)
}

/// Followed folders by device and handle.
type Followed = HashMap<(u64, Vec<u8>), PathBuf>;

/// All groups and what they cover.
#[derive(Debug, Clone)]
pub(crate) struct Marks {
    pub(crate) opens: Arc<OwnedFd>,
    /// One for each file system or subvolume, by its device: the kernel refuses to mix them, since
    /// only together with it a folder's handle is a name.
    pub(crate) names: Arc<[(u64, OwnedFd)]>,
    folders: Arc<Mutex<Followed>>,
    sight: Arc<Sight>,
    name_mask: u64,
    /// Devices of which all names are heard, followed folder or not.
    all_named: Arc<HashSet<u64>>,
}

impl Marks {
    /// Opens the groups. From now on others wait for answers.
    /// `visits`: also when somebody opens a folder, so that it is known who that is.
    pub(crate) fn open(sight: Sight, holdings: &Holdings, visits: bool) -> Result<Self> {
        let refused = |error: io::Error| {
            GuardError::Senses(format!(
                "the kernel refuses fanotify: {error}; run as root on Linux 5.17 or later"
            ))
        };
        let mut names: Vec<(u64, OwnedFd)> = Vec::new();
        for folder in &holdings.watched {
            let device = fs::metadata(folder).map_err(refused)?.dev();
            if names.iter().all(|(known, _)| *known != device) {
                names.push((device, names_group().map_err(refused)?));
            }
        }
        let name_mask = if visits { NAME_MASK | libc::FAN_OPEN } else { NAME_MASK };
        let own = holdings.own_folders();
        let mut all_named = HashSet::new();
        for folder in sight.whole.iter().filter(|_| !visits) {
            let device = fs::metadata(folder).map_err(refused)?.dev();
            let Some((_, group)) = names.iter().find(|(known, _)| *known == device) else {
                continue;
            };
            match hear_all(group, folder, &own) {
                Ok(()) => drop(all_named.insert(device)),
                Err(error) => tracing::debug!(%error, "names are followed folder by folder"),
            }
        }
        let marks = Self {
            opens: Arc::new(opens_group().map_err(refused)?),
            names: names.into(),
            folders: Arc::default(),
            sight: Arc::new(sight),
            name_mask,
            all_named: Arc::new(all_named),
        };
        marks.leave_out(&own).map_err(refused)?;
        for folder in &marks.sight.whole {
            let flags = libc::FAN_MARK_ADD | libc::FAN_MARK_FILESYSTEM;
            sys::fanotify_mark(marks.opens.as_fd(), flags, marks.sight.mask(), folder)
                .map_err(refused)?;
        }
        Ok(marks)
    }

    pub(crate) fn letter(&self) -> Letter {
        self.sight.letter
    }

    /// Asks nothing about writes into a file that was made just now, until [`Self::ask_again`].
    /// Where the kernel asks before writes, at level A.
    pub(crate) fn leave_out_new(&self, file: &fs::File) -> io::Result<()> {
        let flags = libc::FAN_MARK_ADD | LEFT_OUT | libc::FAN_MARK_EVICTABLE;
        let (group, file) = (self.opens.as_fd(), file.as_fd());
        sys::fanotify_mark_open(group, flags, FAN_PRE_ACCESS, file)
    }

    /// Asks about writes into this file, as about any other.
    pub(crate) fn ask_again(&self, path: &Path) {
        if self.sight.letter == Letter::A {
            let flags = libc::FAN_MARK_REMOVE | LEFT_OUT | libc::FAN_MARK_DONT_FOLLOW;
            // Most were never left out.
            drop(sys::fanotify_mark(self.opens.as_fd(), flags, FAN_PRE_ACCESS, path));
        }
    }

    /// The guard's own folders, and the file that what it says goes to. Where nothing is seen of
    /// them anyway an older kernel may refuse this, and it does not matter.
    fn leave_out(&self, own: &[PathBuf]) -> io::Result<()> {
        let flags = libc::FAN_MARK_ADD | libc::FAN_MARK_IGNORE_SURV;
        let said = PathBuf::from("/proc/self/fd/2");
        let is_file = fs::metadata(&said).is_ok_and(|meta| meta.is_file());
        for path in own.iter().chain(is_file.then_some(&said)) {
            let on_child = if *path == said { 0 } else { libc::FAN_EVENT_ON_CHILD };
            let mask = self.sight.mask() | on_child;
            let done = sys::fanotify_mark(self.opens.as_fd(), flags, mask, path);
            if !self.sight.whole.is_empty() {
                done?;
            }
        }
        Ok(())
    }

    /// Follows one more folder. Following twice is the same as once.
    pub(crate) fn follow(&self, folder: &Path) -> io::Result<()> {
        let device = fs::symlink_metadata(folder)?.dev();
        let Some((_, names)) = self.names.iter().find(|(known, _)| *known == device) else {
            // Mounted, or made a subvolume of its own, since the start: it has no reserve either.
            tracing::warn!(folder = %shown(folder), "not watched before the guard starts again");
            return Ok(());
        };
        lock(&self.folders).insert((device, sys::handle_of(folder)?), folder.to_owned());
        let flags = libc::FAN_MARK_ADD | libc::FAN_MARK_ONLYDIR | libc::FAN_MARK_DONT_FOLLOW;
        if !self.all_named.contains(&device) {
            sys::fanotify_mark(names.as_fd(), flags, self.name_mask, folder)?;
        }
        if self.sight.whole.iter().any(|whole| folder.starts_with(whole)) {
            return Ok(());
        }
        // Opening a folder is one more moment at which names are read; the kernel refuses it
        // together with accesses.
        let folders = if self.sight.letter == Letter::A { 0 } else { libc::FAN_ONDIR };
        let mask = self.sight.mask() | libc::FAN_EVENT_ON_CHILD | folders;
        sys::fanotify_mark(self.opens.as_fd(), flags, mask, folder)
    }

    /// The path of a name in a followed folder of this device.
    pub(crate) fn path(&self, device: u64, place: &Place) -> Option<PathBuf> {
        let folders = lock(&self.folders);
        Some(folders.get(&(device, place.folder.clone()))?.join(&place.name))
    }

    /// A followed folder was renamed, or moved out of sight.
    pub(crate) fn rename(&self, from: &Path, to: Option<&Path>) {
        let mut folders = lock(&self.folders);
        match to {
            Some(to) => {
                for path in folders.values_mut() {
                    if let Ok(rest) = path.strip_prefix(from) {
                        *path =
                            if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) };
                    }
                }
            }
            // Its marks stay until it is gone, but what happens there is nobody's business here.
            None => folders.retain(|_, path| !path.starts_with(from)),
        }
    }
}
