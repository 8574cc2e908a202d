//! What comes back is what was there.

use std::{
    fs,
    os::unix::{ffi::OsStrExt as _, fs::symlink},
    path::{Path, PathBuf},
};

use beffroi_backup::{
    BackupError, Repository,
    choice::Choice,
    difference::Difference,
    restore::{self, Step},
};

use crate::house::{AT, House, are_dressed_alike, chosen, contents, odd_things, plan};

#[test]
fn everything_comes_back_as_it_was() {
    let house = House::new();
    odd_things(&house.share());
    house.save();
    let report = house.bring_back(&Choice::all());
    assert!(report.is_whole(), "{report:?}");
    let back = house.back(&house.share());
    assert!(contents(&back) == contents(&house.share()));
    are_dressed_alike(&back, &house.share());
    assert_eq!((report.restored, report.kept_beside, report.undressed), (66, 0, 0));
    // Again: everything is there, and nothing is fetched but folders.
    let again = house.bring_back(&Choice::all());
    assert!(again.is_whole(), "{again:?}");
    assert_eq!((again.restored, again.unchanged, again.kept_beside), (0, 66, 0));
    assert!(again.fetched_bytes < 100_000, "{}", again.fetched_bytes);
    are_dressed_alike(&back, &house.share());
    // A repository of the first version, which compresses nothing.
    let old = House::new();
    fs::remove_dir_all(old.repository()).unwrap();
    old.restic(&["init", "--repository-version", "1"]);
    old.save();
    assert!(old.bring_back(&Choice::all()).is_whole());
    assert!(contents(&old.back(&old.share())) == contents(&old.share()));
}

#[test]
fn what_stands_in_the_way_is_kept_beside() {
    let house = House::new();
    let back = house.back(&house.share());
    house.bring_back(&Choice::all());
    let acte = |number: u32| format!("service-{}/{}/acte-{number}.odt", number % 7, number % 3);
    // Newer work, ruin of the same length and time, a link to elsewhere, a folder, gone.
    fs::write(back.join(acte(1)), "newer").unwrap();
    let about = fs::metadata(back.join(acte(2))).unwrap();
    fs::write(back.join(acte(2)), vec![7; usize::try_from(about.len()).unwrap()]).unwrap();
    fs::File::options()
        .append(true)
        .open(back.join(acte(2)))
        .unwrap()
        .set_modified(about.modified().unwrap())
        .unwrap();
    let outside = house.here().join("outside");
    fs::write(&outside, "outside").unwrap();
    fs::remove_file(back.join(acte(3))).unwrap();
    symlink(&outside, back.join(acte(3))).unwrap();
    fs::remove_file(back.join(acte(4))).unwrap();
    fs::create_dir(back.join(acte(4))).unwrap();
    fs::remove_file(back.join(acte(5))).unwrap();

    let plan = house.plan(&Choice::all());
    let steps = restore::survey(&plan, &house.target(), AT).unwrap();
    let count = |wanted| steps.iter().filter(|(_, step)| *step == wanted).count();
    assert_eq!((count(Step::PutBackBeside), count(Step::PutBack)), (4, 1));
    assert_eq!(fs::read(back.join(acte(1))).unwrap(), b"newer", "a plan changes nothing");

    let report = restore::carry_out(&plan, &house.target(), AT).unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!((report.restored, report.kept_beside, report.unchanged), (5, 4, 55));
    for (path, content) in contents(&house.share()) {
        assert!(fs::read(back.join(&path)).unwrap() == content, "{}", path.display());
    }
    let beside = |number| back.join(format!("{}.beffroi-{}", acte(number), AT.ms()));
    assert_eq!(fs::read(beside(1)).unwrap(), b"newer");
    assert_eq!(fs::read_link(beside(3)).unwrap(), outside);
    assert!(beside(4).is_dir() && fs::read(&outside).unwrap() == b"outside");
    // Once more in the same moment: another name beside.
    fs::write(back.join(acte(1)), "newer still").unwrap();
    assert_eq!(house.bring_back(&Choice::all()).kept_beside, 1);
    let second = back.join(format!("{}.beffroi-{}-1", acte(1), AT.ms()));
    assert_eq!(fs::read(second).unwrap(), b"newer still");
}

#[test]
fn a_planted_link_leads_nowhere() {
    let house = House::new();
    let (back, outside) = (house.back(&house.share()), house.here().join("outside"));
    fs::create_dir(&outside).unwrap();
    fs::create_dir_all(&back).unwrap();
    symlink(&outside, back.join("service-1")).unwrap();
    // Chosen with the whole: the link is moved beside.
    let report = house.bring_back(&Choice::all());
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    assert!(contents(&back.join("service-1")) == contents(&house.share().join("service-1")));
    // Only on the way: it is not ours to move.
    let one = house.share().join("service-1/1/acte-1.odt");
    fs::remove_dir_all(back.join("service-1")).unwrap();
    symlink(&outside, back.join("service-1")).unwrap();
    let report = house.bring_back(&chosen(&[one]));
    assert_eq!((report.restored, fs::read_dir(&outside).unwrap().count()), (0, 0));
    assert!(report.failed[0].why.contains("--target"), "{report:?}");
}

#[test]
fn only_what_is_chosen_comes_back() {
    let house = House::new();
    let share = house.share();
    let paths = [share.join("service-3"), share.join("service-1/1/acte-1.odt"), share.join("gone")];
    let report = house.bring_back(&chosen(&paths));
    let back = contents(&house.back(&share));
    assert_eq!(report.failed.len(), 1);
    assert!(report.failed[0].what.ends_with("share/gone"), "{report:?}");
    let all = contents(&share);
    let wanted = all
        .iter()
        .filter(|(path, _)| path.starts_with("service-3") || path.ends_with("acte-1.odt"));
    assert!(back.iter().eq(wanted) && back.len() == 10, "{}", back.len());
    // Little is fetched for it.
    let packs: u64 = house.objects("data").iter().map(|p| fs::metadata(p).unwrap().len()).sum();
    assert!(report.fetched_bytes * 2 < packs, "{} of {packs}", report.fetched_bytes);
}

#[test]
fn a_wrong_password_and_an_empty_place_are_told() {
    let house = House::new();
    let with = |repository: &Path, password: &str| {
        let access = beffroi_backup::Access::new(repository.to_str().unwrap(), password, None);
        plan(&access.unwrap(), &Choice::all()).unwrap_err()
    };
    assert!(matches!(with(&house.repository(), "wrong"), BackupError::WrongPassword));
    let none = with(&house.here().join("none"), "x");
    assert!(matches!(none, BackupError::NoRepository(_)), "{none}");
}

#[test]
fn two_snapshots_differ_by_content_alone() {
    let house = House::new();
    let share = house.share();
    let acte = |number: u32| {
        share.join(format!("service-{}/{}/acte-{number}.odt", number % 7, number % 3))
    };
    // Touched and nothing more; ruined at the same length and time; gone; a whole folder gone; new.
    let late = std::time::UNIX_EPOCH + std::time::Duration::from_secs(2_000_000_000);
    fs::File::options().append(true).open(acte(1)).unwrap().set_modified(late).unwrap();
    let about = fs::metadata(acte(2)).unwrap();
    fs::write(acte(2), vec![7; usize::try_from(about.len()).unwrap()]).unwrap();
    let file = fs::File::options().append(true).open(acte(2)).unwrap();
    file.set_modified(about.modified().unwrap()).unwrap();
    fs::remove_file(acte(3)).unwrap();
    fs::remove_dir_all(share.join("service-4")).unwrap();
    fs::write(share.join("service-5/new.odt"), "new").unwrap();
    house.restic(&["backup", "--force", share.to_str().unwrap()]);
    let repository = Repository::open(&house.access()).unwrap();
    let (all, _) = repository.snapshots().unwrap();
    let index = repository.index().unwrap();
    let found = Difference::between(&index, &all[0], &all[1]).unwrap();
    let paths = |all: &[Vec<u8>]| -> Vec<PathBuf> {
        all.iter().map(|path| PathBuf::from(std::ffi::OsStr::from_bytes(path))).collect()
    };
    assert_eq!(paths(&found.changed), [acte(2)]);
    assert_eq!(paths(&found.gone), [acte(3), share.join("service-4")]);
    assert_eq!(paths(&found.new), [share.join("service-5/new.odt")]);
    assert!(found.faults.is_empty());
    let same = Difference::between(&index, &all[1], &all[1]).unwrap();
    assert!(same.is_empty() && same.faults.is_empty());
}
