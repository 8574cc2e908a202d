//! A newer program opens the database of an older one, and nothing of it is lost. Each version that
//! was given out keeps one here, in `kept/VERSION/`.

use std::{fs, io::Read, path::Path};

use tempfile::tempdir;

use crate::program::run;

/// Puts a kept database in place.
fn unpack(version: &str, here: &Path) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/kept").join(version);
    let data = here.join("data");
    fs::create_dir(&data).unwrap();
    let packed = fs::File::open(kept.join("beffroi.db.gz")).unwrap();
    let mut database = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut database).unwrap();
    fs::write(data.join("beffroi.db"), database).unwrap();
    fs::copy(kept.join("master.key"), data.join("master.key")).unwrap();
}

#[test]
fn a_database_of_the_first_version_is_opened_whole() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    unpack("0.1.0", here);
    let towns = run(here, &["tenant", "list"]).well();
    assert!(towns.contains("59273") && towns.contains("epci:242900660"), "{towns}");
    let people = run(here, &["staff", "list", "59273"]).well();
    assert!(people.contains("director     Camille Martin"), "{people}");
    assert!(people.contains("clerk        Dominique Petit"), "{people}");
    // The record of that time verifies to the head it had then.
    run(here, &["journal", "export", "59273", "--out", "old.jsonl"]).well();
    let head = "10:72a5c3b3b9f464d0460e8ecb6eda852b037e35415a98b2a86bad19382f5447e1";
    let key = "INAO-OB6Z-ZEKM-FOR3-SMEO-4UMP-GWQR-ZNAF";
    let verify = ["journal", "verify", "old.jsonl", "--key", key, "--head", head];
    assert!(run(here, &verify).well().contains("10 entries, nothing altered"));
    // What was sealed then opens now, and the record goes on under the same key.
    run(here, &["asset", "set", "59273", "file_server", "--state", "up", "--reason", "réparé"])
        .well();
    run(here, &["staff", "add", "59273", "Noé Lambert", "--role", "technician"]).well();
    run(here, &["journal", "export", "59273", "--out", "old.jsonl"]).well();
    let said = run(here, &verify).well();
    assert!(!said.contains("10 entries") && said.contains("nothing altered"), "{said}");
}
