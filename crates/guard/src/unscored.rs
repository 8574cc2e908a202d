//! A rewriting that may be going on: what the file was, and what it is by now.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use beffroi_town::Instant;

use crate::actor::Stat;
use crate::content::{Change, Damage, SAMPLE_BYTES};
use crate::core::{Core, Who, open_quietly};
use crate::holdings::lock;
use crate::opens::{Access, Open};
use crate::places::Places;
use crate::shelf::Kept;
use crate::touches::Touches;

/// How long one is remembered.
const UNSCORED_MS: i64 = 60_000;
/// An emptied file is damage only when it stays so, or is one of many.
const EMPTY_MS: i64 = 2_000;
/// Longest wait for the score of one earlier change of a session.
pub(crate) const SCORE_PATIENCE_MS: i64 = 200;
/// Time on a processor after which a write that was let through has shown.
const WRITE_RUN_NS: u64 = 1_000_000;
/// Largest content that is compared as a whole before its copy is dropped.
const COMPARED_BYTES_MAX: u64 = 64 << 20;

/// A write that was let through. On a busy machine its thread may wait for a processor long before
/// it shows.
#[derive(Debug)]
pub(crate) struct Granted {
    thread: u32,
    /// Nanoseconds on a processor before it was let through.
    ran_before: Option<u64>,
}

impl Granted {
    pub(crate) fn to(access: Access) -> Self {
        Self { thread: access.thread, ran_before: ran_ns(access.thread) }
    }

    /// Whether it has had time on a processor since, does something else, or cannot be told.
    fn has_run(&self) -> bool {
        // Neither running nor waiting for a disk: it has left the write.
        let elsewhere = |stat: Stat| !matches!(stat.state, b'R' | b'D');
        let ran = self.ran_before.zip(ran_ns(self.thread));
        ran.is_none_or(|(before, now)| now.saturating_sub(before) > WRITE_RUN_NS)
            || Stat::of(self.thread).is_none_or(elsewhere)
    }

    /// Whether it still waits for its turn, as somebody else asks: who asks again has done it.
    pub(crate) fn waits(&self, open: &Open) -> bool {
        let asks_again = open.access.is_some_and(|access| access.thread == self.thread);
        !asks_again && !self.has_run()
    }
}

/// Nanoseconds a thread has spent on a processor (`/proc/[pid]/schedstat`, first field).
fn ran_ns(thread: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{thread}/schedstat")).ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// A rewriting that may be going on.
#[derive(Debug)]
pub(crate) struct Unscored {
    pub(crate) file: File,
    pub(crate) path: PathBuf,
    pub(crate) who: Who,
    pub(crate) before: Kept,
    pub(crate) sample: Vec<u8>,
    pub(crate) copy: u64,
    pub(crate) touch: u64,
    pub(crate) opened_at: Instant,
    /// The write itself was let through, and will show at once.
    pub(crate) access: Option<Granted>,
    /// State of the file when it was last looked at.
    pub(crate) seen: (u64, i64),
    pub(crate) changed_at: Option<Instant>,
    /// Where it is being written to, beyond the sample.
    pub(crate) places: Places,
}

impl Unscored {
    pub(crate) fn is_emptied(&self) -> bool {
        self.before.size > 0 && self.file.metadata().is_ok_and(|meta| meta.len() == 0)
    }

    /// A file's time changes before its bytes do: until it is closed, more may show in a moment.
    pub(crate) fn is_being_written(&self, now: Instant) -> bool {
        let fresh = |at: Instant| now.ms_since(at) < SCORE_PATIENCE_MS;
        let written = |granted: &Granted| self.changed_at.is_some_and(fresh) || !granted.has_run();
        self.changed_at.is_some() && self.access.as_ref().is_some_and(written)
    }

    /// Answers whether it must be looked at again. `many_empty`: an emptied file is no accident.
    pub(crate) fn look(&mut self, core: &Arc<Core>, closed: bool, many_empty: bool) -> bool {
        let now = core.now();
        let old = now.ms_since(self.opened_at) > UNSCORED_MS;
        let Ok(meta) = self.file.metadata() else { return false };
        let state = (meta.len(), crate::shelf::mtime_ns(&meta));
        if state == (self.before.size, self.before.mtime_ns) {
            // Kept for a while: who opens it again need not wait for another copy. A mapping may
            // have changed it without a trace.
            if old && (self.access.is_none() || self.is_as_before(core)) {
                self.forget(core);
            }
            return !old;
        }
        let changed_at = *self.changed_at.get_or_insert(now);
        if state == self.seen && !closed && state.0 != 0 && !self.is_being_written(now) {
            return !old;
        }
        self.seen = state;
        core.perhaps_canary(&self.path, false, &self.who);
        let Ok(after) = sample(&self.file) else { return false };
        let mut change = Change::between(&self.sample, &after);
        if let Some(further) = self.further(core, state.0 == self.before.size) {
            change.add(&further);
        }
        match change.damage() {
            _ if core.bait.is_some() => {
                core.rewritten(&self.path, change, Some(self.touch), &self.who);
                false
            }
            Damage::None => !closed && !old,
            Damage::Emptied if !many_empty && now.ms_since(changed_at) < EMPTY_MS => true,
            _ => {
                core.rewritten(&self.path, change, Some(self.touch), &self.who);
                false
            }
        }
    }

    /// What became of the places beyond the sample. `same_size`: nothing was moved about.
    fn further(&self, core: &Core, same_size: bool) -> Option<Change> {
        let reserve = core.holdings.reserve(self.before.device)?;
        if self.places.is_empty() || !same_size {
            return None;
        }
        let copy = File::open(reserve.copy_path(self.copy)).ok()?;
        let (before, after) = (self.places.read(&copy).ok()?, self.places.read(&self.file).ok()?);
        Some(Change::between(&before, &after))
    }

    /// Whether the whole content is still the one that was kept.
    fn is_as_before(&self, core: &Core) -> bool {
        (&self.file).rewind().is_ok() && self.is_kept_content(core, &self.file)
    }

    /// Whether another file holds the content that was kept.
    pub(crate) fn is_kept_in(&self, core: &Core, path: &Path) -> bool {
        open_quietly(path).is_ok_and(|file| self.is_kept_content(core, &file))
    }

    fn is_kept_content(&self, core: &Core, file: &File) -> bool {
        let size = self.before.size;
        let Some(reserve) = core.holdings.reserve(self.before.device) else { return false };
        size <= COMPARED_BYTES_MAX
            && file.metadata().is_ok_and(|meta| meta.len() == size)
            && File::open(reserve.copy_path(self.copy))
                .and_then(|copy| crate::state::same_bytes(&copy, file))
                .unwrap_or(false)
    }

    /// Opened for writing, nothing written: nothing to undo.
    fn forget(&self, core: &Core) {
        lock(&core.holdings.touches).forget(&std::iter::once(self.touch).collect());
        Touches::flush(&core.holdings.touches);
        let reserve = core.holdings.reserve(self.before.device);
        if let Some(Err(error)) = reserve.map(|reserve| reserve.drop_copy(self.copy)) {
            tracing::debug!(%error, "no copy to drop");
        }
    }
}

/// The first bytes of an open file.
pub(crate) fn sample(file: &File) -> std::io::Result<Vec<u8>> {
    let mut reader = file;
    reader.rewind()?;
    let mut sample = Vec::new();
    reader.take(SAMPLE_BYTES as u64).read_to_end(&mut sample)?;
    Ok(sample)
}
