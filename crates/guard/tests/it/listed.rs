//! The exact list of what was touched under an alarm: at the host, and at the platform.

use std::collections::{BTreeMap, HashSet};

use beffroi_town::AlarmId;
use beffroi_town::watch::{AlarmReport, ListedFile, Touch};
use serde_json::json;

use crate::platform::Platform;
use crate::playground::{Playground, USER, wait_for};

/// What the host tells of an alarm: it, and each file.
fn told(ground: &Playground, id: &AlarmId) -> (AlarmReport, Vec<ListedFile>) {
    let report =
        std::io::read_to_string(beffroi_guard::report(&ground.state(), id).unwrap()).unwrap();
    let mut lines = report.lines();
    let alarm = serde_json::from_str(lines.next().unwrap()).unwrap();
    (alarm, lines.map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn hashed(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}

#[test]
fn each_file_is_listed_with_who_did_it_and_what_was_there() {
    let ground = Playground::on(Some("ext4"), 700);
    let guard = ground.guard(&json!({}));
    // Nobody stops it: more files than one piece holds.
    let mut attacker = ground.attacker("in place");
    let pid = attacker.child.0.id();
    attacker.strike();
    attacker.wait_until_done();
    let alarm = ground.alarm("all of it", |alarm| alarm.counts.rewritten == 700);
    let files = wait_for("the list", || {
        let (_, files) = told(&ground, &alarm.id);
        (files.len() == 700).then_some(files)
    });
    let mut by_path: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (name, bytes) in &ground.originals {
        by_path.insert(ground.share().join(name).display().to_string(), bytes.clone());
    }
    for file in &files {
        let before = &by_path[&file.path];
        assert_eq!((file.how, file.user, file.process), (Touch::Rewritten, Some(USER), Some(pid)));
        assert!(file.program.is_some() && file.recoverable && file.client.is_none(), "{file:?}");
        assert_eq!((file.bytes, file.sha256.clone()), (before.len() as u64, Some(hashed(before))));
    }
    assert_eq!(files.iter().map(|file| &file.path).collect::<HashSet<_>>().len(), 700);
    // A platform that is there later is sent all of it, once, in order.
    drop(guard);
    let platform = Platform::at("127.0.0.1:0");
    let guard = ground.guard_over_ruins(&json!({ "enrol": platform.enrolment(ground.path()) }));
    let all = || -> Vec<ListedFile> {
        let told = platform.told.lock().unwrap();
        told.listed.iter().flat_map(|piece| piece.files.clone()).collect()
    };
    wait_for("the list at the platform", || (all().len() == 700).then_some(()));
    assert_eq!(all(), files);
    {
        let told = platform.told.lock().unwrap();
        assert!(told.listed.len() > 1 && told.listed.iter().all(|piece| piece.alarm == alarm.id));
        let mut before = 0;
        for piece in &told.listed {
            assert_eq!(piece.before, before);
            before += piece.files.len() as u64;
        }
    }
    // What is put back stays in the list.
    ground.restore_all(guard);
    assert_eq!(ground.intact(), 700);
    let (head, files) = told(&ground, &alarm.id);
    assert_eq!((head.id, head.touched_total, files.len()), (alarm.id.clone(), 700, 700));
    let nobody = AlarmId::parse("nobody-knows").unwrap();
    let refused = beffroi_guard::report(&ground.state(), &nobody).err().unwrap().to_string();
    assert!(refused.contains("nobody-knows"), "{refused}");
}
