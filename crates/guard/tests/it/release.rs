//! Who was held or stopped goes on: by a person's word on the platform or at the host, and when
//! nobody came in time. What they touched stays in the reserve.

use beffroi_guard::{held, release};
use beffroi_town::watch::{AlarmOutcome, AlarmReport, Order, OrderOutcome};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::child::Killed;
use crate::platform::Platform;
use crate::playground::{Attacker, Playground, wait_for};

const FILES: usize = 120;

/// A clerk who deletes a folder's files and is held.
fn held_clerk(more: &serde_json::Value) -> (Playground, Killed, Attacker, AlarmReport) {
    let ground = Playground::on(Some("ext4"), FILES);
    let mut options = json!({ "protect": true });
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let guard = ground.guard(&options);
    let mut clerk = ground.attacker("delete");
    clerk.strike();
    clerk.wait_until_paused();
    let alarm = ground.alarm("the hold", |alarm| alarm.outcome == AlarmOutcome::Held);
    (ground, guard, clerk, alarm)
}

/// It ends its work, and nobody holds it a second time; all of it can be put back.
fn goes_on(ground: &Playground, guard: Killed, mut clerk: Attacker, outcome: AlarmOutcome) {
    assert!(clerk.wait_until_done().contains("done"));
    assert_eq!(ground.intact(), 0);
    let alarm = ground.alarm("all of it", |alarm| alarm.counts.vanished == FILES as u64);
    assert_eq!(alarm.outcome, outcome, "{alarm:?}");
    assert_eq!(ground.alarms().len(), 1);
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (FILES, 0), "{report:?}");
}

#[test]
fn by_a_word_at_the_host() {
    let (ground, guard, clerk, alarm) = held_clerk(&json!({}));
    let waiting = held(&ground.state()).unwrap();
    assert_eq!(waiting.iter().map(|one| &one.id).collect::<Vec<_>>(), [&alarm.id]);
    release(&ground.state(), &alarm.id).unwrap();
    goes_on(&ground, guard, clerk, AlarmOutcome::LetGo);
    // Twice, or for an alarm that is none, it says so.
    let again = release(&ground.state(), &alarm.id).unwrap_err().to_string();
    assert!(again.contains("nobody is held"), "{again}");
    let none = beffroi_town::AlarmId::parse("none").unwrap();
    assert!(release(&ground.state(), &none).is_err());
    assert!(held(&ground.state()).unwrap().is_empty());
}

/// Somebody who appends to one file while another program of theirs deletes many: held in the middle
/// of it, and let go on, no call of theirs has failed.
#[test]
fn who_was_held_has_failed_in_nothing() {
    let ground = Playground::on(Some("ext4"), 60);
    let guard = ground.guard(&json!({ "protect": true }));
    let script = "(for n in $(seq 300); do echo $n >> 'dossier 0000.txt' || echo $n >> ../echecs; \
                  cat 'dossier 0001.txt' > /dev/null || echo $n >> ../echecs; done) & \
                  sleep 0.1; rm 'dossier 00'[1-5]*; wait";
    let mut user = crate::elsewhere::user(&ground, script);
    let alarm = ground.alarm("the hold", |alarm| alarm.outcome == AlarmOutcome::Held);
    user.wait_until_paused_or_done();
    let lines = || fs::read_to_string(ground.share().join("dossier 0000.txt")).unwrap();
    let before = lines();
    assert!(!before.ends_with("300\n"), "it was held too late to show anything");
    release(&ground.state(), &alarm.id).unwrap();
    wait_for("the user's work to end", || user.child.0.try_wait().unwrap());
    assert!(lines().ends_with("299\n300\n"));
    let failed = ground.share().with_file_name("echecs");
    assert!(!failed.exists(), "{}", fs::read_to_string(failed).unwrap());
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (60, 0), "{report:?}");
}

#[test]
fn by_an_order_of_the_platform() {
    let platform = Platform::at("127.0.0.1:0");
    let folder = tempfile::tempdir().unwrap();
    let enrol = platform.enrolment(folder.path());
    let (ground, guard, clerk, alarm) = held_clerk(&json!({ "enrol": enrol }));
    assert!(platform.told.lock().unwrap().beats.iter().all(|beat| beat.lets_go));
    platform.order(1, Order::LetGo(alarm.id));
    assert_eq!(platform.ack(1), OrderOutcome::Done);
    goes_on(&ground, guard, clerk, AlarmOutcome::LetGo);
    let unknown = beffroi_town::AlarmId::parse("unknown").unwrap();
    let _guard = ground.guard_over_ruins(&json!({ "enrol": enrol }));
    platform.order(2, Order::LetGo(unknown));
    assert_eq!(platform.ack(2), OrderOutcome::UnknownAlarm);
}

#[test]
fn when_nobody_came_in_time() {
    let (ground, guard, clerk, _) = held_clerk(&json!({ "hold_ms": 1_500 }));
    goes_on(&ground, guard, clerk, AlarmOutcome::Released);
}

#[test]
fn also_where_no_guard_runs_any_more() {
    let (ground, guard, mut clerk, alarm) = held_clerk(&json!({}));
    drop(guard);
    assert!(FILES - ground.intact() < FILES);
    release(&ground.state(), &alarm.id).unwrap();
    assert!(clerk.wait_until_done().contains("done"));
    assert_eq!(ground.intact(), 0);
    ground.restore_now();
    assert!(ground.intact() >= 20, "what was deleted while a guard ran comes back");
}

/// What was let go is what was done so far: a rewriting is stopped all the same, and goes on when a
/// person lets it.
#[test]
fn a_second_signal_stops_whoever_was_let_go() {
    let ground = Playground::on(Some("ext4"), 60);
    let guard = ground.guard(&json!({ "protect": true }));
    let mut attacker = ground.attacker("in place");
    attacker.strike();
    attacker.wait_until_paused();
    let alarm = ground.alarm("the stop", |alarm| alarm.outcome == AlarmOutcome::Stopped);
    let before = altered(&ground);
    release(&ground.state(), &alarm.id).unwrap();
    let stopped = |alarm: &AlarmReport| alarm.outcome == AlarmOutcome::Stopped;
    ground.alarm("the next stop", |alarm| stopped(alarm) && alarm.counts.rewritten > before);
    attacker.wait_until_paused();
    let after = altered(&ground);
    assert!(after <= before + 3, "{before} then {after}\n{}", ground.weighed());
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (60, 0), "{report:?}");
}

fn altered(ground: &Playground) -> u64 {
    60 - ground.intact() as u64
}

/// Each deletes less than anybody is asked about, all together more: whoever crosses that line is
/// held, and the next one too. Let go on, nobody stays held, and all together count anew.
#[test]
fn a_hold_for_the_whole_share_ends_for_everybody() {
    // One fewer than anybody is asked about alone, at a person's pace: the guard comes in between.
    const EACH: u32 = 19;
    let ground = Playground::on(Some("ext4"), 120);
    let everybody = fs::Permissions::from_mode(0o777);
    fs::set_permissions(ground.share(), everybody).unwrap();
    let guard = ground.guard(&json!({ "protect": true }));
    let share = ground.share().display().to_string();
    let somebody = |number: u32| {
        let (first, last) = (number * EACH, number * EACH + EACH - 1);
        let script = format!(
            "for n in $(seq {first} {last}); do rm -f \"dossier $(printf %04d $n).txt\"; sleep 0.03; done"
        );
        ground.role_of(30_000 + number, &["types".to_owned(), script, share.clone()])
    };
    let ends =
        |mut one: Attacker| wait_for("their work to end", || one.child.0.try_wait().unwrap());
    for number in 0..3 {
        ends(somebody(number));
    }
    assert!(ground.alarms().is_empty(), "{:?}", ground.alarms());
    let (fourth, fifth) = (somebody(3), somebody(4));
    fourth.wait_until_paused();
    fifth.wait_until_paused();
    let alarm = ground.alarm("the hold", |alarm| alarm.outcome == AlarmOutcome::Held);
    release(&ground.state(), &alarm.id).unwrap();
    ends(fourth);
    ends(fifth);
    ends(somebody(5));
    assert_eq!(ground.intact(), 120 - 6 * EACH as usize);
    ground.alarm("its end", |alarm| alarm.outcome == AlarmOutcome::LetGo);
    assert_eq!(ground.alarms().len(), 1, "{:#?}", ground.alarms());
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (120, 0), "{report:?}");
}
