//! Reads fanotify events: bytes from the kernel in, values out. No system call but `read`.
//!
//! Layout: `uapi/linux/fanotify.h`. Every length is checked against the buffer; what does not fit
//! ends the parse.

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;

use crate::sys;

/// Bytes of `struct fanotify_event_metadata`.
const HEAD_BYTES: usize = 24;

/// `FAN_EVENT_INFO_TYPE_RANGE`: header (4), padding (4), offset (8), count (8).
const INFO_TYPE_RANGE: u8 = 6;

/// One event.
#[derive(Debug)]
pub(crate) struct FanEvent {
    pub(crate) mask: u64,
    /// The thread that did it (`FAN_REPORT_TID`).
    pub(crate) tid: u32,
    /// The file itself, in a group of permission events.
    pub(crate) file: Option<File>,
    /// Offset and length of the access, where the kernel tells.
    pub(crate) range: Option<(u64, u64)>,
    /// Folder handle and name, in a group of names.
    pub(crate) at: Option<Place>,
    /// Where it was, when renamed.
    pub(crate) from: Option<Place>,
    /// Where it is now, when renamed.
    pub(crate) to: Option<Place>,
}

/// A name in a folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// As `sys::handle_of` answers.
    pub(crate) folder: Vec<u8>,
    pub(crate) name: OsString,
}

/// Reads what is there, without waiting; empty when nothing is.
pub(crate) fn read(group: &OwnedFd, buffer: &mut [u8]) -> std::io::Result<Vec<FanEvent>> {
    match rustix::io::read(group, &mut *buffer) {
        Ok(length) => Ok(parse(buffer.get(..length).unwrap_or_default())),
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn parse(mut bytes: &[u8]) -> Vec<FanEvent> {
    let mut events = Vec::new();
    while let Some((event, length)) = parse_one(bytes) {
        events.push(event);
        bytes = bytes.get(length..).unwrap_or_default();
    }
    events
}

fn parse_one(bytes: &[u8]) -> Option<(FanEvent, usize)> {
    let length = usize::try_from(u32_at(bytes, 0)?).ok()?;
    let head = usize::from(u16_at(bytes, 6)?);
    let event = bytes.get(..length)?;
    if length < HEAD_BYTES || head < HEAD_BYTES {
        return None;
    }
    let mask = u64::from_ne_bytes(event.get(8..16)?.try_into().ok()?);
    let fd = i32::from_ne_bytes(event.get(16..20)?.try_into().ok()?);
    let tid = u32_at(event, 20)?;
    let mut parsed = FanEvent {
        mask,
        tid,
        file: sys::event_descriptor(fd).map(File::from),
        range: None,
        at: None,
        from: None,
        to: None,
    };
    let mut rest = event.get(head..).unwrap_or_default();
    while let (Some(kind), Some(size)) = (rest.first(), u16_at(rest, 2)) {
        let size = usize::from(size);
        let Some(record) = rest.get(..size).filter(|record| record.len() >= 4) else { break };
        match *kind {
            INFO_TYPE_RANGE => parsed.range = u64_at(record, 8).zip(u64_at(record, 16)),
            libc::FAN_EVENT_INFO_TYPE_DFID_NAME => parsed.at = place(record),
            libc::FAN_EVENT_INFO_TYPE_OLD_DFID_NAME => parsed.from = place(record),
            libc::FAN_EVENT_INFO_TYPE_NEW_DFID_NAME => parsed.to = place(record),
            _ => {}
        }
        rest = rest.get(size..).unwrap_or_default();
    }
    Some((parsed, length))
}

/// Header (4), file system (8), handle: length (4), type (4), bytes; then the name and a NUL.
fn place(record: &[u8]) -> Option<Place> {
    let length = usize::try_from(u32_at(record, 12)?).ok()?;
    let kind = record.get(16..20)?;
    let handle = record.get(20..20_usize.checked_add(length)?)?;
    let name = record.get(20 + length..)?.split(|b| *b == 0).next()?;
    let mut folder = kind.to_vec();
    folder.extend(handle);
    Some(Place { folder, name: OsString::from_vec(name.to_vec()) })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_range_is_read() {
        let mut bytes = Vec::new();
        bytes.extend(48_u32.to_ne_bytes());
        bytes.extend([3, 0]);
        bytes.extend(24_u16.to_ne_bytes());
        bytes.extend(0x0010_0000_u64.to_ne_bytes());
        bytes.extend((-1_i32).to_ne_bytes());
        bytes.extend(77_i32.to_ne_bytes());
        bytes.extend([INFO_TYPE_RANGE, 0, 24, 0, 0, 0, 0, 0]);
        bytes.extend(8192_u64.to_ne_bytes());
        bytes.extend(4096_u64.to_ne_bytes());
        assert_eq!(parse(&bytes)[0].range, Some((8192, 4096)));
    }

    #[test]
    fn a_rename_is_read() {
        let mut bytes = Vec::new();
        let record = |kind: u8, name: &[u8]| {
            let mut record = vec![kind, 0, 0, 0];
            record.extend([0; 8]);
            record.extend(8_u32.to_ne_bytes());
            record.extend(1_i32.to_ne_bytes());
            record.extend([9; 8]);
            record.extend(name);
            record.push(0);
            record.resize(record.len().next_multiple_of(4), 0);
            let length = u16::try_from(record.len()).unwrap().to_ne_bytes();
            record.splice(2..4, length);
            record
        };
        let (old, new) = (record(10, b"a\n\xff"), record(12, b"b"));
        let length = HEAD_BYTES + old.len() + new.len();
        bytes.extend(u32::try_from(length).unwrap().to_ne_bytes());
        bytes.extend([3, 0]);
        bytes.extend(24_u16.to_ne_bytes());
        bytes.extend(libc::FAN_RENAME.to_ne_bytes());
        bytes.extend((-1_i32).to_ne_bytes());
        bytes.extend(77_i32.to_ne_bytes());
        bytes.extend(old);
        bytes.extend(new);
        let events = parse(&bytes);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].tid, 77);
        assert_eq!(events[0].from.as_ref().unwrap().name, OsString::from_vec(b"a\n\xff".to_vec()));
        assert_eq!(events[0].to.as_ref().unwrap().folder.len(), 12);
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_without_a_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            // A descriptor that the kernel did not give must not be taken over.
            if let Some(fd) = bytes.get_mut(16..20) { fd.copy_from_slice(&(-1_i32).to_ne_bytes()); }
            bytes.truncate(HEAD_BYTES + 200);
            if let Some(length) = bytes.get(..4).and_then(|b| b.try_into().ok()).map(u32::from_ne_bytes)
                && (length as usize) < bytes.len() { bytes.truncate(length as usize); }
            parse(&bytes);
        }
    }
}
