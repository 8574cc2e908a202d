//! Packs: lists of the town's own software, printed before anything happens, for on the day of an
//! attack nobody can look into that software.
//!
//! Rules: a pack has a number; a newer one takes its place, and the former is destroyed, paper and
//! content, which somebody records. A list about people's health ([`PackKind::is_health`]) never
//! comes to the platform: it is printed where it is kept, and its number alone is recorded; a field
//! about health is left out of every list that does come. A pack that is too old is told.

use serde::{Deserialize, Serialize};

use crate::{Instant, asset::coded, procedure::KeyGroup};

coded! {
    /// Which list.
    PackKind {
        /// Children of the canteen and after school, with the adults who may fetch them.
        Children = "children",
        /// People to look after in a heat wave, a cold spell, a power cut.
        Vulnerable = "vulnerable",
        /// Burials to come.
        Burials = "burials",
        /// Who calls whom.
        PhoneTree = "phone_tree",
        /// Until when the law lets the town answer a planning permission.
        Permits = "permits",
    }
}

coded! {
    /// What may stand in a field.
    Shape {
        /// Any text.
        Text = "text",
        /// A day.
        Date = "date",
        /// Telephone numbers, with a word about each.
        Phones = "phones",
    }
}

coded! {
    /// What a box beside each row is ticked for.
    Tick {
        /// Somebody is there.
        Present = "present",
        /// Somebody was reached.
        Reached = "reached",
    }
}

/// A field of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it is called in code.
    pub code: &'static str,
    /// Headings that it may have in a file, in French and English.
    pub names: &'static [&'static str],
    /// Whether each row must have it.
    pub needed: bool,
    /// What may stand in it.
    pub shape: Shape,
    /// Whether it tells of somebody's health.
    pub health: bool,
}

/// A column on paper: fields that are read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What it is called in code.
    pub code: &'static str,
    /// Its fields, one below the other; those of the first column stand on one line.
    pub fields: &'static [&'static str],
}

/// What a list is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What is read of a file.
    pub fields: &'static [Field],
    /// What stands on paper.
    pub cells: &'static [Cell],
    /// The field whose text begins a sheet of its own: a class, a round.
    pub group: Option<&'static str>,
    /// The fields that rows are sorted by, within a group.
    pub order: &'static [&'static str],
    /// How many rows a page has room for when none is long.
    pub rows_per_page: u32,
    /// What the box beside each row is ticked for; none: there is no box.
    pub tick: Option<Tick>,
}

const fn text(code: &'static str, names: &'static [&'static str]) -> Field {
    Field { code, names, needed: false, shape: Shape::Text, health: false }
}

const fn needed(field: Field) -> Field {
    Field { needed: true, ..field }
}

const fn date(code: &'static str, names: &'static [&'static str]) -> Field {
    Field { shape: Shape::Date, ..text(code, names) }
}

const fn phones(code: &'static str, names: &'static [&'static str]) -> Field {
    Field { shape: Shape::Phones, ..text(code, names) }
}

const fn health(code: &'static str, names: &'static [&'static str]) -> Field {
    Field { health: true, ..text(code, names) }
}

const PHONE_NAMES: &[&str] =
    &["téléphone", "téléphones", "tel", "tél.", "portable", "mobile", "phone", "phones"];
const FIRST_NAMES: &[&str] = &["prénom", "prénoms", "first name", "given name", "given names"];
const ADDRESS_NAMES: &[&str] = &["adresse", "address", "domicile", "lieu", "rue"];

const CHILDREN: Layout = Layout {
    fields: &[
        needed(text("name", &["nom", "name", "nom de l’enfant", "enfant", "family name", "child"])),
        text("first_name", FIRST_NAMES),
        text("class", &["classe", "class", "groupe", "group", "niveau"]),
        text("days", &["jours", "days", "jours de présence", "inscription", "formule"]),
        needed(text(
            "adults",
            &[
                "adultes autorisés",
                "adultes",
                "personnes autorisées",
                "autorisés",
                "responsables",
                "responsable",
                "parents",
                "authorised adults",
                "authorized adults",
                "adults",
            ],
        )),
        phones("phones", PHONE_NAMES),
        health("care", &["pai", "allergies", "allergie", "santé", "régime", "care", "health"]),
    ],
    cells: &[
        Cell { code: "child", fields: &["name", "first_name"] },
        Cell { code: "days", fields: &["days"] },
        Cell { code: "adults", fields: &["adults", "phones"] },
        Cell { code: "care", fields: &["care"] },
    ],
    group: Some("class"),
    order: &["name", "first_name"],
    rows_per_page: 12,
    tick: Some(Tick::Present),
};

const VULNERABLE: Layout = Layout {
    fields: &[
        needed(text("name", &["nom", "name", "family name", "personne"])),
        text("first_name", FIRST_NAMES),
        needed(text("address", ADDRESS_NAMES)),
        phones("phones", PHONE_NAMES),
        text("contact", &["personne à prévenir", "contact", "référent", "proche", "aidant"]),
        phones(
            "contact_phones",
            &["téléphone du contact", "tél. contact", "téléphone contact", "contact phone"],
        ),
        text("round", &["tournée", "quartier", "secteur", "round", "district", "area"]),
        health("care", &["besoins", "santé", "dépendance", "observations", "needs", "care"]),
    ],
    cells: &[
        Cell { code: "person", fields: &["name", "first_name"] },
        Cell { code: "address", fields: &["address", "phones"] },
        Cell { code: "contact", fields: &["contact", "contact_phones"] },
        Cell { code: "care", fields: &["care"] },
    ],
    group: Some("round"),
    order: &["name", "first_name"],
    rows_per_page: 12,
    tick: Some(Tick::Reached),
};

const BURIALS: Layout = Layout {
    fields: &[
        needed(text("name", &["nom", "name", "défunt", "nom du défunt", "deceased"])),
        text("first_name", FIRST_NAMES),
        needed(date("date", &["date", "jour", "date d’inhumation", "burial date", "day"])),
        text("time", &["heure", "horaire", "time", "hour"]),
        text("plot", &["emplacement", "concession", "tombe", "cimetière", "plot", "grave"]),
        text("contact", &["famille", "contact", "family"]),
        phones("phones", PHONE_NAMES),
        text("undertaker", &["pompes funèbres", "opérateur funéraire", "undertaker"]),
    ],
    cells: &[
        Cell { code: "deceased", fields: &["name", "first_name"] },
        Cell { code: "when", fields: &["date", "time"] },
        Cell { code: "plot", fields: &["plot"] },
        Cell { code: "family", fields: &["contact", "phones", "undertaker"] },
    ],
    group: None,
    order: &["date", "time", "name"],
    rows_per_page: 12,
    tick: None,
};

const PHONE_TREE: Layout = Layout {
    fields: &[
        needed(text("name", &["nom", "name", "nom et prénom", "agent"])),
        text("first_name", FIRST_NAMES),
        text("function", &["fonction", "function", "poste", "job"]),
        text("service", &["service", "direction", "department"]),
        needed(phones("phones", PHONE_NAMES)),
        text("calls", &["appelle", "calls", "doit appeler"]),
    ],
    cells: &[
        Cell { code: "person", fields: &["name", "first_name"] },
        Cell { code: "function", fields: &["function"] },
        Cell { code: "phones", fields: &["phones"] },
        Cell { code: "calls", fields: &["calls"] },
    ],
    group: Some("service"),
    order: &["name", "first_name"],
    rows_per_page: 18,
    tick: Some(Tick::Reached),
};

const PERMITS: Layout = Layout {
    fields: &[
        needed(text(
            "number",
            &["numéro", "n°", "dossier", "numéro de dossier", "n° de dossier", "file", "number"],
        )),
        needed(date(
            "deadline",
            &["échéance", "date limite", "fin du délai", "fin d’instruction", "deadline"],
        )),
        text("name", &["demandeur", "pétitionnaire", "nom", "applicant", "name"]),
        text("kind", &["type", "nature", "type de dossier", "kind"]),
        text("address", ADDRESS_NAMES),
        date("deposited", &["dépôt", "date de dépôt", "déposé le", "deposited"]),
        text("silence", &["silence", "décision tacite", "tacite"]),
    ],
    cells: &[
        Cell { code: "number", fields: &["number", "kind"] },
        Cell { code: "deadline", fields: &["deadline", "silence"] },
        Cell { code: "applicant", fields: &["name", "address"] },
        Cell { code: "deposited", fields: &["deposited"] },
    ],
    group: None,
    order: &["deadline", "number"],
    rows_per_page: 14,
    tick: None,
};

impl PackKind {
    /// What it is made of.
    pub const fn layout(self) -> &'static Layout {
        match self {
            Self::Children => &CHILDREN,
            Self::Vulnerable => &VULNERABLE,
            Self::Burials => &BURIALS,
            Self::PhoneTree => &PHONE_TREE,
            Self::Permits => &PERMITS,
        }
    }

    /// Whose key opens it.
    pub const fn group(self) -> KeyGroup {
        match self {
            Self::Children => KeyGroup::School,
            Self::Vulnerable => KeyGroup::Social,
            Self::Burials => KeyGroup::CivilStatus,
            Self::PhoneTree => KeyGroup::General,
            Self::Permits => KeyGroup::Planning,
        }
    }

    /// After how many days it is too old to be relied upon.
    pub const fn stale_days(self) -> u16 {
        match self {
            Self::Burials => 8,
            Self::Permits => 15,
            Self::Children => 35,
            Self::Vulnerable => 100,
            Self::PhoneTree => 190,
        }
    }

    /// Whether being on it says something of somebody's health: then it never comes here.
    pub const fn is_health(self) -> bool {
        matches!(self, Self::Vulnerable)
    }

    /// Whether its rows are people: otherwise files.
    pub const fn is_people(self) -> bool {
        !matches!(self, Self::Permits)
    }

    /// The field of a code.
    pub fn field(self, code: &str) -> Option<&'static Field> {
        self.layout().fields.iter().find(|field| field.code == code)
    }
}

/// A pack as it is known: nothing of what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Which list.
    pub kind: PackKind,
    /// The how manyth.
    pub number: u32,
    /// Whose key opens it.
    pub group: KeyGroup,
    /// How many rows.
    pub rows: u32,
    /// Whether its content is kept here, sealed.
    pub held: bool,
    /// When the list was as it stands there.
    pub made_at: Instant,
    /// When it was last opened.
    pub opened_at: Option<Instant>,
    /// When somebody said that it lies in its place on paper.
    pub printed_at: Option<Instant>,
    /// When somebody said that its paper is destroyed.
    pub destroyed_at: Option<Instant>,
}

impl Pack {
    /// Whether its paper, or its content, is still there.
    pub const fn stands(&self) -> bool {
        self.destroyed_at.is_none()
    }

    /// Whether it is too old to be relied upon.
    pub fn is_stale(&self, now: Instant) -> bool {
        const DAY_MS: i64 = 24 * 3_600_000;
        now.ms_since(self.made_at) > i64::from(self.kind.stale_days()) * DAY_MS
    }
}

/// The pack of a kind that would be relied upon: the newest that lies printed; while none does, the
/// newest that stands. None when the town has none of this kind.
pub fn relied_on(all: &[Pack], kind: PackKind) -> Option<&Pack> {
    let standing = || all.iter().filter(|one| one.kind == kind && one.stands());
    let newest_printed = standing().filter(|one| one.printed_at.is_some());
    newest_printed.max_by_key(|one| one.number).or_else(|| standing().max_by_key(|one| one.number))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_layout_prints_each_field_once_and_sorts_by_fields_it_has() {
        for kind in PackKind::ALL.iter().copied() {
            let layout = kind.layout();
            let codes: BTreeSet<&str> = layout.fields.iter().map(|field| field.code).collect();
            assert_eq!(codes.len(), layout.fields.len(), "{kind:?}: a code twice");
            let printed: Vec<&str> =
                layout.cells.iter().flat_map(|cell| cell.fields.iter().copied()).collect();
            let all: BTreeSet<&str> = printed.iter().copied().chain(layout.group).collect();
            assert_eq!(all, codes, "{kind:?}: what is read is printed");
            assert_eq!(all.len(), printed.len() + usize::from(layout.group.is_some()));
            assert!(layout.order.iter().all(|code| kind.field(code).is_some()), "{kind:?}");
            assert!(layout.fields.iter().any(|field| field.needed), "{kind:?}");
            let names: Vec<&&str> = layout.fields.iter().flat_map(|field| field.names).collect();
            let unique: BTreeSet<&&str> = names.iter().copied().collect();
            assert_eq!(unique.len(), names.len(), "{kind:?}: a heading means two fields");
        }
    }

    fn pack(number: u32, days: i64, printed: bool, destroyed: bool) -> Pack {
        let at = Instant::from_ms(days * 24 * 3_600_000);
        Pack {
            kind: PackKind::Children,
            number,
            group: KeyGroup::School,
            rows: 1,
            held: true,
            made_at: at,
            opened_at: None,
            printed_at: printed.then_some(at),
            destroyed_at: destroyed.then_some(at),
        }
    }

    #[test]
    fn the_newest_that_lies_printed_is_relied_on() {
        let number = |all: &[Pack]| relied_on(all, PackKind::Children).map(|one| one.number);
        assert_eq!(number(&[]), None);
        assert_eq!(number(&[pack(1, 0, false, false)]), Some(1));
        let newer = [pack(1, 0, true, false), pack(2, 9, false, false)];
        assert_eq!(number(&newer), Some(1), "a list that nobody printed helps nobody");
        assert_eq!(number(&[pack(1, 0, true, true), pack(2, 9, false, false)]), Some(2));
        assert_eq!(number(&[pack(1, 0, true, true)]), None);
        assert_eq!(relied_on(&newer, PackKind::Permits), None);
    }

    #[test]
    fn a_pack_grows_old_with_what_stands_in_it() {
        let one = pack(1, 100, true, false);
        let after = |days: i64| one.made_at.plus_ms(days * 24 * 3_600_000);
        assert!(!one.is_stale(after(35)) && one.is_stale(after(36)));
    }
}
