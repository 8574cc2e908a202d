//! Jobs that a person announced: their deletions hold nobody, whatever else they do counts as ever.

use beffroi_town::Instant;
use beffroi_town::edge::Clock;
use beffroi_town::watch::{AlarmOutcome, Maintenance, Order, OrderOutcome};
use serde_json::json;

use crate::child::{Killed, Real};
use crate::platform::Platform;
use crate::playground::{Playground, USER, wait_for};

const FILES: usize = 120;

/// A guard with a job of the ordinary user's, which began a minute ago.
fn with_job(minutes: u32) -> (Playground, Killed) {
    let platform = Platform::at("127.0.0.1:0");
    let folder = tempfile::tempdir().unwrap();
    let enrol = platform.enrolment(folder.path());
    let ground = Playground::on(Some("ext4"), FILES);
    let guard = ground.guard(&json!({ "protect": true, "enrol": enrol }));
    let from_at: Instant = Real.now().plus_ms(-60_000);
    let job = Maintenance { user: USER, from_at, minutes, days: 1 };
    platform.order(1, Order::Maintain(job));
    assert_eq!(platform.ack(1), OrderOutcome::Done);
    platform.order(2, Order::Maintain(Maintenance { days: 0, ..job }));
    assert_eq!(platform.ack(2), OrderOutcome::Failed);
    drop(guard);
    // It is known after a restart, with the platform gone.
    let guard = ground.guard(&json!({ "protect": true }));
    (ground, guard)
}

#[test]
fn an_announced_job_deletes_and_everything_is_kept() {
    let (ground, guard) = with_job(30);
    let mut job = ground.attacker("delete");
    job.strike();
    job.wait_until_done();
    wait_for("all to be gone", || (ground.intact() == 0).then_some(()));
    assert!(ground.alarms().is_empty(), "{:?}\n{}", ground.alarms(), ground.weighed());
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (FILES, 0), "{report:?}");
}

#[test]
fn it_excuses_no_rewriting() {
    let (ground, guard) = with_job(30);
    let mut attacker = ground.attacker("in place");
    attacker.strike();
    ground.alarm("the stop", |alarm| alarm.outcome == AlarmOutcome::Stopped);
    attacker.wait_until_paused_or_done();
    assert!(FILES - ground.intact() <= 3, "{}", ground.weighed());
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (FILES, 0), "{report:?}");
}

#[test]
fn a_job_that_is_over_or_withdrawn_excuses_nothing() {
    for minutes in [1, 0] {
        let (ground, guard) = with_job(minutes);
        let mut late = ground.attacker("delete");
        late.strike();
        ground.alarm("the hold", |alarm| alarm.outcome == AlarmOutcome::Held);
        late.wait_until_paused_or_done();
        assert_eq!(FILES - ground.intact(), 20, "{}", ground.weighed());
        let report = ground.restore_all(guard);
        assert_eq!((ground.intact(), report.lost), (FILES, 0), "{report:?}");
    }
}
