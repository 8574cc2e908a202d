use beffroi_registry::tenants;
use beffroi_store::{Location, TenantScope, alarms, packs::Recorded};
use beffroi_town::Actor;

use super::*;
use crate::edge::SystemEntropy;

/// Thursday 25 April 2024, 11:04 in Gravelines.
const START: Instant = Instant::from_ms(1_714_035_840_000);
const DAY_MS: i64 = 24 * 3_600_000;

#[tokio::test]
async fn an_old_list_is_an_alarm_once_and_a_new_one_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Folder(folder.path().join("data"));
    let store = Store::open(&location, Arc::new(SystemEntropy::new())).await.unwrap();
    let (by, tenant) = (Actor::CommandLine, TenantId::parse("59273").unwrap());
    tenants::add(&store, &by, START, vec![tenants::resolve("59273").unwrap()]).await.unwrap();
    let scope = TenantScope::for_tenant(&tenant);
    let towns = std::slice::from_ref(&tenant);
    let mut tx = store.begin(towns, &by, START).await.unwrap();
    let first = Recorded { number: 4, rows: 30, printed_at: START };
    packs::record(&mut tx, &tenant, PackKind::Vulnerable, first).await.unwrap();
    packs::import(&mut tx, &tenant, PackKind::Burials, (9, "sealed")).await.unwrap();
    tx.commit().await.unwrap();
    let open = async || {
        let all = alarms::open(&mut store.read().await.unwrap(), &scope).await.unwrap();
        assert!(all.iter().all(|one| one.kind == AlarmKind::PackStale));
        all.iter().map(|one| (one.id.to_string(), one.repeats)).collect::<Vec<_>>()
    };
    round(&store, START).await.unwrap();
    round(&store, START.plus_ms(8 * DAY_MS)).await.unwrap();
    assert!(open().await.is_empty());
    let later = START.plus_ms(9 * DAY_MS);
    round(&store, later).await.unwrap();
    round(&store, later.plus_ms(DAY_MS)).await.unwrap();
    let burials = "pack-stale-59273-burials-1".to_owned();
    assert_eq!(open().await, [(burials.clone(), 0)]);
    // Destroyed: the town has given that list up.
    let mut tx = store.begin(towns, &by, later).await.unwrap();
    packs::destroyed(&mut tx, &tenant, (PackKind::Burials, 1)).await.unwrap();
    tx.commit().await.unwrap();
    round(&store, START.plus_ms(101 * DAY_MS)).await.unwrap();
    // Nobody has decided on the first alarm: the other list joins it.
    assert_eq!(open().await, [(burials.clone(), 1)]);
    let now = START.plus_ms(102 * DAY_MS);
    let mut tx = store.begin(towns, &by, now).await.unwrap();
    let next = Recorded { number: 5, rows: 31, printed_at: now };
    packs::record(&mut tx, &tenant, PackKind::Vulnerable, next).await.unwrap();
    tx.commit().await.unwrap();
    round(&store, now.plus_ms(99 * DAY_MS)).await.unwrap();
    assert_eq!(open().await, [(burials, 1)]);
}
