//! The thread that keeps the inventory and the reserve up to date: scans, links, hashes, compares.
//!
//! Rules:
//! - Links first, hashes later: after the first pass every file can come back, after the second it
//!   can be proven to.
//! - Only ordinary files are kept. Symbolic links are never followed, nor other file systems entered.
//! - A new file is linked once it has stood for a while ([`crate::young`]); until then its deletion is
//!   nobody's loss but its maker's. One that replaced another is linked at once.
//! - A hash is recorded only when size and time were the same before and after reading. What is too
//!   large to be read while others wait (a sparse file may claim any size) has none.

use std::collections::{HashSet, VecDeque};
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant as Tick};

use beffroi_town::watch::{Suspicion, Touch};

use crate::content::{Damage, SAMPLE_BYTES, kind};
use crate::core::{Core, Who, open_quietly};
use crate::holdings::lock;
use crate::replaced::{Comparison, from_kind, is_emptied, sample_of};
use crate::shelf::{FolderFacts, Kept, file_number};
use crate::state::{HASHED_BYTES_MAX, Sha256};
use crate::touches::{Held, touch};

/// Tasks that may wait; beyond, the folders are scanned anew.
pub(crate) const TASKS_MAX: usize = 65_536;
/// How long the keeper waits for a task before it goes on hashing.
const IDLE: Duration = Duration::from_millis(20);

/// How long a noted rewriting is the one whose closing is read now.
const ON_RECORD_MS: i64 = 120_000;
/// How long an emptied file may take to be filled again.
const EMPTY_PATIENCE: Duration = Duration::from_secs(2);

/// Something for the keeper to do.
#[derive(Debug)]
pub(crate) enum Task {
    /// A file is new or changed.
    Refresh(PathBuf),
    /// A folder is new.
    Scan(PathBuf, Who),
    /// A file took another's name.
    Compare(Comparison),
    /// A file was rewritten and no copy of its earlier content is there to compare with.
    Rescore(PathBuf, Who),
    /// A session gave new files one name, in several folders.
    Notes(Vec<PathBuf>, Who),
    /// The guard itself put this there: a file, or a folder.
    Own(PathBuf),
    /// A file's maker removed it.
    Release { device: u64, inode: u64 },
}

/// What the senses are told: to follow one more folder, and to ask about a new file from now on.
pub(crate) struct Follow {
    pub(crate) folder: Told<std::io::Result<()>>,
    pub(crate) ask_again: Told<()>,
}

type Told<T> = Box<dyn Fn(&Path) -> T + Send>;

/// The keeper's own state.
pub(crate) struct Keeper {
    core: Arc<Core>,
    tasks: Receiver<Task>,
    follow: Follow,
    to_hash: VecDeque<PathBuf>,
    /// Files found empty, to be judged when they stay so.
    emptied: VecDeque<(Tick, Task)>,
}

impl Keeper {
    pub(crate) fn new(core: Arc<Core>, tasks: Receiver<Task>, follow: Follow) -> Self {
        Self { core, tasks, follow, to_hash: VecDeque::new(), emptied: VecDeque::new() }
    }

    /// Scans, then serves tasks until the guard stops.
    pub(crate) fn run(mut self) {
        self.scan_all();
        while !self.core.is_stopping() {
            if self.emptied.front().is_some_and(|(due, _)| *due <= Tick::now())
                && let Some((_, task)) = self.emptied.pop_front()
            {
                self.serve(task, true);
            }
            self.grown_up();
            let wait = if self.to_hash.is_empty() { 5 * IDLE } else { Duration::ZERO };
            match self.tasks.recv_timeout(wait) {
                Ok(task) => self.serve(task, false),
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(path) = self.to_hash.pop_front() {
                        self.hash(&path);
                    } else if self.core.rescan.swap(false, Ordering::Relaxed) {
                        self.scan_all();
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// `patient`: an empty file has had its time to be filled again.
    fn serve(&mut self, task: Task, patient: bool) {
        if !patient && is_emptied(&task) {
            self.emptied.push_back((Tick::now() + EMPTY_PATIENCE, task));
            return;
        }
        match task {
            Task::Refresh(path) => self.refresh(&path),
            Task::Own(path) => match fs::symlink_metadata(&path) {
                Ok(meta) if meta.is_dir() => self.scan(&path, None),
                _ => self.take_in_now(&path),
            },
            Task::Scan(folder, who) => self.scan(&folder, Some(&who)),
            Task::Compare(new) => {
                new.score(&self.core, patient);
                self.take_in_now(&new.path);
            }
            Task::Rescore(path, who) => {
                self.rescore(&path, &who, patient);
                self.refresh(&path);
            }
            Task::Notes(files, who) => self.core.read_notes(&files, &who),
            Task::Release { device, inode } => {
                if lock(&self.core.holdings.shelf).path_of(device, inode).is_some() {
                    return;
                }
                let reserve = self.core.holdings.reserve(device);
                if let Some(Err(error)) = reserve.map(|reserve| reserve.drop_link(inode)) {
                    tracing::debug!(%error, "no link to drop");
                }
            }
        }
    }

    fn scan_all(&mut self) {
        self.follow_known();
        self.core.holdings.find_missing(self.core.now());
        for root in self.core.holdings.watched.clone() {
            self.scan(&root, None);
        }
        self.sweep_links();
        self.core.scanned.store(true, Ordering::Relaxed);
    }

    /// Follows the folders of an earlier run before anything is listed: after a lapse each moment
    /// counts.
    fn follow_known(&self) {
        if self.core.scanned.load(Ordering::Relaxed) {
            return;
        }
        let known = lock(&self.core.holdings.shelf).folders();
        for folder in self.core.holdings.watched.iter().chain(&known) {
            if let Err(error) = (self.follow.folder)(folder) {
                tracing::debug!(%error, "a folder of an earlier run is gone");
            }
        }
        self.core.watches_now();
    }

    /// Takes in a folder and all below it. `maker` made it just now; none at the first scan.
    fn scan(&mut self, top: &Path, maker: Option<&Who>) {
        let Ok(device) = fs::symlink_metadata(top).map(|meta| meta.dev()) else { return };
        let mut folders = vec![top.to_owned()];
        while let Some(folder) = folders.pop() {
            if self.core.is_stopping() || self.core.holdings.is_excluded(&folder) {
                continue;
            }
            // Followed before listed: what is made in between is seen twice rather than never.
            if let Err(error) = (self.follow.folder)(&folder) {
                if error.kind() != std::io::ErrorKind::NotFound {
                    tracing::error!(%error, folder = %crate::error::shown(&folder), "a folder cannot be followed");
                    self.core.say(Suspicion::EventsLost, false);
                }
                continue;
            }
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            self.note_folder(&folder);
            for entry in entries.flatten() {
                let (path, Ok(meta)) = (entry.path(), entry.metadata()) else { continue };
                if meta.is_dir() && meta.dev() == device {
                    folders.push(path);
                } else if meta.is_file() {
                    // One whose making was heard of is taken in when it has grown up.
                    if maker.is_some() && self.core.young.contains(&path) {
                        continue;
                    }
                    if let Some(who) =
                        maker.filter(|_| lock(&self.core.holdings.shelf).get(&path).is_none())
                    {
                        self.core.note_made(&path, who);
                        self.refresh(&path);
                        continue;
                    }
                    self.take_in(&path, &meta);
                }
            }
        }
    }

    fn note_folder(&self, folder: &Path) {
        if let Ok(meta) = fs::symlink_metadata(folder) {
            let facts =
                FolderFacts { mode: meta.mode() & 0o7777, uid: meta.uid(), gid: meta.gid() };
            lock(&self.core.holdings.shelf).insert_folder(folder.to_owned(), facts);
        }
    }

    /// Takes in new files that stayed; those left out of the questions are asked about again first.
    fn grown_up(&mut self) {
        while let Some(path) = self.core.young.next_closed() {
            (self.follow.ask_again)(&path);
        }
        while let Some(path) = self.core.young.next() {
            if self.core.young.take_back(&path) {
                (self.follow.ask_again)(&path);
            }
            self.take_in_now(&path);
        }
    }

    fn refresh(&mut self, path: &Path) {
        let known = lock(&self.core.holdings.shelf).get(path).is_some();
        if known || !self.core.young.add(path) {
            self.take_in_now(path);
        }
    }

    fn take_in_now(&mut self, path: &Path) {
        match fs::symlink_metadata(path) {
            Ok(meta) if meta.is_file() => self.take_in(path, &meta),
            _ => {}
        }
    }

    fn take_in(&mut self, path: &Path, meta: &fs::Metadata) {
        let mut kept = Kept::of(meta);
        let known = lock(&self.core.holdings.shelf).get(path).cloned();
        if let Some(known) = &known
            && known.same_content(&kept)
        {
            kept.sha256 = known.sha256;
            kept.kind = known.kind;
        }
        if let Some(brake) = self.core.brake.as_ref().filter(|_| known.is_none())
            && let Some(user) = lock(&self.core.decider).maker(file_number(path))
        {
            brake.made(kept.device, kept.inode, user);
        }
        let reserve = self.core.holdings.reserve(kept.device);
        kept.linked = match reserve.map(|reserve| reserve.link(path, kept.inode)) {
            Some(Ok(())) => true,
            Some(Err(error)) => {
                if error.kind() == std::io::ErrorKind::NotFound {
                    return;
                }
                tracing::warn!(%error, file = %crate::error::shown(path), "a file could not be linked into the reserve");
                false
            }
            None => false,
        };
        if kept.sha256.is_none() {
            self.to_hash.push_back(path.to_owned());
        }
        if known.as_ref() != Some(&kept) {
            lock(&self.core.holdings.shelf).insert(path.to_owned(), kept);
        }
    }

    /// Reads a file once, for its hash and its kind.
    fn hash(&self, path: &Path) {
        let Some(known) = lock(&self.core.holdings.shelf).get(path).cloned() else { return };
        let Ok(mut file) = open_quietly(path) else { return };
        let is_known = |file: &fs::File| {
            file.metadata().is_ok_and(|meta| Kept::of(&meta).same_content(&known))
        };
        if !is_known(&file) {
            return;
        }
        let mut head = Vec::new();
        let sample = (&mut file).take(SAMPLE_BYTES as u64).read_to_end(&mut head);
        let whole = |_| Sha256::of_reader(head.as_slice().chain(&file));
        let sha256 = match sample.map(|read| (known.size <= HASHED_BYTES_MAX).then_some(read)) {
            Ok(None) => None,
            Ok(Some(read)) => match whole(read) {
                Ok((sha256, _)) => Some(sha256),
                Err(_) => return,
            },
            Err(_) => return,
        };
        let mut inventory = lock(&self.core.holdings.shelf);
        let still = inventory.get(path).is_some_and(|now| now.same_content(&known));
        if still && is_known(&file) {
            let hashed = Kept { sha256, kind: Some(kind(&head)), ..known };
            inventory.insert(path.to_owned(), hashed);
        }
    }

    /// Judges a rewriting by what the file was known to be, since nothing kept its bytes.
    fn rescore(&self, path: &Path, who: &Who, patient: bool) {
        let Some(before) = lock(&self.core.holdings.shelf).get(path).cloned() else { return };
        let Ok(meta) = fs::symlink_metadata(path) else { return };
        if before.same_content(&Kept::of(&meta)) {
            return;
        }
        self.core.perhaps_canary(path, false, who);
        if before.kind.is_none() {
            return;
        }
        let Some(after) = sample_of(path).filter(|s| patient || !s.is_empty()) else { return };
        let change = from_kind(before.kind, &after);
        if change.damage() == Damage::None {
            return;
        }
        if self.is_on_record(path, who) {
            return;
        }
        let mut record = touch(self.core.now(), path.to_owned(), Touch::Rewritten, who, before);
        record.held = Held::Nothing;
        let number = lock(&self.core.holdings.touches).push(record);
        self.core.rewritten(path, change, Some(number), who);
    }

    /// Whether this rewriting was noted, and its content kept, when the file was opened for it.
    fn is_on_record(&self, path: &Path, who: &Who) -> bool {
        let now = self.core.now();
        let touches = lock(&self.core.holdings.touches);
        let mut recent = touches.iter().rev().take_while(|r| now.ms_since(r.at) <= ON_RECORD_MS);
        recent.any(|record| record.path.0 == path && record.session == who.session)
    }

    /// Drops copies that a killed guard had no time to put on record. Only at the start: later one
    /// may be on its way there.
    fn sweep_copies(&self) {
        for reserve in &self.core.holdings.reserves {
            // Listed first: what is put on record meanwhile is then not in the list.
            let copies = reserve.copied();
            let needed: HashSet<u64> = lock(&self.core.holdings.touches)
                .iter()
                .filter(|record| record.before.device == reserve.device())
                .filter_map(|record| match record.held {
                    Held::Copy(number) => Some(number),
                    Held::Link | Held::Nothing => None,
                })
                .collect();
            for number in copies.into_iter().filter(|number| !needed.contains(number)) {
                if let Err(error) = reserve.drop_copy(number) {
                    tracing::debug!(%error, "no copy to drop");
                }
            }
        }
    }

    /// Drops links that neither a file nor a touch refers to, and counts those only touches need.
    fn sweep_links(&self) {
        let first = !self.core.scanned.load(Ordering::Relaxed);
        if first {
            self.sweep_copies();
        }
        for reserve in &self.core.holdings.reserves {
            let device = reserve.device();
            // A file that leaves the inventory is on record before: so the inventory is asked first.
            let mut idle = reserve.linked();
            idle.retain(|inode| lock(&self.core.holdings.shelf).path_of(device, *inode).is_none());
            let touched: Vec<(u64, u64)> = lock(&self.core.holdings.touches)
                .iter()
                .filter(|record| record.held == Held::Link && record.before.device == device)
                .map(|record| (record.before.inode, record.before.size))
                .collect();
            let needed: HashSet<u64> = touched.iter().map(|(inode, _)| *inode).collect();
            if first {
                for (_, size) in &touched {
                    reserve.count(*size);
                }
            }
            for inode in idle.into_iter().filter(|inode| !needed.contains(inode)) {
                if let Err(error) = reserve.drop_link(inode) {
                    tracing::debug!(%error, "no link to drop");
                }
            }
        }
    }
}
