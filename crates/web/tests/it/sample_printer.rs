//! Two print posts of the first town: one waits to be confirmed, the other has printed.

use beffroi_desk::sealing;
use beffroi_store::{
    Store,
    print_posts::{self as posts, NewPrintPost, sheets},
};
use beffroi_town::{
    Actor, AgendaId, Lang, PrintPostId,
    agenda::Day,
    printer::{EnrolRequest, Printed},
    procedure::KeyGroup,
};

use super::{Sample, TOWN};

async fn post(store: &Store, name: &str, groups: &[KeyGroup]) -> PrintPostId {
    let (by, at, scope) = (Actor::CommandLine, Sample::START, Sample::scope(TOWN));
    let mut tx = store.begin(std::slice::from_ref(scope.tenant()), &by, at).await.unwrap();
    let new = NewPrintPost {
        name,
        lang: Lang::Fr,
        evening: 18 * 60,
        groups,
        expires_at: at.plus_ms(60_000),
    };
    let (post, token) = posts::make(&mut tx, scope.tenant(), &new).await.unwrap();
    let request = EnrolRequest {
        token,
        post: post.clone(),
        public_key: "A".repeat(43),
        recipient: sealing::new_identity().to_public().to_string(),
        hostname: "accueil-2".to_owned(),
        version: "0.1.0".to_owned(),
    };
    posts::enrol(&mut tx, &request).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    post
}

/// Makes both; the one that waits.
pub(super) async fn posted(store: &Store) -> PrintPostId {
    let (by, at, scope) = (Actor::CommandLine, Sample::START, Sample::scope(TOWN));
    let tenant = scope.tenant();
    let groups = [KeyGroup::CivilStatus, KeyGroup::General];
    let waiting = post(store, "IMPRIMANTE-SECRET de l’accueil", &groups).await;
    let ready = post(store, "Imprimante de l’état civil", &groups).await;
    let mut tx = store.begin(std::slice::from_ref(tenant), &by, at).await.unwrap();
    posts::confirm(&mut tx, tenant, &ready, &groups).await.unwrap();
    let said = Printed {
        agenda: AgendaId::parse(Sample::AGENDA).unwrap(),
        day: Day::parse("2024-04-26").unwrap(),
        printed_at: at.plus_ms(-600_000),
        lines: 12,
        locked: 2,
        replaces: false,
        wish: None,
    };
    sheets::printed(&mut tx, tenant, &ready, &said).await.unwrap();
    tx.commit().await.unwrap();
    let mut book = store.bookkeeping().await.unwrap();
    posts::heard(&mut book, &ready, at, false).await.unwrap();
    book.commit().await.unwrap();
    waiting
}
