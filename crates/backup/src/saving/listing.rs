//! Folders and snapshots as restic writes them.

use std::{borrow::Cow, collections::HashMap, path::PathBuf};

use beffroi_town::Instant;
use data_encoding::BASE64;
use jiff::Timestamp;
use rustix::fs::FileType;
use serde::Serialize;

use super::{
    look::About,
    time,
    walk::{Content, Entry, What},
};
use crate::{
    error::BackupError,
    id::Id,
    names,
    snapshots::{self, Snapshot},
    tree::{GO_SET_GID, GO_SET_UID, GO_STICKY, Time},
};

/// Who backs up, for people: the numbers say who may.
pub(super) const USER: &str = "beffroi";

#[derive(Serialize)]
struct TreeText<'e> {
    nodes: Vec<NodeText<'e>>,
}

/// In the order in which restic writes it, so that what did not change has the same name.
#[derive(Serialize)]
struct NodeText<'e> {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "is_zero")]
    mode: u64,
    mtime: String,
    atime: String,
    ctime: String,
    uid: u32,
    gid: u32,
    inode: u64,
    device_id: u64,
    #[serde(skip_serializing_if = "is_zero")]
    size: u64,
    links: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    linktarget: Option<Cow<'e, str>>,
    /// Where the link leads, when that is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    linktarget_raw: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extended_attributes: Vec<AttributeText<'e>>,
    #[serde(skip_serializing_if = "is_zero")]
    device: u64,
    content: Option<&'e [Id]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtree: Option<Id>,
}

#[derive(Serialize)]
struct AttributeText<'e> {
    name: Cow<'e, str>,
    value: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A folder, of which the folders below have these names.
pub(super) fn tree(entries: &[Entry], below: &HashMap<usize, Id>) -> Result<Vec<u8>, BackupError> {
    let nodes = entries.iter().filter_map(|entry| node(entry, below)).collect();
    let mut text = serde_json::to_vec(&TreeText { nodes }).map_err(|error| {
        BackupError::Damaged { what: "a folder's list", fault: error.to_string() }
    })?;
    text.push(b'\n');
    Ok(text)
}

/// None: it could not be read, or is gone.
fn node<'e>(entry: &'e Entry, below: &HashMap<usize, Id>) -> Option<NodeText<'e>> {
    let about = &entry.about;
    let (kind, type_bits, has_number) = match about.kind() {
        FileType::RegularFile => ("file", 0, false),
        FileType::Directory => ("dir", 1 << 31, false),
        FileType::Symlink => ("symlink", 1 << 27, false),
        FileType::BlockDevice => ("dev", 1 << 26, true),
        FileType::CharacterDevice => ("chardev", 1 << 26 | 1 << 21, true),
        FileType::Fifo => ("fifo", 1 << 25, false),
        FileType::Socket => ("socket", 1 << 24, false),
        FileType::Unknown => return None,
    };
    let (mut content, mut subtree, mut target) = (None, None, None);
    match &entry.what {
        What::File(Content::Same(ids) | Content::Read(ids)) => content = Some(&**ids),
        What::File(Content::Unread | Content::Left) => return None,
        What::Folder(number) => subtree = Some(*below.get(number)?),
        What::Link(to) => target = Some(to.as_slice()),
        What::Other => {}
    }
    let is_text = target.is_none_or(|to| std::str::from_utf8(to).is_ok());
    let time = rfc3339(about.modified);
    Some(NodeText {
        name: names::quoted(&entry.name),
        kind,
        mode: u64::from(mode(about.mode) | type_bits),
        atime: time.clone(),
        mtime: time,
        ctime: rfc3339(about.changed),
        uid: about.uid,
        gid: about.gid,
        inode: about.inode,
        device_id: about.device,
        size: if content.is_some() { about.bytes } else { 0 },
        links: about.links,
        linktarget: target.map(String::from_utf8_lossy),
        linktarget_raw: target.filter(|_| !is_text).map(|to| BASE64.encode(to)),
        extended_attributes: attributes(about),
        device: if has_number { about.number } else { 0 },
        content,
        subtree,
    })
}

fn attributes(about: &About) -> Vec<AttributeText<'_>> {
    let all = about.attributes.iter();
    all.map(|(name, value)| AttributeText {
        name: String::from_utf8_lossy(name),
        value: BASE64.encode(value),
    })
    .collect()
}

/// A mode as Go has it.
const fn mode(unix: u32) -> u32 {
    let mut go = unix & 0o777;
    if unix & 0o4000 != 0 {
        go |= GO_SET_UID;
    }
    if unix & 0o2000 != 0 {
        go |= GO_SET_GID;
    }
    if unix & 0o1000 != 0 {
        go |= GO_STICKY;
    }
    go
}

/// A time as restic writes it; one that it could not write is the beginning of 1970.
pub(super) fn rfc3339((seconds, nanoseconds): Time) -> String {
    let at = Timestamp::new(seconds, 0)
        .and_then(|at| at.checked_add(jiff::SignedDuration::from_nanos(i64::from(nanoseconds))));
    at.unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// This computer's name, fit for showing.
pub(super) fn host() -> String {
    snapshots::shown(&rustix::system::uname().nodename().to_string_lossy())
}

/// A snapshot.
pub(super) fn snapshot(
    at: Instant,
    parent: Option<&Snapshot>,
    tree: &Id,
    (host, paths): (&str, &[PathBuf]),
) -> Vec<u8> {
    let paths: Vec<Cow<'_, str>> = paths.iter().map(|path| path.to_string_lossy()).collect();
    let mut text = serde_json::json!({
        "time": time(at), "tree": tree, "paths": paths, "hostname": host, "username": USER,
        "uid": rustix::process::geteuid().as_raw(), "gid": rustix::process::getegid().as_raw(),
        "program_version": concat!("beffroi ", env!("CARGO_PKG_VERSION")),
    });
    if let (Some(parent), Some(text)) = (parent, text.as_object_mut()) {
        text.insert("parent".to_owned(), parent.id.to_string().into());
    }
    text.to_string().into_bytes()
}
