//! Telephone lines, emergency facts, the roster, envelopes.

use beffroi_store::{Store, accounts, emergency, facts, kits, phones, roster};
use beffroi_town::{
    EmergencyFacts, Role, RosterEntry, RosterId,
    emergency::{Contact, ContactKind, Spot},
    phone::{Forward, LineState},
};

use crate::world::{ACTOR, Place, code, exported, found, on_both, scope, verified};

use super::{absent, begin, newest_entry, refused};

on_both!(
    a_line_is_one_fact_and_its_forward_is_sealed,
    emergency_facts_are_sealed_and_replaced,
    the_roster_has_no_circle_and_nobody_lost,
    the_codes_of_an_envelope_stand_beside_a_persons_own,
    of_two_envelopes_printed_at_once_one_counts,
);

pub(crate) fn about(number: &str) -> phones::About {
    let instead = Some("+33 6 00 00 00 01".to_owned());
    phones::About { number: number.to_owned(), label: "Standard".to_owned(), instead }
}

pub(crate) fn forward() -> Forward {
    Forward {
        who: "QZ Sacha".to_owned(),
        mobile: "06 11 22 33 44".to_owned(),
        how: "QZ code 21".to_owned(),
    }
}

pub(crate) fn emergency_facts() -> EmergencyFacts {
    EmergencyFacts {
        spots: vec![(Spot::Room, "QZ salle des mariages".to_owned())],
        contacts: vec![Contact {
            kind: ContactKind::Insurer,
            name: Some("QZ Assureur".to_owned()),
            phone: Some("01 02 03 04 05".to_owned()),
            reference: Some("QZ contrat".to_owned()),
        }],
    }
}

pub(crate) fn somebody(id: &str, caller: Option<&str>) -> RosterEntry {
    RosterEntry {
        id: RosterId::parse(id).unwrap(),
        rank: 1,
        name: format!("QZ {id}"),
        function: "Accueil".to_owned(),
        service: "QZ Accueil".to_owned(),
        phones: vec!["06 99 88 77 66".to_owned()],
        caller: caller.map(|id| RosterId::parse(id).unwrap()),
    }
}

/// Neither the database nor the journal tells what was sealed.
async fn nothing_told(place: &Place, store: &Store) {
    let bytes = exported(store, "59273").await;
    let told = format!("{:?} {}", place.dump().await, String::from_utf8(bytes).unwrap());
    for secret in ["QZ ", "06 11 22 33 44", "06 99 88 77 66", "01 02 03 04 05"] {
        assert!(!told.contains(secret), "{secret} is told");
    }
}

async fn a_line_is_one_fact_and_its_forward_is_sealed(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273", "62473"]).await;
    let new = about("+33 (0)3.28.00.00.10");
    let id = phones::add(&mut tx, &town, &new, LineState::Works).await.unwrap();
    refused(phones::add(&mut tx, &town, &about("03 28 00 00 10"), LineState::Works).await);
    phones::add(&mut tx, &code("62473"), &new, LineState::Works).await.unwrap();
    for (number, label, instead) in [
        ("pas un numéro", "x", None),
        ("03 28 00 00 12", " ", None),
        ("03 28 00 00 12", "x", Some("nulle part")),
        ("03 28 00 00 12", "x", Some("0328000012")),
    ] {
        let instead = instead.map(ToOwned::to_owned);
        let bad = phones::About { number: number.to_owned(), label: label.to_owned(), instead };
        refused(phones::add(&mut tx, &town, &bad, LineState::Works).await);
    }
    let other =
        phones::add(&mut tx, &town, &about("0328000011"), LineState::Unknown).await.unwrap();
    refused(phones::set_about(&mut tx, &town, &other, &about("0328000010")).await);
    phones::set_about(&mut tx, &town, &id, &about("0328000010")).await.unwrap();
    phones::set_forward(&mut tx, &town, &id, Some(&forward())).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(&place, &store, &["59273"]).await;
    let at = tx.at();
    phones::set_state(&mut tx, &town, &id, LineState::Down).await.unwrap();
    tx.commit().await.unwrap();
    let entry = newest_entry(&store, "59273").await;
    assert_eq!(
        (entry.kind.as_str(), entry.body["to"].as_str()),
        ("phone_line_state", Some("down"))
    );
    let mut conn = store.read().await.unwrap();
    let line = phones::get(&mut conn, &scope("59273"), &id).await.unwrap().unwrap();
    assert_eq!(
        (line.number.as_str(), line.instead.as_deref()),
        ("03 28 00 00 10", Some("06 00 00 00 01"))
    );
    assert_eq!((line.state, line.state_at), (LineState::Down, at));
    let its_facts = facts::load(&mut conn, &scope("59273"), at).await.unwrap().unwrap();
    assert_eq!(its_facts.lines.len(), 2);
    assert!(!serde_json::to_string(&its_facts).unwrap().contains("06 11 22 33 44"));
    let forwards = phones::forwards(&mut conn, &scope("59273")).await.unwrap();
    assert_eq!(forwards.into_iter().collect::<Vec<_>>(), [(id.clone(), forward())]);
    drop(conn);
    nothing_told(&place, &store).await;
    let mut tx = begin(&place, &store, &["59273"]).await;
    phones::set_forward(&mut tx, &town, &id, None).await.unwrap();
    assert!(phones::forwards(tx.conn(), &scope("59273")).await.unwrap().is_empty());
    phones::remove(&mut tx, &town, &id).await.unwrap();
    absent(phones::remove(&mut tx, &town, &id).await);
    tx.commit().await.unwrap();
    verified(&store, "59273").await;
}

async fn emergency_facts_are_sealed_and_replaced(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    assert_eq!(
        emergency::get(tx.conn(), &scope("59273")).await.unwrap(),
        emergency::Emergency::default()
    );
    emergency::set(&mut tx, &town, &emergency_facts()).await.unwrap();
    let at = tx.at();
    tx.commit().await.unwrap();
    nothing_told(&place, &store).await;
    let kept = emergency::get(&mut store.read().await.unwrap(), &scope("59273")).await.unwrap();
    assert_eq!((kept.facts, kept.changed_at), (emergency_facts(), Some(at)));
    let mut tx = begin(&place, &store, &["59273"]).await;
    let long = EmergencyFacts { spots: vec![(Spot::Room, "x".repeat(40_000))], contacts: vec![] };
    refused(emergency::set(&mut tx, &town, &long).await);
    emergency::set(&mut tx, &town, &EmergencyFacts::default()).await.unwrap();
    tx.commit().await.unwrap();
    let kept = emergency::get(&mut store.read().await.unwrap(), &scope("59273")).await.unwrap();
    assert_eq!(kept.facts, EmergencyFacts::default());
}

async fn the_roster_has_no_circle_and_nobody_lost(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let town = code("59273");
    let all = [somebody("a", None), somebody("b", Some("a")), somebody("c", Some("b"))];
    let mut tx = begin(&place, &store, &["59273"]).await;
    roster::save(&mut tx, &town, &all).await.unwrap();
    tx.commit().await.unwrap();
    nothing_told(&place, &store).await;
    for bad in [
        vec![somebody("a", Some("c"))],
        vec![RosterEntry { name: " ".to_owned(), ..somebody("d", None) }],
        vec![RosterEntry { service: "x".repeat(1_201), ..somebody("d", None) }],
        vec![RosterEntry { phones: vec![String::new(); 6], ..somebody("d", None) }],
    ] {
        refused(roster::save(&mut begin(&place, &store, &["59273"]).await, &town, &bad).await);
    }
    let lost = [somebody("d", Some("nobody"))];
    absent(roster::save(&mut begin(&place, &store, &["59273"]).await, &town, &lost).await);
    let mut conn = store.read().await.unwrap();
    assert_eq!(roster::list(&mut conn, &scope("59273")).await.unwrap(), all);
    let before = roster::changed_at(&mut conn, &scope("59273")).await.unwrap().unwrap();
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    roster::remove(&mut tx, &town, std::slice::from_ref(&all[1].id)).await.unwrap();
    let again = RosterEntry { rank: 7, ..somebody("a", None) };
    roster::save(&mut tx, &town, std::slice::from_ref(&again)).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let left = roster::list(&mut conn, &scope("59273")).await.unwrap();
    assert_eq!(left, [somebody("c", None), again]);
    assert!(roster::changed_at(&mut conn, &scope("59273")).await.unwrap().unwrap() > before);
}

async fn people(place: &Place, store: &Store) -> Vec<beffroi_town::AccountId> {
    let town = code("59273");
    let mut tx = begin(place, store, &["59273"]).await;
    let mut ids = Vec::new();
    for (name, role) in [("Direction", Role::Director), ("Accueil", Role::Clerk)] {
        let new = accounts::NewAccount { tenant: &town, name, role, incident: None };
        ids.push(accounts::create(&mut tx, &new).await.unwrap());
    }
    tx.commit().await.unwrap();
    ids
}

fn holders(ids: &[beffroi_town::AccountId], tag: &str) -> Vec<(kits::Holder, Vec<String>)> {
    let one = |id: &beffroi_town::AccountId| {
        let holder = kits::Holder { account: id.clone(), role: Role::Clerk };
        (holder, vec![format!("{tag} {id} 1"), format!("{tag} {id} 2")])
    };
    ids.iter().map(one).collect()
}

async fn the_codes_of_an_envelope_stand_beside_a_persons_own(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (town, ids) = (code("59273"), people(&place, &store).await);
    let mut tx = begin(&place, &store, &["59273"]).await;
    accounts::set_codes(&mut tx, &town, &ids[0], &["own".into()]).await.unwrap();
    refused(kits::record(&mut tx, &town, "h", &[]).await);
    let first = kits::record(&mut tx, &town, "h1", &holders(&ids, "first")).await.unwrap();
    let one = accounts::get(tx.conn(), &scope("59273"), &ids[0]).await.unwrap().unwrap();
    assert_eq!((one.codes_left, one.kit_codes_left), (1, 2));
    // New codes of a person's own leave the envelope's, and the other way round.
    accounts::set_codes(&mut tx, &town, &ids[0], &["new".into()]).await.unwrap();
    let printed = format!("first {} 1", ids[0]);
    assert!(accounts::use_code(&mut tx, &town, &ids[0], &printed).await.unwrap());
    assert!(!accounts::use_code(&mut tx, &town, &ids[0], &printed).await.unwrap());
    kits::drop_codes(&mut tx, &town, &ids[1]).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let codes = kits::codes(&mut conn, &scope("59273"), &first.id).await.unwrap();
    assert_eq!(codes.get(&ids[0]), Some(&kits::Codes { made: 2, used: 1 }));
    assert_eq!(codes.get(&ids[1]), None);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    let second = kits::record(&mut tx, &town, "h2", &holders(&ids, "second")).await.unwrap();
    assert_eq!((second.number, second.printed_at, &second.printed_by), (2, tx.at(), &ACTOR));
    let stale = format!("first {} 2", ids[0]);
    assert!(!accounts::use_code(&mut tx, &town, &ids[0], &stale).await.unwrap());
    assert!(accounts::use_code(&mut tx, &town, &ids[0], "new").await.unwrap());
    accounts::disable(&mut tx, &town, &ids[1]).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(kits::newest(&mut conn, &scope("59273")).await.unwrap(), Some(second));
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    refused(kits::record(&mut tx, &town, "h3", &holders(&ids, "third")).await);
    drop(tx);
    let everything = format!("{:?}", place.dump().await);
    assert!(!everything.contains("second ") && !everything.contains("first "));
    verified(&store, "59273").await;
}

async fn of_two_envelopes_printed_at_once_one_counts(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let ids = people(&place, &store).await;
    let at = place.now();
    let mut tasks = tokio::task::JoinSet::new();
    for tag in ["one", "two", "three", "four"] {
        let (store, ids) = (store.clone(), ids.clone());
        tasks.spawn(async move {
            let mut tx = store.begin(&[code("59273")], &ACTOR, at).await.unwrap();
            let kit = kits::record(&mut tx, &code("59273"), tag, &holders(&ids, tag)).await;
            tx.commit().await.unwrap();
            (tag, kit.unwrap())
        });
    }
    let printed = tasks.join_all().await;
    let mut conn = store.read().await.unwrap();
    let newest = kits::newest(&mut conn, &scope("59273")).await.unwrap().unwrap();
    assert_eq!(newest.number, 4);
    drop(conn);
    for (tag, kit) in printed {
        let mut tx = begin(&place, &store, &["59273"]).await;
        let code_text = format!("{tag} {} 1", ids[0]);
        let works = accounts::use_code(&mut tx, &code("59273"), &ids[0], &code_text).await.unwrap();
        assert_eq!(works, kit.id == newest.id, "{tag}");
    }
}
