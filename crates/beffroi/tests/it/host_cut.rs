//! The real guard of a file server that cuts its own host while the real platform is away: told once
//! the platform answers, lifted by the printed code. The file server is a network namespace.

use std::{
    fs,
    io::Write,
    net::SocketAddr,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

use beffroi_drills::host::{Host, answers};
use serde_json::Value;
use tempfile::tempdir;

use crate::{
    guards_door::says,
    program::{BEFFROI, run},
    server::{Running, serve_as_configured, soon},
};

/// User and group of nobody on Debian.
const NOBODY: u32 = 65_534;
/// Files of the share.
const FILES: usize = 30;

/// The share, which somebody without any rights may write into.
fn share(here: &Path) {
    fs::set_permissions(here, fs::Permissions::from_mode(0o755)).unwrap();
    let share = here.join("share");
    fs::create_dir(&share).unwrap();
    for number in 0..FILES {
        let file = share.join(format!("acte-{number}.txt"));
        fs::write(&file, format!("Délibération n° {number}. ").repeat(200)).unwrap();
        std::os::unix::fs::chown(&file, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

fn intact(here: &Path) -> usize {
    let is_intact = |number: &usize| {
        let text = fs::read_to_string(here.join(format!("share/acte-{number}.txt")));
        text.is_ok_and(|text| text == format!("Délibération n° {number}. ").repeat(200))
    };
    (0..FILES).filter(is_intact).count()
}

fn guard(host: &Host, here: &Path) -> Running {
    let mut command = host.command(Path::new(BEFFROI));
    command.args(["guard", "--mode", "protect", "--cut-host", "--watch"]).arg(here.join("share"));
    command.arg("--state").arg(here.join("guard")).arg("--enrol").arg(here.join("enrol.json"));
    let log = fs::File::create(here.join("guard.log")).unwrap();
    let guard = Running(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
    soon("the guard does not get ready", || {
        says_true(here, "/watched/0/scanned") && here.join("guard/membership.json").exists()
    });
    guard
}

/// Whether this stands in what the guard last said of itself.
fn says_true(here: &Path, pointer: &str) -> bool {
    let text = fs::read(here.join("guard/status.json")).unwrap_or_default();
    let status: Option<Value> = serde_json::from_slice(&text).ok();
    status.is_some_and(|status| status.pointer(pointer) == Some(&true.into()))
}

/// Overwrites the share by noise, as nobody, in a session of its own.
fn attacker(here: &Path) -> Running {
    let script = "for file in \"$1\"/acte-*; do head -c 9000 /dev/urandom > \"$file\"; done";
    let mut command = Command::new("setsid");
    command.args(["sh", "-c", script, "sh"]).arg(here.join("share")).current_dir("/");
    Running(command.uid(NOBODY).gid(NOBODY).stderr(Stdio::null()).spawn().unwrap())
}

/// The town's record, once the platform wrote `kind` down.
fn wait_for_entry(here: &Path, kind: &str) {
    let entry = format!("\"{kind}\"");
    soon(kind, || {
        run(here, &["journal", "export", "59273", "--out", "journal"]).well();
        fs::read_to_string(here.join("journal")).unwrap().contains(&entry)
    });
}

fn file_server(here: &Path) -> String {
    let all = run(here, &["asset", "list", "59273"]).well();
    all.lines().find(|line| line.contains("file_server")).unwrap().to_owned()
}

#[test]
fn a_host_that_cut_itself_with_the_platform_away_is_told_and_lifted_by_the_printed_code() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    share(here);
    let host = Host::build().unwrap();
    run(here, &["tenant", "add", "59273"]).well();
    let config = format!(
        "[doors]\nlisten = \"127.0.0.1:0\"\nguards = \"{}:8443\"\n\
         public_url = \"https://mairie.example\"\n",
        host.here
    );
    fs::write(here.join("beffroi.toml"), config).unwrap();
    let words = ["guard", "invite", "59273", "--config", "beffroi.toml", "--out", "enrol.json"];
    run(here, &words).well();
    let platform = serve_as_configured(here);
    let _guard = guard(&host, here);
    let code = {
        let state = here.join("guard");
        let words = ["guard", "lift", "--new-code", "--state", state.to_str().unwrap()];
        let said = run(here, &words).well();
        said.lines().find(|line| line.starts_with("    ")).unwrap().trim().to_owned()
    };
    let door = SocketAddr::from((host.there, 445));
    let mut greeter = host.command(Path::new(BEFFROI));
    greeter.args(["beffroi-play", "greet", &door.to_string()]);
    let _greeter = Running(greeter.spawn().unwrap());
    soon("the share does not answer", || answers(door));

    // The platform is away when it happens.
    drop(platform);
    let _attacker = attacker(here);
    soon("the host is not cut", || says_true(here, "/cut"));
    assert!(!answers(door), "the share still answers");
    assert!((FILES - 3..FILES).contains(&intact(here)), "{} are intact", intact(here));
    let log = here.join("guard.log");
    assert_eq!(says(&log, "the host is cut until a person lifts it"), 1);

    // The technician at that machine needs neither the platform nor a guard that stands still.
    let state = here.join("guard");
    let undo = |more: &[&str]| {
        let words = ["guard", "undo", "--state", state.to_str().unwrap()];
        run(here, &[&words[..], more].concat()).well()
    };
    let listed = undo(&[]);
    assert!(listed.contains("Alarms that touched files: 1."), "{listed}");
    let alarm = listed.split_whitespace().next().unwrap();
    let touched = FILES - intact(here);
    let planned = undo(&[alarm, "--plan"]);
    assert!(planned.contains("kept beside") && planned.contains("Nothing was done"), "{planned}");
    let done = undo(&[alarm]);
    assert!(done.contains(&format!("{touched} of {touched} files are put back")), "{done}");
    assert_eq!(intact(here), FILES);

    // Its address stayed open: it hears of the cut, which stands.
    let _platform = serve_as_configured(here);
    wait_for_entry(here, "cut_by_guard_alone");
    wait_for_entry(here, "files_restored");
    wait_for_entry(here, "alarm_listed");
    let words = ["guard", "report", alarm, "--state", state.to_str().unwrap()];
    let report = run(here, &words).well();
    let lines: Vec<Value> =
        report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["outcome"]), (1 + touched, &"stopped".into()), "{report}");
    assert!(lines[1]["sha256"].is_string() && lines[1]["user"] == NOBODY, "{report}");
    soon("the asset does not count as cut", || file_server(here).contains("cut"));
    assert!(!answers(door));

    // The platform has no say here: whoever stands at that machine has the code.
    let mut lift = host.command(Path::new(BEFFROI));
    lift.args(["guard", "lift", "--state"]).arg(here.join("guard"));
    let mut lift = lift.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(lift.stdin.take().unwrap(), "{code}").unwrap();
    let said = lift.wait_with_output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    assert!(answers(door), "the share does not answer again");
    wait_for_entry(here, "cut_lifted_by_code");
    soon("the asset still counts as cut", || !file_server(here).contains("cut"));
}
