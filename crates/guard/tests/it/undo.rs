//! What an alarm touched is put back by a word at the host, the guard running or not.

use beffroi_guard::{GuardError, Step, plan_undo, undo, undoable};
use beffroi_town::watch::{AlarmOutcome, AlarmReport};
use beffroi_town::{AlarmId, edge::Clock};
use serde_json::json;
use std::fs;
use std::process::Command;

use crate::child::{Killed, Real};
use crate::playground::{Attacker, Playground, run};

const FILES: usize = 60;

/// An attack that was stopped. Who attacked waits.
fn attacked() -> (Playground, Killed, Attacker, AlarmReport) {
    let ground = Playground::on(Some("ext4"), FILES);
    let guard = ground.guard(&json!({ "protect": true }));
    let mut attacker = ground.attacker("in place");
    attacker.strike();
    attacker.wait_until_paused();
    let alarm = ground.alarm("the stop", |alarm| alarm.outcome == AlarmOutcome::Stopped);
    assert!(ground.intact() < FILES);
    (ground, guard, attacker, alarm)
}

/// Everything is planned, comes back, and is told to the platform; a second time there is nothing to
/// do.
fn comes_back(ground: &Playground, alarm: &AlarmReport) {
    let (state, now) = (ground.state(), Real.now());
    let touched = FILES - ground.intact();
    let planned = plan_undo(&state, Some(&alarm.id), now).unwrap();
    let beside = planned.iter().filter(|(_, step)| *step == Step::PutBackBeside).count();
    assert_eq!(beside, touched, "{planned:?}");
    assert_eq!(FILES - ground.intact(), touched, "a plan does nothing");
    let report = undo(&state, Some(&alarm.id), now).unwrap();
    assert_eq!((ground.intact(), report.restored_verified), (FILES, touched as u64), "{report:?}");
    assert_eq!((report.lost, report.failed), (0, 0));
    let again = undo(&state, Some(&alarm.id), now).unwrap();
    assert_eq!((again.total, ground.intact()), (0, FILES), "{again:?}");
    let told = fs::read_to_string(state.join("restored.json")).unwrap();
    assert_eq!(told.matches(&format!("\"alarm\": \"{}\"", alarm.id)).count(), 2, "{told}");
}

#[test]
fn by_the_guard_that_runs() {
    let (ground, _guard, _attacker, alarm) = attacked();
    let listed = undoable(&ground.state()).unwrap();
    assert_eq!(listed.iter().map(|report| &report.id).collect::<Vec<_>>(), [&alarm.id]);
    comes_back(&ground, &alarm);
    assert_eq!(ground.alarms().len(), 1, "putting back is nobody's deed");
    let left: Vec<_> = fs::read_dir(ground.state().join("undo")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    // All that is on record is nothing any more.
    assert_eq!(undo(&ground.state(), None, Real.now()).unwrap().total, 0);
}

#[test]
fn where_no_guard_runs() {
    let (ground, guard, attacker, alarm) = attacked();
    drop((guard, attacker));
    comes_back(&ground, &alarm);
}

#[test]
fn what_nobody_knows_is_said_and_a_guard_that_does_not_answer() {
    let (ground, mut guard, _attacker, alarm) = attacked();
    let (state, now) = (ground.state(), Real.now());
    let none = AlarmId::parse("none").unwrap();
    assert!(matches!(undo(&state, Some(&none), now), Err(GuardError::UnknownAlarm(_))));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(undo(empty.path(), None, now), Err(GuardError::NeverRan(_))));
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0, "nothing is written there");
    let pid = guard.0.id().to_string();
    run(Command::new("kill").args(["-STOP", &pid]));
    let error = undo(&state, Some(&alarm.id), now).unwrap_err();
    assert!(matches!(error, GuardError::NotHeard(..)), "{error}");
    // The word is taken back: a guard that comes to itself obeys nothing that nobody waits for.
    assert_eq!(fs::read_dir(state.join("undo")).unwrap().count(), 0);
    run(Command::new("kill").args(["-CONT", &pid]));
    comes_back(&ground, &alarm);
    guard.0.kill().unwrap();
}
