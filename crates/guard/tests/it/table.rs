//! The attack table and what guarding costs: `cargo xtask bench guard`.
//!
//! Rules: each attack on each file system, with each level's senses; what is lost is published. A
//! level's row of figures is the worst of its file systems.

use beffroi_town::watch::{AlarmOutcome, AlarmReport};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant as Tick};

use beffroi_town::edge::Clock;

use crate::child::{Killed, Real};
use crate::cut::Town;
use crate::playground::{Playground, USER, run};

const FILES: usize = 2_000;
const RUNS: usize = 31;
const PAUSES: usize = 100;
const CUTS: usize = 30;

/// Each attack, and how many files may be touched before it is stopped at level A.
const ATTACKS: &[(&str, usize)] = &[
    ("in place", 3),
    ("truncate and rewrite", 3),
    ("first 4 KB", 3),
    ("every other block", 3),
    ("ftruncate", 3),
    ("python truncate_by_path", 3),
    ("punch holes", 3),
    ("python map_shared", 3),
    ("copied into", 3),
    ("all opened first", 3),
    ("eight threads", 3),
    ("slow", 3),
    ("python openat2", 3),
    ("python io_uring", 3),
    ("python io_uring_behind_a_read", 3),
    ("python io_uring_at_the_end_of_a_read", 3),
    ("python write_with_32_bits", 3),
    ("python empty_with_32_bits", 3),
    ("through another link", 3),
    ("moved away and rewritten", 20),
    ("deleted, then rewritten", 20),
    ("replace", 20),
    ("new and delete", 20),
    ("read and delete", 20),
    ("delete", 20),
    ("rename", 20),
    ("process per file", 20),
];

struct Outcome {
    touched: usize,
    lost: usize,
}

/// Papers of real formats: text, docx, odt, pdf, jpg, csv and sqlite.
fn papers() -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("beffroi-papers-").tempdir_in("/var/tmp").unwrap();
    let mut made = Command::new("python3");
    made.args(["-c", include_str!("papers.py")]).arg(folder.path()).arg(FILES.to_string());
    run(&mut made);
    folder
}

/// One attack at one level, by `user`.
fn attack(papers: &Path, level: &str, kind: &str, on: &str, user: u32) -> Outcome {
    let ground = Playground::with(papers, on);
    let guard = ground.guard(&json!({ "protect": true, "at_most": level }));
    let role = ["attack".to_owned(), kind.to_owned(), ground.share().display().to_string()];
    let mut attacker = ground.role_of(user, &role);
    attacker.strike();
    attacker.wait_until_paused_or_done();
    // What the guard hears afterwards it hears soon.
    let ended = Tick::now();
    let touched = FILES - ground.intact();
    while ended.elapsed() < Duration::from_secs(3)
        && ground.alarms().iter().all(|alarm| alarm.touched_total < touched as u64)
    {
        std::thread::park_timeout(Duration::from_millis(20));
    }
    let touched = FILES - ground.intact();
    ground.restore_all(guard);
    Outcome { touched, lost: FILES - ground.intact() }
}

fn row(what: &str, unit: &str, ours: f64, goal: f64) -> Value {
    json!({
        "what": what, "unit": unit, "ours": ours, "peer": null, "peer_name": null,
        "ratio": null, "goal": goal, "met": ours <= goal,
    })
}

/// The two rows of an attack. What has no bound is published, not promised.
#[expect(clippy::cast_precision_loss, reason = "thousands of files")]
fn outcome(what: &str, outcome: &Outcome, touched_max: Option<usize>, rows: &mut Vec<Value>) {
    let Outcome { touched, lost } = *outcome;
    eprintln!("{what}: {touched} of {FILES} touched, {lost} lost");
    let lost_max = if touched_max.is_some() { 0 } else { FILES };
    let touched_max = touched_max.unwrap_or(FILES) as f64;
    rows.push(row(&format!("{what}: lost of {FILES}"), "files", lost as f64, lost_max as f64));
    let what = format!("{what}: touched of {FILES} before the stop");
    rows.push(row(&what, "files", touched as f64, touched_max));
}

fn attacks(papers: &Path, level: &str, disks: &[&str], rows: &mut Vec<Value>) {
    for (kind, most) in ATTACKS {
        let all = disks.iter().map(|on| attack(papers, level, kind, on, USER));
        let worst = all
            .reduce(|a, b| Outcome { touched: a.touched.max(b.touched), lost: a.lost.max(b.lost) });
        let name = kind.trim_start_matches("python ").replace('_', " ");
        let what = format!("level {level}, {name} on {}", disks.join(", "));
        outcome(&what, &worst.unwrap(), (level == "A").then_some(*most), rows);
    }
}

/// Clients of a real Samba, and the one whom nobody can promise anything against.
fn attacks_of_others(papers: &Path, rows: &mut Vec<Value>) {
    for (how, name, most) in
        [("put", "rewritten", 3), ("del", "deleted", 20), ("rename", "renamed", 20)]
    {
        let (touched, lost) = crate::samba::attacked(Playground::with(papers, "ext4"), how);
        let what = format!("level A, {name} over SMB on ext4");
        outcome(&what, &Outcome { touched, lost }, Some(most), rows);
    }
    for kind in ["in place", "delete", "rename"] {
        let of_root = attack(papers, "A", kind, "ext4", 0);
        outcome(&format!("level A, {kind} on ext4 by root"), &of_root, None, rows);
    }
}

const OFFICE: &str = "for n in $(seq 1 60); do echo \"une note $n\" > .tmp; mv .tmp \"note $n\"; \
                      cat \"note $n\" >/dev/null; echo \"et la suite\" >> \"note $n\"; done";
const UNPACK: &str = "mkdir w; cd w; tar xf ../../small.tar; cd ..; rm -r w";

/// A program that the kernel asks about everything, as it asks the guard, and that says yes at once.
fn answers_at_once(ground: &Playground) -> Killed {
    let (code, program) = (ground.path().join("answers.c"), ground.path().join("answers"));
    fs::write(&code, include_str!("answers.c")).unwrap();
    run(Command::new("cc").arg("-O2").arg("-o").args([&program, &code]));
    let mut command = Command::new(program);
    let mut child = Killed(command.arg(ground.share()).stdout(Stdio::piped()).spawn().unwrap());
    let mut said = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert_eq!(said, "ready\n");
    child
}

/// The same work of an ordinary user on a guarded disk, on a plain one and on one where all is asked and answered, in
/// alternating runs; the ratios of the medians.
fn cost(what: &str, script: &str, goal: f64, rows: &mut Vec<Value>) {
    let grounds = [(); 3].map(|()| Playground::on(Some("ext4"), 60));
    for ground in &grounds {
        pack(&ground.share());
    }
    let [guarded, _, answered] = &grounds;
    let _guard = guarded.guard(&json!({ "protect": true }));
    let _answers = answers_at_once(answered);
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..RUNS {
        for (ground, times) in grounds.iter().zip(&mut times) {
            let began = Tick::now();
            let mut work = Command::new("sh");
            run(work.args(["-ec", script]).current_dir(ground.share()).uid(USER).gid(USER));
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    assert!(guarded.alarms().is_empty(), "{:?}", guarded.alarms());
    let [ours, plain, answered] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        (times[times.len() / 2] * 100.0).round() / 100.0
    });
    eprintln!("{what}: {ours} ms guarded, {plain} ms unguarded, {answered} ms asked and answered");
    let asked = "a program that is asked about each access and says yes at once";
    for (peer, peer_name, goal) in [(plain, "unguarded", goal), (answered, asked, 1.0)] {
        rows.push(json!({
            "what": what, "unit": "ms", "ours": ours, "peer": peer, "peer_name": peer_name,
            "ratio": peer / ours, "goal": goal, "met": peer / ours >= goal,
        }));
    }
}

fn costs(rows: &mut Vec<Value>) {
    cost("office work, each save in two ways, level A", OFFICE, 1.0 / 1.05, rows);
    cost("2,000 files unpacked and removed, level A", UNPACK, 1.0 / 1.25, rows);
}

/// Real work of many people with real programs: who is stopped or held by mistake.
struct Work {
    operations: u64,
    stops: usize,
    /// Beyond the one that is right: a clerk who deletes a folder of 500 is asked about.
    holds: usize,
}

fn everyday_work(seconds: u64) -> Work {
    // A reserve holds a tenth of its disk: a small one is full after some minutes of this.
    let ground = Playground::on_disk_of(8 << 30, Some("ext4"), 60);
    let _guard = ground.guard(&json!({ "protect": true }));
    let mut people = Command::new("python3");
    people.args(["-c", include_str!("work.py")]).arg(ground.share()).arg(seconds.to_string());
    let mut people = Killed(people.stdout(Stdio::piped()).spawn().unwrap());
    let said = BufReader::new(people.0.stdout.take().unwrap());
    let (told, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        said.lines().map_while(Result::ok).for_each(|line| drop(told.send(line)));
    });
    let mut work = Work { operations: 0, stops: 0, holds: 0 };
    let mut last = String::new();
    loop {
        match heard.recv_timeout(Duration::from_millis(100)) {
            Ok(line) if line == "done" => break,
            Ok(line) => {
                let count = line.split(' ').nth(1).and_then(|count| count.parse::<u64>().ok());
                work.operations += count.unwrap_or(0);
                last = line;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                panic!("the work ended early, after {last}: {:#?}", ground.alarms())
            }
        }
        for alarm in ground.alarms().iter().filter(|alarm| alarm.outcome.keeps_somebody()) {
            let stopped = alarm.outcome == AlarmOutcome::Stopped;
            eprintln!("everyday work: {:?} after '{last}': {:?}", alarm.outcome, alarm.reasons);
            work.stops += usize::from(stopped);
            work.holds += usize::from(!stopped);
            beffroi_guard::release(&ground.state(), &alarm.id).unwrap();
            // What it says on the disk follows: one that goes on is not counted again.
            let goes_on = |one: &AlarmReport| one.id == alarm.id && !one.outcome.keeps_somebody();
            ground.alarm("its end", goes_on);
        }
    }
    assert!(work.holds >= 1, "the clerk who deletes a folder was not asked about");
    work.holds -= 1;
    work
}

#[expect(clippy::cast_precision_loss, reason = "millions of operations")]
fn false_alarms(rows: &mut Vec<Value>) {
    let seconds = std::env::var("BEFFROI_WORK_SECONDS").ok().and_then(|text| text.parse().ok());
    let work = everyday_work(seconds.unwrap_or(180));
    // With none in n, the rate lies below -ln(0.05)/n with 95 % confidence.
    let bound = -(0.05_f64.ln()) / work.operations as f64 * 1e6;
    eprintln!(
        "everyday work: {} operations, {} stops, {} holds; stops below {bound:.1} in a million (95 %)",
        work.operations, work.stops, work.holds
    );
    let of = format!("of {} operations of everyday work", work.operations);
    rows.push(row(&format!("stopped by mistake, {of}"), "stops", work.stops as f64, 0.0));
    rows.push(row(&format!("held by mistake, {of}"), "holds", work.holds as f64, 10.0));
    if work.stops == 0 {
        let what = "upper bound of stops by mistake (95 %)";
        rows.push(row(what, "in a million operations", bound, 3.0));
    }
}

/// How long an actor goes on after the event that decides.
#[expect(clippy::cast_precision_loss, reason = "milliseconds")]
fn pause_latency(rows: &mut Vec<Value>) {
    let mut all_ms: Vec<i64> = (0..PAUSES)
        .map(|_| {
            let ground = Playground::on(Some("ext4"), 20);
            let _guard = ground.guard(&json!({ "protect": true }));
            let mut attacker = ground.attacker("in place");
            attacker.strike();
            attacker.wait_until_paused();
            let paused_at = Real.now();
            paused_at.ms_since(ground.alarm("the stop", |_| true).raised_at)
        })
        .collect();
    all_ms.sort_unstable();
    let p99 = all_ms[all_ms.len() * 99 / 100];
    eprintln!("the actor stands still {p99} ms after the event that decides, at most of {PAUSES}");
    let what = format!("from the event that decides to the actor paused, p99 of {PAUSES} attacks");
    rows.push(row(&what, "ms, looked at each 5 ms", p99 as f64, 50.0));
}

/// How long after the event that decides the host itself is cut.
#[expect(clippy::cast_precision_loss, reason = "milliseconds")]
fn host_cut_latency(rows: &mut Vec<Value>) {
    let after = |_| crate::cut::cut_by_an_attack(&Town::new()).0;
    let slowest = (0..CUTS).map(after).max().unwrap();
    eprintln!("the host is cut {slowest} ms after the event that decides, at most of {CUTS}");
    let what = format!("from the event that decides to the host's own cut, slowest of {CUTS}");
    rows.push(row(&what, "ms", slowest as f64, 250.0));
}

/// Deleted and put back, byte-verified, with owner, mode and times.
#[expect(clippy::cast_precision_loss, reason = "thousands of files")]
fn undo(rows: &mut Vec<Value>) {
    const MANY: usize = 2_000;
    let ground = Playground::on(Some("ext4"), MANY);
    let guard = ground.guard(&json!({}));
    let mut attacker = ground.attacker("delete");
    attacker.strike();
    attacker.wait_until_done();
    let known = |alarm: &beffroi_town::watch::AlarmReport| alarm.counts.vanished == MANY as u64;
    ground.alarm("all to be known", known);
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (MANY, 0), "{report:?}");
    let rate = (report.total as f64 * 1000.0 / report.took_ms.max(1) as f64).round();
    eprintln!("undo: {} files in {} ms", report.total, report.took_ms);
    rows.push(json!({
        "what": "small files put back, each verified", "unit": "files/s", "ours": rate,
        "peer": null, "peer_name": null, "ratio": null, "goal": 500.0, "met": rate >= 500.0,
    }));
}

fn pack(share: &Path) {
    let script = "mkdir t; cd t; for n in $(seq 1 2000); do echo \"ligne $n\" > f$n; done; \
                  tar cf ../../small.tar .; cd ..; rm -r t";
    run(Command::new("sh").args(["-ec", script]).current_dir(share));
}

fn write_rows(rows: &[Value]) {
    let out = std::env::var_os("BEFFROI_BENCH_ROWS").expect("where the rows go");
    fs::write(out, serde_json::to_vec_pretty(rows).unwrap()).unwrap();
}

#[test]
#[ignore = "a benchmark: cargo xtask bench work"]
fn worked() {
    let mut rows = Vec::new();
    false_alarms(&mut rows);
    write_rows(&rows);
}

#[test]
#[ignore = "a benchmark: cargo xtask bench guard"]
fn measured() {
    let mut rows = Vec::new();
    costs(&mut rows);
    crate::colleagues::measured(&mut rows);
    pause_latency(&mut rows);
    host_cut_latency(&mut rows);
    undo(&mut rows);
    let papers = papers();
    for level in ["A", "B", "C"] {
        attacks(papers.path(), level, &["ext4", "xfs", "btrfs"], &mut rows);
    }
    attacks_of_others(papers.path(), &mut rows);
    write_rows(&rows);
}
