//! Packs: lists of the town's own software, taken in, sealed, opened and printed.
//!
//! Rules: a table is taken in whole or not at all ([`table`]); what stands in a list is sealed for
//! the group that reads it before it is kept; whoever opens one says why first, and that is kept
//! before anything is shown; a list about health is printed where it is kept ([`mod@print`]) and never
//! comes to the store.

pub mod print;
pub mod table;

use std::collections::BTreeMap;

use beffroi_paper::PaperError;
use beffroi_store::{
    Conn, TenantScope,
    packs::{self as kept, Which},
};
use beffroi_town::{Pack, PackKind};

use crate::{
    keys::{self, Hand, Keyring, KeysError},
    sealing::{self, SealError},
};
use table::Mapping;

/// What stands in one row: texts by the codes of their fields, empty ones left out.
pub type Entry = BTreeMap<String, String>;

/// What can go wrong with a list.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The keys of the counter are not made, or their recovery sheet is not kept.
    #[error("the counter is closed: a director makes its keys and keeps the recovery sheet first")]
    Closed,
    /// A list about health does not come here.
    #[error("this list is about health and stays where it is: print it with beffroi pack {}", .0.code())]
    Health(PackKind),
    /// What was kept cannot be read.
    #[error("what was kept of a list cannot be read: {0}")]
    Damaged(#[from] serde_json::Error),
    /// A key cannot be worked with.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Something cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error("the lists cannot be read or written")]
    Store(#[from] beffroi_store::Error),
    /// The list could not be printed.
    #[error(transparent)]
    Paper(#[from] PaperError),
}

/// Takes a list in; its number. The headings are kept for the next time.
///
/// # Errors
/// [`PackError::Health`], [`PackError::Closed`]; the store's.
pub async fn import(
    hand: &Hand<'_>,
    kind: PackKind,
    (entries, mapping): (&[Entry], &Mapping),
) -> Result<u32, PackError> {
    if kind.is_health() {
        return Err(PackError::Health(kind));
    }
    let mut conn = hand.store.read().await?;
    let recipient = keys::recipient(&mut conn, hand.scope, kind.group()).await?;
    let known = saved(&mut conn, hand.scope, kind).await?;
    drop(conn);
    let recipient = recipient.ok_or(PackError::Closed)?;
    let sealed = sealing::seal(&recipient, &serde_json::to_vec(entries)?)?;
    let rows = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let tenant = hand.scope.tenant();
    let mut tx = hand.begin().await?;
    let number = kept::import(&mut tx, tenant, kind, (rows, &sealed)).await?;
    if known.as_ref() != Some(mapping) {
        kept::save_mapping(&mut tx, tenant, kind, &serde_json::to_string(mapping)?).await?;
    }
    tx.commit().await?;
    Ok(number)
}

/// Which heading was which field the last time; none before the first.
///
/// # Errors
/// The store's.
pub async fn saved(
    conn: &mut Conn,
    scope: &TenantScope,
    kind: PackKind,
) -> Result<Option<Mapping>, PackError> {
    let text = kept::mapping(conn, scope, kind).await?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// A list that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What is known of it without a key.
    pub pack: Pack,
    /// The number of the one before whose paper is still there.
    pub former: Option<u32>,
    /// What stands in it.
    pub entries: Vec<Entry>,
}

/// Opens a list with the keys of whoever asks, once the reason is kept; none when it is not here, or
/// not for them.
///
/// # Errors
/// [`PackError`]; when it cannot be opened, nothing is written.
pub async fn open(
    hand: &Hand<'_>,
    ring: &Keyring,
    which: Which,
    reason: &str,
) -> Result<Option<Opened>, PackError> {
    let mut conn = hand.store.read().await?;
    let all = kept::list(&mut conn, hand.scope).await?;
    let content = kept::content(&mut conn, hand.scope, which).await?;
    drop(conn);
    let found = all.iter().find(|one| (one.kind, one.number) == which);
    let (Some(pack), Some(content)) = (found.cloned(), content) else { return Ok(None) };
    let Some(key) = ring.get(pack.group) else { return Ok(None) };
    let entries = serde_json::from_slice(&sealing::open(key, &content)?)?;
    let mut tx = hand.begin().await?;
    kept::opened(&mut tx, hand.scope.tenant(), which, reason).await?;
    tx.commit().await?;
    Ok(Some(Opened { former: former(&all, which), pack, entries }))
}

/// The list before this one whose paper nobody has recorded as destroyed.
pub fn former(all: &[Pack], (kind, number): Which) -> Option<u32> {
    let before = all.iter().filter(|one| one.kind == kind && one.number < number && one.stands());
    before.map(|one| one.number).max()
}
