//! Damaged repositories: what can be had comes back, what cannot is named.

use std::{fs, path::Path};

use beffroi_backup::{BackupError, Repository, choice::Choice, restore::Report};

use crate::house::{House, contents, plan};

/// Everything that came back is what was saved, and what did not is named.
#[track_caller]
fn is_honest(house: &House, report: &Report) {
    fs::create_dir_all(house.back(&house.share())).unwrap();
    let (back, share) = (contents(&house.back(&house.share())), contents(&house.share()));
    for (path, content) in &back {
        assert!(share.get(path) == Some(content), "{} is not what was saved", path.display());
    }
    for path in share.keys().filter(|path| !back.contains_key(*path)) {
        let named = |fault: &beffroi_backup::repository::Fault| {
            let place = house.share().join(path);
            place.to_str().unwrap().starts_with(&fault.what)
        };
        assert!(report.failed.iter().any(named), "{} is not named", path.display());
    }
    assert_eq!(report.restored, u64::try_from(back.len()).unwrap());
}

fn spoil(path: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    how(&mut bytes);
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_pack_costs_its_files_and_no_others() {
    let house = House::new();
    let mut lost = 0;
    for pack in house.objects("data") {
        let good = fs::read(&pack).unwrap();
        for how in 0..4 {
            spoil(&pack, |bytes| match how {
                0 => bytes[40] ^= 1,
                1 => bytes.truncate(bytes.len() / 2),
                2 => bytes.clear(),
                _ => bytes.reverse(),
            });
            let report = house.bring_back(&Choice::all());
            assert!(!report.is_whole() && report.stopped.is_none());
            is_honest(&house, &report);
            lost += usize::from(report.restored > 0);
            fs::remove_dir_all(house.target()).unwrap();
        }
        fs::remove_file(&pack).unwrap();
        is_honest(&house, &house.bring_back(&Choice::all()));
        fs::remove_dir_all(house.target()).unwrap();
        fs::write(&pack, good).unwrap();
    }
    assert!(lost > 0, "something else of the repository must have come back");
    assert!(house.bring_back(&Choice::all()).is_whole());
}

#[test]
fn an_index_cut_short_is_named() {
    let house = House::new();
    let first = contents(&house.share());
    // A second snapshot with an index of its own.
    fs::write(house.share().join("new.odt"), "new").unwrap();
    house.save();
    let indexes = house.objects("index");
    assert_eq!(indexes.len(), 2);
    let mut came_back = Vec::new();
    for index in &indexes {
        let good = fs::read(index).unwrap();
        spoil(index, |bytes| bytes.truncate(bytes.len() - 7));
        let report = house.bring_back(&Choice::all());
        assert!(report.failed.iter().any(|fault| fault.what.starts_with("index ")), "{report:?}");
        // The packs say themselves what they hold.
        came_back.push(report.restored);
        if house.target().exists() {
            fs::remove_dir_all(house.target()).unwrap();
        }
        fs::remove_file(index).unwrap();
        fs::write(index, good).unwrap();
    }
    let all = u64::try_from(first.len()).unwrap() + 1;
    assert_eq!(came_back, [all, all]);
    let whole = house.bring_back(&Choice::all());
    assert!(whole.is_whole(), "{whole:?}");
}

#[test]
fn what_opens_everything_is_told_when_it_is_damaged() {
    let house = House::new();
    let told = |path: &Path| {
        let good = fs::read(path).unwrap();
        spoil(path, |bytes| bytes[100] ^= 1);
        let error = plan(&house.access(), &Choice::all()).unwrap_err();
        fs::remove_file(path).unwrap();
        fs::write(path, good).unwrap();
        error
    };
    let key = told(&house.objects("keys")[0]);
    assert!(matches!(key, BackupError::Damaged { what: "the key", .. }), "{key}");
    let config = told(&house.repository().join("config"));
    assert!(matches!(config, BackupError::Damaged { what: "the settings", .. }), "{config}");
    let snapshot = &house.objects("snapshots")[0];
    house.save();
    spoil(snapshot, |bytes| bytes.truncate(50));
    let (all, faults) = Repository::open(&house.access()).unwrap().snapshots().unwrap();
    assert_eq!((all.len(), faults.len()), (1, 1));
}
