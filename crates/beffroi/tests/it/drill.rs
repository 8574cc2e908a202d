//! The Gravelines attack, played by the real program against itself.

use std::{fs, os::unix::process::CommandExt, path::Path, process::Command};

use serde_json::Value;
use tempfile::tempdir;

use crate::program::{BEFFROI, Said};

/// Plays it; as nobody when `ordinary` (tests run as root). The report and the answer.
fn play(folder: &Path, words: &[&str], ordinary: bool) -> (Value, Said) {
    let report = folder.join("report.json");
    let mut command = Command::new(BEFFROI);
    if ordinary {
        // An ordinary user may not reach the place where the tests are built.
        let copy = folder.join("beffroi");
        fs::copy(BEFFROI, &copy).unwrap();
        fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        command = Command::new(copy);
        command.uid(65_534).gid(65_534);
    }
    let said: Said = command
        .args(["drill", "gravelines", "--folder"])
        .arg(folder)
        .arg("--json")
        .arg(&report)
        .args(words)
        .current_dir(folder)
        .output()
        .expect("start the program")
        .into();
    let text =
        fs::read(&report).unwrap_or_else(|_| panic!("no report: {}\n{}", said.out, said.err));
    (serde_json::from_slice(&text).unwrap(), said)
}

fn nothing_left_behind(folder: &Path) {
    let left: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with("beffroi-drill"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn gravelines_loses_nothing() {
    assert!(rustix_is_root(), "run as root: sudo -n make test (the guard stops an attacker)");
    let folder = tempdir().unwrap();
    let (report, said) = play(folder.path(), &[], false);
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    assert_eq!(report["ok"], true, "{}", said.out);
    assert_eq!(report["files"]["lost"], 0);
    assert_eq!(report["root"], true);
    // Once more from the vault, the reserve destroyed.
    assert_eq!((&report["vault"]["touched"], &report["vault"]["lost"]), (&2_000.into(), &0.into()));
    assert_eq!(report["vault"]["restored"], 2_000);
    assert!(said.out.contains("réserve détruite"), "{}", said.out);
    assert!(report["ms"]["to_stop"].is_i64(), "{}", report["ms"]);
    assert!(
        report["journal"]["verified"] == true && report["journal"]["entries"].as_u64() > Some(30)
    );
    assert_eq!(report["alarm"]["acknowledged_by"], "Dominique Petit", "{}", said.out);
    assert_eq!(report["alarm"]["escalations"], 1);
    let ms = report["alarm"]["ms_to_receipt"].as_i64().unwrap();
    assert!((0..10_000).contains(&ms), "{ms} ms");
    let status = |code: &str, when: &str| {
        let all = report["services"].as_array().unwrap();
        all.iter().find(|one| one["code"] == code).unwrap()[when].clone()
    };
    assert_eq!(status("canteen", "during"), "paper_only");
    assert_eq!(status("library", "during"), "open");
    assert_eq!(status("canteen", "after"), "open");
    for word in ["Gravelines", "Réussi"] {
        assert!(said.out.contains(word), "{}", said.out);
    }
    nothing_left_behind(folder.path());
}

#[test]
fn gravelines_without_root_stops_nobody_and_still_loses_nothing() {
    let folder = tempdir().unwrap();
    let (report, said) = play(folder.path(), &["--lang", "en"], true);
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    assert_eq!((&report["root"], &report["files"]["lost"]), (&false.into(), &0.into()));
    assert!(report["ms"]["to_stop"].is_null());
    assert_eq!(report["vault"]["restored"], 2_000, "{}", said.out);
    let checks = report["checks"].as_array().unwrap();
    let stop = checks.iter().find(|check| check["name"] == "stop").unwrap();
    assert!(stop["detail"].as_str().unwrap().contains("not possible without root"));
    assert!(said.out.contains("no file lost"), "{}", said.out);
}

#[test]
fn gravelines_without_a_guard_reports_its_loss() {
    let folder = tempdir().unwrap();
    let (report, said) = play(folder.path(), &["--without", "guard"], false);
    assert_ne!(said.code, 0);
    assert_eq!(report["ok"], false);
    assert_eq!(report["files"]["lost"], report["files"]["total"]);
    assert!(report["vault"].is_null());
    assert!(
        said.out.contains("2000 perdus") || said.out.contains("2\u{202f}000 perdus"),
        "{}",
        said.out
    );
    nothing_left_behind(folder.path());
}

fn rustix_is_root() -> bool {
    fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).ok() == Some(0)
}
