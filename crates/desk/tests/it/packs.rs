//! Lists as they come from the printer, and who opens them.

use beffroi_desk::packs::{
    Entry, former,
    print::{self, Printing},
};
use beffroi_town::{Instant, Lang, Pack, PackKind, procedure::KeyGroup};

use crate::{
    pdf::Printed,
    town::{PRINTED_AT, gravelines},
};

fn entry(fields: &[(&str, &str)]) -> Entry {
    fields.iter().map(|(code, text)| ((*code).to_owned(), (*text).to_owned())).collect()
}

fn printed(kind: PackKind, entries: &[Entry], lang: Lang) -> Printed {
    let facts = gravelines();
    let printing = Printing {
        tenant: &facts.tenant,
        kind,
        number: 3,
        former: Some(2),
        made_at: PRINTED_AT,
        printed_at: PRINTED_AT,
    };
    Printed::new(&print::pdf(&printing, entries, lang).unwrap())
}

fn child(class: &str, name: &str) -> Entry {
    entry(&[
        ("name", name),
        ("first_name", "Camille"),
        ("class", class),
        ("adults", "Dominique, sa tante"),
        ("phones", "06 00 00 00 01"),
    ])
}

#[test]
fn each_class_takes_its_own_sheets_and_the_number_stands_on_each() {
    let mut all: Vec<Entry> =
        (0..14).map(|number| child("CE1", &format!("DURAND-{number}"))).collect();
    all.extend([child("CM2", "#panic()"), child("", "SANS-CLASSE")]);
    let pdf = printed(PackKind::Children, &all, Lang::Fr);
    assert_eq!(pdf.pages, 4, "two of CE1, one of CM2, one of none");
    let text = pdf.text();
    for said in [
        "Enfants de la cantine et du périscolaire",
        "Liste n° 3",
        "Détruisez la liste n° 2",
        "CE1 · 14 personnes",
        "Sans groupe · 1 personne",
        "DURAND-13 Camille",
        "#panic() Camille",
        "Dominique, sa tante",
        "Page 4 sur 4",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(text.matches("n° 3 · Imprimé le").count(), 4);
    // Nobody has a day or a care plan: there is no such column.
    assert!(!text.contains("Jours") && !text.contains("Santé"), "{text}");
    assert!(pdf.metadata().contains("<pdfuaid:part>1</pdfuaid:part>"));
    assert!(pdf.info().contains("Tagged:          yes"), "{}", pdf.info());
}

#[test]
fn every_kind_prints_in_both_languages_with_its_days_in_full() {
    for kind in PackKind::ALL.iter().copied() {
        let fields = kind.layout().fields.iter();
        let text = |code: &str| match code {
            "date" | "deadline" | "deposited" => "2024-12-24".to_owned(),
            // Nothing that a line may end in.
            code => format!("le{}", code.replace('_', "")),
        };
        let whole: Entry = fields.map(|field| (field.code.to_owned(), text(field.code))).collect();
        for lang in Lang::ALL {
            let pdf = printed(kind, std::slice::from_ref(&whole), lang);
            let told = pdf.text();
            assert!(!told.contains('⟦'), "{told}");
            for field in kind.layout().fields {
                let said = match (text(field.code).as_str(), lang) {
                    ("2024-12-24", Lang::Fr) => "mardi 24 décembre 2024".to_owned(),
                    ("2024-12-24", Lang::En) => "24 December 2024".to_owned(),
                    (said, _) => said.to_owned(),
                };
                assert!(told.contains(&said), "{kind:?} {said}: {told}");
            }
            assert_eq!(told.contains('☐'), kind.layout().tick.is_some(), "{kind:?}: {told}");
        }
    }
}

#[test]
fn what_is_long_or_odd_grows_its_row_and_loses_nothing() {
    let long = "ж".repeat(350);
    let odd = entry(&[("name", "مريم 👧 \u{202e}x"), ("adults", &long), ("class", "CP")]);
    let pdf = printed(PackKind::Children, &[odd, child("CP", "B")], Lang::Fr);
    let text = pdf.text();
    assert_eq!(text.matches('ж').count(), 350, "{text}");
    assert!(text.contains("B Camille"));
}

#[test]
fn the_former_is_the_newest_before_that_nobody_destroyed() {
    let pack = |number, destroyed: bool| Pack {
        kind: PackKind::Children,
        number,
        group: KeyGroup::School,
        rows: 1,
        held: false,
        made_at: PRINTED_AT,
        opened_at: None,
        printed_at: None,
        destroyed_at: destroyed.then_some(Instant::from_ms(1)),
    };
    let all = [pack(4, false), pack(3, true), pack(2, false), pack(1, false)];
    let of = |number| former(&all, (PackKind::Children, number));
    assert_eq!((of(4), of(2), of(1)), (Some(2), Some(1), None));
    assert_eq!(former(&all, (PackKind::Burials, 9)), None);
}
