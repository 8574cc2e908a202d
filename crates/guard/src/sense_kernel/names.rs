//! What the responder makes of the names that the kernel reports.
//!
//! Rule: bounded rounds, so that whoever makes names without end keeps nobody waiting for an answer.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant as Tick};

use beffroi_town::watch::{Suspicion, Touch};

use super::Responder;
use crate::core::Who;
use crate::fan::{self, FanEvent, Place};
use crate::holdings::lock;
use crate::keeper::Task;
use crate::opens::Job;
use crate::shelf::file_number;

/// Longest round of reading names before opens are looked at again.
const NAMES_ROUND: Duration = Duration::from_millis(200);

impl Responder {
    pub(super) fn names(&mut self) {
        let groups = Arc::clone(&self.marks.names);
        for (device, group) in &*groups {
            self.names_of(*device, group);
        }
    }

    fn names_of(&mut self, device: u64, group: &OwnedFd) {
        let began = Tick::now();
        // Bounded: whoever makes names without end must not keep others waiting for an answer.
        while began.elapsed() < NAMES_ROUND {
            let events = match fan::read(group, &mut self.buffer) {
                Ok(events) => events,
                Err(error) => {
                    tracing::error!(%error, "the kernel's events cannot be read");
                    return;
                }
            };
            if events.is_empty() {
                return;
            }
            self.names_read = Tick::now();
            for event in &events {
                self.name(device, event);
            }
        }
    }

    fn name(&mut self, device: u64, event: &FanEvent) {
        if event.mask & libc::FAN_Q_OVERFLOW != 0 {
            self.core.say(Suspicion::EventsLost, false);
            self.core.rescan.store(true, Ordering::Relaxed);
            return;
        }
        let place =
            |place: &Option<Place>| place.as_ref().and_then(|place| self.marks.path(device, place));
        let (at, from, to) = (place(&event.at), place(&event.from), place(&event.to));
        if at.is_none() && from.is_none() && to.is_none() {
            // Elsewhere on the same file system.
            return;
        }
        let actor = self.actor(event.tid);
        let is_folder = event.mask & libc::FAN_ONDIR != 0;
        if actor.as_ref().is_some_and(|actor| actor.pid == self.own_pid) {
            self.own(event.mask, [at, from, to], is_folder);
            return;
        }
        let who = actor.as_ref().map_or_else(|| self.ended(event.tid), |a| self.core.who(a));
        if event.mask & libc::FAN_RENAME != 0 {
            self.renamed(from, to, is_folder, &who);
        }
        let Some(path) = at.filter(|path| !self.core.holdings.is_excluded(path)) else { return };
        if event.mask & libc::FAN_CREATE != 0 {
            if is_folder {
                self.new_folder(path.clone(), &who);
            } else {
                self.core.made(&path, &who);
            }
        }
        if event.mask & libc::FAN_CLOSE_WRITE != 0 && !is_folder {
            self.closed(&path, &who);
        }
        if event.mask & libc::FAN_DELETE != 0 && !is_folder {
            self.core.vanished(&path, Touch::Deleted, &who);
        }
    }

    /// What the guard itself does, when it puts files back: known, and nobody's deed.
    fn own(&self, mask: u64, places: [Option<PathBuf>; 3], is_folder: bool) {
        let seen = |path: &PathBuf| !self.core.holdings.is_excluded(path);
        let [at, from, to] = places.map(|place| place.filter(seen));
        let gone = if mask & libc::FAN_DELETE != 0 { &at } else { &from };
        if let Some(path) = gone.as_ref().filter(|_| !is_folder) {
            self.core.took_away(path);
        }
        let come = if mask & (libc::FAN_CREATE | libc::FAN_CLOSE_WRITE) != 0 { at } else { to };
        if let Some(path) = come {
            self.core.ask_keeper(Task::Own(path));
        }
    }

    fn closed(&self, path: &Path, who: &Who) {
        self.core.young.closed(path);
        self.core.returned(path, who);
        // A new file of its own is nothing to score.
        let own = || lock(&self.core.decider).made_by(file_number(path), &who.session);
        if self.core.young.contains(path) && own() {
            if let Some(files) = self.core.notes.closed(path, &who.session) {
                self.core.ask_keeper(Task::Notes(files, who.clone()));
            }
            return;
        }
        let job = Job::Closed(path.to_owned(), who.clone());
        if !self.core.workers.jobs.hand_over(job) {
            self.core.ask_keeper(Task::Refresh(path.to_owned()));
        }
    }

    fn renamed(&mut self, from: Option<PathBuf>, to: Option<PathBuf>, is_folder: bool, who: &Who) {
        let seen = |path: &PathBuf| !self.core.holdings.is_excluded(path);
        if let (Some(from), Some(to)) = (&from, &to) {
            self.core.young.moved(from, to);
        }
        match (from.filter(seen), to.filter(seen)) {
            (Some(from), to) if is_folder => {
                self.marks.rename(&from, to.as_deref());
                self.core.folder_moved(&from, to.as_deref(), who);
            }
            (Some(from), Some(to)) => self.core.moved(&from, &to, who),
            (Some(from), None) => self.core.vanished(&from, Touch::RenamedAway, who),
            (None, Some(to)) if is_folder => self.new_folder(to, who),
            // Came from outside, perhaps over a file that was here.
            (None, Some(to)) => self.core.moved(Path::new(""), &to, who),
            (None, None) => {}
        }
    }

    /// Followed at once, since files may be made in it before the keeper comes by.
    fn new_folder(&mut self, folder: PathBuf, who: &Who) {
        if let Err(error) = self.core.follow(&self.marks, &folder)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::error!(%error, "a new folder cannot be followed");
            self.core.say(Suspicion::EventsLost, false);
        }
        self.core.ask_keeper(Task::Scan(folder, who.clone()));
    }

    /// Of a thread that has ended only the brake may know whose it was.
    fn ended(&self, tid: u32) -> Who {
        if let Some(who) = self.core.visitor(tid) {
            return who;
        }
        let user = self.core.brake.as_ref().and_then(|brake| brake.deleter(tid));
        Who { user, ..Who::unknown() }
    }
}
