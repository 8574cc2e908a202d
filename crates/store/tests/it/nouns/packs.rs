//! Packs: numbered, opened for a reason, printed, destroyed; and what of them is kept.

use beffroi_store::{
    OperatorScope, Store,
    packs::{self, NUMBER_MAX, Recorded},
    tenants, texts,
};
use beffroi_town::{Instant, PackKind};

use crate::world::{Place, code, exported, found, on_both, scope, verified};

use super::{absent, begin, newest_entry, refused};

on_both!(
    a_list_is_numbered_opened_printed_and_destroyed,
    a_list_about_health_is_a_number_alone,
    the_headings_of_the_last_time_are_kept_sealed,
    lists_of_open_tenants_are_looked_after,
);

async fn two_towns(place: &Place) -> Store {
    let store = place.open().await;
    found(place, &store, &["59273", "62473"]).await;
    store
}

async fn import(place: &Place, store: &Store, sealed: &str) -> u32 {
    let mut tx = begin(place, store, &["59273"]).await;
    let what = (500, sealed);
    let number = packs::import(&mut tx, &code("59273"), PackKind::Children, what).await.unwrap();
    tx.commit().await.unwrap();
    number
}

async fn a_list_is_numbered_opened_printed_and_destroyed(place: Place) {
    let (store, town) = (two_towns(&place).await, code("59273"));
    let which = |number| (PackKind::Children, number);
    assert_eq!(import(&place, &store, "sealed QZ one").await, 1);
    assert_eq!(import(&place, &store, "sealed QZ two").await, 2);
    let content = async |number| {
        let mut conn = store.read().await.unwrap();
        packs::content(&mut conn, &scope("59273"), which(number)).await.unwrap()
    };
    assert_eq!(content(1).await.as_deref(), Some("sealed QZ one"), "the former stays");
    assert_eq!((content(3).await, content(2).await.is_some()), (None, true));

    let mut tx = begin(&place, &store, &["59273"]).await;
    absent(packs::opened(&mut tx, &town, which(3), "x").await);
    drop(tx);
    let mut tx = begin(&place, &store, &["59273"]).await;
    packs::opened(&mut tx, &town, which(2), "pour Mme QZ secret").await.unwrap();
    tx.commit().await.unwrap();
    let entry = newest_entry(&store, "59273").await;
    assert_eq!((entry.kind.as_str(), entry.body["number"].as_u64()), ("pack_opened", Some(2)));
    let reason = entry.body["reason_id"].as_str().unwrap().to_owned();
    let mut conn = store.read().await.unwrap();
    let said = texts::open(&mut conn, &scope("59273"), &reason).await.unwrap().unwrap();
    assert_eq!(said.words.as_deref(), Some("pour Mme QZ secret"));
    drop(conn);

    // On paper: what stood in those before goes, their rows stay until they are destroyed.
    let mut tx = begin(&place, &store, &["59273"]).await;
    packs::printed(&mut tx, &town, which(2)).await.unwrap();
    absent(packs::printed(&mut tx, &town, which(2)).await);
    tx.commit().await.unwrap();
    assert_eq!((content(1).await, content(2).await.is_some()), (None, true));
    assert_eq!(newest_entry(&store, "59273").await.body["erased"].as_u64(), Some(1));
    let mut tx = begin(&place, &store, &["59273"]).await;
    absent(packs::opened(&mut tx, &town, which(1), "x").await);
    for number in [1, 2] {
        packs::destroyed(&mut tx, &town, which(number)).await.unwrap();
        absent(packs::destroyed(&mut tx, &town, which(number)).await);
        absent(packs::printed(&mut tx, &town, which(number)).await);
    }
    tx.commit().await.unwrap();
    assert_eq!(content(2).await, None);
    let mut conn = store.read().await.unwrap();
    let all = packs::list(&mut conn, &scope("59273")).await.unwrap();
    let read: Vec<_> =
        all.iter().map(|one| (one.number, one.rows, one.held, one.stands())).collect();
    assert_eq!(read, [(2, 500, false, false), (1, 500, false, false)]);
    assert!(all[0].opened_at.is_some() && all[0].printed_at.is_some());
    drop(conn);
    // A number is never given twice, even when all are destroyed.
    assert_eq!(import(&place, &store, "sealed three").await, 3);
    let told = format!("{:?}", place.dump().await);
    assert!(!told.contains("QZ "), "something of what was destroyed, or of the reason, is left");
    let journal = String::from_utf8(exported(&store, "59273").await).unwrap();
    assert!(journal.contains("pack_destroyed") && !journal.contains("QZ "));
    verified(&store, "59273").await;
}

async fn a_list_about_health_is_a_number_alone(place: Place) {
    let (store, town) = (two_towns(&place).await, code("59273"));
    let mut tx = begin(&place, &store, &["59273"]).await;
    refused(packs::import(&mut tx, &town, PackKind::Vulnerable, (1, "sealed")).await);
    let at = Instant::from_ms(1_700_000_000_000);
    let new = Recorded { number: 4, rows: 42, printed_at: at };
    packs::record(&mut tx, &town, PackKind::Vulnerable, new).await.unwrap();
    for number in [0, 3, 4, NUMBER_MAX + 1] {
        let wrong = Recorded { number, ..new };
        refused(packs::record(&mut tx, &town, PackKind::Vulnerable, wrong).await);
    }
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let all = packs::list(&mut conn, &scope("59273")).await.unwrap();
    assert_eq!((all.len(), all[0].number, all[0].rows, all[0].held), (1, 4, 42, false));
    assert_eq!((all[0].made_at, all[0].printed_at), (at, Some(at)));
    verified(&store, "59273").await;
}

async fn the_headings_of_the_last_time_are_kept_sealed(place: Place) {
    let (store, town) = (two_towns(&place).await, code("59273"));
    for text in ["{\"name\":\"QZ heading\"}", "{\"name\":\"QZ other\"}"] {
        let mut tx = begin(&place, &store, &["59273"]).await;
        packs::save_mapping(&mut tx, &town, PackKind::Children, text).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = store.read().await.unwrap();
        let read = packs::mapping(&mut conn, &scope("59273"), PackKind::Children).await.unwrap();
        assert_eq!(read.as_deref(), Some(text));
        let other = packs::mapping(&mut conn, &scope("59273"), PackKind::Burials).await.unwrap();
        assert_eq!(other, None);
    }
    assert!(!format!("{:?}", place.dump().await).contains("QZ "));
}

async fn lists_of_open_tenants_are_looked_after(place: Place) {
    let store = two_towns(&place).await;
    import(&place, &store, "one").await;
    import(&place, &store, "two").await;
    let mut tx = begin(&place, &store, &["59273"]).await;
    packs::destroyed(&mut tx, &code("59273"), (PackKind::Children, 1)).await.unwrap();
    tx.commit().await.unwrap();
    let standing = async || {
        let operator = OperatorScope::for_operator();
        packs::standing(&mut store.read().await.unwrap(), &operator).await.unwrap()
    };
    let read = standing().await;
    assert_eq!((read.len(), &read[0].0, read[0].1.number), (1, &code("59273"), 2));
    let mut tx = begin(&place, &store, &["59273"]).await;
    tenants::close(&mut tx, &code("59273")).await.unwrap();
    tx.commit().await.unwrap();
    assert!(standing().await.is_empty());
}
