//! The six system calls that no safe library offers: `fanotify_init`, `fanotify_mark`,
//! `name_to_handle_at`, `open_by_handle_at`, `sched_setscheduler` and `bpf`. The only unsafe code of the whole project; each block says why it is sound.
//!
//! Everything else (reading events, answering them) is ordinary reads and writes on descriptors.
#![expect(
    unsafe_code,
    reason = "fanotify and bpf have no safe binding; every block states its reason"
)]

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Longest file handle the kernel makes (`MAX_HANDLE_SZ`).
const HANDLE_BYTES_MAX: usize = 128;
/// The same for the kernel.
const HANDLE_BYTES_MAX_C: libc::c_uint = 128;

/// Opens a fanotify group.
pub(crate) fn fanotify_init(flags: u32, event_flags: i32) -> io::Result<OwnedFd> {
    #[expect(clippy::cast_sign_loss, reason = "a set of flag bits, handed on as they are")]
    let event_flags = event_flags as u32;
    // SAFETY: takes two integers, touches no memory of ours.
    let fd = unsafe { libc::fanotify_init(flags, event_flags) };
    owned(fd)
}

/// Adds a mark for `mask` on the object at `path`, not following a symbolic link.
pub(crate) fn fanotify_mark(
    group: BorrowedFd<'_>,
    flags: u32,
    mask: u64,
    path: &Path,
) -> io::Result<()> {
    let path = text(path)?;
    // SAFETY: `group` is an open descriptor for the length of the call; `path` ends in NUL, is
    // valid for the length of the call and is only read.
    let done = unsafe {
        libc::fanotify_mark(group.as_raw_fd(), flags, mask, libc::AT_FDCWD, path.as_ptr())
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Adds a mark for `mask` on the object that is open as `object`.
pub(crate) fn fanotify_mark_open(
    group: BorrowedFd<'_>,
    flags: u32,
    mask: u64,
    object: BorrowedFd<'_>,
) -> io::Result<()> {
    let (group, object) = (group.as_raw_fd(), object.as_raw_fd());
    // SAFETY: both are open descriptors for the length of the call; without a path the object is
    // meant, and no memory of ours is read.
    let done = unsafe { libc::fanotify_mark(group, flags, mask, object, std::ptr::null()) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// A file handle as the kernel lays it out.
#[repr(C)]
struct Handle {
    head: libc::file_handle,
    bytes: [u8; HANDLE_BYTES_MAX],
}

impl Handle {
    fn empty() -> Self {
        let (handle_bytes, handle_type) = (HANDLE_BYTES_MAX_C, 0);
        let head = libc::file_handle { handle_bytes, handle_type, f_handle: [] };
        Self { head, bytes: [0; HANDLE_BYTES_MAX] }
    }
}

/// The handle of what stands at `path`, as fanotify names it in events: type, then bytes.
pub(crate) fn handle_of(path: &Path) -> io::Result<Vec<u8>> {
    let path = text(path)?;
    let mut mount_id: libc::c_int = 0;
    let mut handle = Handle::empty();
    // SAFETY: `handle` is a `file_handle` followed at once by HANDLE_BYTES_MAX bytes (`repr(C)`,
    // both of alignment no greater than the head's), which is what `handle_bytes` announces; the
    // pointer covers the whole of `handle`. `path` ends in NUL. Both outlive the call.
    let done = unsafe {
        libc::name_to_handle_at(
            libc::AT_FDCWD,
            path.as_ptr(),
            (&raw mut handle).cast::<libc::file_handle>(),
            &raw mut mount_id,
            0,
        )
    };
    if done != 0 {
        return Err(io::Error::last_os_error());
    }
    let length = usize::try_from(handle.head.handle_bytes).unwrap_or(0).min(HANDLE_BYTES_MAX);
    let mut key = handle.head.handle_type.to_ne_bytes().to_vec();
    key.extend(handle.bytes.iter().take(length));
    Ok(key)
}

/// Opens what has this handle through the mount that `mount` was opened through, without access to
/// its content.
pub(crate) fn open_by_handle(key: &[u8], mount: &File) -> io::Result<OwnedFd> {
    let wrong = || io::Error::from(io::ErrorKind::InvalidInput);
    let (kind, bytes) = key.split_first_chunk::<4>().ok_or_else(wrong)?;
    let mut handle = Handle::empty();
    handle.head.handle_type = i32::from_ne_bytes(*kind);
    handle.head.handle_bytes = u32::try_from(bytes.len()).map_err(|_| wrong())?;
    handle.bytes.get_mut(..bytes.len()).ok_or_else(wrong)?.copy_from_slice(bytes);
    // SAFETY: `handle` is laid out as above, its length is that of the bytes copied into it, and it
    // outlives the call; `mount` is an open descriptor meanwhile.
    owned(unsafe {
        libc::open_by_handle_at(
            mount.as_raw_fd(),
            (&raw mut handle).cast::<libc::file_handle>(),
            libc::O_PATH | libc::O_CLOEXEC,
        )
    })
}

/// How soon a thread of the guard runs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Urgency {
    /// Like everybody else.
    Ordinary,
    /// Ahead of ordinary work: an attack goes on while the one who judges it waits for a processor.
    Judging,
    /// Ahead of that: everybody waits for this one.
    Answering,
}

/// Lets the calling thread run as urgently as this, at the lowest real-time priorities; the kernel
/// keeps a share of each second for everybody else (`sched_rt_runtime_us`).
pub(crate) fn run(urgency: Urgency) -> io::Result<()> {
    let (policy, sched_priority) = match urgency {
        Urgency::Ordinary => (libc::SCHED_OTHER, 0),
        Urgency::Judging => (libc::SCHED_FIFO, 1),
        Urgency::Answering => (libc::SCHED_FIFO, 2),
    };
    let rank = libc::sched_param { sched_priority };
    // SAFETY: thread 0 is the calling one; `rank` is valid for the length of the call and only read.
    let done =
        unsafe { libc::sched_setscheduler(0, policy | libc::SCHED_RESET_ON_FORK, &raw const rank) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Asks one thread of a process to stop the process.
pub(crate) fn stop_thread(process: i32, thread: i32) -> io::Result<()> {
    // SAFETY: only numbers are passed.
    let done = unsafe { libc::syscall(libc::SYS_tgkill, process, thread, libc::SIGSTOP) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// A table that the kernel and this process share.
#[derive(Debug)]
pub(crate) struct Table {
    fd: OwnedFd,
    key_bytes: usize,
    value_bytes: usize,
}

/// What kind of table (`enum bpf_map_type`).
#[derive(Clone, Copy, Debug)]
pub(crate) enum TableKind {
    /// Grows as it is filled.
    Hash,
    /// One value.
    Single,
    /// Of a fixed size; the least used goes first.
    Recent,
}

impl Table {
    /// Makes one for at most `entries`.
    pub(crate) fn new(kind: TableKind, key: u32, value: u32, entries: u32) -> io::Result<Self> {
        let (kind, flags) = match kind {
            TableKind::Hash => (1, 1),
            TableKind::Single => (2, 0),
            TableKind::Recent => (9, 0),
        };
        let mut words = words([pair(kind, key), pair(value, entries), pair(flags, 0)]);
        // SAFETY: command 0 (BPF_MAP_CREATE) reads numbers alone.
        let fd = owned(unsafe { bpf(0, &mut words) }?)?;
        Ok(Self { fd, key_bytes: key as usize, value_bytes: value as usize })
    }

    /// Puts a value under a key, or in place of an earlier one.
    pub(crate) fn put(&self, key: &[u8], value: &[u8]) -> io::Result<()> {
        if (key.len(), value.len()) != (self.key_bytes, self.value_bytes) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut words = self.call(key.as_ptr() as u64, value.as_ptr() as u64);
        // SAFETY: command 2 (BPF_MAP_UPDATE_ELEM) reads as many bytes of key and value as the table
        // was made for, which is their length; both outlive the call.
        unsafe { bpf(2, &mut words) }.map(drop)
    }

    /// What stands under a key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let mut value = vec![0; self.value_bytes];
        if key.len() != self.key_bytes {
            return None;
        }
        let mut words = self.call(key.as_ptr() as u64, value.as_mut_ptr() as u64);
        // SAFETY: command 1 (BPF_MAP_LOOKUP_ELEM) reads as many bytes of the key and writes as many
        // of the value as the table was made for, which are their lengths; both outlive the call.
        unsafe { bpf(1, &mut words) }.is_ok().then_some(value)
    }

    /// Takes a key out; one that is not there counts as out.
    pub(crate) fn remove(&self, key: &[u8]) -> io::Result<()> {
        if key.len() != self.key_bytes {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut words = self.call(key.as_ptr() as u64, 0);
        // SAFETY: command 3 (BPF_MAP_DELETE_ELEM) reads as many bytes of the key as the table was
        // made for, which is its length; it outlives the call.
        match unsafe { bpf(3, &mut words) } {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done.map(drop),
        }
    }

    /// Up to `most` of its keys.
    pub(crate) fn keys(&self, most: usize) -> Vec<Vec<u8>> {
        let mut keys: Vec<Vec<u8>> = Vec::new();
        while keys.len() < most {
            let mut next = vec![0; self.key_bytes];
            let last = keys.last().map_or(0, |key| key.as_ptr() as u64);
            let mut words = self.call(last, next.as_mut_ptr() as u64);
            // SAFETY: command 4 (BPF_MAP_GET_NEXT_KEY) reads the last key, or none where its
            // address is 0, and writes one of the same length into `next`; both have the length
            // that the table was made for and outlive the call.
            if unsafe { bpf(4, &mut words) }.is_err() {
                break;
            }
            keys.push(next);
        }
        keys
    }

    /// The number by which a program names it.
    pub(crate) fn descriptor(&self) -> u64 {
        u64::from(self.fd.as_raw_fd().cast_unsigned())
    }

    fn call(&self, key: u64, value: u64) -> [u64; 16] {
        words([pair(self.fd.as_raw_fd().cast_unsigned(), 0), key, value])
    }
}

/// What a program in the kernel is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// It hears the kernel's announcements.
    Hears,
    /// It answers when it is asked.
    Answers,
}

/// Has the kernel check and take a program.
pub(crate) fn load_program(purpose: Purpose, instructions: &[u64]) -> io::Result<OwnedFd> {
    // The helpers used ask for it; the program may be had under the MIT licence as well.
    const LICENCE: &CStr = c"Dual MIT/GPL";
    let count = u32::try_from(instructions.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    // Kind, and flags: one that is asked may sleep.
    let (kind, flags) = match purpose {
        Purpose::Hears => (17, 0),
        Purpose::Answers => (31, 1 << 4),
    };
    let (code, licence) = (instructions.as_ptr() as u64, LICENCE.as_ptr() as u64);
    let mut words = words([pair(kind, count), code, licence, 0, 0, pair(0, flags)]);
    // SAFETY: command 5 (BPF_PROG_LOAD) reads `count` instructions of eight bytes each and a text
    // that ends in NUL; both outlive the call. What the program may do is checked by the kernel.
    owned(unsafe { bpf(5, &mut words) }?)
}

/// Asks a program. It reads and writes `what`, in which as many bytes stand as it may reach.
pub(crate) fn ask(program: &OwnedFd, what: &mut [u64]) -> io::Result<()> {
    let bytes =
        u32::try_from(std::mem::size_of_val(what)).map_err(|_| io::ErrorKind::InvalidInput)?;
    let program = pair(program.as_raw_fd().cast_unsigned(), 0);
    let address = what.as_mut_ptr() as u64;
    let mut words = words([program, 0, 0, 0, 0, pair(bytes, 0), address]);
    // SAFETY: command 10 (BPF_PROG_TEST_RUN) reads and writes `bytes` bytes at this address, which
    // is the length of `what`; it outlives the call. It refuses fewer than the program may reach.
    unsafe { bpf(10, &mut words) }.map(drop)
}

/// Has a program hear one of the kernel's announcements until the descriptor is closed.
pub(crate) fn listen(announcement: &CStr, program: &OwnedFd) -> io::Result<OwnedFd> {
    let program = pair(program.as_raw_fd().cast_unsigned(), 0);
    let mut words = words([announcement.as_ptr() as u64, program, 0]);
    // SAFETY: command 17 (BPF_RAW_TRACEPOINT_OPEN) reads a text that ends in NUL, which outlives
    // the call, and a number.
    owned(unsafe { bpf(17, &mut words) }?)
}

/// Two numbers of four bytes beside one another, as the kernel lays them out.
fn pair(first: u32, second: u32) -> u64 {
    let (low, high) =
        if cfg!(target_endian = "little") { (first, second) } else { (second, first) };
    u64::from(low) | u64::from(high) << 32
}

/// The first words of a call's arguments; the rest is nought.
fn words<const N: usize>(first: [u64; N]) -> [u64; 16] {
    let mut words = [0; 16];
    for (word, value) in words.iter_mut().zip(first) {
        *word = value;
    }
    words
}

/// One call of `bpf(2)`.
///
/// # Safety
/// Addresses among the words must be such as this command reads and writes.
unsafe fn bpf(command: libc::c_int, words: &mut [u64; 16]) -> io::Result<RawFd> {
    let bytes = std::mem::size_of_val(words);
    // SAFETY: the kernel reads and writes `bytes` bytes of `words` at most; the rest is the
    // caller's promise.
    let done = unsafe { libc::syscall(libc::SYS_bpf, command, words.as_mut_ptr(), bytes) };
    let failed = |_| io::Error::from(io::ErrorKind::InvalidData);
    if done < 0 { Err(io::Error::last_os_error()) } else { RawFd::try_from(done).map_err(failed) }
}

/// Takes over the descriptor that the kernel opened for an event.
pub(crate) fn event_descriptor(fd: RawFd) -> Option<OwnedFd> {
    // SAFETY: the kernel made this descriptor for the event just read and gave it to this process
    // alone; it is taken over exactly once, where the event is parsed.
    (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd) })
}

fn owned(fd: RawFd) -> io::Result<OwnedFd> {
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call that made `fd` just succeeded, and nobody else knows the number.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn text(path: &Path) -> io::Result<CString> {
    CString::new(path.as_os_str().as_bytes())
        .map_err(|nul| io::Error::new(io::ErrorKind::InvalidInput, nul))
}
