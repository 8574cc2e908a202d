use proptest::prelude::*;

use super::*;
use crate::{IncidentId, Phase, TenantId, incident::Nature};

pub(crate) fn rules() -> Rules {
    Rules {
        about_fr: "Carte d’identité".to_owned(),
        about_en: "Identity card".to_owned(),
        place: "Mairie, rez-de-chaussée".to_owned(),
        week: Span::parse_all("lun-ven 9h-12h; mer 14h-17h").unwrap(),
        slot_minutes: 20,
        seats: 2,
        people_max: 4,
        people_take: PeopleTake::OneSeat,
        notice_hours: 24,
        days_ahead: 60,
        closures: vec![Closure::parse("2026-12-24/2026-12-31").unwrap()],
        procedure: None,
        paused: false,
    }
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

#[test]
fn a_week_becomes_slots() {
    let rules = rules();
    assert_eq!(rules.faults(), []);
    // Monday, Wednesday, Sunday.
    assert_eq!(rules.slots(day("2026-11-30")).len(), 9);
    let wednesday = rules.slots(day("2026-12-02"));
    assert_eq!((wednesday.len(), wednesday[9].minute), (18, 14 * 60));
    assert!(rules.slots(day("2026-12-06")).is_empty());
    // Closed, and a holiday (Friday 1 January 2027).
    assert!(rules.slots(day("2026-12-24")).is_empty() && rules.slots(day("2027-01-01")).is_empty());
    assert!(!rules.slots(day("2026-12-23")).is_empty());
}

#[test]
fn what_is_wrong_is_told_and_nothing_else() {
    let wrong = |change: fn(&mut Rules)| {
        let mut rules = rules();
        change(&mut rules);
        rules.faults()
    };
    assert_eq!(wrong(|r| r.about_en = " ".into()), [Fault::About]);
    assert_eq!(wrong(|r| r.place = "é".repeat(161)), [Fault::Place]);
    assert_eq!(
        wrong(|r| r.week = Span::parse_all("lun 22h-6h").unwrap()),
        [Fault::Week, Fault::SlotMinutes]
    );
    assert_eq!(wrong(|r| r.slot_minutes = 0), [Fault::SlotMinutes]);
    assert_eq!(wrong(|r| r.slot_minutes = 200), [Fault::SlotMinutes]);
    assert_eq!(wrong(|r| r.seats = 0), [Fault::Seats]);
    assert_eq!(wrong(|r| r.people_max = 13), [Fault::People]);
    assert_eq!(wrong(|r| r.people_take = PeopleTake::ASeatEach), [Fault::People]);
    assert_eq!(wrong(|r| r.notice_hours = 337), [Fault::Notice]);
    assert_eq!(wrong(|r| r.days_ahead = 0), [Fault::DaysAhead]);
    assert_eq!(wrong(|r| r.closures.reverse()), []);
    assert_eq!(
        wrong(|r| r.closures = vec![Closure::parse("2026-12-31/2026-12-24").unwrap()]),
        [Fault::Closures]
    );
}

#[test]
fn a_closure_is_read_back_and_no_day_is_made_up() {
    for text in ["2026-12-24", "2026-12-24/2027-01-02"] {
        assert_eq!(Closure::parse(text).unwrap().to_string(), text);
    }
    for text in ["", "24/12/2026", "2026-02-29", "2026-13-01", "2026-00-10", "1969-12-31", "é"] {
        assert!(Day::parse(text).is_err(), "{text}");
        assert!(Closure::parse(text).is_err(), "{text}");
    }
    assert_eq!(day("2024-02-29").plus(1).to_string(), "2024-03-01");
}

fn incident(declared_at: i64, phase: Phase) -> Incident {
    let tenant = TenantId::parse("59273").unwrap();
    Incident {
        id: IncidentId::parse("i").unwrap(),
        owner: tenant.clone(),
        tenants: vec![tenant],
        nature: Nature::Unknown,
        phase,
        noticed_at: Instant::from_ms(0),
        declared_at: Instant::from_ms(declared_at),
        declared_by: crate::Actor::CommandLine,
        phase_at: Instant::from_ms(declared_at),
    }
}

#[test]
fn in_an_incident_a_person_must_have_said_so_since() {
    let word =
        |serves, at| Some(Word { serves, note_fr: None, note_en: None, at: Instant::from_ms(at) });
    let agenda = |word| Agenda {
        id: AgendaId::parse("cartes").unwrap(),
        service: ServiceId::parse("identity_cards").unwrap(),
        rank: 1,
        rules: rules(),
        word,
    };
    let open = ServiceStatus::Open;
    let now = [incident(100, Phase::Declared)];
    assert_eq!(agenda(None).taking(open, &[]), Taking::Yes);
    assert_eq!(agenda(None).taking(ServiceStatus::Closed, &[]), Taking::Closed);
    assert_eq!(agenda(None).taking(open, &[incident(100, Phase::Closed)]), Taking::Yes);
    assert_eq!(agenda(None).taking(open, &now), Taking::NotSaid);
    assert_eq!(agenda(word(true, 99)).taking(open, &now), Taking::NotSaid);
    assert_eq!(agenda(word(true, 100)).taking(ServiceStatus::PaperOnly, &now), Taking::Yes);
    assert_eq!(agenda(word(false, 100)).taking(open, &now), Taking::No);
    let mut paused = agenda(word(true, 100));
    paused.rules.paused = true;
    assert_eq!(paused.taking(open, &now), Taking::Paused);
}

proptest! {
    /// Whatever the week: every slot lies within an opening of its day, none overlaps another
    /// that begins at the same opening, and they come in order.
    #[test]
    fn slots_lie_within_the_opening(
        from in 0_u16..1_200, length in 5_u16..240, slot in 5_u16..=240, number in 0_i64..40_000,
        days in proptest::array::uniform7(any::<bool>()),
    ) {
        let to = (from + length).min(DAY_MINUTES - 1);
        let span = Span { days, hours: crate::oncall::Hours { from, to } };
        let rules = Rules { week: vec![span], slot_minutes: slot, ..rules() };
        let day = Day::new(1970, 1, 1).unwrap().plus(number);
        let slots = rules.slots(day);
        let open = days[usize::from(day.weekday())] && !day.is_holiday()
            && !rules.closures.iter().any(|one| one.has(day));
        let expected = if open { (to - from) / slot } else { 0 };
        prop_assert_eq!(slots.len(), usize::from(expected));
        for pair in slots.windows(2) {
            prop_assert!(pair[0].minute + slot <= pair[1].minute);
        }
        for one in &slots {
            prop_assert!(one.day == day && one.minute >= from && one.minute + slot <= to);
        }
    }

    #[test]
    fn a_day_is_written_and_read_back(number in 0_i64..=2_932_896) {
        let day = Day::new(1970, 1, 1).unwrap().plus(number);
        let (year, month, of_month) = day.civil();
        prop_assert_eq!(Day::new(year, month, of_month), Some(day));
        prop_assert_eq!(Day::parse(&day.to_string()), Ok(day));
        prop_assert_eq!(day.days_since(Day::new(1970, 1, 1).unwrap()), number);
    }
}
