use super::*;
use crate::{GuardId, Instant};
use proptest::prelude::*;

#[test]
fn texts_to_sign_never_meet() {
    let guard = GuardId::parse("g1").unwrap();
    let at = Instant::from_ms(7);
    let request = request_text("g1", "POST", BEAT_PATH, at, &[0xab; 32]);
    let order = order_text(&guard, 1, at, &Order::CutSelf);
    assert!(request.starts_with(b"beffroi guard request v1\ng1\nPOST\n"));
    assert!(request.ends_with(b"abab"));
    assert_eq!(order, b"beffroi guard order v1\ng1\n1\n7\ncut_self\n");
    assert_ne!(order, order_text(&guard, 1, at, &Order::LiftSelf));
    assert_ne!(order, order_text(&guard, 2, at, &Order::CutSelf));
}

#[test]
fn hostile_names_travel() {
    assert_eq!(shown_path("salle/é%.odt".as_bytes()), "salle/é%25.odt");
    assert_eq!(shown_path(b"a\nb\xff"), "a%0ab%ff");
    assert!(shown_path("é".repeat(400).as_bytes()).len() <= PATH_BYTES_MAX);
}

#[test]
fn a_code_from_a_newer_guard_is_unknown_not_an_error() {
    let hole: Hole = serde_json::from_str("\"from_the_future\"").unwrap();
    assert_eq!(hole, Hole::Unknown);
}

#[test]
fn bounds_are_kept() {
    let level = Level { letter: Letter::C, holes: vec![Hole::NoStop; LIST_MAX + 1] };
    assert_eq!(level.check(), Err(OutOfBounds { field: "holes", max: LIST_MAX }));
}

proptest! {
    #[test]
    fn a_shown_path_is_bounded_and_printable(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let shown = shown_path(&bytes);
        prop_assert!(shown.len() <= PATH_BYTES_MAX);
        prop_assert!(shown.chars().all(|c| !c.is_control()));
    }
}
