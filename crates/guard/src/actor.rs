//! Who did it: what `/proc` tells about a thread that the kernel names.
//!
//! Rules:
//! - A process is judged by what it is and holds, never by its name.
//! - Whoever serves other people (pid 1, threads of the kernel, a system account's process that holds a
//!   listening socket or a connection to one) is never stopped: stopping it would be the outage.
//!   An ordinary user cannot hide behind a listening socket.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use beffroi_town::watch::{ActorSeen, PATH_BYTES_MAX, TEXT_BYTES_MAX, shown_path};

use crate::decide;
use crate::group;
use crate::procfs;
use crate::service::Services;

/// First user identifier of ordinary accounts (`login.defs`, Debian).
const ORDINARY_UID_MIN: u32 = 1000;

/// One process, at the time of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Actor {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    /// With the pid, names a process for good.
    pub(crate) started: u64,
    /// Who its file accesses count for.
    pub(crate) uid: u32,
    /// Who it is.
    pub(crate) real_uid: u32,
    /// The kernel session (`setsid`).
    pub(crate) sid: u32,
    pub(crate) exe: Option<PathBuf>,
    pub(crate) serves_others: bool,
    /// The one whom it serves over the network, where it serves nobody else and lets nobody in.
    pub(crate) client: Option<IpAddr>,
    /// The control group that root's own programs sit in: root begins a kernel session at will.
    pub(crate) group: Option<PathBuf>,
    /// What its deeds are counted under: the client that it serves, the service, the group or the
    /// kernel session.
    pub(crate) session: String,
}

impl Actor {
    /// The process that thread `tid` belongs to; none when it has ended.
    pub(crate) fn of_thread(tid: u32) -> Option<Self> {
        Some(Self::among(&mut Services::default(), Facts::of_proc(tid)?))
    }

    /// The one of whom this is known, where it is known already who serves others.
    pub(crate) fn among(services: &mut Services, facts: Facts) -> Self {
        let Facts { pid, parent, started, sid, real_uid, saved_uid, uid, .. } = facts;
        let exe = fs::read_link(format!("/proc/{pid}/exe")).ok();
        let system_account = [real_uid, saved_uid].iter().any(|uid| *uid < ORDINARY_UID_MIN);
        let service = system_account.then(|| services.of(pid)).flatten();
        let serves_others = pid == 1 || facts.is_of_the_kernel() || service.is_some();
        let client = service.and_then(|service| service.only_client);
        let group = (real_uid == 0 && !serves_others).then(|| group::apart(pid)).flatten();
        let session = match (&client, &group) {
            (Some(client), _) => decide::session_of_client(*client),
            (None, _) if serves_others => format!("service {pid}.{started}"),
            (None, Some(group)) => format!("user 0 in {}", group.display()),
            (None, None) => format!("user {real_uid} session {sid}"),
        };
        Self {
            pid,
            parent,
            started,
            uid,
            real_uid,
            sid,
            exe,
            serves_others,
            client,
            group,
            session,
        }
    }

    /// One that has ended, and served this client.
    pub(crate) fn ended(pid: u32, user: u32, client: IpAddr) -> Self {
        Self {
            pid,
            parent: 0,
            started: 0,
            uid: user,
            real_uid: user,
            sid: 0,
            exe: None,
            serves_others: true,
            client: Some(client),
            group: None,
            session: decide::session_of_client(client),
        }
    }

    /// The control group names the service or log-in.
    fn session_and_group(&self) -> String {
        let group = group::of(self.pid).filter(|group| *group != Path::new("/"));
        match group.filter(|_| self.group.is_none()) {
            Some(group) => format!("{} in {}", self.session, group.display()),
            None => self.session.clone(),
        }
    }

    /// As it travels in a report.
    pub(crate) fn seen(&self) -> ActorSeen {
        let exe = self.exe.as_ref().map(|exe| shown_path(exe.as_os_str().as_encoded_bytes()));
        ActorSeen {
            pid: self.pid,
            exe: bounded(exe.unwrap_or_default(), PATH_BYTES_MAX),
            uid: self.uid,
            user: user_name(self.uid).map(|name| bounded(name, TEXT_BYTES_MAX)),
            session: Some(bounded(self.session_and_group(), TEXT_BYTES_MAX)),
            client: self.client.map(|client| client.to_string()),
        }
    }
}

/// What is known of a thread, and of the process that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    /// Of the process, in hundredths of a second since the machine began.
    pub(crate) started: u64,
    pub(crate) sid: u32,
    /// Of the thread.
    pub(crate) flags: u64,
    pub(crate) real_uid: u32,
    pub(crate) saved_uid: u32,
    /// Who its file accesses count for.
    pub(crate) uid: u32,
}

/// `PF_KTHREAD` (`linux/sched.h`).
const KERNEL_THREAD: u64 = 0x0020_0000;
/// `PF_IO_WORKER` and `PF_USER_WORKER`: made by the kernel inside a process, for its rings or machines.
const HELPER_OF_THE_KERNEL: u64 = 0x0000_0010 | 0x0000_4000;

impl Facts {
    /// As `/proc` tells them.
    pub(crate) fn of_proc(tid: u32) -> Option<Self> {
        let status = procfs::record(&format!("/proc/{tid}/status")).ok()?;
        let field = |name: &str| -> Option<Vec<u32>> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.split_whitespace().filter_map(|word| word.parse().ok()).collect())
        };
        let pid = *field("Tgid:")?.first()?;
        let uids = field("Uid:")?;
        let [real_uid, _, saved_uid, uid] = *uids.as_slice() else { return None };
        let Stat { parent, sid, started, flags, .. } = Stat::of(pid)?;
        let flags = if pid == tid { flags } else { Stat::of(tid)?.flags };
        Some(Self { pid, parent, started, sid, flags, real_uid, saved_uid, uid })
    }

    /// A thread of the kernel, `nfsd` among them. Told by its flags: one that is just ending has no
    /// program any more either.
    fn is_of_the_kernel(self) -> bool {
        self.flags & KERNEL_THREAD != 0
    }

    /// Whether it runs the kernel's own code alone. It makes no system calls: what its registers tell
    /// is nothing, or what its maker was doing.
    pub(crate) fn makes_no_calls(self) -> bool {
        self.flags & (KERNEL_THREAD | HELPER_OF_THE_KERNEL) != 0
    }
}

/// The parts of `/proc/PID/stat` that matter here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stat {
    pub(crate) parent: u32,
    pub(crate) sid: u32,
    pub(crate) started: u64,
    pub(crate) state: u8,
    flags: u64,
}

impl Stat {
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let stat = procfs::record(&format!("/proc/{pid}/stat")).ok()?;
        // The name may hold anything, spaces and brackets included: fields start after the last.
        let (_, text) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = text.split_whitespace().collect();
        Some(Self {
            state: *fields.first()?.as_bytes().first()?,
            parent: fields.get(1)?.parse().ok()?,
            sid: fields.get(3)?.parse().ok()?,
            flags: fields.get(6)?.parse().ok()?,
            started: fields.get(19)?.parse().ok()?,
        })
    }
}

/// Every process, as far as it can be read.
pub(crate) fn all_pids() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The name of a user, from the local table alone: no look-up may leave this host here.
fn user_name(uid: u32) -> Option<String> {
    let table = fs::read_to_string("/etc/passwd").ok()?;
    table.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

pub(crate) fn bounded(mut text: String, bytes_max: usize) -> String {
    if text.len() > bytes_max {
        let end = (0..=bytes_max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_of_the_kernel_serve_others_and_whoever_is_ending_does_not() {
        let of_the_kernel = |pid: &u32| Facts::of_proc(*pid).is_some_and(Facts::is_of_the_kernel);
        if let Some(thread) = all_pids().iter().find(|pid| of_the_kernel(pid)) {
            assert!(Actor::of_thread(*thread).unwrap().serves_others);
        }
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        let is_over = |pid| Stat::of(pid).is_some_and(|stat| stat.state == b'Z');
        while !is_over(ended.id()) {
            std::thread::yield_now();
        }
        let actor = Actor::of_thread(ended.id()).unwrap();
        assert_eq!((actor.exe, actor.serves_others), (None, false));
        ended.wait().unwrap();
    }

    #[test]
    fn this_test_is_an_actor_that_serves_nobody() {
        let me = Actor::of_thread(std::process::id()).unwrap();
        assert_eq!(me.pid, std::process::id());
        assert_eq!(me.exe, std::env::current_exe().ok());
        assert!(!me.serves_others);
    }
}
