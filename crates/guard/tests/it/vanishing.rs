//! Files that vanish: who does it is stopped, all come back.

use beffroi_town::watch::{AlarmOutcome, Hole, Suspicion};
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;

use crate::playground::{Playground, USER, hostile_names, wait_for};
use serde_json::json;

#[test]
fn whoever_reads_and_deletes_is_held_at_the_twentieth_file() {
    let ground = Playground::new(60);
    let guard = ground.guard(&json!({ "protect": true }));
    let mut attacker = ground.attacker("read and delete");
    attacker.strike();
    attacker.wait_until_paused();
    let alarm = ground.alarm("the alarm", |alarm| alarm.counts.vanished_at_stop.is_some());
    assert_eq!(alarm.kind, Suspicion::MassDisappearance);
    assert_eq!(alarm.outcome, AlarmOutcome::Held);
    // Its next open waits for us, so the count is exact.
    assert_eq!(alarm.counts.vanished_at_stop, Some(20));
    assert_eq!(alarm.counts.recoverable, 20);
    assert_eq!(alarm.touched.len(), 20);
    let actor = alarm.actor.unwrap();
    assert_eq!((actor.uid, actor.pid), (USER, attacker.child.0.id()));
    assert_eq!(actor.user.as_deref(), Some("nobody"));
    assert!(actor.exe.ends_with("/program"), "{}", actor.exe);
    assert!(!alarm.simulated);
    assert_eq!(ground.intact(), 40);

    let report = ground.restore_all(guard);
    assert_eq!(ground.intact(), 60);
    assert_eq!(
        (report.total, report.restored_verified, report.lost, report.failed),
        (20, 20, 0, 0)
    );
}

#[test]
fn plain_deletion_is_stopped_and_all_comes_back_with_owner_mode_and_time() {
    let ground = Playground::new(3_000);
    let file = ground.share().join("dossier 0000.txt");
    let before = fs::metadata(&file).unwrap();
    let guard = ground.guard(&json!({ "protect": true }));
    let mut attacker = ground.attacker("delete");
    let began = std::time::Instant::now();
    attacker.strike();
    let end = attacker.wait_until_paused_or_done();
    let ms = began.elapsed().as_millis();
    let gone = 3_000 - ground.intact() as u64;
    ground.alarm("the alarm", |alarm| alarm.counts.vanished == gone);
    println!("measured: plain deletion {end} after {gone} of 3000 files, {ms} ms after the word");
    if has_brake(&ground) {
        assert_eq!((end, gone), ("was paused", 20));
    } else {
        // Nothing makes a plain deletion wait: on a busy machine it may be over first.
        assert!(gone >= 20, "{gone}");
    }

    let report = ground.restore_all(guard);
    assert_eq!(ground.intact(), 3_000);
    assert_eq!((report.lost, report.failed), (0, 0));
    let after = fs::metadata(&file).unwrap();
    assert_eq!(
        (before.uid(), before.mode(), before.mtime_nsec()),
        (after.uid(), after.mode(), after.mtime_nsec())
    );
}

/// Whether the kernel itself counts deletions here: Linux that describes its structures, on ext4.
fn has_brake(ground: &Playground) -> bool {
    !ground.status().unwrap().level.holes.contains(&Hole::DeletionsAfterTheFact)
}

/// On a disk of its own also where nothing but a change of the file's state is announced.
#[test]
fn plain_deletion_is_held_at_the_twentieth_on_each_file_system() {
    for kind in ["ext4", "xfs", "btrfs"] {
        for attack in ["delete", "process per file"] {
            let ground = Playground::on(Some(kind), 100);
            let guard = ground.guard(&json!({ "protect": true }));
            let mut attacker = ground.attacker(attack);
            attacker.strike();
            let end = attacker.wait_until_paused_or_done();
            ground.alarm("the hold", |alarm| alarm.outcome == AlarmOutcome::Held);
            let gone = 100 - ground.intact();
            println!("measured: '{attack}' on {kind} {end} after {gone} of 100 files");
            if has_brake(&ground) {
                assert_eq!((end, gone), ("was paused", 20));
            }
            ground.restore_all(guard);
            assert_eq!(ground.intact(), 100);
        }
    }
}

/// What somebody made a while ago is that person's own to remove, in whatever number.
#[test]
fn removing_what_one_made_pauses_nobody() {
    let ground = Playground::on(Some("ext4"), 30);
    let _guard = ground.guard(&json!({ "protect": true }));
    let mut user =
        ground.role(&["make and remove".to_owned(), ground.share().display().to_string()]);
    // Until the files are linked into the reserve the kernel would not count them at all.
    let links = ground.reserve().join("links");
    wait_for("the links", || (fs::read_dir(&links).ok()?.count() >= 30 + 60).then_some(()));
    user.strike();
    assert!(user.wait_until_done().contains("done"));
    assert!(ground.alarms().is_empty(), "{:?}", ground.alarms());
}

/// Makes files, waits for a word, and removes them.
pub(crate) fn play_maker(share: &std::path::Path) {
    rustix::process::setsid().unwrap();
    let own: Vec<_> = (0..60).map(|n| share.join(format!("own {n}"))).collect();
    for path in &own {
        fs::write(path, "un brouillon").unwrap();
    }
    println!("ready");
    std::io::stdin().read_exact(&mut [0]).unwrap();
    for path in &own {
        fs::remove_file(path).unwrap();
    }
    println!("done");
}

#[test]
fn renaming_to_one_extension_is_stopped_and_undone() {
    let ground = Playground::new(400);
    let guard = ground.guard(&json!({ "protect": true }));
    let mut attacker = ground.attacker("rename");
    attacker.strike();
    attacker.wait_until_paused();
    ground.alarm("the alarm", |alarm| alarm.counts.vanished >= 20);
    let report = ground.restore_all(guard);
    assert_eq!(ground.intact(), 400, "{report:?}");
}

#[test]
fn a_process_per_file_is_stopped_through_its_session() {
    let ground = Playground::new(300);
    let guard = ground.guard(&json!({ "protect": true }));
    let mut attacker = ground.attacker("process per file");
    attacker.strike();
    attacker.wait_until_paused();
    let alarm = ground.alarm("the alarm", |alarm| alarm.outcome == AlarmOutcome::Held);
    let gone = 300 - ground.intact();
    println!("measured: a process per file was held after {gone} of 300 files");
    assert!(gone <= if has_brake(&ground) { 20 } else { 299 }, "{gone} {alarm:?}");
    ground.restore_all(guard);
    assert_eq!(ground.intact(), 300);
}

#[test]
fn observing_tells_and_touches_nobody() {
    let ground = Playground::new(60);
    let guard = ground.guard(&json!({}));
    let mut attacker = ground.attacker("delete");
    attacker.strike();
    assert!(attacker.wait_until_done().contains("done"));
    let alarm = ground.alarm("the alarm", |alarm| alarm.counts.vanished == 60);
    assert_eq!(alarm.outcome, AlarmOutcome::Observed);
    assert_eq!(alarm.stopped_at, None);
    // What a person reads before protection is switched on.
    let review = beffroi_guard::review(&ground.state(), alarm.raised_at).unwrap();
    assert!(review.observing_since.is_some());
    let [would] = review.alarms.as_slice() else { panic!("{review:?}") };
    assert_eq!((would.stopped, &would.report.id), (false, &alarm.id), "it would have held");
    assert_eq!(ground.restore_all(guard).restored_verified, 60);
    assert_eq!(ground.intact(), 60);
}

#[test]
fn hostile_names_come_back() {
    let mut ground = Playground::new(30);
    for name in hostile_names() {
        ground.add(name, b"un contenu".to_vec());
    }
    let guard = ground.guard(&json!({}));
    let mut attacker = ground.attacker("delete");
    attacker.strike();
    attacker.wait_until_done();
    let alarm = ground.alarm("the alarm", |alarm| alarm.counts.vanished == 36);
    alarm.check().unwrap();
    ground.restore_all(guard);
    assert_eq!(ground.intact(), 36);
}

#[test]
fn what_stands_in_the_way_is_kept_beside_and_links_are_not_followed() {
    let mut ground = Playground::new(30);
    let folder = ground.share().join("sous-dossier");
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::chown(&folder, Some(USER), Some(USER)).unwrap();
    ground.add("sous-dossier/acte.txt".into(), b"acte de naissance".to_vec());
    ground.add("sous-dossier/plan.txt".into(), b"plan de la salle".to_vec());
    let guard = ground.guard(&json!({}));
    // Another process than the guard: what the guard does itself does not count.
    let rm = |path: &std::path::Path| {
        let done = std::process::Command::new("rm").arg("-r").arg(path).status().unwrap();
        assert!(done.success());
    };
    rm(&ground.share().join("dossier 0003.txt"));
    rm(&folder);
    wait_for("the touches", || {
        let text = fs::read_to_string(ground.state().join("touches.jsonl")).unwrap_or_default();
        (text.lines().count() >= 3).then_some(())
    });
    drop(guard);
    fs::write(ground.share().join("dossier 0003.txt"), b"new work").unwrap();
    let beyond = ground.path().join("beyond");
    fs::create_dir(&beyond).unwrap();
    std::os::unix::fs::symlink(&beyond, &folder).unwrap();
    let report = ground.restore_now();
    assert_eq!((report.kept_beside, report.failed), (1, 2), "{report:?}");
    assert_eq!(fs::read_dir(&beyond).unwrap().count(), 0, "a link was followed");
    fs::remove_file(&folder).unwrap();
    let again = ground.restore_now();
    assert_eq!((again.restored_verified, again.failed), (2, 0), "{again:?}");
    assert_eq!(ground.intact(), 32);
    let beside = fs::read_dir(ground.share())
        .unwrap()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("dossier 0003.txt.beffroi-"));
    assert_eq!(fs::read(beside.unwrap().path()).unwrap(), b"new work");
    assert_eq!(ground.restore_now().total, 0, "twice is the same as once");
}
