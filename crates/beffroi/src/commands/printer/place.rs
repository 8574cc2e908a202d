//! The folder of a print post: its keys, and what it remembers.
//!
//! Rules: readable by its owner alone; a file is there whole or not at all, and flushed.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, fchown},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use beffroi_desk::print_posts::{memory::Memory, own::Written};
use beffroi_town::{PrintPostId, TenantId, agenda::Day, watch::PlatformAddress};
use serde::{Deserialize, Serialize};

use crate::rights;

const POST: &str = "post.json";
const DRAFT: &str = "post.draft";
const MEMORY: &str = "printed.json";
const LOCK: &str = "lock";

/// What a post is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Post {
    pub(super) id: PrintPostId,
    pub(super) tenant: TenantId,
    pub(super) platforms: Vec<PlatformAddress>,
    pub(super) certificate_sha256: Option<String>,
    pub(super) keys: Written,
}

/// A folder that is about to become a post's.
pub(super) struct Draft(PathBuf);

/// The folder of a post.
pub(super) struct Place {
    folder: PathBuf,
    post: Post,
    memory: Memory,
}

impl Draft {
    /// Keeps the post, under a name that is not its own yet.
    pub(super) fn keep(&self, post: &Post) -> Result<()> {
        write_whole(&self.0.join(DRAFT), &serde_json::to_vec_pretty(post)?)
    }

    /// The platform took it.
    pub(super) fn take(&self) -> Result<()> {
        let (from, to) = (self.0.join(DRAFT), self.0.join(POST));
        fs::rename(&from, &to).with_context(|| format!("cannot write {}", to.display()))?;
        flush(&self.0)
    }

    /// The platform refused it.
    pub(super) fn forget(&self) -> Result<()> {
        let path = self.0.join(DRAFT);
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))
    }
}

impl Place {
    /// Makes the folder, or takes one that is no post's yet.
    pub(super) fn make(folder: &Path) -> Result<Draft> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("cannot make {}", folder.display()))?;
        if folder.join(POST).exists() {
            bail!("{} is a print post already: give another folder with --to", folder.display());
        }
        Ok(Draft(folder.to_owned()))
    }

    /// Opens the folder of a post.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(POST);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => bail!(
                "{} is no print post yet: beffroi desk printer enrol FILE --to {}",
                folder.display(),
                folder.display()
            ),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        let broken = || format!("{} is damaged: enrol this post anew", path.display());
        let post = serde_json::from_slice(&bytes).with_context(broken)?;
        let path = folder.join(MEMORY);
        let memory = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).with_context(|| {
                format!("{} is damaged: remove it, sheets are printed anew", path.display())
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => Memory::default(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        Ok(Self { folder: folder.to_owned(), post, memory })
    }

    /// Keeps every other process from printing what this one prints, as long as it is held.
    pub(super) fn lock(&self) -> Result<File> {
        let path = self.folder.join(LOCK);
        let file = create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        if file.try_lock().is_err() {
            let folder = self.folder.display();
            bail!("another 'beffroi desk printer run' prints for {folder}: stop it first");
        }
        Ok(file)
    }

    pub(super) const fn post(&self) -> &Post {
        &self.post
    }

    pub(super) const fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(super) const fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// Keeps what it remembers: returns once it is on the disk.
    pub(super) fn keep_memory(&self) -> Result<()> {
        write_whole(&self.folder.join(MEMORY), &serde_json::to_vec(&self.memory)?)
    }

    /// Forgets the days before one.
    pub(super) fn forget_before(&mut self, day: Day) -> Result<()> {
        if self.memory.forget_before(day) { self.keep_memory() } else { Ok(()) }
    }
}

/// A file of the folder's owner, whoever types the command.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    if rights::is_root() {
        let owner = fs::metadata(path.parent().unwrap_or(Path::new(".")))?;
        fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(file)
}

fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let half = path.with_extension("half");
    let written = || {
        let mut file = create(&half)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&half, path)
    };
    written().with_context(|| format!("cannot write {}", path.display()))?;
    flush(path.parent().unwrap_or(Path::new(".")))
}

fn flush(folder: &Path) -> Result<()> {
    let flushed = File::open(folder).and_then(|folder| folder.sync_all());
    flushed.with_context(|| format!("cannot write to {}", folder.display()))
}

/// This computer's own name.
pub(super) fn hostname() -> String {
    rustix::system::uname().nodename().to_string_lossy().chars().take(60).collect()
}
