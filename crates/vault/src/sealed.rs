//! A repository's password, sealed on its server for the recovery sheet of its town.
//!
//! Rules:
//! - For that sheet alone: the public half that the password is sealed for comes from paper, carried
//!   by a person, and is compared with that of the town's counter.
//! - Only once somebody has shown that the sheet is kept: before, it may be lost already.
//! - The first counts for as long as the town has that sheet: who has the server's credential later
//!   can put nothing in its place.
//! - What is kept opens nothing here: the secret half stands on paper.

use axum::body::Body;
use beffroi_store::{TenantScope, desk, vault};
use beffroi_town::Actor;
use data_encoding::BASE64;
use http_body_util::{BodyExt as _, Limited};

use crate::{refusal::Refusal, visit::Visit};

/// A public half, and a password of at most a few hundred bytes in age's format (age-encryption.org/v1).
const BODY_BYTES_MAX: usize = 4 * 1024;

const UNREADABLE_TOLD: &str =
    "write the public half that begins with age1, a line break, and what is sealed as base64";
const OTHER_TOLD: &str = "the town has no recovery sheet with this public half that somebody has \
                          shown to be kept: take the one that the console shows (page Vault)";

/// Takes in a sealed password; one more changes nothing.
pub(crate) async fn take(visit: &Visit, body: Body) -> Result<(), Refusal> {
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
    let body = body.map_err(|_| Refusal::TooLarge)?.to_bytes();
    let text = std::str::from_utf8(&body).unwrap_or_default().trim();
    let (recipient, sealed) = text.split_once('\n').ok_or(Refusal::Unreadable(UNREADABLE_TOLD))?;
    if sealed.is_empty() || BASE64.decode(sealed.as_bytes()).is_err() {
        return Err(Refusal::Unreadable(UNREADABLE_TOLD));
    }
    let store = &visit.vault.inner.store;
    let tenant = &visit.repository.tenant;
    let mut tx = store.begin(std::slice::from_ref(tenant), &Actor::Platform, visit.at).await?;
    let counter = desk::get(tx.conn(), &TenantScope::for_tenant(tenant)).await?;
    let kept = counter.filter(|counter| counter.proven_at.is_some());
    if kept.is_none_or(|counter| counter.recovery != recipient) {
        return Err(Refusal::Known(OTHER_TOLD));
    }
    if vault::passwords::keep(&mut tx, &visit.repository, (recipient, sealed)).await? {
        tx.commit().await?;
    }
    Ok(())
}
