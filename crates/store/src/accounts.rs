//! Accounts: the log-ins of members of staff.
//!
//! Rules:
//! - Every account belongs to one tenant; an operator's too. Names are unique in a tenant, letter
//!   case and spaces aside. Names stay here: the journal has identifiers.
//! - A password's verifier and the secret of an authenticator are sealed under the master key. Of
//!   a one-time code only a keyed hash is kept, and it is used once, by one statement.
//! - An account is disabled, never deleted: the journal names it.
//! - Whatever changes its role or its ways in says when: for some time afterwards it agrees to
//!   nothing that destroys.

use beffroi_town::{AccountId, IncidentId, Instant, Role, TenantId};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx,
    db::{Conn, Row, args},
    incidents,
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT account.id, tenant, name, role, incident, created_at, disabled_at, password_verifier, totp,
            (SELECT changed_at FROM account_change WHERE account_change.account = account.id) AS ways_changed_at,
            (SELECT COUNT(*) FROM one_time_code WHERE account = account.id AND used_at IS NULL AND kit IS NULL) AS codes_left,
            (SELECT COUNT(*) FROM one_time_code WHERE account = account.id AND used_at IS NULL AND kit IS NOT NULL) AS kit_codes_left
        FROM account "
    };
}

sqls! { "accounts":
    INSERT = "INSERT INTO account (id, tenant, name, name_key, role, incident, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant, name_key) DO NOTHING";
    LIST = concat!(columns!(), "WHERE tenant = $1 ORDER BY name_key, account.id");
    GET = concat!(columns!(), "WHERE tenant = $1 AND account.id = $2");
    BY_NAME = concat!(columns!(), "WHERE tenant = $1 AND name_key = $2");
    PASSWORD = "UPDATE account SET password_verifier = $3 WHERE tenant = $1 AND id = $2";
    TOTP = "UPDATE account SET totp = $3 WHERE tenant = $1 AND id = $2";
    ROLE = "UPDATE account SET role = $3, incident = $4 WHERE tenant = $1 AND id = $2";
    DISABLE = "UPDATE account SET disabled_at = $3 WHERE tenant = $1 AND id = $2 AND disabled_at IS NULL";
    ENABLE = "UPDATE account SET disabled_at = NULL WHERE tenant = $1 AND id = $2 AND disabled_at IS NOT NULL";
    CHANGED = "INSERT INTO account_change (account, changed_at) VALUES ($1, $2)
        ON CONFLICT (account) DO UPDATE SET changed_at = $2";
    DROP_CODES = "DELETE FROM one_time_code WHERE account = $1 AND used_at IS NULL AND kit IS NULL";
    CODE = "INSERT INTO one_time_code (account, code_hash) VALUES ($1, $2) ON CONFLICT (account, code_hash) DO NOTHING";
    USE_CODE = "UPDATE one_time_code SET used_at = $3 WHERE account = $1 AND code_hash = $2 AND used_at IS NULL";
}

const NOUN: &str = "account";
const NAME_BYTES_MAX: usize = 200;
const CODES_MAX: usize = 64;
pub(crate) const CODE_PURPOSE: &str = "one-time code";

/// An account, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// The tenant it belongs to.
    pub tenant: TenantId,
    /// The name it logs in with.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The one incident that a responder may read.
    pub incident: Option<IncidentId>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was disabled, if it is.
    pub disabled_at: Option<Instant>,
    /// When its role or one of its ways in last changed; none: not since it was made.
    pub ways_changed_at: Option<Instant>,
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether it has an authenticator.
    pub has_totp: bool,
    /// One-time codes of this person's own, not used yet.
    pub codes_left: u32,
    /// Codes in the town's cyber envelope, not used yet; see [`crate::kits`].
    pub kit_codes_left: u32,
}

impl Account {
    /// Since when nothing has changed about who it is, what it may do and how it enters.
    pub fn settled_since(&self) -> Instant {
        self.ways_changed_at.map_or(self.created_at, |at| at.max(self.created_at))
    }
}

/// An account with what a log-in is checked against. Never logged, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The account; it may be disabled.
    pub account: Account,
    /// The verifier of its password, as it was given.
    pub password_verifier: Option<String>,
    /// The secret of its authenticator.
    pub totp: Option<Vec<u8>>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("account", &self.account.id).finish_non_exhaustive()
    }
}

/// What a new account starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount<'a> {
    /// The tenant it belongs to.
    pub tenant: &'a TenantId,
    /// The name it logs in with.
    pub name: &'a str,
    /// What it may do.
    pub role: Role,
    /// The one incident, for a responder and for nobody else.
    pub incident: Option<&'a IncidentId>,
}

/// A name as it is compared: lower case, single spaces.
fn name_key(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        name: row.text("name")?,
        role: row.parsed("role", Role::from_code)?,
        incident: row.opt_id("incident")?,
        created_at: row.instant("created_at")?,
        disabled_at: row.opt_instant("disabled_at")?,
        ways_changed_at: row.opt_instant("ways_changed_at")?,
        has_password: row.opt_text("password_verifier")?.is_some(),
        has_totp: row.opt_text("totp")?.is_some(),
        codes_left: row.count("codes_left")?,
        kit_codes_left: row.count("kit_codes_left")?,
    })
}

fn verifier_label(id: &AccountId) -> String {
    format!("password verifier {id}")
}

fn totp_label(id: &AccountId) -> String {
    format!("totp {id}")
}

fn login(conn: &Conn, row: &Row) -> Result<Login> {
    let account = account(row)?;
    let open = |column, label: String| {
        let sealed = row.opt_text(column)?;
        sealed.map(|sealed| conn.keys().open_sealed(&label, &sealed)).transpose()
    };
    let verifier = open("password_verifier", verifier_label(&account.id))?
        .map(String::from_utf8)
        .transpose()
        .map_err(|_| Error::Sealed { label: verifier_label(&account.id) })?;
    Ok(Login { password_verifier: verifier, totp: open("totp", totp_label(&account.id))?, account })
}

/// Every account of the tenant, disabled ones too, by name.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Account>> {
    conn.all(LIST, args![scope.tenant()]).await?.iter().map(account).collect()
}

/// One account of the tenant.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &AccountId) -> Result<Option<Account>> {
    let row = conn.one(GET, args![scope.tenant(), id]).await?;
    row.as_ref().map(account).transpose()
}

/// One account with its secrets, for a second factor.
pub async fn login_by_id(
    conn: &mut Conn,
    scope: &TenantScope,
    id: &AccountId,
) -> Result<Option<Login>> {
    let row = conn.one(GET, args![scope.tenant(), id]).await?;
    row.map(|row| login(conn, &row)).transpose()
}

/// One account with its secrets, by the name typed at log-in.
pub async fn login_by_name(
    conn: &mut Conn,
    scope: &TenantScope,
    name: &str,
) -> Result<Option<Login>> {
    let row = conn.one(BY_NAME, args![scope.tenant(), name_key(name)]).await?;
    row.map(|row| login(conn, &row)).transpose()
}

/// Makes an account; it cannot log in before it has a password or codes.
///
/// # Errors
/// [`Error::Refused`] when the name is taken, empty or too long, or when a responder has no
/// incident or another role has one; [`Error::Absent`] for an incident of others.
pub async fn create(tx: &mut Tx, new: &NewAccount<'_>) -> Result<AccountId> {
    tx.covers("make an account", [new.tenant])?;
    let key = name_key(new.name);
    if key.is_empty() || new.name.len() > NAME_BYTES_MAX {
        return Err(Error::refused(NOUN, "new", "needs a name of at most 200 bytes"));
    }
    check_incident(tx, new.tenant, new.role, new.incident).await?;
    let at = tx.at();
    let id = AccountId::new(at, tx.store().entropy());
    let args = args![&id, new.tenant, new.name.trim(), key, new.role.code(), new.incident, at];
    if tx.conn().run(INSERT, args).await? == 0 {
        return Err(Error::refused(
            NOUN,
            "new",
            "needs a name that no other account of this tenant has",
        ));
    }
    let body = json!({ "account": id, "role": new.role.code(), "incident": new.incident });
    tx.tell([new.tenant], NOUN, "account_created", body).await?;
    Ok(id)
}

async fn check_incident(
    tx: &mut Tx,
    tenant: &TenantId,
    role: Role,
    incident: Option<&IncidentId>,
) -> Result<()> {
    match (role, incident) {
        (Role::Responder, None) => {
            Err(Error::refused(NOUN, "new", "of a responder needs the incident it is for"))
        }
        (Role::Responder, Some(incident)) => incidents::held(tx, tenant, incident).await.map(drop),
        (_, Some(_)) => {
            Err(Error::refused(NOUN, "new", "has an incident only when it is a responder's"))
        }
        (_, None) => Ok(()),
    }
}

/// Notes that the role or the ways in of an account have changed.
pub(crate) async fn changed(tx: &mut Tx, id: &AccountId) -> Result<()> {
    let at = tx.at();
    tx.conn().run(CHANGED, args![id, at]).await.map(drop)
}

/// Sets the verifier of a password; none: it has no password any more.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`].
pub async fn set_password(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &AccountId,
    verifier: Option<&str>,
) -> Result<()> {
    tx.covers("set a password", [tenant])?;
    let seal = |verifier: &str| tx.store().seal(&verifier_label(id), verifier.as_bytes());
    let sealed = verifier.map(seal).transpose()?;
    let rows = tx.conn().run(PASSWORD, args![tenant, id, sealed]).await?;
    Error::unless_found(NOUN, id, rows)?;
    changed(tx, id).await?;
    tx.tell([tenant], NOUN, "account_password", json!({ "account": id, "set": verifier.is_some() }))
        .await
}

/// Sets the secret of an authenticator; none: it has none any more.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`].
pub async fn set_totp(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &AccountId,
    secret: Option<&[u8]>,
) -> Result<()> {
    tx.covers("set an authenticator", [tenant])?;
    let seal = |secret: &[u8]| tx.store().seal(&totp_label(id), secret);
    let sealed = secret.map(seal).transpose()?;
    let rows = tx.conn().run(TOTP, args![tenant, id, sealed]).await?;
    Error::unless_found(NOUN, id, rows)?;
    changed(tx, id).await?;
    tx.tell([tenant], NOUN, "account_totp", json!({ "account": id, "set": secret.is_some() })).await
}

/// Gives an account new one-time codes; those not used yet are worthless from then on. What is in
/// the town's cyber envelope stays.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`]; [`Error::Refused`] for more than 64.
pub async fn set_codes(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &AccountId,
    codes: &[String],
) -> Result<()> {
    tx.covers("set one-time codes", [tenant])?;
    if codes.len() > CODES_MAX {
        return Err(Error::refused(NOUN, id, "can have at most 64 one-time codes"));
    }
    let known = tx.conn().one(GET, args![tenant, id]).await?;
    if known.is_some() {
        tx.conn().run(DROP_CODES, args![id]).await?;
        for code in codes {
            let hash = tx.conn().keys().secret_hash(CODE_PURPOSE, code)?;
            tx.conn().run(CODE, args![id, hash]).await?;
        }
    }
    let rows = u64::from(known.is_some());
    Error::unless_found(NOUN, id, rows)?;
    changed(tx, id).await?;
    tx.tell([tenant], NOUN, "account_codes", json!({ "account": id, "codes": codes.len() })).await
}

/// Uses a one-time code: `true` once, and never again for the same code. On `false` nothing was
/// written, so there is nothing to commit.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`].
pub async fn use_code(tx: &mut Tx, tenant: &TenantId, id: &AccountId, code: &str) -> Result<bool> {
    tx.covers("use a one-time code", [tenant])?;
    if tx.conn().one(GET, args![tenant, id]).await?.is_none() {
        return Err(Error::absent(NOUN, id));
    }
    let hash = tx.conn().keys().secret_hash(CODE_PURPOSE, code)?;
    let at = tx.at();
    let rows = tx.conn().run(USE_CODE, args![id, hash, at]).await?;
    if rows == 0 {
        return Ok(false);
    }
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "account_code_used", json!({ "account": id })).await?;
    Ok(true)
}

/// Gives an account another role.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`]; [`Error::Refused`] as in [`create`].
pub async fn set_role(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &AccountId,
    role: Role,
    incident: Option<&IncidentId>,
) -> Result<()> {
    tx.covers("set a role", [tenant])?;
    check_incident(tx, tenant, role, incident).await?;
    let rows = tx.conn().run(ROLE, args![tenant, id, role.code(), incident]).await?;
    let body = json!({ "account": id, "role": role.code(), "incident": incident });
    Error::unless_found(NOUN, id, rows)?;
    changed(tx, id).await?;
    tx.tell([tenant], NOUN, "account_role", body).await
}

/// Disables an account: its sessions are not found any more.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] also when it is disabled already.
pub async fn disable(tx: &mut Tx, tenant: &TenantId, id: &AccountId) -> Result<()> {
    tx.covers("disable an account", [tenant])?;
    let at = tx.at();
    let rows = tx.conn().run(DISABLE, args![tenant, id, at]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "account_disabled", json!({ "account": id })).await
}

/// Enables a disabled account.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] also when it is not disabled.
pub async fn enable(tx: &mut Tx, tenant: &TenantId, id: &AccountId) -> Result<()> {
    tx.covers("enable an account", [tenant])?;
    let rows = tx.conn().run(ENABLE, args![tenant, id]).await?;
    Error::unless_found(NOUN, id, rows)?;
    changed(tx, id).await?;
    tx.tell([tenant], NOUN, "account_enabled", json!({ "account": id })).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_people_type_them() {
        assert_eq!(name_key("  Élodie   MARTIN "), "élodie martin");
        assert_eq!(name_key(" \t "), "");
    }
}
