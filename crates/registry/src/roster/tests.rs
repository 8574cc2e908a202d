//! Rosters as people send them.

use super::*;
use crate::{
    csv_in::Reason,
    played::{AT, BY, Town},
};

async fn import_into(town: &Town, bytes: &[u8], others: Others) -> Result<Imported, RegistryError> {
    import(&town.store, (&BY, AT), &town.scope, bytes, others).await
}

async fn names(town: &Town) -> Vec<(String, Option<String>)> {
    let all = list(&town.store, &town.scope).await.unwrap();
    let name = |id: &RosterId| all.iter().find(|one| one.id == *id).unwrap().name.clone();
    all.iter().map(|one| (one.name.clone(), one.caller.as_ref().map(name))).collect()
}

fn reasons(result: Result<Imported, RegistryError>) -> Vec<(usize, Reason)> {
    match result {
        Err(RegistryError::Rows(rows)) => {
            rows.list().iter().map(|error| (error.row, error.reason.clone())).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_list_is_read_with_who_calls_whom_and_a_second_time_changes_nothing() {
    let town = Town::new().await;
    let text = "Nom;Fonction;Service;Téléphone;Appelé par;Ordre\n\
        Claude Maire;Maire;Direction;06 00 00 00 01;;\n\
        Zoé Guichet;Agente;Accueil;0600000002 / +33 6 00 00 00 03;claude maire;\n\
        Noé Voirie;Agent;Voirie;;ZOE GUICHET;\n";
    for bytes in [text.as_bytes().to_vec(), encoding_rs::WINDOWS_1252.encode(text).0.into_owned()] {
        let done = import_into(&town, &bytes, Others::Stay).await.unwrap();
        assert!(
            done == Imported { added: 3, ..Imported::default() } || done == Imported::default()
        );
    }
    let told = names(&town).await;
    let expected = [
        ("Claude Maire", None),
        ("Zoé Guichet", Some("Claude Maire")),
        ("Noé Voirie", Some("Zoé Guichet")),
    ];
    let expected = expected.map(|(name, caller)| (name.to_owned(), caller.map(ToOwned::to_owned)));
    assert_eq!(told, expected);
    let all = list(&town.store, &town.scope).await.unwrap();
    assert_eq!(all[1].phones, ["06 00 00 00 02", "06 00 00 00 03"]);
}

#[tokio::test]
async fn every_wrong_row_is_told_and_nothing_is_half_imported() {
    let town = Town::new().await;
    let bad = b"nom;telephone;appele par;ordre\n;06 00 00 00 01;;\nA;12 34;;\nB;600000001;;x\n\
        C;;personne;\nC;;;\nD;0600000001,0600000002,0600000003,0600000004,0600000005,0600000006;;\n";
    let told = reasons(import_into(&town, bad, Others::Stay).await);
    let text = |text: &str| text.to_owned();
    assert_eq!(
        told,
        [
            (2, Reason::EmptyCell),
            (3, Reason::BadPhone { text: text("12 34") }),
            (4, Reason::LostZero { text: text("600000001") }),
            (4, Reason::NotANumber { text: text("x") }),
            (6, Reason::Duplicate { text: text("C"), first_row: 5 }),
            (7, Reason::TooManyPhones { max: beffroi_store::roster::PHONES_MAX }),
        ]
    );
    let lost = b"nom;appele par\nA;B\nC;C\nD;E\nE;\nE ;\n".as_slice();
    let told = reasons(import_into(&town, lost, Others::Stay).await);
    assert!(told.iter().any(|(row, _)| *row == 6), "{told:?}");
    let unknown = b"nom;appele par\nA;B\nC;D\nD;\n";
    let told = reasons(import_into(&town, unknown, Others::Stay).await);
    assert_eq!(told, [(2, Reason::UnknownPerson { text: text("B") })]);
    let twins = b"nom;service;appele par\nA;x;\nA;y;\nB;;A\n";
    let told = reasons(import_into(&town, twins, Others::Stay).await);
    assert_eq!(told, [(4, Reason::AmbiguousPerson { text: text("A") })]);
    let circle = b"nom;appele par\nA;B\nB;C\nC;A\n";
    let told = reasons(import_into(&town, circle, Others::Stay).await);
    assert!(matches!(&told[..], [(0, Reason::CallCircle { names })] if names.len() == 4));
    assert!(list(&town.store, &town.scope).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_later_file_completes_or_replaces() {
    let town = Town::new().await;
    import_into(&town, b"nom;appele par\nA;\nB;A\nC;B\n", Others::Stay).await.unwrap();
    let done = import_into(&town, b"nom;appele par;fonction\nD;B;\nC;B;Chef\n", Others::Stay).await;
    assert_eq!(done.unwrap(), Imported { added: 1, changed: 1, removed: 0 });
    let told = reasons(import_into(&town, b"nom;appele par\nA;D\n", Others::Stay).await);
    assert!(matches!(told[0].1, Reason::CallCircle { .. }), "with people who are not in the file");
    let done = import_into(&town, b"nom;appele par\nD;A\nA;\n", Others::Leave).await.unwrap();
    assert_eq!(done, Imported { added: 0, changed: 1, removed: 2 });
    let told = names(&town).await;
    assert_eq!(told, [("A".to_owned(), None), ("D".to_owned(), Some("A".to_owned()))]);
    let told = reasons(import_into(&town, b"nom;appele par\nA;C\n", Others::Leave).await);
    assert!(matches!(told[0].1, Reason::UnknownPerson { .. }), "who has left calls nobody");
}

#[tokio::test]
async fn four_hundred_people_are_taken_and_six_thousand_are_not() {
    let town = Town::new().await;
    let file = |many: usize| {
        let rows = (0..many).map(|at| format!("Agent {at};Service {};\n", at % 9));
        format!("nom;service;telephone\n{}", rows.collect::<String>()).into_bytes()
    };
    let done = import_into(&town, &file(400), Others::Stay).await.unwrap();
    assert_eq!(done.added, 400);
    let many = import_into(&town, &file(6_000), Others::Leave).await;
    assert!(matches!(many, Err(RegistryError::Store(_))), "{many:?}");
    assert_eq!(list(&town.store, &town.scope).await.unwrap().len(), 400);
}
