//! France's local authorities, from the package to one compressed file.
//!
//! Rules: the same input gives the same bytes; what the source does not say stays empty; what is
//! derived (a sum, a shared département) is listed in `SOURCE.md`. Rows are sorted by code, so
//! that the program looks codes up without reading the whole file into a map.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

use crate::files;
use crate::source::{self, Source};

/// Where the register lies in the repository.
const REGISTER: &str = "crates/registry/data/france.tsv.gz";
/// Where its origin is written down.
const ORIGIN: &str = "crates/registry/data/SOURCE.md";

/// `cargo xtask france FOLDER`.
pub(crate) fn run(folder: &Path, tarball: Option<&Path>, check: bool) -> anyhow::Result<()> {
    let source = source::load(folder)?;
    let (text, counts) = tables(&source)?;
    let register = files::root().join(REGISTER);
    if check {
        let mut kept = String::new();
        GzDecoder::new(files::read(&register)?.as_slice())
            .read_to_string(&mut kept)
            .with_context(|| format!("unpacking {}", register.display()))?;
        ensure!(kept == text, "{REGISTER} differs: run 'cargo xtask france FOLDER' to renew it");
        files::say(&format!("{REGISTER} is what {} {} gives", source.package, source.version));
        return Ok(());
    }
    let tarball = find_tarball(folder, tarball, &source)?;
    let tarball_sha256 = files::sha256(&files::read(&tarball)?);
    let packed = pack(&text)?;
    let origin = origin(&source, &counts, &tarball_sha256, &packed);
    files::write(&register, &packed)?;
    files::write(&files::root().join(ORIGIN), origin.as_bytes())
}

/// The tarball that was given, or the one that `npm pack` left beside the folder.
fn find_tarball(folder: &Path, given: Option<&Path>, source: &Source) -> anyhow::Result<PathBuf> {
    if let Some(path) = given {
        return Ok(path.to_path_buf());
    }
    let name = format!(
        "{}-{}.tgz",
        source.package.trim_start_matches('@').replace('/', "-"),
        source.version
    );
    let folder = folder
        .canonicalize()
        .with_context(|| format!("finding the folder {}", folder.display()))?;
    for place in [folder.parent(), folder.parent().and_then(Path::parent)].into_iter().flatten() {
        let path = place.join(&name);
        if path.is_file() {
            return Ok(path);
        }
    }
    bail!("{name} is not beside {}: give it with --tarball FILE", folder.display())
}

/// How many rows each table has.
type Counts = BTreeMap<&'static str, usize>;

/// The four tables as text: a line `#table<TAB>rows`, then one line a row.
fn tables(source: &Source) -> anyhow::Result<(String, Counts)> {
    let mut text = String::new();
    let mut counts = Counts::new();
    for (name, mut rows) in [
        ("regions", regions(source)),
        ("departements", departments(source)),
        ("epci", epci(source)?),
        ("communes", communes(source)?),
    ] {
        rows.sort();
        let codes: BTreeSet<_> = rows.iter().filter_map(|row| row.first()).collect();
        ensure!(codes.len() == rows.len(), "two rows of {name} bear the same code");
        counts.insert(name, rows.len());
        writeln!(text, "#{name}\t{}", rows.len())?;
        for row in rows {
            ensure!(
                !row.iter().any(|cell| cell.contains(['\t', '\n', '\r'])),
                "a cell of {name} holds a tab or a line break: {row:?}"
            );
            writeln!(text, "{}", row.join("\t"))?;
        }
    }
    Ok((text, counts))
}

/// Columns: code, name, département, région, population, SIREN, EPCI, postcodes.
type Row = [String; 8];

/// The communes that exist now.
fn current(source: &Source) -> impl Iterator<Item = &source::Commune> {
    source.communes.iter().filter(|commune| commune.r#type == "commune-actuelle")
}

fn communes(source: &Source) -> anyhow::Result<Vec<Row>> {
    let real = real_regions(source);
    let mut epci_of = BTreeMap::new();
    for epci in &source.epci {
        for member in &epci.membres {
            let earlier = epci_of.insert(member.code.as_str(), epci.code.as_str());
            ensure!(earlier.is_none(), "commune {} is a member of two EPCI", member.code);
        }
    }
    let rows: Vec<Row> = current(source)
        .map(|commune| {
            let mut postcodes = commune.codes_postaux.clone();
            postcodes.sort();
            postcodes.dedup();
            [
                commune.code.clone(),
                commune.nom.clone(),
                commune.departement.clone(),
                region_or_nothing(&real, &commune.region),
                commune.population.map(|people| people.to_string()).unwrap_or_default(),
                commune.siren.clone().unwrap_or_default(),
                epci_of.remove(commune.code.as_str()).unwrap_or_default().to_owned(),
                postcodes.join(" "),
            ]
        })
        .collect();
    ensure!(epci_of.is_empty(), "members that are no current commune: {epci_of:?}");
    Ok(rows)
}

fn epci(source: &Source) -> anyhow::Result<Vec<Row>> {
    let real = real_regions(source);
    let by_code: BTreeMap<_, _> = current(source).map(|c| (c.code.as_str(), c)).collect();
    source
        .epci
        .iter()
        .map(|epci| {
            let members: Vec<_> = epci
                .membres
                .iter()
                .map(|member| by_code.get(member.code.as_str()).copied())
                .collect::<Option<_>>()
                .with_context(|| format!("EPCI {} has a member that does not exist", epci.code))?;
            Ok([
                epci.code.clone(),
                epci.nom.clone(),
                shared(members.iter().map(|commune| commune.departement.as_str())),
                region_or_nothing(&real, &shared(members.iter().map(|c| c.region.as_str()))),
                epci.population_municipale.to_string(),
                epci.code.clone(),
                String::new(),
                String::new(),
            ])
        })
        .collect()
}

fn departments(source: &Source) -> Vec<Row> {
    let real = real_regions(source);
    source
        .departments
        .iter()
        .map(|department| {
            let people = sum(current(source).filter(|c| c.departement == department.code));
            let region = if department.zone == "com" { "" } else { &department.region };
            plain(
                &department.code,
                &department.nom,
                &department.code,
                &region_or_nothing(&real, region),
                people,
            )
        })
        .collect()
}

/// The 18 régions. The collectivités d'outre-mer, which the source lists here as well, stay with
/// the départements: they would be twice in the register otherwise.
fn regions(source: &Source) -> Vec<Row> {
    source
        .regions
        .iter()
        .filter(|region| region.zone != "com")
        .map(|region| {
            let people = sum(current(source).filter(|c| c.region == region.code));
            plain(&region.code, &region.nom, "", &region.code, people)
        })
        .collect()
}

fn plain(code: &str, name: &str, department: &str, region: &str, people: Option<u32>) -> Row {
    [
        code.to_owned(),
        name.to_owned(),
        department.to_owned(),
        region.to_owned(),
        people.map(|people| people.to_string()).unwrap_or_default(),
        String::new(),
        String::new(),
        String::new(),
    ]
}

fn real_regions(source: &Source) -> BTreeSet<&str> {
    source.regions.iter().filter(|r| r.zone != "com").map(|r| r.code.as_str()).collect()
}

fn region_or_nothing(real: &BTreeSet<&str>, code: &str) -> String {
    if real.contains(code) { code.to_owned() } else { String::new() }
}

/// What all have in common, or nothing.
fn shared<'a>(mut all: impl Iterator<Item = &'a str>) -> String {
    let Some(first) = all.next() else { return String::new() };
    if all.all(|other| other == first) { first.to_owned() } else { String::new() }
}

/// The inhabitants of all; nothing when none of them is counted.
fn sum<'a>(communes: impl Iterator<Item = &'a source::Commune>) -> Option<u32> {
    communes.filter_map(|commune| commune.population).reduce(u32::saturating_add)
}

/// Gzip (RFC 1952) without a date or a name, so that the bytes depend on the text alone.
fn pack(text: &str) -> anyhow::Result<Vec<u8>> {
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    gzip.write_all(text.as_bytes()).context("compressing the register")?;
    gzip.finish().context("compressing the register")
}

/// `SOURCE.md`.
fn origin(source: &Source, counts: &Counts, tarball_sha256: &str, packed: &[u8]) -> String {
    let count = |name| counts.get(name).copied().unwrap_or_default();
    let tarball = format!("{} {}", source.package, source.version);
    let mut inputs = String::new();
    for (name, sha256) in &source.checksums {
        // Writing into a String cannot fail.
        let _done = writeln!(inputs, "| `{name}` | `{sha256}` |");
    }
    format!(
        "# Where the register of local authorities comes from\n\
         \n\
         `france.tsv.gz` holds France's communes, EPCI, départements and régions. It is written by\n\
         `cargo xtask france FOLDER`; do not edit it by hand.\n\
         \n\
         | | |\n\
         |---|---|\n\
         | source | npm package [`{package}`](https://www.npmjs.com/package/{package}) |\n\
         | edition | {version} |\n\
         | licence of the data | [Licence Ouverte 2.0](https://www.etalab.gouv.fr/licence-ouverte-open-licence) |\n\
         | credit | Etalab (compiled by), INSEE (Code officiel géographique, populations), DGCL (EPCI), La Poste (postcodes) |\n\
         | communes | {communes} |\n\
         | EPCI | {epci} |\n\
         | départements and collectivités d'outre-mer | {departments} |\n\
         | régions | {regions} |\n\
         | `france.tsv.gz` SHA-256 | `{packed_sha256}` |\n\
         \n\
         ## To make it again\n\
         \n\
         ```sh\n\
         npm pack {package}@{version}\n\
         tar xzf {file}-{version}.tgz\n\
         cargo xtask france package           # writes\n\
         cargo xtask france package --check   # only compares\n\
         ```\n\
         \n\
         ## What was read\n\
         \n\
         | file | SHA-256 |\n\
         |---|---|\n\
         | {tarball} as downloaded | `{tarball_sha256}` |\n\
         {inputs}\
         \n\
         ## What was changed\n\
         \n\
         - Only current communes are kept; former and inner ones are not authorities.\n\
         - Columns: code, name, département, région, population, SIREN, EPCI, postcodes. An empty\n  \
           cell means that the source does not say.\n\
         - The population of a département or région is the sum of its communes'; that of an EPCI\n  \
           is its municipal population.\n\
         - The département or région of an EPCI is given only when all its members share it.\n\
         - The collectivités d'outre-mer are listed once, with the départements, and have no région.\n",
        package = source.package,
        version = source.version,
        file = source.package.trim_start_matches('@').replace('/', "-"),
        communes = count("communes"),
        epci = count("epci"),
        departments = count("departements"),
        regions = count("regions"),
        packed_sha256 = files::sha256(packed),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(communes: &str, epci: &str) -> Source {
        Source {
            package: "@a/b".to_owned(),
            version: "1.0.0".to_owned(),
            communes: serde_json::from_str(communes).unwrap(),
            epci: serde_json::from_str(epci).unwrap(),
            departments: serde_json::from_str(
                r#"[{"code":"975","nom":"SPM","region":"975","zone":"com"},
                    {"code":"59","nom":"Nord","region":"32","zone":"metro"}]"#,
            )
            .unwrap(),
            regions: serde_json::from_str(
                r#"[{"code":"975","nom":"SPM","zone":"com"},
                    {"code":"32","nom":"Hauts-de-France","zone":"metro"}]"#,
            )
            .unwrap(),
            checksums: BTreeMap::new(),
        }
    }

    const COMMUNES: &str = r#"[
        {"code":"97502","nom":"Saint-Pierre","type":"commune-actuelle","departement":"975",
         "region":"975","codesPostaux":["97500"],"population":5194},
        {"code":"59273","nom":"Gravelines","type":"commune-actuelle","departement":"59",
         "region":"32","siren":"215902735","codesPostaux":["59821","59820","59820"],
         "population":11430},
        {"code":"59999","nom":"Gone","type":"commune-deleguee","departement":"59","region":"32"}]"#;

    fn epci(member: &str) -> String {
        format!(
            r#"[{{"code":"245900428","nom":"CU","populationMunicipale":7,
                 "membres":[{{"code":"{member}"}}]}}]"#
        )
    }

    #[test]
    fn rows_are_sorted_and_hold_what_the_source_says_and_no_more() {
        let (text, counts) = tables(&source(COMMUNES, &epci("59273"))).unwrap();
        assert_eq!(
            text,
            "#regions\t1\n32\tHauts-de-France\t\t32\t11430\t\t\t\n\
             #departements\t2\n59\tNord\t59\t32\t11430\t\t\t\n975\tSPM\t975\t\t5194\t\t\t\n\
             #epci\t1\n245900428\tCU\t59\t32\t7\t245900428\t\t\n\
             #communes\t2\n59273\tGravelines\t59\t32\t11430\t215902735\t245900428\t59820 59821\n\
             97502\tSaint-Pierre\t975\t\t5194\t\t\t97500\n"
        );
        assert_eq!(counts.values().sum::<usize>(), 6);
        assert_eq!(pack(&text).unwrap(), pack(&text).unwrap());
    }

    #[test]
    fn a_source_that_contradicts_itself_is_refused() {
        for (communes, epci, part) in [
            (COMMUNES.to_owned(), epci("59999"), "a member that does not exist"),
            (COMMUNES.replace("97502", "59273"), epci("59273"), "bear the same code"),
            (COMMUNES.replace("Gravelines", "Grave\\tlines"), epci("59273"), "holds a tab"),
            (
                COMMUNES.to_owned(),
                format!("{},{}", epci("59273").trim_end_matches(']'), &epci("59273")[1..]),
                "member of two EPCI",
            ),
        ] {
            let error = tables(&source(&communes, &epci)).unwrap_err();
            assert!(format!("{error:#}").contains(part), "{error:#}");
        }
    }
}
