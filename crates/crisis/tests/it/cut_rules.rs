//! What a town signed beforehand is done when two guards see an attack and nobody is there.

use beffroi_crisis::{alarms, cut_rules, cuts::HOOK_WORK};
use beffroi_store::{cuts as kept, guards, guards::Guard, outbox};
use beffroi_town::{Actor, AssetState, CutMeans, cut_rule::Next, watch::AlarmReport};

use crate::{
    alarms::report,
    world::{World, after, asset, hand, id},
};

fn hook() -> CutMeans {
    CutMeans::Hook { hook: "fw".to_owned() }
}

async fn seen(world: &World, guard: &Guard, alarm: &str, minutes: i64) {
    let report = AlarmReport { simulated: false, ..report(alarm, 20) };
    alarms::receive(&world.store, guard, after(minutes), &report).await.unwrap();
}

async fn apply(world: &World, minutes: i64) -> Option<String> {
    let cut = cut_rules::apply(&world.store, &id("59273"), after(minutes)).await.unwrap();
    cut.map(|asset| asset.to_string())
}

/// A rule on three assets: a guard's, a hand's, a hook's.
async fn signed(world: &World) -> [Guard; 2] {
    let both = [world.guard().await, world.guard_of("mail").await];
    world.means("file_server", CutMeans::Guard { guard: both[0].id.clone() }).await;
    world.means("nas", hand()).await;
    world.means("network", hook()).await;
    let named = [asset("file_server"), asset("nas"), asset("network")];
    cut_rules::sign(&world.deed(&world.town, 0), &named, 5).await.unwrap();
    both
}

#[tokio::test]
async fn two_guards_cut_what_was_signed_one_after_the_other() {
    let world = World::new().await;
    assert_eq!(apply(&world, 0).await, None);
    let [files, mail] = signed(&world).await;
    seen(&world, &files, "a1", 1).await;
    seen(&world, &files, "a2", 2).await;
    assert_eq!(apply(&world, 3).await, None, "one guard cuts nothing of others");
    seen(&world, &mail, "a3", 4).await;
    assert_eq!(apply(&world, 4).await.as_deref(), Some("59273-file_server"));
    let mut conn = world.store.read().await.unwrap();
    let orders = guards::waiting_orders(&mut conn, &world.town, &files.id, after(4)).await.unwrap();
    assert_eq!(orders.len(), 1, "its own guard is told to cut its own host");
    drop(conn);
    assert_eq!(apply(&world, 4).await, None, "twice at once");
    assert_eq!(apply(&world, 8).await, None, "before its time");
    assert_eq!(apply(&world, 9).await.as_deref(), Some("59273-network"), "a hand is passed over");
    let mut book = world.store.bookkeeping().await.unwrap();
    let work = outbox::claim(&mut book, HOOK_WORK, after(9), 9, 1_000).await.unwrap();
    assert_eq!(work.len(), 1);
    drop(book);
    assert_eq!(apply(&world, 60).await, None, "each once");
    assert_eq!(world.written(&world.town, "cut_by_rule").await, 2);
    assert_eq!(world.written(&world.neighbour, "cut_ordered").await, 2, "who shares them is told");
    // The cut is not believed before it is confirmed.
    let facts = world.facts(&world.town).await;
    assert!(facts.assets.iter().all(|one| one.state != AssetState::Cut));
}

#[tokio::test]
async fn a_person_who_decides_or_withdraws_ends_it() {
    let world = World::new().await;
    let [files, mail] = signed(&world).await;
    seen(&world, &files, "a1", 1).await;
    seen(&world, &mail, "a2", 2).await;
    let (_, next) = cut_rules::asked(&world.store, &world.town, after(2)).await.unwrap().unwrap();
    assert!(matches!(next, Next::Cut { .. }), "{next:?}");
    let facts = world.facts(&world.town).await;
    let deed = world.deed(&world.town, 3);
    alarms::dismiss(&deed, &facts.open_alarms[0].id, "un archivage").await.unwrap();
    assert_eq!(apply(&world, 3).await, None);
    seen(&world, &files, "a3", 4).await;
    cut_rules::withdraw(&world.deed(&world.town, 4)).await.unwrap();
    assert!(cut_rules::withdraw(&world.deed(&world.town, 4)).await.is_err(), "once");
    assert_eq!(apply(&world, 5).await, None);
    assert_eq!(kept::list(&mut world.store.read().await.unwrap(), &world.town).await.unwrap(), []);
}

#[tokio::test]
async fn of_two_processes_at_once_one_cuts() {
    let world = World::new().await;
    let [files, mail] = signed(&world).await;
    seen(&world, &files, "a1", 1).await;
    seen(&world, &mail, "a2", 2).await;
    let town = id("59273");
    let both = tokio::join!(
        cut_rules::apply(&world.store, &town, after(3)),
        cut_rules::apply(&world.store, &town, after(3)),
    );
    let cut = [both.0, both.1].into_iter().filter(|one| matches!(one, Ok(Some(_)))).count();
    assert_eq!(cut, 1);
    let all = kept::list(&mut world.store.read().await.unwrap(), &world.town).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(world.written(&world.town, "cut_by_rule").await, 1);
    assert_ne!(world.actor, Actor::Platform);
}
