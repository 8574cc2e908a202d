//! Contents rewritten into something else: stopped at the third, all come back.

use beffroi_town::watch::{AlarmOutcome, Suspicion};

use crate::playground::{Playground, hostile_names, wait_for};
use serde_json::json;

fn stopped_and_undone(kind: &str, altered_max: usize) {
    let ground = Playground::new(60);
    let guard = ground.guard(&json!({ "protect": true }));
    let mut attacker = ground.attacker(kind);
    attacker.strike();
    attacker.wait_until_paused();
    let alarm = ground.alarm("the alarm", |alarm| alarm.outcome == AlarmOutcome::Stopped);
    assert_eq!(alarm.kind, Suspicion::MassRewriting);
    let altered = 60 - ground.intact();
    println!("measured: '{kind}' stopped after {altered} of 60 files");
    assert!((1..=altered_max).contains(&altered), "{altered} altered");
    let report = ground.restore_all(guard);
    assert_eq!(ground.intact(), 60, "{report:?}");
    assert_eq!((report.lost, report.failed), (0, 0), "{report:?}");
}

#[test]
fn emptying_and_rewriting_is_stopped_at_the_third_file() {
    stopped_and_undone("truncate and rewrite", 3);
}

#[test]
fn rewriting_in_place_is_stopped_at_the_third_file() {
    stopped_and_undone("in place", 3);
}

#[test]
fn replacing_by_a_new_file_is_stopped() {
    stopped_and_undone("replace", 59);
}

#[test]
fn observing_keeps_every_earlier_content() {
    let mut ground = Playground::new(60);
    for name in hostile_names() {
        ground.add(name, "un contenu de mairie, assez long pour compter\n".repeat(20).into_bytes());
    }
    let guard = ground.guard(&json!({}));
    let mut attacker = ground.attacker("truncate and rewrite");
    attacker.strike();
    attacker.wait_until_done();
    assert_eq!(ground.intact(), 0);
    let alarm = wait_for("an alarm over all files", || {
        let all = ground.alarms();
        println!("{:?}", all.iter().map(|a| (a.counts, a.touched_total)).collect::<Vec<_>>());
        all.into_iter().find(|alarm| alarm.counts.rewritten == 66)
    });
    assert_eq!((alarm.touched_total, alarm.counts.recoverable), (66, 66));
    let report = ground.restore_all(guard);
    assert_eq!(ground.intact(), 66, "{report:?}");
    assert_eq!(report.kept_beside, 66, "what was written is evidence, and is kept");
}

#[test]
fn a_full_reserve_is_an_alarm() {
    let ground = Playground::new(10);
    let _guard = ground.guard(&json!({ "reserve_bytes_max": 100 }));
    let mut attacker = ground.attacker("in place");
    attacker.strike();
    attacker.wait_until_done();
    ground.alarm("the alarm", |alarm| alarm.kind == Suspicion::ReserveFull);
    assert!(ground.status().is_some());
}

#[test]
fn opens_cost_little() {
    let ground = Playground::new(50);
    let mut without = ground.attacker("measure");
    without.strike();
    let without = without.wait_until_done();
    let _guard = ground.guard(&json!({ "protect": true }));
    let mut with = ground.attacker("measure");
    with.strike();
    let with = with.wait_until_done();
    let number = |said: &str, what: &str| -> u64 {
        let mut words = said.split_whitespace().skip_while(|word| *word != what);
        words.nth(1).unwrap().parse().unwrap()
    };
    for what in ["read", "write"] {
        let (off, on) = (number(&without, what), number(&with, what));
        println!("measured: open for {what}: {off} ns without, {on} ns with the guard (medians)");
        // A bound against hanging, not a benchmark.
        assert!(on < 100_000_000, "{on}");
    }
    assert!(ground.alarms().is_empty(), "opening alone is no alarm");
}
