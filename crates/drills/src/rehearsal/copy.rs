//! The copy that a rehearsal is played on: the town as it is, on a calm day.

use std::collections::BTreeSet;

use anyhow::Result;
use beffroi_registry::tenants as register;
use beffroi_store::{Store, assets, oncall, phones, services, tenants};
use beffroi_town::{
    Actor, Asset, AssetState, ContactId, CutMeans, Instant, Lang, Tenant, TenantId, TownFacts,
    oncall::{Contact, ESCALATE_MS, Holidays, Way},
    phone::LineState,
};

use super::telephone::{CHANNEL, NUMBER};

/// What stands on the plug of what a guard or a hook cuts in the real town.
const BY_HAND: &str = "EXERCICE";

/// Copies the town: its services, its assets and those it shares, all as on a calm day.
pub(super) async fn town(store: &Store, real: &TownFacts, at: Instant) -> Result<()> {
    let assets: Vec<Asset> = real.assets.iter().map(|asset| calm(asset, at)).collect();
    let mut all: BTreeSet<TenantId> = assets.iter().flat_map(Asset::tenants).collect();
    all.insert(real.tenant.id.clone());
    let ids: Vec<TenantId> = all.into_iter().collect();
    let mut tx = store.begin_founding(&ids, &Actor::CommandLine, at).await?;
    for id in &ids {
        let tenant = if *id == real.tenant.id { real.tenant.clone() } else { neighbour(id, at)? };
        tenants::add(&mut tx, &tenant).await?;
    }
    assets::add(&mut tx, &assets).await?;
    services::add(&mut tx, &real.tenant.id, &real.services).await?;
    for line in &real.lines {
        let about = phones::About {
            number: line.number.clone(),
            label: line.label.clone(),
            instead: line.instead.clone(),
        };
        phones::add(&mut tx, &real.tenant.id, &about, LineState::Works).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The on-call list of the copy: the person who plays, by the played telephone.
pub(super) async fn call_list(store: &Store, tenant: &TenantId, at: Instant) -> Result<()> {
    let mut tx = store.begin(std::slice::from_ref(tenant), &Actor::CommandLine, at).await?;
    let player = Contact {
        id: ContactId::parse(&tx.new_id())?,
        tenant: tenant.clone(),
        rank: 1,
        name: BY_HAND.to_owned(),
        lang: Lang::Fr,
        for_operator: false,
        watch: Vec::new(),
        holidays: Holidays::AsDays,
        quiet: None,
        ways: vec![Way { channel: CHANNEL.to_owned(), address: NUMBER.to_owned() }],
        escalate_ms: ESCALATE_MS,
        paused: false,
    };
    oncall::add(&mut tx, &player).await?;
    tx.commit().await?;
    Ok(())
}

/// An authority that shares something with the town, as the register knows it.
fn neighbour(id: &TenantId, at: Instant) -> Result<Tenant> {
    Ok(register::resolve(id.as_str())?.into_tenant(at))
}

/// An asset as it is on a calm day; what others would cut is cut by hand.
fn calm(asset: &Asset, at: Instant) -> Asset {
    let by_hand = |means: &CutMeans| match means {
        CutMeans::Hand { .. } => means.clone(),
        CutMeans::Guard { .. } | CutMeans::Hook { .. } => CutMeans::Hand {
            room: BY_HAND.to_owned(),
            rack: String::new(),
            label: asset.name.clone(),
        },
    };
    Asset {
        state: AssetState::Up,
        state_reason: None,
        state_at: at,
        exposure: beffroi_town::Exposure { reason: None, ..asset.exposure.clone() },
        cut_means: asset.cut_means.as_ref().map(by_hand),
        ..asset.clone()
    }
}
