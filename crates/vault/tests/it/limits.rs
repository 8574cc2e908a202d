//! Quotas, and clients that take their time.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{Method, StatusCode},
};
use beffroi_store::vault::NewRepository;
use beffroi_town::{Actor, edge::Clock as _};
use beffroi_vault::{Pace, repositories};
use futures_util::stream;

use crate::house::{House, name_of, town};

const FULL: StatusCode = StatusCode::INSUFFICIENT_STORAGE;

/// Bytes that are like no others.
fn pack(number: u8, bytes: usize) -> Vec<u8> {
    let mut all = vec![number; bytes];
    all[0] = 255 - number;
    all
}

#[tokio::test]
async fn a_quota_refuses_and_evicts_nothing() {
    let house = House::with(|settings| settings.server_quota_bytes = 400_000).await;
    let client = house.client("srv").await;
    let mut kept = Vec::new();
    for number in 0..3 {
        let (status, name) = client.send("data", &pack(number, 100_000)).await;
        assert_eq!(status, StatusCode::OK, "{number}");
        kept.push(name);
    }
    // 95 % for packs; what ends a backup still fits.
    let (status, refused) = client.send("data", &pack(9, 100_000)).await;
    assert_eq!(status, FULL);
    assert_eq!(client.send("index", &pack(10, 60_000)).await.0, StatusCode::OK);
    assert_eq!(client.send("snapshots", b"snapshot").await.0, StatusCode::OK);
    assert_eq!(client.send("index", &pack(11, 60_000)).await.0, FULL);
    for name in &kept {
        assert_eq!(client.get(&format!("data/{name}")).await.status, StatusCode::OK);
    }
    assert_eq!(client.get(&format!("data/{refused}")).await.status, StatusCode::NOT_FOUND);
    // What is there already takes no room.
    assert_eq!(client.send("data", &pack(1, 100_000)).await.0, StatusCode::OK);
    assert_eq!(house.alarm_kinds().await, ["vault_full"]);
    house.vault.notice_filling().await.unwrap();
    house.vault.notice_filling().await.unwrap();
    let mut kinds = house.alarm_kinds().await;
    kinds.sort_unstable();
    assert_eq!(kinds, ["vault_filling", "vault_full"]);
    // A new process forgets nothing of what is used.
    let again = house.opened_again().await;
    let client = again.client("srv").await;
    assert_eq!(client.send("data", &pack(12, 100_000)).await.0, FULL);
}

#[tokio::test]
async fn a_towns_servers_share_its_quota_and_a_repository_may_have_its_own() {
    let house = House::with(|settings| {
        (settings.server_quota_bytes, settings.tenant_quota_bytes) = (50_000, 300_000);
    })
    .await;
    let small = house.client("small").await;
    assert_eq!(small.send("data", &pack(1, 60_000)).await.0, FULL);
    assert_eq!(small.send("data", &pack(2, 30_000)).await.0, StatusCode::OK);
    let new = NewRepository {
        server: "large",
        asset: None,
        quota_bytes: Some(1_000_000),
        silent_after_hours: None,
    };
    let large = house.client_of(&new).await;
    assert_eq!(large.send("data", &pack(3, 200_000)).await.0, StatusCode::OK);
    assert_eq!(large.send("data", &pack(4, 100_000)).await.0, FULL, "the town's quota");
    // A person settles another for this town, and takes it back.
    let by = (&Actor::CommandLine, house.clock.now());
    repositories::set_quota(&house.store, by, &town(), Some(900_000)).await.unwrap();
    assert_eq!(large.send("data", &pack(4, 100_000)).await.0, StatusCode::OK);
    repositories::set_quota(&house.store, by, &town(), None).await.unwrap();
    assert_eq!(large.send("data", &pack(5, 100_000)).await.0, FULL);
}

#[tokio::test]
async fn many_at_once_do_not_pass_together() {
    let house = House::with(|settings| settings.server_quota_bytes = 1_000_000).await;
    let client = house.client("srv").await;
    let mut sending = tokio::task::JoinSet::new();
    for number in 0..12 {
        let client = client.clone();
        sending.spawn(async move { client.send("data", &pack(number, 200_000)).await.0 });
    }
    let all = sending.join_all().await;
    let taken = all.iter().filter(|status| **status == StatusCode::OK).count();
    assert!((1..=4).contains(&taken), "{all:?}");
    let files = (0..12).filter(|number| {
        let name = name_of(&pack(*number, 200_000));
        house.pack("srv", &name).exists()
    });
    assert_eq!(files.count(), taken);
}

#[tokio::test]
async fn a_disk_that_must_stay_free_stays_free() {
    let house = House::with(|settings| settings.keep_free_bytes = u64::MAX / 2).await;
    let client = house.client("srv").await;
    assert_eq!(client.send("data", b"pack").await.0, FULL);
    assert_eq!(house.alarms().await[0].detail["what"], "disk");
}

#[tokio::test]
async fn slow_clients_are_ended_and_hold_nobody_up() {
    let pace = Pace {
        grace: Duration::from_millis(300),
        silence: Duration::from_millis(200),
        bytes_a_second: 1_000,
    };
    let house = House::with(|settings| settings.pace = pace).await;
    let (slow, other) = (house.client("slow").await, house.client("other").await);
    let mut hanging = tokio::task::JoinSet::new();
    for number in 0..12_u8 {
        let slow = slow.clone();
        hanging.spawn(async move {
            let name = name_of(&[number]);
            let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
            slow.ask(Method::POST, &format!("data/{name}"), (&[], body)).await.status
        });
    }
    // Every place of the slow server is taken; another's backup goes on.
    tokio::task::yield_now().await;
    assert_eq!(other.send("data", b"pack").await.0, StatusCode::OK);
    let ended = hanging.join_all().await;
    assert_eq!(ended, [StatusCode::REQUEST_TIMEOUT; 12]);
    assert_eq!(slow.send("data", b"pack").await.0, StatusCode::OK, "its places are free again");
    // A byte now and then is not enough either.
    let drops = stream::unfold(0_u8, |number| async move {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from(vec![number])), number.wrapping_add(1)))
    });
    let path = format!("data/{}", name_of(b"drops"));
    let said = slow.ask(Method::POST, &path, (&[], Body::from_stream(drops))).await;
    assert_eq!(said.status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn what_no_object_can_be_is_refused_at_once() {
    let house = House::new().await;
    let client = house.client("srv").await;
    let declared = [("content-length", "5000000000")];
    let path = format!("data/{}", name_of(b"x"));
    let said = client.ask(Method::POST, &path, (&declared, Body::empty())).await;
    assert_eq!(said.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(client.send("locks", &vec![7; 70_000]).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(client.post("config", &vec![7; 70_000]).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(client.get("config").await.status, StatusCode::NOT_FOUND);
}
