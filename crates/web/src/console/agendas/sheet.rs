//! Who comes to a service point on one day, for whoever holds the key of its group.

use axum::http::{HeaderValue, StatusCode, header};
use beffroi_desk::appointments::{
    self as desk,
    sheet::{self, Wanted},
};
use beffroi_store::agendas as kept;
use beffroi_town::{AgendaId, agenda::Day, procedure::KeyGroup};

use super::super::desk as counter;
use crate::{Refusal, call::Call, reply, routes::Answer};

/// The day sheet: who comes on one day, as a PDF. A service point that is closed keeps its own.
pub async fn day_sheet(call: Call) -> Answer {
    let id: AgendaId = call.id("id")?;
    let day: Day = call.id("day")?;
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let ring = counter::opening(&call).await?.ring;
    let mut conn = call.doors.store.read().await?;
    let known = kept::known(&mut conn, scope).await?;
    let agenda = known.iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?;
    let group = desk::service(&facts, agenda).map_or(KeyGroup::General, desk::group);
    let key = ring.get(group).ok_or(Refusal::Stale)?;
    let wanted = Wanted { facts: &facts, agenda, day, lang: call.lang, printed_at: call.at };
    let visitors = sheet::visitors(&mut conn, scope, &wanted, Some(key)).await?;
    drop(conn);
    let pdf = sheet::pdf(&wanted, &visitors)?;
    let mut answer = reply::body(StatusCode::OK, "application/pdf", pdf.bytes);
    let name = format!("attachment; filename=\"{id}-{day}.pdf\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}
