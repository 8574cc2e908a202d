//! The protocol, line by line.

use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode, header},
};
use futures_util::stream;

use crate::house::{House, MINUTE, name_of};

const OK: StatusCode = StatusCode::OK;
const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const V2: (&str, &str) = ("accept", "application/vnd.x.restic.rest.v2");

#[tokio::test]
async fn a_repository_is_made_used_and_sealed() {
    let house = House::new().await;
    let client = house.client("srv").await;
    assert_eq!(client.post("?create=true", b"").await, OK);
    assert_eq!(client.post("?create=true", b"").await, OK, "also when it exists");
    assert_eq!(client.get("config").await.status, NOT_FOUND);
    let (status, key) = client.send("keys", b"the key").await;
    assert_eq!(status, OK);
    assert_eq!(client.post("config", b"settings").await, OK);
    let given = client.get("config").await;
    assert_eq!((given.status, given.text().as_str()), (OK, "settings"));
    assert_eq!(client.ask(Method::HEAD, "config", (&[], Body::empty())).await.status, OK);
    assert_eq!(house.alarm_kinds().await, Vec::<&str>::new());
    // From here on: no settings, no key, whatever the body.
    assert_eq!(client.post("config", b"settings").await, FORBIDDEN);
    assert_eq!(client.post("config", b"other").await, FORBIDDEN);
    assert_eq!(client.send("keys", b"another key").await.0, FORBIDDEN);
    assert_eq!(client.send("keys", b"the key").await.0, FORBIDDEN);
    assert_eq!(client.get("config").await.text(), "settings");
    assert_eq!(client.get("keys/").await.text(), format!("[\"{key}\"]"));
    assert_eq!(house.alarm_kinds().await, ["vault_tampered"], "one, however often");
}

#[tokio::test]
async fn lists_come_in_both_forms_and_parts_in_ranges() {
    let house = House::new().await;
    let client = house.client("srv").await;
    let empty = client.get("data/").await;
    assert_eq!((empty.status, empty.text().as_str()), (OK, "[]"));
    let mut names = Vec::new();
    for number in 0..40_u32 {
        let (status, name) = client.send("data", format!("pack {number}").as_bytes()).await;
        assert_eq!(status, OK);
        names.push(name);
    }
    names.sort();
    let v1: Vec<String> = serde_json::from_slice(&client.get("data/").await.body).unwrap();
    assert_eq!(v1, names);
    let said = client.ask(Method::GET, "data/", (&[V2], Body::empty())).await;
    assert_eq!(said.headers[header::CONTENT_TYPE], V2.1);
    let v2: Vec<serde_json::Value> = serde_json::from_slice(&said.body).unwrap();
    assert_eq!(v2.len(), 40);
    for (one, name) in v2.iter().zip(&names) {
        assert_eq!(one["name"], **name);
        assert!(matches!(one["size"].as_u64(), Some(6 | 7)), "{one}");
    }
    let bytes: Vec<u8> = (0..700_000_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let (_, name) = client.send("data", &bytes).await;
    let path = format!("data/{name}");
    assert_eq!(client.get(&path).await.body, bytes);
    let head = client.ask(Method::HEAD, &path, (&[], Body::empty())).await;
    assert_eq!((head.status, head.body.len()), (OK, 0));
    assert_eq!(head.headers[header::CONTENT_LENGTH], "700000");
    for (range, from, until) in
        [("bytes=0-9", 0, 10), ("bytes=300000-", 300_000, 700_000), ("bytes=-5", 699_995, 700_000)]
    {
        let part = client.ask(Method::GET, &path, (&[("range", range)], Body::empty())).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(part.body, bytes[from..until], "{range}");
        let told = format!("bytes {from}-{}/700000", until - 1);
        assert_eq!(part.headers[header::CONTENT_RANGE], *told);
    }
    let beyond = [("range", "bytes=700000-")];
    let beyond = client.ask(Method::GET, &path, (&beyond, Body::empty())).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.headers[header::CONTENT_RANGE], "bytes */700000");
}

#[tokio::test]
async fn names_are_what_they_say_or_nothing_is_kept() {
    let house = House::new().await;
    let client = house.client("srv").await;
    let name = name_of(b"one");
    assert_eq!(client.post(&format!("data/{name}"), b"two").await, StatusCode::BAD_REQUEST);
    assert_eq!(client.get(&format!("data/{name}")).await.status, NOT_FOUND);
    // In pieces, without a length, as rustic sends.
    let chunks = [&b"o"[..], b"n", b"", b"e"];
    let pieces = Body::from_stream(stream::iter(
        chunks.map(|one| Ok::<_, std::io::Error>(Bytes::from(one))),
    ));
    let said = client.ask(Method::POST, &format!("data/{name}"), (&[], pieces)).await;
    assert_eq!(said.status, OK);
    assert_eq!(client.get(&format!("data/{name}")).await.body, "one");
    // Again: the same is welcome, another is not, and what is there stays.
    assert_eq!(client.post(&format!("data/{name}"), b"one").await, OK);
    assert_eq!(client.post(&format!("data/{name}"), b"two").await, StatusCode::BAD_REQUEST);
    assert_eq!(client.get(&format!("data/{name}")).await.body, "one");
    // A body that breaks off leaves nothing.
    let broken = name_of(b"whole");
    let breaks = stream::iter([Ok(Bytes::from("who")), Err(std::io::Error::other("gone"))]);
    let said =
        client.ask(Method::POST, &format!("data/{broken}"), (&[], Body::from_stream(breaks))).await;
    assert_eq!(said.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.get(&format!("data/{broken}")).await.status, NOT_FOUND);
    let left = std::fs::read_dir(house.shelf("srv").join("tmp")).unwrap().count();
    assert_eq!(left, 0, "halves stay behind");
}

#[tokio::test]
async fn a_damaged_copy_is_healed_and_told() {
    let house = House::new().await;
    let client = house.client("srv").await;
    let (_, name) = client.send("data", b"good bytes").await;
    std::fs::write(house.pack("srv", &name), b"rotten").unwrap();
    assert_eq!(client.post(&format!("data/{name}"), b"rotten").await, StatusCode::BAD_REQUEST);
    assert_eq!(client.send("data", b"good bytes").await.0, OK);
    assert_eq!(std::fs::read(house.pack("srv", &name)).unwrap(), b"good bytes");
    let alarms = house.alarms().await;
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0].kind.code(), "vault_damaged");
    assert_eq!(alarms[0].detail["healed"], true);
}

#[tokio::test]
async fn nothing_but_locks_goes_away() {
    let house = House::new().await;
    let (client, other) = (house.client("srv").await, house.client("srv").await);
    let (_, pack) = client.send("data", b"pack").await;
    let (_, key) = client.send("keys", b"key").await;
    let (_, snapshot) = client.send("snapshots", b"snapshot").await;
    let (_, index) = client.send("index", b"index").await;
    client.post("config", b"settings").await;
    for path in [
        format!("data/{pack}"),
        format!("keys/{key}"),
        format!("snapshots/{snapshot}"),
        format!("index/{index}"),
        format!("data/{}", name_of(b"never sent")),
        "config".to_owned(),
    ] {
        assert_eq!(client.delete(&path).await, FORBIDDEN, "{path}");
    }
    for path in ["", "data/", "keys/"] {
        assert_eq!(client.delete(path).await, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    let put = client.ask(Method::PUT, &format!("data/{pack}"), (&[], Body::from("x"))).await;
    assert_eq!(put.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(client.get(&format!("data/{pack}")).await.body, "pack");
    assert_eq!(house.alarms().await.len(), 1);
    // One's own lock at any time; another's once it was forgotten.
    let (_, own) = client.send("locks", b"mine").await;
    let (_, others) = other.send("locks", b"theirs").await;
    assert_eq!(client.delete(&format!("locks/{own}")).await, OK);
    assert_eq!(client.delete(&format!("locks/{own}")).await, NOT_FOUND);
    assert_eq!(client.delete(&format!("locks/{others}")).await, FORBIDDEN);
    house.pass(30 * MINUTE - 1);
    assert_eq!(client.delete(&format!("locks/{others}")).await, FORBIDDEN);
    house.pass(1);
    assert_eq!(client.delete(&format!("locks/{others}")).await, OK);
    let tampered = house.alarms().await;
    assert_eq!(tampered.len(), 1);
    assert_eq!(tampered[0].detail["what"], "delete");
    assert_eq!(tampered[0].detail["credential"], *client.credential);
}

#[tokio::test]
async fn more_than_64_locks_are_refused_and_told() {
    let house = House::new().await;
    let client = house.client("srv").await;
    for number in 0..64_u32 {
        let (status, _) = client.send("locks", &number.to_le_bytes()).await;
        assert_eq!(status, OK, "{number}");
    }
    assert_eq!(client.send("locks", b"one more").await.0, FORBIDDEN);
    assert_eq!(house.alarms().await[0].detail["what"], "locks");
    assert_eq!(client.delete(&format!("locks/{}", name_of(&0_u32.to_le_bytes()))).await, OK);
    assert_eq!(client.send("locks", b"one more").await.0, OK);
}

#[tokio::test]
async fn odd_names_reach_no_disk() {
    let house = House::new().await;
    let client = house.client("srv").await;
    let name = name_of(b"x");
    for path in [
        "data/..",
        "data/../config",
        "../srv/config",
        "data/%2e%2e%2fconfig",
        "data/%00",
        "tmp/",
        "data/short",
        &format!("data/{}", name.to_uppercase()),
        &format!("data/%{:x}{}", name.as_bytes()[0], &name[1..]),
        &format!("data//{name}"),
        &format!("other/{name}"),
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let said = client.ask(method.clone(), path, (&[], Body::from("x"))).await;
            let refused = [NOT_FOUND, StatusCode::UNAUTHORIZED];
            assert!(refused.contains(&said.status), "{method} {path}: {}", said.status);
        }
    }
    let mut files = 0;
    let mut folders = vec![house.folder()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files += 1 }
        }
    }
    assert_eq!(files, 0, "something was written");
}

#[tokio::test]
async fn who_has_no_credential_learns_nothing() {
    let house = House::new().await;
    let (client, other) = (house.client("srv").await, house.client("nas").await);
    client.send("data", b"secret").await;
    let ask = async |path: &str, basic: Option<&str>| {
        let mut request = Request::builder().uri(path);
        if let Some(basic) = basic {
            request = request.header(header::AUTHORIZATION, basic);
        }
        house.vault.answer(request.body(Body::empty()).unwrap()).await
    };
    let refused = StatusCode::UNAUTHORIZED;
    let here = "/vault/59273/srv/data/";
    let known = ask(here, None).await;
    assert_eq!(known.status(), refused);
    assert!(known.headers().contains_key(header::WWW_AUTHENTICATE));
    // Another server's credential, another's user name with it, and what there is not.
    assert_eq!(ask(here, Some(&other.basic)).await.status(), refused);
    assert_eq!(ask("/vault/59273/none/data/", Some(&client.basic)).await.status(), refused);
    assert_eq!(ask("/vault/62473/srv/data/", Some(&client.basic)).await.status(), refused);
    assert_eq!(ask("/vault/", Some(&client.basic)).await.status(), refused);
    for basic in ["Basic", "Basic x", "Bearer abc", "Basic NTkyNzMuc3J2Og=="] {
        assert_eq!(ask(here, Some(basic)).await.status(), refused, "{basic}");
    }
    assert_eq!(ask(here, Some(&client.basic)).await.status(), OK);
    let by = (&beffroi_town::Actor::CommandLine, beffroi_town::Instant::from_ms(1));
    let town = crate::house::town();
    beffroi_vault::repositories::revoke(&house.store, by, &town, "srv", None).await.unwrap();
    assert_eq!(ask(here, Some(&client.basic)).await.status(), refused, "revoked");
}

#[tokio::test]
async fn cleaning_up_after_an_upload_is_refused_without_an_alarm() {
    let house = House::new().await;
    let client = house.client("srv").await;
    let (_, pack) = client.send("data", b"pack").await;
    let path = format!("data/{pack}");
    // restic removes what it did not hear the answer of, before it sends it again.
    assert_eq!(client.delete(&format!("data/{}", name_of(b"never came"))).await, FORBIDDEN);
    house.pass(14 * MINUTE);
    assert_eq!(client.delete(&path).await, FORBIDDEN);
    assert_eq!(house.alarm_kinds().await, Vec::<&str>::new());
    house.pass(MINUTE);
    assert_eq!(client.delete(&path).await, FORBIDDEN);
    assert_eq!(house.alarm_kinds().await, ["vault_tampered"]);
    // What another credential sent, and a snapshot, are nobody's to clean up.
    for (kind, is_own) in [("data", false), ("snapshots", true)] {
        let house = House::new().await;
        let (mine, theirs) = (house.client("srv").await, house.client("srv").await);
        let sender = if is_own { &mine } else { &theirs };
        let (_, name) = sender.send(kind, b"sent").await;
        assert_eq!(mine.delete(&format!("{kind}/{name}")).await, FORBIDDEN);
        assert_eq!(house.alarm_kinds().await, ["vault_tampered"], "{kind}");
    }
    assert_eq!(client.get(&path).await.body, "pack");
}
