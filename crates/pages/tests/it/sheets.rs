//! The first hour on paper and by voice.

use beffroi_pages::sheets::{
    ANSWER_SECONDS_MAX, MESSAGE_CHARS_MAX, SHORT_CHARS_MAX, Sheet, SheetKind, StaffFacts, sheet,
};
use beffroi_town::{AssetKind, AssetState, Lang, Phase, TownFacts, incident::Nature};

use crate::{place, staff, towns};

fn made(kind: SheetKind, facts: &TownFacts, staff: &StaffFacts, lang: Lang) -> Sheet {
    let mut sheet = sheet(kind, facts, staff, &place(facts), lang).expect("a sheet");
    for text in &mut sheet.texts {
        text.body = text.body.replace(['\u{a0}', '\u{202f}'], " ");
    }
    sheet.html = sheet.html.replace(['\u{a0}', '\u{202f}'], " ");
    sheet
}

fn french(kind: SheetKind, facts: &TownFacts) -> Sheet {
    made(kind, facts, &staff::staff(12), Lang::Fr)
}

fn every(check: impl Fn(&str, SheetKind, &Sheet)) {
    let hostile = [("hostile", towns::hostile())];
    for (name, facts) in towns::all().into_iter().chain(hostile) {
        for lang in Lang::ALL {
            for kind in SheetKind::ALL {
                check(name, kind, &made(kind, &facts, &staff::staff(12), lang));
                check(name, kind, &made(kind, &facts, &staff::hostile(12), lang));
            }
        }
    }
}

#[test]
fn each_sheet_keeps_its_bound_whatever_the_town() {
    every(|name, kind, sheet| {
        assert!(!sheet.html.contains('⟦') && !sheet.html.contains("<script"), "{name} {kind:?}");
        assert_eq!(sheet.html.matches("<h1").count(), 1, "{name} {kind:?}");
        let length = |at: usize| sheet.texts[at].body.chars().count();
        match kind {
            SheetKind::Answering => {
                let words = sheet.texts[0].body.split_whitespace().count();
                assert!(words * 60 / ANSWER_SECONDS_MAX <= 150, "{name}: {words} words");
            }
            SheetKind::Social => {
                assert!(length(0) <= SHORT_CHARS_MAX, "{name}: {}", sheet.texts[0].body);
                assert!(sheet.texts[0].body.contains("https://etat.exemple.fr/"), "{name}");
                assert!(length(1) <= 1_500 && sheet.texts[1].body.contains("https://"), "{name}");
            }
            SheetKind::Orders => assert!(length(0) <= MESSAGE_CHARS_MAX, "{name}"),
            SheetKind::Poster | SheetKind::RollCall => assert!(sheet.texts.is_empty()),
        }
    });
}

#[test]
fn nothing_is_told_that_the_page_does_not_tell() {
    for (name, mut facts) in towns::all() {
        for asset in &mut facts.assets {
            "QZASSET".clone_into(&mut asset.name);
            asset.state_reason = Some("QZREASON".to_owned());
            asset.contact = Some("QZCONTACT".to_owned());
        }
        for kind in SheetKind::ALL {
            let staff = staff::staff(3);
            let sheet = made(kind, &facts, &staff, Lang::Fr);
            let told = format!("{} {}", sheet.html, sheet.as_text());
            assert!(!told.contains("QZ"), "{name} {kind:?}");
            let private = told.contains("06 00 00") && !told.contains("06 00 00 00 0");
            assert!(!kind.is_public() || !private, "{name} {kind:?} tells a private number");
        }
    }
}

#[test]
fn a_calm_poster_gives_opening_hours_and_an_incident_s_gives_what_is_open() {
    let calm = french(SheetKind::Poster, &towns::calm()).html;
    assert!(calm.contains("Tous les services fonctionnent comme d’habitude."));
    assert!(calm.contains("Guichets :") && calm.contains("8 h 30 – 12 h"));
    assert!(calm.contains("Du mardi au samedi, 10 h – 18 h"), "hours of its own");
    assert!(calm.contains("03 28 00 00 10") && calm.contains("class=\"qr\""));
    assert!(!calm.contains("le 112"));
    let hit = french(SheetKind::Poster, &towns::gravelines()).html;
    assert!(
        hit.contains("subit une attaque informatique depuis le jeudi 25 avril 2024 à 11 h 04.")
    );
    assert!(hit.contains("<h2>Au guichet, sur papier</h2>") && hit.contains("le 112"));
    assert!(hit.contains("Imprimé le jeudi 25 avril 2024 à 16 h 04"));
    assert!(hit.contains("etat.exemple.fr/c/59273"));
    let checking = french(SheetKind::Poster, &towns::checking()).html;
    assert!(checking.contains("Nous vérifions.") && !checking.contains("attaque"));
}

#[test]
fn numbers_follow_the_lines() {
    let facts = towns::lines();
    let poster = french(SheetKind::Poster, &facts).html;
    assert!(poster.contains("Le numéro habituel ne répond pas. Composez le"));
    assert!(poster.contains("<p class=\"number\">06 00 00 00 01</p>"));
    assert!(!poster.contains("03 28 00 00 17"), "a dead number is on no poster");
    assert!(poster.contains("03 28 00 00 19"), "water is on a line of its own");
    let answer = french(SheetKind::Answering, &facts).texts.remove(0).body;
    assert!(answer.contains("composez le : 06, 00, 00, 00, 01."), "{answer}");
    assert!(answer.contains("Je répète : 06, 00, 00, 00, 01."));
    let social = french(SheetKind::Social, &facts).texts;
    assert!(social[0].body.contains("06 00 00 00 01"), "{}", social[0].body);
    assert!(social[1].body.contains("Le 03 28 00 00 10 ne répond pas"));
    let mut dead = towns::gravelines();
    towns::set(&mut dead, AssetKind::Telephony, AssetState::Down, towns::START);
    let poster = french(SheetKind::Poster, &dead).html;
    assert!(poster.contains("Venez sur place : le téléphone de la mairie ne fonctionne pas."));
    assert!(!poster.contains("03 28 00 00 1"));
}

#[test]
fn orders_follow_what_a_person_declared() {
    let title = |facts: &TownFacts| {
        let sheet = french(SheetKind::Orders, facts);
        (sheet.html.clone(), sheet.texts[0].body.clone())
    };
    let (calm, message) = title(&towns::calm());
    assert!(calm.contains("Si nos ordinateurs sont attaqués"));
    assert!(message.contains("rien à signaler") && !message.contains("Réunion"));
    let (attack, message) = title(&towns::gravelines());
    assert!(
        attack.contains("N’allumez pas votre ordinateur.") && attack.contains("Salle des mariages")
    );
    assert!(
        message.contains("Réunion : Salle des mariages.") && message.contains("etat.exemple.fr")
    );
    let mut facts = towns::gravelines();
    facts.incidents = vec![towns::incident(&facts, Nature::Failure, Phase::Declared, towns::START)];
    let (failure, message) = title(&facts);
    assert!(failure.contains("comme d’habitude") && !failure.contains("attaque"));
    assert!(!message.contains("attaque"));
    facts.incidents = vec![towns::incident(&facts, Nature::Unknown, Phase::Declared, towns::START)];
    assert!(!title(&facts).0.contains("attaque"), "no cause that nobody named");
    let (over, _) = title(&towns::ended());
    assert!(over.contains("Consignes pour la reprise"));
}

#[test]
fn everybody_stands_on_the_roll_call_once_and_nobody_leaves_lines_to_write_on() {
    let html = made(SheetKind::RollCall, &towns::calm(), &staff::staff(400), Lang::Fr).html;
    assert_eq!(html.matches("<tr><td class=\"tick\">").count(), 400);
    assert_eq!(html.matches("<caption>").count(), 6, "a table a service");
    assert!(html.contains("400 personnes."));
    let empty = made(SheetKind::RollCall, &towns::calm(), &StaffFacts::default(), Lang::En).html;
    assert!(empty.contains("The staff roster is empty.") && empty.matches("<tr><td").count() == 22);
}

#[test]
fn without_an_address_nothing_points_nowhere() {
    let facts = towns::gravelines();
    let nowhere = beffroi_pages::Place::served("/c/59273/", None);
    for kind in SheetKind::ALL {
        let sheet = sheet(kind, &facts, &staff::staff(2), &nowhere, Lang::Fr).expect("a sheet");
        assert!(!sheet.html.contains("/c/59273") && !sheet.html.contains("class=\"qr\""));
        assert!(!sheet.as_text().contains("/c/59273"), "{kind:?}");
    }
}
