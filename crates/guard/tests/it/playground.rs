//! A folder of files of many kinds that belong to an ordinary user, a guard over it as a process
//! of its own, and attackers that run as that user.

use beffroi_guard::{Offline, Options};
use beffroi_town::watch::{AlarmReport, Beat, RestoreReport};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant as Tick};

use crate::attack::{MARKER, MARKER_TEXT};
use crate::child::{Killed, Real, command};
use beffroi_town::edge::Clock;

/// `nobody`.
pub(crate) const USER: u32 = 65534;
const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct Playground {
    /// The network namespace that the guard runs in, when not ours.
    pub(crate) space: Option<String>,
    share: PathBuf,
    /// Unmounted before the folder goes.
    _disk: Option<Disk>,
    folder: tempfile::TempDir,
    program: PathBuf,
    pub(crate) originals: BTreeMap<OsString, Vec<u8>>,
}

/// Waits for something to become true, looking again and again, and fails at a deadline.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Tick::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < DEADLINE, "waited in vain for {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

pub(crate) fn need_root() {
    assert!(
        rustix::process::geteuid().is_root(),
        "this test needs root: sudo -E env PATH=$PATH cargo nextest run -p beffroi-guard"
    );
}

impl Playground {
    /// With `count` files, on the disk of the system.
    pub(crate) fn new(count: usize) -> Self {
        Self::on(None, count)
    }

    /// With `count` files, on a disk of its own where `kind` of file system is named.
    pub(crate) fn on(kind: Option<&str>, count: usize) -> Self {
        Self::on_disk_of(SMALL, kind, count)
    }

    /// With copies of these papers, on a disk of its own.
    pub(crate) fn with(papers: &Path, kind: &str) -> Self {
        let mut ground = Self::on(Some(kind), 0);
        for paper in fs::read_dir(papers).unwrap() {
            let paper = paper.unwrap();
            ground.add(paper.file_name(), fs::read(paper.path()).unwrap());
        }
        ground
    }

    /// With a disk of so many bytes, which take room only once they are written.
    pub(crate) fn on_disk_of(bytes: u64, kind: Option<&str>, count: usize) -> Self {
        need_root();
        // Not in the short-lived memory of /tmp, which hard links and attributes treat otherwise.
        let folder =
            tempfile::Builder::new().prefix("beffroi-guard-").tempdir_in("/var/tmp").unwrap();
        open_to_all(folder.path());
        let program = folder.path().join("program");
        // The ordinary user may not be able to reach the build folder.
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        open_to_all(&program);
        let disk = kind.map(|kind| Disk::new(kind, folder.path(), bytes));
        let share = disk.as_ref().map_or(folder.path(), |disk| &disk.mount).join("share");
        let mut ground =
            Self { space: None, share, _disk: disk, folder, program, originals: BTreeMap::new() };
        for folder in [ground.share(), ground.share().with_file_name("elsewhere")] {
            fs::create_dir(&folder).unwrap();
            give(&folder);
            fs::write(folder.join(MARKER), MARKER_TEXT).unwrap();
        }
        for number in 0..count {
            ground.add(OsString::from(format!("dossier {number:04}.txt")), content(number));
        }
        ground
    }

    pub(crate) fn share(&self) -> PathBuf {
        self.share.clone()
    }

    /// The share is this folder from now on, given to the ordinary user and marked.
    pub(crate) fn share_at(&mut self, share: PathBuf) {
        mark(&share);
        self.share = share;
    }

    /// How many touches the guard has on record.
    pub(crate) fn touches(&self) -> usize {
        fs::read_to_string(self.state().join("touches.jsonl")).unwrap_or_default().lines().count()
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Where the reserve stands when nobody says otherwise.
    pub(crate) fn reserve(&self) -> PathBuf {
        self.share().with_file_name(".beffroi-reserve")
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// One more original.
    pub(crate) fn add(&mut self, name: OsString, bytes: Vec<u8>) {
        let path = self.share().join(&name);
        fs::write(&path, &bytes).unwrap();
        give(&path);
        self.originals.insert(name, bytes);
    }

    /// A guard process; returns once its first scan has ended and every file is hashed.
    pub(crate) fn guard(&self, more: &serde_json::Value) -> Killed {
        let guard = self.guard_over_ruins(more);
        wait_for("the hashes", || (self.hashed() > self.originals.len()).then_some(()));
        guard
    }

    /// A guard process over a folder whose files may be gone; returns after its first scan.
    pub(crate) fn guard_over_ruins(&self, more: &serde_json::Value) -> Killed {
        self.start_guard("guard", more)
    }

    /// A guard with its watchdog, which is the process answered.
    pub(crate) fn watched_guard(&self, more: &serde_json::Value) -> Killed {
        self.start_guard("watchdog", more)
    }

    fn start_guard(&self, role: &str, more: &serde_json::Value) -> Killed {
        let mut options = serde_json::json!({ "watch": self.share(), "state": self.state() });
        let all = options.as_object_mut().unwrap();
        all.extend(more.as_object().unwrap().clone());
        drop(fs::remove_file(self.state().join("status.json")));
        let role = [role.to_owned(), options.to_string()];
        let mut started = command(&self.program, &role);
        if let Some(space) = &self.space {
            started = in_space(space, &started);
        }
        let guard = Killed(started.spawn().unwrap());
        wait_for("the first scan", || self.status().filter(|beat| beat.watched[0].scanned));
        guard
    }

    /// What the guard last said of itself.
    pub(crate) fn status(&self) -> Option<Beat> {
        serde_json::from_slice(&fs::read(self.state().join("status.json")).ok()?).ok()
    }

    /// Files that the inventory has a hash of, the marker included.
    fn hashed(&self) -> usize {
        let text = fs::read_to_string(self.state().join("inventory.jsonl")).unwrap_or_default();
        let hashed = text.lines().filter(|line| line.contains("\"sha256\":\""));
        hashed
            .filter_map(|line| line.split('"').nth(3))
            .collect::<std::collections::HashSet<_>>()
            .len()
    }

    /// An attacker, ready to strike, as an ordinary user in a session of its own.
    pub(crate) fn attacker(&self, kind: &str) -> Attacker {
        self.attacker_in(kind, &self.share())
    }

    /// One that comes by another path.
    pub(crate) fn attacker_in(&self, kind: &str, folder: &Path) -> Attacker {
        self.role(&["attack".to_owned(), kind.to_owned(), folder.display().to_string()])
    }

    /// This program in a role.
    pub(crate) fn command(&self, role: &[String]) -> Command {
        command(&self.program, role)
    }

    pub(crate) fn role(&self, role: &[String]) -> Attacker {
        self.role_of(USER, role)
    }

    /// The same as another user.
    pub(crate) fn role_of(&self, user: u32, role: &[String]) -> Attacker {
        let mut command = command(&self.program, role);
        command.uid(user).gid(USER).current_dir("/");
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut attacker = Attacker { child: Killed(child), out };
        attacker.wait_until_says("ready");
        attacker
    }

    /// The newest state of every alarm.
    pub(crate) fn alarms(&self) -> Vec<AlarmReport> {
        let Ok(entries) = fs::read_dir(self.state().join("alarms")) else { return Vec::new() };
        let files = entries.flatten().map(|entry| entry.path());
        let json = files.filter(|path| path.extension().is_some_and(|e| e == "json"));
        json.filter_map(|path| {
            let value: serde_json::Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
            serde_json::from_value(value["report"].clone()).ok()
        })
        .collect()
    }

    /// Waits for an alarm that `fits`.
    pub(crate) fn alarm(&self, what: &str, fits: impl Fn(&AlarmReport) -> bool) -> AlarmReport {
        wait_for(what, || self.alarms().into_iter().find(&fits))
    }

    /// What the guard weighed, for a message that explains a failure.
    pub(crate) fn weighed(&self) -> String {
        fs::read_to_string(self.state().join("events.jsonl")).unwrap_or_default()
    }

    /// How many originals stand in their place with their bytes.
    pub(crate) fn intact(&self) -> usize {
        let share = self.share();
        let whole = |(name, bytes): &(&OsString, &Vec<u8>)| {
            fs::read(share.join(name)).is_ok_and(|now| now == **bytes)
        };
        self.originals.iter().filter(whole).count()
    }

    /// Ends the guard, then puts everything on record back.
    pub(crate) fn restore_all(&self, guard: Killed) -> RestoreReport {
        drop(guard);
        self.restore_now()
    }

    /// Puts everything on record back while no guard runs.
    pub(crate) fn restore_now(&self) -> RestoreReport {
        let options = Options::new(vec![self.share()], self.state());
        let offline = Offline::open(&options, Real.now()).unwrap();
        let plan = offline.plan(None).unwrap();
        offline.restore(&plan, Real.now())
    }
}

/// A mount that ends with the test.
pub(crate) struct Mounted(PathBuf);

impl Mounted {
    /// The same folder under another path.
    pub(crate) fn bind(from: &Path, to: &Path) -> Self {
        fs::create_dir(to).unwrap();
        run(Command::new("mount").arg("--bind").arg(from).arg(to));
        Self(to.to_owned())
    }

    /// What is mounted there already.
    pub(crate) fn known(at: &Path) -> Self {
        Self(at.to_owned())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Also while somebody still holds a file there.
        run(Command::new("umount").arg("--lazy").arg(&self.0));
    }
}

/// Room for what most tests write.
pub(crate) const SMALL: u64 = 400 << 20;

/// A disk of its own: a file with a file system in it.
pub(crate) struct Disk {
    pub(crate) mount: PathBuf,
    _mounted: Mounted,
}

impl Disk {
    pub(crate) fn new(kind: &str, folder: &Path, bytes: u64) -> Self {
        let (image, mount) = (folder.join("disk.img"), folder.join("disk"));
        fs::File::create(&image).unwrap().set_len(bytes).unwrap();
        fs::create_dir(&mount).unwrap();
        run(Command::new(format!("mkfs.{kind}")).arg("-q").arg(&image));
        run(Command::new("mount").arg("-o").arg("loop").arg(&image).arg(&mount));
        open_to_all(&mount);
        Self { _mounted: Mounted(mount.clone()), mount }
    }
}

pub(crate) fn run(command: &mut Command) {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let done = command.env("PATH", path).output();
    let done = done.unwrap_or_else(|error| panic!("{command:?}: {error}; scripts/setup-tests"));
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// The same command in a network namespace.
pub(crate) fn in_space(space: &str, inner: &Command) -> Command {
    let mut outer = Command::new("ip");
    outer.args(["netns", "exec", space]).arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        outer.env(name, value.unwrap_or_default());
    }
    outer.stdin(Stdio::piped()).stdout(Stdio::piped());
    outer
}

/// An attacker that waits for the word.
pub(crate) struct Attacker {
    pub(crate) child: Killed,
    out: BufReader<std::process::ChildStdout>,
}

impl Drop for Attacker {
    /// Ends its whole session: what was paused with it would stay paused for ever.
    fn drop(&mut self) {
        let session = self.child.0.id().to_string();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let of_session =
                stat.rsplit(')').next().unwrap().split_whitespace().nth(3) == Some(&session);
            if let Some(pid) = rustix::process::Pid::from_raw(pid).filter(|_| of_session) {
                rustix::process::kill_process(pid, rustix::process::Signal::KILL).ok();
            }
        }
    }
}

impl Attacker {
    /// Waits until it says a line that holds `word`.
    pub(crate) fn wait_until_says(&mut self, word: &str) {
        let mut line = String::new();
        while !line.contains(word) {
            line.clear();
            assert!(self.out.read_line(&mut line).unwrap() > 0, "it never said {word}");
        }
    }

    pub(crate) fn strike(&mut self) {
        self.child.0.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    }

    /// Waits until it is paused by the guard.
    pub(crate) fn wait_until_paused(&self) {
        let pid = self.child.0.id();
        wait_for("the attacker to be paused", || is_paused(pid).then_some(()));
    }

    /// Waits until the guard paused it, or it ended before that; says which.
    pub(crate) fn wait_until_paused_or_done(&mut self) -> &'static str {
        let pid = self.child.0.id();
        wait_for("the attacker to be paused or done", || {
            if self.child.0.try_wait().unwrap().is_some() {
                return Some("was over");
            }
            is_paused(pid).then_some("was paused")
        })
    }

    /// Waits until it ends by itself, and answers what it said.
    pub(crate) fn wait_until_done(&mut self) -> String {
        wait_for("the process to end", || self.child.0.try_wait().unwrap());
        let mut said = String::new();
        self.out.read_to_string(&mut said).unwrap();
        said
    }
}

/// Each of its threads is paused, or waits for a child that is (`vfork`) with the signal on its way.
/// None waits for the guard's answer any more: killed now, the guard would let it pass.
fn is_paused(pid: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return false };
    threads.flatten().all(|thread| is_thread_paused(&thread.path()))
}

fn is_thread_paused(thread: &Path) -> bool {
    let read = |name: &str| fs::read_to_string(thread.join(name)).unwrap_or_default();
    let (status, waits_in) = (read("status"), read("wchan"));
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().to_owned()
    };
    let pending = u64::from_str_radix(&field("ShdPnd:"), 16).unwrap_or(0);
    let is_to_pause = pending & (1 << 18) != 0 && !waits_in.contains("fanotify");
    let state = field("State:");
    state.starts_with('T') || (state.starts_with('D') && is_to_pause)
}

/// Files of many kinds and sizes, the same for the same number.
fn content(number: usize) -> Vec<u8> {
    let text =
        format!("Dossier {number} : délibération, budget, liste des élèves de la cantine.\n");
    let mut bytes = match number % 4 {
        0 => b"%PDF-1.7\n".to_vec(),
        1 => b"PK\x03\x04".to_vec(),
        _ => Vec::new(),
    };
    bytes.extend(text.bytes().cycle().take(500 + number * 97 % 20_000));
    bytes
}

/// This folder belongs to the ordinary user, and may be attacked.
pub(crate) fn mark(folder: &Path) {
    give(folder);
    fs::write(folder.join(MARKER), MARKER_TEXT).unwrap();
}

fn give(path: &Path) {
    std::os::unix::fs::chown(path, Some(USER), Some(USER)).unwrap();
}

pub(crate) fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A name the kernel takes and nobody likes.
pub(crate) fn hostile_names() -> Vec<OsString> {
    vec![
        OsString::from("ligne\nsuivante.txt"),
        OsString::from_vec(b"latin-\xe9\xff.txt".to_vec()),
        OsString::from_vec(vec![b'x'; 255]),
        OsString::from("-rf *.txt"),
        OsString::from("%25\"'\\.txt"),
        OsString::from("\u{202e}txt.exe"),
    ]
}
