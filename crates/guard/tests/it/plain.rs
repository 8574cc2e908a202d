//! Without the kernel's senses: an alarm, nobody stopped, what vanished comes back.

use beffroi_town::watch::{AlarmOutcome, Hole, Letter, Suspicion};
use std::fs;

use crate::playground::{Playground, hostile_names};
use serde_json::json;

#[test]
fn vanished_files_come_back_and_the_holes_are_named() {
    let mut ground = Playground::new(60);
    for name in hostile_names() {
        ground.add(name, b"un contenu".to_vec());
    }
    let guard = ground.guard(&json!({ "at_most": "C", "protect": true }));
    let level = ground.status().unwrap().level;
    assert_eq!(level.letter, Letter::C);
    for hole in [Hole::NoActor, Hole::NoStop, Hole::NoEarlierContent] {
        assert!(level.holes.contains(&hole), "{level:?}");
    }
    let mut attacker = ground.attacker("delete");
    attacker.strike();
    attacker.wait_until_done();
    let alarm = ground.alarm("the alarm", |alarm| alarm.counts.vanished == 66);
    assert_eq!(alarm.kind, Suspicion::MassDisappearance);
    assert_eq!(alarm.outcome, AlarmOutcome::NotStopped);
    assert_eq!((alarm.actor, alarm.stopped_at), (None, None));
    let report = ground.restore_all(guard);
    assert_eq!(ground.intact(), 66, "{report:?}");
}

#[test]
fn rewriting_is_told_but_lost_and_said_to_be() {
    let ground = Playground::new(40);
    let guard = ground.guard(&json!({ "at_most": "C" }));
    let mut attacker = ground.attacker("in place");
    attacker.strike();
    attacker.wait_until_done();
    let alarm = ground.alarm("the alarm", |alarm| alarm.counts.rewritten >= 20);
    assert_eq!(alarm.kind, Suspicion::MassRewriting);
    assert_eq!(alarm.counts.recoverable, 0);
    let report = ground.restore_all(guard);
    assert!(report.lost >= 20, "{report:?}");
    assert_eq!(report.restored_verified, 0);
}

#[test]
fn a_played_hot_server_is_an_alarm_that_says_so() {
    let ground = Playground::new(3);
    let sensors = ground.path().join("sensors");
    let chip = sensors.join("sys/class/hwmon/hwmon0");
    fs::create_dir_all(&chip).unwrap();
    fs::write(chip.join("temp1_input"), "41000").unwrap();
    let _guard = ground.guard(&json!({ "at_most": "C", "sensors": sensors }));
    let cool = ground.status().unwrap().vitals;
    assert_eq!((cool.simulated, cool.temperature_millicelsius), (true, Some(41_000)));
    assert!(ground.alarms().is_empty());
    fs::write(chip.join("temp1_input"), "93000").unwrap();
    let alarm = ground.alarm("the heat", |alarm| alarm.kind == Suspicion::VitalSigns);
    assert!(alarm.simulated);
    assert_eq!(alarm.vitals.temperature_millicelsius, Some(93_000));
    assert_eq!(alarm.touched_total, 0);
}
