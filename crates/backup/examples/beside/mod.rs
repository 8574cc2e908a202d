//! What the benchmarks beside restic share: the peers, the files, what a run costs.

use std::{
    error::Error,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant as Stopwatch},
};

use serde_json::{Value, json};
use zeroizing_alloc::ZeroAlloc;

/// As in the program: what is freed is wiped first.
#[global_allocator]
static MEMORY: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

pub(crate) const CHOSEN: u64 = 200;
pub(crate) const PASSWORD: &str = "x";
/// How many files, unless `BEFFROI_BENCH_FILES` says fewer, for a trial: the figure counts at full
/// size alone.
const FILES: u64 = 70_000;
/// Fewer make no corpus.
const FILES_MIN: u64 = 4_000;

pub(crate) type Done<T> = Result<T, Box<dyn Error>>;

/// How many files there are.
pub(crate) fn files() -> u64 {
    let told = std::env::var("BEFFROI_BENCH_FILES").ok().and_then(|text| text.parse().ok());
    told.unwrap_or(FILES).max(FILES_MIN)
}

/// What one run cost.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    pub(crate) cpu: f64,
    pub(crate) memory_mb: f64,
}

/// What both cost, and what of it is told.
pub(crate) type Costs<'c> = (&'c [Cost], &'c [Cost], fn(&Cost) -> f64);

/// Files that are the same in every run, half of which compress; every 350th is chosen.
pub(crate) fn corpus(folder: &Path) -> Done<Vec<PathBuf>> {
    let (mut state, mut chosen) = (59_u64, Vec::new());
    for number in 0..files() {
        let place = folder.join(format!("service-{}/{}", number % 40, number % 700));
        if number < 28_000 {
            fs::create_dir_all(&place)?;
        }
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // Many small ones, some large: 30 KB in the mean.
        let length = match number % 100 {
            0 => 1_000_000 + state % 500_000,
            1..=20 => 30_000 + state % 60_000,
            _ => 500 + state % 9_000,
        };
        let mut bytes = Vec::new();
        while (bytes.len() as u64) < length {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if number % 2 == 0 {
                bytes.extend(state.rotate_left(17).to_le_bytes());
            } else {
                bytes.extend(format!("commune {} ", state % 97).bytes());
            }
        }
        let path = place.join(format!("acte-{number}"));
        fs::write(&path, bytes)?;
        if number % (files() / CHOSEN) == 17 {
            chosen.push(path);
        }
    }
    Ok(chosen)
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Done<Cost> {
    let (before, begun) = (children_ticks()?, Stopwatch::now());
    let mut child = command.spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut memory_kib = 0.0;
    let ended = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        memory_kib = peak(&status).unwrap_or(memory_kib);
        std::thread::park_timeout(Duration::from_millis(2));
    };
    let seconds = begun.elapsed().as_secs_f64();
    if !ended.success() {
        return Err(format!("{command:?} ended with {ended}").into());
    }
    // USER_HZ is 100 on every Linux: a tick is 10 ms.
    let cpu = (children_ticks()? - before) / 100.0;
    Ok(Cost { seconds, cpu, memory_mb: memory_kib * 1_024.0 / 1e6 })
}

/// KiB, as the kernel counts them; none once it has ended.
fn peak(status: &str) -> Option<f64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processor time of all children that have ended.
fn children_ticks() -> Done<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit(')').next().ok_or("an odd stat file")?;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let mut sum = 0.0;
    for index in [13, 14] {
        sum += fields.get(index).ok_or("an odd stat file")?.parse::<f64>()?;
    }
    Ok(sum)
}

/// A server that ends with this one's work.
pub(crate) struct Running {
    child: Child,
    /// Of the server, without a repository's name.
    pub(crate) address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("a server may still run: {error}");
        }
    }
}

pub(crate) fn serve(program: &Path, folder: &Path) -> Done<Running> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let child = Command::new(program)
        .args(["--no-auth", "--append-only", "--listen", &address.to_string(), "--path"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let running = Running { child, address: format!("rest:http://{address}/") };
    let end = Stopwatch::now() + Duration::from_secs(10);
    while std::net::TcpStream::connect(address).is_err() {
        if Stopwatch::now() > end {
            return Err("rest-server does not answer".into());
        }
        std::thread::yield_now();
    }
    Ok(running)
}

/// restic and rest-server: those that are named, else fetched with apt from Debian trixie.
pub(crate) fn peers(folder: &Path) -> Done<[PathBuf; 2]> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from);
    if let (Some(restic), Some(server)) = (named("BEFFROI_RESTIC"), named("BEFFROI_REST_SERVER")) {
        return Ok([restic, server]);
    }
    let here = folder.join("peer");
    for part in ["etc", "state/lists/partial", "cache/archives/partial", "unpacked"] {
        fs::create_dir_all(here.join(part))?;
    }
    let source = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
                  http://deb.debian.org/debian trixie main\n";
    fs::write(here.join("etc/sources.list"), source)?;
    let set = |name: &str, value: &str| format!("-o{name}={}", here.join(value).display());
    for words in [&["update"][..], &["download", "restic", "restic-rest-server"]] {
        let done = Command::new("apt-get")
            .args([
                set("Dir::Etc::sourcelist", "etc/sources.list"),
                set("Dir::State::lists", "state/lists"),
                set("Dir::Cache", "cache"),
                "-oDir::Etc::sourceparts=/dev/null".to_owned(),
                "-oAPT::Sandbox::User=root".to_owned(),
            ])
            .arg("-qq")
            .args(words)
            .current_dir(&here)
            .stdout(Stdio::null())
            .status()?;
        if !done.success() {
            let told = "the peers cannot be fetched: name them in BEFFROI_RESTIC and \
                        BEFFROI_REST_SERVER";
            return Err(told.into());
        }
    }
    let unpacked = here.join("unpacked");
    for entry in fs::read_dir(&here)? {
        let package = entry?.path();
        if package.extension().is_some_and(|end| end == "deb") {
            Command::new("dpkg-deb").arg("-x").args([&package, &unpacked]).status()?;
        }
    }
    Ok(["restic", "restic-rest-server"].map(|name| unpacked.join("usr/bin").join(name)))
}

pub(crate) fn text(path: &Path) -> Done<&str> {
    path.to_str().ok_or_else(|| "a path is no text".into())
}

pub(crate) fn row(
    what: &str,
    unit: &str,
    goal: f64,
    peer: &str,
    (mine, theirs, of): Costs<'_>,
) -> Value {
    let short = |value: f64| (value * 1_000.0).round() / 1_000.0;
    let (ours, theirs) = (median(mine.iter().map(of)), median(theirs.iter().map(of)));
    let ratio = (theirs / ours * 100.0).round() / 100.0;
    json!({ "what": what, "unit": unit, "ours": short(ours), "peer": short(theirs),
        "peer_name": peer, "ratio": ratio, "goal": goal, "met": ratio >= goal })
}

fn median(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}
