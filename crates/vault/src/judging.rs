//! What an inspector asks and says: which backups came, what is to be thought of them, which came
//! back in a test.
//!
//! Rules:
//! - Only an inspector's credential is heard. A server's own is refused and raises an alarm:
//!   whoever broke into that server would call ruined backups clean, and good ones ruined.
//! - Nor is a server's own told what is said of its backups: an attacker would learn whether
//!   somebody noticed.
//! - What is written down and the alarm that follows from it are one commit, so that there is
//!   exactly one alarm for each backup that is suspect or bad.

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse as _, Response},
};
use beffroi_store::{
    Error, TenantScope,
    vault::verdicts::{self, RECEIVED_MAX, Said},
};
use beffroi_town::{
    Actor, AlarmKind,
    vault::verdict::{CredentialKind, Judgement, Proof, REASONS_MAX, Verdict, is_snapshot_name},
};
use http_body_util::{BodyExt as _, Limited};
use serde::de::DeserializeOwned;

use crate::{
    alarms::{self, Suspicion},
    refusal::Refusal,
    visit::Visit,
};

/// The longest verdict or proof.
const BODY_BYTES_MAX: usize = 8 << 10;
/// The highest number that is written down.
const COUNT_MAX: u64 = i64::MAX.unsigned_abs();

const SERVER_TOLD: &str = "a server's own credential does not judge its backups: an inspector does, \
                           from another host, with 'beffroi vault inspect'";
const FORM_TOLD: &str = "this is neither a verdict nor a proof as an inspector writes it";
const KNOWN_TOLD: &str = "this backup is judged more gravely, or by a person: only a person can say \
                          otherwise, with 'beffroi vault judge'";

/// Which backups came, and what is said of each, newest first.
pub(crate) async fn standing(visit: &Visit) -> Result<Response, Refusal> {
    // To ask is no attack: restic's own readers ask for what they do not know, too.
    if visit.kind != CredentialKind::Inspector {
        return Err(Refusal::Sealed(SERVER_TOLD));
    }
    let mut conn = visit.vault.inner.store.read().await?;
    let scope = TenantScope::for_tenant(&visit.repository.tenant);
    let all = verdicts::standing(&mut conn, &scope, &visit.repository.id, RECEIVED_MAX).await?;
    let text = serde_json::to_string(&all).map_err(std::io::Error::other)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// Takes what an inspector says of a backup.
pub(crate) async fn take_verdict(visit: &Visit, body: Body) -> Result<(), Refusal> {
    let said: Judgement = heard(visit, body).await?;
    let is_bounded = said.reasons.iter().all(|one| one.count <= COUNT_MAX);
    if !is_snapshot_name(&said.snapshot) || said.reasons.len() > REASONS_MAX || !is_bounded {
        return Err(Refusal::Unreadable(FORM_TOLD));
    }
    let store = &visit.vault.inner.store;
    let tenants = std::slice::from_ref(&visit.repository.tenant);
    let mut tx = store.begin(tenants, &Actor::Platform, visit.at).await?;
    let credential = Some(visit.credential.as_str());
    match verdicts::say(&mut tx, &visit.repository, &said, credential).await {
        Ok(Said::Known) => return Ok(()),
        Ok(Said::Counts) => {}
        Err(error) => return Err(unheard(error)),
    }
    let kind = match said.verdict {
        Verdict::Clean => None,
        Verdict::Suspect => Some(AlarmKind::VaultSuspect),
        Verdict::Bad => Some(AlarmKind::VaultBad),
    };
    if let Some(kind) = kind {
        let mut suspicion = Suspicion::about(kind, &visit.repository, 0, visit.at)
            .with("snapshot", said.snapshot.as_str())
            .with("credential", visit.credential.as_str());
        for reason in &said.reasons {
            suspicion = suspicion.with(reason.code.code(), reason.count);
        }
        let short = said.snapshot.get(..12).unwrap_or_default();
        suspicion.id = format!("{}-{}-{short}", kind.code().replace('_', "-"), visit.repository.id);
        alarms::raise_in(&mut tx, &suspicion).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Takes that every file of a test restore came back.
pub(crate) async fn take_proof(visit: &Visit, body: Body) -> Result<(), Refusal> {
    let said: Proof = heard(visit, body).await?;
    let numbers = [said.files, said.bytes, said.bytes_a_second, said.whole_bytes];
    let is_bounded = numbers.iter().all(|one| *one <= COUNT_MAX);
    // Nothing that came back proves nothing.
    if !is_snapshot_name(&said.snapshot) || said.files == 0 || !is_bounded {
        return Err(Refusal::Unreadable(FORM_TOLD));
    }
    let store = &visit.vault.inner.store;
    let tenants = std::slice::from_ref(&visit.repository.tenant);
    let mut tx = store.begin(tenants, &Actor::Platform, visit.at).await?;
    match verdicts::prove(&mut tx, &visit.repository, &said, &visit.credential).await {
        Ok(Said::Known) => return Ok(()),
        Ok(Said::Counts) => {}
        Err(error) => return Err(unheard(error)),
    }
    tx.commit().await?;
    Ok(())
}

/// What an inspector sent.
async fn heard<T: DeserializeOwned>(visit: &Visit, body: Body) -> Result<T, Refusal> {
    if visit.kind != CredentialKind::Inspector {
        return Err(visit.tampered("verdict", SERVER_TOLD).await);
    }
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
    let body = body.map_err(|_| Refusal::TooLarge)?.to_bytes();
    serde_json::from_slice(&body).map_err(|_| Refusal::Unreadable(FORM_TOLD))
}

fn unheard(error: Error) -> Refusal {
    match error {
        Error::Absent { .. } => Refusal::NotFound,
        Error::Refused { .. } => Refusal::Known(KNOWN_TOLD),
        error => error.into(),
    }
}
