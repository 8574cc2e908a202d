//! What an inspector may say, and nobody else.

use axum::http::{Method, StatusCode};
use beffroi_store::vault::verdicts;
use beffroi_town::{Actor, vault::verdict::Verdict};
use beffroi_vault::{repositories, standing::Standing};
use serde_json::{Value, json};

use crate::house::{Client, House, MINUTE, scope, town};

/// A server that sent one snapshot, and its inspector.
async fn inspected() -> (House, Client, Client, String) {
    let house = House::new().await;
    let server = house.client("srv").await;
    let inspector = house.inspector("srv").await;
    assert_eq!(server.post("config", b"x").await, StatusCode::OK);
    let (status, name) = server.send("snapshots", b"one").await;
    assert_eq!(status, StatusCode::OK);
    (house, server, inspector, name)
}

fn verdict(snapshot: &str, verdict: &str) -> Vec<u8> {
    let reasons = json!([{ "code": "turned", "count": 25 }]);
    json!({ "snapshot": snapshot, "verdict": verdict, "reasons": reasons }).to_string().into()
}

fn proof(snapshot: &str, files: u64) -> Vec<u8> {
    json!({ "snapshot": snapshot, "kind": "sample", "files": files, "bytes": 9_000,
        "bytes_a_second": 1_000, "whole_bytes": 90_000 })
    .to_string()
    .into()
}

#[tokio::test]
async fn a_server_cannot_judge_its_own_backups() {
    let (house, server, inspector, name) = inspected().await;
    for (path, body) in
        [("verdicts", verdict(&name, "clean")), ("proofs", proof(&name, 9)), ("verdicts", vec![])]
    {
        assert_eq!(server.post(path, &body).await, StatusCode::FORBIDDEN, "{path}");
    }
    // Nor is it told whether anybody noticed.
    assert_eq!(server.get("verdicts").await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.alarm_kinds().await, ["vault_tampered"]);
    let told: Value = serde_json::from_slice(&inspector.get("verdicts").await.body).unwrap();
    assert_eq!(told[0]["verdict"], Value::Null);
}

#[tokio::test]
async fn an_inspector_reads_and_judges_and_sends_nothing() {
    let (house, server, inspector, name) = inspected().await;
    let read = inspector.get(&format!("snapshots/{name}")).await;
    assert_eq!((read.status, read.text().as_str()), (StatusCode::OK, "one"));
    // restic asks for a lock even to read: that is no attempt on anything.
    assert_eq!(inspector.send("locks", b"l").await.0, StatusCode::FORBIDDEN);
    assert_eq!(house.alarm_kinds().await, [""; 0]);
    assert_eq!(inspector.post("verdicts", &verdict(&name, "clean")).await, StatusCode::OK);
    assert_eq!(inspector.post("proofs", &proof(&name, 9)).await, StatusCode::OK);
    let told: Value = serde_json::from_slice(&inspector.get("verdicts").await.body).unwrap();
    assert_eq!((&told[0]["snapshot"], &told[0]["verdict"]), (&json!(name), &json!("clean")));
    for kind in ["data", "index", "snapshots", "keys"] {
        assert_eq!(inspector.send(kind, b"z").await.0, StatusCode::FORBIDDEN, "{kind}");
    }
    assert_eq!(inspector.post("config", b"z").await, StatusCode::FORBIDDEN);
    assert_eq!(inspector.post("sheet", b"z").await, StatusCode::FORBIDDEN);
    let path = format!("snapshots/{name}");
    assert_eq!(inspector.delete(&path).await, StatusCode::FORBIDDEN);
    assert_eq!(house.alarm_kinds().await, ["vault_tampered"]);
    assert_eq!(server.get(&path).await.status, StatusCode::OK);
    assert_eq!(server.delete("verdicts").await, StatusCode::METHOD_NOT_ALLOWED);
    let put = (&[][..], axum::body::Body::empty());
    assert_eq!(inspector.ask(Method::PUT, "verdicts", put).await.status, 405);
}

#[tokio::test]
async fn what_is_forged_replayed_or_no_verdict_is_refused() {
    let (house, _, inspector, name) = inspected().await;
    let never = "0".repeat(64);
    for (body, status) in [
        (verdict(&never, "clean"), 404),
        (verdict("..", "clean"), 422),
        (verdict(&name, "good"), 422),
        (b"{}".to_vec(), 422),
        (vec![b'x'; 100_000], 413),
        (verdict(&name, "suspect"), 200),
        (verdict(&name, "suspect"), 200),
        // What was said before is said again, to raise trust.
        (verdict(&name, "clean"), 409),
        (verdict(&name, "bad"), 200),
        (verdict(&name, "suspect"), 409),
    ] {
        let said = inspector.post("verdicts", &body).await;
        assert_eq!(
            said.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&body[..body.len().min(200)])
        );
    }
    let many = json!({ "snapshot": name, "verdict": "bad",
        "reasons": vec![json!({ "code": "turned", "count": 1 }); 17] });
    let many = inspector.post("verdicts", many.to_string().as_bytes()).await;
    assert_eq!(many, StatusCode::UNPROCESSABLE_ENTITY);
    for (body, status) in [(proof(&never, 9), 404), (proof(&name, 0), 422), (proof(&name, 9), 200)]
    {
        assert_eq!(inspector.post("proofs", &body).await.as_u16(), status);
    }
    // One alarm each for suspect and bad, whatever was said again.
    let mut kinds = house.alarm_kinds().await;
    kinds.sort_unstable();
    assert_eq!(kinds, ["vault_bad", "vault_suspect"]);
    assert!(house.alarms().await.iter().all(|alarm| alarm.repeats == 0));
}

#[tokio::test]
async fn a_persons_word_stands_whatever_an_inspector_says() {
    let (house, _, inspector, name) = inspected().await;
    assert_eq!(inspector.post("verdicts", &verdict(&name, "suspect")).await, StatusCode::OK);
    house.pass(MINUTE);
    let by = (&Actor::CommandLine, beffroi_town::edge::Clock::now(&*house.clock));
    let town = town();
    let whose = (&town, "srv");
    repositories::judge(&house.store, by, whose, &name, Verdict::Clean).await.unwrap();
    assert_eq!(inspector.post("verdicts", &verdict(&name, "bad")).await, StatusCode::CONFLICT);
    let srv = house.repository("srv").await;
    let mut conn = house.store.read().await.unwrap();
    let all = verdicts::of(&mut conn, &scope(), &srv.id).await.unwrap();
    assert_eq!((all[0].verdict, &all[0].credential), (Verdict::Clean, &None));
    let standing = Standing::read(&mut conn, &scope(), &srv, by.1).await.unwrap();
    assert_eq!(standing.last_clean().unwrap().snapshot, name);
    drop(conn);
    let absent = repositories::judge(&house.store, by, (&town, "nas"), &name, Verdict::Bad);
    assert!(absent.await.is_err());
}

#[tokio::test]
async fn the_last_proof_of_a_doubted_backup_proves_nothing() {
    let (house, server, inspector, name) = inspected().await;
    assert_eq!(inspector.post("proofs", &proof(&name, 9)).await, StatusCode::OK);
    house.pass(20 * MINUTE);
    let (_, second) = server.send("snapshots", b"two").await;
    assert_eq!(inspector.post("proofs", &proof(&second, 7)).await, StatusCode::OK);
    let srv = house.repository("srv").await;
    let now = beffroi_town::edge::Clock::now(&*house.clock);
    let proven = async || {
        let mut conn = house.store.read().await.unwrap();
        let standing = Standing::read(&mut conn, &scope(), &srv, now).await.unwrap();
        standing.proven.map(|one| one.proof.files)
    };
    assert_eq!(proven().await, Some(7));
    assert_eq!(inspector.post("verdicts", &verdict(&second, "bad")).await, StatusCode::OK);
    assert_eq!(proven().await, Some(9));
}
