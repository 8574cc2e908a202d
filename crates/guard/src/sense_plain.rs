//! Senses without root, or off Linux: what the `notify` crate tells, after the fact.
//!
//! Rules:
//! - Nobody can be named or stopped; the level says so by code.
//! - A file counts as vanished only when it is still gone after [`SETTLE`]: an editor's save takes
//!   a name away and gives it back.

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode};
use notify::{EventKind, RecursiveMode, Watcher};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant as Tick};

use beffroi_town::watch::{Suspicion, Touch};

use crate::core::{Core, Who};
use crate::error::{GuardError, Result};
use crate::holdings::lock;
use crate::keeper::Task;
use crate::shelf::Kept;

/// How long a name may be away before its file counts as vanished.
const SETTLE: Duration = Duration::from_millis(60);
/// Events that may wait; beyond, the folders are scanned anew.
const EVENTS_MAX: usize = 65_536;

/// The thread that reads events, and the watcher that feeds it.
pub(crate) struct Plain {
    core: Arc<Core>,
    events: Receiver<notify::Result<notify::Event>>,
    missing: BTreeMap<PathBuf, Tick>,
    _watcher: notify::RecommendedWatcher,
}

impl Plain {
    /// Watches every folder of the guard.
    pub(crate) fn open(core: Arc<Core>) -> Result<Self> {
        let (sender, events) = sync_channel(EVENTS_MAX);
        let overflow = Arc::clone(&core);
        let mut watcher = notify::recommended_watcher(move |event| {
            if sender.try_send(event).is_err() {
                overflow.rescan.store(true, Ordering::Relaxed);
            }
        })
        .map_err(|error| GuardError::Senses(error.to_string()))?;
        for root in &core.holdings.watched {
            watcher.watch(root, RecursiveMode::Recursive).map_err(|error| {
                GuardError::Senses(format!("{error}; raise fs.inotify.max_user_watches"))
            })?;
        }
        Ok(Self { core, events, missing: BTreeMap::new(), _watcher: watcher })
    }

    /// Serves events until the guard stops.
    pub(crate) fn run(mut self) {
        while !self.core.is_stopping() {
            match self.events.recv_timeout(SETTLE / 3) {
                Ok(Ok(event)) => self.take(&event),
                Ok(Err(error)) => {
                    tracing::error!(%error, "changes may have been missed");
                    self.lost();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.settle();
        }
    }

    fn lost(&self) {
        self.core.say(Suspicion::EventsLost, false);
        self.core.rescan.store(true, Ordering::Relaxed);
    }

    fn take(&mut self, event: &notify::Event) {
        if event.need_rescan() {
            self.lost();
            return;
        }
        let paths = event.paths.iter().filter(|path| !self.core.holdings.is_excluded(path));
        let paths: Vec<PathBuf> = paths.cloned().collect();
        match (event.kind, paths.as_slice()) {
            (EventKind::Modify(ModifyKind::Name(RenameMode::Both)), [from, to]) => {
                self.renamed(from, to);
            }
            (EventKind::Create(CreateKind::Folder), [path]) => {
                self.core.ask_keeper(Task::Scan(path.clone(), Who::unknown()));
            }
            (EventKind::Create(_), [path]) => self.core.made(path, &Who::unknown()),
            (
                EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)),
                [path],
            ) => {
                self.missing.entry(path.clone()).or_insert_with(Tick::now);
            }
            (EventKind::Modify(ModifyKind::Name(RenameMode::To)), [path]) => self.arrived(path),
            (EventKind::Access(AccessKind::Close(AccessMode::Write)), [path]) => {
                self.core.ask_keeper(Task::Rescore(path.clone(), Who::unknown()));
            }
            _ => {}
        }
    }

    /// A file that came under this name is one of ours that lost another name a moment ago, or new.
    fn arrived(&mut self, path: &Path) {
        let Ok(meta) = fs::symlink_metadata(path) else { return };
        if meta.is_dir() {
            return;
        }
        let kept = Kept::of(&meta);
        let from =
            lock(&self.core.holdings.shelf).path_of(kept.device, kept.inode).map(Path::to_owned);
        match from.filter(|from| from != path && self.missing.contains_key(from)) {
            Some(from) => self.renamed(&from, path),
            None => self.core.moved(Path::new(""), path, &Who::unknown()),
        }
    }

    fn renamed(&mut self, from: &Path, to: &Path) {
        self.missing.remove(from);
        let who = Who::unknown();
        if fs::symlink_metadata(to).is_ok_and(|meta| meta.is_dir()) {
            self.core.folder_moved(from, Some(to), &who);
        } else if lock(&self.core.holdings.shelf).get(from).is_some() {
            self.core.moved(from, to, &who);
        }
    }

    fn settle(&mut self) {
        let due: Vec<PathBuf> = self
            .missing
            .iter()
            .filter(|(_, since)| since.elapsed() >= SETTLE)
            .map(|(path, _)| path.clone())
            .collect();
        for path in due {
            self.missing.remove(&path);
            if fs::symlink_metadata(&path).is_ok() {
                self.core.ask_keeper(Task::Refresh(path));
                continue;
            }
            let who = Who::unknown();
            if lock(&self.core.holdings.shelf).get(&path).is_some() {
                self.core.vanished(&path, Touch::Deleted, &who);
            } else {
                // Perhaps a folder that was moved out with all that was in it.
                self.core.folder_moved(&path, None, &who);
            }
        }
    }
}
