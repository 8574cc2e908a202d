//! People, places and numbers that sheets for staff are made from. All invented.

use beffroi_pages::{
    kit::{Kit, KitFacts, KitPerson},
    sheets::StaffFacts,
};
use beffroi_town::{
    EmergencyFacts, Lang, Role, RosterEntry, RosterId, TownFacts,
    emergency::{Contact, ContactKind, Spot},
    phone::Forward,
};

const SERVICES: [&str; 6] =
    ["Direction générale", "Accueil", "Écoles et cantine", "État civil", "Technique", "Police"];
const FIRST: [&str; 8] = ["Camille", "Sacha", "Zoé", "Noé", "Alix", "Lou", "Claude", "Dominique"];
const LAST: [&str; 7] =
    ["Vandamme", "Lefebvre", "Dubois", "Martin", "Delattre", "Petit", "Van den Broucke"];

fn name(number: usize) -> String {
    let (first, last) = (FIRST[number % FIRST.len()], LAST[number / FIRST.len() % LAST.len()]);
    match number / (FIRST.len() * LAST.len()) {
        0 => format!("{first} {last}"),
        again => format!("{first} {last} {again}"),
    }
}

fn id(number: usize) -> RosterId {
    RosterId::parse(&format!("r-{number}")).expect("an identifier")
}

/// So many people; each calls seven others.
pub(crate) fn roster(count: usize) -> Vec<RosterEntry> {
    (0..count)
        .map(|number| RosterEntry {
            id: id(number),
            rank: u32::try_from(number).expect("a small number"),
            name: name(number),
            function: if number == 0 { "Directrice" } else { "Agent" }.to_owned(),
            service: SERVICES[number % SERVICES.len()].to_owned(),
            phones: vec![format!("06 00 {:02} {:02} 01", number / 100, number % 100)],
            caller: (number > 0).then(|| id((number - 1) / 7)),
        })
        .collect()
}

pub(crate) fn emergency() -> EmergencyFacts {
    let contact = |kind, name: &str, phone: &str, reference: Option<&str>| Contact {
        kind,
        name: Some(name.to_owned()),
        phone: Some(phone.to_owned()),
        reference: reference.map(ToOwned::to_owned),
    };
    let spots = [
        (Spot::Box4g, "Armoire de l’accueil, étagère du haut"),
        (Spot::Laptop, "Coffre du secrétariat"),
        (Spot::Room, "Salle des mariages"),
    ];
    EmergencyFacts {
        spots: spots.map(|(spot, text)| (spot, text.to_owned())).to_vec(),
        contacts: vec![
            contact(ContactKind::Operator, "Syndicat numérique", "03 28 00 01 00", None),
            contact(ContactKind::Csirt, "Centre de réponse régional", "03 28 00 01 12", None),
            contact(ContactKind::Insurer, "Assurance", "01 00 00 02 00", Some("2024-7711")),
            contact(ContactKind::Editor, "Éditeur du portail famille", "01 00 00 03 00", None),
        ],
    }
}

pub(crate) fn staff(count: usize) -> StaffFacts {
    StaffFacts { roster: roster(count), emergency: emergency() }
}

/// People whose every text is what nobody should type.
pub(crate) fn hostile(count: usize) -> StaffFacts {
    let text = format!("</td><b>W\u{202e}</b>{}", "W".repeat(200));
    let mut staff = staff(count);
    for one in &mut staff.roster {
        one.name.clone_from(&text);
        one.function.clone_from(&text);
        one.service.clone_from(&text);
        one.phones = vec![text.clone(); 5];
    }
    for (_, place) in &mut staff.emergency.spots {
        place.clone_from(&text);
    }
    staff
}

pub(crate) fn kit_facts(town: &TownFacts, count: usize) -> KitFacts {
    KitFacts {
        tenant: town.tenant.clone(),
        console_url: Some("https://etat.exemple.fr/console/".to_owned()),
        page_url: Some(format!("https://etat.exemple.fr{}", town.tenant.id.path())),
        emergency: emergency(),
        firms: vec![("Logiciel d’état civil".to_owned(), "Éditeur, 01 00 00 04 00".to_owned())],
        forwards: vec![(
            "Standard".to_owned(),
            "03 28 00 00 10".to_owned(),
            Forward {
                who: "Sacha Vandamme".to_owned(),
                mobile: "06 00 00 01 01".to_owned(),
                how: "*21* puis le numéro, puis #".to_owned(),
            },
        )],
        roster: roster(count),
    }
}

pub(crate) fn people(count: usize) -> Vec<KitPerson> {
    let roles = [Role::Director, Role::Technician, Role::Clerk, Role::Reader];
    (0..count)
        .map(|number| KitPerson {
            name: name(number),
            role: roles[number.min(3)],
            codes: vec![
                format!("JK1-{:03}-7GH-JKM-NPQ-RST-VWX", number % 1_000),
                format!("JK1-{:03}-YZ0-123-456-789-ABC", number % 1_000),
            ],
        })
        .collect()
}

pub(crate) fn kit(facts: &KitFacts, people: &[KitPerson], lang: Lang) -> String {
    let at = crate::towns::START;
    let kit =
        Kit { facts, people, number: 3, printed_at: at, stale_at: at.plus_ms(183 * 86_400_000) };
    beffroi_pages::kit::kit(&kit, lang).expect("an envelope").html
}
