//! Which client a process of the share serves, as Samba wrote it down when that client came: for one
//! that had gone before its sockets could be looked at.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Samba's own record.
#[derive(Debug)]
pub(super) struct Visitors {
    log: PathBuf,
}

impl Visitors {
    /// Of the share whose state is `state`.
    pub(super) fn of(state: &Path) -> Self {
        Self { log: super::share::log_of(state) }
    }

    /// Whom the process served last.
    pub(super) fn client(&self, pid: u32) -> Option<IpAddr> {
        // The part before, when a new one was begun just now.
        [self.log.clone(), self.log.with_extension("old")].iter().find_map(|log| {
            let text = fs::read(log).ok()?;
            client_in(&String::from_utf8_lossy(&text), pid)
        })
    }
}

/// `NAME (ipv4:ADDRESS:PORT) connect to service … (pid N)`; the last such line counts. The name is
/// the client's own word and may hold anything: what counts stands behind it.
fn client_in(text: &str, pid: u32) -> Option<IpAddr> {
    let end = format!("(pid {pid})");
    let line = text
        .lines()
        .rev()
        .find(|line| line.trim_end().ends_with(&end) && line.contains(") connect to service "))?;
    let (before, _) = line.rsplit_once(") connect to service ")?;
    let (_, socket) = before.rsplit_once(" (ipv")?;
    let (_, address) = socket.split_once(':')?;
    let (address, _) = address.rsplit_once(':')?;
    address.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_read_from_what_samba_wrote() {
        let text = "[2026/11/26 03:10:58,  2]\n  vm (ipv4:10.66.0.2:59200) connect to service Commun initially as user nobody (uid=65534, gid=65534) (pid 23587)\n  x (ipv6:fd66::2:59200) connect to service Commun initially as user nobody (uid=65534, gid=65534) (pid 9)\n  a (ipv4:1.1.1.1:1) connect to service (pid 8) (ipv4:10.0.0.9:7) connect to service Commun initially as user nobody (uid=1, gid=1) (pid 8)\n";
        let of = |pid| client_in(text, pid).map(|client| client.to_string());
        assert_eq!(of(23587).as_deref(), Some("10.66.0.2"));
        assert_eq!(of(9).as_deref(), Some("fd66::2"));
        assert_eq!(of(8).as_deref(), Some("10.0.0.9"), "a name that lies");
        assert_eq!((of(2358), of(7)), (None, None));
    }
}
