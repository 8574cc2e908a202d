//! What is said of each backup, and which came back in a test.
//!
//! Rules:
//! - Nothing is said of a backup that the vault did not receive.
//! - What counts beside what stands already is [`weigh`]'s to say: an inspector can only lower it,
//!   a person can say anything. Who said what before stands in the journal.
//! - Reasons are codes and numbers; no path and no name is kept.

use beffroi_town::{
    Instant, RepositoryId,
    vault::{
        ObjectKind,
        verdict::{
            Judgement, Proof, ProofKind, Reason, Received, Saying, Verdict, is_snapshot_name, weigh,
        },
    },
};
use serde_json::json;

use super::{Repository, objects};
use crate::{
    Error, Result, TenantScope, Tx,
    db::{Conn, Row, args, column_int, json_text},
    sql::sqls,
};

macro_rules! of_repository {
    ($table:literal) => {
        concat!(
            "FROM ",
            $table,
            " WHERE repository IN (SELECT id FROM vault_repository WHERE tenant = $1) AND repository = $2 "
        )
    };
}

macro_rules! verdict_columns {
    () => {
        "SELECT snapshot, verdict, reasons, credential, judged_at "
    };
}

macro_rules! proof_columns {
    () => {
        "SELECT snapshot, kind, files, bytes, bytes_a_second, whole_bytes, proven_at "
    };
}

sqls! { "vault_verdicts":
    SAY = "INSERT INTO vault_verdict (repository, snapshot, verdict, reasons, credential, judged_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (repository, snapshot) DO UPDATE SET verdict = $3, reasons = $4, credential = $5, judged_at = $6";
    OF = concat!(verdict_columns!(), of_repository!("vault_verdict"), "ORDER BY judged_at, snapshot");
    ONE = concat!(verdict_columns!(), of_repository!("vault_verdict"), "AND snapshot = $3");
    RECEIVED = "SELECT o.name, o.received_at, v.verdict, v.reasons FROM vault_object o
        LEFT JOIN vault_verdict v ON v.repository = o.repository AND v.snapshot = o.name
        WHERE o.repository IN (SELECT id FROM vault_repository WHERE tenant = $1) AND o.repository = $2 AND o.kind = 'snapshots' AND o.thinning IS NULL
        ORDER BY o.received_at DESC, o.name DESC LIMIT $3";
    PROVE = "INSERT INTO vault_proof (id, repository, snapshot, kind, files, bytes, bytes_a_second, whole_bytes, credential, proven_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    PROOFS = concat!(proof_columns!(), of_repository!("vault_proof"), "ORDER BY proven_at DESC, id DESC LIMIT $3");
}

const NOUN: &str = "repository";
/// The same test restore is told again after a lost answer; nobody makes one so often.
const PROOF_AGAIN_MS: i64 = 10 * 60_000;
/// How many snapshots an inspector is told of: hourly for more than two years.
pub const RECEIVED_MAX: u32 = 20_000;

/// What is said of one backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The snapshot's name.
    pub snapshot: String,
    /// What is said.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The inspector's credential; none: a person said it.
    pub credential: Option<String>,
    /// When.
    pub judged_at: Instant,
}

/// A test restore in which every file came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// What came back, and how fast.
    pub proof: Proof,
    /// When.
    pub proven_at: Instant,
}

/// What came of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It stands now.
    Counts,
    /// It stood already: nothing was written, so there is nothing to commit.
    Known,
}

fn judged(row: &Row) -> Result<Judged> {
    Ok(Judged {
        snapshot: row.text("snapshot")?,
        verdict: row.parsed("verdict", Verdict::from_code)?,
        reasons: row.json("reasons")?,
        credential: row.opt_text("credential")?,
        judged_at: row.instant("judged_at")?,
    })
}

fn received(row: &Row) -> Result<Received> {
    Ok(Received {
        snapshot: row.text("name")?,
        received_at: row.instant("received_at")?,
        verdict: row.opt_parsed("verdict", Verdict::from_code)?,
        reasons: row.opt_json("reasons")?.unwrap_or_default(),
    })
}

fn proven(row: &Row) -> Result<Proven> {
    Ok(Proven {
        proof: Proof {
            snapshot: row.text("snapshot")?,
            kind: row.parsed("kind", ProofKind::from_code)?,
            files: row.number("files")?,
            bytes: row.number("bytes")?,
            bytes_a_second: row.number("bytes_a_second")?,
            whole_bytes: row.number("whole_bytes")?,
        },
        proven_at: row.instant("proven_at")?,
    })
}

/// What is said of the backups of a repository, in the order in which it was said.
pub async fn of(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
) -> Result<Vec<Judged>> {
    conn.all(OF, args![scope.tenant(), repository]).await?.iter().map(judged).collect()
}

/// The snapshots that came and what is said of each, newest first, at most `limit`.
pub async fn standing(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
    limit: u32,
) -> Result<Vec<Received>> {
    let args = args![scope.tenant(), repository, limit.min(RECEIVED_MAX)];
    conn.all(RECEIVED, args).await?.iter().map(received).collect()
}

/// The newest test restores of a repository, newest first.
pub async fn proofs(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
    limit: u32,
) -> Result<Vec<Proven>> {
    let args = args![scope.tenant(), repository, limit];
    conn.all(PROOFS, args).await?.iter().map(proven).collect()
}

/// Writes down what is said of a backup: by an inspector's credential, or by a person.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] for a snapshot that was never received;
/// [`Error::Refused`] for a verdict that would raise trust, or go against a person's.
pub async fn say(
    tx: &mut Tx,
    repository: &Repository,
    judgement: &Judgement,
    credential: Option<&str>,
) -> Result<Said> {
    tx.covers("judge a backup", [&repository.tenant])?;
    let snapshot = judgement.snapshot.as_str();
    let scope = check_received(tx, repository, snapshot).await?;
    let row = tx.conn().one(ONE, args![scope.tenant(), &repository.id, snapshot]).await?;
    let known = row.as_ref().map(judged).transpose()?;
    let stands = known.map(|one| (one.verdict, one.credential.is_none()));
    match weigh(stands, judgement.verdict, credential.is_none()) {
        Saying::Same => return Ok(Said::Known),
        Saying::Refused => {
            let why = "is judged more gravely, or by a person: only a person can say otherwise, \
                       with 'beffroi vault judge'";
            return Err(Error::refused("snapshot", snapshot, why));
        }
        Saying::Counts => {}
    }
    let at = tx.at();
    let reasons = json_text("reasons", &judgement.reasons)?;
    let args = args![&repository.id, snapshot, judgement.verdict.code(), reasons, credential, at];
    tx.conn().run(SAY, args).await?;
    let body = json!({
        "repository": repository.id,
        "server": repository.server,
        "snapshot": snapshot,
        "verdict": judgement.verdict,
        "reasons": judgement.reasons,
        "credential": credential,
    });
    tx.tell([&repository.tenant], NOUN, "vault_backup_judged", body).await?;
    Ok(Said::Counts)
}

/// Writes down that a test restore brought every file back; [`Said::Known`] when the same snapshot
/// was proven moments ago.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] for a snapshot that was never received.
pub async fn prove(
    tx: &mut Tx,
    repository: &Repository,
    proof: &Proof,
    credential: &str,
) -> Result<Said> {
    tx.covers("prove a backup", [&repository.tenant])?;
    let scope = check_received(tx, repository, &proof.snapshot).await?;
    let at = tx.at();
    let last = proofs(tx.conn(), &scope, &repository.id, 1).await?;
    let again = |one: &Proven| {
        one.proof.snapshot == proof.snapshot && at.ms_since(one.proven_at) < PROOF_AGAIN_MS
    };
    if last.first().is_some_and(again) {
        return Ok(Said::Known);
    }
    let id = tx.new_id();
    let args = args![
        id.as_str(),
        &repository.id,
        proof.snapshot.as_str(),
        proof.kind.code(),
        column_int(proof.files),
        column_int(proof.bytes),
        column_int(proof.bytes_a_second),
        column_int(proof.whole_bytes),
        credential,
        at,
    ];
    tx.conn().run(PROVE, args).await?;
    let body = json!({
        "repository": repository.id,
        "server": repository.server,
        "snapshot": proof.snapshot,
        "kind": proof.kind,
        "files": column_int(proof.files),
        "bytes": column_int(proof.bytes),
        "bytes_a_second": column_int(proof.bytes_a_second),
        "credential": credential,
    });
    tx.tell([&repository.tenant], NOUN, "vault_backup_proven", body).await?;
    Ok(Said::Counts)
}

/// The scope to read in, once it is sure that the vault received that snapshot.
async fn check_received(
    tx: &mut Tx,
    repository: &Repository,
    snapshot: &str,
) -> Result<TenantScope> {
    let scope = TenantScope::for_tenant(&repository.tenant);
    let object = (ObjectKind::Snapshots, snapshot);
    let is_there = is_snapshot_name(snapshot)
        && objects::get(tx.conn(), &scope, &repository.id, object).await?.is_some();
    if is_there { Ok(scope) } else { Err(Error::absent("snapshot", snapshot)) }
}
