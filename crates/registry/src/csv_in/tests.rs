//! The register's tables as people send them.

use beffroi_town::ServiceId;
use beffroi_words::fold::fold;

use super::services::number as phone;
use super::*;

#[test]
fn towns_are_read_by_code_or_unique_name() {
    let file = b"\xEF\xBB\xBFINSEE;Nom\n59273;Gravelines\nepci:242900660;\nIsbergues;\n59273;\n";
    let rows = tenants::read(file).unwrap();
    let ids: Vec<_> = rows.iter().map(|row| (row.row, row.entry.id.as_str())).collect();
    assert_eq!(ids, [(2, "59273"), (3, "epci:242900660"), (4, "62473")]);
}

#[test]
fn a_wrong_town_is_told_with_its_row() {
    let errors = tenants::read(b"code;x\n59273;\n1001;\n;y\n59820;\nSaint-Denis;\n99999;\n");
    let errors = errors.unwrap_err();
    let told: Vec<_> = errors.list().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 5, "{told:#?}");
    assert!(told[0].starts_with("row 3, column 'code': '1001' lost its first zero: write '01001'"));
    assert_eq!(told[1], "row 4, column 'code': the cell is empty");
    assert!(told[2].contains("did you mean 59273 Gravelines (59 Nord, 59820)"), "{}", told[2]);
    assert!(told[3].contains("several bear the name 'Saint-Denis'") && told[3].contains("93066"));
    assert!(told[4].ends_with("has the code '99999'"), "{}", told[4]);
}

fn resolve(text: &str) -> Option<ServiceId> {
    let found = [("canteen", "Cantine scolaire"), ("library", "Médiathèque")]
        .into_iter()
        .find(|(code, name)| *code == text || fold(name) == fold(text))?;
    ServiceId::parse(found.0).ok()
}

#[test]
fn services_are_read_in_french_and_english() {
    let french = "Service;Lieu;Horaires;Téléphone\nCANTINE SCOLAIRE;École \"Jules Ferry\", 1 rue \
                  du Port;\"lundi : 8 h ; 12 h\nmardi : 8 h\";03.28.51.34.34\nlibrary;;;\n";
    let rows = services::read(french.as_bytes(), resolve).unwrap();
    assert_eq!(rows[0].service.as_str(), "canteen");
    assert_eq!(rows[0].place.as_deref(), Some("École \"Jules Ferry\", 1 rue du Port"));
    assert_eq!(rows[0].hours.as_deref(), Some("lundi : 8 h ; 12 h\nmardi : 8 h"));
    assert_eq!(rows[0].phone.as_deref(), Some("03 28 51 34 34"));
    assert_eq!((&rows[1].place, &rows[1].hours, &rows[1].phone), (&None, &None, &None));
    let english = services::read(b"service,place,hours,phone\ncanteen,a,b,112\n", resolve).unwrap();
    assert_eq!(english[0].phone.as_deref(), Some("112"));
}

#[test]
fn wrong_services_are_told_all_at_once() {
    let file = "service;téléphone\ncantine;03 28 51 34 34\ncanteen;12\nlibrary;call us\n;\n;1\n\
                library;\ncanteen;328513434\n";
    let errors = services::read(file.as_bytes(), resolve).unwrap_err();
    let told: Vec<_> =
        errors.list().iter().map(|error| (error.row, error.reason.clone())).collect();
    assert_eq!(
        told,
        [
            (2, Reason::UnknownService { text: "cantine".into() }),
            (4, Reason::BadPhone { text: "call us".into() }),
            (6, Reason::BadPhone { text: "1".into() }),
            (6, Reason::EmptyCell),
            (7, Reason::Duplicate { text: "library".into(), first_row: 4 }),
            (8, Reason::LostZero { text: "328513434".into() }),
            (8, Reason::Duplicate { text: "canteen".into(), first_row: 3 }),
        ]
    );
}

#[test]
fn telephone_numbers_are_shown_one_way() {
    for (typed, shown) in [
        ("0328513434", "03 28 51 34 34"),
        ("03 28 51 34 34", "03 28 51 34 34"),
        ("03\u{a0}28\u{202f}51-34.34", "03 28 51 34 34"),
        ("+33 3 28 51 34 34", "03 28 51 34 34"),
        ("+33 (0)3 28 51 34 34", "03 28 51 34 34"),
        ("0033328513434", "03 28 51 34 34"),
        ("0590 80 40 40", "05 90 80 40 40"),
        ("17", "17"),
        ("112", "112"),
        ("39 19", "3919"),
        ("118 712", "118712"),
        ("+687 25 00 00", "+687250000"),
        ("+590 590 80 40 40", "+590590804040"),
    ] {
        assert_eq!(phone(typed).as_deref(), Ok(shown), "{typed}");
    }
    for typed in [
        "",
        "+",
        "0",
        "03 28 51 34 3",
        "03 28 51 34 34 5",
        "0028",
        "+0123456789",
        "mairie",
        "99",
        "03 28 51 34 34 / 35",
        "+33 28",
        "٠٣٢٨٥١٣٤٣٤",
        "1e9",
        "+1234567890123456",
    ] {
        assert!(phone(typed).is_err(), "{typed}");
    }
}
