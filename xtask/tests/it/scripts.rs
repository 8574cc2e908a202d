//! The commands that a person must remember, and the scripts behind them.

use std::process::Command;

use crate::tree;

#[test]
fn each_script_is_valid_and_stops_at_its_first_error() {
    let scripts = ["setup-tests", "with-servers", "run-tests", "check-package", "walk-package"]
        .map(|name| format!("scripts/{name}"));
    for name in scripts.into_iter().chain([".ci/run".to_owned()]) {
        let text = tree::text(name.as_ref()).expect("a script is text");
        assert!(text.starts_with("#!/usr/bin/env bash\n"), "{name}");
        assert!(text.contains("\nset -euo pipefail\n"), "{name}");
        let checked = Command::new("bash").args(["-n", &name]).current_dir(tree::root()).status();
        assert!(checked.expect("bash starts").success(), "{name}");
        assert!(is_executable(&name), "{name} is not executable");
    }
}

#[cfg(unix)]
fn is_executable(name: &str) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(tree::root().join(name)).expect("it is there");
    metadata.permissions().mode() & 0o111 == 0o111
}

#[cfg(not(unix))]
fn is_executable(_name: &str) -> bool {
    true
}

#[test]
fn make_lists_every_command_and_the_readme_names_them() {
    let output = Command::new("make").arg("help").current_dir(tree::root()).output();
    let output = output.expect("make starts");
    let listed = String::from_utf8(output.stdout).expect("text");
    let readme = tree::text("README.md".as_ref()).expect("text");
    for command in ["demo", "test", "bench", "package", "lint"] {
        assert!(listed.contains(&format!("make {command}")), "{listed}");
        assert!(readme.contains(&format!("make {command}")), "README.md: make {command}");
    }
}
