//! The target: where files come back, and what stands there already.
//!
//! Rules:
//! - Every path is walked from the target without following a symbolic link: what was planted on
//!   the way leads nowhere else.
//! - What stands where something comes back is moved beside (`name.beffroi-…`), never overwritten.
//! - A content is written beside under a name of our own, and gets its name once it is whole.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::{
            ffi::{OsStrExt as _, OsStringExt as _},
            fs::{FileExt as _, MetadataExt as _},
        },
    },
    path::Path,
    sync::Arc,
};

use beffroi_town::Instant;
use rustix::{
    fs::{
        AtFlags, FileType, Gid, Mode, OFlags, RenameFlags, Timespec, Timestamps, Uid, XattrFlags,
        fchmod, fchown, fsetxattr, futimens, mkdirat, openat, renameat_with, statat, unlinkat,
    },
    io::Errno,
};

use crate::{error::BackupError, id::Id, tree::Dress};

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// The longest name of a file.
const NAME_BYTES_MAX: usize = 255;
/// How many files may stand beside one.
const BESIDE_MAX: u32 = 100_000;

/// Where files come back.
#[derive(Debug)]
pub(crate) struct Target {
    root: OwnedFd,
    /// Names what is moved beside.
    at: Instant,
    is_root: bool,
}

/// A folder of the target and a name in it.
#[derive(Clone)]
pub(crate) struct Spot {
    pub(crate) folder: Arc<OwnedFd>,
    pub(crate) name: OsString,
}

/// The folder that was walked to last: files come in the order of folders, mostly.
#[derive(Default)]
pub(crate) struct LastFolder(Option<(Vec<u8>, Arc<OwnedFd>)>);

impl Target {
    /// Opens the folder, making it if it is not there.
    pub(crate) fn open(path: &Path, at: Instant) -> Result<Self, BackupError> {
        std::fs::create_dir_all(path).map_err(BackupError::file("make", path))?;
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(path, flags, Mode::empty())
            .map_err(io::Error::from)
            .map_err(BackupError::file("open", path))?;
        Ok(Self { root, at, is_root: rustix::process::geteuid().is_root() })
    }

    /// A folder of the target.
    pub(crate) fn folder(&self, path: &[u8]) -> io::Result<OwnedFd> {
        let mut here = openat(&self.root, ".", FOLDER, Mode::empty())?;
        for name in path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
            here = openat(&here, OsStr::from_bytes(name), FOLDER, Mode::empty())?;
        }
        Ok(here)
    }

    /// Where a path is in the target.
    pub(crate) fn spot(&self, path: &[u8], last: &mut LastFolder) -> io::Result<Spot> {
        let (folder, name) = split(path);
        let name = OsStr::from_bytes(name).to_owned();
        if let Some((known, open)) = &last.0
            && known == folder
        {
            return Ok(Spot { folder: Arc::clone(open), name });
        }
        let open = Arc::new(self.folder(folder)?);
        last.0 = Some((folder.to_vec(), Arc::clone(&open)));
        Ok(Spot { folder: open, name })
    }

    /// Makes a folder; whether it is new. What is no folder is moved beside if `may_move`.
    pub(crate) fn make_folder(
        &self,
        path: &[u8],
        may_move: bool,
        last: &mut LastFolder,
    ) -> io::Result<bool> {
        let spot = self.spot(path, last)?;
        match mkdirat(&spot.folder, &spot.name, Mode::RWXU) {
            Ok(()) => return Ok(true),
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        if spot.kind()? == Some(FileType::Directory) {
            return Ok(false);
        }
        if !may_move {
            return Err(io::Error::new(
                io::ErrorKind::NotADirectory,
                "something else stands where its folder was (a link?): give the real place as \
                 --target",
            ));
        }
        self.move_beside(&spot)?;
        mkdirat(&spot.folder, &spot.name, Mode::RWXU)?;
        Ok(true)
    }

    /// Moves what stands there beside it; whether something did.
    pub(crate) fn move_beside(&self, spot: &Spot) -> io::Result<bool> {
        if spot.kind()?.is_none() {
            return Ok(false);
        }
        for attempt in 0..BESIDE_MAX {
            let beside = beside_name(&spot.name, self.at, attempt);
            let keep = RenameFlags::NOREPLACE;
            match renameat_with(&spot.folder, &spot.name, &spot.folder, &beside, keep) {
                Ok(()) => return Ok(true),
                Err(Errno::EXIST) => {}
                Err(Errno::NOENT) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
        let many = "too many files stand beside it already";
        Err(io::Error::new(io::ErrorKind::AlreadyExists, many))
    }

    /// Gives a name to what is whole; whether something had to be moved beside.
    pub(crate) fn put(&self, spot: &Spot, draft: &OsStr) -> io::Result<bool> {
        let mut moved = false;
        for _ in 0..BESIDE_MAX {
            let keep = RenameFlags::NOREPLACE;
            match renameat_with(&spot.folder, draft, &spot.folder, &spot.name, keep) {
                Ok(()) => return Ok(moved),
                Err(Errno::EXIST) => moved |= self.move_beside(spot)?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "something is put there again and again"))
    }

    /// Gives an open file or folder its owner, rights, attributes and times. What the system
    /// refuses of attributes is answered, the rest done all the same.
    pub(crate) fn dress(&self, file: impl AsFd, dress: &Dress) -> io::Result<bool> {
        // Owner before mode: giving a file away takes its set-user-id bit.
        let owned = fchown(&file, Some(Uid::from_raw(dress.uid)), Some(Gid::from_raw(dress.gid)));
        let mode = match owned {
            Ok(()) => dress.mode,
            Err(error) if self.is_root => return Err(error.into()),
            // Somebody else's file must not lend its rights to whoever restores.
            Err(_) => dress.mode & 0o1777,
        };
        fchmod(&file, Mode::from_raw_mode(mode))?;
        let mut is_whole = true;
        for (name, value) in &dress.attributes {
            let name = OsStr::from_bytes(name);
            is_whole &= fsetxattr(&file, name, value, XattrFlags::empty()).is_ok();
        }
        if let Some(times) = times(dress) {
            futimens(&file, &times)?;
        }
        Ok(is_whole)
    }

    /// Whether this process may give files away.
    pub(crate) fn is_root(&self) -> bool {
        self.is_root
    }
}

impl Spot {
    /// What stands there.
    pub(crate) fn kind(&self) -> io::Result<Option<FileType>> {
        match statat(&self.folder, &self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(about) => Ok(Some(FileType::from_raw_mode(about.st_mode))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens the file that stands there, if it is one of this length.
    pub(crate) fn open_if(&self, bytes: u64) -> io::Result<Option<File>> {
        // A named pipe would wait for a writer.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = match openat(&self.folder, &self.name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let about = file.metadata()?;
        Ok((about.is_file() && about.len() == bytes).then_some(file))
    }

    /// A new draft for the content of these parts. What a killed restore left of the same content
    /// goes on if `resume`; whether it does.
    pub(crate) fn draft(&self, content: &[Id], resume: bool) -> io::Result<(File, OsString, bool)> {
        let mut text = self.name.as_bytes().to_vec();
        for id in content {
            text.extend(id.as_bytes());
        }
        let name = OsString::from(format!(".beffroi-draft-{}", Id::of(&text).short()));
        let (rights, flags) = (Mode::RUSR | Mode::WUSR, OFlags::NOFOLLOW | OFlags::CLOEXEC);
        if resume {
            let flags = flags | OFlags::RDWR | OFlags::NONBLOCK;
            if let Ok(file) = openat(&self.folder, &name, flags, Mode::empty()) {
                let file = File::from(file);
                let about = file.metadata()?;
                // Only what is nobody's but ours: no second name leads to it.
                let is_ours = about.is_file()
                    && about.nlink() == 1
                    && about.uid() == rustix::process::geteuid().as_raw();
                if is_ours {
                    return Ok((file, name, true));
                }
            }
        }
        let flags = flags | OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
        let file = match openat(&self.folder, &name, flags, rights) {
            // What a killed restore left, or somebody planted.
            Err(Errno::EXIST) => {
                unlinkat(&self.folder, &name, AtFlags::empty())?;
                openat(&self.folder, &name, flags, rights)?
            }
            made => made?,
        };
        Ok((File::from(file), name, false))
    }

    /// Takes a draft away again.
    pub(crate) fn drop_draft(&self, draft: &OsStr) {
        // That it stays is no loss: the next restore of this file takes it away.
        unlinkat(&self.folder, draft, AtFlags::empty()).unwrap_or_default();
    }
}

/// Whether a file holds exactly this blob at this place.
pub(crate) fn holds(file: &File, at: u64, bytes: u32, id: &Id, room: &mut Vec<u8>) -> bool {
    room.resize(bytes as usize, 0);
    file.read_exact_at(room, at).is_ok() && Id::of(room) == *id
}

/// Times as the system takes them.
pub(crate) fn times(dress: &Dress) -> Option<Timestamps> {
    let (seconds, nanoseconds) = dress.modified?;
    let spec = |(seconds, nanoseconds): (i64, u32)| Timespec {
        tv_sec: seconds,
        tv_nsec: i64::from(nanoseconds),
    };
    Some(Timestamps {
        last_access: spec(dress.accessed.unwrap_or((seconds, nanoseconds))),
        last_modification: spec((seconds, nanoseconds)),
    })
}

/// The folder and the name of a path.
pub(crate) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(at) => (path.get(..at).unwrap_or_default(), path.get(at + 1..).unwrap_or_default()),
        None => (b"", path),
    }
}

/// `name.beffroi-MILLISECONDS`, shortened so that a name of 255 bytes fits.
fn beside_name(name: &OsStr, at: Instant, attempt: u32) -> OsString {
    let tail = match attempt {
        0 => format!(".beffroi-{}", at.ms()),
        n => format!(".beffroi-{}-{n}", at.ms()),
    };
    let room = NAME_BYTES_MAX - tail.len();
    let mut bytes = name.as_bytes().get(..room).unwrap_or(name.as_bytes()).to_vec();
    bytes.extend(tail.bytes());
    OsString::from_vec(bytes)
}
