//! The reserve and the senses on file systems of several kinds, subvolumes and mounts.

use beffroi_town::watch::{AlarmOutcome, Letter, Suspicion};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::playground::{Mounted, Playground, run};
use serde_json::json;

/// Attacks through `folder`; all files come back.
pub(crate) fn stopped_and_undone(ground: &Playground, kind: &str, folder: &std::path::Path) {
    let guard = ground.guard(&json!({ "protect": true }));
    assert_eq!(ground.status().unwrap().level.letter, Letter::A);
    assert_eq!(ground.status().unwrap().watched[0].files_unprotected, 0);
    let mut attacker = ground.attacker_in(kind, folder);
    attacker.strike();
    attacker.wait_until_paused();
    ground.alarm("the alarm", |alarm| alarm.outcome == AlarmOutcome::Stopped);
    let altered = ground.originals.len() - ground.intact();
    assert!((1..=3).contains(&altered), "{altered} altered");
    let report = ground.restore_all(guard);
    assert_eq!(ground.intact(), ground.originals.len(), "{report:?}");
}

#[test]
fn another_mount_path_leads_to_the_same_guard() {
    let ground = Playground::on(Some("ext4"), 40);
    let other = ground.path().join("by another path");
    let _mounted = Mounted::bind(&ground.share(), &other);
    stopped_and_undone(&ground, "in place", &other);
}

#[test]
fn a_share_that_is_a_bind_mount_has_its_reserve_inside() {
    let mut ground = Playground::on(Some("ext4"), 40);
    let shown = ground.share().with_file_name("shown");
    let _mounted = Mounted::bind(&ground.share(), &shown);
    ground.share_at(shown.clone());
    stopped_and_undone(&ground, "in place", &shown);
    assert!(shown.join(".beffroi-reserve/links").is_dir());
    let mode = fs::metadata(shown.join(".beffroi-reserve")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_subvolume_has_its_own_reserve_and_shares_extents() {
    let mut ground = Playground::on(Some("btrfs"), 0);
    let share = ground.share().with_file_name("volume");
    run(Command::new("btrfs").args(["subvolume", "create"]).arg(&share));
    ground.share_at(share.clone());
    for number in 0..40 {
        ground.add(format!("acte {number}.txt").into(), b"Acte de naissance. ".repeat(40_000));
    }
    stopped_and_undone(&ground, "in place", &share);
    assert!(share.join(".beffroi-reserve/links").is_dir());
}

#[test]
fn a_large_file_is_kept_at_once_where_extents_are_shared() {
    let mut ground = Playground::on(Some("xfs"), 3);
    let large = "Registre de la population. ".repeat(4_500_000).into_bytes();
    ground.add("registre.csv".into(), large);
    let guard = ground.guard(&json!({ "reserve_bytes_max": 200_000_000 }));
    let file = ground.share().join("registre.csv");
    // What was written just now is flushed before it can be shared.
    rustix::fs::syncfs(fs::File::open(&file).unwrap()).unwrap();
    let began = std::time::Instant::now();
    run(Command::new("sh")
        .args(["-c", "printf x | dd of=\"$0\" conv=notrunc bs=1 count=1 status=none"])
        .arg(&file));
    let ms = began.elapsed().as_millis();
    println!("measured: first byte into a file of 121 MB, its content kept, after {ms} ms");
    let copies = fs::read_dir(ground.reserve().join("copies")).unwrap().flatten();
    let kept: Vec<u64> = copies.map(|copy| copy.metadata().unwrap().len()).collect();
    assert_eq!(kept, [121_500_000]);
    let free = rustix::fs::statvfs(ground.share()).unwrap();
    assert!(free.f_bfree * free.f_frsize > 100 << 20, "the copy took room of its own");
    let report = ground.restore_all(guard);
    assert_eq!((report.restored_verified, ground.intact()), (1, 4), "{report:?}");
}

#[test]
fn a_full_reserve_denies_the_suspect_and_says_so() {
    let ground = Playground::on(Some("ext4"), 40);
    // Room for the first two contents; the third finds none.
    let guard = ground.guard(&json!({ "protect": true, "reserve_bytes_max": 1_200 }));
    let mut attacker = ground.attacker("in place");
    attacker.strike();
    attacker.wait_until_paused_or_done();
    ground.alarm("that the reserve is full", |a| a.kind == Suspicion::ReserveFull);
    let altered = 40 - ground.intact();
    println!("measured: with a full reserve {altered} of 40 files were altered");
    assert_eq!(altered, 2, "a suspect must be denied");
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (40, 0), "{report:?}");
}
