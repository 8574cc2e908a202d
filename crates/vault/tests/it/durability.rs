//! What is acknowledged is on the disk first.
//!
//! Killing the process cannot show it, since what was written stays in the page cache. So a child
//! of this test sends objects under `strace` and says so after each answer; the recorded calls must
//! show, in this order: the bytes written, the file flushed, its name given, the folder flushed, the
//! receipt flushed. A record without one of the flushes, as a program without it would leave, must
//! fail the same check.

use std::{collections::HashMap, io::Write as _, path::Path, process::Command};

use crate::house::House;

const CHILD: &str = "BEFFROI_VAULT_DURABILITY_CHILD";
const MARK: &str = "BEFFROI ACKNOWLEDGED";
const OBJECTS: usize = 5;

#[test]
fn an_object_is_flushed_named_and_receipted_before_it_is_acknowledged() {
    if std::env::var_os(CHILD).is_some() {
        return child();
    }
    let folder = tempfile::tempdir().unwrap();
    let trace = recorded(&folder.path().join("trace"));
    assert_eq!(check(&trace), Ok(OBJECTS));
    for (left_out, told) in [
        ("/tmp/.half-", "the file"),
        ("/srv/data/", "the folder"),
        ("beffroi.db-wal", "the receipt"),
    ] {
        let is_flush = |line: &&str| !(line.contains("sync") && line.contains(left_out));
        let without: Vec<&str> = trace.lines().filter(is_flush).collect();
        let found =
            check(&without.join("\n")).expect_err("the check finds nothing: proves nothing");
        assert!(found.contains(told), "{found}");
    }
}

/// What the child does: sends objects, and says so.
fn child() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let house = House::new().await;
        let client = house.client("srv").await;
        for number in 0..OBJECTS {
            let (status, _) = client.send("data", format!("pack {number}").as_bytes()).await;
            assert_eq!(status, 200);
            std::io::stdout().write_all(format!("{MARK}\n").as_bytes()).unwrap();
        }
    });
}

/// Runs this very test as a child under `strace`; the calls it made.
fn recorded(trace: &Path) -> String {
    let test = "durability::an_object_is_flushed_named_and_receipted_before_it_is_acknowledged";
    let done = Command::new("strace")
        .args(["-f", "-y", "-s", "200", "-e", "trace=write,pwrite64,fsync,fdatasync,linkat,link"])
        .arg("-o")
        .arg(trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, "yes")
        .output()
        .unwrap_or_else(|error| panic!("strace is missing: run with make test: {error}"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read_to_string(trace).unwrap()
}

/// How far an object has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Nothing,
    Written,
    Flushed,
    Named,
    FolderFlushed,
    Receipted,
}

/// Reads a trace: each mark must come after every step, in order. How many marks, or the first
/// fault.
fn check(trace: &str) -> Result<usize, String> {
    let (mut step, mut marks) = (Step::Nothing, 0);
    for call in calls(trace) {
        let is_flush = call.starts_with("fsync") || call.starts_with("fdatasync");
        step = match step {
            _ if call.contains(MARK) => {
                let told = match step {
                    Step::Nothing => "nothing was written",
                    Step::Written => "the file was not flushed before it was named",
                    Step::Flushed => "no name was given",
                    Step::Named => "the folder was not flushed",
                    Step::FolderFlushed => "the receipt was not flushed",
                    Step::Receipted => "",
                };
                if !told.is_empty() {
                    return Err(format!("at mark {marks}: {told}"));
                }
                marks += 1;
                Step::Nothing
            }
            _ if call.starts_with("write") && call.contains("/srv/tmp/.half-") => Step::Written,
            Step::Written if is_flush && call.contains("/srv/tmp/.half-") => Step::Flushed,
            Step::Flushed if call.starts_with("link") && call.contains("/srv/data/") => Step::Named,
            Step::Named if is_flush && call.contains("/srv/data/") => Step::FolderFlushed,
            Step::FolderFlushed if is_flush && call.contains("beffroi.db-wal") => Step::Receipted,
            step => step,
        };
    }
    Ok(marks)
}

/// The calls in the order in which they ended.
fn calls(trace: &str) -> Vec<String> {
    let (mut ended, mut under_way) = (Vec::new(), HashMap::new());
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap_or(("", line));
        let call = call.trim_start();
        if call.starts_with("<... ") {
            ended.extend(under_way.remove(thread));
        } else if let Some(begun) = call.strip_suffix("<unfinished ...>") {
            under_way.insert(thread.to_owned(), begun.to_owned());
        } else {
            ended.push(call.to_owned());
        }
    }
    ended
}
