//! Requests of residents, online and on paper in one table.
//!
//! Rules: what was written, attachments and answers come here sealed; codes, times and states are in
//! the clear, so that the queue is sorted without a key. The same form sent twice is one request.
//! What is erased leaves a count in the journal and nothing else.

use beffroi_town::{
    AccountId, Instant, Lang, ProcedureId, RequestId, TenantId,
    procedure::{KeptFrom, KeyGroup, Silence},
    request::{RequestState, RequestWay},
};
use serde_json::json;

use crate::{
    Error, OperatorScope, Result, TenantScope, Tx, accounts,
    db::{Conn, Row, args, column_int},
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT id, tenant, reference, procedure_code, version, key_group, urgent, way, lang, copy_code,
            track_recipient, asked_at, received_at, state, taken_by, answer_for, due_at, silence, decided_at,
            kept_months, kept_from, visa, erase_at, visa_at,
            (SELECT COUNT(*) FROM desk_file WHERE request = desk_request.id) AS files
        FROM desk_request "
    };
}

sqls! { "requests":
    INSERT = "INSERT INTO desk_request (id, tenant, reference, procedure_code, version, key_group, urgent, way, lang,
            copy_code, sent_hash, track_hash, track_recipient, track_wrap, body, asked_at, received_at, state, due_at,
            silence, kept_months, kept_from, visa)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
        ON CONFLICT DO NOTHING";
    FILE = "INSERT INTO desk_file (request, number, bytes, body) VALUES ($1, $2, $3, $4)";
    LIST = concat!(columns!(), "WHERE tenant = $1 AND state IN ('new', 'taken')
        ORDER BY urgent DESC, COALESCE(due_at, 9000000000000000), asked_at, id LIMIT $2");
    OVER = concat!(columns!(), "WHERE tenant = $1 AND state NOT IN ('new', 'taken') ORDER BY decided_at DESC, id LIMIT $2");
    GET = concat!(columns!(), "WHERE tenant = $1 AND id = $2");
    BY_REFERENCE = concat!(columns!(), "WHERE tenant = $1 AND reference = $2");
    BY_SENT = concat!(columns!(), "WHERE tenant = $1 AND sent_hash = $2");
    BY_COPY = concat!(columns!(), "WHERE tenant = $1 AND copy_code = $2 ORDER BY received_at LIMIT 20");
    TRACKED = "SELECT id, track_wrap FROM desk_request WHERE tenant = $1 AND reference = $2 AND track_hash = $3";
    BODY = "SELECT body, answer FROM desk_request WHERE tenant = $1 AND id = $2";
    FILE_BODY = "SELECT body FROM desk_file WHERE number = $3
        AND request = (SELECT id FROM desk_request WHERE tenant = $1 AND id = $2)";
    TAKE = "UPDATE desk_request SET state = 'taken', taken_by = $3 WHERE tenant = $1 AND id = $2 AND state IN ('new', 'taken')";
    DECIDE = "UPDATE desk_request SET state = $3, answer = $4, answer_for = $5, decided_at = $6, erase_at = $7
        WHERE tenant = $1 AND id = $2 AND state IN ('new', 'taken')";
    MOVE = "UPDATE desk_request SET key_group = $3, body = $4, state = 'new', taken_by = NULL
        WHERE tenant = $1 AND id = $2 AND state IN ('new', 'taken')";
    MOVE_FILE = "UPDATE desk_file SET body = $3 WHERE request = $1 AND number = $2";
    VISA = "UPDATE desk_request SET visa_at = $3 WHERE tenant = $1 AND id = $2 AND visa = 1 AND visa_at IS NULL AND erase_at <= $3";
    EXPIRED = "SELECT tenant, id FROM desk_request WHERE erase_at <= $1 AND (visa = 0 OR visa_at IS NOT NULL) ORDER BY erase_at LIMIT 500";
    AWAIT_VISA = concat!(columns!(), "WHERE tenant = $1 AND erase_at <= $2 AND visa = 1 AND visa_at IS NULL ORDER BY erase_at, id LIMIT 500");
    ERASE_FILES = "DELETE FROM desk_file WHERE request = (SELECT id FROM desk_request WHERE tenant = $1 AND id = $2)";
    ERASE = "DELETE FROM desk_request WHERE tenant = $1 AND id = $2 AND erase_at <= $3 AND (visa = 0 OR visa_at IS NOT NULL)";
}

const NOUN: &str = "request";
const SENT_PURPOSE: &str = "desk request sent";
const TRACK_PURPOSE: &str = "desk request tracking";

/// A request as the queue knows it: nothing of what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its identifier.
    pub id: RequestId,
    /// Of which tenant.
    pub tenant: TenantId,
    /// What people call it by.
    pub reference: String,
    /// Which procedure.
    pub procedure: ProcedureId,
    /// Which edition of it.
    pub version: u32,
    /// Whose staff read it.
    pub group: KeyGroup,
    /// Whether it goes before what can wait.
    pub urgent: bool,
    /// By which way it came.
    pub way: RequestWay,
    /// In which language it was asked.
    pub lang: Lang,
    /// The code of the paper copy it was typed in from.
    pub copy_code: Option<String>,
    /// For whom answers are sealed besides the group.
    pub track_recipient: Option<String>,
    /// When it was asked: on paper, the day that stands there.
    pub asked_at: Instant,
    /// When it came to this counter.
    pub received_at: Instant,
    /// What becomes of it.
    pub state: RequestState,
    /// Who has it in hand.
    pub taken_by: Option<AccountId>,
    /// The answer, sealed for whoever asked.
    pub answer_for: Option<String>,
    /// When the time that the law counts is over.
    pub due_at: Option<Instant>,
    /// What silence means then.
    pub silence: Option<Silence>,
    /// When it was answered or closed.
    pub decided_at: Option<Instant>,
    /// How long it is kept.
    pub kept_months: u32,
    /// From when on.
    pub kept_from: KeptFrom,
    /// Whether the archivist must agree before it is erased.
    pub visa: bool,
    /// When it may be erased.
    pub erase_at: Option<Instant>,
    /// When the archivist agreed.
    pub visa_at: Option<Instant>,
    /// How many attachments it has.
    pub files: u32,
}

/// What lets a resident follow a request without an account.
#[derive(Clone, Copy, Debug)]
pub struct Tracking<'a> {
    /// The code; a keyed hash of it is kept.
    pub code: &'a str,
    /// For whom answers are sealed.
    pub recipient: &'a str,
    /// What opens them, wrapped under the code.
    pub wrapped: &'a str,
}

/// A request that comes in.
#[derive(Clone, Debug)]
pub struct NewRequest<'a> {
    /// Everything that the queue shows; state, answer and times of deciding are not looked at.
    pub request: &'a Request,
    /// What tells the same form sent again; a keyed hash of it is kept.
    pub sent: Option<&'a str>,
    /// What lets the resident follow it.
    pub tracking: Option<Tracking<'a>>,
    /// What was written, sealed for the group.
    pub body: &'a str,
    /// What came with it, sealed for the group, and how large each was.
    pub files: &'a [(u64, String)],
}

fn lang(tag: &str) -> Option<Lang> {
    Lang::ALL.into_iter().find(|lang| lang.tag() == tag)
}

fn request(row: &Row) -> Result<Request> {
    Ok(Request {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        reference: row.text("reference")?,
        procedure: row.id("procedure_code")?,
        version: row.count("version")?,
        group: row.parsed("key_group", KeyGroup::from_code)?,
        urgent: row.flag("urgent")?,
        way: row.parsed("way", RequestWay::from_code)?,
        lang: row.parsed("lang", lang)?,
        copy_code: row.opt_text("copy_code")?,
        track_recipient: row.opt_text("track_recipient")?,
        asked_at: row.instant("asked_at")?,
        received_at: row.instant("received_at")?,
        state: row.parsed("state", RequestState::from_code)?,
        taken_by: row.opt_id("taken_by")?,
        answer_for: row.opt_text("answer_for")?,
        due_at: row.opt_instant("due_at")?,
        silence: row.opt_parsed("silence", Silence::from_code)?,
        decided_at: row.opt_instant("decided_at")?,
        kept_months: row.count("kept_months")?,
        kept_from: row.parsed("kept_from", KeptFrom::from_code)?,
        visa: row.flag("visa")?,
        erase_at: row.opt_instant("erase_at")?,
        visa_at: row.opt_instant("visa_at")?,
        files: row.count("files")?,
    })
}

fn all(rows: &[Row]) -> Result<Vec<Request>> {
    rows.iter().map(request).collect()
}

/// Those that wait: urgent first, then those whose time the law counts, then the oldest.
pub async fn open(conn: &mut Conn, scope: &TenantScope, limit: u32) -> Result<Vec<Request>> {
    all(&conn.all(LIST, args![scope.tenant(), limit]).await?)
}

/// Those that are over, the newest first.
pub async fn over(conn: &mut Conn, scope: &TenantScope, limit: u32) -> Result<Vec<Request>> {
    all(&conn.all(OVER, args![scope.tenant(), limit]).await?)
}

/// One request.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &RequestId) -> Result<Option<Request>> {
    conn.one(GET, args![scope.tenant(), id]).await?.as_ref().map(request).transpose()
}

/// One request by what people call it.
pub async fn by_reference(
    conn: &mut Conn,
    scope: &TenantScope,
    reference: &str,
) -> Result<Option<Request>> {
    let row = conn.one(BY_REFERENCE, args![scope.tenant(), reference]).await?;
    row.as_ref().map(request).transpose()
}

/// The request that a form became, if it was sent.
pub async fn by_sent(conn: &mut Conn, scope: &TenantScope, sent: &str) -> Result<Option<Request>> {
    let hash = conn.keys().secret_hash(SENT_PURPOSE, sent)?;
    let row = conn.one(BY_SENT, args![scope.tenant(), hash]).await?;
    row.as_ref().map(request).transpose()
}

/// The requests that were typed in from one paper copy.
pub async fn by_copy(conn: &mut Conn, scope: &TenantScope, code: &str) -> Result<Vec<Request>> {
    all(&conn.all(BY_COPY, args![scope.tenant(), code]).await?)
}

/// The request of a reference and a tracking code, and what opens its answer wrapped under the code.
pub async fn tracked(
    conn: &mut Conn,
    scope: &TenantScope,
    (reference, code): (&str, &str),
) -> Result<Option<(Request, String)>> {
    let hash = conn.keys().secret_hash(TRACK_PURPOSE, code)?;
    let row = conn.one(TRACKED, args![scope.tenant(), reference, hash]).await?;
    let Some(row) = row else { return Ok(None) };
    let (id, wrapped): (RequestId, _) = (row.id("id")?, row.text("track_wrap")?);
    Ok(get(conn, scope, &id).await?.map(|request| (request, wrapped)))
}

/// What was written and what was answered, sealed for the group.
pub async fn body(
    conn: &mut Conn,
    scope: &TenantScope,
    id: &RequestId,
) -> Result<Option<(String, Option<String>)>> {
    let row = conn.one(BODY, args![scope.tenant(), id]).await?;
    row.map(|row| Ok((row.text("body")?, row.opt_text("answer")?))).transpose()
}

/// An attachment, sealed for the group.
pub async fn file(
    conn: &mut Conn,
    scope: &TenantScope,
    (id, number): (&RequestId, u32),
) -> Result<Option<String>> {
    let row = conn.one(FILE_BODY, args![scope.tenant(), id, number]).await?;
    row.map(|row| row.text("body")).transpose()
}

/// Takes a request in. `false`: the same form was sent already, and nothing was written.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn add(tx: &mut Tx, new: &NewRequest<'_>) -> Result<bool> {
    let one = new.request;
    tx.covers("take a request in", [&one.tenant])?;
    let keys = tx.conn().keys();
    let sent = new.sent.map(|sent| keys.secret_hash(SENT_PURPOSE, sent)).transpose()?;
    let track = new.tracking.map(|one| keys.secret_hash(TRACK_PURPOSE, one.code)).transpose()?;
    let args = args![
        &one.id,
        &one.tenant,
        one.reference.as_str(),
        one.procedure.as_str(),
        one.version,
        one.group.code(),
        one.urgent,
        one.way.code(),
        one.lang.tag(),
        one.copy_code.as_deref(),
        sent,
        track,
        new.tracking.map(|one| one.recipient),
        new.tracking.map(|one| one.wrapped),
        new.body,
        one.asked_at,
        one.received_at,
        RequestState::New.code(),
        one.due_at,
        one.silence.map(Silence::code),
        one.kept_months,
        one.kept_from.code(),
        one.visa,
    ];
    if tx.conn().run(INSERT, args).await? == 0 {
        return Ok(false);
    }
    for ((bytes, body), number) in new.files.iter().zip(1_u32..) {
        let args = args![&one.id, number, column_int(*bytes), body.as_str()];
        tx.conn().run(FILE, args).await?;
    }
    let body = json!({
        "request": one.id, "procedure": one.procedure, "way": one.way.code(),
        "files": new.files.len(), "urgent": one.urgent,
    });
    tx.tell([&one.tenant], NOUN, "request_received", body).await?;
    Ok(true)
}

/// Somebody has it in hand from now on.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] also for what is over.
pub async fn take(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &RequestId,
    account: &AccountId,
) -> Result<()> {
    tx.covers("take a request", [tenant])?;
    let scope = TenantScope::for_tenant(tenant);
    if accounts::get(tx.conn(), &scope, account).await?.is_none() {
        return Err(Error::absent("account", account));
    }
    let rows = tx.conn().run(TAKE, args![tenant, id, account]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "request_taken", json!({ "request": id, "account": account })).await
}

/// What a request came to.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// Answered or closed.
    pub state: RequestState,
    /// What was answered, sealed for the group.
    pub answer: Option<&'a str>,
    /// The same, sealed for whoever asked.
    pub answer_for: Option<&'a str>,
    /// When it may be erased.
    pub erase_at: Instant,
}

/// Answers or closes a request.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] also for what is over; [`Error::Refused`] for a state
/// that is no end.
pub async fn decide(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &RequestId,
    decision: &Decision<'_>,
) -> Result<()> {
    tx.covers("answer a request", [tenant])?;
    if decision.state.is_open() {
        return Err(Error::refused(NOUN, id, "is answered or closed, nothing else"));
    }
    let at = tx.at();
    let args = args![
        tenant,
        id,
        decision.state.code(),
        decision.answer,
        decision.answer_for,
        at,
        decision.erase_at,
    ];
    let rows = tx.conn().run(DECIDE, args).await?;
    Error::unless_found(NOUN, id, rows)?;
    let body = json!({ "request": id, "state": decision.state.code() });
    tx.tell([tenant], NOUN, "request_decided", body).await
}

/// Hands a request to another group: everything comes sealed for that one.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] also for what is over.
pub async fn transfer(
    tx: &mut Tx,
    tenant: &TenantId,
    (id, group): (&RequestId, KeyGroup),
    (body, files): (&str, &[String]),
) -> Result<()> {
    tx.covers("transfer a request", [tenant])?;
    let rows = tx.conn().run(MOVE, args![tenant, id, group.code(), body]).await?;
    Error::unless_found(NOUN, id, rows)?;
    for (body, number) in files.iter().zip(1_u32..) {
        tx.conn().run(MOVE_FILE, args![id, number, body.as_str()]).await?;
    }
    let told = json!({ "request": id, "group": group.code() });
    tx.tell([tenant], NOUN, "request_transferred", told).await
}

/// Those whose time of keeping is over and that wait for the archivist.
pub async fn awaiting_visa(
    conn: &mut Conn,
    scope: &TenantScope,
    at: Instant,
) -> Result<Vec<Request>> {
    all(&conn.all(AWAIT_VISA, args![scope.tenant(), at]).await?)
}

/// Notes that the archivist agrees to the erasing of a request whose time is over.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] also when no visa is due.
pub async fn grant_visa(tx: &mut Tx, tenant: &TenantId, id: &RequestId) -> Result<()> {
    tx.covers("note a visa", [tenant])?;
    let at = tx.at();
    let rows = tx.conn().run(VISA, args![tenant, id, at]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "request_visa", json!({ "request": id })).await
}

/// What may be erased at `at`, a few hundred at a time.
pub async fn expired(
    conn: &mut Conn,
    _scope: &OperatorScope,
    at: Instant,
) -> Result<Vec<(TenantId, RequestId)>> {
    let rows = conn.all(EXPIRED, args![at]).await?;
    rows.iter().map(|row| Ok((row.id("tenant")?, row.id("id")?))).collect()
}

/// Erases a request and what came with it, once its time is over.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] when it may not be erased yet.
pub async fn erase(tx: &mut Tx, tenant: &TenantId, id: &RequestId) -> Result<()> {
    tx.covers("erase a request", [tenant])?;
    let at = tx.at();
    tx.conn().run(ERASE_FILES, args![tenant, id]).await?;
    let rows = tx.conn().run(ERASE, args![tenant, id, at]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "request_erased", json!({ "request": id })).await
}
