//! What a keeper asks and says: which snapshots may go, what could be dropped, that it be carried
//! out, what was found when everything was looked through.
//!
//! Rules:
//! - Only a keeper's credential is heard, and what was found also from an inspector's. A server's
//!   own is refused and raises an alarm.
//! - The vault cannot know what a pack holds. What it knows it insists on: ages by its own clock,
//!   snapshots that are protected, that two people agreed, that nothing came since the keeper looked.
//! - While a thinning is carried out nothing is sent to that repository.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
    time::Duration,
};

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse as _, Response},
};
use beffroi_store::{
    Conn, TenantScope,
    vault::{
        self, Repository,
        objects::{self, Receipt},
        thinnings::{self, NewThinning, Thinning},
        verdicts,
    },
};
use beffroi_town::{
    Actor, AlarmKind, Instant,
    vault::{
        ObjectKind, counted,
        retention::{Held, Retention, Trust, standings},
        thinning::{
            Checked, LOCK_LIVES_MS, Offer, Offered, PLAN_BYTES_MAX, Plan, Proposed, Seen, Step,
        },
        verdict::{CredentialKind, Verdict},
    },
};
use data_encoding::HEXLOWER;
use http_body_util::{BodyExt as _, Limited};
use ring::digest::{SHA256, digest};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::{
    UPLOADS_OF_ONE_MAX,
    alarms::{self, Suspicion},
    refusal::Refusal,
    trash::Trash,
    visit::{Visit, on_disk},
};

/// How long uploads under way are waited for.
const WAIT_MAX: Duration = Duration::from_mins(1);
/// How many receipts are read at a time.
const RECEIPTS_AT_ONCE: u32 = 2_000;

const KEEPER_TOLD: &str = "only a keeper's credential thins, from another host than the guarded one: \
                           'beffroi vault add --keeper'";
const FORM_TOLD: &str = "this is not what a keeper writes";
const CAME_TOLD: &str = "something came meanwhile: run it again";
const BUSY_TOLD: &str = "a backup may be under way: a lock came within the last 30 minutes. Run it \
                         again later, or remove locks that nobody holds with 'restic unlock'";

/// What may go, and what is under way.
pub(crate) async fn offer(visit: &Visit) -> Result<Response, Refusal> {
    keeper_only(visit).await?;
    let retention = &visit.vault.inner.settings.rules.retention;
    let scope = TenantScope::for_tenant(&visit.repository.tenant);
    let (id, at) = (&visit.repository.id, visit.at);
    let mut conn = visit.vault.inner.store.read().await?;
    let snapshots = offered(&mut conn, &visit.repository, (at, retention)).await?;
    // Received after this, it is young.
    let since = at.plus_ms(at.ms_since(retention.ends(at)));
    let young_packs = objects::young(&mut conn, &scope, id, (ObjectKind::Data, since)).await?;
    let keepers = keepers(&mut conn, &visit.repository).await?;
    let mut young_index = Vec::new();
    for receipt in receipts(&mut conn, &visit.repository, ObjectKind::Index).await? {
        if !may_drop(&receipt, &keepers, (at, retention)) {
            young_index.push(receipt.name);
        }
    }
    let all = thinnings::standing(&mut conn, &scope, id).await?;
    drop(conn);
    let mut offer = Offer { snapshots, young_packs, young_index, ..Offer::default() };
    for one in all {
        if one.step == Step::Trashed {
            offer.unchecked.push(one.id);
            continue;
        }
        let trash = Trash::of(&visit.shelf);
        let plan = on_disk(move || trash.plan(&one.plan_hash)).await?;
        let Thinning { id, step, due_at, .. } = one;
        offer.standing = Some(Proposed { id, step, due_at, plan });
    }
    let text = serde_json::to_string(&offer).map_err(std::io::Error::other)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// Every snapshot that lies in place, oldest first, and whether it may go.
pub async fn offered(
    conn: &mut Conn,
    repository: &Repository,
    (now, retention): (Instant, &Retention),
) -> Result<Vec<Offered>, beffroi_store::Error> {
    let scope = TenantScope::for_tenant(&repository.tenant);
    let judged = verdicts::of(conn, &scope, &repository.id).await?;
    let judged: BTreeMap<String, Verdict> =
        judged.into_iter().map(|one| (one.snapshot, one.verdict)).collect();
    let mut all = receipts(conn, repository, ObjectKind::Snapshots).await?;
    all.sort_by(|one, other| (one.received_at, &one.name).cmp(&(other.received_at, &other.name)));
    let held: Vec<Held<'_>> = all
        .iter()
        .map(|one| Held {
            name: &one.name,
            received_at: one.received_at,
            trust: match judged.get(&one.name) {
                None => Trust::Unjudged,
                Some(Verdict::Clean) => Trust::Clean,
                Some(Verdict::Suspect | Verdict::Bad) => Trust::Doubtful,
            },
        })
        .collect();
    let standings = standings(&held, now, retention);
    let both = all.iter().zip(standings);
    Ok(both
        .map(|(one, standing)| Offered {
            name: one.name.clone(),
            received_at: one.received_at,
            standing,
        })
        .collect())
}

/// The receipts of a kind whose objects lie in place.
async fn receipts(
    conn: &mut Conn,
    repository: &Repository,
    kind: ObjectKind,
) -> Result<Vec<Receipt>, beffroi_store::Error> {
    let scope = TenantScope::for_tenant(&repository.tenant);
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let which = (kind, after.as_str(), RECEIPTS_AT_ONCE);
        let page = objects::page(conn, &scope, &repository.id, which).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after.clone_from(&last.name);
        all.extend(page.into_iter().filter(|one| one.thinning.is_none()));
    }
}

/// The credentials of keepers, revoked ones too.
async fn keepers(
    conn: &mut Conn,
    repository: &Repository,
) -> Result<HashSet<String>, beffroi_store::Error> {
    let scope = TenantScope::for_tenant(&repository.tenant);
    let all = vault::credentials(conn, &scope, &repository.id).await?;
    let keepers = all.into_iter().filter(|one| one.kind == CredentialKind::Keeper);
    Ok(keepers.map(|one| one.id).collect())
}

/// Whether an object is old enough to be dropped. The index that a keeper made only names others.
fn may_drop(
    receipt: &Receipt,
    keepers: &HashSet<String>,
    (now, retention): (Instant, &Retention),
) -> bool {
    let by_keeper = receipt.credential.as_ref().is_some_and(|id| keepers.contains(id));
    retention.is_over(receipt.received_at, now) || (receipt.kind == ObjectKind::Index && by_keeper)
}

/// Takes a plan: from now on two people must agree.
pub(crate) async fn propose(visit: &Visit, body: Body) -> Result<(), Refusal> {
    keeper_only(visit).await?;
    let plan: Plan = heard(body, PLAN_BYTES_MAX).await?;
    plan.check().map_err(Refusal::Unreadable)?;
    let store = &visit.vault.inner.store;
    let mut conn = store.read().await?;
    let Vetted { bytes, span } = vet(visit, &mut conn, &plan).await?;
    drop(conn);
    // In the one form, whatever was sent.
    let text = serde_json::to_vec(&plan).map_err(std::io::Error::other)?;
    let hash = HEXLOWER.encode(digest(&SHA256, &text).as_ref());
    let (trash, kept) = (Trash::of(&visit.shelf), hash.clone());
    // Until it is proposed nobody may take it for one that was called off.
    let keep = move || {
        let lock = trash.lock()?;
        trash.keep_plan(&kept, &text).map(|()| lock)
    };
    let _lock = on_disk(keep).await?;
    let tenants = std::slice::from_ref(&visit.repository.tenant);
    let mut tx = store.begin(tenants, &Actor::Platform, visit.at).await?;
    let new = NewThinning {
        credential: &visit.credential,
        plan_hash: &hash,
        snapshots: plan.snapshots.len(),
        span,
        objects: plan.snapshots.len() + plan.index.len() + plan.packs.len(),
        bytes,
    };
    let id = match thinnings::propose(&mut tx, &visit.repository, &new).await {
        Err(error @ beffroi_store::Error::Refused { .. }) => {
            return Err(Refusal::Plan(error.to_string()));
        }
        id => id?,
    };
    let suspicion = told(&visit.repository, &id, "proposed", visit.at)
        .with("snapshots", plan.snapshots.len())
        .with("credential", visit.credential.as_str());
    alarms::raise_in(&mut tx, &suspicion).await?;
    tx.commit().await?;
    Ok(())
}

/// What the vault knows of a plan.
struct Vetted {
    /// How much it would free.
    bytes: u64,
    /// When the first and the last of its snapshots were received.
    span: Option<(Instant, Instant)>,
}

/// Looks a plan over with what the vault itself knows.
async fn vet(visit: &Visit, conn: &mut Conn, plan: &Plan) -> Result<Vetted, Refusal> {
    let rules = (visit.at, &visit.vault.inner.settings.rules.retention);
    let may_go: BTreeMap<String, Instant> = offered(conn, &visit.repository, rules)
        .await?
        .into_iter()
        .filter(|one| one.standing.may_go())
        .map(|one| (one.name, one.received_at))
        .collect();
    let mut span: Option<(Instant, Instant)> = None;
    for name in &plan.snapshots {
        let Some(at) = may_go.get(name) else {
            let short = name.get(..8).unwrap_or_default();
            let told = format!("snapshot {short} is protected, too young, or not here");
            return Err(Refusal::Plan(told));
        };
        span = Some(span.map_or((*at, *at), |(first, last)| (first.min(*at), last.max(*at))));
    }
    let keepers = keepers(conn, &visit.repository).await?;
    let mut bytes = 0;
    let kinds = [
        (ObjectKind::Snapshots, &plan.snapshots),
        (ObjectKind::Index, &plan.index),
        (ObjectKind::Data, &plan.packs),
    ];
    for (kind, names) in kinds {
        let mut left: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let mut new: BTreeSet<&str> = plan.new_index.iter().map(String::as_str).collect();
        for receipt in receipts(conn, &visit.repository, kind).await? {
            if left.remove(receipt.name.as_str()) {
                if !may_drop(&receipt, &keepers, rules) {
                    let short = receipt.name.get(..8).unwrap_or_default();
                    let told = format!("{} {short} is too young to be dropped", kind.code());
                    return Err(Refusal::Plan(told));
                }
                bytes += counted(receipt.bytes);
            }
            if receipt.credential.is_some_and(|id| keepers.contains(&id)) {
                new.remove(receipt.name.as_str());
            }
        }
        let absent = left.first().or_else(|| new.first().filter(|_| kind == ObjectKind::Index));
        if let Some(name) = absent {
            let short = name.get(..8).unwrap_or_default();
            return Err(Refusal::Plan(format!("{} {short} is not here", kind.code())));
        }
    }
    Ok(Vetted { bytes, span })
}

/// Has a plan carried out, once two agreed and its time has come.
pub(crate) async fn carry_out(visit: &Visit, id: &str, body: Body) -> Result<(), Refusal> {
    keeper_only(visit).await?;
    let seen: Seen = heard(body, PLAN_BYTES_MAX).await?;
    let uploads = Arc::clone(&visit.room.uploads);
    let all = u32::try_from(UPLOADS_OF_ONE_MAX).unwrap_or(u32::MAX);
    let alone = timeout(WAIT_MAX, uploads.acquire_many_owned(all)).await;
    let alone = alone.ok().and_then(Result::ok).ok_or(Refusal::Busy)?;
    let store = &visit.vault.inner.store;
    let scope = TenantScope::for_tenant(&visit.repository.tenant);
    let mut conn = store.read().await?;
    let found = thinnings::get(&mut conn, &scope, id).await?;
    let found = found.filter(|one| one.repository == visit.repository.id);
    let found = found.ok_or(Refusal::NotFound)?;
    match found.step {
        Step::Agreed => {}
        // The answer was lost: what was asked for is being done, or done.
        Step::Moving | Step::Trashed => return Ok(()),
        _ => return Err(Refusal::Plan("two people have not agreed, or not any more".to_owned())),
    }
    let trash = Trash::of(&visit.shelf);
    let (hash, kept) = (found.plan_hash.clone(), trash.clone());
    let plan = on_disk(move || kept.plan(&hash)).await?;
    vet(visit, &mut conn, &plan).await?;
    nothing_came(visit, &mut conn, &seen).await?;
    drop(conn);
    let looked = plan.clone();
    if !on_disk(move || trash.is_replaced(&looked)).await? {
        return Err(Refusal::Plan(
            "the new index is damaged: cancel, and propose again".to_owned(),
        ));
    }
    let tenants = std::slice::from_ref(&visit.repository.tenant);
    let mut tx = store.begin(tenants, &Actor::Platform, visit.at).await?;
    match thinnings::begin(&mut tx, &visit.repository, id, &plan).await {
        Err(error @ beffroi_store::Error::Refused { .. }) => {
            return Err(Refusal::Plan(error.to_string()));
        }
        begun => begun?,
    }
    let suspicion = told(&visit.repository, id, "begun", visit.at);
    alarms::raise_in(&mut tx, &suspicion).await?;
    tx.commit().await?;
    // Who asked may hang up: what is begun is ended all the same, and nothing comes in between.
    let (vault, repository, id) =
        (visit.vault.clone(), Arc::clone(&visit.repository), id.to_owned());
    let moving = tokio::spawn(async move {
        let _alone = alone;
        vault.settle(&repository, &id).await
    });
    match moving.await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(std::io::Error::other(error).into()),
        Err(error) => Err(std::io::Error::other(error).into()),
    }
}

/// Whether nothing came since the keeper looked, and no backup is under way.
async fn nothing_came(visit: &Visit, conn: &mut Conn, seen: &Seen) -> Result<(), Refusal> {
    let kinds = [(ObjectKind::Snapshots, &seen.snapshots), (ObjectKind::Index, &seen.index)];
    for (kind, names) in kinds {
        let all = receipts(conn, &visit.repository, kind).await?;
        let seen: HashSet<&str> = names.iter().map(String::as_str).collect();
        if !all.iter().all(|one| seen.contains(one.name.as_str())) {
            return Err(Refusal::Plan(CAME_TOLD.to_owned()));
        }
    }
    let locks = receipts(conn, &visit.repository, ObjectKind::Locks).await?;
    let lives = |one: &Receipt| visit.at.ms_since(one.received_at) < LOCK_LIVES_MS;
    if locks.iter().any(lives) {
        return Err(Refusal::Plan(BUSY_TOLD.to_owned()));
    }
    Ok(())
}

/// Takes note of what was found when everything was looked through.
pub(crate) async fn checked(visit: &Visit, body: Body) -> Result<(), Refusal> {
    if visit.kind == CredentialKind::Server {
        return Err(visit.tampered("check", KEEPER_TOLD).await);
    }
    let found: Checked = heard(body, PLAN_BYTES_MAX).await?;
    let store = &visit.vault.inner.store;
    let mut conn = store.read().await?;
    let all = receipts(&mut conn, &visit.repository, ObjectKind::Snapshots).await?;
    drop(conn);
    let seen: HashSet<&str> = found.snapshots.iter().map(String::as_str).collect();
    if found.faults == 0 && !all.iter().all(|one| seen.contains(one.name.as_str())) {
        return Err(Refusal::Plan(CAME_TOLD.to_owned()));
    }
    let tenants = std::slice::from_ref(&visit.repository.tenant);
    let mut tx = store.begin(tenants, &Actor::Platform, visit.at).await?;
    thinnings::checked(&mut tx, &visit.repository, &visit.credential, &found).await?;
    if found.faults > 0 {
        let kind = AlarmKind::VaultDamaged;
        let suspicion = Suspicion::about(kind, &visit.repository, visit.at.ms(), visit.at)
            .with("damaged", found.faults)
            .with("credential", visit.credential.as_str());
        alarms::raise_in(&mut tx, &suspicion).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What people are told of a step of a thinning.
pub(crate) fn told<'s>(
    repository: &'s Repository,
    id: &str,
    step: &str,
    at: Instant,
) -> Suspicion<'s> {
    let mut suspicion = Suspicion::about(AlarmKind::VaultThinning, repository, 0, at)
        .with("thinning", id)
        .with("step", step);
    suspicion.id = format!("thin-{id}-{step}");
    suspicion
}

async fn keeper_only(visit: &Visit) -> Result<(), Refusal> {
    match visit.kind {
        CredentialKind::Keeper => Ok(()),
        _ => Err(visit.tampered("thinning", KEEPER_TOLD).await),
    }
}

/// What was sent, within its bound.
async fn heard<T: DeserializeOwned>(body: Body, bytes_max: usize) -> Result<T, Refusal> {
    let body = timeout(WAIT_MAX, Limited::new(body, bytes_max).collect()).await;
    let body = body.map_err(|_| Refusal::Slow)?.map_err(|_| Refusal::TooLarge)?.to_bytes();
    serde_json::from_slice(&body).map_err(|_| Refusal::Unreadable(FORM_TOLD))
}
