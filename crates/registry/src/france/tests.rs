//! The register against what is known of it.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn id(text: &str) -> TenantId {
    TenantId::parse(text).unwrap()
}

fn codes(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.id.bare()).collect()
}

#[test]
fn every_authority_is_there_once() {
    assert_eq!(all_communes().count(), 34_969);
    assert_eq!(all_epci().count(), 1_255);
    assert_eq!(register().all(TenantKind::Departement).count(), 109);
    assert_eq!(register().all(TenantKind::Region).count(), 18);
    assert_eq!(all_communes().filter(|commune| commune.siren.is_none()).count(), 94);
    assert_eq!(all_communes().filter(|commune| commune.population.is_none()).count(), 6);
    assert_eq!(all_communes().filter(|commune| commune.postcodes().count() == 0).count(), 5);
}

#[test]
fn every_row_makes_a_tenant_that_is_found_again() {
    let kinds =
        [TenantKind::Commune, TenantKind::Epci, TenantKind::Departement, TenantKind::Region];
    for entry in kinds.into_iter().flat_map(|kind| register().all(kind)) {
        let tenant = entry.clone().into_tenant(Instant::from_ms(7));
        assert_eq!(by_id(&tenant.id), Some(entry.clone()));
        assert_eq!(find(tenant.id.as_str()), Found::One(entry.clone()));
        assert_eq!(tenant.opened_at, Instant::from_ms(7));
        assert!(!tenant.name.trim().is_empty() && tenant.name.trim() == tenant.name);
        assert!(tenant.siren.iter().all(|siren| siren.len() == 9));
        assert!(tenant.postcodes.is_sorted());
        assert!(tenant.postcodes.iter().all(|code| code.len() == 5), "{entry}");
        for (kind, code) in
            [(TenantKind::Departement, entry.department), (TenantKind::Region, entry.region)]
        {
            assert!(code.is_none_or(|code| register().by_code(kind, code).is_some()), "{entry}");
        }
        assert!(tenant.epci.is_none_or(|epci| by_id(&epci).is_some()), "{entry}");
    }
}

#[test]
fn the_towns_of_the_drills_are_there() {
    for (code, name, department, region) in [
        ("59273", "Gravelines", "59", "32"),
        ("62473", "Isbergues", "62", "32"),
        ("44184", "Saint-Nazaire", "44", "52"),
        ("44052", "Donges", "44", "52"),
        ("44132", "Pornichet", "44", "52"),
        ("44103", "Montoir-de-Bretagne", "44", "52"),
        ("44030", "La Chapelle-des-Marais", "44", "52"),
        ("29058", "Fouesnant", "29", "53"),
        ("2A004", "Ajaccio", "2A", "94"),
        ("2B033", "Bastia", "2B", "94"),
    ] {
        let entry = by_id(&id(code)).unwrap();
        assert_eq!((entry.name, entry.department), (name, Some(department)));
        assert_eq!(entry.region, Some(region));
        assert!(entry.population.unwrap() > 1_000 && entry.siren.is_some());
    }
    let guadeloupe = by_id(&id("reg:01")).unwrap();
    assert_eq!((guadeloupe.name, guadeloupe.department), ("Guadeloupe", None));
    let gravelines = by_id(&id("59273")).unwrap();
    assert_eq!(gravelines.to_string(), "59273 Gravelines (59 Nord, 59820)");
    assert_eq!(gravelines.into_tenant(Instant::default()).postcodes, ["59820"]);
}

#[test]
fn an_epci_has_its_members() {
    let fouesnant = id("epci:242900660");
    let expect = ["29006", "29032", "29057", "29058", "29060", "29161", "29247"];
    assert_eq!(codes(&members(&fouesnant)), expect);
    assert_eq!(by_id(&fouesnant).unwrap().name, "CC du Pays Fouesnantais");
    assert_eq!(members(&id("59273")), []);
    assert_eq!(members(&id("epci:000000000")), []);
    let all: usize = all_epci().map(|epci| members(&epci.id).len()).sum();
    assert_eq!(all, all_communes().filter(|commune| commune.epci.is_some()).count());
    assert!(all_epci().all(|epci| !members(&epci.id).is_empty()));
}

#[test]
fn a_name_is_found_however_it_is_typed() {
    for text in ["gravelines", " GRAVELINES ", "Gravelînes", "59273", "59273 "] {
        assert_eq!(find(text), Found::One(by_id(&id("59273")).unwrap()), "{text}");
    }
    for (text, code) in [
        ("la chapelle des marais", "44030"),
        ("st-évarzec", "29247"),
        ("SAINT EVARZEC", "29247"),
        ("L’Haÿ les Roses", "94038"),
        ("2a004", "2A004"),
        ("242900660", "242900660"),
        ("Communauté de communes du Pays Fouesnantais", "242900660"),
        ("Hauts de France", "32"),
    ] {
        let Found::One(entry) = find(text) else { panic!("{text}: {:?}", find(text)) };
        assert_eq!(entry.id.bare(), code, "{text}");
    }
}

#[test]
fn a_shared_name_is_answered_with_all_who_bear_it() {
    let Found::Many(many) = find("saint denis") else { panic!("{:?}", find("saint denis")) };
    assert!(many.len() >= 3 && codes(&many).contains(&"93066"), "{many:?}");
    assert!(codes(&many).contains(&"97411"));
    assert!(many.iter().all(|entry| entry.name == "Saint-Denis"));
    let shown: Vec<_> = many.iter().map(Entry::to_string).collect();
    assert!(shown.contains(&"93066 Saint-Denis (93 Seine-Saint-Denis, 93200)".to_owned()));
    let Found::Many(both) = find("Guadeloupe") else { panic!("{:?}", find("Guadeloupe")) };
    let ids: Vec<_> = both.iter().map(|entry| entry.id.to_string()).collect();
    assert_eq!(ids, ["dep:971", "reg:01"]);
}

#[test]
fn a_miss_suggests_what_was_meant() {
    for (text, code) in [
        ("Gravelinnes", "59273"),
        ("Isberges", "62473"),
        ("Pays Fouesnantais", "242900660"),
        ("chapelle marais", "44030"),
        // Its postcode, often taken for its code.
        ("59820", "59273"),
    ] {
        let Found::None { near } = find(text) else { panic!("{text}: {:?}", find(text)) };
        assert!(codes(&near).contains(&code), "{text}: {near:?}");
        assert!(near.len() <= NEAR_MAX);
    }
}

#[test]
fn nonsense_is_found_nowhere() {
    let long = "a".repeat(1_000_000);
    for text in ["", " ", "'", "00000", "99999", "dep:00", "reg:99", "epci:123456789", "zzzzzzzzqq"]
        .into_iter()
        .chain(["\u{0}", "../../etc/passwd", "'; DROP TABLE tenant; --", long.as_str()])
    {
        assert_eq!(find(text), Found::None { near: Vec::new() }, "{text:.40}");
    }
}

#[test]
fn as_many_names_are_shared_as_the_house_says() {
    let mut by_name = BTreeMap::<_, usize>::new();
    for commune in all_communes() {
        *by_name.entry(fold(commune.name)).or_default() += 1;
    }
    let shared: Vec<_> = by_name.values().filter(|count| **count > 1).collect();
    assert_eq!((shared.len(), shared.into_iter().sum::<usize>()), (1_482, 3_774));
}

#[test]
fn the_file_is_the_one_whose_origin_is_written_down() {
    let packed = include_bytes!("../../data/france.tsv.gz");
    let origin = include_str!("../../data/SOURCE.md");
    let digest = ring::digest::digest(&ring::digest::SHA256, packed);
    let sha256 = data_encoding::HEXLOWER.encode(digest.as_ref());
    assert!(origin.contains(&sha256), "renew data/SOURCE.md: the data's SHA-256 is {sha256}");
    for count in ["| communes | 34969 |", "| EPCI | 1255 |"] {
        assert!(origin.contains(count), "{count}");
    }
    let names: BTreeSet<_> = all_epci().map(|epci| epci.id).collect();
    assert_eq!(names.len(), 1_255);
}
