//! Through the real door with three clients: restic, rustic and our own each bring back what the
//! others saved, byte for byte, and each finds nothing wrong with it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Client, PASSWORD, Town, contents, files};
use crate::program::Said;

/// rustic, made by `scripts/setup-tests` from `peers/rustic` beside the program under test.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let made = test.ancestors().nth(3).unwrap().join("peers/debug/rustic-peer");
    assert!(made.exists(), "{} is missing: scripts/setup-tests makes it", made.display());
    made
}

impl Client {
    fn rustic(&self, word: &str, path: &Path) {
        let output = Command::new(program())
            .args([word, &self.repository])
            .arg(path)
            .env("RESTIC_PASSWORD", PASSWORD)
            .env("HOME", &self.folder)
            .current_dir(&self.folder)
            .output()
            .unwrap();
        let said = Said::from(output);
        assert_eq!(said.code, 0, "{word}: {said:?}");
    }

    /// The latest snapshot, brought back by each of the three.
    fn comes_back_by_all(&self, share: &Path) {
        self.restic(&["check", "--read-data", "--no-lock"]).well();
        self.rustic("check", share);
        let below = |target: &Path| target.join(share.strip_prefix("/").unwrap());
        let [by_restic, by_other, by_ours] = ["restic", "rustic", "ours"].map(|name| {
            let target = self.folder.join(format!("back-{name}"));
            fs::create_dir(&target).unwrap();
            target
        });
        let target = by_restic.to_str().unwrap();
        self.restic(&["restore", "latest", "--target", target, "--no-lock"]).well();
        self.rustic("bring-back", &by_other);
        let (code, report) = self.restore(&by_ours, &[]);
        assert_eq!(code, 0, "{report}");
        let wanted = contents(share);
        for target in [by_restic, by_other, by_ours] {
            assert!(contents(&below(&target)) == wanted, "{}", target.display());
            fs::remove_dir_all(target).unwrap();
        }
    }
}

#[test]
fn restic_rustic_and_ours_bring_back_what_the_others_saved() {
    let town = Town::new("");
    let client = town.client("file_server");
    let share = town.here().join("share");
    files(&share, 40, 1);
    let large: Vec<u8> =
        (0..1_250_000_u32).flat_map(|at| at.wrapping_mul(at).to_be_bytes()).collect();
    fs::write(share.join("large"), large).unwrap();
    // rustic begins the repository, and each goes on from the one before.
    client.rustic("init", &share);
    client.rustic("save", &share);
    client.comes_back_by_all(&share);
    files(&share, 45, 2);
    client.ask(&["backup", share.to_str().unwrap()]).well();
    client.comes_back_by_all(&share);
    files(&share, 50, 3);
    client.backup(&share, &[]);
    client.comes_back_by_all(&share);
    files(&share, 55, 4);
    client.rustic("save", &share);
    client.comes_back_by_all(&share);
    assert_eq!(client.snapshots().len(), 4);
    assert_eq!(town.alarms(), Vec::<String>::new());
}
