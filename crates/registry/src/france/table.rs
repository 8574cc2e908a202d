//! The register in memory: one text, the start of each line, and an index of names.
//!
//! Rules: unpacked once; a row is taken apart only when somebody asks for it, so that a command
//! that needs one town pays for one town. The index of names is built on the first search by name.

use std::io::Read as _;
use std::sync::OnceLock;

use beffroi_town::{TenantId, TenantKind};
use beffroi_words::fold::fold;
use flate2::read::GzDecoder;

use super::Entry;

static PACKED: &[u8] = include_bytes!("../../data/france.tsv.gz");

/// The order of the tables in the file.
const KINDS: [(TenantKind, &str); 4] = [
    (TenantKind::Region, "#regions\t"),
    (TenantKind::Departement, "#departements\t"),
    (TenantKind::Epci, "#epci\t"),
    (TenantKind::Commune, "#communes\t"),
];

/// The unpacked register.
pub(super) struct Register {
    /// Rows of each table, in the order of [`KINDS`], sorted by code.
    tables: [Vec<&'static str>; 4],
    members: OnceLock<Vec<(&'static str, &'static str)>>,
    names: OnceLock<Names>,
}

/// The register, unpacked on the first call.
pub(super) fn register() -> &'static Register {
    static TEXT: OnceLock<String> = OnceLock::new();
    static REGISTER: OnceLock<Register> = OnceLock::new();
    REGISTER.get_or_init(|| Register::read(TEXT.get_or_init(unpack)))
}

/// The data is part of the program and tested with it, so that it cannot be damaged without the
/// executable being so; an unreadable register is an empty one, in which nothing is found.
fn unpack() -> String {
    let mut text = String::new();
    match GzDecoder::new(PACKED).read_to_string(&mut text) {
        Ok(_) => text,
        Err(error) => {
            tracing::error!(%error, "the register of local authorities cannot be unpacked");
            String::new()
        }
    }
}

impl Register {
    fn read(text: &'static str) -> Self {
        let mut tables = [const { Vec::new() }; 4];
        let mut table: Option<&mut Vec<&'static str>> = None;
        for line in text.lines() {
            if line.starts_with('#') {
                table = tables
                    .iter_mut()
                    .zip(KINDS)
                    .find(|(_, (_, heading))| line.starts_with(heading))
                    .map(|(rows, _)| rows);
            } else if let Some(rows) = &mut table {
                rows.push(line);
            }
        }
        Self { tables, members: OnceLock::new(), names: OnceLock::new() }
    }

    fn rows(&self, kind: TenantKind) -> &[&'static str] {
        self.tables
            .iter()
            .zip(KINDS)
            .find(|(_, (table, _))| *table == kind)
            .map_or(&[], |(rows, _)| rows.as_slice())
    }

    /// The authority of this kind that bears this bare code.
    pub(super) fn by_code(&self, kind: TenantKind, code: &str) -> Option<Entry> {
        let rows = self.rows(kind);
        let found = rows.binary_search_by(|row| first_cell(row).cmp(code)).ok()?;
        rows.get(found).and_then(|row| entry(kind, row))
    }

    /// All authorities of this kind, by code.
    pub(super) fn all(&'static self, kind: TenantKind) -> impl Iterator<Item = Entry> {
        self.rows(kind).iter().filter_map(move |row| entry(kind, row))
    }

    /// The communes that are members of this EPCI, by code.
    pub(super) fn members(&'static self, epci: &str) -> Vec<Entry> {
        let all = self.members.get_or_init(|| {
            let mut all: Vec<_> = self
                .rows(TenantKind::Commune)
                .iter()
                .filter_map(|row| row.split('\t').nth(EPCI_CELL).map(|epci| (epci, *row)))
                .filter(|(epci, _)| !epci.is_empty())
                .collect();
            all.sort_unstable();
            all
        });
        let start = all.partition_point(|(code, _)| *code < epci);
        all.iter()
            .skip(start)
            .take_while(|(code, _)| *code == epci)
            .filter_map(|(_, row)| entry(TenantKind::Commune, row))
            .collect()
    }

    /// The index of names.
    pub(super) fn names(&'static self) -> &'static Names {
        self.names.get_or_init(|| Names::index(self))
    }
}

fn first_cell(row: &str) -> &str {
    row.split_once('\t').map_or(row, |(code, _)| code)
}

/// Which cell of a commune's row is its EPCI.
const EPCI_CELL: usize = 6;

/// A row as an entry. None when its code is not one of its kind, which a test over the whole
/// register rules out.
fn entry(kind: TenantKind, row: &'static str) -> Option<Entry> {
    let mut cells = row.split('\t');
    let mut cell = || cells.next().unwrap_or("");
    let known = |text: &'static str| (!text.is_empty()).then_some(text);
    Some(Entry {
        id: TenantId::from_parts(kind, cell())?,
        name: cell(),
        department: known(cell()),
        region: known(cell()),
        population: cell().parse().ok(),
        siren: known(cell()),
        epci: known(cell()),
        postcodes: cell(),
    })
}

/// Folded names, sorted, each with its row.
pub(super) struct Names {
    sorted: Vec<(Box<str>, TenantKind, &'static str)>,
}

impl Names {
    fn index(register: &'static Register) -> Self {
        let mut sorted = Vec::with_capacity(36_500);
        for (kind, _) in KINDS {
            for row in register.rows(kind) {
                let name = row.split('\t').nth(1).unwrap_or("");
                sorted.push((fold(name).into_boxed_str(), kind, *row));
            }
        }
        sorted.sort_unstable();
        Self { sorted }
    }

    /// Those whose folded name is `key`, in the order of kind and code.
    pub(super) fn exact(&self, key: &str) -> Vec<Entry> {
        let start = self.sorted.partition_point(|(name, ..)| name.as_ref() < key);
        self.sorted
            .iter()
            .skip(start)
            .take_while(|(name, ..)| name.as_ref() == key)
            .filter_map(|(_, kind, row)| entry(*kind, row))
            .collect()
    }

    /// Those whose name has all the words of `key`, or differs from it by a slip of the pen. The
    /// likeliest first: fewest letters changed or added, then most inhabitants.
    pub(super) fn near(&self, key: &str, max: usize) -> Vec<Entry> {
        // A name is at most 45 letters long; what is much longer is no name.
        if key.is_empty() || key.len() > 80 {
            return Vec::new();
        }
        let slips_max = if key.len() < 5 { 1 } else { 2 };
        let words: Vec<&str> = key.split(' ').collect();
        let mut near: Vec<(usize, Entry)> = self
            .sorted
            .iter()
            .filter_map(|(name, kind, row)| {
                let has_all = words.iter().all(|word| name.split(' ').any(|own| own == *word));
                let distance = if has_all {
                    name.len().saturating_sub(key.len()).min(slips_max + 1)
                } else {
                    slips(key, name, slips_max)?
                };
                Some((distance, entry(*kind, row)?))
            })
            .collect();
        near.sort_by_cached_key(|(distance, entry)| {
            (*distance, std::cmp::Reverse(entry.population.unwrap_or(0)), entry.id.clone())
        });
        near.into_iter().take(max).map(|(_, entry)| entry).collect()
    }
}

/// How many letters must be changed, added, left out or swapped with their neighbour to turn one
/// name into the other (optimal string alignment); none when more than `max`.
fn slips(one: &str, other: &str, max: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > max {
        return None;
    }
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut older: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut before_a = 0_u8;
    for (i, &a) in one.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i + 1);
        let mut before_b = 0_u8;
        for (j, &b) in other.iter().enumerate() {
            let at = |cells: &[usize], column: usize| cells.get(column).copied().unwrap_or(max + 1);
            let mut cost =
                (at(&last, j) + usize::from(a != b)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if i > 0 && j > 0 && a == before_b && b == before_a {
                cost = cost.min(at(&older, j - 1) + 1);
            }
            row.push(cost);
            before_b = b;
        }
        if row.iter().min().is_none_or(|least| *least > max) {
            return None;
        }
        older = std::mem::replace(&mut last, row);
        before_a = a;
    }
    last.last().copied().filter(|distance| *distance <= max)
}

#[cfg(test)]
mod tests {
    use super::slips;

    #[test]
    fn slips_of_the_pen_are_counted() {
        for (one, other, expect) in [
            ("gravelines", "gravelines", Some(0)),
            ("gravelnies", "gravelines", Some(1)),
            ("gravelinnes", "gravelines", Some(1)),
            ("isberges", "isbergues", Some(1)),
            ("donges", "dunkerque", None),
            ("", "ab", Some(2)),
            ("", "abc", None),
        ] {
            assert_eq!(slips(one, other, 2), expect, "{one} / {other}");
        }
    }
}
