//! The package's units and scripts.

use std::{path::PathBuf, process::Command};

use crate::tree;

const UNITS: [&str; 5] = [
    "beffroi.service",
    "beffroi-guard.service",
    "beffroi-decoy.service",
    "beffroi-inspect@.service",
    "beffroi-printer.service",
];

/// The most exposure that systemd may find in each unit, of 10. These may only go down.
const EXPOSURE_MAX: [f64; 5] = [1.8, 4.5, 4.8, 1.2, 1.2];

/// A folder with the units as an installed machine has them, their program but not their manual.
fn units() -> (PathBuf, Vec<PathBuf>) {
    let folder = std::env::temp_dir().join(format!("beffroi-units-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("make a folder");
    let written = UNITS.map(|name| {
        let text =
            tree::text(format!("packaging/systemd/{name}").as_ref()).expect("a unit is text");
        assert!(text.contains("ExecStart=/usr/bin/beffroi "), "{name}");
        let path = folder.join(name);
        let here = text.replace("/usr/bin/beffroi", "/bin/true").replace("Documentation=man:", "#");
        std::fs::write(&path, here).expect("write a unit");
        path
    });
    (folder, written.to_vec())
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
fn systemd_understands_the_units_and_finds_them_closed() {
    if !is_there("systemd-analyze") {
        eprintln!("not tried: there is no systemd-analyze here");
        return;
    }
    let (folder, units) = units();
    let timer = "beffroi-inspect@.timer";
    let text = tree::text(format!("packaging/systemd/{timer}").as_ref()).expect("a unit is text");
    std::fs::write(folder.join(timer), text).expect("write a unit");
    let all = units.iter().cloned().chain([folder.join(timer)]);
    let verified = Command::new("systemd-analyze").arg("verify").args(all).output();
    let verified = verified.expect("systemd-analyze starts");
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && said.is_empty(), "{said}");
    for (unit, most) in units.iter().zip(EXPOSURE_MAX) {
        let words = ["security", "--offline=true", "--no-pager"];
        let output = Command::new("systemd-analyze").args(words).arg(unit).output();
        let said = output.expect("systemd-analyze starts").stdout;
        let said = String::from_utf8_lossy(&said);
        let line = said.lines().find(|line| line.contains("Overall exposure level"));
        let line = line.unwrap_or_else(|| panic!("no exposure in: {said}"));
        println!("{line}");
        let level = line.split(": ").nth(1).and_then(|rest| rest.split(' ').next());
        let level: f64 = level.and_then(|text| text.parse().ok()).expect("a number");
        assert!(level <= most, "{line}: at most {most}");
    }
    std::fs::remove_dir_all(folder).expect("remove the folder");
}

#[test]
fn the_packages_scripts_are_valid_and_stop_at_their_first_error() {
    for name in ["postinst", "prerm", "postrm"] {
        let path = format!("packaging/debian/{name}");
        let text = tree::text(path.as_ref()).expect("a script is text");
        assert!(text.starts_with("#!/bin/sh\n") && text.contains("\nset -e\n"), "{name}");
        let checked = Command::new("sh").args(["-n", &path]).current_dir(tree::root()).status();
        assert!(checked.expect("sh starts").success(), "{name}");
        // What a script says goes to the person: standard output belongs to debconf.
        for line in text.lines().filter(|line| line.trim_start().starts_with("echo ")) {
            assert!(line.ends_with(">&2"), "{name}: {line}");
        }
    }
}

#[test]
fn the_steps_of_the_walk_are_valid() {
    let folder = tree::root().join("scripts/package-walk");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the steps are there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a step is text");
        assert!(text.contains("\nwalk() {\n"), "{}", path.display());
        let checked = Command::new("bash").arg("-n").arg(&path).status();
        assert!(checked.expect("bash starts").success(), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 13, "only {seen} steps");
}
