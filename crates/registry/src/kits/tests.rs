//! Envelopes on a real store: printed, used, told as stale.

use beffroi_store::{journal, phones, roster};
use beffroi_town::{RosterEntry, RosterId, emergency::Spot, phone::Forward, phone::LineState};

use super::*;
use crate::{
    accounts::{self as people, Answer, code::OneTimeCode},
    played::{AT, BY, Town},
};

const URL: &str = "https://etat.exemple.fr";

struct Printed {
    html: String,
    kit: kept::Kit,
}

async fn kept_draft(store: &Store, scope: &TenantScope, at: Instant) -> Printed {
    let draft = draft(store, (&BY, at), scope, URL, Lang::Fr).await.unwrap();
    let html = draft.print.html.clone();
    Printed { html, kit: draft.keep().await.unwrap() }
}

async fn printed(town: &Town, at: Instant) -> Printed {
    kept_draft(&town.store, &town.scope, at).await
}

async fn stale(town: &Town, at: Instant) -> Vec<Stale> {
    standing(&town.store, at, &town.scope, URL).await.unwrap().unwrap().stale
}

/// The codes of the envelope, in the order of its pages.
fn codes(html: &str) -> Vec<String> {
    let pieces = html.split("<li class=\"code\">").skip(1);
    pieces.map(|piece| piece.split('<').next().unwrap().to_owned()).collect()
}

async fn enter(town: &Town, at: Instant, code: &str) -> Option<String> {
    let code = OneTimeCode::read(code).unwrap();
    match people::with_code(&town.store, at, &code, None).await.unwrap() {
        Answer::Yes(entered) => Some(entered.account.name),
        _ => None,
    }
}

#[tokio::test]
async fn each_person_enters_with_a_printed_code_once_and_the_envelope_is_then_opened() {
    let town = Town::new().await;
    town.person("Camille", Role::Director).await;
    let clerk = town.person("Zoé", Role::Clerk).await;
    let own = people::print_codes(&town.store, AT, &clerk, None).await.unwrap();
    let printed = printed(&town, AT).await;
    let codes = codes(&printed.html);
    assert_eq!((codes.len(), printed.kit.number, printed.kit.holders.len()), (4, 1, 2));
    assert_eq!(stale(&town, AT).await, []);
    assert_eq!(enter(&town, AT, &codes[2]).await.as_deref(), Some("Zoé"));
    assert_eq!(enter(&town, AT, &codes[2]).await, None, "once");
    assert_eq!(stale(&town, AT).await, [Stale::Used(1)]);
    // The person's own ten stand beside them, whichever is printed later.
    assert_eq!(enter(&town, AT, &own[0]).await.as_deref(), Some("Zoé"));
    people::print_codes(&town.store, AT, &clerk, None).await.unwrap();
    assert_eq!(enter(&town, AT, &codes[3]).await.as_deref(), Some("Zoé"));
    assert_eq!(enter(&town, AT, &codes[0]).await.as_deref(), Some("Camille"));
    assert_eq!(stale(&town, AT).await, [Stale::Used(3)]);
    let clerk = town.account(&clerk.id).await;
    assert_eq!((clerk.codes_left, clerk.kit_codes_left), (10, 0));
}

#[tokio::test]
async fn a_newer_envelope_or_a_reset_takes_codes_back_and_nothing_else_does() {
    let town = Town::new().await;
    let clerk = town.person("Zoé", Role::Clerk).await;
    let first = codes(&printed(&town, AT).await.html);
    let second = codes(&printed(&town, AT).await.html);
    assert_eq!(enter(&town, AT, &first[0]).await, None);
    assert_eq!(stale(&town, AT).await, []);
    people::reset_codes(&town.store, &BY, AT, &town.scope, &clerk.id).await.unwrap();
    assert_eq!(enter(&town, AT, &second[0]).await, None, "a reset takes every way in");
    assert_eq!(stale(&town, AT).await, [Stale::TakenBack(1)]);
    let third = printed(&town, AT).await;
    assert_eq!((third.kit.number, stale(&town, AT).await), (3, vec![]));
}

#[tokio::test]
async fn whoever_joins_leaves_or_changes_role_makes_it_stale() {
    let town = Town::new().await;
    town.person("Camille", Role::Director).await;
    let clerk = town.person("Zoé", Role::Clerk).await;
    printed(&town, AT).await;
    let gone = town.person("Noé", Role::Reader).await;
    assert_eq!(stale(&town, AT).await, [Stale::Joined(1)]);
    people::disable(&town.store, &BY, AT, &town.scope, &gone.id).await.unwrap();
    assert_eq!(stale(&town, AT).await, []);
    let role = (&clerk.id, Role::Technician);
    people::set_role(&town.store, &BY, AT, &town.scope, role).await.unwrap();
    assert_eq!(stale(&town, AT).await, [Stale::Role(1)]);
    people::disable(&town.store, &BY, AT, &town.scope, &clerk.id).await.unwrap();
    assert_eq!(stale(&town, AT).await, [Stale::Left(1)]);
    let again = printed(&town, AT).await;
    assert_eq!(again.kit.holders.len(), 1, "a disabled account gets no codes");
    assert!(!again.html.contains("Zoé"));
}

#[tokio::test]
async fn any_fact_that_stands_in_it_makes_it_stale() {
    let town = Town::new().await;
    town.person("Camille", Role::Director).await;
    let tenant = town.scope.tenant();
    let mut conn = town.store.read().await.unwrap();
    let mail = assets::list(&mut conn, &town.scope).await.unwrap().remove(0).id;
    drop(conn);
    let about = phones::About {
        number: "03 28 00 00 10".to_owned(),
        label: "Standard".to_owned(),
        instead: None,
    };
    let mut tx = town.begin().await;
    let line = phones::add(&mut tx, tenant, &about, LineState::Works).await.unwrap();
    tx.commit().await.unwrap();
    printed(&town, AT).await;
    // What a line does today is not printed.
    let mut tx = town.begin().await;
    phones::set_state(&mut tx, tenant, &line, LineState::Down).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stale(&town, AT).await, []);
    for change in 0..4 {
        printed(&town, AT).await;
        let mut tx = town.begin().await;
        match change {
            0 => {
                let mut facts = beffroi_town::EmergencyFacts::default();
                facts.spots.push((Spot::Room, "Salle des mariages".to_owned()));
                emergency::set(&mut tx, tenant, &facts).await.unwrap();
            }
            1 => {
                let one = RosterEntry {
                    id: RosterId::parse("r1").unwrap(),
                    rank: 1,
                    name: "Sacha".to_owned(),
                    function: String::new(),
                    service: String::new(),
                    phones: vec![],
                    caller: None,
                };
                roster::save(&mut tx, tenant, &[one]).await.unwrap();
            }
            2 => {
                let forward = Forward::default();
                phones::set_forward(&mut tx, tenant, &line, Some(&forward)).await.unwrap();
            }
            _ => assets::set_contact(&mut tx, &mail, Some("Éditeur, 01")).await.unwrap(),
        }
        tx.commit().await.unwrap();
        assert_eq!(stale(&town, AT).await, [Stale::Facts], "{change}");
    }
    printed(&town, AT).await;
    let elsewhere = standing(&town.store, AT, &town.scope, "https://ailleurs.fr").await.unwrap();
    assert_eq!(elsewhere.unwrap().stale, [Stale::Facts], "the square leads elsewhere");
    let slash = standing(&town.store, AT, &town.scope, "https://etat.exemple.fr/").await.unwrap();
    assert_eq!(slash.unwrap().stale, []);
}

#[tokio::test]
async fn half_a_year_makes_it_old() {
    let town = Town::new().await;
    assert!(standing(&town.store, AT, &town.scope, URL).await.unwrap().is_none());
    let none = draft(&town.store, (&BY, AT), &town.scope, URL, Lang::Fr).await;
    assert!(matches!(none, Err(KitError::Nobody(_))));
    town.person("Camille", Role::Director).await;
    printed(&town, AT).await;
    let day = |days: i64| AT.plus_ms(days * DAY_MS);
    assert_eq!(stale(&town, day(182)).await, []);
    assert_eq!(stale(&town, day(183)).await, [Stale::Old]);
    let known = standing(&town.store, day(7), &town.scope, URL).await.unwrap().unwrap();
    assert_eq!(known.age_ms, 7 * DAY_MS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_printed_at_once_exactly_one_opens_the_console() {
    let town = Town::new().await;
    town.person("Camille", Role::Director).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let (store, scope) = (town.store.clone(), town.scope.clone());
        tasks.spawn(async move { kept_draft(&store, &scope, AT).await });
    }
    let both = tasks.join_all().await;
    let counts = standing(&town.store, AT, &town.scope, URL).await.unwrap().unwrap();
    assert_eq!((counts.kit.number, counts.stale.as_slice()), (2, [].as_slice()));
    for one in both {
        let works = enter(&town, AT, &codes(&one.html)[0]).await.is_some();
        assert_eq!(works, one.kit.id == counts.kit.id);
    }
}

#[tokio::test]
async fn what_could_not_be_printed_replaces_nothing() {
    let town = Town::new().await;
    town.person("Camille", Role::Director).await;
    let first = printed(&town, AT).await;
    let dropped = draft(&town.store, (&BY, AT), &town.scope, URL, Lang::Fr).await.unwrap();
    let unseen = codes(&dropped.print.html);
    drop(dropped);
    let counts = standing(&town.store, AT, &town.scope, URL).await.unwrap().unwrap();
    assert_eq!((counts.kit.id, counts.stale), (first.kit.id, Vec::new()));
    assert_eq!(enter(&town, AT, &unseen[0]).await, None);
    assert!(enter(&town, AT, &codes(&first.html)[0]).await.is_some());
}

#[tokio::test]
async fn the_journal_says_that_it_was_printed_and_not_with_what() {
    let town = Town::new().await;
    town.person("Camille Vandamme", Role::Director).await;
    let printed = printed(&town, AT).await;
    let mut conn = town.store.read().await.unwrap();
    let entry = journal::newest(&mut conn, &town.scope, None, 1).await.unwrap().remove(0);
    assert_eq!((entry.kind.as_str(), entry.body["accounts"].as_u64()), ("kit_printed", Some(1)));
    let mut lines = Vec::new();
    journal::export(&mut conn, &town.scope, &mut lines).await.unwrap();
    let text = String::from_utf8(lines).unwrap();
    for code in codes(&printed.html) {
        assert!(!text.contains(&code) && !text.contains(&code.replace('-', "")));
    }
    assert!(!text.contains("Vandamme"));
}
