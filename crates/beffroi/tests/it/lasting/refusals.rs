//! What cannot be put back is told, and changes nothing.

use std::{fs, process::Command};

use tempfile::tempdir;

use super::{backed_up, listed, restore, with_key};
use crate::{program::run, server::serve};

#[test]
fn what_cannot_be_used_is_told_and_changes_nothing() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    assert!(run(here, &["backup"]).refused().contains("--to DIR"));
    assert!(run(here, &["backup", "--to", "b"]).refused().contains("beffroi backup key"));
    with_key(here);
    run(here, &["backup", "key", "--out", "other"]).well();
    let file = backed_up(here);
    let whole = fs::read(&file).unwrap();
    let (id, there) = (here.join("id"), here.join("there"));
    let try_it = |bytes: &[u8], identity: &str, word: &str| {
        fs::write(here.join("try"), bytes).unwrap();
        let words = ["restore", "try", "--identity", identity, "--data", "there"];
        let said = run(here, &words).refused();
        assert!(said.contains(word), "{word}: {said}");
        assert!(!there.exists(), "{said}");
        assert!(!listed(here).iter().any(|name| name.contains("restoring")), "{said}");
    };
    let mut flipped = whole.clone();
    for at in [whole.len() / 3, whole.len() - 10] {
        flipped[at] ^= 1;
        try_it(&flipped, "id", "damaged");
        flipped[at] ^= 1;
    }
    for length in [10, 100, whole.len() / 2, whole.len() - 1] {
        try_it(&whole[..length], "id", if length == 10 { "no backup" } else { "damaged" });
    }
    try_it(&[&whole[..], b"more"].concat(), "id", "damaged");
    try_it(&whole, "other", "another key");
    try_it(&whole, "beffroi.toml", "holds no key");
    try_it(b"PK\x03\x04 a zip file", "id", "no backup of Beffroi");
    try_it(b"", "id", "no backup of Beffroi");
    let said = run(here, &["restore", &file.display().to_string(), "--data", "there"]).refused();
    assert!(said.contains("--identity"), "{said}");

    // What is there is named, moved aside only when told so, and not for something older.
    let said = restore(here, &file, &id, &[]).refused();
    assert!(said.contains("1 tenants") && said.contains("--replace"), "{said}");
    run(here, &["asset", "set", "59273", "mail", "--state", "down"]).well();
    let said = restore(here, &file, &id, &["--replace"]).refused();
    assert!(said.contains("1 journal entries of 1 tenants"), "{said}");
    assert!(run(here, &["tenant", "show", "59273"]).well().contains("down"));
    let server = serve(here);
    let said = restore(here, &file, &id, &["--replace", "--accept-older"]).refused();
    assert!(said.contains("is using"), "{said}");
    drop(server);
    restore(here, &file, &id, &["--replace", "--accept-older"]).well();
    assert!(!run(here, &["tenant", "show", "59273"]).well().contains("down"));
    let aside = listed(here).into_iter().find(|name| name.starts_with("data.replaced_")).unwrap();
    let said = run(here, &["tenant", "show", "59273", "--data", &aside]).well();
    assert!(said.contains("down"), "what was there is still there: {said}");
    // A folder of somebody else's is no place either.
    fs::create_dir(here.join("there")).unwrap();
    fs::write(here.join("there/letter.txt"), "dear").unwrap();
    let words = ["restore", &file.display().to_string(), "--identity", "id", "--data", "there"];
    assert!(run(here, &words).refused().contains("letter.txt"));
}

#[test]
fn a_newer_program_s_backup_is_told_from_a_damaged_one() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let made = run(here, &["backup", "--to", "b", "--unsealed", "--json"]);
    let made: serde_json::Value = serde_json::from_str(&made.well()).unwrap();
    let file = &here.join(made["path"].as_str().unwrap()).display().to_string();
    assert_eq!(made["sealed"], false);
    let permissions = fs::metadata(file).unwrap().permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777, 0o600);
    let unzipped = Command::new("gunzip").arg("-c").stdin(fs::File::open(file).unwrap()).output();
    let text = String::from_utf8(unzipped.unwrap().stdout).unwrap();
    let try_it = |text: &str, word: &str| {
        fs::write(here.join("try"), text).unwrap();
        let zipped = Command::new("gzip").args(["-kf", "try"]).current_dir(here).status().unwrap();
        assert!(zipped.success());
        let said = run(here, &["restore", "try.gz", "--data", "there"]);
        assert!(said.code != 0 && said.err.contains(word), "{word}: {}", said.err);
        assert!(!here.join("there").exists());
    };
    try_it(&text.replacen("beffroi backup 1", "beffroi backup 2", 1), "newer program");
    let schema = text.split("\"schema\":").nth(1).unwrap().split(',').next().unwrap();
    let newer = text.replacen(&format!("\"schema\":{schema}"), "\"schema\":9999", 1);
    try_it(&newer, "9999");
    try_it(&text.replacen("\"master.key\"", "\"../master.key\"", 2), "damaged");
    try_it(&"a".repeat(70 << 20), "is cut short");
    let forged = text.replacen("{\"end\":true}\n", "", 1);
    try_it(&forged, "damaged");
    let said = run(here, &["restore", file, "--data", "there"]).well();
    assert!(said.contains("1 verified"), "{said}");
}
