//! The share that shows the bait: Debian's own Samba, with a configuration of its own, as a child of
//! the guard.
//!
//! Rules:
//! - It ends with the guard: its standard input is a pipe, and Samba ends with that. What an earlier
//!   guard left behind is ended before it is started again.
//! - Nothing but this one share: no printer, no home folder, no name service, no look-up of names.
//! - What clients do is seen when they do it: nothing is left to wait in their own memory (no
//!   oplocks, no leases).
//! - Bounded: processes, log, and the size of any one file.

use std::fs;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant as Tick};

use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, Signal, pidfd_open, pidfd_send_signal};

use super::Decoy;
use crate::actor::all_pids;
use crate::error::{Context, GuardError, Result};
use crate::reserve::make_private;
use crate::state::write_whole;

/// Where Samba's server stands.
const PLACES: &[&str] = &["/usr/sbin/smbd", "/usr/local/sbin/smbd", "/usr/local/samba/sbin/smbd"];
/// Largest file that a client may write.
const FILE_BYTES_MAX: u64 = 256 << 20;
/// How long one that was started may take until it answers.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// Waits before it is started again: the first, and the longest.
const WAIT: Duration = Duration::from_millis(500);
const WAIT_MAX: Duration = Duration::from_secs(30);
/// How long one that was asked to end may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// Where Samba stands in a decoy's state folder, and where it writes down who came (at its level 2).
const SAMBA: &str = "samba";

pub(super) fn log_of(state: &Path) -> PathBuf {
    state.join(SAMBA).join("log")
}

/// What became of the share since it was last looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    None,
    /// It answers at its door.
    Serves,
    /// It ended, and why.
    Ended(String),
}

/// The share.
#[derive(Debug)]
pub(super) struct Share {
    program: PathBuf,
    config: PathBuf,
    listen: Vec<SocketAddr>,
    child: Option<Child>,
    serves: bool,
    started: Tick,
    next_start: Tick,
    /// Ends in a row.
    ends: u32,
    /// Why it could not be started; said once.
    said: String,
}

impl Share {
    /// Writes the configuration, and says what would keep the share from being served.
    pub(super) fn open(decoy: &Decoy, served: &Path, state: &Path) -> Result<Self> {
        let program = PLACES.iter().map(PathBuf::from).find(|path| path.is_file());
        let program = program.ok_or_else(|| {
            GuardError::Decoy("smbd is missing; type: apt-get install samba".to_owned())
        })?;
        let folder = state.join(SAMBA);
        make_private(&folder)?;
        let folder = fs::canonicalize(&folder).context("find", &folder)?;
        for inner in ["private", "run"] {
            make_private(&folder.join(inner))?;
        }
        let config = folder.join("smb.conf");
        write_whole(&config, text(decoy, served, &folder)?.as_bytes())?;
        let now = Tick::now();
        let share = Self {
            program,
            config,
            listen: decoy.listen.clone(),
            child: None,
            serves: false,
            started: now,
            next_start: now,
            ends: 0,
            said: String::new(),
        };
        share.end_leftovers();
        share.doors_are_free()?;
        Ok(share)
    }

    /// Starts it when it is time, and says what is new.
    pub(super) fn look(&mut self) -> News {
        let Some(child) = &mut self.child else { return self.start_when_due() };
        match child.try_wait() {
            Ok(None) if self.serves => News::None,
            Ok(None) if self.listen.iter().all(answers) => {
                (self.serves, self.ends) = (true, 0);
                News::Serves
            }
            Ok(None) if self.started.elapsed() < READY_WITHIN => News::None,
            Ok(None) => {
                self.end();
                self.ended(format!("it did not answer within {} s", READY_WITHIN.as_secs()))
            }
            Ok(Some(status)) => {
                self.end();
                self.ended(status.to_string())
            }
            Err(error) => {
                self.end();
                self.ended(error.to_string())
            }
        }
    }

    fn ended(&mut self, why: String) -> News {
        self.serves = false;
        self.ends += 1;
        self.next_start = Tick::now() + wait(self.ends);
        News::Ended(why)
    }

    fn start_when_due(&mut self) -> News {
        if Tick::now() < self.next_start {
            return News::None;
        }
        match self.start() {
            Ok(child) => {
                self.child = Some(child);
                self.started = Tick::now();
                News::None
            }
            Err(error) => {
                self.ends += 1;
                self.next_start = Tick::now() + wait(self.ends);
                let why = error.to_string();
                if why != self.said {
                    tracing::error!(%error, "the decoy's share cannot be served; it is tried again");
                    self.said = why;
                }
                News::None
            }
        }
    }

    fn start(&self) -> Result<Child> {
        self.end_leftovers();
        self.doors_are_free()?;
        let child = Command::new(&self.program)
            .args(["-F", "--no-process-group", "-s"])
            .arg(&self.config)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .current_dir("/")
            // A process group of its own: Ctrl-C is for the watchdog.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("start", &self.program)?;
        // Its workers have the same bound.
        let limit = Rlimit { current: Some(FILE_BYTES_MAX), maximum: Some(FILE_BYTES_MAX) };
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        if let Err(error) = rustix::process::prlimit(pid, Resource::Fsize, limit) {
            tracing::warn!(%error, "clients may write files of any size");
        }
        Ok(child)
    }

    /// Ends it and all it started.
    pub(super) fn end(&mut self) {
        self.serves = false;
        let Some(mut child) = self.child.take() else { return };
        // The end of its standard input asks it to end.
        drop(child.stdin.take());
        let asked = Tick::now();
        while asked.elapsed() < FAREWELL && matches!(child.try_wait(), Ok(None)) {
            std::thread::park_timeout(Duration::from_millis(20));
        }
        if let Err(error) = child.kill().and_then(|()| child.wait()) {
            tracing::debug!(%error, "the share had ended before it was asked to");
        }
        self.end_leftovers();
    }

    /// Ends every process that has this very configuration on its command line.
    fn end_leftovers(&self) {
        let ours = self.config.as_os_str().as_encoded_bytes();
        for pid in all_pids().into_iter().filter(|pid| *pid != std::process::id()) {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let named = line.split(|byte| *byte == 0).any(|word| word.ends_with(ours));
            let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
            if named && is_samba(&program) {
                kill(pid);
            }
        }
    }

    /// Whether each address is this host's, and nobody else listens there.
    fn doors_are_free(&self) -> Result<()> {
        for address in &self.listen {
            TcpListener::bind(address).map_err(|error| {
                GuardError::Decoy(format!("cannot listen at {address}: {}", advice(&error)))
            })?;
        }
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.end();
    }
}

fn advice(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "another program listens there, perhaps Debian's own Samba; type: systemctl disable --now smbd nmbd".to_owned()
        }
        std::io::ErrorKind::AddrNotAvailable => {
            "this host has no such address; see: ip address".to_owned()
        }
        std::io::ErrorKind::PermissionDenied => "ports below 1024 need root".to_owned(),
        _ => error.to_string(),
    }
}

fn is_samba(program: &Path) -> bool {
    let name = program.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    // One whose program was replaced by an upgrade goes on under this name.
    let name = name.trim_end_matches(" (deleted)");
    name == "smbd" || name.starts_with("samba-") || name.starts_with("rpcd_")
}

fn kill(pid: u32) {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return };
    let killed = pidfd_open(pid, PidfdFlags::empty())
        .and_then(|process| pidfd_send_signal(process, Signal::KILL));
    if let Err(error) = killed {
        tracing::debug!(%error, "a process of an earlier share had ended");
    }
}

/// Longer and longer.
fn wait(ends: u32) -> Duration {
    (WAIT * 2_u32.saturating_pow(ends.saturating_sub(1).min(8))).min(WAIT_MAX)
}

fn answers(address: &SocketAddr) -> bool {
    let here = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        ip => ip,
    };
    let here = SocketAddr::new(here, address.port());
    TcpStream::connect_timeout(&here, Duration::from_millis(200)).is_ok()
}

/// The configuration. Every value that a person gave was checked before.
fn text(decoy: &Decoy, served: &Path, folder: &Path) -> Result<String> {
    let (served, folder) = (plain(served)?, plain(folder)?);
    let every = decoy.listen.iter().any(|address| address.ip().is_unspecified());
    let addresses: Vec<String> =
        decoy.listen.iter().map(|address| address.ip().to_string()).collect();
    let interfaces = if every {
        String::new()
    } else {
        format!("interfaces = {}\nbind interfaces only = yes\n", addresses.join(" "))
    };
    let port = decoy.listen.first().map_or(super::PORT, SocketAddr::port);
    let (workgroup, share) = (&decoy.workgroup, &decoy.share);
    Ok(format!(
        "# Written by beffroi at each start: what is changed here is lost.\n\
         [global]\n\
         server role = standalone server\n\
         workgroup = {workgroup}\n\
         server string =\n\
         smb ports = {port}\n\
         {interfaces}\
         disable netbios = yes\n\
         dns proxy = no\n\
         hostname lookups = no\n\
         server min protocol = SMB2_02\n\
         server multi channel support = no\n\
         map to guest = bad user\n\
         guest account = nobody\n\
         load printers = no\n\
         printing = bsd\n\
         printcap name = /dev/null\n\
         disable spoolss = yes\n\
         usershare max shares = 0\n\
         oplocks = no\n\
         level2 oplocks = no\n\
         smb2 leases = no\n\
         kernel oplocks = no\n\
         follow symlinks = no\n\
         store dos attributes = no\n\
         map archive = no\n\
         ea support = no\n\
         deadtime = 15\n\
         max smbd processes = 200\n\
         max open files = 4096\n\
         logging = file\n\
         log level = 2\n\
         log file = {folder}/log\n\
         max log size = 500\n\
         private dir = {folder}/private\n\
         lock directory = {folder}/run\n\
         state directory = {folder}/run\n\
         cache directory = {folder}/run\n\
         pid directory = {folder}/run\n\
         ncalrpc dir = {folder}/run/rpc\n\
         [{share}]\n\
         path = {served}\n\
         guest ok = yes\n\
         guest only = yes\n\
         read only = no\n\
         create mask = 0666\n\
         directory mask = 0777\n"
    ))
}

/// A path that can stand in a configuration as it is.
fn plain(path: &Path) -> Result<&str> {
    let text = path.to_str().filter(|text| !text.contains(['%', '\n', '"', '\\']));
    text.ok_or_else(|| {
        GuardError::Decoy(format!(
            "'{}' cannot stand in Samba's configuration: give a folder without special characters",
            crate::error::shown(path)
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoy(listen: &[&str]) -> Decoy {
        let listen: Vec<String> = listen.iter().map(|&text| text.to_owned()).collect();
        Decoy::new(PathBuf::from("/srv/leurre"), &listen, "MAIRIE", "Partage").unwrap()
    }

    #[test]
    fn the_configuration_names_the_addresses_unless_it_is_every_one() {
        let of = |listen: &[&str]| {
            text(&decoy(listen), Path::new("/srv/l/share"), Path::new("/var/s")).unwrap()
        };
        let two = of(&["192.0.2.7", "[2001:db8::7]"]);
        assert!(two.contains("interfaces = 192.0.2.7 2001:db8::7\nbind interfaces only = yes\n"));
        assert!(
            two.contains("smb ports = 445\n") && two.contains("[Partage]\npath = /srv/l/share")
        );
        let every = of(&["0.0.0.0:4455"]);
        assert!(every.contains("smb ports = 4455\n") && !every.contains("interfaces"));
        assert!(text(&decoy(&["::1"]), Path::new("/srv/100%"), Path::new("/s")).is_err());
    }

    #[test]
    fn it_is_started_again_less_and_less_often() {
        let waits: Vec<Duration> = (1..12).map(wait).collect();
        assert!(waits.is_sorted() && waits.first() == Some(&WAIT), "{waits:?}");
        assert_eq!(waits.last(), Some(&WAIT_MAX));
    }
}
