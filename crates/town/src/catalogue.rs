//! The default catalogue: what a tenant starts from, as proposals to correct.
//!
//! Two data files: `data/assets.csv` (what towns run) and `data/services.csv` (what residents
//! see), each legal figure with its source and the day it was checked. Names of services are in
//! `words`, keyed by code. In the column `needs`, `!` is essential, `?` is helpful, `@` names the
//! network path: `identity_system!@network`. In `kinds`, `c e d r` say which kinds of tenant.

use serde::Deserialize;

use crate::{
    Asset, AssetId, AssetKind, AssetState, Criticality, DataExposure, Exposure, Fallback,
    FallbackKind, Instant, Need, PublicService, ServiceId, Strength, TenantId, Whose, asset::Fleet,
    id::BadId,
};

const ASSETS: &str = include_str!("../data/assets.csv");
const SERVICES: &str = include_str!("../data/services.csv");

/// A row of the catalogue that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not a readable table.
    #[error("the catalogue of {table} cannot be read: {source}")]
    Table {
        /// `assets` or `services`.
        table: &'static str,
        /// What the reader says.
        source: csv::Error,
    },
    /// A value that means nothing.
    #[error("the catalogue of {table}, row '{row}': '{value}' means nothing in column {column}")]
    Value {
        /// `assets` or `services`.
        table: &'static str,
        /// The row's code.
        row: String,
        /// The column.
        column: &'static str,
        /// The value.
        value: String,
    },
    /// A code that is no identifier.
    #[error("the catalogue: {0}")]
    Id(#[from] BadId),
}

/// A public service as the catalogue proposes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ServiceRow {
    /// Its code.
    pub code: String,
    /// Which kinds of tenant have it: letters of `c e d r`.
    pub kinds: String,
    /// Its key group.
    pub group: String,
    /// How grave its absence is, as a code.
    pub criticality: String,
    /// Tolerable downtime, minutes.
    pub max_downtime_minutes: u32,
    /// What it depends on.
    pub needs: String,
    /// How it goes on otherwise, as a code.
    pub fallback: String,
    /// What the law asks, if it asks anything.
    pub legal_figure: String,
    /// Where that comes from.
    pub source: String,
    /// The day it was checked, `YYYY-MM-DD`.
    pub checked_on: String,
}

#[derive(Deserialize)]
struct AssetRow {
    code: String,
    kind: String,
    name_fr: String,
    whose: String,
    needs: String,
    kinds: String,
}

/// The services of the catalogue, for every kind of tenant, in the order of the page.
///
/// # Errors
/// [`CatalogueError`] when the data file is damaged; a test reads it whole.
pub fn service_rows() -> Result<Vec<ServiceRow>, CatalogueError> {
    rows("services", SERVICES)
}

fn rows<T: serde::de::DeserializeOwned>(
    table: &'static str,
    text: &str,
) -> Result<Vec<T>, CatalogueError> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|source| CatalogueError::Table { table, source })
}

/// What a tenant starts with: services of its kind and the assets they depend on.
///
/// Assets start as up, with data of which nothing is known; their identifiers are
/// `<tenant>-<code>`, so that adding a tenant twice makes the same ones.
///
/// # Errors
/// [`CatalogueError`] when a data file is damaged.
pub fn start(
    tenant: &TenantId,
    at: Instant,
) -> Result<(Vec<PublicService>, Vec<Asset>), CatalogueError> {
    let letter = tenant.kind().letter();
    let asset_rows: Vec<AssetRow> = rows("assets", ASSETS)?;
    let offered: Vec<&AssetRow> =
        asset_rows.iter().filter(|row| row.kinds.contains(letter)).collect();
    let known = |code: &str| offered.iter().any(|row| row.code == code);
    let assets =
        offered.iter().map(|row| asset(tenant, row, &known, at)).collect::<Result<_, _>>()?;
    let services = service_rows()?
        .iter()
        .filter(|row| row.kinds.contains(letter))
        .zip(1..)
        .map(|(row, rank)| service(tenant, row, &known, rank))
        .collect::<Result<_, _>>()?;
    Ok((services, assets))
}

/// The identifier of a catalogue asset of a tenant: `59273-file_server`.
///
/// # Errors
/// [`BadId`] when the code is no identifier.
pub fn asset_id(tenant: &TenantId, code: &str) -> Result<AssetId, BadId> {
    AssetId::parse(&format!("{}-{code}", tenant.dashed()))
}

fn asset(
    tenant: &TenantId,
    row: &AssetRow,
    known: &dyn Fn(&str) -> bool,
    at: Instant,
) -> Result<Asset, CatalogueError> {
    let bad = |column, value: &str| CatalogueError::Value {
        table: "assets",
        row: row.code.clone(),
        column,
        value: value.to_owned(),
    };
    let kind = AssetKind::from_code(&row.kind).ok_or_else(|| bad("kind", &row.kind))?;
    let whose = Whose::from_code(&row.whose).ok_or_else(|| bad("whose", &row.whose))?;
    Ok(Asset {
        id: asset_id(tenant, &row.code)?,
        owner: tenant.clone(),
        shared_with: Vec::new(),
        kind,
        name: row.name_fr.clone(),
        state: AssetState::Up,
        state_reason: None,
        state_at: at,
        exposure: Exposure { level: DataExposure::Unknown, whose, reason: None, at: None },
        cut_means: None,
        needs: needs(tenant, &row.needs, known).map_err(|value| bad("needs", &value))?,
        contact: None,
        fleet: (kind == AssetKind::WorkstationFleet).then(Fleet::default),
    })
}

fn service(
    tenant: &TenantId,
    row: &ServiceRow,
    known: &dyn Fn(&str) -> bool,
    rank: u32,
) -> Result<PublicService, CatalogueError> {
    let bad = |column, value: &str| CatalogueError::Value {
        table: "services",
        row: row.code.clone(),
        column,
        value: value.to_owned(),
    };
    let kind =
        FallbackKind::from_code(&row.fallback).ok_or_else(|| bad("fallback", &row.fallback))?;
    Ok(PublicService {
        id: ServiceId::parse(&row.code)?,
        rank,
        name_fr: None,
        name_en: None,
        group: row.group.clone(),
        criticality: Criticality::from_code(&row.criticality)
            .ok_or_else(|| bad("criticality", &row.criticality))?,
        max_downtime_minutes: row.max_downtime_minutes,
        fallback: Fallback { kind, note_fr: None, note_en: None },
        place: None,
        hours: None,
        phone: None,
        needs: needs(tenant, &row.needs, known).map_err(|value| bad("needs", &value))?,
        overridden: None,
    })
}

/// Reads what a person types in the way of the catalogue: `hypervisor! mail? app!@network`. A word
/// with a hyphen is a whole identifier, for an asset of another tenant.
///
/// # Errors
/// The word that means nothing.
pub fn parse_needs(tenant: &TenantId, text: &str) -> Result<Vec<Need>, String> {
    needs(tenant, text, &|_| true)
}

/// Reads `network! mail? identity_system!@network`; what this kind of tenant does not run is
/// left out.
fn needs(tenant: &TenantId, text: &str, known: &dyn Fn(&str) -> bool) -> Result<Vec<Need>, String> {
    let mut all = Vec::new();
    for word in text.split_whitespace() {
        let (what, via) =
            word.split_once('@').map_or((word, None), |(what, via)| (what, Some(via)));
        let (code, strength) = match (what.strip_suffix('!'), what.strip_suffix('?')) {
            (Some(code), _) => (code, Strength::Essential),
            (_, Some(code)) => (code, Strength::Helpful),
            _ => return Err(word.to_owned()),
        };
        if known(code) {
            let id = |code: &str| {
                let whole = code.contains('-');
                let found = if whole { AssetId::parse(code) } else { asset_id(tenant, code) };
                found.map_err(|_| word.to_owned())
            };
            all.push(Need { asset: id(code)?, strength, via: via.map(id).transpose()? });
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{check_acyclic, views};

    #[test]
    fn every_kind_of_tenant_starts_whole_and_open() {
        for (code, least) in [("59273", 17), ("epci:242900660", 8), ("dep:44", 5), ("reg:01", 4)] {
            let tenant = TenantId::parse(code).unwrap();
            let (services, assets) = start(&tenant, Instant::default()).unwrap();
            assert!(services.len() >= least, "{code}: {} services", services.len());
            assert_eq!(check_acyclic(&assets), Ok(()));
            let all_known = |needs: &[Need]| {
                needs
                    .iter()
                    .flat_map(|need| [Some(&need.asset), need.via.as_ref()])
                    .flatten()
                    .all(|id| assets.iter().any(|asset| asset.id == *id))
            };
            assert!(services.iter().all(|one| all_known(&one.needs)));
            assert!(assets.iter().all(|one| all_known(&one.needs)));
            let open = crate::ServiceStatus::Open;
            assert!(views(&services, &assets, false).iter().all(|view| view.status == open));
        }
    }

    #[test]
    fn each_legal_figure_has_a_source_and_a_day() {
        for row in service_rows().unwrap() {
            assert!(!row.source.is_empty() && row.checked_on.len() == 10, "{}", row.code);
        }
    }
}
