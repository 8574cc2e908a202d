//! Reads archives in a process of its own: what a suspect made is not unpacked by the program that
//! watches over everybody.
//!
//! Rules:
//! - That process opens nothing, writes no file and has no right of root's: the archive is its
//!   standard input, and what it found goes out as lines, a hash each.
//! - Its memory and its time are bounded; who reads its lines ends it when the time is over.
//! - However it ends, what it told before counts.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant as Tick};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs};

use crate::archives::{Budget, Contents, FILES_MAX, Kind, each_content};

/// Longest time to read one.
const TIME_MAX: Duration = Duration::from_secs(20);
/// Most bytes that one is unpacked to.
const BYTES_MAX: u64 = 16 << 30;
/// Most memory that the process may ask for, the program itself included.
const MEMORY_MAX: u64 = 1 << 30;
/// How often whoever reads its lines looks at the clock.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
const STEP_BYTES: usize = 64 * 1024;

/// How to start a process that plays [`unpack`].
#[derive(Clone, Debug)]
pub struct Unpacker {
    /// The program, which may be this one.
    pub program: PathBuf,
    /// What makes it play its part.
    pub args: Vec<String>,
    /// Added to its environment.
    pub env: Vec<(String, String)>,
}

impl Unpacker {
    /// What the files in this archive hold, as far as it can be read until then.
    pub(crate) fn contents(&self, file: &File, until: Tick) -> Contents {
        let mut contents = Contents::new();
        if let Err(error) = self.read(file, until, &mut contents) {
            tracing::warn!(%error, program = %self.program.display(), "an archive could not be looked into");
        }
        contents
    }

    fn read(&self, file: &File, until: Tick, contents: &mut Contents) -> io::Result<()> {
        let mut command = Command::new(&self.program);
        command.args(&self.args).envs(self.env.iter().cloned());
        command.stdin(file.try_clone()?).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let told = child.stdout.take().map_or(Ok(()), |lines| listen(&lines, until, contents));
        child.kill()?;
        child.wait()?;
        told
    }
}

/// Reads lines until the end, or until the time is over.
fn listen(lines: &ChildStdout, until: Tick, contents: &mut Contents) -> io::Result<()> {
    let (mut rest, mut bytes) = (Vec::new(), vec![0; STEP_BYTES]);
    while Tick::now() < until && contents.len() < FILES_MAX {
        if poll(&mut [PollFd::new(lines, PollFlags::IN)], Some(&LOOK))? == 0 {
            continue;
        }
        let read = rustix::io::read(lines, &mut bytes)?;
        if read == 0 {
            break;
        }
        rest.extend_from_slice(bytes.get(..read).unwrap_or_default());
        let whole = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        for line in rest.drain(..whole).as_slice().split(|byte| *byte == b'\n') {
            // Whatever else it says is none of ours.
            contents.extend(serde_json::from_slice::<crate::state::Sha256>(line));
        }
        if rest.len() > STEP_BYTES {
            return Err(io::Error::other("what it says has no end of line"));
        }
    }
    Ok(())
}

/// Reads the archive that is this process's standard input, and tells on standard output what it
/// holds. To be called once, by a process that does nothing else, before it has any other thread.
///
/// # Errors
/// What could not be read. What was told before counts.
pub fn unpack() -> io::Result<()> {
    let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    confine()?;
    let Some(kind) = Kind::of(&file)? else { return Ok(()) };
    let mut budget = Budget { until: Tick::now() + TIME_MAX, bytes: BYTES_MAX };
    let mut told = io::stdout();
    let mut tell = |sha256| {
        serde_json::to_writer(&mut told, &sha256)?;
        told.write_all(b"\n")
    };
    each_content(&file, kind, &mut budget, &mut tell)
}

/// Gives up for good whatever reading needs not.
fn confine() -> io::Result<()> {
    let bounds = [
        (Resource::As, MEMORY_MAX),
        (Resource::Cpu, TIME_MAX.as_secs()),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        // What is open stays so; nothing else will be.
        (Resource::Nofile, 0),
    ];
    for (resource, most) in bounds {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    set_no_new_privs(true)?;
    let none = CapabilitySet::empty();
    let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
    Ok(set_capabilities(None, sets)?)
}
