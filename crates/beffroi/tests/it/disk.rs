//! A disk that is full, a process that is killed in the middle: a clear message, and nothing lost.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::tempdir;

use crate::program::{BEFFROI, run};

/// A small file system of its own; unmounted when dropped.
pub(crate) struct SmallDisk(pub(crate) PathBuf);

impl SmallDisk {
    pub(crate) fn mount(at: &Path, size: &str) -> Self {
        fs::create_dir(at).unwrap();
        let options = format!("size={size}");
        let done =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(at).status();
        assert!(done.is_ok_and(|done| done.success()), "mounting needs root: sudo -n make test");
        Self(at.to_owned())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let done = Command::new("umount").arg(&self.0).status();
        assert!(done.is_ok_and(|done| done.success()));
    }
}

/// Takes whatever is left on the disk of a file. An open file would hold the room after it is
/// removed; so it is closed.
pub(crate) fn fill_up(filler: &Path) {
    let room = fs::File::create(filler).unwrap();
    let (mut chunk, mut file) = (1 << 20, &room);
    while chunk > 0 {
        if std::io::Write::write_all(&mut file, &vec![7; chunk]).is_err() {
            chunk /= 2;
        }
    }
}

#[test]
fn a_full_disk_is_told_and_what_was_kept_stays() {
    let folder = tempdir().unwrap();
    let disk = SmallDisk::mount(&folder.path().join("disk"), "12m");
    let here = disk.0.as_path();
    run(here, &["tenant", "add", "59273"]).well();
    let filler = here.join("filler");
    fill_up(&filler);
    let mut said = String::new();
    for _ in 0..50 {
        let state = run(here, &["asset", "set", "59273", "mail", "--state", "down"]);
        if state.code != 0 {
            said = state.err;
            break;
        }
        run(here, &["asset", "set", "59273", "mail", "--state", "up"]);
    }
    assert!(said.contains("room") || said.contains("full"), "{said}");
    fs::remove_file(&filler).unwrap();
    let export = folder.path().join("j").display().to_string();
    run(here, &["journal", "export", "59273", "--out", &export]).well();
    assert_eq!(run(here, &["journal", "verify", &export]).code, 3, "the journal holds");
    run(here, &["asset", "set", "59273", "mail", "--state", "down"]).well();
}

#[test]
fn killed_in_the_middle_it_goes_on_from_there() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let mut child = Command::new(BEFFROI)
        .args(["tenant", "add", "--all-communes"])
        .env("BEFFROI_DATA", here.join("data"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let database = here.join("data/beffroi.db-wal");
    let end = Instant::now() + Duration::from_secs(30);
    let grown = |file: &Path| fs::metadata(file).is_ok_and(|about| about.len() > 4_000_000);
    while !grown(&database) {
        assert!(Instant::now() < end, "nothing was written");
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be killed");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let list = run(here, &["tenant", "list", "--json"]).well();
    let kept: Vec<serde_json::Value> = serde_json::from_str(&list).unwrap();
    assert!(!kept.is_empty() && kept.len() < 34_969, "{} kept", kept.len());
    for tenant in kept.iter().rev().take(3) {
        let id = tenant["id"].as_str().unwrap();
        run(here, &["journal", "export", id, "--out", "j"]).well();
        assert_eq!(run(here, &["journal", "verify", "j"]).code, 3);
        let shown = run(here, &["tenant", "show", id, "--json"]).well();
        assert!(shown.contains("canteen"), "no tenant is kept without its services");
    }
    let first = kept[0]["id"].as_str().unwrap();
    assert!(run(here, &["tenant", "add", first]).well().contains("nothing changed"));
    run(here, &["tenant", "add", "97411"]).well();
}
