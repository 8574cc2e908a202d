//! Telephone lines of a tenant.
//!
//! Rules: a number is on one line; where a line is forwarded to is sealed, read apart from the
//! line, and never among the facts that public pages are made from.

use std::collections::BTreeMap;

use beffroi_town::{
    LineId, PhoneLine, TenantId,
    phone::{self, Forward, LineState},
};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx,
    db::{Conn, Row, args, json_text},
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT id, number, label, state, state_at, instead FROM phone_line "
    };
}

sqls! { "phones":
    LIST = concat!(columns!(), "WHERE tenant = $1 ORDER BY number_key, id");
    GET = concat!(columns!(), "WHERE tenant = $1 AND id = $2");
    BY_NUMBER = concat!(columns!(), "WHERE tenant = $1 AND number_key = $2");
    FORWARDS = "SELECT id, forward FROM phone_line WHERE tenant = $1 AND forward IS NOT NULL ORDER BY id";
    INSERT = "INSERT INTO phone_line (tenant, id, number, number_key, label, state, state_at, instead)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    ABOUT = "UPDATE phone_line SET number = $3, number_key = $4, label = $5, instead = $6 WHERE tenant = $1 AND id = $2";
    STATE = "UPDATE phone_line SET state = $3, state_at = $4 WHERE tenant = $1 AND id = $2";
    FORWARD = "UPDATE phone_line SET forward = $3 WHERE tenant = $1 AND id = $2";
    REMOVE = "DELETE FROM phone_line WHERE tenant = $1 AND id = $2";
}

const NOUN: &str = "phone";
/// Most lines of a tenant.
pub const LINES_MAX: usize = 500;
/// Longest label, bytes.
pub const LABEL_BYTES_MAX: usize = 1_200;

/// What a town says about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its number.
    pub number: String,
    /// What staff call it.
    pub label: String,
    /// The number that the public dials instead.
    pub instead: Option<String>,
}

fn label(tenant: &TenantId, id: &LineId) -> String {
    format!("phone forward {tenant} {id}")
}

fn line(row: &Row) -> Result<PhoneLine> {
    Ok(PhoneLine {
        id: row.id("id")?,
        number: row.text("number")?,
        label: row.text("label")?,
        state: row.parsed("state", LineState::from_code)?,
        state_at: row.instant("state_at")?,
        instead: row.opt_text("instead")?,
    })
}

/// Every line of the tenant, by number.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<PhoneLine>> {
    conn.all(LIST, args![scope.tenant()]).await?.iter().map(line).collect()
}

/// One line of the tenant.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &LineId) -> Result<Option<PhoneLine>> {
    conn.one(GET, args![scope.tenant(), id]).await?.as_ref().map(line).transpose()
}

/// Where the tenant's lines are forwarded to. For staff alone.
pub async fn forwards(conn: &mut Conn, scope: &TenantScope) -> Result<BTreeMap<LineId, Forward>> {
    let mut all = BTreeMap::new();
    for row in conn.all(FORWARDS, args![scope.tenant()]).await? {
        let id: LineId = row.id("id")?;
        let label = label(scope.tenant(), &id);
        let bytes = conn.keys().open_sealed(&label, &row.text("forward")?)?;
        let forward = serde_json::from_slice(&bytes).map_err(|_| Error::Sealed { label })?;
        all.insert(id, forward);
    }
    Ok(all)
}

/// The number as it is kept and compared, and what is dialled instead.
async fn checked(
    tx: &mut Tx,
    tenant: &TenantId,
    id: Option<&LineId>,
    about: &About,
) -> Result<(String, String, Option<String>)> {
    let name = id.map_or_else(|| "new".to_owned(), ToString::to_string);
    let refused = |why| Err(Error::refused(NOUN, &name, why));
    if about.label.trim().is_empty() || about.label.len() > LABEL_BYTES_MAX {
        return refused("needs a label of at most 1,200 bytes");
    }
    let number = phone::tidy(&about.number).zip(phone::key(&about.number));
    let Some((number, key)) = number else {
        return refused("needs one telephone number: write 03 28 51 34 34");
    };
    let instead = about.instead.as_deref().map(phone::tidy);
    if instead == Some(None) {
        return refused("needs one telephone number to dial instead: write 03 28 51 34 34");
    }
    if instead.as_ref().is_some_and(|other| other.as_ref() == Some(&number)) {
        return refused("cannot be dialled instead of itself: write another number");
    }
    let taken = tx.conn().one(BY_NUMBER, args![tenant, key.as_str()]).await?;
    let taken = taken.as_ref().map(line).transpose()?;
    if taken.is_some_and(|other| Some(&other.id) != id) {
        return refused("needs a number that no other line of this tenant has");
    }
    Ok((number, key, instead.flatten()))
}

/// Adds a line; its state starts as `state`.
///
/// # Errors
/// [`Error::Refused`] for a number that is none, that another line has, or beyond [`LINES_MAX`].
pub async fn add(
    tx: &mut Tx,
    tenant: &TenantId,
    about: &About,
    state: LineState,
) -> Result<LineId> {
    tx.covers("add a telephone line", [tenant])?;
    let (number, key, instead) = checked(tx, tenant, None, about).await?;
    if list(tx.conn(), &TenantScope::for_tenant(tenant)).await?.len() >= LINES_MAX {
        return Err(Error::refused(NOUN, "new", "is one too many: a tenant has at most 500 lines"));
    }
    let at = tx.at();
    let id = LineId::new(at, tx.store().entropy());
    let args = args![tenant, &id, number, key, about.label.trim(), state.code(), at, instead];
    tx.conn().run(INSERT, args).await?;
    let body = json!({ "line": id, "to": state.code() });
    tx.tell([tenant], NOUN, "phone_line_added", body).await?;
    Ok(id)
}

/// Sets what a town says about a line.
///
/// # Errors
/// [`Error::Absent`]; [`Error::Refused`] as in [`add`].
pub async fn set_about(tx: &mut Tx, tenant: &TenantId, id: &LineId, about: &About) -> Result<()> {
    held(tx, "set what is said of a telephone line", tenant, id).await?;
    let (number, key, instead) = checked(tx, tenant, Some(id), about).await?;
    let has_instead = instead.is_some();
    let args = args![tenant, id, number, key, about.label.trim(), instead];
    tx.conn().run(ABOUT, args).await?;
    let body = json!({ "line": id, "instead": has_instead });
    tx.tell([tenant], NOUN, "phone_line_about", body).await
}

/// Says whether a line answers.
///
/// # Errors
/// [`Error::Absent`] when there is no such line.
pub async fn set_state(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &LineId,
    state: LineState,
) -> Result<()> {
    let before = held(tx, "set the state of a telephone line", tenant, id).await?;
    let at = tx.at();
    tx.conn().run(STATE, args![tenant, id, state.code(), at]).await?;
    let body = json!({ "line": id, "from": before.state.code(), "to": state.code() });
    tx.tell([tenant], NOUN, "phone_line_state", body).await
}

/// Says where a line is forwarded to; none: nowhere.
///
/// # Errors
/// [`Error::Absent`] when there is no such line.
pub async fn set_forward(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &LineId,
    forward: Option<&Forward>,
) -> Result<()> {
    held(tx, "set where a telephone line is forwarded to", tenant, id).await?;
    let sealed = match forward {
        Some(forward) => {
            let text = json_text("forward", forward)?;
            Some(tx.store().seal(&label(tenant, id), text.as_bytes())?)
        }
        None => None,
    };
    tx.conn().run(FORWARD, args![tenant, id, sealed]).await?;
    let body = json!({ "line": id, "set": forward.is_some() });
    tx.tell([tenant], NOUN, "phone_line_forward", body).await
}

/// Removes a line.
///
/// # Errors
/// [`Error::Absent`] when there is no such line.
pub async fn remove(tx: &mut Tx, tenant: &TenantId, id: &LineId) -> Result<()> {
    tx.covers("remove a telephone line", [tenant])?;
    let rows = tx.conn().run(REMOVE, args![tenant, id]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "phone_line_removed", json!({ "line": id })).await
}

async fn held(
    tx: &mut Tx,
    doing: &'static str,
    tenant: &TenantId,
    id: &LineId,
) -> Result<PhoneLine> {
    tx.covers(doing, [tenant])?;
    let found = get(tx.conn(), &TenantScope::for_tenant(tenant), id).await?;
    found.ok_or_else(|| Error::absent(NOUN, id))
}
