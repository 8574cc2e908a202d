//! A thinning that stops at each of its steps: restic finds the repository whole at every one, and
//! whoever goes on ends it.

use std::path::Path;

use beffroi_store::vault::thinnings::{self, Thinning};
use beffroi_town::vault::{
    thinning::{Plan, Step},
    verdict::CredentialKind,
};
use beffroi_vault::consent;

use super::yard::{BY, Yard, town};

impl Yard {
    /// Begins as the door does, and moves nothing.
    fn begin(&self, id: &str, plan: &Plan) {
        self.runtime.block_on(async {
            let tenants = [town()];
            let mut tx = self.store.begin(&tenants, &BY, self.now()).await.unwrap();
            let repository = consent::find(tx.conn(), &tenants[0], id).await.unwrap().0;
            thinnings::begin(&mut tx, &repository, id, plan).await.unwrap();
            tx.commit().await.unwrap();
        });
    }

    /// Lets one file be moved or removed and stops there, as a kill would; whether it was the last.
    fn one_step(&self, id: &str) -> bool {
        let by = (&BY, self.now());
        let (repository, vault, mut moved) = (self.repository(), self.vault(), false);
        let before = move |path: &Path| {
            if path.exists() && std::mem::replace(&mut moved, true) {
                return Err(std::io::Error::other("killed here"));
            }
            Ok(())
        };
        let of = (&repository, id);
        let settled = consent::settle_with(&self.store, &vault, by, of, Box::new(before));
        self.runtime.block_on(settled).is_ok()
    }

    /// Step by step to the end; how many there were. What must come back does at each of them.
    #[track_caller]
    fn step_by_step(&self, id: &str, kept: &[usize]) -> usize {
        let mut steps = 1;
        while !self.one_step(id) {
            steps += 1;
            self.is_whole(kept);
        }
        steps
    }
}

/// A thinning that two agreed to, begun, with nothing moved yet and the platform closed.
fn begun() -> (Yard, Thinning, Plan) {
    let mut yard = Yard::new();
    let keeper = yard.keeper();
    let plan = Yard::propose(&keeper).plan;
    let thinning = yard.both_agree();
    yard.close();
    yard.begin(&thinning.id, &plan);
    (yard, thinning, plan)
}

#[test]
fn a_thinning_is_whole_at_each_of_its_steps_and_so_is_its_undoing() {
    let (yard, thinning, plan) = begun();
    let all = plan.snapshots.len() + plan.index.len() + plan.packs.len();
    assert_eq!(yard.step_by_step(&thinning.id, &[2, 3]), all);
    assert_eq!(yard.thinnings()[0].step, Step::Trashed);
    yard.is_whole(&[2, 3]);
    // Back, step by step.
    yard.ask_back(&thinning.id).unwrap();
    assert_eq!(yard.step_by_step(&thinning.id, &[2, 3]), all);
    assert_eq!(yard.thinnings()[0].step, Step::Undone);
    yard.is_whole(&[0, 1, 2, 3]);
}

#[test]
fn undone_in_the_middle_everything_is_back() {
    let (mut yard, thinning, _) = begun();
    for _ in 0..4 {
        assert!(!yard.one_step(&thinning.id));
    }
    yard.undo(&thinning.id);
    yard.is_whole(&[0, 1, 2, 3]);
    // The platform that starts again finds nothing to do, and nothing missing.
    yard.open();
    assert!(yard.look_through(CredentialKind::Inspector));
}

#[test]
fn a_platform_that_starts_again_ends_what_was_begun() {
    let (mut yard, thinning, _) = begun();
    assert!(!yard.one_step(&thinning.id));
    yard.open();
    let ended = crate::server::within(std::time::Duration::from_secs(30), || {
        (yard.thinnings()[0].step == Step::Trashed).then_some(())
    });
    assert!(ended.is_some(), "{:?}", yard.thinnings());
    assert_eq!(yard.has(), [false, false, true, true]);
    yard.is_whole(&[2, 3]);
}
