//! Passwords of repositories, each sealed on its server for the recovery sheet of the town.

use beffroi_town::TenantId;
use serde_json::json;

use super::{NOUN, Repository, held};
use crate::{
    Result, TenantScope, Tx,
    db::{Conn, args},
    sql::sqls,
};

sqls! { "vault_passwords":
    SEAL = "UPDATE vault_repository SET sealed_password = $3, sealed_for = $4
        WHERE tenant = $1 AND id = $2 AND (sealed_for IS NULL OR sealed_for <> $4)";
    SEALED = "SELECT sealed_password FROM vault_repository WHERE tenant = $1 AND server = $2";
}

/// Keeps a password sealed for the recovery sheet of the town, whose public half comes first;
/// `false`, and nothing written, when one is kept for that sheet: the first counts.
///
/// # Errors
/// [`crate::Error::OutOfScope`].
pub async fn keep(
    tx: &mut Tx,
    repository: &Repository,
    (recipient, sealed): (&str, &str),
) -> Result<bool> {
    let tenant = &repository.tenant;
    tx.covers("keep a sealed password", [tenant])?;
    if tx.conn().run(SEAL, args![tenant, &repository.id, sealed, recipient]).await? == 0 {
        return Ok(false);
    }
    let body = json!({ "repository": repository.id, "server": repository.server });
    tx.tell([tenant], NOUN, "vault_password_sealed", body).await?;
    Ok(true)
}

/// The password of a repository, sealed for the recovery sheet of its town; none when it is not.
pub async fn sealed(conn: &mut Conn, scope: &TenantScope, server: &str) -> Result<Option<String>> {
    let row = conn.one(SEALED, args![scope.tenant(), server]).await?;
    row.map_or(Ok(None), |row| row.opt_text("sealed_password"))
}

/// Takes note that somebody opened it with the sheet's key.
///
/// # Errors
/// [`crate::Error::OutOfScope`]; [`crate::Error::Absent`].
pub async fn opened(tx: &mut Tx, tenant: &TenantId, server: &str) -> Result<()> {
    let (found, _) = held(tx, "open a sealed password", tenant, server).await?;
    let body = json!({ "repository": found.id, "server": server });
    tx.tell([tenant], NOUN, "vault_password_opened", body).await
}
