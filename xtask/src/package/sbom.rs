//! The bill of materials: every crate that the program is made of, as `CycloneDX` 1.5.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::said;
use crate::files;

/// What cargo knows of the program as it is built on this machine.
pub(crate) fn metadata() -> anyhow::Result<Value> {
    let about = said(Command::new("rustc").arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not name its host")?;
    let mut command = files::cargo();
    command.args(["metadata", "--format-version=1", "--locked", "--filter-platform", host]);
    serde_json::from_str(&said(&mut command)?).context("understanding cargo metadata")
}

/// The version of the program.
pub(crate) fn version(metadata: &Value) -> anyhow::Result<String> {
    let program = packages(metadata).find(|package| package["name"] == "beffroi");
    let version = program.and_then(|package| package["version"].as_str());
    version.map(str::to_owned).context("cargo metadata does not know the program")
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

/// The checksums of `Cargo.lock`, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let mut sums = BTreeMap::new();
    for entry in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            let start = format!("{name} = \"");
            let line = entry.lines().find_map(|line| line.strip_prefix(&start))?;
            line.strip_suffix('"').map(str::to_owned)
        };
        if let (Some(name), Some(version), Some(sum)) =
            (field("name"), field("version"), field("checksum"))
        {
            sums.insert((name, version), sum);
        }
    }
    sums
}

/// What the program is made of: everything it reaches but what only tests use.
fn reached<'m>(metadata: &'m Value, root: &'m str) -> BTreeMap<&'m str, BTreeSet<&'m str>> {
    let nodes: BTreeMap<&str, &Value> = metadata
        .pointer("/resolve/nodes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let (mut waiting, mut found) = (vec![root], BTreeMap::new());
    while let Some(id) = waiting.pop() {
        if found.contains_key(id) {
            continue;
        }
        let needs = nodes.get(id).and_then(|node| node["deps"].as_array()).into_iter().flatten();
        let built = needs.filter(|need| {
            let kinds = need["dep_kinds"].as_array();
            kinds.into_iter().flatten().any(|kind| kind["kind"] != "dev")
        });
        let needs: BTreeSet<&str> = built.filter_map(|need| need["pkg"].as_str()).collect();
        waiting.extend(&needs);
        found.insert(id, needs);
    }
    found
}

/// Writes the bill.
pub(crate) fn write(metadata: &Value, version: &str, epoch: u64) -> anyhow::Result<Vec<u8>> {
    let lock = String::from_utf8(files::read(&files::root().join("Cargo.lock"))?)?;
    let bill = bill(metadata, &checksums(&lock), (version, epoch))?;
    Ok(serde_json::to_vec_pretty(&bill)?)
}

fn bill(
    metadata: &Value,
    sums: &BTreeMap<(String, String), String>,
    (version, epoch): (&str, u64),
) -> anyhow::Result<Value> {
    let by_id: BTreeMap<&str, &Value> =
        packages(metadata).filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let program = packages(metadata).find(|package| package["name"] == "beffroi");
    let root = program.and_then(|package| package["id"].as_str());
    let root = root.context("cargo metadata does not know the program")?;
    let reached = reached(metadata, root);
    let mut components = Vec::new();
    let mut dependencies = Vec::new();
    for (id, needs) in &reached {
        let package = by_id.get(id).with_context(|| format!("cargo metadata lacks {id}"))?;
        let refs: Vec<String> =
            needs.iter().filter_map(|need| by_id.get(need).map(|one| purl(one))).collect();
        let name = if *id == root { program_purl(version) } else { purl(package) };
        dependencies.push(json!({ "ref": name, "dependsOn": refs }));
        if *id != root {
            components.push(component(package, sums));
        }
    }
    let serial = files::sha256(serde_json::to_string(&components)?.as_bytes());
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": uuid(&serial),
        "version": 1,
        "metadata": {
            "timestamp": timestamp(epoch),
            "component": {
                "type": "application",
                "bom-ref": program_purl(version),
                "name": "beffroi",
                "version": version,
                "purl": program_purl(version),
                "licenses": [{ "expression": "Apache-2.0 OR MIT" }],
            },
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

fn component(package: &Value, sums: &BTreeMap<(String, String), String>) -> Value {
    let text = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
    let sum = sums.get(&(text("name"), text("version")));
    let hashes: Vec<Value> =
        sum.iter().map(|sum| json!({ "alg": "SHA-256", "content": sum })).collect();
    json!({
        "type": "library",
        "bom-ref": purl(package),
        "name": text("name"),
        "version": text("version"),
        "purl": purl(package),
        // Older crates write '/' for OR.
        "licenses": [{ "expression": text("license").replace('/', " OR ") }],
        // Ours have none: they come with the program.
        "hashes": hashes,
    })
}

fn purl(package: &Value) -> String {
    let text = |name: &str| package[name].as_str().unwrap_or_default();
    // In a package URL a '+' is written %2B.
    format!("pkg:cargo/{}@{}", text("name"), text("version").replace('+', "%2B"))
}

fn program_purl(version: &str) -> String {
    format!("pkg:cargo/beffroi@{version}")
}

/// A UUID of version 5's form from a hash: the same materials have the same number.
fn uuid(hash: &str) -> String {
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!(
        "urn:uuid:{}-{}-5{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 15),
        part(15, 18),
        part(18, 30)
    )
}

/// Seconds since 1970 as ISO 8601 writes them (days by the civil calendar, in UTC).
fn timestamp(epoch: u64) -> String {
    let (days, rest) = (epoch / 86_400, epoch % 86_400);
    // Days since 1 March of year 0, in eras of 400 years.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_standard_asks() {
        for (epoch, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_714_035_840, "2024-04-25T09:04:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
        ] {
            assert_eq!(timestamp(epoch), text);
        }
    }

    /// The shape that `CycloneDX` 1.5's schema asks for, and that the bill is of this program.
    #[test]
    fn the_bill_of_this_program_has_the_shape_of_its_standard() {
        let metadata = metadata().unwrap();
        let bytes = write(&metadata, "9.9.9", 1_714_035_840).unwrap();
        let bill: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(
            (&bill["bomFormat"], &bill["specVersion"]),
            (&json!("CycloneDX"), &json!("1.5"))
        );
        let serial = bill["serialNumber"].as_str().unwrap();
        let groups: Vec<usize> =
            serial.strip_prefix("urn:uuid:").unwrap().split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert_eq!(bill["metadata"]["component"]["version"], "9.9.9");
        let components = bill["components"].as_array().unwrap();
        let mut refs = BTreeSet::from([program_purl("9.9.9")]);
        for component in components {
            let text = |name: &str| component[name].as_str().unwrap().to_owned();
            assert_eq!(component["type"], "library");
            assert!(text("purl").starts_with(&format!("pkg:cargo/{}@", text("name"))));
            assert!(refs.insert(text("bom-ref")), "{} is there twice", text("bom-ref"));
            let licence = component["licenses"][0]["expression"].as_str().unwrap();
            assert!(!licence.is_empty() && !licence.contains('/'), "{component}");
            let ours = text("name").starts_with("beffroi-");
            let hash = component["hashes"][0]["content"].as_str();
            assert!(ours || hash.is_some_and(|hash| hash.len() == 64), "{component}");
        }
        for one in bill["dependencies"].as_array().unwrap() {
            assert!(refs.contains(one["ref"].as_str().unwrap()));
            let needs = one["dependsOn"].as_array().unwrap();
            assert!(needs.iter().all(|need| refs.contains(need.as_str().unwrap())), "{one}");
        }
        let has = |name: &str| components.iter().any(|one| one["name"] == name);
        assert!(has("beffroi-town") && has("rustls") && has("sqlx"));
        assert!(!has("xtask") && !has("proptest"), "what only tests use is no part of the program");
        assert!(components.len() > 150, "{}", components.len());
    }
}
