//! Print posts: made, enrolled once, confirmed, heard, asked for sheets, revoked.

use beffroi_store::{
    OperatorScope, Store, agendas,
    agendas::sources,
    appointments::{self, Asked, SealedAgain},
    print_posts::{self as posts, NewPrintPost, PrintPost, sheets},
};
use beffroi_town::{
    Instant, Lang, PrintPostId,
    printer::{EnrolRequest, Printed},
    procedure::KeyGroup,
};

use crate::world::{Place, code, found, on_both, scope, verified};

use super::{
    absent,
    agenda::{agenda, day, new, seat},
    begin, newest_entry, refused,
};

on_both!(
    a_post_is_made_enrolled_once_and_confirmed,
    a_token_is_of_one_post_and_has_its_time,
    a_revoked_post_is_sealed_nothing_and_told_nothing,
    a_printed_sheet_is_told_once,
    a_silent_post_is_missed,
    what_was_taken_is_sealed_again_unless_it_changed,
);

pub(crate) fn new_post(groups: &[KeyGroup], expires_at: Instant) -> NewPrintPost<'_> {
    NewPrintPost {
        name: "IMPRIMANTE-SECRETE",
        lang: Lang::Fr,
        evening: 18 * 60,
        groups,
        expires_at,
    }
}

pub(crate) fn request(post: &PrintPostId, token: &str) -> EnrolRequest {
    EnrolRequest {
        token: token.to_owned(),
        post: post.clone(),
        public_key: format!("key of {post}"),
        recipient: format!("age1{post}"),
        hostname: "accueil-1".to_owned(),
        version: "0.1.0".to_owned(),
    }
}

pub(crate) fn printed(day_text: &str, at: Instant, wish: Option<String>) -> Printed {
    Printed {
        agenda: agenda("cartes").id,
        day: day(day_text),
        printed_at: at,
        lines: 3,
        locked: 1,
        replaces: false,
        wish,
    }
}

const GROUPS: [KeyGroup; 2] = [KeyGroup::CivilStatus, KeyGroup::General];

/// Two towns, the first with a post that enrolled and is confirmed for one group of two.
async fn one_post(place: &Place) -> (Store, PrintPost) {
    let store = place.open().await;
    found(place, &store, &["59273", "62473"]).await;
    let town = code("59273");
    let mut tx = begin(place, &store, &["59273"]).await;
    let until = tx.at().plus_ms(60_000);
    let (id, token) = posts::make(&mut tx, &town, &new_post(&GROUPS, until)).await.unwrap();
    let post = posts::enrol(&mut tx, &request(&id, &token)).await.unwrap().unwrap();
    posts::confirm(&mut tx, &town, &id, &GROUPS[..1]).await.unwrap();
    tx.commit().await.unwrap();
    (store, post)
}

async fn read(store: &Store, post: &PrintPost) -> PrintPost {
    let mut conn = store.read().await.unwrap();
    posts::get(&mut conn, &scope("59273"), &post.id).await.unwrap().unwrap()
}

async fn recipients(store: &Store, group: KeyGroup) -> Vec<String> {
    let mut conn = store.read().await.unwrap();
    posts::recipients(&mut conn, &scope("59273"), group).await.unwrap()
}

async fn a_post_is_made_enrolled_once_and_confirmed(place: Place) {
    let (store, post) = one_post(&place).await;
    let town = code("59273");
    let read_back = read(&store, &post).await;
    assert_eq!((read_back.evening, read_back.lang), (1_080, Lang::Fr));
    assert_eq!(read_back.keys.as_ref().unwrap().hostname, "accueil-1");
    assert!(read_back.prints(KeyGroup::CivilStatus) && !read_back.prints(KeyGroup::General));
    assert_eq!(read_back.waiting(), [KeyGroup::General]);
    assert_eq!(recipients(&store, KeyGroup::CivilStatus).await, [format!("age1{}", post.id)]);
    assert!(recipients(&store, KeyGroup::General).await.is_empty());
    let entry = newest_entry(&store, "59273").await;
    assert_eq!(entry.kind, "print_post_confirmed");
    let mut tx = begin(&place, &store, &["59273"]).await;
    absent(posts::confirm(&mut tx, &town, &post.id, &GROUPS[..1]).await);
    posts::confirm(&mut tx, &town, &post.id, &GROUPS).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(newest_entry(&store, "59273").await.body["groups"][0], "general");
    // What is not to be made.
    let mut tx = begin(&place, &store, &["59273"]).await;
    let until = tx.at();
    let good = new_post(&GROUPS, until);
    refused(posts::make(&mut tx, &town, &NewPrintPost { name: " ", ..good }).await);
    refused(posts::make(&mut tx, &town, &NewPrintPost { groups: &[], ..good }).await);
    refused(posts::make(&mut tx, &town, &NewPrintPost { evening: 1_440, ..good }).await);
    let long = "é".repeat(81);
    refused(posts::make(&mut tx, &town, &NewPrintPost { name: &long, ..good }).await);
    for _ in 1..posts::POSTS_MAX {
        posts::make(&mut tx, &town, &good).await.unwrap();
    }
    refused(posts::make(&mut tx, &town, &good).await);
    drop(tx);
    verified(&store, "59273").await;
}

async fn a_token_is_of_one_post_and_has_its_time(place: Place) {
    let (store, post) = one_post(&place).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    let at = tx.at();
    let new = new_post(&GROUPS, at.plus_ms(60_000));
    let (id, token) = posts::make(&mut tx, &town, &new).await.unwrap();
    let (late, old) = posts::make(&mut tx, &town, &new_post(&GROUPS, at)).await.unwrap();
    for wrong in [request(&id, "guess"), request(&post.id, &token), request(&late, &old)] {
        assert_eq!(posts::offered(tx.conn(), &wrong, at).await.unwrap(), None);
        assert_eq!(posts::enrol(&mut tx, &wrong).await.unwrap(), None);
    }
    // Nobody is asked by a post that has not enrolled.
    assert_eq!(posts::for_request(tx.conn(), &id).await.unwrap(), None);
    absent(posts::confirm(&mut tx, &town, &id, &GROUPS).await);
    let asked = sheets::wish(&mut tx, &town, &id, (&agenda("cartes").id, day("2024-05-02"))).await;
    absent(asked);
    assert_eq!(posts::offered(tx.conn(), &request(&id, &token), at).await.unwrap(), Some(town));
    assert!(posts::enrol(&mut tx, &request(&id, &token)).await.unwrap().is_some());
    assert_eq!(posts::enrol(&mut tx, &request(&id, &token)).await.unwrap(), None);
    tx.commit().await.unwrap();
    let told = format!("{:?}", place.dump().await);
    assert!(!told.contains(&token), "the token is kept");
}

async fn a_revoked_post_is_sealed_nothing_and_told_nothing(place: Place) {
    let (store, post) = one_post(&place).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    posts::revoke(&mut tx, &town, &post.id).await.unwrap();
    absent(posts::revoke(&mut tx, &town, &post.id).await);
    absent(posts::confirm(&mut tx, &town, &post.id, &GROUPS).await);
    let at = tx.at();
    absent(sheets::printed(&mut tx, &town, &post.id, &printed("2024-05-02", at, None)).await);
    let asked = (&agenda("cartes").id, day("2024-05-02"));
    absent(sheets::wish(&mut tx, &town, &post.id, asked).await);
    tx.commit().await.unwrap();
    assert!(recipients(&store, KeyGroup::CivilStatus).await.is_empty());
    let read_back = read(&store, &post).await;
    assert!(read_back.revoked_at.is_some() && !read_back.prints(KeyGroup::CivilStatus));
    // Its requests are known, so that it can be told.
    let mut conn = store.read().await.unwrap();
    assert!(posts::for_request(&mut conn, &post.id).await.unwrap().is_some());
    drop(conn);
    verified(&store, "59273").await;
}

async fn a_printed_sheet_is_told_once(place: Place) {
    let (store, post) = one_post(&place).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    let (at, point) = (tx.at(), agenda("cartes").id);
    let wish = sheets::wish(&mut tx, &town, &post.id, (&point, day("2024-05-02"))).await.unwrap();
    let standing = sheets::wishes(tx.conn(), &scope("59273"), &post.id, at).await.unwrap();
    assert_eq!((standing.len(), standing[0].id.as_str()), (1, wish.as_str()));
    let later = at.plus_ms(sheets::WISH_MS);
    assert!(sheets::wishes(tx.conn(), &scope("59273"), &post.id, later).await.unwrap().is_empty());
    let first = printed("2024-05-02", at, None);
    assert!(sheets::printed(&mut tx, &town, &post.id, &first).await.unwrap());
    assert!(!sheets::printed(&mut tx, &town, &post.id, &first).await.unwrap());
    let again = printed("2024-05-02", at.plus_ms(1), Some(wish));
    assert!(sheets::printed(&mut tx, &town, &post.id, &again).await.unwrap());
    assert!(!sheets::printed(&mut tx, &town, &post.id, &again).await.unwrap());
    assert!(sheets::wishes(tx.conn(), &scope("59273"), &post.id, at).await.unwrap().is_empty());
    let all = sheets::list(tx.conn(), &scope("59273"), &post.id, day("2024-05-02")).await.unwrap();
    assert_eq!((all.len(), all[0].times, all[0].locked), (1, 2, 1));
    let after = sheets::list(tx.conn(), &scope("59273"), &post.id, day("2024-05-03")).await;
    assert!(after.unwrap().is_empty());
    for _ in 0..sheets::WISHES_MAX {
        sheets::wish(&mut tx, &town, &post.id, (&point, day("2024-05-03"))).await.unwrap();
    }
    refused(sheets::wish(&mut tx, &town, &post.id, (&point, day("2024-05-03"))).await);
    drop(tx);
    let mut tx = begin(&place, &store, &["59273"]).await;
    sheets::printed(&mut tx, &town, &post.id, &first).await.unwrap();
    tx.commit().await.unwrap();
    let entry = newest_entry(&store, "59273").await;
    assert_eq!(
        (entry.kind.as_str(), entry.body["lines"].as_u64()),
        ("print_sheet_printed", Some(3))
    );
    assert!(!entry.body.to_string().contains("SECRETE"), "{}", entry.body);
}

async fn a_silent_post_is_missed(place: Place) {
    let (store, post) = one_post(&place).await;
    let (operator, at) = (OperatorScope::for_operator(), place.now());
    let down = async |since: Instant| {
        let mut conn = store.read().await.unwrap();
        posts::down(&mut conn, &operator, since).await.unwrap().len()
    };
    let heard = async |at: Instant, fails: bool| {
        let mut book = store.bookkeeping().await.unwrap();
        posts::heard(&mut book, &post.id, at, fails).await.unwrap();
        book.commit().await.unwrap();
    };
    let minute = |minutes: i64| at.plus_ms(minutes * 60_000);
    assert_eq!(down(minute(-1)).await, 0);
    assert_eq!(down(minute(1)).await, 1);
    heard(minute(2), false).await;
    assert_eq!(down(minute(1)).await, 0);
    for minutes in 3..8 {
        heard(minute(minutes), true).await;
    }
    assert_eq!(read(&store, &post).await.failing_since, Some(minute(3)));
    assert_eq!((down(minute(3)).await, down(minute(4)).await), (0, 1));
    heard(minute(8), false).await;
    assert_eq!(down(minute(4)).await, 0);
    assert_eq!(read(&store, &post).await.heard_at, Some(minute(8)));
}

async fn what_was_taken_is_sealed_again_unless_it_changed(place: Place) {
    let (store, _) = one_post(&place).await;
    let (town, one, first) = (code("59273"), agenda("cartes"), day("2024-05-02"));
    let mut tx = begin(&place, &store, &["59273"]).await;
    agendas::save(&mut tx, &town, &one).await.unwrap();
    for token in ["a", "b", "c"] {
        let asked = appointments::take(&mut tx, &town, &new(seat(&one, 540, 1), token)).await;
        assert!(matches!(asked.unwrap(), Asked::Taken(_)));
    }
    let source = sources::add(&mut tx, &town, &one.id, "https://agenda.example").await.unwrap();
    let kept = sources::KeptDay { day: first, events: 1, sealed: "pulled".into() };
    sources::pulled(&mut tx, &town, &source, &[kept]).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = begin(&place, &store, &["59273"]).await;
    let mine = scope("59273");
    let page = appointments::upcoming(tx.conn(), &mine, first, ("", 2)).await.unwrap();
    let rest = appointments::upcoming(tx.conn(), &mine, first, (page[1].id.as_str(), 2)).await;
    let mut all = page;
    all.extend(rest.unwrap());
    assert_eq!(all.len(), 3);
    assert!(
        appointments::upcoming(tx.conn(), &mine, first.plus(1), ("", 9)).await.unwrap().is_empty()
    );
    // Somebody cancels meanwhile: who came stays forgotten.
    appointments::cancel(&mut tx, &town, &all[2].id).await.unwrap();
    let again = |one: &appointments::Appointment| SealedAgain {
        id: one.id.clone(),
        was: one.sealed.clone().unwrap(),
        sealed: format!("again {}", one.id),
    };
    let batch: Vec<SealedAgain> = all.iter().map(again).collect();
    assert_eq!(appointments::seal_again(&mut tx, &town, &batch).await.unwrap(), 2);
    let after = appointments::of_day(tx.conn(), &mine, first).await.unwrap();
    assert!(after.iter().all(|one| one.sealed == Some(format!("again {}", one.id))));
    let gone = appointments::get(tx.conn(), &mine, &all[2].id).await.unwrap().unwrap();
    assert_eq!(gone.sealed, None);
    let large = SealedAgain { sealed: "x".repeat(20_000), ..batch[0].clone() };
    refused(appointments::seal_again(&mut tx, &town, &[large]).await);

    let days = sources::from_day(tx.conn(), &mine, first).await.unwrap();
    assert_eq!((days.len(), days[0].sealed.as_str()), (1, "pulled"));
    assert!(sources::from_day(tx.conn(), &mine, first.plus(1)).await.unwrap().is_empty());
    let batch = [(days[0].clone(), "pulled again".to_owned())];
    assert_eq!(sources::seal_again(&mut tx, &town, &batch).await.unwrap(), 1);
    // It is another by now.
    assert_eq!(sources::seal_again(&mut tx, &town, &batch).await.unwrap(), 0);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let sealed = sources::of_day(&mut conn, &mine, first).await.unwrap();
    assert_eq!(sealed[0].1, "pulled again");
}
