//! Checks an export, with nothing but the file.
//!
//! Rules: every byte matters; the first thing wrong is named with its line; what cannot be proven
//! is not claimed (without a fingerprint, the author is unproven).

use std::io::{self, BufRead};

use beffroi_town::TenantId;
use data_encoding::BASE64URL_NOPAD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, de::IgnoredAny};

use super::{
    Fingerprint, Head, HeadText,
    line::{self, CLOSE, ENTRY_OPEN, HASH_OPEN, HEAD_OPEN, SIG_OPEN},
};

/// Longest line: the longest body, and room for what stands around it.
const LINE_BYTES_MAX: usize = super::canonical::BODY_BYTES_MAX + 1024;

/// What an export is found to be, when nothing is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whose journal.
    pub tenant: TenantId,
    /// How many entries.
    pub entries: u64,
    /// Its last signed head: keep it, to know later whether the journal was rolled back.
    pub head: Head,
    /// The fingerprint of the key it is signed with.
    pub fingerprint: Fingerprint,
    /// Whether that is the fingerprint the caller knew. If not: consistent, author unproven.
    pub author_proven: bool,
}

/// An export that does not hold.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct VerifyError {
    /// Counted from 1; one past the end when the fault is that something is missing.
    pub line: u64,
    /// What is wrong.
    #[source]
    pub fault: Fault,
}

/// What is wrong with an export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// A line without its end: the file was cut off or joined.
    #[error("the line is cut off, too long or not text: the file was truncated or altered")]
    BrokenLine,
    /// Not the line that must stand there.
    #[error("this is not what a journal has here: the line was altered, moved or is missing")]
    Form,
    /// Signed with another key than the one expected.
    #[error(
        "signed with the key {found}, not with {expected}: this is not the journal that was announced"
    )]
    OtherKey {
        /// The fingerprint found.
        found: Fingerprint,
        /// The fingerprint expected.
        expected: Fingerprint,
    },
    /// An entry of another tenant.
    #[error("this belongs to the journal of {0}")]
    OtherTenant(TenantId),
    /// An entry out of its place.
    #[error(
        "entry {found} stands where entry {expected} should: something was removed, added or moved"
    )]
    OutOfOrder {
        /// The number found.
        found: u64,
        /// The number expected.
        expected: u64,
    },
    /// An entry that does not follow the one before.
    #[error("the entry does not follow what stands before it: something before it was altered")]
    BrokenChain,
    /// An entry whose hash is not the hash of its content.
    #[error("the content of the entry is not what its hash says: it was altered")]
    BadHash,
    /// A head that does not fit the entry before it.
    #[error("the signed head does not fit the entry before it")]
    HeadMismatch,
    /// A signature that does not hold.
    #[error("the last signature does not hold: something was altered, or signed with another key")]
    BadSignature,
    /// Entries after the last signature.
    #[error("the journal ends without a signature: its end was removed")]
    Unsigned,
    /// The journal ends before a head that is known to have existed.
    #[error(
        "the journal ends before entry {known}, which is known to exist: it was truncated or rolled back"
    )]
    RolledBack {
        /// The number of the entry in the known head.
        known: u64,
    },
    /// At the place of the known head stands something else.
    #[error("entry {known} is not the one that is known: the history was rewritten")]
    Rewritten {
        /// The number of the entry in the known head.
        known: u64,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyLine {
    format: String,
    key: String,
    tenant: TenantId,
}

#[derive(Deserialize)]
struct EntryLine<'a> {
    #[serde(rename = "body")]
    _body: IgnoredAny,
    prev: &'a str,
    seq: u64,
    tenant: &'a str,
}

/// Checks an export.
///
/// With `fingerprint`, that it is signed with that key; with `known_head`, that it still holds
/// everything that was there when that head was shown; a head copied by hand, without its
/// signature, is compared by its hash alone.
///
/// # Errors
/// The first thing wrong, with its line.
pub fn verify(
    mut reader: impl BufRead,
    fingerprint: Option<&Fingerprint>,
    known_head: Option<&Head>,
) -> Result<Report, VerifyError> {
    let mut bytes = Vec::new();
    let mut number = 1;
    let at = |line: u64| move |fault: Fault| VerifyError { line, fault };
    let first = next_line(&mut reader, &mut bytes).map_err(at(1))?;
    let mut check = Check::start(first.ok_or(Fault::Empty).map_err(at(1))?).map_err(at(1))?;
    if let Some(expected) = fingerprint
        && *expected != check.fingerprint
    {
        let (found, expected) = (check.fingerprint, expected.clone());
        return Err(at(1)(Fault::OtherKey { found, expected }));
    }
    loop {
        number += 1;
        let Some(line) = next_line(&mut reader, &mut bytes).map_err(at(number))? else {
            break;
        };
        check.line(line, known_head).map_err(at(number))?;
    }
    check.end(known_head, fingerprint.is_some()).map_err(at(number))
}

/// The next line without its line feed; none at the end of the file.
fn next_line<'b>(
    reader: &mut impl BufRead,
    bytes: &'b mut Vec<u8>,
) -> Result<Option<&'b str>, Fault> {
    bytes.clear();
    let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
    io::Read::take(&mut *reader, limit).read_until(b'\n', bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let line = bytes.strip_suffix(b"\n").ok_or(Fault::BrokenLine)?;
    std::str::from_utf8(line).map(Some).map_err(|_| Fault::BrokenLine)
}

struct Check {
    tenant: TenantId,
    public_key: Vec<u8>,
    fingerprint: Fingerprint,
    entries: u64,
    /// What the next entry must name as the one before it.
    prev: String,
    /// Hash of the last entry.
    last_hash: String,
    /// The head that the last line was, if it was one.
    head: Option<(Head, String)>,
    known_found: bool,
}

impl Check {
    fn start(line: &str) -> Result<Self, Fault> {
        let first: KeyLine = serde_json::from_str(line).map_err(|_| Fault::Form)?;
        // Written again and compared: there is one way to write this line.
        if first.format != line::FORMAT || line::key_line(&first.tenant, &first.key) != line {
            return Err(Fault::Form);
        }
        let public_key = BASE64URL_NOPAD.decode(first.key.as_bytes()).map_err(|_| Fault::Form)?;
        Ok(Self {
            fingerprint: Fingerprint::of(&public_key),
            tenant: first.tenant,
            public_key,
            entries: 0,
            prev: line::link(line),
            last_hash: String::new(),
            head: None,
            known_found: false,
        })
    }

    fn line(&mut self, line: &str, known: Option<&Head>) -> Result<(), Fault> {
        if line.starts_with(ENTRY_OPEN) { self.entry(line, known) } else { self.head(line, known) }
    }

    fn entry(&mut self, line: &str, known: Option<&Head>) -> Result<(), Fault> {
        let (entry, hash) = split(line, ENTRY_OPEN, HASH_OPEN, 64)?;
        let expected = self.entries + 1;
        // There is one way to write the end of an entry: comparing it is much quicker than reading
        // the whole. What the rest says is vouched for by the hash.
        let end = line::entry_end(&self.prev, expected, &self.tenant);
        if !entry.starts_with(line::ENTRY_START) || !entry.ends_with(&end) {
            return Err(self.misplaced(entry));
        }
        if line::entry_hash(entry) != hash {
            return Err(Fault::BadHash);
        }
        if let Some(known) = known.filter(|known| known.seq == expected)
            && (known.hash != hash || known.tenant != self.tenant)
        {
            return Err(Fault::Rewritten { known: known.seq });
        }
        self.entries = expected;
        hash.clone_into(&mut self.prev);
        hash.clone_into(&mut self.last_hash);
        self.head = None;
        Ok(())
    }

    /// Why an entry cannot stand here.
    fn misplaced(&self, entry: &str) -> Fault {
        let Ok(read) = serde_json::from_str::<EntryLine<'_>>(entry) else {
            return Fault::Form;
        };
        let expected = self.entries + 1;
        match TenantId::parse(read.tenant) {
            Ok(other) if other != self.tenant => Fault::OtherTenant(other),
            Ok(_) if read.seq != expected => Fault::OutOfOrder { found: read.seq, expected },
            Ok(_) if read.prev != self.prev => Fault::BrokenChain,
            Err(_) | Ok(_) => Fault::Form,
        }
    }

    fn head(&mut self, line: &str, known: Option<&Head>) -> Result<(), Fault> {
        let (text, sig) = split(line, HEAD_OPEN, SIG_OPEN, 86)?;
        let read: HeadText = serde_json::from_str(text).map_err(|_| Fault::Form)?;
        if line::head_text(&read.tenant, read.seq, &read.hash, read.at) != text {
            return Err(Fault::Form);
        }
        let fits = read.tenant == self.tenant
            && read.seq == self.entries
            && read.hash == self.last_hash
            && self.head.is_none();
        if !fits {
            return Err(Fault::HeadMismatch);
        }
        let head = Head {
            tenant: read.tenant,
            seq: read.seq,
            hash: read.hash,
            at: read.at,
            sig: sig.to_owned(),
        };
        if let Some(known) = known.filter(|known| known.seq == head.seq) {
            // A guard keeps number, hash and signature; when it was signed follows from these.
            let other_sig = !known.sig.is_empty() && known.sig != head.sig;
            if other_sig || known.hash != head.hash {
                return Err(Fault::Rewritten { known: known.seq });
            }
            self.known_found = true;
        }
        self.prev = line::link(line);
        self.head = Some((head, text.to_owned()));
        Ok(())
    }

    fn end(self, known: Option<&Head>, fingerprint_matched: bool) -> Result<Report, Fault> {
        let Some((head, text)) = self.head else {
            return Err(Fault::Unsigned);
        };
        let signature =
            BASE64URL_NOPAD.decode(head.sig.as_bytes()).map_err(|_| Fault::BadSignature)?;
        UnparsedPublicKey::new(&ED25519, &self.public_key)
            .verify(&line::head_to_sign(&text), &signature)
            .map_err(|_| Fault::BadSignature)?;
        match known {
            Some(known) if known.seq > self.entries => Err(Fault::RolledBack { known: known.seq }),
            Some(known) if !self.known_found => Err(Fault::Rewritten { known: known.seq }),
            _ => Ok(Report {
                tenant: self.tenant,
                entries: self.entries,
                head,
                fingerprint: self.fingerprint,
                author_proven: fingerprint_matched,
            }),
        }
    }
}

/// Takes a line apart at its fixed places: `{"name":CONTENT,"mark":"MARK"}`.
fn split<'a>(
    line: &'a str,
    open: &str,
    mark_open: &str,
    mark_len: usize,
) -> Result<(&'a str, &'a str), Fault> {
    let inside =
        line.strip_prefix(open).and_then(|rest| rest.strip_suffix(CLOSE)).ok_or(Fault::Form)?;
    let at = inside.len().checked_sub(mark_len).ok_or(Fault::Form)?;
    let (rest, mark) = inside.split_at_checked(at).ok_or(Fault::Form)?;
    let content = rest.strip_suffix(mark_open).ok_or(Fault::Form)?;
    Ok((content, mark))
}
