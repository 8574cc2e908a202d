//! Root leaves nothing of its own among the data of another user.

use std::{
    fs,
    os::unix::fs::{MetadataExt, chown},
};

use tempfile::tempdir;

use crate::program::run;

/// A user of every machine who owns nothing.
const NOBODY: u32 = 65_534;

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

#[test]
fn root_becomes_the_owner_of_the_data() {
    if !is_root() {
        eprintln!("not tried: only root has rights to give up");
        return;
    }
    let folder = tempdir().unwrap();
    let here = folder.path();
    let data = here.join("data");
    fs::create_dir(&data).unwrap();
    for path in [here, &data] {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    run(here, &["tenant", "add", "59273"]).well();
    run(here, &["tenant", "list"]).well();
    let mut seen = 0;
    for entry in fs::read_dir(&data).unwrap() {
        let about = entry.unwrap().metadata().unwrap();
        assert_eq!((about.uid(), about.gid()), (NOBODY, NOBODY));
        seen += 1;
    }
    assert!(seen >= 2, "the database and its key");
    // What that user may not reach is refused, with what to do.
    let secret = here.join("secret");
    fs::create_dir(&secret).unwrap();
    fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let file = secret.join("journal.jsonl");
    let words = ["journal", "export", "59273", "--out", file.to_str().unwrap()];
    let said = run(here, &words).refused();
    assert!(said.contains("'nobody'") && said.contains("/tmp"), "{said}");
}
