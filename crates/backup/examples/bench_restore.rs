//! Measures bringing files back beside restic, borg and a plain copy, on the same files; started by
//! `cargo xtask bench restore`. restic and rest-server are fetched from Debian trixie into a private
//! folder, unless `BEFFROI_RESTIC` and `BEFFROI_REST_SERVER` name them; borg is what `BEFFROI_BORG`
//! names or the machine has, else its row is left out.
//!
//! Rules: both clients ask the same rest-server over loopback, without TLS; each run is a process of
//! its own, but for the rows that say *resident*: there the password is tried and the index read
//! beforehand. What comes back is compared with what was saved, outside the time. Runs alternate,
//! the medians count. Processor time is the client's; memory the highest that was seen of it.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

use std::{
    error::Error,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant as Stopwatch},
};

use beffroi_backup::{Access, Repository, choice::Choice, plan::Plan, restore, snapshots::Wanted};
use beffroi_town::Instant;
use serde_json::{Value, json};

const RUNS: usize = 3;
const FILES: u64 = 70_000;
const CHOSEN: u64 = 200;
const PASSWORD: &str = "x";

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> Done<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [address, target, list] = words.as_slice() {
        return bring_back(address, Path::new(target), list);
    }
    println!("{}", measure()?);
    Ok(())
}

/// The client: everything or a list, as `beffroi vault restore` does it.
fn bring_back(address: &str, target: &Path, list: &str) -> Done<()> {
    let choice = match list {
        "" => Choice::all(),
        file => Choice::list(&fs::read(file)?)?,
    };
    let repository = Repository::open(&Access::new(address, PASSWORD, None)?)?;
    let (all, _) = repository.snapshots()?;
    let snapshot = Wanted::Latest.choose(&all)?;
    let plan = Plan::new(repository.index()?, snapshot, &choice)?;
    let report = restore::carry_out(&plan, target, Instant::from_ms(1))?;
    if report.is_whole() { Ok(()) } else { Err(format!("not whole: {report:?}").into()) }
}

/// What one run cost.
#[derive(Clone, Copy, Default)]
struct Cost {
    seconds: f64,
    cpu: f64,
    memory_mb: f64,
}

/// What both cost, and what of it is told.
type Costs<'c> = (&'c [Cost], &'c [Cost], fn(&Cost) -> f64);

struct Bench {
    folder: PathBuf,
    restic: PathBuf,
    address: String,
    /// Paths of the chosen files, one a line.
    list: PathBuf,
}

fn measure() -> Done<Value> {
    let folder = tempfile::tempdir()?;
    let [restic, server] = peers(folder.path())?;
    let share = folder.path().join("share");
    let chosen = corpus(&share)?;
    let list = folder.path().join("list");
    let lines: Vec<&str> = chosen.iter().map(|one| text(one)).collect::<Done<_>>()?;
    fs::write(&list, lines.join("\n"))?;
    let running = serve(&server, &folder.path().join("repository"))?;
    let address = running.address.clone();
    let bench = Bench { folder: folder.path().to_owned(), restic, address, list };
    bench.restic(&["init"])?;
    bench.restic(&["backup", share.to_str().ok_or("the folder's name is no text")?])?;
    let mut rows = bench.whole(&share)?;
    rows.extend(bench.some(&share, &chosen)?);
    Ok(Value::from(rows))
}

impl Bench {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.restic);
        command
            .args(["--quiet", "--no-cache"])
            .args(words)
            .env("RESTIC_REPOSITORY", &self.address)
            .env("RESTIC_PASSWORD", PASSWORD)
            .env("HOME", &self.folder)
            .stdout(Stdio::null());
        command
    }

    fn restic(&self, words: &[&str]) -> Done<Cost> {
        run(&mut self.command(words))
    }

    fn ours(&self, target: &Path, list: Option<&Path>) -> Done<Cost> {
        let list = list.map_or_else(String::new, |list| list.display().to_string());
        let mut command = Command::new(std::env::current_exe()?);
        run(command.arg(&self.address).arg(target).arg(list))
    }

    /// Everything, into an empty folder.
    fn whole(&self, share: &Path) -> Done<Vec<Value>> {
        let (mut mine, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let target = self.empty("back")?;
            mine.push(self.ours(&target, None)?);
            same(share, &below(&target, share))?;
            let target = self.empty("back")?;
            theirs.push(self.restic(&[
                "restore",
                "latest",
                "--no-lock",
                "--target",
                text(&target)?,
            ])?);
            same(share, &below(&target, share))?;
        }
        let what = |what: &str| format!("{FILES} files, 2 GB, all: {what}");
        Ok(vec![
            row(&what("time"), "s", 1.0, "restic 0.18", (&mine, &theirs, |cost| cost.seconds)),
            row(&what("processor time"), "s", 1.4, "restic 0.18", (&mine, &theirs, |c| c.cpu)),
            row(&what("memory"), "MB", 1.0, "restic 0.18", (&mine, &theirs, |c| c.memory_mb)),
        ])
    }

    /// 200 files.
    fn some(&self, share: &Path, chosen: &[PathBuf]) -> Done<Vec<Value>> {
        let [mut cold, mut resident, mut listed, mut changed, mut copied, mut borg] =
            [const { Vec::new() }; 6];
        let list = text(&self.list)?.to_owned();
        let archive = Borg::new(&self.folder, share)?;
        // The damaged server: everything is there, 200 files are ruined.
        let target = self.empty("damaged")?;
        self.ours(&target, None)?;
        for _ in 0..RUNS {
            let empty = self.empty("back")?;
            cold.push(self.ours(&empty, Some(&self.list))?);
            are_back(chosen, &empty)?;
            resident.push(self.resident(chosen)?);
            let empty = self.empty("back")?;
            let words = ["restore", "latest", "--no-lock", "--include-file", &list, "--target"];
            listed.push(self.restic(&[&words[..], &[text(&empty)?]].concat())?);
            are_back(chosen, &empty)?;
            ruin(chosen, &target)?;
            let words = ["restore", "latest", "--no-lock", "--overwrite", "if-changed", "--target"];
            changed.push(self.restic(&[&words[..], &[text(&target)?]].concat())?);
            are_back(chosen, &target)?;
            copied.push(self.copy(chosen)?);
            if let Some(archive) = &archive {
                borg.push(archive.extract(chosen, &self.empty("back")?)?);
            }
        }
        let seconds = |cost: &Cost| cost.seconds;
        let r = |what: &str, goal, peer: &str, mine: &[Cost], theirs: &[Cost]| {
            row(
                &format!("{CHOSEN} of {FILES} files: {what}"),
                "s",
                goal,
                peer,
                (mine, theirs, seconds),
            )
        };
        let mut rows = vec![
            r("resident", 30.0, "restic 0.18 --overwrite if-changed", &resident, &changed),
            r("resident", 5.0, "restic 0.18 --include-file", &resident, &listed),
            r("from cold", 1.0, "restic 0.18 --include-file", &cold, &listed),
            r("resident", 0.5, "cp", &resident, &copied),
        ];
        if !borg.is_empty() {
            rows.push(r("resident", 30.0, "borg extract", &resident, &borg));
        }
        Ok(rows)
    }

    /// With the repository open and its index read.
    fn resident(&self, chosen: &[PathBuf]) -> Done<Cost> {
        let target = self.empty("back")?;
        let repository = Repository::open(&Access::new(&self.address, PASSWORD, None)?)?;
        let (all, _) = repository.snapshots()?;
        let snapshot = Wanted::Latest.choose(&all)?;
        let (index, choice) = (repository.index()?, Choice::list(&fs::read(&self.list)?)?);
        let begun = Stopwatch::now();
        let plan = Plan::new(index, snapshot, &choice)?;
        let report = restore::carry_out(&plan, &target, Instant::from_ms(1))?;
        let seconds = begun.elapsed().as_secs_f64();
        if !report.is_whole() {
            return Err(format!("not whole: {report:?}").into());
        }
        are_back(chosen, &target)?;
        Ok(Cost { seconds, ..Cost::default() })
    }

    fn copy(&self, chosen: &[PathBuf]) -> Done<Cost> {
        let target = self.empty("back")?;
        run(Command::new("cp").args(["-a", "--parents"]).args(chosen).arg(&target))
    }

    fn empty(&self, name: &str) -> Done<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir(&folder)?;
        // What earlier runs left to the disk must not be paid by this one.
        Command::new("sync").status()?;
        Ok(folder)
    }
}

/// The same files in an archive of borg's.
struct Borg {
    program: String,
    archive: String,
}

impl Borg {
    fn new(folder: &Path, share: &Path) -> Done<Option<Self>> {
        let program = std::env::var("BEFFROI_BORG").unwrap_or_else(|_| "borg".to_owned());
        let place = folder.join("borg");
        let made = Command::new(&program).args(["init", "-e", "none"]).arg(&place).status();
        if !made.is_ok_and(|status| status.success()) {
            eprintln!("there is no borg: its row is left out");
            return Ok(None);
        }
        let archive = format!("{}::one", place.display());
        run(Command::new(&program).args(["create", "-C", "zstd,3", &archive]).arg(share))?;
        Ok(Some(Self { program, archive }))
    }

    fn extract(&self, chosen: &[PathBuf], target: &Path) -> Done<Cost> {
        let relative = chosen.iter().filter_map(|path| path.strip_prefix("/").ok());
        let mut command = Command::new(&self.program);
        command.arg("extract").arg(&self.archive).args(relative).current_dir(target);
        let cost = run(&mut command)?;
        are_back(chosen, target)?;
        Ok(cost)
    }
}

/// Files that are the same in every run, half of which compress; every 350th is chosen.
fn corpus(folder: &Path) -> Done<Vec<PathBuf>> {
    let (mut state, mut chosen) = (59_u64, Vec::new());
    for number in 0..FILES {
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
        if number % (FILES / CHOSEN) == 17 {
            chosen.push(path);
        }
    }
    Ok(chosen)
}

fn ruin(chosen: &[PathBuf], target: &Path) -> Done<()> {
    for path in chosen {
        fs::write(below(target, path), "ruined")?;
    }
    Ok(())
}

fn below(target: &Path, path: &Path) -> PathBuf {
    target.join(path.strip_prefix("/").unwrap_or(path))
}

fn are_back(chosen: &[PathBuf], target: &Path) -> Done<()> {
    for path in chosen {
        if fs::read(path)? != fs::read(below(target, path))? {
            return Err(format!("{} did not come back", path.display()).into());
        }
    }
    Ok(())
}

fn same(one: &Path, other: &Path) -> Done<()> {
    let same = Command::new("diff").arg("-rq").args([one, other]).status()?.success();
    if same { Ok(()) } else { Err("what came back is not what was saved".into()) }
}

/// Runs a program to its end.
fn run(command: &mut Command) -> Done<Cost> {
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
struct Running {
    child: Child,
    address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("a server may still run: {error}");
        }
    }
}

fn serve(program: &Path, folder: &Path) -> Done<Running> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let child = Command::new(program)
        .args(["--no-auth", "--append-only", "--listen", &address.to_string(), "--path"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let running = Running { child, address: format!("rest:http://{address}/srv/") };
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
fn peers(folder: &Path) -> Done<[PathBuf; 2]> {
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

fn text(path: &Path) -> Done<&str> {
    path.to_str().ok_or_else(|| "a path is no text".into())
}

fn row(what: &str, unit: &str, goal: f64, peer: &str, (mine, theirs, of): Costs<'_>) -> Value {
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
