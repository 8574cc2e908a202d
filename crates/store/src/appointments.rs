//! Appointments of residents: one row a seat, so that no seat is taken twice.
//!
//! Rules: a write holds the tenant's journal, so that of many who want the last seat one gets it;
//! that a seat is unique is the database's word besides. Who comes and what for is sealed by the
//! caller, to a key that this platform has not; a cancelled appointment keeps none of it. The same
//! form sent twice is one appointment. The journal has codes and counts.

pub mod code;

use std::collections::BTreeMap;

use beffroi_town::{
    AgendaId, AppointmentId, Instant, Lang, TenantId,
    agenda::{Day, Slot},
};
use serde_json::json;

use crate::{
    Error, OperatorScope, Result, TenantScope, Tx,
    db::{Conn, Row, args},
    sql::sqls,
};
use code::AppointmentCode;

macro_rules! columns {
    () => {
        "SELECT id, agenda, day, minute, begins_at, people, reference, lang, sealed, state, taken_at FROM appointment "
    };
}

sqls! { "appointments":
    INSERT = "INSERT INTO appointment
        (id, tenant, agenda, day, minute, begins_at, people, reference, code_hash, lang, sealed, state, taken_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'taken', $12, $12)";
    SEATS = "SELECT seat FROM appointment_seat WHERE tenant = $1 AND agenda = $2 AND day = $3 AND minute = $4 ORDER BY seat";
    SIT = "INSERT INTO appointment_seat (tenant, agenda, day, minute, seat, appointment) VALUES ($1, $2, $3, $4, $5, $6)";
    RISE = "DELETE FROM appointment_seat WHERE tenant = $1 AND appointment = $2";
    BY_CODE = concat!(columns!(), "WHERE tenant = $1 AND code_hash = $2");
    GET = concat!(columns!(), "WHERE tenant = $1 AND id = $2");
    OF_DAY = concat!(columns!(), "WHERE tenant = $1 AND day = $2 AND state = 'taken' ORDER BY agenda, minute, id");
    TAKEN = "SELECT day, minute, CAST(COUNT(*) AS BIGINT) AS seats FROM appointment_seat
        WHERE tenant = $1 AND agenda = $2 AND day >= $3 AND day <= $4 GROUP BY day, minute";
    DAYS = "SELECT day, CAST(COUNT(*) AS BIGINT) AS appointments FROM appointment
        WHERE tenant = $1 AND agenda = $2 AND day >= $3 AND state = 'taken' GROUP BY day ORDER BY day";
    CANCEL = "UPDATE appointment SET state = 'cancelled', sealed = NULL, changed_at = $3
        WHERE tenant = $1 AND id = $2 AND state = 'taken'";
    MOVE = "UPDATE appointment SET day = $3, minute = $4, begins_at = $5, changed_at = $6
        WHERE tenant = $1 AND id = $2 AND state = 'taken'";
    NAMED = "SELECT DISTINCT tenant FROM appointment WHERE begins_at < $1 AND sealed IS NOT NULL ORDER BY tenant";
    UPCOMING = concat!(columns!(), "WHERE tenant = $1 AND day >= $2 AND id > $3 AND state = 'taken' AND sealed IS NOT NULL
        ORDER BY id LIMIT $4");
    AGAIN = "UPDATE appointment SET sealed = $4 WHERE tenant = $1 AND id = $2 AND sealed = $3";
    OLD = "UPDATE appointment SET sealed = NULL WHERE tenant = $1 AND begins_at < $2 AND sealed IS NOT NULL";
}

const NOUN: &str = "appointment";
/// Longest sealed text, bytes: a name, a telephone number and a line.
pub const SEALED_BYTES_MAX: usize = 16 * 1024;

/// What became of an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Taken,
    /// It was cancelled.
    Cancelled,
}

/// An appointment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// Its identifier.
    pub id: AppointmentId,
    /// At which service point.
    pub agenda: AgendaId,
    /// Day and minute on the town's clock.
    pub slot: Slot,
    /// The same as an instant.
    pub begins_at: Instant,
    /// How many people come.
    pub people: u32,
    /// What is read out at the counter.
    pub reference: String,
    /// The language it was taken in.
    pub lang: Lang,
    /// Who comes and what for; none once cancelled or erased.
    pub sealed: Option<String>,
    /// What became of it.
    pub standing: Standing,
    /// When it was taken.
    pub taken_at: Instant,
}

/// Where an appointment sits.
#[derive(Clone, Copy, Debug)]
pub struct Seat<'a> {
    /// At which service point.
    pub agenda: &'a AgendaId,
    /// Day and minute.
    pub slot: Slot,
    /// The same as an instant.
    pub begins_at: Instant,
    /// How many seats are taken at once.
    pub seats: u16,
    /// How many seats the service point has.
    pub of: u16,
}

/// A new appointment.
#[derive(Clone, Copy, Debug)]
pub struct NewAppointment<'a> {
    /// Where it sits.
    pub seat: Seat<'a>,
    /// How many people come.
    pub people: u16,
    /// Who and what for, sealed.
    pub sealed: &'a str,
    /// The language it is taken in.
    pub lang: Lang,
    /// The token of the form: the same one is the same appointment.
    pub token: &'a str,
}

/// What came of asking for a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is taken.
    Taken(Appointment),
    /// It had been taken with this very form before.
    Again(Appointment),
    /// Too few seats are left.
    Full,
}

fn appointment(row: &Row) -> Result<Appointment> {
    let minute = row.count("minute")?;
    Ok(Appointment {
        id: row.id("id")?,
        agenda: row.id("agenda")?,
        slot: Slot {
            day: row.parsed("day", |text| Day::parse(text).ok())?,
            minute: u16::try_from(minute)
                .map_err(|_| Error::unreadable("minute", &minute.to_string()))?,
        },
        begins_at: row.instant("begins_at")?,
        people: row.count("people")?,
        reference: row.text("reference")?,
        lang: row.parsed("lang", |text| Lang::ALL.into_iter().find(|one| one.tag() == text))?,
        sealed: row.opt_text("sealed")?,
        standing: row.parsed("state", |text| match text {
            "taken" => Some(Standing::Taken),
            "cancelled" => Some(Standing::Cancelled),
            _ => None,
        })?,
        taken_at: row.instant("taken_at")?,
    })
}

/// Takes a seat, or says that there is none.
///
/// # Errors
/// [`Error::Refused`] beyond [`SEALED_BYTES_MAX`]; the database's own.
pub async fn take(tx: &mut Tx, tenant: &TenantId, new: &NewAppointment<'_>) -> Result<Asked> {
    tx.covers("take an appointment", [tenant])?;
    if new.sealed.len() > SEALED_BYTES_MAX {
        return Err(Error::refused(NOUN, "new", "says too much: shorten it"));
    }
    let store = tx.store().clone();
    let code = AppointmentCode::of(&store, tenant, new.token)?;
    let scope = TenantScope::for_tenant(tenant);
    if let Some(before) = by_code(tx.conn(), &scope, &code).await? {
        return Ok(Asked::Again(before));
    }
    let Some(seats) = free(tx, tenant, &new.seat).await? else { return Ok(Asked::Full) };
    let seat = &new.seat;
    let id = AppointmentId::new(tx.at(), store.entropy());
    let args = args![
        &id,
        tenant,
        seat.agenda,
        seat.slot.day.to_string(),
        u32::from(seat.slot.minute),
        seat.begins_at,
        u32::from(new.people),
        code::reference(&store, tenant, new.token)?,
        code.hash(&store.inner().keys)?,
        new.lang.tag(),
        new.sealed,
        tx.at(),
    ];
    tx.conn().run(INSERT, args).await?;
    sit(tx, tenant, (&id, seat), &seats).await?;
    tell(tx, tenant, "appointment_taken", (&id, seat)).await?;
    let made = get(tx.conn(), &scope, &id).await?;
    made.map(Asked::Taken).ok_or_else(|| Error::absent(NOUN, &id))
}

/// The lowest seats that are free; none when there are not enough.
async fn free(tx: &mut Tx, tenant: &TenantId, seat: &Seat<'_>) -> Result<Option<Vec<u32>>> {
    let day = seat.slot.day.to_string();
    let args = args![tenant, seat.agenda, day, u32::from(seat.slot.minute)];
    let rows = tx.conn().all(SEATS, args).await?;
    let taken = rows.iter().map(|row| row.count("seat")).collect::<Result<Vec<_>>>()?;
    let free = (0..u32::from(seat.of)).filter(|one| !taken.contains(one));
    let chosen: Vec<u32> = free.take(usize::from(seat.seats)).collect();
    Ok((chosen.len() == usize::from(seat.seats) && seat.seats > 0).then_some(chosen))
}

async fn sit(
    tx: &mut Tx,
    tenant: &TenantId,
    (id, seat): (&AppointmentId, &Seat<'_>),
    seats: &[u32],
) -> Result<()> {
    let (day, minute) = (seat.slot.day.to_string(), u32::from(seat.slot.minute));
    for number in seats {
        let args = args![tenant, seat.agenda, day.as_str(), minute, *number, id];
        tx.conn().run(SIT, args).await?;
    }
    Ok(())
}

async fn tell(
    tx: &mut Tx,
    tenant: &TenantId,
    kind: &'static str,
    (id, seat): (&AppointmentId, &Seat<'_>),
) -> Result<()> {
    let body = json!({
        "appointment": id.as_str(),
        "agenda": seat.agenda.as_str(),
        "day": seat.slot.day.to_string(),
        "minute": seat.slot.minute,
        "seats": seat.seats,
    });
    tx.tell([tenant], NOUN, kind, body).await
}

/// Gives the seat back and forgets who had it.
///
/// # Errors
/// [`Error::Absent`] when there is no such appointment that holds.
pub async fn cancel(tx: &mut Tx, tenant: &TenantId, id: &AppointmentId) -> Result<()> {
    tx.covers("cancel an appointment", [tenant])?;
    let at = tx.at();
    let rows = tx.conn().run(CANCEL, args![tenant, id, at]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.conn().run(RISE, args![tenant, id]).await?;
    let body = json!({ "appointment": id.as_str() });
    tx.tell([tenant], NOUN, "appointment_cancelled", body).await
}

/// Moves an appointment to another slot of its service point; false when that one is full, and
/// then the old one is kept.
///
/// # Errors
/// [`Error::Absent`] when there is no such appointment that holds.
pub async fn move_to(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &AppointmentId,
    seat: &Seat<'_>,
) -> Result<bool> {
    tx.covers("move an appointment", [tenant])?;
    // Its own seats are not free: in the same slot there is nothing to move.
    let Some(seats) = free(tx, tenant, seat).await? else { return Ok(false) };
    let day = seat.slot.day.to_string();
    let args = args![tenant, id, day, u32::from(seat.slot.minute), seat.begins_at, tx.at()];
    let rows = tx.conn().run(MOVE, args).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.conn().run(RISE, args![tenant, id]).await?;
    sit(tx, tenant, (id, seat), &seats).await?;
    tell(tx, tenant, "appointment_moved", (id, seat)).await?;
    Ok(true)
}

/// Erases who came, where that was before a time; how many. Nothing to erase writes nothing.
pub async fn erase_before(tx: &mut Tx, tenant: &TenantId, before: Instant) -> Result<u64> {
    tx.covers("erase who came", [tenant])?;
    let rows = tx.conn().run(OLD, args![tenant, before]).await?;
    let body = json!({ "appointments": rows });
    tx.tell([tenant], NOUN, "appointments_erased", body).await?;
    Ok(rows)
}

/// What was sealed of an appointment, and the same sealed anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedAgain {
    /// Which.
    pub id: AppointmentId,
    /// As it stood when it was opened.
    pub was: String,
    /// As it shall stand.
    pub sealed: String,
}

/// Keeps what was sealed anew for whoever reads it now; how many. What was cancelled or changed
/// meanwhile stays as it is.
///
/// # Errors
/// [`Error::Refused`] beyond [`SEALED_BYTES_MAX`].
pub async fn seal_again(tx: &mut Tx, tenant: &TenantId, all: &[SealedAgain]) -> Result<u64> {
    tx.covers("seal appointments again", [tenant])?;
    let mut rows = 0;
    for one in all {
        if one.sealed.len() > SEALED_BYTES_MAX {
            return Err(Error::refused(NOUN, &one.id, "is sealed for too many"));
        }
        let args = args![tenant, &one.id, one.was.as_str(), one.sealed.as_str()];
        rows += tx.conn().run(AGAIN, args).await?;
    }
    let body = json!({ "appointments": rows });
    tx.tell([tenant], NOUN, "appointments_sealed_again", body).await?;
    Ok(rows)
}

/// What holds from a day on and says who comes, by identifier, after one of them; at most so many.
pub async fn upcoming(
    conn: &mut Conn,
    scope: &TenantScope,
    first: Day,
    (after, most): (&str, u32),
) -> Result<Vec<Appointment>> {
    let rows = conn.all(UPCOMING, args![scope.tenant(), first.to_string(), after, most]).await?;
    rows.iter().map(appointment).collect()
}

/// The tenants that still know who came before a time.
pub async fn with_names_before(
    conn: &mut Conn,
    _scope: &OperatorScope,
    before: Instant,
) -> Result<Vec<TenantId>> {
    conn.all(NAMED, args![before]).await?.iter().map(|row| row.id("tenant")).collect()
}

/// One appointment.
pub async fn get(
    conn: &mut Conn,
    scope: &TenantScope,
    id: &AppointmentId,
) -> Result<Option<Appointment>> {
    conn.one(GET, args![scope.tenant(), id]).await?.as_ref().map(appointment).transpose()
}

/// The appointment that a code opens.
pub async fn by_code(
    conn: &mut Conn,
    scope: &TenantScope,
    code: &AppointmentCode,
) -> Result<Option<Appointment>> {
    let hash = code.hash(conn.keys())?;
    conn.one(BY_CODE, args![scope.tenant(), hash]).await?.as_ref().map(appointment).transpose()
}

/// What holds on a day, at every service point.
pub async fn of_day(conn: &mut Conn, scope: &TenantScope, day: Day) -> Result<Vec<Appointment>> {
    let rows = conn.all(OF_DAY, args![scope.tenant(), day.to_string()]).await?;
    rows.iter().map(appointment).collect()
}

/// How many seats of each slot are taken, from one day to another.
pub async fn taken(
    conn: &mut Conn,
    scope: &TenantScope,
    agenda: &AgendaId,
    (first, last): (Day, Day),
) -> Result<BTreeMap<Slot, u32>> {
    let args = args![scope.tenant(), agenda, first.to_string(), last.to_string()];
    let rows = conn.all(TAKEN, args).await?;
    let slot = |row: &Row| {
        let minute = row.count("minute")?;
        let day = row.parsed("day", |text| Day::parse(text).ok())?;
        let minute =
            u16::try_from(minute).map_err(|_| Error::unreadable("minute", &minute.to_string()))?;
        Ok((Slot { day, minute }, row.count("seats")?))
    };
    rows.iter().map(slot).collect()
}

/// How many appointments hold on each day from one on.
pub async fn days(
    conn: &mut Conn,
    scope: &TenantScope,
    agenda: &AgendaId,
    first: Day,
) -> Result<Vec<(Day, u32)>> {
    let rows = conn.all(DAYS, args![scope.tenant(), agenda, first.to_string()]).await?;
    let day = |row: &Row| {
        Ok((row.parsed("day", |text| Day::parse(text).ok())?, row.count("appointments")?))
    };
    rows.iter().map(day).collect()
}
