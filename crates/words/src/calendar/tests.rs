use beffroi_town::{Instant, Lang, TenantId};

use super::*;

/// Thursday 25 April 2024, 09:04 UTC: 11:04 in Gravelines.
const GRAVELINES: Instant = Instant::from_ms(1_714_035_840_000);
const HOUR: i64 = 3_600_000;

fn plain(text: &str) -> String {
    text.replace([HARD, '\u{202f}'], " ")
}

#[test]
fn a_date_is_told_in_full_in_the_town_s_own_hour() {
    let (fr, en) = (Words::of(Lang::Fr), Words::of(Lang::En));
    let paris = Zone::paris();
    let full = fr.date_full(GRAVELINES, &paris);
    assert_eq!(plain(&full), "jeudi 25 avril 2024 à 11 h 04");
    assert_eq!(full, "jeudi 25\u{a0}avril\u{a0}2024 à 11\u{a0}h\u{a0}04");
    assert_eq!(plain(&en.date_full(GRAVELINES, &paris)), "Thursday 25 April 2024 at 11:04");
    assert_eq!(plain(&fr.date_short(GRAVELINES, &paris)), "25 avril, 11 h 04");
    assert_eq!(plain(&en.day_full(GRAVELINES, &paris)), "Thursday 25 April 2024");
    let guadeloupe = Zone::of_department(Some("971"));
    assert_eq!(plain(&fr.time(GRAVELINES, &guadeloupe)), "5 h 04");
    assert_eq!(en.time(GRAVELINES, &Zone::of_department(Some("974"))), "13:04");
}

#[test]
fn the_first_of_a_month_and_a_full_hour_read_as_people_say_them() {
    // Sunday 1 September 2024, 08:00 UTC.
    let first = Instant::from_ms(1_725_177_600_000);
    let said = Words::of(Lang::Fr).date_full(first, &Zone::paris());
    assert_eq!(plain(&said), "dimanche 1er septembre 2024 à 10 h");
}

#[test]
fn summer_time_ends_on_the_hour() {
    // Sunday 27 October 2024: 00:59:59 and 01:00:00 UTC are 2:59 and 2:00 in Paris.
    let last = Instant::from_ms(1_729_990_799_000);
    let en = Words::of(Lang::En);
    assert_eq!(en.time(last, &Zone::paris()), "2:59");
    assert_eq!(en.time(last.plus_ms(1000), &Zone::paris()), "2:00");
}

#[test]
fn every_zone_is_in_the_program() {
    for (_, name) in OVERSEAS {
        assert_eq!(Zone::named(name).name(), name);
    }
    assert_eq!(Zone::paris().name(), "Europe/Paris");
    assert_eq!(Zone::of_department(Some("59")), Zone::paris());
    for (_, department) in OVERSEAS_REGIONS {
        assert_ne!(Zone::of_department(Some(department)), Zone::paris());
    }
}

#[test]
fn a_region_overseas_has_its_clock_without_a_department() {
    let tenant = Tenant {
        id: TenantId::parse("reg:01").unwrap(),
        name: "Guadeloupe".to_owned(),
        department: None,
        region: Some("01".to_owned()),
        population: None,
        siren: None,
        postcodes: Vec::new(),
        epci: None,
        opened_at: Instant::default(),
        closed_at: None,
    };
    assert_eq!(Zone::of(&tenant).name(), "America/Guadeloupe");
}

#[test]
fn durations_agree_and_keep_to_two_units() {
    let (fr, en) = (Words::of(Lang::Fr), Words::of(Lang::En));
    for (ms, french, english) in [
        (0, "moins d’une minute", "less than a minute"),
        (60_000, "1 minute", "1 minute"),
        (HOUR, "1 heure", "1 hour"),
        (HOUR + 120_000, "1 heure et 2 minutes", "1 hour and 2 minutes"),
        (25 * HOUR, "1 jour et 1 heure", "1 day and 1 hour"),
        (48 * HOUR, "2 jours", "2 days"),
        (20 * 24 * HOUR + 5 * HOUR, "20 jours", "20 days"),
        (-3 * HOUR, "3 heures", "3 hours"),
    ] {
        assert_eq!(plain(&fr.duration(ms)), french);
        assert_eq!(plain(&en.duration(ms)), english);
    }
    let later = GRAVELINES.plus_ms(3 * HOUR);
    assert_eq!(plain(&fr.ago(GRAVELINES, later)), "il y a 3 heures");
    assert_eq!(plain(&fr.since(GRAVELINES, later)), "depuis 3 heures");
    assert_eq!(plain(&en.since(later, GRAVELINES)), "for less than a minute");
    assert_eq!(plain(&fr.stopwatch(3_250)), "3,2 s");
    assert_eq!(plain(&en.stopwatch(850)), "850 ms");
}

#[test]
fn the_ends_of_time_do_not_break_anything() {
    for ms in [i64::MIN, i64::MAX] {
        let at = Instant::from_ms(ms);
        for lang in Lang::ALL {
            let words = Words::of(lang);
            assert_eq!(words.date_full(at, &Zone::paris()), words.say("date-none"));
            assert!(!words.duration(ms).contains('⟦'));
        }
        assert!(machine(at).contains("9999"));
    }
    assert_eq!(machine(GRAVELINES), "2024-04-25T09:04:00Z");
}

#[test]
fn numbers_keep_their_thousands_apart() {
    assert_eq!(Words::of(Lang::Fr).number(34_969), "34\u{202f}969");
    assert_eq!(Words::of(Lang::En).number(1_234_567), "1,234,567");
    assert_eq!(Words::of(Lang::En).number(999), "999");
}

#[test]
fn an_hour_that_the_clock_skips_is_none_and_one_it_shows_twice_is_the_first() {
    let paris = Zone::paris();
    let at = |day: &str, hour: u16| {
        let day = beffroi_town::agenda::Day::parse(day).unwrap();
        paris.instant(Slot { day, minute: hour * 60 + 30 }).map(machine)
    };
    assert_eq!(at("2026-03-28", 9).as_deref(), Some("2026-03-28T08:30:00Z"));
    assert_eq!(at("2026-03-29", 2), None);
    assert_eq!(at("2026-03-29", 9).as_deref(), Some("2026-03-29T07:30:00Z"));
    assert_eq!(at("2026-10-25", 2).as_deref(), Some("2026-10-25T00:30:00Z"));
    let zone = Zone::of_department(Some("971"));
    let day = zone.day(GRAVELINES);
    assert_eq!(zone.day(zone.instant(Slot { day, minute: 0 }).unwrap()), day);
}

#[test]
fn months_end_as_the_law_counts_them() {
    let zone = Zone::paris();
    for (from, months, end) in [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-04-25", 2, "2024-06-25"),
        ("2024-10-31", 4, "2025-02-28"),
        ("2024-12-15", 2, "2025-02-15"),
    ] {
        let at = zone.start_of(from).unwrap().plus_ms(10 * 3_600_000);
        let day_after = zone.start_of(end).unwrap().plus_ms(36 * 3_600_000);
        let over = zone.end_of_months(at, months);
        assert_eq!(zone.days_until(over, day_after), 1, "{from}");
        assert_eq!(zone.days_until(over, over.plus_ms(1)), 1, "{from}: it ends with the day");
    }
    let day = |text: &str| zone.start_of(text).unwrap();
    assert_eq!(zone.end_of_school_year(day("2024-04-25")).plus_ms(1), day("2024-09-01"));
    assert_eq!(zone.end_of_school_year(day("2024-09-01")).plus_ms(1), day("2025-09-01"));
    assert_eq!(zone.start_of("2024-02-30"), None);
    // The clocks go forward in between: days are days of the calendar.
    assert_eq!(zone.days_until(day("2024-03-30"), day("2024-04-01")), 2);
}
