//! Telephone numbers: nobody is sent to one that does not answer.

use beffroi_pages::{atom, json_feed};
use beffroi_town::{AssetKind, AssetState, FallbackKind, Lang, TownFacts, phone::LineState};

use crate::{french, page, place, towns};

/// The card of a service.
fn card<'a>(page: &'a str, code: &str) -> &'a str {
    let from = page.find(&format!("id=\"s-{code}\"")).expect("a card");
    let rest = &page[from..];
    &rest[..rest.find("</li>").expect("its end")]
}

#[test]
fn a_number_that_does_not_answer_says_what_to_dial_instead() {
    let text = french(&towns::lines());
    let reception = card(&text, "reception");
    assert!(reception.contains("03 28 00 00 10") && !reception.contains("tel:0328000010"));
    let said =
        "Ce numéro ne répond pas : composez le <a href=\"tel:0600000001\">06 00 00 00 01</a>.";
    assert!(reception.contains(said), "{reception}");
    let canteen = card(&text, "canteen");
    assert!(canteen.contains(
        "Ce numéro peut ne pas répondre : composez plutôt le <a href=\"tel:0600000002\">"
    ));
    assert!(canteen.contains("href=\"tel:0328000012\""), "it may still answer");
    let water = card(&text, "water");
    assert!(water.contains("href=\"tel:0328000019\"") && !water.contains("répond pas"));
    let police = card(&text, "police");
    assert!(police.contains("Ce numéro ne répond pas.") && !police.contains("tel:"));
    let births = card(&text, "births");
    assert!(births.contains("ne répond pas.") && !births.contains("tel:"), "on no line");
    let en = page(&towns::lines(), Lang::En);
    assert!(
        card(&en, "reception")
            .contains("This number does not answer: dial <a href=\"tel:0600000001\">")
    );
    assert!(!text.contains("QZLABEL"), "labels are for staff");
}

#[test]
fn the_first_screen_gives_the_number_that_answers() {
    let mut facts = towns::lines();
    let now = |facts: &TownFacts| {
        let text = french(facts);
        let from = text.find("class=\"now\"").expect("what to do");
        text[from..text.find("id=\"services\"").expect("services")].to_owned()
    };
    let said = "Appelez le <a href=\"tel:0600000001\">06 00 00 00 01</a> : le numéro habituel ne répond pas.";
    assert!(now(&facts).contains(said), "{}", now(&facts));
    facts.lines[0].instead = None;
    assert!(now(&facts).contains("Venez sur place"));
    facts.lines[0].state_at = facts.true_at;
    assert!(now(&facts).contains("Appelez le <a href=\"tel:0328000010\">03 28 00 00 10</a>"));
    facts.lines[0].state = LineState::Unknown;
    assert!(now(&facts).contains("Renseignez-vous avant"));
}

#[test]
fn a_way_by_telephone_leads_to_no_dead_number() {
    let mut facts = towns::lines();
    for service in &mut facts.services {
        service.fallback.kind = FallbackKind::Telephone;
        service.fallback.note_fr = Some("Appelez le 03 28 00 00 17.".to_owned());
    }
    towns::set(&mut facts, AssetKind::BusinessApp, AssetState::Down, towns::START);
    let text = french(&facts);
    let police = |text: &str| card(text, "births").to_owned();
    assert!(police(&text).contains("Venez sur place : le téléphone ne fonctionne pas."));
    assert!(!police(&text).contains("Appelez"));
    facts.lines.push(towns::line("03 28 00 00 11", LineState::Down, towns::START, "0600000003"));
    let text = french(&facts);
    assert!(police(&text).contains("Appelez") && police(&text).contains("tel:0600000003"));
}

#[test]
fn a_dead_number_is_told_though_every_service_is_open() {
    let mut facts = towns::calm();
    assert!(french(&facts).contains("Venez ou appelez comme d’habitude."));
    let line = towns::line("03 28 00 00 12", LineState::Down, towns::START, "0600000003");
    facts.lines = vec![line];
    let text = french(&facts);
    assert!(text.contains("<h1>Tous les services fonctionnent comme d’habitude.</h1>"));
    assert!(text.contains("regardez <a href=\"#services\">la liste</a>"));
    assert!(!text.contains("Venez ou appelez"));
}

#[test]
fn feeds_tell_a_dead_number_as_a_new_entry() {
    let mut facts = towns::calm();
    let before = atom(&facts, Lang::Fr, &place(&facts)).expect("a feed");
    facts.lines =
        vec![towns::line("03 28 00 00 12", LineState::Down, towns::START, "06 00 00 00 03")];
    let feed = json_feed(&facts, Lang::Fr, &place(&facts)).expect("a feed");
    let feed = feed.replace(['\u{a0}', '\u{202f}'], " ");
    assert!(
        feed.contains("Le 03 28 00 00 12 ne répond pas : composez le 06 00 00 00 03."),
        "{feed}"
    );
    assert_ne!(atom(&facts, Lang::Fr, &place(&facts)).expect("a feed"), before);
}

#[test]
fn several_numbers_in_one_text_are_told_one_by_one() {
    let mut facts = towns::calm();
    facts.lines = vec![towns::line("03 28 00 00 12", LineState::Down, towns::START, "")];
    let mut all = facts.services.iter_mut();
    let canteen = all.find(|one| one.id.as_str() == "canteen").expect("the canteen");
    canteen.phone = Some("03 28 00 00 12 ou 06 00 00 00 09".to_owned());
    let text = french(&facts);
    assert!(card(&text, "canteen").contains("Le 03 28 00 00 12 ne répond pas."));
}
