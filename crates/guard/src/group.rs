//! Freezes the control group that whoever is stopped sits in, so that what is forked between two
//! walks over all processes is caught as well.
//!
//! Rules:
//! - Control groups of version 2 alone, and only one that is neither the root, nor this guard's or
//!   one above it, nor a slice (it holds others), nor that of a service of the system.
//! - Never one that holds somebody who serves others, or is spared for another reason.
//! - Where it cannot be had, processes are paused one by one, as ever.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use crate::actor::Actor;
use crate::mounts;
use crate::stop::is_spared;

/// Most groups and processes that are looked at: a larger group is nobody's own.
const GROUPS_MAX: usize = 256;
const PROCESSES_MAX: usize = 4_096;

/// The group of a process, where it is no service's and not this guard's.
pub(crate) fn apart(pid: u32) -> Option<PathBuf> {
    static OWN: OnceLock<Option<PathBuf>> = OnceLock::new();
    let own = OWN.get_or_init(|| of(std::process::id())).as_ref()?;
    of(pid).filter(|group| is_nobody_elses(group, own))
}

/// Freezes the group of `actor`, where that may be done; where it stands.
pub(crate) fn freeze(actor: &Actor) -> Option<PathBuf> {
    let group = apart(actor.pid)?;
    let folder = mounted()?.join(group.strip_prefix("/").ok()?);
    if !serves_nobody(&folder) {
        return None;
    }
    match fs::write(folder.join("cgroup.freeze"), "1") {
        Ok(()) => Some(folder),
        Err(error) => {
            tracing::debug!(%error, "the group of whoever is stopped cannot be frozen");
            None
        }
    }
}

/// Lets frozen groups go on.
pub(crate) fn thaw(groups: &[PathBuf]) {
    for folder in groups {
        match fs::write(folder.join("cgroup.freeze"), "0") {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::error!(%error, group = %crate::error::shown(folder), "a frozen group cannot be let go on");
            }
            _ => {}
        }
    }
}

/// The group of a process, as it shows in this guard's own view.
pub(crate) fn of(pid: u32) -> Option<PathBuf> {
    let text = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    text.lines().find_map(|line| line.strip_prefix("0::")).map(PathBuf::from)
}

/// Where the whole tree of groups is mounted.
fn mounted() -> Option<PathBuf> {
    let tree = mounts::all().into_iter().find(|one| one.kind == "cgroup2" && one.is_whole);
    tree.map(|mount| mount.path)
}

/// By its name alone.
fn is_nobody_elses(group: &Path, own: &Path) -> bool {
    let plain =
        group.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    let Some(last) = group.file_name().and_then(|name| name.to_str()).filter(|_| plain) else {
        return false;
    };
    let ends_with = |end: &str| last.len() > end.len() && last.ends_with(end);
    let service =
        group.starts_with("/system.slice") && group.components().any(|part| is_service(&part));
    !own.starts_with(group) && !group.starts_with("/init.scope") && !service && !ends_with(".slice")
}

fn is_service(part: &Component<'_>) -> bool {
    part.as_os_str().as_encoded_bytes().ends_with(b".service")
}

/// Whether nobody in a group, or in one below it, serves others.
fn serves_nobody(folder: &Path) -> bool {
    let mut folders = vec![folder.to_owned()];
    let (mut groups, mut processes) = (0, 0);
    while let Some(folder) = folders.pop() {
        groups += 1;
        let Ok(text) = fs::read_to_string(folder.join("cgroup.procs")) else { return false };
        for pid in text.lines() {
            // One of another process namespace shows as 0: it cannot be looked at.
            let Some(pid) = pid.parse().ok().filter(|pid| *pid != 0) else { return false };
            processes += 1;
            let serves = Actor::of_thread(pid).is_some_and(|actor| actor.serves_others);
            if serves || is_spared(pid) || processes > PROCESSES_MAX {
                return false;
            }
        }
        let Ok(entries) = fs::read_dir(&folder) else { return false };
        let below = entries.flatten().filter(|e| e.file_type().is_ok_and(|kind| kind.is_dir()));
        folders.extend(below.map(|entry| entry.path()));
        if groups + folders.len() > GROUPS_MAX {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_group_of_its_own_may_be_frozen() {
        let own = Path::new("/system.slice/beffroi-guard.service");
        let may = |group: &str| is_nobody_elses(Path::new(group), own);
        for group in [
            "/user.slice/user-1000.slice/session-3.scope",
            "/user.slice/user-1000.slice/user@1000.service/app.slice/job.scope",
            "/system.slice/docker-1a2b.scope",
            "/attack",
        ] {
            assert!(may(group), "{group}");
        }
        for group in [
            "/",
            "",
            "/init.scope",
            "/system.slice",
            "/user.slice/user-1000.slice",
            "/system.slice/beffroi-guard.service",
            "/system.slice/smbd.service",
            "/system.slice/system-getty.slice/getty@tty1.service",
            "/system.slice/a.service/below",
            "/../outside",
        ] {
            assert!(!may(group), "{group}");
        }
        assert!(!is_nobody_elses(Path::new("/a"), Path::new("/a/b")), "one above the guard's");
    }

    #[test]
    fn a_group_with_somebody_who_is_spared_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let procs = folder.path().join("cgroup.procs");
        assert!(!serves_nobody(folder.path()), "it is no group");
        for (pids, may) in [("", true), ("1\n", false), ("0\n", false), ("x\n", false)] {
            fs::write(&procs, pids).unwrap();
            assert_eq!(serves_nobody(folder.path()), may, "{pids}");
        }
        fs::write(&procs, format!("{}\n", std::process::id())).unwrap();
        assert!(!serves_nobody(folder.path()), "this very process");
        fs::write(&procs, "").unwrap();
        fs::create_dir(folder.path().join("below")).unwrap();
        fs::write(folder.path().join("below/cgroup.procs"), "1\n").unwrap();
        assert!(!serves_nobody(folder.path()), "somebody below it");
    }
}
