//! How much all servers of a tenant may have together, where a person settled it.

use beffroi_town::TenantId;
use serde_json::json;

use crate::{
    Result, Tx,
    db::{args, column_int},
    sql::sqls,
};

sqls! { "vault_quotas":
    SET = "INSERT INTO vault_quota (tenant, bytes, set_at) VALUES ($1, $2, $3)
        ON CONFLICT (tenant) DO UPDATE SET bytes = $2, set_at = $3";
    CLEAR = "DELETE FROM vault_quota WHERE tenant = $1";
}

/// Settles it; none: as the configuration says. It is read with each repository, as
/// [`super::Repository::tenant_quota_bytes`].
///
/// # Errors
/// [`crate::Error::OutOfScope`].
pub async fn set(tx: &mut Tx, tenant: &TenantId, bytes: Option<u64>) -> Result<()> {
    tx.covers("settle a quota of the vault", [tenant])?;
    let at = tx.at();
    match bytes {
        Some(bytes) => tx.conn().run(SET, args![tenant, column_int(bytes), at]).await?,
        None => tx.conn().run(CLEAR, args![tenant]).await?,
    };
    let body = json!({ "bytes": bytes.map(column_int) });
    tx.tell([tenant], "repository", "vault_quota_set", body).await
}
