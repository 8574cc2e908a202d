//! Service points, appointments, and what was pulled of the town's own agendas.

use std::collections::BTreeSet;

use beffroi_store::{
    Error, OperatorScope, Store, agendas,
    agendas::sources::{self, KeptDay},
    appointments::{self, Asked, NewAppointment, Seat, Standing, code::AppointmentCode},
};
use beffroi_town::{
    Agenda, AgendaId, AppointmentId, Instant, Lang, ServiceId,
    agenda::{Day, PeopleTake, Rules, Slot, Word},
    oncall::Span,
};

use crate::world::{ACTOR, Place, code, codes, exported, found, on_both, scope, verified};

use super::{absent, begin, newest_entry, refused};

on_both!(
    a_service_point_is_written_and_closed,
    a_seat_is_taken_once,
    of_two_hundred_at_once_each_gets_a_seat_of_its_own,
    an_appointment_is_moved_and_cancelled,
    the_same_form_twice_is_one_appointment,
    what_was_pulled_takes_the_place_of_what_was_there,
);

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub(crate) fn agenda(id: &str) -> Agenda {
    let rules = Rules {
        about_fr: "Carte d’identité".to_owned(),
        about_en: "Identity card".to_owned(),
        place: "Mairie".to_owned(),
        week: Span::parse_all("lun-ven 9h-12h").unwrap(),
        slot_minutes: 20,
        seats: 3,
        people_max: 3,
        people_take: PeopleTake::ASeatEach,
        notice_hours: 0,
        days_ahead: 60,
        closures: Vec::new(),
        procedure: None,
        paused: false,
    };
    let service = ServiceId::parse("identity_cards").unwrap();
    Agenda { id: AgendaId::parse(id).unwrap(), service, rank: 1, rules, word: None }
}

pub(crate) fn seat(agenda: &Agenda, minute: u16, seats: u16) -> Seat<'_> {
    Seat {
        agenda: &agenda.id,
        slot: Slot { day: day("2024-05-02"), minute },
        begins_at: Instant::from_ms(1_714_600_000_000 + i64::from(minute) * 60_000),
        seats,
        of: agenda.rules.seats,
    }
}

pub(crate) fn new<'a>(seat: Seat<'a>, token: &'a str) -> NewAppointment<'a> {
    NewAppointment { seat, people: seat.seats, sealed: "sealed QZ", lang: Lang::Fr, token }
}

/// A store with one service point.
async fn one_point(place: &Place) -> (Store, Agenda) {
    let store = place.open().await;
    found(place, &store, &["59273", "62473"]).await;
    let one = agenda("cartes");
    let mut tx = begin(place, &store, &["59273"]).await;
    agendas::save(&mut tx, &code("59273"), &one).await.unwrap();
    tx.commit().await.unwrap();
    (store, one)
}

async fn take(place: &Place, store: &Store, what: &NewAppointment<'_>) -> Asked {
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
    let asked = appointments::take(&mut tx, &code("59273"), what).await.unwrap();
    if matches!(asked, Asked::Taken(_)) {
        tx.commit().await.unwrap();
    }
    asked
}

fn taken(asked: Asked) -> appointments::Appointment {
    match asked {
        Asked::Taken(one) => one,
        other => panic!("{other:?}"),
    }
}

async fn a_service_point_is_written_and_closed(place: Place) {
    let (store, one) = one_point(&place).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    let mut bad = agenda("cartes");
    bad.rules.seats = 0;
    refused(agendas::save(&mut tx, &town, &bad).await);
    let mut nowhere = agenda("nowhere");
    nowhere.service = ServiceId::parse("nowhere").unwrap();
    absent(agendas::save(&mut tx, &town, &nowhere).await);
    let word = Word { serves: true, note_fr: Some("retraits".into()), note_en: None, at: tx.at() };
    agendas::say(&mut tx, &town, &one.id, &word).await.unwrap();
    let long = Word { note_fr: Some("é".repeat(301)), ..word.clone() };
    refused(agendas::say(&mut tx, &town, &one.id, &long).await);
    // What was said outlives a change of the hours.
    let mut changed = one.clone();
    changed.rules.seats = 5;
    agendas::save(&mut tx, &town, &changed).await.unwrap();
    tx.commit().await.unwrap();
    let entry = newest_entry(&store, "59273").await;
    assert_eq!((entry.kind.as_str(), entry.body["seats"].as_u64()), ("agenda_saved", Some(5)));
    let mut conn = store.read().await.unwrap();
    let read = agendas::get(&mut conn, &scope("59273"), &one.id).await.unwrap().unwrap();
    assert_eq!(read, Agenda { word: Some(word), ..changed });
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    agendas::close(&mut tx, &town, &one.id).await.unwrap();
    absent(agendas::close(&mut tx, &town, &one.id).await);
    assert!(agendas::list(tx.conn(), &scope("59273")).await.unwrap().is_empty());
    assert_eq!(agendas::known(tx.conn(), &scope("59273")).await.unwrap().len(), 1);
    tx.commit().await.unwrap();
    verified(&store, "59273").await;
}

async fn a_seat_is_taken_once(place: Place) {
    let (store, one) = one_point(&place).await;
    let first = taken(take(&place, &store, &new(seat(&one, 540, 2), "a")).await);
    assert_eq!((first.people, first.standing), (2, Standing::Taken));
    assert_eq!(take(&place, &store, &new(seat(&one, 540, 2), "b")).await, Asked::Full);
    taken(take(&place, &store, &new(seat(&one, 540, 1), "c")).await);
    assert_eq!(take(&place, &store, &new(seat(&one, 540, 1), "d")).await, Asked::Full);
    taken(take(&place, &store, &new(seat(&one, 560, 1), "e")).await);
    let mut conn = store.read().await.unwrap();
    let (from, to) = (day("2024-05-01"), day("2024-05-31"));
    let seats = appointments::taken(&mut conn, &scope("59273"), &one.id, (from, to)).await;
    let seats: Vec<(u16, u32)> =
        seats.unwrap().into_iter().map(|(slot, count)| (slot.minute, count)).collect();
    assert_eq!(seats, [(540, 3), (560, 1)]);
    let days = appointments::days(&mut conn, &scope("59273"), &one.id, from).await.unwrap();
    assert_eq!(days, [(day("2024-05-02"), 3)]);
    drop(conn);
    let told = String::from_utf8(exported(&store, "59273").await).unwrap();
    assert!(told.contains("appointment_taken") && !told.contains(" QZ"));
}

async fn of_two_hundred_at_once_each_gets_a_seat_of_its_own(place: Place) {
    const WANT: u16 = 200;
    let (store, mut one) = one_point(&place).await;
    one.rules.seats = 50;
    let one = std::sync::Arc::new(one);
    let place = std::sync::Arc::new(place);
    // 150 seats for 200 people: 50 an hour, three hours.
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..WANT {
        let (place, store, one) = (place.clone(), store.clone(), one.clone());
        asking.spawn(async move {
            let token = format!("token {number}");
            take(&place, &store, &new(seat(&one, 540 + 20 * (number % 3), 1), &token)).await
        });
    }
    let (mut seated, mut full) = (BTreeSet::new(), 0);
    while let Some(asked) = asking.join_next().await {
        match asked.unwrap() {
            Asked::Taken(one) => assert!(seated.insert(one.id)),
            Asked::Full => full += 1,
            Asked::Again(one) => panic!("{one:?}"),
        }
    }
    assert_eq!((seated.len(), full), (150, 50));
    let rows = &place.dump().await["appointment_seat"];
    let unique: BTreeSet<&String> = rows.iter().collect();
    assert_eq!((rows.len(), unique.len()), (150, 150));
    let mut conn = store.read().await.unwrap();
    let span = (day("2024-05-02"), day("2024-05-02"));
    let seats = appointments::taken(&mut conn, &scope("59273"), &one.id, span).await.unwrap();
    assert_eq!(seats.into_values().collect::<Vec<_>>(), [50, 50, 50]);
    drop(conn);
    verified(&store, "59273").await;
}

async fn an_appointment_is_moved_and_cancelled(place: Place) {
    let (store, one) = one_point(&place).await;
    let town = code("59273");
    let first = taken(take(&place, &store, &new(seat(&one, 540, 2), "a")).await);
    taken(take(&place, &store, &new(seat(&one, 560, 2), "b")).await);
    let mut tx = begin(&place, &store, &["59273"]).await;
    assert!(!appointments::move_to(&mut tx, &town, &first.id, &seat(&one, 560, 2)).await.unwrap());
    assert!(appointments::move_to(&mut tx, &town, &first.id, &seat(&one, 580, 2)).await.unwrap());
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let moved = appointments::get(&mut conn, &scope("59273"), &first.id).await.unwrap().unwrap();
    assert_eq!((moved.slot.minute, moved.reference.clone()), (580, first.reference.clone()));
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    appointments::cancel(&mut tx, &town, &first.id).await.unwrap();
    absent(appointments::cancel(&mut tx, &town, &first.id).await);
    absent(appointments::move_to(&mut tx, &town, &first.id, &seat(&one, 600, 2)).await);
    let gone = AppointmentId::parse("gone").unwrap();
    absent(appointments::move_to(&mut tx, &town, &gone, &seat(&one, 600, 2)).await);
    drop(tx);
    let mut tx = begin(&place, &store, &["59273"]).await;
    appointments::cancel(&mut tx, &town, &first.id).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let after = appointments::get(&mut conn, &scope("59273"), &first.id).await.unwrap().unwrap();
    assert_eq!((after.standing, after.sealed), (Standing::Cancelled, None));
    let left = appointments::of_day(&mut conn, &scope("59273"), day("2024-05-02")).await.unwrap();
    assert_eq!(left.len(), 1);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    let later = Instant::from_ms(1_900_000_000_000);
    assert_eq!(appointments::erase_before(&mut tx, &town, later).await.unwrap(), 1);
    assert_eq!(appointments::erase_before(&mut tx, &town, later).await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert!(place.dump().await["appointment"].iter().all(|row| !row.contains(" QZ")));
}

async fn the_same_form_twice_is_one_appointment(place: Place) {
    let (store, one) = one_point(&place).await;
    let first = taken(take(&place, &store, &new(seat(&one, 540, 1), "same")).await);
    let again = take(&place, &store, &new(seat(&one, 540, 1), "same")).await;
    assert_eq!(again, Asked::Again(first.clone()));
    let its = AppointmentCode::of(&store, &code("59273"), "same").unwrap();
    let typed = AppointmentCode::read(&its.shown().to_lowercase()).unwrap();
    let mut conn = store.read().await.unwrap();
    let found = appointments::by_code(&mut conn, &scope("59273"), &typed).await.unwrap();
    assert_eq!(found, Some(first));
    let elsewhere = appointments::by_code(&mut conn, &scope("62473"), &typed).await.unwrap();
    assert_eq!(elsewhere, None);
    drop(conn);
    let letters = its.shown().replace('-', "");
    let told = format!("{:?}", place.dump().await);
    assert!(!told.contains(&letters) && !told.contains(&its.shown()), "the code is kept");
}

async fn what_was_pulled_takes_the_place_of_what_was_there(place: Place) {
    let (store, one) = one_point(&place).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    let place_of = "https://agenda.example/QZ-secret.ics";
    let id = sources::add(&mut tx, &town, &one.id, place_of).await.unwrap();
    absent(sources::add(&mut tx, &town, &AgendaId::parse("no").unwrap(), place_of).await);
    refused(sources::add(&mut tx, &town, &one.id, " ").await);
    drop(tx);
    let mut tx = begin(&place, &store, &["59273"]).await;
    let made_at = tx.at();
    let id = {
        drop(id);
        sources::add(&mut tx, &town, &one.id, place_of).await.unwrap()
    };
    tx.commit().await.unwrap();
    let kept =
        |text: &str, sealed: &str| KeptDay { day: day(text), events: 2, sealed: sealed.into() };
    let mut tx = begin(&place, &store, &["59273"]).await;
    let both = [kept("2024-05-02", "one"), kept("2024-05-03", "two")];
    sources::pulled(&mut tx, &town, &id, &both).await.unwrap();
    tx.commit().await.unwrap();
    let mut book = store.bookkeeping().await.unwrap();
    sources::failed(&mut book, (&town, &id), place.now(), "it answered 500").await.unwrap();
    book.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let listed = sources::list(&mut conn, &scope("59273")).await.unwrap();
    assert_eq!((listed[0].place.as_str(), listed[0].events), (place_of, 4));
    assert_eq!(listed[0].failure.as_deref(), Some("it answered 500"));
    assert!(!listed[0].is_stale(made_at) && listed[0].is_stale(made_at.plus_ms(37 * 3_600_000)));
    let operator = OperatorScope::for_operator();
    assert_eq!(sources::all(&mut conn, &operator).await.unwrap().len(), 1);
    let of = sources::of_day(&mut conn, &scope("59273"), day("2024-05-03")).await.unwrap();
    assert_eq!(of, [(one.id.clone(), "two".to_owned())]);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    sources::pulled(&mut tx, &town, &id, &both[..1]).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert!(
        sources::of_day(&mut conn, &scope("59273"), day("2024-05-03")).await.unwrap().is_empty()
    );
    assert_eq!(sources::list(&mut conn, &scope("59273")).await.unwrap()[0].failure, None);
    drop(conn);
    let told = format!("{:?}", place.dump().await);
    assert!(!told.contains("QZ-secret"), "the address is kept in clear");
    let mut tx = begin(&place, &store, &["59273"]).await;
    sources::remove(&mut tx, &town, &id).await.unwrap();
    absent(sources::remove(&mut tx, &town, &id).await);
    tx.commit().await.unwrap_or_else(|error: Error| panic!("{error}"));
    assert!(place.dump().await["agenda_kept"].is_empty());
}
