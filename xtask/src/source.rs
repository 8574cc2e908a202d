//! The JSON files of `@etalab/decoupage-administratif`, as far as the register needs them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::files;

/// A row of `communes.json`: current communes, and the former and inner ones that are no authority.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Commune {
    pub(crate) code: String,
    pub(crate) nom: String,
    pub(crate) r#type: String,
    pub(crate) departement: String,
    pub(crate) region: String,
    pub(crate) siren: Option<String>,
    #[serde(default)]
    pub(crate) codes_postaux: Vec<String>,
    pub(crate) population: Option<u32>,
}

/// A row of `epci.json`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Epci {
    pub(crate) code: String,
    pub(crate) nom: String,
    pub(crate) population_municipale: u32,
    pub(crate) membres: Vec<Member>,
}

/// A member commune of an EPCI.
#[derive(Deserialize)]
pub(crate) struct Member {
    pub(crate) code: String,
}

/// A row of `departements.json`.
#[derive(Deserialize)]
pub(crate) struct Department {
    pub(crate) code: String,
    pub(crate) nom: String,
    pub(crate) region: String,
    pub(crate) zone: String,
}

/// A row of `regions.json`.
#[derive(Deserialize)]
pub(crate) struct Region {
    pub(crate) code: String,
    pub(crate) nom: String,
    pub(crate) zone: String,
}

/// What the package holds, and what it says of itself.
pub(crate) struct Source {
    pub(crate) package: String,
    pub(crate) version: String,
    pub(crate) communes: Vec<Commune>,
    pub(crate) epci: Vec<Epci>,
    pub(crate) departments: Vec<Department>,
    pub(crate) regions: Vec<Region>,
    /// SHA-256 of each file read, by its name.
    pub(crate) checksums: BTreeMap<&'static str, String>,
}

/// Reads the unpacked package.
pub(crate) fn load(folder: &Path) -> anyhow::Result<Source> {
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let mut checksums = BTreeMap::new();
    let package: Package = json(folder, "package.json", &mut checksums).with_context(|| {
        format!(
            "{} holds no unpacked package: type 'npm pack @etalab/decoupage-administratif@6.0.0', \
             unpack it with 'tar xzf', and give the folder 'package'",
            folder.display()
        )
    })?;
    Ok(Source {
        package: package.name,
        version: package.version,
        communes: json(folder, "data/communes.json", &mut checksums)?,
        epci: json(folder, "data/epci.json", &mut checksums)?,
        departments: json(folder, "data/departements.json", &mut checksums)?,
        regions: json(folder, "data/regions.json", &mut checksums)?,
        checksums,
    })
}

fn json<T: DeserializeOwned>(
    folder: &Path,
    name: &'static str,
    checksums: &mut BTreeMap<&'static str, String>,
) -> anyhow::Result<T> {
    let path = folder.join(name);
    let bytes = files::read(&path)?;
    checksums.insert(name, files::sha256(&bytes));
    serde_json::from_slice(&bytes).with_context(|| format!("understanding {}", path.display()))
}
