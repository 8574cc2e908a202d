//! Cutting an asset off, confirming what a hand did, lifting.

use beffroi_crisis::cuts as room;
use beffroi_store::cuts;
use beffroi_town::{AssetId, AssetState, Cut};

use crate::{Refusal, call::Call, reply, routes::Answer};

/// Orders an asset cut by its means.
pub async fn order(call: Call) -> Answer {
    let id: AssetId = call.id("id")?;
    let actor = call.caller()?.actor();
    room::order(&call.deed(&actor)?, &id).await?;
    Ok(reply::see_other(&format!("/console/assets/{id}?done=cut")))
}

/// The cut of the asset in the path that is not over.
async fn open_cut(call: &Call) -> Result<Cut, Refusal> {
    let id: AssetId = call.id("id")?;
    let mut conn = call.doors.store.read().await?;
    cuts::open_on(&mut conn, &call.caller()?.scope, &id).await?.ok_or(Refusal::NotFound)
}

/// A person has pulled the plug.
pub async fn confirm(call: Call) -> Answer {
    let cut = open_cut(&call).await?;
    let actor = call.caller()?.actor();
    room::confirm(&call.deed(&actor)?, &cut.id).await?;
    Ok(reply::see_other(&format!("/console/assets/{}?done=cut_confirmed", cut.asset)))
}

/// Lifts a cut. What was cut is unknown until somebody has looked.
pub async fn lift(call: Call) -> Answer {
    let cut = open_cut(&call).await?;
    let actor = call.caller()?.actor();
    room::lift(&call.deed(&actor)?, &cut.id, AssetState::Unknown).await?;
    Ok(reply::see_other(&format!("/console/assets/{}?done=lifted", cut.asset)))
}
