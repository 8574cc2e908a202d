//! France's register of local authorities: which communes, EPCI, départements and régions exist.
//!
//! Rules: the code is the key, a name is only a way to find it. A name that one authority alone
//! bears is accepted; a name that several bear is answered with all of them, never with a guess.
//! What the source does not say stays unknown. Nothing here touches the database: the data is
//! part of the program (`data/france.tsv.gz`; origin and licence in `data/SOURCE.md`), unpacked on
//! the first call and kept.

mod table;

use std::fmt;

use beffroi_town::{Instant, Tenant, TenantId, TenantKind};
use beffroi_words::fold::fold;

use table::register;

/// How many near misses are shown at most.
const NEAR_MAX: usize = 8;

/// One local authority of the register. Cheap to clone: its texts point into the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its code: `59273`, `epci:242900660`, `dep:44`, `reg:01`.
    pub id: TenantId,
    /// Its official name.
    pub name: &'static str,
    /// Its département; none for a région, nor for an EPCI whose members lie in several.
    pub department: Option<&'static str>,
    /// Its région; none for a collectivité d'outre-mer.
    pub region: Option<&'static str>,
    /// Inhabitants: for a commune or EPCI the municipal population, else the sum of its communes'.
    pub population: Option<u32>,
    /// SIREN, 9 digits; 94 communes have none, and no département or région.
    pub siren: Option<&'static str>,
    /// The bare code of the EPCI that a commune is a member of.
    pub epci: Option<&'static str>,
    /// Postcodes of a commune, sorted, with spaces between; see [`Entry::postcodes`].
    postcodes: &'static str,
}

impl Entry {
    /// Its postcodes, sorted.
    pub fn postcodes(&self) -> impl Iterator<Item = &'static str> {
        self.postcodes.split_ascii_whitespace()
    }

    /// The tenant that this authority becomes when it is added at `opened_at`.
    pub fn into_tenant(self, opened_at: Instant) -> Tenant {
        Tenant {
            name: self.name.to_owned(),
            department: self.department.map(str::to_owned),
            region: self.region.map(str::to_owned),
            population: self.population,
            siren: self.siren.map(str::to_owned),
            postcodes: self.postcodes().map(str::to_owned).collect(),
            epci: self.epci.and_then(|code| TenantId::from_parts(TenantKind::Epci, code)),
            id: self.id,
            opened_at,
            closed_at: None,
        }
    }
}

/// What tells authorities of the same name apart: `59273 Gravelines (59 Nord, 59820)`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.name)?;
        let department = self
            .department
            .filter(|_| self.id.kind() != TenantKind::Departement)
            .and_then(|code| register().by_code(TenantKind::Departement, code));
        match (department, self.postcodes().next()) {
            (Some(dep), Some(postcode)) => {
                write!(f, " ({} {}, {postcode})", dep.id.bare(), dep.name)
            }
            (Some(dep), None) => write!(f, " ({} {})", dep.id.bare(), dep.name),
            (None, Some(postcode)) => write!(f, " ({postcode})"),
            (None, None) => Ok(()),
        }
    }
}

/// What a code or a name led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Exactly one authority.
    One(Entry),
    /// Several bear that name: the person must choose a code. In the order of their codes.
    Many(Vec<Entry>),
    /// None. At most eight that look like it, the likeliest first; possibly none.
    None {
        /// What the person may have meant.
        near: Vec<Entry>,
    },
}

/// The authority that bears this code.
pub fn by_id(id: &TenantId) -> Option<Entry> {
    register().by_code(id.kind(), id.bare())
}

/// Finds an authority as a person names it: by code (`59273`, `epci:242900660`, `dep:44`,
/// `reg:01`, or a bare SIREN of an EPCI), or by name, whatever the case, accents, hyphens,
/// apostrophes, `œ` or `oe`, `St` or `Saint`.
pub fn find(text: &str) -> Found {
    let text = text.trim();
    if let Ok(id) = TenantId::parse(text) {
        if let Some(entry) = by_id(&id) {
            return Found::One(entry);
        }
        // A postcode looks like an INSEE code: show the communes that it serves.
        return Found::None { near: with_postcode(text) };
    }
    if let Some(entry) = register().by_code(TenantKind::Epci, text) {
        return Found::One(entry);
    }
    let names = register().names();
    let key = fold(text);
    let mut exact = names.exact(&key);
    match (exact.pop(), exact.is_empty()) {
        (None, _) => Found::None { near: names.near(&key, NEAR_MAX) },
        (Some(one), true) => Found::One(one),
        (Some(last), false) => {
            exact.push(last);
            Found::Many(exact)
        }
    }
}

/// The member communes of an EPCI, by code; empty for any other tenant.
pub fn members(epci: &TenantId) -> Vec<Entry> {
    if epci.kind() == TenantKind::Epci { register().members(epci.bare()) } else { Vec::new() }
}

/// Every current commune, by code.
pub fn all_communes() -> impl Iterator<Item = Entry> {
    register().all(TenantKind::Commune)
}

/// Every EPCI, by code.
pub fn all_epci() -> impl Iterator<Item = Entry> {
    register().all(TenantKind::Epci)
}

fn with_postcode(text: &str) -> Vec<Entry> {
    all_communes()
        .filter(|entry| entry.postcodes().any(|postcode| postcode == text))
        .take(NEAR_MAX)
        .collect()
}

#[cfg(test)]
mod tests;
