//! A folder as a repository holds it: its entries, with what is known of each.

use std::{borrow::Cow, collections::HashSet};

use data_encoding::BASE64;
use jiff::Timestamp;
use serde::Deserialize;

use crate::{id::Id, names};

/// Seconds and nanoseconds since 1970.
pub(crate) type Time = (i64, u32);

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file, by the parts of its content.
    File(Box<[Id]>),
    /// A folder.
    Folder(Id),
    /// A symbolic link to this.
    Link(Vec<u8>),
    /// A named pipe.
    Pipe,
    /// A device of this number; whether it is of characters.
    Device { number: u64, characters: bool },
    /// A socket, or what an operating system alone knows: nothing that can be brought back.
    Other,
}

/// What surrounds a content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dress {
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) modified: Option<Time>,
    pub(crate) accessed: Option<Time>,
    pub(crate) attributes: Vec<(Vec<u8>, Vec<u8>)>,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) name: Vec<u8>,
    pub(crate) kind: Kind,
    pub(crate) bytes: u64,
    pub(crate) dress: Dress,
    /// Device and inode, when it had several names.
    pub(crate) shared: Option<(u64, u64)>,
    pub(crate) inode: u64,
    /// When anything of it was changed last, by the server's own clock.
    pub(crate) changed: Option<Time>,
}

/// Why an entry cannot be used; with its name, fit for showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadNode {
    pub(crate) name: String,
    pub(crate) why: &'static str,
}

#[derive(Deserialize)]
struct TreeText<'t> {
    #[serde(default, borrow)]
    nodes: Option<Vec<NodeText<'t>>>,
}

#[derive(Deserialize)]
struct NodeText<'t> {
    #[serde(borrow)]
    name: Cow<'t, str>,
    #[serde(rename = "type", borrow)]
    kind: Cow<'t, str>,
    #[serde(default)]
    mode: u32,
    #[serde(default, borrow)]
    mtime: Cow<'t, str>,
    #[serde(default, borrow)]
    atime: Cow<'t, str>,
    #[serde(default, borrow)]
    ctime: Cow<'t, str>,
    #[serde(default)]
    uid: u32,
    #[serde(default)]
    gid: u32,
    #[serde(default)]
    inode: u64,
    #[serde(default)]
    device_id: u64,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    links: u64,
    #[serde(default, borrow)]
    linktarget: Cow<'t, str>,
    #[serde(default)]
    linktarget_raw: Option<String>,
    #[serde(default)]
    extended_attributes: Option<Vec<AttributeText>>,
    #[serde(default)]
    device: u64,
    #[serde(default)]
    content: Option<Vec<Id>>,
    #[serde(default)]
    subtree: Option<Id>,
}

#[derive(Deserialize)]
struct AttributeText {
    name: String,
    #[serde(default)]
    value: Option<String>,
}

/// Go's bits for what Unix keeps elsewhere in a mode.
pub(crate) const GO_SET_UID: u32 = 1 << 23;
pub(crate) const GO_SET_GID: u32 = 1 << 22;
pub(crate) const GO_STICKY: u32 = 1 << 20;

/// Reads a folder: its entries, and those that cannot be any. Of entries with the same name only
/// the first counts.
pub(crate) fn parse(text: &[u8]) -> Option<(Vec<Node>, Vec<BadNode>)> {
    parse_some(text, |_| true)
}

/// The same of the entries that are `wanted`, by name; those whose names cannot be any are told of
/// all the same.
pub(crate) fn parse_some(
    text: &[u8],
    wanted: impl Fn(&[u8]) -> bool,
) -> Option<(Vec<Node>, Vec<BadNode>)> {
    let tree: TreeText<'_> = serde_json::from_slice(text).ok()?;
    let (mut nodes, mut bad) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for text in tree.nodes.unwrap_or_default() {
        let name = names::unquoted(&text.name).filter(|name| names::is_name(name));
        let read = match name {
            None => Err("its name would lead elsewhere, or is none"),
            Some(name) if !wanted(&name) => continue,
            Some(name) if seen.contains(&name) => Err("its name stands there twice"),
            Some(name) => node(name, &text),
        };
        match read {
            Ok(node) => {
                seen.insert(node.name.clone());
                nodes.push(node);
            }
            Err(why) => {
                let name = beffroi_town::watch::shown_path(text.name.as_bytes());
                bad.push(BadNode { name, why });
            }
        }
    }
    Some((nodes, bad))
}

/// What a folder refers to, whatever its entries are called: parts of contents, and folders.
pub(crate) fn references(text: &[u8]) -> Option<(Vec<Id>, Vec<Id>)> {
    let tree: TreeText<'_> = serde_json::from_slice(text).ok()?;
    let (mut parts, mut folders) = (Vec::new(), Vec::new());
    for node in tree.nodes.unwrap_or_default() {
        parts.extend(node.content.unwrap_or_default());
        folders.extend(node.subtree);
    }
    Some((parts, folders))
}

fn node(name: Vec<u8>, text: &NodeText<'_>) -> Result<Node, &'static str> {
    let kind = match &*text.kind {
        "file" => Kind::File(text.content.as_deref().unwrap_or_default().into()),
        "dir" => Kind::Folder(text.subtree.ok_or("the folder's content is not named")?),
        "symlink" => {
            let raw = text.linktarget_raw.as_ref().map(|raw| BASE64.decode(raw.as_bytes()));
            let target = match raw {
                Some(raw) => raw.map_err(|_| "where the link leads cannot be read")?,
                None => text.linktarget.as_bytes().to_vec(),
            };
            if target.is_empty() || target.contains(&0) {
                return Err("where the link leads is no path");
            }
            Kind::Link(target)
        }
        "fifo" => Kind::Pipe,
        "dev" => Kind::Device { number: text.device, characters: false },
        "chardev" => Kind::Device { number: text.device, characters: true },
        _ => Kind::Other,
    };
    let is_file = matches!(kind, Kind::File(_));
    Ok(Node {
        name,
        bytes: text.size,
        dress: Dress {
            mode: mode(text.mode),
            uid: text.uid,
            gid: text.gid,
            modified: time(&text.mtime),
            accessed: time(&text.atime),
            attributes: attributes(text.extended_attributes.as_deref().unwrap_or_default()),
        },
        shared: (is_file && text.links > 1).then_some((text.device_id, text.inode)),
        inode: text.inode,
        changed: time(&text.ctime),
        kind,
    })
}

/// A mode as Unix has it.
fn mode(go: u32) -> u32 {
    let bit = |of: u32, is: u32| if go & of == 0 { 0 } else { is };
    (go & 0o777) | bit(GO_SET_UID, 0o4000) | bit(GO_SET_GID, 0o2000) | bit(GO_STICKY, 0o1000)
}

fn time(text: &str) -> Option<Time> {
    let nanoseconds = text.parse::<Timestamp>().ok()?.as_nanosecond();
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()?;
    Some((seconds, u32::try_from(nanoseconds.rem_euclid(1_000_000_000)).ok()?))
}

fn attributes(all: &[AttributeText]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let read = |one: &AttributeText| {
        let value = BASE64.decode(one.value.as_deref().unwrap_or_default().as_bytes()).ok()?;
        let is_name = !one.name.is_empty() && !one.name.contains('\0');
        is_name.then(|| (one.name.clone().into_bytes(), value))
    };
    all.iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_restic_writes_is_read() {
        let id = Id::of(b"x");
        let text = format!(
            r#"{{"nodes":[
              {{"name":"a","type":"file","mode":8388996,"mtime":"1969-12-31T23:59:59.5Z","uid":5,"gid":6,
                "size":3,"links":2,"inode":9,"device_id":8,"content":["{id}"],
                "extended_attributes":[{{"name":"user.x","value":"AQI="}},{{"name":"user.y","value":null}}]}},
              {{"name":"l","type":"symlink","linktarget":"?","linktarget_raw":"/w==","content":null}},
              {{"name":"d","type":"dir","mode":2148532735,"subtree":"{id}"}},
              {{"name":"s","type":"socket"}}]}}"#
        );
        let (nodes, bad) = parse(text.as_bytes()).unwrap();
        assert_eq!(bad, []);
        let a = &nodes[0];
        assert_eq!(a.kind, Kind::File(vec![id].into_boxed_slice()));
        assert_eq!((a.dress.mode, a.dress.uid, a.dress.gid), (0o4604, 5, 6));
        assert_eq!((a.dress.modified, a.shared), (Some((-1, 500_000_000)), Some((8, 9))));
        let value = |name: &[u8], value: &[u8]| (name.to_vec(), value.to_vec());
        assert_eq!(a.dress.attributes, [value(b"user.x", &[1, 2]), value(b"user.y", b"")]);
        assert_eq!(nodes[1].kind, Kind::Link(vec![0xff]));
        assert_eq!((&nodes[2].kind, nodes[2].dress.mode), (&Kind::Folder(id), 0o1777));
        assert_eq!(nodes[3].kind, Kind::Other);
        assert_eq!(parse(br#"{"nodes":null}"#), Some((vec![], vec![])));
        assert_eq!(parse(b"{"), None);
        let (some, bad) = parse_some(text.as_bytes(), |name| name == b"d").unwrap();
        assert_eq!((some.as_slice(), bad), (&nodes[2..3], vec![]));
    }

    #[test]
    fn hostile_entries_are_named_and_the_others_are_there() {
        let entry = |name: &str| format!(r#"{{"name":"{name}","type":"fifo"}}"#);
        let names = ["..", ".", "", "a/b", "/etc", "good", r"a\\x00b", "good", r"bad\\q"];
        let all = names.map(entry).join(",");
        let link = r#"{"name":"l","type":"symlink","linktarget":""}"#;
        let folder = r#"{"name":"d","type":"dir"}"#;
        let text = format!(r#"{{"nodes":[{all},{link},{folder}]}}"#);
        let (nodes, bad) = parse(text.as_bytes()).unwrap();
        assert_eq!(nodes.len(), 1);
        assert_eq!(nodes[0].name, b"good");
        assert_eq!(bad.len(), names.len() - 1 + 2);
    }
}
