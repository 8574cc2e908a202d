//! An export is checked with nothing but the file: whatever was done to it is found.
//!
//! The forger below writes journals from the description at the top of `journal/line.rs` alone: it
//! is a second writer of the format, so that the two descriptions check each other.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::{Duration, Instant as Moment},
};

use beffroi_store::{
    Fingerprint, Head, Store, journal,
    journal::{Fault, verify},
};
use beffroi_town::Instant;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ring::{
    digest::{SHA256, digest},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use serde_json::{Value, json};

use crate::world::{ACTOR, Place, code, codes, exported, found, on_both, run, scope};

on_both!(an_export_holds_and_says_how_far, what_was_shown_to_a_guard_must_still_be_there);

/// A small random source of its own (splitmix64), so that a run can be repeated from its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

fn seed() -> u64 {
    let given = std::env::var("BEFFROI_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| RandomState::new().hash_one("seed"));
    println!("BEFFROI_SEED={seed}");
    seed
}

/// A journal of `commits` commits with one to three entries each.
async fn written(place: &Place, commits: usize) -> Store {
    let store = place.open().await;
    found(place, &store, &["59273"]).await;
    for number in 0..commits {
        let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
        for entry in 0..=number % 3 {
            let body = json!({ "number": number, "entry": entry, "text": "é \"quoted\" \\ " });
            tx.record(&code("59273"), "login", body).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    store
}

async fn head(store: &Store) -> Head {
    let mut conn = store.read().await.unwrap();
    journal::head(&mut conn, &scope("59273")).await.unwrap().unwrap()
}

async fn fingerprint(store: &Store) -> Fingerprint {
    let mut conn = store.read().await.unwrap();
    journal::fingerprint(&mut conn, &scope("59273")).await.unwrap().unwrap()
}

async fn an_export_holds_and_says_how_far(place: Place) {
    let store = written(&place, 6).await;
    let (bytes, known) = (exported(&store, "59273").await, head(&store).await);
    let expected = fingerprint(&store).await;
    let report = verify(&*bytes, None, None).unwrap();
    assert!(!report.author_proven);
    assert_eq!(report.entries, 3 + 12);
    assert_eq!(report.head, known);
    assert_eq!(report.fingerprint, expected);
    let report = verify(&*bytes, Some(&expected), Some(&known)).unwrap();
    assert!(report.author_proven);
    let other = Fingerprint::of(&[7; 32]);
    let refused = verify(&*bytes, Some(&other), None).unwrap_err();
    assert!(matches!(refused.fault, Fault::OtherKey { .. }), "{refused}");
    assert!(refused.to_string().starts_with("line 1: signed with the key "), "{refused}");
    let mut conn = store.read().await.unwrap();
    let mut none = Vec::new();
    let missing = journal::export(&mut conn, &scope("62473"), &mut none).await.unwrap();
    assert_eq!((missing, none.len()), (None, 0));
}

async fn what_was_shown_to_a_guard_must_still_be_there(place: Place) {
    let store = written(&place, 2).await;
    let (older, old_head) = (exported(&store, "59273").await, head(&store).await);
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    tx.record(&code("59273"), "login", json!({})).await.unwrap();
    let made = tx.commit().await.unwrap();
    let new_head = head(&store).await;
    assert_eq!(made.heads, std::slice::from_ref(&new_head));
    let expected = fingerprint(&store).await;
    let newer = exported(&store, "59273").await;
    assert!(newer.starts_with(&older), "a journal only grows");
    verify(&*newer, Some(&expected), Some(&old_head)).unwrap();
    // Rolled back, though every signature holds.
    let refused = verify(&*older, Some(&expected), Some(&new_head)).unwrap_err();
    assert!(matches!(refused.fault, Fault::RolledBack { .. }), "{refused}");
    // A guard keeps less than the whole head, and that is enough.
    let seen = old_head.seen();
    let kept = Head {
        tenant: seen.tenant,
        seq: seen.sequence,
        hash: seen.hash,
        at: Instant::default(),
        sig: seen.signature,
    };
    verify(&*newer, Some(&expected), Some(&kept)).unwrap();
    // Copied by hand from a printed report, without its signature: the hash alone tells.
    let copied = Head { sig: String::new(), ..kept.clone() };
    verify(&*newer, Some(&expected), Some(&copied)).unwrap();
    let copied = Head { hash: new_head.hash.clone(), ..copied };
    let refused = verify(&*newer, Some(&expected), Some(&copied)).unwrap_err();
    assert!(matches!(refused.fault, Fault::Rewritten { .. }), "{refused}");
    let other = Head { sig: new_head.sig.clone(), ..old_head.clone() };
    let refused = verify(&*newer, Some(&expected), Some(&other)).unwrap_err();
    assert!(matches!(refused.fault, Fault::Rewritten { .. }), "{refused}");
    // Entries that were committed together have one head; a head that never was is found.
    let between = Head { seq: 2, ..old_head };
    let refused = verify(&*newer, Some(&expected), Some(&between)).unwrap_err();
    assert!(matches!(refused.fault, Fault::Rewritten { .. }), "{refused}");
}

fn sha256(domain: &str, text: &str) -> String {
    HEXLOWER.encode(digest(&SHA256, format!("{domain}\n{text}").as_bytes()).as_ref())
}

/// Writes a journal anew from what its lines say, with another key: whatever the lines hold now,
/// every hash, link and signature fits.
fn forged(lines: &[String], key: &Ed25519KeyPair) -> String {
    let public = BASE64URL_NOPAD.encode(key.public_key().as_ref());
    let tenant = "59273";
    let first = format!(r#"{{"format":"beffroi journal 1","key":"{public}","tenant":"{tenant}"}}"#);
    let mut prev = sha256("beffroi journal link v1", &first);
    let (mut out, mut seq, mut last) = (format!("{first}\n"), 0, String::new());
    for line in lines.iter().skip(1) {
        let value: Value = serde_json::from_str(line).unwrap();
        if value.get("entry").is_some() {
            seq += 1;
            let mut entry = value["entry"].clone();
            entry["prev"] = prev.clone().into();
            entry["seq"] = seq.into();
            let text = entry.to_string();
            last = sha256("beffroi journal entry v1", &text);
            out += "{\"entry\":";
            out += &text;
            out += &[",", "\"hash\":\"", &last, "\"}\n"].concat();
            prev.clone_from(&last);
        } else {
            let mut head = value["head"].clone();
            head["hash"] = last.clone().into();
            head["seq"] = seq.into();
            let text = head.to_string();
            let signature = key.sign(format!("beffroi journal head v1\n{text}").as_bytes());
            let sig = BASE64URL_NOPAD.encode(signature.as_ref());
            let line = format!("{{\"head\":{text},\"sig\":\"{sig}\"}}");
            prev = sha256("beffroi journal link v1", &line);
            out += &line;
            out.push('\n');
        }
    }
    out
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn joined(lines: &[String]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect()
}

/// One random change to an export; what it was, for the one who reads a failure.
fn mutate(original: &[u8], key: &Ed25519KeyPair, dice: &mut Dice) -> (&'static str, Vec<u8>) {
    let mut bytes = original.to_vec();
    let mut all = lines(std::str::from_utf8(original).unwrap());
    let (at, line) = (dice.below(bytes.len()), dice.below(all.len()));
    let other = dice.below(all.len());
    match dice.below(12) {
        0 => {
            bytes[at] ^= 1 << dice.below(8);
            ("a bit turned", bytes)
        }
        1 => {
            bytes[at] = u8::try_from(dice.below(256)).unwrap();
            ("a byte replaced", bytes)
        }
        2 => {
            bytes.remove(at);
            ("a byte removed", bytes)
        }
        3 => {
            bytes.insert(at, u8::try_from(dice.below(256)).unwrap());
            ("a byte added", bytes)
        }
        4 => {
            let end = (at + 1 + dice.below(400)).min(bytes.len());
            bytes.drain(at..end);
            ("a stretch removed", bytes)
        }
        5 => {
            bytes.truncate(at);
            ("cut off anywhere", bytes)
        }
        6 => {
            all.remove(line);
            ("a line removed", joined(&all))
        }
        7 => {
            all.swap(line, other);
            ("two lines exchanged", joined(&all))
        }
        8 => {
            let copy = all[line].clone();
            all.insert(other, copy);
            ("a line doubled", joined(&all))
        }
        9 => {
            all.truncate(line);
            ("cut off at a line", joined(&all))
        }
        10 => {
            let end = all.len().min(line + 1 + dice.below(5));
            all.drain(line..end);
            ("lines removed", joined(&all))
        }
        _ => {
            // Something is changed, then everything is made to fit again, with another key.
            let entry = all.iter().position(|line| line.starts_with("{\"entry\"")).unwrap();
            match dice.below(3) {
                0 => all[entry] = all[entry].replace("command_line", "platform"),
                1 => drop(all.remove(entry)),
                _ => {}
            }
            ("written anew with another key", forged(&all, key).into_bytes())
        }
    }
}

#[test]
fn ten_thousand_mutations_are_all_found() {
    let place = Place::lite();
    let (original, known, expected) = {
        let (mut bytes, mut known, mut expected) = (Vec::new(), None, None);
        run(async {
            let store = written(&place, 20).await;
            bytes = exported(&store, "59273").await;
            known = Some(head(&store).await);
            expected = Some(fingerprint(&store).await);
        });
        (bytes, known.unwrap(), expected.unwrap())
    };
    verify(&*original, Some(&expected), Some(&known)).unwrap();
    let mut dice = Dice(seed());
    let forger = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap();
    let mut kinds = std::collections::BTreeMap::<&str, usize>::new();
    while kinds.values().sum::<usize>() < 10_000 {
        let (what, bytes) = mutate(&original, &forger, &mut dice);
        if bytes == original {
            continue;
        }
        *kinds.entry(what).or_default() += 1;
        let found = verify(&*bytes, Some(&expected), Some(&known));
        assert!(found.is_err(), "not found: {what}\n{}", String::from_utf8_lossy(&bytes));
    }
    println!("{kinds:?}");
    assert_eq!(kinds.len(), 12);
}

/// The forger is worth something only if its journals hold by themselves.
#[test]
fn a_journal_signed_by_another_is_consistent_and_proves_nobody() {
    let place = Place::lite();
    run(async {
        let store = written(&place, 3).await;
        let original = exported(&store, "59273").await;
        let forger = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap();
        let text = forged(&lines(std::str::from_utf8(&original).unwrap()), &forger);
        let report = verify(text.as_bytes(), None, None).unwrap();
        assert!(!report.author_proven);
        assert_eq!(report.fingerprint, Fingerprint::of(forger.public_key().as_ref()));
        let expected = fingerprint(&store).await;
        assert!(verify(text.as_bytes(), Some(&expected), None).is_err());
        let known = head(&store).await;
        assert!(verify(text.as_bytes(), None, Some(&known)).is_err());
    });
}

#[test]
fn hostile_files_are_refused_and_bounded() {
    let endless = vec![b'{'; 10_000_000];
    let no_text = [0xff; 200];
    for bytes in [
        b"".as_slice(),
        b"\n",
        b"{}\n",
        b"null\n",
        &endless,
        &no_text,
        b"{\"format\":\"beffroi journal 1\",\"key\":\"\",\"tenant\":\"59273\"}\n",
        b"{\"format\":\"beffroi journal 2\",\"key\":\"AAAA\",\"tenant\":\"59273\"}\n",
        b"{\"format\":\"beffroi journal 1\",\"key\":\"AAAA\",\"tenant\":\"../..\"}\n",
    ] {
        assert!(verify(bytes, None, None).is_err());
    }
}

/// How long it takes, for people to read; and that a hundred thousand entries stay within 2 s.
#[test]
fn a_hundred_thousand_entries_verify_in_two_seconds() {
    const COMMITS: usize = 100;
    const ENTRIES: usize = 1_000;
    let place = Place::lite();
    run(async {
        let store = place.open().await;
        found(&place, &store, &["59273"]).await;
        for number in 0..COMMITS {
            let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
            for entry in 0..ENTRIES {
                let body = json!({
                    "asset": "59273-file_server",
                    "from": "up",
                    "to": "down",
                    "reason_id": "018f0e0a-2f00-7000-8000-000000000000",
                    "number": number * ENTRIES + entry,
                });
                tx.record(&code("59273"), "asset_state", body).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        let started = Moment::now();
        let bytes = exported(&store, "59273").await;
        let exporting = started.elapsed();
        let expected = fingerprint(&store).await;
        // The best of three: what is asked is what the machine can do, not what its neighbours do.
        let verifying = (0..3)
            .map(|_| {
                let started = Moment::now();
                let report = verify(&*bytes, Some(&expected), None).unwrap();
                assert_eq!(report.entries, 100_003);
                started.elapsed()
            })
            .min()
            .unwrap();
        let size = bytes.len() / 1_000_000;
        println!(
            "100,003 entries, {size} MB: exported in {exporting:?}, verified in {verifying:?}"
        );
        assert!(verifying < Duration::from_secs(2), "{verifying:?}");
    });
}
