//! A service point, an appointment that is moved and cancelled, a source that is pulled; a print post.

use beffroi_store::{agendas, agendas::sources, appointments, print_posts, print_posts::sheets};
use beffroi_town::{agenda::Word, procedure::KeyGroup};

use crate::{
    nouns::{
        agenda::{agenda, new, seat},
        printer::{new_post, printed, request},
    },
    world::{ACTOR, Place, code, scope},
};

use super::fail_each_call;

pub(super) async fn a_service_point_and_its_appointments(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let (town, one) = (code("59273"), agenda("cartes"));
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            agendas::save(&mut tx, &town, &one).await?;
            let word = Word { serves: true, note_fr: None, note_en: None, at };
            agendas::say(&mut tx, &town, &one.id, &word).await?;
            for token in ["a", "b"] {
                appointments::take(&mut tx, &town, &new(seat(&one, 540, 1), token)).await?;
            }
            let (scope, day) = (scope("59273"), seat(&one, 540, 1).slot.day);
            let all = appointments::of_day(tx.conn(), &scope, day).await?;
            appointments::move_to(&mut tx, &town, &all[0].id, &seat(&one, 560, 1)).await?;
            appointments::cancel(&mut tx, &town, &all[1].id).await?;
            let source = sources::add(&mut tx, &town, &one.id, "https://agenda.example").await?;
            let kept = sources::KeptDay { day, events: 1, sealed: "s".into() };
            sources::pulled(&mut tx, &town, &source, &[kept]).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}

pub(super) async fn a_print_post_and_its_sheets(place: Place) {
    fail_each_call(place, |store, at| {
        Box::pin(async move {
            let (town, groups) = (code("59273"), [KeyGroup::General]);
            let (scope, one) = (scope("59273"), agenda("cartes"));
            let mut tx = store.begin(std::slice::from_ref(&town), &ACTOR, at).await?;
            let new = new_post(&groups, at.plus_ms(1_000));
            let (id, token) = print_posts::make(&mut tx, &town, &new).await?;
            print_posts::enrol(&mut tx, &request(&id, &token)).await?;
            print_posts::confirm(&mut tx, &town, &id, &groups).await?;
            agendas::save(&mut tx, &town, &one).await?;
            let day = seat(&one, 540, 1).slot.day;
            appointments::take(&mut tx, &town, &self::new(seat(&one, 540, 1), "a")).await?;
            let all = appointments::upcoming(tx.conn(), &scope, day, ("", 9)).await?;
            let again = appointments::SealedAgain {
                id: all[0].id.clone(),
                was: "sealed QZ".to_owned(),
                sealed: "again".to_owned(),
            };
            appointments::seal_again(&mut tx, &town, &[again]).await?;
            let wish = sheets::wish(&mut tx, &town, &id, (&one.id, day)).await?;
            let said = printed("2024-05-02", at, Some(wish));
            sheets::printed(&mut tx, &town, &id, &said).await?;
            print_posts::revoke(&mut tx, &town, &id).await?;
            tx.commit().await.map(drop)
        })
    })
    .await;
}
