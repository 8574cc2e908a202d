//! The trash: where a thinning moves what it drops, and from where everything can be put back.
//!
//! The order, so that restic finds the repository whole after a kill at any moment:
//! 1. The new index objects lie there, flushed, and are what they are named. They were received
//!    before the plan was proposed, and are looked at once more.
//! 2. Snapshots go to the trash. What nothing refers to any more harms nobody.
//! 3. Index objects go. What of them stays is named by the new ones.
//! 4. Packs go. No index names them any more.
//!
//! Putting back goes the other way: packs, index, snapshots. The new index stays, since what it names
//! is there.
//!
//! Rules:
//! - A step is a rename within the repository's folder. The folders are flushed before the next kind
//!   begins.
//! - Done twice is done once: what is there already is left, what was moved already is passed over.
//! - Whoever moves holds a lock on the trash, and looks at the step only once it has it: so two never
//!   move against each other. A kill lets it go.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use beffroi_town::vault::{ObjectKind, thinning::Plan};

use crate::{
    asked::ObjectName,
    consent::Before,
    receive::hash_of,
    shelf::{Shelf, make_folder, sync_folder},
};

/// The kinds, in the order in which they go.
const ORDER: [ObjectKind; 3] = [ObjectKind::Snapshots, ObjectKind::Index, ObjectKind::Data];

/// The trash of one repository.
#[derive(Clone, Debug)]
pub(crate) struct Trash {
    shelf: Shelf,
    folder: PathBuf,
}

impl Trash {
    pub(crate) fn of(shelf: &Shelf) -> Self {
        Self { folder: shelf.folder().join("trash"), shelf: shelf.clone() }
    }

    /// Waits until nobody else moves anything here.
    pub(crate) fn lock(&self) -> io::Result<File> {
        make_folder(&self.folder)?;
        sync_folder(self.shelf.folder())?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join("lock"))?;
        file.lock()?;
        Ok(file)
    }

    fn plan_file(&self, hash: &str) -> PathBuf {
        self.folder.join(format!("{hash}.plan"))
    }

    /// The hashes of the plans that are kept.
    pub(crate) fn plans(&self) -> io::Result<Vec<String>> {
        let hash = |name: &String| name.strip_suffix(".plan").map(str::to_owned);
        Ok(self.names()?.iter().filter_map(hash).collect())
    }

    /// The names of what lies here, as far as they are any of ours.
    fn names(&self) -> io::Result<Vec<String>> {
        match fs::read_dir(&self.folder) {
            Ok(entries) => entries
                .filter_map(|entry| entry.map(|one| one.file_name().into_string().ok()).transpose())
                .collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The thinnings that something lies here for, and how many objects.
    pub(crate) fn held(&self) -> io::Result<Vec<(String, u64)>> {
        let mut all = Vec::new();
        for id in self.names()? {
            if !self.folder.join(&id).is_dir() {
                continue;
            }
            let mut objects = 0;
            for kind in ORDER {
                objects += names(&self.place(&id, kind))?.len() as u64;
            }
            all.extend((objects > 0).then_some((id, objects)));
        }
        Ok(all)
    }

    /// Keeps a plan, flushed, under its hash.
    pub(crate) fn keep_plan(&self, hash: &str, text: &[u8]) -> io::Result<()> {
        make_folder(&self.folder)?;
        let (half, mut file) = self.shelf.begin()?;
        io::Write::write_all(&mut file, text)?;
        file.sync_all()?;
        half.rename(&self.plan_file(hash))?;
        sync_folder(&self.folder)?;
        sync_folder(self.shelf.folder())
    }

    /// The plan of this hash.
    pub(crate) fn plan(&self, hash: &str) -> io::Result<Plan> {
        let path = self.plan_file(hash);
        let (found, _) = hash_of(&path)?;
        if found != hash {
            let told = format!("{} is not the plan that was agreed to", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, told));
        }
        serde_json::from_slice(&fs::read(&path)?).map_err(io::Error::other)
    }

    /// Forgets a plan that nothing becomes of any more.
    pub(crate) fn drop_plan(&self, hash: &str) -> io::Result<()> {
        remove(&self.plan_file(hash))
    }

    fn place(&self, id: &str, kind: ObjectKind) -> PathBuf {
        self.folder.join(id).join(kind.code())
    }

    /// Whether what takes the place of the dropped index is there and whole.
    pub(crate) fn is_replaced(&self, plan: &Plan) -> io::Result<bool> {
        for name in plan.new_index.iter().filter_map(|name| ObjectName::parse(name)) {
            match hash_of(&self.shelf.path(ObjectKind::Index, Some(&name))) {
                Ok((hash, _)) if hash == name.as_str() => {}
                Ok(_) => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Moves what a plan drops into the trash.
    pub(crate) fn fill(&self, id: &str, plan: &Plan, mut before: Before) -> io::Result<()> {
        if !self.is_replaced(plan)? {
            return Err(io::Error::other("the new index is damaged or missing: nothing is moved"));
        }
        for kind in ORDER {
            let names = match kind {
                ObjectKind::Snapshots => &plan.snapshots,
                ObjectKind::Index => &plan.index,
                _ => &plan.packs,
            };
            let to = self.place(id, kind);
            make_folder(&to)?;
            sync_folder(&self.folder.join(id))?;
            sync_folder(&self.folder)?;
            for name in names.iter().filter_map(|name| ObjectName::parse(name)) {
                let from = self.shelf.path(kind, Some(&name));
                before(&from)?;
                match fs::rename(&from, to.join(name.as_str())) {
                    // It was moved before a kill; or it is lost, and there is nothing to move.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    moved => moved?,
                }
            }
            // First that it is here, then that it is not there any more.
            sync_folder(&to)?;
            self.flush(kind)?;
        }
        Ok(())
    }

    /// Puts back what lies in the trash for a thinning.
    pub(crate) fn put_back(&self, id: &str, mut before: Before) -> io::Result<()> {
        for kind in ORDER.into_iter().rev() {
            let from = self.place(id, kind);
            for name in names(&from)? {
                let (from, to) = (from.join(name.as_str()), self.shelf.path(kind, Some(&name)));
                before(&from)?;
                // Sent again meanwhile, it is there.
                if to.try_exists()? { fs::remove_file(&from)? } else { fs::rename(&from, &to)? }
            }
            self.flush(kind)?;
        }
        self.clear(id)
    }

    /// Removes what lies in the trash for a thinning, for good.
    pub(crate) fn empty(&self, id: &str, mut before: Before) -> io::Result<()> {
        for kind in ORDER {
            let from = self.place(id, kind);
            for name in names(&from)? {
                let path = from.join(name.as_str());
                before(&path)?;
                fs::remove_file(&path)?;
            }
        }
        self.clear(id)
    }

    fn flush(&self, kind: ObjectKind) -> io::Result<()> {
        self.shelf
            .folders(kind)
            .iter()
            .filter(|one| one.is_dir())
            .try_for_each(|one| sync_folder(one))
    }

    /// Removes the empty folders of a thinning.
    fn clear(&self, id: &str) -> io::Result<()> {
        match fs::remove_dir_all(self.folder.join(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            cleared => cleared?,
        }
        sync_folder(&self.folder)
    }
}

fn names(folder: &Path) -> io::Result<Vec<ObjectName>> {
    let listed = crate::shelf::list(folder, false)?;
    Ok(listed.objects.into_iter().map(|(name, _)| name).collect())
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
