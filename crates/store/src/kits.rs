//! Cyber envelopes: when one was printed, by whom, for whom, and from which facts.
//!
//! Rules: the codes of an envelope stand beside a person's own, and only a newer envelope or a
//! reset of the account drops them; of all envelopes ever printed, the newest alone counts; a
//! code that was used stays, as the trace that its envelope was opened.

use std::collections::BTreeMap;

use beffroi_town::{AccountId, Actor, Instant, Role, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx,
    accounts::{self, CODE_PURPOSE},
    db::{Conn, Row, args, json_text},
    journal::actor_from_code,
    sql::sqls,
};

sqls! { "kits":
    NEWEST = "SELECT id, number, printed_at, printed_by, facts_hash, holders FROM kit
        WHERE tenant = $1 ORDER BY number DESC LIMIT 1";
    INSERT = "INSERT INTO kit (id, tenant, number, printed_at, printed_by, facts_hash, holders) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    CODES = "SELECT account, COUNT(*) AS made, COUNT(used_at) AS used FROM one_time_code
        WHERE kit = (SELECT id FROM kit WHERE id = $1 AND tenant = $2) GROUP BY account ORDER BY account";
    CODE = "INSERT INTO one_time_code (account, code_hash, kit) VALUES ($1, $2, $3)";
    DROP_ALL = "DELETE FROM one_time_code WHERE kit IS NOT NULL AND used_at IS NULL
        AND account IN (SELECT id FROM account WHERE tenant = $1)";
    DROP_OF = "DELETE FROM one_time_code WHERE kit IS NOT NULL AND used_at IS NULL AND account = $2
        AND account IN (SELECT id FROM account WHERE tenant = $1)";
}

const NOUN: &str = "kit";

/// Somebody whose codes are in an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The account.
    pub account: AccountId,
    /// Its role when the envelope was printed.
    pub role: Role,
}

/// An envelope that was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kit {
    /// Its identifier.
    pub id: String,
    /// The how manyth of this tenant it is, from 1.
    pub number: u32,
    /// When.
    pub printed_at: Instant,
    /// By whom.
    pub printed_by: Actor,
    /// The hash of the facts it was printed from.
    pub facts_hash: String,
    /// For whom.
    pub holders: Vec<Holder>,
}

/// What became of one account's codes of an envelope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Codes {
    /// How many still stand, used or not.
    pub made: u32,
    /// How many were used.
    pub used: u32,
}

fn kit(row: &Row) -> Result<Kit> {
    Ok(Kit {
        id: row.text("id")?,
        number: row.count("number")?,
        printed_at: row.instant("printed_at")?,
        printed_by: row.parsed("printed_by", actor_from_code)?,
        facts_hash: row.text("facts_hash")?,
        holders: row.json("holders")?,
    })
}

/// The envelope that counts: the newest.
pub async fn newest(conn: &mut Conn, scope: &TenantScope) -> Result<Option<Kit>> {
    conn.one(NEWEST, args![scope.tenant()]).await?.as_ref().map(kit).transpose()
}

/// What became of the codes of an envelope, by account; an account without any is not there.
pub async fn codes(
    conn: &mut Conn,
    scope: &TenantScope,
    id: &str,
) -> Result<BTreeMap<AccountId, Codes>> {
    let rows = conn.all(CODES, args![id, scope.tenant()]).await?;
    let of = |row: &Row| {
        let codes = Codes { made: row.count("made")?, used: row.count("used")? };
        Ok((row.id("account")?, codes))
    };
    rows.iter().map(of).collect()
}

/// Records an envelope with the codes of each holder, in place of the one before: its unused codes
/// are worthless from then on.
///
/// # Errors
/// [`Error::Absent`] for an account that is not here; [`Error::Refused`] for a disabled one, and
/// without anybody.
pub async fn record(
    tx: &mut Tx,
    tenant: &TenantId,
    facts_hash: &str,
    holders: &[(Holder, Vec<String>)],
) -> Result<Kit> {
    tx.covers("record an envelope", [tenant])?;
    if holders.is_empty() {
        return Err(Error::refused(NOUN, "new", "is for nobody: add a person first"));
    }
    let scope = TenantScope::for_tenant(tenant);
    let before = newest(tx.conn(), &scope).await?;
    let new = Kit {
        id: tx.new_id(),
        number: before.map_or(0, |kit| kit.number) + 1,
        printed_at: tx.at(),
        printed_by: tx.actor().clone(),
        facts_hash: facts_hash.to_owned(),
        holders: holders.iter().map(|(holder, _)| holder.clone()).collect(),
    };
    tx.conn().run(DROP_ALL, args![tenant]).await?;
    let args = args![
        new.id.as_str(),
        tenant,
        new.number,
        new.printed_at,
        new.printed_by.to_string(),
        facts_hash,
        json_text("holders", &new.holders)?,
    ];
    tx.conn().run(INSERT, args).await?;
    for (holder, codes) in holders {
        let account = accounts::get(tx.conn(), &scope, &holder.account).await?;
        let account = account.ok_or_else(|| Error::absent("account", &holder.account))?;
        if account.disabled_at.is_some() {
            return Err(Error::refused(
                "account",
                &holder.account,
                "is disabled: it gets no codes",
            ));
        }
        accounts::changed(tx, &holder.account).await?;
        for code in codes {
            let hash = tx.conn().keys().secret_hash(CODE_PURPOSE, code)?;
            tx.conn().run(CODE, args![&holder.account, hash, new.id.as_str()]).await?;
        }
    }
    let body = json!({ "kit": new.id, "number": new.number, "accounts": holders.len() });
    tx.tell([tenant], NOUN, "kit_printed", body).await?;
    Ok(new)
}

/// Takes an account's unused codes out of every envelope: its ways in were reset.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`].
pub async fn drop_codes(tx: &mut Tx, tenant: &TenantId, account: &AccountId) -> Result<()> {
    tx.covers("drop the codes of an envelope", [tenant])?;
    if accounts::get(tx.conn(), &TenantScope::for_tenant(tenant), account).await?.is_none() {
        return Err(Error::absent("account", account));
    }
    let dropped = tx.conn().run(DROP_OF, args![tenant, account]).await?;
    if dropped > 0 {
        let body = json!({ "account": account, "codes": dropped });
        tx.tell([tenant], NOUN, "kit_codes_dropped", body).await?;
    }
    Ok(())
}
