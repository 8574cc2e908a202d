//! Files that nobody has a reason to touch, and notes that an attacker leaves.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use beffroi_town::watch::{AlarmOutcome, AlarmReport, Signal, Touch};
use serde_json::json;

use crate::child::Killed;
use crate::elsewhere::user;
use crate::playground::{Playground, USER, wait_for};

const FILES: usize = 60;

fn planted(ground: &Playground) -> Vec<PathBuf> {
    let entries = fs::read_dir(ground.share()).unwrap().flatten().map(|entry| entry.path());
    let hidden = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with('.');
    entries.filter(hidden).collect()
}

fn guarded() -> (Playground, Killed) {
    let ground = Playground::on(Some("ext4"), FILES);
    let guard = ground.guard(&json!({ "protect": true, "canaries": true }));
    assert_eq!(planted(&ground).len(), 2);
    (ground, guard)
}

fn weighed(alarm: &AlarmReport, signal: Signal) -> bool {
    alarm.reasons.iter().any(|reason| reason.signal == signal)
}

/// The first file is a canary, and the last one to be altered.
fn stopped_at_once(kind: &str) {
    let (ground, guard) = guarded();
    let mut attacker = ground.attacker(kind);
    attacker.strike();
    attacker.wait_until_paused_or_done();
    let alarm = ground.alarm("the stop", |alarm| alarm.outcome == AlarmOutcome::Stopped);
    assert!(weighed(&alarm, Signal::CanaryTouched), "{alarm:?}");
    let touched = FILES - ground.intact();
    println!("measured: '{kind}' altered {touched} of {FILES} files beside the canary");
    assert!(touched <= 1, "{touched}\n{}", ground.weighed());
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (FILES, 0), "{report:?}");
}

#[test]
fn one_altered_in_place_stops() {
    stopped_at_once("in place");
}

#[test]
fn one_emptied_and_rewritten_stops() {
    stopped_at_once("truncate and rewrite");
}

#[test]
fn one_deleted_holds_and_asks() {
    let (ground, guard) = guarded();
    let mut attacker = ground.attacker("delete");
    attacker.strike();
    let alarm = ground.alarm("the hold", |alarm| alarm.outcome == AlarmOutcome::Held);
    assert!(weighed(&alarm, Signal::CanaryGone), "{alarm:?}");
    attacker.wait_until_paused_or_done();
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (FILES, 0), "{report:?}");
}

/// Who reads everything, copies, packs and lists it is no attacker; whoever deletes one afterwards is
/// seen, so all before it was.
#[test]
fn reading_them_is_nothing() {
    let (ground, _guard) = guarded();
    let script = "cat .[0-9z]* dossier* > /dev/null; grep -rq cantine .; \
                  mkdir copie; cp -a .[0-9z]* dossier* copie; tar cf tout.tar .[0-9z]* dossier*; \
                  chmod g+r .[0-9z]*; rm -r copie";
    let mut user = user(&ground, script);
    let status = wait_for("the user's work to end", || user.child.0.try_wait().unwrap());
    assert!(status.success(), "{status}");
    assert!(ground.alarms().is_empty(), "{:?}", ground.alarms());
    let _last = crate::elsewhere::user(&ground, "exec rm .00*");
    let alarm = ground.alarm("the one who deletes", |alarm| weighed(alarm, Signal::CanaryGone));
    assert!(!weighed(&alarm, Signal::CanaryTouched), "{alarm:?}");
    assert_eq!(ground.alarms().len(), 1, "{:?}", ground.alarms());
}

#[test]
fn they_belong_to_the_folder_and_go_when_nobody_wants_them() {
    let (ground, guard) = guarded();
    for path in planted(&ground) {
        assert_eq!(fs::metadata(&path).unwrap().uid(), USER);
        assert!(fs::metadata(&path).unwrap().len() > 1_000);
    }
    drop(guard);
    // Altered while nobody watched: it is evidence.
    let altered = planted(&ground).remove(0);
    fs::write(&altered, b"chiffre").unwrap();
    drop(ground.guard(&json!({ "protect": true, "canaries": true })));
    drop(ground.guard(&json!({ "protect": true })));
    assert_eq!(planted(&ground), [altered]);
}

/// The note itself stops nobody; with it the second ruined file does, and the report names it.
#[test]
fn a_note_in_three_folders_weighs_and_is_named() {
    let ground = Playground::on(Some("ext4"), FILES);
    let guard = ground.guard(&json!({ "protect": true }));
    let script = "for d in a b c d; do mkdir $d; echo 'Vos fichiers sont pris.' > $d/LISEZ-MOI.txt; done; \
                  for n in 0002 0003 0006 0007; do sleep 0.3; \
                  head -c 4000 /dev/urandom > \"dossier $n.txt\"; done; echo fin; exec sleep 60";
    let mut user = user(&ground, script);
    let alarm = ground.alarm("the stop", |alarm| {
        alarm.outcome == AlarmOutcome::Stopped && alarm.touched.len() > 3
    });
    user.wait_until_paused_or_done();
    assert!(weighed(&alarm, Signal::SameNote), "{alarm:?}");
    let notes = alarm.touched.iter().filter(|one| one.how == Touch::Dropped);
    assert!(notes.clone().all(|note| note.path.ends_with("LISEZ-MOI.txt")), "{alarm:?}");
    assert!(notes.count() >= 3, "{alarm:?}");
    let altered = FILES - ground.intact();
    assert!(altered <= 2, "{altered}\n{}", ground.weighed());
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (FILES, 0), "{report:?}");
}
