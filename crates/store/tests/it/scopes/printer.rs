//! The same of print posts and their sheets.

use beffroi_store::{
    Store, TenantScope, Tx, agendas::sources, appointments, print_posts, print_posts::sheets,
};
use beffroi_town::{Instant, PrintPostId, procedure::KeyGroup};

use super::Names;
use crate::{
    nouns::{
        absent,
        agenda::{agenda, day},
        printer::{new_post, printed, request},
    },
    world::{ACTOR, Place, code},
};

/// Gives the tenant a print post that printed a sheet and is asked for another.
pub(super) async fn populate(place: &Place, store: &Store) -> PrintPostId {
    let (town, groups) = (code("59273"), [KeyGroup::General]);
    let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, place.now()).await.unwrap();
    let at = tx.at();
    let new = new_post(&groups, at.plus_ms(9_000));
    let (id, token) = print_posts::make(&mut tx, &town, &new).await.unwrap();
    print_posts::enrol(&mut tx, &request(&id, &token)).await.unwrap().unwrap();
    print_posts::confirm(&mut tx, &town, &id, &groups).await.unwrap();
    sheets::printed(&mut tx, &town, &id, &printed("2024-05-02", at, None)).await.unwrap();
    let wanted = (&agenda("cartes").id, day("2024-05-02"));
    sheets::wish(&mut tx, &town, &id, wanted).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Every write that names them finds nothing.
pub(super) async fn try_each(tx: &mut Tx, names: &Names) {
    let (them, at, id) = (code("62473"), tx.at(), &names.printer);
    absent(print_posts::confirm(tx, &them, id, &[KeyGroup::General]).await);
    absent(print_posts::revoke(tx, &them, id).await);
    absent(sheets::wish(tx, &them, id, (&agenda("cartes").id, day("2024-05-02"))).await);
    absent(sheets::printed(tx, &them, id, &printed("2024-05-02", at, None)).await);
    let again = appointments::SealedAgain {
        id: names.received.0.clone(),
        was: "sealed QZ".to_owned(),
        sealed: "theirs".to_owned(),
    };
    assert_eq!(appointments::seal_again(tx, &them, &[again]).await.unwrap(), 0);
    let day = sources::PulledDay {
        source: names.received.1.clone(),
        agenda: agenda("cartes").id,
        day: day("2024-05-02"),
        sealed: "s".to_owned(),
    };
    assert_eq!(sources::seal_again(tx, &them, &[(day, "theirs".into())]).await.unwrap(), 0);
}

/// Whether a scope sees them.
pub(super) async fn look(store: &Store, scope: &TenantScope, names: &Names) -> [bool; 5] {
    let (conn, id) = (&mut store.read().await.unwrap(), &names.printer);
    let at = Instant::default();
    [
        print_posts::get(conn, scope, id).await.unwrap().is_some(),
        !print_posts::list(conn, scope).await.unwrap().is_empty(),
        !print_posts::recipients(conn, scope, KeyGroup::General).await.unwrap().is_empty(),
        !sheets::list(conn, scope, id, day("2024-05-02")).await.unwrap().is_empty(),
        !sheets::wishes(conn, scope, id, at).await.unwrap().is_empty(),
    ]
}
