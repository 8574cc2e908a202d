//! Sessions: who is logged in. Bookkeeping, not facts about a town.
//!
//! Rules: of a token only a keyed hash is kept; a session of a disabled account is not found. The
//! times of log-in are journalled by whoever checks the log-in.

use beffroi_town::{AccountId, IncidentId, Instant, Role, TenantId};

use crate::{
    Bookkeeping, Result,
    db::{Conn, Row, args, column_int},
    sql::sqls,
};

sqls! { "sessions":
    INSERT = "INSERT INTO session (token_hash, account, made_at, seen_at, expires_at, second_factor_at, device_hash)
        VALUES ($1, $2, $3, $3, $4, $5, $6)";
    FIND = "SELECT session.account, account.tenant, account.name, account.role, account.incident, session.made_at, session.seen_at,
            session.expires_at, session.second_factor_at, session.device_hash
        FROM session JOIN account ON account.id = session.account JOIN tenant ON tenant.id = account.tenant
        WHERE session.token_hash = $1 AND session.expires_at > $2 AND account.disabled_at IS NULL";
    TOUCH = "UPDATE session SET seen_at = $2, expires_at = $3 WHERE token_hash = $1";
    HOLD = "UPDATE session SET own_key = $2 WHERE token_hash = $1";
    HELD = "SELECT own_key FROM session WHERE token_hash = $1 AND expires_at > $2";
    ELEVATE = "UPDATE session SET second_factor_at = $2 WHERE token_hash = $1";
    END = "DELETE FROM session WHERE token_hash = $1";
    END_ALL = "DELETE FROM session WHERE account = $1";
    SWEEP = "DELETE FROM session WHERE expires_at <= $1";
    DEVICE = "INSERT INTO device (account, device_hash, first_at, seen_at) VALUES ($1, $2, $3, $3)
        ON CONFLICT (account, device_hash) DO UPDATE SET seen_at = $3 RETURNING first_at";
    STEP = "INSERT INTO totp_step (account, step) VALUES ($1, $2)
        ON CONFLICT (account) DO UPDATE SET step = $2 WHERE totp_step.step < $2";
}

const TOKEN_PURPOSE: &str = "session token";
const DEVICE_PURPOSE: &str = "device";

/// A log-in under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub account: AccountId,
    /// The tenant of that account.
    pub tenant: TenantId,
    /// The name of that account, for that person's own screen.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The one incident that a responder may read.
    pub incident: Option<IncidentId>,
    /// When it began.
    pub made_at: Instant,
    /// When it was last used.
    pub seen_at: Instant,
    /// When it ends by itself.
    pub expires_at: Instant,
    /// When a second factor was last shown.
    pub second_factor_at: Option<Instant>,
    /// From which device, as a keyed hash.
    pub device_hash: Option<String>,
}

/// What a session starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSession<'a> {
    /// The secret that the cookie holds; at least 128 unpredictable bits.
    pub token: &'a str,
    /// Whose.
    pub account: &'a AccountId,
    /// When it begins.
    pub at: Instant,
    /// When it ends by itself.
    pub expires_at: Instant,
    /// When a second factor was shown, if one was.
    pub second_factor_at: Option<Instant>,
    /// The lasting secret of the device's own cookie.
    pub device: Option<&'a str>,
}

fn session(row: &Row) -> Result<Session> {
    Ok(Session {
        account: row.id("account")?,
        tenant: row.id("tenant")?,
        name: row.text("name")?,
        role: row.parsed("role", Role::from_code)?,
        incident: row.opt_id("incident")?,
        made_at: row.instant("made_at")?,
        seen_at: row.instant("seen_at")?,
        expires_at: row.instant("expires_at")?,
        second_factor_at: row.opt_instant("second_factor_at")?,
        device_hash: row.opt_text("device_hash")?,
    })
}

/// Begins a session.
pub async fn create(book: &mut Bookkeeping, new: &NewSession<'_>) -> Result<()> {
    let conn = book.conn();
    let hash = conn.keys().secret_hash(TOKEN_PURPOSE, new.token)?;
    let device =
        new.device.map(|device| conn.keys().secret_hash(DEVICE_PURPOSE, device)).transpose()?;
    let args = args![hash, new.account, new.at, new.expires_at, new.second_factor_at, device];
    conn.run(INSERT, args).await.map(drop)
}

/// The session of a token that has not expired at `at`. This is how a tenant becomes known: it
/// takes no scope, and whoever holds the token is that account.
pub async fn find(conn: &mut Conn, token: &str, at: Instant) -> Result<Option<Session>> {
    let hash = conn.keys().secret_hash(TOKEN_PURPOSE, token)?;
    conn.one(FIND, args![hash, at]).await?.as_ref().map(session).transpose()
}

/// Notes that a session was used, and moves its end.
pub async fn touch(
    book: &mut Bookkeeping,
    token: &str,
    at: Instant,
    expires_at: Instant,
) -> Result<()> {
    let hash = book.conn().keys().secret_hash(TOKEN_PURPOSE, token)?;
    book.conn().run(TOUCH, args![hash, at, expires_at]).await.map(drop)
}

/// Keeps the person's own key for as long as the session lives, wrapped under a key that follows
/// from the token: what lies here opens nothing without the cookie.
pub async fn hold(book: &mut Bookkeeping, token: &str, wrapped: &str) -> Result<()> {
    let hash = book.conn().keys().secret_hash(TOKEN_PURPOSE, token)?;
    book.conn().run(HOLD, args![hash, wrapped]).await.map(drop)
}

/// What [`hold`] keeps for a session that has not expired at `at`.
pub async fn held(conn: &mut Conn, token: &str, at: Instant) -> Result<Option<String>> {
    let hash = conn.keys().secret_hash(TOKEN_PURPOSE, token)?;
    let row = conn.one(HELD, args![hash, at]).await?;
    row.map_or(Ok(None), |row| row.opt_text("own_key"))
}

/// Notes that a second factor was shown.
pub async fn elevate(book: &mut Bookkeeping, token: &str, at: Instant) -> Result<()> {
    let hash = book.conn().keys().secret_hash(TOKEN_PURPOSE, token)?;
    book.conn().run(ELEVATE, args![hash, at]).await.map(drop)
}

/// Ends a session.
pub async fn end(book: &mut Bookkeeping, token: &str) -> Result<()> {
    let hash = book.conn().keys().secret_hash(TOKEN_PURPOSE, token)?;
    book.conn().run(END, args![hash]).await.map(drop)
}

/// Ends every session of an account; how many.
pub async fn end_all(book: &mut Bookkeeping, account: &AccountId) -> Result<u64> {
    book.conn().run(END_ALL, args![account]).await
}

/// Notes that an account was used from a device; whether that device is new to it.
pub async fn note_device(
    book: &mut Bookkeeping,
    account: &AccountId,
    device: &str,
    at: Instant,
) -> Result<bool> {
    let hash = book.conn().keys().secret_hash(DEVICE_PURPOSE, device)?;
    let row = book.conn().one(DEVICE, args![account, hash, at]).await?;
    row.map_or(Ok(true), |row| Ok(row.instant("first_at")? == at))
}

/// Takes a step of an authenticator's clock: `false` when that step or a later one was taken, that
/// is when somebody shows the same six digits again.
pub async fn take_totp_step(
    book: &mut Bookkeeping,
    account: &AccountId,
    step: u64,
) -> Result<bool> {
    Ok(book.conn().run(STEP, args![account, column_int(step)]).await? > 0)
}

/// Drops sessions that expired by `at`.
pub async fn sweep(book: &mut Bookkeeping, at: Instant) -> Result<u64> {
    book.conn().run(SWEEP, args![at]).await
}
