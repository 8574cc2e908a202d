use beffroi_town::{
    catalogue,
    procedure::{Basis, FieldKind, KeyGroup},
};

use super::*;

const ROAD: &str = include_str!("../../procedures/road.toml");

#[test]
fn the_eight_of_the_house_can_be_used() {
    let all = house().unwrap();
    let codes: Vec<&str> = all.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "canteen",
            "social_contact",
            "address_certificate",
            "civil_status",
            "appointment",
            "road",
            "planning",
            "data_stolen"
        ]
    );
    let services = catalogue::service_rows().unwrap();
    for one in &all {
        let known = services.iter().find(|row| row.code == one.service.as_str());
        let row = known.unwrap_or_else(|| panic!("{}: no such service {}", one.code, one.service));
        // Whoever stands at a counter reads what is handed in there.
        let reads = row.group == one.group.code() || one.group == KeyGroup::General;
        assert!(reads, "{}: {} is of {}", one.code, one.service, row.group);
    }
}

/// What no form of ours asks, whatever it is for.
#[test]
fn no_more_is_asked_than_is_needed() {
    let forbidden = [
        "sécurité sociale",
        "social security number",
        "nationalité",
        "nationality",
        "employeur",
        "employer",
        "situation familiale",
        "marital",
        "iban",
    ];
    for one in house().unwrap() {
        for field in one.fields() {
            let asked = format!("{} {}", field.label.fr, field.label.en).to_lowercase();
            for word in forbidden {
                assert!(!asked.contains(word), "{}, {}: {word}", one.code, field.code);
            }
        }
        // Where a signature binds nobody none is asked; consent is no ground of a town hall.
        assert_ne!(one.privacy.basis, Basis::Consent, "{}", one.code);
        // Whoever reports or asks for help may do so without a mail address.
        let mail = one.fields().filter(|field| field.kind == FieldKind::Mail);
        assert!(mail.into_iter().all(|field| field.optional), "{}", one.code);
    }
}

#[test]
fn a_town_s_own_takes_the_place_of_the_house_s() {
    let folder = tempfile::tempdir().unwrap();
    let own = ROAD.replace("Signaler un problème de voirie ou d’éclairage", "Signaler un trou");
    fs::write(folder.path().join("road.toml"), &own).unwrap();
    fs::write(folder.path().join("LISEZMOI.txt"), "rien").unwrap();
    let all = with_own(folder.path()).unwrap();
    assert_eq!(all.len(), 8);
    let road = all.iter().find(|one| one.code.as_str() == "road").unwrap();
    assert_eq!(road.title.fr, "Signaler un trou");
}

#[test]
fn what_is_wrong_names_the_file_the_field_and_what_to_write() {
    let cases = [
        (ROAD.replace("kind = \"yes_no\"", "kind = \"maybe\""), "unknown variant `maybe`"),
        (
            ROAD.replace("code = \"danger\"", "code = \"Danger !\""),
            "section 2, field 'Danger !': code",
        ),
        (
            ROAD.replace("code = \"road\"", "code = \"voirie\""),
            "code: 'voirie' is not the file's name",
        ),
        (ROAD.replace("mark = \"RD\"", "mark = \"CA\""), "its mark 'CA' is another's too"),
        (ROAD.to_owned(), ""),
        (ROAD.replace("version = 1", "version = 1\ncolour = \"red\""), "unknown field `colour`"),
        (ROAD.replace("months = 12", "months = 0"), "privacy.kept.months: write a number"),
        ("\u{0}".to_owned(), "road.toml"),
    ];
    for (text, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("road.toml"), &text).unwrap();
        match with_own(folder.path()) {
            Ok(_) => assert!(expected.is_empty(), "nothing is wrong, but {expected}"),
            Err(error) => {
                let told = error.to_string();
                assert!(!expected.is_empty() && told.contains(expected), "{expected}: {told}");
                let place = folder.path().display().to_string();
                assert!(told.contains(&place), "{told}");
            }
        }
    }
}

#[test]
fn a_folder_that_is_empty_gone_or_too_large_is_told() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(own(folder.path()), Err(ProceduresError::Empty(_))));
    assert!(matches!(own(&folder.path().join("gone")), Err(ProceduresError::Read { .. })));
    fs::write(folder.path().join("road.toml"), " ".repeat(300_000)).unwrap();
    assert!(own(folder.path()).unwrap_err().to_string().contains("300000 bytes are too many"));
    fs::write(folder.path().join("road.toml"), [0xff, 0xfe]).unwrap();
    assert!(own(folder.path()).unwrap_err().to_string().contains("road.toml"));
}
