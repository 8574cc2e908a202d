//! Thinning with the real restic, through the real door, on a clock that is played: what goes, what
//! stays, who must agree, and how everything comes back.

mod attacks;
mod killed;
mod yard;

use std::fs;

use beffroi_town::vault::{
    retention::{Protection, Standing},
    thinning::Step,
    verdict::CredentialKind,
};

use beffroi_store::Store;
use beffroi_vault::lost::{self, Lost};

use super::{contents, files};
use yard::{BY, DAY, Yard, town};

#[test]
fn what_nobody_needs_goes_to_the_trash_and_comes_back() {
    let yard = Yard::new();
    let keeper = yard.keeper();
    let offer = keeper.offer().unwrap();
    let standings: Vec<Standing> = offer.snapshots.iter().map(|one| one.standing).collect();
    let newest = Standing::Protected { by: Protection::Newest };
    assert_eq!(standings, [Standing::MayGo, Standing::MayGo, newest, newest]);
    let proposal = Yard::propose(&keeper);
    assert_eq!((proposal.dropped.len(), proposal.snapshots_stay), (2, 2));
    assert!(proposal.plan.packs.len() >= 2 && !proposal.plan.index.is_empty());
    // Until both agree and the time has passed, nothing moves.
    assert!(Yard::carry_out(&keeper).unwrap_err().to_string().contains("two people"));
    yard.is_whole(&[0, 1, 2, 3]);
    let thinning = yard.both_agree();
    assert_eq!(yard.has(), [true; 4]);
    let (packs, used) = (contents(&yard.shelf().join("data")).len(), yard.used());
    Yard::carry_out(&keeper).unwrap();
    assert_eq!(yard.thinnings()[0].step, Step::Trashed);
    assert_eq!(yard.has(), [false, false, true, true]);
    let left = contents(&yard.shelf().join("data")).len();
    assert_eq!(left, packs - proposal.plan.packs.len());
    // What lies in the trash goes on to count, and is missed by nobody.
    assert_eq!(yard.used(), used);
    yard.is_whole(&[2, 3]);
    // The server goes on as before.
    let server = &yard.server;
    server.restic(&["check", "--read-data", "--no-lock"]).well();
    assert!(yard.look_through(CredentialKind::Inspector));
    // One command puts everything back.
    yard.undo(&thinning.id);
    assert_eq!((yard.has(), yard.thinnings()[0].step), (vec![true; 4], Step::Undone));
    yard.is_whole(&[0, 1, 2, 3]);
    assert_eq!(yard.used(), used);
    // While nobody has decided on it, one alarm says the newest step; the journal has each.
    let mut alarms = yard.alarms();
    alarms.retain(|one| one.starts_with("vault_thinning"));
    assert_eq!(alarms, ["vault_thinning undone"]);
    let journal = yard.journal();
    for step in ["proposed", "agreed", "begun", "trashed", "undone", "restored"] {
        assert!(journal.contains(&format!("vault_thinning_{step}")), "{step}: {journal:?}");
    }
}

#[test]
fn the_trash_is_emptied_only_after_its_grace_and_somebody_else_s_check() {
    let mut yard = Yard::new();
    let thinning = yard.thin();
    let used = yard.used();
    let why = |said: &str| assert!(yard.empty(&thinning.id).unwrap_err().contains(said), "{said}");
    why("grace");
    yard.pass(31 * DAY);
    why("checked the repository");
    assert!(yard.look_through(CredentialKind::Inspector));
    yard.empty(&thinning.id).unwrap();
    assert_eq!(yard.thinnings()[0].step, Step::Emptied);
    assert!(yard.used() < used - 500_000, "{} {used}", yard.used());
    assert!(!yard.shelf().join("trash").join(&thinning.id).exists());
    yard.is_whole(&[2, 3]);
    // Backups and another thinning go on from there.
    files(&yard.share(), 40, 9);
    yard.save();
    yard.pass(20 * DAY);
    fs::write(yard.share().join("new.odt"), "newer").unwrap();
    yard.save();
    yard.pass(20 * DAY);
    yard.thin();
    assert_eq!(yard.has(), [false, false, false, false, true, true]);
    yard.is_whole(&[4, 5]);
}

#[test]
fn two_thinnings_in_the_trash_come_back_newest_first() {
    let mut yard = Yard::new();
    let first = yard.thin();
    files(&yard.share(), 40, 9);
    for _ in 0..2 {
        yard.save();
        yard.pass(20 * DAY);
    }
    let second = yard.thin();
    assert_eq!(yard.has(), [false, false, false, false, true, true]);
    let early = yard.ask_back(&first.id).unwrap_err();
    assert!(early.contains("undo that one first"), "{early}");
    yard.undo(&second.id);
    yard.is_whole(&[2, 3, 4, 5]);
    yard.undo(&first.id);
    yard.is_whole(&[0, 1, 2, 3, 4, 5]);
}

/// As `beffroi vault trash undo` does with a database that may be older than the trash.
fn put_back(yard: &Yard, store: &Store, id: &str) -> Result<Option<Lost>, String> {
    let (vault, tenant) = (yard.vault(), town());
    let back = lost::put_back(store, &vault, (&BY, yard.now()), (&tenant, id));
    yard.runtime.block_on(back).map_err(|error| error.to_string())
}

#[test]
fn a_database_older_than_a_thinning_finds_its_trash_on_the_disk() {
    let mut yard = Yard::new();
    let plan = Yard::propose(&yard.keeper()).plan;
    let thinning = yard.both_agree();
    yard.close();
    let before = yard.database_of_now();
    yard.open();
    Yard::carry_out(&yard.keeper()).unwrap();
    let found = |store: &Store| {
        let all = yard.runtime.block_on(lost::all(store, &yard.vault())).unwrap();
        all.into_iter().map(|one| (one.id, one.objects)).collect::<Vec<_>>()
    };
    assert_eq!(found(&yard.store), []);
    let objects = (plan.snapshots.len() + plan.index.len() + plan.packs.len()) as u64;
    assert_eq!(found(&before), [(thinning.id.clone(), objects)]);
    // Another one, from earlier still: the newest goes first.
    let earlier = yard.shelf().join("trash/0/snapshots");
    fs::create_dir_all(&earlier).unwrap();
    fs::write(earlier.join("0".repeat(64)), "x").unwrap();
    let early = put_back(&yard, &before, "0").unwrap_err();
    assert!(early.contains("undo that one first"), "{early}");
    fs::remove_dir_all(earlier.parent().unwrap()).unwrap();
    for none in ["0", "../..", ""] {
        assert_eq!(put_back(&yard, &before, none), Ok(None), "{none}");
    }
    assert!(put_back(&yard, &before, &thinning.id).unwrap().is_some());
    assert_eq!(put_back(&yard, &before, &thinning.id), Ok(None), "twice");
    assert_eq!(found(&before), []);
    assert!(yard.alarms_of(&before).contains(&"vault_thinning undone".to_owned()));
    yard.is_whole(&[0, 1, 2, 3]);
}
