//! Lists of people and days of appointments.

use beffroi_paper::{Appointment, DaySheet, Pack, Person, day_sheet, pack};
use beffroi_town::Lang;

use crate::{
    pdf::Printed,
    town::{PRINTED_AT, gravelines},
};

fn person(group: &str, name: &str) -> Person {
    Person { group: group.to_owned(), cells: vec![name.to_owned(), "lundi".to_owned()] }
}

fn packed(people: &[Person]) -> Printed {
    let facts = gravelines();
    let columns = ["Enfant", "Jours"].map(str::to_owned);
    let list = Pack {
        tenant: &facts.tenant,
        title: "Enfants de la cantine",
        columns: &columns,
        people,
        number: 3,
        printed_at: PRINTED_AT,
    };
    Printed::new(&pack(&list, Lang::Fr).expect("a pack"))
}

#[test]
fn a_pack_is_a_table_with_headings_on_every_page_twelve_people_on_each() {
    let people: Vec<Person> =
        (0..60).map(|number| person("", &format!("DURAND-{number} Camille"))).collect();
    let pdf = packed(&people);
    assert_eq!(pdf.pages, 5);
    let text = pdf.text();
    assert!(text.contains("Liste n° 3") && text.contains("60 personnes"), "{text}");
    assert!((0..60).all(|number| text.contains(&format!("DURAND-{number} Camille"))));
    assert_eq!(text.matches("Présent").count(), 5);
    let structure = pdf.structure();
    assert!(structure.contains("Table") && structure.contains("TH"), "{structure}");
}

#[test]
fn each_group_takes_its_own_sheets() {
    let people = [person("CM1", "A"), person("CM1", "B"), person("CM2", "#panic()")];
    let pdf = packed(&people);
    assert_eq!(pdf.pages, 2);
    let text = pdf.text();
    assert!(text.contains("CM1 · 2 personnes") && text.contains("CM2 · 1 personne"), "{text}");
    assert!(text.contains("#panic()"));
    assert!(packed(&[]).text().contains("0 personne"));
}

#[test]
fn a_day_is_in_the_order_of_the_clock_and_an_empty_one_says_so() {
    let facts = gravelines();
    let appointment = |minute, who: &str| Appointment {
        minute,
        who: who.to_owned(),
        about: "Passeport".to_owned(),
        phone: "06 12 34 56 78".to_owned(),
    };
    let sheet = |appointments: &[Appointment]| {
        let sheet = DaySheet {
            tenant: &facts.tenant,
            place: "Accueil",
            day: PRINTED_AT,
            appointments,
            printed_at: PRINTED_AT,
        };
        Printed::new(&day_sheet(&sheet, Lang::Fr).expect("a day sheet")).text()
    };
    let text = sheet(&[appointment(870, "Zoé APRÈS"), appointment(525, "Léo AVANT")]);
    assert!(text.contains("Rendez-vous du jeudi 25 avril 2024"), "{text}");
    let (first, second) = (text.find("8 h 45 Léo AVANT"), text.find("14 h 30 Zoé APRÈS"));
    assert!(first.is_some() && first < second, "{text}");
    assert!(sheet(&[]).contains("Aucun rendez-vous ce jour-là"));
}

#[test]
fn the_poster_is_one_accessible_page_with_the_address_as_a_square() {
    let mut facts = gravelines();
    for service in &mut facts.services {
        service.place.get_or_insert_with(|| "1 rue de l’Exemple, bâtiment B".to_owned());
        service.hours.get_or_insert_with(|| "du lundi au vendredi, 9 h à 17 h".to_owned());
    }
    let url = "https://etat.exemple.fr/c/59273/";
    let place = beffroi_pages::Place::served("/c/59273/", Some(url));
    for lang in Lang::ALL {
        let pdf = Printed::new(&beffroi_desk::poster(&facts, &place, lang).expect("a poster"));
        assert_eq!(pdf.pages, 1);
        assert!(pdf.metadata().contains("<pdfuaid:part>1</pdfuaid:part>"));
        let squares = pdf.squares(1);
        assert!(squares.len() == 1 && squares[0].starts_with(url), "{squares:?}");
        assert!(pdf.text().contains("03 28 23 59 00"), "{}", pdf.text());
    }
    let none = beffroi_pages::Place::served("/c/59273/", None);
    let pdf = beffroi_desk::poster(&facts, &none, Lang::Fr).expect("a poster");
    assert!(Printed::new(&pdf).squares(1).is_empty());
}
