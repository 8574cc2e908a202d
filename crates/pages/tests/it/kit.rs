//! The cyber envelope.

use beffroi_pages::kit::KitPerson;
use beffroi_town::{EmergencyFacts, Lang, Role, emergency::Spot};

use crate::{staff, towns};

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

fn made(count: usize, lang: Lang) -> String {
    let facts = staff::kit_facts(&towns::calm(), count);
    plain(&staff::kit(&facts, &staff::people(count), lang))
}

/// The piece that holds one person's page.
fn page_of<'a>(html: &'a str, name: &str) -> &'a str {
    let from = html.find(&format!("<h2>{name}</h2>")).expect("a page of that person");
    let rest = &html[from..];
    &rest[..rest.find("</section>").expect("its end")]
}

#[test]
fn a_cover_a_page_for_each_person_numbers_calls_and_five_cards() {
    for lang in Lang::ALL {
        let html = made(40, lang);
        assert_eq!(html.matches("<section class=\"page person\">").count(), 40);
        assert_eq!(html.matches("<section class=\"page card\">").count(), 5);
        assert_eq!(html.matches("<section class=\"page").count(), 40 + 1 + 2 + 5);
        assert_eq!(html.matches("<h1>").count(), 1);
        assert!(!html.contains('⟦') && !html.contains("<script") && !html.contains(" style="));
    }
    let html = made(40, Lang::Fr);
    for said in [
        "Enveloppe nº 3.",
        "Imprimée le jeudi 25 avril 2024 à 11 h 04.",
        "elle a plus de 6 mois : après le vendredi 25 octobre 2024",
        "N’allumez pas votre ordinateur.",
        "Ne lisez pas votre courriel, même sur votre téléphone.",
        "N’éteignez pas une machine infectée.",
        "Débranchez le réseau",
        "Ne payez pas.",
        "Notez l’heure",
        "17cyber.gouv.fr",
        "Contrat ou référence : 2024-7711",
        "Armoire de l’accueil",
        "*21* puis le numéro",
    ] {
        assert!(html.contains(said), "{said}");
    }
}

#[test]
fn each_code_stands_once_on_its_own_person_s_page() {
    let people = staff::people(40);
    let html = made(40, Lang::Fr);
    for person in &people {
        let page = page_of(&html, &person.name);
        for code in &person.codes {
            assert_eq!(html.matches(code.as_str()).count(), 1, "{code}");
            assert!(page.contains(code.as_str()));
        }
        assert!(page.contains("https://etat.exemple.fr/console/") && page.contains("<svg"));
    }
    assert!(page_of(&html, &people[1].name).contains("Vous êtes appelé par Camille Vandamme"));
}

#[test]
fn what_nobody_filled_in_is_a_line_to_fill_in() {
    let mut facts = staff::kit_facts(&towns::bare(), 0);
    facts.emergency = EmergencyFacts::default();
    (facts.console_url, facts.page_url) = (None, None);
    facts.firms.clear();
    facts.forwards.clear();
    let html = plain(&staff::kit(&facts, &staff::people(1), Lang::Fr));
    // Five contacts of two cells, four places, four lines on the cover, and both addresses on the
    // one person's page.
    assert_eq!(html.matches("class=\"blank\"").count(), 5 * 2 + 4 + 4 + 2);
    assert!(html.contains("La liste du personnel est vide."));
    assert_eq!(html.matches("<tr><td class=\"tick\">").count(), 14);
    assert!(html.contains("Adresse (à écrire à la main)") && !html.contains("class=\"qr\""));
    assert!(!html.contains("Éditeurs et prestataires") && !html.contains("Lignes à renvoyer"));
}

#[test]
fn four_hundred_people_and_hostile_names_stay_text_in_their_place() {
    let html = made(400, Lang::Fr);
    assert_eq!(html.matches("<section class=\"page person\">").count(), 400);
    assert!(html.contains("et 364 autres."), "the cover is one page");
    let hostile = format!("</section><script>alert(1)</script>\u{202e}{}", "W".repeat(200));
    let mut facts = staff::kit_facts(&towns::calm(), 3);
    for one in &mut facts.roster {
        one.name.clone_from(&hostile);
        one.function.clone_from(&hostile);
        one.service.clone_from(&hostile);
        one.phones = vec![hostile.clone(); 5];
    }
    facts.emergency.spots = vec![(Spot::Room, hostile.clone())];
    facts.firms = vec![(hostile.clone(), hostile.clone())];
    facts.tenant.name.clone_from(&hostile);
    let codes = vec!["ABC".to_owned()];
    let people = [KitPerson { name: hostile, role: Role::Clerk, codes }];
    let html = staff::kit(&facts, &people, Lang::Fr);
    assert!(!html.contains("<script") && !html.contains('\u{202e}'));
    assert_eq!(html.matches("</section>").count(), html.matches("<section").count());
    // Only a place may be as long as a sentence.
    assert_eq!(html.matches(&"W".repeat(161)).count(), 1, "names are cut");
}
