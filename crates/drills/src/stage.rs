//! The stage of a drill: a folder that the drill makes itself, files generated from a seed, and
//! the proof, byte by byte, of what became of them.
//!
//! Rule: a drill refuses to touch anything it did not create. The folder bears a marker, and the
//! played attacker looks for it too.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use ring::digest::{SHA256, digest};

/// The file that says: made by a drill, free to destroy.
pub const MARKER: &str = ".beffroi-drill-stage";
/// What the marker must hold.
const MARKER_TEXT: &str =
    "This folder was made by a Beffroi drill. Everything in it may be destroyed.\n";

/// A folder made for one drill.
#[derive(Debug)]
pub struct Stage {
    /// The drill's own folder.
    pub root: PathBuf,
    /// The files that the guard watches.
    pub share: PathBuf,
    contents: BTreeMap<PathBuf, [u8; 32]>,
}

/// What became of the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Generated.
    pub total: usize,
    /// There, byte for byte.
    pub same: usize,
    /// There with other bytes.
    pub altered: usize,
    /// Not there.
    pub gone: usize,
}

impl Stage {
    /// Makes the folder below `parent` and fills its share with `files` files.
    ///
    /// # Errors
    /// When the folder cannot be made or filled.
    pub fn build(parent: &Path, seed: u64, files: usize) -> Result<Self> {
        let root = parent.join(format!("beffroi-drill-{}-{seed:08x}", std::process::id()));
        fs::create_dir(&root)
            .with_context(|| format!("make the drill's folder {}", root.display()))?;
        let share = root.join("share");
        let mut stage = Self { root, share, contents: BTreeMap::new() };
        fs::create_dir(&stage.share).context("make the share")?;
        for folder in [&stage.root, &stage.share] {
            fs::write(folder.join(MARKER), MARKER_TEXT).context("mark the drill's folder")?;
        }
        let mut chance = Chance(seed);
        for number in 0..files {
            stage.add_file(number, &mut chance)?;
        }
        Ok(stage)
    }

    fn add_file(&mut self, number: usize, chance: &mut Chance) -> Result<()> {
        const FOLDERS: [&str; 6] =
            ["etat-civil", "cantine", "urbanisme/permis", "finances/2024", "ecoles", "conseil"];
        let pick = usize::try_from(chance.next() % 6).unwrap_or(0);
        let folder = self.share.join(FOLDERS.get(pick).copied().unwrap_or("divers"));
        fs::create_dir_all(&folder).context("make a folder of the share")?;
        let (ending, bytes) = chance.document(number);
        let path = folder.join(format!("dossier-{number:04}.{ending}"));
        fs::write(&path, &bytes).with_context(|| format!("write {}", path.display()))?;
        self.contents.insert(path, hash(&bytes));
        Ok(())
    }

    /// Hands the share to an ordinary user, so that the played attacker needs no privilege.
    ///
    /// # Errors
    /// When the owner cannot be changed (not root).
    pub fn give_to(&self, uid: u32, gid: u32) -> Result<()> {
        let mut folders = vec![self.share.clone()];
        while let Some(folder) = folders.pop() {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid))
                .with_context(|| format!("hand over {}", folder.display()))?;
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    std::os::unix::fs::chown(&path, Some(uid), Some(gid))?;
                }
            }
        }
        Ok(())
    }

    /// Compares every generated file with what was written.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn count(&self) -> Result<Count> {
        let mut count = Count { total: self.contents.len(), ..Count::default() };
        for (path, expected) in &self.contents {
            match fs::read(path) {
                Ok(bytes) if hash(&bytes) == *expected => count.same += 1,
                Ok(_) => count.altered += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => count.gone += 1,
                Err(error) => {
                    return Err(error).with_context(|| format!("read {}", path.display()));
                }
            }
        }
        Ok(count)
    }

    /// Ruins every file: the first is gone, the second overwritten, and so on.
    ///
    /// # Errors
    /// When the share is not the drill's, or does not let itself be ruined.
    pub fn ruin(&self) -> Result<()> {
        check_marker(&self.share)?;
        for (number, path) in self.contents.keys().enumerate() {
            let ruined = if number % 2 == 0 {
                fs::remove_file(path)
            } else {
                fs::write(path, format!("ruined {number}"))
            };
            ruined.with_context(|| format!("ruin {}", path.display()))?;
        }
        Ok(())
    }

    /// Removes the folders of a name that stand in the stage or its share; how many there were.
    ///
    /// # Errors
    /// When one cannot be removed.
    pub fn drop_folders(&self, name: &str) -> Result<usize> {
        check_marker(&self.root)?;
        let mut count = 0;
        for folder in [self.root.join(name), self.share.join(name)] {
            match fs::remove_dir_all(&folder) {
                Ok(()) => count += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(error).with_context(|| format!("remove {}", folder.display()));
                }
            }
        }
        Ok(count)
    }

    /// Removes the folder, after looking at its marker once more.
    ///
    /// # Errors
    /// When the marker is not there or the folder cannot be removed.
    pub fn strike(self) -> Result<()> {
        check_marker(&self.root)?;
        fs::remove_dir_all(&self.root).with_context(|| format!("remove {}", self.root.display()))
    }
}

/// Refuses a folder that no drill made.
///
/// # Errors
/// When the marker is missing, is a link, or holds something else.
pub fn check_marker(folder: &Path) -> Result<()> {
    let marker = folder.join(MARKER);
    let plain = fs::symlink_metadata(&marker).is_ok_and(|about| about.is_file());
    if !plain || fs::read_to_string(&marker).ok().as_deref() != Some(MARKER_TEXT) {
        bail!("{} was not made by a drill: nothing in it will be touched", folder.display());
    }
    Ok(())
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
        *to = *from;
    }
    out
}

/// `SplitMix64` (Steele, Lea, Flood 2014): the same seed makes the same files.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A document of an invented town hall: text, a table, or bytes that look like a picture.
    fn document(&mut self, number: usize) -> (&'static str, Vec<u8>) {
        let size = 500 + usize::try_from(self.next() % 30_000).unwrap_or(0);
        let (ending, head) = match self.next() % 3 {
            0 => ("txt", format!("Mairie, dossier {number}\n\nLe conseil, considérant que ")),
            1 => ("csv", format!("numero;date;objet\n{number};2024-04-25;")),
            _ => ("jpg", "\u{7f}JPEG-like ".to_owned()),
        };
        let mut bytes = head.into_bytes();
        while bytes.len() < size {
            let word = self.next();
            if ending == "jpg" {
                bytes.extend(word.to_le_bytes());
            } else {
                const WORDS: [&str; 8] = [
                    "école ", "permis ", "acte ", "voirie ", "séance ", "budget ", "rue ", "2024\n",
                ];
                let pick = usize::try_from(word % 8).unwrap_or(0);
                bytes.extend(WORDS.get(pick).copied().unwrap_or(" ").as_bytes());
            }
        }
        (ending, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_files_and_losses_are_counted() {
        let parent = tempfile::tempdir().unwrap();
        let stage = Stage::build(parent.path(), 7, 20).unwrap();
        let again = Stage::build(parent.path(), 8, 20).unwrap();
        assert_ne!(
            stage.contents.values().collect::<Vec<_>>(),
            again.contents.values().collect::<Vec<_>>()
        );
        let mut paths = stage.contents.keys();
        fs::remove_file(paths.next().unwrap()).unwrap();
        fs::write(paths.next().unwrap(), "other").unwrap();
        let count = stage.count().unwrap();
        assert_eq!(count, Count { total: 20, same: 18, altered: 1, gone: 1 });
        again.ruin().unwrap();
        assert_eq!(again.count().unwrap(), Count { total: 20, same: 0, altered: 10, gone: 10 });
        fs::create_dir(again.root.join("kept")).unwrap();
        assert_eq!(
            (again.drop_folders("kept").unwrap(), again.drop_folders("kept").unwrap()),
            (1, 0)
        );
        stage.strike().unwrap();
    }

    #[test]
    fn a_folder_that_no_drill_made_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        assert!(check_marker(parent.path()).is_err());
        fs::write(parent.path().join(MARKER), "x").unwrap();
        assert!(check_marker(parent.path()).is_err());
    }
}
