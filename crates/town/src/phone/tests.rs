use super::*;
use crate::{AssetState, TenantId, catalogue};

const DAY: i64 = 86_400_000;

fn at(days: i64) -> Instant {
    Instant::from_ms(days * DAY)
}

fn line(number: &str, state: LineState, said: i64, instead: Option<&str>) -> PhoneLine {
    PhoneLine {
        id: LineId::parse(&format!("l-{}", number.replace(' ', ""))).unwrap(),
        number: number.to_owned(),
        label: "Standard".to_owned(),
        state,
        state_at: at(said),
        instead: instead.map(ToOwned::to_owned),
    }
}

fn assets(state: AssetState, since: i64) -> Vec<Asset> {
    let (_, mut all) = catalogue::start(&TenantId::parse("59273").unwrap(), at(0)).unwrap();
    let phone = all.iter_mut().find(|one| one.kind == AssetKind::Telephony).unwrap();
    (phone.state, phone.state_at) = (state, at(since));
    all
}

#[test]
fn a_number_is_the_same_in_any_spelling() {
    let spellings = [
        "03 28 51 34 34",
        "0328513434",
        "03.28.51.34.34",
        "+33 3 28 51 34 34",
        "0033328513434",
        "+33 (0)3 28 51 34 34",
        "03\u{a0}28\u{202f}51-34/34",
    ];
    for text in spellings {
        assert_eq!(key(text).as_deref(), Some("0328513434"), "{text}");
    }
    for text in ["", "0", "328513434", "03 28", "javascript:1", "03 28 51 34 3x", "+0123456789"] {
        assert_eq!(key(text), None, "{text}");
    }
}

#[test]
fn every_number_of_a_text_is_found() {
    let two = ["03 28 00 00 10", "06 00 00 00 01"];
    for text in [
        "03 28 00 00 10 ou 06.00.00.00.01",
        "0328000010 / 0600000001",
        "Standard : 03 28 00 00 10 - 06 00 00 00 01 (astreinte)",
        "+33 3 28 00 00 10; +33 (0)6 00 00 00 01",
    ] {
        assert_eq!(numbers(text), two, "{text}");
    }
    assert_eq!(numbers("appelez le 17"), ["17"]);
    assert_eq!(numbers("à l’accueil"), Vec::<String>::new());
}

#[test]
fn the_newest_word_counts() {
    let number = "03 28 00 00 10";
    for (telephony, since, state, said, expected) in [
        (AssetState::Up, 1, LineState::Works, 2, Works::Yes),
        (AssetState::Up, 3, LineState::Down, 2, Works::No),
        (AssetState::Up, 1, LineState::Unknown, 2, Works::Doubtful),
        (AssetState::Cut, 3, LineState::Works, 2, Works::No),
        (AssetState::Down, 2, LineState::Works, 2, Works::No),
        (AssetState::Unknown, 3, LineState::Works, 2, Works::Doubtful),
        (AssetState::Cut, 3, LineState::Works, 4, Works::Yes),
        (AssetState::Cut, 3, LineState::Unknown, 4, Works::Doubtful),
        (AssetState::Degraded, 3, LineState::Works, 2, Works::Yes),
    ] {
        let lines = [line(number, state, said, None)];
        let assets = assets(telephony, since);
        let book = PhoneBook::of(&lines, &assets);
        assert_eq!(book.answers(&lines[0]).0, expected, "{telephony:?} {since} {state:?} {said}");
        let reach = book.reach(Some("+33328000010"));
        assert_eq!(reach.works, expected);
        assert_eq!(reach.troubles.is_empty(), expected == Works::Yes);
    }
}

#[test]
fn a_number_on_no_line_stands_on_the_telephony_and_a_short_one_does_not() {
    let assets = assets(AssetState::Down, 1);
    let book = PhoneBook::of(&[], &assets);
    assert_eq!(book.reach(Some("03 28 00 00 10")).works, Works::No);
    assert_eq!(book.reach(Some("3939")).works, Works::Yes);
    assert_eq!(book.reach(Some("demandez à l’accueil")).works, Works::No);
    assert_eq!(book.reach(None).works, Works::No);
    let nothing = PhoneBook::of(&[], &[]);
    assert!(nothing.reach(Some("03 28 00 00 10")).troubles.is_empty());
    assert_eq!(nothing.reach(None).works, Works::Doubtful);
}

#[test]
fn nobody_is_sent_from_one_dead_number_to_another() {
    let mut lines = vec![
        line("03 28 00 00 10", LineState::Down, 1, Some("03 28 00 00 11")),
        line("03 28 00 00 11", LineState::Down, 1, Some("06 00 00 00 01")),
    ];
    let assets = assets(AssetState::Cut, 2);
    let book = PhoneBook::of(&lines, &assets);
    let reach = book.reach(Some("0328000010"));
    assert_eq!((reach.works, reach.troubles[0].instead), (Works::No, None));
    assert_eq!(book.reach(Some("0328000011")).troubles[0].instead, Some("06 00 00 00 01"));
    assert_eq!(book.reach(Some("0328000010 ou 0328000011")).works, Works::Yes);
    (lines[1].state, lines[1].state_at) = (LineState::Works, at(3));
    let book = PhoneBook::of(&lines, &assets);
    assert_eq!(book.reach(Some("0328000010")).troubles[0].instead, Some("03 28 00 00 11"));
}
