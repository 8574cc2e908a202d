//! How a page is built.

use beffroi_pages::{Index, IndexLine, csp, css, error_page, history_page, not_found, town_index};
use beffroi_town::{AssetKind, AssetState, Lang, notice::NoticeVersion};

use crate::{french, page, place, section, towns};

#[test]
fn from_top_to_bottom_what_happened_what_to_do_services_data_news_the_page_itself() {
    let text = french(&towns::gravelines());
    let order = [
        "<h1>La mairie subit une attaque informatique depuis le jeudi 25 avril 2024 à 11 h 04.</h1>",
        "Que faire maintenant",
        "tel:0328000010",
        "Dernière information",
        "id=\"services\"",
        "id=\"open-services\"",
        "id=\"data\"",
        "id=\"news\"",
        "Cette page était vraie le jeudi 25 avril 2024 à 16 h 04.",
    ];
    let places: Vec<usize> = order
        .iter()
        .map(|piece| text.find(piece).unwrap_or_else(|| panic!("{piece} is not there")))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn every_service_for_residents_is_on_the_page_in_both_languages() {
    for (name, facts) in towns::all() {
        for lang in Lang::ALL {
            let text = page(&facts, lang);
            for service in &facts.services {
                let card = format!("id=\"s-{}\"", service.id);
                let cards = usize::from(service.is_for_residents());
                assert_eq!(text.matches(&card).count(), cards, "{name} {} {card}", lang.tag());
            }
        }
    }
}

#[test]
fn a_page_is_small_and_one_file() {
    for (name, facts) in towns::all() {
        for lang in Lang::ALL {
            let text = page(&facts, lang);
            assert!(text.len() < 25_000, "{name}: {} bytes", text.len());
            assert!(text.contains(&format!("<style>{}</style>", css())), "{name}");
            for word in ["<script", " style=", "<img", "src=", "@import", "⟦", "\u{2068}"] {
                assert!(!text.contains(word), "{name}: {word}");
            }
        }
    }
    assert!(csp().contains("default-src 'none'"));
}

#[test]
fn what_is_missing_is_to_be_asked_for_never_blank() {
    let facts = towns::bare();
    let text = french(&facts);
    let asked = text.matches("Où, quand : demandez à la mairie.").count();
    assert_eq!(asked, facts.services.iter().filter(|one| one.is_for_residents()).count());
    assert!(!text.contains("<dd></dd>") && !text.contains("<dd> </dd>"));
    assert!(!text.contains("Joindre la mairie"), "nothing is known of the reception");
    let text = french(&towns::gravelines());
    assert!(text.contains("Où : demandez à la mairie."));
    assert!(text.contains("Téléphone : demandez à la mairie."));
}

#[test]
fn corrections_are_shown_with_the_former_text() {
    let news = section(&french(&towns::gravelines()), "news").to_owned();
    assert!(news.contains("Corrigé le jeudi 25 avril 2024 à 15 h"));
    let former = news.find("Texte précédent, publié le jeudi 25 avril 2024 à 14 h 24");
    let kept = news.find("Les rendez-vous déjà pris sont maintenus.");
    let cancelled = news.find("Les rendez-vous déjà pris sont annulés.");
    assert!(kept < former && former < cancelled && kept.is_some());
    assert!(news.contains("Informations terminées"));
}

#[test]
fn newest_first_and_ended_ones_below() {
    let news = section(&french(&towns::gravelines()), "news").to_owned();
    let at = |id: &str| news.find(&format!("n-{id}")).expect("a notice");
    assert!(at("n-2") < at("n-1") && at("n-1") < at("n-0"));
    let history = history_page(&towns::gravelines(), Lang::Fr, &place(&towns::calm())).unwrap();
    for id in ["n-n-0", "n-n-1", "n-n-2"] {
        assert!(history.contains(&format!("id=\"{id}\"")), "{id}");
    }
}

#[test]
fn a_draft_is_seen_in_the_preview_alone() {
    let mut facts = towns::gravelines();
    let draft = NoticeVersion {
        published_at: None,
        fr: beffroi_town::notice::NoticeText {
            title: "Brouillon".to_owned(),
            body: "Pas encore dit.".to_owned(),
        },
        ..facts.notices[0].versions[0].clone()
    };
    facts.notices[0].versions.push(draft);
    assert!(!french(&facts).contains("Brouillon"));
    let preview = Some(&facts.notices[0]);
    let text = beffroi_pages::status_page(&facts, Lang::Fr, &place(&facts), preview).unwrap();
    assert!(text.contains("Brouillon") && text.contains("Pas encore publié"));
    assert!(text.contains("personne d’autre ne voit cette page"));
    assert_eq!(text.matches("id=\"n-n-2\"").count(), 1, "the published one steps aside");
}

#[test]
fn a_county_of_notices_does_not_make_a_long_page() {
    let mut facts = towns::gravelines();
    for number in 0..500 {
        let id = format!("many-{number}");
        let body = "Une phrase de plus. ".repeat(100);
        let text = ["Encore une information", body.as_str()];
        let mut one = towns::notice(&id, towns::START.plus_ms(number), &[(0, text, text)]);
        one.ended_at = (number % 2 == 0).then_some(towns::START);
        facts.notices.push(one);
    }
    let text = french(&facts);
    assert!(text.len() < 32_000, "{}", text.len());
    assert!(text.contains("href=\"history/\""));
}

#[test]
fn telephone_and_mail_are_told_as_they_are() {
    let mut facts = towns::gravelines();
    assert!(french(&facts).contains("le téléphone fonctionne"));
    assert!(french(&facts).contains("la messagerie de la mairie ne fonctionne pas"));
    towns::set(&mut facts, AssetKind::Telephony, AssetState::Down, towns::START);
    let text = french(&facts);
    assert!(text.contains("Venez sur place : le téléphone de la mairie ne fonctionne pas."));
    assert!(!text.contains("Appelez") && !text.contains("ou par téléphone"));
    towns::set(&mut facts, AssetKind::Telephony, AssetState::Unknown, towns::START);
    let text = french(&facts);
    assert!(!text.contains("le téléphone fonctionne"), "unknown is never fine");
    assert!(!text.contains("ne fonctionne pas : venez"));
}

#[test]
fn an_authority_that_is_no_town_hall_does_not_call_itself_one() {
    for code in ["epci:242900660", "dep:44", "reg:01"] {
        let mut facts = towns::town(code, "Pays Fouesnantais", towns::START);
        towns::set(&mut facts, AssetKind::Network, AssetState::Cut, towns::START);
        let nature = beffroi_town::incident::Nature::Cyberattack;
        let incident = towns::incident(&facts, nature, beffroi_town::Phase::Declared, towns::START);
        facts.incidents.push(incident);
        let (fr, en) = (french(&facts), page(&facts, Lang::En));
        assert!(!fr.to_lowercase().contains("mairie"), "{code}");
        assert!(!en.to_lowercase().contains("town hall"), "{code}");
    }
}

#[test]
fn an_overseas_region_reads_its_own_hour() {
    let mut facts = towns::town("reg:01", "Guadeloupe", towns::START);
    facts.tenant.region = Some("01".to_owned());
    assert!(french(&facts).contains("Cette page était vraie le jeudi 25 avril 2024 à 5 h 04."));
}

#[test]
fn the_small_pages_say_what_to_do() {
    let lost = not_found(Lang::Fr, Some("/")).unwrap();
    assert!(lost.contains("href=\"/\"") && lost.contains("Vérifiez l’adresse"));
    let broken = error_page(Lang::En, "01J<b>").unwrap();
    assert!(broken.contains("Try again") && !broken.contains("<b>01J") && !broken.contains("J<b>"));
    let line = IndexLine {
        name: "Saint-Martin".to_owned(),
        note: "62 · 62759".to_owned(),
        link: "/c/62759/".to_owned(),
    };
    let mut index = Index { lines: vec![line; 300], more: 7, ..Index::default() };
    let text = town_index(&index, Lang::En).unwrap();
    assert_eq!(text.matches("/c/62759/").count(), 200);
    assert!(text.contains("107 more results"));
    index = Index { query: "\"><script>".to_owned(), ..Index::default() };
    let text = town_index(&index, Lang::Fr).unwrap();
    assert!(text.contains("Aucun résultat") && !text.contains("<script"));
}
