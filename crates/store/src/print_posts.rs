//! Print posts: made by a director, enrolled once, confirmed group by group, revoked.
//!
//! Rules: an enrolment token is used once, before it expires, and only a keyed hash of it is kept; a
//! post's secret halves never come here; nothing is sealed for a post before a person who holds the
//! group's key has confirmed it, nor once it is revoked. When it was heard is bookkeeping; what it
//! printed is in [`sheets`].

pub mod sheets;

use beffroi_town::{
    Instant, Lang, PrintPostId, TenantId, printer::EnrolRequest, procedure::KeyGroup,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use crate::{
    Bookkeeping, Error, OperatorScope, Result, TenantScope, Tx,
    db::{Conn, Row, args},
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT id, tenant, name, lang, evening, expires_at, made_at, public_key, recipient, hostname,
            enrolled_at, revoked_at, heard_at, failing_since
            FROM print_post LEFT JOIN print_post_heard ON print_post_heard.post = print_post.id "
    };
}

sqls! { "print_posts":
    MAKE = "INSERT INTO print_post (id, tenant, name, lang, evening, token_hash, expires_at, made_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    ADD_GROUP = "INSERT INTO print_post_group (post, key_group) VALUES ($1, $2)";
    LIST = concat!(columns!(), "WHERE tenant = $1 ORDER BY made_at, id");
    GET = concat!(columns!(), "WHERE tenant = $1 AND id = $2");
    ANY = concat!(columns!(), "WHERE id = $1 AND enrolled_at IS NOT NULL");
    GROUPS = "SELECT key_group, confirmed_at FROM print_post_group WHERE post = $1 ORDER BY key_group";
    OFFERED = "SELECT tenant FROM print_post
        WHERE token_hash = $1 AND id = $2 AND enrolled_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
    ENROL = "UPDATE print_post SET public_key = $3, recipient = $4, hostname = $5, enrolled_at = $6
        WHERE token_hash = $1 AND id = $2 AND enrolled_at IS NULL AND revoked_at IS NULL AND expires_at > $6";
    CONFIRM = "UPDATE print_post_group SET confirmed_at = $4
        WHERE key_group = $3 AND confirmed_at IS NULL AND post IN
            (SELECT id FROM print_post WHERE tenant = $1 AND id = $2 AND enrolled_at IS NOT NULL AND revoked_at IS NULL)";
    REVOKE = "UPDATE print_post SET revoked_at = $3 WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL";
    RECIPIENTS = "SELECT recipient FROM print_post
        JOIN print_post_group ON print_post_group.post = print_post.id
        WHERE tenant = $1 AND key_group = $2 AND confirmed_at IS NOT NULL AND revoked_at IS NULL
            AND recipient IS NOT NULL ORDER BY id";
    HEARD = "INSERT INTO print_post_heard (post, heard_at, failing_since) VALUES ($1, $2, $3)
        ON CONFLICT (post) DO UPDATE SET heard_at = $2, failing_since = CASE
            WHEN $3 IS NULL THEN NULL ELSE COALESCE(print_post_heard.failing_since, $3) END";
    WATCHED = concat!(columns!(), "WHERE revoked_at IS NULL AND enrolled_at < $1 AND EXISTS
        (SELECT 1 FROM print_post_group WHERE print_post_group.post = print_post.id AND confirmed_at IS NOT NULL)
        AND (heard_at IS NULL OR heard_at < $1 OR failing_since < $1) ORDER BY id");
}

const NOUN: &str = "print_post";
const TOKEN_PURPOSE: &str = "print post token";
const TOKEN_BYTES: usize = 32;
/// Most posts of a tenant that are not revoked: what is taken is sealed for each of them.
pub const POSTS_MAX: usize = 10;
/// Longest name, characters.
pub const NAME_CHARS_MAX: usize = 80;

/// A print post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintPost {
    /// Its identifier.
    pub id: PrintPostId,
    /// The tenant it prints for.
    pub tenant: TenantId,
    /// What it is called.
    pub name: String,
    /// In which language it prints.
    pub lang: Lang,
    /// At which minute of the day the sheets of the next are printed.
    pub evening: u16,
    /// Until when it may enrol.
    pub expires_at: Instant,
    /// When it was made.
    pub made_at: Instant,
    /// Its keys; none before it enrolled.
    pub keys: Option<PostKeys>,
    /// When it enrolled.
    pub enrolled_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
    /// When it was last heard.
    pub heard_at: Option<Instant>,
    /// Since when it cannot print.
    pub failing_since: Option<Instant>,
    /// The groups whose sheets it prints, and since when a person agrees.
    pub groups: Vec<(KeyGroup, Option<Instant>)>,
}

/// The public halves of a post's keys, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostKeys {
    /// What its requests are signed with: Ed25519, base64url.
    pub public_key: String,
    /// What is sealed for it: X25519, as age writes it.
    pub recipient: String,
    /// The computer's own name.
    pub hostname: String,
}

impl PrintPost {
    /// Whether it prints the sheets of this group now.
    pub fn prints(&self, group: KeyGroup) -> bool {
        self.revoked_at.is_none()
            && self.groups.iter().any(|(one, agreed)| *one == group && agreed.is_some())
    }

    /// The groups that nobody has confirmed yet.
    pub fn waiting(&self) -> Vec<KeyGroup> {
        let waiting = self.groups.iter().filter(|(_, agreed)| agreed.is_none());
        waiting.map(|(group, _)| *group).collect()
    }
}

/// A print post to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewPrintPost<'a> {
    /// What it is called.
    pub name: &'a str,
    /// In which language it prints.
    pub lang: Lang,
    /// At which minute of the day the sheets of the next are printed.
    pub evening: u16,
    /// The groups whose sheets it prints.
    pub groups: &'a [KeyGroup],
    /// Until when it may enrol.
    pub expires_at: Instant,
}

fn post(row: &Row) -> Result<PrintPost> {
    let evening = row.count("evening")?;
    let keys = match (row.opt_text("public_key")?, row.opt_text("recipient")?) {
        (Some(public_key), Some(recipient)) => {
            let hostname = row.opt_text("hostname")?.unwrap_or_default();
            Some(PostKeys { public_key, recipient, hostname })
        }
        _ => None,
    };
    Ok(PrintPost {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        name: row.text("name")?,
        lang: row.parsed("lang", |text| Lang::ALL.into_iter().find(|one| one.tag() == text))?,
        evening: u16::try_from(evening)
            .map_err(|_| Error::unreadable("evening", &evening.to_string()))?,
        expires_at: row.instant("expires_at")?,
        made_at: row.instant("made_at")?,
        keys,
        enrolled_at: row.opt_instant("enrolled_at")?,
        revoked_at: row.opt_instant("revoked_at")?,
        heard_at: row.opt_instant("heard_at")?,
        failing_since: row.opt_instant("failing_since")?,
        groups: Vec::new(),
    })
}

async fn with_groups(conn: &mut Conn, rows: &[Row]) -> Result<Vec<PrintPost>> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let mut one = post(row)?;
        for row in conn.all(GROUPS, args![&one.id]).await? {
            let group = row.parsed("key_group", KeyGroup::from_code)?;
            one.groups.push((group, row.opt_instant("confirmed_at")?));
        }
        all.push(one);
    }
    Ok(all)
}

/// Every post of the tenant, revoked ones too, oldest first.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<PrintPost>> {
    let rows = conn.all(LIST, args![scope.tenant()]).await?;
    with_groups(conn, &rows).await
}

/// One post of the tenant.
pub async fn get(
    conn: &mut Conn,
    scope: &TenantScope,
    id: &PrintPostId,
) -> Result<Option<PrintPost>> {
    let rows = conn.all(GET, args![scope.tenant(), id]).await?;
    Ok(with_groups(conn, &rows).await?.pop())
}

/// The post that a request says it comes from, revoked ones too. It takes no scope: the tenant
/// becomes known by it, once the request's signature holds.
pub async fn for_request(conn: &mut Conn, id: &PrintPostId) -> Result<Option<PrintPost>> {
    let rows = conn.all(ANY, args![id]).await?;
    Ok(with_groups(conn, &rows).await?.pop())
}

/// The posts that what is taken for a group is sealed for, besides the group itself.
pub async fn recipients(
    conn: &mut Conn,
    scope: &TenantScope,
    group: KeyGroup,
) -> Result<Vec<String>> {
    let rows = conn.all(RECIPIENTS, args![scope.tenant(), group.code()]).await?;
    rows.iter().map(|row| row.text("recipient")).collect()
}

/// Posts of every tenant that should print and were not heard, or could not print, since `since`.
pub async fn down(
    conn: &mut Conn,
    _scope: &OperatorScope,
    since: Instant,
) -> Result<Vec<PrintPost>> {
    let rows = conn.all(WATCHED, args![since]).await?;
    with_groups(conn, &rows).await
}

/// Makes a post; its identifier, and the token that enrols it, which is not kept.
///
/// # Errors
/// [`Error::Refused`] for a name that is empty or too long, no group, an hour that is none, or
/// beyond [`POSTS_MAX`].
pub async fn make(
    tx: &mut Tx,
    tenant: &TenantId,
    new: &NewPrintPost<'_>,
) -> Result<(PrintPostId, String)> {
    tx.covers("make a print post", [tenant])?;
    let refused = |why| Err(Error::refused(NOUN, "new", why));
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return refused("needs a name of at most 80 characters");
    }
    if new.groups.is_empty() || new.evening >= 24 * 60 {
        return refused("needs a group whose sheets it prints, and an hour of the day");
    }
    let (at, id) = (tx.at(), PrintPostId::new(tx.at(), tx.store().entropy()));
    let mut bytes = [0; TOKEN_BYTES];
    tx.store().entropy().fill(&mut bytes);
    let token = BASE64URL_NOPAD.encode(&bytes);
    let hash = tx.conn().keys().secret_hash(TOKEN_PURPOSE, &token)?;
    let evening = u32::from(new.evening);
    let args = args![&id, tenant, name, new.lang.tag(), evening, hash, new.expires_at, at];
    tx.conn().run(MAKE, args).await?;
    let mut codes: Vec<&str> = new.groups.iter().map(|group| group.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    for code in &codes {
        tx.conn().run(ADD_GROUP, args![&id, *code]).await?;
    }
    let scope = TenantScope::for_tenant(tenant);
    let live = list(tx.conn(), &scope).await?.into_iter().filter(|one| one.revoked_at.is_none());
    if live.count() > POSTS_MAX {
        return refused("is one too many: a town has 10 at most; revoke one that is not used");
    }
    let body = json!({ "post": id.as_str(), "groups": codes, "expires_at": new.expires_at });
    tx.tell([tenant], NOUN, "print_post_made", body).await?;
    Ok((id, token))
}

/// The tenant of the post that a token enrols, if it is still good: says which tenant to begin the
/// transaction for. It takes no scope: whoever holds the token may enrol.
pub async fn offered(
    conn: &mut Conn,
    request: &EnrolRequest,
    at: Instant,
) -> Result<Option<TenantId>> {
    let hash = conn.keys().secret_hash(TOKEN_PURPOSE, &request.token)?;
    let row = conn.one(OFFERED, args![hash, &request.post, at]).await?;
    row.map(|row| row.id("tenant")).transpose()
}

/// Enrols a post with its token, which is worthless from then on. `None`, and nothing written, when
/// the token is unknown, used, expired or of another post. Check the request's bounds, its keys and
/// its signature first.
///
/// # Errors
/// [`Error::OutOfScope`] when the token is of a tenant that was not locked.
pub async fn enrol(tx: &mut Tx, request: &EnrolRequest) -> Result<Option<PrintPost>> {
    let at = tx.at();
    let Some(tenant) = offered(tx.conn(), request, at).await? else { return Ok(None) };
    tx.covers("enrol a print post", [&tenant])?;
    let hash = tx.conn().keys().secret_hash(TOKEN_PURPOSE, &request.token)?;
    let (key, recipient) = (request.public_key.as_str(), request.recipient.as_str());
    let args = args![hash, &request.post, key, recipient, request.hostname.as_str(), at];
    if tx.conn().run(ENROL, args).await? == 0 {
        return Ok(None);
    }
    let body = json!({ "post": request.post.as_str(), "public_key": key, "recipient": recipient });
    tx.tell([&tenant], NOUN, "print_post_enrolled", body).await?;
    get(tx.conn(), &TenantScope::for_tenant(&tenant), &request.post).await
}

/// A person who holds the keys of these groups agrees that a post prints their sheets.
///
/// # Errors
/// [`Error::Absent`] for a post that has not enrolled, is revoked, or has none of these groups
/// waiting.
pub async fn confirm(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &PrintPostId,
    groups: &[KeyGroup],
) -> Result<()> {
    tx.covers("confirm a print post", [tenant])?;
    let (at, mut confirmed) = (tx.at(), Vec::new());
    for group in groups {
        if tx.conn().run(CONFIRM, args![tenant, id, group.code(), at]).await? > 0 {
            confirmed.push(group.code());
        }
    }
    if confirmed.is_empty() {
        return Err(Error::absent(NOUN, id));
    }
    let body = json!({ "post": id.as_str(), "groups": confirmed });
    tx.tell([tenant], NOUN, "print_post_confirmed", body).await
}

/// Revokes a post: it is handed nothing more, and nothing more is sealed for it.
///
/// # Errors
/// [`Error::Absent`] also when it is revoked already.
pub async fn revoke(tx: &mut Tx, tenant: &TenantId, id: &PrintPostId) -> Result<()> {
    tx.covers("revoke a print post", [tenant])?;
    let at = tx.at();
    let rows = tx.conn().run(REVOKE, args![tenant, id, at]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "print_post_revoked", json!({ "post": id.as_str() })).await
}

/// Notes that a post whose request was checked was heard, and whether it can print. Bookkeeping.
pub async fn heard(
    book: &mut Bookkeeping,
    id: &PrintPostId,
    at: Instant,
    fails: bool,
) -> Result<()> {
    let failing = fails.then_some(at);
    book.conn().run(HEARD, args![id, at, failing]).await.map(drop)
}
