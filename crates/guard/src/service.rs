//! Whether a process serves others, and whom: what its sockets tell.
//!
//! Rules:
//! - Told by the kernel's tables of the network that the process lives in, never by its name.
//! - To read those tables takes milliseconds, which whoever waits for an answer waits too: what was
//!   found of those who hold the same sockets holds for a while.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant as Tick};

use crate::procfs;

/// What a process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    /// Its one client, when it holds no door open itself and serves no second one: a worker of a
    /// file share is such a process.
    pub(crate) only_client: Option<IpAddr>,
}

/// A line of `/proc/net/tcp`.
struct Socket {
    state: u8,
    port: u16,
    peer: IpAddr,
    inode: u64,
}

const LISTENING: u8 = 0x0a;
const CONNECTED: u8 = 0x01;
/// The client has closed its end; what it asked for may still be under way.
const CLIENT_LEFT: u8 = 0x08;

/// How long whoever serves by these sockets is believed to: their connections and doors stay what
/// they are until they are closed, but numbers of sockets come again.
const SERVES: Duration = Duration::from_mins(1);
/// How long whoever does not is believed not to: it may open a door at any time.
const SERVES_NOT: Duration = Duration::from_secs(1);
/// Most sets of sockets remembered.
const KNOWN_MAX: usize = 1_024;

/// What is known of those who hold sockets, by the sockets' inodes.
#[derive(Debug, Default)]
pub(crate) struct Services(HashMap<BTreeSet<u64>, (Tick, Option<Service>)>);

impl Services {
    /// Of `pid`, when it holds a listening socket, or a connection to a port that is listened on.
    pub(crate) fn of(&mut self, pid: u32) -> Option<Service> {
        // Most processes hold none: the tables of the whole network are not read for them.
        let held = sockets_of(pid);
        if held.is_empty() {
            return None;
        }
        if let Some((at, service)) = self.0.get(&held)
            && at.elapsed() < if service.is_some() { SERVES } else { SERVES_NOT }
        {
            return *service;
        }
        if self.0.len() >= KNOWN_MAX {
            self.0.clear();
        }
        let service = Service::by(pid, &held);
        self.0.insert(held, (Tick::now(), service));
        service
    }
}

impl Service {
    /// Of `pid`, which holds these sockets.
    fn by(pid: u32, held: &BTreeSet<u64>) -> Option<Self> {
        let mut doors: HashSet<u64> = HashSet::new();
        let mut ports: HashSet<u16> = HashSet::new();
        let mut connected: Vec<Socket> = Vec::new();
        for table in ["tcp", "tcp6"] {
            let Ok(text) = procfs::read(&format!("/proc/{pid}/net/{table}")) else { continue };
            for socket in text.lines().skip(1).filter_map(Socket::of_line) {
                if socket.state == LISTENING {
                    doors.insert(socket.inode);
                    ports.insert(socket.port);
                } else if matches!(socket.state, CONNECTED | CLIENT_LEFT) {
                    connected.push(socket);
                }
            }
        }
        let network_doors = doors.clone();
        if let Ok(text) = procfs::read(&format!("/proc/{pid}/net/unix")) {
            doors.extend(text.lines().skip(1).filter_map(unix_listener));
        }
        connected.retain(|socket| ports.contains(&socket.port));
        let lets_in = held.iter().any(|inode| network_doors.contains(inode));
        let clients: HashSet<IpAddr> =
            connected.iter().filter(|s| held.contains(&s.inode)).map(|s| s.peer).collect();
        let serves = !clients.is_empty() || held.iter().any(|inode| doors.contains(inode));
        let only = clients.iter().next().copied().filter(|_| clients.len() == 1 && !lets_in);
        serves.then_some(Self { only_client: only })
    }
}

fn sockets_of(pid: u32) -> BTreeSet<u64> {
    let Ok(open) = fs::read_dir(format!("/proc/{pid}/fd")) else { return BTreeSet::new() };
    let targets = open.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
    let inode = |target: std::path::PathBuf| {
        target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
    };
    targets.filter_map(inode).collect()
}

impl Socket {
    fn of_line(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let port = fields.get(1)?.rsplit(':').next()?;
        Some(Self {
            state: u8::from_str_radix(fields.get(3)?, 16).ok()?,
            port: u16::from_str_radix(port, 16).ok()?,
            peer: address(fields.get(2)?.split(':').next()?)?,
            inode: fields.get(9)?.parse().ok()?,
        })
    }
}

/// Words of 32 bits, each as this machine stores it.
fn address(text: &str) -> Option<IpAddr> {
    let word = |at: usize| {
        let word = u32::from_str_radix(text.get(at..at + 8)?, 16).ok()?;
        Some(word.to_ne_bytes())
    };
    if text.len() == 8 {
        return Some(IpAddr::V4(Ipv4Addr::from(word(0)?)));
    }
    let words = [word(0)?, word(8)?, word(16)?, word(24)?];
    let bytes: [u8; 16] = words.concat().try_into().ok()?;
    Some(IpAddr::V6(Ipv6Addr::from(bytes)).to_canonical())
}

/// Inode of a listening socket in a line of `/proc/net/unix` (flag `__SO_ACCEPTCON`).
fn unix_listener(line: &str) -> Option<u64> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let flags = u32::from_str_radix(fields.get(3)?, 16).ok()?;
    if flags & 0x1_0000 == 0 {
        return None;
    }
    fields.get(6)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_found() {
        let me = std::process::id();
        let mut services = Services::default();
        assert_eq!(services.of(me), None);
        let door = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(services.of(me), Some(Service { only_client: None }));
        assert_eq!(services.of(me), Some(Service { only_client: None }), "remembered");
        let client = std::net::TcpStream::connect(door.local_addr().unwrap()).unwrap();
        assert_eq!(services.0.len(), 1);
        assert_eq!(services.of(me), Some(Service { only_client: None }));
        assert_eq!(services.0.len(), 2, "with one more socket the tables are read anew");
        drop((client, door));
        assert_eq!(services.of(me), None);
    }

    #[test]
    fn whoever_opens_a_door_is_believed_after_a_moment() {
        let me = std::process::id();
        let mut services = Services::default();
        // Not listening yet, and on no port.
        let socket = std::os::unix::net::UnixDatagram::unbound().unwrap();
        assert_eq!(services.of(me), None);
        let held = services.0.keys().next().unwrap().clone();
        let long_ago = Tick::now().checked_sub(2 * SERVES_NOT).unwrap();
        let wrong = Some(Service { only_client: None });
        services.0.insert(held.clone(), (long_ago, wrong));
        assert_eq!(services.of(me), wrong, "who serves is believed for longer");
        services.0.insert(held.clone(), (long_ago, None));
        assert_eq!(services.of(me), None);
        assert!(services.0[&held].0 > long_ago, "the tables were read again");
        drop(socket);
    }

    #[test]
    fn addresses_are_read_as_the_kernel_writes_them() {
        let read = |text| address(text).map(|address| address.to_string());
        if cfg!(target_endian = "little") {
            assert_eq!(read("0200420A").as_deref(), Some("10.66.0.2"));
            assert_eq!(read("0000000000000000FFFF00000200420A").as_deref(), Some("10.66.0.2"));
            assert_eq!(read("660000FD000000000000000002000000").as_deref(), Some("fd00:66::2"));
        }
        assert_eq!(read("zz"), None);
    }
}
