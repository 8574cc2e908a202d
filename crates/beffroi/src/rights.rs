//! Root gives up its rights before it touches data that belong to another user: files that root
//! leaves among them (a write-ahead log, say) would lock the service itself out.
//!
//! This runs before any thread is started, since the kernel keeps rights by thread.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context, Result, ensure};
use rustix::{
    process::{Gid, Uid, geteuid, getgid, getuid},
    thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid},
};

/// The configuration of an installed platform.
pub(crate) const INSTALLED: &str = "/etc/beffroi/beffroi.toml";
/// The data of an installed platform; its package makes the folder and its owner.
pub(crate) const DATA: &str = "/var/lib/beffroi";

/// The user that root became, for messages.
static BECAME: OnceLock<String> = OnceLock::new();

/// A user of this machine, as its files say.
#[derive(Debug, PartialEq, Eq)]
struct User {
    name: String,
    uid: u32,
    gid: u32,
    groups: Vec<u32>,
}

/// Whether this is root.
pub(crate) fn is_root() -> bool {
    geteuid().is_root()
}

/// Where root looks when nobody says otherwise: the configuration of the installed platform, if
/// there is one. Everybody else works in the folder they stand in.
pub(crate) fn installed_config() -> Option<PathBuf> {
    let path = Path::new(INSTALLED);
    (is_root() && path.is_file()).then(|| path.to_owned())
}

/// Becomes the owner of a folder, if this is root and the folder is another user's.
///
/// # Errors
/// When the rights cannot be given up; then nothing has been touched.
pub(crate) fn become_owner_of(folder: &Path) -> Result<()> {
    if !is_root() {
        return Ok(());
    }
    let Ok(about) = fs::metadata(folder) else { return Ok(()) };
    if about.uid() == 0 {
        return Ok(());
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let groups = fs::read_to_string("/etc/group").unwrap_or_default();
    let user = user_of(about.uid(), &users, &groups).unwrap_or_else(|| User {
        name: about.uid().to_string(),
        uid: about.uid(),
        gid: about.gid(),
        groups: Vec::new(),
    });
    let all: Vec<Gid> = user.groups.iter().copied().map(Gid::from_raw).collect();
    let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
    set_thread_groups(&all)
        .and_then(|()| set_thread_res_gid(gid, gid, gid))
        .and_then(|()| set_thread_res_uid(uid, uid, uid))
        .with_context(|| {
            format!("cannot become {}, the owner of {}", user.name, folder.display())
        })?;
    ensure!(
        getuid() == uid
            && getgid() == gid
            && set_thread_res_uid(Uid::ROOT, Uid::ROOT, Uid::ROOT).is_err(),
        "cannot give up root's rights on {}",
        folder.display()
    );
    BECAME.get_or_init(|| user.name);
    Ok(())
}

/// What to add to an error of missing rights, where root gave up its own.
pub(crate) fn advice(error: &anyhow::Error) -> Option<String> {
    let name = BECAME.get()?;
    let denied = error.chain().any(|cause| {
        let cause = cause.downcast_ref::<std::io::Error>();
        cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::PermissionDenied)
    });
    denied.then(|| {
        format!(
            "Beffroi works as the user '{name}', to whom its data belong: name a file that this \
             user may reach, as in /tmp"
        )
    })
}

/// Reads a user from the texts of `/etc/passwd` and `/etc/group`.
fn user_of(uid: u32, users: &str, groups: &str) -> Option<User> {
    let line = users.lines().find(|line| line.split(':').nth(2) == Some(&uid.to_string()))?;
    let mut fields = line.split(':');
    let (name, gid) = (fields.next()?, fields.nth(2)?.parse().ok()?);
    let member = |line: &str| -> Option<u32> {
        let mut fields = line.split(':').skip(2);
        let (gid, members) = (fields.next()?.parse().ok()?, fields.next()?);
        members.split(',').any(|member| member == name).then_some(gid)
    };
    let mut all: Vec<u32> = groups.lines().filter_map(member).collect();
    if !all.contains(&gid) {
        all.push(gid);
    }
    Some(User { name: name.to_owned(), uid, gid, groups: all })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_read_with_its_groups() {
        let users = "root:x:0:0::/root:/bin/sh\nbeffroi:x:104:110::/var/lib/beffroi:/bin/false\n";
        let groups = "root:x:0:\nssl-cert:x:105:www,beffroi\nbeffroi:x:110:\nother:x:9:xbeffroi\n";
        let user = user_of(104, users, groups).unwrap();
        assert_eq!((user.name.as_str(), user.gid, user.groups), ("beffroi", 110, vec![105, 110]));
        assert_eq!(user_of(10, users, groups), None);
        assert_eq!(user_of(104, "beffroi:x:104", groups), None);
    }
}
