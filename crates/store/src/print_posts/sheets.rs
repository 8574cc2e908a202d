//! Day sheets of print posts: those that a person asked for, and what was printed.
//!
//! Rules: what was printed is told once, by the time it was printed at; the journal has codes and
//! counts; a wish that nobody fulfilled is forgotten after [`WISH_MS`].

use beffroi_town::{AgendaId, Instant, PrintPostId, TenantId, agenda::Day, printer::Printed};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx,
    db::{Conn, Row, args},
    sql::sqls,
};

sqls! { "print_sheets":
    WISH = "INSERT INTO print_wish (id, post, agenda, day, asked_at) VALUES ($1, $2, $3, $4, $5)";
    WISHES = "SELECT print_wish.id, agenda, day FROM print_wish JOIN print_post ON print_post.id = print_wish.post
        WHERE tenant = $1 AND print_wish.post = $2 AND done_at IS NULL AND asked_at > $3 ORDER BY asked_at, print_wish.id";
    FULFILLED = "UPDATE print_wish SET done_at = $3 WHERE post = $1 AND id = $2 AND done_at IS NULL";
    LIVE = "SELECT id FROM print_post WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL AND enrolled_at IS NOT NULL";
    PRINTED = "INSERT INTO print_sheet (post, agenda, day, printed_at, lines, locked, times) VALUES ($1, $2, $3, $4, $5, $6, 1)
        ON CONFLICT (post, agenda, day) DO UPDATE SET printed_at = $4, lines = $5, locked = $6, times = print_sheet.times + 1
        WHERE print_sheet.printed_at < $4 AND print_sheet.times < $7";
    LIST = "SELECT agenda, day, printed_at, lines, locked, times FROM print_sheet
        JOIN print_post ON print_post.id = print_sheet.post
        WHERE tenant = $1 AND post = $2 AND day >= $3 ORDER BY day, agenda";
}

const NOUN: &str = "print_sheet";
/// Most times that one sheet is written down as printed: a stolen post must not fill the journal.
const TIMES_MAX: u32 = 200;
/// How long a wish stands.
pub const WISH_MS: i64 = 24 * 3_600_000;
/// Most wishes of a post that stand at once.
pub const WISHES_MAX: usize = 50;

/// A sheet that a person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Its identifier.
    pub id: String,
    /// Of which service point.
    pub agenda: AgendaId,
    /// Of which day.
    pub day: Day,
}

/// A sheet that was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Of which service point.
    pub agenda: AgendaId,
    /// Of which day.
    pub day: Day,
    /// When the last of it was printed, by the post's clock.
    pub printed_at: Instant,
    /// How many lines it has.
    pub lines: u32,
    /// How many of them could not be opened.
    pub locked: u32,
    /// How many times it was printed.
    pub times: u32,
}

fn day(row: &Row) -> Result<Day> {
    row.parsed("day", |text| Day::parse(text).ok())
}

/// Asks a post for a sheet.
///
/// # Errors
/// [`Error::Absent`] for a post that has not enrolled or is revoked; [`Error::Refused`] beyond
/// [`WISHES_MAX`].
pub async fn wish(
    tx: &mut Tx,
    tenant: &TenantId,
    post: &PrintPostId,
    (agenda, day): (&AgendaId, Day),
) -> Result<String> {
    tx.covers("ask for a sheet", [tenant])?;
    let (at, scope) = (tx.at(), TenantScope::for_tenant(tenant));
    if tx.conn().one(LIVE, args![tenant, post]).await?.is_none() {
        return Err(Error::absent("print_post", post));
    }
    let id = tx.new_id();
    let args = args![id.as_str(), post, agenda, day.to_string(), at];
    tx.conn().run(WISH, args).await?;
    if wishes(tx.conn(), &scope, post, at).await?.len() > WISHES_MAX {
        return Err(Error::refused(NOUN, post, "is asked for too many sheets: wait for those"));
    }
    let body = json!({ "post": post.as_str(), "agenda": agenda.as_str(), "day": day.to_string() });
    tx.tell([tenant], NOUN, "print_sheet_asked", body).await?;
    Ok(id)
}

/// The wishes that stand, oldest first.
pub async fn wishes(
    conn: &mut Conn,
    scope: &TenantScope,
    post: &PrintPostId,
    at: Instant,
) -> Result<Vec<Wish>> {
    let since = at.plus_ms(-WISH_MS);
    let rows = conn.all(WISHES, args![scope.tenant(), post, since]).await?;
    let wish =
        |row: &Row| Ok(Wish { id: row.text("id")?, agenda: row.id("agenda")?, day: day(row)? });
    rows.iter().map(wish).collect()
}

/// Writes down that a post printed a sheet. `false`, and nothing written, when that is known.
///
/// # Errors
/// [`Error::Absent`] for a post that is revoked or not the tenant's.
pub async fn printed(
    tx: &mut Tx,
    tenant: &TenantId,
    post: &PrintPostId,
    said: &Printed,
) -> Result<bool> {
    tx.covers("write down a printed sheet", [tenant])?;
    let at = tx.at();
    if tx.conn().one(LIVE, args![tenant, post]).await?.is_none() {
        return Err(Error::absent("print_post", post));
    }
    let day = said.day.to_string();
    let args = args![
        post,
        &said.agenda,
        day.as_str(),
        said.printed_at,
        said.lines,
        said.locked,
        TIMES_MAX
    ];
    let mut news = tx.conn().run(PRINTED, args).await? > 0;
    if let Some(wish) = &said.wish {
        news |= tx.conn().run(FULFILLED, args![post, wish.as_str(), at]).await? > 0;
    }
    if !news {
        return Ok(false);
    }
    let body = json!({
        "post": post.as_str(),
        "agenda": said.agenda.as_str(),
        "day": day,
        "lines": said.lines,
        "locked": said.locked,
        "replaces": said.replaces,
    });
    tx.tell([tenant], NOUN, "print_sheet_printed", body).await?;
    Ok(true)
}

/// The sheets that a post printed for a day and those after it.
pub async fn list(
    conn: &mut Conn,
    scope: &TenantScope,
    post: &PrintPostId,
    first: Day,
) -> Result<Vec<Sheet>> {
    let rows = conn.all(LIST, args![scope.tenant(), post, first.to_string()]).await?;
    let sheet = |row: &Row| {
        Ok(Sheet {
            agenda: row.id("agenda")?,
            day: day(row)?,
            printed_at: row.instant("printed_at")?,
            lines: row.count("lines")?,
            locked: row.count("locked")?,
            times: row.count("times")?,
        })
    };
    rows.iter().map(sheet).collect()
}
