//! Lists printed beforehand.

use beffroi_store::{Store, TenantScope, Tx, packs};
use beffroi_town::PackKind;

use crate::{nouns::absent, world::code};

/// What another tenant is refused.
pub(super) async fn try_each(tx: &mut Tx) {
    let (them, list) = (code("62473"), (PackKind::Children, 1));
    absent(packs::opened(tx, &them, list, "x").await);
    absent(packs::printed(tx, &them, list).await);
    absent(packs::destroyed(tx, &them, list).await);
}

/// The same of lists printed beforehand.
pub(super) async fn look(store: &Store, scope: &TenantScope) -> [bool; 3] {
    let conn = &mut store.read().await.unwrap();
    let list = (PackKind::Children, 1);
    [
        !packs::list(conn, scope).await.unwrap().is_empty(),
        packs::content(conn, scope, list).await.unwrap().is_some(),
        packs::mapping(conn, scope, list.0).await.unwrap().is_some(),
    ]
}
