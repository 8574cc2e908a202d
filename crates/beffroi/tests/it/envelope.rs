//! The cyber envelope and the sheets of the first hour, from the command line.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use tempfile::tempdir;

use crate::program::{Said, run};

fn with_address(here: &Path, words: &[&str]) -> Said {
    fs::write(here.join("beffroi.toml"), "[doors]\npublic_url = \"https://etat.exemple.fr\"\n")
        .unwrap();
    run(here, &[&["--config", "beffroi.toml"], words].concat())
}

#[test]
fn an_envelope_is_written_for_its_owner_alone_and_never_over_another_file() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let none = with_address(here, &["staff", "kit", "59273", "--out", "kit.html"]).refused();
    assert!(none.contains("beffroi staff add 59273"), "{none}");
    assert!(!here.join("kit.html").exists(), "nothing is left of what was refused");
    run(here, &["staff", "add", "59273", "Camille Martin", "--role", "director"]).well();
    let said = with_address(here, &["staff", "kit", "59273", "--out", "kit.html"]).well();
    assert!(said.contains("envelope no. 1 of 59273, for 1 people"), "{said}");
    let html = fs::read_to_string(here.join("kit.html")).unwrap();
    assert!(html.contains("https://etat.exemple.fr/console/") && html.contains("Camille Martin"));
    let mode = fs::metadata(here.join("kit.html")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let twice = with_address(here, &["staff", "kit", "59273", "--out", "kit.html"]).refused();
    assert!(twice.contains("is there already"), "{twice}");
    assert_eq!(fs::read_to_string(here.join("kit.html")).unwrap(), html);
    let export = run(here, &["journal", "export", "59273"]).well();
    assert_eq!(export.matches("kit_printed").count(), 1, "the refused one counts for nothing");
    let nowhere = run(here, &["staff", "kit", "59273", "--out", "no/where.html"]).refused();
    assert!(nowhere.contains("no/where.html"), "{nowhere}");
    let english = ["staff", "kit", "59273", "--out", "en.html", "--lang", "en"];
    let said = run(here, &english).well();
    assert!(said.contains("doors.public_url"), "{said}");
    assert!(fs::read_to_string(here.join("en.html")).unwrap().contains("Cyber envelope"));
    let said = with_address(here, &["staff", "kit", "59273", "--out", "kit.pdf"]).well();
    assert!(said.contains("envelope no. 3"), "{said}");
    assert!(fs::read(here.join("kit.pdf")).unwrap().starts_with(b"%PDF-"));
    let other = run(here, &["staff", "kit", "62473", "--out", "x.html"]).refused();
    assert!(other.contains("tenant add 62473") && !here.join("x.html").exists(), "{other}");
}

#[test]
fn sheets_are_written_in_both_languages_with_texts_to_copy() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let said = with_address(here, &["sheets", "59273", "--out", "sheets"]).well();
    assert!(said.starts_with("26 files") && said.contains("roster import"), "{said}");
    let read = |name: &str| fs::read_to_string(here.join("sheets").join(name)).unwrap();
    assert!(read("poster-fr.html").contains("etat.exemple.fr/c/59273"));
    for name in ["poster", "answering", "social", "orders", "roll-call"] {
        let pdf = fs::read(here.join(format!("sheets/{name}-en.pdf"))).unwrap();
        assert!(pdf.starts_with(b"%PDF-"), "{name}");
    }
    assert!(read("orders-en.txt").contains("Do not switch on your computer."));
    assert!(read("social-fr.txt").contains("https://etat.exemple.fr/c/59273/"));
    fs::write(
        here.join("staff.csv"),
        b"nom;service;telephone;appele par\nZo\xe9;Accueil;0600000001;\nNo\xe9;Accueil;;Zo\xe9\n",
    )
    .unwrap();
    let import = ["staff", "roster", "import", "59273", "staff.csv"];
    assert!(run(here, &import).well().contains("2 added, 0 changed, 0 removed"));
    assert!(run(here, &import).well().contains("0 added, 0 changed, 0 removed"));
    fs::write(here.join("bad.csv"), "nom;telephone\n;12 34\nA;x\n").unwrap();
    let bad = run(here, &["staff", "roster", "import", "59273", "bad.csv", "--replace"]).refused();
    assert!(bad.contains("row 2") && bad.contains("row 3") && bad.contains("nothing was imported"));
    assert!(run(here, &["staff", "roster", "list", "59273"]).well().contains("06 00 00 00 01"));
    with_address(here, &["sheets", "59273", "--out", "sheets", "--lang", "fr"]).well();
    assert!(read("roll-call-fr.html").contains("Zoé"));
}
