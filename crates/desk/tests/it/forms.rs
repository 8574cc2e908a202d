//! Blank forms.

use std::collections::BTreeSet;

use beffroi_desk::{Order, blank, procedures};
use beffroi_paper::{Pdf, Size};
use beffroi_town::{
    AssetState, Lang, Procedure, TenantId, TownFacts,
    procedure::{CopyCode, Health},
};
use beffroi_words::typography;

use crate::{
    pdf::{Printed, folded},
    town::{PRINTED_AT, Played, gravelines},
};

fn printed(facts: &TownFacts, procedure: &Procedure, size: Size, lang: Lang) -> Pdf {
    let order = Order { facts, procedure, copies: 1, size, health: Health::Off };
    blank(&order, lang, PRINTED_AT, &Played::default()).expect("a form")
}

fn the(code: &str) -> Procedure {
    let all = procedures::house().expect("the procedures of the house");
    all.into_iter().find(|one| one.code.as_str() == code).expect("a procedure")
}

/// As it stands on paper.
fn said(lang: Lang, text: &str) -> String {
    match lang {
        Lang::Fr => folded(&typography::french(text)),
        Lang::En => folded(text),
    }
}

/// A form with everything that must be true of it, whatever its size.
fn is_whole(procedure: &Procedure, size: Size, lang: Lang, pages_max: usize) {
    let what = format!("{} {} {size:?}", procedure.code, lang.tag());
    let pdf = Printed::new(&printed(&gravelines(), procedure, size, lang));
    assert!(pdf.pages <= pages_max, "{what}: {} pages", pdf.pages);
    is_accessible(&pdf, &what);
    let text = pdf.text();
    for field in procedure.fields().filter(|field| !field.health) {
        let label = said(lang, field.label.in_lang(lang));
        assert!(text.contains(&label), "{what}: {label} in {text}");
    }
    let title = said(lang, procedure.title.in_lang(lang));
    assert!(folded(&pdf.info()).contains(&title), "{what}: {}", pdf.info());
}

#[test]
fn every_form_is_an_accessible_pdf_of_one_sheet_in_both_languages() {
    for procedure in procedures::house().unwrap() {
        for lang in Lang::ALL {
            is_whole(&procedure, Size::Usual, lang, 2);
        }
    }
}

#[test]
fn every_form_in_large_print_is_an_accessible_pdf() {
    for procedure in procedures::house().unwrap() {
        is_whole(&procedure, Size::Large, Lang::Fr, 6);
    }
}

fn is_accessible(pdf: &Printed, what: &str) {
    let info = folded(&pdf.info());
    assert!(info.contains("Tagged: yes"), "{what}: {info}");
    assert!(info.contains("Page size: 595.276 x 841.89 pts (A4)"), "{what}: {info}");
    assert!(pdf.metadata().contains("<pdfuaid:part>1</pdfuaid:part>"), "{what}");
    let structure = pdf.structure();
    for tag in ["H1", "H2", "Figure", "P "] {
        assert!(structure.contains(tag), "{what}: no {tag} in {structure}");
    }
    for font in pdf.fonts().lines().skip(2) {
        let words: Vec<&str> = font.split_whitespace().collect();
        let at = words.len() - 5;
        assert_eq!(words[at..at + 3], ["yes", "yes", "yes"], "{what}: {font}");
    }
}

#[test]
fn the_square_opens_the_same_form_as_the_code_beside_it() {
    let facts = gravelines();
    let tenant = TenantId::parse("59273").unwrap();
    for procedure in procedures::house().unwrap() {
        for size in [Size::Usual, Size::Large] {
            let pdf = Printed::new(&printed(&facts, &procedure, size, Lang::Fr));
            let squares = pdf.squares(1);
            let [square] = squares.as_slice() else { panic!("{}: {squares:?}", procedure.code) };
            let code = CopyCode::read_for(&tenant, square).unwrap();
            assert_eq!((code.mark(), code.version()), (procedure.mark.clone(), procedure.version));
            assert!(pdf.text().contains(&code.printed()), "{}", procedure.code);
        }
    }
}

#[test]
fn in_bulk_each_copy_has_its_own_code_and_its_own_page_numbers() {
    let facts = gravelines();
    let procedure = &the("road");
    let one = printed(&facts, procedure, Size::Usual, Lang::Fr).pages;
    let order =
        Order { facts: &facts, procedure, copies: 7, size: Size::Usual, health: Health::Off };
    let pdf = blank(&order, Lang::Fr, PRINTED_AT, &Played::default()).unwrap();
    // A copy ends on the back of a sheet, so that none shares one with the next.
    let even = one.next_multiple_of(2);
    assert_eq!(pdf.pages, 6 * even + one);
    let pdf = Printed::new(&pdf);
    let codes: BTreeSet<String> = (0..7).flat_map(|copy| pdf.squares(copy * even + 1)).collect();
    assert_eq!(codes.len(), 7, "{codes:?}");
    let last = format!("Page {one} sur {one}");
    assert_eq!(pdf.text().matches(&last).count(), 7);
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let (facts, procedure) = (gravelines(), the("canteen"));
    let first = printed(&facts, &procedure, Size::Usual, Lang::Fr);
    assert!(first == printed(&facts, &procedure, Size::Usual, Lang::Fr));
    assert!(first != printed(&facts, &procedure, Size::Usual, Lang::En));
}

#[test]
fn health_is_asked_about_only_once_somebody_answers_for_it() {
    let (facts, procedure) = (gravelines(), the("canteen"));
    let question = "Votre enfant a-t-il une allergie";
    let off = Printed::new(&printed(&facts, &procedure, Size::Usual, Lang::Fr)).text();
    assert!(!off.contains(question) && off.contains("ne l’écrivez pas ici"));
    let order = Order {
        facts: &facts,
        procedure: &procedure,
        copies: 1,
        size: Size::Usual,
        health: Health::Checked,
    };
    let asked = blank(&order, Lang::Fr, PRINTED_AT, &Played::default()).unwrap();
    let asked = Printed::new(&asked).text();
    assert!(asked.contains(question) && !asked.contains("ne l’écrivez pas ici"));
}

#[test]
fn nobody_is_sent_to_a_counter_or_a_number_that_does_not_answer() {
    let mut facts = gravelines();
    let text = |facts: &TownFacts| {
        Printed::new(&printed(facts, &the("canteen"), Size::Usual, Lang::Fr)).text()
    };
    let calm = text(&facts);
    assert!(calm.contains("2 rue de Calais") && calm.contains("03 28 23 59 10"));
    for asset in &mut facts.assets {
        asset.state = AssetState::Down;
    }
    let dead = text(&facts);
    assert!(!dead.contains("03 28 23 59 10"), "{dead}");
    for service in &mut facts.services {
        service.place = None;
        service.hours = None;
        service.phone = None;
    }
    assert!(text(&facts).contains("à l’accueil de la mairie"));
}

#[test]
fn the_mark_on_paper_is_that_of_the_pages() {
    assert!(beffroi_paper::MARK_SVG.contains(beffroi_pages::MARK_PATH));
}
