//! Lists of people and days of appointments.

use beffroi_paper::{
    Appointment, DaySheet, Pack, Person, Queue, RequestOnPaper, Rows, Section, day_sheet, pack,
    queue, requests,
};
use beffroi_town::{Lang, pack::Tick};

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
        former: Some(2),
        made_at: PRINTED_AT,
        rows: Rows { per_page: 12, tick: Some(Tick::Present), people: true },
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
    assert!(text.contains("état du jeudi 25 avril 2024"), "{text}");
    assert_eq!(text.matches("Détruisez la liste n° 2").count(), 1, "{text}");
    assert_eq!(text.matches("n° 3 · Imprimé le").count(), 5, "the number stands on each page");
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
    let sheet = |appointments: &[Appointment], replaces| {
        let sheet = DaySheet {
            tenant: &facts.tenant,
            place: "Accueil",
            day: PRINTED_AT,
            appointments,
            printed_at: PRINTED_AT,
            replaces,
        };
        Printed::new(&day_sheet(&sheet, Lang::Fr).expect("a day sheet")).text()
    };
    let both = [appointment(870, "Zoé APRÈS"), appointment(525, "Léo AVANT")];
    let text = sheet(&both, None);
    assert!(text.contains("Rendez-vous du jeudi 25 avril 2024"), "{text}");
    let (first, second) = (text.find("8 h 45 Léo AVANT"), text.find("14 h 30 Zoé APRÈS"));
    assert!(first.is_some() && first < second, "{text}");
    assert!(sheet(&[], None).contains("Aucun rendez-vous ce jour-là"));
    // One that takes the place of another says of which.
    assert!(!text.contains("Remplace"));
    let again = sheet(&both, Some(PRINTED_AT.plus_ms(-7_200_000)));
    assert!(again.contains("Remplace la feuille imprimée le jeudi 25 avril 2024"), "{again}");
}

#[test]
fn requests_stand_whole_each_on_a_page_and_the_queue_is_a_list() {
    let facts = gravelines();
    let long = "Une ligne qui ne finit pas. ".repeat(400);
    let told = |name: &str, lines: &[&str]| {
        (name.to_owned(), lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    };
    let one = |title: &str, text: &str| RequestOnPaper {
        title: title.to_owned(),
        facts: vec![told("Référence", &["CA7-K3M"]), told("Rien", &[])],
        sections: vec![Section {
            title: "L’enfant".to_owned(),
            answers: vec![told("Nom", &["#panic()", "مريم 👩‍👧"]), told("Précisions", &[text])],
        }],
    };
    let all = [one("Cantine – CA7", "court"), one("Voirie – VO1", &long), one("État civil", "x")];
    let pdf = requests(&facts.tenant, &all, Lang::Fr, PRINTED_AT).expect("requests");
    let printed = Printed::new(&pdf);
    assert!(printed.pages >= 4, "{}", printed.pages);
    assert!(printed.metadata().contains("<pdfuaid:part>1</pdfuaid:part>"));
    let text = printed.text();
    assert_eq!(text.matches("finit").count(), 400);
    for words in ["#panic()", "(sans réponse)", "Demandes des usagers", "sous clé"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let columns = ["Référence", "Démarche"].map(str::to_owned);
    let rows = [vec!["CA7-K3M".to_owned(), "Inscrire à la cantine".to_owned()]];
    let list =
        |rows| Queue { tenant: &facts.tenant, columns: &columns, rows, printed_at: PRINTED_AT };
    let printed = Printed::new(&queue(&list(&rows), Lang::Fr).expect("a queue"));
    assert!(printed.metadata().contains("<pdfuaid:part>1</pdfuaid:part>"));
    assert!(printed.text().contains("CA7-K3M Inscrire") && !printed.text().contains('☐'));
    let none = Printed::new(&queue(&list(&[]), Lang::En).expect("an empty queue"));
    assert!(none.text().contains("No request is waiting"), "{}", none.text());
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
