//! Everything that is true about one town, read in one view.

use beffroi_town::{Instant, TownFacts};

use crate::{
    Result, TenantScope, agendas, alarms, assets, db::Conn, incidents, notices, phones, services,
    tenants,
};

/// The facts of the tenant, `at` the time of reading; none for a tenant that is not here.
pub async fn load(conn: &mut Conn, scope: &TenantScope, at: Instant) -> Result<Option<TownFacts>> {
    let Some(tenant) = tenants::get(conn, scope).await? else {
        return Ok(None);
    };
    Ok(Some(TownFacts {
        tenant,
        services: services::list(conn, scope).await?,
        assets: assets::list(conn, scope).await?,
        lines: phones::list(conn, scope).await?,
        open_alarms: alarms::open(conn, scope).await?,
        incidents: incidents::open(conn, scope).await?,
        notices: notices::list(conn, scope).await?,
        receives: !agendas::list(conn, scope).await?.is_empty(),
        true_at: at,
    }))
}
