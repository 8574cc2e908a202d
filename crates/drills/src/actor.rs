//! The played attacker: harmless and bounded. It removes the files of one drill's share, one
//! after the other, without network, and refuses any other folder.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use beffroi_town::edge::Clock;

use crate::stage::{MARKER, check_marker};

/// The most files that one run removes.
const FILES_MAX: usize = 10_000;

/// Removes every file of a drill's share in the order of their names; writes the time of each
/// removal, in milliseconds since the epoch, as a line to `log`.
///
/// # Errors
/// When the folder was not made by a drill, or a file cannot be listed. A file that cannot be
/// removed is skipped: a real attacker would go on too.
pub fn make_vanish(share: &Path, clock: &dyn Clock, log: &mut dyn Write) -> Result<usize> {
    check_marker(share)?;
    let mut removed = 0;
    for path in files_below(share)?.into_iter().take(FILES_MAX) {
        if fs::remove_file(&path).is_ok() {
            removed += 1;
            writeln!(log, "{}", clock.now().ms()).context("write the time of a removal")?;
            log.flush().context("write the time of a removal")?;
        }
    }
    Ok(removed)
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            // A link is never followed: it could lead out of the stage.
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && entry.file_name() != MARKER {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
