//! The journal: per tenant, what happened and what was decided; only ever added to.
//!
//! Rules:
//! - An entry holds codes, counts, hashes and identifiers: never a resident's name, never free
//!   text. A person's words lie sealed in [`crate::texts`], and can be erased there.
//! - Entries are numbered without a gap and chained by hash; each commit ends in one signed head,
//!   and the next entry names that head. So one signature, the last, covers everything before it.
//! - An export is JSON lines; [`verify`] needs nothing but the file and, to prove the author, the
//!   fingerprint printed when the tenant was added.
//! - Where the promise ends: who holds the platform's disk and master key can write a new history
//!   from the beginning, or cut off what came after the newest head that somebody else keeps.
//!   That is why guards and printed reports keep heads.

mod canonical;
mod kinds;
pub(crate) mod line;
mod verify;

use std::{fmt, io::Write};

use beffroi_town::{
    AccountId, Actor, ContactId, GuardId, Instant, PrintPostId, TenantId, watch::HeadSeen,
};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use canonical::canonical;
pub use kinds::KINDS;
pub use verify::{Fault, Report, VerifyError, verify};

use crate::{
    Error, OperatorScope, Result, TenantScope,
    db::{Conn, Row, args, column_int},
    sql::sqls,
};

sqls! { "journal":
    NEWEST = "SELECT entry, hash FROM journal_entry WHERE tenant = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";
    COUNT = "SELECT seq FROM journal_head WHERE tenant = $1";
    KEY = "SELECT public_key FROM journal_head WHERE tenant = $1";
    HEAD = "SELECT head, sig FROM journal_signed WHERE tenant = $1 ORDER BY seq DESC LIMIT 1";
    HEADS = "SELECT journal_signed.head, journal_signed.sig FROM journal_signed
        JOIN journal_head ON journal_head.tenant = journal_signed.tenant AND journal_head.seq = journal_signed.seq
        ORDER BY journal_signed.tenant";
    PAGE = "SELECT journal_entry.seq, journal_entry.entry, journal_entry.hash, journal_signed.head, journal_signed.sig
        FROM journal_entry
        LEFT JOIN journal_signed ON journal_signed.tenant = journal_entry.tenant AND journal_signed.seq = journal_entry.seq
        WHERE journal_entry.tenant = $1 AND journal_entry.seq > $2 ORDER BY journal_entry.seq LIMIT $3";
}

/// Rows read at a time while exporting.
const PAGE_ROWS: i64 = 1_000;

/// One entry, as the console shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The journal it is in.
    pub tenant: TenantId,
    /// Its number, from 1.
    pub seq: u64,
    /// When it happened.
    pub at: Instant,
    /// Who did it.
    pub actor: Actor,
    /// What happened, as a code.
    pub kind: String,
    /// Codes, counts and identifiers.
    pub body: Value,
    /// Its hash, 64 hexadecimal digits.
    pub hash: String,
}

/// A signed head: everything up to entry `seq` stood like this when it was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Whose journal.
    pub tenant: TenantId,
    /// Number of its newest entry.
    pub seq: u64,
    /// Hash of that entry.
    pub hash: String,
    /// When it was signed.
    pub at: Instant,
    /// Ed25519, base64url without padding.
    pub sig: String,
}

impl Head {
    /// As guards are shown it, to keep.
    pub fn seen(&self) -> HeadSeen {
        HeadSeen {
            tenant: self.tenant.clone(),
            sequence: self.seq,
            hash: self.hash.clone(),
            signature: self.sig.clone(),
        }
    }
}

/// The fingerprint of a journal's signing key: 160 bits of its SHA-256, as eight groups of four
/// letters and digits that a person can read out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(String);

const FINGERPRINT_BYTES: usize = 20;

/// Text that is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a fingerprint: copy the 32 letters and digits printed when the tenant was added"
)]
pub struct BadFingerprint(String);

impl Fingerprint {
    /// Of a public key.
    pub fn of(public_key: &[u8]) -> Self {
        let hash = line::key_hash(public_key);
        let short = hash.as_ref().get(..FINGERPRINT_BYTES).unwrap_or_default();
        Self(BASE32_NOPAD.encode(short))
    }

    /// As a person copies it: letter case, spaces and dashes do not matter.
    ///
    /// # Errors
    /// [`BadFingerprint`] when it is not 32 letters and digits of base32.
    pub fn parse(text: &str) -> Result<Self, BadFingerprint> {
        let tidy: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        match BASE32_NOPAD.decode(tidy.as_bytes()) {
            Ok(bytes) if bytes.len() == FINGERPRINT_BYTES => Ok(Self(tidy)),
            _ => Err(BadFingerprint(text.chars().take(80).collect())),
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, letter) in self.0.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = BadFingerprint;
    fn try_from(text: String) -> Result<Self, BadFingerprint> {
        Self::parse(&text)
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

/// What an entry's text holds.
#[derive(Deserialize)]
struct EntryText {
    actor: String,
    at: Instant,
    body: Value,
    kind: String,
    seq: u64,
    tenant: TenantId,
}

#[derive(Deserialize)]
struct HeadText {
    at: Instant,
    hash: String,
    seq: u64,
    tenant: TenantId,
}

/// From the code by which an actor is written.
pub(crate) fn actor_from_code(code: &str) -> Option<Actor> {
    match code.split_once(':') {
        Some(("account", id)) => AccountId::parse(id).ok().map(Actor::Account),
        Some(("contact", id)) => ContactId::parse(id).ok().map(Actor::Contact),
        Some(("guard", id)) => GuardId::parse(id).ok().map(Actor::Guard),
        Some(("print_post", id)) => PrintPostId::parse(id).ok().map(Actor::PrintPost),
        Some(_) => None,
        None => [Actor::CommandLine, Actor::Platform, Actor::Outside]
            .into_iter()
            .find(|actor| actor.to_string() == code),
    }
}

fn entry(row: &Row) -> Result<Entry> {
    let text: EntryText = row.json("entry")?;
    let actor =
        actor_from_code(&text.actor).ok_or_else(|| Error::unreadable("actor", &text.actor))?;
    Ok(Entry {
        tenant: text.tenant,
        seq: text.seq,
        at: text.at,
        actor,
        kind: text.kind,
        body: text.body,
        hash: row.text("hash")?,
    })
}

fn head_of(row: &Row) -> Result<Head> {
    let text: HeadText = row.json("head")?;
    Ok(Head {
        tenant: text.tenant,
        seq: text.seq,
        hash: text.hash,
        at: text.at,
        sig: row.text("sig")?,
    })
}

/// The newest entries before number `before` (none: the very newest), newest first.
pub async fn newest(
    conn: &mut Conn,
    scope: &TenantScope,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Entry>> {
    let before = before.map_or(i64::MAX, column_int);
    let rows = conn.all(NEWEST, args![scope.tenant(), before, limit]).await?;
    rows.iter().map(entry).collect()
}

/// How many entries there are.
pub async fn count(conn: &mut Conn, scope: &TenantScope) -> Result<u64> {
    match conn.one(COUNT, args![scope.tenant()]).await? {
        Some(row) => row.number("seq"),
        None => Ok(0),
    }
}

/// The fingerprint of the tenant's signing key; none for a tenant that is not here.
pub async fn fingerprint(conn: &mut Conn, scope: &TenantScope) -> Result<Option<Fingerprint>> {
    let row = conn.one(KEY, args![scope.tenant()]).await?;
    row.map(|row| row.parsed("public_key", |text| BASE64URL_NOPAD.decode(text.as_bytes()).ok()))
        .transpose()
        .map(|key| key.map(|key| Fingerprint::of(&key)))
}

/// The newest signed head; none before the first commit.
pub async fn head(conn: &mut Conn, scope: &TenantScope) -> Result<Option<Head>> {
    let row = conn.one(HEAD, args![scope.tenant()]).await?;
    row.as_ref().map(head_of).transpose()
}

/// The newest signed head of every tenant, by code.
pub async fn heads(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<Head>> {
    conn.all(HEADS, &[]).await?.iter().map(head_of).collect()
}

/// What became of an export that was not written whole.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] Error),
    /// The export could not be written.
    #[error("cannot write the export: check that there is room and that the place may be written")]
    Write(#[from] std::io::Error),
}

/// Writes the whole journal of a tenant as JSON lines; how many entries there were, or none for a
/// tenant that is not here. Read in pages: memory does not grow with the journal.
pub async fn export(
    conn: &mut Conn,
    scope: &TenantScope,
    to: &mut (dyn Write + Send),
) -> Result<Option<u64>, ExportError> {
    let tenant = scope.tenant();
    let Some(row) = conn.one(KEY, args![tenant]).await? else {
        return Ok(None);
    };
    writeln!(to, "{}", line::key_line(tenant, &row.text("public_key")?))?;
    let mut after = 0_i64;
    let mut written = 0;
    loop {
        let rows = conn.all(PAGE, args![tenant, after, PAGE_ROWS]).await?;
        let Some(last) = rows.last() else { break };
        after = last.int("seq")?;
        for row in &rows {
            writeln!(to, "{}", line::entry_line(&row.text("entry")?, &row.text("hash")?))?;
            if let (Some(head), Some(sig)) = (row.opt_text("head")?, row.opt_text("sig")?) {
                writeln!(to, "{}", line::head_line(&head, &sig))?;
            }
            written += 1;
        }
    }
    to.flush()?;
    Ok(Some(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_people_copy_it() {
        let fingerprint = Fingerprint::of(&[1; 32]);
        let shown = fingerprint.to_string();
        assert_eq!(shown.len(), 39);
        assert_eq!(Fingerprint::parse(&shown.to_lowercase().replace('-', " ")), Ok(fingerprint));
        for bad in ["", "ABCD", &shown.replace('-', "1"), &shown[..38]] {
            assert!(Fingerprint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_actor_is_read_back() {
        for actor in [
            Actor::Account(AccountId::parse("a1").unwrap()),
            Actor::CommandLine,
            Actor::Contact(ContactId::parse("c1").unwrap()),
            Actor::Guard(GuardId::parse("g-1").unwrap()),
            Actor::PrintPost(PrintPostId::parse("p1").unwrap()),
            Actor::Platform,
            Actor::Outside,
        ] {
            assert_eq!(actor_from_code(&actor.to_string()), Some(actor));
        }
        assert_eq!(actor_from_code("account:"), None);
        assert_eq!(actor_from_code("mayor"), None);
    }
}
