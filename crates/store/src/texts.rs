//! Sealed texts: reasons and notes in a person's words.
//!
//! Rules: sealed under a key of its own tenant; named elsewhere, the journal included, by its
//! identifier alone; erasing leaves the identifier and takes the words.

use beffroi_town::{Instant, TenantId};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx,
    db::{Conn, Row, args},
    keys::Keys,
    sql::sqls,
};

sqls! { "texts":
    INSERT = "INSERT INTO sealed_text (id, tenant, body, made_at) VALUES ($1, $2, $3, $4)";
    GET = "SELECT id, tenant, body, made_at, erased_at FROM sealed_text WHERE id = $1 AND tenant = $2";
    ERASE = "UPDATE sealed_text SET body = NULL, erased_at = $3 WHERE id = $1 AND tenant = $2 AND erased_at IS NULL";
}

/// Longest text: ten printed pages.
pub const TEXT_BYTES_MAX: usize = 32 * 1024;

/// A text as it was written, or the trace that it was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its identifier.
    pub id: String,
    /// The words; none once erased.
    pub words: Option<String>,
    /// When it was written.
    pub made_at: Instant,
    /// When it was erased.
    pub erased_at: Option<Instant>,
}

fn label(tenant: &TenantId) -> String {
    format!("text {tenant}")
}

/// Seals a text; the identifier to name it by. Record that identifier in an entry of the journal.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Refused`] beyond [`TEXT_BYTES_MAX`].
pub async fn seal(tx: &mut Tx, tenant: &TenantId, words: &str) -> Result<String> {
    tx.covers("seal a text", [tenant])?;
    if words.len() > TEXT_BYTES_MAX {
        return Err(Error::refused("text", "new", "is longer than 32 KiB: shorten it"));
    }
    let id = tx.new_id();
    let sealed = tx.store().seal(&label(tenant), words.as_bytes())?;
    let args = args![id.as_str(), tenant, sealed, tx.at()];
    tx.conn().run(INSERT, args).await?;
    Ok(id)
}

/// The same for a text that may be absent.
pub(crate) async fn seal_opt(
    tx: &mut Tx,
    tenant: &TenantId,
    words: Option<&str>,
) -> Result<Option<String>> {
    match words {
        Some(words) => seal(tx, tenant, words).await.map(Some),
        None => Ok(None),
    }
}

/// Opens a text of this tenant.
pub async fn open(conn: &mut Conn, scope: &TenantScope, id: &str) -> Result<Option<Text>> {
    let Some(row) = conn.one(GET, args![id, scope.tenant()]).await? else {
        return Ok(None);
    };
    Ok(Some(Text {
        id: row.text("id")?,
        words: words(conn.keys(), scope.tenant(), &row, "body")?,
        made_at: row.instant("made_at")?,
        erased_at: row.opt_instant("erased_at")?,
    }))
}

/// Opens the sealed text in a column; none when there is none, or no more.
pub(crate) fn words(
    keys: &Keys,
    tenant: &TenantId,
    row: &Row,
    column: &str,
) -> Result<Option<String>> {
    let Some(sealed) = row.opt_text(column)? else {
        return Ok(None);
    };
    let label = label(tenant);
    let bytes = keys.open_sealed(&label, &sealed)?;
    String::from_utf8(bytes).map(Some).map_err(|_| Error::Sealed { label })
}

/// Erases the words of a text for good; the journal says that, when and by whom.
///
/// # Errors
/// [`Error::Absent`] when there is no such text, or it is erased already.
pub async fn erase(tx: &mut Tx, tenant: &TenantId, id: &str) -> Result<()> {
    tx.covers("erase a text", [tenant])?;
    let args = args![id, tenant, tx.at()];
    if tx.conn().run(ERASE, args).await? == 0 {
        return Err(Error::absent("text", id));
    }
    tx.tell([tenant], "text", "text_erased", json!({ "text": id })).await
}

impl Tx {
    /// Seals a text; see [`seal`].
    pub async fn seal_text(&mut self, tenant: &TenantId, words: &str) -> Result<String> {
        seal(self, tenant, words).await
    }
}
