//! A form that is not sent yet: what was typed and what was added, wrapped under the secret in the
//! resident's cookie, gone after a day.

use beffroi_store::{Store, desk::drafts as kept, wrap};
use beffroi_town::{Instant, procedure::given::Typed};

use crate::{
    DeskError,
    attachments::{About, Attachment},
    codes::{DraftKey, FormOf},
};

/// How long it is kept without being sent.
pub const KEPT_MS: i64 = 24 * 3_600_000;
/// The label of what is wrapped.
const LABEL: &str = "beffroi draft v1";
const TYPED: &str = "typed";
const FILE: &str = "file.";

/// A form that is not sent yet.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What was typed, as it was typed.
    pub typed: Typed,
    /// What was added.
    pub files: Vec<Attachment>,
}

/// A draft's place.
#[derive(Clone, Copy, Debug)]
pub struct Slip<'a> {
    /// The secret in the cookie.
    pub key: &'a DraftKey,
    /// Which form.
    pub of: FormOf<'a>,
}

/// What lies under this secret; none when nothing does, or no more.
///
/// # Errors
/// [`DeskError`].
pub async fn find(store: &Store, at: Instant, slip: Slip<'_>) -> Result<Option<Draft>, DeskError> {
    let name = slip.key.name(slip.of)?;
    let parts = kept::parts(&mut store.read().await?, &name, at).await?;
    if parts.is_empty() {
        return Ok(None);
    }
    let (key, mut draft) = (slip.key.derived("key", slip.of)?, Draft::default());
    for (part, body) in parts {
        let plain = wrap::open(&key, LABEL, &body)?;
        if part == TYPED {
            draft.typed = serde_json::from_slice(&plain).map_err(|_| DeskError::Damaged)?;
        } else {
            draft.files.push(unpacked(&plain).ok_or(DeskError::Damaged)?);
        }
    }
    Ok(Some(draft))
}

/// Keeps what was typed, and adds files to those that are there already.
///
/// # Errors
/// [`DeskError`].
pub async fn keep(
    store: &Store,
    at: Instant,
    slip: Slip<'_>,
    (typed, files): (&Typed, &[Attachment]),
) -> Result<(), DeskError> {
    let (name, key) = (slip.key.name(slip.of)?, slip.key.derived("key", slip.of)?);
    let plain = serde_json::to_vec(typed).map_err(|_| DeskError::Damaged)?;
    let mut parts = vec![(TYPED.to_owned(), plain)];
    for file in files {
        parts.push((format!("{FILE}{}", file.about.field), packed(file)?));
    }
    let mut sealed = Vec::new();
    for (part, plain) in parts {
        sealed.push((part, wrap::seal(store.entropy(), &key, LABEL, &plain)?));
    }
    let mut book = store.bookkeeping().await?;
    for (part, body) in &sealed {
        kept::put(&mut book, &name, (part, body), at.plus_ms(KEPT_MS)).await?;
    }
    Ok(book.commit().await?)
}

/// Takes a file out again.
///
/// # Errors
/// [`DeskError`].
pub async fn drop_file(store: &Store, slip: Slip<'_>, field: &str) -> Result<(), DeskError> {
    let mut book = store.bookkeeping().await?;
    kept::drop_part(&mut book, &slip.key.name(slip.of)?, &format!("{FILE}{field}")).await?;
    Ok(book.commit().await?)
}

/// Drops it.
///
/// # Errors
/// [`DeskError`].
pub async fn remove(store: &Store, slip: Slip<'_>) -> Result<(), DeskError> {
    let mut book = store.bookkeeping().await?;
    kept::remove(&mut book, &slip.key.name(slip.of)?).await?;
    Ok(book.commit().await?)
}

/// What is told of a file on one line of JSON, then its bytes.
pub(crate) fn packed(file: &Attachment) -> Result<Vec<u8>, DeskError> {
    let mut bytes = serde_json::to_vec(&file.about).map_err(|_| DeskError::Damaged)?;
    bytes.push(b'\n');
    bytes.extend_from_slice(&file.body);
    Ok(bytes)
}

pub(crate) fn unpacked(bytes: &[u8]) -> Option<Attachment> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = bytes.split_at_checked(end)?;
    let about: About = serde_json::from_slice(head).ok()?;
    Some(Attachment { about, body: body.get(1..)?.to_vec() })
}
