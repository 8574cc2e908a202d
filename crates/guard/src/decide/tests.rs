use super::*;
use crate::content::{Change, ContentKind};
use proptest::prelude::*;

fn event(at: i64, session: &str, what: What) -> Event {
    Event { at: Instant::from_ms(at), session: session.to_owned(), user: Some(1000), what }
}

fn gone(file: u64) -> What {
    What::Gone { file, new_extension: None }
}

fn noise(file: u64) -> What {
    let change = Change {
        before: ContentKind::Text,
        after: ContentKind::Other,
        equal_permille: 4,
        random_after: true,
        blocks_turned_random: 9,
        wiped: false,
        blocks: 9,
        broken: false,
    };
    What::Rewritten { file, change }
}

#[test]
fn what_clients_do_counts_for_their_computer_and_for_no_account() {
    let mut decider = Decider::default();
    let of = |client: &str, file: u64| Event {
        session: session_of_client(client.parse().unwrap()),
        ..event(1, "", gone(file))
    };
    let mut rank = |client: &str, file: u64| decider.feed(&of(client, file)).rank();
    assert!((0..19).all(|n| rank("192.0.2.1", n) == 0));
    assert!((19..38).all(|n| rank("2001:db8::1", n) == 0), "the account of both is held");
    assert_eq!(rank("192.0.2.1", 38), 1);
}

#[test]
fn the_twentieth_vanished_file_holds_and_vanishing_alone_never_stops() {
    let mut decider = Decider::default();
    for n in 1..500_u64 {
        let verdict = decider.feed(&event(i64::try_from(n).unwrap(), "s", gone(n)));
        match (n, verdict.rank()) {
            (..20, 0) | (20.., 1) => {}
            (n, rank) => panic!("file {n}: rank {rank}"),
        }
        // The whole share would hold at 60, the session did long before.
        assert!(n < 20 || matches!(verdict.finding().unwrap().scope, Scope::Session(_)));
    }
}

#[test]
fn vanishing_files_on_a_hot_host_stop() {
    let mut decider = Decider::default();
    decider.feed(&event(0, "host", What::VitalSigns));
    let verdicts: Vec<u8> =
        (1..60).map(|n| decider.feed(&event(10, "s", gone(n))).rank()).collect();
    assert_eq!(verdicts.iter().position(|rank| *rank == 2), Some(35), "{verdicts:?}");
    assert_eq!(Verdict::Allow, Decider::default().feed(&event(0, "host", What::VitalSigns)));
}

#[test]
fn the_third_transformed_file_stops() {
    let mut decider = Decider::default();
    assert_eq!(decider.feed(&event(0, "s", noise(1))).rank(), 0);
    assert_eq!(decider.feed(&event(1, "s", noise(2))).rank(), 0);
    let Verdict::Stop(finding) = decider.feed(&event(2, "s", noise(3))) else { panic!("allowed") };
    assert_eq!(finding.kind, Suspicion::MassRewriting);
    assert_eq!(finding.points, 102);
    assert_eq!(finding.first_touch_at, Instant::from_ms(0));
}

/// Whoever is suspicious is denied what cannot be kept in time: a rotation of logs must not be.
#[test]
fn a_few_renamed_files_make_nobody_suspicious() {
    let mut decider = Decider::default();
    for n in 1..8 {
        let new_extension = Some(n.to_string());
        decider.feed(&event(0, "s", What::Gone { file: n, new_extension }));
    }
    assert_eq!(decider.points("s"), 0);
    decider.feed(&event(0, "s", noise(9)));
    assert!(decider.points("s") > 0);
}

/// It is set right after an hour too far ahead: nothing adds up over the hour until it has caught up,
/// an attack is seen as ever, and what it did is told by the clock as it is now.
#[test]
fn times_are_calm_until_something_is_lost_and_again_soon_after() {
    let at = Instant::from_ms;
    let mut decider = Decider::default();
    assert!(decider.is_calm(at(5_000)));
    decider.feed(&event(5_000, "s", What::Made { file: 1 }));
    decider.feed(&event(5_000, "s", gone(1)));
    assert!(decider.is_calm(at(5_000)), "its own");
    decider.feed(&event(5_000, "s", gone(2)));
    assert!(!decider.is_calm(at(5_000)));
    assert!(!decider.is_calm(at(5_000 + UNEASY_MS)));
    assert!(decider.is_calm(at(5_001 + UNEASY_MS)));
}

#[test]
fn of_those_who_had_ended_each_user_counts_alone() {
    let ended = |file: u64, user: u32| Event {
        at: Instant::from_ms(i64::try_from(file).unwrap()),
        session: NOBODY_KNOWN.to_owned(),
        user: Some(user),
        what: gone(file),
    };
    let mut decider = Decider::default();
    for file in 0..38 {
        let verdict = decider.feed(&ended(file, 1000 + u32::from(file >= 19)));
        assert_eq!(verdict, Verdict::Allow, "{file}");
    }
    let verdict = decider.feed(&ended(38, 1001));
    assert_eq!(verdict.finding().unwrap().scope, Scope::User(1001));
    // Let go on, that user is not held again, and another is.
    decider.feed(&Event { what: What::LetGo, ..ended(39, 1001) });
    for file in 40..70 {
        assert_eq!(decider.feed(&ended(file, 1001)), Verdict::Allow, "{file}");
    }
    assert_eq!(decider.feed(&ended(70, 1000)).finding().unwrap().scope, Scope::User(1000));
}

#[test]
fn a_clock_that_jumps_ahead_and_back_stops_no_window() {
    let (hour, minute) = (3_600_000, 60_000);
    let mut decider = Decider::default();
    decider.feed(&event(hour, "s", gone(1)));
    decider.feed(&event(2 * hour, "s", gone(2)));
    for round in 1..10 {
        let at = hour + round * 2 * minute;
        for n in 0..15 {
            let file = u64::try_from(round).unwrap() * 100 + n;
            assert_eq!(decider.feed(&event(at, "s", gone(file))), Verdict::Allow, "{round}");
        }
    }
    let at = hour + 30 * minute;
    let ranks: Vec<Verdict> =
        (0..3).map(|n| decider.feed(&event(at, "s", noise(5_000 + n)))).collect();
    let finding = ranks[2].finding().expect("the third stops");
    assert_eq!((ranks[2].rank(), finding.first_touch_at), (2, Instant::from_ms(at)));
}

/// What stands elsewhere is no loss; what holds it now is as precious as an old file.
#[test]
fn what_was_packed_may_go_and_the_archive_may_not() {
    let mut decider = Decider::default();
    decider.feed(&event(0, "s", What::Made { file: 900 }));
    let ranks = |decider: &mut Decider, from: u64| -> Vec<u8> {
        (from..from + 20).map(|n| decider.feed(&event(1, "s", gone(n))).rank()).collect()
    };
    assert_eq!(ranks(&mut decider, 0).last(), Some(&1));
    let elsewhere = What::Elsewhere { files: (0..20).collect(), places: vec![900] };
    assert_eq!(decider.feed(&event(2, "s", elsewhere)), Verdict::Allow);
    assert_eq!(decider.points("s"), 0);
    let next = ranks(&mut decider, 20);
    assert_eq!((next[18], next[19]), (0, 1), "counted from the beginning");
    assert!(!decider.made_by(900, "s"));
    decider.feed(&event(3, "s", noise(900)));
    assert_eq!(decider.points("s"), 34);
}

#[test]
fn a_process_per_session_is_seen_by_its_user() {
    let mut decider = Decider::default();
    let ranks: Vec<u8> =
        (0..25).map(|n| decider.feed(&event(0, &format!("s{n}"), gone(n))).rank()).collect();
    assert_eq!(ranks[18], 0);
    assert_eq!(ranks[19], 1);
}

#[test]
fn what_was_made_anew_a_moment_ago_is_remembered_however_much_was_made_since_the_first_time() {
    let mut decider = Decider::default();
    let made = |decider: &mut Decider, at, file| decider.feed(&event(at, "s", What::Made { file }));
    made(&mut decider, 0, 1);
    for other in 0..MADE_MAX as u64 - 2 {
        made(&mut decider, 1, 10 + other);
    }
    made(&mut decider, 2, 1);
    made(&mut decider, 3, 2);
    assert!(decider.made_by(1, "s"), "only its first making was forgotten");
    assert!(decider.made_by(10, "s") && decider.made_order.len() == MADE_MAX);
    made(&mut decider, 4, 3);
    assert!(!decider.made_by(10, "s"), "the oldest is forgotten first");
}

#[test]
fn what_one_made_one_may_remove() {
    let mut decider = Decider::default();
    for n in 0..300 {
        decider.feed(&event(0, "s", What::Made { file: n }));
    }
    for n in 0..300 {
        assert_eq!(decider.feed(&event(5, "s", gone(n))), Verdict::Allow);
    }
    for n in 0..19 {
        decider.feed(&event(0, "t", What::Made { file: 1000 + n }));
        assert_eq!(decider.feed(&event(6, "s", gone(1000 + n))), Verdict::Allow);
    }
    let later = MADE_MS + 10;
    decider.feed(&event(later, "s", gone(1)));
    assert!(!decider.made_by(2, "s"), "the right to remove ends");
}

#[test]
fn slow_work_is_forgotten_after_the_window() {
    let mut decider = Decider::default();
    for n in 0..200_u32 {
        let at = i64::from(n) * (WINDOW_MS / 18);
        assert_eq!(decider.feed(&event(at, "s", gone(u64::from(n)))), Verdict::Allow);
    }
}

#[test]
fn one_new_extension_adds_to_renaming() {
    let mut decider = Decider::default();
    let stop = (1..60).find(|n| {
        let what = What::Gone { file: *n, new_extension: Some("locked".to_owned()) };
        decider.feed(&event(0, "s", what)).rank() == 2
    });
    assert_eq!(stop, Some(32));
}

#[test]
fn whoever_was_let_go_is_not_held_again_but_stopped_all_the_same() {
    let mut decider = Decider::default();
    let rank = |decider: &mut Decider, at, session: &str, what| {
        decider.feed(&event(at, session, what)).rank()
    };
    for n in 0..20 {
        rank(&mut decider, 0, "s", gone(n));
    }
    rank(&mut decider, 1, "s", What::LetGo);
    for n in 20..600 {
        assert_eq!(rank(&mut decider, 2, "s", gone(n)), 0, "file {n}");
    }
    // Neither its user nor the share is charged with it; another session is.
    let others: Vec<u8> = (600..620).map(|n| rank(&mut decider, 3, "t", gone(n))).collect();
    assert_eq!(others.iter().position(|rank| *rank == 1), Some(19), "{others:?}");
    let stopped: Vec<u8> = (0..3).map(|n| rank(&mut decider, 4, "s", noise(1_000 + n))).collect();
    assert_eq!(stopped.last(), Some(&2), "{stopped:?}");
    // After a while it is as everybody else.
    let later = LET_GO_MS + 10;
    let again: Vec<u8> = (0..20).map(|n| rank(&mut decider, later, "s", gone(2_000 + n))).collect();
    assert_eq!(again.last(), Some(&1));
}

fn any_event() -> impl Strategy<Value = Event> {
    let what = prop_oneof![
        (0..50_u64).prop_map(|file| What::Made { file }),
        (0..50_u64).prop_map(gone),
        (0..50_u64).prop_map(noise),
        Just(What::VitalSigns),
        Just(What::LetGo),
        Just(What::AllLetGo),
    ];
    (0..200_000_i64, 0..4_u8, prop::option::of(0..3_u32), what).prop_map(|(at, s, user, what)| {
        Event { at: Instant::from_ms(at), session: format!("s{s}"), user, what }
    })
}

proptest! {
    #[test]
    fn a_recorded_log_replays_to_the_same_verdicts(log in prop::collection::vec(any_event(), 0..200)) {
        let mut live = Decider::default();
        let seen: Vec<Verdict> = log.iter().map(|event| live.feed(event)).collect();
        let text = serde_json::to_string(&log).unwrap();
        let read: Vec<Event> = serde_json::from_str(&text).unwrap();
        let mut again = Decider::default();
        let replayed: Vec<Verdict> = read.iter().map(|event| again.feed(event)).collect();
        prop_assert_eq!(seen, replayed);
    }

    #[test]
    fn nothing_is_stopped_by_fewer_than_three_touches(log in prop::collection::vec(any_event(), 0..200)) {
        let mut decider = Decider::default();
        let mut touches = 0;
        for event in &log {
            touches += u32::from(matches!(event.what, What::Gone { .. } | What::Rewritten { .. }));
            let verdict = decider.feed(event);
            prop_assert!(verdict.rank() < 2 || touches >= 3);
            prop_assert!(verdict.rank() < 1 || touches >= 3);
        }
    }
}
