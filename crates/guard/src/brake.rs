//! The brake: deletions are counted inside the kernel, and the twentieth pauses whoever did it
//! before it comes back from the system call.
//!
//! Rules:
//! - It only pauses, and only processes of ordinary users; the guard decides. Whoever it paused and
//!   the guard would not hold is let go on at once ([`crate::acting`]).
//! - It counts what `decide` counts: names of protected files in watched folders, by user, less
//!   those that the same user made a short while ago.
//! - When the guard falls silent it pauses nobody, and when the guard ends the kernel drops it.
//! - Where it cannot be had (no description of the kernel's structures, an older kernel, another
//!   file system) deletions are counted after the fact, and the level says so.

mod program;

use std::collections::HashMap;
use std::ffi::CStr;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{AtFlags, CWD, StatxFlags, statfs, statx};

use crate::btf::Btf;
use crate::decide::MADE_MS;
use crate::mounts;
use crate::sys::{self, Purpose, Table, TableKind};
use program::{Offsets, Way, assemble};

/// Most folders, recently made files, users and paused processes that are known to the kernel.
const FOLDERS_MAX: u32 = 1 << 20;
const MADE_MAX: u32 = 1 << 17;
const USERS_MAX: u32 = 4_096;
const PAUSED_MAX: u32 = 256;

/// What the kernel and the guard share.
#[derive(Debug)]
struct Maps {
    /// Device → way in which its deletions are announced.
    devices: Table,
    /// Device, 0, inode of a followed folder.
    folders: Table,
    /// Device, user, inode of a file → until when it counts as that user's own.
    made: Table,
    /// User → end of the window, deletions in it.
    counts: Table,
    /// Thread that deleted something → user: it may have ended when its deletion is read.
    deleters: Table,
    /// Process paused → when.
    paused: Table,
    /// When the guard last beat.
    beat: Table,
}

/// The brake of one guard.
#[derive(Debug)]
pub(crate) struct Brake {
    maps: Maps,
    /// The kernel's own number of each watched file system, by the one that files show.
    devices: HashMap<u64, (u32, Way)>,
    /// What the kernel announces.
    ways: Vec<Way>,
    /// Watched folders that it covers.
    covered: usize,
    /// Closing them ends it.
    _programs: Vec<OwnedFd>,
}

impl Brake {
    /// Puts it on `watched`. `whole` are those whose whole file system is watched.
    pub(crate) fn open(watched: &[PathBuf], whole: &[PathBuf]) -> io::Result<Self> {
        let bytes = fs::read("/sys/kernel/btf/vmlinux")?;
        let unknown = || io::Error::other("the kernel does not say where its fields stand");
        let offsets = Btf::parse(&bytes).and_then(|btf| Offsets::of(&btf)).ok_or_else(unknown)?;
        let space = fs::metadata("/proc/self/ns/pid").map(|meta| (meta.dev(), meta.ino()))?;
        let maps = Maps::new()?;
        let mut programs = Vec::new();
        let mut ways: Vec<Way> = Vec::new();
        for (way, announcements) in ANNOUNCED {
            match begin(&assemble(*way, &offsets, &maps, space), announcements) {
                Ok(begun) => {
                    programs.extend(begun);
                    ways.push(*way);
                }
                Err(error) => tracing::info!(%error, ?way, "deletions are not announced"),
            }
        }
        let mut brake =
            Self { maps, devices: HashMap::new(), ways, covered: 0, _programs: programs };
        for folder in watched {
            let way = brake.cover(folder, whole.contains(folder));
            brake.covered += usize::from(way?);
        }
        Ok(brake)
    }

    fn cover(&mut self, folder: &Path, whole: bool) -> io::Result<bool> {
        let Some((device, kind)) = file_system(folder) else { return Ok(false) };
        let way = match kind.as_str() {
            "ext2" | "ext3" | "ext4" => Way::Unlink,
            // Which folder a file stands in is not told there: only for a whole file system.
            "xfs" | "btrfs" if whole => Way::Changed,
            _ => return Ok(false),
        };
        if !self.ways.contains(&way) {
            return Ok(false);
        }
        self.maps.devices.put(&device.to_ne_bytes(), &way.code().to_ne_bytes())?;
        self.devices.insert(fs::metadata(folder)?.dev(), (device, way));
        Ok(true)
    }

    /// How many of the watched folders it covers.
    pub(crate) fn covered(&self) -> usize {
        self.covered
    }

    /// Deletions in this folder count.
    pub(crate) fn follow(&self, folder: &Path) {
        let Ok(meta) = fs::symlink_metadata(folder) else { return };
        let Some((device, Way::Unlink)) = self.devices.get(&meta.dev()) else { return };
        let put = self.maps.folders.put(&key(*device, 0, meta.ino()), &1_u32.to_ne_bytes());
        said(put, "a folder is not known to the brake");
    }

    /// A file is its maker's own for a while. Must be said before the reserve links it: until then
    /// its deletion does not count.
    pub(crate) fn made(&self, device: u64, inode: u64, user: u32) {
        let Some((device, _)) = self.devices.get(&device) else { return };
        let until = now_ns() + u64::try_from(MADE_MS).unwrap_or(0) * 1_000_000;
        let put = self.maps.made.put(&key(*device, user, inode), &until.to_ne_bytes());
        said(put, "a new file is not known to the brake");
    }

    /// The guard lives.
    pub(crate) fn beat(&self) {
        said(self.maps.beat.put(&[0; 4], &now_ns().to_ne_bytes()), "the brake is not kept on");
    }

    /// Whose thread this was, when it deleted something.
    pub(crate) fn deleter(&self, thread: u32) -> Option<u32> {
        let user = self.maps.deleters.get(&thread.to_ne_bytes())?;
        Some(u32::from_ne_bytes(user.try_into().ok()?))
    }

    /// Processes that it paused.
    pub(crate) fn paused(&self) -> Vec<u32> {
        let keys = self.maps.paused.keys(PAUSED_MAX as usize);
        keys.iter()
            .filter_map(|key| Some(u32::from_ne_bytes(key.as_slice().try_into().ok()?)))
            .collect()
    }

    /// The guard has taken over a paused process, or let it go.
    pub(crate) fn settled(&self, process: u32) {
        said(self.maps.paused.remove(&process.to_ne_bytes()), "a paused process stays listed");
    }

    /// Counts a user's deletions from the beginning.
    pub(crate) fn begin_anew(&self, user: u32) {
        // None counted is none to forget.
        if let Err(error) = self.maps.counts.remove(&user.to_ne_bytes()) {
            tracing::debug!(%error, "nothing was counted");
        }
    }

    /// Counts nothing of a user for a while, then from the beginning.
    pub(crate) fn let_pass(&self, user: u32, time: Duration) {
        let until = now_ns() + u64::try_from(time.as_nanos()).unwrap_or(0);
        // As many deletions as nobody reaches.
        let count = i64::MIN / 2;
        let value = [until.to_ne_bytes(), count.to_ne_bytes()].concat();
        said(self.maps.counts.put(&user.to_ne_bytes(), &value), "a user is not let pass");
    }
}

/// What is listened to, each way.
const ANNOUNCED: &[(Way, &[&CStr])] = &[
    (Way::Unlink, &[c"ext4_unlink_enter"]),
    (Way::Changed, &[c"ctime_ns_xchg", c"ctime_xchg_skip"]),
];

fn begin(code: &[u64], announcements: &[&CStr]) -> io::Result<Vec<OwnedFd>> {
    let program = sys::load_program(Purpose::Hears, code)?;
    announcements.iter().map(|announcement| sys::listen(announcement, &program)).collect()
}

impl Maps {
    fn new() -> io::Result<Self> {
        Ok(Self {
            devices: Table::new(TableKind::Hash, 4, 4, 64)?,
            folders: Table::new(TableKind::Hash, 16, 4, FOLDERS_MAX)?,
            made: Table::new(TableKind::Recent, 16, 8, MADE_MAX)?,
            counts: Table::new(TableKind::Recent, 4, 16, USERS_MAX)?,
            deleters: Table::new(TableKind::Recent, 4, 4, USERS_MAX)?,
            paused: Table::new(TableKind::Hash, 4, 8, PAUSED_MAX)?,
            beat: Table::new(TableKind::Single, 4, 8, 1)?,
        })
    }
}

fn key(device: u32, user: u32, inode: u64) -> Vec<u8> {
    [&device.to_ne_bytes()[..], &user.to_ne_bytes(), &inode.to_ne_bytes()].concat()
}

/// The brake helps; nothing depends on it.
fn said(done: io::Result<()>, what: &str) {
    if let Err(error) = done {
        tracing::warn!(%error, "{what}");
    }
}

/// The clock that programs in the kernel read.
fn now_ns() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let part = |value: i64| u64::try_from(value).unwrap_or(0);
    part(now.tv_sec) * 1_000_000_000 + part(now.tv_nsec)
}

/// The kernel's own device number and the kind of the file system at `folder`: of the mount, since
/// btrfs shows another number for each subvolume. Inside a changed root the mount may not be listed;
/// then ext4 is known by its own mark.
fn file_system(folder: &Path) -> Option<(u32, String)> {
    let facts = statx(CWD, folder, AtFlags::empty(), StatxFlags::MNT_ID).ok()?;
    if let Some(mount) = mounts::all().into_iter().find(|one| one.id == facts.stx_mnt_id) {
        return Some((mount.device, mount.kind));
    }
    let is_ext4 = statfs(folder).is_ok_and(|facts| facts.f_type == libc::EXT4_SUPER_MAGIC);
    is_ext4.then(|| (facts.stx_dev_major << 20 | facts.stx_dev_minor, "ext4".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_tells_device_and_kind() {
        assert!(file_system(Path::new("/")).is_some());
    }

    /// As root on a kernel that describes itself: it takes both programs.
    #[test]
    fn the_kernel_takes_the_programs() {
        if !rustix::process::geteuid().is_root() || !Path::new("/sys/kernel/btf/vmlinux").exists() {
            return;
        }
        let brake = Brake::open(&[PathBuf::from("/")], &[]).unwrap();
        assert_eq!(brake.ways, [Way::Unlink, Way::Changed]);
        brake.let_pass(1000, Duration::from_secs(1));
        brake.made(0, 1, 1000);
        brake.beat();
        assert_eq!(brake.paused(), Vec::<u32>::new());
        brake.settled(1);
    }
}
