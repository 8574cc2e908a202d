//! How to reach a repository: its address with the credential in it, and its password.
//!
//! Rules: both are secrets. They stand in a file that its owner alone may read, never on a command
//! line; a message never shows them.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use crate::{error::BackupError, percent};

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where it is looked for when nobody says otherwise.
pub const USUAL: &str = "/etc/beffroi/vault.toml";

/// How to reach a repository.
#[derive(Clone)]
pub struct Access {
    pub(crate) place: Place,
    pub(crate) password: String,
    pub(crate) patience: Duration,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("place", &self.place).finish_non_exhaustive()
    }
}

/// Where a repository lies.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Rest { url: RestUrl, authority: Option<PathBuf> },
    Folder(PathBuf),
}

/// The address of a door, apart from what opens it.
#[derive(Clone)]
pub(crate) struct RestUrl {
    /// With a final slash.
    pub(crate) base: String,
    /// `user:token`.
    pub(crate) credential: Option<String>,
}

impl std::fmt::Debug for RestUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.base)
    }
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    /// `rest:https://user:token@host/vault/…/`, or a folder.
    repository: Option<String>,
    repository_file: Option<PathBuf>,
    password: Option<String>,
    password_file: Option<PathBuf>,
    /// The authority that the server's certificate comes from, if it is not a public one.
    authority_file: Option<PathBuf>,
}

/// The same, file by file, as restic is told.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The file with the address.
    pub repository: Option<PathBuf>,
    /// The file with the password.
    pub password: Option<PathBuf>,
    /// The file with the authority.
    pub authority: Option<PathBuf>,
}

impl Access {
    /// Reads the file that says how to reach a repository; what `files` names wins over it. Without
    /// a file everything must be named.
    ///
    /// # Errors
    /// [`BackupError`] says which line is wrong, or which file others may read.
    pub fn read(file: Option<&Path>, files: &Files) -> Result<Self, BackupError> {
        let named_all = files.repository.is_some() && files.password.is_some();
        let usual = Path::new(USUAL);
        let file = file.or_else(|| (!named_all).then_some(usual));
        let mut raw = match file {
            Some(path) => {
                let text = secret(path)?;
                let fault = |error: toml::de::Error| BackupError::Access {
                    path: path.to_owned(),
                    fault: error.message().to_owned(),
                };
                toml::from_str::<Raw>(&text).map_err(fault)?
            }
            None => Raw::default(),
        };
        if let Some(path) = &files.repository {
            (raw.repository, raw.repository_file) = (None, Some(path.clone()));
        }
        if let Some(path) = &files.password {
            (raw.password, raw.password_file) = (None, Some(path.clone()));
        }
        raw.authority_file = files.authority.clone().or(raw.authority_file);
        raw.check(file.unwrap_or(usual))
    }

    /// From the parts.
    ///
    /// # Errors
    /// [`BackupError::Access`] for what is no address.
    pub fn new(
        repository: &str,
        password: &str,
        authority: Option<&Path>,
    ) -> Result<Self, BackupError> {
        let place = place(repository.trim(), authority.map(Path::to_owned));
        let place = place.map_err(|fault| BackupError::Access {
            path: PathBuf::from("the address"),
            fault: fault.to_owned(),
        })?;
        Ok(Self { place, password: password.to_owned(), patience: PATIENCE })
    }

    /// The same with another patience: how long the server may take to answer.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The address with what opens it, as restic is given it: for paper, and for nothing else.
    pub fn secret_address(&self) -> String {
        match &self.place {
            Place::Folder(folder) => folder.display().to_string(),
            Place::Rest { url, .. } => match (&url.credential, url.base.split_once("://")) {
                (Some(both), Some((scheme, rest))) => format!("rest:{scheme}://{both}@{rest}"),
                _ => format!("rest:{}", url.base),
            },
        }
    }

    /// The password: for paper, and for nothing else.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Where the repository lies, without what opens it.
    pub fn shown(&self) -> String {
        match &self.place {
            Place::Rest { url, .. } => url.base.clone(),
            Place::Folder(folder) => folder.display().to_string(),
        }
    }
}

impl Raw {
    fn check(self, file: &Path) -> Result<Access, BackupError> {
        let wrong =
            |fault: &str| BackupError::Access { path: file.to_owned(), fault: fault.to_owned() };
        let one = |value: Option<String>, path: Option<PathBuf>, fault: &str| match (value, path) {
            (Some(value), None) => Ok(value),
            (None, Some(path)) => secret(&path),
            _ => Err(wrong(fault)),
        };
        let repository = one(
            self.repository,
            self.repository_file,
            "write repository = \"rest:https://…\", or repository_file = \"…\", the file that \
             'beffroi vault add' wrote",
        )?;
        let password = one(
            self.password,
            self.password_file,
            "write password_file = \"…\", the file with the repository's password",
        )?;
        let password = password.trim().to_owned();
        if password.is_empty() {
            return Err(wrong("the password is empty"));
        }
        let place = place(repository.trim(), self.authority_file).map_err(wrong)?;
        Ok(Access { place, password, patience: PATIENCE })
    }
}

/// Reads a file that nobody but its owner may read.
fn secret(path: &Path) -> Result<String, BackupError> {
    let about = fs::metadata(path).map_err(BackupError::file("read", path))?;
    if about.permissions().mode() & 0o077 != 0 {
        return Err(BackupError::Access {
            path: path.to_owned(),
            fault: format!("others may read this secret: chmod 600 {}", path.display()),
        });
    }
    let text = fs::read_to_string(path).map_err(BackupError::file("read", path))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Reads an address.
fn place(text: &str, authority: Option<PathBuf>) -> Result<Place, &'static str> {
    let Some(url) = text.strip_prefix("rest:") else {
        let is_folder = text.starts_with(['/', '.']) && !text.contains('\n');
        let wrong = "the repository must be rest:https://…, rest:http://… or a folder";
        return if is_folder { Ok(Place::Folder(text.into())) } else { Err(wrong) };
    };
    let (scheme, rest) = url.split_once("://").ok_or("the address has no ://")?;
    if !matches!(scheme, "http" | "https") || rest.chars().any(char::is_whitespace) {
        return Err("the address must begin with rest:https:// or rest:http:// and have no spaces");
    }
    let (authority_part, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (credential, host) = match authority_part.rsplit_once('@') {
        Some((both, host)) => (Some(decoded(both).ok_or("the credential is no text")?), host),
        None => (None, authority_part),
    };
    if host.is_empty() {
        return Err("the address names no host");
    }
    let path = path.trim_end_matches('/');
    let slash = if path.is_empty() { "" } else { "/" };
    let base = format!("{scheme}://{host}/{path}{slash}");
    Ok(Place::Rest { url: RestUrl { base, credential }, authority })
}

/// What stands before the host, percent-decoded.
fn decoded(text: &str) -> Option<String> {
    String::from_utf8(percent::decoded(text)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(text: &str) -> Option<(String, Option<String>)> {
        match place(text, None) {
            Ok(Place::Rest { url, .. }) => Some((url.base, url.credential)),
            _ => None,
        }
    }

    #[test]
    fn addresses_are_read_as_restic_reads_them() {
        let both = Some("59273.srv:T0k_-".to_owned());
        assert_eq!(
            rest("rest:https://59273.srv:T0k_-@v.example:8443/vault/59273/srv/"),
            Some(("https://v.example:8443/vault/59273/srv/".to_owned(), both))
        );
        let both = Some("a:p@ss".to_owned());
        assert_eq!(rest("rest:http://a:p%40ss@h"), Some(("http://h/".to_owned(), both)));
        assert_eq!(rest("rest:http://h/x"), Some(("http://h/x/".to_owned(), None)));
        assert!(matches!(place("/srv/r", None), Ok(Place::Folder(_))));
        for bad in ["rest:", "rest:ftp://h/", "rest:http://", "s3:x", "rest:http://h/a b", ""] {
            assert!(place(bad, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_says_all_and_others_may_not_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vault.toml");
        let read = |text: &str, mode| {
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            Access::read(Some(&file), &Files::default()).map_err(|error| error.to_string())
        };
        let good = "repository = \"rest:http://a:secret@h/\"\npassword = \"pass phrase\\n\"\n";
        let access = read(good, 0o600).unwrap();
        assert_eq!(access.password, "pass phrase");
        assert!(!format!("{access:?}").contains("secret"));
        assert!(read(good, 0o640).unwrap_err().contains("chmod 600"));
        for (bad, word) in [
            ("password = \"x\"", "repository_file"),
            ("repository = \"/r\"", "password_file"),
            ("repository = \"/r\"\npassword = \" \"", "empty"),
            ("repository = \"x\"\npassword = \"y\"", "rest:https"),
            ("repositry = \"/r\"", "unknown field"),
            ("repository = \"/r\"\nrepository_file = \"/r\"\npassword = \"y\"", "repository"),
        ] {
            let said = read(bad, 0o600).unwrap_err();
            assert!(said.contains(word), "{said}");
        }
    }
}
