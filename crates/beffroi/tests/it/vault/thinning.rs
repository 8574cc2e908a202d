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

use super::{contents, files};
use yard::{DAY, Yard};

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
