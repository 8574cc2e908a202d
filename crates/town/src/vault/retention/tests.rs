use proptest::prelude::*;

use super::*;

const RETENTION: Retention = Retention { days: 30, days_most: 400, newest: 3, weeks: 4, months: 6 };
/// Monday 2 September 2024, 00:00 UTC.
const MONDAY: i64 = 1_725_235_200_000;

fn at(days: i64) -> Instant {
    Instant::from_ms(MONDAY + days * DAY_MS)
}

/// Nightly snapshots of so many days up to now, the oldest first.
fn nightly(days: i64, trust: Trust) -> Vec<(String, Instant, Trust)> {
    (0..days).rev().map(|back| (format!("{back:04}"), at(-back), trust)).collect()
}

fn held(all: &[(String, Instant, Trust)]) -> Vec<Held<'_>> {
    all.iter()
        .map(|(name, received_at, trust)| Held { name, received_at: *received_at, trust: *trust })
        .collect()
}

/// The names of those that may go.
fn go(all: &[(String, Instant, Trust)], now: Instant) -> BTreeSet<String> {
    let standings = standings(&held(all), now, &RETENTION);
    let both = all.iter().zip(standings);
    both.filter(|(_, standing)| standing.may_go()).map(|(one, _)| one.0.clone()).collect()
}

#[test]
fn months_and_weeks_begin_when_they_do() {
    let ms = |days: i64| Instant::from_ms(days * DAY_MS);
    // 1970-01-01, 1970-02-01, 2000-02-29, 2000-03-01, 2024-12-31, 2025-01-01.
    let months = [0, 31, 11_016, 11_017, 20_088, 20_089].map(|day| month(ms(day)));
    let first = 1_970 * 12;
    let wanted = [0, 1, 30 * 12 + 1, 30 * 12 + 2, 54 * 12 + 11, 55 * 12].map(|more| first + more);
    assert_eq!(months, wanted);
    assert_eq!(week(at(0)), week(at(6)));
    assert_eq!(week(at(0)) - 1, week(at(-1)));
    assert_eq!(week(Instant::from_ms(MONDAY - 1)) + 1, week(at(0)));
}

#[test]
fn a_year_of_nights_is_thinned_to_what_was_settled() {
    let all = nightly(365, Trust::Unjudged);
    let gone = go(&all, at(0));
    let stay: Vec<&String> =
        all.iter().map(|(name, ..)| name).filter(|name| !gone.contains(*name)).collect();
    // Thirty days, and the first of each of six months; the newest and the weeks lie within.
    assert!((30..=38).contains(&stay.len()), "{stay:?}");
    assert!(gone.contains("0364"), "the oldest is beyond six months");
    let standing = standings(&held(&all), at(40), &RETENTION);
    assert_eq!(standing.last(), Some(&Standing::Protected { by: Protection::Newest }));
    assert_eq!(standings(&held(&all), at(100), &RETENTION)[0], Standing::Due);
    assert_eq!(standings(&held(&all), at(0), &RETENTION)[0], Standing::MayGo);
}

#[test]
fn a_silent_server_keeps_what_is_protected() {
    let all = nightly(60, Trust::Clean);
    let gone = go(&all, at(5_000));
    let stay = all.len() - gone.len();
    assert!(stay >= 6, "{stay}");
    // And where everything is doubtful, the newest and the first of each month stay all the same:
    // of July, August, September.
    let all = nightly(60, Trust::Doubtful);
    assert_eq!(go(&all, at(5_000)).len(), all.len() - 4);
}

#[test]
fn a_flood_takes_no_clean_one_s_place() {
    let mut all = nightly(90, Trust::Clean);
    let before = go(&all, at(0));
    for number in 0..500_i64 {
        all.push((format!("flood{number}"), at(0).plus_ms(number + 1), Trust::Unjudged));
    }
    assert_eq!(go(&all, at(0)), before);
    // The newest clean ones stay after a year, though hundreds came after them.
    let gone = go(&all, at(365));
    for newest in ["0000", "0001", "0002"] {
        assert!(!gone.contains(newest), "{newest}");
    }
}

fn trusts() -> impl Strategy<Value = Trust> {
    prop_oneof![Just(Trust::Clean), Just(Trust::Unjudged), Just(Trust::Doubtful)]
}

fn some() -> impl Strategy<Value = Vec<(String, Instant, Trust)>> {
    proptest::collection::vec((-500_i64..40, 0_i64..DAY_MS, trusts()), 0..80).prop_map(|all| {
        let named = all.into_iter().enumerate();
        named.map(|(n, (day, ms, trust))| (format!("{n:03}"), at(day).plus_ms(ms), trust)).collect()
    })
}

proptest! {
    #[test]
    fn nothing_young_goes_and_clean_ones_stay(all in some()) {
        let gone = go(&all, at(0));
        for (name, received_at, _) in &all {
            prop_assert!(!gone.contains(name) || at(0).ms_since(*received_at) >= 30 * DAY_MS);
        }
        for wanted in [&[Trust::Clean][..], &[Trust::Clean, Trust::Unjudged]] {
            let of = || all.iter().filter(|one| wanted.contains(&one.2));
            let left = of().filter(|one| !gone.contains(&one.0)).count();
            prop_assert!(left >= of().count().min(3), "the newest are protected");
        }
        prop_assert!(all.is_empty() || gone.len() < all.len());
    }

    #[test]
    fn what_goes_changes_nothing_for_the_others(all in some()) {
        let gone = go(&all, at(0));
        let left: Vec<_> = all.iter().filter(|one| !gone.contains(&one.0)).cloned().collect();
        prop_assert_eq!(go(&left, at(0)), BTreeSet::new());
    }

    #[test]
    fn the_order_and_what_comes_later_take_nothing_away(all in some(), more in some()) {
        let before = go(&all, at(0));
        let mut turned = all.clone();
        turned.reverse();
        prop_assert_eq!(&go(&turned, at(0)), &before);
        // Whatever is sent within a week and a month that have some already: what was protected as
        // their first stays so.
        let newest = all.iter().map(|one| one.1).max().unwrap_or_default();
        let later = more.into_iter().map(|(name, _, trust)| (format!("x{name}"), newest, trust));
        let mut flooded = all.clone();
        flooded.extend(later.map(|(name, at, trust)| (name, at.plus_ms(1), trust)));
        let crosses = week(newest) != week(newest.plus_ms(1)) || month(newest) != month(newest.plus_ms(1));
        let lasting = |all: &[(String, Instant, Trust)]| {
            let held = held(all);
            let Protected([_, weeks, months]) = Protected::among(&held, &RETENTION);
            weeks.iter().chain(&months).map(|name| (*name).to_owned()).collect::<BTreeSet<String>>()
        };
        // The first clean one of a month is a new month among the clean, and an older one makes room.
        let has = |span: fn(Instant) -> i64| {
            all.iter().any(|one| one.2 == Trust::Clean && span(one.1) == span(newest))
        };
        if !crosses && has(week) && has(month) {
            let (one, two) = (lasting(&all), lasting(&flooded));
            prop_assert!(one.is_subset(&two), "{:?}", one.difference(&two).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_clock_that_jumps_breaks_nothing(all in some(), now in any::<i64>()) {
        let now = Instant::from_ms(now);
        let standings = standings(&held(&all), now, &RETENTION);
        prop_assert_eq!(standings.len(), all.len());
    }
}
