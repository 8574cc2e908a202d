//! Measures what the program costs to run: from cold to the first page, memory and processor time
//! at rest, disk; started by `cargo xtask bench house`.
//!
//! Rules: the real program, of the same profile as this one, in processes of its own; memory is
//! what the kernel says is resident, the processes of a guard together; at rest means that nobody
//! asks for anything, while the rounds and the beats go on.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use beffroi_registry::france;
use serde_json::{Value, json};

/// Towns of a joint authority's size.
const TOWNS: usize = 60;
/// Starts from cold; the median counts.
const STARTS: usize = 5;
/// How long the program is watched at rest.
const REST: Duration = Duration::from_mins(1);
/// Files that a guard at rest keeps.
const FILES: usize = 2_000;

type Done<T> = Result<T, Box<dyn Error>>;

/// A process that ends with this one's work.
struct Running(Child);

impl Running {
    /// Asked to end, as the system would; what it keeps is then on the disk.
    fn end(mut self) -> Done<()> {
        Command::new("kill").arg(self.0.id().to_string()).status()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = self.0.kill().and_then(|()| self.0.wait()) {
            eprintln!("a process may still run: {error}");
        }
    }
}

fn main() -> Done<()> {
    let program = program()?;
    let folder = tempfile::tempdir()?;
    let empty = folder.path().join("empty");
    let full = folder.path().join("full");
    call(&program, &empty, &["tenant", "add", "59273"])?;
    let table = folder.path().join("towns.csv");
    let codes: Vec<String> = france::all_communes().map(|town| town.id.to_string()).collect();
    let mut text = String::from("code\n59273\n");
    for code in codes.iter().step_by(codes.len() / TOWNS).take(TOWNS - 1) {
        writeln!(text, "{code}")?;
    }
    fs::write(&table, text)?;
    call(&program, &full, &["tenant", "add", "--csv", &table.display().to_string()])?;

    let mut rows = Vec::new();
    for (data, what) in [(&empty, "one town"), (&full, "60 towns")] {
        let mut all = Vec::new();
        for _ in 0..STARTS {
            let (running, took, _) = start(&program, data)?;
            running.end()?;
            all.push(took.as_secs_f64());
        }
        all.sort_by(f64::total_cmp);
        let median = all.get(STARTS / 2).copied().unwrap_or(f64::NAN);
        rows.push(row(&format!("from cold to the first page, {what}"), "s", median, 2.0));
    }
    rows.extend(platform_at_rest(&program, &full)?);
    // Before the platform's first page there is one town: the others' share is the difference.
    let towns = u32::try_from(TOWNS - 1)?;
    let share = (size(&full)? - size(&empty)?) / f64::from(towns) / 1_024.0;
    rows.push(row("disk of a town, on its first day", "KiB", share, 1_024.0));
    rows.extend(guard_at_rest(&program, folder.path())?);
    println!("{}", Value::from(rows));
    Ok(())
}

/// The program beside this example, built by the same cargo.
fn program() -> Done<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let words = ["build", "--release", "--quiet", "--locked", "-p", "beffroi", "--bin", "beffroi"];
    let mut command = Command::new(cargo);
    // What cargo told this example of itself would make build scripts run again.
    for (name, _) in std::env::vars_os() {
        let told = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if name.to_str().is_some_and(|name| told.iter().any(|start| name.starts_with(start))) {
            command.env_remove(name);
        }
    }
    if !command.args(words).status()?.success() {
        return Err("the program does not build".into());
    }
    let here = std::env::current_exe()?;
    let folder = here.parent().and_then(Path::parent).ok_or("no folder above this example")?;
    Ok(folder.join("beffroi"))
}

fn call(program: &Path, data: &Path, words: &[&str]) -> Done<()> {
    let mut command = Command::new(program);
    command.args(words).arg("--data").arg(data).stdout(Stdio::null());
    if command.status()?.success() { Ok(()) } else { Err(format!("{words:?} failed").into()) }
}

/// Starts the platform with nothing of it in the system's memory, and waits for its first page.
fn start(program: &Path, data: &Path) -> Done<(Running, Duration, String)> {
    // Only root may; otherwise the program's file may still be in memory, and it is said.
    if fs::write("/proc/sys/vm/drop_caches", "1").is_err() {
        eprintln!("not root: the starts are not from cold");
    }
    let file = data.with_extension("address");
    if file.exists() {
        fs::remove_file(&file)?;
    }
    let begun = Instant::now();
    let mut command = Command::new(program);
    command.args(["serve", "--listen", "127.0.0.1:0", "--address-file"]).arg(&file);
    command.arg("--data").arg(data).stdout(Stdio::null()).stderr(Stdio::null());
    let running = Running(command.spawn()?);
    let end = begun + Duration::from_secs(30);
    let address = loop {
        if let Ok(url) = fs::read_to_string(&file) {
            break url.trim_start_matches("http://").to_owned();
        }
        if Instant::now() > end {
            return Err("the platform does not start".into());
        }
        std::thread::park_timeout(Duration::from_millis(1));
    };
    fetch(&address, "/c/59273/")?;
    Ok((running, begun.elapsed(), address))
}

fn fetch(address: &str, path: &str) -> Done<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        Err(format!("no page at {path}").into())
    }
}

fn platform_at_rest(program: &Path, data: &Path) -> Done<Vec<Value>> {
    let (running, _, address) = start(program, data)?;
    // Every town's page is made once: that is what a platform holds after its first day.
    let said =
        Command::new(program).args(["tenant", "list", "--json", "--data"]).arg(data).output()?;
    let towns: Value = serde_json::from_slice(&said.stdout)?;
    let codes = towns.as_array().into_iter().flatten().filter_map(|town| town.get("id")?.as_str());
    for code in codes {
        fetch(&address, &format!("/c/{code}/"))?;
    }
    let pids = vec![running.0.id()];
    let (memory, processor) = at_rest(&pids)?;
    running.end()?;
    Ok(vec![
        row("platform at rest with 60 towns, memory", "MB", memory, 150.0),
        row("platform at rest with 60 towns, processor time an hour", "s", processor, 60.0),
    ])
}

fn guard_at_rest(program: &Path, folder: &Path) -> Done<Vec<Value>> {
    let share = folder.join("share");
    fs::create_dir(&share)?;
    for number in 0..FILES {
        fs::write(share.join(format!("{number}.txt")), format!("file {number}\n").repeat(100))?;
    }
    let mut command = Command::new(program);
    command.args(["guard", "--mode", "protect", "--watch"]).arg(&share);
    command.arg("--state").arg(folder.join("guard")).stdout(Stdio::null()).stderr(Stdio::null());
    let running = Running(command.spawn()?);
    // It has settled once it keeps every file by a second link, and as long again.
    let begun = Instant::now();
    while !all_kept(&share)? {
        if begun.elapsed() > Duration::from_mins(1) {
            return Err("the guard does not keep every file".into());
        }
        std::thread::park_timeout(Duration::from_millis(100));
    }
    std::thread::park_timeout(Duration::from_secs(2));
    let pids = family(running.0.id())?;
    let (memory, processor) = at_rest(&pids)?;
    running.end()?;
    let what = format!("guard at rest over {FILES} files");
    Ok(vec![
        row(&format!("{what}, memory"), "MB", memory, 40.0),
        row(&format!("{what}, processor time an hour"), "s", processor, 60.0),
    ])
}

fn all_kept(share: &Path) -> Done<bool> {
    use std::os::unix::fs::MetadataExt as _;
    for entry in fs::read_dir(share)? {
        let entry = entry?;
        let is_own = entry.file_name().to_string_lossy().ends_with(".txt");
        if is_own && entry.metadata()?.nlink() < 2 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A process and everything that it started.
fn family(pid: u32) -> Done<Vec<u32>> {
    let mut all = vec![pid];
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let children = fs::read_to_string(task?.path().join("children"))?;
        for child in children.split_whitespace() {
            all.extend(family(child.parse()?)?);
        }
    }
    Ok(all)
}

/// Memory in MB at the end of the rest, and seconds of processor time that an hour of it costs.
fn at_rest(pids: &[u32]) -> Done<(f64, f64)> {
    let before = ticks(pids)?;
    let begun = Instant::now();
    while begun.elapsed() < REST {
        std::thread::park_timeout(REST.saturating_sub(begun.elapsed()));
    }
    // USER_HZ is 100 on every Linux: a tick is 10 ms.
    let seconds = (ticks(pids)? - before) / 100.0;
    let hours = begun.elapsed().as_secs_f64() / 3_600.0;
    Ok((memory(pids)? * 1_024.0 / 1e6, seconds / hours))
}

/// KiB that are resident. What several processes share (the program's own code above all) counts
/// once: each is asked for its share of it.
fn memory(pids: &[u32]) -> Done<f64> {
    let (file, field) =
        if pids.len() == 1 { ("status", "VmRSS:") } else { ("smaps_rollup", "Pss:") };
    let mut kib = 0.0;
    for pid in pids {
        let text = fs::read_to_string(format!("/proc/{pid}/{file}"))?;
        let line = text.lines().find_map(|line| line.strip_prefix(field));
        let number = line.and_then(|line| line.split_whitespace().next()).ok_or("no figure")?;
        kib += number.parse::<f64>()?;
    }
    Ok(kib)
}

fn ticks(pids: &[u32]) -> Done<f64> {
    let mut sum = 0.0;
    for pid in pids {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let after = stat.rsplit(')').next().ok_or("an odd stat file")?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        for index in [11, 12] {
            sum += fields.get(index).ok_or("an odd stat file")?.parse::<f64>()?;
        }
    }
    Ok(sum)
}

/// Bytes of a folder, as its files count them.
fn size(folder: &Path) -> Done<f64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let about = entry?.metadata()?;
        if about.is_file() {
            bytes += about.len();
        }
    }
    Ok(f64::from(u32::try_from(bytes)?))
}

fn row(what: &str, unit: &str, ours: f64, goal: f64) -> Value {
    let short = (ours * 100.0).round() / 100.0;
    json!({ "what": what, "unit": unit, "ours": short, "peer": null, "peer_name": null,
        "ratio": null, "goal": goal, "met": short <= goal })
}
