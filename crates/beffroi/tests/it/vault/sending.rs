//! Files sent by our own client, through the real door: the real restic checks and restores them,
//! goes on from them, and is gone on from.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs::{self, File},
    io::Write as _,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{FileExt as _, MetadataExt as _, PermissionsExt as _, symlink},
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use serde_json::Value;

use super::{Client, Town, coming_back::count, contents, files, saved};
use crate::server::within;

impl Client {
    /// Backs a folder up with our own client; what it says, and its answer.
    fn send(&self, folder: &Path, more: &[&str]) -> (i32, Value) {
        let words = [&["backup", "--json", folder.to_str().unwrap()], more].concat();
        let said = self.ask(&words);
        let report = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
        (said.code, report)
    }
}

fn sent(report: &Value, name: &str) -> u64 {
    report.pointer(&format!("/saved/{name}")).and_then(Value::as_u64).unwrap()
}

fn snapshot(report: &Value) -> String {
    report.pointer("/saved/snapshot").and_then(Value::as_str).unwrap().to_owned()
}

fn noise(count: usize, seed: u64) -> Vec<u8> {
    let mut state = seed << 8 | 1;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// Waits until a file's last change is older than a tick of the system's clock. What changed within
/// one before a backup begins is read again by the next, as it may have changed once more unseen.
fn settle(file: &Path) {
    let changed = fs::metadata(file).unwrap().modified().unwrap();
    let is_past = || changed.elapsed().is_ok_and(|passed| passed.as_millis() > 100);
    within(Duration::from_secs(10), || is_past().then_some(())).expect("its change does not age");
}

/// Everything that a file system can hold and that is hard to bring back.
fn oddities(folder: &Path) {
    fs::create_dir_all(folder.join("deep/er/empty")).unwrap();
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).unwrap();
        folder.join(name)
    };
    write("empty", b"");
    // Several parts, the last one short.
    write("large", &noise(21 << 20, 7));
    let strict = write("deep/strict", b"rights");
    fs::set_permissions(&strict, fs::Permissions::from_mode(0o4640)).unwrap();
    std::os::unix::fs::chown(&strict, Some(1_234), Some(2_345)).unwrap();
    // Giving it away took the bit.
    fs::set_permissions(&strict, fs::Permissions::from_mode(0o4640)).unwrap();
    fs::set_permissions(folder.join("deep"), fs::Permissions::from_mode(0o3775)).unwrap();
    fs::hard_link(&strict, folder.join("second name")).unwrap();
    symlink("nowhere/é", folder.join("dangling")).unwrap();
    symlink(OsStr::from_bytes(b"raw\xff"), folder.join("raw link")).unwrap();
    for name in
        [&b"quote\" back\\slash"[..], b"new\nline\ttab", b"raw\xff\xfe", "été 🔔".as_bytes()]
    {
        fs::write(folder.join(OsStr::from_bytes(name)), name).unwrap();
    }
    let sparse = File::create(folder.join("sparse")).unwrap();
    sparse.set_len(40 << 20).unwrap();
    sparse.write_all_at(b"in the middle", 17 << 20).unwrap();
    let tagged = write("tagged", b"attributes");
    let file = File::open(&tagged).unwrap();
    let value = [0, 1, 255];
    rustix::fs::fsetxattr(&file, "user.beffroi", &value, rustix::fs::XattrFlags::empty()).unwrap();
    let fifo = folder.join("pipe");
    let here = rustix::fs::CWD;
    rustix::fs::mknodat(here, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::new(1_000_000_000, 123_456_789);
    File::open(&tagged).unwrap().set_modified(old).unwrap();
    File::open(folder.join("deep/er")).unwrap().set_modified(old).unwrap();
}

/// What is known of everything below a folder: what surrounds it and what is in it.
fn all_of(folder: &Path) -> BTreeMap<PathBuf, String> {
    let (mut all, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(one) = folders.pop() {
        for entry in fs::read_dir(&one).unwrap() {
            let path = entry.unwrap().path();
            let about = fs::symlink_metadata(&path).unwrap();
            let mut said = vec![format!("{:o} {} {}", about.mode(), about.uid(), about.gid())];
            if about.is_dir() {
                folders.push(path.clone());
            } else if about.is_symlink() {
                said = vec![format!("{:?}", fs::read_link(&path).unwrap().as_os_str())];
            } else if about.is_file() {
                let file = File::open(&path).unwrap();
                let mut value = [0; 8];
                let count = rustix::fs::fgetxattr(&file, "user.beffroi", &mut value).unwrap_or(0);
                let bytes = fs::read(&path).unwrap();
                let hash = beffroi_backup::Id::of(&bytes);
                said.push(format!("{} {count} {value:?} {hash:?}", about.nlink()));
            }
            if !about.is_symlink() {
                said.push(format!("{}.{}", about.mtime(), about.mtime_nsec()));
            }
            all.insert(path.strip_prefix(folder).unwrap().to_owned(), said.join(" "));
        }
    }
    all
}

/// What is not alike below two folders.
fn differences(one: &Path, other: &Path) -> Vec<String> {
    let (one, other) = (all_of(one), all_of(other));
    assert!(one.len() > 20);
    let names: std::collections::BTreeSet<&PathBuf> = one.keys().chain(other.keys()).collect();
    let unlike = names.into_iter().filter(|name| one.get(*name) != other.get(*name));
    unlike.map(|name| name.display().to_string()).collect()
}

/// A town whose server has a repository and nothing in it.
fn empty() -> (Town, Client, PathBuf) {
    let town = Town::new("");
    let client = town.client("file_server");
    client.init();
    let share = town.here().join("share");
    (town, client, share)
}

#[test]
fn what_our_client_sends_comes_back_with_restic_and_with_ours() {
    let (town, client, share) = empty();
    oddities(&share);
    files(&share, 60, 1);
    let (code, report) = client.send(&share, &[]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(sent(&report, "files"), sent(&report, "read"));
    let id = snapshot(&report);
    client.restic(&["check", "--read-data"]).well();
    let below = share.strip_prefix("/").unwrap();
    let (theirs, ours) = (town.here().join("theirs"), town.here().join("ours"));
    client.restic(&["restore", &id, "--target", theirs.to_str().unwrap()]).well();
    let (code, restored) = client.restore(&ours, &["--snapshot", &id]);
    assert_eq!(code, 0, "{restored}");
    // restic 0.14 keeps no link that leads to what is no text.
    assert_eq!(differences(&theirs.join(below), &share), ["raw link"]);
    assert_eq!(differences(&ours.join(below), &share), [""; 0]);
    // restic goes on from it: it reads no file again, and no part of a content is new to it.
    let words = ["backup", "--json", share.to_str().unwrap()];
    let summary = |words: &[&str]| -> Value {
        let said = client.restic(words).well();
        serde_json::from_str(said.lines().last().unwrap()).unwrap()
    };
    let again = summary(&words);
    assert_eq!((&again["files_changed"], &again["files_new"]), (&0.into(), &0.into()), "{again}");
    let forced = summary(&[&words[..], &["--force"]].concat());
    assert_eq!(forced["data_blobs"], 0, "{forced}");
    // No lock is left, and nothing was suspected.
    assert_eq!(fs::read_dir(town.shelf("file_server").join("locks")).unwrap().count(), 0);
    assert_eq!(town.alarms(), Vec::<String>::new());
}

#[test]
fn ours_goes_on_from_restic_s_and_sends_what_changed() {
    let (_town, client, share, first) = saved("");
    let large = share.join("large");
    fs::write(&large, noise(9 << 20, 3)).unwrap();
    settle(&large);
    client.backup(&share, &[]);
    let (code, report) = client.send(&share, &[]);
    assert_eq!((code, sent(&report, "read"), sent(&report, "files")), (0, 0, 41), "{report}");
    // The same read anew: every part of every content is known, wherever restic cut it.
    let (code, report) = client.send(&share, &["--read-all"]);
    assert_eq!((code, sent(&report, "read")), (0, 41), "{report}");
    assert!(sent(&report, "sent_bytes") < 100_000, "{report}");
    // A few bytes in the middle of a large file: one part of it is new, or two.
    let mut bytes = fs::read(&large).unwrap();
    bytes.splice(4_000_000..4_000_000, *b"in between");
    fs::write(&large, &bytes).unwrap();
    fs::remove_file(share.join("service-1/acte-1.odt")).unwrap();
    settle(&large);
    let (code, report) = client.send(&share, &[]);
    assert_eq!((code, sent(&report, "read"), sent(&report, "files")), (0, 1, 40), "{report}");
    assert!(sent(&report, "sent_bytes") < 8 << 20, "{report}");
    client.is_whole(&snapshot(&report), &share);
    assert!(client.has(&first));
    // What has the same length and times by a forger's hand has another time of change.
    let forged = share.join("service-2/acte-2.odt");
    let modified = fs::metadata(&forged).unwrap().modified().unwrap();
    let length = usize::try_from(fs::metadata(&forged).unwrap().len()).unwrap();
    let mut file = File::create(&forged).unwrap();
    file.write_all(&vec![b'z'; length]).unwrap();
    file.set_modified(modified).unwrap();
    let (code, report) = client.send(&share, &[]);
    assert_eq!((code, sent(&report, "read")), (0, 1), "{report}");
    client.is_whole(&snapshot(&report), &share);
}

#[test]
fn a_backup_that_is_killed_loses_nothing_and_the_next_goes_on() {
    let (mut town, client, share) = empty();
    files(&share, 20, 1);
    fs::create_dir_all(share.join("media")).unwrap();
    for number in 0..12 {
        let name = format!("media/film-{number}");
        fs::write(share.join(name), noise(20 << 20, number + 100)).unwrap();
    }
    let data = town.shelf("file_server").join("data");
    let packs = |least: usize| {
        within(Duration::from_mins(1), || {
            let count =
                contents(&data).keys().filter(|name| name.to_str().unwrap().len() == 67).count();
            (count >= least).then_some(count)
        })
    };
    let words = ["backup", share.to_str().unwrap()];
    let mut killed = client.asks(&words).stdout(Stdio::null()).spawn().unwrap();
    assert!(packs(2).is_some(), "nothing is sent");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(client.snapshots(), Vec::<String>::new());
    // Then the platform goes, and comes back within the patience of a client.
    let before = packs(2).unwrap();
    let mut cut_off = client.asks(&words).stdout(Stdio::null()).spawn().unwrap();
    assert!(packs(before + 1).is_some(), "it does not go on");
    town.kill_and_start();
    cut_off.wait().unwrap();
    let (code, report) = client.send(&share, &[]);
    assert_eq!(code, 0, "{report}");
    let total: u64 = contents(&share).values().map(|bytes| bytes.len() as u64).sum();
    assert!(sent(&report, "sent_bytes") < total - (30 << 20), "{report}");
    client.is_whole(&snapshot(&report), &share);
}

#[test]
fn what_the_vault_lost_is_sent_again() {
    let (town, client, share) = empty();
    files(&share, 60, 1);
    client.send(&share, &[]);
    let data = town.shelf("file_server").join("data");
    for pack in contents(&data).keys() {
        fs::remove_file(data.join(pack)).unwrap();
    }
    let (code, report) = client.send(&share, &[]);
    assert_eq!((code, sent(&report, "read")), (0, 60), "{report}");
    let target = town.here().join("back");
    let (code, restored) = client.restore(&target, &[]);
    assert!(code == 0 && count(&restored, "restored") == 60, "{restored}");
    assert!(contents(&target.join(share.strip_prefix("/").unwrap())) == contents(&share));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_sent() {
    let (_town, client, share) = empty();
    files(&share, 30, 1);
    // A file whose content no one can read, not even root.
    let held = Command::new("sleep").arg("60").spawn().unwrap();
    let unreadable = format!("/proc/{}/mem", held.id());
    let left_out = share.join("service-1");
    let more = [unreadable.as_str(), "--exclude", left_out.to_str().unwrap()];
    let (code, report) = client.send(&share, &more);
    let mut held = held;
    held.kill().unwrap();
    held.wait().unwrap();
    let failed = report.pointer("/saved/failed/0/what").and_then(Value::as_str);
    assert_eq!((code, failed), (1, Some(unreadable.as_str())), "{report}");
    let kept = contents(&share).keys().filter(|path| !path.starts_with("service-1")).count();
    assert_eq!(sent(&report, "files"), kept as u64);
    client.restic(&["check", "--read-data"]).well();
    let none = client.ask(&["backup", "/not/there"]).refused();
    assert!(none.contains("back up /not/there"), "{none}");
    assert_eq!(client.snapshots().len(), 1);
}
