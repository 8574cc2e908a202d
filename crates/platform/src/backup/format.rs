//! What stands in a backup, inside its seal: lines of text.
//!
//! ```text
//! {"format":"beffroi backup 1","program":"0.2.0","made_at":..,"contents":{..},"files":[..],"objects":0}
//! {"file":"master.key","base64":".."}
//! {"table":"tenant","columns":[..]}           as store::dump writes them
//! ["59273","Gravelines",..]
//! {"end":true}
//! ```

use std::{
    io::{self, BufRead, Write},
    path::{Component, Path},
};

use beffroi_store::dump::Contents;
use beffroi_town::Instant;
use data_encoding::{BASE64, HEXLOWER};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

/// What the first line says.
pub const FORMAT: &str = "beffroi backup 1";
/// How the form of any edition begins.
const FORMAT_STEM: &str = "beffroi backup ";
/// The last line.
const END: &str = "{\"end\":true}\n";
/// Longest first line: the heads of all of France's local authorities fit five times.
const MANIFEST_BYTES_MAX: u64 = 64 << 20;
/// Largest file beside the database: keys, certificates, the configuration.
pub const FILE_BYTES_MAX: u64 = 1 << 20;
/// Most files beside the database.
const FILES_MAX: usize = 1_000;

/// What stands in front.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// Which edition of the program wrote it.
    pub program: String,
    /// When.
    pub made_at: Instant,
    /// The rows.
    pub contents: Contents,
    /// The files beside them.
    pub files: Vec<FileSum>,
    /// How many objects (bodies of mail, site files...): none are kept so far.
    pub objects: u64,
}

impl Manifest {
    /// Its only way to be written, with its line feed.
    pub fn line(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }
}

/// What is known of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSum {
    /// Its name below the folder of the data.
    pub name: String,
    /// SHA-256, in lower-case hexadecimal.
    pub sha256: String,
}

/// A file beside the database.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name below the folder of the data, with `/`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Member {
    /// What the manifest says of it.
    pub fn sum(&self) -> FileSum {
        FileSum { name: self.name.clone(), sha256: sha256(&self.bytes) }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberLine {
    file: String,
    base64: String,
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}

/// Why the inside of a backup cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another program wrote it.
    NotOurs,
    /// A newer edition wrote it.
    Newer(String),
    /// Cut short or altered.
    Damaged(String),
}

fn damaged(fault: &str) -> Fault {
    Fault::Damaged(fault.to_owned())
}

/// Writes what stands before the rows.
pub fn write_front(to: &mut dyn Write, manifest: &str, members: &[Member]) -> io::Result<()> {
    to.write_all(manifest.as_bytes())?;
    for member in members {
        let base64 = BASE64.encode(&member.bytes);
        let line = MemberLine { file: member.name.clone(), base64 };
        writeln!(to, "{}", serde_json::to_string(&line)?)?;
    }
    Ok(())
}

/// Writes what stands after the rows.
pub fn write_end(to: &mut dyn Write) -> io::Result<()> {
    to.write_all(END.as_bytes())
}

/// What stands before the rows.
#[derive(Debug)]
pub struct Front {
    /// The manifest.
    pub manifest: Manifest,
    /// SHA-256 of its line: tells one backup from another.
    pub sha256: String,
    /// The files, each as its hash says.
    pub members: Vec<Member>,
}

/// Reads what stands before the rows.
pub fn read_front(from: &mut dyn BufRead) -> Result<Front, Fault> {
    let line = read_line(from, MANIFEST_BYTES_MAX)?;
    let manifest = manifest(&line)?;
    if manifest.files.len() > FILES_MAX {
        return Err(damaged("it announces more files than there can be"));
    }
    let mut members = Vec::new();
    for sum in &manifest.files {
        let line = read_line(from, FILE_BYTES_MAX * 2)?;
        let read: MemberLine =
            serde_json::from_str(&line).map_err(|_| damaged("a file is missing in it"))?;
        let bytes =
            BASE64.decode(read.base64.as_bytes()).map_err(|_| damaged("a file is garbled"))?;
        let member = Member { name: read.file, bytes };
        if member.sum() != *sum || !is_tame(&member.name) {
            return Err(damaged("a file is not the one that was announced"));
        }
        members.push(member);
    }
    Ok(Front { sha256: sha256(line.as_bytes()), manifest, members })
}

fn manifest(line: &str) -> Result<Manifest, Fault> {
    #[derive(Deserialize)]
    struct Form {
        format: String,
    }
    let form: Form = serde_json::from_str(line).map_err(|_| Fault::NotOurs)?;
    match form.format.strip_prefix(FORMAT_STEM) {
        None => Err(Fault::NotOurs),
        Some(_) if form.format != FORMAT => Err(Fault::Newer(form.format)),
        Some(_) => serde_json::from_str(line)
            .map_err(|_| damaged("what stands in front cannot be understood")),
    }
}

/// Reads what stands after the rows; nothing may follow.
pub fn read_end(from: &mut dyn BufRead) -> Result<(), Fault> {
    if read_line(from, END.len() as u64)? != END {
        return Err(damaged("it does not end as it should"));
    }
    match from.fill_buf() {
        Ok([]) => Ok(()),
        Ok(_) => Err(damaged("something follows its end")),
        Err(error) => Err(Fault::Damaged(error.to_string())),
    }
}

fn read_line(from: &mut dyn BufRead, limit: u64) -> Result<String, Fault> {
    let mut line = String::new();
    match io::Read::take(from, limit).read_line(&mut line) {
        Ok(_) if line.ends_with('\n') => Ok(line),
        Ok(_) => Err(damaged("it is cut short")),
        Err(error) => Err(Fault::Damaged(error.to_string())),
    }
}

/// Whether a name stays below the folder it is put into.
pub fn is_tame(name: &str) -> bool {
    let path = Path::new(name);
    !name.is_empty() && path.components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["master.key", "tls/ca.pem", "from-backup/config.toml"] {
            assert!(is_tame(name), "{name}");
        }
        for name in ["", "/etc/passwd", "../x", "tls/../../x", "./x"] {
            assert!(!is_tame(name), "{name}");
        }
    }

    #[test]
    fn what_another_or_a_newer_program_wrote_is_told_apart() {
        let read = |text: &str| read_front(&mut text.as_bytes()).unwrap_err();
        assert_eq!(read("{\"format\":\"beffroi journal 1\"}\n"), Fault::NotOurs);
        assert_eq!(read("PK\u{3}\u{4}\n"), Fault::NotOurs);
        let newer = "beffroi backup 2".to_owned();
        assert_eq!(read("{\"format\":\"beffroi backup 2\",\"x\":1}\n"), Fault::Newer(newer));
        assert!(matches!(read("{\"format\":\"beffroi backup 1\"}\n"), Fault::Damaged(_)));
        assert!(matches!(read("{\"format\":"), Fault::Damaged(_)));
    }

    #[test]
    fn the_end_is_the_end() {
        assert_eq!(read_end(&mut END.as_bytes()), Ok(()));
        for text in ["", "{\"end\":tru", "{\"end\":false}\n", "{\"end\":true}\n\n"] {
            assert!(read_end(&mut text.as_bytes()).is_err(), "{text}");
        }
    }
}
