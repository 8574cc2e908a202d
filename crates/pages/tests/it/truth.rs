//! What a page says and what it must not say.

use beffroi_pages::site;
use beffroi_town::{
    AlarmKind, AssetKind, AssetState, DataExposure, Lang, Phase, TownFacts, Whose, incident::Nature,
};

use crate::{french, page, place, section, towns};

fn whole_site(facts: &TownFacts) -> String {
    let leaves = site(facts, &place(facts)).expect("a site");
    let texts = leaves.into_iter().map(|leaf| String::from_utf8(leaf.body).expect("text"));
    texts.collect()
}

#[test]
fn from_an_alarm_alone_nothing_is_told_but_that_we_check() {
    let seen: Vec<String> =
        [AlarmKind::FilesVanishing, AlarmKind::FilesRewritten, AlarmKind::VitalSigns]
            .into_iter()
            .map(|kind| {
                let mut facts = towns::calm();
                let mut alarm = towns::alarm(&facts, kind, towns::START.plus_ms(-towns::HOUR));
                alarm.asset = facts.assets.last().map(|asset| asset.id.clone());
                facts.open_alarms.push(alarm);
                whole_site(&facts)
            })
            .collect();
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[1], seen[2]);
    assert_eq!(seen[0], whole_site(&towns::checking()), "neither the asset nor the time shows");
    let text = french(&towns::checking());
    assert!(text.contains("<h1>Des services peuvent être perturbés. Nous vérifions.</h1>"));
    for word in ["attaque", "fichier", "données", "chauffe", "veilleur", "incident"] {
        assert!(!text.to_lowercase().contains(word), "{word}");
    }
    assert!(page(&towns::checking(), Lang::En).contains("We are checking."));
}

#[test]
fn an_alarm_that_residents_do_not_feel_leaves_the_page_as_it_was() {
    let mut facts = towns::calm();
    facts.open_alarms.push(towns::alarm(&facts, AlarmKind::NewDevice, towns::START));
    assert_eq!(whole_site(&facts), whole_site(&towns::calm()));
}

#[test]
fn names_of_assets_and_reasons_of_staff_never_show() {
    for (name, mut facts) in towns::all() {
        for asset in &mut facts.assets {
            "QZASSET".clone_into(&mut asset.name);
            asset.state_reason = Some("QZREASON".to_owned());
            asset.exposure.reason = Some("QZREASON".to_owned());
            asset.contact = Some("QZCONTACT".to_owned());
        }
        for service in &mut facts.services {
            if let Some(word) = &mut service.overridden {
                "QZREASON".clone_into(&mut word.reason);
            }
        }
        let text = whole_site(&facts);
        assert!(!text.contains("QZ"), "{name}");
        for asset in &facts.assets {
            assert!(!text.contains(asset.id.as_str()), "{name}: {}", asset.id);
        }
    }
}

#[test]
fn calm_says_so_and_nothing_of_data() {
    let text = french(&towns::calm());
    assert!(text.contains("<h1>Tous les services fonctionnent comme d’habitude.</h1>"));
    assert!(!text.contains("id=\"data\"") && !text.contains("Services touchés"));
}

#[test]
fn a_disturbance_tells_since_when_from_what_caused_it() {
    let text = french(&towns::bare());
    assert!(text.contains("Des services sont perturbés depuis le jeudi 25 avril 2024 à 10 h 04."));
    assert!(!text.to_lowercase().contains("attaque"));
}

#[test]
fn what_a_person_said_it_is_is_what_the_page_says() {
    for (nature, fr, en) in [
        (Nature::Cyberattack, "subit une attaque informatique", "under a cyberattack"),
        (Nature::Unknown, "Un incident informatique touche", "A computer incident"),
        (Nature::Failure, "Une panne touche", "A failure"),
    ] {
        let mut facts = towns::gravelines();
        facts.incidents = vec![towns::incident(&facts, nature, Phase::Declared, towns::START)];
        facts.notices.clear();
        assert!(french(&facts).contains(fr));
        assert!(page(&facts, Lang::En).contains(en));
        let attack = french(&facts).contains("attaque");
        assert_eq!(attack, nature == Nature::Cyberattack);
    }
}

#[test]
fn what_is_over_is_told_as_over() {
    let text = french(&towns::ended());
    let headline = "<h1>Après l’attaque informatique du jeudi 25 avril 2024 à 11 h 04, les services reviennent.</h1>";
    assert!(text.contains(headline));
    assert!(text.contains("Venez ou appelez comme d’habitude.") && !text.contains("le 112"));
    assert!(!text.contains("Services touchés"));
}

#[test]
fn a_failure_is_no_reason_to_fear_messages() {
    let text = french(&towns::joint());
    assert!(section(&text, "data").contains("Nous ne savons pas encore"));
    assert!(!text.contains("17Cyber") && !text.contains("attaque"));
}

#[test]
fn untouched_services_are_named_as_such_with_the_person_s_word() {
    let text = french(&towns::isbergues());
    let spared = section(&text, "open-services");
    for code in ["social_centre", "library", "annex_halls"] {
        assert!(spared.contains(&format!("id=\"s-{code}\"")), "{code}");
    }
    assert_eq!(spared.matches("Indiqué par la mairie le dimanche 8 septembre 2024").count(), 3);
    assert!(section(&text, "services").contains("id=\"s-canteen\""));
}

#[test]
fn exposure_is_told_apart_from_availability() {
    let text = french(&towns::isbergues());
    let data = section(&text, "data");
    let stolen = data.find("Données volées ou rendues publiques").expect("a case");
    let perhaps = data.find("Données peut-être touchées").expect("a case");
    let safe = data.find("Données en sécurité").expect("a case");
    let canteen = data.find("Cantine").expect("the canteen");
    let births = data.find("Naissances").expect("births");
    assert!(stolen < canteen && canteen < perhaps && perhaps < births && births < safe);
    assert!(data.contains("cybermalveillance.gouv.fr") && data.contains("17Cyber"));
    assert!(!data.contains("<a href"), "the State's site is named, not linked");
    assert!(text.contains("Méfiez-vous des messages inattendus"));
}

#[test]
fn safe_and_out_of_reach_is_told_as_both() {
    let facts = towns::fouesnant();
    let text = french(&facts);
    let data = section(&text, "data");
    let safe = &data[data.find("Données en sécurité").expect("a case")..];
    assert!(safe.contains("Cartes d’identité et passeports"), "{safe}");
    assert!(safe.contains("même si le service n’est pas rendu comme d’habitude"));
    assert!(section(&text, "services").contains("id=\"s-identity_cards\""));
}

#[test]
fn staff_s_data_has_a_row_of_its_own() {
    let mut facts = towns::fouesnant();
    towns::expose(&mut facts, "workstations", DataExposure::Exposed, towns::START);
    let text = french(&facts);
    let data = section(&text, "data");
    let stolen = &data[..data.find("Données peut-être").expect("a case")];
    assert!(stolen.contains("Agents de la mairie"));
    assert!(!stolen.contains("Cartes d’identité"), "residents' data behind it stays safe");
}

#[test]
fn nothing_known_is_said_as_such_and_never_as_safe() {
    let mut facts = towns::gravelines();
    for asset in &mut facts.assets {
        asset.exposure.level = DataExposure::Unknown;
    }
    let text = french(&facts);
    let data = section(&text, "data");
    assert!(data.contains("Nous ne savons pas encore si des données ont été touchées."));
    assert!(!data.contains("en sécurité"));
    for asset in &mut facts.assets {
        asset.exposure.whose = Whose::Nobody;
    }
    assert!(section(&french(&facts), "data").contains("Nous ne savons pas encore"));
}

#[test]
fn data_that_was_reached_stays_on_the_page_after_the_incident() {
    let mut facts = towns::calm();
    towns::expose(&mut facts, "family_portal", DataExposure::Exposed, towns::START);
    let text = french(&facts);
    assert!(section(&text, "data").contains("Cantine"));
    assert!(text.contains("fonctionnent comme d’habitude"));
}

#[test]
fn a_worse_phase_is_never_told_as_better() {
    let mut facts = towns::gravelines();
    let told = |facts: &TownFacts| french(facts).contains("ne s’étend plus");
    assert!(told(&facts));
    facts.incidents[0].phase = Phase::Declared;
    assert!(!told(&facts));
    facts.incidents[0].phase = Phase::Closed;
    towns::set(&mut facts, AssetKind::Mail, AssetState::Up, towns::START);
    assert!(french(&facts).contains("Des services sont perturbés depuis"));
}
