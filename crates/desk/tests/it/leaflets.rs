//! The cyber envelope and the sheets of the first hour, as they come from the printer.

use beffroi_desk::leaflet;
use beffroi_pages::{
    Place,
    kit::{Kit, KitFacts, KitPerson, kit},
    sheets::{SheetKind, StaffFacts, sheet},
};
use beffroi_town::{EmergencyFacts, Lang, Role, RosterEntry, RosterId};

use crate::{
    pdf::{Printed, folded},
    town::{PRINTED_AT, gravelines},
};

const CONSOLE: &str = "https://etat.exemple.fr/console/";

fn roster(names: &[&str]) -> Vec<RosterEntry> {
    let id = |number: usize| RosterId::parse(&format!("roster-{number:04}")).expect("an id");
    let one = |(number, name): (usize, &&str)| RosterEntry {
        id: id(number),
        rank: 1,
        name: (*name).to_owned(),
        function: "Accueil".to_owned(),
        service: "Services à la population".to_owned(),
        phones: vec!["06 00 00 00 01".to_owned()],
        caller: (number > 0).then(|| id(0)),
    };
    names.iter().enumerate().map(one).collect()
}

fn people(count: usize) -> Vec<KitPerson> {
    let codes = |number: usize| {
        ["JKM", "YZ0"].map(|part| format!("JK1-{number:03}-7GH-{part}-NPQ-RST-VWX")).to_vec()
    };
    let one = |number| KitPerson {
        name: format!("Camille Dupont-{number}"),
        role: Role::Clerk,
        codes: codes(number),
    };
    (0..count).map(one).collect()
}

fn facts(names: &[&str]) -> KitFacts {
    KitFacts {
        tenant: gravelines().tenant,
        console_url: Some(CONSOLE.to_owned()),
        page_url: Some("https://etat.exemple.fr/c/59273/".to_owned()),
        emergency: EmergencyFacts::default(),
        firms: vec![("Logiciel d’état civil".to_owned(), "Éditeur, 01 00 00 04 00".to_owned())],
        forwards: Vec::new(),
        roster: roster(names),
    }
}

fn envelope(facts: &KitFacts, people: &[KitPerson], lang: Lang) -> Printed {
    let stale_at = PRINTED_AT.plus_ms(183 * 86_400_000);
    let kit_of = Kit { facts, people, number: 3, printed_at: PRINTED_AT, stale_at };
    let made = kit(&kit_of, lang).expect("an envelope");
    Printed::new(&leaflet(&made.leaflet, lang, PRINTED_AT).expect("a PDF"))
}

#[test]
fn an_envelope_has_a_page_for_each_person_and_everybodys_cards() {
    let people = people(12);
    for lang in Lang::ALL {
        let pdf = envelope(&facts(&["Zoé", "Noé"]), &people, lang);
        assert_eq!(pdf.pages, 12 + 1 + 2 + 5);
        let info = pdf.info();
        assert!(info.contains("Tagged:") && info.contains("yes"), "{info}");
        assert!(pdf.metadata().contains("pdfuaid"), "it says what it is");
        let text = pdf.text();
        for code in people.iter().flat_map(|one| &one.codes) {
            assert_eq!(text.matches(code.as_str()).count(), 1, "{code}");
        }
        assert_eq!(pdf.squares(2), [CONSOLE], "a telephone opens the console from a person's page");
        assert!(pdf.squares(1).is_empty(), "nothing to scan through the envelope");
        let structure = pdf.structure();
        assert!(structure.contains("Table") && structure.contains("TH"), "{structure}");
    }
    let text = envelope(&facts(&["Zoé", "Noé"]), &people, Lang::Fr).text();
    for said in [
        "Enveloppe nº 3.",
        "N’allumez pas votre ordinateur.",
        "17cyber.gouv.fr",
        "Logiciel d’état civil",
        "Zoé (06 00 00 00 01)",
    ] {
        assert!(text.contains(&folded(said)), "{said}: {text}");
    }
}

#[test]
fn what_nobody_filled_in_and_what_nobody_should_type_stay_on_their_pages() {
    let mut bare = facts(&[]);
    (bare.console_url, bare.page_url) = (None, None);
    bare.firms.clear();
    let pdf = envelope(&bare, &people(1), Lang::Fr);
    assert_eq!(pdf.pages, 1 + 1 + 2 + 5);
    assert!(pdf.text().contains("Adresse (à écrire à la main)"));
    assert!(pdf.squares(2).is_empty());
    let hostile = format!("#panic() *gras* $x$ \u{202e}{}", "W".repeat(300));
    let mut bad = facts(&[hostile.as_str(); 30]);
    bad.tenant.name.clone_from(&hostile);
    bad.firms = vec![(hostile.clone(), hostile.clone())];
    let mut people = people(1);
    people[0].name = hostile;
    let text = envelope(&bad, &people, Lang::Fr).text();
    assert!(text.contains("#panic() *gras* $x$"), "{text}");
}

#[test]
fn every_sheet_is_a_pdf_of_one_title_in_both_languages() {
    let facts = gravelines();
    let staff =
        StaffFacts { roster: roster(&["Zoé", "Noé"]), emergency: EmergencyFacts::default() };
    let place = Place::served("/c/59273/", Some("https://etat.exemple.fr/c/59273/"));
    for lang in Lang::ALL {
        for kind in SheetKind::ALL {
            let made = sheet(kind, &facts, &staff, &place, lang).expect("a sheet");
            let Some(words) = made.leaflet else {
                assert_eq!(kind, SheetKind::Poster, "it has a template of its own");
                continue;
            };
            let pdf = Printed::new(&leaflet(&words, lang, PRINTED_AT).expect("a PDF"));
            assert_eq!(pdf.pages, 1, "{kind:?}");
            let text = pdf.text();
            for line in made.texts.iter().flat_map(|one| one.body.lines()) {
                // A line is broken where it must be, an address perhaps inside.
                let words = folded(line);
                let start = words.split(' ').next().unwrap_or_default();
                assert!(text.contains(start), "{kind:?}: {line}: {text}");
            }
            if kind == SheetKind::RollCall {
                assert_eq!(text.matches('☐').count(), 4, "two boxes for each of two: {text}");
            }
        }
    }
}
