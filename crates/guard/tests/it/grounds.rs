//! What lies below a watched folder and no hard link leads into: other file systems, subvolumes,
//! another way into the same file system. And what goes along with a content.

use beffroi_town::watch::Hole;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::disks::stopped_and_undone;
use crate::playground::{Disk, Mounted, Playground, SMALL, mark, run, wait_for};
use serde_json::json;

/// Adds files in a folder of the share, which an attacker may enter.
fn fill(ground: &mut Playground, folder: &str) -> PathBuf {
    let there = ground.share().join(folder);
    mark(&there);
    for number in 0..20 {
        let name = format!("{folder}/acte {number}.txt");
        ground.add(name.into(), format!("Acte {number} de mariage. ").repeat(200).into_bytes());
    }
    there
}

#[test]
fn a_file_system_mounted_below_is_watched_as_well() {
    let mut ground = Playground::on(Some("ext4"), 10);
    let outside = ground.path().join("second");
    fs::create_dir(&outside).unwrap();
    let disk = Disk::new("xfs", &outside, SMALL);
    let annex = ground.share().join("annexe du bâtiment");
    let _mounted = Mounted::bind(&disk.mount, &annex);
    let there = fill(&mut ground, "annexe du bâtiment");
    stopped_and_undone(&ground, "in place", &there);
    assert!(there.join(".beffroi-reserve/links").is_dir());
    assert_eq!(ground.status().unwrap().watched.len(), 2);
}

#[test]
fn subvolumes_are_watched_as_well_and_snapshots_left_alone() {
    let mut ground = Playground::on(Some("btrfs"), 10);
    let subvolume = |words: &[&str], path: &Path| {
        run(Command::new("btrfs").arg("subvolume").args(words).arg(path));
    };
    subvolume(&["create"], &ground.share().join("classe"));
    let there = fill(&mut ground, "classe");
    let from = there.display().to_string();
    subvolume(&["snapshot", "-r", &from], &ground.share().join("hier"));
    stopped_and_undone(&ground, "in place", &there);
    let watched = ground.status().unwrap().watched;
    assert_eq!(watched.len(), 2, "{watched:?}");
    // Both tell of what happens in them: here and there somebody deletes.
    for folder in [ground.share(), there] {
        let guard = ground.guard(&json!({}));
        let before = ground.intact();
        let gone = fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path());
        let mut gone: Vec<PathBuf> = gone.filter(|path| path.extension().is_some()).collect();
        gone.retain(|path| path.is_file() && !path.ends_with(crate::attack::MARKER));
        let known = ground.touches();
        for path in &gone {
            fs::remove_file(path).unwrap();
        }
        wait_for("all to be known", || (ground.touches() >= known + gone.len()).then_some(()));
        ground.restore_all(guard);
        assert_eq!(ground.intact(), before, "{}", folder.display());
    }
}

#[test]
fn what_is_reached_by_another_mount_of_the_same_file_system_is_linked_too() {
    let mut ground = Playground::on(Some("ext4"), 10);
    let elsewhere = ground.share().with_file_name("elsewhere");
    let _mounted = Mounted::bind(&elsewhere, &ground.share().join("voisin"));
    let there = fill(&mut ground, "voisin");
    let guard = ground.guard(&json!({}));
    assert_eq!(ground.status().unwrap().watched[0].files_unprotected, 0);
    let mut attacker = ground.attacker_in("delete", &there);
    attacker.strike();
    attacker.wait_until_done();
    ground.alarm("all to be known", |alarm| alarm.counts.vanished == 20);
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost, report.failed), (30, 0, 0), "{report:?}");
}

#[test]
fn a_kind_that_keeps_no_links_is_said_to_be_left_out() {
    let ground = Playground::on(Some("ext4"), 3);
    let memory = ground.share().join("memoire");
    fs::create_dir(&memory).unwrap();
    run(Command::new("mount").args(["-t", "ramfs", "none"]).arg(&memory));
    let _mounted = Mounted::known(&memory);
    mark(&memory);
    let _guard = ground.guard(&json!({}));
    let level = ground.status().unwrap().level;
    assert!(level.holes.contains(&Hole::MountedBelow), "{level:?}");
    assert!(beffroi_guard::probe(&[ground.share()]).holes.contains(&Hole::MountedBelow));
}

/// An access control list that lets user 1000 read, as the kernel stores it (`posix_acl_xattr.h`).
fn acl() -> Vec<u8> {
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    let nobody = u32::MAX;
    for (tag, rights, id) in
        [(1_u16, 6_u16, nobody), (2, 4, 1000), (4, 4, nobody), (0x10, 4, nobody), (0x20, 0, nobody)]
    {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(rights.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

#[test]
fn rights_and_attributes_come_back_with_the_content() {
    for disk in ["ext4", "xfs"] {
        let ground = Playground::on(Some(disk), 10);
        let file = ground.share().join("dossier 0003.txt");
        let given: [(&str, Vec<u8>); 3] = [
            ("user.DOSATTRIB", b"0x20".to_vec()),
            ("security.NTACL", vec![7; 300]),
            ("system.posix_acl_access", acl()),
        ];
        for (name, value) in &given {
            let flags = rustix::fs::XattrFlags::empty();
            rustix::fs::setxattr(&file, *name, value, flags).unwrap();
        }
        let mode = fs::metadata(&file).unwrap().mode();
        for kind in ["in place", "delete", "replace"] {
            let guard = ground.guard(&json!({}));
            let mut attacker = ground.attacker(kind);
            attacker.strike();
            attacker.wait_until_done();
            let known = |alarm: &beffroi_town::watch::AlarmReport| alarm.touched_total >= 10;
            ground.alarm("all to be known", known);
            let report = ground.restore_all(guard);
            assert_eq!((ground.intact(), report.lost), (10, 0), "{kind} on {disk}: {report:?}");
            for (name, value) in &given {
                let mut now = vec![0; 1_000];
                let length = rustix::fs::getxattr(&file, *name, &mut now[..]);
                now.truncate(length.unwrap_or_else(|_| panic!("{name} after {kind} on {disk}")));
                assert_eq!(&now, value, "{name} after {kind} on {disk}");
            }
            assert_eq!(fs::metadata(&file).unwrap().mode(), mode, "{kind} on {disk}");
        }
    }
}
