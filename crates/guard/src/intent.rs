//! What a thread that waits for our answer is about to do, as the registers of its system call tell.
//!
//! Rules:
//! - Only register arguments are believed: the kernel has read them already, nobody can change them
//!   any more. Memory (`openat2`), rings (`io_uring`) and 32-bit calls count as writes, as does
//!   whatever cannot be read. No number believed here means, as a 32-bit call, anything that writes
//!   to a file or opens one.
//! - Threads of the kernel make no calls (`nfsd`, a ring's workers): their registers read like a call
//!   that reads, or like the one in which their maker was when they were made. Whoever has a ring may
//!   do its writes at the end of any other call. All of them count as writes.
//! - Where two descriptors are named (`copy_file_range`, `sendfile`, `splice`) one is read and one
//!   written, and a racing thread could swap them: which of the two a file is follows from whether
//!   somebody opened it for writing ([`Intent::WriteIfOpenForIt`]).

use std::collections::HashMap;
use std::fs::File;
use std::time::Duration;

use crate::actor::Facts;
use crate::look::{Call, Look};
use crate::procfs;

/// What a blocked system call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// It changes nothing.
    Read,
    /// An open for writing that leaves the content as it is: a write may follow.
    OpenToWrite,
    /// It writes if the file is open for writing at all.
    WriteIfOpenForIt,
    /// It changes the content; also when it cannot be told.
    Write,
}

/// Most threads whose file is kept open.
const THREADS_MAX: usize = 256;

/// How often a thread that is about to wait is looked at again: at once, then after a nap each.
const LOOKS: usize = 10;
const NAPS: usize = 5;
const NAP: Duration = Duration::from_micros(20);

/// Reads intents. What says them is kept open for each thread that makes calls: threads come back.
#[derive(Debug, Default)]
pub(crate) struct Intents(HashMap<u32, File>);

impl Intent {
    /// That of a thread which waits for our answer, as the kernel told at once.
    pub(crate) fn of_look(look: &Look) -> Self {
        look.call().map_or(Self::Write, of_call)
    }
}

impl Intents {
    /// That of thread `tid`, which waits for our answer.
    pub(crate) fn of(&mut self, tid: u32) -> Intent {
        let mut text = self.text(tid);
        // It has asked and is about to wait: asked so soon, the kernel calls it running still. On
        // this very processor it can go on only while this thread sleeps.
        for look in 0..LOOKS + NAPS {
            if !text.as_ref().is_some_and(|text| text.starts_with("running")) {
                break;
            }
            if look >= LOOKS {
                std::thread::park_timeout(NAP);
            }
            text = self.text(tid);
        }
        text.map_or(Intent::Write, |text| of_text(&text))
    }

    fn text(&mut self, tid: u32) -> Option<String> {
        // The file of a thread that has ended answers nothing, also when its number is used again.
        let known = self.0.get(&tid).and_then(|file| procfs::line(file).ok());
        known.filter(|text| !text.is_empty()).or_else(|| self.open(tid))
    }

    fn open(&mut self, tid: u32) -> Option<String> {
        let file = File::open(format!("/proc/{tid}/syscall")).ok()?;
        let text = procfs::line(&file).ok()?;
        // Asked of the one whose file was opened: it waits for our answer meanwhile.
        if Facts::of_proc(tid).is_none_or(Facts::makes_no_calls) {
            return None;
        }
        if self.0.len() >= THREADS_MAX {
            self.0.clear();
        }
        self.0.insert(tid, file);
        Some(text)
    }
}

fn of_text(text: &str) -> Intent {
    let mut words = text.split_ascii_whitespace();
    let Some(number) = words.next().and_then(|word| word.parse::<u32>().ok()) else {
        return Intent::Write;
    };
    let mut arguments = [0_u64; 3];
    for (argument, word) in arguments.iter_mut().zip(words.skip(1)) {
        let Ok(value) = u64::from_str_radix(word.trim_start_matches("0x"), 16) else {
            return Intent::Write;
        };
        *argument = value;
    }
    of_call((number, arguments))
}

/// Numbers of the system calls that are believed.
struct Calls {
    /// `open`, which the generic table lacks.
    open: Option<u32>,
    openat: u32,
    mmap: u32,
    /// Calls that read files alone: read, pread64, readv, preadv2, execve, execveat; preadv too where
    /// its number is not that of a 32-bit openat.
    read: [u32; 6],
    /// Calls with two descriptors: sendfile, splice, `copy_file_range`; and ioctl (`FICLONE`).
    both: [u32; 4],
}

#[cfg(target_arch = "x86_64")]
const CALLS: Calls = Calls {
    open: Some(2),
    openat: 257,
    mmap: 9,
    read: [0, 17, 19, 327, 59, 322],
    both: [40, 275, 326, 16],
};
// Other 64-bit Linux platforms share the generic table.
#[cfg(not(target_arch = "x86_64"))]
const CALLS: Calls = Calls {
    open: None,
    openat: 56,
    mmap: 222,
    read: [63, 67, 65, 69, 286, 221, 281],
    both: [71, 76, 285, 29],
};

fn of_call((number, [second, third, fourth]): Call) -> Intent {
    if CALLS.read.contains(&number) {
        Intent::Read
    } else if CALLS.both.contains(&number) {
        Intent::WriteIfOpenForIt
    } else if Some(number) == CALLS.open {
        of_open(second)
    } else if number == CALLS.openat {
        of_open(third)
    } else if number == CALLS.mmap && fourth & libc::MAP_TYPE as u64 == libc::MAP_PRIVATE as u64 {
        // A shared mapping of today may be made writable tomorrow, without asking.
        Intent::Read
    } else {
        Intent::Write
    }
}

/// `O_CREAT` makes a file at most, but with `O_TRUNC` empties one.
fn of_open(flags: u64) -> Intent {
    if flags & libc::O_TRUNC as u64 != 0 {
        Intent::Write
    } else if flags & libc::O_ACCMODE as u64 == 0 {
        Intent::Read
    } else {
        Intent::OpenToWrite
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::all_pids;

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn only_what_surely_reads_is_believed_to() {
        let call = |number, second, third, fourth| of_call((number, [second, third, fourth]));
        assert_eq!(call(257, 0, 0o2_000_000, 0), Intent::Read);
        assert_eq!(call(257, 0, 0o1001, 0), Intent::Write, "O_TRUNC");
        assert_eq!(call(2, 0o2, 0, 0), Intent::OpenToWrite);
        assert_eq!(call(0, 0, 0, 0), Intent::Read, "read");
        assert_eq!(call(9, 4096, 1, 2), Intent::Read, "a private mapping");
        assert_eq!(call(9, 4096, 1, 1), Intent::Write, "a shared mapping");
        assert_eq!(call(326, 0, 4, 0), Intent::WriteIfOpenForIt, "copy_file_range");
        for (number, name) in [
            (1, "write"),
            (18, "pwrite64"),
            (76, "truncate"),
            (77, "ftruncate"),
            (85, "creat"),
            (285, "fallocate"),
            (437, "openat2"),
            (426, "io_uring_enter"),
            (4, "32-bit write"),
            (5, "32-bit open"),
            (92, "32-bit truncate"),
        ] {
            assert_eq!(call(number, 0, 0, 0), Intent::Write, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_write() {
        for text in ["", "running", "-1 0x7f 0x7f", "257 0x1 zz", "4294967296 0x0"] {
            assert_eq!(of_text(text), Intent::Write, "{text}");
        }
        assert_eq!(Intents::default().of(u32::MAX), Intent::Write);
    }

    #[test]
    fn threads_of_the_kernel_write_whatever_their_registers_say() {
        // Elsewhere than on the host itself none is seen.
        let of_the_kernel = |pid: &u32| Facts::of_proc(*pid).is_some_and(Facts::makes_no_calls);
        for thread in all_pids().into_iter().filter(of_the_kernel).take(5) {
            assert_eq!(Intents::default().of(thread), Intent::Write);
        }
    }
}
