//! Who packs or copies files and then deletes them is asked about nothing; who deletes what stands
//! nowhere else is held.

use std::fs;
use std::path::Path;
use std::process::Command;

use beffroi_town::watch::AlarmOutcome;
use serde_json::json;

use crate::child::Killed;
use crate::playground::{Attacker, Playground, wait_for};

const FILES: usize = 120;

/// An ordinary user types a script, in a session of its own.
pub(crate) fn types(script: &str, share: &Path) {
    rustix::process::setsid().unwrap();
    println!("ready");
    let done = Command::new("sh").arg("-ec").arg(script).current_dir(share).status().unwrap();
    assert!(done.success(), "{script}");
}

pub(crate) fn user(ground: &Playground, script: &str) -> Attacker {
    let share = ground.share().display().to_string();
    ground.role(&["types".to_owned(), script.to_owned(), share])
}

/// All are deleted, nobody is asked, and an archive or copy holds them.
fn nobody_is_asked(script: &str) {
    let ground = Playground::on(Some("ext4"), FILES);
    let guard = ground.guard(&json!({ "protect": true }));
    let mut user = user(&ground, script);
    wait_for("the user's work to end", || {
        assert!(ground.alarms().is_empty(), "{script}: {:?}", ground.alarms());
        user.child.0.try_wait().unwrap()
    });
    assert_eq!((ground.intact(), ground.alarms().len()), (0, 0), "{script}\n{}", ground.weighed());
    // Whatever was found elsewhere, the guard has kept it too.
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (FILES, 0), "{script}: {report:?}");
}

#[test]
fn packed_by_tar_and_removed() {
    nobody_is_asked("tar czf dossiers.tar.gz dossier*; rm dossier*");
}

#[test]
fn packed_by_tar_which_removes() {
    nobody_is_asked("tar cf dossiers.tar --remove-files dossier*");
}

#[test]
fn each_packed_by_gzip() {
    // Without -f gzip leaves a file alone that has another link, as those in the reserve have.
    nobody_is_asked("gzip -f dossier*");
}

#[test]
fn packed_by_zip_and_removed() {
    let zip = "exec python3 -c 'import glob, os, zipfile
names = glob.glob(\"dossier*\")
with zipfile.ZipFile(\"dossiers.zip\", \"w\", zipfile.ZIP_DEFLATED) as archive:
    for name in names:
        archive.write(name)
for name in names:
    os.unlink(name)'";
    nobody_is_asked(zip);
}

#[test]
fn packed_by_7z_which_removes() {
    nobody_is_asked("7z a -bd -sdel dossiers.7z 'dossier*' >/dev/null");
}

#[test]
fn packed_by_tar_and_xz() {
    nobody_is_asked("tar cJf dossiers.tar.xz dossier*; rm dossier*");
}

#[test]
fn packed_by_tar_and_bzip2() {
    nobody_is_asked("tar cjf dossiers.tar.bz2 dossier*; rm dossier*");
}

#[test]
fn packed_by_tar_and_zstd() {
    nobody_is_asked("tar --zstd -cf dossiers.tar.zst dossier*; rm dossier*");
}

#[test]
fn each_packed_by_xz() {
    // As gzip does, xz leaves a file alone that has another link.
    nobody_is_asked("xz -f dossier*");
}

#[test]
fn copied_elsewhere_and_removed() {
    nobody_is_asked("mkdir classe; cp -p dossier* classe/; rm dossier*");
}

#[test]
fn copied_by_rsync_which_removes() {
    nobody_is_asked("rsync -a --remove-source-files dossier* classe/");
}

/// Held at the twentieth file; everything comes back.
fn is_held(script: &str) {
    let ground = Playground::on(Some("ext4"), FILES);
    let guard = ground.guard(&json!({ "protect": true }));
    let mut user = user(&ground, script);
    ground.alarm("the hold", |alarm| alarm.outcome == AlarmOutcome::Held);
    user.wait_until_paused_or_done();
    let gone = FILES - ground.intact();
    assert_eq!(gone, 20, "{script}\n{}", ground.weighed());
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (FILES, 0), "{script}: {report:?}");
}

#[test]
fn an_archive_of_something_else_excuses_nothing() {
    is_held(
        "mkdir faux; for f in dossier*; do echo rien > faux/$$; done; \
             tar cf dossiers.tar faux; exec rm dossier*",
    );
}

#[test]
fn an_archive_with_one_altered_content_excuses_nothing() {
    is_held(
        "mkdir faux; cp dossier* faux/; echo autre > 'faux/dossier 0003.txt'; \
             tar cf dossiers.tar faux; rm -r faux; exec rm dossier*",
    );
}

#[test]
fn an_archive_cut_short_excuses_nothing() {
    is_held("tar cf dossiers.tar dossier*; truncate -s 3000 dossiers.tar; exec rm dossier*");
}

#[test]
fn an_archive_that_only_a_password_opens_excuses_nothing() {
    is_held("7z a -bd -pQZ dossiers.7z 'dossier*' >/dev/null; exec rm dossier*");
}

/// A guard ended in the middle of a proof leaves nobody paused for ever.
#[test]
fn whoever_was_paused_by_a_guard_that_ended_goes_on() {
    let ground = Playground::on(Some("ext4"), 1);
    drop(ground.guard(&json!({ "protect": true })));
    let paused = Killed(Command::new("sleep").arg("600").spawn().unwrap());
    let pid = i32::try_from(paused.0.id()).unwrap();
    let process = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::STOP).unwrap();
    let stat = || fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    wait_for("the pause", || stat().contains(") T ").then_some(()));
    let started: u64 = stat().split(' ').nth(21).unwrap().parse().unwrap();
    let noted = json!([{ "processes": [[pid, started]], "client": null }]);
    let noted = serde_json::to_vec(&noted).unwrap();
    fs::write(ground.state().join("proving.json"), noted).unwrap();
    let _guard = ground.guard_over_ruins(&json!({ "protect": true }));
    wait_for("it to go on", || stat().contains(") S ").then_some(()));
}
