//! Forms to print, from the command line.

use std::fs;

use tempfile::tempdir;

use crate::program::run;

const ROAD: &str = include_str!("../../../desk/procedures/road.toml");

#[test]
fn forms_are_written_for_a_town_that_is_here() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let one = ["desk", "forms", "59273", "--procedure", "road", "--out", "forms"];
    let said = run(here, &[&one[..], &["--lang", "fr", "--copies", "3"]].concat()).well();
    assert!(said.contains("road-fr.pdf: 6 pages") && said.contains("1 files in forms"), "{said}");
    let large = run(here, &[&one[..], &["--large"]].concat()).well();
    assert!(large.contains("road-fr-large.pdf") && large.contains("road-en-large.pdf"), "{large}");
    let pdf = fs::read(here.join("forms/road-fr.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    // Nothing is left behind: each copy's own code says what it is.
    let before = run(here, &["journal", "export", "59273"]).well();
    run(here, &one).well();
    assert_eq!(run(here, &["journal", "export", "59273"]).well(), before);
    assert_ne!(fs::read(here.join("forms/road-fr.pdf")).unwrap(), pdf, "codes are new each time");
}

#[test]
fn what_cannot_be_printed_says_what_to_type() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let unknown = ["desk", "forms", "59273", "--procedure", "voirie", "--out", "forms"];
    let said = run(here, &unknown).refused();
    assert!(said.contains("write one of: canteen, social_contact"), "{said}");
    let other = run(here, &["desk", "forms", "62473", "--out", "forms"]).refused();
    assert!(other.contains("tenant add 62473") && !here.join("forms").exists(), "{other}");
    for copies in ["0", "101", "many"] {
        run(here, &["desk", "forms", "59273", "--copies", copies, "--out", "forms"]).refused();
    }
    fs::write(here.join("file"), "").unwrap();
    let said = run(here, &["desk", "forms", "59273", "--procedure", "road", "--out", "file"]);
    assert!(said.refused().contains("cannot write file/"));
}

#[test]
fn a_town_s_own_procedures_are_checked_and_used() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let said = run(here, &["desk", "procedures"]).well();
    assert_eq!(said.lines().count(), 8, "{said}");
    assert!(said.contains("SC  social_contact (social, edition 1") && said.contains("urgent"));
    fs::create_dir(here.join("own")).unwrap();
    let bad = ROAD
        .replace("code = \"danger\"", "code = \"Danger\"")
        .replace("mark = \"RD\"", "mark = \"LO\"");
    fs::write(here.join("own/road.toml"), bad).unwrap();
    let said = run(here, &["desk", "procedures", "own"]).refused();
    assert!(said.contains("own/road.toml: mark: write two capital letters"), "{said}");
    assert!(said.contains("section 2, field 'Danger': code: write"), "{said}");
    let hole = ROAD.replace("code = \"road\"", "code = \"hole\"").replace("\"RD\"", "\"HE\"");
    fs::remove_file(here.join("own/road.toml")).unwrap();
    fs::write(here.join("own/hole.toml"), hole).unwrap();
    let json = run(here, &["desk", "procedures", "own", "--json"]).well();
    let shown: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(shown.as_array().map(Vec::len), Some(9));
    run(here, &["tenant", "add", "59273"]).well();
    fs::write(here.join("beffroi.toml"), "[desk]\nprocedures = \"own\"\n").unwrap();
    let words = ["--config", "beffroi.toml", "desk", "forms", "59273", "--procedure", "hole"];
    let said = run(here, &[&words[..], &["--lang", "en", "--out", "forms"]].concat()).well();
    assert!(said.contains("hole-en.pdf: 2 pages"), "{said}");
}
