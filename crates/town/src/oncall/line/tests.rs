use super::*;
use crate::{
    AlarmKind, CallId, Instant, Lang, TenantId,
    oncall::{CallState, Holidays, Hours, Span, Way},
};

fn contact(name: &str, rank: u32) -> Contact {
    Contact {
        id: ContactId::parse(name).unwrap(),
        tenant: TenantId::parse("59273").unwrap(),
        rank,
        name: name.to_owned(),
        lang: Lang::Fr,
        for_operator: false,
        watch: vec![],
        holidays: Holidays::AsDays,
        quiet: None,
        ways: ["sms", "mail"]
            .map(|channel| Way { channel: channel.to_owned(), address: "x".to_owned() })
            .to_vec(),
        escalate_ms: super::super::ESCALATE_MS,
        paused: false,
    }
}

/// Thursday 25 April 2024, at this hour.
fn listed(contact: Contact, hour: u16) -> Listed {
    let own = !contact.for_operator;
    Listed { contact, local: Local { year: 2024, month: 4, day: 25, minute: hour * 60 }, own }
}

fn operator(name: &str) -> Contact {
    Contact { for_operator: true, ..contact(name, 1) }
}

fn call(told: AlarmKind) -> Call {
    Call {
        id: CallId::parse("call").unwrap(),
        tenant: TenantId::parse("59273").unwrap(),
        kind: CallKind::Alarm,
        told: Some(told),
        urgency: told.urgency(),
        since_at: Instant::default(),
        simulated: false,
        opened_at: Instant::default(),
        state: CallState::Ringing,
        state_at: Instant::default(),
        round: 1,
        acknowledged: None,
        ended_at: None,
    }
}

fn attack() -> Call {
    call(AlarmKind::FilesVanishing)
}

fn tried(name: &str, way: u32, outcome: Outcome) -> Try {
    Try {
        id: format!("{name}-{way}"),
        contact: ContactId::parse(name).unwrap(),
        round: 1,
        way,
        channel: "sms".to_owned(),
        rung_at: Instant::default(),
        outcome,
    }
}

fn receipt() -> Outcome {
    Outcome::Receipt { at: Instant::default() }
}

fn failed() -> Outcome {
    Outcome::Failed { at: Instant::default(), code: "timed_out".to_owned() }
}

fn ring(name: &str, way: u32, before: Option<&str>) -> Step {
    let id = |name: &str| ContactId::parse(name).unwrap();
    Step::Ring { contact: id(name), way, instead_of: before.map(id) }
}

fn names(call: &Call, list: &[Listed]) -> Vec<String> {
    order(call, list).iter().map(|one| one.contact.name.clone()).collect()
}

#[test]
fn own_people_come_first_then_the_operators() {
    let list =
        [listed(operator("op"), 11), listed(contact("b", 2), 11), listed(contact("a", 1), 11)];
    assert_eq!(names(&attack(), &list), ["a", "b", "op"]);
    assert_eq!(names(&call(AlarmKind::PlatformSilent), &list), ["op", "a", "b"]);
}

#[test]
fn who_is_not_on_watch_is_passed_over_unless_nobody_is() {
    let nights = Span::parse_all("18h-8h").unwrap();
    let list = |hour| {
        [
            listed(Contact { watch: nights.clone(), ..contact("night", 1) }, hour),
            listed(Contact { paused: true, ..contact("away", 2) }, hour),
            listed(Contact { ways: vec![], ..contact("unreachable", 3) }, hour),
            listed(contact("always", 4), hour),
        ]
    };
    assert_eq!(names(&attack(), &list(11)), ["always"]);
    assert_eq!(names(&attack(), &list(23)), ["night", "always"]);
    let mut asleep = list(11).to_vec();
    asleep.truncate(3);
    assert_eq!(names(&attack(), &asleep), ["night"], "rather than nobody");
    assert_eq!(next(&attack(), &[], &[], false), Step::NobodyReached { again_ms: Some(AGAIN_MS) });
}

#[test]
fn a_failed_way_gives_way_at_once_and_a_receipt_gives_time() {
    let list = [listed(contact("a", 1), 11), listed(contact("b", 2), 11)];
    let step = |tries: &[Try], over| next(&attack(), &list, tries, over);
    assert_eq!(step(&[], false), ring("a", 0, None));
    let mut tries = vec![tried("a", 0, Outcome::Pending)];
    assert_eq!(step(&tries, true), Step::Wait, "what is on its way is waited for");
    tries[0].outcome = failed();
    assert_eq!(step(&tries, false), ring("a", 1, None));
    tries.push(tried("a", 1, failed()));
    assert_eq!(step(&tries, false), ring("b", 0, Some("a")));
    tries.push(tried("b", 0, receipt()));
    assert_eq!(step(&tries, false), Step::Wait);
    assert_eq!(step(&tries, true), Step::NobodyReached { again_ms: Some(AGAIN_MS) });
}

#[test]
fn the_time_given_ends_with_the_next_person() {
    let list = [listed(contact("a", 1), 11), listed(contact("b", 2), 11)];
    let tries = [tried("a", 0, receipt())];
    assert_eq!(next(&attack(), &list, &tries, false), Step::Wait);
    assert_eq!(next(&attack(), &list, &tries, true), ring("b", 0, Some("a")));
    // Who left the list meanwhile is not looked for.
    assert_eq!(next(&attack(), &list[1..], &tries, true), ring("b", 0, Some("a")));
}

#[test]
fn a_lesser_alarm_waits_for_the_morning_and_an_attack_does_not() {
    let quiet = Some(Hours::parse("22:00-07:00").unwrap());
    let list = [listed(Contact { quiet, ..contact("a", 1) }, 23)];
    let hot = call(AlarmKind::VitalSigns);
    assert_eq!(next(&hot, &list, &[], false), Step::Quiet { minutes: 8 * 60 });
    for grave in [
        AlarmKind::FilesVanishing,
        AlarmKind::FilesRewritten,
        AlarmKind::GuardSilent,
        AlarmKind::GuardBlind,
        AlarmKind::OrderRefused,
        AlarmKind::PlatformSilent,
    ] {
        assert_eq!(next(&call(grave), &list, &[], false), ring("a", 0, None), "{grave:?}");
    }
    let always = Some(Hours::parse("0-0").unwrap());
    let never = [listed(Contact { quiet: always, ..contact("a", 1) }, 23)];
    assert!(matches!(next(&hot, &never, &[], false), Step::Quiet { minutes: 1.. }));
}

#[test]
fn what_is_urgent_starts_over_and_sooner_when_nothing_went_out() {
    let list = [listed(contact("a", 1), 11)];
    let unanswered = |round: u32, outcome: Outcome| {
        let call = Call { round, ..attack() };
        let tries: Vec<Try> =
            (0..2).map(|way| Try { round, ..tried("a", way, outcome.clone()) }).collect();
        next(&call, &list, &tries, true)
    };
    let again = |minutes: i64| Step::NobodyReached { again_ms: Some(minutes * 60_000) };
    let waits: Vec<Step> = (1..=6).map(|round| unanswered(round, failed())).collect();
    assert_eq!(waits, [1, 2, 4, 8, 15, 15].map(again));
    assert_eq!(unanswered(1, receipt()), again(15));
    let mild = call(AlarmKind::NewDevice);
    let tries = [tried("a", 0, receipt())];
    assert_eq!(next(&mild, &list, &tries, true), Step::NobodyReached { again_ms: None });
    let weekly = Call { kind: CallKind::Weekly, told: None, ..attack() };
    assert_eq!(next(&weekly, &list, &tries, true), Step::NobodyReached { again_ms: None });
    let single = Call { kind: CallKind::Single, told: None, ..attack() };
    let two = [listed(contact("a", 1), 11), listed(contact("b", 2), 11)];
    assert_eq!(next(&single, &two, &tries, true), Step::NobodyReached { again_ms: None });
}

#[test]
fn a_call_takes_in_what_follows_for_some_hours() {
    let at = Instant::from_ms;
    let acknowledged = Call { state: CallState::Acknowledged, state_at: at(10), ..attack() };
    assert!(acknowledged.takes_in(at(20)) && !acknowledged.is_open());
    assert!(!acknowledged.takes_in(at(10 + super::super::GROUP_MS)));
    let ended = Call { ended_at: Some(at(5)), ..attack() };
    assert!(!ended.takes_in(at(6)) && !ended.is_open());
    let nobody = Call { state: CallState::NobodyReached, ..attack() };
    assert!(nobody.takes_in(at(i64::MAX)) && nobody.is_open());
    let test = Call { kind: CallKind::Weekly, ..attack() };
    assert!(!test.takes_in(at(0)) && test.is_test());
}
