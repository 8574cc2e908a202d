//! Which folders of a server hold what another asset needs.
//!
//! Rules: a folder of a server is one fact; both assets are the tenant's to see, and the server its
//! own. The journal has no path: one may tell whose folder it is.

use beffroi_town::{
    AssetId, TenantId,
    folder::{self, Folder},
};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx, assets,
    db::{Conn, Row, args},
    sql::sqls,
};

sqls! { "folders":
    LIST = "SELECT server, path, asset FROM asset_folder WHERE tenant = $1 ORDER BY server, path";
    COUNT = "SELECT COUNT(*) AS count FROM asset_folder WHERE tenant = $1 AND server = $2";
    SET = "INSERT INTO asset_folder (tenant, server, path, asset) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant, server, path) DO UPDATE SET asset = $4";
    REMOVE = "DELETE FROM asset_folder WHERE tenant = $1 AND server = $2 AND path = $3";
}

const NOUN: &str = "folder";
/// Most folders of a server.
pub const FOLDERS_MAX: u64 = 200;

fn read(row: &Row) -> Result<Folder> {
    Ok(Folder { server: row.id("server")?, path: row.text("path")?, asset: row.id("asset")? })
}

/// Every folder that the tenant has said something of.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Folder>> {
    conn.all(LIST, args![scope.tenant()]).await?.iter().map(read).collect()
}

/// Says what needs a folder of a server, in place of what was said before; none takes it away.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] for an asset that the tenant does not see, a server
/// that is not its own, or nothing to take away; [`Error::Refused`] for what is no path, and beyond
/// [`FOLDERS_MAX`].
pub async fn set(
    tx: &mut Tx,
    tenant: &TenantId,
    (server, path): (&AssetId, &str),
    asset: Option<&AssetId>,
) -> Result<()> {
    tx.covers("say what needs a folder", [tenant])?;
    let scope = TenantScope::for_tenant(tenant);
    let found = assets::get(tx.conn(), &scope, server).await?;
    if found.is_none_or(|found| found.owner != *tenant) {
        return Err(Error::absent("asset", server));
    }
    let refused = |why| Err(Error::refused(NOUN, path, why));
    let Some(path) = folder::tidy(path) else {
        return refused(
            "is no folder: write it from the root, as in /srv/share/school, without '..'",
        );
    };
    let Some(asset) = asset else {
        if tx.conn().run(REMOVE, args![tenant, server, path.as_str()]).await? == 0 {
            return Err(Error::absent(NOUN, &path));
        }
        return tx.tell([tenant], NOUN, "folder_unmapped", json!({ "server": server })).await;
    };
    if assets::get(tx.conn(), &scope, asset).await?.is_none() {
        return Err(Error::absent("asset", asset));
    }
    let row = tx.conn().one(COUNT, args![tenant, server]).await?;
    let known = row.map_or(Ok(0), |row| row.number("count"))?;
    if known >= FOLDERS_MAX {
        return refused("is one too many: a server has at most 200 folders here");
    }
    tx.conn().run(SET, args![tenant, server, path, asset]).await?;
    let body = json!({ "server": server, "asset": asset });
    tx.tell([tenant], NOUN, "folder_mapped", body).await
}
