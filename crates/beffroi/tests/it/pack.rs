//! A list printed on the machine where it is kept.

use std::{fs, os::unix::fs::PermissionsExt as _};

use tempfile::tempdir;

use crate::program::run;

const LIST: &str = "Nom;Prénom;Adresse;Téléphone;Quartier;Observations\n\
    Dubois;Odette;1 rue du Port;0328000001;Port;oxygène\nAlain;René;2 rue du Port;;Port;\n";

#[test]
fn a_list_about_health_is_printed_without_any_platform() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let latin: Vec<u8> = LIST.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    fs::write(here.join("liste.csv"), latin).unwrap();
    let words = ["pack", "vulnerable", "59273", "--csv", "liste.csv", "--out", "liste.pdf"];
    let said = run(here, &[&words[..], &["--number", "3"]].concat()).well();
    for part in ["liste.pdf: 2 rows on 1 pages", "number 3, 2 rows", "destroy list no. 2"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let path = here.join("liste.pdf");
    let pdf = fs::read(&path).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!here.join("data").exists(), "a data folder was made");
    let files: Vec<_> = fs::read_dir(here).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    // Nothing is replaced.
    let again = run(here, &words).refused();
    assert!(again.contains("liste.pdf exists already"), "{again}");
    assert_eq!(fs::read(&path).unwrap(), pdf);
}

#[test]
fn what_cannot_be_printed_says_why_and_leaves_nothing() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let refused = |file: &str, more: &[&str]| {
        fs::write(here.join("liste.csv"), file).unwrap();
        let words = ["pack", "burials", "Gravelines", "--csv", "liste.csv", "--out", "liste.pdf"];
        let said = run(here, &[&words[..], more].concat()).refused();
        assert!(!here.join("liste.pdf").exists());
        said
    };
    let said = refused("Qui;Quand\nA;bientôt\n", &[]);
    assert!(
        said.contains("where to read: name, date") && said.contains("headings are: Qui, Quand")
    );
    let both = ["--map", "Qui=name", "--map", "quand=date"];
    let said = refused("Qui;Quand\nA;bientôt\n;1/1/2027\n", &both);
    assert!(said.contains("row 2, column 'Quand': 'bientôt' is no date"), "{said}");
    assert!(said.contains("row 3, column 'Qui': the cell is empty"), "{said}");
    let said = refused("Qui;Quand\nA;1/1/2027\n", &["--map", "Qui=nom"]);
    assert!(said.contains("'nom' is no field of this list: name, first_name, date"), "{said}");
    let said = refused("Qui;Quand\nA;1/1/2027\n", &["--map", "Personne=name"]);
    assert!(said.contains("no such heading; it has: Qui, Quand"), "{said}");
    let said = refused("Qui;Quand\nA;1/1/2027\n", &["--map", "Qui=name", "--map", "Qui=date"]);
    assert!(said.contains("read for another field already"), "{said}");
    assert!(refused("PK\u{3}\u{4}\0", &[]).contains("this is no text file"));
    fs::write(here.join("large.csv"), vec![b'a'; 6 * 1024 * 1024]).unwrap();
    let large = ["pack", "burials", "59273", "--csv", "large.csv", "--out", "large.pdf"];
    assert!(run(here, &large).refused().contains("split it"));
    let nowhere = ["pack", "burials", "99999", "--csv", "liste.csv", "--out", "x.pdf"];
    assert!(run(here, &nowhere).refused().contains("99999"));
    let kind = ["pack", "cats", "59273", "--csv", "liste.csv", "--out", "x.pdf"];
    assert!(run(here, &kind).refused().contains("children, vulnerable, burials"));
    let right = ["--map", "Qui=name", "--map", "Quand=date", "--lang", "en"];
    let words = ["pack", "burials", "Gravelines", "--csv", "liste.csv", "--out", "liste.pdf"];
    fs::write(here.join("liste.csv"), "Qui;Quand;Autre\nA;1/1/2027;x\n").unwrap();
    let said = run(here, &[&words[..], &right].concat()).well();
    assert!(said.contains("not used: Autre") && said.contains("date from 'Quand'"), "{said}");
}
