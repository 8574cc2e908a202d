//! The counter's keys: one pair for each group of public services, sealed for the recovery sheet
//! and for each person who may read.
//!
//! Rules: no secret half stands here in the clear; who was given a key, by whom and when is in the
//! journal; requests are in [`requests`], forms that are not sent yet in [`drafts`].

pub mod drafts;
pub mod requests;

use beffroi_town::{AccountId, Instant, TenantId, procedure::KeyGroup};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx, accounts,
    db::{Conn, Row, args},
    sql::sqls,
};

sqls! { "desk":
    GET = "SELECT recovery, check_hash, made_at, proven_at FROM desk WHERE tenant = $1";
    MAKE = "INSERT INTO desk (tenant, recovery, check_hash, made_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant) DO NOTHING";
    PROVE = "UPDATE desk SET proven_at = $3 WHERE tenant = $1 AND check_hash = $2 AND proven_at IS NULL";
    KEYS = "SELECT key_group, recipient, sealed FROM desk_key WHERE tenant = $1 ORDER BY key_group";
    KEY = "SELECT recipient FROM desk_key WHERE tenant = $1 AND key_group = $2
        AND EXISTS (SELECT 1 FROM desk WHERE tenant = $1 AND proven_at IS NOT NULL)";
    ADD_KEY = "INSERT INTO desk_key (tenant, key_group, recipient, sealed, made_at) VALUES ($1, $2, $3, $4, $5)";
    GRANTS = "SELECT account, key_group, sealed FROM desk_grant WHERE tenant = $1 ORDER BY account, key_group";
    GRANTS_OF = "SELECT account, key_group, sealed FROM desk_grant WHERE tenant = $1 AND account = $2 ORDER BY key_group";
    GIVE = "INSERT INTO desk_grant (account, tenant, key_group, sealed, given_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account, tenant, key_group) DO UPDATE SET sealed = $4, given_at = $5";
    TAKE = "DELETE FROM desk_grant WHERE tenant = $1 AND account = $2 AND key_group = $3";
}

const NOUN: &str = "desk";
const CHECK_PURPOSE: &str = "desk recovery sheet";

/// The counter of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// For whom its keys are sealed: who holds the recovery sheet.
    pub recovery: String,
    /// When its keys were made.
    pub made_at: Instant,
    /// Since when somebody has shown that the recovery sheet is kept; none: it is closed.
    pub proven_at: Option<Instant>,
}

/// A key pair of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupKey {
    /// Of which group.
    pub group: KeyGroup,
    /// For whom is sealed.
    pub recipient: String,
    /// The secret half, sealed for the recovery sheet.
    pub sealed: String,
}

/// The secret half of a group's key, sealed for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// For whom.
    pub account: AccountId,
    /// Of which group.
    pub group: KeyGroup,
    /// The secret half.
    pub sealed: String,
}

/// The keys of a counter that is made.
#[derive(Clone, Copy, Debug)]
pub struct NewDesk<'a> {
    /// For whom its keys are sealed.
    pub recovery: &'a str,
    /// The check code of the recovery sheet: a keyed hash of it is kept.
    pub check_code: &'a str,
    /// One pair for each group.
    pub keys: &'a [GroupKey],
}

/// The counter of this tenant; none until its keys are made.
pub async fn get(conn: &mut Conn, scope: &TenantScope) -> Result<Option<Desk>> {
    let row = conn.one(GET, args![scope.tenant()]).await?;
    let read = |row: &Row| {
        Ok(Desk {
            recovery: row.text("recovery")?,
            made_at: row.instant("made_at")?,
            proven_at: row.opt_instant("proven_at")?,
        })
    };
    row.as_ref().map(read).transpose()
}

/// Every key of this tenant's counter.
pub async fn keys(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<GroupKey>> {
    let read = |row: &Row| {
        Ok(GroupKey {
            group: row.parsed("key_group", KeyGroup::from_code)?,
            recipient: row.text("recipient")?,
            sealed: row.text("sealed")?,
        })
    };
    conn.all(KEYS, args![scope.tenant()]).await?.iter().map(read).collect()
}

/// For whom a request to this group is sealed; none while the counter is closed.
pub async fn recipient(
    conn: &mut Conn,
    scope: &TenantScope,
    group: KeyGroup,
) -> Result<Option<String>> {
    let row = conn.one(KEY, args![scope.tenant(), group.code()]).await?;
    row.map(|row| row.text("recipient")).transpose()
}

fn grant(row: &Row) -> Result<Grant> {
    Ok(Grant {
        account: row.id("account")?,
        group: row.parsed("key_group", KeyGroup::from_code)?,
        sealed: row.text("sealed")?,
    })
}

/// Who holds which key of this tenant.
pub async fn grants(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Grant>> {
    conn.all(GRANTS, args![scope.tenant()]).await?.iter().map(grant).collect()
}

/// The keys that one person holds.
pub async fn grants_of(
    conn: &mut Conn,
    scope: &TenantScope,
    account: &AccountId,
) -> Result<Vec<Grant>> {
    conn.all(GRANTS_OF, args![scope.tenant(), account]).await?.iter().map(grant).collect()
}

/// Keeps the keys of a counter; it stays closed until [`prove`].
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Refused`] when there is one already.
pub async fn make(tx: &mut Tx, tenant: &TenantId, new: &NewDesk<'_>) -> Result<()> {
    tx.covers("make the keys of the counter", [tenant])?;
    let (at, hash) = (tx.at(), tx.conn().keys().secret_hash(CHECK_PURPOSE, new.check_code)?);
    if tx.conn().run(MAKE, args![tenant, new.recovery, hash, at]).await? == 0 {
        return Err(Error::refused(NOUN, tenant, "has its keys already"));
    }
    for key in new.keys {
        let args = args![tenant, key.group.code(), key.recipient.as_str(), key.sealed.as_str(), at];
        tx.conn().run(ADD_KEY, args).await?;
    }
    tx.tell([tenant], NOUN, "desk_made", json!({ "keys": new.keys.len() })).await
}

/// Notes that the recovery sheet is kept: its check code was typed back. `false`: it is another.
/// On `false` nothing was written.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn prove(tx: &mut Tx, tenant: &TenantId, check_code: &str) -> Result<bool> {
    tx.covers("open the counter", [tenant])?;
    let (at, hash) = (tx.at(), tx.conn().keys().secret_hash(CHECK_PURPOSE, check_code)?);
    if tx.conn().run(PROVE, args![tenant, hash, at]).await? == 0 {
        return Ok(false);
    }
    tx.tell([tenant], NOUN, "desk_opened", json!({})).await?;
    Ok(true)
}

/// Gives a person keys, sealed for that person.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] for an account that is not here.
pub async fn give(
    tx: &mut Tx,
    tenant: &TenantId,
    account: &AccountId,
    sealed: &[(KeyGroup, String)],
) -> Result<()> {
    tx.covers("give a key of the counter", [tenant])?;
    let scope = TenantScope::for_tenant(tenant);
    if accounts::get(tx.conn(), &scope, account).await?.is_none() {
        return Err(Error::absent("account", account));
    }
    let at = tx.at();
    for (group, sealed) in sealed {
        let args = args![account, tenant, group.code(), sealed.as_str(), at];
        tx.conn().run(GIVE, args).await?;
    }
    let groups: Vec<&str> = sealed.iter().map(|(group, _)| group.code()).collect();
    tx.tell([tenant], NOUN, "desk_key_given", json!({ "account": account, "groups": groups })).await
}

/// Takes a key from a person. What that person has read stays read.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] when that person does not hold it.
pub async fn take(
    tx: &mut Tx,
    tenant: &TenantId,
    account: &AccountId,
    group: KeyGroup,
) -> Result<()> {
    tx.covers("take a key of the counter", [tenant])?;
    let rows = tx.conn().run(TAKE, args![tenant, account, group.code()]).await?;
    Error::unless_found("key of the counter", account, rows)?;
    let body = json!({ "account": account, "group": group.code() });
    tx.tell([tenant], NOUN, "desk_key_taken", body).await
}

/// As what requests leave the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// The queue as a table: nothing of what was written.
    Table,
    /// The queue as a list on paper: nothing of what was written.
    List,
    /// Requests on paper, as they were written.
    Each,
}

/// Writes down that somebody took so many requests out of the console.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn exported(tx: &mut Tx, tenant: &TenantId, kind: Export, count: usize) -> Result<()> {
    tx.covers("export requests", [tenant])?;
    let kind = match kind {
        Export::Table => "table",
        Export::List => "list",
        Export::Each => "each",
    };
    let body = json!({ "as": kind, "requests": count });
    tx.tell([tenant], NOUN, "requests_exported", body).await
}
