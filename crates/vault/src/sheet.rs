//! The recovery sheet of a repository's password: that one was printed, as the server says itself.
//!
//! Rule: the first counts. Who has the server's credential later can have no other in its place,
//! or people would try a code that proves nothing.

use axum::body::Body;
use beffroi_store::vault;
use beffroi_town::Actor;
use http_body_util::{BodyExt as _, Limited};

use crate::{asked::ObjectName, refusal::Refusal, visit::Visit};

/// 64 hexadecimal digits, and room for the end of a line.
const BODY_BYTES_MAX: usize = 80;

const KNOWN_TOLD: &str = "this repository has another recovery sheet: the first counts. For a new \
                          one make a new repository";

/// Takes note of a sheet. The same again changes nothing.
pub(crate) async fn take(visit: &Visit, body: Body) -> Result<(), Refusal> {
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
    let body = body.map_err(|_| Refusal::TooLarge)?.to_bytes();
    let text = std::str::from_utf8(&body).unwrap_or_default().trim();
    // It has the form of an object's name: a SHA-256 in small hexadecimal digits.
    let proof = ObjectName::parse(text).ok_or(Refusal::Mismatch)?;
    if let Some(known) = &visit.repository.sheet {
        return same(visit, &known.proof, &proof).await;
    }
    let store = &visit.vault.inner.store;
    let tenants = std::slice::from_ref(&visit.repository.tenant);
    let mut tx = store.begin(tenants, &Actor::Platform, visit.at).await?;
    if vault::print_sheet(&mut tx, &visit.repository, proof.as_str()).await? {
        tx.commit().await?;
        return Ok(());
    }
    drop(tx);
    // Another request was first.
    let (tenant, server) = (&visit.repository.tenant, &visit.repository.server);
    let found = vault::for_request(&mut store.read().await?, tenant, server).await?;
    let known = found.and_then(|(repository, _)| repository.sheet).map(|sheet| sheet.proof);
    same(visit, &known.unwrap_or_default(), &proof).await
}

async fn same(visit: &Visit, known: &str, proof: &ObjectName) -> Result<(), Refusal> {
    if known == proof.as_str() {
        return Ok(());
    }
    Err(visit.tampered("sheet", KNOWN_TOLD).await)
}
