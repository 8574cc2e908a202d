//! What a thread is and what it is about to do, asked of the kernel in one call: a small program that
//! the kernel checks reads it where it stands.
//!
//! Rules:
//! - `/proc` tells the same of processes, for many times the time, while everybody waits; it does not
//!   tell whether a thread has a ring (`io_uring`).
//! - What it tells of this very thread is compared with `/proc` and with the call itself before it is
//!   believed at all: in another process space, or where a field means something else, it is not used.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;

use crate::actor::Facts;
use crate::assembler::{
    ADD_NUMBER, COPY, Code, IF_OTHER, LOAD_8, READ_KERNEL, REGISTERS_OF_TASK, SET, STORE_8,
    STORE_NUMBER_8, offset16,
};
use crate::btf::Btf;
use crate::sys::{self, Purpose};

/// `PIDTYPE_SID` (`linux/pid_types.h`): its place among a process's numbers, of eight bytes each.
const SESSION_PLACE: i32 = 3 * 8;
/// The kernel counts in nanoseconds, `/proc` in hundredths of a second (`USER_HZ`).
const TICK_NS: u64 = 10_000_000;

/// The registers of a system call that matter: its number, and arguments two to four.
pub(crate) type Call = (u32, [u64; 3]);

/// Where what is asked for is put, in pieces of eight bytes.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// Before: which thread.
    Thread,
    /// An address on the way to something.
    Way,
    Number,
    Second,
    Third,
    Fourth,
    Ring,
    Flags,
    Process,
    Started,
    Parent,
    Session,
    RealUser,
    SavedUser,
    User,
    End,
}

/// Asks the kernel about threads.
#[derive(Debug)]
pub(crate) struct Looker {
    program: OwnedFd,
}

/// What the kernel told of one thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look([u64; Slot::End as usize]);

impl Looker {
    /// None where it cannot be had, which is said.
    pub(crate) fn open() -> Option<Self> {
        let looker = Self::begin().and_then(|looker| {
            let wrong = || io::Error::other("what it tells of this process is not so");
            looker.is_right().then_some(looker).ok_or_else(wrong)
        });
        looker.inspect_err(|error| tracing::info!(%error, "threads are looked up in /proc")).ok()
    }

    fn begin() -> io::Result<Self> {
        let bytes = fs::read("/sys/kernel/btf/vmlinux")?;
        let code = Btf::parse(&bytes).and_then(|btf| assemble(&btf));
        let unknown = || io::Error::other("the kernel does not say where its fields stand");
        Ok(Self { program: sys::load_program(Purpose::Answers, &code.ok_or_else(unknown)?)? })
    }

    /// What thread `tid` is and does now; nothing when it has ended.
    pub(crate) fn look(&self, tid: u32) -> Option<Look> {
        let mut look = Look([0; Slot::End as usize]);
        if let Some(place) = look.0.get_mut(Slot::Thread as usize) {
            *place = tid.into();
        }
        sys::ask(&self.program, &mut look.0).ok()?;
        (look.at(Slot::Process) != 0).then_some(look)
    }

    fn is_right(&self) -> bool {
        let tid = rustix::thread::gettid().as_raw_nonzero().get().cast_unsigned();
        let (Some(look), Some(facts)) = (self.look(tid), Facts::of_proc(tid)) else { return false };
        // It is asked by `bpf`, whose arguments are a command, an address and 128 bytes.
        let asks = i64::try_from(look.at(Slot::Number)).is_ok_and(|number| number == libc::SYS_bpf);
        asks && look.at(Slot::Third) == 128
            && look.facts() == Some(facts)
            && self.look(u32::MAX).is_none()
    }
}

impl Look {
    fn at(&self, slot: Slot) -> u64 {
        self.0.get(slot as usize).copied().unwrap_or(0)
    }

    fn short(&self, slot: Slot) -> Option<u32> {
        u32::try_from(self.at(slot)).ok()
    }

    /// The call that it is in. None where its registers are not its own, or not of what it does: a
    /// thread of the kernel's, or one that has a ring, whose writes it may do at the end of any call.
    pub(crate) fn call(&self) -> Option<Call> {
        let makes_calls = self.at(Slot::Ring) == 0 && !self.facts()?.makes_no_calls();
        let arguments = [Slot::Second, Slot::Third, Slot::Fourth].map(|slot| self.at(slot));
        makes_calls.then_some((self.short(Slot::Number)?, arguments))
    }

    pub(crate) fn facts(&self) -> Option<Facts> {
        Some(Facts {
            pid: self.short(Slot::Process)?,
            parent: self.short(Slot::Parent)?,
            started: self.at(Slot::Started) / TICK_NS,
            sid: self.short(Slot::Session)?,
            flags: self.at(Slot::Flags),
            real_uid: self.short(Slot::RealUser)?,
            saved_uid: self.short(Slot::SavedUser)?,
            uid: self.short(Slot::User)?,
        })
    }
}

/// The instructions; none where the kernel does not describe what they need.
fn assemble(btf: &Btf<'_>) -> Option<Vec<u64>> {
    let task = |field| btf.offset("task_struct", field);
    let person = |field| btf.offset("cred", field);
    let mut code = Code::default();
    code.add(COPY, (6, 1), 0, 0);
    code.add(LOAD_8, (1, 6), slot16(Slot::Thread), 0);
    code.call_function(btf.function("bpf_task_from_pid")?);
    let there = code.label();
    code.jump(IF_OTHER, (0, 0), 0, there);
    code.exit();
    code.here(there);
    code.add(COPY, (7, 0), 0, 0);
    code.read(7, task("flags")?, 4, Slot::Flags);
    // Without rings in the kernel nobody has one.
    if let Some(ring) = task("io_uring") {
        code.read(7, ring, 8, Slot::Ring);
    }
    code.follow(7, task("group_leader")?);
    code.read(8, task("tgid")?, 4, Slot::Process);
    code.read(8, task("start_boottime")?, 8, Slot::Started);
    code.follow(7, task("real_parent")?);
    code.read(8, task("tgid")?, 4, Slot::Parent);
    code.follow(7, task("signal")?);
    code.follow(8, btf.offset("signal_struct", "pids")? + SESSION_PLACE);
    code.read(8, btf.offset("pid", "numbers")? + btf.offset("upid", "nr")?, 4, Slot::Session);
    code.follow(7, task("real_cred")?);
    code.read(8, person("uid")?, 4, Slot::RealUser);
    code.read(8, person("suid")?, 4, Slot::SavedUser);
    code.read(8, person("fsuid")?, 4, Slot::User);
    code.add(COPY, (1, 7), 0, 0);
    code.call(REGISTERS_OF_TASK);
    code.add(COPY, (8, 0), 0, 0);
    for (place, bytes, slot) in registers(btf)? {
        code.read(8, place, bytes, slot);
    }
    code.add(COPY, (1, 7), 0, 0);
    code.call_function(btf.function("bpf_task_release")?);
    Some(code.finish())
}

/// Where the registers of a call stand, how many bytes each has, and where they go.
#[cfg(target_arch = "x86_64")]
fn registers(btf: &Btf<'_>) -> Option<[(i32, i32, Slot); 4]> {
    let register = |name| btf.offset("pt_regs", name);
    Some([
        (register("orig_ax")?, 8, Slot::Number),
        (register("si")?, 8, Slot::Second),
        (register("dx")?, 8, Slot::Third),
        (register("r10")?, 8, Slot::Fourth),
    ])
}
#[cfg(not(target_arch = "x86_64"))]
fn registers(btf: &Btf<'_>) -> Option<[(i32, i32, Slot); 4]> {
    let first = btf.offset("pt_regs", "regs")?;
    Some([
        (btf.offset("pt_regs", "syscallno")?, 4, Slot::Number),
        (first + 8, 8, Slot::Second),
        (first + 16, 8, Slot::Third),
        (first + 24, 8, Slot::Fourth),
    ])
}

fn slot16(slot: Slot) -> i16 {
    offset16(place(slot))
}

fn place(slot: Slot) -> i32 {
    8 * slot as i32
}

impl Code {
    /// Reads a field of what register `object` points to into a slot; what cannot be read is nought.
    fn read(&mut self, object: u8, offset: i32, bytes: i32, slot: Slot) {
        self.add(STORE_NUMBER_8, (10, 0), -8, 0);
        self.add(COPY, (3, object), 0, 0);
        self.add(ADD_NUMBER, (3, 0), 0, offset);
        self.add(SET, (2, 0), 0, bytes);
        self.stack(1, -8);
        self.call(READ_KERNEL);
        self.add(LOAD_8, (1, 10), -8, 0);
        self.add(STORE_8, (6, 1), slot16(slot), 0);
    }

    /// Goes where a field points to, with register 8.
    fn follow(&mut self, object: u8, offset: i32) {
        self.read(object, offset, 8, Slot::Way);
        self.add(LOAD_8, (8, 6), slot16(Slot::Way), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::all_pids;
    use std::path::Path;

    /// As root on a kernel that describes itself.
    fn looker() -> Option<Looker> {
        let here =
            rustix::process::geteuid().is_root() && Path::new("/sys/kernel/btf/vmlinux").exists();
        here.then(|| Looker::open().expect("the kernel takes the program, and it tells the truth"))
    }

    #[test]
    fn it_tells_of_everybody_what_proc_tells() {
        let Some(looker) = looker() else { return };
        let mut compared = 0;
        for pid in all_pids() {
            // Whoever has just ended, or begun, is another a moment later.
            let twice = [Facts::of_proc(pid), Facts::of_proc(pid)];
            let Some(look) = looker.look(pid) else { continue };
            if let [Some(before), Some(after)] = twice
                && before == after
                && look.facts().is_some_and(|facts| facts.parent == before.parent)
            {
                assert_eq!(look.facts(), Some(before));
                assert!(look.call().is_none() || !before.makes_no_calls());
                compared += 1;
            }
        }
        assert!(compared > 0);
    }

    #[test]
    fn it_tells_the_call_that_somebody_is_in() {
        let Some(looker) = looker() else { return };
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let sleeps = |look: &Look| {
            let call = look.call().map(|(number, _)| i64::from(number));
            call == Some(libc::SYS_clock_nanosleep)
        };
        let began = std::time::Instant::now();
        while !looker.look(child.id()).is_some_and(|look| sleeps(&look)) {
            assert!(began.elapsed().as_secs() < 10);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(looker.look(child.id()).is_none());
    }
}
