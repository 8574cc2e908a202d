//! Measures bringing files back beside restic, borg and a plain copy, on the same files; started by
//! `cargo xtask bench restore`. restic and rest-server are fetched from Debian trixie into a private
//! folder, unless `BEFFROI_RESTIC` and `BEFFROI_REST_SERVER` name them; borg is what `BEFFROI_BORG`
//! names or the machine has, else its row is left out.
//!
//! Rules: both clients ask the same rest-server over loopback, without TLS, one row over a line of
//! 100 Mbit/s and 20 ms, which `link` plays; each run is a process of its own, but for the rows that
//! say *resident*: there the password is tried and the index read beforehand. What comes back is
//! compared with what was saved, outside the time. Runs alternate, the medians count. Processor time
//! is the client's; memory the highest that was seen of it. Each run has an empty folder of its own,
//! and none is removed before the end: for minutes after many files were removed, ext4 passes over
//! each of their numbers whenever it makes a file (`recently_deleted`), which would be most of what
//! either client is seen to cost. That takes some 20 GB of the disk for temporary files; a run that
//! follows another waits until the kernel has forgotten what that one removed.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

mod beside;
#[path = "beside/link.rs"]
mod link;

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant as Stopwatch},
};

use beffroi_backup::{Access, Repository, choice::Choice, plan::Plan, restore, snapshots::Wanted};
use beffroi_town::Instant;
use serde_json::Value;

use beside::{CHOSEN, Cost, Done, PASSWORD, corpus, files, peers, row, run, serve, text};

const RUNS: usize = 3;
/// For how long a number that was given back is passed over: `RECENTCY_MIN` and `RECENTCY_DIRTY` of
/// `fs/ext4/ialloc.c`, 60 and 300 s.
const FORGOTTEN: Duration = Duration::from_mins(6);
/// Of what takes some hundredths of a second, and varies by a half from run to run.
const SHORT_RUNS: usize = 9;

fn main() -> Done<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [address, target, list] = words.as_slice() {
        return bring_back(address, Path::new(target), list);
    }
    let removed = std::env::temp_dir().join("beffroi-bench-restore-removed");
    while let Some(left) = to_wait(&removed) {
        eprintln!(
            "many files were removed a moment ago: {} s until they are forgotten",
            left.as_secs()
        );
        std::thread::park_timeout(left);
    }
    let rows = measure();
    let noted = fs::write(&removed, "");
    println!("{}", rows?);
    Ok(noted?)
}

/// How long until the kernel has forgotten those who were removed when this file was written.
fn to_wait(removed: &Path) -> Option<Duration> {
    let age = fs::metadata(removed).ok()?.modified().ok()?.elapsed().ok()?;
    FORGOTTEN.checked_sub(age).filter(|left| !left.is_zero())
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

struct Bench {
    folder: PathBuf,
    restic: PathBuf,
    address: String,
    /// The same over a line of 100 Mbit/s and 20 ms.
    far: String,
    /// Paths of the chosen files, one a line.
    list: PathBuf,
    /// How many folders were made.
    made: Cell<u32>,
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
    let address = format!("{}srv/", running.address);
    let near = running.address.trim_start_matches("rest:http://").trim_end_matches('/');
    let far = format!("rest:http://{}/srv/", link::line(near.parse()?)?);
    let bench =
        Bench { folder: folder.path().to_owned(), restic, address, far, list, made: Cell::new(0) };
    bench.restic(&["init"])?;
    bench.restic(&["backup", share.to_str().ok_or("the folder's name is no text")?])?;
    let mut rows = bench.whole(&share)?;
    rows.extend(bench.some(&share, &chosen)?);
    rows.push(bench.over_a_line(&chosen)?);
    Ok(Value::from(rows))
}

impl Bench {
    fn command(&self, address: &str, words: &[&str]) -> Command {
        let mut command = Command::new(&self.restic);
        command
            .args(["--quiet", "--no-cache"])
            .args(words)
            .env("RESTIC_REPOSITORY", address)
            .env("RESTIC_PASSWORD", PASSWORD)
            .env("HOME", &self.folder)
            .stdout(Stdio::null());
        command
    }

    fn restic(&self, words: &[&str]) -> Done<Cost> {
        run(&mut self.command(&self.address, words))
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
            let target = self.empty()?;
            mine.push(self.ours(&target, None)?);
            same(share, &below(&target, share))?;
            let target = self.empty()?;
            theirs.push(self.restic(&[
                "restore",
                "latest",
                "--no-lock",
                "--target",
                text(&target)?,
            ])?);
            same(share, &below(&target, share))?;
        }
        let what = |what: &str| format!("{} files, all: {what}", files());
        Ok(vec![
            row(&what("time"), "s", 1.0, "restic 0.18", (&mine, &theirs, |cost| cost.seconds)),
            row(&what("processor time"), "s", 1.4, "restic 0.18", (&mine, &theirs, |c| c.cpu)),
            row(&what("memory"), "MB", 1.0, "restic 0.18", (&mine, &theirs, |c| c.memory_mb)),
        ])
    }

    /// 200 files.
    fn some(&self, share: &Path, chosen: &[PathBuf]) -> Done<Vec<Value>> {
        let [mut cold, mut resident, mut listed, mut changed, mut borg] = [const { Vec::new() }; 5];
        let (mut copied, mut on_disk) = (Vec::new(), Vec::new());
        let list = text(&self.list)?.to_owned();
        let archive = Borg::new(&self.folder, share)?;
        // The damaged server: everything is there, 200 files are ruined.
        let target = self.empty()?;
        self.ours(&target, None)?;
        for _ in 0..RUNS {
            let empty = self.empty()?;
            cold.push(self.ours(&empty, Some(&self.list))?);
            are_back(chosen, &empty)?;
            resident.push(self.resident(&self.address, chosen)?);
            let empty = self.empty()?;
            let words = ["restore", "latest", "--no-lock", "--include-file", &list, "--target"];
            listed.push(self.restic(&[&words[..], &[text(&empty)?]].concat())?);
            are_back(chosen, &empty)?;
            ruin(chosen, &target)?;
            let words = ["restore", "latest", "--no-lock", "--overwrite", "if-changed", "--target"];
            changed.push(self.restic(&[&words[..], &[text(&target)?]].concat())?);
            are_back(chosen, &target)?;
            let [copy, with_sync] = self.copy(share, chosen)?;
            copied.push(copy);
            on_disk.push(with_sync);
            if let Some(archive) = &archive {
                borg.push(archive.extract(chosen, &self.empty()?)?);
            }
        }
        for _ in RUNS..SHORT_RUNS {
            resident.push(self.resident(&self.address, chosen)?);
            let [copy, with_sync] = self.copy(share, chosen)?;
            copied.push(copy);
            on_disk.push(with_sync);
        }
        let seconds = |cost: &Cost| cost.seconds;
        let r = |what: &str, goal, peer: &str, mine: &[Cost], theirs: &[Cost]| {
            row(
                &format!("{CHOSEN} of {} files: {what}", files()),
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
            r("resident", 0.5, "cp and sync: on the disk, as ours", &resident, &on_disk),
        ];
        if !borg.is_empty() {
            rows.push(r("resident", 30.0, "borg extract", &resident, &borg));
        }
        Ok(rows)
    }

    /// 200 files over a town's line.
    fn over_a_line(&self, chosen: &[PathBuf]) -> Done<Value> {
        let (mut mine, mut theirs) = (Vec::new(), Vec::new());
        let list = text(&self.list)?;
        for _ in 0..RUNS {
            mine.push(self.resident(&self.far, chosen)?);
            let empty = self.empty()?;
            let words = ["restore", "latest", "--no-lock", "--include-file", list, "--target"];
            let words = [&words[..], &[text(&empty)?]].concat();
            theirs.push(run(&mut self.command(&self.far, &words))?);
            are_back(chosen, &empty)?;
        }
        let what = format!("{CHOSEN} of {} files over 100 Mbit/s, 20 ms: resident", files());
        let peer = "restic 0.18 --include-file";
        Ok(row(&what, "s", 1.0, peer, (&mine, &theirs, |cost| cost.seconds)))
    }

    /// With the repository open and its index read.
    fn resident(&self, address: &str, chosen: &[PathBuf]) -> Done<Cost> {
        let target = self.empty()?;
        let repository = Repository::open(&Access::new(address, PASSWORD, None)?)?;
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

    /// A copy, and the same with what was copied handed to the disk, as a restore of ours does it.
    fn copy(&self, share: &Path, chosen: &[PathBuf]) -> Done<[Cost; 2]> {
        let target = self.empty()?;
        // From inside: cp 9.1 fails on the folders of absolute names.
        let inside =
            chosen.iter().map(|path| path.strip_prefix(share)).collect::<Result<Vec<_>, _>>()?;
        let mut command = Command::new("cp");
        command.args(["-a", "--parents"]).args(inside).arg(&target).current_dir(share);
        let copy = run(&mut command)?;
        let sync = run(Command::new("sync").arg("-f").arg(&target))?;
        Ok([copy, Cost { seconds: copy.seconds + sync.seconds, ..Cost::default() }])
    }

    fn empty(&self) -> Done<PathBuf> {
        self.made.set(self.made.get() + 1);
        let folder = self.folder.join(format!("back-{}", self.made.get()));
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
