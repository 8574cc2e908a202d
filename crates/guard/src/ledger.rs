//! A file of JSON lines that only grows, written apart from the lock of what it records.
//!
//! Rule: the thread that answers the kernel takes those locks, so nobody writes while holding one.
//! Lines are queued under the lock, taken out, and written under the ledger's own.

use serde::Serialize;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::error::{Context, Result};
use crate::holdings::lock;

/// The file's end. Clones write to the same file.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    file: Arc<Mutex<BufWriter<File>>>,
}

impl Ledger {
    /// Makes the file anew.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).context("write", path)?;
        Ok(Self { file: Arc::new(Mutex::new(BufWriter::new(file))) })
    }

    /// Hands to the file system what `take` answers. `take` runs once the file is ours: lines come
    /// in the order in which they were queued, whoever writes.
    pub(crate) fn write<L: Serialize>(&self, take: impl FnOnce() -> Vec<L>) -> io::Result<()> {
        let mut file = lock(&self.file);
        for line in &take() {
            serde_json::to_writer(&mut *file, line)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    }
}
