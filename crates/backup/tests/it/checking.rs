//! Looking through a repository that the real restic wrote: what is damaged is named, with the files
//! that it costs; a lost index costs none.

use std::{collections::BTreeSet, fs, path::Path};

use beffroi_backup::{
    check::{Findings, check},
    choice::Choice,
};

use crate::house::{House, contents};

#[track_caller]
fn found(house: &House, read_data: bool) -> Findings {
    check(&house.access(), read_data).unwrap()
}

/// A file of the repository is changed, looked at, and put back.
fn spoilt<T>(path: &Path, how: impl FnOnce(&mut Vec<u8>), look: impl FnOnce() -> T) -> T {
    let good = fs::read(path).unwrap();
    let mut bytes = good.clone();
    how(&mut bytes);
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
    let looked = look();
    fs::remove_file(path).unwrap();
    fs::write(path, good).unwrap();
    looked
}

/// Two snapshots, the second with a file more.
fn house() -> House {
    let house = House::new();
    fs::write(house.share().join("new.odt"), vec![7; 300_000]).unwrap();
    house.save();
    house
}

#[test]
fn a_whole_repository_is_whole() {
    let house = house();
    for read_data in [false, true] {
        let found = found(&house, read_data);
        assert!(found.is_whole(), "{found:?}");
        assert_eq!((found.snapshots.len(), found.read_data), (2, read_data));
        assert!(found.packs >= 4 && found.blobs > 60, "{found:?}");
    }
}

#[test]
fn each_damaged_pack_is_named_with_exactly_the_files_that_it_costs() {
    let house = house();
    let all: BTreeSet<String> = contents(&house.share())
        .into_keys()
        .map(|path| house.share().join(path).to_str().unwrap().to_owned())
        .collect();
    let mut costs = 0;
    for pack in house.objects("data") {
        let name = pack.file_name().unwrap().to_str().unwrap().to_owned();
        let flipped = spoilt(&pack, |bytes| bytes[40] ^= 1, || found(&house, true));
        assert!(flipped.faults.iter().any(|fault| fault.what.contains(&name[..8])), "{flipped:?}");
        // Without reading, a flipped bit cannot be seen in a content; in a folder it is.
        let unread = spoilt(&pack, |bytes| bytes[40] ^= 1, || found(&house, false));
        assert!(unread.lost.is_empty(), "{unread:?}");
        let good = fs::read(&pack).unwrap();
        fs::remove_file(&pack).unwrap();
        let gone = found(&house, false);
        assert!(gone.faults.iter().any(|fault| fault.what.contains(&name[..8])), "{gone:?}");
        assert!(gone.lost.iter().all(|file| all.contains(&file.path)), "{gone:?}");
        // What is said to be lost is what does not come back.
        let report = house.bring_back(&Choice::all());
        if report.restored > 0 {
            let latest: BTreeSet<&String> = gone
                .lost
                .iter()
                .filter(|file| file.snapshots.len() == 2 || file.path.ends_with("new.odt"))
                .map(|file| &file.path)
                .collect();
            let failed: BTreeSet<&String> = report
                .failed
                .iter()
                .map(|fault| &fault.what)
                .filter(|what| all.contains(*what))
                .collect();
            assert_eq!(latest, failed);
            costs += latest.len();
        }
        fs::remove_dir_all(house.target()).unwrap();
        fs::write(&pack, good).unwrap();
    }
    assert!(costs > 0, "no damage cost a file");
    assert!(found(&house, true).is_whole());
}

#[test]
fn a_lost_or_damaged_index_costs_no_file() {
    let house = house();
    let indexes = house.objects("index");
    assert_eq!(indexes.len(), 2);
    let is_back = || {
        let report = house.bring_back(&Choice::all());
        let back = contents(&house.back(&house.share()));
        assert!(back == contents(&house.share()), "{report:?}");
        fs::remove_dir_all(house.target()).unwrap();
        report
    };
    for index in &indexes {
        let report = spoilt(index, |bytes| bytes.truncate(bytes.len() / 2), is_back);
        assert!(report.failed.iter().any(|fault| fault.what.starts_with("index")), "{report:?}");
        let looked = spoilt(index, |bytes| bytes[20] ^= 1, || found(&house, true));
        assert!(!looked.is_whole());
        let good = fs::read(index).unwrap();
        fs::remove_file(index).unwrap();
        assert!(is_back().is_whole(), "nothing is left that says that one was lost");
        fs::write(index, good).unwrap();
    }
    // All of them lost.
    let goods: Vec<_> = indexes.iter().map(|path| fs::read(path).unwrap()).collect();
    for index in &indexes {
        fs::remove_file(index).unwrap();
    }
    assert!(is_back().is_whole());
    // A pack whose header is damaged as well costs what lies in it, and is named.
    let pack = &house.objects("data")[0];
    let report = spoilt(
        pack,
        |bytes| {
            let end = bytes.len() - 1;
            bytes[end] ^= 0x7f;
        },
        || {
            let plan = crate::house::plan(&house.access(), &Choice::all()).unwrap();
            plan.faults().to_vec()
        },
    );
    assert!(report.iter().any(|fault| fault.what.starts_with("pack")), "{report:?}");
    for (index, good) in indexes.iter().zip(goods) {
        fs::write(index, good).unwrap();
    }
    assert!(found(&house, true).is_whole());
}
