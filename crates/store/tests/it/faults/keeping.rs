//! The vault's rows: repositories, credentials, receipts, verdicts.

use beffroi_store::vault;
use beffroi_town::vault::{
    ObjectKind,
    verdict::{CredentialKind, Verdict},
};

use super::fail_each_call;
use crate::{
    nouns::vault::{judgement, new_repository, proof, receipt},
    world::{ACTOR, Place, code, codes, found, on_both, scope},
};

on_both!(a_repository_and_its_credential, a_receipt, a_verdict_and_a_proof);

async fn a_repository_and_its_credential(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let town = code("59273");
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            vault::add(&mut tx, &town, &new_repository("srv")).await?;
            vault::issue(&mut tx, &town, "srv").await?;
            let made = vault::get(tx.conn(), &scope("59273"), "srv").await?.unwrap();
            vault::print_sheet(&mut tx, &made, &vault::sheet_proof("code")).await?;
            vault::prove_sheet(&mut tx, &town, "srv", "code").await?;
            vault::passwords::keep(&mut tx, &made, ("age1", "sealed")).await?;
            vault::passwords::opened(&mut tx, &town, "srv").await?;
            vault::revoke(&mut tx, &town, "srv", None).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_receipt(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["44184"]).await;
    let mut tx = store.begin(&codes(["44184"]), &ACTOR, place.now()).await.unwrap();
    vault::add(&mut tx, &code("44184"), &new_repository("srv")).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let mut book = store.bookkeeping().await?;
            let kept = vault::get(book.conn(), &scope("44184"), "srv").await?.unwrap();
            let (pack, lock) =
                (receipt(ObjectKind::Data, 'a', at), receipt(ObjectKind::Locks, 'b', at));
            vault::objects::received(&mut book, &kept.id, &pack).await?;
            vault::objects::received(&mut book, &kept.id, &lock).await?;
            vault::objects::unlocked(&mut book, &kept.id, &lock.name, lock.bytes).await?;
            book.commit().await
        })
    })
    .await;
}

async fn a_verdict_and_a_proof(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["44184"]).await;
    let mut tx = store.begin(&codes(["44184"]), &ACTOR, place.now()).await.unwrap();
    let id = vault::add(&mut tx, &code("44184"), &new_repository("srv")).await.unwrap();
    tx.commit().await.unwrap();
    let mut book = store.bookkeeping().await.unwrap();
    let snapshot = receipt(ObjectKind::Snapshots, 'a', place.now());
    vault::objects::received(&mut book, &id, &snapshot).await.unwrap();
    book.commit().await.unwrap();
    store.close().await;
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let town = code("44184");
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            let kind = CredentialKind::Inspector;
            let inspector = vault::issue_for(&mut tx, &town, ("srv", kind)).await?;
            let kept = vault::get(tx.conn(), &scope("44184"), "srv").await?.unwrap();
            let suspect = judgement('a', Verdict::Suspect);
            vault::verdicts::say(&mut tx, &kept, &suspect, Some(&inspector.id)).await?;
            vault::verdicts::say(&mut tx, &kept, &judgement('a', Verdict::Clean), None).await?;
            vault::verdicts::prove(&mut tx, &kept, &proof('a'), &inspector.id).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}
