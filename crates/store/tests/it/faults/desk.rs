//! The counter, with each call failing in turn.

use beffroi_store::{
    accounts,
    desk::{self, drafts, requests},
    own_keys,
};
use beffroi_town::{procedure::KeyGroup, request::RequestState};

use super::fail_each_call;
use crate::{
    nouns::desk::{a_request, group_key, new_desk, new_request},
    world::{ACTOR, Place, code, on_both, scope},
};

on_both!(a_counter, a_request_and_its_answer, a_draft);

async fn a_counter(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let (town, keys) = (code("59273"), [group_key()]);
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            let zoe = accounts::list(tx.conn(), &scope("59273")).await?.remove(0).id;
            own_keys::make(&mut tx, &town, &zoe, ("age1", "wrapped")).await?;
            own_keys::set_codes(&mut tx, &town, &zoe, &[("code".into(), "wrap".into())]).await?;
            desk::make(&mut tx, &town, &new_desk(&keys)).await?;
            desk::prove(&mut tx, &town, "CODE").await?;
            let both = [(KeyGroup::School, "one".into()), (KeyGroup::Social, "two".into())];
            desk::give(&mut tx, &town, &zoe, &both).await?;
            desk::take(&mut tx, &town, &zoe, KeyGroup::Social).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_request_and_its_answer(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let town = code("59273");
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            let zoe = accounts::list(tx.conn(), &scope("59273")).await?.remove(0).id;
            let mut one = a_request("r1", "59273", at);
            one.visa = true;
            let files = [(1, "one".to_owned()), (2, "two".to_owned())];
            assert!(requests::add(&mut tx, &new_request(&one, "sent", &files)).await?);
            requests::take(&mut tx, &town, &one.id, &zoe).await?;
            let again = ["one again".to_owned(), "two again".to_owned()];
            let to = (&one.id, KeyGroup::Social);
            requests::transfer(&mut tx, &town, to, ("again", &again)).await?;
            let end = requests::Decision {
                state: RequestState::Answered,
                answer: Some("answer"),
                answer_for: None,
                erase_at: at,
            };
            requests::decide(&mut tx, &town, &one.id, &end).await?;
            requests::grant_visa(&mut tx, &town, &one.id).await?;
            requests::erase(&mut tx, &town, &one.id).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

async fn a_draft(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let mut book = store.bookkeeping().await?;
            let end = at.plus_ms(1_000);
            drafts::put(&mut book, "d1", ("answers", "wrapped"), end).await?;
            drafts::put(&mut book, "d1", ("file.a", "wrapped"), end).await?;
            drafts::put(&mut book, "d2", ("answers", "wrapped"), end).await?;
            drafts::drop_part(&mut book, "d1", "file.a").await?;
            book.commit().await
        })
    })
    .await;
}
