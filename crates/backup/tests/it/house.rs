//! A server's files, a repository that restic made of them, and a place to bring them back to.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
    },
    path::{Path, PathBuf},
    process::Command,
};

use beffroi_backup::{
    Access, BackupError, Repository,
    choice::Choice,
    plan::Plan,
    restore::{self, Report},
    snapshots::Wanted,
};
use beffroi_town::Instant;
use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps, XattrFlags};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "correct-horse";
/// Names what is moved beside.
pub(crate) const AT: Instant = Instant::from_ms(1_700_000_000_000);

pub(crate) struct House {
    folder: TempDir,
}

impl House {
    /// A house with the files of a share, saved once.
    pub(crate) fn new() -> Self {
        let house = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(house.share()).unwrap();
        fill(&house.share(), 60);
        house.restic(&["init"]);
        house.save();
        house
    }

    pub(crate) fn here(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn share(&self) -> PathBuf {
        self.here().join("share")
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.here().join("repository")
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.here().join("back")
    }

    /// Where a path of the server is once it came back.
    pub(crate) fn back(&self, path: &Path) -> PathBuf {
        self.target().join(path.strip_prefix("/").unwrap())
    }

    pub(crate) fn restic(&self, words: &[&str]) -> String {
        let output = Command::new("restic")
            .args(["--no-cache", "--repo"])
            .arg(self.repository())
            .args(words)
            .env("RESTIC_PASSWORD", PASSWORD)
            .env("HOME", self.here())
            .output()
            .expect("start restic: scripts/setup-tests installs it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn save(&self) {
        self.restic(&["backup", self.share().to_str().unwrap()]);
    }

    pub(crate) fn access(&self) -> Access {
        Access::new(self.repository().to_str().unwrap(), PASSWORD, None).unwrap()
    }

    pub(crate) fn plan(&self, choice: &Choice) -> Plan {
        plan(&self.access(), choice).unwrap()
    }

    /// Brings the latest snapshot back.
    pub(crate) fn bring_back(&self, choice: &Choice) -> Report {
        restore::carry_out(&self.plan(choice), &self.target(), AT).unwrap()
    }

    /// The files of a kind in the repository.
    pub(crate) fn objects(&self, kind: &str) -> Vec<PathBuf> {
        let all = contents(&self.repository().join(kind));
        all.into_keys().map(|name| self.repository().join(kind).join(name)).collect()
    }
}

pub(crate) fn plan(access: &Access, choice: &Choice) -> Result<Plan, BackupError> {
    let repository = Repository::open(access)?;
    let (all, faults) = repository.snapshots()?;
    assert!(faults.is_empty(), "{faults:?}");
    Plan::new(repository.index()?, Wanted::Latest.choose(&all)?, choice)
}

/// Files as a town hall has them: some compress, some do not, all different.
pub(crate) fn fill(folder: &Path, count: u32) {
    for number in 0..count {
        let place = folder.join(format!("service-{}", number % 7)).join(format!("{}", number % 3));
        fs::create_dir_all(&place).unwrap();
        let length = 2_000 + (number * 7_919) % 60_000;
        fs::write(place.join(format!("acte-{number}.odt")), noise(number, length)).unwrap();
    }
}

/// Bytes that are the same each time; every third seed compresses well.
pub(crate) fn noise(seed: u32, length: u32) -> Vec<u8> {
    let mut state = (u64::from(seed) << 32) + 59;
    let bytes = (0..length).map(|at| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        if seed.is_multiple_of(3) {
            b'a' + u8::try_from(at % 23).unwrap()
        } else {
            state.to_be_bytes()[0]
        }
    });
    [seed.to_le_bytes().to_vec(), bytes.collect()].concat()
}

/// Everything below a folder that has a content.
pub(crate) fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    walk(folder, &mut |path, about| {
        if about.is_file() {
            all.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(path).unwrap());
        }
    });
    all
}

/// Everything below a folder as it stands there: kind, rights, owner, time, names, attributes.
fn dresses(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    walk(folder, &mut |path, about| {
        let to = fs::read_link(path).unwrap_or_default();
        let mut room = [0; 64];
        let tag = rustix::fs::lgetxattr(path, "user.beffroi", &mut room).unwrap_or(0);
        let names = if about.is_dir() { 1 } else { about.nlink() };
        let told = format!(
            "{:o} {}:{} {}.{:09} x{names} '{}' {:?}",
            about.mode(),
            about.uid(),
            about.gid(),
            about.mtime(),
            about.mtime_nsec(),
            to.display(),
            &room[..tag],
        );
        all.insert(path.strip_prefix(folder).unwrap().to_owned(), told);
    });
    all
}

/// The same, name by name, so that a failure can be read.
#[track_caller]
pub(crate) fn are_dressed_alike(one: &Path, other: &Path) {
    let (one, mut other) = (dresses(one), dresses(other));
    for (path, dress) in one {
        assert_eq!(Some(dress), other.remove(&path), "{}", path.display());
    }
    assert!(other.is_empty(), "{other:?}");
}

fn walk(folder: &Path, see: &mut dyn FnMut(&Path, &fs::Metadata)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let about = fs::symlink_metadata(&path).unwrap();
        see(&path, &about);
        if about.is_dir() {
            walk(&path, see);
        }
    }
}

/// A path of the server as a choice takes it.
pub(crate) fn chosen(paths: &[PathBuf]) -> Choice {
    Choice::paths(paths.iter().map(|path| path.as_os_str().as_bytes())).unwrap()
}

fn dated(path: &Path, seconds: i64) {
    let time = Timespec { tv_sec: seconds, tv_nsec: 123_456_789 };
    let times = Timestamps { last_access: time, last_modification: time };
    rustix::fs::utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

/// One of everything that a file system can hold.
pub(crate) fn odd_things(share: &Path) {
    let odd = share.join("odd");
    fs::create_dir(&odd).unwrap();
    fs::write(odd.join("empty"), b"").unwrap();
    fs::write(odd.join("large"), noise(1, 31_000_000)).unwrap();
    fs::write(odd.join("zeros"), vec![0; 20_000_000]).unwrap();
    fs::write(odd.join("qu\"ote\\ and\nline"), b"x").unwrap();
    fs::write(odd.join(OsStr::from_bytes(b"latin-\xe9t\xe9")), b"y").unwrap();
    fs::write(odd.join("été 🔔"), b"z").unwrap();
    fs::hard_link(odd.join("large"), odd.join("large again")).unwrap();
    symlink("nowhere/../x", odd.join("link")).unwrap();
    // Where a link leads is text here: restic before 0.16 ruins other bytes when it saves them.
    symlink("été\n", odd.join("odd link")).unwrap();
    rustix::fs::mknodat(CWD, odd.join("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    fs::create_dir(odd.join("empty folder")).unwrap();
    let mode = |name: &str, mode| {
        fs::set_permissions(odd.join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("empty", 0o4751);
    mode("empty folder", 0o1777);
    mode("large", 0o400);
    rustix::fs::setxattr(odd.join("empty"), "user.beffroi", b"\x00\xff", XattrFlags::empty())
        .unwrap();
    dated(&odd.join("empty"), -86_400);
    dated(&odd.join("link"), 5_000_000_000);
    dated(&odd.join("empty folder"), 1);
    dated(&odd, 86_400);
}
