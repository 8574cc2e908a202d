//! Files that nobody has a reason to touch, planted where an attacker goes through everything. The
//! first alteration of one stops, its deletion holds.
//!
//! Rules:
//! - Hidden names that sort first and last, with a content as real as a document's; of the folder's
//!   own owner, so that whoever may write in the folder may write them.
//! - Planted and taken away at the start, before anything is watched. One that was altered stays: it
//!   is evidence, and the guard has its earlier content.
//! - A person who sees hidden files may delete one with its folder: that asks, and never stops.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::core::{Core, Who};
use crate::decide::What;
use crate::error::Result;
use crate::holdings::Holdings;
use crate::shelf::file_number;
use crate::state::{PathText, Sha256, read_json, write_json};

/// Names, and what stands in the document.
const NAMES: [&str; 2] = [".00 budget communal.docx", ".zz paie du personnel.docx"];
/// Folders with canaries, below each watched one.
const FOLDERS_MAX: usize = 32;

/// One that was planted.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Planted {
    path: PathText,
    sha256: Sha256,
}

/// Those of one guard.
#[derive(Debug, Default)]
pub(crate) struct Canaries(HashSet<PathBuf>);

impl Canaries {
    /// Plants them where they are wanted, else takes away those of before.
    pub(crate) fn settle(holdings: &Holdings, wanted: bool) -> Result<Self> {
        let list = holdings.state.join("canaries.json");
        let known: Vec<Planted> = read_json(&list, "the list of canaries")?.unwrap_or_default();
        if !wanted {
            known.iter().for_each(take_away);
            if !known.is_empty() {
                write_json(&list, &Vec::<Planted>::new())?;
            }
            return Ok(Self::default());
        }
        let mut planted = known.clone();
        planted.retain(|one| fs::symlink_metadata(&one.path.0).is_ok());
        for folder in holdings.watched.iter().flat_map(|root| folders(root)) {
            for name in NAMES {
                let path = folder.join(name);
                match plant(&folder, &path) {
                    Ok(Some(sha256)) => planted.push(Planted { path: PathText(path), sha256 }),
                    Ok(None) => {}
                    Err(error) => {
                        tracing::info!(%error, folder = %crate::error::shown(&folder), "no canary");
                    }
                }
            }
        }
        write_json(&list, &planted)?;
        Ok(Self(planted.into_iter().map(|one| one.path.0).collect()))
    }

    pub(crate) fn contains(&self, path: &Path) -> bool {
        self.0.contains(path)
    }
}

impl Core {
    /// A file was altered or renamed, or has gone: perhaps a canary.
    pub(crate) fn perhaps_canary(&self, path: &Path, gone: bool, who: &Who) {
        if self.canaries.contains(path) {
            self.decide(who, What::Canary { file: file_number(path), gone });
        }
    }
}

/// A watched folder and those directly in it, in the order of their names.
fn folders(root: &Path) -> Vec<PathBuf> {
    let mut inner: Vec<PathBuf> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(|path| {
            !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
        })
        .collect();
    inner.sort();
    inner.truncate(FOLDERS_MAX - 1);
    inner.insert(0, root.to_owned());
    inner
}

/// None when something stands there already.
fn plant(folder: &Path, path: &Path) -> std::io::Result<Option<Sha256>> {
    let owner = fs::metadata(folder)?;
    let bytes = document(path)?;
    let mode = owner.mode() & 0o666;
    let file = File::options().write(true).create_new(true).mode(mode).open(path);
    let mut file = match file {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(error),
    };
    file.write_all(&bytes)?;
    fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
    Ok(Some(Sha256::of(&bytes)))
}

fn take_away(one: &Planted) {
    let path = &one.path.0;
    let unaltered = crate::core::open_quietly(path)
        .and_then(Sha256::of_reader)
        .is_ok_and(|(sha256, _)| sha256 == one.sha256);
    if unaltered && let Err(error) = fs::remove_file(path) {
        tracing::warn!(%error, file = %crate::error::shown(path), "a canary stays");
    }
}

/// A word-processor document (Office Open XML) with a page of figures that belong to nobody.
fn document(path: &Path) -> std::io::Result<Vec<u8>> {
    let seed = file_number(path);
    let line = |n: u64| {
        let amount = seed.wrapping_mul(n * 2 + 1) % 90_000 + 1_000;
        format!("<w:p><w:r><w:t>Article {n} : {amount} euros</w:t></w:r></w:p>")
    };
    let body: String = (1..120 + seed % 200).map(line).collect();
    let main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let parts = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
             <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
             </Types>"
                .to_owned(),
        ),
        (
            "_rels/.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>\
             </Relationships>"
                .to_owned(),
        ),
        (
            "word/document.xml",
            format!("<w:document xmlns:w=\"{main}\"><w:body>{body}</w:body></w:document>"),
        ),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(name, options).map_err(std::io::Error::other)?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish().map_err(std::io::Error::other)?.into_inner())
}
