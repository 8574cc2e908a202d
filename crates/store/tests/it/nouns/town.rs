//! Tenants, services, assets.

use beffroi_store::{Error, assets, facts, folders, services, tenants};
use beffroi_town::{
    AssetId, AssetKind, AssetState, CutMeans, DataExposure, Need, ServiceId, ServiceStatus,
    Strength, TenantId, Whose,
    asset::Fleet,
    facts::Mood,
    folder::{Folder, in_order},
};

use crate::world::{
    ACTOR, Place, asset_id, code, codes, found, on_both, scope, shared_asset, tenant, verified,
};

use super::{absent, begin, newest_entry, refused};

on_both!(
    a_town_is_read_back_as_it_was_written,
    a_shared_asset_is_one_fact_for_all,
    circles_and_foreign_needs_are_refused,
    services_carry_a_persons_word,
    closing_hides_and_deletes_nothing,
    sharing_meanwhile_is_noticed,
    folders_come_back_in_the_order_of_the_services,
);

async fn folders_come_back_in_the_order_of_the_services(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let town = code("59273");
    let (server, own) = (asset_id("59273", "file_server"), TenantId::parse("59273").unwrap());
    let mut tx = begin(&place, &store, &["59273"]).await;
    let facts = facts::load(tx.conn(), &scope("59273"), place.now()).await.unwrap().unwrap();
    // What the gravest service stands on, and something that only a later one does.
    let wanted_for = |asset: &AssetId| {
        let alone = [Folder { server: server.clone(), path: "/".into(), asset: asset.clone() }];
        let ordered = in_order(&facts, &alone, &server);
        ordered[0].1.map(|one| (one.criticality, one.max_downtime_minutes, one.rank))
    };
    let ids = || facts.assets.iter().map(|asset| &asset.id).filter(|id| wanted_for(id).is_some());
    let first = ids().min_by_key(|id| wanted_for(id)).unwrap().clone();
    let last = ids().max_by_key(|id| wanted_for(id)).unwrap().clone();
    assert!(wanted_for(&first) < wanted_for(&last));
    for (path, asset) in [("/srv/z", &first), ("/srv/a/", &last)] {
        folders::set(&mut tx, &own, (&server, path), Some(asset)).await.unwrap();
    }
    for path in ["srv", "", "/srv/../etc", "/a//b", "/a\nb", &format!("/{}", "x".repeat(1_024))] {
        refused(folders::set(&mut tx, &own, (&server, path), Some(&server)).await);
    }
    let foreign = asset_id("62473", "file_server");
    absent(folders::set(&mut tx, &own, (&foreign, "/srv"), Some(&server)).await);
    absent(folders::set(&mut tx, &own, (&server, "/srv"), Some(&foreign)).await);
    absent(folders::set(&mut tx, &own, (&server, "/srv/nowhere"), None).await);
    tx.commit().await.unwrap();
    let entry = newest_entry(&store, "59273").await;
    assert_eq!(entry.kind, "folder_mapped");
    assert!(!entry.body.to_string().contains("/srv"));
    let mut conn = store.read().await.unwrap();
    let known = folders::list(&mut conn, &scope("59273")).await.unwrap();
    let order = in_order(&facts, &known, &server);
    let paths: Vec<&str> = order.iter().map(|(folder, _)| folder.path.as_str()).collect();
    assert_eq!(paths, ["/srv/z", "/srv/a"], "{order:?}");
    assert!(folders::list(&mut conn, &scope("62473")).await.unwrap().is_empty());
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    folders::set(&mut tx, &town, (&server, "/srv/z"), None).await.unwrap();
    tx.commit().await.unwrap();
    let known = folders::list(&mut store.read().await.unwrap(), &scope("59273")).await.unwrap();
    assert_eq!(known.len(), 1);
}

async fn a_town_is_read_back_as_it_was_written(place: Place) {
    let store = place.open().await;
    let ids = codes(["59273"]);
    let mut town = tenant("59273");
    town.epci = Some(code("epci:200040947"));
    town.siren = Some("215902735".into());
    let at = place.now();
    town.opened_at = at;
    let (mut its_services, mut its_assets) = beffroi_town::catalogue::start(&ids[0], at).unwrap();
    its_services[0].place = Some("Hôtel de ville\nRez-de-chaussée".into());
    its_assets[0].state_reason = Some("vérifié ce matin".into());
    its_assets[0].contact = Some("astreinte 06".into());
    its_assets[0].cut_means =
        Some(CutMeans::Hand { room: "local".into(), rack: "A".into(), label: "WAN".into() });
    let mut tx = store.begin_founding(&ids, &ACTOR, at).await.unwrap();
    assert!(tenants::add(&mut tx, &town).await.unwrap());
    assert_eq!(assets::add(&mut tx, &its_assets).await.unwrap() as usize, its_assets.len());
    assert_eq!(assets::add(&mut tx, &its_assets).await.unwrap(), 0);
    assert_eq!(
        services::add(&mut tx, &ids[0], &its_services).await.unwrap() as usize,
        its_services.len()
    );
    let done = tx.commit().await.unwrap();
    assert_eq!((done.heads.len(), done.heads[0].seq, done.change), (1, 3, 3));
    let mut conn = store.read().await.unwrap();
    let facts = facts::load(&mut conn, &scope("59273"), at).await.unwrap().unwrap();
    its_assets.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(facts.tenant, town);
    assert_eq!(facts.assets, its_assets);
    assert_eq!(facts.services, its_services);
    assert_eq!(facts.mood(), Mood::Calm);
    assert_eq!(facts::load(&mut conn, &scope("62473"), at).await.unwrap(), None);
    let operator = beffroi_store::OperatorScope::for_operator();
    let epci = code("epci:200040947");
    assert_eq!(tenants::members(&mut conn, &operator, &epci).await.unwrap(), [town]);
}

async fn a_shared_asset_is_one_fact_for_all(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473", "44184"]).await;
    let id = AssetId::parse("shared").unwrap();
    let mut tx = begin(&place, &store, &["59273", "62473"]).await;
    assets::add(&mut tx, &[shared_asset("shared", "59273", &["62473"])]).await.unwrap();
    tx.commit().await.unwrap();
    // One of the two alone is not enough.
    let mut tx = begin(&place, &store, &["62473"]).await;
    let state = assets::set_state(&mut tx, &id, AssetState::Down, None).await;
    assert!(matches!(state, Err(Error::OutOfScope { .. })), "{state:?}");
    drop(tx);
    let mut tx =
        assets::begin(&store, &scope("62473"), std::slice::from_ref(&id), &ACTOR, place.now())
            .await
            .unwrap();
    let before =
        assets::set_state(&mut tx, &id, AssetState::Down, Some("coupure EDF")).await.unwrap();
    assert_eq!(before, AssetState::Up);
    let whose = Whose::Residents;
    assets::set_exposure(&mut tx, &id, DataExposure::AtRisk, whose, Some("copie possible"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = assets::get(&mut conn, &scope("62473"), &id).await.unwrap().unwrap();
    assert_eq!(seen, assets::get(&mut conn, &scope("59273"), &id).await.unwrap().unwrap());
    assert_eq!(seen.state_reason.as_deref(), Some("coupure EDF"));
    assert_eq!(seen.exposure.reason.as_deref(), Some("copie possible"));
    assert_eq!((seen.exposure.level, seen.exposure.whose), (DataExposure::AtRisk, whose));
    assert!(assets::list(&mut conn, &scope("62473")).await.unwrap().contains(&seen));
    assert_eq!(assets::get(&mut conn, &scope("44184"), &id).await.unwrap(), None);
    drop(conn);
    for town in ["59273", "62473"] {
        let entry = newest_entry(&store, town).await;
        assert_eq!(entry.kind, "asset_exposure");
        assert!(!entry.body.to_string().contains("copie"));
    }
    absent(
        assets::begin(&store, &scope("44184"), std::slice::from_ref(&id), &ACTOR, place.now())
            .await,
    );
    // Shared with a third, then with one less.
    let mut tx = begin(&place, &store, &["59273", "62473", "44184"]).await;
    assets::share_with(&mut tx, &id, &code("44184")).await.unwrap();
    refused(assets::share_with(&mut tx, &id, &code("44184")).await);
    assets::unshare(&mut tx, &id, &code("62473")).await.unwrap();
    refused(assets::unshare(&mut tx, &id, &code("62473")).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert!(assets::get(&mut conn, &scope("44184"), &id).await.unwrap().is_some());
    assert_eq!(assets::get(&mut conn, &scope("62473"), &id).await.unwrap(), None);
}

async fn circles_and_foreign_needs_are_refused(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let need = |id: AssetId| Need { asset: id, strength: Strength::Essential, via: None };
    let mut tx = begin(&place, &store, &["59273"]).await;
    let circle = assets::set_needs(
        &mut tx,
        &asset_id("59273", "network"),
        &[need(asset_id("59273", "file_server"))],
    )
    .await;
    let Err(Error::Cycle(cycle)) = circle else {
        panic!("{circle:?}");
    };
    assert!(cycle.to_string().contains("Serveur de fichiers"), "{cycle}");
    let foreign = need(asset_id("62473", "network"));
    let mail = asset_id("59273", "mail");
    absent(assets::set_needs(&mut tx, &mail, std::slice::from_ref(&foreign)).await);
    let births = ServiceId::parse("births").unwrap();
    let town = code("59273");
    absent(services::set_needs(&mut tx, &town, &births, &[foreign]).await);
    let own = [need(asset_id("59273", "telephony"))];
    assets::set_needs(&mut tx, &mail, &own).await.unwrap();
    services::set_needs(&mut tx, &town, &births, &own).await.unwrap();
    absent(services::set_needs(&mut tx, &town, &ServiceId::parse("none").unwrap(), &own).await);
    // Two new assets that need each other, in one batch.
    let mut pair = [shared_asset("one", "59273", &[]), shared_asset("two", "59273", &[])];
    pair[0].needs = vec![need(pair[1].id.clone())];
    pair[1].needs = vec![need(pair[0].id.clone())];
    assert!(matches!(assets::add(&mut tx, &pair).await, Err(Error::Cycle(_))));
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = assets::get(&mut conn, &scope("59273"), &mail).await.unwrap().unwrap();
    assert_eq!(seen.needs, own);
    let fleet = asset_id("59273", "workstations");
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    let counts = Fleet { total: 80, checked: 12, reinstalled: 3 };
    assets::set_fleet(&mut tx, &fleet, counts).await.unwrap();
    refused(assets::set_fleet(&mut tx, &fleet, Fleet { checked: 81, ..counts }).await);
    refused(assets::set_fleet(&mut tx, &mail, counts).await);
    assets::set_contact(&mut tx, &mail, Some("0 800")).await.unwrap();
    assets::set_cut_means(&mut tx, &mail, Some(&CutMeans::Hook { hook: "fw".into() }))
        .await
        .unwrap();
    refused(assets::set_name(&mut tx, &mail, "  ").await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = assets::get(&mut conn, &scope("59273"), &fleet).await.unwrap().unwrap();
    assert_eq!((seen.fleet, seen.kind), (Some(counts), AssetKind::WorkstationFleet));
}

async fn services_carry_a_persons_word(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (town, births) = (code("59273"), ServiceId::parse("births").unwrap());
    let mut tx = begin(&place, &store, &["59273"]).await;
    refused(services::override_status(&mut tx, &town, &births, ServiceStatus::Closed, " ").await);
    services::override_status(&mut tx, &town, &births, ServiceStatus::PaperOnly, "registres")
        .await
        .unwrap();
    let details = services::Details {
        place: Some("Annexe".into()),
        hours: Some("8 h 30 – 12 h".into()),
        ..services::Details::default()
    };
    services::set_details(&mut tx, &town, &births, &details).await.unwrap();
    let at = tx.at();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = services::get(&mut conn, &scope("59273"), &births).await.unwrap().unwrap();
    let word = seen.overridden.clone().unwrap();
    assert_eq!((word.status, word.reason.as_str()), (ServiceStatus::PaperOnly, "registres"));
    assert_eq!((word.author, word.at), (ACTOR, at));
    assert_eq!(services::Details::of(&seen), details);
    drop(conn);
    // Adding the catalogue again leaves what the town wrote.
    let mut tx = begin(&place, &store, &["59273"]).await;
    let (catalogue, _) = beffroi_town::catalogue::start(&town, at).unwrap();
    assert_eq!(services::add(&mut tx, &town, &catalogue).await.unwrap(), 0);
    services::clear_override(&mut tx, &town, &births).await.unwrap();
    absent(services::clear_override(&mut tx, &town, &births).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let seen = services::get(&mut conn, &scope("59273"), &births).await.unwrap().unwrap();
    assert_eq!((seen.overridden, seen.place.as_deref()), (None, Some("Annexe")));
}

async fn closing_hides_and_deletes_nothing(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let (town, operator) = (code("59273"), beffroi_store::OperatorScope::for_operator());
    let before = place.dump().await;
    let mut tx = begin(&place, &store, &["59273"]).await;
    tenants::close(&mut tx, &town).await.unwrap();
    refused(tenants::close(&mut tx, &town).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let count = tenants::count(&mut conn, &operator).await.unwrap();
    assert_eq!(count, tenants::Count { open: 1, closed: 1 });
    assert!(tenants::get(&mut conn, &scope("59273")).await.unwrap().unwrap().closed_at.is_some());
    let listed = tenants::list(&mut conn, &operator, None, 10).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["59273", "62473"]);
    let rest = tenants::list(&mut conn, &operator, Some(&town), 10).await.unwrap();
    assert_eq!(rest.len(), 1);
    drop(conn);
    let after = place.dump().await;
    assert!(before.iter().all(|(table, rows)| after[table].len() >= rows.len()));
    let mut tx = begin(&place, &store, &["59273"]).await;
    tenants::reopen(&mut tx, &town).await.unwrap();
    refused(tenants::reopen(&mut tx, &town).await);
    tx.commit().await.unwrap();
    verified(&store, "59273").await;
}

/// Between reading whom an asset concerns and locking them, somebody shares it with one more.
async fn sharing_meanwhile_is_noticed(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473", "44184"]).await;
    let id = AssetId::parse("shared").unwrap();
    let mut tx = begin(&place, &store, &["59273", "62473"]).await;
    assets::add(&mut tx, &[shared_asset("shared", "59273", &["62473"])]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(&place, &store, &["59273", "62473", "44184"]).await;
    assets::share_with(&mut tx, &id, &code("44184")).await.unwrap();
    let (other, at, asset) = (store.clone(), place.now(), id.clone());
    let waiting = tokio::spawn(async move {
        let mut tx =
            assets::begin(&other, &scope("62473"), std::slice::from_ref(&asset), &ACTOR, at)
                .await?;
        assets::set_state(&mut tx, &asset, AssetState::Down, None).await?;
        tx.commit().await
    });
    // Lets the other read and wait for the lock; whichever order they come in, it must succeed.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    tx.commit().await.unwrap();
    let done = waiting.await.unwrap().unwrap();
    assert_eq!(done.heads.len(), 3);
    for town in ["59273", "62473", "44184"] {
        verified(&store, town).await;
    }
}
