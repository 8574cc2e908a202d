//! How large the lists of a poster can be written so that they fit on its page.
//!
//! An estimate from the lengths of the texts and the sizes in the style sheet, on the safe side: a
//! check in a real browser prints every sample and fails on a poster that is cut.

use super::{PosterLine, PosterSection, PosterWords};

/// What is left of the page, its fixed parts taken off: tenths of a millimetre.
const ROOM: usize = 2_110;

/// What stands between two entries.
const ENTRY_GAP: usize = 12;

/// How large the lists are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    Large,
    Medium,
    Fair,
    Small,
}

impl Size {
    /// The largest first.
    pub(super) const ALL: [Self; 4] = [Self::Large, Self::Medium, Self::Fair, Self::Small];
    /// What is used when nothing fits.
    pub(super) const SMALLEST: Self = Self::Small;

    /// Its class in the style sheet.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Large => " large",
            Self::Medium => " medium",
            Self::Fair => " fair",
            Self::Small => " small",
        }
    }

    /// Characters on a line of a column; height of a line; height of a heading.
    const fn measures(self) -> (usize, usize, usize) {
        match self {
            Self::Large => (31, 67, 115),
            Self::Medium => (40, 54, 98),
            Self::Fair => (46, 48, 88),
            Self::Small => (52, 42, 80),
        }
    }

    /// The height that the lists take.
    pub(super) fn takes(self, sections: &[PosterSection]) -> usize {
        sections.iter().map(|section| self.takes_one(section)).sum()
    }

    fn takes_one(self, section: &PosterSection) -> usize {
        let (chars, line, heading) = self.measures();
        let entry = |one: &PosterLine| {
            ENTRY_GAP + line * (lines(&one.name, chars) + lines(&one.own, chars))
        };
        let entries: Vec<usize> = section.lines.iter().map(entry).collect();
        // The columns break between entries: the longer one may have half of the tallest more.
        let tallest = entries.iter().copied().max().unwrap_or(0);
        let columns = entries.iter().sum::<usize>().midpoint(tallest);
        // The names stand below, across both columns.
        heading + columns + ENTRY_GAP + line * lines(&section.names, 2 * chars)
    }
}

/// How many lines a text takes, of so many letters each. Capitals are wider than most letters, and
/// some signs are as wide as two.
fn lines(text: &str, letters: usize) -> usize {
    let width = |c: char| match c {
        'W' | 'M' | '@' | '\u{2e80}'.. => 20,
        c if c.is_uppercase() => 14,
        _ => 10,
    };
    text.chars().map(width).sum::<usize>().div_ceil(10 * letters)
}

/// How much height the lists have on this page.
pub(super) fn room(page: &PosterWords) -> usize {
    let brand = 95 * lines(&format!("{}, {}", page.name, page.house), 32).saturating_sub(1);
    let headline = 40 + 112 * lines(&page.headline, 28);
    let number = match &page.number {
        Some(_) => 275,
        None => 20 + 80 * lines(&page.number_note, 44),
    };
    let counters = page.counters.as_ref();
    let counters =
        counters.map_or(0, |(title, said)| 20 + 68 * lines(&format!("{title} {said}"), 60));
    let emergency = page.emergency.as_ref().map_or(0, |said| 20 + 68 * lines(said, 60));
    ROOM.saturating_sub(brand + headline + number + counters + emergency)
}

/// Takes services out from the end until the rest fits; how many were taken out.
pub(super) fn cut(sections: &mut Vec<PosterSection>, room: usize) -> usize {
    // The sentence that says how many takes a line too.
    let room = room.saturating_sub(80);
    let mut taken = 0;
    while Size::SMALLEST.takes(sections) > room {
        let Some(last) = sections.last_mut() else { break };
        if let Some((rest, _)) = last.names.rsplit_once(", ") {
            last.names = rest.to_owned();
        } else if !last.names.is_empty() {
            last.names.clear();
        } else if last.lines.pop().is_none() {
            sections.pop();
            continue;
        }
        taken += 1;
    }
    sections.retain(|section| !section.lines.is_empty() || !section.names.is_empty());
    taken
}
