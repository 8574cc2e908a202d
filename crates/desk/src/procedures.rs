//! The procedures that can be used: those of the house and a town's own.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use beffroi_town::{
    Procedure,
    procedure::{Fault, check, check_together},
};

/// The largest file of a procedure, in bytes.
const FILE_BYTES_MAX: u64 = 256 * 1024;
/// How many procedures a folder holds at most.
const FILES_MAX: usize = 200;

/// The eight of the house, in the order of the counter.
const HOUSE: [(&str, &str); 8] = [
    ("canteen.toml", include_str!("../procedures/canteen.toml")),
    ("social_contact.toml", include_str!("../procedures/social_contact.toml")),
    ("address_certificate.toml", include_str!("../procedures/address_certificate.toml")),
    ("civil_status.toml", include_str!("../procedures/civil_status.toml")),
    ("appointment.toml", include_str!("../procedures/appointment.toml")),
    ("road.toml", include_str!("../procedures/road.toml")),
    ("planning.toml", include_str!("../procedures/planning.toml")),
    ("data_stolen.toml", include_str!("../procedures/data_stolen.toml")),
];

/// Why procedures cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProceduresError {
    /// The folder or a file in it.
    #[error("reading the procedures in {path}: {source}", path = .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No file of a procedure.
    #[error("{path}: no procedure is here; write one file NAME.toml for each", path = .0.display())]
    Empty(PathBuf),
    /// Beyond the bounds.
    #[error("{path}: {what}", path = .path.display())]
    TooMuch {
        /// Which.
        path: PathBuf,
        /// What is too much, and how much is allowed.
        what: String,
    },
    /// Not written as a procedure is.
    #[error("{file}: {source}")]
    Form {
        /// Which file.
        file: String,
        /// What the reader says, with the line.
        source: Box<toml::de::Error>,
    },
    /// Read, but not fit for people.
    #[error("{}", told(.file, .faults))]
    Faults {
        /// Which file.
        file: String,
        /// Everything that is wrong in it.
        faults: Vec<Fault>,
    },
}

/// One line a fault.
fn told(file: &str, faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("{file}: {fault}")).collect::<Vec<_>>().join("\n")
}

/// The eight of the house.
///
/// # Errors
/// [`ProceduresError`] when a file is damaged; a test reads them all.
pub fn house() -> Result<Vec<Procedure>, ProceduresError> {
    let all: Vec<_> =
        HOUSE.iter().map(|(file, text)| read(file, text)).collect::<Result<_, _>>()?;
    together("the procedures of the house", all)
}

/// Those of the house, with a town's own in a folder: one of the same code takes the place of the
/// house's.
///
/// # Errors
/// [`ProceduresError`].
pub fn with_own(folder: &Path) -> Result<Vec<Procedure>, ProceduresError> {
    let own = own(folder)?;
    let mut all = house()?;
    all.retain(|one| own.iter().all(|other| other.code != one.code));
    all.extend(own);
    together(&folder.display().to_string(), all)
}

/// A town's own, in the order of their names.
///
/// # Errors
/// [`ProceduresError`].
pub fn own(folder: &Path) -> Result<Vec<Procedure>, ProceduresError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        |source| ProceduresError::Read { path, source }
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            paths.push(path);
        }
    }
    let too_much = |path: &Path, what: String| ProceduresError::TooMuch { path: path.into(), what };
    if paths.is_empty() {
        return Err(ProceduresError::Empty(folder.to_owned()));
    }
    if paths.len() > FILES_MAX {
        let what = format!("{} procedures are too many: keep {FILES_MAX} at most", paths.len());
        return Err(too_much(folder, what));
    }
    paths.sort();
    let mut all = Vec::new();
    for path in &paths {
        let bytes = fs::metadata(path).map_err(failed(path))?.len();
        if bytes > FILE_BYTES_MAX {
            let what = format!("{bytes} bytes are too many: write {FILE_BYTES_MAX} at most");
            return Err(too_much(path, what));
        }
        let text = fs::read_to_string(path).map_err(failed(path))?;
        all.push(read(&path.display().to_string(), &text)?);
    }
    together(&folder.display().to_string(), all)
}

/// Reads one and checks it. The file bears the name of the procedure.
fn read(file: &str, text: &str) -> Result<Procedure, ProceduresError> {
    let one: Procedure = toml::from_str(text).map_err(|source| ProceduresError::Form {
        file: file.to_owned(),
        source: Box::new(source),
    })?;
    let mut faults = check(&one);
    let stem = Path::new(file).file_stem().and_then(|stem| stem.to_str());
    if stem != Some(one.code.as_str()) {
        let what = format!("'{}' is not the file's name: write the same in both", one.code);
        faults.push(Fault { place: "code".to_owned(), what });
    }
    if faults.is_empty() {
        Ok(one)
    } else {
        Err(ProceduresError::Faults { file: file.to_owned(), faults })
    }
}

fn together(place: &str, all: Vec<Procedure>) -> Result<Vec<Procedure>, ProceduresError> {
    let faults = check_together(&all);
    if faults.is_empty() {
        Ok(all)
    } else {
        Err(ProceduresError::Faults { file: place.to_owned(), faults })
    }
}

#[cfg(test)]
mod tests;
