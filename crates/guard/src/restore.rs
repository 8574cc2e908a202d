//! Puts back what vanished or was rewritten, from the reserve.
//!
//! Rules:
//! - Planned first: the plan is a value that can be shown.
//! - Each file goes back to where it was first touched, with the content, owner, mode and time it
//!   had then, compared with the hash taken while it was good.
//! - Nothing is overwritten: what stands at the path now is moved beside (`name.beffroi-…`).
//! - A folder on the way may have been swapped for a symbolic link: every path is walked from the
//!   watched folder without following one.
//! - Twice is the same as once.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{
    AtFlags, Gid, Mode, OFlags, RenameFlags, Timespec, Timestamps, Uid, fchmod, fchown, futimens,
    linkat, mkdirat, openat, renameat_with, statat,
};

use serde::{Deserialize, Serialize};

use beffroi_town::watch::{RestoreReport, Touch};
use beffroi_town::{AlarmId, Instant};

use crate::content::SAMPLE_BYTES;
use crate::decide::Scope;
use crate::error::{Context, Result, shown};
use crate::holdings::{Holdings, lock};
use crate::shelf::Kept;
use crate::state::{HASHED_BYTES_MAX, Sha256};
use crate::touches::{Held, TouchRecord, Touches};
use crate::xattrs;

/// What to put back.
#[derive(Clone, Debug)]
pub(crate) enum Selection {
    /// Everything on record.
    All,
    /// What one scope touched since an instant.
    Scope(Scope, Instant),
}

/// What restoring would do, file by file.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    items: Vec<Item>,
    /// Records that say the same of a file, or of one that is as it should be.
    settled: HashSet<u64>,
    alarm: Option<AlarmId>,
}

#[derive(Clone, Debug)]
struct Item {
    number: u64,
    path: PathBuf,
    before: Kept,
    held: Held,
    step: Step,
}

/// What would happen to one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is gone and comes back.
    PutBack,
    /// Something else stands there: that is moved beside, then it comes back.
    PutBackBeside,
    /// It is as it should be.
    Nothing,
    /// The reserve does not hold it.
    Lost,
}

impl Plan {
    /// Every file and what would happen to it; paths escaped for showing.
    pub fn steps(&self) -> impl Iterator<Item = (String, Step)> {
        self.items.iter().map(|item| (shown(&item.path), item.step))
    }

    /// How many files it concerns.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// Plans. Reads the files concerned, changes nothing.
pub(crate) fn plan(holdings: &Holdings, selection: &Selection, alarm: Option<AlarmId>) -> Plan {
    let chosen: Vec<TouchRecord> = lock(&holdings.touches)
        .iter()
        .filter(|record| match selection {
            Selection::All => true,
            Selection::Scope(scope, since) => record.at >= *since && record.is_of(scope),
        })
        .cloned()
        .collect();
    // A copy is the content before the first write into that inode: it is better than the link.
    let mut copies: HashMap<(u64, u64), Held> = HashMap::new();
    for record in chosen.iter().filter(|record| matches!(record.held, Held::Copy(_))) {
        copies.entry((record.before.device, record.before.inode)).or_insert(record.held);
    }
    let mut plan = Plan { alarm, ..Plan::default() };
    let mut seen_paths = HashSet::new();
    let mut seen_inodes = HashSet::new();
    for record in chosen {
        let inode = (record.before.device, record.before.inode);
        // The first touch of a file tells where and what it was; later ones are of the damage.
        if !seen_paths.insert(record.path.0.clone()) || !seen_inodes.insert(inode) {
            plan.settled.insert(record.number);
            continue;
        }
        let held = match copies.get(&inode) {
            Some(copy) => *copy,
            None if record.how == Touch::Rewritten && record.held == Held::Nothing => Held::Nothing,
            None => record.held,
        };
        let item = Item {
            number: record.number,
            path: record.path.0,
            before: record.before,
            held,
            step: Step::Lost,
        };
        let step = step_of(holdings, &item);
        plan.items.push(Item { step, ..item });
    }
    plan
}

fn step_of(holdings: &Holdings, item: &Item) -> Step {
    let now = fs::symlink_metadata(&item.path);
    let same = now.as_ref().is_ok_and(|meta| {
        meta.is_file() && meta.len() == item.before.size && {
            let held = source_path(holdings, item).and_then(|path| hash_of(&path).ok());
            let wanted = item.before.sha256.or(held);
            wanted.is_some() && hash_of(&item.path).ok() == wanted
        }
    });
    match (same, source_path(holdings, item).is_some_and(|path| path.exists()), now.is_ok()) {
        (true, ..) => Step::Nothing,
        (false, false, _) => Step::Lost,
        (false, true, true) => Step::PutBackBeside,
        (false, true, false) => Step::PutBack,
    }
}

fn source_path(holdings: &Holdings, item: &Item) -> Option<PathBuf> {
    let reserve = holdings.reserve(item.before.device)?;
    match item.held {
        Held::Link => Some(reserve.link_path(item.before.inode)),
        Held::Copy(number) => Some(reserve.copy_path(number)),
        Held::Nothing => None,
    }
}

/// Of what is too large to be read, of its length and both ends.
fn hash_of(path: &Path) -> io::Result<Sha256> {
    let file = crate::core::open_quietly(path)?;
    let length = file.metadata()?.len();
    if length <= HASHED_BYTES_MAX {
        return Ok(Sha256::of_reader(file)?.0);
    }
    let mut ends = vec![0; 2 * SAMPLE_BYTES];
    let (head, tail) = ends.split_at_mut(SAMPLE_BYTES);
    file.read_exact_at(head, 0)?;
    file.read_exact_at(tail, length - SAMPLE_BYTES as u64)?;
    Ok(Sha256::of_reader(length.to_be_bytes().as_slice().chain(ends.as_slice()))?.0)
}

/// Carries a plan out and says what came of it. `at` names what is moved beside.
pub(crate) fn carry_out(holdings: &Holdings, plan: &Plan, at: Instant) -> RestoreReport {
    let began = std::time::Instant::now();
    let mut report = RestoreReport {
        alarm: plan.alarm.clone(),
        at,
        took_ms: 0,
        total: plan.items.len() as u64,
        restored_verified: 0,
        restored_unverified: 0,
        unchanged: 0,
        kept_beside: 0,
        lost: 0,
        failed: 0,
    };
    let mut done = plan.settled.clone();
    for item in &plan.items {
        match put_back(holdings, item, at) {
            Ok(Done::Verified { beside }) => {
                report.restored_verified += 1;
                report.kept_beside += u64::from(beside);
            }
            Ok(Done::Unverified { beside }) => {
                report.restored_unverified += 1;
                report.kept_beside += u64::from(beside);
            }
            Ok(Done::Unchanged) => report.unchanged += 1,
            Ok(Done::Lost) => {
                report.lost += 1;
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "a file could not be put back");
                report.failed += 1;
                continue;
            }
        }
        done.insert(item.number);
    }
    settle(holdings, &done);
    report.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    report
}

/// What is restored leaves the record; its copies and counts go.
fn settle(holdings: &Holdings, done: &HashSet<u64>) {
    let gone: Vec<TouchRecord> = {
        let mut touches = lock(&holdings.touches);
        let gone = touches.iter().filter(|r| done.contains(&r.number)).cloned().collect();
        touches.forget(done);
        gone
    };
    Touches::flush(&holdings.touches);
    for record in gone {
        let Some(reserve) = holdings.reserve(record.before.device) else { continue };
        match record.held {
            Held::Copy(number) => {
                if let Err(error) = reserve.drop_copy(number) {
                    tracing::debug!(%error, "no copy to drop");
                }
            }
            // The link stays: the file is back in its place and protected again.
            Held::Link => reserve.uncount(record.before.size),
            Held::Nothing => {}
        }
    }
}

enum Done {
    Verified { beside: bool },
    Unverified { beside: bool },
    Unchanged,
    Lost,
}

fn put_back(holdings: &Holdings, item: &Item, at: Instant) -> Result<Done> {
    // The world may have changed since the plan was made.
    match step_of(holdings, item) {
        Step::Nothing => return Ok(Done::Unchanged),
        Step::Lost => return Ok(Done::Lost),
        Step::PutBack | Step::PutBackBeside => {}
    }
    let (Some(source), Some(root)) = (source_path(holdings, item), holdings.root_of(&item.path))
    else {
        return Ok(Done::Lost);
    };
    let content = hash_of(&source).context("read", &source)?;
    let size = fs::symlink_metadata(&source).context("read", &source)?.len();
    let damaged = match item.before.sha256 {
        Some(wanted) => wanted != content,
        None => size != item.before.size,
    };
    if damaged {
        tracing::error!(file = %shown(&item.path), "what the reserve holds is not what the file was");
        return Ok(Done::Lost);
    }
    let folder = walk(holdings, root, item.path.parent().unwrap_or(root))?;
    let name = item.path.file_name().unwrap_or_default();
    let beside = move_beside(&folder, name, at).context("move aside", &item.path)?;
    match item.held {
        Held::Copy(_) => {
            place_copy(&folder, name, &source, item).context("put back", &item.path)?;
        }
        Held::Link | Held::Nothing => {
            place_link(&folder, name, &source, item).context("put back", &item.path)?;
        }
    }
    if hash_of(&item.path).context("compare", &item.path)? != content {
        let other = io::Error::other("it was changed while it was put back");
        return Err(other).context("compare", &item.path);
    }
    take_in(holdings, item, content);
    match item.before.sha256 {
        Some(_) => Ok(Done::Verified { beside }),
        None => Ok(Done::Unverified { beside }),
    }
}

/// The inventory learns of it: a guard that starts later must not take the file that was put back
/// for one that somebody put in its place.
fn take_in(holdings: &Holdings, item: &Item, content: Sha256) {
    let Ok(meta) = fs::symlink_metadata(&item.path) else { return };
    let mut kept = Kept::of(&meta);
    let reserve = holdings.reserve(kept.device);
    kept.linked = reserve.is_some_and(|reserve| reserve.link(&item.path, kept.inode).is_ok());
    kept.sha256 = Some(content);
    kept.kind = item.before.kind;
    lock(&holdings.shelf).insert(item.path.clone(), kept);
}

/// Opens the folder, walking down from the watched folder without following any symbolic link, and
/// making again the folders that are gone.
fn walk(holdings: &Holdings, root: &Path, folder: &Path) -> Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut here = rustix::fs::open(root, flags, Mode::empty()).context("open", root)?;
    let mut path = root.to_owned();
    for part in folder.strip_prefix(root).unwrap_or(Path::new("")).components() {
        let Component::Normal(name) = part else { continue };
        path.push(name);
        here = match openat(&here, name, flags, Mode::empty()) {
            Ok(next) => next,
            Err(rustix::io::Errno::NOENT) => {
                mkdirat(&here, name, Mode::RWXU).context("make again", &path)?;
                let next = openat(&here, name, flags, Mode::empty()).context("open", &path)?;
                if let Some(facts) = lock(&holdings.shelf).folder(&path) {
                    own(&next, facts.uid, facts.gid, facts.mode).context("give back", &path)?;
                }
                next
            }
            Err(error) => return Err(error).context("open without following links", &path),
        };
    }
    Ok(here)
}

/// Moves what stands at `name` beside it; false when nothing does.
fn move_beside(folder: &OwnedFd, name: &std::ffi::OsStr, at: Instant) -> io::Result<bool> {
    if statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).is_err() {
        return Ok(false);
    }
    for attempt in 0..100_u32 {
        let beside = beside_name(name, at, attempt);
        match renameat_with(folder, name, folder, &beside, RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(true),
            Err(rustix::io::Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many files stand beside it already"))
}

/// `name.beffroi-MILLISECONDS`, shortened so that a name of 255 bytes fits.
fn beside_name(name: &std::ffi::OsStr, at: Instant, attempt: u32) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let tail = match attempt {
        0 => format!(".beffroi-{}", at.ms()),
        n => format!(".beffroi-{}-{n}", at.ms()),
    };
    let room = 255 - tail.len();
    let mut bytes = name.as_bytes().get(..room).unwrap_or(name.as_bytes()).to_vec();
    bytes.extend(tail.bytes());
    OsString::from_vec(bytes)
}

/// The very file comes back under its name: owner, mode and time are its own, unless changed since.
fn place_link(
    folder: &OwnedFd,
    name: &std::ffi::OsStr,
    source: &Path,
    item: &Item,
) -> io::Result<()> {
    match linkat(rustix::fs::CWD, source, folder, name, AtFlags::empty()) {
        // The folder is reached through another mount than the reserve.
        Err(rustix::io::Errno::XDEV) => return place_copy(folder, name, source, item),
        linked => linked?,
    }
    let file = File::open(source)?;
    dress(&file, &item.before)
}

/// Written beside under a name of our own, then given its name: never half a file.
fn place_copy(
    folder: &OwnedFd,
    name: &std::ffi::OsStr,
    source: &Path,
    item: &Item,
) -> io::Result<()> {
    let draft = format!(".beffroi-draft-{}", item.number);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut from = File::open(source)?;
    if let Err(error) = rustix::fs::unlinkat(folder, &draft, AtFlags::empty())
        && error != rustix::io::Errno::NOENT
    {
        return Err(error.into());
    }
    let mut to = File::from(openat(folder, &draft, flags, Mode::RUSR | Mode::WUSR)?);
    if rustix::fs::ioctl_ficlone(&to, &from).is_err() {
        io::copy(&mut from, &mut to)?;
    }
    xattrs::copy(&from, &to);
    dress(&to, &item.before)?;
    to.sync_all()?;
    renameat_with(folder, &draft, folder, name, RenameFlags::NOREPLACE)?;
    Ok(())
}

fn dress(file: &File, before: &Kept) -> io::Result<()> {
    own(file, before.uid, before.gid, before.mode)?;
    let time = Timespec {
        tv_sec: before.mtime_ns.div_euclid(1_000_000_000),
        tv_nsec: before.mtime_ns.rem_euclid(1_000_000_000),
    };
    futimens(file, &Timestamps { last_access: time, last_modification: time })?;
    Ok(())
}

fn own(file: impl AsFd, uid: u32, gid: u32, mode: u32) -> io::Result<()> {
    // Owner before mode: giving a file away takes its set-user-id bit.
    let changed = fchown(&file, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)));
    if let Err(error) = changed
        && rustix::process::geteuid().is_root()
    {
        return Err(error.into());
    }
    fchmod(&file, Mode::from_raw_mode(mode))?;
    Ok(())
}
