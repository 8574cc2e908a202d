//! The process beside the guard that ends it when it falls silent, so that nobody waits for it.
//!
//! Rules:
//! - It holds no descriptor of the guard's senses, keeps its memory locked, and opens nothing while
//!   a guard lives: a guard that hangs cannot make it hang too.
//! - The guard's answering thread beats through a pipe (its standard output). From the first beat
//!   on, [`SILENCE_MAX`] without one ends the guard; its end lets every waiting open pass.
//! - It ends first and speaks after: what it says may go to a file that the guard watches.
//! - A guard that ends is started again, sooner or later by how often that happened; the new one
//!   raises an alarm that says how long nobody watched. One that could not even start the first
//!   time is not.
//! - A guard whose watchdog is gone ends by itself: unwatched, it might become the outage.

use std::io::{self, Stdout};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Tick};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{Pid, Signal, kill_process};

use beffroi_town::Instant;
use beffroi_town::edge::Clock;

use crate::error::{GuardError, Result};

/// Without a beat for so long, the guard is ended.
pub const SILENCE_MAX: Duration = Duration::from_secs(1);
/// How often the guard beats.
const BEAT_EVERY: Duration = Duration::from_millis(100);
/// One beat. Anything else on the pipe is no beat.
const BEAT: u8 = 7;
/// How often the watchdog looks at its clock.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
/// How long a guard that was asked to end may take.
const FAREWELL: Duration = Duration::from_secs(5);
/// Guards that ended within this time count towards the wait before the next start.
const REMEMBERED: Duration = Duration::from_mins(1);
/// Longest wait before a start.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// That nobody watched for a while: why the guard is started again, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// It had fallen silent; otherwise it had ended by itself or was ended by somebody.
    pub silent: bool,
    /// Its last beat.
    pub since: Instant,
}

impl std::fmt::Display for Lapse {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}:{}", if self.silent { "silent" } else { "ended" }, self.since.ms())
    }
}

impl FromStr for Lapse {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        const WANTED: &str = "write silent:MILLISECONDS or ended:MILLISECONDS";
        let (why, since) = text.split_once(':').ok_or(WANTED)?;
        let silent = match why {
            "silent" => true,
            "ended" => false,
            _ => return Err(WANTED),
        };
        Ok(Self { silent, since: Instant::from_ms(since.parse().map_err(|_| WANTED)?) })
    }
}

/// Starts guards with the command that `guard` makes and watches over them until `shutdown` is set.
/// Blocks.
///
/// # Errors
/// [`GuardError::Io`] when the command cannot be started, [`GuardError::NeverBeat`] when the first
/// guard ended before it watched.
pub fn watch_over(
    guard: &dyn Fn(Option<Lapse>) -> Command,
    clock: &dyn Clock,
    shutdown: &AtomicBool,
) -> Result<()> {
    // What is touched stays in memory; the rest of a large program need not be there at all.
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    if let Err(error) = mlockall(flags) {
        tracing::warn!(%error, "the watchdog's memory cannot be locked: it may be late when memory is short");
    }
    rehearse(&guard(None))?;
    let mut ends: Vec<Tick> = Vec::new();
    let mut lapse = None;
    while !shutdown.load(Ordering::Relaxed) {
        let mut watched = Watched::start(guard(lapse))?;
        let silent = watched.wait(shutdown, clock);
        if shutdown.load(Ordering::Relaxed) {
            return watched.dismiss();
        }
        let status = watched.end()?;
        let Some(since) = watched.last_beat_at.or(lapse.map(|lapse: Lapse| lapse.since)) else {
            return Err(GuardError::NeverBeat(status.to_string()));
        };
        lapse = Some(Lapse { silent, since });
        tracing::error!(%status, silent, "the guard ended and is started again");
        ends.retain(|at| at.elapsed() < REMEMBERED);
        ends.push(Tick::now());
        let wait = wait_before_start(ends.len());
        let ended = Tick::now();
        while ended.elapsed() < wait && !shutdown.load(Ordering::Relaxed) {
            std::thread::park_timeout(Duration::from_millis(50));
        }
    }
    Ok(())
}

/// Starts a process that ends by itself, and ends it: so the way to end a guard has been gone, and
/// is in memory, before the hour when memory is short.
fn rehearse(guard: &Command) -> Result<()> {
    let mut played = Command::new(guard.get_program());
    played.arg("--version").stderr(Stdio::null());
    Watched::start(played)?.end().map(drop)
}

/// At once the first three times in a minute, then longer and longer.
fn wait_before_start(ends: usize) -> Duration {
    let doublings = u32::try_from(ends.saturating_sub(4)).unwrap_or(u32::MAX).min(8);
    if ends < 4 {
        Duration::ZERO
    } else {
        (Duration::from_millis(500) * (1 << doublings)).min(WAIT_MAX)
    }
}

/// One guard process.
struct Watched {
    child: Child,
    beats: Option<ChildStdout>,
    last_beat: Option<Tick>,
    last_beat_at: Option<Instant>,
}

impl Watched {
    fn start(mut command: Command) -> Result<Self> {
        // In a process group of its own: Ctrl-C is for the watchdog, which then asks the guard.
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0).spawn();
        let mut child = started.map_err(|source| {
            let object = command.get_program().to_string_lossy().into_owned();
            GuardError::Io { operation: "start the guard", object, source }
        })?;
        let beats = child.stdout.take();
        Ok(Self { child, beats, last_beat: None, last_beat_at: None })
    }

    /// Returns when the guard has ended, fell silent (true), or `shutdown` is set.
    fn wait(&mut self, shutdown: &AtomicBool, clock: &dyn Clock) -> bool {
        let mut bytes = [0; 64];
        while let Some(beats) = self.beats.as_ref().filter(|_| !shutdown.load(Ordering::Relaxed)) {
            let ready = poll(&mut [PollFd::new(beats, PollFlags::IN)], Some(&LOOK));
            if ready.is_ok_and(|count| count > 0) {
                match rustix::io::read(beats, &mut bytes) {
                    Ok(0) => return false,
                    Ok(read) if bytes.iter().take(read).any(|byte| *byte == BEAT) => {
                        self.last_beat = Some(Tick::now());
                        self.last_beat_at = Some(clock.now());
                    }
                    _ => {}
                }
            }
            if self.last_beat.is_some_and(|at| at.elapsed() > SILENCE_MAX) {
                return true;
            }
        }
        false
    }

    /// Ends it, whether it still lives or not, and answers how it ended.
    fn end(&mut self) -> Result<ExitStatus> {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        ended.map_err(|source| {
            let object = self.child.id().to_string();
            GuardError::Io { operation: "end the guard", object, source }
        })
    }

    /// Asks it to end, and ends it when it does not.
    fn dismiss(&mut self) -> Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(Err(error)) = pid.map(|pid| kill_process(pid, Signal::TERM)) {
            tracing::debug!(%error, "the guard had ended before it was asked to");
        }
        let asked = Tick::now();
        while asked.elapsed() < FAREWELL {
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return Ok(());
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        self.end().map(drop)
    }
}

/// The guard's side: says that it lives.
#[derive(Debug)]
pub(crate) struct Pulse {
    pipe: Option<Stdout>,
    next: Tick,
}

impl Pulse {
    /// `watched`: standard output is the watchdog's pipe.
    pub(crate) fn new(watched: bool) -> io::Result<Self> {
        let pipe = watched.then(io::stdout);
        if let Some(pipe) = &pipe {
            fcntl_setfl(pipe, OFlags::NONBLOCK)?;
        }
        Ok(Self { pipe, next: Tick::now() })
    }

    /// Beats when it is time; false when the watchdog is gone.
    pub(crate) fn beat(&mut self) -> bool {
        let Some(pipe) = self.pipe.as_ref().filter(|_| Tick::now() >= self.next) else {
            return true;
        };
        self.next = Tick::now() + BEAT_EVERY;
        // A full pipe means that the watchdog sleeps, not that it is gone.
        !matches!(rustix::io::write(pipe.as_fd(), &[BEAT]), Err(rustix::io::Errno::PIPE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lapse_travels_on_a_command_line() {
        for silent in [true, false] {
            let lapse = Lapse { silent, since: Instant::from_ms(1_700_000_000_123) };
            assert_eq!(lapse.to_string().parse(), Ok(lapse));
        }
        for wrong in ["", "silent", "silent:x", "asleep:1"] {
            assert!(wrong.parse::<Lapse>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_guard_that_keeps_ending_is_started_less_and_less_often() {
        let waits: Vec<u128> = (1..12).map(|ends| wait_before_start(ends).as_millis()).collect();
        assert_eq!(waits.get(..3), Some(&[0, 0, 0][..]));
        assert!(waits.is_sorted(), "{waits:?}");
        assert_eq!(waits.last(), Some(&WAIT_MAX.as_millis()));
    }
}
