//! Thinnings: proposed by a keeper, agreed to by two people, carried out, undone or made final.
//!
//! Rules:
//! - A repository has one thinning under way. Its plan never changes: another plan is another
//!   thinning.
//! - Who agrees is looked at in the same commit: one account of the tenant and one of the operator,
//!   neither changed of late.
//! - Each step is one commit that names the step before: of two who take it at once one does.

use beffroi_town::{
    AccountId, Instant, RepositoryId, TenantId,
    vault::thinning::{Approver, Checked, NoConsent, Plan, Side, Step},
};
use serde_json::json;

use super::{Repository, objects};
use crate::{
    Error, OperatorScope, Result, TenantScope, Tx, accounts,
    db::{Conn, Row, args, column_int},
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT id, repository, credential, plan_hash, snapshots, first_at, last_at, objects, bytes, step, proposed_at, tenant_account, operator_account, due_at, moved_at, over_at FROM vault_thinning "
    };
}

macro_rules! own {
    () => {
        "repository IN (SELECT id FROM vault_repository WHERE tenant = $1) "
    };
}

sqls! { "vault_thinnings":
    PROPOSE = "INSERT INTO vault_thinning (id, repository, credential, plan_hash, snapshots, objects, bytes, step, proposed_at, first_at, last_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8, $9, $10)";
    LIST = concat!(columns!(), "WHERE ", own!(), "ORDER BY proposed_at DESC, id DESC LIMIT $2");
    GET = concat!(columns!(), "WHERE ", own!(), "AND id = $2");
    STANDING = concat!(columns!(), "WHERE ", own!(), "AND repository = $2 AND step NOT IN ('undone', 'emptied', 'cancelled')");
    OPEN = concat!(columns!(), "WHERE step NOT IN ('undone', 'emptied', 'cancelled') ORDER BY proposed_at, id");
    AGREE_TENANT = concat!("UPDATE vault_thinning SET tenant_account = $3 WHERE ", own!(), "AND id = $2 AND step = 'proposed' AND tenant_account IS NULL");
    AGREE_OPERATOR = concat!("UPDATE vault_thinning SET operator_account = $3 WHERE ", own!(), "AND id = $2 AND step = 'proposed' AND operator_account IS NULL");
    AGREED = concat!("UPDATE vault_thinning SET step = 'agreed', due_at = $3 WHERE ", own!(), "AND id = $2 AND step = 'proposed'
        AND tenant_account IS NOT NULL AND operator_account IS NOT NULL");
    STEP = concat!("UPDATE vault_thinning SET step = $4, moved_at = COALESCE($5, moved_at), over_at = COALESCE($6, over_at)
        WHERE ", own!(), "AND id = $2 AND step = $3");
    CHECKED = "INSERT INTO vault_check (id, repository, credential, snapshots, read_data, faults, checked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    CHECKS = concat!("SELECT credential, snapshots, read_data, faults, checked_at FROM vault_check WHERE ", own!(),
        "AND repository = $2 ORDER BY checked_at DESC, id DESC LIMIT $3");
}

const NOUN: &str = "thinning";

/// A thinning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thinning {
    /// Its identifier.
    pub id: String,
    /// Of which repository.
    pub repository: RepositoryId,
    /// The keeper's credential that proposed it.
    pub credential: String,
    /// SHA-256 of its plan, in hexadecimal.
    pub plan_hash: String,
    /// How many snapshots it drops.
    pub snapshots: u64,
    /// When the first and the last of them were received.
    pub span: Option<(Instant, Instant)>,
    /// How many objects, the snapshots included.
    pub objects: u64,
    /// How much they count against the quota.
    pub bytes: u64,
    /// How far it has come.
    pub step: Step,
    /// When it was proposed.
    pub proposed_at: Instant,
    /// Who agreed for the tenant.
    pub tenant_account: Option<AccountId>,
    /// Who agreed for the operator.
    pub operator_account: Option<AccountId>,
    /// From when on it may be carried out.
    pub due_at: Option<Instant>,
    /// When everything was in the trash.
    pub moved_at: Option<Instant>,
    /// When it was over.
    pub over_at: Option<Instant>,
}

/// What a thinning is proposed with.
#[derive(Clone, Debug)]
pub struct NewThinning<'n> {
    /// The keeper's credential.
    pub credential: &'n str,
    /// SHA-256 of its plan, in hexadecimal.
    pub plan_hash: &'n str,
    /// How many snapshots it drops.
    pub snapshots: usize,
    /// When the first and the last of them were received.
    pub span: Option<(Instant, Instant)>,
    /// How many objects, the snapshots included.
    pub objects: usize,
    /// How much they count against the quota.
    pub bytes: u64,
}

/// What came of somebody's wish to agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// It counts: what step it is at now.
    Counts(Step),
    /// This account cannot.
    No(NoConsent),
    /// It is another plan than was shown, or no longer waits for anybody.
    Changed,
}

/// What somebody with a key found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The credential that told of it.
    pub credential: String,
    /// How many snapshots were looked through.
    pub snapshots: u64,
    /// Whether every content was read.
    pub read_data: bool,
    /// How many things are damaged or missing.
    pub faults: u64,
    /// When.
    pub checked_at: Instant,
}

fn thinning(row: &Row) -> Result<Thinning> {
    Ok(Thinning {
        id: row.text("id")?,
        repository: row.id("repository")?,
        credential: row.text("credential")?,
        plan_hash: row.text("plan_hash")?,
        snapshots: row.number("snapshots")?,
        span: row.opt_instant("first_at")?.zip(row.opt_instant("last_at")?),
        objects: row.number("objects")?,
        bytes: row.number("bytes")?,
        step: row.parsed("step", Step::from_code)?,
        proposed_at: row.instant("proposed_at")?,
        tenant_account: row.opt_id("tenant_account")?,
        operator_account: row.opt_id("operator_account")?,
        due_at: row.opt_instant("due_at")?,
        moved_at: row.opt_instant("moved_at")?,
        over_at: row.opt_instant("over_at")?,
    })
}

fn check(row: &Row) -> Result<Check> {
    Ok(Check {
        credential: row.text("credential")?,
        snapshots: row.number("snapshots")?,
        read_data: row.flag("read_data")?,
        faults: row.number("faults")?,
        checked_at: row.instant("checked_at")?,
    })
}

/// The tenant's thinnings, newest first.
pub async fn list(conn: &mut Conn, scope: &TenantScope, limit: u32) -> Result<Vec<Thinning>> {
    conn.all(LIST, args![scope.tenant(), limit]).await?.iter().map(thinning).collect()
}

/// One thinning of the tenant.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &str) -> Result<Option<Thinning>> {
    conn.one(GET, args![scope.tenant(), id]).await?.as_ref().map(thinning).transpose()
}

/// Those of a repository that are not over: one under way, and what lies in the trash.
pub async fn standing(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
) -> Result<Vec<Thinning>> {
    conn.all(STANDING, args![scope.tenant(), repository]).await?.iter().map(thinning).collect()
}

/// Those of every tenant that are not over, oldest first.
pub async fn open(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<Thinning>> {
    conn.all(OPEN, &[]).await?.iter().map(thinning).collect()
}

/// What was found in a repository, newest first.
pub async fn checks(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
    limit: u32,
) -> Result<Vec<Check>> {
    conn.all(CHECKS, args![scope.tenant(), repository, limit]).await?.iter().map(check).collect()
}

/// Writes a proposal down; its identifier.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Refused`] when one is under way.
pub async fn propose(
    tx: &mut Tx,
    repository: &Repository,
    new: &NewThinning<'_>,
) -> Result<String> {
    let tenant = &repository.tenant;
    tx.covers("propose a thinning", [tenant])?;
    let scope = TenantScope::for_tenant(tenant);
    let standing = standing(tx.conn(), &scope, &repository.id).await?;
    if standing.iter().any(|one| one.step != Step::Trashed) {
        let why = "has one under way: cancel it in the console, or let it end";
        return Err(Error::refused(NOUN, &repository.server, why));
    }
    let (id, at) = (tx.new_id(), tx.at());
    let (snapshots, objects) = (column_int(new.snapshots as u64), column_int(new.objects as u64));
    let args = args![
        id.as_str(),
        &repository.id,
        new.credential,
        new.plan_hash,
        snapshots,
        objects,
        column_int(new.bytes),
        at,
        new.span.map(|(first, _)| first),
        new.span.map(|(_, last)| last),
    ];
    tx.conn().run(PROPOSE, args).await?;
    let body = json!({
        "repository": repository.id,
        "server": repository.server,
        "thinning": id,
        "credential": new.credential,
        "plan": new.plan_hash,
        "snapshots": snapshots,
        "objects": objects,
        "bytes": column_int(new.bytes),
    });
    tx.tell([tenant], NOUN, "vault_thinning_proposed", body).await?;
    Ok(id)
}

/// Somebody agrees to a plan, which is named by its hash: what was shown is what is agreed to. When
/// both have, it waits for `wait_ms`.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] for the thinning or the account.
pub async fn agree(
    tx: &mut Tx,
    repository: &Repository,
    (id, plan_hash): (&str, &str),
    (home, account): (&TenantId, &AccountId),
    wait_ms: i64,
) -> Result<Agreement> {
    let (tenant, at) = (&repository.tenant, tx.at());
    tx.covers("agree to a thinning", [tenant])?;
    let found = held(tx, tenant, id).await?;
    if found.plan_hash != plan_hash || found.step != Step::Proposed {
        return Ok(Agreement::Changed);
    }
    let who = accounts::get(tx.conn(), &TenantScope::for_tenant(home), account).await?;
    let who = who.filter(|one| one.disabled_at.is_none());
    let who = who.ok_or_else(|| Error::absent("account", account))?;
    let approver = Approver {
        account: &who.id,
        tenant: &who.tenant,
        role: who.role,
        settled_since: who.settled_since(),
    };
    let given = [found.tenant_account.as_ref(), found.operator_account.as_ref()];
    let side = match approver.side(tenant, given, at) {
        Ok(side) => side,
        Err(no) => return Ok(Agreement::No(no)),
    };
    let write = match side {
        Side::Tenant => AGREE_TENANT,
        Side::Operator => AGREE_OPERATOR,
    };
    if tx.conn().run(write, args![tenant, id, account]).await? == 0 {
        return Ok(Agreement::Changed);
    }
    let due_at = at.plus_ms(wait_ms);
    let both = tx.conn().run(AGREED, args![tenant, id, due_at]).await? > 0;
    let step = if both { Step::Agreed } else { Step::Proposed };
    let body = json!({
        "repository": repository.id,
        "server": repository.server,
        "thinning": id,
        "plan": plan_hash,
        "side": side,
        "account": account,
        "due_at": both.then_some(due_at),
    });
    tx.tell([tenant], NOUN, "vault_thinning_agreed", body).await?;
    Ok(Agreement::Counts(step))
}

/// Takes a thinning from one step to the next.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`]; [`Error::Refused`] when it is not at that step.
async fn step(
    tx: &mut Tx,
    repository: &Repository,
    id: &str,
    (from, to): (Step, Step),
    kind: &'static str,
) -> Result<()> {
    let (tenant, at) = (&repository.tenant, tx.at());
    let moved_at = (to == Step::Trashed).then_some(at);
    let over_at = to.is_over().then_some(at);
    let args = args![tenant, id, from.code(), to.code(), moved_at, over_at];
    if tx.conn().run(STEP, args).await? == 0 {
        held(tx, tenant, id).await?;
        return Err(Error::refused(NOUN, id, "is at another step by now: look again"));
    }
    let body = json!({ "repository": repository.id, "server": repository.server, "thinning": id });
    tx.tell([tenant], NOUN, kind, body).await
}

/// Calls a thinning off before anything was moved.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`]; [`Error::Refused`] once it is carried out.
pub async fn cancel(tx: &mut Tx, repository: &Repository, id: &str) -> Result<()> {
    tx.covers("cancel a thinning", [&repository.tenant])?;
    let found = held(tx, &repository.tenant, id).await?;
    if !found.step.may_cancel() {
        let why = "cannot be cancelled any more; what lies in the trash can be put back";
        return Err(Error::refused(NOUN, id, why));
    }
    step(tx, repository, id, (found.step, Step::Cancelled), "vault_thinning_cancelled").await
}

/// Begins to carry a thinning out: its objects are on their way to the trash from now on.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`]; [`Error::Refused`] before its time.
pub async fn begin(tx: &mut Tx, repository: &Repository, id: &str, plan: &Plan) -> Result<()> {
    tx.covers("carry out a thinning", [&repository.tenant])?;
    let found = held(tx, &repository.tenant, id).await?;
    if found.step != Step::Agreed || found.due_at.is_none_or(|due_at| tx.at() < due_at) {
        return Err(Error::refused(NOUN, id, "may not be carried out yet"));
    }
    step(tx, repository, id, (Step::Agreed, Step::Moving), "vault_thinning_begun").await?;
    objects::trash(tx, &repository.id, id, plan).await
}

/// Everything is in the trash.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`]; [`Error::Refused`] at another step.
pub async fn trashed(tx: &mut Tx, repository: &Repository, id: &str) -> Result<()> {
    tx.covers("carry out a thinning", [&repository.tenant])?;
    step(tx, repository, id, (Step::Moving, Step::Trashed), "vault_thinning_trashed").await
}

/// Begins to put everything back.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`]; [`Error::Refused`] when nothing was moved, or it is
/// gone for good.
pub async fn undo(tx: &mut Tx, repository: &Repository, id: &str) -> Result<()> {
    tx.covers("undo a thinning", [&repository.tenant])?;
    let found = held(tx, &repository.tenant, id).await?;
    let scope = TenantScope::for_tenant(&repository.tenant);
    let others = standing(tx.conn(), &scope, &found.repository).await?;
    let is_later = |one: &Thinning| !one.step.may_cancel() && one.proposed_at > found.proposed_at;
    if others.iter().any(is_later) {
        // What the later one dropped may be what this one would bring back into use.
        return Err(Error::refused(
            NOUN,
            id,
            "is not the newest in the trash: undo that one first",
        ));
    }
    match found.step {
        Step::Undoing => Err(Error::refused(NOUN, id, "is being put back already")),
        from if from.may_undo() => {
            step(tx, repository, id, (from, Step::Undoing), "vault_thinning_undone").await
        }
        _ => Err(Error::refused(NOUN, id, "has nothing in the trash that could be put back")),
    }
}

/// Everything was put back.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`]; [`Error::Refused`] at another step.
pub async fn restored(tx: &mut Tx, repository: &Repository, id: &str) -> Result<()> {
    tx.covers("undo a thinning", [&repository.tenant])?;
    objects::untrash(tx, &repository.id, id).await?;
    step(tx, repository, id, (Step::Undoing, Step::Undone), "vault_thinning_restored").await
}

/// Begins to empty the trash for good.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`]; [`Error::Refused`] at another step.
pub async fn empty(tx: &mut Tx, repository: &Repository, id: &str) -> Result<()> {
    tx.covers("empty the trash", [&repository.tenant])?;
    step(tx, repository, id, (Step::Trashed, Step::Emptying), "vault_trash_emptying").await
}

/// Nothing is left of it; how much that counted against the quota.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`]; [`Error::Refused`] at another step.
pub async fn emptied(tx: &mut Tx, repository: &Repository, id: &str) -> Result<u64> {
    tx.covers("empty the trash", [&repository.tenant])?;
    let bytes = objects::forget(tx, &repository.id, id).await?;
    step(tx, repository, id, (Step::Emptying, Step::Emptied), "vault_trash_emptied").await?;
    Ok(bytes)
}

/// Writes down what somebody with a key found.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn checked(
    tx: &mut Tx,
    repository: &Repository,
    credential: &str,
    found: &Checked,
) -> Result<()> {
    tx.covers("write down a check", [&repository.tenant])?;
    let (id, at) = (tx.new_id(), tx.at());
    let snapshots = column_int(found.snapshots.len() as u64);
    let faults = column_int(found.faults);
    let args = args![id, &repository.id, credential, snapshots, found.read_data, faults, at];
    tx.conn().run(CHECKED, args).await?;
    let body = json!({
        "repository": repository.id,
        "server": repository.server,
        "credential": credential,
        "snapshots": snapshots,
        "read_data": found.read_data,
        "faults": faults,
    });
    tx.tell([&repository.tenant], NOUN, "vault_checked", body).await
}

async fn held(tx: &mut Tx, tenant: &TenantId, id: &str) -> Result<Thinning> {
    let found = get(tx.conn(), &TenantScope::for_tenant(tenant), id).await?;
    found.ok_or_else(|| Error::absent(NOUN, id))
}
