//! What is over is erased: requests whose time of keeping has passed, forms that were never sent.
//!
//! Rules: a request whose procedure asks for the archivist's visa waits for it; each erasing is in
//! the journal, without a word of what was erased.

use std::collections::BTreeMap;

use beffroi_store::{
    OperatorScope, Store,
    desk::{drafts, requests as kept},
};
use beffroi_town::{Actor, Instant, RequestId, TenantId};

use crate::DeskError;

/// Erases what is due at `at`; how many requests.
///
/// # Errors
/// [`DeskError::Store`]; what was erased before stays erased.
pub async fn erase_due(store: &Store, at: Instant) -> Result<usize, DeskError> {
    let mut book = store.bookkeeping().await?;
    drafts::sweep(&mut book, at).await?;
    book.commit().await?;
    let operator = OperatorScope::for_operator();
    let due = kept::expired(&mut store.read().await?, &operator, at).await?;
    let mut by_tenant: BTreeMap<TenantId, Vec<RequestId>> = BTreeMap::new();
    let count = due.len();
    for (tenant, id) in due {
        by_tenant.entry(tenant).or_default().push(id);
    }
    for (tenant, ids) in by_tenant {
        let mut tx = store.begin(std::slice::from_ref(&tenant), &Actor::Platform, at).await?;
        for id in ids {
            kept::erase(&mut tx, &tenant, &id).await?;
        }
        tx.commit().await?;
    }
    Ok(count)
}
