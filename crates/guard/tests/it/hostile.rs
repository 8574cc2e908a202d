//! Files and platforms as nobody expects them.

use beffroi_town::watch::{Order, OrderOutcome, Suspicion};
use serde_json::json;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant as Tick};

use crate::platform::Platform;
use crate::playground::{Playground, wait_for};

/// A file that claims a terabyte fills no reserve, and nobody waits for it: not its writer, not the
/// scan of the others. Deleted, it comes back.
#[test]
fn a_sparse_file_of_a_terabyte() {
    let mut ground = Playground::on(Some("ext4"), 20);
    let large = ground.share().join("0 image.raw");
    File::create(&large).unwrap().set_len(1 << 40).unwrap();
    // Listed before the others, and hashed before them.
    let began = Tick::now();
    let guard = ground.guard_over_ruins(&json!({ "protect": true }));
    ground.add(OsString::from("zz.txt"), b"une note".to_vec());
    wait_for("the hashes of the others", || {
        let text = fs::read_to_string(ground.state().join("inventory.jsonl")).unwrap_or_default();
        let hashed = text.lines().filter(|line| line.contains("\"sha256\":\"")).count();
        (hashed > 20).then_some(())
    });
    println!("measured: 21 files known beside a terabyte after {} ms", began.elapsed().as_millis());
    let began = Tick::now();
    let file = File::options().write(true).open(&large).unwrap();
    file.write_all_at(b"secteur", 1 << 39).unwrap();
    assert!(began.elapsed() < Duration::from_secs(2), "its writer waited {:?}", began.elapsed());
    let used = wait_for("a beat", || ground.status().map(|beat| beat.reserve.used_bytes));
    assert!(used < 10 << 20, "{used}");
    let inode = fs::metadata(&large).unwrap().ino();
    fs::remove_file(&large).unwrap();
    wait_for("the touch on record", || {
        let text = fs::read_to_string(ground.state().join("touches.jsonl")).unwrap_or_default();
        text.contains(&format!("\"inode\":{inode}")).then_some(())
    });
    let report = ground.restore_all(guard);
    assert_eq!((report.lost, report.failed), (0, 0), "{report:?}");
    let back = fs::metadata(&large).unwrap();
    assert_eq!((back.ino(), back.len()), (inode, 1 << 40));
    let mut read = [0; 7];
    File::open(&large).unwrap().read_exact_at(&mut read, 1 << 39).unwrap();
    assert_eq!(&read, b"secteur");
}

/// A platform that floods: refused one by one and said once; more than an answer may hold counts for
/// nothing. The guard decides meanwhile as ever.
#[test]
fn a_platform_that_floods_orders() {
    let ground = Playground::on(Some("ext4"), 60);
    let platform = Platform::at("127.0.0.1:0");
    let enrol = platform.enrolment(ground.path());
    let guard = ground.guard(&json!({ "protect": true, "enrol": enrol }));
    let forged = |sequence| {
        let mut order = platform.signed(sequence, Order::CutSelf);
        order.order = Order::LiftSelf;
        order
    };
    platform.told.lock().unwrap().orders.extend((1..=16).map(forged));
    for sequence in 1..=16 {
        assert_eq!(platform.ack(sequence), OrderOutcome::BadSignature);
    }
    let beats = platform.told.lock().unwrap().beats.len();
    platform.told.lock().unwrap().orders.extend((17..=2_000).map(forged));
    wait_for("some beats", || {
        (platform.told.lock().unwrap().beats.len() > beats + 4).then_some(())
    });
    let mut attacker = ground.attacker("delete");
    attacker.strike();
    attacker.wait_until_paused();
    ground.alarm("the hold", |alarm| alarm.kind == Suspicion::MassDisappearance);
    let refused = |alarm: &&beffroi_town::watch::AlarmReport| alarm.kind == Suspicion::OrderRefused;
    assert_eq!(ground.alarms().iter().filter(refused).count(), 1, "said once");
    assert!(platform.told.lock().unwrap().acks.iter().all(|ack| ack.sequence <= 16));
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (60, 0), "{report:?}");
}

/// While the content of a large file is being kept for somebody who is about to write into it,
/// somebody else gives another file its name. Nobody's content is lost: not the old one, not the
/// new one, and who writes goes on in the file that it had opened.
#[test]
fn a_file_is_replaced_while_it_is_copied() {
    const SIZE: usize = 32 << 20;
    let mut ground = Playground::on(Some("ext4"), 4);
    let names: Vec<String> = (0..3).map(|number| format!("registre {number}.csv")).collect();
    for (number, name) in names.iter().enumerate() {
        let line = format!("Registre de la population, {number:03}.\n");
        ground.add(name.into(), line.repeat(SIZE / line.len()).into_bytes());
    }
    let guard = ground.guard(&json!({ "reserve_bytes_max": 200 << 20 }));
    let mut copies = CopyFolder { path: ground.reserve().join("copies"), known: HashSet::new() };
    let mut in_the_middle = 0;
    for name in &names {
        let (path, next) = (ground.share().join(name), ground.share().join("suivant"));
        fs::write(&next, format!("Nouveau {name}")).unwrap();
        let mut writer = Command::new("dd");
        writer.args(["conv=notrunc", "bs=1", "count=1", "status=none"]);
        writer.arg("if=/dev/zero").arg(format!("of={}", path.display()));
        let mut writer = writer.spawn().unwrap();
        let begun = wait_for(&format!("the copy of {name} to begin"), || copies.new_one());
        fs::rename(&next, &path).unwrap();
        in_the_middle += usize::from(begun.metadata().unwrap().len() < SIZE as u64 / 2);
        assert!(writer.wait().unwrap().success());
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("Nouveau {name}"));
    }
    println!("measured: {in_the_middle} of 3 files were replaced in the middle of their copy");
    assert!(in_the_middle > 0);
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost, report.failed), (7, 0, 0), "{report:?}");
    let all = fs::read_dir(ground.share()).unwrap().flatten();
    let small = all.filter(|entry| entry.metadata().unwrap().len() < 100);
    let texts: HashSet<String> =
        small.map(|entry| fs::read_to_string(entry.path()).unwrap_or_default()).collect();
    for name in &names {
        assert!(texts.contains(&format!("Nouveau {name}")), "{name}: what replaced it is gone");
    }
}

/// The reserve's folder of copies, looked at until there is one more.
struct CopyFolder {
    path: PathBuf,
    known: HashSet<OsString>,
}

impl CopyFolder {
    /// Looks often: a copy is made in some milliseconds.
    fn new_one(&mut self) -> Option<PathBuf> {
        (0..1_000).find_map(|_| {
            let names = fs::read_dir(&self.path).ok()?.flatten().map(|entry| entry.file_name());
            let new = names.filter(|name| !self.known.contains(name)).collect::<Vec<_>>();
            self.known.extend(new.iter().cloned());
            new.first().map(|name| self.path.join(name))
        })
    }
}
