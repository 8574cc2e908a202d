//! What became of the files of a backup since another: by the names of their parts alone.
//!
//! A name that is gone is looked for among those that came: with something added at its end, with
//! another ending, or with other digits in it (dumps that carry a date). What is the same content
//! under another name was moved, and is nothing.

use std::collections::{HashMap, HashSet};

use crate::{id::Id, repository::Fault};

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stood, without the first slash.
    pub path: Vec<u8>,
    /// The parts of its content.
    pub content: Box<[Id]>,
}

/// All files of a backup.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Sorted by path, each once.
    pub files: Vec<Entry>,
    /// Folders that cannot be read.
    pub faults: Vec<Fault>,
}

/// A file, and what took its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'l> {
    pub(super) before: &'l Entry,
    pub(super) after: &'l Entry,
    /// Something was added at the end of its name.
    pub(super) is_lengthened: bool,
}

/// What became of the files.
#[derive(Debug, Default)]
pub(super) struct Comparison<'l> {
    /// How many there were.
    pub(super) before: u64,
    /// Those with another content now, under the same name or one made from it.
    pub(super) replaced: Vec<Pair<'l>>,
    /// Those that are nowhere now.
    pub(super) gone: Vec<&'l Entry>,
    /// Those that came and took nobody's place.
    pub(super) new: Vec<&'l Entry>,
    /// How many are empty now and were not.
    pub(super) emptied: u64,
    /// How many were given the one ending that most were given.
    pub(super) same_ending: u64,
}

/// Endings that daily work adds or gives: to pack, to keep an earlier one, to convert.
const ORDINARY_ENDINGS: &[&str] = &[
    "7z", "avif", "bak", "bz2", "csv", "doc", "docx", "flac", "gz", "heic", "htm", "html", "jpeg",
    "jpg", "json", "lz4", "mp3", "mp4", "odp", "ods", "odt", "old", "orig", "part", "pdf", "png",
    "pptx", "rar", "rtf", "sav", "tar", "tgz", "tif", "tiff", "tmp", "txt", "webp", "xls", "xlsx",
    "xml", "xz", "zip", "zst",
];

impl<'l> Comparison<'l> {
    pub(super) fn between(before: &'l Listing, after: &'l Listing) -> Self {
        let mut all = Self { before: before.files.len() as u64, ..Self::default() };
        let now: HashMap<&[u8], &Entry> =
            after.files.iter().map(|one| (one.path.as_slice(), one)).collect();
        let mut came: HashMap<&[u8], &Entry> = now.clone();
        let mut gone = Vec::new();
        for one in &before.files {
            let Some(other) = now.get(one.path.as_slice()) else {
                gone.push(one);
                continue;
            };
            came.remove(one.path.as_slice());
            if one.content == other.content || one.content.is_empty() {
                continue;
            }
            if other.content.is_empty() {
                all.emptied += 1;
            } else {
                all.replaced.push(Pair { before: one, after: other, is_lengthened: false });
            }
        }
        let had: HashSet<&[Id]> = before.files.iter().map(|one| &*one.content).collect();
        all.follow(gone, came);
        all.new.retain(|one| !had.contains(&*one.content));
        all
    }

    /// Looks for names that are gone among those that came.
    fn follow(&mut self, gone: Vec<&'l Entry>, mut came: HashMap<&'l [u8], &'l Entry>) {
        let moved: HashSet<&[Id]> = came.values().map(|one| &*one.content).collect();
        let gone: Vec<&Entry> = gone
            .into_iter()
            .filter(|one| !one.content.is_empty() && !moved.contains(&*one.content))
            .collect();
        let mut sorted: Vec<&'l [u8]> = came.keys().copied().collect();
        sorted.sort_unstable();
        let (stems, patterns) = (by(&sorted, stem), by(&sorted, pattern));
        let mut endings: HashMap<Vec<u8>, u64> = HashMap::new();
        for one in gone {
            let path = one.path.as_slice();
            let lengthened = lengthened(&sorted, path, &came);
            let is_lengthened = lengthened.is_some();
            let of = |all: &HashMap<Vec<u8>, Vec<&'l [u8]>>, key: Vec<u8>| {
                all.get(&key)?.iter().find(|path| came.contains_key(**path)).copied()
            };
            let found = lengthened
                .or_else(|| of(&stems, stem(path)))
                .or_else(|| of(&patterns, pattern(path)));
            let Some(after) = found.and_then(|path| came.remove(path)) else {
                self.gone.push(one);
                continue;
            };
            if is_lengthened && let Some(ending) = ending(&after.path) {
                *endings.entry(ending).or_default() += 1;
            }
            if !after.content.is_empty() {
                self.replaced.push(Pair { before: one, after, is_lengthened });
            }
        }
        let odd = |ending: &[u8]| !ORDINARY_ENDINGS.iter().any(|one| one.as_bytes() == ending);
        let most = endings.iter().filter(|(ending, _)| odd(ending)).map(|(_, many)| *many).max();
        self.same_ending = most.unwrap_or(0);
        self.new = came.into_values().collect();
        // A map gives them in another order each time; what is drawn by lot must not depend on it.
        self.new.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    }
}

/// Paths by what `key` makes of each.
fn by<'p>(paths: &[&'p [u8]], key: impl Fn(&[u8]) -> Vec<u8>) -> HashMap<Vec<u8>, Vec<&'p [u8]>> {
    let mut all: HashMap<Vec<u8>, Vec<&[u8]>> = HashMap::new();
    for path in paths {
        all.entry(key(path)).or_default().push(path);
    }
    all
}

/// The path among those that came which is this one with something added after a dot.
fn lengthened<'p>(
    sorted: &[&'p [u8]],
    path: &[u8],
    came: &HashMap<&'p [u8], &Entry>,
) -> Option<&'p [u8]> {
    let beginning = [path, b"."].concat();
    let first = sorted.partition_point(|one| *one < beginning.as_slice());
    let longer = sorted.get(first..)?.iter().take_while(|one| one.starts_with(&beginning));
    longer.copied().find(|one| came.contains_key(one))
}

/// Where the name begins in a path.
pub(super) fn name_at(path: &[u8]) -> usize {
    path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1)
}

/// The ending of a name, in small letters; none when there is none.
pub(super) fn ending(path: &[u8]) -> Option<Vec<u8>> {
    let name = path.get(name_at(path)..)?;
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0)?;
    name.get(dot + 1..).map(<[u8]>::to_ascii_lowercase)
}

/// A path without its ending.
fn stem(path: &[u8]) -> Vec<u8> {
    let cut = ending(path).map_or(0, |ending| ending.len() + 1);
    path.get(..path.len() - cut).unwrap_or(path).to_vec()
}

/// A path with each run of digits in its name as one mark: what carries a date or a number.
fn pattern(path: &[u8]) -> Vec<u8> {
    let (folder, name) = path.split_at(name_at(path));
    let mut all = folder.to_vec();
    let mut in_digits = false;
    for byte in name {
        if byte.is_ascii_digit() {
            if !in_digits {
                all.push(0);
            }
            in_digits = true;
        } else {
            all.push(*byte);
            in_digits = false;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(files: &[(&str, &str)]) -> Listing {
        let entry = |(path, content): &(&str, &str)| Entry {
            path: path.as_bytes().to_vec(),
            content: if content.is_empty() {
                Box::new([])
            } else {
                Box::new([Id::of(content.as_bytes())])
            },
        };
        let mut files: Vec<Entry> = files.iter().map(entry).collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Listing { files, faults: vec![] }
    }

    #[test]
    fn names_are_followed_and_what_was_moved_is_nothing() {
        let before = listing(&[
            ("s/a.odt", "1"),
            ("s/b.odt", "2"),
            ("s/c.doc", "3"),
            ("s/dump-2026-11-25.gz", "4"),
            ("s/e.pdf", "5"),
            ("s/f.txt", "6"),
            ("s/same", "7"),
            ("s/g.txt", "8"),
        ]);
        let after = listing(&[
            ("s/a.odt", "x"),
            ("s/b.odt.locked", "y"),
            ("s/c.docx", "z"),
            ("s/dump-2026-11-26.gz", "w"),
            ("t/e.pdf", "5"),
            ("s/f.txt", ""),
            ("s/same", "7"),
            ("s/new", "v"),
        ]);
        let found = Comparison::between(&before, &after);
        let path = |entry: &Entry| String::from_utf8_lossy(&entry.path).into_owned();
        let pairs: Vec<_> =
            found.replaced.iter().map(|one| (path(one.after), one.is_lengthened)).collect();
        let is = |path: &str, lengthened| (path.to_owned(), lengthened);
        assert_eq!(
            pairs,
            [
                is("s/a.odt", false),
                is("s/b.odt.locked", true),
                is("s/c.docx", false),
                is("s/dump-2026-11-26.gz", false)
            ]
        );
        assert_eq!(found.gone.iter().map(|one| path(one)).collect::<Vec<_>>(), ["s/g.txt"]);
        let came: Vec<_> = found.new.iter().map(|one| path(one)).collect();
        assert_eq!(came, ["s/new"]);
        assert_eq!((found.emptied, found.same_ending, found.before), (1, 1, 8));
    }

    #[test]
    fn an_ending_that_daily_work_gives_is_not_counted() {
        let before = listing(&[("a.log", "1"), ("b.log", "2")]);
        let packed = listing(&[("a.log.gz", "3"), ("b.log.gz", "4")]);
        assert_eq!(Comparison::between(&before, &packed).same_ending, 0);
        let odd = listing(&[("a.log.KRYPT", "3"), ("b.log.krypt", "4")]);
        assert_eq!(Comparison::between(&before, &odd).same_ending, 2);
        assert_eq!(ending(b"x.y/.profile"), None);
        assert_eq!(stem(b"x.y/plain"), b"x.y/plain");
    }
}
