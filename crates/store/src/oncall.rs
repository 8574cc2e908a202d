//! On-call lists: who is rung for a tenant, in which order, and when the list is tested.
//!
//! Rules:
//! - Names and addresses are sealed, and erased when the contact is removed; the journal has
//!   identifiers and counts.
//! - The operator's people are contacts of the tenant they belong to, marked as such.

use beffroi_town::{
    ContactId, Instant, Lang, TenantId,
    oncall::{Contact, Holidays, Way, Weekly},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Error, OperatorScope, Result, TenantScope, Tx,
    db::{Conn, Row, args, json_text},
    sql::sqls,
    texts,
};

macro_rules! columns {
    () => {
        "SELECT id, tenant, rank, sealed, lang, for_operator, watch, holidays, quiet, escalate_ms, paused FROM contact "
    };
}

sqls! { "oncall":
    INSERT = "INSERT INTO contact (id, tenant, rank, sealed, lang, for_operator, watch, holidays, quiet, escalate_ms, paused, made_at)
        VALUES ($1, $2, (SELECT COALESCE(MAX(rank), 0) + 1 FROM contact WHERE tenant = $2 AND removed_at IS NULL),
            $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    LIST = concat!(columns!(), "WHERE tenant = $1 AND removed_at IS NULL ORDER BY rank, id");
    GET = concat!(columns!(), "WHERE tenant = $1 AND id = $2 AND removed_at IS NULL");
    OPERATORS = concat!(columns!(), "WHERE for_operator = 1 AND removed_at IS NULL ORDER BY tenant, rank, id");
    COUNT = "SELECT COUNT(*) AS here FROM contact WHERE tenant = $1 AND removed_at IS NULL";
    SET = "UPDATE contact SET sealed = $3, lang = $4, for_operator = $5, watch = $6, holidays = $7, quiet = $8, escalate_ms = $9
        WHERE tenant = $1 AND id = $2 AND removed_at IS NULL";
    RANK = "UPDATE contact SET rank = $3 WHERE tenant = $1 AND id = $2 AND removed_at IS NULL";
    PAUSE = "UPDATE contact SET paused = $3 WHERE tenant = $1 AND id = $2 AND removed_at IS NULL";
    REMOVE = "UPDATE contact SET removed_at = $3, sealed = NULL WHERE tenant = $1 AND id = $2 AND removed_at IS NULL";
    WEEKLY = "SELECT weekday, minute, off, off_reason FROM weekly_test WHERE tenant = $1";
    SET_WEEKLY = "INSERT INTO weekly_test (tenant, weekday, minute, off, off_reason, set_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant) DO UPDATE SET weekday = $2, minute = $3, off = $4, off_reason = $5, set_at = $6";
    UNCOVERED = "SELECT id, name FROM tenant WHERE closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM contact
        WHERE removed_at IS NULL AND paused = 0 AND (contact.tenant = tenant.id OR for_operator = 1)) ORDER BY id";
    UNANSWERED = "SELECT tenant.id, tenant.name FROM tenant WHERE closed_at IS NULL AND EXISTS (SELECT 1 FROM call
        WHERE call.tenant = tenant.id AND call.kind = 'weekly' AND call.state = 'nobody_reached'
        AND call.opened_at = (SELECT MAX(last.opened_at) FROM call last WHERE last.tenant = tenant.id AND last.kind = 'weekly'))
        ORDER BY tenant.id";
    TESTED = "SELECT tenant.id, tenant.department, tenant.region, listed.since_at, weekly_test.weekday, weekly_test.minute,
            weekly_test.off, (SELECT MAX(opened_at) FROM call WHERE call.tenant = tenant.id AND call.kind = 'weekly') AS last_at
        FROM (SELECT tenant, MIN(made_at) AS since_at FROM contact WHERE removed_at IS NULL AND paused = 0 GROUP BY tenant) listed
        JOIN tenant ON tenant.id = listed.tenant AND tenant.closed_at IS NULL
        LEFT JOIN weekly_test ON weekly_test.tenant = tenant.id ORDER BY tenant.id";
}

const NOUN: &str = "contact";
/// Most people on one tenant's list.
pub const CONTACTS_MAX: u32 = 50;
const NAME_CHARS_MAX: usize = 200;

/// What is sealed of a contact.
#[derive(Serialize, Deserialize)]
struct Sealed {
    name: String,
    ways: Vec<Way>,
}

/// When a tenant's list is tested, and why not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeeklyTest {
    /// When.
    pub weekly: Weekly,
    /// Why it is switched off, in a person's words.
    pub off_reason: Option<String>,
}

/// A list that is tested every week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestedList {
    /// Whose.
    pub tenant: TenantId,
    /// Its département, for its clock.
    pub department: Option<String>,
    /// Its région, for its clock.
    pub region: Option<String>,
    /// When it is due.
    pub weekly: Weekly,
    /// Since when there is anybody on it.
    pub since_at: Instant,
    /// When it was last tested.
    pub last_at: Option<Instant>,
}

fn label(id: &ContactId) -> String {
    format!("contact {id}")
}

fn contact(conn: &Conn, row: &Row) -> Result<Contact> {
    let id: ContactId = row.id("id")?;
    let bytes = conn.keys().open_sealed(&label(&id), &row.text("sealed")?)?;
    let sealed: Sealed =
        serde_json::from_slice(&bytes).map_err(|_| Error::Sealed { label: label(&id) })?;
    Ok(Contact {
        tenant: row.id("tenant")?,
        rank: row.count("rank")?,
        name: sealed.name,
        lang: row.parsed("lang", |tag| Lang::ALL.into_iter().find(|lang| lang.tag() == tag))?,
        for_operator: row.flag("for_operator")?,
        watch: row.json("watch")?,
        holidays: row.parsed("holidays", Holidays::from_code)?,
        quiet: row.opt_id("quiet")?,
        ways: sealed.ways,
        escalate_ms: row.int("escalate_ms")?,
        paused: row.flag("paused")?,
        id,
    })
}

fn contacts(conn: &Conn, rows: &[Row]) -> Result<Vec<Contact>> {
    rows.iter().map(|row| contact(conn, row)).collect()
}

fn weekly(row: &Row) -> Result<Weekly> {
    fn small<T: TryFrom<u32>>(row: &Row, column: &str) -> Result<T> {
        let count = row.count(column)?;
        T::try_from(count).map_err(|_| Error::unreadable(column, &count.to_string()))
    }
    Ok(Weekly {
        weekday: small(row, "weekday")?,
        minute: small(row, "minute")?,
        off: row.flag("off")?,
    })
}

/// The tenant's list, in order.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Contact>> {
    let rows = conn.all(LIST, args![scope.tenant()]).await?;
    contacts(conn, &rows)
}

/// One contact of the tenant; none once it is removed.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &ContactId) -> Result<Option<Contact>> {
    let row = conn.one(GET, args![scope.tenant(), id]).await?;
    row.map(|row| contact(conn, &row)).transpose()
}

/// The operator's people, whichever tenant they belong to.
pub async fn operators(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<Contact>> {
    let rows = conn.all(OPERATORS, &[]).await?;
    contacts(conn, &rows)
}

/// Tenants for which nobody at all would be rung, by code, with their names.
pub async fn uncovered(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<(TenantId, String)>> {
    let rows = conn.all(UNCOVERED, &[]).await?;
    rows.iter().map(|row| Ok((row.id("id")?, row.text("name")?))).collect()
}

/// Tenants whose last weekly test nobody answered, by code, with their names.
pub async fn unanswered_tests(
    conn: &mut Conn,
    _scope: &OperatorScope,
) -> Result<Vec<(TenantId, String)>> {
    let rows = conn.all(UNANSWERED, &[]).await?;
    rows.iter().map(|row| Ok((row.id("id")?, row.text("name")?))).collect()
}

/// When the tenant's list is tested.
pub async fn weekly_test(conn: &mut Conn, scope: &TenantScope) -> Result<WeeklyTest> {
    let Some(row) = conn.one(WEEKLY, args![scope.tenant()]).await? else {
        return Ok(WeeklyTest::default());
    };
    let off_reason = match row.opt_text("off_reason")? {
        Some(id) => texts::open(conn, scope, &id).await?.and_then(|text| text.words),
        None => None,
    };
    Ok(WeeklyTest { weekly: weekly(&row)?, off_reason })
}

/// Every list that has anybody on it, with when it was last tested.
pub async fn tested(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<TestedList>> {
    let rows = conn.all(TESTED, &[]).await?;
    let list = |row: &Row| {
        Ok(TestedList {
            tenant: row.id("id")?,
            department: row.opt_text("department")?,
            region: row.opt_text("region")?,
            weekly: if row.opt_int("weekday")?.is_some() {
                weekly(row)?
            } else {
                Weekly::default()
            },
            since_at: row.instant("since_at")?,
            last_at: row.opt_instant("last_at")?,
        })
    };
    rows.iter().map(list).collect()
}

fn check(one: &Contact) -> Result<()> {
    let name = one.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(Error::refused(NOUN, &one.id, "needs a name of at most 200 characters"));
    }
    if one.ways.is_empty() || one.ways.len() > beffroi_town::oncall::WAYS_MAX {
        return Err(Error::refused(NOUN, &one.id, "needs one to six ways to be reached"));
    }
    if one.watch.len() > beffroi_town::oncall::hours::SPANS_MAX {
        return Err(Error::refused(NOUN, &one.id, "has too many spans of watch: eight at most"));
    }
    if !beffroi_town::oncall::ESCALATE_MS_BOUNDS.contains(&one.escalate_ms) {
        return Err(Error::refused(NOUN, &one.id, "must be given 1 to 60 minutes to acknowledge"));
    }
    Ok(())
}

fn sealed(tx: &Tx, one: &Contact) -> Result<String> {
    let plain = Sealed { name: one.name.trim().to_owned(), ways: one.ways.clone() };
    let bytes = json_text("sealed", &plain)?;
    tx.store().seal(&label(&one.id), bytes.as_bytes())
}

/// What the journal says of a contact.
fn told(one: &Contact) -> serde_json::Value {
    json!({
        "contact": one.id,
        "ways": one.ways.len(),
        "for_operator": one.for_operator,
        "always": one.watch.is_empty(),
        "holidays": one.holidays.code(),
        "quiet": one.quiet.is_some(),
        "escalate_ms": one.escalate_ms,
    })
}

/// Puts a person at the end of a list; `one.rank` is not read.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Refused`] for a bad contact or a full list.
pub async fn add(tx: &mut Tx, one: &Contact) -> Result<()> {
    tx.covers("add a contact", [&one.tenant])?;
    check(one)?;
    let here = tx.conn().one(COUNT, args![&one.tenant]).await?;
    if here.map_or(Ok(0), |row| row.count("here"))? >= CONTACTS_MAX {
        return Err(Error::refused(NOUN, &one.id, "is one too many: a list has 50 people at most"));
    }
    let args = args![
        &one.id,
        &one.tenant,
        sealed(tx, one)?,
        one.lang.tag(),
        one.for_operator,
        json_text("watch", &one.watch)?,
        one.holidays.code(),
        one.quiet.map(|quiet| quiet.to_string()),
        one.escalate_ms,
        one.paused,
        tx.at(),
    ];
    tx.conn().run(INSERT, args).await?;
    tx.tell([&one.tenant], NOUN, "contact_added", told(one)).await
}

/// Changes a contact; `one.rank` and `one.paused` are not read.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`], [`Error::Refused`] for a bad contact.
pub async fn set(tx: &mut Tx, one: &Contact) -> Result<()> {
    tx.covers("change a contact", [&one.tenant])?;
    check(one)?;
    let args = args![
        &one.tenant,
        &one.id,
        sealed(tx, one)?,
        one.lang.tag(),
        one.for_operator,
        json_text("watch", &one.watch)?,
        one.holidays.code(),
        one.quiet.map(|quiet| quiet.to_string()),
        one.escalate_ms,
    ];
    let rows = tx.conn().run(SET, args).await?;
    Error::unless_found(NOUN, &one.id, rows)?;
    tx.tell([&one.tenant], NOUN, "contact_changed", told(one)).await
}

/// Moves a contact to a place of its list, from 1; beyond the end is the end.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`].
pub async fn move_to(tx: &mut Tx, tenant: &TenantId, id: &ContactId, place: u32) -> Result<()> {
    tx.covers("move a contact", [tenant])?;
    let mut all = list(tx.conn(), &TenantScope::for_tenant(tenant)).await?;
    let from = all.iter().position(|one| one.id == *id).ok_or_else(|| Error::absent(NOUN, id))?;
    let moved = all.remove(from);
    let to = usize::try_from(place.saturating_sub(1)).unwrap_or(usize::MAX).min(all.len());
    all.insert(to, moved);
    for (rank, one) in (1_u32..).zip(&all) {
        if one.rank != rank {
            tx.conn().run(RANK, args![tenant, &one.id, rank]).await?;
        }
    }
    tx.tell([tenant], NOUN, "contact_moved", json!({ "contact": id, "place": to + 1 })).await
}

/// Rings a contact no more, or again.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`].
pub async fn pause(tx: &mut Tx, tenant: &TenantId, id: &ContactId, paused: bool) -> Result<()> {
    tx.covers("pause a contact", [tenant])?;
    let rows = tx.conn().run(PAUSE, args![tenant, id, paused]).await?;
    Error::unless_found(NOUN, id, rows)?;
    let kind = if paused { "contact_paused" } else { "contact_resumed" };
    tx.tell([tenant], NOUN, kind, json!({ "contact": id })).await
}

/// Takes a contact off its list and erases its name and addresses.
///
/// # Errors
/// [`Error::OutOfScope`], [`Error::Absent`].
pub async fn remove(tx: &mut Tx, tenant: &TenantId, id: &ContactId) -> Result<()> {
    tx.covers("remove a contact", [tenant])?;
    let at = tx.at();
    let rows = tx.conn().run(REMOVE, args![tenant, id, at]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "contact_removed", json!({ "contact": id })).await
}

/// Says when the list is tested, or with a reason that it is not.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Refused`] for no time of a week, or off without a reason.
pub async fn set_weekly_test(
    tx: &mut Tx,
    tenant: &TenantId,
    weekly: Weekly,
    reason: Option<&str>,
) -> Result<()> {
    tx.covers("set the weekly test", [tenant])?;
    if weekly.weekday > 6 || weekly.minute >= beffroi_town::oncall::hours::DAY_MINUTES {
        return Err(Error::refused("weekly test", tenant, "needs a day and an hour of the week"));
    }
    let reason = reason.map(str::trim).filter(|reason| weekly.off && !reason.is_empty());
    if weekly.off && reason.is_none() {
        return Err(Error::refused("weekly test", tenant, "is switched off with a reason alone"));
    }
    let reason_id = texts::seal_opt(tx, tenant, reason).await?;
    let (weekday, minute) = (u32::from(weekly.weekday), u32::from(weekly.minute));
    let args = args![tenant, weekday, minute, weekly.off, reason_id.clone(), tx.at()];
    tx.conn().run(SET_WEEKLY, args).await?;
    let body =
        json!({ "weekday": weekday, "minute": minute, "off": weekly.off, "reason_id": reason_id });
    tx.tell([tenant], NOUN, "weekly_test_set", body).await
}
