//! Which contents are read, and what is seen in them.
//!
//! Rule: what is read has a bound, in files and in bytes; so has what is held at a time.

use std::collections::HashSet;

use super::{
    Contents, Parts,
    compare::{Comparison, Entry, Listing, Pair, ending, name_at},
    turned::{Pieces, belies_its_name, is_known, is_noise, names_a_form, turned},
};
use crate::{error::BackupError, id::Id, lot::Lot};

/// Pairs that are compared: half of them from those that no longer compress or were renamed.
const PAIRS_MAX: usize = 240;
/// Names that are gone, and as many that came, of folders where both happened.
const STRANGERS_MAX: usize = 60;
/// Files whose content is compared with their name; more when there is nothing else to go by.
const NAMED_MAX: usize = 60;
const NAMED_FIRST_MAX: usize = 240;
/// How much is read at most, and how much is held at a time.
const READ_BYTES_MAX: u64 = 512 << 20;
const HELD_BYTES_MAX: u64 = 64 << 20;
/// How many files are named to the person who looks.
const EXAMPLES_MAX: usize = 20;
/// What compresses to less than this, in thousandths, could be read by a compressor.
const COMPRESSES: u64 = 900;
/// What does not.
const HARD: u64 = 985;

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) compared: u64,
    pub(super) turned: u64,
    /// Files whose content was compared with their name.
    pub(super) looked: u64,
    pub(super) unreadable: u64,
    /// The same in the earlier backup, of as many.
    pub(super) unreadable_before: u64,
    /// Of the names that are gone where noise came: files that could be read.
    pub(super) gone_readable: u64,
    pub(super) came_looked: u64,
    pub(super) came_as_noise: u64,
    /// Files with a part that is missing or damaged.
    pub(super) missing: u64,
    /// How long the replaced content is as it is stored, in thousandths of its length.
    pub(super) permille_before: u64,
    /// The same of what took its place.
    pub(super) permille_after: u64,
    pub(super) examples: Vec<Vec<u8>>,
}

/// Reads what is drawn, and says what is seen.
pub(super) fn look(
    (before, after): (Option<&Listing>, &Listing),
    comparison: Option<&Comparison<'_>>,
    contents: &dyn Contents,
    chance: u64,
) -> Result<Found, BackupError> {
    let mut reader = Reader {
        contents,
        found: Found::default(),
        lot: Lot::new(chance),
        bytes: 0,
        failed: HashSet::new(),
    };
    reader.count_missing(after);
    if let Some(comparison) = comparison {
        reader.measure(comparison);
        let pairs = reader.choose_pairs(comparison);
        reader.compare(&pairs)?;
        reader.look_at_strangers(comparison)?;
    }
    let many = if before.is_some() { NAMED_MAX } else { NAMED_FIRST_MAX };
    reader.look_at_names(after, many)?;
    if let Some(before) = before {
        reader.look_at_habit(before)?;
    }
    let mut failed: Vec<Vec<u8>> = reader.failed.drain().collect();
    failed.sort_unstable();
    for path in &failed {
        reader.example(path);
    }
    reader.found.missing = failed.len() as u64;
    Ok(reader.found)
}

struct Reader<'c> {
    contents: &'c dyn Contents,
    found: Found,
    lot: Lot,
    bytes: u64,
    /// Files of which a part is not to be had.
    failed: HashSet<Vec<u8>>,
}

impl Reader<'_> {
    /// Files of which the index does not know a part: it is asked about every one.
    fn count_missing(&mut self, after: &Listing) {
        for one in &after.files {
            if one.content.iter().any(|id| self.contents.lengths(id).is_none()) {
                self.failed.insert(one.path.clone());
            }
        }
    }

    /// What the index alone says of content that was replaced.
    fn measure(&mut self, comparison: &Comparison<'_>) {
        let (mut before, mut after) = ((0, 0), (0, 0));
        for pair in &comparison.replaced {
            let [old, new] = self.lengths_of(pair);
            before = (before.0 + old.0, before.1 + old.1);
            after = (after.0 + new.0, after.1 + new.1);
        }
        self.found.permille_before = permille(before).unwrap_or(0);
        self.found.permille_after = permille(after).unwrap_or(0);
    }

    /// Lengths of the parts that one content has and the other has not.
    fn lengths_of(&self, pair: &Pair<'_>) -> [(u64, u64); 2] {
        let sum = |of: &Entry, but: &Entry| {
            let but: HashSet<&Id> = but.content.iter().collect();
            let own = of.content.iter().filter(|id| !but.contains(id));
            own.filter_map(|id| self.contents.lengths(id))
                .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        };
        [sum(pair.before, pair.after), sum(pair.after, pair.before)]
    }

    fn choose_pairs<'l>(&mut self, comparison: &Comparison<'l>) -> Vec<Pair<'l>> {
        let hardened = |pair: &Pair<'_>| {
            let [old, new] = self.lengths_of(pair).map(permille);
            old.is_some_and(|old| old < COMPRESSES) && new.is_some_and(|new| new >= HARD)
        };
        let (likely, rest): (Vec<Pair<'l>>, Vec<Pair<'l>>) =
            comparison.replaced.iter().partition(|pair| pair.is_lengthened || hardened(pair));
        let mut drawn = self.lot.draw(likely, PAIRS_MAX / 2);
        drawn.extend(self.lot.draw(rest, PAIRS_MAX - drawn.len()));
        drawn
    }

    fn compare(&mut self, pairs: &[Pair<'_>]) -> Result<(), BackupError> {
        self.read(pairs, &parts_of, &|reader, pair, parts| {
            let at = first_other(pair);
            let runs = runs_replaced(&pair.before.content, &pair.after.content);
            let Some(after) = pieces(pair.after, (at, runs), parts) else {
                reader.failed.insert(pair.after.path.clone());
                return;
            };
            // An earlier backup that is damaged by now says nothing of this one.
            let Some(before) = pieces(pair.before, (at, runs), parts) else { return };
            reader.found.compared += 1;
            if turned(&before, &after) {
                reader.found.turned += 1;
                reader.example(&pair.after.path);
            }
        })
    }

    /// Names that are gone and names that came, in folders where both happened.
    fn look_at_strangers(&mut self, comparison: &Comparison<'_>) -> Result<(), BackupError> {
        let folder = |entry: &Entry| entry.path.get(..name_at(&entry.path)).map(<[u8]>::to_vec);
        let folders = |all: &[&Entry]| all.iter().filter_map(|one| folder(one)).collect();
        let (went, came): (HashSet<_>, HashSet<_>) =
            (folders(&comparison.gone), folders(&comparison.new));
        let in_both = |entry: &&&Entry| {
            folder(entry).is_some_and(|folder| went.contains(&folder) && came.contains(&folder))
        };
        let of = |all: &[&'_ Entry]| -> Vec<Entry> {
            all.iter().filter(in_both).map(|one| (**one).clone()).collect()
        };
        let (gone, new) = (of(&comparison.gone), of(&comparison.new));
        let gone = self.lot.draw(gone, STRANGERS_MAX);
        let new = self.lot.draw(new, STRANGERS_MAX);
        self.read(&gone, &head_of, &|reader, entry, parts| {
            let head = head_in(entry, parts);
            // What is gone may be damaged in the repository by now: that is another matter.
            let readable = head.is_some_and(|head| is_known(head) || !is_noise(sample(head)));
            reader.found.gone_readable += u64::from(readable);
        })?;
        self.read(&new, &head_of, &|reader, entry, parts| {
            let Some(head) = head_in(entry, parts) else {
                reader.failed.insert(entry.path.clone());
                return;
            };
            reader.found.came_looked += 1;
            if !is_known(head) && is_noise(sample(head)) {
                reader.found.came_as_noise += 1;
                reader.example(&entry.path);
            }
        })
    }

    /// Files of any age whose name says how they begin.
    fn look_at_names(&mut self, after: &Listing, many: usize) -> Result<(), BackupError> {
        let drawn = self.draw_named(after, many);
        self.read(&drawn, &head_of, &|reader, entry, parts| {
            let Some(head) = head_in(entry, parts) else {
                reader.failed.insert(entry.path.clone());
                return;
            };
            reader.found.looked += 1;
            if ending(&entry.path).is_some_and(|end| belies_its_name(&end, sample(head))) {
                reader.found.unreadable += 1;
                reader.example(&entry.path);
            }
        })
    }

    /// How many such files there were before: some programs keep noise under any name.
    fn look_at_habit(&mut self, before: &Listing) -> Result<(), BackupError> {
        let drawn = self.draw_named(before, NAMED_MAX);
        self.read(&drawn, &head_of, &|reader, entry, parts| {
            let Some(head) = head_in(entry, parts) else { return };
            let belies = ending(&entry.path).is_some_and(|end| belies_its_name(&end, sample(head)));
            reader.found.unreadable_before += u64::from(belies);
        })
    }

    fn draw_named(&mut self, listing: &Listing, many: usize) -> Vec<Entry> {
        let is_named = |one: &&Entry| {
            !one.content.is_empty() && ending(&one.path).is_some_and(|end| names_a_form(&end))
        };
        let named: Vec<&Entry> = listing.files.iter().filter(is_named).collect();
        self.lot.draw(named, many).into_iter().cloned().collect()
    }

    /// Reads the parts that each of these needs, some at a time, and shows them to `see`.
    fn read<T>(
        &mut self,
        all: &[T],
        wanted: &dyn Fn(&T) -> Vec<Id>,
        see: &dyn Fn(&mut Self, &T, &Parts),
    ) -> Result<(), BackupError> {
        let mut rest = all.iter().peekable();
        while rest.peek().is_some() && self.bytes < READ_BYTES_MAX {
            let (mut some, mut ids, mut bytes) = (Vec::new(), HashSet::new(), 0);
            while let Some(one) = rest.next_if(|_| bytes < HELD_BYTES_MAX) {
                for id in wanted(one) {
                    let raw = self.contents.lengths(&id).map_or(0, |(_, raw)| raw);
                    bytes += if ids.insert(id) { raw } else { 0 };
                }
                some.push(one);
            }
            self.bytes += bytes;
            let parts = self.contents.parts(ids.into_iter().collect())?;
            for one in some {
                see(self, one, &parts);
            }
        }
        Ok(())
    }

    fn example(&mut self, path: &[u8]) {
        if self.found.examples.len() < EXAMPLES_MAX {
            self.found.examples.push(path.to_vec());
        }
    }
}

fn permille((stored, raw): (u64, u64)) -> Option<u64> {
    (stored * 1_000).checked_div(raw)
}

/// The parts that tell whether a pair turned: of each the first, the first that is not the other's,
/// the last.
fn parts_of(pair: &Pair<'_>) -> Vec<Id> {
    let at = first_other(pair);
    let mut all = Vec::new();
    for content in [&pair.before.content, &pair.after.content] {
        all.extend([content.first(), content.get(at), content.last()].into_iter().flatten());
    }
    all
}

/// The same as they were read; none when one is not to be had.
fn pieces<'p>(entry: &Entry, (at, runs): (usize, u32), parts: &'p Parts) -> Option<Pieces<'p>> {
    let part = |id: Option<&Id>| match id {
        Some(id) => parts.get(id)?.as_deref(),
        None => Some(&[][..]),
    };
    let content = &entry.content;
    let (head, other) = (part(content.first())?, part(content.get(at))?);
    Some(Pieces { head, other, tail: part(content.last())?, runs })
}

/// Where the contents of a pair part.
fn first_other(pair: &Pair<'_>) -> usize {
    let both = pair.before.content.iter().zip(&pair.after.content);
    both.take_while(|(old, new)| old == new).count()
}

/// Runs of parts that were replaced, with parts after them that were not.
fn runs_replaced(before: &[Id], after: &[Id]) -> u32 {
    if before.len() != after.len() {
        return 0;
    }
    let (mut runs, mut in_run) = (0, false);
    for (old, new) in before.iter().zip(after) {
        runs += u32::from(in_run && old == new);
        in_run = old != new;
    }
    runs
}

fn head_of(entry: &Entry) -> Vec<Id> {
    entry.content.first().copied().into_iter().collect()
}

fn head_in<'p>(entry: &Entry, parts: &'p Parts) -> Option<&'p [u8]> {
    parts.get(entry.content.first()?)?.as_deref()
}

/// What of a part is looked at.
fn sample(part: &[u8]) -> &[u8] {
    part.get(..beffroi_town::content::SAMPLE_BYTES).unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_between_parts_that_stayed() {
        let id = |text: &str| Id::of(text.as_bytes());
        let ids = |text: &str| text.chars().map(|c| id(&c.to_string())).collect::<Vec<_>>();
        assert_eq!(runs_replaced(&ids("abcdefgh"), &ids("xbxdxfxh")), 4);
        assert_eq!(runs_replaced(&ids("abcd"), &ids("xyzw")), 0);
        assert_eq!(runs_replaced(&ids("abcd"), &ids("xbcde")), 0);
        assert_eq!(permille((49, 100)), Some(490));
        assert_eq!(permille((1, 0)), None);
    }
}
