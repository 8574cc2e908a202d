//! Killed at any moment, a backup or a restore leaves nothing or everything.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::tempdir;

use super::{backed_up, backup, listed, restore, with_key};
use crate::{
    program::{BEFFROI, run},
    server::within,
};

/// Kills a command after each of many short times, and looks at what is left.
fn kill_at_each_moment(words: &[String], here: &Path, look: &mut dyn FnMut()) {
    let mut ended = 0;
    for step in 0_u64.. {
        let child = Command::new(BEFFROI)
            .args(words)
            .env("BEFFROI_DATA", here.join("data"))
            .current_dir(here)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut child = child.unwrap();
        let end = Instant::now() + Duration::from_millis(step * 4);
        let done =
            within(end.saturating_duration_since(Instant::now()), || child.try_wait().unwrap());
        child.kill().unwrap();
        child.wait().unwrap();
        look();
        ended += u32::from(done.is_some());
        if ended >= 2 {
            assert!(step > 3, "it ended before it could be killed");
            return;
        }
    }
}

#[test]
fn killed_at_any_moment_a_restore_leaves_nothing_or_everything() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    with_key(here);
    run(here, &["tenant", "add", "59273"]).well();
    run(here, &["tenant", "add", "62473"]).well();
    let file = backed_up(here).display().to_string();
    let words = |more: &[&str]| -> Vec<String> {
        let words = ["restore", &file, "--identity", "id", "--data", "there"];
        [&words, more].concat().into_iter().map(str::to_owned).collect()
    };
    let there = here.join("there");
    let (mut nothing, mut everything) = (0, 0);
    kill_at_each_moment(&words(&[]), here, &mut || {
        if there.exists() {
            everything += 1;
            let list = run(here, &["tenant", "list", "--data", "there"]).well();
            assert_eq!(list.lines().count(), 2, "{list}");
            fs::remove_dir_all(&there).unwrap();
        } else {
            nothing += 1;
        }
    });
    assert!(nothing > 2 && everything > 0, "{nothing} times nothing, {everything} everything");
    // With something in the place: either that or the other, and never less.
    restore(here, Path::new(&file), &here.join("id"), &["--data", "there"]).well();
    let replace = words(&["--replace", "--accept-older"]);
    kill_at_each_moment(&replace, here, &mut || {
        let list = run(here, &["tenant", "list", "--data", "there"]).well();
        assert_eq!(list.lines().count(), 2, "{list}");
        run(here, &["journal", "export", "59273", "--out", "j", "--data", "there"]).well();
        assert_eq!(run(here, &["journal", "verify", "j"]).code, 3);
    });
}

#[test]
fn killed_at_any_moment_a_backup_leaves_whole_ones_alone() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    with_key(here);
    run(here, &["tenant", "add", "59273"]).well();
    let words = ["--config", "beffroi.toml", "backup"].map(str::to_owned);
    kill_at_each_moment(&words, here, &mut || {});
    within(Duration::from_secs(5), || Some(backup(here)).filter(|said| said.code == 0)).unwrap();
    let names = listed(&here.join("b"));
    assert!(names.iter().all(|name| !name.contains(".half")), "{names:?}");
    assert!(names.len() <= 2, "two are kept: {names:?}");
    for name in names {
        let file = here.join("b").join(name).display().to_string();
        run(here, &["backup", "check", &file, "--identity", "id"]).well();
    }
}
