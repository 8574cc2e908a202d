//! A town that prints.

use beffroi_town::{Instant, Tenant, TenantId, TownFacts, catalogue, edge::Entropy};
use std::sync::atomic::{AtomicU8, Ordering};

/// When the tests print: 25 April 2024, 11:04 in Paris.
pub(crate) const PRINTED_AT: Instant = Instant::from_ms(1_714_035_840_000);

/// Chance that is played: never the same twice in a row, the same from run to run.
#[derive(Default)]
pub(crate) struct Played(AtomicU8);

impl Entropy for Played {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(37, Ordering::Relaxed).wrapping_mul(11);
        }
    }
}

/// Gravelines on a calm day, its reception and some counters filled in.
pub(crate) fn gravelines() -> TownFacts {
    let id = TenantId::parse("59273").expect("a code");
    let (mut services, assets) = catalogue::start(&id, PRINTED_AT).expect("the catalogue");
    let filled = [
        (
            "reception",
            "Hôtel de ville, place Albert Denvers",
            "du lundi au vendredi, 8 h 30 à 12 h et 13 h 30 à 17 h",
            "03 28 23 59 00",
        ),
        (
            "canteen",
            "Service des écoles, 2 rue de Calais",
            "du lundi au vendredi, 8 h à 12 h",
            "03 28 23 59 10",
        ),
        (
            "social_centre",
            "CCAS, 3 place de l’Église",
            "du lundi au vendredi, 9 h à 12 h",
            "03 28 23 59 20",
        ),
    ];
    for (code, place, hours, phone) in filled {
        let service = services.iter_mut().find(|one| one.id.as_str() == code).expect("a service");
        service.place = Some(place.to_owned());
        service.hours = Some(hours.to_owned());
        service.phone = Some(phone.to_owned());
    }
    let tenant = Tenant {
        id,
        name: "Gravelines".to_owned(),
        department: Some("59".to_owned()),
        region: Some("32".to_owned()),
        population: Some(11_000),
        siren: None,
        postcodes: vec!["59820".to_owned()],
        epci: None,
        opened_at: PRINTED_AT,
        closed_at: None,
    };
    TownFacts {
        tenant,
        services,
        assets,
        lines: Vec::new(),
        open_alarms: Vec::new(),
        incidents: Vec::new(),
        notices: Vec::new(),
        receives: false,
        true_at: PRINTED_AT,
    }
}
