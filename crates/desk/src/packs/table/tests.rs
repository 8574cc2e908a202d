//! Tables as the town's software exports them.

use super::*;

const CHILDREN: (PackKind, Place) = (PackKind::Children, Place::Platform);

fn table(text: &str) -> Table {
    Table::read(text.as_bytes()).unwrap()
}

fn listed(text: &str, what: (PackKind, Place)) -> Result<List, RowErrors> {
    let table = table(text);
    let mapping = proposed(&table, what, None);
    read(table, what, &mapping)
}

fn reasons(text: &str, what: (PackKind, Place)) -> Vec<(usize, Reason)> {
    let errors = listed(text, what).expect_err("refused");
    errors.list().iter().map(|error| (error.row, error.reason.clone())).collect()
}

fn column(list: &List, code: &str) -> Vec<String> {
    list.entries.iter().map(|entry| entry.get(code).cloned().unwrap_or_default()).collect()
}

#[test]
fn headings_are_known_whatever_their_case_and_rows_come_in_the_order_of_the_paper() {
    let text = "PRENOM;NOM;Classe;Adultes autorises;Tel;Couleur;PAI\n\
        Zoé;Durand;CM2;Maman;06 00 00 00 01;bleu;arachide\n\
        Léa;Élan;CE1;Papa;0600000002;;\nAna;durand;CM2;Tante;;;\nNoé;Zanetti;;Oncle;;;\n";
    let list = listed(text, CHILDREN).unwrap();
    assert_eq!(column(&list, "first_name"), ["Léa", "Ana", "Zoé", "Noé"]);
    assert_eq!(column(&list, "phones"), ["06 00 00 00 02", "", "06 00 00 00 01", ""]);
    assert_eq!(list.unused, ["Couleur", "PAI"]);
    assert!(list.entries.iter().all(|entry| !entry.contains_key("care")), "health came here");
    // Where the list stays, everything is read.
    let list = listed(text, (PackKind::Children, Place::Here)).unwrap();
    assert_eq!(column(&list, "care"), ["", "", "arachide", ""]);
    assert_eq!(list.unused, ["Couleur"]);
}

#[test]
fn latin_1_with_semicolons_and_utf_8_with_commas_give_the_same_list() {
    let text = "Nom;Classe;Parents\nBénédicte;CP;Françoise\n";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let read_of = |bytes: &[u8]| {
        let table = Table::read(bytes).unwrap();
        let mapping = proposed(&table, CHILDREN, None);
        read(table, CHILDREN, &mapping).unwrap()
    };
    let list = read_of(&latin);
    assert_eq!(column(&list, "name"), ["Bénédicte"]);
    assert_eq!(read_of(text.replace(';', ",").as_bytes()), list);
    assert_eq!(read_of(text.replace(';', "\t").as_bytes()), list);
}

#[test]
fn everything_wrong_is_told_with_its_row_and_nothing_is_read() {
    let fits = "é".repeat(TEXT_CHARS_MAX + 1);
    let text = format!("nom;adultes;tel\n;Maman;\nA;;\nB;x;appelez\nC;x;612345678\n{fits};x;\n");
    assert_eq!(
        reasons(&text, CHILDREN),
        [
            (2, Reason::EmptyCell),
            (3, Reason::EmptyCell),
            (4, Reason::BadPhone { text: "appelez".into() }),
            (5, Reason::LostZero { text: "612345678".into() }),
            (6, Reason::CellTooLong { max: TEXT_CHARS_MAX }),
        ]
    );
    let told = listed(&text, CHILDREN).unwrap_err();
    assert_eq!(told.list()[2].column.as_deref(), Some("tel"), "the file's own heading is told");
    let name = "é".repeat(10_000);
    let long = reasons(&format!("nom;adultes\nA;B\n{name};C\nD;\u{7}\n"), CHILDREN);
    assert_eq!(long.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [3, 4]);
    let many = "nom;adultes\n".to_owned() + &"A;B\n".repeat(ROWS_MAX + 1);
    assert_eq!(reasons(&many, CHILDREN), [(0, Reason::TooManyRows { max: ROWS_MAX })]);
    assert_eq!(reasons("nom;adultes\n", CHILDREN), [(0, Reason::NoRow)]);
}

#[test]
fn a_needed_field_that_no_heading_names_is_asked_for_and_what_was_chosen_is_remembered() {
    let text = "Nom d'usage;Responsable légal;Nom\nDurand;Maman;x\n";
    let wrong = reasons(text, CHILDREN);
    assert!(matches!(wrong[..], [(1, Reason::MissingColumn { .. })]), "{wrong:?}");
    let chosen = Mapping(BTreeMap::from([
        ("name".to_owned(), "Nom d'usage".to_owned()),
        ("adults".to_owned(), "Responsable légal".to_owned()),
    ]));
    let list = read(table(text), CHILDREN, &chosen).unwrap();
    assert_eq!(
        (column(&list, "name"), column(&list, "adults")),
        (vec!["Durand".into()], vec!["Maman".into()])
    );
    // The next export has other cases, and a heading more.
    let next = "NOM D’USAGE;Prénom;RESPONSABLE LEGAL\nDurand;Zoé;Maman\n";
    let again = proposed(&table(next), CHILDREN, Some(&chosen));
    assert_eq!(again.0["name"], "NOM D’USAGE");
    assert_eq!(again.0["first_name"], "Prénom");
    assert!(read(table(next), CHILDREN, &again).is_ok());
    // One heading for two fields, and a heading that is gone.
    let twice = Mapping(BTreeMap::from(
        [("name", "Nom"), ("adults", "Nom")].map(|(a, b)| (a.to_owned(), b.to_owned())),
    ));
    let errors = read(table(text), CHILDREN, &twice).unwrap_err();
    assert!(errors.list().iter().any(|error| error.reason == Reason::DuplicateColumn));
    let gone = Mapping(BTreeMap::from([("name".to_owned(), "Partie".to_owned())]));
    assert_eq!(read(table(text), CHILDREN, &gone).unwrap_err().list().len(), 2);
}

#[test]
fn what_is_odd_to_read_is_text_and_nothing_else() {
    let text = "nom;adultes;tel\n=HYPERLINK(\"x\");@SUM(A1);+33 6 00 00 00 01\n\
        👩‍👧 مريم \u{202e}ovo\u{202c};\"Maman\r\nPapa\";\"06 00 00 00 02 (mère), 0600000003\"\n";
    let list = listed(text, CHILDREN).unwrap();
    assert_eq!(column(&list, "name"), ["=HYPERLINK(\"x\")", "👩‍👧 مريم ovo"]);
    assert_eq!(column(&list, "adults"), ["@SUM(A1)", "Maman, Papa"]);
    let phones = ["06 00 00 00 01", "06 00 00 00 02 (mère), 0600000003"];
    assert_eq!(column(&list, "phones"), phones);
}

#[test]
fn days_are_read_as_people_and_programs_write_them() {
    for (text, read) in [
        ("24/12/2026", Some("2026-12-24")),
        ("2026-12-24", Some("2026-12-24")),
        ("24.12.26", Some("2026-12-24")),
        ("4-1-2027", Some("2027-01-04")),
        ("24/12/2026 00:00:00", Some("2026-12-24")),
        ("2026-12-24T08:30:00", Some("2026-12-24")),
        ("31/02/2026", None),
        ("12/24/2026", None),
        ("demain", None),
        ("24/12", None),
        ("24/12/2026/1", None),
        ("46380", None),
    ] {
        assert_eq!(day(text).map(|day| day.to_string()).as_deref(), read, "{text}");
    }
    let burials = (PackKind::Burials, Place::Platform);
    let text = "défunt;date\nB;02/01/2027\nA;31/12/2026\nC;bientôt\n";
    assert_eq!(reasons(text, burials), [(4, Reason::BadDate { text: "bientôt".into() })]);
    let list = listed(&text.replace("bientôt", "1/1/2027"), burials).unwrap();
    assert_eq!(column(&list, "name"), ["A", "C", "B"], "by day");
}

#[test]
fn every_list_reads_its_own_headings_in_both_languages() {
    for kind in PackKind::ALL.iter().copied() {
        for at in [0, usize::MAX] {
            let fields: Vec<_> = fields(kind, Place::Here).collect();
            let name = |field: &&&Field| field.names[at.min(field.names.len() - 1)];
            let heads: Vec<&str> = fields.iter().map(|field| name(&field)).collect();
            let mapping =
                proposed(&table(&format!("{}\n", heads.join(";"))), (kind, Place::Here), None);
            assert_eq!(mapping.0.len(), fields.len(), "{kind:?}: {heads:?}");
        }
    }
}
