//! Files brought back by our own client, through the real door, from what the real restic saved.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::{Value, json};

use super::{Client, PASSWORD, contents, files, saved};
use crate::{
    program::{BEFFROI, Said},
    server::within,
};

impl Client {
    /// The file that says how to reach the repository.
    fn reach(&self, password: &str) -> PathBuf {
        let file = self.folder.join("vault.toml");
        let text = format!("repository = \"{}\"\npassword = \"{password}\"\n", self.repository);
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        file
    }

    pub(super) fn asks(&self, words: &[&str]) -> Command {
        let mut command = Command::new(BEFFROI);
        command.arg("vault").args(words).arg("--vault").arg(self.reach(PASSWORD));
        command.env_remove("BEFFROI_CONFIG").current_dir(&self.folder);
        command
    }

    pub(super) fn ask(&self, words: &[&str]) -> Said {
        self.asks(words).output().unwrap().into()
    }

    /// What a restore to this target says, as JSON.
    pub(super) fn restore(&self, target: &Path, more: &[&str]) -> (i32, Value) {
        let words = [&["restore", "--json", "--target", target.to_str().unwrap()], more].concat();
        let said = self.ask(&words);
        let report = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
        (said.code, report)
    }
}

pub(super) fn count(report: &Value, name: &str) -> u64 {
    report.pointer(&format!("/report/{name}")).and_then(Value::as_u64).unwrap()
}

#[test]
fn what_restic_saved_comes_back_through_the_door() {
    let (town, client, share, first) = saved("");
    fs::write(share.join("service-0/acte-0.odt"), "ruined").unwrap();
    let second = client.backup(&share, &[]);
    let listed = client.ask(&["snapshots"]).well();
    assert!(listed.contains(&first[..8]) && listed.contains(&second[..8]), "{listed}");
    let target = town.here().join("back");
    let back = target.join(share.strip_prefix("/").unwrap());
    // A plan changes nothing; then the latest; then, over it, the one from before.
    let plan = ["restore", "--plan", "--target", target.to_str().unwrap()];
    let plan = client.ask(&plan).well();
    assert!(plan.contains("bring back        /") && plan.contains("40 come back"), "{plan}");
    assert!(contents(&target).is_empty());
    let (code, report) = client.restore(&target, &[]);
    assert!(code == 0 && count(&report, "restored") == 40, "{report}");
    assert!(contents(&back) == contents(&share));
    let (code, report) = client.restore(&target, &["--snapshot", &first[..7]]);
    assert_eq!((code, count(&report, "restored"), count(&report, "unchanged")), (0, 1, 39));
    assert_eq!(count(&report, "kept_beside"), 1);
    let beside =
        contents(&back).into_iter().find(|(path, _)| path.to_str().unwrap().contains(".beffroi-"));
    assert_eq!(beside.unwrap().1, b"ruined");
    // No lock was taken, and nothing was suspected.
    assert_eq!(fs::read_dir(town.shelf("file_server").join("locks")).unwrap().count(), 0);
    assert_eq!(town.alarms(), Vec::<String>::new());
    // From the disk alone, without the platform.
    let shelf = town.shelf("file_server").to_str().unwrap().to_owned();
    let alone = Client { repository: shelf, folder: client.folder };
    let (code, report) = alone.restore(&town.here().join("again"), &["--snapshot", &first]);
    assert!(code == 0 && count(&report, "restored") == 40, "{report}");
}

#[test]
fn only_what_a_guard_saw_touched_comes_back() {
    let (town, client, share, _) = saved("");
    let (gone, ruined) = (share.join("service-1/acte-1.odt"), share.join("service-2/acte-2.odt"));
    let good = contents(&share);
    fs::remove_file(&gone).unwrap();
    fs::write(&ruined, "encrypted").unwrap();
    fs::write(share.join("service-3/acte-3.odt"), "newer work").unwrap();
    let touched =
        |path: &Path, how: &str| json!({ "path": path, "how": how, "at": 1, "recoverable": false });
    let alarm = json!({
        "id": "alarm-1", "revision": 1, "kind": "mass_rewriting", "first_touch_at": 1,
        "raised_at": 2, "stopped_at": null, "outcome": "stopped", "actor": null,
        "counts": { "vanished": 1, "rewritten": 1, "recoverable": 0, "vanished_at_stop": null },
        "reasons": [], "touched": [touched(&gone, "deleted"), touched(&ruined, "rewritten")],
        "touched_total": 3, "vitals": beffroi_town::watch::Vitals::default(), "simulated": false,
    });
    let file = town.here().join("alarm.json");
    fs::write(&file, alarm.to_string()).unwrap();
    // Where the files were: the target is the root of the file system.
    let words = ["--touched", file.to_str().unwrap()];
    let (code, report) = client.restore(Path::new("/"), &words);
    assert!(code == 0 && count(&report, "restored") == 2, "{report}");
    assert_eq!(fs::read(&gone).unwrap(), good[Path::new("service-1/acte-1.odt")]);
    assert_eq!(fs::read(&ruined).unwrap(), good[Path::new("service-2/acte-2.odt")]);
    assert_eq!(fs::read(share.join("service-3/acte-3.odt")).unwrap(), b"newer work");
    let noted = [&["restore", "--plan", "--target", "/"][..], &words].concat();
    let noted = client.ask(&noted);
    assert!(noted.err.contains("2 of 3 files"), "{noted:?}");
}

#[test]
fn what_a_service_depends_on_comes_back_first() {
    let (town, client, share, _) = saved("");
    let order = town.here().join("order");
    // A folder that is the beginning of no other's name, and one that is not there.
    let folders = ["service-5/", "service-2", "service"].map(|name| share.join(name));
    let lines = folders.map(|folder| folder.to_str().unwrap().to_owned()).join("\n");
    fs::write(&order, lines).unwrap();
    let target = town.here().join("back");
    let more = ["--order", order.to_str().unwrap()];
    let (code, plan) = client.restore(&target, &[&more[..], &["--plan"]].concat());
    let files = plan["files"].as_array().unwrap();
    let paths: Vec<&str> = files.iter().map(|file| file["path"].as_str().unwrap()).collect();
    let mut services: Vec<&str> =
        paths.iter().map(|path| path.rsplit('/').nth(1).unwrap()).collect();
    services.dedup();
    assert_eq!(code, 0);
    let rest = ["service-0", "service-1", "service-3", "service-4", "service-6"];
    assert_eq!(services, [&["service-5", "service-2"][..], &rest].concat());
    let (code, report) = client.restore(&target, &more);
    assert!(code == 0 && count(&report, "restored") == 40, "{report}");
    assert!(contents(&target.join(share.strip_prefix("/").unwrap())) == contents(&share));
    fs::write(&order, "no/path").unwrap();
    let words = ["restore", "--target", target.to_str().unwrap(), "--order"];
    let wrong = client.ask(&[&words[..], &[order.to_str().unwrap()]].concat()).refused();
    assert!(wrong.contains("write it whole"), "{wrong}");
}

#[test]
fn what_is_wrong_is_told_in_words() {
    let (town, client, ..) = saved("");
    let target = town.here().join("back");
    let words = ["vault", "restore", "--target", target.to_str().unwrap(), "--vault"];
    let said = |file: &Path| {
        let output = Command::new(BEFFROI).args(words).arg(file).output().unwrap();
        Said::from(output).refused()
    };
    let file = client.reach("wrong");
    assert!(said(&file).contains("recovery sheet"), "{}", said(&file));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(said(&file).contains("chmod 600"));
    assert!(said(&client.folder.join("none")).contains("cannot read"));
    for (more, word) in [
        (&["--snapshot", "0123"][..], "vault snapshots"),
        (&["--before", "2001-01-01 00:00"], "before that time"),
        (&["--before", "soon"], "write a time"),
        (&["--include", "../x"], "write it whole"),
    ] {
        let all = [&["restore", "--target", target.to_str().unwrap()], more].concat();
        let said = client.ask(&all).refused();
        assert!(said.contains(word), "{said}");
    }
    let (code, report) = client.restore(&target, &["--include", "/not/there"]);
    assert_eq!(code, 1);
    let failed = report.pointer("/report/failed/0").unwrap();
    assert_eq!(failed, &json!({ "what": "/not/there", "why": "it is not in this snapshot" }));
    town.vault(&["revoke", "59273", "file_server"]).well();
    let revoked = client.ask(&["snapshots"]).refused();
    assert!(revoked.contains("vault add") && !revoked.contains(PASSWORD), "{revoked}");
}

#[test]
fn a_restore_that_is_killed_goes_on() {
    let (mut town, client, share, _) = saved("");
    files(&share, 1_500, 3);
    fs::write(share.join("large"), vec![b'x'; 100]).unwrap();
    client.backup(&share, &[]);
    let target = town.here().join("back");
    let back = target.join(share.strip_prefix("/").unwrap());
    let some = |least: usize| {
        within(Duration::from_secs(30), || {
            let there = || fs::read_dir(back.join("service-1")).ok().map(Iterator::count);
            there().filter(|count| *count >= least)
        })
    };
    let words = ["restore", "--target", target.to_str().unwrap()];
    let mut killed = client.asks(&words).spawn().unwrap();
    assert!(some(3).is_some(), "nothing comes back");
    killed.kill().unwrap();
    killed.wait().unwrap();
    // Then the platform is.
    let before = contents(&back).len();
    let mut cut_off = client.asks(&words).stderr(std::process::Stdio::piped()).spawn().unwrap();
    town.kill_and_start();
    cut_off.wait().unwrap();
    let (code, report) = client.restore(&target, &[]);
    assert!(code == 0 && count(&report, "unchanged") > 0, "{before} {report}");
    assert!(contents(&back) == contents(&share));
}
