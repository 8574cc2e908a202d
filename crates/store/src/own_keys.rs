//! The key pair of a person with an account: what the keys of the counter are sealed for.
//!
//! Rules: the secret half is kept only wrapped, once for each way in that may open requests: the
//! pass-phrase, and each printed code, known here by its keyed hash; a reset takes all of it away,
//! and what colleagues sealed for it.

use beffroi_town::{AccountId, Instant, TenantId};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx, accounts,
    db::{Conn, args},
    sql::sqls,
};

sqls! { "own_keys":
    GET = "SELECT account, recipient, made_at FROM own_key
        WHERE account = (SELECT id FROM account WHERE id = $2 AND tenant = $1)";
    MAKE = "INSERT INTO own_key (account, recipient, made_at) VALUES ($1, $2, $3)";
    WRAP = "SELECT wrapped FROM own_key_wrap WHERE way = $3
        AND account = (SELECT id FROM account WHERE id = $2 AND tenant = $1)";
    SET = "INSERT INTO own_key_wrap (account, way, wrapped) VALUES ($1, $2, $3)
        ON CONFLICT (account, way) DO UPDATE SET wrapped = $3";
    DROP_CODES = "DELETE FROM own_key_wrap WHERE account = $1 AND way <> $2";
    DROP_WAYS = "DELETE FROM own_key_wrap WHERE account = $1";
    DROP_GRANTS = "DELETE FROM desk_grant WHERE account = $1";
    DROP_KEY = "DELETE FROM own_key WHERE account = $1";
}

const NOUN: &str = "own_key";
const WAY_PURPOSE: &str = "own key way";
const PHRASE: &str = "phrase";

/// The public half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnKey {
    /// Whose.
    pub account: AccountId,
    /// For whom is sealed.
    pub recipient: String,
    /// When it was made.
    pub made_at: Instant,
}

/// A way in that opens the secret half.
#[derive(Clone, Copy)]
pub enum Way<'a> {
    /// The pass-phrase.
    Phrase,
    /// A printed code.
    Code(&'a str),
}

impl Way<'_> {
    fn column(self, conn: &Conn) -> Result<String> {
        match self {
            Self::Phrase => Ok(PHRASE.to_owned()),
            Self::Code(code) => conn.keys().secret_hash(WAY_PURPOSE, code),
        }
    }
}

/// The public half of an account of this tenant.
pub async fn get(
    conn: &mut Conn,
    scope: &TenantScope,
    account: &AccountId,
) -> Result<Option<OwnKey>> {
    let row = conn.one(GET, args![scope.tenant(), account]).await?;
    let read = |row: &crate::db::Row| {
        Ok(OwnKey {
            account: row.id("account")?,
            recipient: row.text("recipient")?,
            made_at: row.instant("made_at")?,
        })
    };
    row.as_ref().map(read).transpose()
}

/// The secret half as it is wrapped for a way in.
pub async fn wrapped(
    conn: &mut Conn,
    scope: &TenantScope,
    account: &AccountId,
    way: Way<'_>,
) -> Result<Option<String>> {
    let way = way.column(conn)?;
    let row = conn.one(WRAP, args![scope.tenant(), account, way]).await?;
    row.map(|row| row.text("wrapped")).transpose()
}

async fn known(tx: &mut Tx, tenant: &TenantId, account: &AccountId) -> Result<()> {
    tx.covers("work on a person's own key", [tenant])?;
    let scope = TenantScope::for_tenant(tenant);
    let found = accounts::get(tx.conn(), &scope, account).await?;
    found.map(drop).ok_or_else(|| Error::absent("account", account))
}

/// Keeps a new key pair, its secret half wrapped under the pass-phrase. What stood there is gone,
/// with whatever was sealed for it.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`].
pub async fn make(
    tx: &mut Tx,
    tenant: &TenantId,
    account: &AccountId,
    (recipient, wrapped): (&str, &str),
) -> Result<()> {
    known(tx, tenant, account).await?;
    drop_rows(tx, account).await?;
    let at = tx.at();
    tx.conn().run(MAKE, args![account, recipient, at]).await?;
    tx.conn().run(SET, args![account, PHRASE, wrapped]).await?;
    tx.tell([tenant], NOUN, "own_key_made", json!({ "account": account })).await
}

/// Wraps the secret half for printed codes, in place of those before.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`].
pub async fn set_codes(
    tx: &mut Tx,
    tenant: &TenantId,
    account: &AccountId,
    codes: &[(String, String)],
) -> Result<()> {
    known(tx, tenant, account).await?;
    tx.conn().run(DROP_CODES, args![account, PHRASE]).await?;
    for (code, wrapped) in codes {
        let way = Way::Code(code).column(tx.conn())?;
        tx.conn().run(SET, args![account, way, wrapped.as_str()]).await?;
    }
    let body = json!({ "account": account, "codes": codes.len() });
    tx.tell([tenant], NOUN, "own_key_codes", body).await
}

/// Takes the key away from an account: its ways in were reset.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`].
pub async fn forget(tx: &mut Tx, tenant: &TenantId, account: &AccountId) -> Result<()> {
    known(tx, tenant, account).await?;
    if drop_rows(tx, account).await? == 0 {
        return Ok(());
    }
    tx.tell([tenant], NOUN, "own_key_forgotten", json!({ "account": account })).await
}

async fn drop_rows(tx: &mut Tx, account: &AccountId) -> Result<u64> {
    tx.conn().run(DROP_WAYS, args![account]).await?;
    tx.conn().run(DROP_GRANTS, args![account]).await?;
    tx.conn().run(DROP_KEY, args![account]).await
}
