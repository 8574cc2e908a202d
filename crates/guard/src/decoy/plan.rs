//! Which bait lies where: names as a town hall gives them, some that sort first and some that sort
//! last, in several folders, of every size.

use std::path::PathBuf;

use beffroi_town::Instant;

use super::bait::Seed;
use super::chance::Chance;
use super::forms::Form;

/// One bait file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Below the share.
    pub(super) path: PathBuf,
    pub(super) form: Form,
    /// About so many.
    pub(super) bytes: usize,
    /// When it was last written to, as it says.
    pub(super) written_at: Instant,
}

/// Folders, first to last as they are listed, and the names of what lies in each.
const FOLDERS: &[(&str, &[&str], &[Form])] = &[
    (
        "00 - Direction",
        &["00 Organigramme", "Courriers", "Note de service", "Plan de reprise", "Projets"],
        &[Form::Letter, Form::Pdf, Form::Text],
    ),
    (
        "Budget",
        &["Budget primitif", "Compte administratif", "Dette", "Subventions", "Tiers"],
        &[Form::Sheet, Form::Table, Form::Pdf],
    ),
    (
        "Cantine",
        &["Inscriptions", "Menus", "Quotients", "Tarifs"],
        &[Form::Table, Form::Letter, Form::Sheet],
    ),
    (
        "Conseil municipal",
        &["Convocation", "Délibérations", "Ordre du jour", "Procès-verbal"],
        &[Form::Letter, Form::Pdf],
    ),
    (
        "État civil",
        &["Actes de décès", "Actes de naissance", "Concessions", "Mariages"],
        &[Form::Pdf, Form::Table, Form::Letter],
    ),
    ("Photos", &["IMG_", "DSC0"], &[Form::Photo]),
    ("Salles", &["Réservations"], &[Form::Database]),
    (
        "Urbanisme/Permis",
        &["Arrêté", "Plan de masse", "Récépissé", "Zonage"],
        &[Form::Pdf, Form::Photo, Form::Letter],
    ),
    ("zz - À classer", &["Divers", "Numérisation", "zz ancien"], &[Form::Pdf, Form::Text]),
];
/// Files at the top: the first and the last of all.
const TOP: &[(&str, Form)] = &[
    ("0 - Codes et contrats", Form::Sheet),
    ("00 LISEZ-MOI", Form::Text),
    ("zz_sauvegarde agenda", Form::Table),
];
/// Files of one name in one folder, at most.
const SERIES_MAX: u32 = 3;
/// Sizes that files come in.
const BYTES: &[(u32, u32)] = &[(600, 4_000), (12_000, 60_000), (80_000, 400_000)];
/// Sizes of pictures.
const PHOTO_BYTES: (u32, u32) = (300_000, 2_400_000);
const DAY_MS: i64 = 24 * 3_600_000;
/// How long ago the oldest was last written to.
const DAYS_MAX: u32 = 1_400;

/// Everything that lies in this decoy, sorted by path. `made_at`: when the decoy was made.
pub(super) fn plan(seed: &Seed, made_at: Instant) -> Vec<Item> {
    let mut chance = Chance::of(seed, "plan");
    let mut items = Vec::new();
    for (folder, names, forms) in FOLDERS {
        for name in *names {
            for number in 0..chance.between(1, SERIES_MAX) {
                let form = one(forms, &mut chance);
                let name = numbered(name, number, form, &mut chance);
                items.push(item(format!("{folder}/{name}"), form, made_at, &mut chance));
            }
        }
    }
    for (name, form) in TOP {
        let path = format!("{name}.{}", form.extension());
        items.push(item(path, *form, made_at, &mut chance));
    }
    items.sort_by(|one, other| one.path.cmp(&other.path));
    items.dedup_by(|later, earlier| later.path == earlier.path);
    items
}

fn one(forms: &[Form], chance: &mut Chance) -> Form {
    let last = u32::try_from(forms.len().saturating_sub(1)).unwrap_or(0);
    forms.get(chance.between(0, last) as usize).copied().unwrap_or(Form::Text)
}

fn numbered(name: &str, number: u32, form: Form, chance: &mut Chance) -> String {
    let extension = form.extension();
    if name.ends_with(['_', '0']) {
        return format!("{name}{:04}.{extension}", chance.between(1, 900) * 10 + number);
    }
    let year = 2019 + chance.between(0, 5);
    match number {
        0 => format!("{name}.{extension}"),
        1 => format!("{name} {year}.{extension}"),
        _ => format!("{name} {year}-{:02}.{extension}", chance.between(1, 12)),
    }
}

fn item(path: String, form: Form, made_at: Instant, chance: &mut Chance) -> Item {
    let (least, most) = if form == Form::Photo {
        PHOTO_BYTES
    } else {
        let last = u32::try_from(BYTES.len() - 1).unwrap_or(0);
        BYTES.get(chance.between(0, last) as usize).copied().unwrap_or((600, 4_000))
    };
    let days = i64::from(chance.between(1, DAYS_MAX));
    let within = i64::from(chance.between(0, 9 * 3_600_000));
    Item {
        path: PathBuf::from(path),
        form,
        bytes: chance.between(least, most) as usize,
        written_at: made_at.plus_ms(-days * DAY_MS - within),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bait_is_of_every_kind_and_differs_from_decoy_to_decoy() {
        let now = Instant::from_ms(1_800_000_000_000);
        let of = |seed: u8| plan(&Seed([seed; 32]), now);
        let items = of(7);
        assert_eq!(items, of(7));
        assert_ne!(items, of(8));
        assert!((40..120).contains(&items.len()), "{}", items.len());
        for form in ["txt", "csv", "docx", "xlsx", "pdf", "jpg", "sqlite"].map(std::ffi::OsStr::new)
        {
            assert!(items.iter().any(|item| item.path.extension() == Some(form)), "{form:?}");
        }
        assert!(items.first().unwrap().path.starts_with("0 - Codes et contrats.xlsx"));
        assert!(items.last().unwrap().path.to_str().unwrap().starts_with("État civil"));
        let total: usize = items.iter().map(|item| item.bytes).sum();
        assert!((2_000_000..60_000_000).contains(&total), "{total}");
        assert!(items.iter().all(|item| item.written_at < now));
    }
}
