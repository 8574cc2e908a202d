//! The judge: of played life and played attacks, and of what the real restic saved.

use std::{fs, path::Path};

use beffroi_backup::{
    BackupError, Repository,
    judge::{About, Judged, Listing, judge},
    snapshots::Snapshot,
};
use beffroi_town::vault::verdict::{ReasonCode, Verdict};

use crate::{
    house::House,
    life::{ATTACKS, Attack, Form, LIVES, PARTS, Server, Watch, found_after, ninety_days},
};

/// How many files the played server has; the benchmark plays more.
const FILES: u64 = 700;

#[test]
fn ninety_days_of_benign_life_are_never_bad_and_seldom_suspect() {
    std::thread::scope(|scope| {
        for (seed, life) in (1..).zip(LIVES) {
            scope.spawn(move || {
                let season = ninety_days(life, seed, FILES);
                let name = life.name();
                assert_eq!(season.bad, 0, "{name}: {:?}", season.told);
                assert!(season.suspect_a_month <= 1, "{name}: {:?}", season.told);
            });
        }
    });
}

#[test]
fn attacks_are_found_by_the_second_backup() {
    for attack in ATTACKS {
        for (seed, part) in (100..).zip(PARTS).step_by(3) {
            // Of a small server a thousandth is less than a file.
            if attack == Attack::Slow && part < 50 {
                continue;
            }
            let after = found_after(attack, part, seed, FILES);
            assert!(after.is_some_and(|after| after <= 2), "{} {part} ‰: {after:?}", attack.name());
        }
    }
}

#[test]
fn what_a_person_took_for_clean_is_the_measure_from_then_on() {
    let mut server = Server::new(3, FILES);
    // A program that keeps its documents encrypted, under names of documents.
    for number in 0..FILES {
        server.add(&format!("srv/ged/{number}.pdf"), Form::Noise);
    }
    let mut watch = Watch::new();
    let first = watch.night(&server, 1);
    assert_ne!(first.verdict, Verdict::Clean, "{:?}", first.reasons);
    watch.accept(server.listing(), &first);
    for day in 0..20 {
        server.work(day);
        let judged = watch.night(&server, day + 2);
        assert_eq!(judged.verdict, Verdict::Clean, "day {day}: {:?}", judged.reasons);
    }
}

/// Files as a town hall has them, with the beginnings and ends of their kinds.
fn fill(share: &Path, count: u32) {
    for number in 0..count {
        let folder = share.join(format!("service-{}", number % 5));
        fs::create_dir_all(&folder).unwrap();
        let (name, bytes) = file(number, 0);
        fs::write(folder.join(name), bytes).unwrap();
    }
}

fn file(number: u32, version: u32) -> (String, Vec<u8>) {
    let seed = number * 1_000 + version;
    let mut bytes = noise(seed, 9_000 + number % 900);
    let mut frame = |head: &[u8], tail: &[u8]| {
        let end = bytes.len() - tail.len();
        bytes.splice(..head.len(), head.iter().copied());
        bytes.splice(end.., tail.iter().copied());
        bytes.clone()
    };
    match number % 4 {
        0 => (format!("acte-{number}.odt"), frame(b"PK\x03\x04", b"PK\x05\x06")),
        1 => (format!("plan-{number}.pdf"), frame(b"%PDF-1.5\n", b"%%EOF\n")),
        2 => (format!("photo-{number}.jpg"), frame(b"\xff\xd8\xff\xe0", b"\xff\xd9")),
        _ => {
            let text = format!("Registre {seed} des délibérations du conseil.\n").repeat(150);
            (format!("liste-{number}.csv"), text.into_bytes())
        }
    }
}

fn noise(seed: u32, bytes: u32) -> Vec<u8> {
    let mut state = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes()[0]
    };
    std::iter::repeat_with(next).skip(64).take(bytes as usize).collect()
}

/// A house whose share is all that was ever saved.
fn house(count: u32) -> House {
    let house = House::new();
    fs::remove_dir_all(house.share()).unwrap();
    fs::create_dir(house.share()).unwrap();
    fill(&house.share(), count);
    house.save();
    house
}

/// Judges the newest snapshot by the one before it.
fn newest(house: &House) -> Result<Judged, BackupError> {
    let repository = Repository::open(&house.access())?;
    let (all, faults) = repository.snapshots()?;
    assert!(faults.is_empty(), "{faults:?}");
    let index = repository.index()?;
    let listing = |one: &Snapshot| Listing::of(&index, one);
    let before = listing(&all[all.len() - 2])?;
    let after = listing(&all[all.len() - 1])?;
    judge((Some(&before), &after), &index, About { chance: 7, ..About::default() })
}

fn every(share: &Path, nth: usize, mut ruin: impl FnMut(&Path)) {
    let mut all: Vec<_> = (0..5)
        .flat_map(|service| fs::read_dir(share.join(format!("service-{service}"))).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    all.sort();
    all.iter().step_by(nth).for_each(|path| ruin(path));
}

#[test]
fn six_in_a_hundred_files_encrypted_are_found_in_what_restic_saved() {
    let house = house(400);
    every(&house.share(), 16, |path| {
        let length = u32::try_from(fs::metadata(path).unwrap().len()).unwrap();
        fs::write(path, noise(length, length)).unwrap();
    });
    house.save();
    let judged = newest(&house).unwrap();
    assert_eq!(judged.verdict, Verdict::Bad, "{:?}", judged.reasons);
    let count = |code| judged.reasons.iter().find(|one| one.code == code).map(|one| one.count);
    assert_eq!(count(ReasonCode::Turned), Some(25));
    assert!(count(ReasonCode::Compressed) > count(ReasonCode::CompressedBefore));
    assert!(judged.examples.iter().all(|path| path.windows(8).any(|some| some == b"service-")));
}

#[test]
fn a_share_encoded_anew_and_a_day_of_work_are_clean_in_what_restic_saved() {
    let house = house(400);
    for number in (2..400).step_by(4) {
        let (name, bytes) = file(number, 1);
        fs::write(house.share().join(format!("service-{}/{name}", number % 5)), bytes).unwrap();
    }
    for number in 400..440 {
        let (name, bytes) = file(number, 0);
        fs::write(house.share().join(format!("service-1/{name}")), bytes).unwrap();
    }
    house.save();
    let judged = newest(&house).unwrap();
    assert_eq!(judged.verdict, Verdict::Clean, "{:?}", judged.reasons);
}

#[test]
fn a_share_that_is_not_mounted_is_not_clean() {
    let house = house(200);
    fs::remove_dir_all(house.share()).unwrap();
    fs::create_dir(house.share()).unwrap();
    house.save();
    assert_eq!(newest(&house).unwrap().verdict, Verdict::Bad);
}
