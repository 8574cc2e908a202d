//! What of a snapshot is brought back: everything, or what a person, a guard or a difference names.
//!
//! Rule: paths are absolute, as they stood on the server; none of them leads upwards.

use std::collections::BTreeMap;

use beffroi_town::watch::AlarmReport;
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use crate::{error::BackupError, percent};

/// What is brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    root: Branch,
    /// Said to people before anything is done.
    notes: Vec<String>,
}

/// What is chosen at and below one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Branch {
    /// It, and everything below it.
    whole: bool,
    below: BTreeMap<Vec<u8>, Branch>,
}

impl Branch {
    /// What is chosen at an entry of this folder; none: nothing.
    pub(crate) fn at(&self, name: &[u8]) -> Option<&Self> {
        if self.whole { Some(self) } else { self.below.get(name) }
    }

    /// Whether it is chosen itself, with everything below.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The entries that are named here, with what is named below each.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&[u8], &Self)> {
        self.below.iter().map(|(name, branch)| (name.as_slice(), branch))
    }

    fn add(&mut self, path: &[u8]) {
        let mut here = self;
        for name in parts(path) {
            if here.whole {
                return;
            }
            here = here.below.entry(name.to_vec()).or_default();
        }
        here.whole = true;
        here.below.clear();
    }

    /// Every path that is chosen below this one.
    pub(crate) fn paths(&self, at: &[u8], all: &mut Vec<Vec<u8>>) {
        if self.whole {
            all.push(at.to_vec());
        }
        for (name, branch) in &self.below {
            branch.paths(&[at, b"/", name].concat(), all);
        }
    }
}

fn parts(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|name| !name.is_empty() && *name != b".")
}

/// One line of a guard's record of touches.
#[derive(Deserialize)]
struct TouchLine {
    path: String,
    /// A rewriting that looked ordinary does not count: somebody worked.
    counted: bool,
}

impl Choice {
    /// Everything.
    pub fn all() -> Self {
        Self { root: Branch { whole: true, ..Branch::default() }, notes: Vec::new() }
    }

    /// These files and folders, with all that is below.
    ///
    /// # Errors
    /// [`BackupError::Choice`] for a path that is none, or when there is none at all.
    pub fn paths<P: AsRef<[u8]>>(paths: impl IntoIterator<Item = P>) -> Result<Self, BackupError> {
        let mut root = Branch::default();
        for path in paths {
            let path = path.as_ref();
            let is_path = path.starts_with(b"/")
                && !path.contains(&0)
                && parts(path).all(|name| name != b"..");
            if !is_path {
                return Err(BackupError::Choice(format!(
                    "'{}' is no path in a snapshot: write it whole, as in /srv/share/file.odt",
                    beffroi_town::watch::shown_path(path)
                )));
            }
            root.add(path);
        }
        if root == Branch::default() {
            let none = "no path is named: there is nothing to bring back";
            return Err(BackupError::Choice(none.to_owned()));
        }
        Ok(Self { root, notes: Vec::new() })
    }

    /// The paths of a list: one a line, or with a zero byte after each.
    ///
    /// # Errors
    /// As [`Choice::paths`].
    pub fn list(text: &[u8]) -> Result<Self, BackupError> {
        let end = if text.contains(&0) { 0 } else { b'\n' };
        let lines = text.split(|byte| *byte == end).map(|line| match end {
            b'\n' => line.strip_suffix(b"\r").unwrap_or(line),
            _ => line,
        });
        Self::paths(lines.filter(|line| !line.is_empty()))
    }

    /// What a guard says was touched: the report of an alarm, or its own record `touches.jsonl`.
    ///
    /// # Errors
    /// [`BackupError::Choice`] when it is neither.
    pub fn touched(text: &[u8]) -> Result<Self, BackupError> {
        if let Ok(report) = serde_json::from_slice::<AlarmReport>(text) {
            return Self::reported(&report);
        }
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let touches: Vec<TouchLine> =
            lines.filter_map(|l| serde_json::from_slice(l).ok()).collect();
        if touches.is_empty() {
            let neither = "it is neither the report of an alarm nor a guard's touches.jsonl: name \
                           one of them, or give a list of paths with --list";
            return Err(BackupError::Choice(neither.to_owned()));
        }
        let counted = touches.iter().filter(|touch| touch.counted);
        let paths: Option<Vec<Vec<u8>>> =
            counted.map(|touch| BASE64URL_NOPAD.decode(touch.path.as_bytes()).ok()).collect();
        Self::paths(paths.ok_or_else(|| {
            BackupError::Choice("a path in the record of touches cannot be read".to_owned())
        })?)
    }

    fn reported(report: &AlarmReport) -> Result<Self, BackupError> {
        let mut notes = Vec::new();
        let mut paths = Vec::new();
        for touched in &report.touched {
            match unescaped(&touched.path) {
                Some(path) => paths.push(path),
                None => notes.push(format!("{}: too long to be named whole", touched.path)),
            }
        }
        if report.touched_total > report.touched.len() as u64 {
            notes.push(format!(
                "the report names {} of {} files: the guard's touches.jsonl names all",
                report.touched.len(),
                report.touched_total
            ));
        }
        Ok(Self { notes, ..Self::paths(paths)? })
    }

    /// What people should know before anything is done.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    pub(crate) fn root(&self) -> &Branch {
        &self.root
    }
}

/// A path as [`beffroi_town::watch::shown_path`] writes it; none when it was cut.
fn unescaped(shown: &str) -> Option<Vec<u8>> {
    if shown.ends_with('…') {
        return None;
    }
    percent::decoded(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_town::watch::shown_path;
    use proptest::prelude::*;

    fn chosen(choice: &Choice) -> Vec<String> {
        let mut all = Vec::new();
        choice.root.paths(b"", &mut all);
        all.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect()
    }

    #[test]
    fn a_folder_takes_in_what_is_below() {
        let choice = Choice::paths(["/srv/a/b", "/srv/a", "/srv/a/c", "/srv//x/./y"]).unwrap();
        assert_eq!(chosen(&choice), ["/srv/a", "/srv/x/y"]);
        let srv = choice.root.at(b"srv").unwrap();
        assert!(!srv.is_whole() && srv.at(b"other").is_none());
        assert!(srv.at(b"a").unwrap().at(b"anything").unwrap().is_whole());
        assert_eq!(Choice::paths(["/"]).unwrap(), Choice::all());
    }

    #[test]
    fn lists_are_read_by_line_or_by_zero() {
        let lines = Choice::list(b"/a\r\n/b c\n\n").unwrap();
        assert_eq!(chosen(&lines), ["/a", "/b c"]);
        assert_eq!(chosen(&Choice::list(b"/a\n1\0/b\0").unwrap()), ["/a\n1", "/b"]);
        for bad in [&b""[..], b"a/b", b"/a/../b", b"\n\n"] {
            assert!(Choice::list(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_record_of_touches_names_what_counted() {
        let line = |path: &str, counted| {
            format!(
                "{{\"number\":1,\"path\":\"{}\",\"counted\":{counted}}}\n",
                BASE64URL_NOPAD.encode(path.as_bytes())
            )
        };
        let record = line("/srv/a", true) + &line("/srv/b", false) + "{\"restored\":[1]}\n{\"num";
        assert_eq!(chosen(&Choice::touched(record.as_bytes()).unwrap()), ["/srv/a"]);
        assert!(Choice::touched(b"/srv/a\n").is_err());
    }

    proptest! {
        #[test]
        fn an_escaped_path_is_read_as_it_was(path in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(unescaped(&shown_path(&path)), Some(path));
        }
    }
}
