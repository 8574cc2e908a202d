//! A cut counts once it is confirmed.

use beffroi_crisis::{
    Error, alarms,
    cuts::{self, HOOK_WORK, HookWork},
};
use beffroi_store::{cuts as kept, guards, outbox};
use beffroi_town::{
    AssetState, Cut, CutMeans,
    watch::{CutAlone, LiftedByCode, Order, OrderAck, OrderOutcome},
};

use crate::world::{World, after, asset, hand};

async fn state(world: &World, code: &str) -> AssetState {
    let facts = world.facts(&world.town).await;
    facts.assets.iter().find(|one| one.id == asset(code)).unwrap().state
}

async fn cut(world: &World, id: &str) -> Cut {
    kept::get(&mut world.store.read().await.unwrap(), &world.town, id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_hand_cut_counts_once_a_person_confirms_it() {
    let world = World::new().await;
    let deed = world.deed(&world.town, 1);
    let refused = cuts::order(&deed, &asset("nas")).await;
    assert!(matches!(refused, Err(Error::NoMeans(_))));
    world.means("nas", hand()).await;
    let id = cuts::order(&deed, &asset("nas")).await.unwrap();
    assert_eq!(state(&world, "nas").await, AssetState::Up);
    assert!(cuts::order(&deed, &asset("nas")).await.is_err(), "one at a time");
    cuts::confirm(&deed, &id).await.unwrap();
    assert_eq!(state(&world, "nas").await, AssetState::Cut);
    assert!(cuts::confirm(&deed, &id).await.is_err(), "once");
    cuts::lift(&deed, &id, AssetState::Up).await.unwrap();
    assert_eq!(state(&world, "nas").await, AssetState::Up);
}

#[tokio::test]
async fn only_the_owner_cuts_what_is_shared() {
    let world = World::new().await;
    world.means("file_server", hand()).await;
    let theirs = world.deed(&world.neighbour, 1);
    let refused = cuts::order(&theirs, &asset("file_server")).await;
    assert!(matches!(refused, Err(Error::NotOwner { .. })), "{refused:?}");
    assert!(cuts::order(&world.deed(&world.stranger, 1), &asset("file_server")).await.is_err());
    let id = cuts::order(&world.deed(&world.town, 1), &asset("file_server")).await.unwrap();
    assert!(cuts::confirm(&theirs, &id).await.is_err());
    cuts::confirm(&world.deed(&world.town, 2), &id).await.unwrap();
    assert_eq!(
        world.written(&world.neighbour, "cut_confirmed").await,
        1,
        "they are told all the same"
    );
}

#[tokio::test]
async fn a_hook_is_work_for_the_platform_and_its_answer_counts_once() {
    let world = World::new().await;
    world.means("network", CutMeans::Hook { hook: "firewall".to_owned() }).await;
    let deed = world.deed(&world.town, 1);
    let id = cuts::order(&deed, &asset("network")).await.unwrap();
    assert!(matches!(cuts::confirm(&deed, &id).await, Err(Error::NotByHand { means: "hook" })));
    let mut book = world.store.bookkeeping().await.unwrap();
    let posted = outbox::claim(&mut book, HOOK_WORK, after(1), 10, 60_000).await.unwrap();
    book.commit().await.unwrap();
    assert_eq!(posted.len(), 1);
    let work: HookWork = serde_json::from_value(posted[0].body.clone()).unwrap();
    assert_eq!((work.hook.as_str(), work.lift), ("firewall", false));
    assert_eq!(state(&world, "network").await, AssetState::Up);
    cuts::hook_answered(&deed, &work, Ok(())).await.unwrap();
    cuts::hook_answered(&deed, &work, Ok(())).await.unwrap();
    assert_eq!(state(&world, "network").await, AssetState::Cut);
    assert_eq!(world.written(&world.town, "cut_confirmed").await, 1);
    let lift = HookWork { lift: true, ..work };
    cuts::hook_answered(&deed, &lift, Err("hook_refused")).await.unwrap();
    assert_eq!(state(&world, "network").await, AssetState::Cut, "not lifted is still cut");
    assert_eq!(world.written(&world.town, "cut_lift_failed").await, 1);
    cuts::hook_answered(&deed, &lift, Ok(())).await.unwrap();
    assert_eq!(state(&world, "network").await, AssetState::Unknown, "nobody has looked yet");
}

#[tokio::test]
async fn a_hook_that_fails_leaves_the_asset_as_it_was() {
    let world = World::new().await;
    world.means("network", CutMeans::Hook { hook: "firewall".to_owned() }).await;
    let deed = world.deed(&world.town, 1);
    let id = cuts::order(&deed, &asset("network")).await.unwrap();
    let work = HookWork {
        cut: id.clone(),
        asset: asset("network"),
        hook: "firewall".to_owned(),
        lift: false,
    };
    cuts::hook_answered(&deed, &work, Err("hook_timed_out")).await.unwrap();
    assert_eq!(state(&world, "network").await, AssetState::Up);
    assert_eq!(cut(&world, &id).await.failed.as_deref(), Some("hook_timed_out"));
    cuts::order(&deed, &asset("network")).await.unwrap();
}

#[tokio::test]
async fn a_guards_cut_counts_when_the_guard_says_so() {
    let world = World::new().await;
    let guard = world.guard().await;
    world.means("file_server", CutMeans::Guard { guard: guard.id.clone() }).await;
    let deed = world.deed(&world.town, 1);
    let id = cuts::order(&deed, &asset("file_server")).await.unwrap();
    let mut conn = world.store.read().await.unwrap();
    let orders = guards::waiting_orders(&mut conn, &world.town, &guard.id, after(1)).await.unwrap();
    drop(conn);
    assert_eq!(orders.iter().map(|one| &one.order).collect::<Vec<_>>(), [&Order::CutSelf]);
    let ack = |outcome| OrderAck { sequence: orders[0].sequence, at: after(2), outcome };
    alarms::acknowledged(&world.store, &guard, after(2), &[ack(OrderOutcome::NoMeans)])
        .await
        .unwrap();
    assert_eq!(cut(&world, &id).await.failed.as_deref(), Some("no_means"));
    assert_eq!(state(&world, "file_server").await, AssetState::Up);
    // An answer is taken once: what it says later changes nothing.
    alarms::acknowledged(&world.store, &guard, after(3), &[ack(OrderOutcome::Done)]).await.unwrap();
    assert_eq!(state(&world, "file_server").await, AssetState::Up);

    let id = cuts::order(&deed, &asset("file_server")).await.unwrap();
    let mut conn = world.store.read().await.unwrap();
    let orders = guards::waiting_orders(&mut conn, &world.town, &guard.id, after(1)).await.unwrap();
    drop(conn);
    let done = OrderAck { sequence: orders[0].sequence, at: after(2), outcome: OrderOutcome::Done };
    alarms::acknowledged(&world.store, &guard, after(2), &[done]).await.unwrap();
    assert_eq!(state(&world, "file_server").await, AssetState::Cut);
    assert!(cut(&world, &id).await.confirmed_at.is_some());

    // Lifted at the host, by the printed code: nobody here ordered it, and it counts.
    let lifted = LiftedByCode { at: after(3), times: 1 };
    cuts::lifted_by_code(&world.store, &guard, after(4), lifted).await.unwrap();
    assert!(cut(&world, &id).await.lifted_at.is_some());
    assert_eq!(state(&world, "file_server").await, AssetState::Unknown, "until somebody looked");
    assert_eq!(world.written(&world.town, "cut_lifted_by_code").await, 1);
    // With nothing cut, as far as is known here, it is written down all the same.
    let again = LiftedByCode { at: after(5), times: 2 };
    cuts::lifted_by_code(&world.store, &guard, after(6), again).await.unwrap();
    assert_eq!(world.written(&world.town, "cut_lifted_by_code").await, 2);
}

#[tokio::test]
async fn a_guard_that_cut_its_host_by_itself_is_believed_and_a_person_lifts_it() {
    let world = World::new().await;
    let guard = world.guard().await;
    let done = CutAlone { at: after(1), times: 1 };
    cuts::cut_by_guard_alone(&world.store, &guard, after(2), done).await.unwrap();
    assert_eq!(state(&world, "file_server").await, AssetState::Cut);
    assert_eq!(world.written(&world.town, "cut_by_guard_alone").await, 1);
    // Said again, and an order beside it: the one that stands is enough.
    let again = CutAlone { at: after(3), times: 2 };
    cuts::cut_by_guard_alone(&world.store, &guard, after(3), again).await.unwrap();
    assert_eq!(world.written(&world.town, "cut_confirmed").await, 1);
    let deed = world.deed(&world.town, 4);
    let mut conn = world.store.read().await.unwrap();
    let open = beffroi_store::cuts::open_on(&mut conn, &world.town, &asset("file_server")).await;
    drop(conn);
    let open = open.unwrap().unwrap();
    assert!(open.confirmed_at.is_some());
    cuts::lift(&deed, &open.id, AssetState::Unknown).await.unwrap();
    let mut conn = world.store.read().await.unwrap();
    let orders = guards::waiting_orders(&mut conn, &world.town, &guard.id, after(4)).await.unwrap();
    assert_eq!(orders.iter().map(|one| &one.order).collect::<Vec<_>>(), [&Order::LiftSelf]);
}

#[tokio::test]
async fn an_order_expires() {
    let world = World::new().await;
    let guard = world.guard().await;
    world.means("file_server", CutMeans::Guard { guard: guard.id.clone() }).await;
    cuts::order(&world.deed(&world.town, 0), &asset("file_server")).await.unwrap();
    let mut conn = world.store.read().await.unwrap();
    let later = guards::waiting_orders(&mut conn, &world.town, &guard.id, after(16)).await.unwrap();
    assert!(later.is_empty(), "a host that wakes up later must not obey");
}
