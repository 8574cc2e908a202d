//! The four system calls that no safe library offers: `fanotify_init`, `fanotify_mark`,
//! `name_to_handle_at` and `sched_setscheduler`. The only unsafe code of the whole project; each block says why it is sound.
//!
//! Everything else (reading events, answering them) is ordinary reads and writes on descriptors.
#![expect(unsafe_code, reason = "fanotify has no safe binding; every block states its reason")]

use std::ffi::CString;
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

/// The handle of the folder at `path`, as fanotify names it in events: type, then bytes.
pub(crate) fn handle_of(path: &Path) -> io::Result<Vec<u8>> {
    #[repr(C)]
    struct Handle {
        head: libc::file_handle,
        bytes: [u8; HANDLE_BYTES_MAX],
    }
    let path = text(path)?;
    let mut mount_id: libc::c_int = 0;
    let mut handle = Handle {
        head: libc::file_handle { handle_bytes: HANDLE_BYTES_MAX_C, handle_type: 0, f_handle: [] },
        bytes: [0; HANDLE_BYTES_MAX],
    };
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

/// Lets the calling thread run as soon as it has something to do, ahead of ordinary work: a
/// deletion goes on while the one who counts it waits for a processor. The lowest real-time
/// priority; the kernel keeps a share of each second for everybody else (`sched_rt_runtime_us`).
pub(crate) fn run_at_once() -> io::Result<()> {
    let lowest = libc::sched_param { sched_priority: 1 };
    // SAFETY: thread 0 is the calling one; `lowest` is valid for the length of the call and only
    // read.
    let done = unsafe {
        libc::sched_setscheduler(0, libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK, &raw const lowest)
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
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
