//! The record is exported and verified by anybody who has the program.

use std::fs;

use tempfile::tempdir;

use crate::program::run;

#[test]
fn an_export_is_proven_by_the_fingerprint_and_an_altered_one_is_refused() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let added = run(here, &["tenant", "add", "59273"]).well();
    let fingerprint = added.rsplit(' ').next().unwrap().trim().to_owned();
    run(here, &["asset", "set", "59273", "mail", "--state", "down"]).well();
    let said = run(here, &["journal", "export", "59273", "--out", "j"]).well();
    let head = said.lines().find_map(|line| line.strip_prefix("head")).unwrap().trim().to_owned();

    run(here, &["journal", "verify", "j", "--key", &fingerprint, "--head", &head]).well();
    let unproven = run(here, &["journal", "verify", "j"]);
    assert_eq!(unproven.code, 3, "{}", unproven.err);
    assert!(unproven.out.contains("unproven"), "{}", unproven.out);
    let other = "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA";
    assert!(
        run(here, &["journal", "verify", "j", "--key", other]).refused().contains("signed with")
    );

    let whole = fs::read_to_string(here.join("j")).unwrap();
    fs::write(here.join("k"), whole.replace("\"down\"", "\"up\"")).unwrap();
    let said = run(here, &["journal", "verify", "k", "--key", &fingerprint]).refused();
    assert!(said.contains("line") && said.contains("altered"), "{said}");

    // An older export is consistent in itself; only a head that somebody kept tells.
    run(here, &["asset", "set", "59273", "mail", "--state", "up"]).well();
    let said = run(here, &["journal", "export", "59273", "--out", "l"]).well();
    let newer = said.lines().find_map(|line| line.strip_prefix("head")).unwrap().trim().to_owned();
    let said = run(here, &["journal", "verify", "j", "--key", &fingerprint, "--head", &newer]);
    assert!(said.refused().contains("rolled back"));
}

#[test]
fn bad_input_says_what_to_write() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    assert!(run(here, &["journal", "export", "59273"]).refused().contains("tenant add 59273"));
    assert!(run(here, &["journal", "verify", "nowhere"]).refused().contains("nowhere"));
    fs::write(here.join("empty"), "").unwrap();
    assert!(run(here, &["journal", "verify", "empty"]).refused().contains("empty"));
    let said = run(here, &["journal", "verify", "empty", "--key", "abc"]).refused();
    assert!(said.contains("fingerprint"), "{said}");
}
