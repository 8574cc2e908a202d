//! The vault's repositories, one for each server, and the credentials that open them.
//!
//! Rules:
//! - A repository is made by a person, never by whoever asks for it, and is never removed: its name
//!   stands in the address that servers back up to.
//! - A credential's token is 256 bits of chance, handed out once and kept as its SHA-256.
//! - What was received is bookkeeping ([`objects`]): there are too many packs for the journal. That
//!   backups came is told to the journal afterwards, many in one entry.

pub mod objects;
pub mod passwords;
pub mod quotas;
pub mod thinnings;
pub mod verdicts;

use beffroi_town::{
    AssetId, Instant, RepositoryId, TenantId,
    vault::{is_server_name, sheet::proof_text, verdict::CredentialKind},
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ring::digest::{SHA256, digest};
use serde_json::json;

use crate::{
    Error, OperatorScope, Result, TenantScope, Tx, assets,
    db::{Conn, Row, args, column_int},
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT id, tenant, server, asset, made_at, quota_bytes, silent_after_hours, told_until, sheet_proof, sheet_at, sheet_proven_at, sealed_for,
            (SELECT bytes FROM vault_quota WHERE vault_quota.tenant = vault_repository.tenant) AS tenant_quota_bytes FROM vault_repository "
    };
}

sqls! { "vault":
    INSERT = "INSERT INTO vault_repository (id, tenant, server, asset, made_at, quota_bytes, silent_after_hours, told_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT (tenant, server) DO NOTHING";
    LIST = concat!(columns!(), "WHERE tenant = $1 ORDER BY server");
    GET = concat!(columns!(), "WHERE tenant = $1 AND server = $2");
    ALL = concat!(columns!(), "ORDER BY tenant, server");
    TOLD = "UPDATE vault_repository SET told_until = $3 WHERE tenant = $1 AND id = $2 AND told_until < $3";
    SHEET = "UPDATE vault_repository SET sheet_proof = $3, sheet_at = $4
        WHERE tenant = $1 AND id = $2 AND sheet_proof IS NULL";
    PROVEN = "UPDATE vault_repository SET sheet_proven_at = $3 WHERE tenant = $1 AND id = $2";
    ISSUE = "INSERT INTO vault_credential (id, repository, token_hash, made_at, kind) VALUES ($1, $2, $3, $4, $5)";
    CREDENTIALS = "SELECT id, kind, token_hash, made_at, revoked_at FROM vault_credential
        WHERE repository IN (SELECT id FROM vault_repository WHERE tenant = $1) AND repository = $2 ORDER BY made_at, id";
    REVOKE = "UPDATE vault_credential SET revoked_at = $4
        WHERE repository IN (SELECT id FROM vault_repository WHERE tenant = $1) AND repository = $2 AND id = $3
            AND revoked_at IS NULL";
}

const NOUN: &str = "repository";
const TOKEN_BYTES: usize = 32;
/// Most repositories of a tenant.
pub const REPOSITORIES_MAX: usize = 200;
/// Most credentials of a repository that are not revoked: each request is compared with all.
pub const CREDENTIALS_MAX: usize = 8;

/// The backups of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// Its identifier.
    pub id: RepositoryId,
    /// Whose.
    pub tenant: TenantId,
    /// The server's name in the address.
    pub server: String,
    /// The server among the tenant's assets, if it is there.
    pub asset: Option<AssetId>,
    /// When it was made.
    pub made_at: Instant,
    /// How much it may hold; none: as the configuration says.
    pub quota_bytes: Option<u64>,
    /// How much all servers of its tenant may hold; none: as the configuration says.
    pub tenant_quota_bytes: Option<u64>,
    /// After how long without a backup it is silent; none: by its habit.
    pub silent_after_hours: Option<u32>,
    /// The journal tells of backups received until then.
    pub told_until: Instant,
    /// The recovery sheet of its password, if one was printed.
    pub sheet: Option<Sheet>,
    /// The recovery sheet of the town for which its password is sealed too: the public half.
    pub sealed_for: Option<String>,
}

/// What is known of a recovery sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// SHA-256 of the text that its check code stands in, in hexadecimal.
    pub proof: String,
    /// When the server told of it.
    pub printed_at: Instant,
    /// When somebody last typed the code back.
    pub proven_at: Option<Instant>,
}

/// What a new repository is made from.
#[derive(Clone, Debug)]
pub struct NewRepository<'n> {
    /// The server's name in the address.
    pub server: &'n str,
    /// The server among the tenant's assets, if it is there.
    pub asset: Option<&'n AssetId>,
    /// How much it may hold; none: as the configuration says.
    pub quota_bytes: Option<u64>,
    /// After how long without a backup it is silent; none: by its habit.
    pub silent_after_hours: Option<u32>,
}

/// What opens a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its identifier.
    pub id: String,
    /// What it is for.
    pub kind: CredentialKind,
    /// SHA-256 of its token, in hexadecimal.
    pub token_sha256: String,
    /// When it was made.
    pub made_at: Instant,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Instant>,
}

/// A credential just made: the token cannot be shown again.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its identifier.
    pub id: String,
    /// The token.
    pub token: String,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What is kept of a check code as it is printed.
pub fn sheet_proof(code: &str) -> String {
    HEXLOWER.encode(digest(&SHA256, proof_text(code).as_bytes()).as_ref())
}

/// SHA-256 of a token as it is kept.
pub fn token_sha256(token: &str) -> String {
    HEXLOWER.encode(digest(&SHA256, token.as_bytes()).as_ref())
}

fn repository(row: &Row) -> Result<Repository> {
    let quota = |name: &str| -> Result<Option<u64>> {
        row.opt_int(name)?.map(|_| row.number(name)).transpose()
    };
    Ok(Repository {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        server: row.text("server")?,
        asset: row.opt_id("asset")?,
        made_at: row.instant("made_at")?,
        quota_bytes: quota("quota_bytes")?,
        tenant_quota_bytes: quota("tenant_quota_bytes")?,
        silent_after_hours: row.opt_count("silent_after_hours")?,
        told_until: row.instant("told_until")?,
        sheet: sheet(row)?,
        sealed_for: row.opt_text("sealed_for")?,
    })
}

fn sheet(row: &Row) -> Result<Option<Sheet>> {
    let (Some(proof), Some(printed_at)) =
        (row.opt_text("sheet_proof")?, row.opt_instant("sheet_at")?)
    else {
        return Ok(None);
    };
    Ok(Some(Sheet { proof, printed_at, proven_at: row.opt_instant("sheet_proven_at")? }))
}

fn credential(row: &Row) -> Result<Credential> {
    Ok(Credential {
        id: row.text("id")?,
        kind: row.parsed("kind", CredentialKind::from_code)?,
        token_sha256: row.text("token_hash")?,
        made_at: row.instant("made_at")?,
        revoked_at: row.opt_instant("revoked_at")?,
    })
}

/// The tenant's repositories, by server.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Repository>> {
    conn.all(LIST, args![scope.tenant()]).await?.iter().map(repository).collect()
}

/// The repository of one server of the tenant.
pub async fn get(conn: &mut Conn, scope: &TenantScope, server: &str) -> Result<Option<Repository>> {
    conn.one(GET, args![scope.tenant(), server]).await?.as_ref().map(repository).transpose()
}

/// Every repository.
pub async fn all(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<Repository>> {
    conn.all(ALL, &[]).await?.iter().map(repository).collect()
}

/// The credentials of a repository of the tenant, revoked ones too, oldest first.
pub async fn credentials(
    conn: &mut Conn,
    scope: &TenantScope,
    id: &RepositoryId,
) -> Result<Vec<Credential>> {
    conn.all(CREDENTIALS, args![scope.tenant(), id]).await?.iter().map(credential).collect()
}

/// The repository that a request names, with the credentials that open it now. The scope is the
/// tenant that the request merely names: nothing of this may be told before one of the credentials
/// was compared.
pub async fn for_request(
    conn: &mut Conn,
    tenant: &TenantId,
    server: &str,
) -> Result<Option<(Repository, Vec<Credential>)>> {
    let scope = TenantScope::for_tenant(tenant);
    let Some(found) = get(conn, &scope, server).await? else { return Ok(None) };
    let mut all = credentials(conn, &scope, &found.id).await?;
    all.retain(|one| one.revoked_at.is_none());
    Ok(Some((found, all)))
}

/// Makes the repository of a server.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Refused`] for a name that is none or taken, or beyond
/// [`REPOSITORIES_MAX`]; [`Error::Absent`] for an asset that the tenant does not see.
pub async fn add(tx: &mut Tx, tenant: &TenantId, new: &NewRepository<'_>) -> Result<RepositoryId> {
    tx.covers("make a repository", [tenant])?;
    let scope = TenantScope::for_tenant(tenant);
    if !is_server_name(new.server) {
        let why = "is no name for a server: write 1 to 40 small letters, digits, '-' or '_', the \
                   first of them a letter or a digit";
        return Err(Error::refused(NOUN, new.server, why));
    }
    if let Some(asset) = new.asset
        && assets::get(tx.conn(), &scope, asset).await?.is_none()
    {
        return Err(Error::absent("asset", asset));
    }
    if list(tx.conn(), &scope).await?.len() >= REPOSITORIES_MAX {
        return Err(Error::refused(NOUN, new.server, "is one too many: a tenant has at most 200"));
    }
    let at = tx.at();
    let id = RepositoryId::new(at, tx.store().entropy());
    let args = args![
        &id,
        tenant,
        new.server,
        new.asset,
        at,
        crate::db::Arg::OptInt(new.quota_bytes.map(column_int)),
        new.silent_after_hours,
    ];
    if tx.conn().run(INSERT, args).await? == 0 {
        return Err(Error::refused(NOUN, new.server, "is there already"));
    }
    let body = json!({ "repository": id, "server": new.server, "asset": new.asset });
    tx.tell([tenant], NOUN, "vault_repository_made", body).await?;
    Ok(id)
}

/// Makes a credential with which a server of the tenant sends its backups.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`]; [`Error::Refused`] beyond [`CREDENTIALS_MAX`].
pub async fn issue(tx: &mut Tx, tenant: &TenantId, server: &str) -> Result<Issued> {
    issue_for(tx, tenant, (server, CredentialKind::Server)).await
}

/// Makes a credential for a repository of the tenant.
///
/// # Errors
/// As [`issue`].
pub async fn issue_for(
    tx: &mut Tx,
    tenant: &TenantId,
    (server, kind): (&str, CredentialKind),
) -> Result<Issued> {
    let (found, live) = held(tx, "make a credential", tenant, server).await?;
    if live.len() >= CREDENTIALS_MAX {
        return Err(Error::refused(NOUN, server, "has 8 credentials: revoke one first"));
    }
    let mut bytes = [0; TOKEN_BYTES];
    tx.store().entropy().fill(&mut bytes);
    let issued = Issued { id: tx.new_id(), token: BASE64URL_NOPAD.encode(&bytes) };
    let at = tx.at();
    let hash = token_sha256(&issued.token);
    let args = args![issued.id.as_str(), &found.id, hash, at, kind.code()];
    tx.conn().run(ISSUE, args).await?;
    let body = json!({
        "repository": found.id, "server": server, "credential": issued.id, "kind": kind,
    });
    tx.tell([tenant], NOUN, "vault_credential_made", body).await?;
    Ok(issued)
}

/// Revokes a credential of a repository, or all of them; how many. What they sent stays.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] also when it is revoked already or there is none.
pub async fn revoke(
    tx: &mut Tx,
    tenant: &TenantId,
    server: &str,
    credential: Option<&str>,
) -> Result<usize> {
    let (found, mut live) = held(tx, "revoke a credential", tenant, server).await?;
    live.retain(|one| credential.is_none_or(|wanted| one.id == wanted));
    if live.is_empty() {
        return Err(Error::absent("credential", credential.unwrap_or(server)));
    }
    let at = tx.at();
    for one in &live {
        tx.conn().run(REVOKE, args![tenant, &found.id, one.id.as_str(), at]).await?;
        let body = json!({ "repository": found.id, "server": server, "credential": one.id });
        tx.tell([tenant], NOUN, "vault_credential_revoked", body).await?;
    }
    Ok(live.len())
}

/// Takes note that a recovery sheet was printed; `false`, and nothing written, when one is known:
/// the first is the one that counts, whoever has the server's credential later.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn print_sheet(tx: &mut Tx, repository: &Repository, proof: &str) -> Result<bool> {
    let (tenant, at) = (&repository.tenant, tx.at());
    tx.covers("take note of a recovery sheet", [tenant])?;
    if tx.conn().run(SHEET, args![tenant, &repository.id, proof, at]).await? == 0 {
        return Ok(false);
    }
    let body = json!({ "repository": repository.id, "server": repository.server });
    tx.tell([tenant], NOUN, "vault_sheet_printed", body).await?;
    Ok(true)
}

/// Somebody has the sheet in hand: its check code was typed back.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`]; [`Error::Refused`] when no sheet was printed or the
/// code is another's.
pub async fn prove_sheet(tx: &mut Tx, tenant: &TenantId, server: &str, code: &str) -> Result<()> {
    let (found, _) = held(tx, "prove a recovery sheet", tenant, server).await?;
    let Some(sheet) = &found.sheet else {
        let why = "has no recovery sheet: print one on the server with 'beffroi vault init'";
        return Err(Error::refused(NOUN, server, why));
    };
    if sheet.proof != sheet_proof(code) {
        let why = "has another check code: take the sheet that was printed for this server";
        return Err(Error::refused(NOUN, server, why));
    }
    let at = tx.at();
    tx.conn().run(PROVEN, args![tenant, &found.id, at]).await?;
    let body = json!({ "repository": found.id, "server": server });
    tx.tell([tenant], NOUN, "vault_sheet_proven", body).await
}

/// What the journal is told of backups that came.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    /// How many since it was last told.
    pub snapshots: u32,
    /// The newest of them.
    pub newest: &'a str,
    /// When that was received.
    pub until: Instant,
    /// What the repository holds now.
    pub bytes: u64,
}

/// Tells the journal that backups came; `false`, and nothing written, when it knows.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn tell(tx: &mut Tx, repository: &Repository, arrived: &Arrived<'_>) -> Result<bool> {
    let tenant = &repository.tenant;
    tx.covers("tell of backups", [tenant])?;
    if tx.conn().run(TOLD, args![tenant, &repository.id, arrived.until]).await? == 0 {
        return Ok(false);
    }
    let body = json!({
        "repository": repository.id,
        "server": repository.server,
        "asset": repository.asset,
        "snapshots": arrived.snapshots,
        "newest": arrived.newest,
        "received_at": arrived.until,
        "bytes": column_int(arrived.bytes),
    });
    tx.tell([tenant], NOUN, "vault_backups_received", body).await?;
    Ok(true)
}

/// A repository of the tenant, and its live credentials.
async fn held(
    tx: &mut Tx,
    doing: &'static str,
    tenant: &TenantId,
    server: &str,
) -> Result<(Repository, Vec<Credential>)> {
    tx.covers(doing, [tenant])?;
    let found = for_request(tx.conn(), tenant, server).await?;
    found.ok_or_else(|| Error::absent(NOUN, server))
}
