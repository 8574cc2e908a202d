//! Notices: what a town tells its people.
//!
//! Rules: a published version is never changed nor removed, a correction is a new one; an ended
//! notice stays in the history; the journal holds the hash of what was published, not its words.

use std::collections::BTreeMap;

use beffroi_town::{
    IncidentId, Notice, NoticeId, TenantId,
    notice::{NoticeText, NoticeVersion},
};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx,
    db::{Arg, Conn, Row, args},
    incidents,
    keys::sha256_hex,
    sql::sqls,
};

macro_rules! versions {
    () => {
        "SELECT notice_version.notice, fr_title, fr_body, en_title, en_body, published_at FROM notice_version
        JOIN notice ON notice.id = notice_version.notice "
    };
}

sqls! { "notices":
    INSERT = "INSERT INTO notice (id, tenant, incident, made_at) VALUES ($1, $2, $3, $4)";
    LIST = "SELECT id, incident, ended_at FROM notice WHERE tenant = $1 ORDER BY made_at DESC, id DESC";
    GET = "SELECT id, incident, ended_at FROM notice WHERE tenant = $1 AND id = $2";
    VERSIONS = concat!(versions!(), "WHERE tenant = $1 ORDER BY notice_version.notice, number");
    VERSIONS_OF = concat!(versions!(), "WHERE tenant = $1 AND notice = $2 ORDER BY number");
    TAKEN = "SELECT COUNT(*) AS many FROM notice WHERE id = $1 AND tenant <> $2";
    VERSION = "INSERT INTO notice_version (notice, number, fr_title, fr_body, en_title, en_body) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (notice, number) DO UPDATE SET fr_title = $3, fr_body = $4, en_title = $5, en_body = $6";
    PUBLISH = "UPDATE notice_version SET published_at = $3 WHERE notice = $1 AND number = $2 AND published_at IS NULL";
    END = "UPDATE notice SET ended_at = $3 WHERE tenant = $1 AND id = $2 AND ended_at IS NULL";
}

const NOUN: &str = "notice";
/// Longest title or body, bytes.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

/// The words of a notice in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// In French.
    pub fr: NoticeText,
    /// In English.
    pub en: NoticeText,
}

fn version(row: &Row) -> Result<NoticeVersion> {
    let text =
        |title, body| Ok::<_, Error>(NoticeText { title: row.text(title)?, body: row.text(body)? });
    Ok(NoticeVersion {
        fr: text("fr_title", "fr_body")?,
        en: text("en_title", "en_body")?,
        published_at: row.opt_instant("published_at")?,
    })
}

fn notice(row: &Row, versions: Vec<NoticeVersion>) -> Result<Notice> {
    Ok(Notice {
        id: row.id("id")?,
        incident: row.opt_id("incident")?,
        versions,
        ended_at: row.opt_instant("ended_at")?,
    })
}

/// Every notice of the tenant, drafts and ended ones too, newest first.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Notice>> {
    let rows = conn.all(LIST, args![scope.tenant()]).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut versions: BTreeMap<String, Vec<NoticeVersion>> = BTreeMap::new();
    for row in conn.all(VERSIONS, args![scope.tenant()]).await? {
        versions.entry(row.text("notice")?).or_default().push(version(&row)?);
    }
    rows.iter()
        .map(|row| notice(row, versions.remove(&row.text("id")?).unwrap_or_default()))
        .collect()
}

/// One notice of the tenant.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &NoticeId) -> Result<Option<Notice>> {
    let Some(row) = conn.one(GET, args![scope.tenant(), id]).await? else {
        return Ok(None);
    };
    let rows = conn.all(VERSIONS_OF, args![scope.tenant(), id]).await?;
    let versions = rows.iter().map(version).collect::<Result<_>>()?;
    notice(&row, versions).map(Some)
}

async fn held(
    tx: &mut Tx,
    doing: &'static str,
    tenant: &TenantId,
    id: &NoticeId,
) -> Result<Option<Notice>> {
    tx.covers(doing, [tenant])?;
    get(tx.conn(), &TenantScope::for_tenant(tenant), id).await
}

/// Number of the newest version, from 1.
fn newest_number(notice: &Notice) -> i64 {
    i64::try_from(notice.versions.len()).unwrap_or(i64::MAX)
}

/// Keeps a draft: a new notice, a new text of its draft, or the draft of a correction.
///
/// # Errors
/// [`Error::Absent`] for an incident that does not concern the tenant; [`Error::Refused`] once the
/// notice is ended, without a title, or beyond [`TEXT_BYTES_MAX`].
pub async fn put_draft(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &NoticeId,
    incident: Option<&IncidentId>,
    words: &Words,
) -> Result<()> {
    let known = held(tx, "draft a notice", tenant, id).await?;
    check_words(id, words)?;
    let number = match &known {
        Some(notice) if notice.ended_at.is_some() => {
            return Err(Error::refused(NOUN, id, "is ended: write a new one"));
        }
        Some(notice) if notice.newest().is_some_and(|newest| newest.published_at.is_none()) => {
            newest_number(notice)
        }
        Some(notice) => newest_number(notice) + 1,
        None => {
            insert(tx, tenant, id, incident).await?;
            1
        }
    };
    let mut args = vec![Arg::from(id), Arg::from(number)];
    args.extend(
        [&words.fr, &words.en]
            .into_iter()
            .flat_map(|text| [Arg::from(text.title.as_str()), Arg::from(text.body.as_str())]),
    );
    tx.conn().run(VERSION, &args).await?;
    let body = json!({ "notice": id, "version": number, "incident": incident });
    tx.tell([tenant], NOUN, "notice_drafted", body).await
}

async fn insert(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &NoticeId,
    incident: Option<&IncidentId>,
) -> Result<()> {
    if let Some(incident) = incident {
        incidents::held(tx, tenant, incident).await?;
    }
    // An identifier that another tenant bears is as absent as one that nobody bears.
    let taken = tx.conn().one(TAKEN, args![id, tenant]).await?;
    if taken.map_or(Ok(0), |row| row.int("many"))? > 0 {
        return Err(Error::absent(NOUN, id));
    }
    let at = tx.at();
    tx.conn().run(INSERT, args![id, tenant, incident, at]).await.map(drop)
}

fn check_words(id: &NoticeId, words: &Words) -> Result<()> {
    for text in [&words.fr, &words.en] {
        if text.title.trim().is_empty() {
            return Err(Error::refused(NOUN, id, "needs a title in French and in English"));
        }
        if text.title.len() > TEXT_BYTES_MAX || text.body.len() > TEXT_BYTES_MAX {
            return Err(Error::refused(NOUN, id, "is longer than 16 KiB: shorten it"));
        }
    }
    Ok(())
}

/// Publishes the draft of a notice; its time is the transaction's.
///
/// # Errors
/// [`Error::Absent`]; [`Error::Refused`] without a draft or once it is ended.
pub async fn publish(tx: &mut Tx, tenant: &TenantId, id: &NoticeId) -> Result<()> {
    let notice = held(tx, "publish a notice", tenant, id).await?;
    let notice = notice.ok_or_else(|| Error::absent(NOUN, id))?;
    if notice.ended_at.is_some() {
        return Err(Error::refused(NOUN, id, "is ended: write a new one"));
    }
    let (number, at) = (newest_number(&notice), tx.at());
    let rows = tx.conn().run(PUBLISH, args![id, number, at]).await?;
    let (Some(draft), 1) = (notice.newest(), rows) else {
        return Err(Error::refused(NOUN, id, "has no draft to publish"));
    };
    let kind = if notice.current().is_some() { "notice_corrected" } else { "notice_published" };
    let body = json!({ "notice": id, "version": number, "sha256": words_hash(draft) });
    tx.tell([tenant], NOUN, kind, body).await
}

/// The hash of what a version says, each text preceded by its length.
fn words_hash(version: &NoticeVersion) -> String {
    let texts = [&version.fr.title, &version.fr.body, &version.en.title, &version.en.body];
    let marked: Vec<String> = texts.iter().map(|text| format!("{}:{text}", text.len())).collect();
    let pieces: Vec<&[u8]> = marked.iter().map(String::as_bytes).collect();
    sha256_hex(&pieces)
}

/// Corrects a published notice: what it said stays in its history.
///
/// # Errors
/// As [`put_draft`] and [`publish`]; [`Error::Refused`] when it was never published.
pub async fn correct(tx: &mut Tx, tenant: &TenantId, id: &NoticeId, words: &Words) -> Result<()> {
    let notice = held(tx, "correct a notice", tenant, id).await?;
    let notice = notice.ok_or_else(|| Error::absent(NOUN, id))?;
    if notice.current().is_none() {
        return Err(Error::refused(NOUN, id, "was never published: publish it first"));
    }
    put_draft(tx, tenant, id, notice.incident.as_ref(), words).await?;
    publish(tx, tenant, id).await
}

/// Ends a notice: it stays in the history of the page.
///
/// # Errors
/// [`Error::Absent`]; [`Error::Refused`] when it is ended already.
pub async fn end(tx: &mut Tx, tenant: &TenantId, id: &NoticeId) -> Result<()> {
    if held(tx, "end a notice", tenant, id).await?.is_none() {
        return Err(Error::absent(NOUN, id));
    }
    let at = tx.at();
    if tx.conn().run(END, args![tenant, id, at]).await? == 0 {
        return Err(Error::refused(NOUN, id, "is ended already"));
    }
    tx.tell([tenant], NOUN, "notice_ended", json!({ "notice": id })).await
}
