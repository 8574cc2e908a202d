//! What a tenant must find without a computer: places and telephone numbers.
//!
//! Rules: all of it is sealed, since it holds names, private numbers and contracts; the journal
//! has counts.

use beffroi_town::{EmergencyFacts, Instant, TenantId};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx,
    db::{Conn, args, json_text},
    sql::sqls,
};

sqls! { "emergency":
    GET = "SELECT facts, changed_at FROM emergency WHERE tenant = $1";
    SET = "INSERT INTO emergency (tenant, facts, changed_at) VALUES ($1, $2, $3)
        ON CONFLICT (tenant) DO UPDATE SET facts = $2, changed_at = $3";
}

const NOUN: &str = "emergency";
/// Most that a tenant can write in all, bytes.
pub const FACTS_BYTES_MAX: usize = 32 * 1024;

/// The facts, and when they were last changed; never: nobody has filled anything in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emergency {
    /// The facts.
    pub facts: EmergencyFacts,
    /// When they were last changed.
    pub changed_at: Option<Instant>,
}

fn label(tenant: &TenantId) -> String {
    format!("emergency {tenant}")
}

/// The tenant's emergency facts.
pub async fn get(conn: &mut Conn, scope: &TenantScope) -> Result<Emergency> {
    let Some(row) = conn.one(GET, args![scope.tenant()]).await? else {
        return Ok(Emergency::default());
    };
    let label = label(scope.tenant());
    let bytes = conn.keys().open_sealed(&label, &row.text("facts")?)?;
    Ok(Emergency {
        facts: serde_json::from_slice(&bytes).map_err(|_| Error::Sealed { label })?,
        changed_at: row.opt_instant("changed_at")?,
    })
}

/// Sets them, in place of what was there.
///
/// # Errors
/// [`Error::Refused`] beyond [`FACTS_BYTES_MAX`].
pub async fn set(tx: &mut Tx, tenant: &TenantId, facts: &EmergencyFacts) -> Result<()> {
    tx.covers("set the emergency facts", [tenant])?;
    let text = json_text("facts", facts)?;
    if text.len() > FACTS_BYTES_MAX {
        return Err(Error::refused(NOUN, tenant, "are longer than 32 KiB: shorten them"));
    }
    let sealed = tx.store().seal(&label(tenant), text.as_bytes())?;
    let at = tx.at();
    tx.conn().run(SET, args![tenant, sealed, at]).await?;
    let body = json!({ "contacts": facts.contacts.len(), "missing": facts.missing() });
    tx.tell([tenant], NOUN, "emergency_set", body).await
}
