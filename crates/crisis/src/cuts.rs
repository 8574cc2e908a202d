//! Cuts: ordered by a person; done by a guard, a hook or a hand; counted once confirmed.
//!
//! A guard's order goes out with the answer to its next beat, a hook's is a row in the outbox, a
//! hand's is a line on the console. Only the tenant that owns an asset cuts it or lifts the cut.

use beffroi_store::{Store, TenantScope, Tx, assets, cuts, guards, guards::Guard};
use beffroi_town::{
    Actor, Asset, AssetId, AssetState, Cut, CutMeans, Instant,
    watch::{CutAlone, LiftedByCode, Order, OrderAck, OrderOutcome},
};
use serde_json::json;

use crate::{Deed, Error};

/// The kind of outbox row that asks the platform to run a hook.
pub const HOOK_WORK: &str = "cut_hook";
/// How long a guard may take up an order to cut or lift; a host that wakes up days later must not
/// obey what was meant for that day.
const ORDER_VALID_MS: i64 = 15 * 60 * 1000;

/// Begins a write on an asset that the tenant owns.
pub(crate) async fn begin_owned(deed: &Deed<'_>, id: &AssetId) -> Result<(Tx, Asset), Error> {
    let ids = std::slice::from_ref(id);
    let mut tx = assets::begin(deed.store, deed.scope, ids, deed.actor, deed.at).await?;
    let absent = || beffroi_store::Error::Absent { noun: "asset", id: id.to_string() };
    let asset = assets::get(tx.conn(), deed.scope, id).await?.ok_or_else(absent)?;
    if asset.owner == *deed.scope.tenant() {
        Ok((tx, asset))
    } else {
        Err(Error::NotOwner { asset: asset.id, owner: asset.owner })
    }
}

/// Orders an asset cut by its means; the identifier of the cut.
///
/// # Errors
/// [`Error::NoMeans`], [`Error::NotOwner`]; the store's, also while another cut of it is open.
pub async fn order(deed: &Deed<'_>, asset: &AssetId) -> Result<String, Error> {
    let (mut tx, asset) = begin_owned(deed, asset).await?;
    let cut = order_in(&mut tx, &asset).await?;
    tx.commit().await?;
    Ok(cut)
}

/// The order itself, inside a write that was begun.
pub(crate) async fn order_in(tx: &mut Tx, asset: &Asset) -> Result<String, Error> {
    let means = asset.cut_means.clone().ok_or_else(|| Error::NoMeans(asset.id.clone()))?;
    let cut = cuts::order(tx, &asset.id, &means).await?;
    send(tx, asset, (&cut, &means), Order::CutSelf).await?;
    Ok(cut)
}

/// Confirms that a hand cut is done. What a guard or a hook does, they confirm themselves.
///
/// # Errors
/// [`Error::NotByHand`]; the store's, also when it is confirmed, failed or lifted already.
pub async fn confirm(deed: &Deed<'_>, id: &str) -> Result<(), Error> {
    let cut = seen(deed, id).await?;
    if !matches!(cut.means, CutMeans::Hand { .. }) {
        return Err(Error::NotByHand { means: cut.means.code() });
    }
    let (mut tx, _) = begin_owned(deed, &cut.asset).await?;
    cuts::confirm(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives a cut up that was not done yet: nobody could do it.
///
/// # Errors
/// The store's, also when it is confirmed, failed or lifted already.
pub async fn give_up(deed: &Deed<'_>, id: &str) -> Result<(), Error> {
    let cut = seen(deed, id).await?;
    let (mut tx, _) = begin_owned(deed, &cut.asset).await?;
    cuts::fail(&mut tx, id, "given_up").await?;
    tx.commit().await?;
    Ok(())
}

/// Lifts a cut. A hand's is lifted at once, and the asset is then in state `then`; a guard's or a
/// hook's is lifted when they say so, and the asset is then unknown until somebody looked.
///
/// # Errors
/// The store's, also when it is lifted already.
pub async fn lift(deed: &Deed<'_>, id: &str, then: AssetState) -> Result<(), Error> {
    let cut = seen(deed, id).await?;
    let (mut tx, asset) = begin_owned(deed, &cut.asset).await?;
    if matches!(cut.means, CutMeans::Hand { .. }) {
        cuts::lift(&mut tx, id, then).await?;
    } else {
        let body = json!({ "cut": id, "asset": cut.asset, "means": cut.means.code() });
        for tenant in asset.tenants() {
            tx.record(&tenant, "cut_lift_ordered", body.clone()).await?;
        }
        send(&mut tx, &asset, (id, &cut.means), Order::LiftSelf).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn seen(deed: &Deed<'_>, id: &str) -> Result<Cut, Error> {
    let found = cuts::get(&mut deed.store.read().await?, deed.scope, id).await?;
    let absent = || beffroi_store::Error::Absent { noun: "cut", id: id.to_owned() };
    Ok(found.ok_or_else(absent)?)
}

/// Hands an order to whoever carries it out.
async fn send(
    tx: &mut Tx,
    asset: &Asset,
    (cut, means): (&str, &CutMeans),
    order: Order,
) -> Result<(), Error> {
    let at = tx.at();
    match means {
        CutMeans::Guard { guard } => {
            let until = at.plus_ms(ORDER_VALID_MS);
            guards::order(tx, &asset.owner, guard, &order, until).await?;
        }
        CutMeans::Hook { hook } => {
            let body = json!({
                "cut": cut,
                "asset": asset.id,
                "hook": hook,
                "lift": order == Order::LiftSelf,
            });
            tx.post(&asset.owner, HOOK_WORK, body, at).await?;
        }
        CutMeans::Hand { .. } => {}
    }
    Ok(())
}

/// What a hook's row in the outbox asks for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct HookWork {
    /// The cut.
    pub cut: String,
    /// The asset.
    pub asset: AssetId,
    /// The hook's name in the configuration.
    pub hook: String,
    /// Lift it, instead of making it.
    pub lift: bool,
}

/// Writes down what became of a hook. Saying the same twice changes nothing: the platform may
/// have been killed between the hook's end and the outbox.
///
/// # Errors
/// The store's.
pub async fn hook_answered(
    deed: &Deed<'_>,
    work: &HookWork,
    outcome: Result<(), &str>,
) -> Result<(), Error> {
    let ids = std::slice::from_ref(&work.asset);
    let mut tx = assets::begin(deed.store, deed.scope, ids, deed.actor, deed.at).await?;
    let Some(cut) = cuts::get(tx.conn(), deed.scope, &work.cut).await? else { return Ok(()) };
    if answered(&mut tx, deed.scope, &cut, work.lift, outcome).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// Writes down what a guard says became of its order; a cut or a lift counts from here on.
///
/// # Errors
/// The store's.
pub(crate) async fn guard_answered(
    store: &Store,
    guard: &Guard,
    at: Instant,
    ack: &OrderAck,
) -> Result<(), Error> {
    let (mut tx, scope) = begin_by_guard(store, guard, at).await?;
    let Some(order) = guards::acknowledge(&mut tx, &guard.tenant, &guard.id, ack).await? else {
        return Ok(());
    };
    let lifting = match order {
        Order::CutSelf => false,
        Order::LiftSelf => true,
        Order::Restore(_) | Order::LetGo(_) | Order::Maintain(_) => {
            tx.commit().await?;
            return Ok(());
        }
    };
    let code = json!(ack.outcome);
    let outcome = match ack.outcome {
        OrderOutcome::Done => Ok(()),
        _ => Err(code.as_str().unwrap_or("unknown")),
    };
    if let Some(cut) = open_cut_by(&mut tx, &scope, guard).await? {
        answered(&mut tx, &scope, &cut, lifting, outcome).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Writes down that a printed code lifted the cut of a guard's own host, at that host. It counts,
/// though nobody ordered it here.
///
/// # Errors
/// The store's.
pub async fn lifted_by_code(
    store: &Store,
    guard: &Guard,
    at: Instant,
    lifted: LiftedByCode,
) -> Result<(), Error> {
    let (mut tx, scope) = begin_by_guard(store, guard, at).await?;
    let body = json!({
        "guard": guard.id,
        "asset": guard.asset,
        "lifted_at": lifted.at,
        "times": lifted.times,
    });
    tx.record(&guard.tenant, "cut_lifted_by_code", body).await?;
    tx.changed(&guard.tenant, "guard")?;
    if let Some(cut) = open_cut_by(&mut tx, &scope, guard).await? {
        answered(&mut tx, &scope, &cut, true, Ok(())).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Writes down that a guard cut its own host by itself. It counts, though nobody ordered it here: the
/// asset is cut, and lifting it is a person's.
///
/// # Errors
/// The store's.
pub async fn cut_by_guard_alone(
    store: &Store,
    guard: &Guard,
    at: Instant,
    done: CutAlone,
) -> Result<(), Error> {
    let (mut tx, scope) = begin_by_guard(store, guard, at).await?;
    let body = json!({
        "guard": guard.id,
        "asset": guard.asset,
        "cut_at": done.at,
        "times": done.times,
    });
    tx.record(&guard.tenant, "cut_by_guard_alone", body).await?;
    tx.changed(&guard.tenant, "guard")?;
    let means = CutMeans::Guard { guard: guard.id.clone() };
    if let Some(cut) = cuts::open_on(tx.conn(), &scope, &guard.asset).await? {
        // Ordered at the same time; one by a hook or a hand is confirmed and lifted in its own way.
        if cut.means == means {
            answered(&mut tx, &scope, &cut, false, Ok(())).await?;
        }
    } else {
        let cut = cuts::order(&mut tx, &guard.asset, &means).await?;
        cuts::confirm(&mut tx, &cut).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Begins what a guard says of the asset that it watches.
async fn begin_by_guard(
    store: &Store,
    guard: &Guard,
    at: Instant,
) -> Result<(Tx, TenantScope), Error> {
    let actor = Actor::Guard(guard.id.clone());
    let scope = TenantScope::for_tenant(&guard.tenant);
    let ids = std::slice::from_ref(&guard.asset);
    let tx = assets::begin(store, &scope, ids, &actor, at).await?;
    Ok((tx, scope))
}

async fn open_cut_by(
    tx: &mut Tx,
    scope: &TenantScope,
    guard: &Guard,
) -> Result<Option<Cut>, Error> {
    let open = cuts::open_on(tx.conn(), scope, &guard.asset).await?;
    Ok(open.filter(|cut| cut.means == CutMeans::Guard { guard: guard.id.clone() }))
}

/// What an answer makes of a cut that is still in question; whether it changed anything.
async fn answered(
    tx: &mut Tx,
    scope: &TenantScope,
    cut: &Cut,
    lifting: bool,
    outcome: Result<(), &str>,
) -> Result<bool, Error> {
    let undecided = cut.confirmed_at.is_none() && cut.failed.is_none() && cut.lifted_at.is_none();
    match (lifting, outcome) {
        (false, Ok(())) if undecided => cuts::confirm(tx, &cut.id).await?,
        (false, Err(code)) if undecided => cuts::fail(tx, &cut.id, code).await?,
        (true, Ok(())) if cut.lifted_at.is_none() => {
            cuts::lift(tx, &cut.id, AssetState::Unknown).await?;
        }
        (true, Err(code)) if cut.lifted_at.is_none() => {
            let body = json!({ "cut": cut.id, "asset": cut.asset, "code": code });
            let asset = assets::get(tx.conn(), scope, &cut.asset).await?;
            for tenant in asset.iter().flat_map(Asset::tenants) {
                tx.record(&tenant, "cut_lift_failed", body.clone()).await?;
                tx.changed(&tenant, "cut")?;
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}
