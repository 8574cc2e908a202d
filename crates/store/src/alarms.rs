//! Alarms: what machines suspect and persons decide on.
//!
//! Rules:
//! - The same report twice counts once, by its identifier; a later revision replaces its figures.
//! - While an alarm is open, what the same guard suspects again of the same kind on the same asset
//!   joins it and counts as a repeat: a guard cannot bury people in alarms.
//! - An alarm is decided once, by a person.
//! - An alarm that is new or comes back asks for a call ([`crate::calls`]) in the same commit.

use beffroi_town::{Alarm, AlarmId, AlarmKind, AlarmState, TenantId};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx, assets, calls,
    db::{Conn, Row, args, json_text},
    guards,
    journal::canonical,
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT id, tenant, kind, guard, asset, first_at, raised_at, received_at, repeats, touched,
            stopped_at, simulated, detail, state, incident FROM alarm "
    };
}

sqls! { "alarms":
    INSERT = "INSERT INTO alarm (id, tenant, kind, guard, asset, first_at, raised_at, received_at, repeats, touched,
            stopped_at, simulated, detail, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12, 'open')";
    REPORT = "INSERT INTO alarm_report (tenant, id, alarm, revision, touched) VALUES ($1, $2, $3, $4, $5)";
    REPORTED = "SELECT alarm, revision FROM alarm_report WHERE tenant = $1 AND id = $2";
    REVISE = "UPDATE alarm_report SET revision = $3, touched = $4 WHERE tenant = $1 AND id = $2";
    REPORTS = "SELECT alarm_report.id FROM alarm_report JOIN alarm ON alarm.id = alarm_report.alarm
        WHERE alarm.tenant = $1 AND alarm.id = $2 ORDER BY alarm_report.id";
    COUNT = "SELECT COUNT(*) AS reports FROM alarm_report WHERE alarm = $1";
    SAME = "SELECT id FROM alarm WHERE tenant = $1 AND kind = $2 AND COALESCE(guard, '') = $3
        AND COALESCE(asset, '') = $4 AND state = 'open' ORDER BY received_at, id LIMIT 1";
    JOIN_IN = "UPDATE alarm SET repeats = repeats + $2, stopped_at = COALESCE($3, stopped_at), detail = $4,
            first_at = CASE WHEN first_at < $5 THEN first_at ELSE $5 END,
            simulated = CASE WHEN simulated = 1 OR $6 = 1 THEN 1 ELSE 0 END,
            touched = (SELECT CAST(COALESCE(SUM(touched), 0) AS BIGINT) FROM alarm_report WHERE alarm = $1)
        WHERE id = $1";
    OPEN = concat!(columns!(), "WHERE tenant = $1 AND state = 'open' ORDER BY received_at, id");
    LIST = concat!(columns!(), "WHERE tenant = $1 ORDER BY received_at DESC, id DESC LIMIT $2");
    GET = concat!(columns!(), "WHERE tenant = $1 AND id = $2");
    DECIDE = "UPDATE alarm SET state = $3, incident = $4 WHERE tenant = $1 AND id = $2 AND state = 'open'";
}

const NOUN: &str = "alarm";
/// Most reports that one open alarm takes in; further ones change nothing until a person decides.
pub const REPORTS_MAX: u32 = 1_000;

/// What became of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Raised {
    /// A new alarm.
    New,
    /// It joined an open alarm.
    Repeated {
        /// Which.
        alarm: AlarmId,
    },
    /// It replaced the figures of an earlier revision.
    Revised {
        /// The alarm it belongs to.
        alarm: AlarmId,
    },
    /// Known already, or one too many: nothing was written, so there is nothing to commit.
    Known {
        /// The alarm it belongs to.
        alarm: AlarmId,
    },
}

fn alarm(row: &Row) -> Result<Alarm> {
    let incident = row.opt_id("incident")?;
    let state = row.parsed("state", |code| match (code, incident) {
        ("open", None) => Some(AlarmState::Open),
        ("declared", Some(incident)) => Some(AlarmState::Declared { incident }),
        ("merged", Some(incident)) => Some(AlarmState::Merged { incident }),
        ("dismissed", None) => Some(AlarmState::Dismissed),
        _ => None,
    })?;
    Ok(Alarm {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        kind: row.parsed("kind", AlarmKind::from_code)?,
        guard: row.opt_id("guard")?,
        asset: row.opt_id("asset")?,
        first_at: row.instant("first_at")?,
        raised_at: row.instant("raised_at")?,
        received_at: row.instant("received_at")?,
        repeats: row.count("repeats")?,
        touched: row.count("touched")?,
        stopped_at: row.opt_instant("stopped_at")?,
        simulated: row.flag("simulated")?,
        detail: row.json("detail")?,
        state,
    })
}

/// Takes in one report of a suspicion; `alarm.state` and `alarm.repeats` are not read. `revision`
/// rises with each correction of the same identifier; a first report may have any.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::BadBody`] when the detail is no codes and figures;
/// [`Error::Absent`] for a guard or an asset that the tenant does not have.
pub async fn raise(tx: &mut Tx, report: &Alarm, revision: u32) -> Result<Raised> {
    tx.covers("raise an alarm", [&report.tenant])?;
    canonical(&report.detail).map_err(|why| Error::BadBody { kind: "alarm_raised", why })?;
    let known = tx.conn().one(REPORTED, args![&report.tenant, &report.id]).await?;
    if let Some(row) = known {
        let alarm: AlarmId = row.id("alarm")?;
        if row.count("revision")? >= revision {
            return Ok(Raised::Known { alarm });
        }
        let args = args![&report.tenant, &report.id, revision, report.touched];
        tx.conn().run(REVISE, args).await?;
        join(tx, report, &alarm, 0, "alarm_revised").await?;
        return Ok(Raised::Revised { alarm });
    }
    if let Some(alarm) = same_open(tx, report).await? {
        let row = tx.conn().one(COUNT, args![&alarm]).await?;
        let reports = row.map_or(Ok(0), |row| row.count("reports"))?;
        if reports >= REPORTS_MAX {
            return Ok(Raised::Known { alarm });
        }
        note_report(tx, report, &alarm, revision).await?;
        join(tx, report, &alarm, 1, "alarm_repeated").await?;
        calls::ask(tx, &report.tenant, &alarm).await?;
        return Ok(Raised::Repeated { alarm });
    }
    check_source(tx, report).await?;
    insert(tx, report).await?;
    note_report(tx, report, &report.id, revision).await?;
    tx.tell([&report.tenant], NOUN, "alarm_raised", body(report, &report.id)).await?;
    calls::ask(tx, &report.tenant, &report.id).await?;
    Ok(Raised::New)
}

/// A guard and an asset that are not this tenant's are as absent as those that nobody has.
async fn check_source(tx: &mut Tx, report: &Alarm) -> Result<()> {
    let scope = TenantScope::for_tenant(&report.tenant);
    if let Some(id) = &report.asset
        && assets::get(tx.conn(), &scope, id).await?.is_none()
    {
        return Err(Error::absent("asset", id));
    }
    if let Some(id) = &report.guard
        && guards::get(tx.conn(), &scope, id).await?.is_none()
    {
        return Err(Error::absent("guard", id));
    }
    Ok(())
}

async fn insert(tx: &mut Tx, report: &Alarm) -> Result<()> {
    let args = args![
        &report.id,
        &report.tenant,
        report.kind.code(),
        report.guard.as_ref(),
        report.asset.as_ref(),
        report.first_at,
        report.raised_at,
        report.received_at,
        report.touched,
        report.stopped_at,
        report.simulated,
        json_text("detail", &report.detail)?,
    ];
    tx.conn().run(INSERT, args).await.map(drop)
}

async fn same_open(tx: &mut Tx, report: &Alarm) -> Result<Option<AlarmId>> {
    let guard = report.guard.as_ref().map_or("", |id| id.as_str());
    let asset = report.asset.as_ref().map_or("", |id| id.as_str());
    let args = args![&report.tenant, report.kind.code(), guard, asset];
    let row = tx.conn().one(SAME, args).await?;
    row.map(|row| row.id("id")).transpose()
}

async fn note_report(tx: &mut Tx, report: &Alarm, alarm: &AlarmId, revision: u32) -> Result<()> {
    let args = args![&report.tenant, &report.id, alarm, revision, report.touched];
    tx.conn().run(REPORT, args).await.map(drop)
}

async fn join(
    tx: &mut Tx,
    report: &Alarm,
    alarm: &AlarmId,
    repeats: i64,
    kind: &'static str,
) -> Result<()> {
    let args = args![
        alarm,
        repeats,
        report.stopped_at,
        json_text("detail", &report.detail)?,
        report.first_at,
        report.simulated,
    ];
    tx.conn().run(JOIN_IN, args).await?;
    tx.tell([&report.tenant], NOUN, kind, body(report, alarm)).await
}

fn body(report: &Alarm, alarm: &AlarmId) -> serde_json::Value {
    json!({
        "alarm": alarm,
        "report": report.id,
        "kind": report.kind.code(),
        "guard": report.guard,
        "asset": report.asset,
        "touched": report.touched,
        "stopped_at": report.stopped_at,
        "simulated": report.simulated,
    })
}

/// Alarms that nobody decided on yet, oldest first.
pub async fn open(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Alarm>> {
    conn.all(OPEN, args![scope.tenant()]).await?.iter().map(alarm).collect()
}

/// The newest alarms, decided or not, newest first.
pub async fn list(conn: &mut Conn, scope: &TenantScope, limit: u32) -> Result<Vec<Alarm>> {
    conn.all(LIST, args![scope.tenant(), limit]).await?.iter().map(alarm).collect()
}

/// One alarm of the tenant.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &AlarmId) -> Result<Option<Alarm>> {
    let row = conn.one(GET, args![scope.tenant(), id]).await?;
    row.as_ref().map(alarm).transpose()
}

/// The identifiers of every report that an alarm was made of: a guard restores by these.
pub async fn reports(conn: &mut Conn, scope: &TenantScope, id: &AlarmId) -> Result<Vec<AlarmId>> {
    let rows = conn.all(REPORTS, args![scope.tenant(), id]).await?;
    rows.iter().map(|row| row.id("id")).collect()
}

/// Writes down what a person decided about an open alarm.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Refused`] when it is decided already or `decision` is `Open`;
/// [`Error::Absent`].
pub async fn decide(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &AlarmId,
    decision: &AlarmState,
) -> Result<()> {
    tx.covers("decide on an alarm", [tenant])?;
    let incident = match decision {
        AlarmState::Open => return Err(Error::refused(NOUN, id, "cannot be undecided again")),
        AlarmState::Declared { incident } | AlarmState::Merged { incident } => Some(incident),
        AlarmState::Dismissed => None,
    };
    if let Some(incident) = incident {
        crate::incidents::held(tx, tenant, incident).await?;
    }
    let args = args![tenant, id, decision.code(), incident];
    if tx.conn().run(DECIDE, args).await? == 0 {
        let known = tx.conn().one(GET, args![tenant, id]).await?;
        return Err(match known {
            Some(_) => Error::refused(NOUN, id, "is decided already"),
            None => Error::absent(NOUN, id),
        });
    }
    let body = json!({ "alarm": id, "decision": decision.code(), "incident": incident });
    tx.tell([tenant], NOUN, "alarm_decided", body).await?;
    calls::decided(tx, tenant, id).await
}
