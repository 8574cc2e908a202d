//! An incident is declared by a person, for everyone concerned, in one commit.

use beffroi_crisis::{
    Error,
    incidents::{self, Declaration},
};
use beffroi_town::{AssetState, Phase, ServiceStatus, incident::Nature};

use crate::world::{ELEVEN, World, asset, id};

fn declaration() -> Declaration {
    Declaration {
        nature: Nature::Cyberattack,
        noticed_at: ELEVEN,
        others: vec![id("59183")],
        alarm: None,
        states: vec![(asset("file_server"), AssetState::Down)],
    }
}

#[tokio::test]
async fn one_incident_concerns_every_town_that_shares_the_asset() {
    let world = World::new().await;
    let incident = incidents::declare(&world.deed(&world.town, 5), &declaration()).await.unwrap();
    for scope in [&world.town, &world.neighbour] {
        let facts = world.facts(scope).await;
        assert_eq!(facts.incident().map(|one| &one.id), Some(&incident));
        assert_eq!(world.written(scope, "incident_declared").await, 1);
        let server = facts.assets.iter().find(|one| one.id == asset("file_server")).unwrap();
        assert_eq!(server.state, AssetState::Down);
    }
    assert!(world.facts(&world.stranger).await.incident().is_none());
    let town = world.facts(&world.town).await;
    let deaths =
        town.views().into_iter().find(|view| view.service.id.as_str() == "deaths").unwrap();
    assert_eq!(deaths.status, ServiceStatus::PaperOnly);
}

#[tokio::test]
async fn nobody_declares_for_a_stranger() {
    let world = World::new().await;
    let what = Declaration { others: vec![id("62473")], ..declaration() };
    let refused = incidents::declare(&world.deed(&world.town, 5), &what).await;
    assert!(matches!(refused, Err(Error::Stranger(stranger)) if stranger == id("62473")));
    assert!(world.facts(&world.town).await.incident().is_none());
    assert_eq!(world.written(&world.stranger, "incident_declared").await, 0);
}

#[tokio::test]
async fn what_a_town_does_not_see_it_cannot_mark() {
    let world = World::new().await;
    let refused = incidents::declare(&world.deed(&world.stranger, 5), &{
        Declaration { others: vec![], ..declaration() }
    })
    .await;
    // The asset of another town is as if it were not there: the incident stands, nothing else.
    refused.unwrap();
    let server = world.facts(&world.town).await;
    let server = server.assets.iter().find(|one| one.id == asset("file_server")).unwrap();
    assert_eq!(server.state, AssetState::Up);
    assert!(world.facts(&world.town).await.incident().is_none());
}

#[tokio::test]
async fn phases_follow_each_other_and_a_closed_incident_is_over() {
    let world = World::new().await;
    let deed = world.deed(&world.town, 5);
    let incident = incidents::declare(&deed, &declaration()).await.unwrap();
    assert!(incidents::advance(&deed, &incident, Phase::Restored).await.is_err());
    for phase in
        [Phase::Contained, Phase::Diagnosed, Phase::Eradicated, Phase::Restored, Phase::Closed]
    {
        incidents::advance(&deed, &incident, phase).await.unwrap();
    }
    assert!(world.facts(&world.neighbour).await.incident().is_none());
    assert_eq!(world.written(&world.neighbour, "incident_phase").await, 5);
    assert!(
        incidents::advance(&world.deed(&world.stranger, 9), &incident, Phase::Closed)
            .await
            .is_err()
    );
}
