//! The bait itself: laid from a seed, looked at, laid again.
//!
//! Rules:
//! - Only a folder that this decoy made is ever written to.
//! - What a client left or altered is moved away, never removed at once: it is evidence, in a folder
//!   that no client reaches, bounded by [`FOUND_BYTES_MAX`] and [`FOUND_MAX`].
//! - No symbolic link is followed.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Write;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant as Tick, SystemTime};

use beffroi_town::Instant;
use beffroi_town::edge::Entropy;
use serde::{Deserialize, Serialize};

use super::chance::Chance;
use super::plan::{Item, plan};
use super::visitors::Visitors;
use crate::error::{Context, GuardError, Result, shown};
use crate::holdings::lock;
use crate::reserve::make_private;
use crate::shelf::file_number;
use crate::state::{read_json, write_json};

/// The folder that is served, and those that are not.
const SHARE: &str = "share";
const FOUND: &str = "found";
const DRAFT: &str = "draft";
/// Bounds of what is kept of clients' doing.
const FOUND_BYTES_MAX: u64 = 64 << 20;
const FOUND_MAX: usize = 500;
/// How long nobody may have touched bait before it is laid again: what goes on is left to go on.
const QUIET: Duration = Duration::from_secs(3);
/// How often everything is looked at, in case the kernel told nothing.
const LOOK: Duration = Duration::from_secs(10);

/// What all bait of one decoy follows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seed(pub(super) [u8; 32]);

/// What the state folder remembers of a decoy.
#[derive(Debug, Serialize, Deserialize)]
struct Made {
    seed: String,
    at: Instant,
    folder: PathBuf,
}

/// Size and time that a file was laid with.
type Laid = (u64, i64);

/// The bait of one decoy.
#[derive(Debug)]
pub(crate) struct Bait {
    folder: PathBuf,
    seed: Seed,
    items: Vec<(Item, Laid)>,
    numbers: HashSet<u64>,
    /// Who clients act as on this host.
    owner: (u32, u32),
    moment: Mutex<Moment>,
    visitors: Visitors,
}

#[derive(Debug)]
struct Moment {
    touched: Option<Tick>,
    looked: Tick,
    found: u64,
}

/// What laying it again did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tidied {
    pub(super) laid: usize,
    pub(super) found: usize,
}

impl Bait {
    /// Lays bait below `folder`, which is made when missing, or is this very decoy's.
    pub(super) fn lay(
        folder: &Path,
        state: &Path,
        now: Instant,
        entropy: &dyn Entropy,
    ) -> Result<Self> {
        fs::create_dir_all(folder).context("make the folder", folder)?;
        let folder = fs::canonicalize(folder).context("find", folder)?;
        make_private(state)?;
        let path = state.join("decoy.json");
        let made = match read_json::<Made>(&path, "the record of a decoy")? {
            Some(made) if made.folder == folder => made,
            Some(made) => return Err(elsewhere(&made.folder)),
            None => {
                if fs::read_dir(&folder).context("list", &folder)?.next().is_some() {
                    return Err(GuardError::Decoy(format!(
                        "'{}' holds files already: give a new folder with --dir, and nobody's files are touched",
                        shown(&folder)
                    )));
                }
                let mut seed = [0; 32];
                entropy.fill(&mut seed);
                let seed = data_encoding::BASE64URL_NOPAD.encode(&seed);
                let made = Made { seed, at: now, folder: folder.clone() };
                write_json(&path, &made)?;
                made
            }
        };
        let seed = seed_of(&made).ok_or_else(|| elsewhere(&made.folder))?;
        let items = plan(&seed, made.at).into_iter().map(|item| (item, (0, 0))).collect();
        let mut bait = Self {
            folder,
            seed,
            items,
            numbers: HashSet::new(),
            owner: nobody(),
            moment: Mutex::new(Moment { touched: None, looked: Tick::now(), found: 0 }),
            visitors: Visitors::of(state),
        };
        bait.first_time(now)?;
        Ok(bait)
    }

    fn first_time(&mut self, now: Instant) -> Result<()> {
        set_mode(&self.folder, 0o755)?;
        for private in [FOUND, DRAFT] {
            make_private(&self.folder.join(private))?;
        }
        self.make_folder(&self.share())?;
        let mut items = std::mem::take(&mut self.items);
        self.numbers = items.iter().map(|(item, _)| file_number(&self.at(item))).collect();
        for (item, laid) in &mut items {
            let bytes = self.bytes(item);
            let stands = fs::read(self.at(item)).is_ok_and(|there| there == bytes);
            if !stands {
                self.put(item, &bytes, now)?;
            }
            let meta = fs::symlink_metadata(self.at(item)).context("read", &self.at(item))?;
            *laid = laid_as(&meta);
        }
        self.items = items;
        self.clear(now).map(drop)
    }

    /// The folder that is served.
    pub(crate) fn share(&self) -> PathBuf {
        self.folder.join(SHARE)
    }

    /// Whether a file is bait, by the guard's number for it.
    pub(crate) fn holds(&self, file: u64) -> bool {
        self.numbers.contains(&file)
    }

    /// The client that a process served, and the user it acts as.
    pub(super) fn visitor(&self, pid: u32) -> Option<(IpAddr, u32)> {
        Some((self.visitors.client(pid)?, self.owner.0))
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Bait was touched: it is laid again once that is over.
    pub(super) fn touched(&self) {
        lock(&self.moment).touched = Some(Tick::now());
    }

    /// Whether it is time to lay it again.
    pub(super) fn is_due(&self) -> bool {
        lock(&self.moment).touched.is_some_and(|at| at.elapsed() > QUIET)
    }

    /// Something is not as it was laid, and nobody said so: looked at from time to time.
    pub(super) fn unnoticed(&self) -> Option<PathBuf> {
        {
            let mut moment = lock(&self.moment);
            if moment.touched.is_some() || moment.looked.elapsed() < LOOK {
                return None;
            }
            moment.looked = Tick::now();
        }
        let wrong = self.items.iter().find(|(item, laid)| !self.is_as_laid(item, *laid))?;
        Some(self.at(&wrong.0))
    }

    /// Lays again what is not as it was, and moves away what is no bait.
    pub(super) fn tidy(&self, now: Instant) -> Result<Tidied> {
        lock(&self.moment).touched = None;
        let mut laid_again = 0;
        for (item, laid) in &self.items {
            if !self.is_as_laid(item, *laid) {
                self.put(item, &self.bytes(item), now)?;
                laid_again += 1;
            }
        }
        Ok(Tidied { laid: laid_again, found: self.clear(now)? })
    }

    fn at(&self, item: &Item) -> PathBuf {
        self.share().join(&item.path)
    }

    fn bytes(&self, item: &Item) -> Vec<u8> {
        let purpose = item.path.to_string_lossy();
        item.form.bytes(item.bytes, &mut Chance::of(&self.seed, &purpose))
    }

    fn is_as_laid(&self, item: &Item, laid: Laid) -> bool {
        fs::symlink_metadata(self.at(item))
            .is_ok_and(|meta| meta.is_file() && laid_as(&meta) == laid)
    }

    /// Writes one bait file beside and gives it its name: nobody sees half of it.
    fn put(&self, item: &Item, bytes: &[u8], now: Instant) -> Result<()> {
        let path = self.at(item);
        for folder in folders_to(&self.share(), &path) {
            if !fs::symlink_metadata(&folder).is_ok_and(|meta| meta.is_dir()) {
                self.find(&folder, now)?;
                self.make_folder(&folder)?;
            }
        }
        self.find(&path, now)?;
        let draft = self.folder.join(DRAFT).join("bait");
        let mut file = File::create(&draft).context("write", &draft)?;
        file.write_all(bytes).context("write", &draft)?;
        set_mode(&draft, 0o664)?;
        self.give(&draft)?;
        let since = Duration::from_millis(u64::try_from(item.written_at.ms()).unwrap_or(0));
        file.set_modified(SystemTime::UNIX_EPOCH + since).context("date", &draft)?;
        fs::rename(&draft, &path).context("lay", &path)
    }

    fn make_folder(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).context("make the folder", folder)?;
        set_mode(folder, 0o775)?;
        self.give(folder)
    }

    fn give(&self, path: &Path) -> Result<()> {
        let (user, group) = self.owner;
        std::os::unix::fs::chown(path, Some(user), Some(group)).context("give away", path)
    }

    /// Moves away everything below the share that is no bait; how many files that was.
    fn clear(&self, now: Instant) -> Result<usize> {
        let share = self.share();
        let keep: HashSet<PathBuf> = self
            .items
            .iter()
            .flat_map(|(item, _)| folders_to(&share, &self.at(item)))
            .chain(std::iter::once(share.clone()))
            .collect();
        let mut found = 0;
        let mut folders = vec![share];
        let mut extra = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).context("list", &folder)?.flatten() {
                let path = entry.path();
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    if !keep.contains(&path) {
                        extra.push(path.clone());
                    }
                    folders.push(path);
                } else if !self.holds(file_number(&path)) {
                    self.find(&path, now)?;
                    found += 1;
                }
            }
        }
        // The deepest first; one that a client fills again meanwhile stays until the next time.
        for folder in extra.iter().rev() {
            if let Err(error) = fs::remove_dir(folder) {
                tracing::debug!(%error, "a client's folder stays for now");
            }
        }
        self.bound_found()?;
        Ok(found)
    }

    /// Moves what stands at `path` to where no client reaches it.
    fn find(&self, path: &Path, now: Instant) -> Result<()> {
        let Ok(meta) = fs::symlink_metadata(path) else { return Ok(()) };
        let number = {
            let mut moment = lock(&self.moment);
            moment.found += 1;
            moment.found
        };
        if meta.is_file() && meta.len() <= FOUND_BYTES_MAX {
            let to = self.folder.join(FOUND).join(found_name(now, number, path));
            return fs::rename(path, &to).context("move away", path);
        }
        if meta.is_dir() {
            return fs::remove_dir_all(path).context("remove", path);
        }
        fs::remove_file(path).context("remove", path)
    }

    /// Drops the oldest of what was found, beyond the bounds.
    fn bound_found(&self) -> Result<()> {
        let folder = self.folder.join(FOUND);
        let entries = fs::read_dir(&folder).context("list", &folder)?.flatten();
        let mut all: Vec<(PathBuf, u64)> = entries
            .map(|entry| (entry.path(), entry.metadata().map_or(0, |meta| meta.len())))
            .collect();
        all.sort();
        let (mut count, mut bytes) = (all.len(), all.iter().map(|(_, bytes)| bytes).sum::<u64>());
        for (path, length) in all {
            if count <= FOUND_MAX && bytes <= FOUND_BYTES_MAX {
                break;
            }
            fs::remove_file(&path).context("remove", &path)?;
            count -= 1;
            bytes = bytes.saturating_sub(length);
        }
        Ok(())
    }
}

fn elsewhere(folder: &Path) -> GuardError {
    GuardError::Decoy(format!(
        "this state folder is that of the decoy in '{}': give that one with --dir, or another --state",
        shown(folder)
    ))
}

fn seed_of(made: &Made) -> Option<Seed> {
    let bytes = data_encoding::BASE64URL_NOPAD.decode(made.seed.as_bytes()).ok()?;
    bytes.try_into().ok().map(Seed)
}

fn laid_as(meta: &fs::Metadata) -> Laid {
    (meta.len(), crate::shelf::mtime_ns(meta))
}

/// Every folder from below `top` down to the one that `path` lies in.
fn folders_to(top: &Path, path: &Path) -> Vec<PathBuf> {
    let above = path.ancestors().skip(1).take_while(|folder| *folder != top);
    let mut all: Vec<PathBuf> = above.map(Path::to_owned).collect();
    all.reverse();
    all
}

/// When, which, and the client's own name for it, as far as a name may be long.
fn found_name(now: Instant, number: u64, path: &Path) -> std::ffi::OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let mut bytes = format!("{:015}-{number:06}-", now.ms()).into_bytes();
    let name = path.file_name().unwrap_or_default().as_bytes();
    let room = 255 - bytes.len();
    bytes.extend(name.get(..room).unwrap_or(name));
    std::ffi::OsString::from_vec(bytes)
}

fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).context("open to clients", path)
}

/// User and group of `nobody`, whom Samba has its guests be.
fn nobody() -> (u32, u32) {
    let table = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        if fields.first() != Some(&"nobody") {
            return None;
        }
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    });
    found.unwrap_or((65_534, 65_534))
}
