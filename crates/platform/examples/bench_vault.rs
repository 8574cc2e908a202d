//! Measures the vault's door beside restic's own rest-server on the same work; started by
//! `cargo xtask bench vault`. Needs `restic`; rest-server is fetched from Debian trixie into a
//! private folder and unpacked there, unless `BEFFROI_REST_SERVER` names one.
//!
//! Rules: both in processes of their own, fresh for each run, without TLS; rest-server append-only
//! and without its log-in, which only makes it cheaper; the platform wipes memory that it gives back,
//! as the real program does; runs alternate, the medians count. Memory is the highest that the kernel
//! saw over what was resident before anybody asked.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

use std::{
    alloc::System,
    error::Error,
    fs,
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use beffroi_platform::{
    Platform,
    config::RawConfig,
    edge::{SystemClock, SystemEntropy},
};
use beffroi_store::{Location, Store, tenants, vault::NewRepository};
use beffroi_town::{
    Actor, Tenant, TenantId,
    edge::{Clock, Entropy},
};
use beffroi_vault::repositories;
use serde_json::{Value, json};
use zeroizing_alloc::ZeroAlloc;

const RUNS: usize = 3;
/// Files of each run, and their length: half a gigabyte, half of which compresses.
const FILES: u32 = 1_000;
const FILE_BYTES: usize = 500_000;
const PEER: &str = "rest-server 0.13";
/// What the vault may cost: times what the peer does.
const GOAL: f64 = 1.0 / 1.5;

/// As in the real program.
#[global_allocator]
static MEMORY: ZeroAlloc<System> = ZeroAlloc(System);

type Done<T> = Result<T, Box<dyn Error>>;

/// A server in a process of its own; ended when dropped.
struct Server {
    child: Child,
    repository: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("a server may still run: {error}");
        }
    }
}

/// What one run cost.
struct Cost {
    backup_seconds: f64,
    cpu_in: f64,
    cpu_out: f64,
    memory_mb: f64,
}

fn main() -> Done<()> {
    if let Some(folder) = std::env::args().nth(1) {
        return serve(Path::new(&folder));
    }
    println!("{}", measure()?);
    Ok(())
}

fn config(folder: &Path) -> RawConfig {
    let mut raw = RawConfig::default();
    raw.data.folder = Some(folder.join("data"));
    raw.doors.listen = Some("127.0.0.1:0".to_owned());
    raw.vault.folder = Some(folder.join("vault"));
    raw.vault.keep_free_gb = Some(0.0);
    raw
}

/// The child: the real platform on a free port, until its standard input ends.
fn serve(folder: &Path) -> Done<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy::new()));
        let platform = Platform::start(config(folder).check()?, clock, entropy).await?;
        println!("{}", platform.address());
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
        platform.stop().await;
        Ok(())
    })
}

fn measure() -> Done<Value> {
    let folder = tempfile::tempdir()?;
    let peer = peer(folder.path())?;
    let files = folder.path().join("files");
    corpus(&files)?;
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for number in 0..RUNS {
        let place = folder.path().join(format!("ours-{number}"));
        mine.push(run(&ours(&place)?, &files, folder.path())?);
        fs::remove_dir_all(&place)?;
        let place = folder.path().join(format!("peers-{number}"));
        theirs.push(run(&peers(&peer, &place)?, &files, folder.path())?);
        fs::remove_dir_all(&place)?;
    }
    let row = |what: &str, unit: &str, goal: f64, of: fn(&Cost) -> f64| {
        let (ours, peer) = (median(mine.iter().map(of)), median(theirs.iter().map(of)));
        let short = |value: f64| (value * 100.0).round() / 100.0;
        let ratio = short(peer / ours);
        json!({ "what": what, "unit": unit, "ours": short(ours), "peer": short(peer),
            "peer_name": PEER, "ratio": ratio, "goal": short(goal), "met": ratio >= short(goal) })
    };
    Ok(json!([
        row("first backup of 0.5 GB by restic", "s", 1.0, |cost| cost.backup_seconds),
        row("server's processor time, taken in", "s/GB", GOAL, |cost| cost.cpu_in),
        row("server's processor time, read back", "s/GB", GOAL, |cost| cost.cpu_out),
        row("server's memory over its own at rest", "MB", GOAL, |cost| cost.memory_mb),
    ]))
}

/// rest-server: the one that is named, else fetched with apt from Debian trixie.
fn peer(folder: &Path) -> Done<PathBuf> {
    if let Some(path) = std::env::var_os("BEFFROI_REST_SERVER") {
        return Ok(path.into());
    }
    let here = folder.join("peer");
    for part in ["etc", "state/lists/partial", "cache/archives/partial", "unpacked"] {
        fs::create_dir_all(here.join(part))?;
    }
    let source = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
                  http://deb.debian.org/debian trixie main\n";
    fs::write(here.join("etc/sources.list"), source)?;
    let set = |name: &str, value: &str| format!("-o{name}={}", here.join(value).display());
    for words in [&["update"][..], &["download", "restic-rest-server"]] {
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
            return Err(
                "the peer cannot be fetched: name a rest-server in BEFFROI_REST_SERVER".into()
            );
        }
    }
    let package = fs::read_dir(&here)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|end| end == "deb"));
    let package = package.ok_or("apt-get fetched no package")?;
    let unpacked = here.join("unpacked");
    if !Command::new("dpkg-deb").arg("-x").args([&package, &unpacked]).status()?.success() {
        return Err("the peer's package cannot be unpacked".into());
    }
    Ok(unpacked.join("usr/bin/restic-rest-server"))
}

/// Files that are the same in every run.
fn corpus(folder: &Path) -> Done<()> {
    let mut state = 59_u64;
    for number in 0..FILES {
        let place = folder.join((number % 40).to_string());
        fs::create_dir_all(&place)?;
        let mut bytes = Vec::with_capacity(FILE_BYTES);
        while bytes.len() < FILE_BYTES {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let eight = state.rotate_left(17).to_le_bytes();
            if number % 2 == 0 {
                bytes.extend(eight);
            } else {
                // Words that come again and again, as in a text.
                bytes.extend(format!("commune {} ", state % 97).bytes());
            }
        }
        fs::write(place.join(number.to_string()), bytes)?;
    }
    Ok(())
}

/// The platform with a vault, and a credential for it.
fn ours(folder: &Path) -> Done<Server> {
    fs::create_dir_all(folder.join("data"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let token = runtime.block_on(found(folder))?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    let said = child.stdout.take().ok_or("no output of the platform")?;
    BufReader::new(said).read_line(&mut line)?;
    let base = format!("http://{}", line.trim());
    let repository = repositories::address(&base, &TenantId::parse("59273")?, "srv", &token);
    Ok(Server { child, repository })
}

/// A town with a repository; the token.
async fn found(folder: &Path) -> Done<String> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
    let store = Store::open(&Location::Folder(folder.join("data")), entropy).await?;
    let (id, at) = (TenantId::parse("59273")?, SystemClock.now());
    let tenant = Tenant {
        id: id.clone(),
        name: "Gravelines".to_owned(),
        department: Some("59".to_owned()),
        region: Some("32".to_owned()),
        population: Some(11_430),
        siren: None,
        postcodes: vec!["59820".to_owned()],
        epci: None,
        opened_at: at,
        closed_at: None,
    };
    let mut tx = store.begin_founding(std::slice::from_ref(&id), &Actor::Platform, at).await?;
    tenants::add(&mut tx, &tenant).await?;
    tx.commit().await?;
    let new =
        NewRepository { server: "srv", asset: None, quota_bytes: None, silent_after_hours: None };
    let vault = folder.join("vault");
    let handed = repositories::add(&store, (&Actor::Platform, at), &vault, &id, &new).await?;
    store.close().await;
    Ok(handed.issued.token)
}

/// rest-server on a free port.
fn peers(program: &Path, folder: &Path) -> Done<Server> {
    fs::create_dir_all(folder)?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let child = Command::new(program)
        .args(["--no-auth", "--append-only", "--listen", &address.to_string(), "--path"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let server = Server { child, repository: format!("rest:http://{address}/srv/") };
    let end = Instant::now() + Duration::from_secs(10);
    while std::net::TcpStream::connect(address).is_err() {
        if Instant::now() > end {
            return Err("rest-server does not answer".into());
        }
        std::thread::yield_now();
    }
    Ok(server)
}

/// One first backup, then everything read back.
fn run(server: &Server, files: &Path, home: &Path) -> Done<Cost> {
    // What it does once when it starts is over by then.
    rest(Duration::from_secs(3));
    let pid = server.child.id();
    let idle = memory(pid, "VmRSS:")?;
    restic(server, home, &["init"])?;
    let (before, begun) = (ticks(pid)?, Instant::now());
    restic(server, home, &["backup", &files.display().to_string()])?;
    let backup_seconds = begun.elapsed().as_secs_f64();
    let between = ticks(pid)?;
    restic(server, home, &["check", "--read-data"])?;
    // USER_HZ is 100 on every Linux: a tick is 10 ms.
    let gb = f64::from(FILES) * f64::from(u32::try_from(FILE_BYTES)?) / 1e9;
    Ok(Cost {
        backup_seconds,
        cpu_in: (between - before) / 100.0 / gb,
        cpu_out: (ticks(pid)? - between) / 100.0 / gb,
        memory_mb: (memory(pid, "VmHWM:")? - idle) * 1_024.0 / 1e6,
    })
}

fn rest(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::thread::park_timeout(time.saturating_sub(begun.elapsed()));
    }
}

fn restic(server: &Server, home: &Path, words: &[&str]) -> Done<()> {
    let output = Command::new("restic")
        .args(["--no-cache", "--quiet"])
        .args(words)
        .env("RESTIC_REPOSITORY", &server.repository)
        .env("RESTIC_PASSWORD", "x")
        .env("HOME", home)
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("restic {words:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
}

fn ticks(pid: u32) -> Done<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after = stat.rsplit(')').next().ok_or("an odd stat file")?;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let mut sum = 0.0;
    for index in [11, 12] {
        sum += fields.get(index).ok_or("an odd stat file")?.parse::<f64>()?;
    }
    Ok(sum)
}

/// KiB, as the kernel counts them.
fn memory(pid: u32, field: &str) -> Done<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.split_whitespace().next()).ok_or("no figure")?;
    Ok(number.parse()?)
}

fn median(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}
