//! Where the kernel asks before each access (level A): what opens alone do not show is not lost.
//!
//! On a disk of its own, which one mark covers as a whole: no other name or mount path leads past.

use beffroi_town::watch::{AlarmOutcome, Hole, Letter, Suspicion};

use crate::playground::Playground;
use serde_json::json;

#[test]
fn far_into_large_files() {
    let mut ground = Playground::on(Some("ext4"), 0);
    for number in 0..20_u8 {
        let mut bytes = format!("Registre {number}, une ligne parmi d'autres.\n").repeat(8_000);
        if number % 2 == 0 {
            bytes.insert_str(0, "%PDF-1.7\n");
        }
        ground.add(format!("registre {number}").into(), bytes.into_bytes());
    }
    attacked("from 200 KB on", &ground, 3);
}

/// Stopped or held after at most `altered_max` files; all come back.
fn nothing_is_lost(kind: &str, altered_max: usize) {
    attacked(kind, &Playground::on(Some("ext4"), 60), altered_max);
}

fn attacked(kind: &str, ground: &Playground, altered_max: usize) {
    let files = ground.originals.len();
    let guard = ground.guard(&json!({ "protect": true }));
    let level = ground.status().unwrap().level;
    assert_eq!(level.letter, Letter::A);
    for hole in [Hole::TruncateByPath, Hole::OpenedBefore, Hole::HardLinksElsewhere] {
        assert!(!level.holes.contains(&hole), "{level:?}");
    }
    let mut attacker = ground.attacker(kind);
    attacker.strike();
    let end = attacker.wait_until_paused_or_done();
    let alarm = ground.alarm("the alarm", |a| a.counts.rewritten + a.counts.vanished > 0);
    let altered = files - ground.intact();
    println!("measured: '{kind}' {end} after {altered} of {files} files ({:?})", alarm.outcome);
    // What was decided is decided again from the record of events.
    let replayed = beffroi_guard::replay(&ground.state().join("events.jsonl")).unwrap();
    let worst = replayed.verdicts.iter().map(beffroi_guard::decide::Verdict::rank).max();
    let acted = if alarm.outcome == AlarmOutcome::Stopped { 2 } else { 1 };
    assert!(worst >= Some(acted) && replayed.missing == 0, "{replayed:?}");
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost, report.failed), (files, 0, 0), "{report:?}");
    assert!((1..=altered_max).contains(&altered), "{altered} altered\n{}", ground.weighed());
    assert!(matches!(alarm.outcome, AlarmOutcome::Held | AlarmOutcome::Stopped), "{alarm:?}");
    assert_ne!(alarm.kind, Suspicion::EventsLost);
}

#[test]
fn in_place() {
    nothing_is_lost("in place", 3);
}

#[test]
fn emptied_and_rewritten() {
    nothing_is_lost("truncate and rewrite", 3);
}

#[test]
fn replaced() {
    nothing_is_lost("replace", 20);
}

#[test]
fn written_anew_and_deleted() {
    nothing_is_lost("new and delete", 20);
}

#[test]
fn emptied_through_a_descriptor() {
    nothing_is_lost("ftruncate", 3);
}

#[test]
fn holes_punched() {
    nothing_is_lost("punch holes", 3);
}

#[test]
fn all_opened_first() {
    nothing_is_lost("all opened first", 3);
}

#[test]
fn eight_threads_at_once() {
    nothing_is_lost("eight threads", 3);
}

#[test]
fn the_first_4_kilobytes() {
    nothing_is_lost("first 4 KB", 3);
}

#[test]
fn every_other_block() {
    nothing_is_lost("every other block", 3);
}

#[test]
fn copied_into_by_the_kernel() {
    nothing_is_lost("copied into", 3);
}

#[test]
fn through_another_link() {
    nothing_is_lost("through another link", 3);
}

#[test]
fn moved_away_and_rewritten() {
    nothing_is_lost("moved away and rewritten", 20);
}

#[test]
fn deleted_then_rewritten() {
    nothing_is_lost("deleted, then rewritten", 20);
}

#[test]
fn emptied_by_path() {
    nothing_is_lost("python truncate_by_path", 3);
}

#[test]
fn mapped() {
    nothing_is_lost("python map_shared", 3);
}

#[test]
fn by_openat2() {
    nothing_is_lost("python openat2", 3);
}

#[test]
fn by_a_ring() {
    nothing_is_lost("python io_uring", 3);
}

#[test]
fn by_a_ring_whose_maker_reads() {
    nothing_is_lost("python io_uring_behind_a_read", 3);
}

#[test]
fn by_a_ring_at_the_end_of_a_read() {
    // ext4 leaves such a write to a worker of the ring.
    let kind = "python io_uring_at_the_end_of_a_read";
    attacked(kind, &Playground::on(Some("xfs"), 60), 3);
}

#[test]
fn by_a_program_of_32_bits() {
    nothing_is_lost("python write_with_32_bits", 3);
}

#[test]
fn emptied_by_a_program_of_32_bits() {
    nothing_is_lost("python empty_with_32_bits", 3);
}
