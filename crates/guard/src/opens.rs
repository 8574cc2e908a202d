//! Opens and accesses that wait for an answer.
//!
//! Rule: answered exactly once, whatever happens: by a worker, else by the deadline, else when
//! dropped.

use std::collections::VecDeque;
use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant as Tick};

use beffroi_town::AlarmId;

use crate::core::Who;
use crate::decide::Finding;
use crate::elsewhere::Suspect;
use crate::holdings::lock;
use crate::keeper::Task;

/// Past it, who waits is let through when innocent and denied when suspicious.
const DEADLINE: Duration = Duration::from_millis(1_800);
/// Jobs that may wait for a worker.
const JOBS_MAX: usize = 256;
/// How often those who wait for a score are looked at.
const SCORE_LOOK: Duration = Duration::from_millis(2);
/// How long a worker waits for a job before it asks whether the guard stops.
const IDLE: Duration = Duration::from_millis(100);

/// An open that waits.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) file: File,
    group: Arc<OwnedFd>,
    answered: AtomicBool,
    asked: Tick,
    pub(crate) path: PathBuf,
    pub(crate) who: Who,
    /// The write itself, when that waits and not only an open.
    pub(crate) access: Option<Access>,
}

/// A write that waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    /// Where it begins.
    pub(crate) at: u64,
    /// Who waits for it.
    pub(crate) thread: u32,
}

impl Open {
    pub(crate) fn new(
        file: File,
        group: Arc<OwnedFd>,
        path: PathBuf,
        who: Who,
        access: Option<Access>,
    ) -> Self {
        let (answered, asked) = (AtomicBool::new(false), Tick::now());
        Self { file, group, answered, asked, path, who, access }
    }

    /// Lets it through or denies it. Only the first answer counts.
    pub(crate) fn answer(&self, allow: bool) {
        if self.answered.swap(true, Ordering::AcqRel) {
            return;
        }
        answer(&self.group, &self.file, allow);
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.answered.load(Ordering::Acquire)
    }

    /// How long it has waited.
    pub(crate) fn age(&self) -> Duration {
        self.asked.elapsed()
    }

    /// Past the deadline the server must not wait any longer.
    pub(crate) fn is_late(&self) -> bool {
        self.asked.elapsed() > DEADLINE
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.answer(true);
    }
}

/// Writes one answer to the kernel.
pub(crate) fn answer(group: &OwnedFd, file: &File, allow: bool) {
    let response = if allow { libc::FAN_ALLOW } else { libc::FAN_DENY };
    let mut bytes = [0_u8; 8];
    let (fd, verdict) = bytes.split_at_mut(4);
    fd.copy_from_slice(&file.as_raw_fd().to_ne_bytes());
    verdict.copy_from_slice(&response.to_ne_bytes());
    if let Err(error) = rustix::io::write(group, &bytes) {
        // The one who waited may have been killed meanwhile; then nobody needs the answer.
        tracing::debug!(%error, "an answer found nobody waiting");
    }
}

/// Work for the workers.
#[derive(Debug)]
pub(crate) enum Job {
    /// Somebody wants to write into an existing file.
    Write(Arc<Open>),
    /// Somebody closed a file written to.
    Closed(PathBuf, Who),
    /// Somebody gave a new file the name of an existing one.
    Compare(Box<Task>),
    /// A client of this host is to be held or stopped.
    Act(Box<(Finding, bool, Who)>),
    /// What a client deleted is to be looked for.
    Prove(Box<Suspect>),
    /// The control group of somebody who is stopped is to be frozen.
    Freeze(AlarmId),
    /// A client of this host is seen for the first time: one may have to be shut out.
    ExpectClients,
    /// Cut this host by itself.
    CutHost,
    /// Look again at everything not yet scored.
    Look,
}

/// Jobs that wait for a worker, and opens that wait for a score.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    waiting: Mutex<Waiting>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    postponed: VecDeque<Arc<Open>>,
}

impl Jobs {
    /// Hands over a job; false when there are too many.
    pub(crate) fn hand_over(&self, job: Job) -> bool {
        let mut waiting = lock(&self.waiting);
        let taken = waiting.jobs.len() < JOBS_MAX;
        if taken {
            waiting.jobs.push_back(job);
            self.bell.notify_one();
        }
        taken
    }

    /// Hands over a file to compare with what it replaced; gives it back when there are too many.
    pub(crate) fn compare(&self, task: Box<Task>) -> Result<(), Box<Task>> {
        let mut waiting = lock(&self.waiting);
        if waiting.jobs.len() >= JOBS_MAX {
            return Err(task);
        }
        waiting.jobs.push_back(Job::Compare(task));
        self.bell.notify_one();
        Ok(())
    }

    /// Puts off an open until its turn comes again.
    pub(crate) fn postpone(&self, open: &Arc<Open>) {
        lock(&self.waiting).postponed.push_back(Arc::clone(open));
    }

    /// The next job, after a while at most.
    pub(crate) fn next(&self) -> Option<Job> {
        let mut waiting = lock(&self.waiting);
        if waiting.jobs.is_empty() {
            let patience = if waiting.postponed.is_empty() { IDLE } else { SCORE_LOOK };
            waiting =
                self.bell.wait_timeout(waiting, patience).unwrap_or_else(PoisonError::into_inner).0;
        }
        waiting.jobs.pop_front().or_else(|| waiting.postponed.pop_front().map(Job::Write))
    }
}
