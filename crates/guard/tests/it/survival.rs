//! A guard that is killed, started again, started twice, or given what it cannot use.

use beffroi_guard::{GuardError, Offline, Options};
use beffroi_town::Instant;
use std::fs;

use crate::playground::{Playground, wait_for};
use serde_json::json;

#[test]
fn links_survive_a_kill_and_what_vanished_meanwhile_comes_back() {
    let ground = Playground::new(60);
    let guard = ground.guard(&json!({ "protect": true }));
    let mut attacker = ground.attacker("delete");
    // The handle kills with SIGKILL.
    drop(guard);
    let links = fs::read_dir(ground.path().join(".beffroi-reserve/links")).unwrap().count();
    assert_eq!(links, 61, "60 files and the marker");
    attacker.strike();
    assert!(attacker.wait_until_done().contains("done"), "a dead guard lets everything pass");
    assert_eq!(ground.intact(), 0);
    let role = json!({ "protect": true });
    let guard = ground.guard_over_ruins(&role);
    assert!(ground.alarms().is_empty(), "nobody is accused of what nobody saw");
    let report = ground.restore_all(guard);
    assert_eq!((report.restored_verified, ground.intact()), (60, 60), "{report:?}");
}

#[test]
fn what_was_replaced_while_no_guard_was_there_comes_back() {
    let ground = Playground::new(40);
    drop(ground.guard(&json!({})));
    let mut attacker = ground.attacker("replace");
    attacker.strike();
    attacker.wait_until_done();
    assert_eq!(ground.intact(), 0);
    let guard = ground.guard_over_ruins(&json!({}));
    let report = ground.restore_all(guard);
    assert_eq!((report.restored_verified, report.kept_beside), (40, 40), "{report:?}");
    assert_eq!(ground.intact(), 40);
}

#[test]
fn a_guard_killed_in_the_middle_of_an_attack_loses_nothing() {
    let ground = Playground::new(400);
    let guard = ground.guard(&json!({}));
    let mut attacker = ground.attacker("truncate and rewrite");
    attacker.strike();
    wait_for("the attack to begin", || (ground.intact() < 390).then_some(()));
    let seen = 400 - ground.intact();
    drop(guard);
    attacker.wait_until_done();
    let guard = ground.guard_over_ruins(&json!({}));
    let report = ground.restore_all(guard);
    // What was rewritten while the guard lived comes back; the rest it never saw.
    assert!(report.restored_verified >= seen as u64, "{report:?}, {seen} seen");
    assert!(ground.intact() >= seen);
}

#[test]
fn one_guard_each_state_folder() {
    let ground = Playground::new(1);
    let _guard = ground.guard(&json!({}));
    let options = Options::new(vec![ground.share()], ground.state());
    let Err(error) = Offline::open(&options, Instant::from_ms(0)) else { panic!("opened twice") };
    assert!(matches!(error, GuardError::AlreadyRunning(_)), "{error}");
}

#[test]
fn what_cannot_be_watched_is_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let now = Instant::from_ms(0);
    let refused = |watch: Vec<std::path::PathBuf>| match Offline::open(
        &Options::new(watch, folder.path().join("state")),
        now,
    ) {
        Ok(_) => panic!("accepted"),
        Err(error) => error.to_string(),
    };
    assert!(refused(vec![]).contains("--watch"));
    assert!(refused(vec![folder.path().join("none")]).contains("check that it exists"));
    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    assert!(refused(vec![file]).contains("not a folder"));
}
