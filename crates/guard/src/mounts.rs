//! What is mounted where, as `/proc/self/mountinfo` tells it.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// One line of the list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    /// Its number, as `statx` answers it.
    pub(crate) id: u64,
    /// The kernel's own number of the device.
    pub(crate) device: u32,
    /// Whether all of the file system is shown there, and not a folder of it.
    pub(crate) is_whole: bool,
    /// Where it is shown.
    pub(crate) path: PathBuf,
    /// The kind of its file system.
    pub(crate) kind: String,
}

/// Every mount that this process sees; none when the list cannot be read.
pub(crate) fn all() -> Vec<Mount> {
    let text = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    text.lines().filter_map(Mount::of_line).collect()
}

impl Mount {
    /// Identifier, parent, major:minor, root, place, options, optional fields, '-', kind, source.
    fn of_line(line: &str) -> Option<Self> {
        let (place, kind) = line.split_once(" - ")?;
        let mut fields = place.split(' ');
        let id = fields.next()?.parse().ok()?;
        let (major, minor) = fields.nth(1)?.split_once(':')?;
        let device = major.parse::<u32>().ok()? << 20 | minor.parse::<u32>().ok()?;
        let is_whole = fields.next()? == "/";
        let path = unescaped(fields.next()?);
        Some(Self { id, device, is_whole, path, kind: kind.split(' ').next()?.to_owned() })
    }
}

/// Spaces, tabs, line ends and backslashes are written as three octal digits.
fn unescaped(text: &str) -> PathBuf {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..3).filter(|_| *first == b'\\');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            bytes.push(byte);
            rest = after.get(3..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_line_of_the_kernels_list_is_read() {
        let line = r"36 35 98:3 /a /srv/le\040part\134age rw,noatime shared:1 - ext4 /dev/sda rw";
        let mount = Mount::of_line(line).unwrap();
        assert_eq!((mount.id, mount.device, mount.is_whole), (36, 98 << 20 | 3, false));
        assert_eq!(
            (mount.path.as_path(), mount.kind.as_str()),
            (Path::new(r"/srv/le part\age"), "ext4")
        );
        assert!(
            Mount::of_line("29 23 0:26 / /sys/fs/cgroup rw - cgroup2 none rw").unwrap().is_whole
        );
        for wrong in ["", "36 35 98:3 / /mnt rw", "36 35 98 / /mnt rw - ext4", "x 35 9:8 / / - a"] {
            assert_eq!(Mount::of_line(wrong), None, "{wrong}");
        }
        assert_eq!(unescaped(r"\0"), Path::new(r"\0"));
        assert_eq!(unescaped(r"\999"), Path::new(r"\999"));
        assert!(all().iter().any(|mount| mount.path == Path::new("/")));
    }
}
