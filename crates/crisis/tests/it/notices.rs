//! The official notice says what is true, in both languages, and is corrected in the open.

use beffroi_crisis::{
    incidents::{self, Declaration},
    notices,
};
use beffroi_town::{AssetState, NoticeId, Phase, incident::Nature};

use crate::world::{ELEVEN, World, asset};

async fn crisis(world: &World, nature: Nature) -> beffroi_town::IncidentId {
    let what = Declaration {
        nature,
        noticed_at: ELEVEN,
        others: vec![],
        alarm: None,
        states: vec![(asset("file_server"), AssetState::Cut)],
    };
    incidents::declare(&world.deed(&world.town, 5), &what).await.unwrap()
}

#[tokio::test]
async fn the_six_statements_of_gravelines_are_drafted_from_the_facts() {
    let world = World::new().await;
    let incident = crisis(&world, Nature::Cyberattack).await;
    let draft = notices::draft(&world.facts(&world.town).await);
    let french: Vec<&str> = draft.fr.body.split("\n\n").collect();
    assert_eq!(french.len(), 6, "{french:#?}");
    for (said, word) in french.iter().zip([
        "attaque informatique depuis le jeudi 25",
        "serveurs sont déconnectés",
        "origine",
        "par téléphone",
        "démarches ne sont pas possibles",
        "tiendrons informés",
    ]) {
        assert!(said.contains(word), "{said} / {word}");
    }
    assert_eq!(draft.en.body.split("\n\n").count(), 6, "{}", draft.en.body);

    // Only what is true: the telephone is cut, the origin becomes known.
    let deed = world.deed(&world.town, 6);
    beffroi_crisis::states::set_state(&deed, &asset("telephony"), AssetState::Down, None)
        .await
        .unwrap();
    incidents::advance(&deed, &incident, Phase::Contained).await.unwrap();
    incidents::advance(&deed, &incident, Phase::Diagnosed).await.unwrap();
    let later = notices::draft(&world.facts(&world.town).await);
    assert_eq!(later.fr.body.split("\n\n").count(), 4, "{}", later.fr.body);
    assert!(!later.fr.body.contains("téléphone") && !later.fr.body.contains("origine"));
}

#[tokio::test]
async fn what_nobody_called_an_attack_is_not_called_one() {
    let world = World::new().await;
    crisis(&world, Nature::Unknown).await;
    let draft = notices::draft(&world.facts(&world.town).await);
    assert!(!draft.fr.body.to_lowercase().contains("attaque"), "{}", draft.fr.body);
    assert!(!draft.en.body.to_lowercase().contains("attack"), "{}", draft.en.body);
}

#[tokio::test]
async fn a_notice_is_drafted_published_corrected_and_ended() {
    let world = World::new().await;
    let incident = crisis(&world, Nature::Cyberattack).await;
    let deed = world.deed(&world.town, 6);
    let mut text = notices::draft(&world.facts(&world.town).await);
    let id = NoticeId::parse("n1").unwrap();
    notices::save(&deed, &id, Some(&incident), &text).await.unwrap();
    let current = async || {
        let facts = world.facts(&world.town).await;
        facts.notices[0].current().map(|version| version.fr.body.clone())
    };
    assert_eq!(current().await, None, "a draft is not public");
    notices::publish(&deed, &id).await.unwrap();
    assert!(notices::publish(&deed, &id).await.is_err(), "nothing new to publish");
    assert_eq!(current().await, Some(text.fr.body.clone()));
    text.fr.body = "Le téléphone est coupé lui aussi.".to_owned();
    notices::correct(&world.deed(&world.town, 9), &id, &text).await.unwrap();
    assert_eq!(current().await, Some(text.fr.body.clone()));
    assert_eq!(world.facts(&world.town).await.notices[0].versions.len(), 2, "both are kept");
    assert!(notices::end(&world.deed(&world.stranger, 9), &id).await.is_err());
    notices::end(&deed, &id).await.unwrap();
    assert!(notices::correct(&deed, &id, &text).await.is_err(), "an ended notice is over");
}
