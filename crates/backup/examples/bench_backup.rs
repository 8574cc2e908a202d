//! Measures backing up beside restic, on the same files; started by `cargo xtask bench backup`. restic
//! and rest-server as for `bench_restore`.
//!
//! Rules: both clients send to the same rest-server over loopback, without TLS; each run is a process
//! of its own, a first backup goes into a repository of its own. What was sent is checked by restic,
//! outside the time. Runs alternate, the medians count.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

mod beside;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use beffroi_backup::{
    Access,
    saving::{self, Saving},
};
use beffroi_town::{Instant, edge::Entropy};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::Value;

use beside::{Cost, Done, PASSWORD, corpus, files, peers, row, run, serve, text};

const RUNS: usize = 3;

fn main() -> Done<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [address, share] = words.as_slice() {
        return save(address, share);
    }
    println!("{}", measure()?);
    Ok(())
}

struct Chance(SystemRandom);

impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        if self.0.fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

/// The client, as `beffroi vault backup` does it.
#[expect(clippy::disallowed_methods, reason = "the next backup compares times with the real ones")]
fn save(address: &str, share: &str) -> Done<()> {
    let ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let access = Access::new(address, PASSWORD, None)?;
    let wanted = Saving { paths: vec![PathBuf::from(share)], ..Saving::default() };
    let at = Instant::from_ms(i64::try_from(ms)?);
    let saved = saving::save(&access, &wanted, &Chance(SystemRandom::new()), at)?;
    if saved.is_whole() { Ok(()) } else { Err(format!("not whole: {saved:?}").into()) }
}

fn measure() -> Done<Value> {
    let folder = tempfile::tempdir()?;
    let [restic, server] = peers(folder.path())?;
    let share = folder.path().join("share");
    corpus(&share)?;
    let running = serve(&server, &folder.path().join("repository"))?;
    let [mut first, mut first_theirs, mut again, mut again_theirs] = [const { Vec::new() }; 4];
    for number in 0..RUNS {
        let client = |name: &str| Client {
            restic: &restic,
            home: folder.path(),
            address: format!("{}{name}-{number}/", running.address),
        };
        let (mine, theirs) = (client("ours"), client("restic"));
        mine.restic(&["init"])?;
        theirs.restic(&["init"])?;
        first.push(mine.ours(&share)?);
        first_theirs.push(theirs.restic(&["backup", text(&share)?])?);
        again.push(mine.ours(&share)?);
        again_theirs.push(theirs.restic(&["backup", text(&share)?])?);
        mine.restic(&["check", "--read-data"])?;
    }
    let seconds = |cost: &Cost| cost.seconds;
    let peer = "restic 0.18";
    let what = |what: &str| format!("{} files: {what}", files());
    Ok(Value::from(vec![
        row(&what("first backup"), "s", 1.0, peer, (&first, &first_theirs, seconds)),
        // At most 1.15 times as much.
        row(
            &what("first backup, processor time"),
            "s",
            0.87,
            peer,
            (&first, &first_theirs, |cost| cost.cpu),
        ),
        row(
            &what("first backup, memory"),
            "MB",
            1.0,
            peer,
            (&first, &first_theirs, |cost| cost.memory_mb),
        ),
        row(&what("unchanged"), "s", 2.5, peer, (&again, &again_theirs, seconds)),
    ]))
}

/// Whoever sends to one repository.
struct Client<'b> {
    restic: &'b Path,
    home: &'b Path,
    address: String,
}

impl Client<'_> {
    fn restic(&self, words: &[&str]) -> Done<Cost> {
        let mut command = Command::new(self.restic);
        command
            .args(["--quiet", "--no-cache"])
            .args(words)
            .env("RESTIC_REPOSITORY", &self.address)
            .env("RESTIC_PASSWORD", PASSWORD)
            .env("HOME", self.home)
            .stdout(Stdio::null());
        settle()?;
        run(&mut command)
    }

    fn ours(&self, share: &Path) -> Done<Cost> {
        settle()?;
        run(Command::new(std::env::current_exe()?).arg(&self.address).arg(share))
    }
}

/// What earlier runs left to the disk must not be paid by this one.
fn settle() -> Done<()> {
    Command::new("sync").status()?;
    Ok(())
}
