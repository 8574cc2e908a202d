//! Generated records of events, everyday and hostile: each must go on giving the verdict it gives.

use super::*;
use crate::content::{Change, ContentKind};

/// A day, an attack: events with their time in milliseconds.
struct Log {
    events: Vec<Event>,
    at: i64,
}

impl Log {
    fn new() -> Self {
        Self { events: Vec::new(), at: 0 }
    }

    fn add(&mut self, after_ms: i64, session: &str, user: u32, what: What) {
        self.at += after_ms;
        let at = Instant::from_ms(self.at);
        self.events.push(Event { at, session: session.to_owned(), user: Some(user), what });
    }

    /// The worst verdict, and how many files had been touched by then.
    fn verdict(&self) -> (u8, Option<usize>) {
        let mut decider = Decider::default();
        let ranks: Vec<u8> = self.events.iter().map(|event| decider.feed(event).rank()).collect();
        let worst = ranks.iter().copied().max().unwrap_or(0);
        let first = ranks.iter().position(|rank| *rank > 0).map(|at| {
            let touches = self.events.iter().take(at + 1);
            touches
                .filter(|event| !matches!(event.what, What::Made { .. } | What::Saved { .. }))
                .count()
        });
        (worst, first)
    }
}

fn gone(file: u64) -> What {
    What::Gone { file, new_extension: None }
}

fn change(before: ContentKind, after: ContentKind, random_after: bool) -> Change {
    Change {
        before,
        after,
        equal_permille: if random_after { 4 } else { 300 },
        random_after,
        blocks_turned_random: if random_after { 9 } else { 0 },
        wiped: false,
        blocks: 9,
        broken: false,
    }
}

fn rewritten(file: u64, change: Change) -> What {
    What::Rewritten { file, change }
}

fn noise(file: u64) -> What {
    rewritten(file, change(ContentKind::Text, ContentKind::Other, true))
}

fn emptied(file: u64) -> What {
    rewritten(file, change(ContentKind::Text, ContentKind::Empty, false))
}

/// Thirty people of a town hall, each saving a document every two minutes, both ways, all day.
fn office_day() -> Log {
    let mut log = Log::new();
    for n in 0..20_000_u64 {
        let (session, user) = (format!("clerk {}", n % 30), 1000 + u32::try_from(n % 30).unwrap());
        let saved = change(ContentKind::Zip, ContentKind::Zip, false);
        log.add(1_400, &session, user, What::Made { file: 1_000_000 + n });
        log.add(3, &session, user, rewritten(n % 4_000, saved));
        log.add(2, &session, user, gone(1_000_000 + n));
        if n % 40 == 0 {
            log.add(5, &session, user, gone(n % 4_000));
        }
    }
    log
}

/// The same people with word processors that put the old file aside, save, and remove the old one.
fn office_day_with_old_files_put_aside() -> Log {
    let mut log = Log::new();
    for n in 0..20_000_u64 {
        let (session, user) = (format!("clerk {}", n % 30), 1000 + u32::try_from(n % 30).unwrap());
        let (file, aside) = (n % 4_000, 1_000_000 + n);
        let put_aside = What::Gone { file, new_extension: Some("tmp".to_owned()) };
        log.add(700, &session, user, put_aside);
        log.add(3, &session, user, What::Made { file });
        // The old one may go before the new one was compared.
        if n % 2 == 0 {
            log.add(2, &session, user, gone(aside));
            log.add(2, &session, user, What::Saved { file, aside: Some(aside) });
        } else {
            log.add(2, &session, user, What::Saved { file, aside: Some(aside) });
            log.add(2, &session, user, gone(aside));
        }
    }
    log
}

/// A package is unpacked, built and removed.
fn unpacked_and_removed() -> Log {
    let mut log = Log::new();
    for n in 0..10_000 {
        log.add(0, "root", 0, What::Made { file: n });
    }
    for n in 0..10_000 {
        log.add(i64::from(n % 9 == 0), "root", 0, gone(n));
    }
    log
}

/// Originals are packed one by one in place of themselves, slowly enough to be a person's work.
fn packed_by_hand() -> Log {
    let mut log = Log::new();
    for n in 0..200 {
        log.add(4_000, "clerk", 1000, What::Made { file: 10_000 + n });
        log.add(50, "clerk", 1000, gone(n));
    }
    log
}

/// Photographs are turned and compressed anew.
fn photographs() -> Log {
    let mut log = Log::new();
    for n in 0..2_000 {
        let anew = change(ContentKind::Image, ContentKind::Image, false);
        log.add(30, "clerk", 1000, rewritten(n, anew));
    }
    log
}

fn attack(mut strike: impl FnMut(&mut Log, u64)) -> Log {
    let mut log = Log::new();
    (0..2_000).for_each(|n| strike(&mut log, n));
    log
}

#[test]
fn everyday_records_are_left_alone() {
    for (name, log) in [
        ("office day", office_day()),
        ("old files put aside", office_day_with_old_files_put_aside()),
        ("unpacked and removed", unpacked_and_removed()),
        ("packed by hand", packed_by_hand()),
        ("photographs", photographs()),
    ] {
        assert_eq!(log.verdict(), (0, None), "{name}");
    }
}

#[test]
fn hostile_records_are_held_or_stopped_after_these_many_files() {
    let locked = |file| What::Gone { file, new_extension: Some("locked".to_owned()) };
    for (name, log, expected) in [
        ("rewriting", attack(|log, n| log.add(1, "s", 1000, noise(n))), (2, Some(3))),
        (
            "a process each",
            attack(|log, n| log.add(1, &format!("s{n}"), 1000, noise(n))),
            (2, Some(3)),
        ),
        (
            "a user each",
            attack(|log, n| {
                log.add(1, &format!("s{n}"), 1000 + u32::try_from(n).unwrap(), noise(n));
            }),
            (2, Some(6)),
        ),
        ("one in 10 s", attack(|log, n| log.add(10_000, "s", 1000, noise(n))), (2, Some(3))),
        ("emptying", attack(|log, n| log.add(1, "s", 1000, emptied(n))), (2, Some(3))),
        ("deleting", attack(|log, n| log.add(1, "s", 1000, gone(n))), (1, Some(20))),
        ("renaming", attack(|log, n| log.add(1, "s", 1000, locked(n))), (2, Some(20))),
        (
            "put aside, saved, then others deleted",
            attack(|log, n| {
                log.add(1, "s", 1000, What::Saved { file: n, aside: Some(5_000 + n) });
                log.add(1, "s", 1000, gone(20_000 + n));
            }),
            (1, Some(20)),
        ),
        (
            "new and delete",
            attack(|log, n| {
                log.add(1, "s", 1000, What::Made { file: 10_000 + n });
                log.add(1, "s", 1000, gone(n));
            }),
            (1, Some(20)),
        ),
    ] {
        assert_eq!(log.verdict(), expected, "{name}");
    }
}

/// Named, so that nobody believes otherwise: three files in ten minutes are not told from work.
#[test]
fn slower_than_the_window_is_not_seen() {
    let slow = attack(|log, n| log.add(WINDOW_MS / 2 + 1, "s", 1000, noise(n)));
    assert_eq!(slow.verdict(), (0, None));
}
