//! Calls: the ringing of a list of people, what was sent to whom, and who acknowledged.
//!
//! Rules:
//! - An alarm that comes to exist, or comes back, asks for a call in the same commit (`ask`);
//!   whoever opens it does so later, from the outbox.
//! - A call is acknowledged once, by one statement: of two who answer at once, one was first.
//! - Whoever decides on an alarm acknowledges its calls; a call whose alarms were all dismissed is
//!   over, and what comes next rings anew.

pub mod code;
pub mod tries;

use beffroi_town::{
    Alarm, AlarmId, AlarmKind, CallId, TenantId,
    alarm::Urgency,
    oncall::{Acknowledgement, Call, CallKind, CallState},
};
use serde_json::json;

use crate::{
    Error, OperatorScope, Result, TenantScope, Tx,
    db::{Conn, Row, args},
    journal,
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT call.id, call.tenant, call.kind, call.told, call.urgency, call.since_at, call.simulated, call.opened_at,
            call.state, call.state_at, call.round, call.acknowledged_at, call.acknowledged_by, call.ended_at FROM call "
    };
}
use columns;

sqls! { "calls":
    INSERT = "INSERT INTO call (id, tenant, kind, told, urgency, since_at, simulated, opened_at, state, state_at, round)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'ringing', $8, 1)";
    JOIN_IN = "INSERT INTO call_alarm (call, alarm) VALUES ($1, $2) ON CONFLICT (call, alarm) DO NOTHING";
    GRAVER = "UPDATE call SET told = $3, urgency = $4, since_at = $5, simulated = $6, state = 'ringing', state_at = $7,
            round = round + 1, acknowledged_at = NULL, acknowledged_by = NULL WHERE tenant = $1 AND id = $2";
    NOBODY = "UPDATE call SET state = 'nobody_reached', state_at = $3 WHERE tenant = $1 AND id = $2 AND state = 'ringing'";
    AGAIN = "UPDATE call SET round = round + 1 WHERE tenant = $1 AND id = $2 AND state = 'nobody_reached'";
    ACKNOWLEDGE = "UPDATE call SET state = 'acknowledged', state_at = $3, acknowledged_at = $3, acknowledged_by = $4
        WHERE tenant = $1 AND id = $2 AND state <> 'acknowledged' AND ended_at IS NULL";
    END = "UPDATE call SET ended_at = $3 WHERE tenant = $1 AND id = $2 AND ended_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM call_alarm JOIN alarm ON alarm.id = call_alarm.alarm
            WHERE call_alarm.call = $2 AND alarm.state <> 'dismissed')";
    GET = concat!(columns!(), "WHERE call.tenant = $1 AND call.id = $2");
    LIST = concat!(columns!(), "WHERE call.tenant = $1 ORDER BY call.opened_at DESC, call.id DESC LIMIT $2");
    NEWEST = concat!(columns!(), "WHERE call.tenant = $1 AND call.kind = 'alarm' AND call.ended_at IS NULL
        ORDER BY call.opened_at DESC, call.id DESC LIMIT 1");
    LAST_TEST = concat!(columns!(), "WHERE call.tenant = $1 AND call.kind = 'weekly'
        ORDER BY call.opened_at DESC, call.id DESC LIMIT 1");
    OPEN = concat!(columns!(), "WHERE call.tenant = $1 AND call.state IN ('ringing', 'nobody_reached') AND call.ended_at IS NULL
        ORDER BY call.opened_at, call.id");
    OPEN_EVERYWHERE = concat!(columns!(), "WHERE call.state IN ('ringing', 'nobody_reached') AND call.ended_at IS NULL
        ORDER BY call.opened_at, call.id LIMIT $1");
    OF_ALARM = concat!(columns!(), "JOIN call_alarm ON call_alarm.call = call.id
        WHERE call.tenant = $1 AND call_alarm.alarm = $2 ORDER BY call.opened_at, call.id");
    ALARMS = "SELECT call_alarm.alarm FROM call_alarm JOIN alarm ON alarm.id = call_alarm.alarm
        WHERE alarm.tenant = $1 AND call_alarm.call = $2 ORDER BY alarm.received_at, alarm.id";
}

const NOUN: &str = "call";
/// Work in the outbox: an alarm, or a test, asks for a call.
pub const ASKED: &str = "call_asked";
/// Work in the outbox: a message to send.
pub const RING: &str = "call_ring";
/// Work in the outbox: a call to look at again.
pub const TURN: &str = "call_turn";

fn call(row: &Row) -> Result<Call> {
    let at = row.opt_instant("acknowledged_at")?;
    let by = row.opt_parsed("acknowledged_by", journal::actor_from_code)?;
    Ok(Call {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        kind: row.parsed("kind", CallKind::from_code)?,
        told: row.opt_parsed("told", AlarmKind::from_code)?,
        urgency: row.parsed("urgency", Urgency::from_code)?,
        since_at: row.instant("since_at")?,
        simulated: row.flag("simulated")?,
        opened_at: row.instant("opened_at")?,
        state: row.parsed("state", CallState::from_code)?,
        state_at: row.instant("state_at")?,
        round: row.count("round")?,
        acknowledged: at.zip(by).map(|(at, by)| Acknowledgement { at, by }),
        ended_at: row.opt_instant("ended_at")?,
    })
}

/// Asks for a call about an alarm, in the commit that made the alarm.
pub(crate) async fn ask(tx: &mut Tx, tenant: &TenantId, alarm: &AlarmId) -> Result<()> {
    let due_at = tx.at();
    tx.post(tenant, ASKED, json!({ "alarm": alarm }), due_at).await.map(drop)
}

/// Opens a call: its identifier, kind, what it tells and since when are read from `new`.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn open(tx: &mut Tx, new: &Call) -> Result<()> {
    tx.covers("open a call", [&new.tenant])?;
    let args = args![
        &new.id,
        &new.tenant,
        new.kind.code(),
        new.told.map(AlarmKind::code),
        new.urgency.code(),
        new.since_at,
        new.simulated,
        tx.at(),
    ];
    tx.conn().run(INSERT, args).await?;
    let body = json!({
        "call": new.id,
        "kind": new.kind.code(),
        "told": new.told.map(AlarmKind::code),
        "simulated": new.simulated,
    });
    tx.tell([&new.tenant], NOUN, "call_opened", body).await
}

/// Notes that an alarm belongs to a call; `false`, and nothing written, when it does already.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn join(tx: &mut Tx, call: &Call, alarm: &Alarm) -> Result<bool> {
    tx.covers("join a call", [&call.tenant, &alarm.tenant])?;
    if tx.conn().run(JOIN_IN, args![&call.id, &alarm.id]).await? == 0 {
        return Ok(false);
    }
    let body = json!({ "call": call.id, "alarm": alarm.id, "told": alarm.kind.code() });
    tx.tell([&call.tenant], NOUN, "call_joined", body).await?;
    Ok(true)
}

/// Rings a call anew for something graver than it told so far.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`].
pub async fn ring_graver(tx: &mut Tx, call: &Call, alarm: &Alarm) -> Result<()> {
    tx.covers("ring a call anew", [&call.tenant])?;
    let args = args![
        &call.tenant,
        &call.id,
        alarm.kind.code(),
        alarm.kind.urgency().code(),
        alarm.first_at,
        alarm.simulated,
        tx.at(),
    ];
    let rows = tx.conn().run(GRAVER, args).await?;
    Error::unless_found(NOUN, &call.id, rows)?;
    let body = json!({ "call": call.id, "told": alarm.kind.code(), "round": call.round + 1 });
    tx.tell([&call.tenant], NOUN, "call_graver", body).await
}

/// Writes down that nobody was reached in this round.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn nobody_reached(tx: &mut Tx, call: &Call) -> Result<()> {
    tx.covers("say that nobody was reached", [&call.tenant])?;
    let at = tx.at();
    tx.conn().run(NOBODY, args![&call.tenant, &call.id, at]).await?;
    let body = json!({ "call": call.id, "round": call.round });
    tx.tell([&call.tenant], NOUN, "call_nobody_reached", body).await
}

/// Begins the list again for a call that nobody answered.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Refused`] when somebody answered meanwhile.
pub async fn start_over(tx: &mut Tx, call: &Call) -> Result<()> {
    tx.covers("start a call over", [&call.tenant])?;
    if tx.conn().run(AGAIN, args![&call.tenant, &call.id]).await? == 0 {
        return Err(Error::refused(NOUN, &call.id, "was answered meanwhile"));
    }
    let body = json!({ "call": call.id, "round": call.round + 1 });
    tx.tell([&call.tenant], NOUN, "call_started_over", body).await
}

/// Acknowledges a call in the name of whoever writes: `true` for the first, `false`, and nothing
/// written, for everybody after.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn acknowledge(tx: &mut Tx, tenant: &TenantId, id: &CallId) -> Result<bool> {
    tx.covers("acknowledge a call", [tenant])?;
    let (at, by) = (tx.at(), tx.actor().to_string());
    if tx.conn().run(ACKNOWLEDGE, args![tenant, id, at, by]).await? == 0 {
        return Ok(false);
    }
    tx.tell([tenant], NOUN, "call_acknowledged", json!({ "call": id })).await?;
    Ok(true)
}

/// A person decided on an alarm: its calls are acknowledged in that person's name, and over when
/// everything they were about was dismissed.
pub(crate) async fn decided(tx: &mut Tx, tenant: &TenantId, alarm: &AlarmId) -> Result<()> {
    let scope = TenantScope::for_tenant(tenant);
    for one in of_alarm(tx.conn(), &scope, alarm).await? {
        acknowledge(tx, tenant, &one.id).await?;
        let at = tx.at();
        if tx.conn().run(END, args![tenant, &one.id, at]).await? > 0 {
            tx.tell([tenant], NOUN, "call_ended", json!({ "call": one.id })).await?;
        }
    }
    Ok(())
}

fn calls(rows: &[Row]) -> Result<Vec<Call>> {
    rows.iter().map(call).collect()
}

fn one(row: Option<&Row>) -> Result<Option<Call>> {
    row.map(call).transpose()
}

/// One call of the tenant.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &CallId) -> Result<Option<Call>> {
    one(conn.one(GET, args![scope.tenant(), id]).await?.as_ref())
}

/// The newest calls, tests too, newest first.
pub async fn list(conn: &mut Conn, scope: &TenantScope, limit: u32) -> Result<Vec<Call>> {
    calls(&conn.all(LIST, args![scope.tenant(), limit]).await?)
}

/// The newest call about an alarm that is not over.
pub async fn newest(conn: &mut Conn, scope: &TenantScope) -> Result<Option<Call>> {
    one(conn.one(NEWEST, args![scope.tenant()]).await?.as_ref())
}

/// The last weekly test.
pub async fn last_test(conn: &mut Conn, scope: &TenantScope) -> Result<Option<Call>> {
    one(conn.one(LAST_TEST, args![scope.tenant()]).await?.as_ref())
}

/// Calls that nobody has acknowledged, oldest first.
pub async fn unanswered(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Call>> {
    calls(&conn.all(OPEN, args![scope.tenant()]).await?)
}

/// The same over every tenant, at most `limit`.
pub async fn unanswered_everywhere(
    conn: &mut Conn,
    _scope: &OperatorScope,
    limit: u32,
) -> Result<Vec<Call>> {
    calls(&conn.all(OPEN_EVERYWHERE, args![limit]).await?)
}

/// The calls that an alarm led to, oldest first.
pub async fn of_alarm(conn: &mut Conn, scope: &TenantScope, alarm: &AlarmId) -> Result<Vec<Call>> {
    calls(&conn.all(OF_ALARM, args![scope.tenant(), alarm]).await?)
}

/// The alarms that a call is about, oldest first.
pub async fn alarms(conn: &mut Conn, scope: &TenantScope, id: &CallId) -> Result<Vec<AlarmId>> {
    let rows = conn.all(ALARMS, args![scope.tenant(), id]).await?;
    rows.iter().map(|row| row.id("alarm")).collect()
}
