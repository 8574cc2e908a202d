//! Small files of `/proc`, read as they are made: whole, for each read. Asking for their size first,
//! and reading them in small pieces, costs several times as much.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

/// Most of these files are smaller.
const PIECE_BYTES: usize = 4096;
/// Longest line of a file of one line.
const LINE_BYTES_MAX: usize = 512;

/// The whole of a file of `/proc`.
pub(crate) fn read(path: &str) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    // The kernel may hand over less than was asked for and have more: only nothing is the end.
    loop {
        let at = bytes.len();
        bytes.resize(at + PIECE_BYTES, 0);
        let read = file.read(bytes.get_mut(at..).unwrap_or_default())?;
        bytes.truncate(at + read);
        if read == 0 {
            return Ok(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

/// A file of `/proc` that is one record, such as `status` and `stat` of a process: the kernel hands it
/// over whole where there is room, so that nobody need ask whether there is more.
pub(crate) fn record(path: &str) -> io::Result<String> {
    let mut bytes = [0; PIECE_BYTES];
    let read = File::open(path)?.read(&mut bytes)?;
    if read == PIECE_BYTES {
        return self::read(path);
    }
    Ok(String::from_utf8_lossy(bytes.get(..read).unwrap_or_default()).into_owned())
}

/// What an open file of one line says now.
pub(crate) fn line(file: &File) -> io::Result<String> {
    let mut bytes = [0; LINE_BYTES_MAX];
    let read = file.read_at(&mut bytes, 0)?;
    Ok(String::from_utf8_lossy(bytes.get(..read).unwrap_or_default()).into_owned())
}

/// Whether a processor has nothing to do, besides the one that asks.
#[derive(Debug)]
pub(crate) struct Idle {
    load: Option<File>,
    processors: u32,
}

impl Idle {
    pub(crate) fn here() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            load: File::open("/proc/loadavg").ok(),
            processors: u32::try_from(processors).unwrap_or(u32::MAX),
        }
    }

    /// False also when it cannot be told.
    pub(crate) fn is_there(&self) -> bool {
        let text = self.load.as_ref().and_then(|load| line(load).ok());
        text.and_then(|text| running(&text)).is_some_and(|running| running <= self.processors)
    }
}

/// Those that run or wait for a processor, in a line of `/proc/loadavg`.
fn running(line: &str) -> Option<u32> {
    line.split(' ').nth(3)?.split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_any_length_is_read_whole() {
        assert!(read("/proc/self/status").unwrap().contains("\nTgid:"));
        let long = "/proc/self/smaps";
        assert!(read(long).unwrap().len() > PIECE_BYTES, "{long}");
        assert!(read("/proc/self/no such thing").is_err());
        assert!(record("/proc/self/status").unwrap().contains("\nnonvoluntary_ctxt_switches:"));
    }

    #[test]
    fn the_kernel_says_how_many_run() {
        assert_eq!(running("0.31 1.20 2.00 3/421 12345\n"), Some(3));
        assert_eq!(running(""), None);
        assert!(running(&read("/proc/loadavg").unwrap()).is_some());
    }
}
