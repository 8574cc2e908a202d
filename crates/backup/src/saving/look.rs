//! What the system says of a file or folder: its owner, rights, times and attributes.

use std::{ffi::OsStr, io, os::fd::AsFd, os::unix::ffi::OsStrExt as _};

use rustix::{
    buffer::spare_capacity,
    fs::{FileType, Stat, fgetxattr, fgetxattr_query, flistxattr, flistxattr_query},
};

use crate::tree::Time;

/// Names and values.
pub(super) type Attributes = Vec<(Vec<u8>, Vec<u8>)>;

/// What surrounds an entry.
#[derive(Clone, Debug)]
pub(super) struct About {
    /// Rights and what it is, as Unix has them.
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) bytes: u64,
    pub(super) inode: u64,
    pub(super) device: u64,
    pub(super) links: u64,
    /// Which device it is, if it is one.
    pub(super) number: u64,
    pub(super) modified: Time,
    pub(super) changed: Time,
    pub(super) attributes: Attributes,
}

impl About {
    /// Without its attributes.
    pub(super) fn of(stat: &Stat) -> Self {
        let time = |seconds, nanoseconds: u64| (seconds, u32::try_from(nanoseconds).unwrap_or(0));
        Self {
            mode: stat.st_mode,
            uid: stat.st_uid,
            gid: stat.st_gid,
            bytes: u64::try_from(stat.st_size).unwrap_or(0),
            inode: stat.st_ino,
            device: stat.st_dev,
            links: stat.st_nlink,
            number: stat.st_rdev,
            modified: time(stat.st_mtime, stat.st_mtime_nsec),
            changed: time(stat.st_ctime, stat.st_ctime_nsec),
            attributes: Vec::new(),
        }
    }

    pub(super) fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.mode)
    }
}

/// The extended attributes of an open file or folder; none where there cannot be any.
pub(super) fn attributes(file: impl AsFd) -> io::Result<Attributes> {
    let room = match flistxattr_query(&file) {
        Ok(0) | Err(rustix::io::Errno::NOTSUP) => return Ok(Vec::new()),
        answer => answer?,
    };
    let mut names = Vec::with_capacity(room);
    flistxattr(&file, spare_capacity(&mut names))?;
    let mut all = Vec::new();
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let shown = OsStr::from_bytes(name);
        let mut value = Vec::with_capacity(fgetxattr_query(&file, shown)?.max(1));
        fgetxattr(&file, shown, spare_capacity(&mut value))?;
        all.push((name.to_vec(), value));
    }
    all.sort();
    Ok(all)
}
