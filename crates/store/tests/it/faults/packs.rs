//! Lists that follow one another, with each call failing in turn.

use beffroi_store::packs::{self, Recorded};
use beffroi_town::PackKind;

use super::fail_each_call;
use crate::world::{ACTOR, Place, code};

pub(super) async fn lists_that_follow_one_another(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let town = code("59273");
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            for sealed in ["one", "two"] {
                packs::import(&mut tx, &town, PackKind::Children, (9, sealed)).await?;
            }
            packs::save_mapping(&mut tx, &town, PackKind::Children, "{}").await?;
            packs::opened(&mut tx, &town, (PackKind::Children, 2), "why").await?;
            packs::printed(&mut tx, &town, (PackKind::Children, 2)).await?;
            packs::destroyed(&mut tx, &town, (PackKind::Children, 1)).await?;
            let new = Recorded { number: 3, rows: 9, printed_at: at };
            packs::record(&mut tx, &town, PackKind::Vulnerable, new).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}
