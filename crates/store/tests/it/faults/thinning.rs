//! A thinning proposed, called off, proposed again; a check.

use beffroi_store::vault;

use super::fail_each_call;
use crate::{
    nouns::thinning::{new as new_thinning, thinnable},
    world::{ACTOR, Place, code, found, on_both, scope},
};

on_both!(a_thinning_and_a_check);

async fn a_thinning_and_a_check(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["44184"]).await;
    thinnable(&place, &store, "44184").await;
    store.close().await;
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let town = code("44184");
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            let thin = vault::get(tx.conn(), &scope("44184"), "thin").await?.unwrap();
            let all = vault::credentials(tx.conn(), &scope("44184"), &thin.id).await?;
            let keeper = &all[0].id;
            let first = vault::thinnings::propose(&mut tx, &thin, &new_thinning(keeper)).await?;
            vault::thinnings::cancel(&mut tx, &thin, &first).await?;
            vault::thinnings::propose(&mut tx, &thin, &new_thinning(keeper)).await?;
            let found = beffroi_town::vault::thinning::Checked::default();
            vault::thinnings::checked(&mut tx, &thin, keeper, &found).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}
