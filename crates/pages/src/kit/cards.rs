//! The first card of each role: what everybody does, then what that role does first.

use crate::voice::Voice;

/// A card: one page.
pub(super) struct Card {
    pub(super) title: String,
    pub(super) all: Vec<String>,
    pub(super) first: Vec<String>,
}

/// What everybody does, in this order.
pub(crate) const EVERYBODY: [&str; 6] = [
    "kit-card-all-1",
    "kit-card-all-2",
    "kit-card-all-3",
    "kit-card-all-4",
    "kit-card-all-5",
    "kit-card-all-6",
];

const CARDS: [(&str, &[&str]); 5] = [
    (
        "kit-card-mayor",
        &[
            "kit-card-mayor-1",
            "kit-card-mayor-2",
            "kit-card-mayor-3",
            "kit-card-mayor-4",
            "kit-card-mayor-5",
        ],
    ),
    (
        "kit-card-director",
        &[
            "kit-card-director-1",
            "kit-card-director-2",
            "kit-card-director-3",
            "kit-card-director-4",
            "kit-card-director-5",
        ],
    ),
    (
        "kit-card-reception",
        &[
            "kit-card-reception-1",
            "kit-card-reception-2",
            "kit-card-reception-3",
            "kit-card-reception-4",
            "kit-card-reception-5",
        ],
    ),
    (
        "kit-card-clerk",
        &["kit-card-clerk-1", "kit-card-clerk-2", "kit-card-clerk-3", "kit-card-clerk-4"],
    ),
    (
        "kit-card-technician",
        &[
            "kit-card-technician-1",
            "kit-card-technician-2",
            "kit-card-technician-3",
            "kit-card-technician-4",
            "kit-card-technician-5",
        ],
    ),
];

/// The cards, one for each role.
pub(super) fn cards(v: &Voice) -> Vec<Card> {
    let say = |keys: &[&str]| keys.iter().map(|key| v.say(key)).collect::<Vec<_>>();
    CARDS
        .iter()
        .map(|(title, first)| Card { title: v.say(title), all: say(&EVERYBODY), first: say(first) })
        .collect()
}
